//! Commands of the ssh configuration (`Match exec`) that hang, or leave something behind.

use std::fs;
use std::time::{Duration, Instant};

use crate::scene::{bare, text};
use crate::support::{Client, Sshd};

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
