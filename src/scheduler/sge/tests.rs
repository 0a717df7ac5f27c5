//! Grid Engine's adapter against recorded output.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::list::state;
use super::*;
use crate::scheduler::job::JobState;
use crate::scheduler::output::LocalTime;

/// Printed by SGE 8.1.9.
const LIST: &str = include_str!("../recorded/sge-list.xml");
const WHY_FULL: &str = include_str!("../recorded/sge-why-cores.txt");
const WHY_ERROR: &str = include_str!("../recorded/sge-why-error.txt");

#[test]
fn real_lists_are_read() {
    let jobs = Sge.parse_jobs(&CommandOutput::printed(LIST)).unwrap();
    let states: Vec<_> = jobs
        .iter()
        .map(|job| (job.word.as_str(), job.state))
        .collect();
    assert_eq!(
        states,
        [
            ("r", JobState::Running),
            ("qw", JobState::Waiting),
            ("Eqw", JobState::Never),
            ("hqw", JobState::Held),
        ]
    );
    assert_eq!(jobs[0].name, "jupyter_notebook_server_long_name");
    assert_eq!(jobs[0].node.as_deref(), Some("c1"));
    let started = jobs[0].started.unwrap();
    assert_eq!(jobs[0].ends, Some(started + 600));
    assert_eq!(jobs[1].node, None);
}

/// A file of the account's defaults (`-s r -u '*'`) is read before what the command line says.
#[test]
fn the_accounts_defaults_hide_no_job_that_waits() {
    let qstat = "qstat() {
          s=r u='*'
          while [ $# -gt 0 ]; do case $1 in -s) s=$2; shift ;; -u) u=$2; shift ;; esac; shift; done
          echo \"$s $u\" >&2
        }";
    let script = format!("{qstat}\n{}", Sge.list(&Host::named("h")));
    let output = std::process::Command::new("sh")
        .args(["-c", &script])
        .output();
    let said = String::from_utf8(output.unwrap().stderr).unwrap();
    let words: Vec<&str> = said.split_whitespace().collect();
    let [states, user] = words.as_slice() else {
        panic!("{said}");
    };
    assert!(states.contains('p') && states.contains('r'), "{states}");
    assert_ne!(*user, "*");
}

#[test]
fn a_banner_or_a_cut_list_is_no_list_of_no_jobs() {
    let banner = format!("*** Maintenance on Friday ***\n{LIST}\n4 jobs < 10\n");
    assert_eq!(
        Sge.parse_jobs(&CommandOutput::printed(&banner))
            .unwrap()
            .len(),
        4
    );
    assert!(
        Sge.parse_jobs(&CommandOutput::printed(&LIST[..LIST.len() / 2]))
            .is_err()
    );
    assert!(Sge.parse_jobs(&CommandOutput::printed("")).is_err());
    let down = CommandOutput {
        status: 1,
        err: "error: commlib error: got select error (Connection refused)".into(),
        ..CommandOutput::default()
    };
    assert!(Sge.parse_jobs(&down).unwrap_err().contains("commlib"));
}

#[test]
fn one_job_is_there_or_denied_or_the_answer_says_nothing() {
    let presence = |out: &str| Sge.presence("7", &CommandOutput::printed(out));
    let known = "==========\njob_number:                 7\nsubmission_time:            Sun Nov 22 18:29:20 2026\n\
            owner:                      me\njob_name:                   jupyter_nb\n";
    let Presence::Listed(job) = presence(known) else {
        panic!("{:?}", presence(known))
    };
    assert_eq!(
        (job.name.as_str(), job.submitted),
        ("jupyter_nb", Some(1_795_372_160))
    );
    let runs = format!("{known}usage    1:                 cpu=00:00:02, mem=0.0 GBs\n");
    assert!(matches!(presence(&runs), Presence::Listed(job) if job.state == JobState::Running));
    let denied = "Following jobs do not exist: \n7";
    assert_eq!(presence(denied), Presence::Unknown);
    // Univa's words.
    let univa = "Following jobs do not exist or permissions are not sufficient: \n7";
    assert_eq!(presence(univa), Presence::Unknown);
    assert_eq!(presence(&format!("{denied}\nrj_ended")), Presence::Ended);
    for nothing in [
        "",
        "error: commlib error: got select error (Connection refused)",
        "job_number:      ",
    ] {
        assert!(
            matches!(presence(nothing), Presence::Silent(_)),
            "{nothing}"
        );
    }
}

