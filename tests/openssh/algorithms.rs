//! Servers whose algorithms libssh2 lacks: new ones that a site demands, and old ones that a user allows.

use crate::session::Login;
use crate::support::network::Network;
use crate::support::{Client, Key, Known, Options, Sshd};

fn server(line: &str) -> Sshd {
    Sshd::with(&Options {
        config: vec![line.into()],
        ..Options::default()
    })
}

fn client_of(network: &Network, lines: &[&str]) -> Client {
    let client = Client::new();
    client.add_host_with("test", network, Key::Ed25519, lines);
    client.know(network, Known::Right);
    client
}

#[test]
fn a_server_with_post_quantum_key_exchange_alone() {
    let sshd = server("KexAlgorithms sntrup761x25519-sha512@openssh.com");
    let network = Network::to(&sshd);
    let client = client_of(&network, &[]);
    let login = Login::new(&sshd, &network, &client);
    login.works_with_ssh();
    login.whole_session();
}

#[test]
fn a_server_with_sha_1_signatures_alone_where_the_user_allows_them() {
    let sshd = server("HostKeyAlgorithms ssh-rsa");
    let network = Network::to(&sshd);
    let client = client_of(&network, &["HostKeyAlgorithms +ssh-rsa"]);
    let login = Login::new(&sshd, &network, &client);
    login.works_with_ssh();
    login.whole_session();
}

#[test]
fn sha_1_is_refused_in_words_where_nobody_allowed_it() {
    let sshd = server("HostKeyAlgorithms ssh-rsa");
    let network = Network::to(&sshd);
    let client = client_of(&network, &[]);
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["open", "test", "--json", "--no-browser"]);
    let event = out.last_event();
    assert_eq!(
        (out.code, &event["code"]),
        (Some(5), &"no_common_algorithm".into()),
        "{out}"
    );
    assert_eq!(
        login.attempts(),
        1,
        "ssh has it no more than we: {}",
        sshd.log()
    );
}
