//! What a session tells its face: the terminal, the menu, or a script.

use super::types::{InspectReport, JobInfo, Ready, Walltime};
use crate::jupyter::Activity;
pub use crate::phase::Phase;
use crate::problem::Problem;
use crate::ssh::prompt::Prompt;
pub use crate::ssh::prompt::Reply;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A new phase began. [`Phase::Ready`], `Failed` and `Closed` have events of their own.
    Phase(Phase),
    /// Something worth a line: a port that was taken, which of several servers was chosen.
    Note(String),
    /// The login waits in silence, and perhaps for the user: a push on a phone, a key to touch.
    Waits(String),
    /// A question for the person.
    Ask(Prompt, Reply),
    /// The tunnel stands.
    Ready(Box<Ready>),
    /// What is known of a job that waits, when it is another thing than before.
    Job(JobInfo),
    /// The time of the job that the server runs in is nearly up, or is longer than it was.
    Walltime(JobInfo, Walltime),
    /// What goes on in the server, when it is another thing than before.
    Kernels(Activity),
    /// The newest launch's log.
    Log {
        /// Where it is on the far side; empty when there is none.
        path: String,
        /// Its text, with tokens taken out.
        text: String,
    },
    /// What [`super::Goal::Look`] found: servers in use and passed over, in words.
    Seen(InspectReport),
    /// A step that worked, in words, for `doctor`.
    Step(String),
    /// A wish was not granted, and the session goes on: busy kernels.
    Refused(Problem),
    /// The end, with a reason.
    Failed(Problem),
    /// The end.
    Closed,
}
