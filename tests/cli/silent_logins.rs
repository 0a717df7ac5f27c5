//! Logins that wait for a human without a prompt: a push on a phone, an agent that asks its owner. The push is a real
//! PAM module (`pam_exec`) that counts and sleeps.
#![cfg(target_os = "linux")]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::scene::{SOON, text};
use crate::support::network::Network;
use crate::support::{Agent, Client, Key, Known, Opened, RootSshd, Server, Sshd};

const ANSWERS: &str = "AuthenticationMethods keyboard-interactive";

/// What a phone gets.
struct Push(TempDir);

impl Push {
    /// Approved after so many seconds.
    fn after(seconds: u32) -> Self {
        let push = Self(crate::support::folder("rj-push-"));
        fs::set_permissions(push.0.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let folder = push.0.path().display();
        let script = format!("#!/bin/sh\necho >>{folder}/count\nsleep \"$(cat {folder}/delay)\"\n");
        let file = push.0.path().join("push");
        fs::write(&file, script).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        push.delay(seconds);
        push
    }

    fn delay(&self, seconds: u32) {
        fs::write(self.0.path().join("delay"), seconds.to_string()).unwrap();
    }

    fn count(&self) -> usize {
        let text = fs::read_to_string(self.0.path().join("count"));
        text.unwrap_or_default().lines().count()
    }

    fn server(&self, config: &[&str]) -> RootSshd {
        let push = self.0.path().join("push");
        let stack = format!(
            "auth required pam_exec.so quiet {}\nauth required pam_permit.so\naccount required pam_permit.so\nsession required pam_permit.so\n",
            push.display()
        );
        RootSshd::with_pam(config, &stack, "")
    }
}

fn client_of(server: &dyn Server) -> Client {
    let client = Client::new();
    client.add_host("test", server, Key::Password);
    client.know(server, Known::Right);
    client
}

/// The session keeps its port, says what its login waits for, and begins no other login by itself.
fn assert_waits_for_the_user(mut opened: Opened, patience: Duration, cause: &str) {
    let deadline = Instant::now() + patience;
    let lost = loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let event = opened.wait_phase_within("reconnecting", left);
        if event["loss"]["needs_login"] == true {
            break event;
        }
    };
    assert!(text(&lost, "note").contains(cause), "{lost}");
    std::thread::sleep(Duration::from_secs(3));
    assert!(opened.is_running());
    opened.interrupt();
    assert_eq!(opened.wait_exit_within(SOON).code, Some(0));
}

fn hints(opened: &Opened) -> Vec<&String> {
    let is_hint = |line: &&String| line.contains("\"waits\":true") && line.contains("your phone");
    opened.seen.iter().filter(is_hint).collect()
}

#[test]
fn a_push_is_told_of_and_none_is_sent_while_reconnecting() {
    let push = Push::after(5);
    let banner = push.0.path().join("banner");
    fs::write(&banner, "Approve the request in MyCampus Guard.\n").unwrap();
    let sshd = push.server(&[ANSWERS, &format!("Banner {}", banner.display())]);
    let network = Network::to(&sshd);
    let client = client_of(&network);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    let told = hints(&opened);
    assert_eq!(told.len(), 1, "{:?}", opened.seen);
    assert!(told[0].contains("MyCampus Guard"), "{told:?}");
    network.cut();
    assert_waits_for_the_user(opened, SOON, "needs an answer");
    assert_eq!(push.count(), 1);
}

#[test]
fn a_conversation_that_needs_nobody_is_had_again_until_it_waits_for_somebody() {
    let push = Push::after(0);
    let sshd = push.server(&[ANSWERS]);
    let network = Network::to(&sshd);
    let client = client_of(&network);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    network.cut();
    opened.wait_phase("reconnecting");
    opened.wait_phase("ready");
    assert!(hints(&opened).is_empty(), "{:?}", opened.seen);
    push.delay(90);
    let before = push.count();
    network.cut();
    assert_waits_for_the_user(opened, Duration::from_secs(40), "was silent for");
    assert_eq!(push.count(), before + 1);
}

#[test]
fn a_jump_hosts_push_is_not_sent_while_reconnecting_either() {
    let push = Push::after(5);
    let jump = push.server(&[ANSWERS]);
    let (sshd, network) = (Sshd::start(), Network::to(&jump));
    let client = Client::new();
    client.add_host("jump", &network, Key::Password);
    client.add_host_with("test", &sshd, Key::Ed25519, &["ProxyJump jump"]);
    client.know(&network, Known::Right);
    client.know_also(&sshd, Known::Right);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    assert_eq!(hints(&opened).len(), 1, "{:?}", opened.seen);
    network.cut();
    assert_waits_for_the_user(opened, SOON, "needs an answer");
    assert_eq!(push.count(), 1);
}

#[test]
fn an_agent_that_asks_its_owner_is_told_of_and_asked_once_while_reconnecting() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host("test", &network, Key::Agent);
    client.know(&network, Known::Right);
    let _agent = Agent::confirming(&client, "id_ed25519", "sleep 5");
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    assert_eq!(hints(&opened).len(), 1, "{:?}", opened.seen);
    assert_eq!(Agent::confirmations(&client), 1);
    Agent::confirm_by(&client, "exit 1");
    network.cut();
    let out = opened.wait_exit_within(SOON);
    assert_eq!(text(&out.last_event(), "code"), "agent", "{out}");
    assert_eq!(Agent::confirmations(&client), 2);
}

/// A server that asks a human in the `none` method, before it names any other: by PAM here, with an empty password.
/// Tailscale's check mode does so with a banner that has an address to visit; sshd sends its own banner afterwards.
#[test]
fn a_server_that_asks_a_human_before_it_names_a_method_is_asked_once_while_reconnecting() {
    let push = Push::after(6);
    let sshd = push.server(&["PermitEmptyPasswords yes"]);
    let network = Network::to(&sshd);
    let client = client_of(&network);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    assert_eq!(hints(&opened).len(), 1, "{:?}", opened.seen);
    push.delay(90);
    let before = push.count();
    network.cut();
    assert_waits_for_the_user(opened, Duration::from_secs(60), "was silent for");
    assert_eq!(push.count(), before + 1);
}

/// After the login: a module of PAM's session that mounts a home, or asks for a confirmation.
#[test]
fn a_session_that_is_slow_to_open_is_told_of() {
    let push = Push::after(6);
    let stack = format!(
        "auth required pam_permit.so\naccount required pam_permit.so\nsession required pam_exec.so quiet {}\n",
        push.0.path().join("push").display()
    );
    let sshd = RootSshd::with_pam(&[], &stack, "");
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    opened.wait_phase("starting");
    let slow =
        |line: &&String| line.contains("\"waits\":true") && line.contains("takes long to open");
    assert_eq!(
        opened.seen.iter().filter(slow).count(),
        1,
        "{:?}",
        opened.seen
    );
}

#[test]
fn a_jump_hosts_conversation_that_needs_nobody_is_had_again() {
    let push = Push::after(0);
    let jump = push.server(&[ANSWERS]);
    let (sshd, network) = (Sshd::start(), Network::to(&jump));
    let client = Client::new();
    client.add_host("jump", &network, Key::Password);
    client.add_host_with("test", &sshd, Key::Ed25519, &["ProxyJump jump"]);
    client.know(&network, Known::Right);
    client.know_also(&sshd, Known::Right);
    let mut opened = client.open("test");
    opened.wait_phase("ready");
    network.cut();
    opened.wait_phase("reconnecting");
    opened.wait_phase("ready");
}
