//! Keys in a smart card, which only a PKCS#11 library speaks to.

use crate::session::{Login, serves};
use crate::support::network::Network;
use crate::support::{Client, Key, Known, Sshd};
use crate::token::{self, PIN};

/// Whose only key is in the token.
fn client_of(sshd: &Sshd, network: &Network) -> Client {
    let client = Client::new();
    let provider = format!("PKCS11Provider {}", token::library().display());
    client.add_host_with(
        "test",
        network,
        Key::None,
        &[&provider, "IdentityFile none"],
    );
    client.know(network, Known::Right);
    sshd.set_authorized_keys(&token::insert(&client));
    client
}

#[test]
fn a_cards_key_opens_the_whole_session_with_its_pin() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&sshd, &network);
    client.askpass(&[("PIN", PIN)]);
    let login = Login::new(&sshd, &network, &client);
    login.works_with_ssh();
    let asked = client.asked().len();
    assert!(asked > 0, "the card has a PIN");
    let mut opened = login.open();
    let cold = opened.wait_phase("ready");
    serves(&cold);
    assert_eq!(client.asked().len(), 2 * asked, "{:?}", client.asked());
    // Nobody is asked while it reconnects: a click is.
    network.cut();
    opened.wait_phase_within("reconnecting", crate::session::SOON);
    let again = login.run(&["open", "test", "--json", "--no-browser"]);
    assert_eq!(again.code, Some(0), "{again}");
    serves(&cold);
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
}

#[test]
fn a_wrong_pin_is_a_login_that_failed() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&sshd, &network);
    client.askpass(&[("PIN", "000000")]);
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["open", "test", "--json", "--no-browser"]);
    assert_eq!(out.code, Some(4), "{out}");
    login.assert_nothing_left();
}
