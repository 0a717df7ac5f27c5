//! The trait of a batch scheduler's adapter: commands, and the reading of their answers.

use super::job::{Job, Presence};
use super::options::Style;
use super::output::CommandOutput;
use super::shell::place;
use crate::config::{Host, LauncherKind};

/// One batch scheduler's commands and formats.
pub trait Scheduler: Sync {
    /// As the configuration and events name it.
    fn id(&self) -> &'static str;

    /// As its users name it.
    fn name(&self) -> &'static str;

    /// Tells which program answers to its commands, without asking its server.
    fn version_command(&self) -> &'static str;

    /// The dialect that the probe's answer shows; an error names the program that is there instead.
    ///
    /// # Errors
    /// When that is not this scheduler.
    fn dialect(&self, probe: &CommandOutput) -> Result<Dialect, DetectError>;

    /// Submits the job: a generated one, whose script comes on standard input and whose folder is
    /// `$rj_dir`, or the user's own `job_script`.
    fn submit(&self, host: &Host, dialect: Dialect) -> String;

    /// Asks about a submission without making one: about all of its options, or else about its queue. None where nothing
    /// can be asked.
    fn rehearse(&self, host: &Host, dialect: Dialect) -> Option<String>;

    /// Reads the answer to that.
    fn rehearsed(&self, answer: &CommandOutput) -> Rehearsal;

    /// The options by which a user has a job wait until it is released.
    fn hold_options(&self) -> &'static [&'static str];

    /// Returns what keeps a job from its start though the scheduler takes it, as that answer shows.
    fn obstacle(&self, host: &Host, _answer: &CommandOutput) -> Option<StartObstacle> {
        held(self.hold_options(), host)
    }

    /// The job's id in what the submission printed, among lines of others, with the cluster or server that it names.
    fn parse_job_id(&self, printed: &str) -> Option<String>;

    /// Lists this account's jobs of the names and numbers that the ledger has (`$rj_names`, `$rj_numbers`,
    /// `$rj_submitted` of job.sh), filtered on the remote host: nobody needs the ten thousand others.
    fn list(&self, host: &Host) -> String;

    /// The jobs that a list tells. None at all is no error.
    ///
    /// # Errors
    /// In the scheduler's own words, when it gave no list.
    fn parse_jobs(&self, list: &CommandOutput) -> Result<Vec<Job>, String>;

    /// Lists the same without anything that a site may have put in front of the scheduler's list: for a submission whose
    /// answer never came.
    fn search(&self, host: &Host) -> String {
        self.list(host)
    }

    /// Asks for one job by its id, on the cluster or server that the id names. Both outputs come as one.
    fn query(&self, id: &str) -> String;

    /// Reads the answer to that. An answer that neither shows the job nor denies it proves nothing.
    fn presence(&self, id: &str, answer: &CommandOutput) -> Presence;

    /// Checks whether a command says that there is no such job, which is not so with one that could not be asked.
    fn denies(&self, words: &str) -> bool;

    /// The number of calls that [`Self::pending_reason_command`] makes; none where the list tells everything.
    fn pending_reason_calls(&self) -> u32 {
        0
    }

    /// Asks what the list does not tell: why a job of that queue does not start, and its place there.
    fn pending_reason_command(&self, _id: &str, _queue: &str) -> Option<String> {
        None
    }

    /// Its answer: the place alone, where the adapter reads no more.
    fn parse_pending_reason(&self, answer: &CommandOutput) -> Option<PendingReason> {
        Some(PendingReason {
            reason: String::new(),
            never: false,
            place: place(answer),
        })
    }

    /// Prints where a job writes, a file a line, while the scheduler knows the job. After an empty line
    /// comes what it has written so far, where that cannot be read from a file yet.
    fn output_path_command(&self, id: &str) -> String;

    /// Returns true if what a job writes comes into its file when it ends.
    fn output_only_at_end(&self) -> bool {
        false
    }

    /// Ends a job, whether it runs or waits.
    fn cancel(&self, id: &str) -> String;

    /// The beginning of a line that runs a program on a node of a job, with this line's own standard
    /// input and output; its words follow. None where there is no way into a job from a login host.
    fn exec_in_job_command(&self, _id: &str, _node: &str) -> Option<String> {
        None
    }

    /// Returns true if all processes of such a program end with it, whatever they have detached themselves from.
    fn ends_detached(&self) -> bool {
        false
    }

    /// Gives a job that runs `by` seconds more, so that its whole time is `limit`, where that is known.
    /// None where no command does that. Whether this user may, the scheduler says.
    fn extend(&self, id: &str, by: u64, limit: Option<u64>) -> Option<String>;

    /// The name of a job in options of the user's own; the first is how we give one.
    fn name_option(&self) -> &'static [&'static str];

    /// The way in which its commands take an option's value.
    fn style(&self) -> Style {
        Style::Words
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

/// Returns the hold that the user's own options ask for.
pub(super) fn held(flags: &[&str], host: &Host) -> Option<StartObstacle> {
    let mut options = host.options.iter();
    let option = options.find(|option| flags.contains(&option.as_str()))?;
    Some(StartObstacle::Hold {
        option: option.clone(),
    })
}

/// The reason for which a job that the scheduler takes does not start on its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StartObstacle {
    /// The user's own option holds it.
    Hold {
        /// As it stands in the configuration.
        option: String,
    },
    /// It asks for more time than it may ever have.
    TimeLimit {
        /// The scheduler's word for that.
        reason: &'static str,
        /// As the user wrote it.
        wanted: String,
        /// As the scheduler tells it.
        limit: String,
    },
}

/// The scheduler's verdict on a job that is not submitted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rehearsal {
    /// It would take it.
    Taken,
    /// It answers, and has the queue.
    Queue,
    /// It would refuse it.
    Refused,
    /// It cannot say.
    Open,
}

/// The commands are not there, or another scheduler's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DetectError {
    /// Not on the PATH of the login shell; what the shell said.
    Absent(String),
    /// This one.
    Other(LauncherKind),
}

/// The reason why a job does not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingReason {
    /// The scheduler's own words; empty where these stand in the list.
    pub reason: String,
    /// True if it can never start as it is.
    pub never: bool,
    /// Its place in the queue, where that can be known.
    pub place: Option<u32>,
}
