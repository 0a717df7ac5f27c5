//! The listeners and connections that outlive a forwarder.

use crate::tunnel::channel_opener::OpenRequest;
use crate::tunnel::listener::ForwardListener;
use crate::tunnel::resume::ResumableStreams;

/// Rest of a forwarder whose connection is gone: the open listeners, and the accepted connections
/// that have no channel yet. New connections wait in the listeners' own queues, which the system
/// bounds: nobody needs to accept them meanwhile.
pub struct SuspendedListeners {
    pub(super) forward_listeners: Vec<ForwardListener>,
    pub(super) waiting: Vec<OpenRequest>,
    /// Websockets, which go on over the next connection.
    pub(super) streams: Option<ResumableStreams>,
}
