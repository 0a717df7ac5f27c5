//! A job: how the scheduler tells it, and what tells it from every other.

use crate::host_name::same_machine;

/// State of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobState {
    /// It waits for its turn.
    #[default]
    Waiting,
    /// It runs.
    Running,
    /// It is on its way out.
    Ending,
    /// It is on hold until it is released.
    Held,
    /// Nothing that the cluster has now fits it. That passes when nodes come back.
    Unfit,
    /// It can never start as it is.
    Never,
}

impl JobState {
    /// Returns true if its lines run. One that was put back into the queue waits again, with the files of its first run.
    #[must_use]
    pub fn has_begun(self) -> bool {
        matches!(self, Self::Running | Self::Ending)
    }
}

/// A job, as the scheduler tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// Its id, with the cluster or server where the scheduler has several: `4711;gpu`, `12.server`.
    pub id: String,
    /// Its name, in full.
    pub name: String,
    /// Time of its submission; seconds since 1970.
    pub submitted: Option<i64>,
    /// The queue that it waits in, where its place there can be asked for.
    pub queue: String,
    /// Its state.
    pub state: JobState,
    /// The same in the scheduler's own word: `qw`, `PENDING`.
    pub word: String,
    /// Why it waits, in the scheduler's own words; may be empty.
    pub reason: String,
    /// The node that runs it.
    pub node: Option<String>,
    /// Its place in the queue, where the scheduler tells it.
    pub place: Option<u32>,
    /// Expected start time; seconds since 1970.
    pub start_estimate: Option<i64>,
    /// Start time.
    pub started: Option<i64>,
    /// End of its walltime.
    pub ends: Option<i64>,
}

impl Job {
    /// The scheduler's clock is that many seconds ahead of ours: its times by ours.
    pub fn set_back(&mut self, ahead: i64) {
        for time in [&mut self.start_estimate, &mut self.started, &mut self.ends] {
            *time = time.map(|time| time - ahead);
        }
    }
}

/// The clocks of a login host and of its scheduler differ by no more seconds as a rule: Munge, and with it Slurm, takes no
/// more.
const SKEW: i64 = 300;
/// Clocks that are wrong, and an hour that the change of summer time adds to what a list tells as local time.
const WRONG_CLOCK: i64 = 7200;
/// The year 2000. A time before is none: the answer was cut off in it.
const FIRST_TIME: i64 = 946_684_800;

/// Tells one job from every other. An id alone may belong to another job: on another cluster, or after the scheduler has
/// begun to count from 1 again. Times are the remote host's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct JobIdentity {
    /// The id as [`Job::id`] has it.
    pub id: String,
    /// Its name; empty where that is not known.
    pub name: String,
    /// Time of its submission, where that is known.
    pub submitted: Option<i64>,
}

impl JobIdentity {
    /// Returns the identity of a job in a list.
    #[must_use]
    pub fn of(job: &Job) -> Self {
        Self {
            id: job.id.clone(),
            name: job.name.clone(),
            submitted: job.submitted,
        }
    }

    /// Checks whether a job in a list is this one. Its name may have been changed since, and a requeue gives it a later
    /// time; a job that is older than the submission, or has neither name nor time of it, is another one.
    #[must_use]
    pub fn is(&self, job: &Job) -> bool {
        if !is_same_id(&self.id, &job.id) {
            return false;
        }
        let has_name = self.name.is_empty() || job.name.is_empty() || self.name == job.name;
        let listed = job.submitted.or(job.started);
        let listed = listed.filter(|time| *time > FIRST_TIME);
        match self.submitted.zip(listed) {
            Some((own, listed)) if listed < own - WRONG_CLOCK => false,
            Some((own, listed)) => has_name || (own - listed).abs() <= SKEW,
            None => has_name,
        }
    }

    /// Finds this job in a list. Of an array, or of a job in several parts, the part that runs comes first.
    #[must_use]
    pub fn find(&self, jobs: &[Job]) -> Option<Job> {
        let its = jobs.iter().filter(|job| self.is(job));
        // The first one of the greatest: `max_by_key` takes the last.
        let job = its.rev().max_by_key(|job| job.state == JobState::Running)?;
        let id = self.id.clone();
        Some(Job { id, ..job.clone() })
    }
}

/// Checks whether a listed id is that of a submission: `12_1`, `12+0` and `12[3]` are parts of `12`, and a server may
/// come without its domain.
fn is_same_id(own: &str, listed: &str) -> bool {
    let split = |id: &str| {
        let (number, place) = match id.split_once([';', '.']) {
            Some((number, place)) => (number, place),
            None => (id, ""),
        };
        (number.to_owned(), place.to_owned())
    };
    let ((own, own_place), (listed, place)) = (split(own), split(listed));
    let own = own.strip_suffix("[]").unwrap_or(&own);
    let part = listed.strip_prefix(own);
    part.is_some_and(|part| part.is_empty() || part.starts_with(['_', '+', '[']))
        && (own_place == place || same_machine(&own_place, &place))
}

