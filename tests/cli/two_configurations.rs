//! Hosts of one name in two configurations are two hosts, for every command.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::process::must;
use crate::support::{Client, Finished, Key, Known, Opened, Sshd};

/// Two machines, each of which a configuration of its own calls `two`.
struct Two {
    client: Client,
    other: PathBuf,
    /// Dropped after the client's programs.
    near: Sshd,
    far: Sshd,
}

impl Two {
    fn start() -> Self {
        let (near, far) = (Sshd::start(), Sshd::start());
        let client = Client::of(&near);
        client.add_host("far", &far, Key::Ed25519);
        client.know_also(&far, Known::Right);
        client.configure("[[host]]\nname = \"two\"\nssh = \"test\"\n");
        let other = client.path("other.toml");
        std::fs::write(&other, "[[host]]\nname = \"two\"\nssh = \"far\"\n").unwrap();
        Self {
            client,
            other,
            near,
            far,
        }
    }

    fn open(&self) -> (Opened, Value) {
        let mut opened = self.client.open("two");
        let ready = opened.wait_phase("ready");
        (opened, ready)
    }

    fn elsewhere(&self, config: &Path, args: &[&str]) -> Finished {
        let config = config.to_string_lossy();
        self.client.run(&[&["-c", &config], args].concat())
    }
}

#[test]
fn no_command_reaches_a_host_of_that_name_in_another_configuration() {
    let two = Two::start();
    let (mut opened, ready) = two.open();
    let phase = |out: &Finished| out.last_event()["phase"].clone();

    for args in [&["status", "two", "--json"], &["list", "--json"][..]] {
        assert_eq!(
            phase(&two.elsewhere(&two.other, args)),
            "closed",
            "{args:?}"
        );
    }
    let out = two.elsewhere(&two.other, &["close", "two", "--json"]);
    assert!(out.stdout.contains("no open tunnel"), "{out}");
    let out = two.elsewhere(&two.other, &["logs", "two"]);
    assert!(out.stdout.is_empty(), "{out}");
    let out = two.elsewhere(&two.other, &["stop", "two", "--yes"]);
    assert!(
        out.stderr.contains("No Jupyter server of yours is running"),
        "{out}"
    );

    // Under another ssh configuration the name may mean another machine, too.
    let text = two.client.read("ssh_config");
    std::fs::write(two.client.path("other_ssh"), text).unwrap();
    let status = ["status", "two", "--json"];
    let out = must(&mut two.client.command_under("other_ssh", &status));
    assert!(out.contains("\"closed\""), "{out}");

    // The same file under another name is the same configuration.
    let link = two.client.path("link.toml");
    let usual = two.client.path("config/remote-jupyter/config.toml");
    std::os::unix::fs::symlink(usual, &link).unwrap();
    let out = two.elsewhere(&link, &["status", "two", "--json"]);
    assert_eq!(phase(&out), "ready", "{out}");
    assert!(opened.is_running());
    assert_eq!(
        two.far.connections(),
        2,
        "logs and stop asked the right machine; status asks nobody for scripts"
    );

    // Without XDG_RUNTIME_DIR the sockets are with the state.
    let port = ready["local_port"].as_u64().unwrap();
    let state = || two.client.read("state/remote-jupyter/state.toml");
    assert!(state().contains(&format!("two = {port}\n")), "{}", state());
    two.client.env("XDG_RUNTIME_DIR", "");
    let mut command = two
        .client
        .command(&["open", "two", "--json", "--no-browser"]);
    command.arg("-c").arg(&two.other);
    let mut second = Opened::spawn(&mut command);
    let there = second.wait_phase("ready");
    assert_ne!(there["local_port"], ready["local_port"]);
    assert!(state().contains(&format!("two = {port}\n")), "{}", state());
    let out = two.client.run(&["status", "two", "--json"]);
    assert_eq!(phase(&out), "closed", "{out}");
    let out = two.client.run(&["close", "two", "--json"]);
    assert!(out.stdout.contains("no open tunnel"), "{out}");
    assert!(second.is_running());

    // What is in the way of an uninstallation is named so that it can be closed.
    let out = two.client.run(&["uninstall"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(out.stderr.contains("other.toml' close two"), "{out}");
    let out = two.elsewhere(&two.other, &["stop", "two", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(second.wait_exit().code, Some(0));
    assert_eq!(two.near.connections(), 1);
}
