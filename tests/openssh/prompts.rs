//! Questions of an `ssh` that the program has started: they come where all others come.
#![cfg(target_os = "linux")]

use crate::scene::{NO_JUPYTER, SOON, bare, fails};
use crate::support::keys::PASSPHRASE;
use crate::support::network::Network;
use crate::support::process::must;
use crate::support::root_sshd::{CODES, PASSWORD};
use crate::support::{Client, Key, Known, RootSshd, eventually};
use crate::user::processes;

const PASSWORD_AND_CODE: &str = "auth required pam_unix.so\nauth required pam_google_authenticator.so user=root \
                                 secret={codes}\naccount required pam_permit.so\nsession required pam_permit.so\n";

/// Every host of the client's over an `ssh` of the program's.
fn by_ssh(client: &Client, hosts: &[&str]) {
    let hosts = hosts
        .iter()
        .map(|host| format!("[[host]]\nname = \"{host}\"\ntransport = \"openssh\"\n"));
    client.configure(&hosts.collect::<String>());
}

#[test]
fn a_passphrase_is_asked_for_once_and_does_not_show() {
    let sshd = bare();
    let client = Client::of(&sshd);
    by_ssh(&client, &["test-enc"]);
    let mut terminal = client.terminal(&["doctor", "test-enc"]);
    terminal.expect("Passphrase for the key");
    terminal.answer(PASSPHRASE);
    terminal.expect("logged in as");
    let out = terminal.wait_exit();
    assert_eq!(out.code, NO_JUPYTER, "{out}");
    assert!(!out.stdout.contains(PASSPHRASE), "{out}");
    client.askpass(&[("id_ed25519_enc", PASSPHRASE)]);
    let out = client.run(&["doctor", "test-enc", "--json"]);
    assert_eq!(out.code, NO_JUPYTER, "{out}");
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
}

#[test]
fn an_unknown_host_key_is_asked_about_and_written_down_by_ssh() {
    let sshd = bare();
    let client = Client::of(&sshd);
    by_ssh(&client, &["test"]);
    client.know(&sshd, Known::Not);
    client.askpass(&[("SHA256:", "no")]);
    let event = fails(&client, &[], 3, "host_key_unknown");
    assert!(
        event["detail"].as_str().unwrap().contains("SHA256:"),
        "{event}"
    );
    assert!(client.read("known_hosts").is_empty());
    let mut terminal = client.terminal_asking(&["doctor", "test"]);
    terminal.expect("SHA256:");
    terminal.answer("yes");
    terminal.expect("logged in as");
    assert_eq!(terminal.wait_exit().code, NO_JUPYTER);
    assert!(client.read("known_hosts").contains("ssh-ed25519"));
    assert!(processes(&client).is_empty(), "{:?}", processes(&client));
}

#[test]
fn a_password_and_a_code_are_asked_for_and_a_wrong_code_again() {
    let sshd = RootSshd::with_pam(
        &["AuthenticationMethods keyboard-interactive"],
        PASSWORD_AND_CODE,
        "",
    );
    let client = Client::of(&sshd);
    by_ssh(&client, &["test-pw"]);
    let mut terminal = client.terminal(&["doctor", "test-pw"]);
    for code in ["12345678", CODES[0]] {
        terminal.expect("assword:");
        terminal.answer(PASSWORD);
        terminal.expect("erification code:");
        terminal.answer(code);
    }
    terminal.expect("logged in as");
    assert_eq!(terminal.wait_exit().code, Some(0));
    assert_eq!(sshd.codes_left(), CODES.len() - 1);
}

/// The case of computing centres: the user is logged in with a code already.
#[test]
fn over_a_connection_with_two_factors_that_is_open_no_code_is_asked_for() {
    let sshd = RootSshd::with_pam(
        &["AuthenticationMethods keyboard-interactive"],
        PASSWORD_AND_CODE,
        "",
    );
    let client = Client::new();
    let socket = client.path("cm");
    let shared = format!("ControlPath {}", socket.display());
    client.add_host_with("test", &sshd, Key::Password, &[&shared]);
    client.know(&sshd, Known::Right);
    client.askpass(&[("erification code", CODES[0]), ("assword", PASSWORD)]);
    must(&mut client.ssh(&["-f", "-N", "-M", "test"]));
    let asked = client.asked().len();
    assert_eq!(asked, 2);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let out = client.run(&["stop", "test", "--yes"]);
    assert_eq!(out.code, Some(0), "{out}");
    opened.wait_exit();
    assert_eq!(client.asked().len(), asked, "{:?}", client.asked());
    assert_eq!(sshd.codes_left(), CODES.len() - 1);
    assert_eq!(sshd.connections(), 1, "no second login: {}", sshd.log());
    must(&mut client.ssh(&["-O", "exit", "test"]));
}

#[test]
fn a_login_that_is_given_up_at_its_question_leaves_no_ssh() {
    let sshd = RootSshd::start();
    let client = Client::of(&sshd);
    by_ssh(&client, &["test-pw"]);
    let mut terminal = client.terminal(&["open", "test-pw", "--no-browser"]);
    terminal.expect("assword for ");
    assert_eq!(processes(&client).len(), 1);
    terminal.send("\u{3}");
    let out = terminal.wait_exit();
    assert_eq!(out.code, Some(130), "{out}");
    assert!(eventually(SOON, || processes(&client).is_empty()));
    assert!(!sshd.log().contains("Failed password"), "{}", sshd.log());
}

/// Nobody sits there waiting for a question: the session keeps its port, and asks when the user wants it.
#[test]
fn a_password_is_asked_for_again_when_the_user_wants_it() {
    let sshd = RootSshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host("test", &network, Key::Password);
    client.know(&network, Known::Right);
    by_ssh(&client, &["test"]);
    client.askpass(&[("assword", PASSWORD)]);
    let mut opened = client.open("test");
    let before = opened.wait_phase("ready");
    assert_eq!(client.asked().len(), 1);
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    std::thread::sleep(std::time::Duration::from_secs(3));
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    let out = client.open("test").wait_exit_within(SOON);
    assert_eq!(out.code, Some(0), "{out}");
    let after = opened.wait_phase("ready");
    assert_eq!(before["local_port"], after["local_port"]);
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
}
