//! Events that a session handles.

use std::time::Duration;

use super::types::Busy;
use crate::jupyter::{Activity, HostInfo, Kernels, Page, RuntimeFile, ServerAnswer};
use crate::problem::Problem;
use crate::remote::Discovery;
use crate::scheduler::{CommandOutput, Job, JobIdentity, PendingReason, Presence};

/// Result of polling the scheduler for a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PollResult {
    /// The job as the scheduler lists it.
    Listed(Box<Job>),
    /// It does not know it.
    Missing,
    /// It gave no list; its own words.
    Failed(String),
    /// It was not asked: another session asks it, or has just done so.
    Later,
}

/// Event of a session: a request, or the outcome of an effect.
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
        /// Identity of the job.
        identity: JobIdentity,
    },
    /// The job's files tell nothing new, or the node on which it has begun.
    JobFilesRead(Option<String>),
    /// The scheduler's answer about the job, and the age of that answer.
    JobPolled(PollResult, Duration),
    /// The scheduler's answer to a query for that job alone.
    JobQueried(Presence),
    /// The reason why it does not start, if the scheduler gave one.
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
    /// The server answered and cannot be used; the problem says why.
    Unsuitable(Problem),
    /// Kernels were counted; none when the server would not tell.
    Counted(Option<Kernels>),
    /// The user's answer about busy kernels.
    Confirmed(bool),
    /// The server was asked to shut down; false when it would not be asked.
    AskedToEnd(bool),
    /// Way in which it ended: `itself`, `TERM`, `KILL`, `job` (with its job), `launch` (it was
    /// still starting), or `no` (it did not).
    Gone(String),
    /// The log of the newest launch.
    Log(String, String),
    /// The tab is wanted (again).
    Show(Page),
    /// The server is to be stopped.
    Stop(Busy),
    /// The tunnel is to be closed.
    Close,
    /// Request for the log while the tunnel is open or a job waits.
    ReadLog,
    /// The machine woke up, or its network changed.
    Check,
    /// The connection is lost; it was open for that long.
    Lost {
        /// Description for the user.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// An attempt to reconnect failed, possibly because of the network alone.
    Unreached {
        /// Description for the user.
        problem: Problem,
        /// True if the local computer has no network.
        offline: bool,
        /// Duration of the attempt.
        took: Duration,
    },
    /// A pause is over.
    Elapsed,
    /// The forwarder works again.
    Resumed,
    /// The remote host refused a connection to the server.
    Refused,
    /// The remote host refuses every connection to the server; the problem says why.
    ForwardRefused(Problem),
    /// A forward was tried; none where the remote host allows it.
    Probed(Option<Problem>),
    /// A start was rehearsed: what is known of it now, or what could not be known; either may be empty.
    Rehearsed(Result<String, String>),
    /// The session to the compute node is open.
    NodeConnected,
    /// There is no session to the compute node; the problem says why.
    NodeUnreachable(Problem),
    /// The node is the right one, and the server that a runtime file names is not on it.
    ServerNotOnNode(Problem),
    /// It did not, and could not: the login host forwards nothing, to the node's address neither.
    ForwardingForbidden(Problem),
    /// The session to the compute node is lost, and the login host's is not; it was open for that
    /// long.
    NodeLost {
        /// Description for the user.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// The job will restart its server.
    Moved,
    /// The servers that the script found beside the open tunnel.
    Rechecked(Vec<RuntimeFile>, HostInfo),
    /// The server's job is to get that many seconds more.
    Extend(u64),
    /// The scheduler's answer to the extension.
    Extended(CommandOutput),
    /// It could not be asked.
    NotExtended(Problem),
    /// The page was not shown after all, for that reason.
    NotShown(String),
    /// The log could not be had.
    NoLog(Problem),
    /// The server's activity.
    Active(Activity),
    /// An effect failed, or the connection is lost.
    Failed(Problem),
}
