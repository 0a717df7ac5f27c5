//! The words of the state machine: what a session is for, where it stands, what can happen to it,
//! and what it wants done.

use std::time::Duration;

use super::job::Wait;
use crate::jupyter::{
    Activity, Answer, Candidate, Endpoint, Facts, Kernels, Node, Page, Server, Wanted,
};
use crate::launcher::{Job, Output, Route, Routes, Why};
use crate::problem::Problem;
use crate::remote::Survey;
use crate::session::JobInfo;
use crate::session::event::{Phase, ServerInfo, Sight};

/// What a session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A page in the browser, and the tunnel that it needs.
    Open {
        /// Which page.
        page: Page,
        /// Whether to open the browser.
        show: bool,
    },
    /// The server ended.
    Stop {
        /// What to do about busy kernels.
        busy: Busy,
    },
    /// The log of the newest launch.
    Log,
    /// More time for the job that the server runs in, that many seconds.
    Extend(u64),
    /// A look at what is there; nothing is launched, no token travels.
    Look,
}

/// What to do about busy kernels when a server is to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Ask the person.
    Ask,
    /// Leave the server alone.
    Refuse,
    /// End them.
    End,
}

/// The machine's knowledge of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What for.
    pub goal: Goal,
    /// The host's name, for messages.
    pub host: String,
    /// Whether a server may be launched.
    pub launch: bool,
    /// What the server has to be like.
    pub wanted: Wanted,
    /// How long a lost connection is tried to be made anew.
    pub patience: Duration,
    /// The scheduler that servers are launched by; empty when they are processes.
    pub scheduler: String,
    /// Whether jobs tell of themselves by files in their folder.
    pub job_tells: bool,
    /// How many calls it takes to hear what the scheduler's list leaves out: why a job waits; none
    /// where it leaves nothing out.
    pub why_calls: u32,
    /// The time that a job of ours asks for, in seconds.
    pub walltime: Option<u64>,
    /// The least time between two calls of the scheduler.
    pub poll: Duration,
    /// How long a job that runs may take until its server listens.
    pub timeout: Duration,
    /// The routes to the servers of jobs.
    pub routes: Routes,
}

/// A job to be ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobEnd {
    /// Its number.
    pub id: String,
    /// Its folder, if it is one of ours.
    pub folder: Option<String>,
    /// Whether its server was asked to shut down, and it ends by itself.
    pub asked: bool,
}

/// What the scheduler says about a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    /// This.
    Listed(Box<Job>),
    /// It does not know it.
    Missing,
    /// It gave no list; its own words.
    Failed(String),
    /// It was not asked: another session asks it, or has just done so.
    Later,
}

/// A call of the scheduler while a job waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// The job.
    pub id: String,
    /// Its queue, where that is known.
    pub queue: String,
    /// How long ago it was last listed: what is older is no news.
    pub since: Duration,
    /// The least time since the call before.
    pub gap: Duration,
}

/// A server, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The server.
    pub server: Server,
    /// The machine's own name.
    pub node: String,
    /// Whether it was running before.
    pub reused: bool,
    /// The job that it runs in.
    pub job: Option<Box<JobEnd>>,
    /// The same, as others are told.
    pub info: Option<JobInfo>,
    /// How it is reached.
    pub route: Route,
}

