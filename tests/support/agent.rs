//! A real ssh-agent, as a person has one running.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::client::Client;
use super::process::{eventually, must};

/// Dropping it ends the agent.
pub struct Agent(Child);

impl Agent {
    /// Starts it, adds keys of the client's by file name (`id_ed25519`; more than one if the order
    /// matters), and tells the client's later commands of it.
    pub fn of(client: &Client, keys: &[&str]) -> Self {
        let socket = client.path("run/agent");
        let mut command = Command::new("ssh-agent");
        command.arg("-D").arg("-a").arg(&socket);
        let agent = command.stdout(Stdio::null()).spawn().expect("ssh-agent");
        let agent = Self(agent);
        assert!(
            eventually(Duration::from_secs(10), || socket.exists()),
            "ssh-agent makes no socket"
        );
        client.env("SSH_AUTH_SOCK", socket.to_string_lossy());
        for key in keys {
            must(client.bare("ssh-add").arg("-q").arg(client.path(key)));
        }
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
