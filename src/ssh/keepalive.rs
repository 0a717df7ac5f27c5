//! Longest silence of a remote host, as the ssh configuration has it.

use std::time::{Duration, Instant};

use super::resolve::SshTarget;

/// Used where the configuration sets no interval (OpenSSH's own default). An idle tunnel costs four small packets a minute.
const USUAL: KeepaliveConfig = KeepaliveConfig {
    interval: Duration::from_secs(15),
    misses: 2,
    is_default: true,
};

/// Silence after which a tunnel that is in use is asked, and after which it is lost.
const OPEN: (Duration, Duration) = (Duration::from_secs(6), Duration::from_secs(15));
/// The same while something that was sent waits for its answer.
const WAITING: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(5));
/// Shortest time that a question has for its answer.
const ANSWER: Duration = Duration::from_secs(3);

/// No interval is longer: sums of times must not overflow.
const LONGEST: Duration = Duration::from_secs(86_400);

/// Times at which the remote host is sent a keepalive, and at which it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeepaliveConfig {
    interval: Duration,
    misses: u32,
    /// True if the configuration says nothing: then the times depend on the use.
    is_default: bool,
}

/// Use of a connection at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectionUse {
    /// Nothing is forwarded.
    Idle,
    /// Connections are forwarded.
    Open,
    /// The same, and the remote host has said nothing since something was sent then.
    Waiting(Instant),
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
            is_default: false,
        }
    }

    /// Returns the time at which a remote host that was last heard at `heard` is to be sent a
    /// keepalive.
    #[must_use]
    pub fn ask_at(self, heard: Instant, used: ConnectionUse) -> Instant {
        match used {
            ConnectionUse::Open if self.is_default => heard + OPEN.0,
            ConnectionUse::Waiting(since) if self.is_default => {
                (since + WAITING.0).min(heard + OPEN.0)
            }
            _ => heard + self.interval,
        }
    }

    /// Returns the time at which it is given up, after a keepalive of `asked`: as in OpenSSH each keepalive has one interval
    /// for its answer, and a maximum of none means never.
    #[must_use]
    pub fn lost_at(self, heard: Instant, asked: Instant, used: ConnectionUse) -> Option<Instant> {
        let own = match used {
            ConnectionUse::Open if self.is_default => heard + OPEN.1,
            ConnectionUse::Waiting(since) if self.is_default => {
                (since + WAITING.1).min(heard + OPEN.1)
            }
            _ => return (self.misses > 0).then(|| heard + self.interval * (self.misses + 1)),
        };
        Some(own.max(asked + ANSWER))
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
            let (asked, idle) = (after(ask), ConnectionUse::Idle);
            assert_eq!(alive.ask_at(heard, idle), asked);
            assert_eq!(alive.lost_at(heard, asked, idle), lost.map(after));
        }
    }

    #[test]
    fn a_tunnel_in_use_is_asked_sooner_unless_the_configuration_has_an_interval() {
        let heard = Instant::now();
        let after = |seconds| heard + Duration::from_secs(seconds);
        for (interval, used, ask, lost) in [
            (0, ConnectionUse::Open, 6, 15),
            (0, ConnectionUse::Waiting(after(1)), 3, 6),
            (0, ConnectionUse::Waiting(after(13)), 6, 15),
            (20, ConnectionUse::Open, 20, 80),
            (20, ConnectionUse::Waiting(after(1)), 20, 80),
        ] {
            let alive = alive(interval, 3);
            assert_eq!(alive.ask_at(heard, used), after(ask), "{used:?}");
            let lost_at = alive.lost_at(heard, after(ask), used);
            assert_eq!(lost_at, Some(after(lost)), "{used:?}");
        }
    }

    #[test]
    fn a_question_that_is_asked_late_has_time_for_its_answer() {
        let heard = Instant::now();
        let asked = heard + Duration::from_secs(60);
        let lost_at = alive(0, 3).lost_at(heard, asked, ConnectionUse::Open);
        assert_eq!(lost_at, Some(asked + ANSWER));
    }

    #[test]
    fn absurd_numbers_do_not_overflow() {
        let alive = alive(u64::MAX, u32::MAX);
        let now = Instant::now();
        assert!(alive.lost_at(now, now, ConnectionUse::Idle) > Some(now));
    }
}
