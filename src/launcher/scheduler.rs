//! What every batch scheduler can do, and what its commands tell. One file per scheduler says how.
//!
//! Nothing runs here: an adapter gives lines for the far side's shell, and reads what they printed.
//! Every value of the configuration in such a line went through [`super::quote`].

use std::borrow::Cow;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::config::{Host, LauncherKind};

/// One batch scheduler's commands and formats.
pub trait Scheduler: Sync {
    /// As the configuration and events name it.
    fn word(&self) -> &'static str;

    /// As its users name it.
    fn name(&self) -> &'static str;

    /// Tells which program answers to its commands, without asking its server.
    fn probe(&self) -> &'static str;

    /// The dialect that the probe's answer shows; an error names the program that is there instead.
    ///
    /// # Errors
    /// When that is not this scheduler.
    fn dialect(&self, probe: &Output) -> Result<Dialect, Stranger>;

    /// Submits the job: a generated one, whose script comes on standard input and whose folder is
    /// `$rj_dir`, or the person's own `job_script`.
    fn submit(&self, host: &Host, dialect: Dialect) -> String;

    /// The job's number in what the submission printed, among lines of others.
    fn id(&self, printed: &str) -> Option<String>;

    /// All jobs of this account, in one call.
    fn list(&self) -> Cow<'static, str>;

    /// The jobs that a list tells. None at all is no error.
    ///
    /// # Errors
    /// In the scheduler's own words, when it gave no list.
    fn jobs(&self, list: &Output) -> Result<Vec<Job>, String>;

    /// Asks why a job does not start, where the list does not tell.
    fn ask_why(&self, _id: &str) -> Option<String> {
        None
    }

    /// Its answer: the reason, and whether the job can never start.
    fn why(&self, _answer: &Output) -> Option<Why> {
        None
    }

    /// Ends a job, whether it runs or waits.
    fn cancel(&self, id: &str) -> String;

    /// The beginning of a line that runs a program on a node of a job, with this line's own standard
    /// input and output; its words follow. None where there is no way into a job from a login host.
    fn enter(&self, _id: &str, _node: &str) -> Option<String> {
        None
    }

    /// The name of a job in options of the person's own; the first is how we give one.
    fn name_option(&self) -> &'static [&'static str];
}

/// The adapter of a launcher; none for those without jobs.
#[must_use]
pub fn scheduler(kind: LauncherKind) -> Option<&'static dyn Scheduler> {
    match kind {
        LauncherKind::Sge => Some(&super::sge::Sge),
        LauncherKind::Slurm => Some(&super::slurm::Slurm),
        LauncherKind::Pbs => Some(&super::pbs::Pbs),
        LauncherKind::Lsf => Some(&super::lsf::Lsf),
        LauncherKind::Direct | LauncherKind::Attach => None,
    }
}

/// Differences between programs of the same commands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// The usual one.
    #[default]
    Usual,
    /// Torque, which has PBS's commands and no `select`.
    Torque,
}

/// The commands are not there, or another scheduler's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stranger {
    /// Not on the PATH of the login shell; what the shell said.
    Absent(String),
    /// This one.
    Other(LauncherKind),
}

/// Why a job does not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Why {
    /// The scheduler's own words.
    pub reason: String,
    /// Whether it can never start as it is.
    pub never: bool,
}

/// What a command on the far side printed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Output {
    /// Its exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
    /// The far side's clock.
    pub clock: Clock,
}

impl Output {
    /// Of a command that went well and printed this.
    #[cfg(test)]
    #[must_use]
    pub fn printed(out: &str) -> Self {
        Self {
            out: out.to_owned(),
            ..Self::default()
        }
    }

    /// What it said, for a person: the errors, or else all there is.
    #[must_use]
    pub fn words(&self) -> String {
        let words = match self.err.trim() {
            "" => self.out.trim(),
            err => err,
        };
        let lines: Vec<&str> = words.lines().collect();
        lines[lines.len().saturating_sub(10)..].join("\n")
    }
}

/// The far side's clock: schedulers tell times in its zone, and without saying so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Clock {
    /// Seconds since 1970.
    pub now: i64,
    /// Its local time is that many seconds ahead of UTC.
    pub offset: i64,
}

