//! Control sockets at which something else answers, and an `ssh` that is none.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::time::{Duration, Instant};

use crate::scene::{NO_JUPYTER, bare, configure, fails, text};
use crate::support::{Client, Sshd};
use crate::user::{client_of, processes, socket};

/// Answers everybody at the control socket, for as long as the test runs.
fn listen(client: &Client, serve: fn(UnixStream)) {
    let listener = UnixListener::bind(socket(client)).unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            std::thread::spawn(move || serve(stream));
        }
    });
}

fn flood(mut stream: UnixStream) {
    let bytes = vec![0x7f; 65536];
    while stream.write_all(&bytes).is_ok() {}
}

fn hang(mut stream: UnixStream) {
    let mut sink = [0; 1024];
    while matches!(stream.read(&mut sink), Ok(1..)) {}
}

/// Greets as `ssh` does, and answers no request.
fn greet(mut stream: UnixStream) {
    let _ = stream.write_all(&[0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 4]);
    hang(stream);
}

/// The same of another version.
fn other_version(mut stream: UnixStream) {
    let _ = stream.write_all(&[0, 0, 0, 8, 0, 0, 0, 1, 0, 0, 0, 9]);
    hang(stream);
}

fn close(_: UnixStream) {}

#[test]
fn what_is_no_ssh_at_a_control_socket_is_passed_by() {
    for serve in [flood, hang, greet, other_version, close] {
        let sshd = bare();
        let client = client_of(&sshd);
        listen(&client, serve);
        let began = Instant::now();
        let out = client.run(&["doctor", "test", "--json"]);
        assert_eq!(out.code, NO_JUPYTER, "{out}");
        assert!(began.elapsed() < Duration::from_secs(30), "{out}");
        assert_eq!(sshd.connections(), 1, "{out}");
    }
}

/// A program in place of `ssh`, which answers `-G` as the real one does.
fn with_ssh(client: &Client, script: &str) {
    let real = std::env::var("PATH").unwrap();
    let folder = client.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let text = format!(
        "#!/bin/sh\ncase \" $* \" in *' -G '*) PATH='{real}' exec ssh \"$@\";; esac\n{script}\n"
    );
    fs::write(folder.join("ssh"), text).unwrap();
    fs::set_permissions(folder.join("ssh"), fs::Permissions::from_mode(0o755)).unwrap();
    client.env("PATH", format!("{}:{real}", folder.display()));
}

fn client_with(sshd: &Sshd, script: &str) -> Client {
    let client = client_of(sshd);
    configure(&client, "transport = \"openssh\"");
    with_ssh(&client, script);
    client
}

#[test]
fn an_ssh_that_dies_is_told_in_its_words_whatever_the_language() {
    let sshd = bare();
    let client = client_with(
        &sshd,
        "echo 'Zugriff verweigert (öffentlicher Schlüssel).' >&2; exit 255",
    );
    let event = fails(&client, &[], 5, "handshake");
    assert!(
        text(&event, "detail").contains("Zugriff verweigert"),
        "{event}"
    );
    // Where a key would do, one who has no ticket need not have meant to use it: it has to have expired.
    let client = client_with(
        &sshd,
        "echo 'No Kerberos credentials available (default cache: FILE:/tmp/x)' >&2\n\
         echo 'me@gpu: Permission denied (publickey,gssapi-with-mic).' >&2; exit 255",
    );
    fails(&client, &[], 4, "auth_refused");
    let client = client_with(
        &sshd,
        "echo 'Ticket expired' >&2\n\
         echo 'me@gpu: Permission denied (publickey,gssapi-with-mic).' >&2; exit 255",
    );
    let event = fails(&client, &[], 4, "ticket");
    assert!(text(&event, "remedy").contains("`kinit`"), "{event}");
}

#[test]
fn an_ssh_that_hangs_ends_with_the_click() {
    let sshd = bare();
    // It does not listen to TERM either.
    let client = client_with(
        &sshd,
        "trap '' TERM; echo $$ >\"$HOME/pid\"; while :; do sleep 1; done",
    );
    let event = fails(&client, &["--timeout", "4"], 8, "timed_out");
    assert_eq!(event["phase"], "failed");
    let pid = client.read("home/pid");
    assert!(!crate::support::process::alive(pid.trim()), "{pid}");
    assert!(processes(&client).is_empty());
}

#[test]
fn a_computer_without_ssh_says_so() {
    let sshd = bare();
    let client = client_with(&sshd, "");
    fs::remove_file(client.path("bin/ssh")).unwrap();
    client.env("PATH", client.path("bin").display().to_string());
    let out = client.open("test").wait_exit();
    let event = out.last_event();
    assert_eq!(event["phase"], "failed", "{out}");
    assert!(text(&event, "remedy").contains("ssh"), "{out}");
}
