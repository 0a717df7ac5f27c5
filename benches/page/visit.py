# visit.py BROWSER PROFILE URL: opens JupyterLab at URL in a Chromium without a window and with an empty PROFILE, starts a
# notebook from its launcher and runs a cell. Prints, as JSON, the seconds from the address to the launcher and to the cell's
# output, and the bytes and requests of the page. Runs in Jupyter's environment: tornado speaks to the browser's DevTools.
import asyncio
import json
import os
import subprocess
import sys
import time

import tornado.httpclient
import tornado.websocket

FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-extensions", "--disable-sync", "--window-size=1280,900",
    "--remote-debugging-port=0",
]
PATIENCE = 120
LOOK = 0.01
CARD = ".jp-LauncherCard[data-category=Notebook]"
CELL = ".jp-Notebook .jp-Cell .cm-content"
OUTPUT = ".jp-OutputArea-output pre"


class Page:
    """A tab, over the DevTools protocol."""

    def __init__(self, socket):
        self.socket = socket
        self.answers = {}
        self.last = self.bytes = self.requests = 0

    async def listen(self):
        """Takes in answers and counts what the page fetches."""
        while True:
            text = await self.socket.read_message()
            if text is None:
                return
            message = json.loads(text)
            if "id" in message:
                self.answers.pop(message["id"]).set_result(message)
            elif message["method"] == "Network.requestWillBeSent":
                self.requests += 1
            elif message["method"] == "Network.loadingFinished":
                self.bytes += message["params"]["encodedDataLength"]

    async def call(self, method, **params):
        """Calls a method and returns its answer."""
        self.last += 1
        answer = self.answers[self.last] = asyncio.get_running_loop().create_future()
        await self.socket.write_message(json.dumps({"id": self.last, "method": method, "params": params}))
        return await answer

    async def value(self, expression):
        """Returns the value of an expression in the page, or None while the page is being replaced."""
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer.get("result", {}).get("result", {}).get("value")

    async def until(self, expression):
        """Waits until an expression is true."""
        end = time.monotonic() + PATIENCE
        while not await self.value(expression):
            if time.monotonic() > end:
                sys.exit("never true: " + expression)
            await asyncio.sleep(LOOK)


async def attach(profile):
    """Returns the browser's tab."""
    told = os.path.join(profile, "DevToolsActivePort")
    end = time.monotonic() + PATIENCE
    while not (os.path.exists(told) and open(told).read().count("\n")):
        if time.monotonic() > end:
            sys.exit("the browser does not start")
        await asyncio.sleep(LOOK)
    port = open(told).read().split("\n")[0]
    client = tornado.httpclient.AsyncHTTPClient()
    tabs = json.loads((await client.fetch("http://127.0.0.1:%s/json/list" % port)).body)
    tab = next(tab for tab in tabs if tab["type"] == "page")
    socket = await tornado.websocket.websocket_connect(tab["webSocketDebuggerUrl"], max_message_size=1 << 28)
    page = Page(socket)
    listening = asyncio.ensure_future(page.listen())
    for domain in ("Network", "Page", "Runtime"):
        await page.call(domain + ".enable")
    return page, listening


async def run_a_cell(page):
    """Starts a notebook from the launcher, and runs a cell in it."""
    await page.value("document.querySelector('%s').click()" % CARD)
    # Until then the cell may be drawn anew, without what was typed.
    await page.until("!!document.querySelector('%s') && document.body.innerText.includes('| Idle')" % CELL)
    await page.value("document.querySelector('%s').focus()" % CELL)
    await page.call("Input.insertText", text="6 * 7")
    key = {"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "modifiers": 8}
    await page.call("Input.dispatchKeyEvent", type="keyDown", **key)
    await page.call("Input.dispatchKeyEvent", type="keyUp", **key)
    await page.until("(document.querySelector('%s') || {textContent: ''}).textContent.trim() == '42'" % OUTPUT)


async def visit(profile, url):
    """Opens the page and returns what was measured."""
    page, listening = await attach(profile)
    began = time.monotonic()
    await page.call("Page.navigate", url=url)
    await page.until("!!document.querySelector('%s')" % CARD)
    launcher = time.monotonic() - began
    await run_a_cell(page)
    answer = time.monotonic() - began
    listening.cancel()
    return {"launcher": launcher, "answer": answer, "bytes": page.bytes, "requests": page.requests}


def main(browser, profile, url):
    """Starts the browser for one visit."""
    command = [browser, *FLAGS, "--user-data-dir=" + profile, "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            print(json.dumps(asyncio.run(visit(profile, url))))
        finally:
            process.terminate()  # its own processes end with it


if __name__ == "__main__":
    main(*sys.argv[1:])
