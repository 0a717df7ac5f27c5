//! Jobs that wait.

use super::*;
use crate::support::cluster::{LOGIN, OTHER};
use crate::support::live::Live;
use remote_jupyter::config::{Host, LauncherKind};
use remote_jupyter::session::{Event, Shared};

fn waiting(scheduler: Scheduler, lines: &str) -> (Cluster, Client) {
    let cluster = Cluster::start(&[scheduler]);
    let client = Client::of(&cluster);
    cluster.close_queue(scheduler);
    configure(&client, lines);
    (cluster, client)
}

#[test]
fn the_wait_goes_on_with_the_same_job_after_the_program_and_after_the_connection() {
    the_wait_goes_on("libssh2");
}

/// The system's `ssh` closes the channels of a connection that it has lost before it ends itself.
#[test]
fn the_wait_goes_on_over_the_systems_ssh_too() {
    the_wait_goes_on("openssh");
}

fn the_wait_goes_on(transport: &str) {
    let keys = "launcher = \"slurm\"\npoll_seconds = 3";
    let keys = format!("{keys}\ntransport = \"{transport}\"");
    let (cluster, client) = waiting(Scheduler::Slurm, &keys);
    let mut first = client.open("test");
    first.wait_phase("queued");
    assert!(eventually(SOON, || jobs(&client, Scheduler::Slurm).len() == 1));
    // A terminal that closes leaves the job.
    first.terminate();
    first.wait_exit();
    let before = jobs(&client, Scheduler::Slurm);
    assert_eq!(before.len(), 1);

    let mut second = client.open("test");
    second.wait_phase("queued");
    assert_eq!(jobs(&client, Scheduler::Slurm), before, "no second one");
    // The laptop loses its connection while the job waits.
    cluster.admin(
        LOGIN,
        &[
            "sh",
            "-c",
            "pkill -KILL -f '^sshd(-session)?: rj-test' || true",
        ],
    );
    second.wait_phase_within("reconnecting", PATIENCE);
    second.wait_phase_within("queued", PATIENCE);
    cluster.open_queue(Scheduler::Slurm);
    let ready = second.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["job"]["id"], before[0].as_str());
    second.terminate();
    second.wait_exit();
    stop(&client);
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn two_clicks_make_one_job() {
    let (cluster, client) = waiting(Scheduler::Sge, "launcher = \"sge\"");
    let other = Client::of(&cluster);
    configure(&other, "launcher = \"sge\"");
    let mut clicks = [client.open("test"), other.open("test")];
    for click in &mut clicks {
        click.wait_phase("queued");
    }
    assert_eq!(jobs(&client, Scheduler::Sge).len(), 1);
    cluster.open_queue(Scheduler::Sge);
    let pids: Vec<Value> = clicks
        .iter_mut()
        .map(|click| click.wait_phase_within("ready", PATIENCE)["server"]["pid"].clone())
        .collect();
    assert_eq!(pids[0], pids[1]);
    for click in &mut clicks {
        click.terminate();
        click.wait_exit();
    }
    stop(&client);
    nothing_queued(&client, Scheduler::Sge);
}

#[test]
fn ctrl_c_takes_the_job_out_of_the_queue_at_once() {
    for scheduler in [Scheduler::Sge, Scheduler::Slurm] {
        let word = if scheduler == Scheduler::Sge {
            "sge"
        } else {
            "slurm"
        };
        // The next question comes after the bound below.
        let lines = format!("launcher = \"{word}\"\npoll_seconds = 60");
        let (_cluster, client) = waiting(scheduler, &lines);
        let mut opened = client.open("test");
        opened.wait_phase("queued");
        assert!(eventually(SOON, || jobs(&client, scheduler).len() == 1));
        let began = std::time::Instant::now();
        opened.interrupt();
        opened.wait_exit();
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        assert_eq!(jobs(&client, scheduler), Vec::<String>::new());
    }
}