/// Says what came of a query for one job by its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Presence {
    /// The scheduler has it.
    Listed(Box<Job>),
    /// The scheduler says that it has ended.
    Ended,
    /// The scheduler has no job of that id. A job that was submitted a moment ago may not be known yet.
    Unknown,
    /// The answer says neither; the scheduler's own words.
    Silent(String),
}

impl Presence {
    /// Takes another job of the same id for what it is: no sign of this one.
    #[must_use]
    pub fn of(self, identity: &JobIdentity) -> Self {
        match self {
            Self::Listed(job) => match identity.find(&[*job]) {
                Some(job) => Self::Listed(Box::new(job)),
                None => Self::Unknown,
            },
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(id: &str, name: &str, submitted: i64) -> Job {
        Job {
            id: id.into(),
            name: name.into(),
            submitted: Some(submitted),
            ..Job::default()
        }
    }

    #[test]
    fn times_of_another_clock_are_set_back() {
        let mut job = Job {
            started: Some(1000),
            ends: Some(4600),
            ..Job::default()
        };
        job.set_back(-30);
        assert_eq!((job.started, job.ends), (Some(1030), Some(4630)));
        assert_eq!(job.start_estimate, None);
    }

    #[test]
    fn a_job_is_known_by_its_cluster_its_time_and_its_name() {
        let ours = JobIdentity::of(&job("4711;gpu", "jupyter_nb", 1_795_100_000));
        let is = |id, name, submitted| ours.is(&job(id, name, submitted));
        assert!(is("4711;gpu", "jupyter_nb", 1_795_100_002));
        assert!(is("4711;gpu", "renamed", 1_795_100_002));
        assert!(
            is("4711;gpu", "jupyter_nb", 1_795_200_000),
            "it was requeued"
        );
        for (id, name, submitted, why) in [
            ("4711", "jupyter_nb", 1_795_100_002, "the default cluster's"),
            ("4711;cpu", "jupyter_nb", 1_795_100_002, "another cluster's"),
            ("4711;gpu", "jupyter_nb", 1_795_013_600, "of the day before"),
            ("4711;gpu", "training", 1_795_013_600, "of the day before"),
            ("4711;gpu", "training", 1_795_200_000, "numbers began again"),
            ("47111;gpu", "jupyter_nb", 1_795_100_002, "another number"),
        ] {
            assert!(!is(id, name, submitted), "{why}");
        }
        let nameless = JobIdentity {
            name: String::new(),
            ..ours
        };
        assert!(nameless.is(&job("4711;gpu", "jupyter_nb", 1_795_100_002)));
        // Two hours are what wrong clocks and summer time make of a time.
        assert!(nameless.is(&job("4711;gpu", "", 1_795_100_000 - 7200)));
        assert!(!nameless.is(&job("4711;gpu", "", 1_795_100_000 - 7201)));
        let timeless = JobIdentity {
            submitted: None,
            ..JobIdentity::of(&job("4711;gpu", "jupyter_nb", 0))
        };
        assert!(timeless.is(&job("4711;gpu", "", 0)), "a list without names");
        assert!(!timeless.is(&job("4711;gpu", "training", 0)));
    }

    #[test]
    fn parts_of_a_job_are_the_job() {
        for (own, listed, is_same) in [
            ("12", "12", true),
            ("12", "12_1", true),
            ("12", "12_[2-9%3]", true),
            ("12", "12+0", true),
            ("12", "12[3]", true),
            ("12;gpu", "12_1;gpu", true),
            ("12;gpu", "12_1", false),
            ("12", "120", false),
            ("12", "1", false),
            ("12.head", "12.head.example", true),
            ("12.head", "12.other", false),
            ("12[].head", "12[].head", true),
            ("12[].head", "12[7].head", true),
            ("12[].head", "120[].head", false),
        ] {
            assert_eq!(is_same_id(own, listed), is_same, "{own} {listed}");
        }
        let part = |id: &str, state| Job {
            state,
            ..job(id, "a", 1)
        };
        let list = [
            part("12_[2-9]", JobState::Waiting),
            part("12_0", JobState::Running),
            part("12_1", JobState::Running),
        ];
        let found = JobIdentity::of(&job("12", "a", 1)).find(&list);
        let found = found.map(|job| (job.id, job.state));
        assert_eq!(found, Some(("12".into(), JobState::Running)));
    }
}
