//! Slurm: `sbatch`, `squeue`, `scontrol`, `scancel`. Met: 22.05.8.
//!
//! A job's id is what `sbatch --parsable` prints, `4711` or `4711;CLUSTER`, and every command about it goes to that
//! cluster: on another one the number is another job's.

mod limits;
mod list;

use super::adapter::{
    DetectError, Dialect, PendingReason, Rehearsal, Scheduler, StartObstacle, held,
};
use super::job::{Job, JobIdentity, Presence};
use super::options::{Style, value};
use super::output::{CommandOutput, plain};
use super::resources::CommandLine;
use super::shell::{count_place, filtered, place, rehearsal, unset};
use crate::config::Host;
use crate::shell_quote::quote;
use list::{FILTER, FORMAT, RECORD_FILTER, has_ended, record, with_cluster};

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct Slurm;

/// Variables of squeue, scontrol, scancel and sinfo by which a user's own environment would filter and format.
const OWN: [&str; 4] = ["SQUEUE_", "SCONTROL_", "SCANCEL_", "SINFO_"];

impl Scheduler for Slurm {
    fn id(&self) -> &'static str {
        "slurm"
    }

    fn name(&self) -> &'static str {
        "Slurm"
    }

    fn version_command(&self) -> &'static str {
        "sbatch --version"
    }

    fn dialect(&self, probe: &CommandOutput) -> Result<Dialect, DetectError> {
        // Torque and PBS have no sbatch: whatever answers to it speaks Slurm.
        match probe.status {
            0 => Ok(Dialect::Usual),
            _ => Err(DetectError::Absent(probe.words())),
        }
    }

    /// Slurm itself passes the environment on (`--export=ALL` is its default); the job starts a
    /// login shell all the same. `--no-requeue`: a job that is restarted has another server.
    fn submit(&self, host: &Host, _: Dialect) -> String {
        let generated = "-o \"$rj_dir/batch.log\" --no-requeue --nodes=1 --ntasks=1";
        let mut line = CommandLine::submission(self, "sbatch --parsable", generated, "-p", host);
        if let Some(cores) = host.cores {
            line = line.ours(&format!("--cpus-per-task={cores}"));
        }
        if let Some(memory) = &host.memory {
            line = line.word(&format!("--mem={memory}"));
        }
        // --gpus is of 19.05 and needs cons_tres; --gres works with every version.
        if let Some(gpus) = host.gpus.filter(|gpus| *gpus > 0) {
            line = line.ours(&format!("--gres=gpu:{gpus}"));
        }
        line.option("-t", host.walltime.as_deref()).end(host)
    }

    /// `--test-only` checks options, partition, account and limits at the controller, and submits
    /// nothing, whatever other options there are.
    fn rehearse(&self, host: &Host, dialect: Dialect) -> Option<String> {
        let line = self.submit(host, dialect);
        let line = line.replacen("sbatch --parsable", "sbatch --test-only", 1);
        let line = rehearsal(&line);
        Some(match limits::wanted(host) {
            Some(_) => limits::with_limits(&line, &clusters(host)),
            None => line,
        })
    }

    /// A time beyond the limit of the partition or the account is taken all the same, unless the site denies that
    /// (`EnforcePartLimits`, `DenyOnLimit`), and `--test-only` tells when the job starts, which it never does (measured
    /// with 22.05).
    fn obstacle(&self, host: &Host, answer: &CommandOutput) -> Option<StartObstacle> {
        limits::exceeded(host, answer).or_else(|| held(self.hold_options(), host))
    }

    /// A job may well be taken, and wait, where it says that nothing free fits it now.
    fn rehearsed(&self, answer: &CommandOutput) -> Rehearsal {
        const PASSES: [&str; 8] = [
            "not available",
            "DOWN",
            "busy",
            "Unable to contact",
            "timed out",
            "emporarily",
            "try again",
            "Zero Bytes",
        ];
        match answer.status {
            0 => Rehearsal::Taken,
            // The time limit, and no sbatch at all; 255 is that of an option which it does not know.
            124..=254 => Rehearsal::Open,
            _ if PASSES.iter().any(|words| answer.out.contains(words)) => Rehearsal::Open,
            _ => Rehearsal::Refused,
        }
    }

    /// `--parsable` prints `ID` or `ID;CLUSTER`. A site's own command may take it back; then it is
    /// `Submitted batch job ID`, or `… ID on cluster CLUSTER`. Lines of others may stand before and after, and begin
    /// with a number, too: an id is a whole line.
    fn parse_job_id(&self, printed: &str) -> Option<String> {
        let lines = || printed.lines().map(plain);
        let submitted = |line: String| {
            let id = line.strip_prefix("Submitted batch job ")?;
            let (id, cluster) = id.split_once(" on cluster ").unwrap_or((id, ""));
            whole_id(id, cluster)
        };
        let parsable = |line: String| {
            let (id, cluster) = line.split_once(';').unwrap_or((&line, ""));
            whole_id(id, cluster)
        };
        let said = lines().find_map(submitted);
        said.or_else(|| lines().rev().find_map(parsable))
    }

    /// Delimited, and not `--json`: docs/decisions/0014-delimited-lists.md. Long options alone, since sites put programs
    /// of their own in front that know no others; and with a heading, without which an answer is no list. Then scontrol
    /// tells the same, without anything in front of it. Times come as seconds since 1970 (`SLURM_TIME_FORMAT` takes
    /// strftime's forms). Without `SQUEUE_ALL` 24.11 leaves out jobs in partitions that the account
    /// may not use. The clusters are those to which a submission goes.
    fn list(&self, host: &Host) -> String {
        let squeue = format!(
            "LC_ALL=C SQUEUE_ALL=1 SLURM_TIME_FORMAT=%s squeue \"$@\" --user=\"$rj_me\" --format='{FORMAT}'"
        );
        let lists = "rj_s=0; if [ -z \"$rj_c\" ]; then rj_list || rj_s=$?; else \
            for rj_k in $(printf %s \"$rj_c\" | tr , \" \"); do printf '\\nCLUSTER: %s\\n' \"$rj_k\"; \
            rj_list --clusters=\"$rj_k\" || rj_s=$?; done; fi; (exit $rj_s)";
        format!(
            "{}rj_list() {{ {squeue}; }}; {}; rj_s=$?; if [ $rj_s = 99 ]; then {}; else (exit $rj_s); fi",
            clusters(host),
            filtered(lists, FILTER),
            records()
        )
    }

    fn search(&self, host: &Host) -> String {
        format!("{}{}", clusters(host), records())
    }

    fn parse_jobs(&self, list: &CommandOutput) -> Result<Vec<Job>, String> {
        list::jobs(list)
    }

    fn query(&self, id: &str) -> String {
        let (number, flag) = parts(id);
        format!(
            "{}LC_ALL=C SLURM_TIME_FORMAT=%s scontrol {flag}--oneliner show job {number} 2>&1",
            begin()
        )
    }

    /// Slurm shows a job for some minutes after its end (`MinJobAge`).
    fn presence(&self, id: &str, answer: &CommandOutput) -> Presence {
        let lines = answer.out.lines().map(plain);
        let jobs: Vec<Job> = lines
            .filter_map(|line| record(&line, answer.clock))
            .map(|job| Job {
                id: with_cluster(&job.id, id.split_once(';').map_or("", |(_, name)| name)),
                ..job
            })
            .collect();
        let live: Vec<Job> = jobs.iter().filter(|job| !has_ended(job)).cloned().collect();
        let identity = JobIdentity {
            id: id.to_owned(),
            ..JobIdentity::default()
        };
        match identity.find(&live) {
            Some(job) => Presence::Listed(Box::new(job)),
            None if !jobs.is_empty() => Presence::Ended,
            None if self.denies(&answer.out) => Presence::Unknown,
            None => Presence::Silent(answer.words()),
        }
    }

    fn denies(&self, words: &str) -> bool {
        words.contains("Invalid job id specified")
    }

    fn pending_reason_calls(&self) -> u32 {
        2
    }

    /// Lists the whole partition, in which the job's place is counted on the remote host; the list
    /// also has the reason. It is sorted by priority, and includes the running jobs, which show if
    /// others' jobs are visible at all (`PrivateData=jobs` hides them). A second command lists the
    /// state of the nodes: some may be down that the job waits for.
    fn pending_reason_command(&self, id: &str, queue: &str) -> Option<String> {
        let (queue, (_, flag)) = (quote(queue), parts(id));
        let number = id.split(';').next()?;
        Some(format!(
            "{}LC_ALL=C squeue {flag}--noheader --partition={queue} --states=PD,R,S --sort=-p,i --format='%t %u %i %r' | {}; \
             LC_ALL=C sinfo {flag}--noheader --Node --partition={queue} --format='node %T'",
            begin(),
            count_place(
                number,
                "$1 == \"PD\"",
                "$3 == id",
                "$3 == id { print \"reason \" $4 } $2 != me"
            )
        ))
    }

    /// No node is as the job wants it for good when none of its partition is away.
    fn parse_pending_reason(&self, answer: &CommandOutput) -> Option<PendingReason> {
        let mut lines = answer.out.lines();
        let is_unfit = lines.any(|line| line.strip_prefix("reason ").is_some_and(list::is_unfit));
        let mut nodes = lines
            .filter_map(|line| line.strip_prefix("node "))
            .peekable();
        let never = is_unfit && nodes.peek().is_some() && nodes.all(is_at_work);
        Some(PendingReason {
            reason: String::new(),
            never,
            place: place(answer),
        })
    }

    /// Its patterns are filled in, but for those of the node.
    fn output_path_command(&self, id: &str) -> String {
        let (number, flag) = parts(id);
        format!(
            "{}LC_ALL=C scontrol {flag}show job {number} | sed -n 's/^ *StdOut=//p; s/^ *StdErr=//p' | awk '!seen[$0]++'",
            begin()
        )
    }

    fn cancel(&self, id: &str) -> String {
        let (number, flag) = parts(id);
        format!("{}LC_ALL=C scancel {flag}{number}", begin())
    }

    /// A step of the job that takes nothing of it: no core that others cannot have too
    /// (`SLURM_OVERLAP`, which Slurm before 20.11 does not know and does not need), none of the
    /// memory, no GPU. It costs 30 ms and one call of the controller (measured with 22.05).
    /// The first node of a job is the one that its script runs on, whatever Slurm calls it.
    fn exec_in_job_command(&self, id: &str, _node: &str) -> Option<String> {
        let (number, flag) = parts(id);
        Some(format!(
            "env -u SLURM_CLUSTERS SLURM_OVERLAP=1 srun {flag}--jobid={number} --relative=0 --nodes=1 --ntasks=1 --mem=0 \
             --gres=none --mpi=none --cpu-bind=none --chdir=/ --unbuffered --quiet"
        ))
    }

    /// A step's control group ends with its program (`proctrack/cgroup`).
    fn ends_detached(&self) -> bool {
        true
    }

    /// In whole minutes, upwards. An ordinary account may only shorten a job that runs: "Access/permission
    /// denied for job 18" (measured), unless the site lets it be an operator.
    fn extend(&self, id: &str, by: u64, _: Option<u64>) -> Option<String> {
        let (_, flag) = parts(id);
        let job = quote(&format!("JobId={}", id.split(';').next()?));
        let minutes = by.div_ceil(60);
        Some(format!(
            "{}LC_ALL=C scontrol {flag}update {job} TimeLimit=+{minutes}",
            begin()
        ))
    }

    fn hold_options(&self) -> &'static [&'static str] {
        &["-H", "--hold"]
    }

    fn name_option(&self) -> &'static [&'static str] {
        &["-J", "--job-name"]
    }

    fn style(&self) -> Style {
        Style::Getopt
    }
}

