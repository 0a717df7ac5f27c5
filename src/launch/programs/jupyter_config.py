import json, os, sys

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
    app.base_url = said("base_url") or "/"
    # A list of the user's own replaces the name that the tab has in its address.
    app.local_hostnames.append("localhost")
    # A websocket whose browser is gone is found within 30 s: from then on Jupyter keeps what a kernel says. The second time
    # has to be the longer one: the first ping is sent before any answer can have come.
    app.tornado_settings.update({"ws_ping_interval": 10000, "ws_ping_timeout": 15000})
    if said("root"):
        setattr(app, root, said("root"))
        c.FileContentsManager.root_dir = said("root")

# Lab and notebook 7 show the application's name in the page's title.
label = os.fsencode(said("label")).decode("utf-8", "replace")

def name_page(handler, page):
    return dict(page, appName="%s \u2013 %s" % (label, page.get("appName") or "Jupyter"))

tell(c.ServerApp, "root_dir")
# A browser sends this cookie of a server at "/" (an own one on the laptop) here as well; of two, pages read the first and
# tornado the last. So there is one for all. The session's cookie has a name and a path of its own.
c.ServerApp.tornado_settings.update({"xsrf_cookie_kwargs": {"path": "/"}})
if label:
    c.ServerApp.tornado_settings.update({"page_config_hook": name_page})
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

def servers():
    # Only in a server: a kernel's own commands read this, too, and need no server for it.
    for name, app in ("jupyter_server.serverapp", "ServerApp"), ("notebook.notebookapp", "NotebookApp"):
        module = sys.modules.get(name)
        if hasattr(module, app) and hasattr(module, "MappingKernelManager"):
            yield getattr(module, app), module.MappingKernelManager

def note_error(kernel, parts):
    # What a kernel says to all: https://jupyter-client.readthedocs.io/en/stable/messaging.html#the-wire-protocol
    try:
        start = parts.index(b"<IDS|MSG>")
        kind = json.loads(parts[start + 2])["msg_type"]
        if kind == "execute_input":
            kernel.rj_error = None
        elif kind == "error":
            kernel.rj_error = str(json.loads(parts[start + 5])["ename"])[:80]
    except (ValueError, LookupError, TypeError):
        pass

# Jupyter itself hears all that a kernel says, with a tab or without: this keeps the error by which its last cell ended.
def keep_errors(kernels):
    watch, model = kernels.start_watching_activity, kernels.kernel_model

    def watch_errors(self, kernel_id, *words):
        kernel = self._kernels[kernel_id]
        kernel.rj_error, connect = None, kernel.connect_iopub

        def connect_noting(*words, **more):
            stream = connect(*words, **more)
            receive = stream.on_recv
            stream.on_recv = lambda own, *words: receive(lambda parts: (note_error(kernel, parts), own(parts))[1], *words)
            return stream

        kernel.connect_iopub = connect_noting
        try:
            return watch(self, kernel_id, *words)
        finally:
            del kernel.connect_iopub

    def model_with_error(self, kernel_id, *words):
        told, error = model(self, kernel_id, *words), getattr(self._kernels[kernel_id], "rj_error", None)
        return dict(told, rj_error=error) if error else told

    # The same lines stand in several files, of which Jupyter reads two.
    if model.__name__ != model_with_error.__name__:
        kernels.start_watching_activity, kernels.kernel_model = watch_errors, model_with_error

for app, kernels in servers():
    if hasattr(kernels, "start_watching_activity") and hasattr(kernels, "kernel_model"):
        keep_errors(kernels)
