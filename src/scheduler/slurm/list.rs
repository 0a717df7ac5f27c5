//! Parses what Slurm's commands print about jobs: lines of `squeue`, records of `scontrol`.

use jiff::civil::DateTime;

use crate::scheduler::job::{Job, JobState};
use crate::scheduler::output::{CommandOutput, LocalTime};
use crate::unix_time;

/// Reasons for which a job waits for ever unless it is changed, or is granted more. They are names
/// from Slurm's source (`job_state_reason`), the same in every language, and depend on the job and
/// on the site's rules alone: neither on the state of nodes nor on a budget that others use, which
/// both pass.
const NEVER: [&str; 13] = [
    "DependencyNeverSatisfied",
    "PartitionTimeLimit",
    "AccountNotAllowed",
    "InvalidAccount",
    "InvalidQOS",
    "QOSNotAllowed",
    "QOSMaxWallDurationPerJobLimit",
    "QOSMaxCpuPerJobLimit",
    "QOSMaxMemoryPerJob",
    "AssocMaxCpuPerJobLimit",
    "AssocMaxWallDurationPerJobLimit",
    "QOSMaxNodePerJobLimit",
    "AssocMaxNodePerJobLimit",
];

/// Reasons that mean "no node is like that", which a node that is down or drained may be as well (squeue's manual about
/// `PartitionNodeLimit`). `PartitionConfig` is what 22.05 gives a job with more cores than any node has (measured).
const UNFIT: [&str; 5] = [
    "PartitionConfig",
    "PartitionNodeLimit",
    "BadConstraints",
    "NodeConfig",
    "ResourcesNeverAvailable",
];

/// The format of a list: id, state, start, end, submission, node, partition, reason, and last the name, which alone may
/// hold the delimiter.
pub(super) const FORMAT: &str = "%i|%T|%S|%e|%V|%B|%P|%r|%j";
const FIELDS: usize = 9;
/// Beginning of the heading of that format. It shows that squeue itself has answered, and in our
/// format.
const HEADING: &str = "JOBID|STATE|";
/// Beginning of the line above the jobs of each cluster, if there are several.
const CLUSTER: &str = "CLUSTER: ";
/// Last line of our filter of scontrol's records.
const RECORDS: &str = "rj_records";

/// Keeps heading, clusters, and the ledger's jobs. Without a heading it keeps the first lines, as
/// the error message; status 99 means that squeue, or a wrapper in front of it, printed no list
/// although it did not fail.
pub(super) const FILTER: &str = concat!(
    r#"/^JOBID\|STATE\|/ { seen = 1; print; next } /^CLUSTER: / { print; next } "#,
    r#"!seen { if (NR < 20) print substr($0, 1, 2000); next } "#,
    r#"{ name = $0; for (i = 1; i < 9; i++) name = substr(name, index(name, "|") + 1); "#,
    r#"id = $0; sub(/[^0-9].*/, "", id); if ((id in own) || (name in named)) print } "#,
    r#"END { exit status ? status : seen ? 0 : 99 }"#,
);

/// The same for the records of `scontrol --oneliner show job`, which has no filter by account. Of each cluster there is a
/// record at least, or the word that it has none.
pub(super) const RECORD_FILTER: &str = concat!(
    r#"/^JobId=/ { at = index($0, " UserId="); head = substr($0, 1, at - 1); rest = substr($0, at + 8); "#,
    r#"whole[lists + 0] = 1; if (index(rest, ENVIRON["rj_me"] "(") != 1) next; id = substr($1, 7); array = ""; "#,
    r#"if (match(head, / ArrayJobId=[0-9]+/)) array = substr(head, RSTART + 12, RLENGTH - 12); "#,
    r#"name = head; sub(/^.* JobName=/, "", name); "#,
    r#"if ((id in own) || (array in own) || (name in named)) print; next } "#,
    r#"/^CLUSTER: / { lists++; print; next } /^No jobs in the system/ { whole[lists + 0] = 1 } "#,
    r#"NR < 20 { print substr($0, 1, 2000) } "#,
    r#"END { for (i = lists > 0; i <= lists; i++) if (!(i in whole) && !status) status = 99; "#,
    r#"if (!status) print "rj_records"; exit status }"#,
);