/// `qstat -j` of UGE 8.6.4 and of GCS 9.1, shortened, from public notes and the tests of go-clusterscheduler.
#[test]
fn the_heirs_tell_state_and_time_in_their_own_forms() {
    let presence = |out: &str| match Sge.presence("23", &CommandOutput::printed(out)) {
        Presence::Listed(job) => *job,
        other => panic!("{other:?}"),
    };
    let uge = "job_number:                 23\njclass:                     NONE\n\
            submission_time:            08/05/2025 14:58:34.295\njob_name:                   a\n\
            start_time            1:    12/31/1969 16:00:00.000\njob_state             1:    Eqw\n\
            error reason    1:          08/05/2025 18:12:26 [22520:15235]: execvp(/x) failed: No such file or directory\n\
            scheduling info:            (Collecting of scheduler job information is turned off)\n";
    let job = presence(uge);
    assert_eq!((job.state, job.word.as_str()), (JobState::Never, "Eqw"));
    assert_eq!(job.submitted, Some(1_754_405_914));
    let why = Sge
        .parse_pending_reason(&CommandOutput::printed(uge))
        .unwrap();
    assert!(why.reason.contains("No such file"), "{why:?}");
    let gcs = "job_number:                      23\nsubmission_time:                 2026-03-14 13:37:31.653513\n\
            job_name:                        sleep\njob_state                  49:   qw\njob_state                  50:   r\n\
            scheduling info:                 (Collecting of scheduler job information is turned off - use qalter -w p job_id)\n";
    let job = presence(gcs);
    assert_eq!(
        (job.state, job.submitted),
        (JobState::Running, Some(1_773_495_451))
    );
    assert_eq!(
        Sge.parse_pending_reason(&CommandOutput::printed(gcs)),
        None,
        "no word about the job"
    );
    let held = gcs
        .replace("50:   r", "50:   hqw")
        .replace("49:   qw", "49:   hqw");
    assert_eq!(presence(&held).state, JobState::Held);
    let waits = format!("{held}jid_predecessor_list (req):      22\n");
    assert_eq!(presence(&waits).state, JobState::Waiting);
}

/// Of qstat(1), of OCS 9's list (`JAT_submission_time`), and of lists whose times are numbers.
#[test]
fn letters_of_a_state_and_times_of_lists_are_read() {
    for (word, expected) in [
        ("hqw", JobState::Held),
        ("hRwq", JobState::Held),
        ("hr", JobState::Running),
        ("ht", JobState::Running),
        ("Rr", JobState::Running),
        ("Rt", JobState::Running),
        ("s", JobState::Running),
        ("S", JobState::Running),
        ("T", JobState::Running),
        ("tS", JobState::Running),
        ("Rq", JobState::Waiting),
        ("Eqw", JobState::Never),
        ("Ehqw", JobState::Never),
        ("dr", JobState::Ending),
        ("dRr", JobState::Ending),
        ("dt", JobState::Ending),
    ] {
        assert_eq!(state(word), expected, "{word}");
    }
    let at = |text: &str| time(text, LocalTime::default());
    let usual = at("2026-11-22T18:46:05");
    assert_eq!(usual, Some(1_795_373_165));
    for text in [
        "2026-11-22T18:46:05.123",
        "2026-11-22 18:46:05.123456",
        "Sun Nov 22 18:46:05 2026",
        "11/22/2026 18:46:05.123",
        "1795373165",
        "1795373165123",
        "1795373165123456",
    ] {
        assert_eq!(at(text), usual, "{text}");
    }
    assert_eq!(at("12"), None);
    let tag = LIST.replace("JB_submission_time", "JAT_submission_time");
    assert!(tag != LIST);
    let jobs = Sge.parse_jobs(&CommandOutput::printed(&tag)).unwrap();
    assert!(jobs[1].submitted.is_some());
}

