//! The first words of a server, or of what answers in its place, and accounts that run nothing: each cause of the same
//! failure has its own remedy.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant};

use crate::scene::{bare, text};
use crate::support::{Client, Key, Options, Server, Sshd, keys};

/// A service that says a few words to one visitor after the other and hangs up, or stays. Faked: the words of newer
/// versions of sshd, of old devices and of other services, none of which is here. What is under test is what is made
/// of them.
struct Service(SocketAddr);

impl Service {
    fn new(words: &'static [u8], stays: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for visitor in listener.incoming() {
                let mut visitor = visitor.unwrap();
                let _ = visitor.write_all(words);
                // Until the visitor has had enough, or for as long as it takes to read the words.
                let patience = Duration::from_millis(if stays { 60_000 } else { 50 });
                visitor.set_read_timeout(Some(patience)).unwrap();
                while visitor.read(&mut [0; 1024]).is_ok_and(|size| size > 0) {}
            }
        });
        Self(address)
    }
}

impl Server for Service {
    fn address(&self) -> SocketAddr {
        self.0
    }
    fn user(&self) -> String {
        "nobody".into()
    }
    fn host_keys(&self) -> Vec<String> {
        Vec::new()
    }
}

#[test]
fn a_handshake_that_fails_is_told_with_what_came_and_its_own_remedy() {
    for (words, seen, remedy) in [
        (&b""[..], "before the server sent anything", "MaxStartups"),
        (b"Exceeded MaxStartups\r\n", "Exceeded", "a few minutes"),
        (
            b"Not allowed at this time\r\n",
            "Not allowed",
            "PerSourcePenalties",
        ),
        (
            b"HTTP/1.1 400 Bad Request\r\n\r\n",
            "HTTP/1.1 400",
            "a service other than SSH",
        ),
        (
            b"220 mail.example.org ESMTP\r\n",
            "ESMTP",
            "a service other than SSH",
        ),
        (b"SSH-1.5-Cisco-1.25\r\n", "Cisco", "first version of SSH"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "OpenSSH_9.2", "MTU"),
    ] {
        let client = Client::new();
        client.add_host("test", &Service::new(words, false), Key::Ed25519);
        let out = client.open("test").wait_exit();
        let failed = out.last_event();
        assert_eq!(
            (out.code, text(&failed, "code")),
            (Some(5), "handshake"),
            "{out}"
        );
        assert!(text(&failed, "detail").contains(seen), "{failed}");
        assert!(text(&failed, "remedy").contains(remedy), "{failed}");
    }
}

#[test]
fn a_connection_on_which_nothing_comes_is_told_from_one_that_was_not_made() {
    for (words, seen) in [
        (&b""[..], "no SSH server answered"),
        (b"SSH-2.0-x\r\n", "the key exchange did not finish"),
    ] {
        let client = Client::new();
        client.add_host("test", &Service::new(words, true), Key::Ed25519);
        let out = client.open_with("test", &["--timeout", "1"]).wait_exit();
        let failed = out.last_event();
        assert_eq!(
            (out.code, text(&failed, "code")),
            (Some(8), "timed_out"),
            "{out}"
        );
        assert!(text(&failed, "detail").contains(seen), "{failed}");
    }
}

/// A pipe that was put together wrongly, or a login page on the way, may print for ever.
#[test]
fn a_proxy_command_that_prints_for_ever_ends() {
    let sshd = bare();
    let client = Client::new();
    client.add_host_with(
        "test",
        &sshd,
        Key::Ed25519,
        &["ProxyCommand yes no greeting"],
    );
    let began = Instant::now();
    let out = client.open_with("test", &["--timeout", "20"]).wait_exit();
    assert_eq!(text(&out.last_event(), "code"), "proxy_command", "{out}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
}

/// The menu shows the first line alone.
#[test]
fn a_proxy_commands_last_words_come_first() {
    let sshd = bare();
    let client = Client::new();
    let command =
        "ProxyCommand sh -c 'echo looking for a ticket >&2; echo no ticket was found >&2; exit 3'";
    client.add_host_with("test", &sshd, Key::Ed25519, &[command]);
    let failed = client.open("test").wait_exit().last_event();
    let detail = text(&failed, "detail");
    let first = detail.lines().next().unwrap();
    assert!(first.ends_with("no ticket was found"), "{detail}");
    for seen in ["looking for a ticket", "exit status: 3", "exit 3'"] {
        assert!(detail.contains(seen), "{detail}");
    }
}

/// By a command of the key's in `authorized_keys`, as by `ForceCommand` or the login shell.
#[test]
fn an_account_that_runs_nothing_of_ours_is_told_why() {
    let sshd = bare();
    let client = Client::of(&sshd);
    for (command, seen, remedy) in [
        ("internal-sftp", "sftp connections only", "transfer files"),
        (
            "echo This account is currently not available.; exit 1",
            "not available",
            "nologin",
        ),
        ("echo 1 shell; echo 2 quit", "1 shell", "command="),
    ] {
        let keys = keys::authorized_keys();
        let keys = keys
            .lines()
            .map(|line| format!("command=\"{command}\" {line}\n"));
        sshd.set_authorized_keys(&keys.collect::<String>());
        let out = client.open("test").wait_exit();
        let failed = out.last_event();
        assert_eq!(
            (out.code, text(&failed, "code")),
            (Some(6), "login_shell"),
            "{out}"
        );
        assert!(text(&failed, "detail").contains(seen), "{failed}");
        assert!(text(&failed, "remedy").contains(remedy), "{failed}");
    }
}

#[test]
fn a_server_that_gives_no_session_is_no_lost_connection() {
    let sshd = Sshd::with(&Options {
        config: vec!["MaxSessions 0".into()],
        ..Options::default()
    });
    let client = Client::of(&sshd);
    let out = client.open("test").wait_exit();
    let failed = out.last_event();
    assert_eq!(
        (out.code, text(&failed, "code")),
        (Some(6), "login_shell"),
        "{out}"
    );
    assert!(
        text(&failed, "remedy").contains("MaxSessions 0"),
        "{failed}"
    );
}
