//! The pauses between attempts to connect again.

use std::time::Duration;

/// No pause is longer.
const LONGEST_PAUSE: u64 = 15;

/// Nor shorter after an attempt, unless it is the first.
const SHORTEST_PAUSE: Duration = Duration::from_secs(1);

/// The losses and attempts since the connection last was good.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReconnectBackoff {
    pub(super) losses: u32,
    /// The time that attempts and pauses took, where the network was not the reason: that one says
    /// nothing about the host, and a laptop may be carried about for hours.
    pub(super) spent: Duration,
    /// Duration of the last attempt.
    attempt: Duration,
}

impl ReconnectBackoff {
    /// Takes note of an attempt that took so long.
    pub(super) fn tried(&mut self, attempt: Duration) {
        self.attempt = attempt;
    }

    /// The pause before the next attempt: none, then 1, 2, 4… seconds, as `JupyterLab` itself does. An attempt that
    /// waited for an answer was a part of it: else a network that is back would be found so much later.
    pub(super) fn pause(&mut self) -> Duration {
        let attempt = std::mem::take(&mut self.attempt);
        let seconds = match self.losses {
            0 => 0,
            losses => 1_u64.checked_shl(losses - 1).unwrap_or(LONGEST_PAUSE),
        };
        self.losses = self.losses.saturating_add(1).min(60);
        if seconds == 0 {
            return Duration::ZERO;
        }
        let pause = Duration::from_secs(seconds.min(LONGEST_PAUSE));
        pause.saturating_sub(attempt).max(SHORTEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attempt_that_waited_was_a_part_of_the_pause() {
        let mut trouble = ReconnectBackoff::default();
        let pauses = [0, 0, 0, 6, 20, 0, 9].map(|attempt| {
            trouble.tried(Duration::from_secs(attempt));
            trouble.pause().as_secs()
        });
        assert_eq!(pauses, [0, 1, 2, 1, 1, 15, 6]);
    }
}
