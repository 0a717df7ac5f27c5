//! `idle_stop`, seen from this side: when a warning is due that something unused ends, and when a server is to be ended.
//!
//! Servers that are started with Jupyter's own options end by themselves, also while nobody is connected; of those there
//! is only the warning. A server that the user's own command or job script starts has no such options, and is ended from
//! here, while the tunnel is open. docs/decisions/0021-idle-time.md tells why.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::jupyter::{Observation, Unused};
use crate::session::idle_time::IdleTime;

/// Longest time before the end at which it is told.
const LEAD: Duration = Duration::from_secs(10 * 60);

/// Who ends a server that is not used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleRule {
    /// Jupyter: each kernel by its own time, and then itself.
    Jupyter,
    /// This program: all at once, and only if nothing in it is used.
    ThisSide,
}

/// Outcome of a look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdleLook {
    /// The end is near, or it is not near any more: that is to be told.
    Tell(IdleTime),
    /// The time is up, and nothing runs: the server is to be ended.
    TimeUp,
}

/// The guard of one server.
#[derive(Debug, Default)]
pub struct IdleGuard {
    limit: Option<Duration>,
    /// The end that was told: by the server's activity, and not before the user had time to answer.
    told: Option<(Timestamp, Timestamp)>,
    /// The time of the last look, and of the one since which it is kept.
    seen: Option<Timestamp>,
    kept: Option<Timestamp>,
}

impl IdleGuard {
    /// Nothing is known yet.
    pub fn new(limit: Option<Duration>) -> Self {
        Self {
            limit,
            ..Self::default()
        }
    }

    /// The user wants it to stay for as long again. Returns what is to be told.
    pub fn keep(&mut self) -> IdleTime {
        self.kept = self.seen;
        self.told = None;
        IdleTime {
            ends: None,
            unused: 0,
        }
    }

    /// Takes in a look.
    pub fn see(&mut self, seen: &Observation, rule: IdleRule) -> Option<IdleLook> {
        self.seen = Some(seen.at);
        let limit = self.limit?;
        let used = seen
            .unused
            .as_ref()
            .and_then(|unused| used_at(unused, rule));
        let used = used.map(|used| self.kept.map_or(used, |kept| kept.max(used)));
        let (Some(used), limit) = (used, signed(limit)) else {
            return self.withdraw();
        };
        let lead = signed(LEAD).min(limit / 4);
        let end = used.saturating_add(limit).unwrap_or(used);
        if seen.at.duration_since(end) < -lead {
            return self.withdraw();
        }
        if let Some((told, at)) = self.told
            && told == end
        {
            let is_up = rule == IdleRule::ThisSide && seen.at >= at;
            return is_up.then_some(IdleLook::TimeUp);
        }
        // Whoever comes late, or slept, has the same time to answer; Jupyter does not wait for that.
        let at = match rule {
            IdleRule::Jupyter => end,
            IdleRule::ThisSide => end.max(seen.at.saturating_add(lead).unwrap_or(end)),
        };
        self.told = Some((end, at));
        let here = seen.here.saturating_add(at.duration_since(seen.at));
        Some(IdleLook::Tell(IdleTime {
            ends: Some(here.unwrap_or(seen.here).as_second()),
            unused: seen.at.duration_since(used).as_secs().max(0).unsigned_abs(),
        }))
    }

    fn withdraw(&mut self) -> Option<IdleLook> {
        self.told.take()?;
        Some(IdleLook::Tell(IdleTime {
            ends: None,
            unused: 0,
        }))
    }
}

/// Returns when that was used whose end comes first; none while there is nothing to end.
fn used_at(unused: &Unused, rule: IdleRule) -> Option<Timestamp> {
    let server = unused.server.filter(|_| !unused.in_use);
    match rule {
        IdleRule::Jupyter => {
            let first = unused.kernels.iter().min().copied();
            first.or(server)
        }
        IdleRule::ThisSide => {
            let server = server?;
            unused.kernels.iter().copied().chain([server]).max()
        }
    }
}

