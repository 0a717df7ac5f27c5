//! A batch job as text.

use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::types::JobInfo;
use super::wait_range::WaitRange;
use crate::i18n::fl;
use crate::scheduler::by_id;

impl JobInfo {
    /// Its number, and why and until when it waits: `job 4711 · Priority ·
    /// place 3 in the queue · starts ≈ 14:20`.
    #[must_use]
    pub fn waiting(&self) -> String {
        let mut parts = vec![fl!("job-number", id = self.id.as_str())];
        parts.extend(self.reason.clone().or_else(|| self.state.clone()));
        if let Some(place) = self.place {
            parts.push(fl!("job-place", place = place));
        }
        parts.extend(self.outlook());
        parts.join(" · ")
    }

    /// Returns the time at which it is estimated to start.
    #[must_use]
    pub fn start_time(&self) -> Option<String> {
        moment(self.start_estimate?, &TimeZone::system())
    }

    /// Returns when it starts: the scheduler's estimate, else how long this user's jobs waited before.
    #[must_use]
    pub fn outlook(&self) -> Option<String> {
        let start = self.start_time();
        let start = start.map(|time| fl!("job-starts", time = time));
        start.or_else(|| self.usual_wait.map(WaitRange::words))
    }

    /// Returns true if the scheduler has stopped it for a time, in the words of Slurm, LSF, PBS and Grid Engine: its
    /// processes are there and do nothing.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        let word = self.state.as_deref().unwrap_or_default();
        match self.scheduler.as_str() {
            "slurm" => matches!(word, "SUSPENDED" | "STOPPED"),
            "lsf" => matches!(word, "USUSP" | "SSUSP"),
            "pbs" => matches!(word, "S" | "U"),
            _ => word.contains(['s', 'S', 'T']),
        }
    }

    /// Returns for how long it has run.
    #[must_use]
    pub fn ran(&self) -> Option<Duration> {
        let ran = Timestamp::now().as_second() - self.started?;
        Some(Duration::from_secs(ran.max(0).unsigned_abs()))
    }

    /// All of its time, in seconds.
    #[must_use]
    pub fn whole(&self) -> Option<u64> {
        u64::try_from(self.ends? - self.started?).ok()
    }

    /// Returns true if its end is known and the scheduler has a command that extends it.
    #[must_use]
    pub fn can_be_extended(&self) -> bool {
        let scheduler = by_id(&self.scheduler).filter(|_| self.ends.is_some());
        scheduler.is_some_and(|one| one.extend(&self.id, 1, Some(1)).is_some())
    }

    /// Returns the text that its time is nearly up.
    #[must_use]
    pub fn short(&self) -> String {
        let time = time_words(self.left().unwrap_or_default());
        fl!("time-short", id = self.id.as_str(), time = time)
    }

    /// Returns the text that says until when it now runs.
    #[must_use]
    pub fn longer(&self) -> String {
        let until = self.ends.and_then(|at| moment(at, &TimeZone::system()));
        let (id, until) = (self.id.as_str(), until.unwrap_or_default());
        let time = time_words(self.left().unwrap_or_default());
        fl!("time-longer", id = id, until = until, time = time)
    }

    /// Returns how long it may still run.
    #[must_use]
    pub fn left(&self) -> Option<Duration> {
        let left = self.ends? - Timestamp::now().as_second();
        Some(Duration::from_secs(left.max(0).unsigned_abs()))
    }
}

/// Returns a duration as text, rounded up to whole minutes: 29 minutes and 59.9 s are half an hour.
#[must_use]
pub fn time_words(time: Duration) -> String {
    let minutes = time.as_secs().div_ceil(60);
    fl!("job-time", hours = minutes / 60, minutes = minutes % 60)
}

/// Returns how long something has taken, if that is long enough to show; in steps, so that an open
/// menu changes seldom.
#[must_use]
pub fn elapsed(time: Duration) -> Option<String> {
    let seconds = time.as_secs();
    let (hours, minutes, steps) = (seconds / 3600, seconds / 60 % 60, seconds / 5 * 5);
    match seconds {
        0..5 => None,
        5..60 => Some(fl!("time-seconds", count = steps)),
        60..3600 => Some(fl!("time-minutes", count = minutes)),
        _ => Some(fl!("time-hours", hours = hours, minutes = minutes)),
    }
}

/// Returns the time of day of that second since 1970, with its date where that is not today; none of another year.
#[must_use]
pub fn time_of_day(at: i64) -> Option<String> {
    moment(at, &TimeZone::system())
}

/// A time of day here; with its date where that is not today. Slurm's estimate for a job that waits
/// for a node that is down is a year ahead (measured): that is no estimate.
fn moment(at: i64, zone: &TimeZone) -> Option<String> {
    let now = Timestamp::now();
    if (at - now.as_second()).abs() > 300 * 86400 {
        return None;
    }
    let (now, at) = (
        zone.to_datetime(now),
        zone.to_datetime(Timestamp::from_second(at).ok()?),
    );
    let form = if now.date() == at.date() {
        "%H:%M"
    } else {
        "%Y-%m-%d %H:%M"
    };
    Some(at.strftime(form).to_string())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_wait_is_told_in_words() {
        let mut job = JobInfo {
            id: "4711".into(),
            state: Some("PENDING".into()),
            ..JobInfo::default()
        };
        assert_eq!(job.waiting(), "job 4711 · PENDING");
        job.reason = Some("Priority".into());
        job.start_estimate = Some(Timestamp::now().as_second() + 3 * 86400);
        let words = job.waiting();
        assert!(
            words.starts_with("job 4711 · Priority · starts ≈ 20"),
            "{words}"
        );
        job.start_estimate = Some(Timestamp::now().as_second() + 365 * 86400);
        assert_eq!(job.waiting(), "job 4711 · Priority");
        job.place = Some(3);
        assert_eq!(job.waiting(), "job 4711 · Priority · place 3 in the queue");
    }

    #[test]
    fn the_time_left_ends_at_nothing() {
        let ends = |ends| JobInfo {
            ends,
            ..JobInfo::default()
        };
        assert_eq!(ends(None).left(), None);
        assert_eq!(ends(Some(1)).left(), Some(Duration::ZERO));
        let left = ends(Some(Timestamp::now().as_second() + 100))
            .left()
            .unwrap();
        assert!((98..=100).contains(&left.as_secs()));
    }
}
