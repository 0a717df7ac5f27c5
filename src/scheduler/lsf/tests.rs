//! LSF's adapter against recorded output.

#![allow(clippy::unwrap_used)]
use super::*;

/// In the form of the manual.
const LIST: &str = "4711|RUN|4*node17|Nov 22 18:46|-|3:12 L|normal|-|Nov 22 18:40|jupyter_nb\n\
        4712|PEND|-|-|Jan  2 09:30|-|normal|Not enough job slots;|Nov 22 18:41|a|b\n\
        4713|PSUSP|-|-|-|-|normal|The job was suspended by the user while pending|Nov 22 18:41|held\n\
        4714|PEND|-|-|-|-|normal|Job dependency condition invalid or never satisfied|Nov 22 18:41|dep\n\
        4710|EXIT|node17|Nov 22 12:46|-|-|normal|-|Nov 22 12:40|old\nrj_jobs 5\n";

fn printed(out: &str) -> CommandOutput {
    CommandOutput {
        clock: LocalTime::parse("1795373165 2026-11-22T18:46:05"),
        ..CommandOutput::printed(out)
    }
}

#[test]
fn lists_are_read() {
    let jobs = Lsf.parse_jobs(&printed(LIST)).unwrap();
    let states: Vec<_> = jobs
        .iter()
        .map(|job| (job.id.as_str(), job.state))
        .collect();
    assert_eq!(
        states,
        [
            ("4711", JobState::Running),
            ("4712", JobState::Waiting),
            ("4713", JobState::Held),
            ("4714", JobState::Never),
        ]
    );
    assert_eq!(jobs[0].node.as_deref(), Some("node17"));
    assert_eq!(jobs[0].ends, Some(1_795_373_165 + (3 * 60 + 12) * 60));
    assert_eq!(jobs[1].name, "a|b");
    assert_eq!(jobs[0].submitted, Some(1_795_373_165 - 365));
    assert_eq!(jobs[1].reason, "Not enough job slots");
    // The second of January after this November.
    let estimate = jiff::civil::datetime(2027, 1, 2, 9, 30, 0, 0);
    assert_eq!(
        jobs[1].start_estimate,
        Some(LocalTime::default().epoch(estimate))
    );
}

#[test]
fn no_jobs_are_no_error_and_no_list_is_one() {
    let said = |status, err: &str| CommandOutput {
        status,
        err: err.to_owned(),
        ..CommandOutput::default()
    };
    assert_eq!(
        Lsf.parse_jobs(&said(255, "No unfinished job found\n")),
        Ok(vec![])
    );
    assert_eq!(
        Lsf.parse_jobs(&said(255, "Job <99> is not found\n")),
        Ok(vec![])
    );
    let down = "LSF is down. Please wait ...\n";
    assert!(
        Lsf.parse_jobs(&said(255, down))
            .unwrap_err()
            .contains("LSF is down")
    );
}

#[test]
fn a_list_that_broke_off_is_none() {
    let list = |status, err: &str| {
        Lsf.parse_jobs(&CommandOutput {
            status,
            err: err.into(),
            ..printed(LIST)
        })
    };
    assert_eq!(
        list(255, "Job <99> is not found\n").map(|jobs| jobs.len()),
        Ok(4)
    );
    assert!(list(124, "").is_err());
    assert!(
        list(
            255,
            "Job <99> is not found\nbatch system daemon not responding\n"
        )
        .is_err()
    );
    assert!(
        Lsf.parse_jobs(&printed("rj_jobs 0\n")).is_err(),
        "nothing says that there are none"
    );
    assert_eq!(
        Lsf.parse_jobs(&printed("rj_jobs 7\n")),
        Ok(vec![]),
        "seven of others"
    );
}

#[test]
fn one_job_is_there_or_denied_or_the_answer_says_nothing() {
    let presence = |out: &str| Lsf.presence("4711", &printed(out));
    let line = |at: usize| LIST.lines().nth(at).unwrap();
    assert!(matches!(presence(line(0)), Presence::Listed(job) if job.id == "4711"));
    assert_eq!(presence(line(4)), Presence::Ended);
    assert_eq!(presence("Job <4711> is not found"), Presence::Unknown);
    for nothing in [
        "",
        "LSF is down. Please wait ...",
        "bjobs: error while loading shared libraries: liblsf.so: file is not found",
    ] {
        assert!(
            matches!(presence(nothing), Presence::Silent(_)),
            "{nothing}"
        );
    }
}

/// The states of bjobs(1) of LSF 10.1, and one of none.
#[test]
fn every_state_means_something() {
    let clock = LocalTime::parse("1795373165 2026-11-22T18:46:05");
    for (word, expected) in [
        ("PEND", Some(JobState::Waiting)),
        ("PROV", Some(JobState::Waiting)),
        ("WAIT", Some(JobState::Waiting)),
        ("PSUSP", Some(JobState::Held)),
        ("RUN", Some(JobState::Running)),
        ("USUSP", Some(JobState::Running)),
        ("SSUSP", Some(JobState::Running)),
        ("UNKWN", Some(JobState::Running)),
        ("ZOMBI", Some(JobState::Ending)),
        ("DONE", None),
        ("EXIT", None),
        ("FWD_PEND", Some(JobState::Waiting)),
    ] {
        let line = format!("4711|{word}|-|-|-|-|normal|-|Nov 22 18:40|a");
        let state = job(&line, clock).unwrap().map(|job| job.state);
        assert_eq!(state, expected, "{word}");
    }
}

