//! Decides when to warn that a job is about to reach its walltime. The current time is passed in.
//!
//! All times are seconds since 1970 by this machine's clock. That also goes on while the machine sleeps.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::types::JobInfo;

/// Minutes before the end at which a warning is due.
const THRESHOLDS: [u32; 3] = [30, 10, 2];
/// Ends of one job that differ by less are the same one: LSF tells it in minutes.
const SAME: i64 = 120;
/// Interval, in seconds, between checks if a job whose time is up has ended. Slurm looks at the
/// limits twice a minute, and then gives the job's processes `KillWait`, usually half a minute.
const LOOK: i64 = 5;
/// Number of those checks in all.
const LOOKS: i64 = 36;

/// Last warning about the time of a host's job. It is kept between runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WalltimeWarning {
    /// The job's number.
    pub job: String,
    /// Time at which the job was to end.
    pub ends: i64,
    /// The threshold, in minutes before that.
    pub minutes: u32,
}

/// A job's time as it runs out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Countdown {
    job: JobInfo,
    ends: i64,
    /// All of its time. Where nobody knows when it began, what was left at first sight.
    whole: i64,
    /// The last threshold that was reported, or that passed without a need to report it.
    told: Option<u32>,
    looks: i64,
}

impl Countdown {
    /// Returns the countdown of a job that has an end. `before` is the last warning about this
    /// host's jobs, perhaps by another program, or before this one was restarted.
    #[must_use]
    pub fn new(job: &JobInfo, before: Option<&WalltimeWarning>, now: i64) -> Option<Self> {
        let ends = job.ends?;
        let same = |told: &&WalltimeWarning| told.job == job.id && (told.ends - ends).abs() < SAME;
        Some(Self {
            job: job.clone(),
            ends,
            whole: ends - job.started.unwrap_or(now),
            told: before.filter(same).map(|told| told.minutes),
            looks: 0,
        })
    }

    /// The job.
    #[must_use]
    pub fn job(&self) -> &JobInfo {
        &self.job
    }

    /// Updates the job, whose end may have changed. Thresholds that have passed are not reported
    /// again; the others are.
    pub fn read(&mut self, job: &JobInfo, now: i64) {
        let ends = job.ends.unwrap_or(self.ends);
        if (ends - self.ends).abs() < SAME {
            return;
        }
        self.job = job.clone();
        self.whole += ends - self.ends;
        self.ends = ends;
        self.looks = 0;
        self.told = self.passed(now);
    }

    /// Returns the warning that is due now. After a suspend past several thresholds, that is the
    /// nearest one alone.
    pub fn due(&mut self, now: i64) -> Option<WalltimeWarning> {
        let minutes = self.passed(now).filter(|_| now < self.ends)?;
        if self.told.is_some_and(|told| told <= minutes) {
            return None;
        }
        self.told = Some(minutes);
        Some(WalltimeWarning {
            job: self.job.id.clone(),
            ends: self.ends,
            minutes,
        })
    }

    /// Returns true if it is time to check that the job has ended.
    pub fn is_over(&mut self, now: i64) -> bool {
        let look = (now - self.ends).div_euclid(LOOK);
        let is_due = (self.looks..LOOKS).contains(&look);
        if is_due {
            self.looks = look + 1;
        }
        is_due
    }

    /// Returns the time of the next warning or check.
    #[must_use]
    pub fn next(&self, now: i64) -> Option<i64> {
        let thresholds = self
            .thresholds()
            .map(|minutes| self.ends - seconds(minutes));
        let look = (self.looks < LOOKS).then(|| self.ends + self.looks * LOOK);
        thresholds.chain(look).filter(|at| *at > now).min()
    }

    /// The nearest threshold that is behind us.
    fn passed(&self, now: i64) -> Option<u32> {
        let left = self.ends - now;
        self.thresholds().rfind(|minutes| left <= seconds(*minutes))
    }

    fn thresholds(&self) -> impl DoubleEndedIterator<Item = u32> {
        thresholds(self.whole)
    }
}

/// A job that had no more than a threshold from its beginning is not told of it.
fn thresholds(whole: i64) -> impl DoubleEndedIterator<Item = u32> {
    let thresholds = THRESHOLDS.into_iter();
    thresholds.filter(move |minutes| seconds(*minutes) < whole)
}

