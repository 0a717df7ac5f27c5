//! Commands that the ssh configuration runs (`Match exec`, `RevokedHostKeys`) and that hang, or leave something behind.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::scene::{bare, text};
use crate::support::{Client, Key, Sshd};

/// Long enough for a click that ends as it should, and much shorter than the commands.
const SOON: Duration = Duration::from_secs(20);

/// The host `test`, whose configuration runs this command first.
fn client_of(sshd: &Sshd, command: &str) -> Client {
    let client = Client::of(sshd);
    let first = format!("Match originalhost test exec \"{command}\"\n  Compression no\n");
    fs::write(
        client.path("ssh_config"),
        first + &client.read("ssh_config"),
    )
    .unwrap();
    client.configure("[[host]]\nname = \"test\"\nlauncher = \"attach\"\n");
    client
}

#[test]
fn a_command_that_hangs_ends_with_the_timeout_and_is_named() {
    let client = client_of(&bare(), "sleep 103");
    let began = Instant::now();
    let out = client.run_within(&["open", "test", "--json", "--timeout", "2"], SOON);
    let failed = out.last_event();
    assert_eq!(
        (out.code, text(&failed, "code")),
        (Some(8), "timed_out"),
        "{out}"
    );
    assert!(text(&failed, "detail").contains("Match exec"), "{failed}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

/// A `RevokedHostKeys` in OpenSSH's binary form is read by `ssh-keygen`, here one that hangs (faked: the file may be on
/// a network disk).
#[test]
fn a_reader_of_revoked_keys_that_hangs_ends_with_the_timeout() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let keygen = client.path("ssh-keygen");
    fs::write(&keygen, "#!/bin/sh\nexec sleep 105\n").unwrap();
    fs::set_permissions(&keygen, fs::Permissions::from_mode(0o700)).unwrap();
    let path = std::env::var("PATH").unwrap();
    let first = client.path("").display().to_string();
    client.env("PATH", format!("{first}:{path}"));
    let list = client.path("revoked");
    fs::write(&list, "SSHKRL\n\0").unwrap();
    let line = format!("RevokedHostKeys {}", list.display());
    client.add_host_with("listed", &sshd, Key::Ed25519, &[&line]);
    let began = Instant::now();
    let out = client.run_within(&["open", "listed", "--json", "--timeout", "2"], SOON);
    assert_eq!(out.code, Some(8), "{out}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

#[test]
fn ctrl_c_and_close_end_a_command_that_hangs() {
    let client = client_of(&bare(), "sleep 104");
    let mut opened = client.open("test");
    opened.wait_phase("resolving");
    opened.interrupt();
    assert_eq!(opened.wait_exit_within(SOON).code, Some(130));
    let mut opened = client.open("test");
    opened.wait_phase("resolving");
    let out = client.run_within(&["close", "test"], SOON);
    assert_eq!(out.code, Some(0), "{out}");
    opened.wait_exit_within(SOON);
}

#[test]
fn a_command_that_leaves_a_child_behind_keeps_nobody_waiting() {
    let sshd = bare();
    let client = client_of(&sshd, "sleep 105 & true");
    let began = Instant::now();
    let out = client.run_within(&["open", "test", "--json", "--no-browser"], SOON);
    assert_eq!(text(&out.last_event(), "code"), "nothing_running", "{out}");
    assert!(
        began.elapsed() < Duration::from_secs(15),
        "{:?}",
        began.elapsed()
    );
    assert_eq!(sshd.connections(), 1);
}
