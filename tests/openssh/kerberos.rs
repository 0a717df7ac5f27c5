//! Logins by Kerberos: a server that takes nothing but tickets.

use crate::realm::Realm;
use crate::session::{Login, SOON, serves};
use crate::support::network::Network;
use crate::support::process::{PATIENCE, eventually};
use crate::support::{Client, Key, Known, Server, Sshd};

const TICKETS_ALONE: [&str; 1] = ["AuthenticationMethods gssapi-with-mic"];

/// Debian's and Red Hat's configurations say it to everybody.
const ENABLED: [&str; 1] = ["GSSAPIAuthentication yes"];

fn client_of(realm: &Realm, network: &Network, sshd: &Sshd) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, &ENABLED);
    client.know(network, Known::Right);
    realm.introduce(&client, &sshd.user());
    client
}

#[test]
fn a_ticket_is_enough_for_the_whole_session() {
    let realm = Realm::start();
    let sshd = realm.sshd(&TICKETS_ALONE);
    let network = Network::to(&sshd);
    let client = client_of(&realm, &network, &sshd);
    Realm::ticket(&client, &sshd.user(), "1h");
    let login = Login::new(&sshd, &network, &client);
    login.works_with_ssh();
    login.whole_session();
    assert!(login.accepted("gssapi-with-mic") >= 4, "{}", sshd.log());
}

#[test]
fn an_expired_ticket_is_renewed_by_kinit_which_the_remedy_names() {
    let realm = Realm::start();
    let sshd = realm.sshd(&TICKETS_ALONE);
    let network = Network::to(&sshd);
    let client = client_of(&realm, &network, &sshd);
    Realm::ticket(&client, &sshd.user(), "1s");
    let expired = || {
        let out = crate::support::process::finish(client.bare("klist").arg("-s"), PATIENCE);
        out.code != Some(0)
    };
    assert!(eventually(PATIENCE, expired), "the ticket does not expire");
    let login = Login::new(&sshd, &network, &client);
    for _ in 0..2 {
        let out = login.run(&["open", "test", "--json", "--no-browser"]);
        let event = out.last_event();
        assert_eq!(
            (out.code, &event["code"]),
            (Some(4), &"ticket".into()),
            "{out}"
        );
        assert!(
            event["remedy"].as_str().unwrap().contains("kinit"),
            "{event}"
        );
        // The second time there is none at all.
        let _ = std::fs::remove_file(client.path("ticket"));
    }
    Realm::ticket(&client, &sshd.user(), "1h");
    let mut opened = login.open();
    let ready = opened.wait_phase("ready");
    serves(&ready);
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
}

#[test]
fn an_unknown_host_key_is_asked_about_once_though_two_transports_see_it() {
    let realm = Realm::start();
    let sshd = realm.sshd(&TICKETS_ALONE);
    let network = Network::to(&sshd);
    let client = client_of(&realm, &network, &sshd);
    client.know(&network, Known::Not);
    Realm::ticket(&client, &sshd.user(), "1h");
    client.askpass(&[("", "yes")]);
    let login = Login::new(&sshd, &network, &client);
    for _ in 0..2 {
        let out = login.run(&["doctor", "test"]);
        assert_eq!(out.code, Some(0), "{out}");
        assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    }
    assert_eq!(login.accepted("gssapi-with-mic"), 2, "{}", sshd.log());
}

#[test]
fn a_ticket_that_ends_before_the_connection_is_waited_for() {
    let realm = Realm::start();
    let sshd = realm.sshd(&TICKETS_ALONE);
    let network = Network::to(&sshd);
    let client = client_of(&realm, &network, &sshd);
    Realm::ticket(&client, &sshd.user(), "1h");
    let login = Login::new(&sshd, &network, &client);
    let mut opened = login.open();
    let ready = opened.wait_phase("ready");
    std::fs::remove_file(client.path("ticket")).unwrap();
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    let asks_for_one = || {
        let status = login.run(&["status", "test"]);
        status.stdout.contains("kinit") || status.stdout.contains("Kerberos")
    };
    assert!(
        eventually(SOON, asks_for_one),
        "{}",
        login.run(&["status", "test"])
    );
    Realm::ticket(&client, &sshd.user(), "1h");
    let again = login.run(&["open", "test", "--json", "--no-browser"]);
    assert_eq!(again.code, Some(0), "{again}");
    serves(&ready);
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
}

#[test]
fn a_key_that_gets_in_needs_no_ssh_though_tickets_are_enabled() {
    let realm = Realm::start();
    let sshd = realm.sshd(&[]);
    let network = Network::to(&sshd);
    let client = client_of(&realm, &network, &sshd);
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["doctor", "test"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(out.stdout.contains("SSH by libssh2"), "{out}");
    assert_eq!(login.attempts(), 1, "{}", sshd.log());
}

#[test]
fn a_ticket_is_taken_before_a_password_is_asked_for() {
    let realm = Realm::start();
    let sshd = realm.sshd(&[
        "PubkeyAuthentication no",
        "KbdInteractiveAuthentication yes",
    ]);
    let network = Network::to(&sshd);
    let client = client_of(&realm, &network, &sshd);
    Realm::ticket(&client, &sshd.user(), "1h");
    client.askpass(&[("", "nobody knows")]);
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["doctor", "test"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(client.asked(), Vec::<String>::new());
    assert_eq!(login.accepted("gssapi-with-mic"), 1, "{}", sshd.log());
}
