//! Changes of a host that are worth a notification.

use std::time::Duration;

use crate::problem::Problem;
use crate::session::{CellDone, IdleTime, JobInfo, Ready, Walltime};

/// Offer to start a server again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestartOffer {
    /// With the notebook that the user had open last.
    pub notebook: Option<String>,
}

/// Cost of the end of a job's time, and if that can be put off.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outlook {
    /// The paths of notebooks whose kernels are busy.
    pub busy: Vec<String>,
    /// True if the scheduler can be asked for more time, and has not refused it.
    pub can_be_extended: bool,
}

/// Something that has just become so.
#[derive(Debug, Clone, PartialEq)]
pub enum NotableChange {
    /// A tab is open.
    Opened(Ready),
    /// A tab is open, in a job that waited that long.
    Started(Ready, Duration),
    /// The time of its job is nearly up, or is longer than it was.
    Walltime(JobInfo, Walltime, Outlook),
    /// The server of an open tunnel has ended, and can be started again.
    Ended(Problem, RestartOffer),
    /// A host failed, or its connection is lost for good.
    Failed(Problem),
    /// The connection has been lost for a while, for that reason, and is being made again.
    Lost(String),
    /// The connection is lost, and the login needs the user, for that reason.
    LoginNeeded(String),
    /// A tunnel of the run before would stand again, but for a login that needs the user.
    LoginPostponed,
    /// The connection is back, after that time.
    Returned(Duration),
    /// Its server, or a kernel of it, is about to end because nobody uses it.
    Idle(IdleTime),
    /// A run of cells is done.
    CellDone(CellDone),
    /// A remark of the session that needs the user.
    Warning(String),
    /// The page, at that local port, was not opened again: a browser has it open.
    PageOpen(u16),
    /// A request was refused, and the session goes on.
    Refused(Problem),
}
