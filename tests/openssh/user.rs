//! Common parts of the scenarios: the user's own `ssh`, and a whole use of a host.

use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

use crate::scene::{SOON, assert_nothing_left, configure, in_order, text};
use crate::support::counting::{all_lines, counting};
use crate::support::process::{must, signal};
use crate::support::{Client, Key, Known, Sshd, eventually, http};

/// A client whose `test` has a place for a connection that is shared.
pub fn client_of(sshd: &Sshd) -> Client {
    let client = Client::new();
    let path = format!("ControlPath {}", socket(&client).display());
    client.add_host_with("test", sshd, Key::Ed25519, &[&path]);
    client.know(sshd, Known::Right);
    client
}

/// The place.
pub fn socket(client: &Client) -> PathBuf {
    client.path("cm-test")
}

/// The user's own process, which shares its connection. Dropping it ends it.
pub struct Users(Child);

impl Users {
    /// Logs in as a user does in a terminal that stays open.
    pub fn log_in(client: &Client) -> Self {
        let mut ssh = client.ssh(&["-M", "-N", "test"]);
        ssh.stdout(Stdio::null()).process_group(0);
        let users = Self(ssh.spawn().unwrap());
        let socket = socket(client);
        assert!(eventually(SOON, || socket.exists()), "no control socket");
        users
    }

    pub fn signal(&self, what: Signal) {
        signal(&self.0, what);
    }

    pub fn is_running(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Users {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The `ssh` processes of this client that connect anything: their command lines.
pub fn processes(client: &Client) -> Vec<String> {
    let table = must(Command::new("ps").args(["-A", "-ww", "-o", "pid=,args="]));
    let folder = client.path("").display().to_string();
    let is_ours = |line: &&str| {
        let program = line.split_whitespace().nth(1).unwrap_or_default();
        program.ends_with("ssh") && line.contains(&folder)
    };
    let lines = table.lines().map(str::trim).filter(is_ours);
    lines.map(str::to_owned).collect()
}

/// A cold and a warm click, a page, a websocket, and a stop; then nothing is left.
pub fn use_host(sshd: &Sshd, client: &Client, left: usize) {
    configure(client, "transport = \"openssh\"");
    let mut cold = client.open("test");
    let first = cold.wait_phase("ready");
    let phases = in_order(cold.phases());
    let want = [
        "resolving",
        "connecting",
        "authenticating",
        "finding",
        "starting",
        "forwarding",
        "ready",
    ];
    assert_eq!(phases, want);
    assert!(http::title(&first).contains("JupyterLab"));
    cold.interrupt();
    let out = cold.wait_exit();
    assert_eq!(out.code, Some(0), "{out}");
    assert!(http::try_get(text(&first, "url")).is_err(), "it is closed");

    let mut warm = client.open("test");
    let second = warm.wait_phase("ready");
    assert_eq!(second["reused"], true);
    assert_eq!(second["server"], first["server"]);
    assert_eq!(http::api(&second, "api/status").status, 200);
    let (reader, _told) = counting(&second, 2);
    assert_eq!(reader.join().unwrap(), all_lines(2));
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(warm.wait_exit().code, Some(0));
    let mut found = Vec::new();
    let is_as_before = eventually(SOON, || {
        found = processes(client);
        found.len() == left
    });
    assert!(is_as_before, "{found:?}");
    assert_nothing_left(sshd, client);
}