#[test]
fn lists_are_cut_down_on_the_remote_host_to_the_ledgers_jobs() {
    let line = Sge.list(&Host::named("h"));
    let ran = |numbers: &str, names: &str| {
        let script = format!(
            "qstat() {{ cat <<'END'\n{LIST}END\n}}\nexport rj_numbers='{numbers}' rj_names='{names}'; {line}"
        );
        let output = std::process::Command::new("/bin/sh")
            .args(["-c", &script])
            .output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        let jobs = Sge.parse_jobs(&CommandOutput::printed(&text)).unwrap();
        jobs.into_iter().map(|job| job.id).collect::<Vec<_>>()
    };
    let all = Sge.parse_jobs(&CommandOutput::printed(LIST)).unwrap();
    assert_eq!(ran("4", "none"), ["4"]);
    assert_eq!(ran(" 12 ", &all[0].name), ["4"]);
    assert!(ran("", "").is_empty());
}

#[test]
fn an_empty_list_is_one() {
    let empty = "<?xml version='1.0'?>\n<job_info  xmlns:xsd=\"http://x/qstat.xsd\">\n  \
            <queue_info>\n  </queue_info>\n  <job_info>\n  </job_info>\n</job_info>\n";
    assert_eq!(Sge.parse_jobs(&CommandOutput::printed(empty)), Ok(vec![]));
}

#[test]
fn what_can_never_start_is_told_with_the_cells_words() {
    let why = Sge
        .parse_pending_reason(&CommandOutput::printed(WHY_FULL))
        .unwrap();
    assert!(why.never);
    assert_eq!(
        why.reason,
        "Job 7 cannot run in PE \"smp\" because it only offers 0 slots"
    );
    let why = Sge
        .parse_pending_reason(&CommandOutput::printed(WHY_ERROR))
        .unwrap();
    assert!(
        why.never && why.reason.contains("can't chdir to /nonexistent"),
        "{why:?}"
    );
    let waits = "scheduling info:            queue instance \"all.q@c1\" dropped because it is full\n\
                     verification: found suitable queue(s)\n";
    let why = Sge
        .parse_pending_reason(&CommandOutput::printed(waits))
        .unwrap();
    assert!(!why.never && why.reason.contains("dropped because it is full"));
    assert_eq!(
        Sge.parse_pending_reason(&CommandOutput::printed("job_number: 3\n")),
        None
    );
}

#[test]
fn the_original_scripts_line_is_made_from_its_settings() {
    let mut host = Host::named("gpu01");
    host.parallel_environment = Some("smp".into());
    host.cores = Some(4);
    host.options = vec!["-l".into(), "hostname=gpu01".into()];
    host.job_script = Some("run_jupyter.sh".into());
    assert_eq!(
        Sge.submit(&host, Dialect::Usual),
        "qsub -terse -N 'jupyter_nb' -pe 'smp' 4 '-l' 'hostname=gpu01' \
             'run_jupyter.sh'"
    );
}

#[test]
fn a_submission_does_not_wait_for_the_jobs_end() {
    let mut host = Host::named("h");
    host.options = ["-p", "-5", "-sync", "y", "-m", "n"]
        .map(str::to_owned)
        .into();
    let line = Sge.submit(&host, Dialect::Usual);
    assert!(
        line.ends_with("'-p' '-5' '-m' 'n' <\"$rj_dir/submit\""),
        "{line}"
    );
}

