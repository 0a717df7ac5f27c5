//! Every way to log in, and what a wrong answer leads to.

use crate::scene::{NO_JUPYTER, bare, text};
use crate::support::keys::{PASSPHRASE, generate};
use crate::support::{Agent, Client, Finished, Key, Options, Sshd};

/// `doctor` logs in, says how, and starts nothing.
fn doctor(client: &Client, host: &str) -> Finished {
    client.run(&["doctor", host, "--json"])
}

pub fn logs_in_with(client: &Client, host: &str, how: &str) {
    let out = doctor(client, host);
    assert!(matches!(out.code, Some(0) | NO_JUPYTER), "{out}");
    let step = out
        .stdout
        .lines()
        .find(|line| line.contains("logged in as"));
    assert!(
        step.is_some_and(|line| line.contains(how)),
        "no {how}: {out}"
    );
}

/// How often the server refused a login.
pub fn refusals(log: &str) -> usize {
    log.lines().filter(|line| line.contains("Failed ")).count()
}

pub fn fails(client: &Client, host: &str, code: &str) -> serde_json::Value {
    let out = client.open(host).wait_exit();
    let event = out.last_event();
    assert_eq!((out.code, &event["code"]), (Some(4), &code.into()), "{out}");
    event
}

#[test]
fn key_files_of_every_type_open_it() {
    let sshd = bare();
    let client = Client::of(&sshd);
    for (host, file) in [
        ("test", "id_ed25519"),
        ("test-rsa", "id_rsa"),
        ("test-ecdsa", "id_ecdsa"),
    ] {
        logs_in_with(&client, host, &format!("/{file}"));
    }
    assert_eq!(sshd.connections(), 3);
}

#[test]
fn a_host_with_an_ipv6_address_alone_is_reached() {
    let sshd = Sshd::with(&Options {
        address: std::net::Ipv6Addr::LOCALHOST.into(),
        jupyter: false,
        ..Options::default()
    });
    logs_in_with(&Client::of(&sshd), "test", "/id_ed25519");
}

#[test]
fn an_agent_opens_it_with_the_last_of_its_five_keys() {
    let sshd = bare();
    let client = Client::of(&sshd);
    for number in 0..4 {
        generate(&client.path(&format!("other{number}")), "ed25519", "");
    }
    let _agent = Agent::of(
        &client,
        &["other0", "other1", "other2", "other3", "id_ed25519"],
    );
    logs_in_with(&client, "test-agent", "agent key");
}

#[test]
fn an_encrypted_key_asks_the_helper_program_once() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.askpass(&[("id_ed25519_enc", PASSPHRASE)]);
    logs_in_with(&client, "test-enc", "/id_ed25519_enc");
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
}

#[test]
fn a_passphrase_is_asked_for_on_the_terminal_and_does_not_show() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let mut terminal = client.terminal(&["doctor", "test-enc"]);
    terminal.expect("Passphrase for the key");
    terminal.answer(PASSPHRASE);
    terminal.expect("logged in as");
    let out = terminal.wait_exit();
    assert_eq!(out.code, NO_JUPYTER, "{out}");
    assert!(!out.stdout.contains(PASSPHRASE), "{out}");
}

#[test]
fn a_wrong_passphrase_is_asked_again_and_never_shown_to_the_server() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.add_host_with(
        "twice",
        &sshd,
        Key::Encrypted,
        &["NumberOfPasswordPrompts 2"],
    );
    client.askpass(&[("assphrase", "wrong")]);
    let failed = fails(&client, "twice", "passphrase");
    assert!(
        text(&failed, "title").contains("id_ed25519_enc"),
        "{failed}"
    );
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
    assert_eq!(refusals(&sshd.log()), 0, "{}", sshd.log());
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn ctrl_c_at_a_question_ends_every_command() {
    let sshd = bare();
    let client = Client::of(&sshd);
    for command in ["open", "doctor", "logs", "stop"] {
        let mut terminal = client.terminal(&[command, "test-enc"]);
        terminal.expect("Passphrase for the key");
        terminal.send("\u{3}");
        let out = terminal.wait_exit();
        assert_eq!(out.code, Some(130), "{command}: {out}");
    }
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn with_nobody_to_ask_it_names_the_passphrase_that_it_lacks() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let failed = fails(&client, "test-enc", "auth_no_answer");
    let detail = text(&failed, "detail");
    assert!(
        detail.contains("Passphrase for the key") && detail.contains("no terminal"),
        "{detail}"
    );
}

#[test]
fn a_key_that_the_server_does_not_take_is_named() {
    let sshd: Sshd = bare();
    let client = Client::of(&sshd);
    generate(&client.path("stranger"), "ed25519", "");
    for end in ["", ".pub"] {
        let of = |name: &str| client.path(&format!("{name}{end}"));
        std::fs::copy(of("stranger"), of("id_ed25519")).unwrap();
    }
    let failed = fails(&client, "test", "auth_refused");
    assert!(
        text(&failed, "detail").contains("/id_ed25519: refused"),
        "{failed}"
    );
    assert!(
        text(&failed, "remedy").contains("authorized_keys"),
        "{failed}"
    );
}

#[cfg(target_os = "linux")]
#[test]
fn a_password_opens_an_account_and_a_wrong_one_is_asked_for_three_times() {
    use crate::support::RootSshd;
    use crate::support::root_sshd::{PASSWORD, USER};
    let sshd = RootSshd::start();
    let client = Client::of(&sshd);
    client.askpass(&[("assword", PASSWORD)]);
    logs_in_with(&client, "test-pw", &format!("{USER} with password"));
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    client.askpass(&[("assword", "wrong")]);
    let failed = fails(&client, "test-pw", "auth_refused");
    assert!(text(&failed, "title").contains(USER), "{failed}");
    assert_eq!(client.asked().len(), 1 + 3, "{:?}", client.asked());
    assert_eq!(refusals(&sshd.log()), 3, "{}", sshd.log());
}
