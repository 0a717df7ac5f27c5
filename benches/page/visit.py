# visit.py BROWSER PROFILE URL: opens JupyterLab at URL in a Chromium without a window and with an empty PROFILE, starts a
# notebook from its launcher and runs a cell. Prints, as JSON, the seconds from the address to the launcher and to the cell's
# output, and the bytes and requests of the page.
import asyncio
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../browser"))
import devtools  # noqa: E402

OUTPUT = "(document.querySelector('.jp-OutputArea-output pre') || {textContent: ''}).textContent.trim()"


async def visit(profile, url):
    """Opens the page and returns what was measured."""
    page, listening = await devtools.attach(profile)
    began = time.monotonic()
    await page.call("Page.navigate", url=url)
    await page.until("!!document.querySelector('%s')" % devtools.LAUNCHER)
    launcher = time.monotonic() - began
    await devtools.start_notebook(page)
    await devtools.run_cell(page, "6 * 7")
    await page.until(OUTPUT + " == '42'")
    answer = time.monotonic() - began
    listening.cancel()
    return {"launcher": launcher, "answer": answer, "bytes": page.bytes, "requests": page.requests}


def main(program, profile, url):
    """Starts the browser for one visit."""
    with devtools.browser(program, profile):
        print(json.dumps(asyncio.run(visit(profile, url))))


if __name__ == "__main__":
    main(*sys.argv[1:])
