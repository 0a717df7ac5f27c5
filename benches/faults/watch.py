# watch.py BROWSER PROFILE URL SECONDS: opens JupyterLab at URL in a Chromium without a window, runs a cell that prints a
# number each second, and leaves text in the next cell. Says "running" once the first number is there. When the last one is, or
# long after it should be, prints as JSON what of it the page shows: nobody reloads it.
import asyncio
import json
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../browser"))
import devtools  # noqa: E402

CODE = "import time\nfor i in range(%d):\n    print(i, flush=True)\n    time.sleep(1)"
DRAFT = "a cell that nobody has saved"
LINES = """[...document.querySelectorAll('.jp-OutputArea-output pre')].map(one => one.textContent).join('')"""
LATE = 120  # seconds after which a line that has not come is lost


async def watch(profile, url, seconds):
    """Runs the cell, and returns what there is in the end."""
    page, listening = await devtools.attach(profile)
    await page.call("Page.navigate", url=url)
    await page.until("!!document.querySelector('%s')" % devtools.LAUNCHER)
    await page.value("window.isTheSamePage = true")
    await devtools.start_notebook(page)
    await devtools.run_cell(page, CODE % seconds)
    await page.until(LINES + " != ''")
    await page.call("Input.insertText", text=DRAFT)
    print("running", flush=True)
    end = time.monotonic() + seconds + LATE
    expected = "".join("%d\n" % number for number in range(seconds))
    shown = ""
    while shown != expected and time.monotonic() < end:
        await asyncio.sleep(1)
        shown = await page.value(LINES)
    # A dialog may come a moment after the connection.
    await asyncio.sleep(10)
    result = {
        "lines": len((await page.value(LINES)).split()),
        "in_order": await page.value(LINES) == expected,
        "dialogs": await page.value("[...document.querySelectorAll('.jp-Dialog')].map(one => one.innerText).join('; ')"),
        "draft": await page.value("document.querySelector('.jp-Notebook').innerText.includes('%s')" % DRAFT),
        "same_page": await page.value("window.isTheSamePage === true"),
    }
    listening.cancel()
    return result


def main(program, profile, url, seconds):
    """Starts the browser for it."""
    with devtools.browser(program, profile):
        print(json.dumps(asyncio.run(watch(profile, url, int(seconds)))))


if __name__ == "__main__":
    main(*sys.argv[1:])
