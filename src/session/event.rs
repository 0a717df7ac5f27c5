//! Events that a session sends to its user interface: the terminal, the menu, or a script.

use super::cell_done::CellDone;
use super::idle_time::IdleTime;
use super::types::{InspectReport, JobInfo, Loss, Ready, Walltime};
use crate::jupyter::Activity;
pub use crate::phase::Phase;
use crate::problem::Problem;
use crate::remote::NodeUsage;
use crate::scheduler::HostChoices;
use crate::ssh::prompt::Prompt;
pub use crate::ssh::prompt::Reply;

/// Something that happened.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// A new phase began. [`Phase::Ready`], `Failed` and `Closed` have events of their own.
    Phase(Phase),
    /// Something worth a line: a port that was taken, which of several servers was chosen.
    Note(String),
    /// The same for what needs the user: who may use the server, a browser that did not open.
    Warning(String),
    /// The connection is lost, or an attempt to make it again has failed.
    Loss(Loss),
    /// The login waits in silence, and perhaps for the user: a push on a phone, a key to touch.
    Waits(String),
    /// A prompt for the user.
    Ask(Prompt, Reply),
    /// The tunnel is open.
    Ready(Box<Ready>),
    /// State of a waiting job, when it has changed.
    Job(JobInfo),
    /// The time of the job that the server runs in is nearly up, or is longer than it was.
    Walltime(JobInfo, Walltime),
    /// Activity of the server, when it has changed.
    Kernels(Activity),
    /// A run of cells that took as long as the user wants to hear of has come to its end.
    CellDone(CellDone),
    /// Something that nobody uses is about to end, or is not any more (`idle_stop`).
    Idle(IdleTime),
    /// The page was not shown again: a browser has one open.
    PageOpen,
    /// The newest launch's log.
    Log {
        /// Path on the remote host; empty if there is no log.
        path: String,
        /// Its text, with tokens taken out.
        text: String,
    },
    /// Load of the server's machine, and what listens there.
    Usage(Box<NodeUsage>),
    /// Result of [`super::Goal::Inspect`]: servers in use and passed over, as text.
    Seen(InspectReport),
    /// Result of [`super::Goal::Choices`].
    Choices(HostChoices),
    /// Result of [`super::Goal::Paths`]; folders end with a slash.
    Paths(Vec<String>),
    /// A step that succeeded, as text for `doctor`.
    Step(String),
    /// A wish was not granted, and the session goes on: busy kernels.
    Refused(Problem),
    /// The end, with a reason.
    Failed(Problem),
    /// The end.
    Closed,
}

impl PartialEq for Reply {
    /// Each question has a reply of its own.
    fn eq(&self, _: &Self) -> bool {
        false
    }
}
