//! The host's key: unknown, changed, or known by another type.

use std::fs;

use crate::scene::{bare, configure, fails, text};
use crate::support::process::must;
use crate::support::{Client, Key, Known, Options, Server, Sshd};

/// Logged in, but with nothing to attach to: the cheapest way to see that a login worked.
const GOT_IN: (i32, &str) = (6, "nothing_running");

fn client_of(sshd: &Sshd, known: Known) -> Client {
    let client = Client::of(sshd);
    client.know(sshd, known);
    configure(&client, "launcher = \"attach\"");
    client
}

/// The SHA256 fingerprints of lines as in `known_hosts`, by OpenSSH.
fn fingerprints(client: &Client, lines: &[String]) -> Vec<String> {
    let file = client.path("keys.pub");
    fs::write(&file, lines.join("\n") + "\n").unwrap();
    let out = must(client.bare("ssh-keygen").arg("-lf").arg(&file));
    out.lines()
        .map(|line| line.split(' ').nth(1).unwrap().to_owned())
        .collect()
}

fn known_to_openssh(client: &Client, sshd: &Sshd) -> bool {
    let name = format!("[{}]:{}", sshd.address().ip(), sshd.address().port());
    let mut keygen = client.bare("ssh-keygen");
    keygen
        .args(["-F", &name, "-f"])
        .arg(client.path("known_hosts"));
    keygen.output().unwrap().status.success()
}

#[test]
fn an_unknown_key_is_asked_about_and_enter_means_no() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Not);
    let mut terminal = client.terminal(&["open", "test", "--no-browser"]);
    let prompt = terminal.expect("(yes/no)");
    let shown = fingerprints(&client, &sshd.host_keys());
    assert!(shown.iter().any(|print| prompt.contains(print)), "{prompt}");
    terminal.answer("");
    let out = terminal.wait_exit();
    assert_eq!(out.code, Some(3), "{out}");
    assert!(out.stdout.contains("was not accepted"), "{out}");
    assert_eq!(client.read("known_hosts"), "");
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn a_key_that_was_accepted_is_known_to_openssh_and_not_asked_about_again() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Not);
    let mut terminal = client.terminal(&["open", "test", "--no-browser"]);
    terminal.expect("(yes/no)");
    terminal.answer("yes");
    let out = terminal.wait_exit();
    assert_eq!(out.code, Some(GOT_IN.0), "{out}");
    assert!(
        known_to_openssh(&client, &sshd),
        "{}",
        client.read("known_hosts")
    );
    fails(&client, &[], GOT_IN.0, GOT_IN.1);
    assert_eq!(
        client.ssh_run("test", "echo in"),
        "in\n",
        "OpenSSH does not ask either"
    );
}

#[test]
fn a_changed_key_is_refused_with_both_fingerprints_and_the_line() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Wrong);
    let before = client.read("known_hosts");
    client.askpass(&[("", "yes")]);
    let failed = fails(&client, &[], 3, "host_key_changed");
    let detail = text(&failed, "detail");
    let shown = fingerprints(&client, &sshd.host_keys());
    assert!(shown.iter().any(|print| detail.contains(print)), "{detail}");
    let lines: Vec<String> = before
        .lines()
        .map(|line| line.split_once(' ').unwrap().1.into())
        .collect();
    let file = client.path("known_hosts");
    for (number, print) in fingerprints(&client, &lines).iter().enumerate() {
        let place = format!("{}:{}", file.display(), number + 1);
        assert!(
            detail
                .lines()
                .any(|line| line.contains(print) && line.contains(&place)),
            "{print} {place}: {detail}"
        );
    }
    assert!(
        text(&failed, "remedy").contains("ssh-keygen -R"),
        "{failed}"
    );
    assert_eq!(client.read("known_hosts"), before);
    assert_eq!(
        client.asked(),
        Vec::<String>::new(),
        "a changed key is no question"
    );
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn with_nobody_to_ask_it_says_what_was_lacking() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Not);
    let failed = fails(&client, &[], 3, "host_key_unknown");
    assert!(text(&failed, "detail").contains("no terminal"), "{failed}");
    assert_eq!(client.read("known_hosts"), "");
}

#[test]
fn a_host_known_by_its_rsa_key_alone_is_no_stranger() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Right);
    let lines = client.read("known_hosts");
    let rsa: Vec<&str> = lines
        .lines()
        .filter(|line| line.contains(" ssh-rsa "))
        .collect();
    assert_eq!((rsa.len(), lines.lines().count()), (1, 3));
    fs::write(client.path("known_hosts"), format!("{}\n", rsa[0])).unwrap();
    fails(&client, &[], GOT_IN.0, GOT_IN.1);
    assert_eq!(sshd.connections(), 1);
}