/// Reads a list. An answer without a heading of squeue's or our mark after the records is no list.
///
/// # Errors
/// In the words of Slurm, or of the program that answered instead.
pub(super) fn jobs(list: &CommandOutput) -> Result<Vec<Job>, String> {
    let is_list = |line: &str| line.starts_with(HEADING) || line == RECORDS;
    if list.status != 0 || !list.out.lines().any(is_list) {
        return Err(list.words());
    }
    let mut cluster = String::new();
    let mut jobs = Vec::new();
    for line in list.out.lines() {
        if let Some(name) = line.strip_prefix(CLUSTER) {
            name.trim().clone_into(&mut cluster);
        } else if let Some(job) = listed(line, list.clock).or_else(|| record(line, list.clock)) {
            let id = with_cluster(&job.id, &cluster);
            jobs.push(Job { id, ..job });
        }
    }
    Ok(jobs)
}

/// An id as `sbatch --parsable` prints it.
pub(super) fn with_cluster(number: &str, cluster: &str) -> String {
    match cluster {
        "" => number.to_owned(),
        cluster => format!("{number};{cluster}"),
    }
}

/// A line of squeue.
fn listed(line: &str, clock: LocalTime) -> Option<Job> {
    let fields: Vec<&str> = line.splitn(FIELDS, '|').collect();
    let [id, word, start, end, submitted, node, queue, reason, name] = fields.as_slice() else {
        return None;
    };
    // A banner, or a line that was cut short.
    id.bytes().next().filter(u8::is_ascii_digit)?;
    let times = [start, end, submitted].map(|text| time(text, clock));
    Some(job([id, word, node, queue, reason, name], times))
}

/// A record of scontrol, in one line. None for a job that has ended: see [`has_ended`].
pub(super) fn record(line: &str, clock: LocalTime) -> Option<Job> {
    let (head, rest) = line.split_once(" UserId=")?;
    // What is read comes before this; a record that was cut off proves nothing.
    rest.split_once(" AllocNode")?;
    let (id, name) = head.strip_prefix("JobId=")?.split_once(' ')?;
    let name = name.split_once("JobName=").map_or("", |(_, name)| name);
    // Of an array, its number and its task, as squeue writes them.
    let part = |key| value(head, key);
    let id = match (part("ArrayJobId"), part("ArrayTaskId")) {
        (Some(array), Some(task)) => format!("{array}_{task}"),
        _ => match (part("HetJobId"), part("HetJobOffset")) {
            (Some(job), Some(offset)) => format!("{job}+{offset}"),
            _ => id.to_owned(),
        },
    };
    let get = |key| value(rest, key).unwrap_or_default();
    let times = ["StartTime", "EndTime", "SubmitTime"].map(|key| time(get(key), clock));
    let node = value(rest, "BatchHost").unwrap_or_default();
    let fields = [
        id.as_str(),
        get("JobState"),
        node,
        get("Partition"),
        get("Reason"),
        name,
    ];
    Some(job(fields, times))
}

/// `KEY=VALUE` among others, blanks between them.
fn value<'t>(text: &'t str, key: &str) -> Option<&'t str> {
    text.split_whitespace()
        .find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
}

/// Seconds since 1970 (`SLURM_TIME_FORMAT=%s`), or scontrol's usual form.
fn time(text: &str, clock: LocalTime) -> Option<i64> {
    let local = || text.parse::<DateTime>().ok().map(|time| clock.epoch(time));
    unix_time::parse(text).or_else(local)
}

fn job(fields: [&str; 6], [start, end, submitted]: [Option<i64>; 3]) -> Job {
    let [id, word, node, queue, reason, name] = fields;
    let waits = matches!(
        word,
        // A revoked job is a federation's: it runs on another cluster of that, under the same number.
        "PENDING"
            | "REQUEUED"
            | "REQUEUE_HOLD"
            | "RESV_DEL_HOLD"
            | "SPECIAL_EXIT"
            | "REQUEUE_FED"
            | "REVOKED"
    );
    // A job that is being put back into the queue looks like one that ends, and has no end (measured with 22.05).
    let waits = waits || word == "COMPLETING" && end.is_none();
    let state = match word {
        _ if waits && (NEVER.contains(&first(reason)) || is_forbidden(reason)) => JobState::Never,
        _ if waits && is_unfit(reason) => JobState::Unfit,
        "REQUEUE_HOLD" | "RESV_DEL_HOLD" | "SPECIAL_EXIT" => JobState::Held,
        // "JobHeldUser", "JobHeldAdmin", "launch failed requeued held", "job requeued in held state"
        _ if waits && (reason.starts_with("JobHeld") || reason.contains("held")) => JobState::Held,
        _ if waits => JobState::Waiting,
        // A job whose node is still being booted has its place, and its script does not run yet.
        "CONFIGURING" => JobState::Waiting,
        "RUNNING" | "SUSPENDED" | "STOPPED" | "SIGNALING" | "RESIZING" | "STAGE_OUT" => {
            JobState::Running
        }
        "COMPLETING" => JobState::Ending,
        _ if is_final(word) => JobState::Ending,
        // A word of a later version, as `EXPEDITING` was one, is no end.
        _ => JobState::Waiting,
    };
    Job {
        id: id.to_owned(),
        name: name.to_owned(),
        submitted,
        queue: queue.to_owned(),
        state,
        word: word.to_owned(),
        reason: if reason == "None" {
            String::new()
        } else {
            reason.to_owned()
        },
        node: (!matches!(node, "" | "n/a" | "(null)")).then(|| node.to_owned()),
        place: None,
        start_estimate: start.filter(|_| waits),
        started: start.filter(|_| !waits),
        ends: end.filter(|_| !waits),
    }
}

