//! Jump hosts that only `ssh` gets into: what is behind them is reached over its connection.

use crate::realm::Realm;
use crate::session::{Login, serves};
use crate::shared_connections::{Master, is_up, two_factors};
use crate::support::network::Network;
use crate::support::root_sshd::CODES;
use crate::support::{Client, Key, Known, Server, Sshd};

/// Knows `test`, which is behind `jump`.
fn client_of(jump: &Network, lines: &[&str], target: &Sshd) -> Client {
    let client = Client::new();
    client.add_host_with("jump", jump, Key::Ed25519, lines);
    client.add_host_with("test", target, Key::Ed25519, &["ProxyJump jump"]);
    client.know_also(jump, Known::Right);
    client.know_also(target, Known::Right);
    client
}

#[test]
fn a_jump_host_that_takes_tickets_alone() {
    let realm = Realm::start();
    let jump = realm.sshd(&["AuthenticationMethods gssapi-with-mic"]);
    let (network, target) = (Network::to(&jump), Sshd::start());
    let client = client_of(&network, &["GSSAPIAuthentication yes"], &target);
    realm.introduce(&client, &jump.user());
    Realm::ticket(&client, &jump.user(), "1h");
    let login = Login::new(&target, &network, &client);
    login.works_with_ssh();
    login.whole_session();
    assert!(jump.log().contains("Accepted gssapi-with-mic "));
    assert!(jump.leftovers().is_empty(), "{:?}", jump.leftovers());
}

#[test]
fn a_jump_host_that_the_users_ssh_is_connected_to_asks_for_no_code() {
    let jump = two_factors();
    let (network, target) = (Network::to(&jump), Sshd::start());
    let sockets = crate::support::folder("rj-cm-");
    let path = format!("ControlPath {}/cm-%C", sockets.path().display());
    let client = client_of(&network, &[&path], &target);
    let mut master = Master::of(&client, "jump", CODES[0]);
    let at_the_jump_host = Login::new(&jump, &network, &client);
    let login = Login::new(&target, &network, &client);
    let mut opened = login.open();
    let ready = opened.wait_phase("ready");
    serves(&ready);
    assert_eq!(at_the_jump_host.attempts(), 0, "{}", jump.log());
    assert_eq!(jump.codes_left(), CODES.len() - 1);
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
    assert!(master.is_alive() && is_up(&client, "jump"));
}
