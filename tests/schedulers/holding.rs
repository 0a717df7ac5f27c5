//! Output of a kernel on a compute node while the connection is lost arrives after the return, once and in its order, over
//! the same websocket: through a session to the node, and through a relay.

use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

use remote_jupyter::config::{Host, LauncherKind};

use super::*;
use crate::support::cluster::{C1, LOGIN};
use crate::support::counting::{all_lines, counting, counting_in};
use crate::support::network::Network;
use crate::support::{Key, Known, Live, http};

/// Seconds without a connection; longer by hand (`LOSS_SECONDS=240`).
fn seconds() -> u64 {
    let seconds = std::env::var("LOSS_SECONDS").ok();
    seconds.map_or(20, |seconds| seconds.parse().unwrap())
}

/// Notices a loss within seconds.
const LINES: [&str; 2] = ["ServerAliveInterval 1", "ServerAliveCountMax 2"];

/// In the command line of a holder: its age stands before the server's place.
pub const HOLDER: &str = " 900 tcp 127.0.0.1 ";

fn through(network: &Network) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, &LINES);
    client.know(network, Known::Right);
    client
}

/// A session with a server in a job on the first compute node.
fn open(client: &Client, scheduler: Scheduler) -> Live {
    let (launcher, options) = match scheduler {
        Scheduler::Slurm => (LauncherKind::Slurm, ["-w", C1]),
        Scheduler::Sge => (LauncherKind::Sge, ["-l", "hostname=c1"]),
    };
    Live::open(client, |order| {
        order.host = Host {
            launcher,
            options: options.map(str::to_owned).into(),
            // The fewest with which Grid Engine leads into a job.
            cores: Some(2),
            poll_seconds: 2,
            ..Host::named("test")
        };
    })
}

/// A cluster where nothing leads to the node but the scheduler.
fn closed(scheduler: Scheduler) -> Cluster {
    let cluster = Cluster::start(&[scheduler]);
    cluster.forbid_forwarding();
    cluster.end_sshd(C1);
    cluster
}

/// The process numbers of the holders on the node. One that is just being started still has an output.
fn holders(cluster: &Cluster) -> Vec<String> {
    let script = format!(
        "for pid in $(pgrep -f '{HOLDER}'); do [ \"$(readlink /proc/$pid/fd/1)\" != /dev/null ] || echo $pid; done"
    );
    let found = cluster.admin(C1, &["sh", "-c", &script]);
    found.lines().map(str::to_owned).collect()
}

/// The one holder on the node, once the tunnel is connected to it: another one takes the place of one in use alone.
fn holder(cluster: &Cluster) -> String {
    let mut found = Vec::new();
    let connected = ["grep", "-q", " 03 *[0-9]* /tmp/rj-", "/proc/net/unix"];
    let stands = || {
        found = holders(cluster);
        found.len() == 1 && cluster.try_admin(C1, &connected).code == Some(0)
    };
    assert!(
        eventually(PATIENCE, stands),
        "{:?}",
        cluster.processes(C1, HOLDER)
    );
    found.remove(0)
}

fn nothing_left(cluster: &Cluster) {
    let list = "ls -d /tmp/rj-*-* 2>/dev/null || true";
    let left = || {
        let mut left = cluster.processes(C1, HOLDER);
        left.extend(cluster.processes(LOGIN, HOLDER));
        left.extend([cluster.admin(C1, &["sh", "-c", list])]);
        left.retain(|line| !line.is_empty());
        left
    };
    assert!(eventually(SOON, || left().is_empty()), "left: {:?}", left());
}

/// A cell of the page's, whose first line has come.
fn begun(ready: &Value, seconds: u64) -> (JoinHandle<String>, Receiver<usize>) {
    let (reader, told) = counting(ready, seconds);
    told.recv_timeout(SOON).unwrap();
    (reader, told)
}

/// Loses the connection for a while in the middle of a cell.
fn lose(cluster: &Cluster, scheduler: Scheduler) {
    let network = Network::to(cluster);
    let client = through(&network);
    let live = open(&client, scheduler);
    let ready = live.wait_ready();
    assert_eq!(ready["server"]["host"], C1);
    let before = holder(cluster);
    let mode = "stat -c '%a %U' /tmp/rj-*-* /tmp/rj-*-*/sock";
    let modes = cluster.admin(C1, &["sh", "-c", mode]);
    assert_eq!(modes, "700 rj-test\n600 rj-test\n");
    let (reader, told) = begun(&ready, seconds() + 15);
    network.silence();
    std::thread::sleep(Duration::from_secs(seconds()));
    let lines = told.try_iter().last();
    network.restore();
    live.handle.check();
    live.wait_ready();
    println!("{lines:?} lines until the return");
    assert_eq!(reader.join().unwrap(), all_lines(seconds() + 15));
    assert_eq!(holder(cluster), before, "the same one");
    drop(live);
    nothing_left(cluster);
}

#[test]
fn every_line_from_a_node_arrives_after_a_network_that_swallows_everything() {
    lose(&Cluster::start(&[Scheduler::Slurm]), Scheduler::Slurm);
}