/// Makes an id of a number and the name of a cluster, which may be empty.
fn whole_id(number: &str, cluster: &str) -> Option<String> {
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    (is_number && cluster.chars().all(is_name)).then(|| with_cluster(number, cluster))
}

/// Sets `$rj_c`, the clusters to which a submission goes, and puts filters aside.
fn clusters(host: &Host) -> String {
    let clusters = value(
        Style::Getopt,
        &host.options,
        &["-M", "--clusters", "--cluster"],
    );
    let clusters = clusters.map_or_else(
        || "\"${SBATCH_CLUSTERS:-${SLURM_CLUSTERS:-}}\"".to_owned(),
        |own| quote(&own),
    );
    format!(
        "{}rj_c={clusters}; unset SLURM_CLUSTERS; rj_me=$(id -un); export rj_me; ",
        unset(&OWN)
    )
}

/// The controller's own records.
fn records() -> String {
    let lists = "rj_s=0; for rj_k in $(printf %s \"${rj_c:--}\" | tr , \" \"); do rj_f=; \
        [ \"$rj_k\" = - ] || { printf '\\nCLUSTER: %s\\n' \"$rj_k\"; rj_f=--clusters=$rj_k; }; \
        LC_ALL=C SLURM_TIME_FORMAT=%s scontrol ${rj_f:+\"$rj_f\"} --oneliner show job || rj_s=$?; done; (exit $rj_s)";
    filtered(lists, RECORD_FILTER)
}

/// Returns the beginning of a command about one job: without filters, and with no cluster but the
/// one that is named.
fn begin() -> String {
    format!("{}unset SLURM_CLUSTERS; ", unset(&OWN))
}

/// The number of an id, quoted, and the option that names its cluster. Of an array's waiting tasks (`12_[3-9]`) the number
/// of the array.
fn parts(id: &str) -> (String, String) {
    let (number, cluster) = id.split_once(';').unwrap_or((id, ""));
    let number = number.split("_[").next().unwrap_or_default();
    let flag = match cluster {
        "" => String::new(),
        cluster => format!("--clusters={} ", quote(cluster)),
    };
    (quote(number), flag)
}

/// Checks whether a node is one that jobs can start on, now or after others. sinfo adds signs to a state: `*` for a node
/// that does not answer, `$` for maintenance; those of power saving mean no harm.
fn is_at_work(state: &str) -> bool {
    let word = state
        .trim()
        .trim_end_matches(['~', '#', '!', '%', '^', '-', '+', '@']);
    matches!(
        word,
        "idle" | "mixed" | "allocated" | "completing" | "planned" | "power_saving" | "powered_down"
    )
}

#[cfg(test)]
mod tests;
