//! Needs that attempts by libssh2 have shown: later ones go to the system's `ssh` at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ssh::OpensshNeed;
use crate::ssh::resolve::SshTarget;

/// The needs of targets, for as long as the program runs. Clones are the same list.
#[derive(Debug, Clone, Default)]
pub struct Learned(Arc<Mutex<Vec<(SshTarget, OpensshNeed)>>>);

impl Learned {
    /// Remembers what a target needs.
    pub fn remember(&self, target: &SshTarget, need: OpensshNeed) {
        let mut known = self.known();
        known.retain(|(other, _)| other != target);
        known.push((target.clone(), need));
    }

    /// Returns what the target is known to need.
    pub fn of(&self, target: &SshTarget) -> Option<OpensshNeed> {
        let known = self.known();
        let mut needs = known.iter().filter(|(other, _)| other == target);
        needs.next().map(|(_, need)| need.clone())
    }

    fn known(&self) -> MutexGuard<'_, Vec<(SshTarget, OpensshNeed)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
