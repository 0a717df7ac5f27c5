//! Slurm: `sbatch`, `squeue`, `scancel`. Met: 22.05.8.

use std::borrow::Cow;

use super::quote;
use super::resources::Line;
use super::scheduler::{Dialect, Job, JobState, Output, Scheduler, Stranger, count_place};
use crate::config::Host;

/// The adapter.
#[derive(Debug, Clone, Copy)]
pub struct Slurm;

/// Reasons with which a job waits for ever unless somebody changes it, or grants more. They are
/// names of Slurm's source (`job_state_reason`), the same in every language.
/// `PartitionConfig` is what 22.05 gives a job with more cores than any node has (measured);
/// the limits of minutes are a spent budget.
const NEVER: [&str; 22] = [
    "DependencyNeverSatisfied",
    "PartitionConfig",
    "PartitionNodeLimit",
    "PartitionTimeLimit",
    "BadConstraints",
    "NodeConfig", // no node is like that
    "ResourcesNeverAvailable",
    "AccountNotAllowed",
    "InvalidAccount",
    "InvalidQOS",
    "QOSNotAllowed",
    "QOSMaxWallDurationPerJobLimit",
    "QOSMaxCpuPerJobLimit",
    "QOSMaxMemoryPerJob",
    "AssocMaxCpuPerJobLimit",
    "AssocMaxWallDurationPerJobLimit",
    "AssocGrpCPUMinutesLimit",
    "AssocGrpBillingMinutes",
    "AssocGrpGRESMinutes",
    "QOSGrpCPUMinutesLimit",
    "QOSGrpBillingMinutes",
    "JobArrayTaskLimitNever",
];

/// Id, state, start, end, node, partition, reason, and last the name, which alone may hold the
/// delimiter.
const FIELDS: usize = 8;

impl Scheduler for Slurm {
    fn word(&self) -> &'static str {
        "slurm"
    }

    fn name(&self) -> &'static str {
        "Slurm"
    }

    fn probe(&self) -> &'static str {
        "sbatch --version"
    }

    fn dialect(&self, probe: &Output) -> Result<Dialect, Stranger> {
        // Torque and PBS have no sbatch: whatever answers to it speaks Slurm.
        match probe.status {
            0 => Ok(Dialect::Usual),
            _ => Err(Stranger::Absent(probe.words())),
        }
    }

    /// The environment is handed on by Slurm itself (`--export=ALL` is its default); the job starts
    /// a login shell all the same. `--no-requeue`: a job that begins anew has another server.
    fn submit(&self, host: &Host, _: Dialect) -> String {
        let generated = "-o \"$rj_dir/batch.log\" --no-requeue --nodes=1 --ntasks=1";
        let mut line = Line::submission(self, "sbatch --parsable", generated, "-p", host);
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

    /// `--parsable` prints `ID` or `ID;CLUSTER`. A person's own options may take it back; then it is
    /// `Submitted batch job ID`.
    fn id(&self, printed: &str) -> Option<String> {
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        printed.lines().rev().find_map(|line| {
            let line = line.trim();
            let id = line.strip_prefix("Submitted batch job ").unwrap_or(line);
            let id = id.split([';', ' ']).next()?;
            (!id.is_empty() && number(id)).then(|| id.to_owned())
        })
    }

    /// Delimited, and not `--json`: docs/decisions/0014-delimited-lists.md. Times
    /// come as seconds since 1970 (`SLURM_TIME_FORMAT` takes strftime's forms), and the person's own
    /// formats and filters are put aside.
    fn list(&self) -> Cow<'static, str> {
        concat!(
            "unset SQUEUE_FORMAT SQUEUE_FORMAT2 SQUEUE_STATES SQUEUE_PARTITION SQUEUE_SORT; ",
            "LC_ALL=C SLURM_TIME_FORMAT=%s squeue -h -u \"$(id -un)\" -o '%i|%T|%S|%e|%B|%P|%r|%j'"
        )
        .into()
    }

    fn jobs(&self, list: &Output) -> Result<Vec<Job>, String> {
        if list.status != 0 {
            return Err(list.words());
        }
        Ok(list.out.lines().filter_map(job).collect())
    }

    fn why_calls(&self) -> u32 {
        1
    }

    /// The reason stands in the list; the place takes a list of the whole partition, which is counted
    /// there. Sorted by priority; with the running jobs, which show whether others' are seen at all
    /// (`PrivateData=jobs` hides them).
    fn ask_why(&self, id: &str, queue: &str) -> Option<String> {
        Some(format!(
            "unset SQUEUE_FORMAT SQUEUE_FORMAT2 SQUEUE_STATES SQUEUE_PARTITION SQUEUE_SORT; \
             LC_ALL=C squeue -h -p {} -t PD,R,S -S -p -o '%t %u %i' | {}",
            quote(queue),
            count_place(id, "$1 == \"PD\"", "$3 == id", "$2 != me")
        ))
    }

    /// Its patterns are filled in, but for those of the node.
    fn output(&self, id: &str) -> String {
        format!(
            "LC_ALL=C scontrol show job {} | sed -n 's/^ *StdOut=//p; s/^ *StdErr=//p' | awk '!seen[$0]++'",
            quote(id)
        )
    }

    fn cancel(&self, id: &str) -> String {
        format!("scancel {}", quote(id))
    }

    /// A step of the job that takes nothing of it: no core that others cannot have too
    /// (`SLURM_OVERLAP`, which Slurm before 20.11 does not know and does not need), none of the
    /// memory, no GPU. It costs 30 ms and one call of the controller (measured with 22.05).
    /// The first node of a job is the one that its script runs on, whatever Slurm calls it.
    fn enter(&self, id: &str, _node: &str) -> Option<String> {
        let id = quote(id);
        Some(format!(
            "env SLURM_OVERLAP=1 srun --jobid={id} --relative=0 --nodes=1 --ntasks=1 --mem=0 --gres=none \
             --mpi=none --cpu-bind=none --chdir=/ --unbuffered --quiet"
        ))
    }

    /// In whole minutes, upwards. An ordinary account may only shorten a job that runs: "Access/permission
    /// denied for job 18" (measured), unless the site lets it be an operator.
    fn extend(&self, id: &str, by: u64, _: Option<u64>) -> Option<String> {
        let job = quote(&format!("JobId={id}"));
        let minutes = by.div_ceil(60);
        Some(format!(
            "LC_ALL=C scontrol update {job} TimeLimit=+{minutes}"
        ))
    }

    fn name_option(&self) -> &'static [&'static str] {
        &["-J", "--job-name"]
    }
}

