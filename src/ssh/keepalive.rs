//! Longest silence of a remote host, as the ssh configuration has it.

use std::time::{Duration, Instant};

use super::resolve::SshTarget;

/// Used where the configuration sets no interval (OpenSSH's own default): a dead connection is
/// reported after three quarters of a minute, before `JupyterLab` gives up (two minutes), and an
/// idle tunnel costs four small packets a minute.
const USUAL: KeepaliveConfig = KeepaliveConfig {
    interval: Duration::from_secs(15),
    misses: 2,
};

/// No interval is longer: sums of times must not overflow.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Times at which the remote host is sent a keepalive, and at which it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepaliveConfig {
    interval: Duration,
    misses: u32,
}

impl KeepaliveConfig {
    /// `ServerAliveInterval` and `ServerAliveCountMax`, or our own where there is no interval.
    #[must_use]
    pub fn of(target: &SshTarget) -> Self {
        if target.alive_interval.is_zero() {
            return USUAL;
        }
        Self {
            interval: target.alive_interval.min(LONGEST),
            misses: target.alive_count_max.min(1000),
        }
    }

    /// Returns the time at which a remote host that was last heard at `heard` is to be sent a
    /// keepalive.
    #[must_use]
    pub fn ask_at(self, heard: Instant) -> Instant {
        heard + self.interval
    }

    /// Returns the time at which it is given up: as in OpenSSH each keepalive has one interval for
    /// its answer, and a maximum of none means never.
    #[must_use]
    pub fn lost_at(self, heard: Instant) -> Option<Instant> {
        (self.misses > 0).then(|| heard + self.interval * (self.misses + 1))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::resolve;

    fn alive(interval: u64, misses: u32) -> KeepaliveConfig {
        let mut target = resolve("nowhere.invalid", Some("/dev/null".as_ref())).unwrap();
        target.alive_interval = Duration::from_secs(interval);
        target.alive_count_max = misses;
        KeepaliveConfig::of(&target)
    }

    #[test]
    fn the_configuration_is_honoured_and_its_default_is_ours() {
        let heard = Instant::now();
        let after = |seconds| heard + Duration::from_secs(seconds);
        for (interval, misses, ask, lost) in [
            (0, 3, 15, Some(45)),
            (2, 2, 2, Some(6)),
            (10, 1, 10, Some(20)),
            (10, 0, 10, None),
        ] {
            let alive = alive(interval, misses);
            assert_eq!(alive.ask_at(heard), after(ask));
            assert_eq!(alive.lost_at(heard), lost.map(after));
        }
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let alive = alive(u64::MAX, u32::MAX);
        assert!(alive.lost_at(Instant::now()) > Some(Instant::now()));
    }
}
