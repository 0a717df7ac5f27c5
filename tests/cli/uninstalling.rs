//! `uninstall`: what this machine keeps goes, what is elsewhere stays.

use std::fs;

use crate::scene::configure;
use crate::support::{Client, Sshd};

#[test]
fn an_open_tunnel_stands_in_the_way_and_is_named() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    configure(&client, "");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let out = client.run(&["uninstall"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(out.stderr.contains("remote-jupyter close test"), "{out}");
    assert!(client.path("state/remote-jupyter/state.toml").exists());

    assert_eq!(client.run(&["close", "test"]).code, Some(0));
    opened.wait_exit();
    let out = client.run(&["uninstall"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(!client.path("state/remote-jupyter").exists(), "{out}");
    assert!(!client.path("run/remote-jupyter").exists(), "{out}");
    assert!(
        out.stdout.contains("state/remote-jupyter/state.toml"),
        "{out}"
    );
    // The server there was not touched, and the person is told how to end it.
    assert!(out.stdout.contains("remote-jupyter stop test"), "{out}");
    assert!(client.path("config/remote-jupyter/config.toml").exists());
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stderr.contains("has shut down"), "{out}");
}

#[test]
fn servers_that_others_started_here_stay() {
    let client = Client::new();
    let server = client.path("state/remote-jupyter/servers/20260101-1");
    fs::create_dir_all(&server).unwrap();
    fs::write(server.join("log"), "[I] Jupyter").unwrap();
    fs::write(
        client.path("state/remote-jupyter/state.toml"),
        "[ports]\ngpu01 = 8890\n",
    )
    .unwrap();
    let out = client.run(&["uninstall", "--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(server.join("log").exists(), "{out}");
    assert!(
        !client.path("state/remote-jupyter/state.toml").exists(),
        "{out}"
    );
    let lines = out.json_lines();
    let stays = |part: &str| {
        lines
            .iter()
            .any(|line| line["part"] == part && line["removed"] == false)
    };
    assert!(stays("state") && stays("configuration"), "{out}");
    let host = lines.iter().find(|line| line["part"] == "servers");
    assert_eq!(
        host.map(|line| &line["what"]),
        Some(&"gpu01".into()),
        "{out}"
    );
}

#[test]
fn with_nothing_there_nothing_is_said_to_be_removed() {
    let client = Client::new();
    let out = client.run(&["uninstall", "--purge"]);
    assert_eq!(out.code, Some(0), "{out}");
    let out = client.run(&["uninstall", "--purge"]);
    assert_eq!((out.code, out.stdout.as_str()), (Some(0), ""), "{out}");
}
