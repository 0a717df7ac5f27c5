//! The time of a job: told before it is up and when it is, started again, put off where the scheduler lets somebody do
//! that.
//!
//! The test runner goes by names, and this room has the longest one (a job of three minutes): it had better not be last.

use super::*;
use crate::support::cluster::LOGIN;
use crate::support::{FakeScheduler, Home, Opened, Sshd, http};

/// An event that says this about the time.
fn wait_walltime(opened: &mut Opened, what: &str, patience: Duration) -> Value {
    let began = std::time::Instant::now();
    loop {
        let left = patience.saturating_sub(began.elapsed());
        let event = opened.wait_phase_within("ready", left);
        if event["walltime"] == what {
            return event;
        }
    }
}

fn ends(event: &Value) -> i64 {
    event["job"]["ends"].as_i64().unwrap()
}

fn extend(client: &Client, more: &[&str]) -> Finished {
    client.run_within(&[&["extend", "test"], more].concat(), PATIENCE)
}

fn refuses(client: &Client, words: &str) {
    let out = extend(client, &["0:10:00"]);
    assert_eq!(out.code, Some(7), "{out}");
    assert!(out.stderr.contains(words), "{out}");
}

/// Two minutes before the end of three, once whoever listens; then at the end; and then the command that is named for it.
#[test]
fn time_that_runs_out_is_told_and_the_job_started_again_with_the_same_notebook() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"slurm\"\nwalltime = \"0:03:00\"");
    cluster.home().write("a b.ipynb", "{}");
    let notebook = ["--notebook", "a b.ipynb"];
    let mut opened = client.open_with("test", &notebook);
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let calls_before = calls(&cluster, &["squeue"]).len();
    let short = wait_walltime(&mut opened, "short", PATIENCE);
    let note = short["note"].as_str().unwrap();
    assert!(note.contains("time limit in 2 min"), "{short}");
    assert_eq!(ends(&short), ends(&ready));
    assert_eq!(
        calls(&cluster, &["squeue"]).len(),
        calls_before,
        "nobody asked"
    );

    // Another program, and another connection, do not say it again.
    opened.terminate();
    opened.wait_exit();
    let mut again = client.open_with("test", &notebook);
    let job = again.wait_phase_within("ready", PATIENCE)["job"].clone();
    // The job's own environment and the list may say it a second apart.
    let moved = job["ends"].as_i64().unwrap() - ends(&ready);
    assert!(moved.abs() <= 2, "{moved}");
    let out = again.wait_exit_within(Duration::from_secs(220));
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(7), &"job_time_up".into()),
        "{out}"
    );
    assert!(!out.stdout.contains("\"walltime\":"), "{out}");
    let (title, remedy) = (
        event["title"].as_str().unwrap(),
        event["remedy"].as_str().unwrap(),
    );
    assert!(title.contains("reached its time limit (0:03:00)"), "{out}");
    let command = "`remote-jupyter open test --notebook 'a b.ipynb'`";
    assert!(remedy.contains(command), "{out}");

    let mut anew = client.open_with("test", &notebook);
    let ready = anew.wait_phase_within("ready", PATIENCE);
    assert_ne!(ready["job"]["id"], job["id"]);
    assert!(
        ready["url"].as_str().unwrap().contains("a%20b.ipynb"),
        "{ready}"
    );
    anew.terminate();
    anew.wait_exit();
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn slurm_lets_its_administrator_extend_a_job_and_says_so_to_others() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"slurm\"\nwalltime = \"1:00:00\"");
    refuses(&client, "has no running job with a time limit");
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let id = ready["job"]["id"].as_str().unwrap();
    let denied = format!("Access/permission denied for job {id}");
    refuses(&client, &denied);
    let refused = opened.wait_phase("ready");
    assert_eq!(refused["refused"]["detail"], denied.as_str(), "{refused}");
    // What somebody else grants is known with the next connection.
    let job = format!("JobId={id}");
    cluster.admin(LOGIN, &["scontrol", "update", &job, "TimeLimit=+60"]);
    cluster.admin(
        LOGIN,
        &[
            "sh",
            "-c",
            "pkill -KILL -f '^sshd(-session)?: rj-test' || true",
        ],
    );
    opened.wait_phase_within("reconnecting", PATIENCE);
    let again = opened.wait_phase_within("ready", PATIENCE);
    assert!((ends(&again) - ends(&ready) - 3600).abs() < 10, "{again}");
    opened.terminate();
    opened.wait_exit();
    refuses(&client, &denied);
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn grid_engine_has_no_command_for_that() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"sge\"\nwalltime = \"1:00:00\"");
    let mut opened = client.open("test");
    opened.wait_phase_within("ready", PATIENCE);
    refuses(&client, "Grid Engine has no command");
    opened.terminate();
    opened.wait_exit();
    refuses(&client, "Grid Engine has no command");
    stop(&client);
    nothing_queued(&client, Scheduler::Sge);
    assert_eq!(calls(&cluster, &["qalter"]), Vec::<f64>::new());
}