#[test]
fn a_stop_from_another_terminal_ends_the_wait() {
    let (_cluster, client) = waiting(Scheduler::Slurm, "launcher = \"slurm\"");
    let mut opened = client.open("test");
    opened.wait_phase("queued");
    let status = || client.run(&["status", "test"]).stdout;
    assert!(
        eventually(SOON, || status().contains("job ")),
        "{}",
        status()
    );
    stop(&client);
    assert_eq!(opened.wait_exit().code, Some(0));
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn the_scheduler_is_asked_as_seldom_as_the_person_wants() {
    let (cluster, client) = waiting(Scheduler::Slurm, "launcher = \"slurm\"\npoll_seconds = 6");
    let mut opened = client.open("test");
    opened.wait_phase("queued");
    std::thread::sleep(Duration::from_secs(32));
    opened.terminate();
    opened.wait_exit();
    let calls = calls(&cluster, &["sbatch", "squeue"]);
    let submitted = super::calls(&cluster, &["sbatch"]).pop().unwrap();
    let asked: Vec<f64> = calls.into_iter().filter(|at| *at > submitted).collect();
    // One soon after the submission, then every six seconds at most.
    assert!((3..=6).contains(&asked.len()), "{asked:?}");
    for pair in asked.windows(2) {
        assert!(pair[1] - pair[0] >= 5.9, "{asked:?}");
    }
}

/// A host of the same login, with a job of its own.
fn host(name: &str, poll_seconds: u32) -> Host {
    Host {
        ssh: Some("test".into()),
        launcher: LauncherKind::Slurm,
        options: vec!["-J".into(), name.into()],
        poll_seconds,
        ..Host::named(name)
    }
}

#[test]
fn hosts_of_one_login_ask_the_scheduler_together_and_as_seldom_as_any_of_them_wants() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    cluster.close_queue(Scheduler::Slurm);
    let process = Shared::default();
    let waiting: Vec<Live> = [("one", 4), ("two", 4), ("three", 8)]
        .map(|(name, poll)| {
            Live::open_beside(&client, &process, |order| order.host = host(name, poll))
        })
        .into();
    for session in &waiting {
        let told = |event: &Event| match event {
            Event::Job(job) => job.state.clone(),
            _ => None,
        };
        assert_eq!(session.wait("state", SOON, told), "PENDING");
    }
    let before = calls(&cluster, &["squeue"]).len();
    std::thread::sleep(Duration::from_secs(40));
    let asked = calls(&cluster, &["squeue"]).split_off(before);
    // Each by itself, they would ask 10, 10 and 5 times.
    assert!((3..=5).contains(&asked.len()), "{asked:?}");
    for pair in asked.windows(2) {
        assert!(pair[1] - pair[0] >= 7.9, "{asked:?}");
    }
    // And each hears what came of it.
    cluster.open_queue(Scheduler::Slurm);
    for session in &waiting {
        session.wait_ready();
    }
}

#[test]
fn a_job_that_an_administrator_holds_while_it_waits_keeps_its_place_and_goes_on() {
    let cluster = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let kinds = [
        (Scheduler::Slurm, LauncherKind::Slurm, "JobHeldAdmin"),
        (Scheduler::Sge, LauncherKind::Sge, ""),
    ];
    for (scheduler, launcher, reason) in kinds {
        cluster.close_queue(scheduler);
        let order = Host {
            launcher,
            options: vec![],
            ..host("test", 2)
        };
        let session = Live::open(&client, |open| open.host = order);
        let id = session.wait("state", SOON, |event| match event {
            Event::Job(job) => job.state.as_ref().map(|_| job.id.clone()),
            _ => None,
        });
        cluster.hold(scheduler, &id);
        let told = session.wait("hold", SOON, |event| match event {
            Event::Warning(text) if text.contains("is on hold") => Some(text.clone()),
            _ => None,
        });
        assert!(told.contains(&id) && told.contains(reason), "{told}");
        assert_eq!(jobs(&client, scheduler), [id.as_str()]);
        cluster.release(scheduler, &id);
        cluster.open_queue(scheduler);
        assert_eq!(session.wait_ready()["job"]["id"], id.as_str());
        drop(session);
        client.ssh_run("test", &format!("scancel {id}; qdel {id}; true"));
    }
}

/// Another account's job, which came first.
fn somebody_elses(cluster: &Cluster, submission: &str) {
    let command = format!("{submission} >/dev/null");
    cluster.admin(LOGIN, &["runuser", "-l", OTHER, "-c", &command]);
}

fn place(session: &Live) -> u32 {
    session.wait("place", PATIENCE, |event| match event {
        Event::Job(job) => job.place,
        _ => None,
    })
}

