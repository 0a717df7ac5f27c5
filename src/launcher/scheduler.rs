//! What every batch scheduler can do, and what its commands tell. One file per scheduler says how.
//!
//! Nothing runs here: an adapter gives lines for the far side's shell, and reads what they printed.
//! Every value of the configuration in such a line went through [`super::quote`].

use std::borrow::Cow;
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use crate::config::{Host, LauncherKind};
use crate::words::say;

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

    /// How many calls [`Self::ask_why`] makes; none where the list tells everything.
    fn why_calls(&self) -> u32 {
        0
    }

    /// Asks what the list does not tell: why a job of that queue does not start, and its place there.
    fn ask_why(&self, _id: &str, _queue: &str) -> Option<String> {
        None
    }

    /// Its answer: the place alone, where the adapter reads no more.
    fn why(&self, answer: &Output) -> Option<Why> {
        Some(Why {
            reason: String::new(),
            never: false,
            place: place(answer),
        })
    }

    /// Prints where a job writes, a file a line, while the scheduler knows the job. After an empty line
    /// comes what it has written so far, where that cannot be read from a file yet.
    fn output(&self, id: &str) -> String;

    /// Whether what a job writes comes into its file when it ends.
    fn delivers_at_end(&self) -> bool {
        false
    }

    /// Ends a job, whether it runs or waits.
    fn cancel(&self, id: &str) -> String;

    /// The beginning of a line that runs a program on a node of a job, with this line's own standard
    /// input and output; its words follow. None where there is no way into a job from a login host.
    fn enter(&self, _id: &str, _node: &str) -> Option<String> {
        None
    }

    /// Gives a job that runs `by` seconds more, so that its whole time is `limit`, where that is known.
    /// None where no command does that. Whether this person may, the scheduler says.
    fn extend(&self, id: &str, by: u64, limit: Option<u64>) -> Option<String>;

    /// The name of a job in options of the person's own; the first is how we give one.
    fn name_option(&self) -> &'static [&'static str];
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
    /// The scheduler's own words; empty where these stand in the list.
    pub reason: String,
    /// Whether it can never start as it is.
    pub never: bool,
    /// Its place in the queue, where that can be known.
    pub place: Option<u32>,
}

/// Counts waiting jobs up to ours, in the order of a list: `{ waits }`, `{ is_ours }` and
/// `{ is_others }` are awk's conditions. It prints `place N`, and nothing where no other account's
/// job is seen: the site may hide them, and ours would always be the first.
pub(super) fn count_place(id: &str, waits: &str, is_ours: &str, is_others: &str) -> String {
    format!(
        "awk -v id={} -v me=\"$(id -un)\" '{waits} {{ n++; if ({is_ours}) place = n }} \
         {is_others} {{ seen = 1 }} END {{ if (place && seen) print \"place \" place }}'",
        super::quote(id)
    )
}

/// The place in an answer.
pub(super) fn place(answer: &Output) -> Option<u32> {
    let mut lines = answer.out.lines();
    lines.find_map(|line| line.strip_prefix("place ")?.trim().parse().ok())
}

/// How long a call may take: a busy scheduler is slow (Slurm's own limit is 10 s a try).
pub const CALL: Duration = Duration::from_secs(40);
/// The status of a command that did not come to an end by then: that of `timeout`.
const HANGS: i32 = 124;

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

    /// What it said, for a person: the errors, or else all there is; and that it said no more.
    #[must_use]
    pub fn words(&self) -> String {
        let words = match self.err.trim() {
            "" => self.out.trim(),
            err => err,
        };
        let silence = say!("scheduler-hangs", seconds = CALL.as_secs());
        let mut lines: Vec<&str> = words.lines().collect();
        if self.status == HANGS {
            lines.push(&silence);
        }
        // `LSF is down. Please wait ...`, again and again.
        lines.dedup();
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
    /// It is on hold: it waits until somebody releases it.
    Held,
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
    /// The queue that it waits in, where its place there can be asked for.
    pub queue: String,
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

impl Job {
    /// The scheduler's clock is that many seconds ahead of ours: its times by ours.
    pub fn set_back(&mut self, ahead: i64) {
        for time in [&mut self.start_estimate, &mut self.started, &mut self.ends] {
            *time = time.map(|time| time - ahead);
        }
    }
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

/// What a line of an adapter prints where its command printed that; for the adapters' own tests.
#[cfg(test)]
pub(super) fn counted(command: &str, printed: &str, line: &str) -> Option<u32> {
    place(&Output::printed(&ran(command, printed, line)))
}

/// The same, as it is.
#[cfg(test)]
pub(super) fn ran(command: &str, printed: &str, line: &str) -> String {
    let script =
        format!("{command}() {{ cat <<'END'\n{printed}END\n}}\nid() {{ echo me; }}\n{line}");
    let mut shell = std::process::Command::new("/bin/sh");
    let output = shell.args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[cfg(test)]
mod tests {
    use super::super::{scheduler, scheduler_of};
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
    fn a_job_that_runs_gets_more_time_where_a_command_gives_it() {
        let line = |word, limit| scheduler_of(word).and_then(|one| one.extend("12", 5400, limit));
        let some = |line: &str| Some(line.to_owned());
        let whole = Some(100_800);
        let slurm = some("LC_ALL=C scontrol update 'JobId=12' TimeLimit=+90");
        assert_eq!(line("slurm", None), slurm);
        let pbs = some("LC_ALL=C qalter -l walltime=28:00:00 '12'");
        assert_eq!(line("pbs", whole), pbs);
        assert_eq!(line("lsf", whole), some("LC_ALL=C bmod -W 28:00 '12'"));
        for (word, limit) in [("pbs", None), ("lsf", None), ("sge", whole), ("", whole)] {
            assert_eq!(line(word, limit), None, "{word}");
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
    fn a_command_that_hangs_is_told_as_such() {
        let hung = Output {
            status: HANGS,
            err: "LSF is down. Please wait ...\n".repeat(39),
            ..Output::default()
        };
        let words = hung.words();
        let (said, rest) = words.split_once('\n').unwrap_or_default();
        assert_eq!(said, "LSF is down. Please wait ...");
        assert!(
            rest.contains("40 seconds") && rest.lines().count() == 1,
            "{words}"
        );
    }

    #[test]
    fn a_machine_is_the_same_without_its_domain() {
        assert!(same_machine("node17", "Node17.cluster.example"));
        assert!(!same_machine("node17", "node1"));
        assert!(!same_machine("", ""));
    }
}
