//! Servers that allow some forwards, or none: a definite no is told at once, in the server's words.

use std::fmt::Write as _;
use std::io::Read;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use crate::scene::{configure, text};
use crate::support::{Client, Options, Sshd, http, keys};

const FORBIDS: &str = "administratively prohibited";

/// Gives each of the client's keys its own rights.
fn restrict(sshd: &Sshd, rights: &[(&str, &str)]) {
    let keys = keys::authorized_keys();
    let mut text = String::new();
    for line in keys.lines() {
        let right = rights.iter().find(|(kind, _)| line.starts_with(kind));
        let right = right.map_or("", |(_, right)| right);
        writeln!(text, "{right} {line}").unwrap();
    }
    sshd.set_authorized_keys(text.trim_start());
}

fn doctor(client: &Client, host: &str) -> (Option<i32>, String) {
    let out = client.run(&["doctor", host]);
    (out.code, out.to_string())
}

#[test]
fn a_host_that_allows_one_name_of_loopback_is_reached_by_it_and_no_other() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(
        "[[host]]\nname = \"test\"\n[[host]]\nname = \"test-rsa\"\n[[host]]\nname = \"test-ecdsa\"\n",
    );
    restrict(
        &sshd,
        &[
            ("ssh-ed25519", "permitopen=\"localhost:*\""),
            ("ssh-rsa", "no-port-forwarding"),
            ("ecdsa-", "permitopen=\"127.0.0.1:1\""),
        ],
    );
    // Nothing runs there yet; what forbids a forward forbids it already.
    for host in ["test-rsa", "test-ecdsa"] {
        let (code, out) = doctor(&client, host);
        assert!(code == Some(5) && out.contains(FORBIDS), "{host}: {out}");
    }
    let (code, out) = doctor(&client, "test");
    assert!(code == Some(0) && out.contains("is allowed"), "{out}");

    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    let (code, out) = doctor(&client, "test");
    assert!(code == Some(0) && out.contains("answers through"), "{out}");

    for host in ["test-rsa", "test-ecdsa"] {
        let began = Instant::now();
        let out = client.open(host).wait_exit();
        let failed = out.last_event();
        assert_eq!(text(&failed, "code"), "forwarding_forbidden", "{out}");
        assert!(text(&failed, "detail").contains(FORBIDS), "{out}");
        assert!(text(&failed, "remedy").contains("PermitOpen"), "{out}");
        assert!(began.elapsed() < Duration::from_secs(10), "at once: {out}");
        let (code, out) = doctor(&client, host);
        assert!(code == Some(5) && out.contains(FORBIDS), "{host}: {out}");
        // Its process can be ended without a forward.
        let out = client.run(&["stop", host]);
        assert!(out.stderr.contains("--yes"), "{out}");
    }
    opened.interrupt();
    opened.wait_exit();
}

#[test]
fn a_further_forward_that_is_forbidden_is_told_once() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    configure(
        &client,
        "[[host.forward]]\nname = \"board\"\nremote = \"10.1.2.3:6006\"",
    );
    restrict(&sshd, &[("ssh-ed25519", "permitopen=\"127.0.0.1:*\"")]);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let port = ready["forwards"][0]["local_port"].as_u64().unwrap();
    for _ in 0..2 {
        let mut board = TcpStream::connect(("127.0.0.1", port.try_into().unwrap())).unwrap();
        assert_eq!(board.read(&mut [0]).unwrap_or(0), 0);
    }
    assert_eq!(http::api(&ready, "api/status").status, 200);
    opened.interrupt();
    let out = opened.wait_exit().stdout;
    let told = |line: &&str| line.contains(FORBIDS) && line.contains("10.1.2.3:6006");
    assert_eq!(out.lines().filter(told).count(), 1, "{out}");
}

/// sshd says of a socket that it cannot connect to it, where it means that it may not.
#[test]
fn a_host_that_forbids_sockets_is_told_within_seconds() {
    let sshd = Sshd::with(&Options {
        config: vec!["AllowStreamLocalForwarding no".into()],
        ..Options::default()
    });
    let client = Client::of(&sshd);
    configure(&client, "bind = \"socket\"");
    let mut opened = client.open("test");
    opened.wait_phase("forwarding");
    let began = Instant::now();
    let out = opened.wait_exit();
    let failed = out.last_event();
    assert_eq!(text(&failed, "code"), "forwarding_forbidden", "{out}");
    assert!(
        text(&failed, "remedy").contains("AllowStreamLocalForwarding"),
        "{out}"
    );
    assert!(began.elapsed() < Duration::from_secs(15), "{out}");
    assert_eq!(client.run(&["stop", "test", "--yes"]).code, Some(0));
}
