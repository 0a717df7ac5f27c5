//! Several factors, and what PAM says of an account: an sshd with PAM and one-time codes of its own.
#![cfg(target_os = "linux")]

use crate::logging_in::{fails, logs_in_with};
use crate::scene::text;
use crate::support::root_sshd::{CODES, PASSWORD};
use crate::support::{Client, Key, RootSshd};

const CODE: &str = "auth required pam_google_authenticator.so user=root secret={codes}\naccount required pam_permit.so\nsession required pam_permit.so\n";
const PASSWORD_AND_CODE: &str = "auth required pam_unix.so\nauth required pam_google_authenticator.so user=root \
                                 secret={codes}\naccount required pam_permit.so\nsession required pam_permit.so\n";
const PASSWORD_ONLY: &str = "auth required pam_unix.so\naccount required pam_unix.so\npassword required pam_unix.so\nsession required pam_permit.so\n";

/// Asks whatever is asked for a code, or the password.
fn client_of(sshd: &RootSshd, code: &str) -> Client {
    let client = Client::of(sshd);
    client.askpass(&[("erification code", code), ("assword", PASSWORD)]);
    client
}

#[test]
fn a_key_and_then_one_code() {
    let sshd = RootSshd::with_pam(
        &["AuthenticationMethods publickey,keyboard-interactive"],
        CODE,
        "",
    );
    let client = client_of(&sshd, CODES[0]);
    logs_in_with(&client, "test", "/id_ed25519 + keyboard-interactive");
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    assert_eq!(sshd.codes_left(), CODES.len() - 1);
    assert!(!sshd.log().contains("Failed keyboard"), "{}", sshd.log());
    // The same code once more is wrong: nothing but its questions follows, and the key is shown once.
    let failed = fails(&client, "test", "second_factor");
    assert!(
        text(&failed, "detail").contains("keyboard-interactive: refused"),
        "{failed}"
    );
    assert_eq!(sshd.codes_left(), CODES.len() - 1);
    let partial = sshd.log().matches("Partial publickey").count();
    assert_eq!(partial, 2, "one for each login: {}", sshd.log());
}

#[test]
fn a_key_then_a_password_and_a_code_in_one_conversation() {
    let sshd = RootSshd::with_pam(
        &["AuthenticationMethods publickey,keyboard-interactive"],
        PASSWORD_AND_CODE,
        "",
    );
    let client = client_of(&sshd, CODES[0]);
    logs_in_with(&client, "test", "/id_ed25519 + keyboard-interactive");
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
    assert_eq!(sshd.codes_left(), CODES.len() - 1);
}

#[test]
fn a_password_and_a_code_and_a_wrong_code_is_asked_for_again() {
    let sshd = RootSshd::with_pam(
        &["AuthenticationMethods keyboard-interactive"],
        PASSWORD_AND_CODE,
        "",
    );
    let client = client_of(&sshd, CODES[0]);
    logs_in_with(&client, "test-pw", "keyboard-interactive");
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
    let mut terminal = client.terminal_asking(&["doctor", "test-pw"]);
    for code in ["12345678", CODES[1]] {
        terminal.expect("assword:");
        terminal.answer(PASSWORD);
        terminal.expect("erification code:");
        terminal.answer(code);
    }
    terminal.expect("logged in as");
    assert_eq!(terminal.wait_exit().code, Some(0));
    assert_eq!(sshd.codes_left(), CODES.len() - 2);
}

#[test]
fn factors_of_other_methods_one_after_the_other() {
    for (methods, alias, how) in [
        ("publickey,password", "test", "/id_ed25519 + password"),
        (
            "password,keyboard-interactive",
            "test-pw",
            "password + keyboard-interactive",
        ),
        (
            "keyboard-interactive,password",
            "test-pw",
            "keyboard-interactive + password",
        ),
    ] {
        let methods = format!("AuthenticationMethods {methods}");
        let sshd = RootSshd::with_pam(&[&methods], PASSWORD_ONLY, "");
        let client = client_of(&sshd, "");
        logs_in_with(&client, alias, how);
        let factors = how.matches("password").count() + how.matches("keyboard").count();
        assert_eq!(
            client.asked().len(),
            factors,
            "{methods}: {:?}",
            client.asked()
        );
    }
}

#[test]
fn two_keys_are_two_factors_and_neither_is_shown_twice() {
    let sshd = RootSshd::with(&["AuthenticationMethods publickey,publickey"]);
    let client = Client::of(&sshd);
    let second = format!("IdentityFile {}", client.path("id_ecdsa").display());
    client.add_host_with("two", &sshd, Key::Ed25519, &[&second]);
    logs_in_with(&client, "two", "/id_ecdsa");
    assert_eq!(
        sshd.log().matches("Partial publickey").count(),
        1,
        "{}",
        sshd.log()
    );
}

#[test]
fn an_expired_password_is_changed_in_the_servers_own_conversation() {
    let sshd = RootSshd::with_pam(&[], PASSWORD_ONLY, "0:0:99999:7:::");
    let client = Client::of(&sshd);
    let new = "another Passw0rd, quite new";
    client.askpass(&[
        ("urrent password", PASSWORD),
        ("ew password", new),
        ("assword", PASSWORD),
    ]);
    logs_in_with(&client, "test-pw", "keyboard-interactive");
    assert!(client.asked().len() >= 4, "{:?}", client.asked());
    client.askpass(&[("assword", new)]);
    let before = client.asked().len();
    logs_in_with(&client, "test-pw", "keyboard-interactive");
    assert_eq!(client.asked().len(), before + 1, "the new one, once");
}

#[test]
fn an_expired_account_is_said_in_the_servers_words() {
    let sshd = RootSshd::with_pam(&[], PASSWORD_ONLY, "20000:0:99999:7::1:");
    let client = client_of(&sshd, "");
    let failed = fails(&client, "test", "auth_hung_up");
    assert!(
        text(&failed, "detail").contains("account has expired"),
        "{failed}"
    );
    assert_eq!(sshd.connections(), 0);
}