fn job(line: &str) -> Option<Job> {
    let fields: Vec<&str> = line.splitn(FIELDS, '|').collect();
    let [id, word, start, end, node, queue, reason, name] = fields.as_slice() else {
        return None;
    };
    // A banner, or a line that was cut short.
    id.bytes().next().filter(u8::is_ascii_digit)?;
    let waits = matches!(
        *word,
        "PENDING" | "REQUEUED" | "REQUEUE_HOLD" | "SPECIAL_EXIT"
    );
    let state = match *word {
        _ if waits && is_never(reason) => JobState::Never,
        "REQUEUE_HOLD" | "SPECIAL_EXIT" => JobState::Held,
        // "JobHeldUser", "JobHeldAdmin", "launch failed requeued held"
        _ if waits && (reason.starts_with("JobHeld") || reason.ends_with("held")) => JobState::Held,
        _ if waits => JobState::Waiting,
        // A job whose node is still being booted has its place, and its script does not run yet.
        "CONFIGURING" => JobState::Waiting,
        "RUNNING" | "SUSPENDED" | "STOPPED" | "SIGNALING" | "RESIZING" => JobState::Running,
        _ => JobState::Ending,
    };
    let start = start.parse().ok();
    Some(Job {
        id: (*id).to_owned(),
        name: (*name).to_owned(),
        queue: (*queue).to_owned(),
        state,
        word: (*word).to_owned(),
        reason: if *reason == "None" {
            String::new()
        } else {
            (*reason).to_owned()
        },
        node: (!matches!(*node, "" | "n/a")).then(|| (*node).to_owned()),
        place: None,
        start_estimate: start.filter(|_| waits),
        started: start.filter(|_| !waits),
        ends: end.parse().ok().filter(|_| !waits),
    })
}

