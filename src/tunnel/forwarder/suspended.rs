//! The listeners and connections that outlive a forwarder.

use crate::ssh::Stream;
use crate::tunnel::channel_opener::OpenRequest;
use crate::tunnel::listener::ForwardListener;
use crate::tunnel::resume::ResumableStreams;

/// Rest of a forwarder whose connection is gone: the open listeners, and the accepted connections
/// that have no channel yet. [`super::super::HeldListeners`] accepts meanwhile; without it new connections wait in the
/// listeners' own queues, which the system bounds.
#[derive(Default)]
pub struct SuspendedListeners {
    pub(in crate::tunnel) forward_listeners: Vec<ForwardListener>,
    pub(in crate::tunnel) waiting: Vec<OpenRequest>,
    /// Connections whose request for a new page was lost with the connection.
    pub(in crate::tunnel) unanswered_pages: Vec<Stream>,
    /// Websockets, which go on over the next connection.
    pub(in crate::tunnel) streams: Option<ResumableStreams>,
    /// Largest window that its transfers have needed, in bytes.
    pub(in crate::tunnel) window: u32,
}