fn signed(time: Duration) -> SignedDuration {
    SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::jupyter::Activity;

    const HOUR: i64 = 3600;
    /// Differs from the server's clock.
    const HERE: i64 = 50_000;

    fn second(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    /// A look at that second, with kernels unused since those.
    fn look(at: i64, kernels: &[i64], server: i64) -> Observation {
        Observation {
            activity: Activity::default(),
            at: second(at),
            here: second(at + HERE),
            last_messages: Vec::new(),
            errors: Vec::new(),
            unused: Some(Unused {
                kernels: kernels.iter().map(|at| second(*at)).collect(),
                in_use: false,
                server: Some(second(server)),
            }),
        }
    }

    fn in_use(at: i64) -> Observation {
        let mut look = look(at, &[], 0);
        look.unused = Some(Unused {
            in_use: true,
            ..look.unused.unwrap()
        });
        look
    }

    fn guard() -> IdleGuard {
        IdleGuard::new(Some(Duration::from_secs(7200)))
    }

    fn ends(look: Option<IdleLook>) -> Option<i64> {
        match look {
            Some(IdleLook::Tell(IdleTime { ends, .. })) => ends.map(|at| at - HERE),
            _ => None,
        }
    }

    #[test]
    fn the_first_kernel_to_end_is_told_ten_minutes_before_and_once() {
        let mut guard = guard();
        let mut see = |at| guard.see(&look(at, &[300, 0], 400), IdleRule::Jupyter);
        assert_eq!(see(2 * HOUR - 601), None);
        let told = see(2 * HOUR - 600);
        assert_eq!(ends(told), Some(2 * HOUR));
        let Some(IdleLook::Tell(told)) = told else {
            unreachable!("it is told")
        };
        assert_eq!(told.unused, 6600);
        assert_eq!(see(2 * HOUR - 500), None, "told once");
        assert_eq!(see(2 * HOUR + 5), None, "Jupyter ends it");
        // The other one is left.
        let other = guard.see(&look(2 * HOUR + 60, &[300], 400), IdleRule::Jupyter);
        assert_eq!(ends(other), Some(2 * HOUR + 300));
    }

    #[test]
    fn what_is_used_again_or_kept_is_told_and_the_time_begins_again() {
        let mut guard = guard();
        let late = 2 * HOUR - 60;
        assert!(guard.see(&look(late, &[0], 0), IdleRule::Jupyter).is_some());
        let again = guard.see(&look(late + 15, &[late + 10], 0), IdleRule::Jupyter);
        let gone = IdleTime {
            ends: None,
            unused: 0,
        };
        assert_eq!(again, Some(IdleLook::Tell(gone)));
        let mut see = |at| guard.see(&look(at, &[late + 10], 0), IdleRule::Jupyter);
        let near = late + 10 + 2 * HOUR - 30;
        assert!(see(near).is_some());
        assert_eq!(guard.keep(), gone);
        let mut see = |at| guard.see(&look(at, &[late + 10], 0), IdleRule::Jupyter);
        assert_eq!(see(near + 120), None);
        assert_eq!(ends(see(near + 2 * HOUR - 60)), Some(near + 2 * HOUR));
    }

    #[test]
    fn this_side_ends_nothing_that_is_used_nor_without_a_warning_in_time() {
        let mut guard = guard();
        let mut see = |look: &Observation| guard.see(look, IdleRule::ThisSide);
        assert_eq!(see(&in_use(9 * HOUR)), None);
        // It was unused long before anybody looked: there is time to answer.
        let late = 10 * HOUR;
        assert_eq!(ends(see(&look(late, &[0], 0))), Some(late + 600));
        assert_eq!(see(&look(late + 599, &[0], 0)), None);
        // A cell runs at the last moment.
        assert_eq!(ends(see(&in_use(late + 599))), None);
        assert_eq!(ends(see(&look(late + 605, &[0], 0))), Some(late + 1205));
        assert_eq!(see(&look(late + 1205, &[0], 0)), Some(IdleLook::TimeUp));
        // The server's own use counts, whatever its kernels do.
        let used = see(&look(late + 1210, &[0], late + 1200));
        assert_eq!(ends(used), None);
    }

    #[test]
    fn without_a_limit_or_an_answer_nothing_is_told() {
        let mut none = IdleGuard::new(None);
        assert_eq!(none.see(&look(HOUR, &[0], 0), IdleRule::ThisSide), None);
        let mut silent = look(9 * HOUR, &[0], 0);
        silent.unused = None;
        assert_eq!(guard().see(&silent, IdleRule::Jupyter), None);
        let mut unknown = look(9 * HOUR, &[0], 0);
        unknown.unused.as_mut().unwrap().server = None;
        assert_eq!(guard().see(&unknown, IdleRule::ThisSide), None);
    }
}
