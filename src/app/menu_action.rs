//! The choices of a user: a menu item holds one, and so do a notification, an address and a second
//! launch.

use crate::jupyter::KernelAction;

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
        /// True if the host is opened then, else it is to be edited.
        open: bool,
    },
    /// Asks for a destination, and adds and opens it.
    AddHostByName,
    /// Takes a host of the ssh configuration off the menu, or puts it back.
    HideHost {
        /// The alias.
        alias: String,
        /// True if it is taken off.
        hide: bool,
    },
    /// Shows the mistakes of the configuration.
    ShowMistake,
    /// Shows what the app is, and asks for a host.
    ShowWelcome,
    /// Shows the hosts and their states in a dialog. No menu item does: it is a menu without a tray.
    ShowHosts,
    /// Opens the settings page in the browser.
    ShowSettings,
    /// Opens the configuration in an editor.
    EditConfiguration,
    /// Turns the start at login on or off.
    ToggleLoginItem,
    /// Says how the user allows the start at login.
    ExplainLoginItem,
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

/// The part of a look at a server's machine that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UsagePart {
    /// Load, memory, GPUs.
    Load,
    /// Programs that listen.
    Ports,
}

/// A choice that concerns one host.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HostAction {
    /// Does the main thing: connects the host, opens its tab, or tries again.
    Open,
    /// Opens another tab of a connected host.
    NewTab,
    /// Asks for a notebook's path, and opens it.
    AskNotebook,
    /// Starts a server that has ended again.
    StartAgain,
    /// Opens the notebook with that path.
    OpenNotebook(String),
    /// Interrupts the kernel with that id, restarts it, or shuts it down.
    Kernel(String, KernelAction),
    /// Opens a further forward's local port in the browser.
    OpenForward(u16),
    /// Opens a forward to where a program of the account listens, and its page in the browser.
    ForwardTo(String),
    /// Looks how busy the server's machine is and what listens there, and shows a part of it.
    ShowUsage(UsagePart),
    /// Copies the link, with its token.
    CopyLink,
    /// Shows what Jupyter printed there.
    ShowLog,
    /// Checks the local computer and the way to the host, without starting anything.
    CheckConnection,
    /// Gives up a login beside the tunnel: of a check, or for a log.
    CancelSideLogin,
    /// Asks for more time for the server's job.
    Extend,
    /// Keeps a server that is about to end because nobody uses it.
    Keep,
    /// Tries at once to make a lost connection again.
    TryNow,
    /// Gives up what is under way.
    Cancel,
    /// Shows the whole of a failure, or what there is to know of the session.
    ShowDetails,
    /// Opens the configuration, which says all of it.
    Edit,
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

    /// Returns the host that the choice concerns, if it concerns one.
    pub fn host_name(&self) -> Option<&str> {
        match self {
            Self::Host(name, _) => Some(name),
            _ => None,
        }
    }
}
