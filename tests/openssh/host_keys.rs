//! Host keys that a program of the user's knows: `KnownHostsCommand`.

use std::fmt::Write as _;
use std::fs;

use crate::session::Login;
use crate::support::network::Network;
use crate::support::{Client, Key, Server, Sshd};

/// The command's output about the server.
fn client_of(network: &Network, mark: &str) -> Client {
    let client = Client::new();
    let printed = client.path("printed");
    let command = format!("KnownHostsCommand /bin/cat {}", printed.display());
    let lines = [command.as_str(), "UserKnownHostsFile none"];
    client.add_host_with("test", network, Key::Ed25519, &lines);
    let address = network.address();
    let mut text = String::new();
    for key in network.host_keys() {
        writeln!(text, "{mark}[{}]:{} {key}", address.ip(), address.port()).unwrap();
    }
    fs::write(printed, text).unwrap();
    client
}

#[test]
fn a_command_that_knows_the_hosts_keys() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network, "");
    let login = Login::new(&sshd, &network, &client);
    login.works_with_ssh();
    login.whole_session();
}

#[test]
fn a_key_that_the_command_revokes_is_refused() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network, "@revoked ");
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["open", "test", "--json", "--no-browser"]);
    assert_eq!(out.code, Some(3), "{out}");
    assert_eq!(login.accepted("publickey"), 0, "{}", sshd.log());
    login.assert_nothing_left();
}
