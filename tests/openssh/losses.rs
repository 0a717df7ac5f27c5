//! Connections of an `ssh` process that are lost: found, made again, and what was open goes on.

use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};

use crate::scene::{SOON, configure, text};
use crate::support::counting::{all_lines, counting};
use crate::support::network::Network;
use crate::support::process::pid_of;
use crate::support::{Client, Key, Known, Sshd, eventually, http};
use crate::user::{Users, client_of, processes};

fn client_through(network: &Network) -> Client {
    let client = Client::new();
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 2"];
    client.add_host_with("test", network, Key::Ed25519, &lines);
    client.know(network, Known::Right);
    configure(&client, "transport = \"openssh\"");
    client
}

#[test]
fn a_cut_connection_comes_back_on_the_same_port_and_websockets_go_on() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_through(&network);
    let mut opened = client.open("test");
    let before = opened.wait_phase("ready");
    let (reader, told) = counting(&before, 12);
    told.recv_timeout(SOON).unwrap();
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    let after = opened.wait_phase("ready");
    assert_eq!(before["url"], after["url"]);
    assert_eq!(http::api(&after, "api/status").status, 200);
    assert_eq!(reader.join().unwrap(), all_lines(12));
    assert_eq!(processes(&client).len(), 1, "{:?}", processes(&client));
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    assert!(processes(&client).is_empty());
}

#[test]
fn an_ssh_that_is_killed_is_a_loss_like_any_other() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    configure(&client, "transport = \"openssh\"");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let ssh = processes(&client);
    let pid = pid_of(&ssh[0]).parse().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
    opened.wait_phase_within("reconnecting", SOON);
    let after = opened.wait_phase("ready");
    assert_eq!(http::api(&after, "api/status").status, 200);
    assert_eq!(processes(&client).len(), 1);
}

/// An `ssh` that sends no heartbeats does not notice: the session asks the remote host itself.
#[test]
fn a_remote_host_that_falls_silent_is_found_through_the_users_connection_too() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    let shared = format!("ControlPath {}", client.path("cm-test").display());
    client.add_host_with("test", &network, Key::Ed25519, &[&shared]);
    client.know(&network, Known::Right);
    let users = Users::log_in(&client);
    let mut opened = client.open("test");
    let before = opened.wait_phase("ready");
    assert_eq!(sshd.connections(), 1);
    network.silence();
    // A page that waits makes it urgent.
    let url = text(&before, "url").to_owned();
    let request = std::thread::spawn(move || http::try_get(&url).is_ok());
    opened.wait_phase_within("reconnecting", Duration::from_secs(40));
    network.restore();
    let after = opened.wait_phase("ready");
    assert_eq!(http::api(&after, "api/status").status, 200);
    let _ = request.join();
    drop(users);
}

#[test]
fn a_connection_that_is_open_and_dead_is_not_taken() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    let users = Users::log_in(&client);
    sshd.freeze();
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert!(!opened.seen.is_empty() && eventually(SOON, || sshd.connections() == 2));
    sshd.thaw();
    drop(users);
}