#[test]
fn a_revoked_key_is_refused_with_its_place_though_it_is_also_known() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Right);
    let known = client.path("known_hosts");
    let revoked: Vec<String> = sshd
        .host_keys()
        .iter()
        .map(|key| format!("@revoked * {key}\n"))
        .collect();
    fs::write(&known, client.read("known_hosts") + &revoked.concat()).unwrap();
    client.askpass(&[("", "yes")]);
    let failed = fails(&client, &[], 3, "host_key_revoked");
    let detail = text(&failed, "detail");
    assert!(
        detail.contains("SHA256:") && detail.contains(&format!("{}:", known.display())),
        "{detail}"
    );
    assert_eq!(client.asked(), Vec::<String>::new());
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn a_key_in_the_list_of_revoked_ones_is_refused() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Right);
    let list = client.path("revoked");
    fs::write(&list, sshd.host_keys().join("\n")).unwrap();
    let more = format!("Host *\n  RevokedHostKeys {}\n", list.display());
    fs::write(client.path("ssh_config"), client.read("ssh_config") + &more).unwrap();
    let failed = fails(&client, &[], 3, "host_key_revoked");
    assert!(text(&failed, "detail").contains("/revoked:"), "{failed}");
    fs::remove_file(&list).unwrap();
    fails(&client, &[], 3, "host_key_files");
    assert_eq!(sshd.connections(), 0);
}

#[test]
fn an_accepted_key_that_cannot_be_written_down_is_a_note() {
    let sshd = bare();
    let client = client_of(&sshd, Known::Not);
    let file = client.path("known_hosts").display().to_string();
    let nowhere = client.path("no/such/known_hosts").display().to_string();
    let config = client.read("ssh_config").replace(&file, &nowhere);
    fs::write(client.path("ssh_config"), config).unwrap();
    client.askpass(&[("(yes/no)", "yes")]);
    let out = client.open("test").wait_exit();
    assert_eq!(out.code, Some(GOT_IN.0), "{out}");
    assert!(out.stdout.contains("could not write the key"), "{out}");
}

/// Behind a local forward the loopback address is another machine's, which an alias names.
#[test]
fn an_exempt_loopback_address_is_shown_as_unchecked_and_an_alias_ends_the_exemption() {
    let sshd = bare();
    let client = Client::of(&sshd);
    client.know(&sshd, Known::Wrong);
    let exempt = "NoHostAuthenticationForLocalhost yes";
    let aliased = ["HostKeyAlias cluster", exempt];
    client.add_host_with("exempt", &sshd, Key::Ed25519, &[exempt]);
    client.add_host_with("aliased", &sshd, Key::Ed25519, &aliased);
    let wrong = client.read("known_hosts");
    let key = wrong.split_once(' ').unwrap().1;
    fs::write(client.path("known_hosts"), format!("{wrong}cluster {key}")).unwrap();
    let out = client.run(&["doctor", "exempt"]);
    assert!(out.stdout.contains("was not checked"), "{out}");
    assert!(!out.stdout.contains("is known"), "{out}");
    let out = client.run(&["doctor", "aliased"]);
    assert_eq!(out.code, Some(3), "{out}");
    assert_eq!(sshd.connections(), 1);
}

#[test]
fn a_server_with_nothing_in_common_is_told_with_both_lists_and_its_own_remedy() {
    for (line, named, remedy) in [
        (
            "KexAlgorithms sntrup761x25519-sha512@openssh.com",
            "sntrup761x25519",
            "post-quantum",
        ),
        (
            "MACs umac-64@openssh.com",
            "umac-64@openssh.com",
            "one of this program's algorithms",
        ),
    ] {
        let config = vec![line.into(), "Ciphers aes128-ctr".into()];
        let sshd = Sshd::with(&Options {
            jupyter: false,
            config,
            ..Options::default()
        });
        let client = client_of(&sshd, Known::Right);
        // Else it is left to `ssh`, which has them.
        configure(&client, "launcher = \"attach\"\ntransport = \"libssh2\"");
        let failed = fails(&client, &[], 5, "no_common_algorithm");
        assert!(text(&failed, "detail").contains(named), "{failed}");
        assert!(text(&failed, "remedy").contains(remedy), "{failed}");
        assert!(!text(&failed, "remedy").contains("SHA-1"), "{failed}");
    }
}

/// As OpenSSH 7.1 and older are: its signatures are SHA-1's, which this program refuses as OpenSSH does since 8.8.
#[test]
fn a_server_that_signs_by_sha1_alone_is_refused_in_words() {
    let sshd = Sshd::with(&Options {
        jupyter: false,
        config: vec!["HostKeyAlgorithms ssh-rsa".into()],
        ..Options::default()
    });
    let client = client_of(&sshd, Known::Right);
    let failed = fails(&client, &[], 5, "no_common_algorithm");
    let told = format!("{} {}", text(&failed, "title"), text(&failed, "remedy"));
    assert!(told.contains("OpenSSH") && told.contains("SHA-1"), "{told}");
    println!("{failed:#}");
}
