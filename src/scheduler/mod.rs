//! What every batch scheduler can do, and what its commands tell. One file per scheduler says how.
//!
//! Nothing runs here: an adapter gives lines for the remote host's shell, and reads what they printed.
//! Every value of the configuration in such a line went through [`crate::shell_quote::quote`].

mod exec_in_job;
mod job;
mod lsf;
#[cfg(test)]
mod many;
mod options;
mod output;
mod pbs;
mod resources;
mod route;
mod sge;
mod slurm;

use crate::config::{Host, LauncherKind};
pub use exec_in_job::RelayCommand;
pub use job::{Job, JobIdentity, JobState, Presence};
use options::Style;
pub use options::job_name;
pub use options::may_rerun;
pub use output::{CALL, CommandOutput, LocalTime, SUBMISSION};
pub use resources::{clock, seconds};
pub use route::{ListenScope, Next, Route, Routes};

/// The adapter of a launcher; none for those without jobs.
#[must_use]
pub fn adapter(kind: LauncherKind) -> Option<&'static dyn Scheduler> {
    match kind {
        LauncherKind::Sge => Some(&sge::Sge),
        LauncherKind::Slurm => Some(&slurm::Slurm),
        LauncherKind::Pbs => Some(&pbs::Pbs),
        LauncherKind::Lsf => Some(&lsf::Lsf),
        LauncherKind::Direct | LauncherKind::Attach => None,
    }
}

/// The adapter of that word.
#[must_use]
pub fn by_id(word: &str) -> Option<&'static dyn Scheduler> {
    let kinds = [
        LauncherKind::Sge,
        LauncherKind::Slurm,
        LauncherKind::Pbs,
        LauncherKind::Lsf,
    ];
    let mut all = kinds.into_iter().filter_map(adapter);
    all.find(|one| one.id() == word)
}

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

    /// How many calls [`Self::ask_why`] makes; none where the list tells everything.
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

    /// Whether what a job writes comes into its file when it ends.
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

    /// Gives a job that runs `by` seconds more, so that its whole time is `limit`, where that is known.
    /// None where no command does that. Whether this user may, the scheduler says.
    fn extend(&self, id: &str, by: u64, limit: Option<u64>) -> Option<String>;

    /// The name of a job in options of the user's own; the first is how we give one.
    fn name_option(&self) -> &'static [&'static str];

    /// How its commands take an option's value.
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

/// What a scheduler says of a job that is not submitted.
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

/// Why a job does not start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingReason {
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
        crate::shell_quote::quote(id)
    )
}

/// The place in an answer.
pub(super) fn place(answer: &CommandOutput) -> Option<u32> {
    let mut lines = answer.out.lines();
    lines.find_map(|line| line.strip_prefix("place ")?.trim().parse().ok())
}

/// Awk's part that reads the ledger: `own[NUMBER]` and `named[NAME]` are what a list is filtered by.
pub(super) const LEDGER: &str = concat!(
    r#"BEGIN { n = split(ENVIRON["rj_numbers"], a, " "); for (i = 1; i <= n; i++) own[a[i]] = 1; "#,
    r#"n = split(ENVIRON["rj_names"], a, "\n"); for (i = 1; i <= n; i++) named[a[i]] = 1 } "#,
);

/// Awk's part that takes a terminal's colours away, which a site's own command may print.
const COLOURS: &str = r#"index($0, "\033[") { gsub(/\033\[[0-9;]*[A-Za-z]/, "") } "#;

/// Runs commands whose output goes through a filter, and keeps their status: awk ends with it.
pub(super) fn filtered(commands: &str, program: &str) -> String {
    format!(
        "{{ {commands}; echo \"rj_status $?\"; }} | LC_ALL=C awk '{LEDGER}{COLOURS}$1 == \"rj_status\" {{ status = $2; next }} {program}'"
    )
}

/// Runs a submission's line that only checks a job, with a generated job's folder and script that are gone afterwards.
pub(super) fn rehearsal(line: &str) -> String {
    format!(
        "rj_dir=$(mktemp -d) || exit 124; printf '#!/bin/sh\\nexec true\\n' >\"$rj_dir/submit\"; \
         (LC_ALL=C; export LC_ALL; {line}) 2>&1; rj_s=$?; rm -rf \"$rj_dir\"; (exit $rj_s)"
    )
}

/// Unsets every variable that begins so: formats and filters of the user's own.
pub(super) fn unset(beginnings: &[&str]) -> String {
    let names = beginnings
        .iter()
        .map(|name| format!(" -e 's/^\\({name}[A-Z0-9_]*\\)=.*/\\1/p'"));
    let names: String = names.collect();
    format!("for rj_n in $(env | sed -n{names}); do unset \"$rj_n\"; done; ")
}

/// What a line of an adapter prints where its command printed that; for the adapters' own tests.
#[cfg(test)]
pub(super) fn counted(command: &str, printed: &str, line: &str) -> Option<u32> {
    place(&CommandOutput::printed(&ran(command, printed, line)))
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
    use super::by_id;

    #[test]
    fn a_job_that_runs_gets_more_time_where_a_command_gives_it() {
        let line = |word, limit| by_id(word).and_then(|one| one.extend("12", 5400, limit));
        let some = |line: &str| Some(line.to_owned());
        let whole = Some(100_800);
        let slurm = line("slurm", None).unwrap_or_default();
        assert!(
            slurm.ends_with("scontrol update 'JobId=12' TimeLimit=+90"),
            "{slurm}"
        );
        let pbs = some("LC_ALL=C qalter -l walltime=28:00:00 '12'");
        assert_eq!(line("pbs", whole), pbs);
        assert_eq!(line("lsf", whole), some("LC_ALL=C bmod -W 28:00 '12'"));
        for (word, limit) in [("pbs", None), ("lsf", None), ("sge", whole), ("", whole)] {
            assert_eq!(line(word, limit), None, "{word}");
        }
    }
}