#[test]
fn every_line_through_slurm_arrives_after_a_network_that_swallows_everything() {
    lose(&closed(Scheduler::Slurm), Scheduler::Slurm);
}

#[test]
fn every_line_through_grid_engine_arrives_after_a_network_that_swallows_everything() {
    lose(&closed(Scheduler::Sge), Scheduler::Sge);
}

#[test]
fn every_line_from_a_node_arrives_after_sessions_that_were_cut_again_and_again() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let live = open(&client, Scheduler::Slurm);
    let ready = live.wait_ready();
    let before = holder(&cluster);
    let (reader, _told) = begun(&ready, 20);
    let cut_node = [
        "sh",
        "-c",
        "pkill -KILL -f '^sshd(-session)?: rj-test' || true",
    ];
    for _ in 0..2 {
        // The node's session alone, and then all of it.
        cluster.admin(C1, &cut_node);
        live.wait_lost(SOON);
        live.wait_ready();
        cluster.drop_connections();
        live.wait_lost(SOON);
        live.wait_ready();
    }
    assert_eq!(reader.join().unwrap(), all_lines(20));
    assert_eq!(holder(&cluster), before);
    // A page that is open when the tunnel is closed leaves nothing either.
    let _still_open = begun(&ready, 60);
    drop(live);
    nothing_left(&cluster);
}

/// The processes of the relay on the node: one that is no holder's.
fn relays(cluster: &Cluster) -> Vec<String> {
    let all = cluster.try_admin(C1, &["pgrep", "-f", "bytes.fromhex"]);
    let holders = holders(cluster);
    let mut all: Vec<String> = all.stdout.lines().map(str::to_owned).collect();
    all.retain(|pid| !holders.contains(pid));
    all
}

#[test]
fn every_line_through_slurm_arrives_after_connections_and_steps_that_were_cut_again_and_again() {
    let cluster = closed(Scheduler::Slurm);
    let client = Client::of(&cluster);
    let live = open(&client, Scheduler::Slurm);
    let ready = live.wait_ready();
    let before = holder(&cluster);
    let (reader, _told) = begun(&ready, 30);
    for _ in 0..2 {
        cluster.drop_connections();
        live.wait_lost(SOON);
        live.wait_ready();
        assert!(eventually(PATIENCE, || relays(&cluster).len() == 1));
        let relay = relays(&cluster);
        cluster.admin(C1, &["kill", "-KILL", &relay[0]]);
        // The page's next word, or ours, begins it again.
        let is_another = || relays(&cluster).iter().any(|one| *one != relay[0]);
        assert!(eventually(PATIENCE, is_another));
    }
    assert_eq!(reader.join().unwrap(), all_lines(30));
    assert_eq!(holder(&cluster), before);
    let _still_open = begun(&ready, 60);
    drop(live);
    nothing_left(&cluster);
}

/// Kills the holder.
fn goes_on(cluster: &Cluster) {
    let client = Client::of(cluster);
    let live = open(&client, Scheduler::Slurm);
    let ready = live.wait_ready();
    let before = holder(cluster);
    cluster.admin(C1, &["kill", "-KILL", &before]);
    let is_another = || {
        let now = holders(cluster);
        !now.is_empty() && !now.contains(&before)
    };
    assert!(eventually(PATIENCE, is_another));
    holder(cluster);
    let (reader, _told) = begun(&ready, 1);
    assert_eq!(reader.join().unwrap(), all_lines(1));
    drop(live);
    // What the killed one left is gone, too.
    nothing_left(cluster);
}

#[test]
fn a_page_goes_on_with_new_websockets_when_the_holder_on_its_node_is_gone() {
    goes_on(&Cluster::start(&[Scheduler::Slurm]));
}

#[test]
fn a_page_goes_on_with_new_websockets_when_the_holder_in_its_job_is_gone() {
    goes_on(&closed(Scheduler::Slurm));
}

/// The Python that runs there can be started no more: neither the server's own nor another one.
#[test]
fn where_a_node_has_no_python_websockets_travel_as_ever() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let live = open(&client, Scheduler::Slurm);
    let ready = live.wait_ready();
    let made = http::post(&ready, "api/kernels", "{}");
    let kernel: Value = serde_json::from_str(&made.body).unwrap();
    holder(&cluster);
    drop(live);
    nothing_left(&cluster);
    let hide = "for p in $(command -v python3) $(readlink -f /proc/$0/exe); do mount --bind /bin/false $p; done";
    let pid = ready["server"]["pid"].to_string();
    cluster.admin(C1, &["sh", "-c", hide, &pid]);
    let live = open(&client, Scheduler::Slurm);
    let ready = live.wait_ready();
    assert_eq!(ready["reused"], true);
    let (reader, _told) = counting_in(&ready, kernel["id"].as_str().unwrap(), 1);
    assert_eq!(reader.join().unwrap(), all_lines(1));
    assert_eq!(cluster.processes(C1, HOLDER), [""; 0]);
}
