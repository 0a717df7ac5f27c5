//! An `ssh` that is not there, hangs, chatters, asks in another language, or dies.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::session::{Login, SOON, serves};
use crate::support::network::Network;
use crate::support::process::pid_of;
use crate::support::{Client, Key, Known, Options, Server, Sshd, eventually, http};

const FORCED: &str = "[[host]]\nname = \"test\"\ntransport = \"openssh\"\n";

/// Whose connections are left to `ssh`.
fn client_of(network: &Network) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, &[]);
    client.know(network, Known::Right);
    client.configure(FORCED);
    client
}

/// From now on `ssh` tells of its configuration as ever, and does this in place of connecting.
fn replace(client: &Client, body: &str) {
    let folder = client.path("bin");
    fs::create_dir_all(&folder).unwrap();
    let ssh = folder.join("ssh");
    let script = format!(
        "#!/bin/bash\nfor word in \"$@\"; do [[ $word != -[GV] ]] || exec /usr/bin/ssh \"$@\"; done\n{body}\n"
    );
    fs::write(&ssh, script).unwrap();
    fs::set_permissions(&ssh, fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var("PATH").unwrap();
    client.env("PATH", format!("{}:{path}", folder.display()));
}

fn failed(login: &Login, more: &[&str]) -> Value {
    let args = [&["open", "test", "--json", "--no-browser"], more].concat();
    let out = login.run(&args);
    let event = out.last_event();
    assert_eq!(event["phase"], "failed", "{out}");
    assert_ne!(out.code, Some(0), "{out}");
    for part in ["title", "remedy"] {
        assert!(!event[part].as_str().unwrap().is_empty(), "{event}");
    }
    event
}

#[test]
fn one_that_hangs_is_ended_in_time() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    replace(&client, "trap '' TERM\nsleep 1000 & wait");
    let login = Login::new(&sshd, &network, &client);
    let event = failed(&login, &["--timeout", "5"]);
    assert_eq!(event["code"], "timed_out", "{event}");
    login.assert_nothing_left();
}

#[test]
fn one_that_chatters_serves_as_well() {
    let banner = crate::support::folder("rj-banner-");
    let file = banner.path().join("banner");
    fs::write(&file, "*** Authorised use only ***\n".repeat(200)).unwrap();
    let sshd = Sshd::with(&Options {
        config: vec![format!("Banner {}", file.display())],
        ..Options::default()
    });
    let network = Network::to(&sshd);
    let client = client_of(&network);
    replace(
        &client,
        "echo 'Welcome to this ssh'\necho 'and to its errors' >&2\nexec /usr/bin/ssh \"$@\"",
    );
    let login = Login::new(&sshd, &network, &client);
    let mut opened = login.open();
    let ready = opened.wait_phase("ready");
    serves(&ready);
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
}

#[test]
fn a_question_in_another_language_is_passed_on_as_it_is() {
    const QUESTION: &str = "Introduzca la contraseña de la tarjeta: ";
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    replace(
        &client,
        &format!(
            "answer=$(\"$SSH_ASKPASS\" '{QUESTION}') || exit 255\n[ \"$answer\" = 'el gato' ] || exit 255\nexec /usr/bin/ssh \"$@\""
        ),
    );
    client.askpass(&[("contraseña de la tarjeta", "el gato")]);
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["doctor", "test"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    assert!(
        client.asked()[0].contains(QUESTION.trim()),
        "{:?}",
        client.asked()
    );
    login.assert_no_process();
}

#[test]
fn a_reason_in_another_language_is_shown_as_it_is() {
    const REASON: &str = "ssh: no se ha podido resolver el nombre del equipo";
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    replace(&client, &format!("echo '{REASON}' >&2\nexit 255"));
    let login = Login::new(&sshd, &network, &client);
    let event = failed(&login, &[]);
    assert!(
        event["detail"].as_str().unwrap().contains(REASON),
        "{event}"
    );
    login.assert_nothing_left();
}

/// Asks for a file, and leaves the answer to be read.
fn begin(ready: &Value, path: &str) -> TcpStream {
    let port = u16::try_from(ready["local_port"].as_u64().unwrap()).unwrap();
    let base = ready["server"]["base_url"].as_str().unwrap();
    let token = http::token(ready["url"].as_str().unwrap()).unwrap();
    let mut transfer = TcpStream::connect(("127.0.0.1", port)).unwrap();
    transfer.set_read_timeout(Some(SOON)).unwrap();
    write!(
        transfer,
        "GET {base}{path} HTTP/1.1\r\nHost: localhost:{port}\r\nAuthorization: token {token}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    transfer
}

#[test]
fn one_that_dies_in_mid_transfer_is_replaced() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    sshd.home()
        .write("big.txt", &"0123456789abcdef".repeat(4 << 20));
    let login = Login::new(&sshd, &network, &client);
    let mut opened = login.open();
    let ready = opened.wait_phase("ready");
    let mut transfer = begin(&ready, "files/big.txt");
    let mut begun = vec![0; 1 << 20];
    transfer.read_exact(&mut begun).unwrap();
    let is_ssh = |line: &&String| {
        line.split(' ')
            .nth(1)
            .is_some_and(|word| word.ends_with("ssh"))
    };
    let processes = login.processes();
    let ssh: Vec<&String> = processes.iter().filter(is_ssh).collect();
    assert_eq!(ssh.len(), 1, "one for all connections: {processes:#?}");
    let pid = Pid::from_raw(pid_of(ssh[0]).parse().unwrap()).unwrap();
    kill_process(pid, Signal::KILL).unwrap();
    opened.wait_phase_within("reconnecting", SOON);
    let mut rest = Vec::new();
    let _ = transfer.read_to_end(&mut rest);
    assert!(rest.len() < 64 << 20, "the transfer ended with it");
    let healed = opened.wait_phase("ready");
    assert_eq!(healed["again"], true);
    serves(&healed);
    let mut whole = Vec::new();
    begin(&healed, "files/big.txt")
        .read_to_end(&mut whole)
        .unwrap();
    assert!(whole.len() > 64 << 20, "{} bytes", whole.len());
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
}

#[test]
fn without_one_the_need_is_said_in_words() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    let nothing = client.path("nothing");
    fs::create_dir(&nothing).unwrap();
    let (address, user) = (network.address(), network.user());
    client.configure(&format!(
        "[[host]]\nname = \"test\"\nssh = \"ssh://{user}@{address}\"\ntransport = \"openssh\"\n"
    ));
    client.env("PATH", nothing.display().to_string());
    let program = env!("CARGO_BIN_EXE_remote-jupyter");
    let mut command = client.bare(program);
    command.args(["open", "test", "--json", "--no-browser"]);
    let out = crate::support::process::finish(&mut command, SOON);
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(2), &"local".into()),
        "{out}"
    );
    assert!(eventually(SOON, || sshd.connections() == 0));
}
