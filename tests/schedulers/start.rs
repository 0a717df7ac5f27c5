//! From a click to a page on a compute node, and back.

use super::*;
use crate::support::cluster::{C1, C2, LOGIN, PORT, run_jupyter_sh};
use crate::support::http;

/// The word of `args` in these hosts.
const WORD: &str = "--ServerApp.custom_display_url=http://a b;$(touch injected)'";

/// A click, a page, a second click, what others may see, and the end. The submission itself waits for the job's end, as a
/// user's own options or `#SBATCH` lines may have it do.
fn whole_life(scheduler: Scheduler, lines: &str, node: &str) {
    let cluster = Cluster::start(&[scheduler]);
    let client = Client::of(&cluster);
    configure(&client, lines);
    let mut cold = client.open("test");
    let first = cold.wait_phase_within("ready", PATIENCE);
    let phases = cold.phases();
    // "starting" is seen only if a look comes between the job's start and its server's.
    for phase in ["submitting", "queued", "forwarding"] {
        assert!(phases.iter().any(|p| p == phase), "{phase}: {phases:?}");
    }
    assert_eq!(first["server"]["host"], node);
    // A further option for Jupyter arrives on the node as one word.
    let server = cluster.processes(node, "jupyter-lab");
    assert!(server.iter().any(|line| line.contains(WORD)), "{server:?}");
    assert_eq!(http::api(&first, "api/status").status, 200);
    let token = http::token(first["url"].as_str().unwrap()).unwrap();
    let id = first["job"]["id"].as_str().unwrap().to_owned();
    assert_eq!(jobs(&client, scheduler), [id.as_str()]);
    // An hour was asked for.
    let ends = first["job"]["ends"].as_i64().unwrap();
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let left = ends - i64::try_from(now).unwrap();
    assert!((3400..=3700).contains(&left), "{left}");
    assert_secret(&cluster, &client, scheduler, &id, &token);

    cold.terminate();
    cold.wait_exit();
    let mut warm = client.open("test");
    let again = warm.wait_phase("ready");
    assert_eq!(again["reused"], true);
    assert_eq!(again["server"], first["server"]);
    assert_eq!(again["job"]["id"], id.as_str());
    let status = client.run(&["status", "test"]);
    assert!(
        status.stdout.contains(&format!("job {id} · 59 min left")),
        "{status}"
    );
    warm.terminate();
    warm.wait_exit();

    stop(&client);
    nothing_queued(&client, scheduler);
    let alive = cluster.try_admin(node, &["pgrep", "-f", "jupyter-lab"]);
    assert_eq!(alive.code, Some(1), "{alive}");
    let logs = client.run(&["logs", "test"]);
    assert!(logs.stdout.contains("is running at"), "{logs}");
    assert!(!logs.stdout.contains(&token), "a log without the token");
}

/// The token stands in nothing that another account can read: not in the job's record, not in an argument.
fn assert_secret(cluster: &Cluster, client: &Client, scheduler: Scheduler, id: &str, token: &str) {
    let record = match scheduler {
        Scheduler::Sge => format!("qstat -j {id}"),
        Scheduler::Slurm => format!("scontrol show job {id}; scontrol write batch_script {id} -"),
    };
    let record = client.ssh_run("test", &record);
    assert!(record.contains(id) && !record.contains(token), "{record}");
    for node in [LOGIN, C1, C2] {
        let arguments = cluster.admin(node, &["ps", "-eo", "args"]);
        assert!(!arguments.contains(token), "{node}");
    }
    let folder = client.ssh_run(
        "test",
        "cd ~/.local/state/remote-jupyter/jobs/* && stat -c '%a %n' . ready log",
    );
    assert_eq!(folder, "700 .\n600 ready\n600 log\n");
    let other = cluster.try_admin(
        LOGIN,
        &[
            "runuser",
            "-l",
            "rj-other",
            "-c",
            "ls ~rj-test/.local/state/remote-jupyter/jobs",
        ],
    );
    assert_ne!(other.code, Some(0), "{other}");
}

#[test]
fn slurm_from_a_click_to_a_page_and_back() {
    let lines = "launcher = \"slurm\"\ncores = 2\nmemory = \"100M\"\nwalltime = \"1:00:00\"\noptions = [\"-w\", \"c1\", \"--wait\"]";
    let lines = &format!("{lines}\nargs = [\"{WORD}\"]");
    whole_life(Scheduler::Slurm, lines, C1);
}

