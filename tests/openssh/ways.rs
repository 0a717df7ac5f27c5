//! Loads of a shared connection beside a page: sockets, one session at a time, hosts behind it.

use crate::scene::{SOON, configure, servers, text};
use crate::support::{Client, Key, Known, Options, Sshd, eventually, http};
use crate::user::{Users, client_of, processes};

fn with(lines: &[&str]) -> Sshd {
    Sshd::with(&Options {
        config: lines.iter().map(|&line| line.into()).collect(),
        ..Options::default()
    })
}

#[test]
fn a_server_on_a_unix_socket_is_reached_and_the_users_ssh_keeps_nothing() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    let users = Users::log_in(&client);
    configure(&client, "app = \"notebook\"\nbind = \"socket\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert!(servers(&sshd)[0].contains("jupyter-notebook"));
    assert!(ready["server"]["port"].is_null(), "{ready}");
    assert_eq!(http::title(&ready), "Home");
    for _ in 0..20 {
        assert_eq!(http::api(&ready, "api/status").status, 200);
    }
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    opened.wait_exit();
    assert_eq!(sshd.connections(), 1);
    let left = crate::scene::all_below(&client.path("run"));
    let left = left
        .iter()
        .filter(|path| path.to_string_lossy().contains("ssh-"));
    assert_eq!(left.count(), 0);
    drop(users);
}

#[test]
fn one_session_at_a_time_is_enough() {
    let sshd = with(&["MaxSessions 1"]);
    let client = Client::new();
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 20"];
    client.add_host_with("test", &sshd, Key::Ed25519, &lines);
    client.know(&sshd, Known::Right);
    configure(&client, "transport = \"openssh\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    std::thread::sleep(std::time::Duration::from_millis(2500));
    for _ in 0..2 {
        let out = client.run(&["logs", "test"]);
        assert!(out.stdout.contains("Jupyter Server"), "{out}");
    }
    assert_eq!(http::api(&ready, "api/status").status, 200);
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stderr.contains("has shut down"), "{out}");
    let out = opened.wait_exit();
    assert_eq!((out.code, sshd.connections()), (Some(0), 1), "{out}");
}

#[test]
fn a_forward_that_is_forbidden_is_told_as_such() {
    let sshd = Sshd::start();
    let client = client_of(&sshd);
    configure(&client, "transport = \"openssh\"");
    let keys = crate::support::keys::authorized_keys();
    let restricted = |rule: &str| {
        let lines = keys.lines().map(|line| format!("{rule} {line}\n"));
        lines.collect::<String>()
    };
    sshd.set_authorized_keys(&restricted("no-port-forwarding"));
    let out = client.run(&["doctor", "test"]);
    assert_eq!(out.code, Some(5), "{out}");
    // By its other name it is allowed.
    sshd.set_authorized_keys(&restricted("permitopen=\"localhost:*\""));
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    opened.interrupt();
    opened.wait_exit();
    let users = Users::log_in(&client);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    drop((opened, users));
}

#[test]
fn a_host_behind_a_jump_host_with_an_open_connection_needs_no_login_there() {
    let (jump_host, target) = (crate::scene::bare(), Sshd::start());
    let client = Client::new();
    let shared = format!("ControlPath {}", client.path("cm-jump").display());
    client.add_host_with("jump", &jump_host, Key::Ed25519, &[&shared]);
    client.add_host_with("test", &target, Key::Ed25519, &["ProxyJump jump"]);
    client.know_also(&jump_host, Known::Right);
    client.know_also(&target, Known::Right);
    let mut user = client.ssh(&["-M", "-N", "jump"]);
    let mut user = user.spawn().unwrap();
    assert!(eventually(SOON, || client.path("cm-jump").exists()));
    jump_host.set_authorized_keys("");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert_eq!((jump_host.connections(), target.connections()), (1, 1));
    assert!(text(&ready, "url").contains("localhost"));
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    let _ = user.kill();
    let _ = user.wait();
    assert!(processes(&client).is_empty());
}

#[test]
fn an_ssh_of_the_programs_finds_its_way_through_a_jump_host_itself() {
    let (jump_host, target) = (crate::scene::bare(), Sshd::start());
    let client = Client::new();
    client.add_host("jump", &jump_host, Key::Ed25519);
    client.add_host_with("test", &target, Key::Ed25519, &["ProxyJump jump"]);
    client.know_also(&jump_host, Known::Right);
    client.know_also(&target, Known::Right);
    configure(&client, "transport = \"openssh\"");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert_eq!((jump_host.connections(), target.connections()), (1, 1));
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    assert!(eventually(SOON, || processes(&client).is_empty()));
}

/// The `ssh` that leads through a jump host is another process, which knows nothing of `BatchMode`.
#[test]
fn a_jump_hosts_passphrase_is_not_asked_for_while_nobody_is_there() {
    let (jump_host, target) = (crate::scene::bare(), Sshd::start());
    let network = crate::support::network::Network::to(&jump_host);
    let client = Client::new();
    client.add_host("jump", &network, Key::Encrypted);
    client.add_host_with("test", &target, Key::Ed25519, &["ProxyJump jump"]);
    client.know_also(&network, Known::Right);
    client.know_also(&target, Known::Right);
    configure(&client, "transport = \"openssh\"");
    client.askpass(&[("id_ed25519_enc", crate::support::keys::PASSPHRASE)]);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    let out = client.open("test").wait_exit_within(SOON);
    assert_eq!(out.code, Some(0), "{out}");
    opened.wait_phase("ready");
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
}
