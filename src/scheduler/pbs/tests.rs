//! PBS's adapter against recorded output.

#![allow(clippy::unwrap_used)]
use super::*;

/// The first job as `OpenPBS` 23.06.06 printed it, with a walltime added; the two others with the
/// values that it told of such jobs as JSON.
const LIST: &str = include_str!("../recorded/pbs-list.txt");

#[test]
fn real_lists_are_read() {
    let jobs = Pbs.parse_jobs(&CommandOutput::printed(LIST)).unwrap();
    let states: Vec<_> = jobs
        .iter()
        .map(|job| (job.id.as_str(), job.state))
        .collect();
    assert_eq!(
        states,
        [
            ("1.login", JobState::Running),
            ("3.login", JobState::Never),
            ("4.login", JobState::Held),
        ]
    );
    assert_eq!(jobs[0].name, "jupyter_notebook_server_long_name");
    assert_eq!(jobs[0].node.as_deref(), Some("c1"));
    let started = jobs[0].started.unwrap();
    assert_eq!(started, 1_795_373_165);
    assert_eq!(jobs[0].ends, Some(started + 3600));
    assert!(
        jobs[1]
            .reason
            .starts_with("Can Never Run: Insufficient amount of resource")
    );
    assert_eq!(jobs[2].reason, "Hold_Types = u");
}

#[test]
fn a_long_value_is_one() {
    let blocks = blocks(LIST);
    let path = &blocks[0].1["Variable_List"];
    assert!(path.contains("/usr/local/bin:/usr/bin"), "{path}");
}

#[test]
fn a_job_that_ended_meanwhile_is_no_error() {
    let gone = CommandOutput {
        status: 153,
        err: "qstat: Unknown Job Id 9999.login\n".into(),
        ..CommandOutput::default()
    };
    assert_eq!(Pbs.parse_jobs(&gone), Ok(vec![]));
    let down = CommandOutput {
        status: 255,
        err: "Connection refused\nqselect: cannot connect to server login (errno=111)\n".into(),
        ..CommandOutput::default()
    };
    assert!(
        Pbs.parse_jobs(&down)
            .unwrap_err()
            .contains("cannot connect")
    );
}

#[test]
fn a_list_that_broke_off_is_none() {
    let list = |status, err: &str| {
        Pbs.parse_jobs(&CommandOutput {
            status,
            err: err.into(),
            ..CommandOutput::printed(LIST)
        })
    };
    assert_eq!(
        list(153, "qstat: Unknown Job Id 9.login\n").map(|jobs| jobs.len()),
        Ok(3)
    );
    assert!(list(124, "").is_err(), "the time limit");
    assert!(list(1, "qstat: End of File\n").is_err());
    assert!(list(153, "qstat: Unknown Job Id 9.login\nqstat: End of File\n").is_err());
    assert!(list(1, "").is_err());
    assert!(
        Pbs.parse_jobs(&CommandOutput::printed("usage: qstat [-f] [job…]\n"))
            .is_err()
    );
}

#[test]
fn one_job_is_there_or_denied_or_the_answer_says_nothing() {
    let presence = |out: &str| Pbs.presence("1.login", &CommandOutput::printed(out));
    assert!(matches!(presence(LIST), Presence::Listed(job) if job.id == "1.login"));
    let finished = LIST.replace("job_state = R", "job_state = F");
    assert_eq!(presence(&finished), Presence::Ended);
    let words =
        "qstat: 1.login Job has finished, use -x or -H to obtain historical job information";
    assert_eq!(presence(words), Presence::Ended);
    assert_eq!(presence("qstat: Unknown Job Id 1.login"), Presence::Unknown);
    assert_eq!(
        presence("qstat: Unknown Job Id Error 1.login"),
        Presence::Unknown
    );
    for nothing in [
        "",
        "qstat: cannot connect to server login (errno=111)",
        "Job Id: 1.login\n",
    ] {
        assert!(
            matches!(presence(nothing), Presence::Silent(_)),
            "{nothing}"
        );
    }
}

