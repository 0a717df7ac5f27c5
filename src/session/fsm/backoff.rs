//! The pauses between attempts to connect again.

use std::time::Duration;

/// No pause is longer.
const LONGEST_PAUSE: u64 = 15;

/// The losses and attempts since the connection last was good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReconnectBackoff {
    pub(super) losses: u32,
    /// The time that attempts and pauses took, where the network was not the reason: that one says
    /// nothing about the host, and a laptop may be carried about for hours.
    pub(super) spent: Duration,
}

impl ReconnectBackoff {
    /// The pause before the next attempt: none, then 1, 2, 4… seconds, as `JupyterLab` itself does.
    pub(super) fn pause(&mut self) -> Duration {
        let seconds = match self.losses {
            0 => 0,
            losses => 1_u64.checked_shl(losses - 1).unwrap_or(LONGEST_PAUSE),
        };
        self.losses = self.losses.saturating_add(1).min(60);
        Duration::from_secs(seconds.min(LONGEST_PAUSE))
    }
}