/// A reason may have more after it: `ReqNodeNotAvail, UnavailableNodes:c1`.
fn first(reason: &str) -> &str {
    reason.split([',', ' ']).next().unwrap_or_default()
}

/// Checks whether a partition is closed to the job's group, account or QOS. Slurm 24.11 has a sentence in place of the reason's
/// name there (`uid_54321_not_in_group_permitted_to_use_this_partition_(staff)…`), and others with the same words.
fn is_forbidden(reason: &str) -> bool {
    reason
        .replace('_', " ")
        .contains("permitted to use this partition")
}

/// Checks whether a job waits because no node is as it wants.
pub(super) fn is_unfit(reason: &str) -> bool {
    UNFIT.contains(&first(reason))
}

/// Checks whether a word of a state is one of those that no job leaves. (A job that was preempted, or whose node failed,
/// may be put back into the queue; then its state is another one at once.)
pub(super) fn has_ended(job: &Job) -> bool {
    is_final(&job.word)
}

fn is_final(word: &str) -> bool {
    matches!(
        word,
        "COMPLETED"
            | "CANCELLED"
            | "FAILED"
            | "TIMEOUT"
            | "NODE_FAIL"
            | "PREEMPTED"
            | "BOOT_FAIL"
            | "DEADLINE"
            | "OUT_OF_MEMORY"
            | "LAUNCH_FAILED"
            | "RECONFIG_FAIL"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(list: &str) -> Vec<Job> {
        jobs(&CommandOutput::printed(list)).unwrap_or_default()
    }

    /// squeue(1): `--clusters` heads the jobs of each cluster; arrays and jobs in several parts have ids of their own form.
    #[test]
    fn clusters_arrays_and_parts_keep_their_ids() {
        let heading =
            "JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n";
        let list = format!(
            "CLUSTER: cpu\n{heading}12|RUNNING|1795503762|NONE|1795503700|c1|main|None|a\n\n\
             CLUSTER: gpu\n{heading}12_[2-9%2]|PENDING|N/A|N/A|1795503700|n/a|main|JobArrayTaskLimit|b\n\
             12_1|RUNNING|1795503762|NONE|1795503700|g1|main|None|b\n13+1|PENDING|N/A|N/A|1795503700|n/a|main|Priority|c\n"
        );
        let ids: Vec<String> = read(&list).into_iter().map(|job| job.id).collect();
        assert_eq!(ids, ["12;cpu", "12_[2-9%2];gpu", "12_1;gpu", "13+1;gpu"]);
    }

    /// The states of squeue(1) from 20.02 to 25.05 that are not the usual ones.
    #[test]
    fn every_state_means_something() {
        let state = |word: &str, reason: &str| {
            let times = [None, None, None];
            job(["12", word, "", "main", reason, "a"], times).state
        };
        for (word, reason, expected) in [
            ("REQUEUED", "BeginTime", JobState::Waiting),
            ("REQUEUE_FED", "None", JobState::Waiting),
            // Of a federation: another cluster runs it.
            ("REVOKED", "None", JobState::Waiting),
            ("REQUEUE_HOLD", "job requeued in held state", JobState::Held),
            ("PENDING", "launch failed requeued held", JobState::Held),
            ("PENDING", "job requeued in held state", JobState::Held),
            ("PENDING", "job_requeued_in_held_state", JobState::Held),
            ("PENDING", "JobHeldAdmin", JobState::Held),
            ("SPECIAL_EXIT", "None", JobState::Held),
            ("RESV_DEL_HOLD", "Reservation", JobState::Held),
            ("STOPPED", "None", JobState::Running),
            ("RESIZING", "None", JobState::Running),
            ("PREEMPTED", "None", JobState::Ending),
            ("NODE_FAIL", "None", JobState::Ending),
            // Words of later versions, and of none.
            ("EXPEDITING", "None", JobState::Waiting),
            ("POWER_UP_NODE", "None", JobState::Waiting),
            ("?", "None", JobState::Waiting),
            ("CONFIGURING", "None", JobState::Waiting),
            ("SUSPENDED", "None", JobState::Running),
            ("SIGNALING", "None", JobState::Running),
            ("STAGE_OUT", "None", JobState::Running),
            // Without an end, as here: `scontrol requeue`, preemption.
            ("COMPLETING", "None", JobState::Waiting),
            ("COMPLETING", "job requeued in held state", JobState::Held),
            ("PENDING", "InvalidQOS", JobState::Never),
            (
                "PENDING",
                "uid_54321_not_in_group_permitted_to_use_this_partition_(staff)._groups_allowed:_root",
                JobState::Never,
            ),
            (
                "PENDING",
                "Job's QOS not permitted to use this partition (gpu allows long not normal)",
                JobState::Never,
            ),
            (
                "PENDING",
                "Nodes_required_for_job_are_DOWN,_DRAINED_or_reserved_for_jobs_in_higher_priority_partitions",
                JobState::Waiting,
            ),
            ("PENDING", "PartitionNodeLimit", JobState::Unfit),
            (
                "PENDING",
                "ReqNodeNotAvail, UnavailableNodes:g1",
                JobState::Waiting,
            ),
            // A budget that others use too, and limits that end with other jobs.
            ("PENDING", "AssocGrpCPUMinutesLimit", JobState::Waiting),
            ("PENDING", "QOSMaxJobsPerUserLimit", JobState::Waiting),
        ] {
            assert_eq!(state(word, reason), expected, "{word} {reason}");
        }
    }

    /// Printed by squeue 22.05.8 half a second after `scontrol requeue`, `scontrol requeuehold` and `scancel`.
    #[test]
    fn a_job_that_is_put_back_into_the_queue_has_not_ended() {
        let heading =
            "JOBID|STATE|START_TIME|END_TIME|SUBMIT_TIME|EXEC_HOST|PARTITION|REASON|NAME\n";
        let list = format!(
            "{heading}24|COMPLETING|1795957990|NONE|1795957988|c1|main|None|a\n\
             25|COMPLETING|1795958001|NONE|1795957999|c1|main|job requeued in held state|a\n\
             26|COMPLETING|1795958011|1795958012|1795958010|c1|main|None|a\n"
        );
        let states: Vec<JobState> = read(&list).into_iter().map(|job| job.state).collect();
        assert_eq!(
            states,
            [JobState::Waiting, JobState::Held, JobState::Ending]
        );
    }

    /// A record of `scontrol --oneliner show job`, shortened to the fields that are read and those
    /// between them.
    const RECORD: &str = "JobId=13 ArrayJobId=12 ArrayTaskId=1 JobName=my job UserId=me(1000) GroupId=me(1000) MCS_label=N/A \
        Priority=4294901759 Nice=0 Account=(null) QOS=(null) JobState=RUNNING Reason=None Dependency=(null) Requeue=0 \
        RunTime=00:00:05 TimeLimit=01:00:00 SubmitTime=2026-11-24T07:01:40 EligibleTime=2026-11-24T07:01:40 \
        StartTime=1795503762 EndTime=1795507362 Deadline=N/A Partition=main AllocNode:Sid=login:77 NodeList=c1 BatchHost=c1";

    #[test]
    fn records_are_read_and_half_ones_are_not() {
        let clock = LocalTime::parse("1795503800 2026-11-24T07:03:20");
        let job = record(RECORD, clock).unwrap_or_default();
        assert_eq!((job.id.as_str(), job.name.as_str()), ("12_1", "my job"));
        assert_eq!(
            (job.state, job.node.as_deref()),
            (JobState::Running, Some("c1"))
        );
        assert_eq!(job.submitted, Some(1_795_503_700), "in the usual form");
        assert_eq!(
            (job.started, job.ends),
            (Some(1_795_503_762), Some(1_795_507_362))
        );
        let end = RECORD.find(" AllocNode").unwrap_or_default();
        for cut in 0..=end {
            assert_eq!(record(&RECORD[..cut], clock), None, "{cut}");
        }
        for word in [
            "COMPLETED",
            "CANCELLED",
            "TIMEOUT",
            "NODE_FAIL",
            "OUT_OF_MEMORY",
        ] {
            let ended = record(&RECORD.replace("RUNNING", word), clock);
            assert!(ended.is_some_and(|job| has_ended(&job)), "{word}");
        }
    }
}
