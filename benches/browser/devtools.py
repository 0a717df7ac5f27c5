# A Chromium without a window, and its one tab over the DevTools protocol. Runs in Jupyter's environment, which has tornado.
import asyncio
import contextlib
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
AGAIN = 2  # seconds after which typing or a key is tried again
LAUNCHER = ".jp-LauncherCard[data-category=Notebook]"
CELL = ".jp-Notebook .jp-Cell .cm-content"
HAS_RUN = "(document.querySelector('.jp-InputPrompt') || {innerText: '[ ]'}).innerText.search(/\\d|\\*/) >= 0"
# What may be in the way of a key.
IN_THE_WAY = (
    "document.hasFocus() + ' ' + document.activeElement.outerHTML.slice(0, 200) + "
    "[...document.querySelectorAll('.jp-Dialog, .jp-Notebook .cm-content')].map(one => '; ' + one.innerText).join('')"
)
IDLE = ".jp-Notebook-ExecutionIndicator[data-status=idle]"


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


async def start_notebook(page):
    """Starts a notebook from the launcher, and waits for its kernel."""
    await page.value("document.querySelector('%s').click()" % LAUNCHER)
    # Until then the cell may be drawn anew, without what was typed.
    await page.until("!!document.querySelector('%s') && !!document.querySelector('%s')" % (CELL, IDLE))


async def press_shift_enter(page):
    """Runs the cell that has the cursor."""
    key = {"key": "Enter", "text": "\r", "code": "Enter", "windowsVirtualKeyCode": 13, "modifiers": 8}
    await page.call("Input.dispatchKeyEvent", type="keyDown", **key)
    await page.call("Input.dispatchKeyEvent", type="keyUp", **key)


async def run_cell(page, code):
    """Types code into the first cell and runs it; the cursor is in the next cell then."""
    cell, first = "document.querySelector('%s')" % CELL, code.split("\n")[0]
    is_there = "%s.innerText.includes('%s')" % (cell, first)
    typed = pressed = -AGAIN
    end = time.monotonic() + PATIENCE
    while not await page.value(HAS_RUN):
        if time.monotonic() > end:
            sys.exit("the cell does not run: %s" % await page.value(IN_THE_WAY))
        # What was typed is seen after a moment, unless the cell was being drawn anew; so it is with the key.
        now = time.monotonic()
        if await page.value(is_there):
            if now >= pressed + AGAIN:
                pressed = now
                await page.value(cell + ".focus()")
                await press_shift_enter(page)
        elif now >= typed + AGAIN:
            typed = now
            await page.value(cell + ".focus()")
            await page.call("Input.insertText", text=code)
        await asyncio.sleep(LOOK)


@contextlib.contextmanager
def browser(program, profile):
    """Runs a browser with a profile folder; it ends with the block."""
    command = [program, *FLAGS, "--user-data-dir=" + profile, "about:blank"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.terminate()  # its own processes end with it
