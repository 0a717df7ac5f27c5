//! Schedulers that cannot be had here are faked: shell scripts of their names that print what the real ones print
//! (`OpenPBS` as recorded, Torque and LSF by their manuals), and run the job on the spot. What is real: sshd, Jupyter, and
//! everything of ours.

use super::*;
use crate::support::fake_scheduler::FakeScheduler;
use crate::support::live::Live;
use crate::support::{Home, Sshd, http};
use remote_jupyter::config::LauncherKind;
use remote_jupyter::session::{Event, Phase};
use std::fs;
use std::os::unix::fs::PermissionsExt;

fn put_program(home: &Home, name: &str, script: &str) {
    let file = format!("bin/{name}");
    home.write(
        &file,
        &format!("#!/bin/sh\necho \"{name} $*\" >>\"$HOME/calls\"\n{script}\n"),
    );
    fs::set_permissions(home.path().join(file), fs::Permissions::from_mode(0o755)).unwrap();
}

/// A job of two looks in the queue, which then runs. `$HOME/job` holds its process, `$HOME/looks` the count.
const RUN: &str = "cat >\"$HOME/script\"; echo 0 >\"$HOME/looks\"; rm -f \"$HOME/job\"";
const LOOK: &str = "[ -f \"$HOME/script\" ] || exit 0
n=$(cat \"$HOME/looks\"); echo $((n + 1)) >\"$HOME/looks\"
if [ $n -ge 1 ] && [ ! -f \"$HOME/job\" ]; then
  setsid env PBS_JOBID=12.fake LSB_JOBID=12 sh \"$HOME/script\" </dev/null >/dev/null 2>&1 3>&- & echo $! >\"$HOME/job\"
fi
s=Q; [ -f \"$HOME/job\" ] && { kill -0 $(cat \"$HOME/job\") 2>/dev/null || { rm -f \"$HOME/script\"; exit 0; }; s=R; }";
const END: &str =
    "[ -f \"$HOME/job\" ] && kill -TERM -$(cat \"$HOME/job\"); rm -f \"$HOME/script\"";

fn pbs(home: &Home, version: &str) {
    put_program(home, "qsub", &format!("{RUN}\necho 12.fake"));
    put_program(
        home,
        "qselect",
        "[ -f \"$HOME/script\" ] && echo 12.fake; true",
    );
    let block = "printf 'Job Id: 12.fake\\n    Job_Name = jupyter_nb\\n    Job_Owner = me@login\\n    job_state = %s\\n' $s
[ $s = Q ] && printf '    comment = Not Running: Insufficient amount of resource: \\n\\tncpus\\n'
[ $s = R ] && printf '    exec_host = %s/0\\n    stime = %s\\n    Resource_List.walltime = 01:00:00\\n' \"$(uname -n)\" \"$(LC_ALL=C date '+%a %b %e %H:%M:%S %Y')\"
echo";
    let script =
        format!("[ \"$1\" = --version ] && {{ echo '{version}'; exit; }}\n{LOOK}\n{block}");
    put_program(home, "qstat", &script);
    put_program(home, "qdel", END);
    home.append(".bash_profile", "PATH=\"$HOME/bin:$PATH\"\n");
}

fn lsf(home: &Home) {
    put_program(
        home,
        "bsub",
        &format!(
            "[ \"$1\" = -V ] && {{ echo 'IBM Spectrum LSF 10.1.0.0' >&2; exit; }}\n{RUN}\necho 'Job <12> is submitted to queue <normal>.'"
        ),
    );
    let line = "case $s in
Q) echo '12|PEND|-|-|-|-|normal|Not enough job slots|jupyter_nb' ;;
R) echo \"12|RUN|$(uname -n)|$(LC_ALL=C date '+%b %e %H:%M')|-|0:59 L|normal|-|jupyter_nb\" ;;
esac";
    put_program(
        home,
        "bjobs",
        &format!(
            "[ -f \"$HOME/script\" ] || {{ echo 'No unfinished job found' >&2; exit 255; }}\n{LOOK}\n{line}"
        ),
    );
    put_program(
        home,
        "bkill",
        &format!("{END}\necho 'Job <12> is being terminated'"),
    );
    home.append(".bash_profile", "PATH=\"$HOME/bin:$PATH\"\n");
}

fn whole_life(launcher: &str, reason: &str, asked: &str, play: impl Fn(&Home)) {
    let sshd = Sshd::start();
    play(sshd.home());
    let client = Client::of(&sshd);
    let lines = "cores = 2\nmemory = \"1G\"\ngpus = 1\nwalltime = \"1:00:00\"\npoll_seconds = 2";
    configure(&client, &format!("launcher = \"{launcher}\"\n{lines}"));
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert!(
        opened.seen.iter().any(|line| line.contains(reason)),
        "{:?}",
        opened.seen
    );
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert!(ready["job"]["id"].as_str().unwrap().starts_with("12"));
    assert!(ready["job"]["ends"].is_i64(), "{ready}");
    let calls = sshd.home().read("calls").unwrap();
    assert!(calls.contains(asked), "{calls}");
    opened.terminate();
    opened.wait_exit();
    let mut again = client.open("test");
    assert_eq!(again.wait_phase("ready")["reused"], true);
    again.terminate();
    again.wait_exit();
    stop(&client);
    assert!(sshd.empties_within(SOON), "{:?}", sshd.leftovers());
}

#[test]
fn openpbs() {
    whole_life(
        "pbs",
        "Insufficient amount of resource",
        "-l select=1:ncpus=2:mem=1gb:ngpus=1 -l walltime=1:00:00",
        |home| {
            pbs(home, "pbs_version = 23.06.06");
        },
    );
}

#[test]
fn torque() {
    whole_life(
        "pbs",
        "Insufficient amount of resource",
        "-l nodes=1:ppn=2:gpus=1 -l mem=1gb -l walltime=1:00:00",
        |home| {
            pbs(home, "Version: 6.1.2");
        },
    );
}

#[test]
fn lsf_by_its_manual() {
    whole_life(
        "lsf",
        "Not enough job slots",
        "-n 2 -R span[hosts=1] -M 1GB -R rusage[mem=1GB] -gpu num=1 -W 1:00",
        lsf,
    );
}

/// While LSF is down its commands say so, and try again for ever.
#[test]
fn a_scheduler_that_hangs_ends_a_click_and_no_wait() {
    let sshd = Sshd::start();
    let lsf = FakeScheduler::lsf(sshd.home());
    lsf.close_queue();
    let client = Client::of(&sshd);
    let waiting = Live::open(&client, |order| {
        order.host.launcher = LauncherKind::Lsf;
        order.host.poll_seconds = 2;
    });
    waiting.wait("queued", PATIENCE, |event| {
        matches!(event, Event::Phase(Phase::Queued)).then_some(())
    });
    lsf.stop_server();
    let other = Client::of(&sshd);
    configure(&other, "launcher = \"lsf\"");
    let event = fails(&other, 7, "scheduler_silent");
    let detail = event["detail"].as_str().unwrap();
    assert!(detail.contains("LSF is down"), "{event}");
    assert!(detail.contains("40 seconds"), "{event}");
    // What waits has been told, and has not logged in anew for it.
    waiting.wait("note", PATIENCE, |event| {
        assert!(!matches!(event, Event::Phase(Phase::Reconnecting)));
        matches!(event, Event::Note(text) if text.contains("returned no list")).then_some(())
    });
    lsf.start_server();
    lsf.open_queue();
    waiting.wait_ready();
    drop(waiting);
    configure(&client, "launcher = \"lsf\"");
    stop(&client);
    assert!(sshd.empties_within(SOON), "{:?}", sshd.leftovers());
}