/// How far an attempt to connect anew has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The next attempt is waited for.
    Pausing,
    /// `ssh -G` runs: another network may need another way.
    Resolving,
    /// Dialling, handshake, host key.
    Connecting,
    /// Logging in.
    LoggingIn,
    /// The script looks for the same server.
    Finding,
    /// A session to its node is being made.
    Hopping,
    /// The pump begins again.
    Resuming,
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing was asked yet.
    Idle,
    /// `ssh -G` runs.
    Resolving,
    /// Dialling, handshake, host key.
    Connecting,
    /// Logging in.
    LoggingIn,
    /// The script looks for servers; `locked` when nobody else may launch meanwhile.
    Finding {
        /// Whether the far side's launch lock is held.
        locked: bool,
    },
    /// A launched server is starting, on the machine of that name.
    Starting {
        /// The machine's own name.
        node: String,
    },
    /// A job is being submitted.
    Submitting,
    /// A job waits for its turn, or its server starts.
    Queued(Box<Wait>),
    /// The connection was lost meanwhile, and another one is being made.
    Returning(Box<Wait>, Step),
    /// A job that can never start is being taken out of the queue; the reason is told afterwards.
    Dropping(Box<Problem>),
    /// A session to the server's node is being made; the local port may be open already.
    Hopping(Box<Found>, Option<u16>),
    /// Its job is being told to start it anew where it can be reached.
    Moving(Box<Found>),
    /// The local port is being opened.
    Listening(Box<Found>),
    /// The server is asked through the tunnel.
    Checking(Box<Found>, u16),
    /// The tunnel stands.
    Ready(Box<Found>, u16),
    /// The connection is lost; the local port is held, and another connection is being made.
    Reconnecting(Box<Found>, u16, Step),
    /// Kernels are being counted before a stop.
    Counting(Box<Found>, u16, Busy),
    /// The person is asked about busy kernels.
    Confirming(Box<Found>, u16),
    /// The server was asked to shut down.
    ShuttingDown(Box<Found>),
    /// The far side makes sure that it is gone.
    Ending,
    /// The log is being fetched.
    FetchingLog,
    /// The scheduler is asked to give the job more time.
    Extending(Box<JobInfo>),
    /// Over.
    Ended,
}

