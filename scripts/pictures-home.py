"""pictures-home.py FOLDER JUPYTER: somebody's work for the pictures: a few folders, and a notebook that is open in JupyterLab."""

import base64, json, math, os, platform, subprocess, sys, time
from pathlib import Path

home, jupyter = Path(sys.argv[1]), sys.argv[2]
# Days, and radii in units of 100 000 km, of Jupiter's large moons.
MOONS = {"Io": (1.769, 4.22), "Europa": (3.551, 6.71), "Ganymede": (7.155, 10.7), "Callisto": (16.69, 18.83)}
COLOURS = ["#ee7620", "#3d56a6", "#2a9d6f", "#9a4fb5"]
CODE = """moons = pd.read_csv("data/moons.csv", index_col="name")
days = np.linspace(0, 17, 2000)
for name, moon in moons.iterrows():
    angle = 2 * np.pi * days / moon.period
    plt.plot(days, moon.radius * np.sin(angle), label=name)"""


def plot():
    """The moons' distances from Jupiter over 17 days, as a PNG."""
    width, height, middle = 900, 360, 180
    lines = []
    for (period, radius), colour in zip(MOONS.values(), COLOURS):
        points = [
            f"{x},{middle - radius * 8.5 * math.sin(2 * math.pi * (x * 17 / width) / period):.1f}"
            for x in range(0, width, 2)
        ]
        # Piece by piece: a long polyline with a wide stroke comes out closed.
        pieces = " ".join(f"line {start} {end}" for start, end in zip(points, points[1:]))
        lines += ["-stroke", colour, "-draw", pieces]
    command = ["convert", "-size", f"{width}x{height}", "xc:white", "-fill", "none", "-strokewidth", "2.5", *lines]
    return subprocess.run([*command, "png8:-"], check=True, stdout=subprocess.PIPE).stdout


def notebook():
    picture = {"image/png": base64.b64encode(plot()).decode()}
    output = {
        "output_type": "display_data",
        "data": picture,
        "metadata": {"image/png": {"width": 600, "height": 240}},
    }
    text = "# The moons of Jupiter\n\nHow far each stands from the planet, as Galileo saw it: $x = r \\sin(2\\pi t / T)$"
    load = "import matplotlib.pyplot as plt\nimport numpy as np\nimport pandas as pd"
    cell = {"cell_type": "code", "metadata": {}}
    cells = [
        {"cell_type": "markdown", "id": "title", "metadata": {}, "source": text},
        {**cell, "id": "load", "execution_count": 1, "source": load, "outputs": []},
        {**cell, "id": "plot", "execution_count": 2, "source": CODE, "outputs": [output]},
    ]
    # All that JupyterLab itself would write, so that the notebook is not changed by opening it.
    metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"},
        "language_info": {
            "codemirror_mode": {"name": "ipython", "version": 3},
            "file_extension": ".py",
            "mimetype": "text/x-python",
            "name": "python",
            "nbconvert_exporter": "python",
            "pygments_lexer": "ipython3",
            "version": platform.python_version(),
        },
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def write(name, text):
    file = home / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


write("data/moons.csv", "name,period,radius\n" + "".join(f"{n},{p},{r}\n" for n, (p, r) in MOONS.items()))
write("models/README.md", "Trained models.\n")
write("train.py", "# The training.\n")
write("orbits.ipynb", json.dumps(notebook()))
for name, days in {"data": 9, "models": 4, "train.py": 4, "orbits.ipynb": 1}.items():
    os.utime(home / name, (time.time() - days * 86400 - 60,) * 2)
settings = ".jupyter/lab/user-settings/@jupyterlab/apputils-extension/notification.jupyterlab-settings"
write(settings, '{"fetchNews": "false", "checkForUpdates": false}')
# What the person had open when the tab was closed.
tab = "notebook:orbits.ipynb"
layout = {
    "main": {"dock": {"type": "tab-area", "currentIndex": 0, "widgets": [tab]}, "current": tab},
    "left": {"collapsed": False, "visible": True, "current": "filebrowser", "widgets": ["filebrowser"]},
    "right": {"collapsed": True, "visible": True, "widgets": []},
    "relativeSizes": [0.2, 0.8, 0],
}
data = {"layout-restorer:data": layout, tab: {"data": {"path": "orbits.ipynb", "factory": "Notebook"}}}
write("workspace.json", json.dumps({"data": data, "metadata": {"id": "default"}}))
command = [jupyter, "lab", "workspaces", "import", "--LabWorkspaceImportApp.log_level=30", "workspace.json"]
subprocess.run(command, cwd=home, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "HOME": str(home)})
(home / "workspace.json").unlink()
