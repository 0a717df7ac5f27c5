//! The effects of a choice: the model decides on them, `App::perform` carries them out.

use std::time::Duration;

use crate::problem::Problem;

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
    /// Opens the tab of a connected host again, or a notebook there.
    Show(String, Option<String>),
    /// Opens a further forward's local port in the browser.
    ShowPort(u16),
    /// Puts the link of a connected host, with its token, into the clipboard.
    CopyLink(String),
    /// Shows what Jupyter printed on a host.
    ShowHostLog(String),
    /// Gives the job of a host's server an hour more.
    Extend(String),
    /// Tries at once to make a lost connection again.
    TryNow(String),
    /// Shows a problem in a dialog.
    ShowProblem(Problem),
    /// Takes a tunnel down.
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
    /// Adds an alias of the ssh configuration, and opens it if so.
    AddHost(String, bool),
    /// Shows the hosts and their states.
    ShowHosts,
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
    /// Ends the app.
    Quit,
}
