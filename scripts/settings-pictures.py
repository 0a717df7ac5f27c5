# settings-pictures.py PROGRAM FOLDER: the settings page in light and dark, by a Chromium without a window. Runs in Jupyter's
# environment, which has tornado; scripts/pictures calls it. Home, configuration and state are a temporary folder's.
import asyncio
import base64
import os
import subprocess
import sys
import tempfile

root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
sys.path.insert(0, os.path.join(root, "benches", "browser"))
import devtools  # noqa: E402

SIZE = {"width": 1100, "height": 800}
SSH_CONFIG = "Host gpu01 gpu02 cluster storage\n  HostName 127.0.0.1\n  Port 9\n"
CONFIG = """\
default_host = "gpu01"

[[host]]
name = "gpu01"
setup = ["module load python", "conda activate ml"]

[[host]]
name = "cluster"
launcher = "slurm"
queue = "gpu"
walltime = "8:00:00"
cores = 8
memory = "32G"
gpus = 1
"""


async def picture(page, folder, name, schemes=2):
    for scheme, ending in (("light", ""), ("dark", "-dark"))[:schemes]:
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        await page.call("Emulation.setEmulatedMedia", features=media)
        # What changes its colour slowly has done so.
        await asyncio.sleep(0.4)
        shot = await page.call("Page.captureScreenshot")
        with open(os.path.join(folder, name + ending + ".png"), "wb") as file:
            file.write(base64.b64decode(shot["result"]["data"]))


async def click(page, selector, then):
    await page.value("document.querySelector(\"%s\").click()" % selector)
    await page.until(then)


async def pictures(page, address, folder):
    await page.call("Emulation.setDeviceMetricsOverride", deviceScaleFactor=1, mobile=False, **SIZE)
    await page.call("Emulation.setScrollbarsHidden", hidden=True)
    await page.call("Page.navigate", url=address)
    await page.until("document.querySelectorAll('nav li').length > 3")
    await click(page, "nav li:nth-child(2) button", "document.querySelector('h1').textContent == 'cluster'")
    await picture(page, folder, "settings")
    await click(page, "nav .add", "document.querySelector('.aliases') != null")
    await picture(page, folder, "settings-add", schemes=1)


async def main(program, folder):
    with tempfile.TemporaryDirectory(prefix="rj-settings-") as home:
        for name, text in ((".ssh/config", SSH_CONFIG), (".config/remote-jupyter/config.toml", CONFIG)):
            path = os.path.join(home, name)
            os.makedirs(os.path.dirname(path), mode=0o700)
            with open(path, "w") as file:
                file.write(text)
        run = os.path.join(home, "run")
        os.mkdir(run, 0o700)
        surroundings = {"HOME": home, "XDG_RUNTIME_DIR": run, "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
        command = [program, "-F", os.path.join(home, ".ssh/config"), "settings", "--no-browser"]
        with subprocess.Popen(command, env=surroundings, stdout=subprocess.PIPE, text=True) as settings:
            try:
                address = settings.stdout.readline().strip()
                with devtools.browser("chromium", os.path.join(home, "profile")):
                    page, _ = await devtools.attach(os.path.join(home, "profile"))
                    await pictures(page, address, folder)
            finally:
                settings.terminate()


asyncio.run(main(*sys.argv[1:]))
