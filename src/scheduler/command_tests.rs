//! The command lines of each scheduler: a word that is missing there is a job that is not found, or not ended.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::config::{Host, LauncherKind};

const ALL: [LauncherKind; 4] = [
    LauncherKind::Slurm,
    LauncherKind::Sge,
    LauncherKind::Pbs,
    LauncherKind::Lsf,
];

fn of(kind: LauncherKind) -> &'static dyn Scheduler {
    adapter(kind).unwrap()
}

#[test]
fn a_job_is_asked_for_and_ended_by_its_own_id() {
    use LauncherKind::{Lsf, Pbs, Sge, Slurm};
    let slurm = "unset SLURM_CLUSTERS; LC_ALL=C ";
    for (kind, id, query, cancel) in [
        (
            Slurm,
            "12",
            "scontrol --oneliner show job '12' 2>&1",
            "scancel '12'",
        ),
        (
            Slurm,
            "12_[3-9];gpu",
            "scontrol --clusters='gpu' --oneliner show job '12' 2>&1",
            "scancel --clusters='gpu' '12'",
        ),
        (
            Sge,
            "12",
            "LC_ALL=C qstat -j '12' 2>&1 || ",
            "LC_ALL=C qdel '12'",
        ),
        (Pbs, "12.head", "'12.head'", "LC_ALL=C qdel '12.head'"),
        (Lsf, "12", " '12' 2>&1", "LC_ALL=C bkill '12'"),
    ] {
        let (asked, told) = (of(kind).query(id), of(kind).cancel(id));
        assert!(asked.contains(query), "{asked}");
        assert!(told.ends_with(cancel), "{told}");
        if kind == Slurm {
            assert!(
                told.contains(slurm) && asked.contains("unset SLURM_CLUSTERS; "),
                "{told}"
            );
            assert!(told.contains("SQUEUE_"), "a user's own filters: {told}");
        }
    }
    let fields = "jobid stat exec_host start_time estimated_start_time time_left queue pend_reason submit_time";
    for line in [of(Lsf).query("12"), of(Lsf).list(&Host::named("h"))] {
        assert!(line.contains("bjobs") && line.contains(fields), "{line}");
    }
    for kind in [Sge, Pbs, Lsf] {
        let host = Host::named("h");
        assert_eq!(of(kind).search(&host), of(kind).list(&host), "{kind:?}");
    }
    let search = of(Slurm).search(&Host::named("h"));
    assert!(
        search.contains("rj_me=$(id -un)") && search.contains("scontrol"),
        "{search}"
    );
}

#[test]
fn each_scheduler_is_known_by_a_command_of_its_own() {
    for (kind, id, name, command) in [
        (LauncherKind::Slurm, "slurm", "Slurm", "sbatch --version"),
        (LauncherKind::Sge, "sge", "Grid Engine", "qstat -help"),
        (LauncherKind::Pbs, "pbs", "PBS", "qstat --version"),
        (LauncherKind::Lsf, "lsf", "LSF", "bsub -V"),
    ] {
        let scheduler = of(kind);
        assert_eq!((scheduler.id(), scheduler.name()), (id, name));
        let version = scheduler.version_command();
        assert!(version.contains(command), "{version}");
    }
    let lsf = |status| {
        of(LauncherKind::Lsf).dialect(&CommandOutput {
            status,
            ..CommandOutput::default()
        })
    };
    assert!(
        lsf(0).is_ok() && lsf(1).is_ok(),
        "it says its version with an error"
    );
    assert!(lsf(126).is_err() && lsf(127).is_err());
}

