//! Servers that give a connection one session at a time (`MaxSessions 1`).

use std::time::Duration;

use serde_json::Value;

use crate::scene::{SOON, configure, text};
use crate::support::{Client, Key, Known, Opened, Options, Sshd, eventually, http};

fn open(client: &Client) -> (Opened, Value) {
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    // After a second of silence there is a channel for heartbeats, which takes a session.
    std::thread::sleep(Duration::from_millis(2500));
    (opened, ready)
}

#[test]
fn the_one_session_is_left_to_whoever_needs_it() {
    let sshd = Sshd::with(&Options {
        config: vec!["MaxSessions 1".into()],
        ..Options::default()
    });
    let client = Client::new();
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 20"];
    client.add_host_with("test", &sshd, Key::Ed25519, &lines);
    client.know(&sshd, Known::Right);
    configure(&client, "");
    let (mut opened, ready) = open(&client);
    for _ in 0..2 {
        let out = client.run(&["logs", "test"]);
        assert!(out.stdout.contains("Jupyter Server"), "{out}");
    }
    assert_eq!(sshd.connections(), 1, "through the standing connection");
    // A Jupyter that was killed is noticed, which takes a look there.
    client.ssh_run("test", &format!("kill -9 {}", ready["server"]["pid"]));
    assert!(eventually(3 * SOON, || {
        let _ = http::try_get(text(&ready, "url"));
        !opened.is_running()
    }));
    let out = opened.wait_exit();
    assert_eq!(text(&out.last_event(), "code"), "server_ended", "{out}");

    let (mut opened, _) = open(&client);
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stderr.contains("has shut down"), "{out}");
    assert_eq!(opened.wait_exit().code, Some(0));
}