/// Grid Engine kills without a word, and too short a job is not warned of.
#[test]
fn grid_engine_ends_a_job_at_its_time_and_that_is_told() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"sge\"\nwalltime = \"0:00:40\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let out = opened.wait_exit_within(PATIENCE);
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(7), &"job_time_up".into()),
        "{out}"
    );
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed().unwrap().as_secs()).unwrap();
    assert!(
        now - ends(&ready) < 20,
        "told {} s late",
        now - ends(&ready)
    );
    assert!(!out.stdout.contains("\"walltime\":"), "{out}");
    nothing_queued(&client, Scheduler::Sge);
}

fn extension_is_asked_for_and_denied(
    launcher: &str,
    play: fn(&Home) -> FakeScheduler,
    asked: &str,
    denied: &str,
) {
    let sshd = Sshd::start();
    let fake = play(sshd.home());
    let client = Client::of(&sshd);
    configure(
        &client,
        &format!("launcher = \"{launcher}\"\nwalltime = \"0:30:10\""),
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let short = wait_walltime(&mut opened, "short", PATIENCE);
    assert!(short["note"].as_str().unwrap().contains("in 30 min"));

    refuses(&client, denied);
    fake.let_extend(true);
    let out = extend(&client, &["--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    let longer = wait_walltime(&mut opened, "extended", PATIENCE);
    let more = ends(&longer) - ends(&ready);
    assert!((3480..=3720).contains(&more), "{more}: {longer}");
    assert_eq!(ends(&out.last_event()), ends(&longer));
    let calls = fake.calls();
    assert!(calls.iter().any(|call| call.contains(asked)), "{calls:?}");
    // Who comes later knows it too.
    let status = client.run(&["status", "test", "--json"]).last_event();
    assert_eq!(status["job"]["ends"], longer["job"]["ends"]);
    assert_eq!(http::api(&ready, "api/status").status, 200);

    opened.terminate();
    opened.wait_exit();
    // Without a tunnel as well.
    let out = extend(&client, &["2:00:00"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(
        out.stderr.contains("3 h 2") || out.stderr.contains("3 h 3"),
        "{out}"
    );
    stop(&client);
    assert!(sshd.empties_within(SOON), "{:?}", sshd.leftovers());
}

#[test]
fn openpbs_takes_the_whole_time() {
    let denied = "Unauthorized Request";
    extension_is_asked_for_and_denied(
        "pbs",
        FakeScheduler::pbs,
        "qalter -l walltime=1:30:10 ",
        denied,
    );
}

#[test]
fn lsf_takes_the_whole_time() {
    let denied = "cannot be modified";
    extension_is_asked_for_and_denied("lsf", FakeScheduler::lsf, "bmod -W 1:3", denied);
}

/// The far side's clock is ten minutes ahead; what it says is true by ours all the same.
#[test]
fn a_clock_that_is_wrong_is_put_right() {
    let sshd = Sshd::start();
    let _fake = FakeScheduler::pbs(sshd.home());
    let date = "#!/bin/sh\nexec /bin/date -d '10 minutes' \"$@\"\n";
    sshd.home().write("bin/date", date);
    let file = sshd.home().path().join("bin/date");
    std::fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    sshd.home()
        .append(".bash_profile", "PATH=\"$HOME/bin:$PATH\"\n");
    let client = Client::of(&sshd);
    configure(&client, "launcher = \"pbs\"\nwalltime = \"2:00:00\"");
    for reused in [false, true] {
        let mut opened = client.open("test");
        let ready = opened.wait_phase_within("ready", PATIENCE);
        assert_eq!(ready["reused"], reused);
        let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
        // The player's own times are this machine's: by a clock that is ahead they are ten minutes old.
        let left = ends(&ready) - i64::try_from(now).unwrap();
        assert!((6500..=6605).contains(&left), "{left}");
        opened.terminate();
        opened.wait_exit();
    }
    stop(&client);
}
