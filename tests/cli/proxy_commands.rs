//! Hosts behind a `ProxyCommand`: a child process that lives as long as its connection.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use crate::scene::{NO_JUPYTER, SOON, bare, text};
use crate::support::process::alive;
use crate::support::{Client, Key, Known, Live, Server, Sshd, eventually, http};

/// Knows `test`, reached by a command of the test's that writes its number to `pid`.
fn client_of(target: &Sshd, script: &str) -> Client {
    let client = Client::new();
    let relay = client.path("relay");
    fs::write(
        &relay,
        format!("#!/bin/sh\necho $$ >'{}'\n{script}\n", pid_file(&client)),
    )
    .unwrap();
    fs::set_permissions(&relay, fs::Permissions::from_mode(0o700)).unwrap();
    let line = format!("ProxyCommand '{}' %h %p %r %n 100%%", relay.display());
    client.add_host_with("test", target, Key::Ed25519, &[&line]);
    client.know(target, Known::Right);
    client
}

fn pid_file(client: &Client) -> String {
    client.path("pid").display().to_string()
}

fn ends(client: &Client) -> bool {
    let pid = client.read("pid").trim().to_owned();
    assert!(!pid.is_empty(), "the command never ran");
    eventually(SOON, || !alive(&pid))
}

/// What `nc HOST PORT` does, by OpenSSH's own client: it goes to the host as to a jump host.
fn relay_through(target: &Sshd) -> (Client, String) {
    let client = Client::new();
    client.add_host("relay-host", target, Key::Ed25519);
    let config = client.path("ssh_config").display().to_string();
    (client, format!("ssh -F '{config}' -W %h:%p relay-host"))
}

#[test]
fn openssh_itself_can_be_the_command() {
    let (jump_host, target) = (bare(), Sshd::start());
    let (client, command) = relay_through(&jump_host);
    client.add_host_with(
        "test",
        &target,
        Key::Ed25519,
        &[&format!("ProxyCommand {command}")],
    );
    client.know_also(&jump_host, Known::Right);
    client.know_also(&target, Known::Right);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    assert_eq!(http::api(&ready, "api/status").status, 200);
    assert_eq!((jump_host.connections(), target.connections()), (1, 1));
    opened.interrupt();
    assert_eq!(opened.wait_exit().code, Some(0));
    assert!(
        jump_host.empties_within(SOON),
        "{:?}",
        jump_host.leftovers()
    );
}

/// Reads and writes a TCP connection through bash, which needs no program that may be missing.
const BASH_RELAY: &str =
    "exec bash -c 'exec 3<>/dev/tcp/$0/$1; cat <&0 >&3 & cat <&3; kill $!' \"$1\" \"$2\"";

#[test]
fn the_command_gets_its_words_and_ends_with_its_connection() {
    let target = Sshd::start();
    let client = client_of(&target, "");
    let words = client.path("words").display().to_string();
    let script = format!("echo \"$@\" >'{words}'\n{BASH_RELAY}");
    let head = fs::read_to_string(client.path("relay")).unwrap();
    fs::write(client.path("relay"), head + &script + "\n").unwrap();
    let live = Live::open(&client, |_| ());
    let before = live.wait_ready();
    assert_eq!(http::api(&before, "api/status").status, 200);
    let (address, user) = (target.address(), target.user());
    let want = format!("{} {} {user} test 100%\n", address.ip(), address.port());
    assert_eq!(client.read("words"), want);
    let first = client.read("pid");
    target.drop_connections();
    live.wait_lost(SOON);
    assert_eq!(before["local_port"], live.wait_ready()["local_port"]);
    assert_ne!(
        client.read("pid"),
        first,
        "another connection, another command"
    );
    assert!(!alive(first.trim()));
    drop(live);
    assert!(ends(&client), "left behind");
}

#[test]
fn its_own_words_are_told_when_it_fails() {
    let target = bare();
    let client = client_of(&target, "echo 'the proxy wants a ticket' >&2; exit 3");
    let out = client.open("test").wait_exit();
    let failed = out.last_event();
    assert_eq!(
        (out.code, text(&failed, "code")),
        (Some(5), "proxy_command"),
        "{out}"
    );
    let detail = text(&failed, "detail");
    assert!(
        detail.contains("the proxy wants a ticket") && detail.contains('3'),
        "{detail}"
    );
    assert_eq!(target.connections(), 0);
}

#[test]
fn one_that_hangs_is_ended_in_time_with_all_that_it_started() {
    let target = bare();
    let client = client_of(
        &target,
        "trap '' TERM; echo asks for nothing >&2; sleep 1000 | sleep 1001",
    );
    let began = Instant::now();
    let out = client.open_with("test", &["--timeout", "2"]).wait_exit();
    assert_eq!(
        (out.code, text(&out.last_event(), "code")),
        (Some(8), "timed_out"),
        "{out}"
    );
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    assert!(ends(&client), "left behind");
    let left = || {
        let ps = crate::support::process::must(
            std::process::Command::new("ps").args(["-A", "-o", "args="]),
        );
        ps.lines()
            .filter(|line| *line == "sleep 1000" || *line == "sleep 1001")
            .count()
    };
    assert!(eventually(SOON, || left() == 0), "its children live on");
}

#[test]
fn the_connect_timeout_counts_for_it_too() {
    let target = bare();
    let client = client_of(&target, "exec sleep 1002");
    let config = client.read("ssh_config");
    fs::write(
        client.path("ssh_config"),
        config + "Host *\n  ConnectTimeout 1\n",
    )
    .unwrap();
    let began = Instant::now();
    let out = client.open("test").wait_exit();
    assert_eq!(out.code, Some(8), "{out}");
    assert!(
        began.elapsed() < Duration::from_secs(10),
        "{:?}",
        began.elapsed()
    );
    assert!(ends(&client), "left behind");
}

#[test]
fn a_command_that_hands_over_a_socket_is_left_to_ssh_where_that_may_be_used() {
    const PASSER: &str = "import array, socket, sys
far = socket.create_connection((sys.argv[1], int(sys.argv[2])))
near = socket.socket(fileno=1)
near.sendmsg([b'x'], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [far.fileno()]))])
";
    let target = bare();
    let client = client_of(&target, "exit 1");
    fs::write(client.path("pass.py"), PASSER).unwrap();
    let command = format!("python3 {} %h %p", client.path("pass.py").display());
    let own = format!("Host test\n  ProxyUseFdpass yes\n  ProxyCommand {command}\n");
    let config = own + &client.read("ssh_config");
    fs::write(client.path("ssh_config"), config).unwrap();
    let out = client.run(&["doctor", "test"]);
    assert_eq!(out.code, NO_JUPYTER, "{out}");
    assert!(out.stdout.contains("ProxyUseFdpass"), "{out}");
    client.configure("[[host]]\nname = \"test\"\ntransport = \"libssh2\"\n");
    let out = client.open("test").wait_exit();
    let failed = out.last_event();
    assert_eq!(
        (out.code, text(&failed, "code")),
        (Some(5), "route"),
        "{out}"
    );
    assert!(
        text(&failed, "title").contains("ProxyUseFdpass"),
        "{failed}"
    );
}
