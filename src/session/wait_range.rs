//! Waits of a host's jobs: an estimate where the scheduler gives none.

use serde::{Deserialize, Serialize};

use crate::i18n::fl;

/// The least number of waits that say anything.
const LEAST: usize = 3;

/// A job's wait in a queue, once it has begun.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PastWait {
    /// The job's number: each is counted once.
    pub job: String,
    /// The queue that was asked for; empty for the scheduler's own choice.
    pub queue: String,
    /// Seconds from its submission to its start.
    pub seconds: u64,
}

/// The range in which the middle half of the waits lies, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitRange {
    /// A quarter of them was shorter.
    pub from: u64,
    /// A quarter of them was longer.
    pub to: u64,
}

impl WaitRange {
    /// Returns the range of the waits in a queue; none of too few.
    #[must_use]
    pub fn of(waits: &[PastWait], queue: &str) -> Option<Self> {
        let waits = waits.iter().filter(|wait| wait.queue == queue);
        let mut seconds: Vec<u64> = waits.map(|wait| wait.seconds).collect();
        if seconds.len() < LEAST {
            return None;
        }
        seconds.sort_unstable();
        let quarter = seconds.len() / 4;
        Some(Self {
            from: *seconds.get(quarter)?,
            to: *seconds.get(seconds.len() - 1 - quarter)?,
        })
    }

    /// Returns it in words, in whole minutes.
    #[must_use]
    pub fn words(self) -> String {
        let (from, to) = (self.from / 60, self.to.div_ceil(60).max(1));
        let (short, long) = (amount(from), amount(to));
        match from {
            _ if to <= 1 => fl!("usual-wait-short"),
            _ if short == long => fl!("usual-wait-about", time = long),
            0 => fl!("usual-wait-up-to", time = long),
            _ => fl!("usual-wait", from = short, to = long),
        }
    }
}

fn amount(minutes: u64) -> String {
    match minutes {
        0..100 => fl!("usual-minutes", count = minutes),
        _ => fl!("usual-hours", count = (minutes + 30) / 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(seconds: &[u64]) -> Option<WaitRange> {
        let wait = |seconds: &u64| PastWait {
            job: seconds.to_string(),
            queue: "gpu".into(),
            seconds: *seconds,
        };
        let waits: Vec<PastWait> = seconds.iter().map(wait).collect();
        assert_eq!(WaitRange::of(&waits, "other"), None);
        WaitRange::of(&waits, "gpu")
    }

    #[test]
    fn the_middle_half_of_the_waits_is_the_range_and_two_are_none() {
        assert_eq!(range(&[60, 600]), None);
        let some = range(&[1200, 60, 600]);
        assert_eq!(some, Some(WaitRange { from: 60, to: 1200 }));
        // One that waited for a night does not stretch it.
        let many = range(&[310, 300, 900, 1200, 40_000, 20, 600, 1190]);
        assert_eq!(
            many,
            Some(WaitRange {
                from: 310,
                to: 1190
            })
        );
    }

    #[test]
    fn a_range_is_said_in_few_words() {
        let words = |from, to| WaitRange { from, to }.words();
        assert_eq!(words(310, 1200), "usually 5 min to 20 min");
        assert_eq!(words(2, 40), "usually at once");
        assert_eq!(words(20, 290), "usually up to 5 min");
        assert_eq!(words(300, 300), "usually about 5 min");
        assert_eq!(words(3000, 8000), "usually 50 min to 2 h");
    }
}
