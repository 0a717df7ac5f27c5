//! The choices of a user: a menu item holds one, and so do a notification, an address, a Unix
//! signal and a second launch.

/// A choice of the user's. [`Model::choose`] decides what it does in the present state.
///
/// [`Model::choose`]: super::model::Model::choose
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MenuAction {
    /// Does something with the host of that name.
    Host(String, HostAction),
    /// Makes a host's shortcut, or removes it.
    ToggleShortcut(String),
    /// Adds an alias of the ssh configuration to the hosts.
    AddHost {
        /// The alias.
        alias: String,
        /// True if the host is opened as well.
        open: bool,
    },
    /// Shows the hosts and their states in a dialog. No menu item does: it is a menu without a tray.
    ShowHosts,
    /// Opens the configuration in an editor.
    EditConfiguration,
    /// Turns the start at login on or off.
    ToggleLoginItem,
    /// Opens the page of the newer version.
    ShowRelease,
    /// Looks for a newer version now.
    CheckForUpdates,
    /// Shows the app's own log.
    ShowLog,
    /// Copies what a bug report needs.
    CopyDiagnostics,
    /// Shows the version.
    About,
    /// Ends the app.
    Quit,
}

/// A choice that concerns one host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostAction {
    /// Connects the host, or opens its tab again.
    Open,
    /// Starts a server that has ended again.
    StartAgain,
    /// Opens the notebook with that path.
    OpenNotebook(String),
    /// Opens a further forward's local port in the browser.
    OpenForward(u16),
    /// Copies the link, with its token.
    CopyLink,
    /// Shows what Jupyter printed there.
    ShowLog,
    /// Asks for more time for the server's job.
    Extend,
    /// Tries at once to make a lost connection again.
    TryNow,
    /// Gives up what is under way.
    Cancel,
    /// Shows the whole of a failure.
    ShowDetails,
    /// Takes a failure off the menu.
    Dismiss,
    /// Closes the tunnel; the server stays.
    Close,
    /// Stops the server.
    Stop,
}

impl MenuAction {
    /// Returns a choice that concerns the host of that name.
    pub fn host(name: &str, action: HostAction) -> Self {
        Self::Host(name.to_owned(), action)
    }
}