/// By the source of `OpenPBS` (`req_stat.c`), the server of the submission says of a job that it
/// has moved what it says of one that has finished.
#[test]
fn a_job_that_was_moved_to_another_server_is_asked_for_there() {
    let presence = |other: &str| {
        let moved = "Job Id: 1.login\n    Job_Name = a\n    job_state = M\n    queue = workq@head2\n    server = login\n";
        let finished =
            "qstat: 1.login Job has finished, use -x or -H to obtain historical job information";
        let script = format!(
            "qstat() {{ case \"$*\" in *@head2) cat <<'END'\n{other}\nEND\n;; *-x*) cat <<'END'\n{moved}\nEND\n;; \
                 *) echo '{finished}' >&2; return 35 ;; esac; }}\n{}",
            Pbs.query("1.login")
        );
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        Pbs.presence("1.login", &CommandOutput::printed(&text))
    };
    let there = LIST.split("Job Id: 3").next().unwrap();
    assert!(matches!(presence(there), Presence::Listed(job) if job.state == JobState::Running));
    let down = "qstat: cannot connect to server head2 (errno=15010)";
    assert!(matches!(presence(down), Presence::Listed(job) if job.word == "M"));
    assert_eq!(presence("qstat: Unknown Job Id 1.login"), Presence::Unknown);
    assert_eq!(
        presence("qstat: 1.login Job has finished, use -x or -H"),
        Presence::Ended
    );
}

/// The states of the Reference Guide of PBS Professional 2024.1 and of Torque 6.1, and one of none.
#[test]
fn every_letter_means_something() {
    for (letter, expected) in [
        ("Q", Some(JobState::Waiting)),
        ("W", Some(JobState::Waiting)),
        ("T", Some(JobState::Waiting)),
        ("M", Some(JobState::Waiting)),
        ("H", Some(JobState::Held)),
        ("R", Some(JobState::Running)),
        ("S", Some(JobState::Running)),
        ("U", Some(JobState::Running)),
        ("B", Some(JobState::Running)),
        ("E", Some(JobState::Ending)),
        ("F", None),
        ("C", None),
        ("X", None),
        ("Z", Some(JobState::Waiting)),
    ] {
        let attributes = Attributes::from([("job_state".into(), letter.into())]);
        let job = job("1.login", &attributes, LocalTime::default());
        assert_eq!(job.map(|job| job.state), expected, "{letter}");
    }
}

/// Torque without the server in its ids, ids beyond ten million, and a site without `qselect`.
#[test]
fn numbers_of_any_length_are_asked_for_with_and_without_their_server() {
    let line = Pbs.list(&Host::named("h"));
    let asked = |qselect: &str| {
        let folder = tempfile::tempdir().unwrap();
        let asked = folder.path().join("asked");
        let script = format!(
            "{qselect}\ntimeout() {{ shift; \"$@\"; }}\nqstat() {{ shift; printf '%s\\n' \"$@\" >>'{}'; }}\n\
                 rj_names=jupyter_nb; rj_submitted='10000012.head.example\n12[].head\n13\n7.1-10:1\n4711;gpu'; {line}",
            asked.display()
        );
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", &script])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let asked = std::fs::read_to_string(asked).unwrap();
        let mut asked: Vec<String> = asked.lines().map(str::to_owned).collect();
        asked.sort();
        asked.join("\n") + "\n"
    };
    assert_eq!(
        asked("qselect() { echo 14; }"),
        "10000012.head.example\n12[].head\n13\n14\n"
    );
    assert_eq!(
        asked("command() { false; }"),
        "10000012.head.example\n12[].head\n13\n"
    );
}