#[test]
fn times_may_have_seconds_and_a_year() {
    let clock = LocalTime::parse("1795373165 2026-11-22T18:46:05");
    let whole = time("Nov 22 18:46:05 2026", clock);
    assert_eq!(whole, Some(1_795_373_165));
    assert_eq!(time("Nov 22 18:46:05", clock), whole);
    assert_eq!(time("-", clock), None);
}

#[test]
fn resources_are_translated() {
    let mut host = Host::named("h");
    host.queue = Some("normal".into());
    host.cores = Some(4);
    host.memory = Some("8G".into());
    host.gpus = Some(1);
    host.walltime = Some("1-00:00:30".into());
    let common = "-J 'jupyter_nb' -q 'normal' -n 4 -R 'span[hosts=1]' -M '8GB' \
            -R 'rusage[mem=8GB]' -gpu 'num=1' -W 24:01";
    assert_eq!(
        Lsf.submit(&host, Dialect::Usual),
        format!("bsub -o \"$rj_dir/batch.log\" -rn {common} <\"$rj_dir/submit\"")
    );
    host.job_script = Some("~/run.sh".into());
    assert_eq!(
        Lsf.submit(&host, Dialect::Usual),
        format!("bsub {common} <\"$HOME\"'/run.sh'")
    );
}

#[test]
fn the_number_is_found_among_other_lines() {
    let printed = "Memory reservation is (MB): 2048\nJob <4711> is submitted to queue <normal>.\n";
    assert_eq!(Lsf.parse_job_id(printed).as_deref(), Some("4711"));
    let usual = "Job <4712> is submitted to default queue <normal>.\nJob <1> waits for you\n";
    assert_eq!(Lsf.parse_job_id(usual).as_deref(), Some("4712"));
    for none in [
        "nosuch: No such queue. Job not submitted.\n",
        "Job <&1>471 is submitted to queue <normal>.\n",
        "Job <> is submitted to queue <normal>.\n",
        "Job <12;reboot> is submitted to queue <normal>.\n",
    ] {
        assert_eq!(Lsf.parse_job_id(none), None, "{none}");
    }
}

#[test]
fn the_place_is_told_where_other_accounts_jobs_are_seen() {
    let place = |list| {
        let line = Lsf.pending_reason_command("12", "normal").unwrap();
        crate::scheduler::shell::counted("bjobs", list, &line)
    };
    assert_eq!(place("RUN you 7\nPEND me 12\nPEND you 13\n"), Some(1));
    assert_eq!(place("PEND me 11\nPEND me 12\n"), None);
}

#[test]
fn a_script_of_ones_own_is_asked_where_it_writes() {
    let files = |printed| {
        let line = Lsf.output_path_command("7").replace("bpeek", "echo peek");
        crate::scheduler::shell::ran("bjobs", printed, &line)
    };
    assert_eq!(
        files("out.7|/work/x|/home/me\n"),
        "/work/x/out.7\n\npeek 7\n"
    );
    assert_eq!(files("out.7|-|/home/me\n"), "/home/me/out.7\n\npeek 7\n");
    assert_eq!(files("-|-|/home/me\n"), "\npeek 7\n");
}

#[test]
fn a_time_without_a_year_is_the_nearest_one() {
    let at = |now: &str, text: &str| {
        let clock = LocalTime::parse(now);
        time(text, clock).map(|time| (time - clock.now) / 86400)
    };
    // 2026-11-22, and the third of January 2027.
    let (november, january) = (
        "1795373165 2026-11-22T18:46:05",
        "1798944365 2027-01-03T02:46:05",
    );
    assert_eq!(at(november, "Jan  2 18:46"), Some(40));
    assert_eq!(at(november, "Nov 12 18:46"), Some(-10));
    assert_eq!(at(january, "Dec 24 02:46"), Some(-10), "of the year before");
    assert_eq!(at(january, "Feb 12 02:47"), Some(40));
}

/// A wrapper in front of the scheduler knows no submission time.
#[test]
fn a_line_without_a_submission_time_is_one_of_a_job() {
    let line = "4711|RUN|4*node17|Nov 22 18:46|-|3:12 L|normal|-|jupyter_nb\nrj_jobs 1\n";
    let jobs = Lsf.parse_jobs(&printed(line)).unwrap();
    assert_eq!(
        (jobs[0].name.as_str(), jobs[0].submitted),
        ("jupyter_nb", None)
    );
    assert_eq!(
        (jobs[0].state, jobs[0].queue.as_str()),
        (JobState::Running, "normal")
    );
}
