//! Lists that end where they should not, as those of a server that goes down in the middle: none of them is a list, for
//! a job that it does not show would be submitted a second time.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use super::output::CommandOutput;
use super::registry::adapter;
use crate::config::{Host, LauncherKind};

/// The output of an adapter's list where its commands, `qselect` aside, print this and fail.
fn listed(kind: LauncherKind, printed: &str, ends: &str) -> CommandOutput {
    let line = adapter(kind).unwrap().list(&Host::named("h"));
    let commands = ["squeue", "scontrol", "qstat", "bjobs"];
    let functions =
        commands.map(|name| format!("{name}() {{ printf '{printed}'; echo no >&2; {ends}; }}\n"));
    let script = format!(
        "{}qselect() {{ echo 5000.login; }}\nexport rj_names=jupyter_nb rj_numbers=' 5000 ' rj_submitted=5000.login; {line}",
        functions.concat()
    );
    let output = Command::new("/bin/sh")
        .args(["-c", &script])
        .output()
        .unwrap();
    CommandOutput {
        status: output.status.code().unwrap_or(137),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
        ..CommandOutput::default()
    }
}

const KINDS: [LauncherKind; 4] = [
    LauncherKind::Sge,
    LauncherKind::Slurm,
    LauncherKind::Pbs,
    LauncherKind::Lsf,
];

#[test]
fn words_that_are_no_list_are_none_although_the_command_did_not_fail() {
    let long = "x".repeat(9_000);
    for kind in KINDS {
        for printed in ["hello", "hello\\n\\nworld\\n", long.as_str()] {
            let list = listed(kind, printed, ":");
            let jobs = adapter(kind).unwrap().parse_jobs(&list);
            assert!(jobs.is_err(), "{kind:?} {printed:?}: {list:?}");
            assert!(list.out.len() < 5000, "{kind:?}: {}", list.out.len());
        }
    }
}

#[test]
fn a_list_that_was_cut_off_is_none_wherever_it_ends() {
    let beginnings = [
        "",
        "5000",
        "5000|remote-jup",
        "JOBID|STATE|START_TIME|",
        "JOBID|STATE|START_TIME\\n5001|RUNNING|",
        "JobId=5001 JobName=jupyter_nb UserId=",
        "<?xml version=\"1.0\"?>\\n<job_info>\\n<job_list state=\"running\">\\n<JB_job_number>50",
        "Job Id: 5001.login\\n    Job_Name = jupy",
        "rj_status 0",
        "x rj_status 0\\nrj_status",
    ];
    for kind in KINDS {
        for printed in beginnings {
            for ends in [
                "return 1",
                "return 141",
                "(kill -9 $(exec sh -c \"echo \\$PPID\"))",
            ] {
                let list = listed(kind, printed, ends);
                let jobs = adapter(kind).unwrap().parse_jobs(&list);
                assert!(jobs.is_err(), "{kind:?} {printed:?} {ends}: {list:?}");
            }
        }
    }
}
