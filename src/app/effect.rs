//! The effects of a choice: the model decides on them, `App::perform` carries them out.

use std::time::Duration;

use super::menu_action::UsagePart;
use crate::jupyter::KernelAction;

/// An effect of a choice in the present state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AppEffect {
    /// Connects a host.
    Open {
        /// The host.
        host: String,
        /// The notebook to open there.
        notebook: Option<String>,
    },
    /// Connects a host again whose tunnel stood when the app ended, if its server still runs.
    Restore(String),
    /// Opens the tab of a connected host again, or a notebook there.
    Show(String, Option<String>),
    /// Opens the tab of a connected host again, unless a browser has one open.
    ShowUnlessOpen(String),
    /// Opens a further forward's local port in the browser.
    ShowPort(u16),
    /// Opens a forward of that name on a host to where a program listens, and its page in the browser.
    ForwardTo {
        /// The host.
        host: String,
        /// The label of the forward.
        name: String,
        /// Where it leads, as seen from the program's machine.
        remote: String,
    },
    /// Looks how busy the machine of a host's server is and what listens there, and shows that part.
    ShowUsage(String, UsagePart),
    /// Does something with the kernel of that id, after a question where its variables would be lost.
    Kernel(String, String, KernelAction),
    /// Puts the link of a connected host, with its token, into the clipboard.
    CopyLink(String),
    /// Shows what Jupyter printed on a host.
    ShowHostLog(String),
    /// Checks the local computer and the way to a host, and shows what was found.
    CheckConnection(String),
    /// Gives up a login beside a host's tunnel.
    CancelSideLogin(String),
    /// Gives the job of a host's server an hour more.
    Extend(String),
    /// Keeps a server that is about to end because nobody uses it.
    Keep(String),
    /// Tries at once to make a lost connection again.
    TryNow(String),
    /// Shows in a dialog what there is to know of a host.
    ShowDetails(String),
    /// Asks for the path of a notebook on a host.
    AskNotebook(String),
    /// Takes a tunnel down, after a question where something is at stake.
    Close(String),
    /// Gives up what is under way.
    Cancel(String),
    /// Takes a job that waits out of the queue, after a question: it may have waited for hours.
    CancelJob {
        /// The host.
        host: String,
        /// The job's number.
        job: String,
        /// Time in the queue so far.
        waited: Duration,
    },
    /// Stops a host's server, after a question where kernels would be lost.
    Stop(String),
    /// Makes the shortcut of a host, or removes it.
    SetShortcut(String, bool),
    /// Adds an alias of the ssh configuration, and opens it if so, else the configuration.
    AddHost(String, bool),
    /// Asks for the destination of a new host; with a welcome if so.
    AskHost {
        /// True if the user may not know the app yet.
        welcome: bool,
    },
    /// Remembers that a host of the ssh configuration is off the menu, or that it is not.
    RememberHidden(String, bool),
    /// Shows the mistakes of the configuration.
    ShowMistake,
    /// Says how the user allows the start at login.
    ExplainLoginItem,
    /// Shows the hosts and their states.
    ShowHosts,
    /// Opens the settings page in the browser.
    ShowSettings,
    /// Opens the configuration in an editor.
    EditConfiguration,
    /// Starts at login, or not any more.
    SetLoginItem(bool),
    /// Finds out whether there is a newer version.
    CheckForUpdates,
    /// Opens a page of ours in the browser.
    ShowPage(String),
    /// Shows the app's own log.
    ShowLog,
    /// Puts what a bug report needs into the clipboard.
    CopyDiagnostics,
    /// Shows the version.
    About,
    /// Ends the app, after a question where something is at stake.
    Quit,
}
