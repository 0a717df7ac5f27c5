//! Time of a click, side by side with what a person would do by hand: in one run, in turns, medians.
//!
//! A figure means something only next to its comparator from the same run: the machine may be slow or busy.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../network/mod.rs"]
#[allow(dead_code)]
mod network;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use network::Delayed;
use support::process::{self, PATIENCE};
use support::{Client, Key, Known, Opened, Options, Sshd, eventually, http, jupyter_venv};

const WARM_ROUNDS: usize = 11;
const COLD_ROUNDS: usize = 5;
/// Each way, so that a round trip is twice that.
const DELAY: Duration = Duration::from_millis(20);
/// The same on the way to a jump host.
const HOP_DELAY: Duration = Duration::from_millis(40);
/// The phases whose times are told, each up to the next.
const PHASES: [&str; 6] = [
    "resolving",
    "connecting",
    "authenticating",
    "finding",
    "forwarding",
    "ready",
];

fn main() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let far = Delayed::before(&sshd, DELAY);
    client.add_host("far", &far, Key::Ed25519);
    client.know_also(&far, Known::Right);
    println!("\n| measured | median | by hand | median | ratio | difference |");
    println!("|---|---|---|---|---|---|");
    cold(&sshd, &client);
    let mut jupyter = started_by_hand(
        &sshd,
        &sshd.home().path().join(".local/share/jupyter/runtime"),
    );
    jupyter.wait_until_up();
    let near = warm(&sshd, &client, "test", "warm click");
    let distant = warm(&sshd, &client, "far", "warm click, 40 ms round trip");
    let hopped = through_a_hop(&sshd, &client);
    standing(&sshd, &client);
    drop(jupyter);
    println!(
        "\n| a warm click's parts, ms | {} |",
        PHASES[..5].join(" | ")
    );
    println!("|---|---|---|---|---|---|");
    split("no delay", &near);
    split("40 ms round trip", &distant);
    split("behind a jump host, 80 ms", &hopped);
}

/// One click: how long to the `ready` event, from the start of the process, and its events.
fn click(client: &Client, host: &str) -> (Duration, Opened) {
    let began = Instant::now();
    let mut opened = client.open(host);
    opened.wait_phase("ready");
    (began.elapsed(), opened)
}

fn close(opened: &mut Opened) {
    opened.interrupt();
    opened.wait_exit();
}

/// Against Jupyter's own start by hand in the same home, without any SSH.
fn cold(sshd: &Sshd, client: &Client) {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..COLD_ROUNDS {
        let (time, mut opened) = click(client, "test");
        ours.push(time);
        close(&mut opened);
        let stopped = client.run(&["stop", "test"]);
        assert_eq!(stopped.code, Some(0), "{stopped}");
        let folder = tempfile::tempdir().unwrap();
        let began = Instant::now();
        started_by_hand(sshd, folder.path()).wait_until_up();
        theirs.push(began.elapsed());
    }
    row("cold click", ours, "Jupyter's own start", theirs);
}

/// Against three calls of `ssh` that do the same work. Gives the phases' times of each round.
fn warm(sshd: &Sshd, client: &Client, host: &str, what: &str) -> Vec<[u64; 6]> {
    let (mut ours, mut theirs, mut splits) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..WARM_ROUNDS {
        let (time, mut opened) = click(client, host);
        ours.push(time);
        splits.push(phase_times(&opened));
        close(&mut opened);
        let local = support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into());
        let mut script = client.bare(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/benches/clicks/three-ssh"
        ));
        script
            .arg(client.path("ssh_config"))
            .args([host, &local.port().to_string()]);
        let began = Instant::now();
        process::must(&mut script);
        theirs.push(began.elapsed());
        // The third ssh stays in the background until its connection is gone.
        sshd.drop_connections();
    }
    row(what, ours, "three `ssh` calls", theirs);
    splits
}

/// Against one `ssh` through the same jump host that does nothing there.
fn through_a_hop(sshd: &Sshd, client: &Client) -> Vec<[u64; 6]> {
    let jump_host = Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    });
    let far = Delayed::before(&jump_host, HOP_DELAY);
    client.add_host("bastion", &far, Key::Ed25519);
    client.know_also(&far, Known::Right);
    client.add_host_with("behind", sshd, Key::Ed25519, &["ProxyJump bastion"]);
    let (mut ours, mut theirs, mut splits) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..WARM_ROUNDS {
        let (time, mut opened) = click(client, "behind");
        ours.push(time);
        splits.push(phase_times(&opened));
        close(&mut opened);
        let began = Instant::now();
        client.ssh_run("behind", "true");
        theirs.push(began.elapsed());
    }
    let (most, least) = (median(ours.clone()), median(theirs.clone()));
    let what = "warm click behind a jump host, 80 ms round trip";
    row(what, ours, "`ssh -J JUMPHOST HOST true`", theirs);
    let allowed = least + 2 * 2 * HOP_DELAY;
    assert!(most <= allowed, "{most:?} is more than {allowed:?}");
    splits
}

