//! Slurm's adapter against recorded output.

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
        err: "slurm_load_jobs error: Unable to contact slurm controller (connect failure)\n".into(),
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

/// As Slurm 22.05.8 answered for `-p short -t 10:00`, where the job then waited with `PartitionTimeLimit`.
#[test]
fn a_job_that_is_taken_and_never_starts_is_named_beforehand() {
    let obstacle = |walltime: &str, options: &[&str], limits: &str| {
        let mut host = Host::named("h");
        host.walltime = Some(walltime.to_owned());
        host.options = options.iter().map(|&option| option.to_owned()).collect();
        let printed = "sbatch: Job 6 to start at 2026-11-29T18:41:27 using 1 processors on nodes c1 in partition short";
        let script = format!(
            "sbatch() {{ echo '{printed}' >&2; }}\nscontrol() {{ case $* in *' short') \
             echo 'PartitionName=short MaxNodes=UNLIMITED MaxTime=00:01:00 MinNodes=0' ;; esac; }}\n\
             sacctmgr() {{ printf '{limits}'; }}\n{}",
            Slurm.rehearse(&host, Dialect::Usual).unwrap()
        );
        let mut shell = std::process::Command::new("/bin/sh");
        let output = shell.args(["-c", &script]).output().unwrap();
        let answer = CommandOutput::printed(&String::from_utf8(output.stdout).unwrap());
        assert_eq!(Slurm.rehearsed(&answer), Rehearsal::Taken);
        let obstacle = Slurm.obstacle(&host, &answer);
        assert_eq!(answer.without_marks().words(), printed);
        obstacle
    };
    let exceeds = |reason, wanted: &str, limit: &str| {
        Some(StartObstacle::TimeLimit {
            reason,
            wanted: wanted.into(),
            limit: limit.into(),
        })
    };
    let partition = exceeds("PartitionTimeLimit", "10:00", "00:01:00");
    assert_eq!(obstacle("10:00", &[], ""), partition);
    assert_eq!(obstacle("1", &["--time=10:00"], ""), partition);
    assert_eq!(
        obstacle("1", &[], "00:00:30\\n\\n"),
        None,
        "one has no limit"
    );
    let account = exceeds("AssocMaxWallDurationPerJobLimit", "1", "0");
    assert_eq!(obstacle("1", &[], "0\\n"), account);
    assert_eq!(
        obstacle("10:00", &["-M", "other"], ""),
        None,
        "of another cluster"
    );
    let hold = StartObstacle::Hold {
        option: "--hold".into(),
    };
    assert_eq!(obstacle("1", &["--hold"], ""), Some(hold));
}

#[test]
fn one_job_is_there_or_denied_or_the_answer_says_nothing() {
    let record = |id: &str, state: &str| {
        format!(
            "JobId={id} JobName=jupyter_nb UserId=me(7) GroupId=me(7) JobState={state} Reason=None SubmitTime=1795373165 \
             StartTime=1795373165 EndTime=Unknown Partition=main AllocNode:Sid=login:1 BatchHost=c1\n"
        )
    };
    let presence = |id: &str, out: &str| Slurm.presence(id, &CommandOutput::printed(out));
    let is_listed =
        |presence: &Presence| matches!(presence, Presence::Listed(job) if job.name == "jupyter_nb");
    assert!(is_listed(&presence("12", &record("12", "RUNNING"))));
    assert!(is_listed(&presence("12;gpu", &record("12", "PENDING"))));
    // One task of an array has ended, and another runs.
    let tasks = record("12", "COMPLETED") + &record("13 ArrayJobId=12 ArrayTaskId=2", "RUNNING");
    assert!(is_listed(&presence("12", &tasks)));
    assert_eq!(presence("12", &record("12", "CANCELLED")), Presence::Ended);
    let denied = "slurm_load_jobs error: Invalid job id specified";
    assert_eq!(presence("12", denied), Presence::Unknown);
    for nothing in [
        "",
        "slurm_load_jobs error: Unable to contact slurm controller",
    ] {
        assert!(
            matches!(presence("12", nothing), Presence::Silent(_)),
            "{nothing}"
        );
    }
    assert!(Slurm.denies(denied) && !Slurm.denies("Unable to contact slurm controller"));
}

#[test]
fn a_job_never_starts_only_where_every_node_of_its_partition_is_at_work() {
    let never = |out: &str| {
        let reason = Slurm.parse_pending_reason(&CommandOutput::printed(out));
        reason.unwrap().never
    };
    let unfit = "reason BadConstraints\n";
    assert!(never(&format!(
        "{unfit}node idle\nnode mixed~\nnode allocated+\nnode completing\n"
    )));
    for (nodes, why) in [
        ("", "no node is told"),
        ("node idle\nnode down\n", "one may come back"),
        ("node idle*\n", "it does not answer"),
        ("node drained\n", "it may be put back"),
    ] {
        assert!(!never(&format!("{unfit}{nodes}")), "{why}");
    }
    assert!(!never("reason Priority\nnode idle\n"));
}

#[test]
fn parts_of_a_record_and_of_a_time_are_put_together() {
    let record_of = |line: &str| record(line, CommandOutput::default().clock);
    let record = |ids: &str| {
        let line = format!(
            "JobId=14 {ids} JobName=a UserId=me(7) JobState=CONFIGURING Reason=None SubmitTime=1795373165 \
             StartTime=1795373165 EndTime=1795376765 Partition=main AllocNode:Sid=login:1 BatchHost=c1"
        );
        record_of(&line).unwrap()
    };
    assert_eq!(record("HetJobId=12 HetJobOffset=1").id, "12+1");
    assert_eq!(record("ArrayJobId=12 ArrayTaskId=3").id, "12_3");
    assert_eq!(record("Priority=1").id, "14");
    assert_eq!(
        record("Priority=1").state,
        JobState::Waiting,
        "its node is being booted"
    );
}