/// Returns what a list prints where a job was submitted to each of these servers. The usual one has jobs 1 and 3, `head2` has 5,
/// `gone` is gone, and `mute` never answers.
fn list_of(submitted: &str, usual_is_down: bool) -> CommandOutput {
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("list");
    std::fs::write(&list, LIST.split("Job Id: 4").next().unwrap()).unwrap();
    let other = "Job Id: 5.head2\n    Job_Name = jupyter_nb\n    job_state = R\n";
    let script = format!(
        "qselect() {{ {} echo 1.login; echo 3.login; }}\ntimeout() {{ shift; \"$@\"; }}\n\
         qstat() {{ case $* in *gone*) echo 'Connection refused' >&2; \
         echo 'qstat: cannot connect to server gone (errno=111)' >&2; return 255 ;; \
         *mute*) printf 'Job Id: 9.mute\\n    job_sta'; return 124 ;; \
         *head2*) printf '%s' '{other}' ;; *) cat '{}' ;; esac; }}\n\
         rj_names=jupyter_nb; rj_submitted='{submitted}'; {}",
        if usual_is_down {
            "echo 'qselect: cannot connect to server login (errno=111)' >&2; return 255;"
        } else {
            ""
        },
        list.display(),
        Pbs.list(&Host::named("h"))
    );
    let mut shell = std::process::Command::new("/bin/sh");
    let output = shell.args(["-c", &script]).output().unwrap();
    CommandOutput {
        status: output.status.code().unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        ..CommandOutput::printed(&String::from_utf8(output.stdout).unwrap())
    }
}

#[test]
fn a_server_that_is_gone_hides_the_jobs_of_no_other() {
    let listed = |submitted| {
        let jobs = Pbs.parse_jobs(&list_of(submitted, false)).unwrap();
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    let of_usual = ["1.login", "3.login"];
    assert_eq!(listed("7.gone\n1.login"), of_usual);
    assert_eq!(listed("9.mute\n1.login"), of_usual);
    assert_eq!(listed("7.gone\n5.head2"), ["5.head2", "1.login", "3.login"]);
    // And of its own job nothing is known.
    let words = "Connection refused\nqstat: cannot connect to server gone (errno=111)";
    let presence = Pbs.presence("7.gone", &CommandOutput::printed(words));
    assert_eq!(presence, Presence::Silent(words.to_owned()));
}

#[test]
fn a_usual_server_that_is_gone_gives_no_list() {
    let list = list_of("7.gone\n1.login", true);
    let error = Pbs.parse_jobs(&list).unwrap_err();
    assert!(error.contains("server login"), "{error}");
}

#[test]
fn lists_are_cut_down_on_the_remote_host_to_what_is_read() {
    let line = Pbs.list(&Host::named("h"));
    let script = format!(
        "qselect() {{ echo 1.login; echo 3.login; }}\nqstat() {{ case $* in *login*) cat <<'END'\n{LIST}END\n;; \
             *) echo 'qstat: Unknown Job Id 12.login' >&2; return 153 ;; esac; }}\n\
             rj_names=jupyter_nb; rj_submitted='4.login\n12'; {line}"
    );
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        Pbs.parse_jobs(&CommandOutput::printed(&text)),
        Pbs.parse_jobs(&CommandOutput::printed(LIST))
    );
    assert!(
        text.len() * 3 < LIST.len(),
        "{} of {}",
        text.len(),
        LIST.len()
    );
    assert!(!text.contains("Variable_List"));
}

#[test]
fn its_kinds_are_told_apart() {
    let status = |out: &str, status| CommandOutput {
        status,
        out: out.to_owned(),
        ..CommandOutput::default()
    };
    let dialect = |out| Pbs.dialect(&status(out, 0));
    assert_eq!(dialect("pbs_version = 23.06.06\n"), Ok(Dialect::Usual));
    assert_eq!(
        dialect("Version: 6.1.2\nCommit: 661e092\n"),
        Ok(Dialect::Torque)
    );
    assert_eq!(dialect("version: 4.2.10\n"), Ok(Dialect::Torque));
    assert_eq!(
        dialect("ERROR! invalid option argument \"--version\"\nSGE 8.1.9\n"),
        Err(DetectError::Other(LauncherKind::Sge))
    );
    assert!(matches!(
        Pbs.dialect(&status("sh: qstat: not found\n", 1)),
        Err(DetectError::Absent(_))
    ));
}

