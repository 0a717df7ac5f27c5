//! The listeners and connections that outlive a forwarder.

use crate::tunnel::channel_opener::OpenRequest;
use crate::tunnel::listener::ForwardListener;

/// What is left of a pump whose connection is gone: the open doors, and who had come in and not got
/// a channel yet. Whoever comes now waits in the listeners' own queues, which the system bounds:
/// nobody needs to accept them meanwhile.
pub struct SuspendedListeners {
    pub(super) forward_listeners: Vec<ForwardListener>,
    pub(super) waiting: Vec<OpenRequest>,
}