impl Clock {
    /// Reads `EPOCH YYYY-MM-DDTHH:MM:SS`, the second being local time.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut words = text.split_whitespace();
        let now = words.next().and_then(|word| word.parse().ok());
        let local = words.next().and_then(|word| word.parse().ok()).map(as_utc);
        let now = now.unwrap_or_default();
        Self {
            now,
            offset: local.map_or(0, |local| local - now),
        }
    }

    /// Seconds since 1970 of a local time there. (The present offset: a change of summer time in
    /// between makes an estimate an hour wrong.)
    #[must_use]
    pub fn epoch(self, local: DateTime) -> i64 {
        as_utc(local) - self.offset
    }

    /// The local year there.
    #[must_use]
    pub fn year(self) -> i16 {
        let local = jiff::Timestamp::from_second(self.now + self.offset);
        local.map_or(1970, |time| TimeZone::UTC.to_datetime(time).year())
    }
}

fn as_utc(local: DateTime) -> i64 {
    let time = TimeZone::UTC.to_timestamp(local);
    time.map_or(0, jiff::Timestamp::as_second)
}

/// How far a job has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobState {
    /// It waits for its turn.
    #[default]
    Waiting,
    /// It runs.
    Running,
    /// It is on its way out.
    Ending,
    /// It can never start as it is.
    Never,
}

/// A job, as the scheduler tells it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: String,
    /// Its name, in full.
    pub name: String,
    /// How far it has come.
    pub state: JobState,
    /// The same in the scheduler's own word: `qw`, `PENDING`.
    pub word: String,
    /// Why it waits, in the scheduler's own words; may be empty.
    pub reason: String,
    /// The machine that runs it.
    pub node: Option<String>,
    /// Its place in the queue, where the scheduler tells it.
    pub place: Option<u32>,
    /// When it may start; seconds since 1970.
    pub start_estimate: Option<i64>,
    /// When it started.
    pub started: Option<i64>,
    /// When its time is up.
    pub ends: Option<i64>,
}

/// The job's name: that of the person's own options, else the one that the first script of this
/// kind used, by which a job that was started by hand is found too.
#[must_use]
pub fn job_name(scheduler: &dyn Scheduler, host: &Host) -> String {
    own_name(scheduler, &host.options).unwrap_or_else(|| "jupyter_nb".to_owned())
}

/// The name in options: `-N name`, `-Nname`, `--job-name=name`.
#[must_use]
pub fn own_name(scheduler: &dyn Scheduler, options: &[String]) -> Option<String> {
    let mut options = options.iter();
    while let Some(option) = options.next() {
        for flag in scheduler.name_option() {
            if option == flag {
                return options.next().cloned();
            }
            match option.strip_prefix(flag) {
                Some(rest) if flag.starts_with("--") => {
                    if let Some(name) = rest.strip_prefix('=') {
                        return Some(name.to_owned());
                    }
                }
                Some(rest) => return Some(rest.to_owned()),
                None => {}
            }
        }
    }
    None
}

/// Whether two names stand for the same machine: one may be without its domain.
#[must_use]
pub fn same_machine(one: &str, other: &str) -> bool {
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    !one.is_empty() && short(one) == short(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn local_times_are_told_from_the_zone() {
        // Tokyo, nine hours ahead.
        let clock = Clock::parse("1795503762 2026-11-24T16:02:42\n");
        assert_eq!(clock.offset, 9 * 3600);
        assert_eq!(clock.year(), 2026);
        let local = jiff::civil::datetime(2026, 11, 24, 16, 2, 42, 0);
        assert_eq!(clock.epoch(local), 1_795_503_762);
        assert_eq!(Clock::parse("nonsense"), Clock::default());
    }

    #[test]
    fn a_name_of_the_persons_own_is_kept() {
        let name = |kind, options: &[&str]| {
            let mut host = Host::named("h");
            host.options = options.iter().map(|&o| o.to_owned()).collect();
            scheduler(kind).map(|scheduler| job_name(scheduler, &host))
        };
        let some = |name: &str| Some(name.to_owned());
        let (sge, slurm) = (LauncherKind::Sge, LauncherKind::Slurm);
        assert_eq!(name(sge, &["-N", "mine"]), some("mine"));
        assert_eq!(name(sge, &["-l", "hostname=c1"]), some("jupyter_nb"));
        assert_eq!(name(slurm, &["--job-name=mine"]), some("mine"));
        assert_eq!(name(slurm, &["-Jmine"]), some("mine"));
        assert_eq!(name(slurm, &["--job-names=x"]), some("jupyter_nb"));
        assert_eq!(name(LauncherKind::Direct, &[]), None);
    }

    #[test]
    fn a_machine_is_the_same_without_its_domain() {
        assert!(same_machine("node17", "Node17.cluster.example"));
        assert!(!same_machine("node17", "node1"));
        assert!(!same_machine("", ""));
    }
}