#[test]
fn the_place_in_the_queue_is_told() {
    let cluster = Cluster::start(&[Scheduler::Sge, Scheduler::Slurm]);
    let client = Client::of(&cluster);
    cluster.close_queue(Scheduler::Slurm);
    cluster.close_queue(Scheduler::Sge);
    somebody_elses(&cluster, "sbatch --wrap 'sleep 600'");
    somebody_elses(&cluster, "echo sleep 600 | qsub");
    for launcher in [LauncherKind::Slurm, LauncherKind::Sge] {
        let order = Host {
            launcher,
            options: vec![],
            ..host("test", 2)
        };
        let session = Live::open(&client, |open| open.host = order);
        assert_eq!(place(&session), 2, "{launcher:?}");
        session.handle.cancel();
        session.wait("end", SOON, |event| {
            matches!(event, Event::Closed).then_some(())
        });
    }

    // Where the site hides other accounts' jobs, ours looks like the first one.
    let hide = "echo PrivateData=jobs >>/etc/slurm/slurm.conf && scontrol reconfigure";
    cluster.admin(LOGIN, &["sh", "-c", hide]);
    configure(&client, "launcher = \"slurm\"\npoll_seconds = 2");
    let mut opened = client.open("test");
    opened.wait_phase("queued");
    let lists = calls(&cluster, &["squeue"]).len();
    let asked = || calls(&cluster, &["squeue"]).len() >= lists + 4;
    assert!(eventually(PATIENCE, asked));
    let status = client.run(&["status", "test", "--json"]).stdout;
    assert!(status.contains("\"place\":null"), "{status}");
    opened.interrupt();
    opened.wait_exit();
}

/// Both nodes are full for twenty and thirty minutes: Slurm's backfill plans the third job after the first of them.
#[test]
fn the_schedulers_own_estimate_is_told_where_both_nodes_are_full() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let lines = "launcher = \"slurm\"\npoll_seconds = 3\nwalltime = \"1:00:00\"\noptions = [\"--exclusive\"]";
    configure(&client, lines);
    let occupy = |minutes: u32| {
        let line = format!("sbatch --parsable -N1 --exclusive -t {minutes} --wrap 'sleep 3000'");
        client.ssh_run("test", &line).trim().to_owned()
    };
    let full = [occupy(20), occupy(30)];
    let end = |id: &str| {
        let line = format!("squeue -h -t RUNNING -j {id} -o %e | xargs -I@ date -d @ +%s");
        let told = client.ssh_run("test", &line);
        told.trim().parse::<i64>().ok()
    };
    assert!(eventually(SOON, || full.iter().all(|id| end(id).is_some())));
    let first = end(&full[0]).unwrap();

    let mut opened = client.open("test");
    opened.wait_phase("queued");
    let estimate = || {
        let status = client.run(&["status", "test", "--json"]);
        let state = status.json_lines().pop()?;
        state["job"]["start_estimate"].as_i64()
    };
    assert!(eventually(PATIENCE, || estimate().is_some()));
    let estimate = estimate().unwrap();
    assert!(
        (first - 120..first + 180).contains(&estimate),
        "{estimate}, {first}"
    );
    let words = client.run(&["status", "test"]).stdout;
    assert!(words.contains("starts ≈ "), "{words}");
    opened.interrupt();
    opened.wait_exit();
    client.ssh_run("test", &format!("scancel {}", full.join(" ")));
    nothing_queued(&client, Scheduler::Slurm);
}

#[test]
fn without_an_estimate_the_waits_before_say_how_long_it_takes() {
    let (cluster, client) = waiting(
        Scheduler::Sge,
        "launcher = \"sge\"\nqueue = \"all.q\"\npoll_seconds = 2",
    );
    let memory = || std::fs::read_to_string(client.path("state/remote-jupyter/state.toml"));
    let waits = || memory().unwrap_or_default().matches("[[waits.").count();
    for past in 0..3 {
        cluster.close_queue(Scheduler::Sge);
        let mut opened = client.open("test");
        opened.wait_phase("queued");
        cluster.open_queue(Scheduler::Sge);
        opened.wait_phase_within("ready", PATIENCE);
        opened.terminate();
        opened.wait_exit();
        stop(&client);
        nothing_queued(&client, Scheduler::Sge);
        assert_eq!(waits(), past + 1, "{:?}", memory());
    }
    cluster.close_queue(Scheduler::Sge);
    let mut opened = client.open("test");
    opened.wait_phase("queued");
    let status = || client.run(&["status", "test"]).stdout;
    assert!(
        eventually(SOON, || status().contains(" · usually ")),
        "{}",
        status()
    );
    opened.interrupt();
    opened.wait_exit();
    nothing_queued(&client, Scheduler::Sge);
}
