//! The jump hosts whose last login needed nobody.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::ssh::resolve::SshTarget;

/// Jump hosts whose last login needed nobody: a trusted network, a conversation without prompts. Only
/// their conversation may begin while nobody is there. Clones are the same list.
#[derive(Debug, Clone, Default)]
pub struct Unattended(Arc<Mutex<Vec<SshTarget>>>);

impl Unattended {
    /// Remembers if the last login there needed nobody.
    pub fn remember(&self, target: &SshTarget, needs_nobody: bool) {
        let mut known = self.known();
        known.retain(|other| other != target);
        if needs_nobody {
            known.push(target.clone());
        }
    }

    /// Returns true if the last login there needed nobody.
    pub fn contains(&self, target: &SshTarget) -> bool {
        self.known().contains(target)
    }

    fn known(&self) -> MutexGuard<'_, Vec<SshTarget>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