#[test]
fn resources_are_translated() {
    let mut host = Host::named("h");
    host.queue = Some("workq".into());
    host.cores = Some(4);
    host.memory = Some("8G".into());
    host.gpus = Some(1);
    host.walltime = Some("2-12:00:00".into());
    let common = "qsub -S /bin/sh -j oe -o \"$rj_dir/batch.log\" -r n -N 'jupyter_nb' -q 'workq'";
    assert_eq!(
        Pbs.submit(&host, Dialect::Usual),
        format!(
            "{common} -l 'select=1:ncpus=4:mem=8gb:ngpus=1' -l walltime=60:00:00 \
                 <\"$rj_dir/submit\""
        )
    );
    assert_eq!(
        Pbs.submit(&host, Dialect::Torque),
        format!(
            "{common} -l 'nodes=1:ppn=4:gpus=1' -l 'mem=8gb' -l walltime=60:00:00 \
                 <\"$rj_dir/submit\""
        )
    );
}

#[test]
fn the_number_is_found_among_other_lines() {
    assert_eq!(Pbs.parse_job_id("12.login\n").as_deref(), Some("12.login"));
    assert_eq!(
        Pbs.parse_job_id("Project: x\n12.head.example\n").as_deref(),
        Some("12.head.example")
    );
    assert_eq!(
        Pbs.parse_job_id("12[].head\n").as_deref(),
        Some("12[].head")
    );
    assert_eq!(Pbs.parse_job_id("qsub: Unknown queue\n"), None);
    for of_signs in ["12.`reboot`\n", "12.a;b\n", "12.$HOME\n"] {
        assert_eq!(Pbs.parse_job_id(of_signs), None, "{of_signs}");
    }
}

#[test]
fn a_script_of_ones_own_is_asked_where_it_writes() {
    let files = |more: &str| {
        let printed = format!("{more}{}", LIST.split("Job Id: 3").next().unwrap());
        let line = Pbs.output_path_command("1.login");
        crate::scheduler::shell::ran("qstat", &printed, &line)
    };
    let joined = files("");
    assert!(
        joined.starts_with('/') && joined.lines().count() <= 2,
        "{joined}"
    );
    let printed = "Job Id: 7.login\n    Join_Path = oe\n    Output_Path = login.example:/home/me/a long \n\tname.o7\n    Error_Path = login:/x\n";
    let line = Pbs.output_path_command("7.login");
    let one = crate::scheduler::shell::ran("qstat", printed, &line);
    assert_eq!(one, "/home/me/a long name.o7\n");
}

#[test]
fn a_job_that_waits_for_another_is_not_held_and_a_running_one_has_no_estimate() {
    let of = |attributes: &str| {
        let text = format!("Job Id: 1.login\n    Job_Name = a\n{attributes}");
        let blocks = blocks(&text);
        job("1.login", &blocks[0].1, LocalTime::default()).unwrap()
    };
    let estimate = "    estimated.start_time = Sun Nov 22 18:46:05 2026\n";
    assert_eq!(of("    job_state = H\n").state, JobState::Held);
    let dependent = of("    job_state = H\n    depend = afterany:2.login\n");
    assert_eq!(dependent.state, JobState::Waiting);
    for (word, state, is_told) in [
        ("Q", JobState::Waiting, true),
        ("M", JobState::Waiting, true),
        ("R", JobState::Running, false),
    ] {
        let job = of(&format!("    job_state = {word}\n{estimate}"));
        assert_eq!(
            (job.state, job.start_estimate.is_some()),
            (state, is_told),
            "{word}"
        );
    }
}

#[test]
fn a_sentence_that_begins_with_a_number_is_no_id() {
    assert_eq!(Pbs.parse_job_id("12. of May: maintenance"), None);
    assert_eq!(
        Pbs.parse_job_id("12.head\n12. of May: maintenance")
            .as_deref(),
        Some("12.head")
    );
}
