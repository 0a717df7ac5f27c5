import os, sys

folder = os.path.dirname(os.path.abspath(__file__))

def said(name):
    try:
        with open(os.path.join(folder, name), "rb") as file:
            return os.fsdecode(file.read())
    except OSError:
        return ""

def tell(app, root):
    app.open_browser = False
    socks = [word for word in sys.argv if word.split("=")[0].endswith(("--sock", "App.sock"))]
    if socks and not any(word.endswith("=" + said("sock")) for word in socks):
        return # the user's own, which no port may stand beside
    app.sock = said("sock")
    if app.sock:
        # A port beside it, from the user's own files, would be refused; this one is taken for none.
        app.sock_mode, app.port = "0600", 8888
    else:
        app.ip, app.port, app.port_retries = said("ip"), int(said("port")), 0
    # A list of the user's own replaces the name that the tab has in its address.
    app.local_hostnames.append("localhost")
    if said("root"):
        setattr(app, root, said("root"))
        c.FileContentsManager.root_dir = said("root")

tell(c.ServerApp, "root_dir")
try:
    from jupyter_server import version_info as server
except ImportError:
    server = (0,)
# One that cannot be read leaves the environment's in force: an empty one would let everybody in.
token = said("token")
if token and server[0] >= 2:
    c.IdentityProvider.token = c.PasswordIdentityProvider.token = token
elif token:
    c.ServerApp.token = token
try:
    from notebook import __version__ as notebook
except ImportError:
    notebook = ""
if notebook.startswith(("5.", "6.")):
    tell(c.NotebookApp, "notebook_dir")
    if token:
        c.NotebookApp.token = token