#[test]
fn resources_are_translated() {
    let mut host = Host::named("h");
    host.queue = Some("all.q".into());
    host.cores = Some(2);
    host.memory = Some("8G".into());
    host.gpus = Some(1);
    host.walltime = Some("1-01:00:00".into());
    assert_eq!(
        Sge.submit(&host, Dialect::Usual),
        "qsub -terse -S /bin/sh -cwd -j y -o \"$rj_dir/batch.log\" -r n -N 'jupyter_nb' \
             -q 'all.q' -pe 'smp' 2 -l 'mem_free=8G' -l gpu=1 -l h_rt=25:00:00 <\"$rj_dir/submit\""
    );
}

#[test]
fn the_number_is_found_among_other_lines() {
    let long = "Your job 7 (\"jupyter_notebook_server_long_name\") has been submitted\n";
    for (printed, id) in [
        ("12\n", Some("12")),
        ("Welcome\n12\n", Some("12")),
        (long, Some("7")),
        ("7.1-10:1\n", Some("7")),
        (
            "Your job-array 7.1-10:1 (\"a\") has been submitted\n",
            Some("7"),
        ),
        ("8.1.9\n", None),
        ("Unable to run job: no\nExiting.\n", None),
        ("7 nodes are down\n", None),
    ] {
        assert_eq!(Sge.parse_job_id(printed).as_deref(), id, "{printed:?}");
    }
}

#[test]
fn a_job_is_only_checked_where_nothing_may_submit_it() {
    let mut host = Host::named("h");
    let line = Sge.rehearse(&host, Dialect::Usual).unwrap();
    assert!(
        line.contains("qsub -w v ") && !line.contains("-terse"),
        "{line}"
    );
    host.options = vec!["-w".into(), "e".into()];
    assert_eq!(
        Sge.rehearse(&host, Dialect::Usual),
        None,
        "the last one counts"
    );
    let answer = |status, out: &str| {
        let out = out.to_owned();
        Sge.rehearsed(&CommandOutput {
            status,
            out,
            ..CommandOutput::default()
        })
    };
    assert_eq!(
        answer(0, "verification: found suitable queue(s)"),
        Rehearsal::Taken
    );
    let refused = "Unable to run job: Job was rejected because job requests unknown queue \"no.q\"";
    assert_eq!(answer(1, refused), Rehearsal::Refused);
    let down = "error: commlib error: got select error (Connection refused)\nUnable to run job: unable to contact qmaster";
    assert_eq!(answer(1, down), Rehearsal::Open);
    assert_eq!(answer(124, ""), Rehearsal::Open);
}

#[test]
fn pbs_is_told_from_it() {
    let status = |out: &str, status| CommandOutput {
        status,
        out: out.to_owned(),
        ..CommandOutput::default()
    };
    assert_eq!(
        Sge.dialect(&status("SGE 8.1.9\nusage: qstat\n", 0)),
        Ok(Dialect::Usual)
    );
    for heir in [
        "UGE 8.6.18",
        "AGE 2023.1.1",
        "OGS/GE 2011.11",
        "OCS 9.0.5",
        "GCS 9.1.7prealpha",
    ] {
        let probe = status(&format!("{heir}\nusage: qstat [options]\n"), 0);
        assert_eq!(Sge.dialect(&probe), Ok(Dialect::Usual), "{heir}");
    }
    let pbs = "qstat: invalid option -- 'h'\nusage:\nqstat [-f] [-J] [-p] [-t] [-x]\n";
    assert_eq!(
        Sge.dialect(&status(pbs, 0)),
        Err(DetectError::Other(LauncherKind::Pbs))
    );
    assert!(matches!(
        Sge.dialect(&status("sh: qstat: not found", 1)),
        Err(DetectError::Absent(_))
    ));
}