#[test]
fn grid_engine_from_a_click_to_a_page_and_back() {
    let lines = "launcher = \"sge\"\nqueue = \"all.q\"\ncores = 2\nwalltime = \"1:00:00\"\noptions = [\"-l\", \"hostname=c2\", \"-sync\", \"y\"]";
    let lines = &format!("{lines}\nargs = [\"{WORD}\"]");
    whole_life(Scheduler::Sge, lines, C2);
}

/// The five settings of the script of 2020, and its job script as it was.
const OF_2020: &str = "launcher = \"sge\"\nremote_port = 8888\nparallel_environment = \"smp\"\ncores = 4\n\
    options = [\"-l\", \"hostname=login\"]\njob_script = \"run_jupyter.sh\"\npoll_seconds = 2";

#[test]
fn the_script_of_2020_submits_the_same_line_and_its_job_is_found_again() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    run_jupyter_sh(cluster.home());
    configure(&client, OF_2020);
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["port"], PORT);
    assert_eq!(ready["server"]["host"], LOGIN);
    let line = " qsub -terse -N jupyter_nb -pe smp 4 -l hostname=login run_jupyter.sh";
    let submitted = cluster.calls();
    assert!(
        submitted.iter().any(|call| call.ends_with(line)),
        "{submitted:?}"
    );
    // What it says is where its own `#$` lines put it, through the tunnel's program and without one.
    shows_the_scripts_own_log(&client);
    opened.terminate();
    opened.wait_exit();
    shows_the_scripts_own_log(&client);
    let mut again = client.open("test");
    assert_eq!(again.wait_phase("ready")["reused"], true);
    again.terminate();
    again.wait_exit();
    assert_eq!(jobs(&client, Scheduler::Sge).len(), 1);
    stop(&client);
    nothing_queued(&client, Scheduler::Sge);
}

fn shows_the_scripts_own_log(client: &Client) {
    let logs = client.run(&["logs", "test"]);
    assert!(logs.stderr.contains("/home/rj-test/sge.log"), "{logs}");
    assert!(logs.stdout.contains("is running at"), "{logs}");
}

#[test]
fn a_job_that_was_submitted_by_hand_is_used() {
    let cluster = Cluster::start(&[Scheduler::Sge]);
    let client = Client::of(&cluster);
    run_jupyter_sh(cluster.home());
    configure(&client, OF_2020);
    client.ssh_run(
        "test",
        "qsub -N jupyter_nb -pe smp 4 -l hostname=login run_jupyter.sh",
    );
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["port"], PORT);
    assert_eq!(jobs(&client, Scheduler::Sge).len(), 1, "and no second one");
    shows_the_scripts_own_log(&client);
    opened.terminate();
    opened.wait_exit();
    shows_the_scripts_own_log(&client);
}

#[test]
fn a_job_that_is_ended_under_its_tunnel_is_told() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"slurm\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let id = ready["job"]["id"].as_str().unwrap();
    client.ssh_run("test", &format!("scancel {id}"));
    nothing_queued(&client, Scheduler::Slurm);
    let port = ready["local_port"].as_u64().unwrap();
    assert!(http::try_get(&format!("http://localhost:{port}/api")).is_err());
    let out = opened.wait_exit_within(PATIENCE);
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(7), &"job_ended".into()),
        "{out}"
    );
    // And to whoever was away meanwhile.
    let status = client.run(&["status", "test"]);
    assert!(
        status.stdout.contains("was terminated from outside"),
        "{status}"
    );
}

/// The cores are free again; whoever has left the tunnel open is told why.
#[test]
fn a_job_that_nobody_uses_ends_with_its_server() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    configure(&client, "launcher = \"slurm\"\nidle_stop = \"5s\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    let port = u16::try_from(ready["local_port"].as_u64().unwrap()).unwrap();
    // Jupyter looks once a minute. Connections without a request are no use of it, and find out soon that it is gone.
    assert!(eventually(PATIENCE, || {
        let _ = std::net::TcpStream::connect(("127.0.0.1", port));
        !opened.is_running()
    }));
    let out = opened.wait_exit_within(SOON);
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(6), &"idle_ended".into()),
        "{out}"
    );
    nothing_queued(&client, Scheduler::Slurm);
}