#[test]
fn no_gpu_is_asked_for_where_none_is_wanted() {
    for kind in ALL {
        let with = |gpus| {
            let mut host = Host::named("h");
            host.gpus = gpus;
            of(kind).submit(&host, Dialect::Usual) + &of(kind).submit(&host, Dialect::Torque)
        };
        assert_eq!(with(Some(0)), with(None), "{kind:?}");
        assert!(with(Some(2)).contains("gpu"), "{kind:?}");
    }
    let torque = |change: &dyn Fn(&mut Host)| {
        let mut host = Host::named("h");
        change(&mut host);
        of(LauncherKind::Pbs).submit(&host, Dialect::Torque)
    };
    assert!(torque(&|host| host.gpus = Some(2)).contains("nodes=1:ppn=1:gpus=2"));
    assert!(torque(&|host| host.cores = Some(4)).contains("nodes=1:ppn=4'"));
    let mut one_core = Host::named("h");
    one_core.cores = Some(1);
    let line = of(LauncherKind::Sge).submit(&one_core, Dialect::Usual);
    assert!(
        !line.contains("-pe"),
        "one core needs no parallel environment: {line}"
    );
}

#[test]
fn a_queue_that_does_not_exist_is_told_before_a_job_is_submitted_to_it() {
    for (kind, command, none) in [
        (
            LauncherKind::Lsf,
            "LC_ALL=C bqueues",
            "normall: No such queue",
        ),
        (
            LauncherKind::Pbs,
            "LC_ALL=C qstat -Q",
            "qstat: Unknown queue normall",
        ),
    ] {
        let line = |change: &dyn Fn(&mut Host)| {
            let mut host = Host::named("h");
            change(&mut host);
            of(kind).rehearse(&host, Dialect::Usual).unwrap()
        };
        assert_eq!(line(&|_| ()), format!("{command}  2>&1"));
        assert_eq!(
            line(&|host| host.queue = Some("long".into())),
            format!("{command} 'long' 2>&1")
        );
        let option = |host: &mut Host| host.options = vec!["-q".into(), "short".into()];
        assert_eq!(line(&option), format!("{command} 'short' 2>&1"));
        let answered = |status, out: &str| {
            of(kind).rehearsed(&CommandOutput {
                status,
                out: out.into(),
                ..CommandOutput::default()
            })
        };
        assert!(matches!(answered(0, "normal"), Rehearsal::Queue));
        assert!(matches!(answered(255, none), Rehearsal::Refused), "{none}");
        assert!(matches!(answered(255, "timed out"), Rehearsal::Open));
    }
    let mut checked = Host::named("h");
    let sge = of(LauncherKind::Sge);
    assert!(sge.rehearse(&checked, Dialect::Usual).is_some());
    checked.options = vec!["-l".into(), "gpu=1".into()];
    assert!(sge.rehearse(&checked, Dialect::Usual).is_some());
    checked.options = vec!["-w".into(), "e".into()];
    assert_eq!(sge.rehearse(&checked, Dialect::Usual), None);
}

#[test]
fn what_a_pending_job_waits_for_costs_the_scheduler_so_many_calls() {
    let calls = ALL.map(|kind| of(kind).pending_reason_calls());
    assert_eq!(calls, [2, 3, 0, 1]);
    let pbs = of(LauncherKind::Pbs);
    assert_eq!(
        pbs.pending_reason_command("12", "main"),
        None,
        "its list has it"
    );
    let lsf = of(LauncherKind::Lsf).parse_pending_reason(&CommandOutput::default());
    assert_eq!(
        lsf.map(|told| (told.reason, told.never, told.place)),
        Some((String::new(), false, None))
    );
    let at_end = ALL.map(|kind| of(kind).output_only_at_end());
    assert_eq!(at_end, [false, false, true, true]);
}

#[test]
fn a_job_has_begun_once_its_lines_run() {
    for (state, has_begun) in [
        (JobState::Waiting, false),
        (JobState::Held, false),
        (JobState::Never, false),
        (JobState::Running, true),
        (JobState::Ending, true),
    ] {
        assert_eq!(state.has_begun(), has_begun, "{state:?}");
    }
}

#[test]
fn each_of_several_answers_in_one_is_read_alone() {
    let answer = CommandOutput {
        out: "motd\nrj_id 1\na\nb\nrj_id 12\nc\n".into(),
        status: 3,
        ..CommandOutput::default()
    };
    for (id, own) in [("1", "a\nb"), ("12", "c"), ("2", "")] {
        let section = answer.section(id);
        assert_eq!((section.out.as_str(), section.status), (own, 3), "{id}");
    }
}