fn phase_times(opened: &Opened) -> [u64; 6] {
    let events: Vec<serde_json::Value> = opened
        .seen
        .iter()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    PHASES.map(|phase| {
        let event = events
            .iter()
            .find(|event| event["phase"] == phase && event["note"].is_null());
        event
            .and_then(|event| event["at_ms"].as_u64())
            .expect(phase)
    })
}

fn split(what: &str, rounds: &[[u64; 6]]) {
    let parts = (0..5).map(|n| {
        let mut times: Vec<u64> = rounds.iter().map(|at| at[n + 1] - at[n]).collect();
        times.sort_unstable();
        times[times.len() / 2].to_string()
    });
    println!("| {what} | {} |", parts.collect::<Vec<_>>().join(" | "));
}

/// Costs of a tunnel while nothing goes through it, beside `ssh -N -L`.
fn standing(sshd: &Sshd, client: &Client) {
    let (_, mut opened) = click(client, "test");
    let local = support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into());
    let forward = format!("{}:localhost:1", local.port());
    let mut ssh = client.ssh(&["-N", "-L", &forward, "test"]);
    let mut ssh = ssh.stderr(Stdio::null()).spawn().unwrap();
    assert!(eventually(PATIENCE, || std::net::TcpStream::connect(local).is_ok()));
    let before = [opened.pid(), ssh.id()].map(ticks);
    std::thread::sleep(Duration::from_secs(10));
    let after = [opened.pid(), ssh.id()].map(ticks);
    let memory = [opened.pid(), ssh.id()].map(resident);
    let ratio = memory[0] / memory[1];
    println!(
        "| processor time of an open tunnel in 10 s | {} ms | `ssh -N -L` | {} ms | | |",
        (after[0] - before[0]) * 10,
        (after[1] - before[1]) * 10
    );
    println!(
        "| its resident memory | {:.1} MiB | `ssh -N -L` | {:.1} MiB | {ratio:.2} | |",
        memory[0], memory[1]
    );
    let _ = ssh.kill();
    let _ = ssh.wait();
    close(&mut opened);
    sshd.drop_connections();
}

fn ticks(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let after_name = stat.rsplit(") ").next().unwrap_or_default();
    let used = after_name.split(' ').skip(11).take(2);
    used.filter_map(|word| word.parse::<u64>().ok()).sum()
}

/// In MiB.
fn resident(pid: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kib.unwrap_or(f64::NAN) / 1024.0
}

fn row(what: &str, ours: Vec<Duration>, started_by_hand: &str, theirs: Vec<Duration>) {
    let (ours, theirs) = (median(ours), median(theirs));
    let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
    let more = ours.as_secs_f64() - theirs.as_secs_f64();
    println!(
        "| {what} | {} ms | {started_by_hand} | {} ms | {ratio:.2} | {more:+.2} s |",
        ours.as_millis(),
        theirs.as_millis()
    );
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// A Jupyter started without us, with the options that we start it with. Dropping it ends it.
struct ByHand {
    jupyter: Child,
    port: u16,
}

fn started_by_hand(sshd: &Sshd, runtime: &Path) -> ByHand {
    let port = support::sshd::free_port(std::net::Ipv4Addr::LOCALHOST.into()).port();
    let bin = jupyter_venv().join("bin");
    let path = format!("{}:/usr/bin:/bin", bin.display());
    let log = process::scratch();
    let jupyter = Command::new(bin.join("jupyter-lab"))
        .args(["--no-browser", "--ip=127.0.0.1", "--port-retries=0"])
        .arg(format!("--port={port}"))
        .env_clear()
        .envs([("PATH", path.as_str()), ("JUPYTER_TOKEN", "benchmark")])
        .env("HOME", sshd.home().path())
        .env("JUPYTER_RUNTIME_DIR", runtime)
        .current_dir(sshd.home().path())
        .stdin(Stdio::null())
        .stdout(log.try_clone().unwrap())
        .stderr(log)
        .spawn()
        .unwrap();
    ByHand { jupyter, port }
}

impl ByHand {
    fn wait_until_up(&mut self) {
        let url = format!("http://127.0.0.1:{}/api/status?token=benchmark", self.port);
        let up = || http::try_get(&url).is_ok_and(|reply| reply.status == 200);
        assert!(eventually(PATIENCE, up), "no Jupyter");
    }
}

impl Drop for ByHand {
    fn drop(&mut self) {
        let _ = self.jupyter.kill();
        let _ = self.jupyter.wait();
    }
}