/// What happened: a wish, or the outcome of an effect.
#[derive(Debug)]
pub enum Input {
    /// Begin.
    Begin,
    /// The ssh configuration is known.
    Resolved,
    /// Connected, and the host key is right.
    Connected,
    /// Logged in.
    LoggedIn,
    /// Runtime files, newest first.
    Found(Vec<Candidate>, Facts),
    /// The same where servers run in jobs.
    Surveyed(Box<Survey>),
    /// The job was submitted, with that folder and number.
    Submitted {
        /// Its folder.
        folder: String,
        /// Its number.
        id: String,
    },
    /// The job's files tell nothing new, or the node on which it has begun.
    Peeked(Option<String>),
    /// What the scheduler says about the job, or said that long ago.
    Polled(Poll, Duration),
    /// Why it does not start, if that was told.
    Why(Option<Why>),
    /// The job is over: its exit status, where it left one, and the last lines of its log.
    Over(Option<i32>, String),
    /// The launched server's runtime file, and the account's number.
    Launched(Candidate),
    /// The local port is open; `taken` is the one that was wanted and that someone else has.
    Listening {
        /// The port.
        port: u16,
        /// The port that was wanted.
        taken: Option<u16>,
    },
    /// The server's answer through the tunnel.
    Checked(Result<Answer, Problem>),
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
    WantLog,
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
    Barred(Problem),
    /// The session to the node stands.
    HopStands,
    /// There is none, in words.
    NoHop(Problem),
    /// The node is right, and the server that a runtime file names is not there; in words.
    NotThere(Problem),
    /// It did not, and could not: the login host forwards nothing, to the node's address neither.
    NoForwarding(Problem),
    /// It is lost, and the login host's stands; it stood that long.
    HopLost {
        /// In words.
        problem: Problem,
        /// Since it was ready.
        stood: Duration,
    },
    /// The job will start its server anew.
    Moved,
    /// What the script sees beside a standing tunnel.
    Looked(Vec<Candidate>, Facts),
    /// The server's job is to get that many seconds more.
    Extend(u64),
    /// What the scheduler said to that.
    Extended(Output),
    /// It could not be asked.
    NotExtended(Problem),
    /// The log could not be had.
    NoLog(Problem),
    /// What goes on in the server.
    Active(Activity),
    /// An effect failed, or the connection is lost.
    Failed(Problem),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Run `ssh -G`.
    Resolve,
    /// Dial, shake hands, check the host key.
    Connect,
    /// Log in.
    LogIn,
    /// Start the script and let it look.
    Find,
    /// Take the far side's launch lock and look again.
    Lock,
    /// Launch a server.
    Launch,
    /// Give the far side's launch lock back.
    Unlock,
    /// Submit a job whose server listens there (`bind`).
    Submit(&'static str),
    /// Look at the files in a job's folder.
    Peek(String),
    /// Look for the server of a job that has no files of its own.
    PeekFar {
        /// The job.
        id: String,
        /// Processes of servers that ran before.
        known: Vec<u32>,
        /// The node, if it is known.
        node: Option<String>,
    },
    /// Ask the scheduler for a job.
    Poll(Call),
    /// Ask it why that does not start.
    AskWhy(Call),
    /// A job is gone: look what it left in that folder.
    JobOver(String),
    /// End a job, and make sure that it is gone.
    EndJob(JobEnd),
    /// Wait before the next look.
    Rest(Duration),
    /// Tell what is known of the job.
    TellJob(JobInfo),
    /// Wait for a launch that someone else began, in that folder.
    Await(String),
    /// Fetch the log.
    FetchLog,
    /// Make a session to the server's node; where that is new, see first whether it hangs.
    Hop(Box<Node>, u32, bool),
    /// Have the job in that folder start its server anew, on its node's address.
    Move(String),
    /// Let the session to the node go, and keep the local ports.
    Shut,
    /// Remember the route for this host.
    RememberRoute(Route),
    /// Begin the relay to a server in the job of that number.
    Relay(Box<Server>, String),
    /// End the script, open the local port, start the pump.
    Listen(Server),
    /// Ask the server through the tunnel.
    Check(Server, u16, bool),
    /// Count its kernels.
    Count(Server, u16),
    /// Ask the person about that many kernels.
    Confirm(Kernels),
    /// Ask the server to shut down.
    AskToEnd(Server, u16),
    /// Make sure that the process is gone; `asked` when it was asked before.
    MakeGone {
        /// The server.
        server: Server,
        /// Whether it ends by itself.
        asked: bool,
    },
    /// End a launch that has no server yet, in that folder.
    EndLaunch(String),
    /// Ask the far side for a sign of life.
    Doubt,
    /// Let the connection go, and keep the local ports.
    Hold,
    /// Wait for the next attempt.
    Pause(Duration),
    /// An attempt to connect anew begins.
    Attempt,
    /// Go on pumping, through the new connection.
    Resume,
    /// Let the script look for servers, beside the tunnel.
    LookBeside,
    /// Let the script fetch the log, beside the tunnel.
    LogBeside,
    /// Let the scheduler give a job that many seconds more.
    Extend(JobInfo, u64),
    /// The same beside the tunnel.
    ExtendBeside(JobInfo, u64),
    /// Ask the scheduler for a job.
    List(String),
    /// The same beside the tunnel.
    ListBeside(String),
    /// Tell that a job has more time.
    TellExtended(JobInfo),
    /// Remember the local port for this host.
    Remember(u16),
    /// Open the page in the browser.
    Show(Box<Found>, u16, Page),
    /// Tell a phase.
    Phase(Phase),
    /// Tell something.
    Note(String),
    /// Tell that the tunnel stands.
    TellReady(Box<Found>, u16, String),
    /// Tell that the tunnel stands again.
    TellAgain(Box<Found>, u16),
    /// Tell what goes on in the server.
    TellActivity(Activity),
    /// Tell what was seen.
    TellSeen(Sight),
    /// Tell the log.
    TellLog(String, String),
    /// Tell that a wish was refused.
    TellRefused(Problem),
    /// Tell the end with a reason.
    TellFailed(Problem),
    /// Tell the end.
    TellClosed,
}

impl Found {
    /// What `ready` events say about the server.
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
