//! The state that the sessions of one process share.

use super::poll_coordinator::PollCoordinator;
use crate::connect::JumpHostPool;

/// State that the sessions of one process share: the logins at jump hosts, and the calls of schedulers.
/// A process makes one and hands a clone to each session; clones share the same.
#[derive(Clone, Default)]
pub struct Shared {
    pub(super) jump_hosts: JumpHostPool,
    pub(super) polls: PollCoordinator,
}
