//! Logins by the local computer's own host key.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::session::Login;
use crate::support::network::Network;
use crate::support::process::must;
use crate::support::root_sshd::as_root;
use crate::support::{Client, Key, Known, RootSshd, keys};

/// A computer's /etc/ssh, which lets `ssh-keysign` sign.
fn host_keys_of(client: &Client) -> std::path::PathBuf {
    let folder = client.path("etc-ssh");
    fs::create_dir(&folder).unwrap();
    keys::generate_host_keys(&folder);
    fs::write(folder.join("ssh_config"), "EnableSSHKeysign yes\n").unwrap();
    // `ssh-keysign` is root's, and believes nobody else's files.
    must(
        as_root(Path::new("chown"))
            .arg("-R")
            .arg("0:0")
            .arg(&folder),
    );
    folder
}

/// The command in a mount namespace of its own, on a computer with that /etc/ssh.
fn on_that_computer(etc_ssh: &Path, command: &Command) -> Command {
    let mut all = as_root(Path::new("unshare"));
    all.args(["--mount", "--", "sh", "-c"]);
    all.arg(r#"mount --bind "$0" /etc/ssh && exec "$@""#)
        .arg(etc_ssh);
    let (user, group) = (rustix::process::geteuid(), rustix::process::getegid());
    all.arg("setpriv");
    all.arg(format!("--reuid={}", user.as_raw()));
    all.arg(format!("--regid={}", group.as_raw()));
    all.args(["--clear-groups", "env", "-i"]);
    for (name, value) in command.get_envs() {
        let mut pair = name.to_owned();
        pair.push("=");
        pair.push(value.unwrap_or_default());
        all.arg(pair);
    }
    all.arg(command.get_program()).args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        all.current_dir(folder);
    }
    all.stdin(std::process::Stdio::null());
    all
}

#[test]
fn a_server_that_trusts_this_computer() {
    let sshd = RootSshd::with(&[
        "HostbasedAuthentication yes",
        "HostbasedUsesNameFromPacketOnly yes",
        "IgnoreRhosts no",
        "IgnoreUserKnownHosts no",
        "AuthenticationMethods hostbased",
    ]);
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host_with(
        "test",
        &network,
        Key::None,
        &["HostbasedAuthentication yes"],
    );
    client.know(&network, Known::Right);
    let etc_ssh = host_keys_of(&client);
    // By the name that the computer has on loopback, or its own.
    let own = rustix::system::uname();
    let names = format!("localhost,127.0.0.1,{}", own.nodename().to_string_lossy());
    let user = must(Command::new("id").arg("-un"));
    let mut known = String::new();
    let mut allowed = String::new();
    for key in keys::host_keys(&etc_ssh) {
        writeln!(known, "{names} {key}").unwrap();
    }
    for name in names.split(',') {
        writeln!(allowed, "{name} {}", user.trim()).unwrap();
    }
    sshd.home().write(".ssh/known_hosts", &known);
    sshd.home().write(".shosts", &allowed);
    let around = |command: Command| on_that_computer(&etc_ssh, &command);
    let login = Login::around(&sshd, &network, &client, &around);
    login.works_with_ssh();
    login.whole_session();
    assert!(login.accepted("hostbased") >= 4, "{}", sshd.log());
}
