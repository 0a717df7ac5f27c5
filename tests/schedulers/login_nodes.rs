//! One name for two login nodes that share a home: the server on the one is found from the other.

use super::*;
use crate::support::cluster::{C1, LOGIN};
use crate::support::{Key, Opened, http};

/// The program of a server.
const JUPYTER: &str = "bin/jupyter-lab";

/// Has the name lead to another login node than the client's own configuration says: through that one, and with no host key
/// that is remembered.
fn today(client: &Client, cluster: &Cluster) {
    client.add_host("way", cluster, Key::Ed25519);
    let there = "Host test\n  HostName c1\n  Port 22\n  ProxyJump way\n  StrictHostKeyChecking no\n  UserKnownHostsFile /dev/null\n";
    let all = format!("{there}{}", client.read("ssh_config"));
    std::fs::write(client.path("today"), all).unwrap();
}

fn open_today(client: &Client) -> (Opened, Value) {
    let click = ["open", "test", "--json", "--no-browser"];
    let mut opened = Opened::spawn(&mut client.command_under("today", &click));
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["server"]["host"], C1, "{ready}");
    (opened, ready)
}

/// The connection is lost, and the next one leads to the same server.
fn comes_back(cluster: &Cluster, opened: &mut Opened, first: &Value) {
    cluster.drop_connections();
    opened.wait_phase_within("reconnecting", PATIENCE);
    let again = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(again["server"], first["server"]);
    assert_eq!(http::api(&again, "api/status").status, 200);
}

#[test]
fn a_click_that_lands_on_another_login_node_finds_the_server_and_starts_none_beside_it() {
    let cluster = Cluster::start(&[]);
    let client = Client::of(&cluster);
    configure(&client, "");
    today(&client, &cluster);
    let (mut opened, first) = open_today(&client);
    // From now on the name leads to the other one, and so does the next connection of this session.
    std::fs::copy(client.path("ssh_config"), client.path("today")).unwrap();
    comes_back(&cluster, &mut opened, &first);
    opened.interrupt();
    opened.wait_exit();

    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["reused"], true, "{ready}");
    assert_eq!(ready["server"], first["server"]);
    assert_eq!(http::api(&ready, "api/status").status, 200);
    comes_back(&cluster, &mut opened, &first);
    assert_eq!(cluster.processes(LOGIN, JUPYTER), [""; 0]);
    // Its end is its own word: no process is ended by its number on the wrong machine.
    let out = client.run_within(&["stop", "test", "--yes"], PATIENCE);
    assert_eq!(out.code, Some(0), "{out}");
    opened.wait_exit();
    let gone = || cluster.processes(C1, JUPYTER).is_empty();
    assert!(
        eventually(SOON, gone),
        "{:?}",
        cluster.processes(C1, JUPYTER)
    );
}

#[test]
fn a_server_on_a_login_node_that_is_not_reached_is_told_and_another_one_starts() {
    let cluster = Cluster::start(&[]);
    let client = Client::of(&cluster);
    configure(&client, "");
    today(&client, &cluster);
    let (mut opened, first) = open_today(&client);
    opened.interrupt();
    opened.wait_exit();
    cluster.end_sshd(C1);

    let mut opened = client.open("test");
    let ready = opened.wait_phase_within("ready", PATIENCE);
    assert_eq!(ready["reused"], false, "{ready}");
    assert_eq!(ready["server"]["host"], LOGIN);
    assert_ne!(ready["server"]["pid"], first["server"]["pid"]);
    assert!(!cluster.processes(C1, JUPYTER).is_empty(), "left alone");
    stop(&client);
    let told = opened.wait_exit().stdout;
    assert!(told.contains("c1"), "{told}");
}
