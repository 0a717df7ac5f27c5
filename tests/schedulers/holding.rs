//! Output of a kernel on a compute node while the connection is lost arrives after the return, once and in its order, over
//! the same websocket.

use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

use remote_jupyter::config::{Host, LauncherKind};

use super::*;
use crate::support::cluster::C1;
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

fn through(network: &Network) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, &LINES);
    client.know(network, Known::Right);
    client
}

/// A session with a server in a job on the first compute node.
fn open(client: &Client) -> Live {
    Live::open(client, |order| {
        order.host = Host {
            launcher: LauncherKind::Slurm,
            options: ["-w", C1].map(str::to_owned).into(),
            poll_seconds: 2,
            ..Host::named("test")
        };
    })
}

/// The holders on the node: their age stands before the server's place.
fn holders(cluster: &Cluster) -> Vec<String> {
    cluster.processes(C1, " 900 tcp 127.0.0.1 ")
}

fn wait_holder(cluster: &Cluster) {
    assert!(
        eventually(PATIENCE, || holders(cluster).len() == 1),
        "{:?}",
        holders(cluster)
    );
}

fn nothing_left(cluster: &Cluster) {
    let folders = || cluster.admin(C1, &["sh", "-c", "ls -d /tmp/rj-*-* 2>/dev/null || true"]);
    assert!(
        eventually(SOON, || holders(cluster).is_empty() && folders().is_empty()),
        "left: {:?} {}",
        holders(cluster),
        folders()
    );
}

/// A cell of the page's, whose first line has come.
fn begun(ready: &Value, seconds: u64) -> (JoinHandle<String>, Receiver<usize>) {
    let (reader, told) = counting(ready, seconds);
    told.recv_timeout(SOON).unwrap();
    (reader, told)
}

#[test]
fn every_line_from_a_node_arrives_after_a_network_that_swallows_everything() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let network = Network::to(&cluster);
    let client = through(&network);
    let live = open(&client);
    let ready = live.wait_ready();
    assert_eq!(ready["server"]["host"], C1);
    wait_holder(&cluster);
    let mode = "stat -c '%a %U' /tmp/rj-*-* /tmp/rj-*-*/sock";
    let modes = cluster.admin(C1, &["sh", "-c", mode]);
    assert_eq!(modes, "700 rj-test\n600 rj-test\n");
    let (reader, told) = begun(&ready, seconds() + 15);
    network.silence();
    std::thread::sleep(Duration::from_secs(seconds()));
    let before = told.try_iter().last();
    network.restore();
    live.handle.check();
    live.wait_ready();
    println!("{before:?} lines until the return");
    assert_eq!(reader.join().unwrap(), all_lines(seconds() + 15));
    assert_eq!(holders(&cluster).len(), 1, "the same one");
    drop(live);
    nothing_left(&cluster);
}

#[test]
fn every_line_from_a_node_arrives_after_sessions_that_were_cut_again_and_again() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let live = open(&client);
    let ready = live.wait_ready();
    wait_holder(&cluster);
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
    // A page that is open when the tunnel is closed leaves nothing either.
    let (reader, _told) = begun(&ready, 60);
    drop(live);
    nothing_left(&cluster);
    drop(reader);
}

#[test]
fn a_page_goes_on_with_new_websockets_when_the_holder_on_its_node_is_gone() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let live = open(&client);
    let ready = live.wait_ready();
    wait_holder(&cluster);
    let find = ["pgrep", "-f", " 900 tcp 127.0.0.1 "];
    let pid_of_holder = || cluster.try_admin(C1, &find).stdout;
    let before = pid_of_holder();
    cluster.admin(C1, &["kill", "-KILL", before.trim()]);
    let is_another = || {
        let now = pid_of_holder();
        !now.is_empty() && now != before
    };
    assert!(eventually(PATIENCE, is_another));
    wait_holder(&cluster);
    let (reader, _told) = begun(&ready, 1);
    assert_eq!(reader.join().unwrap(), all_lines(1));
    drop(live);
    // What the killed one left is gone, too.
    nothing_left(&cluster);
}

/// The Python that runs there can be started no more: neither the server's own nor another one.
#[test]
fn where_a_node_has_no_python_websockets_travel_as_ever() {
    let cluster = Cluster::start(&[Scheduler::Slurm]);
    let client = Client::of(&cluster);
    let live = open(&client);
    let ready = live.wait_ready();
    let made = http::post(&ready, "api/kernels", "{}");
    let kernel: Value = serde_json::from_str(&made.body).unwrap();
    drop(live);
    nothing_left(&cluster);
    let hide = "for p in $(command -v python3) $(readlink -f /proc/$0/exe); do mount --bind /bin/false $p; done";
    let pid = ready["server"]["pid"].to_string();
    cluster.admin(C1, &["sh", "-c", hide, &pid]);
    let live = open(&client);
    let ready = live.wait_ready();
    assert_eq!(ready["reused"], true);
    let (reader, _told) = counting_in(&ready, kernel["id"].as_str().unwrap(), 1);
    assert_eq!(reader.join().unwrap(), all_lines(1));
    assert_eq!(holders(&cluster), [""; 0]);
}
