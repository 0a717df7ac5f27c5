//! Events that a session handles, in groups by their source.

use std::time::Duration;

use super::types::PollResult;
use crate::jupyter::{HostInfo, Kernels, Observation, Page, RuntimeFile, ServerAnswer};
use crate::problem::Problem;
use crate::remote::{Discovery, NodeUsage};
use crate::scheduler::{CommandOutput, HostChoices, JobIdentity, PendingReason, Presence};

/// Event of a session: the outcome of an effect, or something that happened meanwhile.
#[derive(Debug)]
pub enum FsmEvent {
    /// An outcome of connecting.
    Connection(ConnectionEvent),
    /// An answer of the script on the remote host.
    Script(ScriptEvent),
    /// Something about a job.
    Job(JobEvent),
    /// Something about the forwards, and the route to the server.
    Tunnel(TunnelEvent),
    /// An answer of the server.
    Server(ServerEvent),
    /// Something on the local computer.
    Local(LocalEvent),
    /// The connection is lost; it was open for that long.
    Lost {
        /// Description for the user.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// The session to the compute node is lost, and the login host's is not; it was open for that
    /// long.
    NodeLost {
        /// Description for the user.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// An effect failed.
    Failed(Problem),
}

/// Outcome of a step to a connection.
#[derive(Debug)]
pub enum ConnectionEvent {
    /// The ssh configuration is known.
    Resolved,
    /// Connected, and the host key is right.
    Connected,
    /// Logged in.
    LoggedIn,
    /// An attempt to reconnect failed, since the login needs the user.
    NeedsUser(Problem),
    /// An attempt to reconnect failed, possibly because of the network alone.
    Unreached {
        /// Description for the user.
        problem: Problem,
        /// True if the network is the reason: then the host is tried without end.
        of_the_network: bool,
        /// Duration of the attempt.
        took: Duration,
    },
}

/// Answer of the script on the remote host.
#[derive(Debug)]
pub enum ScriptEvent {
    /// Runtime files, newest first.
    Found(Vec<RuntimeFile>, HostInfo),
    /// The same where servers run in jobs.
    Discovered(Box<Discovery>),
    /// The servers that the script found beside the open tunnel.
    Rechecked(Vec<RuntimeFile>, HostInfo),
    /// The launched server's runtime file, and the account's number.
    Launched(RuntimeFile),
    /// The launch that was waited for is over, or the right to launch was lost: what there is has to
    /// be found out once more.
    Rediscover,
    /// Way in which it ended: `itself`, `TERM`, `KILL`, `job` (with its job), `launch` (it was
    /// still starting), or `no` (it did not).
    Gone(String),
    /// The log of the newest launch.
    Log(String, String),
    /// The log could not be had.
    NoLog(Problem),
    /// The server counts as used from now on; or why not.
    Kept(Result<(), Problem>),
    /// Load of the server's machine.
    Usage(Box<NodeUsage>),
    /// That could not be had.
    NoUsage(Problem),
    /// A start was rehearsed: what is known of it now, or what could not be known; either may be empty.
    Rehearsed(Result<String, String>),
    /// The lists that a user chooses from.
    Choices(HostChoices),
    /// Notebooks and folders.
    Paths(Vec<String>),
}

/// Something about a job.
#[derive(Debug)]
pub enum JobEvent {
    /// The job was submitted, with that folder and number.
    Submitted {
        /// Its folder.
        folder: String,
        /// Identity of the job.
        identity: JobIdentity,
    },
    /// The job's files tell nothing new, or the node on which it has begun.
    FilesRead(Option<String>),
    /// The scheduler's answer about the job, and the age of that answer.
    Polled(PollResult, Duration),
    /// The scheduler's answer to a query for that job alone.
    Queried(Presence),
    /// The reason why it does not start, if the scheduler gave one.
    PendingReason(Option<PendingReason>),
    /// The job is over: its exit status, where it left one, and the last lines of its log.
    Over(Option<i32>, String),
    /// The job will restart its server.
    Moved,
    /// The scheduler's answer to the extension.
    Extended(CommandOutput),
    /// It could not be asked.
    NotExtended(Problem),
}

/// Something about the forwards, and the route to the server.
#[derive(Debug)]
pub enum TunnelEvent {
    /// The local port is open; `taken` is the one that was wanted and that someone else has.
    Listening {
        /// The port.
        port: u16,
        /// The port that was wanted.
        taken: Option<u16>,
    },
    /// The forwarder works again.
    Resumed,
    /// The remote host refused a connection to the server.
    Refused,
    /// The remote host refuses every connection to the server; the problem says why.
    ForwardRefused(Problem),
    /// A forward was tried; none where the remote host allows it.
    Probed(Option<Problem>),
    /// The session to the compute node is open.
    NodeConnected,
    /// There is no session to the compute node; the problem says why.
    NodeUnreachable(Problem),
    /// The node is the right one, and the server that a runtime file names is not on it.
    ServerNotOnNode(Problem),
    /// There is no session to the node, and cannot be: the login host forwards nothing, to the
    /// node's address neither.
    ForwardingForbidden(Problem),
}

/// Answer of the server.
#[derive(Debug)]
pub enum ServerEvent {
    /// The server's answer through the tunnel.
    Checked(Result<ServerAnswer, Problem>),
    /// The server answered and cannot be used; the problem says why.
    Unsuitable(Problem),
    /// Kernels were counted; none when the server would not tell.
    Counted(Option<Kernels>),
    /// The server was asked to shut down; false when it would not be asked.
    AskedToEnd(bool),
    /// The server's activity.
    Active(Observation),
    /// A kernel was interrupted, restarted or shut down; or why not.
    KernelActed(Result<(), Problem>),
    /// Number of websockets that pages have open; the page is to be shown if there are none.
    PagesCounted(usize, Page),
}

/// Something on the local computer.
#[derive(Debug)]
pub enum LocalEvent {
    /// A pause is over.
    Elapsed,
    /// The local computer woke up, or its network changed.
    Check,
    /// The user wants the connection now, and expects a prompt.
    TryNow,
    /// The user's answer about busy kernels.
    Confirmed(bool),
    /// The page was not shown after all, for that reason.
    NotShown(String),
}
