try:
    from jupyter_server_terminals.app import TerminalsExtensionApp
except ImportError:
    pass
else:
    def current_activity(self):
        return getattr(getattr(self, "terminal_manager", None), "terminals", None) or None

    TerminalsExtensionApp.current_activity = current_activity
