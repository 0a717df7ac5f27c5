//! Effects that a session requests.

use std::time::Duration;

use super::types::{FoundServer, JobEnd};
use crate::jupyter::{Activity, ComputeNode, Kernels, Page, Server};
use crate::phase::Phase;
use crate::problem::Problem;
use crate::remote::OtherServers;
use crate::scheduler::{JobIdentity, Route};
use crate::session::types::InspectReport;
use crate::session::types::JobInfo;

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

/// Effect for the driver to carry out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Run `ssh -G`.
    Resolve,
    /// Dial, shake hands, check the host key.
    Connect,
    /// Log in.
    LogIn,
    /// Start the script and let it look.
    Discover,
    /// Take the launch lock on the remote host and discover again.
    Lock,
    /// Launch a server.
    Launch,
    /// Release the launch lock on the remote host.
    Unlock,
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
    /// A job is gone: look what it left in that folder.
    JobOver(String),
    /// End a job, and make sure that it is gone.
    EndJob(JobEnd),
    /// Wait before the next look.
    Sleep(Duration),
    /// Tell what is known of the job.
    EmitJob(JobInfo),
    /// Wait for a launch that someone else began, in that folder.
    Await(String),
    /// Fetch the log of the launch in that folder, or of the newest one.
    FetchLog(Option<String>),
    /// Make a session to the server's node; where that is new, see first whether it hangs.
    ConnectNode(Box<ComputeNode>, u32, bool),
    /// Have the job in that folder restart its server, on the address of its node.
    Relocate(String),
    /// Let the session to the node go, and keep the local ports.
    CloseListeners,
    /// Remember the route for this host.
    RememberRoute(Route),
    /// Begin the relay to a server in the job of that number.
    Relay(Box<Server>, String),
    /// End the script, open the local port, start the forwarder.
    Listen(Server),
    /// Close the local port and give the connection back to the script.
    Leave,
    /// Ask the server through the tunnel.
    Check(Server, u16, bool),
    /// Try a forward to where a server of this host would listen.
    Probe,
    /// Try a start without starting: set-up and program, or whether the scheduler would take the job.
    Rehearse,
    /// Count its kernels.
    Count(Server, u16),
    /// Prompt the user about that many kernels, or about kernels that cannot be counted.
    Confirm(Option<Kernels>),
    /// Ask the server to shut down.
    AskToEnd(Server, u16),
    /// Make sure that the process is gone; `asked` when it was asked before.
    EnsureStopped {
        /// The server.
        server: Server,
        /// True if it was asked to shut down, and ends without a signal.
        asked: bool,
    },
    /// End a launch that has no server yet, or none that can be used, in that folder.
    EndLaunch(String),
    /// Probe the remote host.
    ProbePeer,
    /// Let the connection go, and keep the local ports.
    Suspend,
    /// Wait for the next attempt.
    Pause(Duration),
    /// Begin an attempt to reconnect.
    Attempt,
    /// Go on pumping, through the new connection.
    Resume,
    /// Let the script look for servers, beside the tunnel.
    RecheckInBackground,
    /// Let the script fetch the log, beside the tunnel.
    ReadLogInBackground,
    /// Let the scheduler give a job that many seconds more.
    Extend(JobInfo, u64),
    /// The same beside the tunnel.
    ExtendInBackground(JobInfo, u64),
    /// Ask the scheduler for a job.
    List(String),
    /// The same beside the tunnel.
    ListInBackground(String),
    /// Tell that a job has more time.
    EmitExtended(JobInfo),
    /// Remember the local port for this host.
    Remember(u16),
    /// Open the page in the browser.
    Show(Box<FoundServer>, u16, Page),
    /// Tell a phase.
    Phase(Phase),
    /// Tell something.
    Note(String),
    /// Tell that a step of a look went well.
    EmitStep(String),
    /// Report that the tunnel is open.
    EmitReady(Box<FoundServer>, u16, String),
    /// Report that the tunnel is open again.
    EmitReconnected(Box<FoundServer>, u16),
    /// Tell what goes on in the server.
    EmitActivity(Activity),
    /// Tell what was seen.
    EmitInspected(InspectReport),
    /// Tell the log.
    EmitLog(String, String),
    /// Tell that a wish was refused.
    EmitRefused(Problem),
    /// Tell the end with a reason.
    EmitFailed(Problem),
    /// Tell the end.
    EmitClosed,
}
