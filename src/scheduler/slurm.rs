//! Slurm: `sbatch`, `squeue`, `scontrol`, `scancel`. Met: 22.05.8.
//!
//! A job's id is what `sbatch --parsable` prints, `4711` or `4711;CLUSTER`, and every command about it goes to that
//! cluster: on another one the number is another job's.

mod list;

use super::adapter::{DetectError, Dialect, PendingReason, Rehearsal, Scheduler};
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

    /// The environment is handed on by Slurm itself (`--export=ALL` is its default); the job starts
    /// a login shell all the same. `--no-requeue`: a job that begins anew has another server.
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

    /// `--test-only` checks options, partition, account and limits at the controller, and submits nothing, whatever stands
    /// beside it.
    fn rehearse(&self, host: &Host, dialect: Dialect) -> Option<String> {
        let line = self.submit(host, dialect);
        let line = line.replacen("sbatch --parsable", "sbatch --test-only", 1);
        Some(rehearsal(&line))
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
    /// strftime's forms). The clusters are those to which a submission goes.
    fn list(&self, host: &Host) -> String {
        let squeue = format!(
            "LC_ALL=C SLURM_TIME_FORMAT=%s squeue \"$@\" --user=\"$rj_me\" --format='{FORMAT}'"
        );
        let lists = "rj_s=0; if [ -z \"$rj_c\" ]; then rj_list || rj_s=$?; else \
            for rj_k in $(printf %s \"$rj_c\" | tr , \" \"); do echo \"CLUSTER: $rj_k\"; \
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

    /// The reason stands in the list; the place takes a list of the whole partition, which is counted
    /// there. Sorted by priority; with the running jobs, which show whether others' are seen at all
    /// (`PrivateData=jobs` hides them). And whether nodes are away that a job may wait for.
    fn pending_reason_command(&self, id: &str, queue: &str) -> Option<String> {
        let (queue, (_, flag)) = (quote(queue), parts(id));
        let number = id.split(';').next()?;
        Some(format!(
            "{}LC_ALL=C squeue {flag}--noheader --partition={queue} --states=PD,R,S --sort=-p --format='%t %u %i %r' | {}; \
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
        [ \"$rj_k\" = - ] || { echo \"CLUSTER: $rj_k\"; rj_f=--clusters=$rj_k; }; \
        LC_ALL=C SLURM_TIME_FORMAT=%s scontrol ${rj_f:+\"$rj_f\"} --oneliner show job || rj_s=$?; done; (exit $rj_s)";
    filtered(lists, RECORD_FILTER)
}

/// How a command about one job begins: without filters, and with no cluster but the one that is named.
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
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::scheduler::job::JobState;

    /// Printed by squeue 22.05.8.
    const LIST: &str = "Welcome to the cluster | have fun\n\
        JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n\
        3|PENDING|N/A|N/A|1795503700|n/a|main|PartitionConfig|a|b\n\
        4|PENDING|N/A|N/A|1795503700|n/a|main|JobHeldUser|held\n\
        6|PENDING|1795510000|N/A|1795503700|n/a|main|Resources|jupyter_nb\n\
        7|PENDING|1795510000|N/A|1795503700|n/a|main|ReqNodeNotAvail, UnavailableNodes:c1|jup_big\n\
        2|RUNNING|1795503762|1795504362|1795503700|c1|main|None|jn\n\
        5|RUNNING|1795503762|NONE|1795503700|c1|main|None|dep\n8|COMPLETI";

    #[test]
    fn real_lists_are_read() {
        let jobs = Slurm.parse_jobs(&CommandOutput::printed(LIST)).unwrap();
        let states: Vec<_> = jobs
            .iter()
            .map(|job| (job.id.as_str(), job.state))
            .collect();
        let (unfit, held) = (JobState::Unfit, JobState::Held);
        let (waiting, running) = (JobState::Waiting, JobState::Running);
        assert_eq!(
            states,
            [
                ("3", unfit),
                ("4", held),
                ("6", waiting),
                ("7", waiting),
                ("2", running),
                ("5", running)
            ]
        );
        assert_eq!(
            (jobs[0].name.as_str(), jobs[0].queue.as_str()),
            ("a|b", "main")
        );
        assert_eq!(jobs[2].start_estimate, Some(1_795_510_000));
        assert_eq!(jobs[2].submitted, Some(1_795_503_700));
        assert_eq!(jobs[3].reason, "ReqNodeNotAvail, UnavailableNodes:c1");
        assert_eq!(jobs[4].node.as_deref(), Some("c1"));
        assert_eq!(
            (jobs[4].started, jobs[4].ends),
            (Some(1_795_503_762), Some(1_795_504_362))
        );
        assert_eq!((jobs[5].ends, jobs[5].start_estimate), (None, None));
    }

    /// A site's `squeue` that colours what it prints, and leaves no variable of ours alone.
    #[test]
    fn colours_and_times_of_a_sites_own_command_are_read() {
        let coloured = LIST
            .replace("RUNNING", "\u{1b}[1;32mRUNNING\u{1b}[0m")
            .replace("JOBID", "\u{1b}[33mJOBID")
            .replace("1795503700", "2026-11-24T07:01:40");
        let line = Slurm.list(&Host::named("h"));
        let script = format!(
            "squeue() {{ cat <<'END'\n{coloured}\nEND\n}}\nexport rj_numbers='2 6' rj_names=; {line}"
        );
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let jobs = Slurm.parse_jobs(&CommandOutput::printed(&text)).unwrap();
        let known: Vec<_> = jobs
            .iter()
            .map(|job| (job.id.as_str(), job.state, job.submitted))
            .collect();
        let submitted = Some(1_795_503_700);
        let expected = [
            ("6", JobState::Waiting, submitted),
            ("2", JobState::Running, submitted),
        ];
        assert_eq!(known, expected, "{text:?}");
    }

    /// Words of 22.05 and of `slurm_errno.c`.
    #[test]
    fn what_a_checked_job_would_meet_is_told_from_what_passes() {
        let line = Slurm.rehearse(&Host::named("h"), Dialect::Usual).unwrap();
        assert!(
            line.contains("sbatch --test-only -o") && !line.contains("--parsable"),
            "{line}"
        );
        for (status, words, expected) in [
            (
                0,
                "sbatch: Job 5 to start at 2026-11-29T12:53:31 using 1 processors on nodes c1",
                Rehearsal::Taken,
            ),
            (
                1,
                "allocation failure: Invalid partition name specified",
                Rehearsal::Refused,
            ),
            (
                1,
                "allocation failure: User's group not permitted to use this partition",
                Rehearsal::Refused,
            ),
            (
                1,
                "allocation failure: Invalid account or account/partition combination specified",
                Rehearsal::Refused,
            ),
            (
                1,
                "allocation failure: Requested node configuration is not available",
                Rehearsal::Open,
            ),
            (
                1,
                "allocation failure: Unable to contact slurm controller (connect failure)",
                Rehearsal::Open,
            ),
            (124, "", Rehearsal::Open),
            (
                255,
                "sbatch: unrecognized option '--nosuch'",
                Rehearsal::Refused,
            ),
        ] {
            let out = words.to_owned();
            let answer = CommandOutput {
                status,
                out,
                ..CommandOutput::default()
            };
            assert_eq!(Slurm.rehearsed(&answer), expected, "{words}");
        }
    }

    #[test]
    fn no_jobs_are_no_error_and_no_list_is_one() {
        let heading = LIST.lines().nth(1).unwrap();
        assert_eq!(
            Slurm.parse_jobs(&CommandOutput::printed(heading)),
            Ok(vec![])
        );
        let usage = "usage: squeue [--user=NAME] [--format=FORMAT]\n";
        for no_list in ["", usage, "JOBID PARTITION NAME USER ST TIME NODES\n"] {
            assert!(
                Slurm.parse_jobs(&CommandOutput::printed(no_list)).is_err(),
                "{no_list}"
            );
        }
        let down = CommandOutput {
            status: 1,
            err: "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n"
                .into(),
            ..CommandOutput::default()
        };
        assert!(
            Slurm
                .parse_jobs(&down)
                .unwrap_err()
                .contains("Unable to contact")
        );
    }

    #[test]
    fn the_number_is_found_among_other_lines() {
        for (printed, id) in [
            ("12\n", Some("12")),
            ("12;cluster\n", Some("12;cluster")),
            ("Welcome to 7 nodes\n12\n", Some("12")),
            ("Submitted batch job 2\n", Some("2")),
            ("Submitted batch job 2 on cluster two\n", Some("2;two")),
            ("sbatch: error: no\n", None),
            ("", None),
            // Of sites' own commands, before and after the id.
            (
                "4711\n3 jobs of yours wait in this partition\n",
                Some("4711"),
            ),
            ("12 nodes are idle\n4711;gpu\n\n", Some("4711;gpu")),
            ("Submitted batch job 4711\n12\n", Some("4711")),
            (
                "\u{1b}[32mSubmitted batch job 4711\u{1b}[0m\n",
                Some("4711"),
            ),
            ("12 nodes are idle\n", None),
            // A federation's ids have the cluster's number in their upper bits (federation.html).
            ("67108869;fed1\n", Some("67108869;fed1")),
            ("Submitted batch job 134217733\r\n", Some("134217733")),
        ] {
            assert_eq!(Slurm.parse_job_id(printed).as_deref(), id, "{printed:?}");
        }
    }

    #[test]
    fn resources_are_translated() {
        let mut host = Host::named("h");
        host.queue = Some("gpu".into());
        host.cores = Some(4);
        host.memory = Some("8G".into());
        host.gpus = Some(1);
        host.walltime = Some("1-08:00:00".into());
        host.options = vec!["--account=x y".into()];
        assert_eq!(
            Slurm.submit(&host, Dialect::Usual),
            "sbatch --parsable -o \"$rj_dir/batch.log\" --no-requeue --nodes=1 --ntasks=1 \
             -J 'jupyter_nb' -p 'gpu' --cpus-per-task=4 '--mem=8G' --gres=gpu:1 \
             -t '1-08:00:00' '--account=x y' <\"$rj_dir/submit\""
        );
        host.job_script = Some("run.sh".into());
        host.options = vec!["-J".into(), "own".into()];
        assert_eq!(
            Slurm.submit(&host, Dialect::Usual),
            "sbatch --parsable -p 'gpu' --cpus-per-task=4 '--mem=8G' --gres=gpu:1 \
             -t '1-08:00:00' '-J' 'own' 'run.sh'"
        );
    }

    #[test]
    fn a_missing_sbatch_is_told() {
        let probe = CommandOutput {
            status: 127,
            err: "sh: 1: sbatch: not found".into(),
            ..CommandOutput::default()
        };
        let absent = DetectError::Absent("sh: 1: sbatch: not found".into());
        assert_eq!(Slurm.dialect(&probe), Err(absent));
        assert_eq!(
            Slurm.dialect(&CommandOutput::printed("slurm-wlm 22.05.8")),
            Ok(Dialect::Usual)
        );
    }

    #[test]
    fn the_place_is_told_where_other_accounts_jobs_are_seen() {
        let place = |list| {
            let line = Slurm.pending_reason_command("12", "main").unwrap();
            let (line, _) = line.rsplit_once("; LC_ALL=C sinfo").unwrap();
            crate::scheduler::shell::counted("squeue", list, line)
        };
        let seen = "R you 7 None\nPD you 9_[1-50] Priority\nPD me 11 Priority\nPD me 12 Priority\nPD you 13 Priority\nPD you 120 Priority\n";
        assert_eq!(place(seen), Some(3));
        // `PrivateData=jobs`, or nobody else is there.
        assert_eq!(place("R me 7\nPD me 12\n"), None);
        // It has started meanwhile.
        assert_eq!(place("R me 12\nPD you 13\n"), None);
    }

    #[test]
    fn a_script_of_ones_own_is_asked_where_it_writes() {
        let files = |printed| {
            let line = Slurm.output_path_command("7");
            crate::scheduler::shell::ran("scontrol", printed, &line)
        };
        let usual =
            "   StdErr=/home/me/slurm-7.out\n   StdIn=/dev/null\n   StdOut=/home/me/slurm-7.out\n";
        assert_eq!(files(usual), "/home/me/slurm-7.out\n");
        let two = "   StdErr=/tmp/e\n   StdIn=/dev/null\n   StdOut=/tmp/my job.log\n";
        assert_eq!(files(two), "/tmp/e\n/tmp/my job.log\n");
    }
}
