//! Data that events, effects and states share.

use std::time::Duration;

use super::idle_guard::IdleRule;
use crate::jupyter::{Endpoint, Page, SelectionCriteria, Server};
use crate::scheduler::{Job, JobIdentity, Route, Routes};
use crate::session::types::{JobInfo, ServerInfo};

/// The goal of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A page in the browser, and the tunnel that it needs.
    Open {
        /// The page.
        page: Page,
        /// True if the browser is to be opened.
        show: bool,
    },
    /// The server ended.
    Stop {
        /// The way to deal with busy kernels.
        busy: Busy,
    },
    /// The log of the server that a click would use, else of the newest launch.
    Log,
    /// More time for the job that the server runs in, that many seconds.
    Extend(u64),
    /// A look at what is there, up to the answer of a server that runs; nothing is launched.
    Inspect,
    /// The same without asking the server anything.
    Glance,
    /// The lists that a user chooses from: queues, environments, modules.
    Choices,
    /// The notebooks and folders in a folder of the working folder.
    Paths(String),
}

/// The way to deal with busy kernels when a server is to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Prompt the user.
    Ask,
    /// Leave the server alone.
    Refuse,
    /// End them.
    End,
    /// Leave the server alone without a word: it was to end because nobody uses it.
    Unused,
}

/// The state machine's knowledge of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is independent of the others"
)]
pub struct SessionPlan {
    /// The goal.
    pub goal: Goal,
    /// The host's name, for messages.
    pub host: String,
    /// True if a server may be launched.
    pub launch: bool,
    /// True if a tunnel stood before, whose server is found again or has ended.
    pub restores: bool,
    /// True if a job that asked for other resources is not to be used.
    pub is_exact: bool,
    /// The criteria for a server that runs.
    pub wanted: SelectionCriteria,
    /// The time for which a lost connection is retried.
    pub patience: Duration,
    /// The scheduler that servers are launched by; empty when they are processes.
    pub scheduler: String,
    /// True if jobs tell of themselves by files in their folder.
    pub job_tells: bool,
    /// Number of calls that it takes to query why a job waits, where the scheduler's list omits
    /// that; 0 where it omits nothing.
    pub why_calls: u32,
    /// The time that a job of ours asks for, in seconds.
    pub walltime: Option<u64>,
    /// The least time between two calls of the scheduler.
    pub poll: Duration,
    /// Longest time until the server of a running job listens.
    pub timeout: Duration,
    /// Least time of a run of cells whose end is told.
    pub cell_done_after: Option<Duration>,
    /// Longest time that a server may be unused, and who ends it then.
    pub idle: Option<(Duration, IdleRule)>,
    /// The routes to the servers of jobs.
    pub routes: Routes,
}

/// A call of the scheduler while a job waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchedulerCall {
    /// The job.
    pub identity: JobIdentity,
    /// Its folder, if it is one of ours.
    pub folder: Option<String>,
    /// Its queue, where that is known.
    pub queue: String,
    /// Time since the job was last listed: an older list has no new information.
    pub since: Duration,
    /// The least time between two calls.
    pub gap: Duration,
    /// Number of times that this interval has to pass since the last call.
    pub times: u32,
}

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

/// A job to be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEnd {
    /// Its identity.
    pub identity: JobIdentity,
    /// Its folder, if it is one of ours.
    pub folder: Option<String>,
    /// True if its server was asked to shut down and ends on its own.
    pub asked: bool,
}

/// A server, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundServer {
    /// The server.
    pub server: Server,
    /// The host's own name.
    pub node: String,
    /// True if it was running before.
    pub reused: bool,
    /// The job that it runs in.
    pub job: Option<Box<JobEnd>>,
    /// The same job, as events report it.
    pub info: Option<JobInfo>,
    /// The route to it.
    pub route: Route,
}

impl FoundServer {
    /// Returns what `ready` events say about the server.
    #[must_use]
    pub fn server_info(&self, version: String) -> ServerInfo {
        let (port, socket) = match &self.server.endpoint {
            Endpoint::Tcp { port, .. } => (Some(*port), None),
            Endpoint::Socket { path } => (None, Some(path.clone())),
        };
        ServerInfo {
            host: self.node.clone(),
            port,
            socket,
            pid: self.server.pid,
            version,
            base_url: self.server.base_url.clone(),
        }
    }
}

/// The step that an attempt to reconnect has reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReconnectStep {
    /// The next attempt is waited for.
    Pausing,
    /// The login needs the user, who is waited for.
    AwaitingUser,
    /// `ssh -G` runs: another network may need another way.
    Resolving,
    /// Dialling, handshake, host key.
    Connecting,
    /// Logging in.
    LoggingIn,
    /// The script looks for the same server.
    Discovering,
    /// A session to its node is being made.
    ConnectingNode,
    /// The forwarder resumes.
    Resuming,
}
