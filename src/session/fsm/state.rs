//! The states of a session.

use super::job::JobWait;
use super::types::{Busy, FoundServer, ReconnectStep};
use crate::jupyter::Kernels;
use crate::problem::Problem;
use crate::session::types::JobInfo;

/// State of a session.
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
    Discovering {
        /// True if the launch lock on the remote host is held.
        locked: bool,
    },
    /// A launched server is starting, on the machine of that name.
    Starting {
        /// The host's own name.
        node: String,
        /// True if this session launched it, and did not find it starting.
        own: bool,
    },
    /// A job is being submitted.
    Submitting,
    /// A job waits for its turn, or its server starts.
    Queued(Box<JobWait>),
    /// The connection was lost meanwhile, and another one is being made.
    Returning(Box<JobWait>, ReconnectStep),
    /// A job or a launch that cannot be used is being ended; the reason is reported afterwards.
    Dropping(Box<Problem>),
    /// A session to the server's node is being made; the local port may be open already.
    ConnectingNode(Box<FoundServer>, Option<u16>),
    /// The server's job is being told to restart it where it can be reached.
    Relocating(Box<FoundServer>),
    /// The local port is being opened.
    Listening(Box<FoundServer>),
    /// The server is asked through the tunnel.
    Checking(Box<FoundServer>, u16),
    /// The tunnel is open.
    Ready(Box<FoundServer>, u16),
    /// The connection is lost; the local port is held, and another connection is being made.
    Reconnecting(Box<FoundServer>, u16, ReconnectStep),
    /// Kernels are being counted before a stop.
    Counting(Box<FoundServer>, u16, Busy),
    /// The user is prompted about busy kernels.
    Confirming(Box<FoundServer>, u16, Option<Kernels>),
    /// The server was asked to shut down.
    ShuttingDown(Box<FoundServer>),
    /// The remote host makes sure that the server, or its job, is gone.
    Ending,
    /// A forward is being tried, to where no server runs; then a start, without starting.
    Probing,
    /// The log is being fetched, or the lists that a user chooses from.
    FetchingLog,
    /// The scheduler is asked to give the job more time.
    Extending(Box<JobInfo>),
    /// Over.
    Ended,
}