/// Returns true if the seconds left are below a warning threshold for a job of this length.
#[must_use]
pub fn is_short(left: i64, whole: Option<u64>) -> bool {
    let whole = whole.and_then(|whole| i64::try_from(whole).ok());
    thresholds(whole.unwrap_or(i64::MAX)).any(|minutes| left <= seconds(minutes))
}

fn seconds(minutes: u32) -> i64 {
    i64::from(minutes) * 60
}

impl JobInfo {
    /// Returns true if that much time left is below a warning threshold.
    #[must_use]
    pub fn is_short(&self, left: Duration) -> bool {
        i64::try_from(left.as_secs()).is_ok_and(|left| is_short(left, self.whole()))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const HOUR: i64 = 3600;
    const END: i64 = 1_795_510_000;

    fn job(whole: i64) -> JobInfo {
        JobInfo {
            id: "7".into(),
            started: Some(END - whole),
            ends: Some(END),
            ..JobInfo::default()
        }
    }

    /// Counts second by second from `left` seconds before the end. Returns the warnings and their
    /// times.
    fn told(countdown: &mut Countdown, left: i64) -> Vec<(u32, i64)> {
        let told = |left| Some((countdown.due(END - left)?.minutes, left));
        (0..=left).rev().filter_map(told).collect()
    }

    fn countdown(whole: i64, left: i64) -> Countdown {
        Countdown::new(&job(whole), None, END - left).unwrap()
    }

    #[test]
    fn each_threshold_is_told_once_and_on_time() {
        let all = [(30, 1800), (10, 600), (2, 120)];
        assert_eq!(told(&mut countdown(8 * HOUR, 8 * HOUR), 8 * HOUR), all);
        assert_eq!(told(&mut countdown(8 * HOUR, 1900), 1900), all);
    }

    #[test]
    fn a_job_that_never_had_so_long_is_not_told_of_it() {
        for (whole, want) in [
            (1801, vec![(30, 1800), (10, 600), (2, 120)]),
            (1800, vec![(10, 600), (2, 120)]),
            (1200, vec![(10, 600), (2, 120)]),
            (600, vec![(2, 120)]),
            (180, vec![(2, 120)]),
            (120, vec![]),
            (60, vec![]),
        ] {
            assert_eq!(told(&mut countdown(whole, whole), whole), want, "{whole}");
            // The same where nobody knows when it began.
            let unknown = JobInfo {
                started: None,
                ..job(whole)
            };
            let mut countdown = Countdown::new(&unknown, None, END - whole).unwrap();
            assert_eq!(told(&mut countdown, whole), want, "{whole}");
        }
    }

    #[test]
    fn who_comes_late_or_slept_hears_the_nearest_alone() {
        assert_eq!(told(&mut countdown(HOUR, 500), 500), [(10, 500), (2, 120)]);
        let mut slept = countdown(HOUR, HOUR);
        assert_eq!(slept.due(END - 1801), None);
        assert_eq!(slept.due(END - 90).map(|told| told.minutes), Some(2));
        assert_eq!(told(&mut slept, 89), []);
        // Past the end there is nothing to be warned of.
        assert_eq!(countdown(HOUR, HOUR).due(END), None);
        assert_eq!(countdown(HOUR, HOUR).due(END + HOUR), None);
    }

    #[test]
    fn what_was_told_of_an_end_is_not_told_again_and_of_another_end_it_is() {
        let before = countdown(HOUR, 1800).due(END - 1800).unwrap();
        let again = |before: &WalltimeWarning, job: &JobInfo| {
            let mut countdown = Countdown::new(job, Some(before), END - 1700).unwrap();
            told(&mut countdown, 1700)
        };
        let rest = vec![(10, 600), (2, 120)];
        assert_eq!(again(&before, &job(HOUR)), rest);
        // The list of LSF tells minutes.
        let near = WalltimeWarning {
            ends: END - 59,
            ..before.clone()
        };
        assert_eq!(again(&near, &job(HOUR)), rest);
        let other_job = WalltimeWarning {
            job: "6".into(),
            ..before.clone()
        };
        let other_end = WalltimeWarning {
            ends: END - HOUR,
            ..before
        };
        for other in [other_job, other_end] {
            assert_eq!(again(&other, &job(HOUR)).len(), 3);
        }
    }

    #[test]
    fn an_end_that_moves_is_counted_anew() {
        let mut longer = Countdown::new(&job(HOUR), None, END - HOUR).unwrap();
        assert!(longer.due(END - 500).is_some());
        let until = |ends| JobInfo {
            ends: Some(ends),
            ..job(HOUR)
        };
        longer.read(&until(END + 30), END - 490);
        assert_eq!(longer.next(END - 490), Some(END - 120), "the same end");
        longer.read(&until(END + HOUR), END - 480);
        assert_eq!(longer.next(END - 480), Some(END + HOUR - 1800));
        assert_eq!(longer.due(END + HOUR - 1800).unwrap().minutes, 30);
        // Who asks for ten minutes more knows that there are twelve.
        let mut little = Countdown::new(&job(HOUR), None, END - HOUR).unwrap();
        little.read(&until(END + 600), END - 120);
        assert_eq!(little.due(END - 119), None);
        assert_eq!(little.due(END).map(|told| told.minutes), Some(10));
    }

    #[test]
    fn a_change_of_the_walltime_changes_what_is_worth_a_warning() {
        let next = |whole, moved| {
            let mut countdown = countdown(whole, whole);
            let job = JobInfo {
                ends: Some(END + moved),
                ..job(whole)
            };
            countdown.read(&job, END - whole);
            assert_eq!(countdown.job().id, "7");
            countdown.next(END - whole).map(|at| END + moved - at)
        };
        assert_eq!(next(1200, 0), Some(600));
        assert_eq!(next(1200, HOUR), Some(1800), "it has half an hour now");
        // Two minutes are another end already.
        let mut countdown = countdown(HOUR, HOUR);
        let moved = |by| JobInfo {
            ends: Some(END + by),
            ..job(HOUR)
        };
        countdown.read(&moved(119), END - HOUR);
        assert_eq!(countdown.next(END - HOUR), Some(END - 1800));
        countdown.read(&moved(120), END - HOUR);
        assert_eq!(countdown.next(END - HOUR), Some(END - 1680));
    }

    #[test]
    fn a_job_that_is_shortened_has_the_warnings_of_a_short_one() {
        let mut shorter = countdown(HOUR, HOUR);
        let job = JobInfo {
            ends: Some(END - 2400),
            ..job(HOUR)
        };
        shorter.read(&job, END - HOUR);
        let ends = END - 2400;
        assert_eq!(
            shorter.next(END - 2 * HOUR),
            Some(ends - 600),
            "not half an hour before"
        );
    }

    #[test]
    fn after_the_end_it_is_looked_for_three_minutes() {
        let mut countdown = countdown(HOUR, HOUR);
        assert!(!countdown.is_over(END - 1));
        let looks = (END..END + HOUR).filter(|now| countdown.is_over(*now));
        let looks: Vec<i64> = looks.map(|at| at - END).collect();
        assert_eq!(looks.len(), 36);
        assert_eq!((looks[0], looks[1], looks[35]), (0, 5, 175));
        assert_eq!(countdown.next(END + 179), None);
        let mut once = self::countdown(HOUR, HOUR);
        assert!(once.is_over(END));
        assert_eq!(once.next(END), Some(END + 5));
    }

    #[test]
    fn little_is_what_was_told() {
        assert!(is_short(1800, Some(3600)) && is_short(1800, None));
        assert!(!is_short(1801, Some(3600)) && !is_short(1801, None));
        assert!(is_short(600, Some(1200)) && !is_short(601, Some(1200)));
        assert!(!is_short(60, Some(120)));
        let left = |seconds| job(HOUR).is_short(Duration::from_secs(seconds));
        assert!(left(1800) && !left(1801));
    }

    #[test]
    fn it_wakes_for_what_comes_next_and_for_nothing_else() {
        let countdown = countdown(HOUR, HOUR);
        let mut now = END - HOUR;
        let mut times = vec![];
        while let Some(next) = countdown.next(now).filter(|_| times.len() < 4) {
            times.push(END - next);
            now = next;
        }
        assert_eq!(times, [1800, 600, 120, 0]);
        let endless = JobInfo::default();
        assert_eq!(Countdown::new(&endless, None, 0), None);
    }
}
