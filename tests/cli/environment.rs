//! The app's environment is not the terminal's: what is missing in it is named.

use crate::scene::{bare, text};
#[cfg(target_os = "linux")]
use crate::support::RootSshd;
use crate::support::process::must;
use crate::support::{Client, Key};

#[test]
fn an_agent_that_the_environment_does_not_name_is_missed_in_words() {
    let sshd = bare();
    let client = Client::of(&sshd);
    for lines in [
        &["IdentityFile none"][..],
        &["IdentityFile /nowhere/id_x", "IdentitiesOnly yes"],
    ] {
        let lines = [&["IdentityAgent SSH_AUTH_SOCK"], lines].concat();
        client.add_host_with(&format!("agent{}", lines.len()), &sshd, Key::None, &lines);
        let out = client.open(&format!("agent{}", lines.len())).wait_exit();
        let failed = out.last_event();
        assert_eq!(text(&failed, "code"), "auth_refused", "{out}");
        assert!(
            text(&failed, "detail").contains("SSH_AUTH_SOCK is not set"),
            "{failed}"
        );
        assert!(
            text(&failed, "remedy").contains("IdentityAgent"),
            "{failed}"
        );
    }
}

/// Most servers take a password too, and then the question for it must not hide why no key did.
#[cfg(target_os = "linux")]
#[test]
fn an_unset_variable_is_named_though_a_password_would_do() {
    let sshd = RootSshd::start();
    let client = Client::of(&sshd);
    client.env("SSH_AUTH_SOCK", "/nowhere/agent");
    for (alias, lines, seen) in [
        (
            "stale",
            ["IdentityAgent SSH_AUTH_SOCK", "IdentityFile none"],
            "/nowhere/agent: ",
        ),
        (
            "unset",
            ["IdentityAgent $MY_AGENT", "IdentityFile none"],
            "MY_AGENT is not set",
        ),
        (
            "file",
            ["IdentityFile ${MY_KEYS}/id", "IdentitiesOnly yes"],
            "MY_KEYS is not set",
        ),
    ] {
        client.add_host_with(alias, &sshd, Key::None, &lines);
        let failed = client.open(alias).wait_exit().last_event();
        assert_eq!(text(&failed, "code"), "auth_no_answer", "{failed}");
        assert!(text(&failed, "detail").contains(seen), "{failed}");
    }
    // ssh itself refuses this one.
    client.add_host_with("braces", &sshd, Key::None, &["IdentityAgent ${MY_AGENT}"]);
    let failed = client.open("braces").wait_exit().last_event();
    assert_eq!(text(&failed, "code"), "resolve", "{failed}");
    assert!(
        text(&failed, "remedy").contains("value of MY_AGENT"),
        "{failed}"
    );
}

#[test]
fn a_shell_that_is_not_there_is_named() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.env("SHELL", "/nowhere/fish");
    let proxy = "ProxyCommand true";
    client.add_host_with("proxied", &sshd, Key::Ed25519, &[proxy]);
    let failed = client.open("proxied").wait_exit().last_event();
    assert_eq!(text(&failed, "code"), "proxy_command", "{failed}");
    assert!(
        text(&failed, "detail").starts_with("/nowhere/fish: "),
        "{failed}"
    );
    assert!(text(&failed, "remedy").contains("SHELL"), "{failed}");
}

#[test]
fn a_proxy_command_that_is_not_found_names_the_path_that_was_searched() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let proxy = "ProxyCommand no-such-proxy-program %h %p";
    client.add_host_with("proxied", &sshd, Key::Ed25519, &[proxy]);
    let failed = client.open("proxied").wait_exit().last_event();
    assert_eq!(text(&failed, "code"), "proxy_command", "{failed}");
    assert!(
        text(&failed, "detail").contains("PATH of this program: /"),
        "{failed}"
    );
    assert!(text(&failed, "remedy").contains("full path"), "{failed}");
}

/// As OpenSSH does: `HOME` is another folder here, and `~` is the account's own home.
#[test]
fn a_tilde_is_the_accounts_home_whatever_the_environment_says() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let file = "~/.ssh/no-such-key-of-a-test";
    let line = format!("IdentityFile {file}");
    client.add_host_with("tilde", &sshd, Key::None, &[&line, "IdentitiesOnly yes"]);
    let account = must(std::process::Command::new("sh").args(["-c", "getent passwd \"$(id -u)\""]));
    let home = account.split(':').nth(5).unwrap();
    assert_ne!(home, client.path("home").to_str().unwrap());
    let expanded = file.replacen('~', home, 1);
    let failed = client.open("tilde").wait_exit().last_event();
    assert!(text(&failed, "detail").contains(&expanded), "{failed}");
    let ssh = client
        .ssh(&["-v", "-o", "BatchMode=yes", "tilde", "true"])
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&ssh.stderr).contains(&expanded));
}
