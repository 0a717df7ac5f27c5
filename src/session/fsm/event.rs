//! What can happen to a session.

use std::time::Duration;

use super::types::Busy;
use crate::jupyter::{Activity, HostInfo, Kernels, Page, RuntimeFile, ServerAnswer};
use crate::problem::Problem;
use crate::remote::Discovery;
use crate::scheduler::{CommandOutput, Job, JobIdentity, PendingReason, Presence};

/// What the scheduler says about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollResult {
    /// This.
    Listed(Box<Job>),
    /// It does not know it.
    Missing,
    /// It gave no list; its own words.
    Failed(String),
    /// It was not asked: another session asks it, or has just done so.
    Later,
}

/// What happened: a wish, or the outcome of an effect.
#[derive(Debug)]
pub enum FsmEvent {
    /// Begin.
    Begin,
    /// The ssh configuration is known.
    Resolved,
    /// Connected, and the host key is right.
    Connected,
    /// Logged in.
    LoggedIn,
    /// Runtime files, newest first.
    Found(Vec<RuntimeFile>, HostInfo),
    /// The same where servers run in jobs.
    Discovered(Box<Discovery>),
    /// The job was submitted, with that folder and number.
    Submitted {
        /// Its folder.
        folder: String,
        /// What tells it from others.
        identity: JobIdentity,
    },
    /// The job's files tell nothing new, or the node on which it has begun.
    JobFilesRead(Option<String>),
    /// What the scheduler says about the job, or said that long ago.
    JobPolled(PollResult, Duration),
    /// What it says of that job alone.
    JobQueried(Presence),
    /// Why it does not start, if that was told.
    PendingReason(Option<PendingReason>),
    /// The job is over: its exit status, where it left one, and the last lines of its log.
    Over(Option<i32>, String),
    /// The launched server's runtime file, and the account's number.
    Launched(RuntimeFile),
    /// The launch that was waited for is over, or the right to launch was lost: what there is has to
    /// be found out once more.
    Rediscover,
    /// The local port is open; `taken` is the one that was wanted and that someone else has.
    Listening {
        /// The port.
        port: u16,
        /// The port that was wanted.
        taken: Option<u16>,
    },
    /// The server's answer through the tunnel.
    Checked(Result<ServerAnswer, Problem>),
    /// It answered, and is of no use; in words.
    Unsuitable(Problem),
    /// Kernels were counted; none when the server would not tell.
    Counted(Option<Kernels>),
    /// The person's answer about busy kernels.
    Confirmed(bool),
    /// The server was asked to shut down; false when it would not be asked.
    AskedToEnd(bool),
    /// How it ended: `itself`, `TERM`, `KILL`, `launch` (it was still starting), or `no`.
    Gone(String),
    /// The log of the newest launch.
    Log(String, String),
    /// The tab is wanted (again).
    Show(Page),
    /// The server is to be stopped.
    Stop(Busy),
    /// The tunnel is to be closed.
    Close,
    /// The log is wanted while the tunnel stands.
    ReadLog,
    /// The machine woke up, or its network changed.
    Check,
    /// The connection is lost, which stood that long.
    Lost {
        /// In words.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// An attempt to connect anew failed, and the network may be all that is wrong.
    Unreached {
        /// In words.
        problem: Problem,
        /// Whether this machine has no network.
        offline: bool,
        /// How long the attempt took.
        took: Duration,
    },
    /// A pause is over.
    Elapsed,
    /// The pump works again.
    Resumed,
    /// The far side refused a connection to the server.
    Refused,
    /// It never lets any through, in words.
    ForwardRefused(Problem),
    /// A forward was tried; none where the remote host allows it.
    Probed(Option<Problem>),
    /// A start was rehearsed: what is known of it now, or what could not be known; either may be empty.
    Rehearsed(Result<String, String>),
    /// The session to the node stands.
    NodeConnected,
    /// There is none, in words.
    NodeUnreachable(Problem),
    /// The node is right, and the server that a runtime file names is not there; in words.
    ServerNotOnNode(Problem),
    /// It did not, and could not: the login host forwards nothing, to the node's address neither.
    ForwardingForbidden(Problem),
    /// It is lost, and the login host's stands; it stood that long.
    NodeLost {
        /// In words.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// The job will start its server anew.
    Moved,
    /// What the script sees beside a standing tunnel.
    Rechecked(Vec<RuntimeFile>, HostInfo),
    /// The server's job is to get that many seconds more.
    Extend(u64),
    /// What the scheduler said to that.
    Extended(CommandOutput),
    /// It could not be asked.
    NotExtended(Problem),
    /// The page was not shown after all, for that reason.
    NotShown(String),
    /// The log could not be had.
    NoLog(Problem),
    /// What goes on in the server.
    Active(Activity),
    /// An effect failed, or the connection is lost.
    Failed(Problem),
}