/// A reason may have more after it: `ReqNodeNotAvail, UnavailableNodes:c1`.
fn is_never(reason: &str) -> bool {
    let word = reason.split([',', ' ']).next().unwrap_or_default();
    NEVER.contains(&word)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// Printed by squeue 22.05.8.
    const LIST: &str = "Welcome to the cluster | have fun\n\
        3|PENDING|N/A|N/A|n/a|main|PartitionConfig|a|b\n\
        4|PENDING|N/A|N/A|n/a|main|JobHeldUser|held\n\
        6|PENDING|1795510000|N/A|n/a|main|Resources|jupyter_nb\n\
        7|PENDING|1795510000|N/A|n/a|main|ReqNodeNotAvail, UnavailableNodes:c1|jup_big\n\
        2|RUNNING|1795503762|1795504362|c1|main|None|jn\n\
        5|RUNNING|1795503762|NONE|c1|main|None|dep\n8|COMPLETI";

    #[test]
    fn real_lists_are_read() {
        let jobs = Slurm.jobs(&Output::printed(LIST)).unwrap();
        let states: Vec<_> = jobs
            .iter()
            .map(|job| (job.id.as_str(), job.state))
            .collect();
        let (never, held) = (JobState::Never, JobState::Held);
        let (waiting, running) = (JobState::Waiting, JobState::Running);
        assert_eq!(
            states,
            [
                ("3", never),
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
        assert_eq!(jobs[3].reason, "ReqNodeNotAvail, UnavailableNodes:c1");
        assert_eq!(jobs[4].node.as_deref(), Some("c1"));
        assert_eq!(
            (jobs[4].started, jobs[4].ends),
            (Some(1_795_503_762), Some(1_795_504_362))
        );
        assert_eq!((jobs[5].ends, jobs[5].start_estimate), (None, None));
    }

    #[test]
    fn no_jobs_are_no_error_and_no_list_is_one() {
        assert_eq!(Slurm.jobs(&Output::printed("")), Ok(vec![]));
        let down = Output {
            status: 1,
            err: "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n"
                .into(),
            ..Output::default()
        };
        assert!(Slurm.jobs(&down).unwrap_err().contains("Unable to contact"));
    }

    #[test]
    fn the_number_is_found_among_other_lines() {
        for (printed, id) in [
            ("12\n", Some("12")),
            ("12;cluster\n", Some("12")),
            ("Welcome to 7 nodes\n12\n", Some("12")),
            ("Submitted batch job 2\n", Some("2")),
            ("Submitted batch job 2 on cluster two\n", Some("2")),
            ("sbatch: error: no\n", None),
            ("", None),
        ] {
            assert_eq!(Slurm.id(printed).as_deref(), id, "{printed:?}");
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
             -t '1-08:00:00' '-J' 'own' \"$(rj_path 'run.sh')\""
        );
    }

    #[test]
    fn a_missing_sbatch_is_told() {
        let probe = Output {
            status: 127,
            err: "sh: 1: sbatch: not found".into(),
            ..Output::default()
        };
        let absent = Stranger::Absent("sh: 1: sbatch: not found".into());
        assert_eq!(Slurm.dialect(&probe), Err(absent));
        assert_eq!(
            Slurm.dialect(&Output::printed("slurm-wlm 22.05.8")),
            Ok(Dialect::Usual)
        );
    }

    #[test]
    fn the_place_is_told_where_other_accounts_jobs_are_seen() {
        let place = |list| {
            let line = Slurm.ask_why("12", "main").unwrap();
            crate::launcher::scheduler::counted("squeue", list, &line)
        };
        let seen = "R you 7\nPD you 9_[1-50]\nPD me 11\nPD me 12\nPD you 13\nPD you 120\n";
        assert_eq!(place(seen), Some(3));
        // `PrivateData=jobs`, or nobody else is there.
        assert_eq!(place("R me 7\nPD me 12\n"), None);
        // It has started meanwhile.
        assert_eq!(place("R me 12\nPD you 13\n"), None);
    }

    #[test]
    fn a_script_of_ones_own_is_asked_where_it_writes() {
        let files = |printed| {
            let line = Slurm.output("7");
            crate::launcher::scheduler::ran("scontrol", printed, &line)
        };
        let usual =
            "   StdErr=/home/me/slurm-7.out\n   StdIn=/dev/null\n   StdOut=/home/me/slurm-7.out\n";
        assert_eq!(files(usual), "/home/me/slurm-7.out\n");
        let two = "   StdErr=/tmp/e\n   StdIn=/dev/null\n   StdOut=/tmp/my job.log\n";
        assert_eq!(files(two), "/tmp/e\n/tmp/my job.log\n");
    }
}
