//! Output of a kernel while the connection is lost arrives after the return, once and in its order, over the same websocket.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::scene::SOON;
use crate::support::counting::{all_lines, counting};
use crate::support::network::Network;
use crate::support::process::PATIENCE;
use crate::support::websocket::Websocket;
use crate::support::{Client, Key, Known, Live, Options, Sshd, eventually, http};

/// Seconds without a connection; longer by hand (`LOSS_SECONDS=240`).
fn seconds() -> u64 {
    let seconds = std::env::var("LOSS_SECONDS").ok();
    seconds.map_or(20, |seconds| seconds.parse().unwrap())
}

/// Notices a loss within seconds.
const LINES: [&str; 2] = ["ServerAliveInterval 1", "ServerAliveCountMax 2"];

fn client_through(network: &Network) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, &LINES);
    client.know(network, Known::Right);
    client
}

/// Lines of `ps` that begin with the process number.
fn holders(sshd: &Sshd) -> Vec<String> {
    let mut all = sshd.leftovers();
    all.retain(|line| line.contains("remote-jupyter/streams"));
    all
}

/// Returns true if the tunnel is connected to a holder. Elsewhere than on Linux only that there is one can be seen.
fn is_in_use(sshd: &Sshd) -> bool {
    let home = sshd.home().path().to_str().unwrap();
    match std::fs::read_to_string("/proc/net/unix") {
        Ok(sockets) => sockets.lines().any(|line| {
            let is_its = line.contains(home) && line.contains("remote-jupyter/streams");
            is_its && line.contains(" 03 ")
        }),
        Err(_) => has_one_holder(sshd),
    }
}

fn has_one_holder(sshd: &Sshd) -> bool {
    eventually(SOON, || holders(sshd).len() == 1)
}

/// Loses the connection for a while in the middle of a cell, and gives what the page has got in the end.
fn lose(sshd: &Sshd, client: &Client, lose: impl FnOnce(), restore: impl FnOnce()) {
    let live = Live::open(client, |_| ());
    let ready = live.wait_ready();
    assert!(has_one_holder(sshd));
    let (reader, told) = counting(&ready, seconds() + 15);
    told.recv_timeout(SOON).unwrap();
    lose();
    let began = Instant::now();
    std::thread::sleep(Duration::from_secs(seconds()));
    let before = told.try_iter().last();
    restore();
    live.handle.check();
    live.wait_ready();
    println!(
        "back after {:?}, with {before:?} lines until then",
        began.elapsed()
    );
    assert_eq!(reader.join().unwrap(), all_lines(seconds() + 15));
    assert_eq!(holders(sshd).len(), 1, "the same one");
    drop(live);
    assert!(
        eventually(PATIENCE, || holders(sshd).is_empty()),
        "left: {:?}",
        holders(sshd)
    );
    let left = client.ssh_run("test", "ls -A ~/.local/state/remote-jupyter/streams");
    assert_eq!(left.trim(), "");
}

#[test]
fn every_line_arrives_after_a_network_that_swallows_everything() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_through(&network);
    lose(&sshd, &client, || network.silence(), || network.restore());
}

#[test]
fn every_line_arrives_after_an_sshd_that_was_stopped() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_through(&network);
    lose(&sshd, &client, || sshd.freeze(), || sshd.thaw());
}

#[test]
fn every_line_arrives_after_connections_that_were_cut_again_and_again() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let (reader, told) = counting(&ready, 10);
    told.recv_timeout(SOON).unwrap();
    for _ in 0..4 {
        sshd.drop_connections();
        live.wait_lost(SOON);
        live.wait_ready();
    }
    assert_eq!(reader.join().unwrap(), all_lines(10));
}

#[test]
fn a_page_goes_on_with_new_websockets_when_its_holder_is_gone() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    // A process that is just becoming the holder may be seen before, and another one takes the place of one in use alone.
    assert!(eventually(PATIENCE, || is_in_use(&sshd)));
    let before = holders(&sshd);
    assert_eq!(before.len(), 1);
    let pid = before[0].split_whitespace().next().unwrap();
    client.ssh_run("test", &format!("kill -9 {pid}"));
    // Beside other tests a Python takes seconds to start, and a start that failed is tried again after five.
    let is_another = || holders(&sshd).len() == 1 && holders(&sshd) != before;
    assert!(eventually(PATIENCE, is_another));
    let (reader, _told) = counting(&ready, 1);
    assert_eq!(reader.join().unwrap(), all_lines(1));
}

/// Jupyter's own interval is 30 s, and its patience 90 s. It keeps what kernels say once it takes a websocket for dead.
#[test]
fn a_server_that_was_started_here_looks_after_its_websockets_often() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let made = http::post(&ready, "api/kernels", "{}");
    let kernel: Value = serde_json::from_str(&made.body).unwrap();
    let path = format!("api/kernels/{}/channels", kernel["id"].as_str().unwrap());
    let mut websocket = Websocket::open(&ready, &path);
    let began = Instant::now();
    websocket.wait_ping();
    websocket.wait_ping();
    websocket.wait_ping();
    let passed = began.elapsed();
    assert!(passed < Duration::from_secs(45), "{passed:?}");
}

/// `AllowStreamLocalForwarding no`: the holder starts, and cannot be reached.
#[test]
fn where_no_holder_can_be_reached_websockets_travel_as_ever() {
    let sshd = Sshd::with(&Options {
        config: vec!["AllowStreamLocalForwarding no".to_owned()],
        ..Options::default()
    });
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let (reader, _told) = counting(&ready, 1);
    assert_eq!(reader.join().unwrap(), all_lines(1));
}

#[test]
fn one_session_of_the_servers_is_enough_for_a_holder() {
    let sshd = Sshd::with(&Options {
        config: vec!["MaxSessions 1".to_owned()],
        ..Options::default()
    });
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    assert!(has_one_holder(&sshd));
    let (reader, told) = counting(&ready, 5);
    told.recv_timeout(SOON).unwrap();
    sshd.drop_connections();
    live.wait_lost(SOON);
    live.wait_ready();
    assert_eq!(reader.join().unwrap(), all_lines(5));
}