#[test]
fn the_place_is_counted_among_all_that_wait() {
    // As SGE 8.1.9 printed it.
    let list = "job-ID  prior   name       user         state submit/start at     queue                          slots ja-task-ID \n\
            -----------------------------------------------------------------------------------------------------------------\n\
            \u{20}    10 0.55500 STDIN      you          qw    11/24/2026 12:00:00                                    4        \n\
            \u{20}    11 0.55500 a qw 1     you          hqw   11/24/2026 12:00:01                                    4        \n\
            \u{20}    12 0.55500 jupyter_nb me           qw    11/24/2026 12:00:02                                    4        \n";
    let count = |list| {
        let line = Sge.pending_reason_command("12", "").unwrap();
        let (_, line) = line.split_once("2>&1;").unwrap();
        crate::scheduler::shell::counted("qstat", list, line)
    };
    assert_eq!(count(list), Some(2));
    // OCS 9 and GCS 9 write times in another form.
    let ocs = list.replace("11/24/2026", "2026-11-24");
    assert_eq!(count(&ocs), Some(2));
    assert_eq!(count(""), None);
    let why = Sge
        .parse_pending_reason(&CommandOutput::printed("job_number: 12\nplace 2\n"))
        .unwrap();
    assert_eq!(
        (why.place, why.never, why.reason.as_str()),
        (Some(2), false, "")
    );
}

#[test]
fn a_script_of_ones_own_is_asked_where_it_writes() {
    let files = |more: &str| {
        let head = "==========\njob_number:                 7\nowner:                      me\n\
                sge_o_home:                 /home/me\njob_name:                   a b\n";
        let line = Sge.output_path_command("7");
        crate::scheduler::shell::ran("qstat", &format!("{head}{more}"), &line)
    };
    // As SGE 8.1.9 printed them.
    let of_2020 = "cwd:                        /tmp\nmerge:                      y\n\
            stdout_path_list:           NONE:NONE:sge.log\n";
    assert_eq!(files(of_2020), "/tmp/sge.log\n");
    assert_eq!(files(""), "/home/me/a b.o7\n/home/me/a b.e7\n");
    let patterns = "stderr_path_list:           NONE:NONE:/tmp/e\n\
            stdout_path_list:           NONE:NONE:$HOME/x/$JOB_NAME.$JOB_ID\n";
    assert_eq!(files(patterns), "/home/me/x/a b.7\n/tmp/e\n");
    let line = Sge.output_path_command("7");
    let gone = crate::scheduler::shell::ran("qstat", "Following jobs do not exist:\n7\n", &line);
    assert_eq!(gone, "");
}

#[test]
fn a_job_that_waits_for_another_is_not_held() {
    let with = |more: &str| {
        let held = "<state>hqw</state>";
        let list = LIST.replace(held, &format!("{held}{more}"));
        Sge.parse_jobs(&CommandOutput::printed(&list))
            .unwrap()
            .pop()
            .unwrap()
    };
    assert_eq!(with("").state, JobState::Held);
    // Printed by SGE 8.1.9.
    let waits = with(
        "<predecessor_jobs_req>10</predecessor_jobs_req><predecessor_jobs>10</predecessor_jobs>",
    );
    assert_eq!(waits.state, JobState::Waiting);
    assert_eq!(waits.reason, "predecessor_jobs: 10");
    let said = "scheduling info:            queue instance \"all.q@c1\" dropped because it is disabled\n\
            \u{20}                           Job is in hold state\n";
    let why = Sge
        .parse_pending_reason(&CommandOutput::printed(said))
        .unwrap();
    assert_eq!(
        (why.reason.as_str(), why.never),
        ("Job is in hold state", false)
    );
}

/// The version has to come after a name that is no more than a name elsewhere.
#[test]
fn another_programs_name_is_not_grid_engines() {
    let dialect = |out: &str| Sge.dialect(&CommandOutput::printed(out));
    for (out, is_known) in [
        ("SGE 8.1.9", true),
        ("OCS 9.0.5", true),
        ("OCS inventory", false),
        ("GCS", false),
        ("qstat 9.0.5", false),
    ] {
        assert_eq!(dialect(out).is_ok(), is_known, "{out}");
    }
}
