//! Effects that a session requests.

use std::time::Duration;

use super::command::KernelCommand;
use super::kernel_runs::NextLook;
use super::types::{FoundServer, JobEnd, SchedulerCall};
use crate::config::Forward;
use crate::jupyter::{ComputeNode, Kernels, Page, Server};
use crate::phase::Phase;
use crate::problem::Problem;
use crate::remote::OtherServers;
use crate::scheduler::Route;
use crate::secret::redact;
use crate::session::event::Event;
use crate::session::types::{JobInfo, Walltime};

/// Task for which the script runs beside an open tunnel.
#[derive(Debug, PartialEq, Eq)]
pub enum BackgroundTask {
    /// Look for servers.
    Recheck,
    /// Fetch the log.
    ReadLog,
    /// Look how busy the server's machine is.
    ReadUsage,
    /// Ask the scheduler for a job.
    List(String),
    /// Let the scheduler give a job that many seconds more.
    Extend(JobInfo, u64),
    /// Note in the folder of a launch or a job that its server counts as used.
    Keep(String),
}

/// Effect for the driver to carry out.
#[derive(Debug, PartialEq)]
pub enum Effect {
    // ---- Reports to the user interface.
    /// Send an event.
    Emit(Event),
    /// Report that the tunnel is open.
    EmitReady(Box<FoundServer>, u16, String),
    /// Report that the tunnel is open again.
    EmitReconnected(Box<FoundServer>, u16),

    // ---- The connection: made, lost, and made again.
    /// Run `ssh -G`.
    Resolve,
    /// Dial, shake hands, check the host key.
    Connect,
    /// Log in.
    LogIn,
    /// Begin an attempt to reconnect.
    Attempt,
    /// The same with the user, who expects a prompt.
    AttemptWithUser,
    /// Let go of the connection, and tell that the login needs the user.
    AwaitUser,
    /// Wait for the next attempt.
    Pause(Duration),
    /// Let the connection go, and keep the local ports.
    Suspend,
    /// Go on pumping, through the new connection.
    Resume,
    /// Probe the remote host.
    ProbePeer,

    // ---- Servers and launches on the remote host.
    /// Start the script and let it look.
    Discover,
    /// Take the launch lock on the remote host and discover again.
    Lock,
    /// Release the launch lock on the remote host.
    Unlock,
    /// Launch a server.
    Launch,
    /// Wait for a launch that someone else began, in that folder.
    Await(String),
    /// End a launch that has no server yet, or none that can be used, in that folder.
    EndLaunch(String),
    /// Make sure that the process is gone; `asked` when it was asked before.
    EnsureStopped {
        /// The server.
        server: Server,
        /// True if it was asked to shut down, and ends without a signal.
        asked: bool,
    },
    /// Try a start without starting: set-up and program, or whether the scheduler would take the job.
    Rehearse,
    /// Fetch the log of the launch in that folder, or of the newest one.
    FetchLog(Option<String>),
    /// Fetch the lists that a user chooses from.
    FetchChoices,
    /// Fetch the notebooks and folders in that folder.
    FetchPaths(String),

    // ---- Jobs, and calls of the scheduler.
    /// Submit a job whose server listens there (`bind`).
    Submit(&'static str),
    /// Look at the files in a job's folder.
    ReadJobFiles(String),
    /// Look for the server of a job that has no files of its own.
    ReadSharedHome {
        /// The job.
        id: String,
        /// Servers that ran before.
        known: OtherServers,
        /// The node, if it is known.
        node: Option<String>,
    },
    /// Ask the scheduler for a job.
    Poll(SchedulerCall),
    /// Ask it for that job alone, by its id: a list did not show it.
    Query(SchedulerCall),
    /// Ask it why that does not start.
    QueryPendingReason(SchedulerCall),
    /// Ask the scheduler for a job.
    List(String),
    /// Let the scheduler give a job that many seconds more.
    Extend(JobInfo, u64),
    /// A job is gone: look what it left in that folder.
    JobOver(String),
    /// End a job, and make sure that it is gone.
    EndJob(JobEnd),
    /// Wait before the next look.
    Sleep(Duration),

    // ---- The tunnel, and the route to the server.
    /// End the script, open the local port, start the forwarder.
    Listen(Server),
    /// Open a further local port of an open tunnel, and tell of it.
    Forward(Box<FoundServer>, u16, Forward),
    /// Close the local port and give the connection back to the script.
    Leave,
    /// Try a forward to where a server of this host would listen.
    Probe,
    /// Make a session to the server's node; where that is new, see first whether it hangs.
    ConnectNode(Box<ComputeNode>, u32, bool),
    /// Let the session to the node go, and keep the local ports.
    CloseListeners,
    /// Begin the relay to a server in the job of that number.
    Relay(Box<Server>, String),
    /// Have the job in that folder restart its server, on the address of its node.
    Relocate(String),

    // ---- Requests to the server, and tasks of the script, beside the open tunnel.
    /// Ask the server through the tunnel.
    Check(Server, u16, bool),
    /// Count its kernels.
    Count(Server, u16),
    /// Ask the server to shut down.
    AskToEnd(Server, u16),
    /// Look at the kernels again at that time.
    WatchKernels(NextLook),
    /// Do something with one kernel.
    ActOnKernel(Server, u16, KernelCommand),
    /// Run the script for that task.
    InBackground(BackgroundTask),

    // ---- The local computer and its user.
    /// Prompt the user about that many kernels, or about kernels that cannot be counted.
    Confirm(Option<Kernels>),
    /// Open the page in the browser.
    Show(Box<FoundServer>, u16, Page),
    /// Count the websockets that pages have open, before that page is shown.
    CountPages(Box<FoundServer>, u16, Page),
    /// Remember the local port for this host.
    Remember(u16),
    /// Remember the route for this host.
    RememberRoute(Route),
}

impl Effect {
    /// Reports something worth a line.
    pub(super) fn note(text: String) -> Self {
        Self::Emit(Event::Note(text))
    }

    /// Reports something that needs the user.
    pub(super) fn warning(text: String) -> Self {
        Self::Emit(Event::Warning(text))
    }

    /// Reports a step that succeeded.
    pub(super) fn step(text: String) -> Self {
        Self::Emit(Event::Step(text))
    }

    /// Begins a phase, and reports it.
    pub(super) fn phase(phase: Phase) -> Self {
        Self::Emit(Event::Phase(phase))
    }

    /// Reports a log, without its tokens.
    pub(super) fn log(path: String, text: &str) -> Self {
        let text = redact(text);
        Self::Emit(Event::Log { path, text })
    }

    /// Reports that a job has more time.
    pub(super) fn extended(job: JobInfo) -> Self {
        Self::Emit(Event::Walltime(job, Walltime::Extended))
    }

    /// Refuses a command; the session continues.
    pub(super) fn refused(problem: Problem) -> Self {
        Self::Emit(Event::Refused(problem))
    }

    /// Ends the session with a reason.
    pub(super) fn failed(problem: Problem) -> Self {
        Self::Emit(Event::Failed(problem))
    }

    /// Ends the session.
    pub(super) fn closed() -> Self {
        Self::Emit(Event::Closed)
    }
}
