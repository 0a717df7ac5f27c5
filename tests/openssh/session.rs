//! All that a session does, for whichever login: a click that starts Jupyter, one that finds it, a page, a kernel, a cut,
//! the end.

use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use crate::support::kernels::compute;
use crate::support::network::Network;
use crate::support::opened::Opened;
use crate::support::process::{Finished, PATIENCE, finish};
use crate::support::sshd::{marked, new_id};
use crate::support::{Client, RootSshd, Server, Sshd, eventually, http};

/// Enough for anything that needs no Jupyter to start.
pub const SOON: Duration = Duration::from_secs(30);
/// A holder of websockets that no client came to waits ten seconds for one, and may have been slow to start.
const EMPTY: Duration = Duration::from_secs(60);

/// A server as a scenario needs it.
pub trait Remote: Server {
    fn log(&self) -> String;
    /// Process id and command of everything started through it.
    fn leftovers(&self) -> Vec<String>;
}

impl Remote for Sshd {
    fn log(&self) -> String {
        self.log()
    }
    fn leftovers(&self) -> Vec<String> {
        self.leftovers()
    }
}

impl Remote for RootSshd {
    fn log(&self) -> String {
        self.log()
    }
    fn leftovers(&self) -> Vec<String> {
        self.leftovers()
    }
}

fn connections(remote: &dyn Remote) -> usize {
    remote.log().matches("Connection from ").count()
}

/// A login to `test`, whose client reaches the server through a network that can be cut.
pub struct Login<'a> {
    pub remote: &'a dyn Remote,
    pub network: &'a Network,
    pub client: &'a Client,
    /// The client's processes carry it.
    id: String,
    /// Connections that the server had before.
    before: usize,
    /// Runs the client's programs where this login works.
    around: &'a dyn Fn(Command) -> Command,
}

impl<'a> Login<'a> {
    pub fn new(remote: &'a dyn Remote, network: &'a Network, client: &'a Client) -> Self {
        Self::around(remote, network, client, &|command| command)
    }

    pub fn around(
        remote: &'a dyn Remote,
        network: &'a Network,
        client: &'a Client,
        around: &'a dyn Fn(Command) -> Command,
    ) -> Self {
        let id = new_id();
        client.env("RJ_FIXTURE", id.as_str());
        Self {
            remote,
            network,
            client,
            id,
            before: connections(remote),
            around,
        }
    }

    pub fn open(&self) -> Opened {
        let args = ["open", "test", "--json", "--no-browser"];
        Opened::spawn(&mut (self.around)(self.client.command(&args)))
    }

    pub fn run(&self, args: &[&str]) -> Finished {
        finish(&mut (self.around)(self.client.command(args)), PATIENCE)
    }

    /// OpenSSH's own client gets in: what is played here is real.
    pub fn works_with_ssh(&self) {
        let mut ssh = (self.around)(self.client.ssh(&["test", "true"]));
        let out = finish(&mut ssh, PATIENCE);
        assert_eq!(out.code, Some(0), "{out}\n{}", self.remote.log());
    }

    /// Number of logins that the server accepted in this way (`gssapi-with-mic`).
    pub fn accepted(&self, method: &str) -> usize {
        self.remote
            .log()
            .matches(&format!("Accepted {method} "))
            .count()
    }

    /// Number of connections since this was made, whatever became of them.
    pub fn attempts(&self) -> usize {
        connections(self.remote) - self.before
    }

    /// Processes of the client that run.
    pub fn processes(&self) -> Vec<String> {
        marked(&self.id)
    }

    /// No process of the client's runs any more, no `ssh` above all.
    pub fn assert_no_process(&self) {
        let is_so = eventually(SOON, || self.processes().is_empty());
        assert!(is_so, "still running: {:#?}", self.processes());
    }

    /// Nothing runs at either end, and no socket of a connection is left.
    pub fn assert_nothing_left(&self) {
        self.assert_no_process();
        let is_empty = eventually(EMPTY, || self.remote.leftovers().is_empty());
        assert!(is_empty, "left there: {:#?}", self.remote.leftovers());
        assert_eq!(self.sockets(), Vec::<String>::new());
    }

    /// The sockets below the client's runtime folder.
    pub fn sockets(&self) -> Vec<String> {
        use std::os::unix::fs::FileTypeExt;
        let (mut folders, mut found) = (vec![self.client.path("run")], Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                let kind = entry.file_type().unwrap();
                if kind.is_dir() {
                    folders.push(entry.path());
                } else if kind.is_socket() {
                    found.push(entry.path().display().to_string());
                }
            }
        }
        found
    }

    /// The whole of it. The login repeats itself without the user.
    pub fn whole_session(&self) {
        let mut opened = self.open();
        let cold = opened.wait_phase("ready");
        assert_eq!(cold["reused"], false, "{cold}");
        serves(&cold);
        self.network.cut();
        opened.wait_phase_within("reconnecting", SOON);
        let healed = opened.wait_phase("ready");
        assert_eq!(
            (&healed["again"], &healed["local_port"], &healed["url"]),
            (&true.into(), &cold["local_port"], &cold["url"])
        );
        serves(&healed);
        self.ends(&mut opened, &["close", "test"]);
        self.assert_no_process();
        let mut opened = self.open();
        let warm = opened.wait_phase("ready");
        assert_eq!(warm["reused"], true, "{warm}");
        serves(&warm);
        self.ends(&mut opened, &["stop", "test", "--yes"]);
        self.assert_nothing_left();
    }

    pub fn ends(&self, opened: &mut Opened, command: &[&str]) {
        let out = self.run(command);
        assert_eq!(out.code, Some(0), "{out}");
        assert_eq!(opened.wait_exit().code, Some(0), "{}", opened.stderr());
    }
}

/// The page comes, and a kernel answers over a websocket.
pub fn serves(ready: &Value) {
    assert!(http::title(ready).contains("Jupyter"), "{ready}");
    assert_eq!(compute(ready, "print(6 * 7)"), "42\n");
}
