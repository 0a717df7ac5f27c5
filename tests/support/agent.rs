//! A real ssh-agent, as a person has one running.

use std::os::unix::fs::PermissionsExt;
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
        let agent = Self::start(client, Command::new("ssh-agent"));
        for key in keys {
            must(client.bare("ssh-add").arg("-q").arg(client.path(key)));
        }
        agent
    }

    /// One that asks before each signature with its only key, by this line of a shell script.
    pub fn confirming(client: &Client, key: &str, script: &str) -> Self {
        let mut command = Command::new("ssh-agent");
        command.env("SSH_ASKPASS", client.path("confirm"));
        command.env("SSH_ASKPASS_REQUIRE", "force");
        let agent = Self::start(client, command);
        Self::confirm_by(client, script);
        let mut add = client.bare("ssh-add");
        must(add.args(["-q", "-c"]).arg(client.path(key)));
        agent
    }

    /// From now on it asks by this line: success means yes.
    pub fn confirm_by(client: &Client, script: &str) {
        let (file, count) = (client.path("confirm"), client.path("confirmations"));
        let text = format!("#!/bin/sh\necho >>{}\n{script}\n", count.display());
        std::fs::write(&file, text).unwrap();
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o700)).unwrap();
    }

    /// How often it has asked.
    pub fn confirmations(client: &Client) -> usize {
        client.read("confirmations").lines().count()
    }

    fn start(client: &Client, mut command: Command) -> Self {
        let socket = client.path("run/agent");
        command.arg("-D").arg("-a").arg(&socket);
        let agent = command.stdout(Stdio::null()).spawn().expect("ssh-agent");
        let agent = Self(agent);
        assert!(
            eventually(Duration::from_secs(10), || socket.exists()),
            "ssh-agent makes no socket"
        );
        client.env("SSH_AUTH_SOCK", socket.to_string_lossy());
        agent
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
