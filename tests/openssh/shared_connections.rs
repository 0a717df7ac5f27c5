//! A connection that the user's own `ssh` holds already: nobody logs in a second time.

use std::process::{Child, Stdio};

use crate::session::{Login, SOON, serves};
use crate::support::network::Network;
use crate::support::process::{PATIENCE, eventually, finish};
use crate::support::root_sshd::CODES;
use crate::support::{Client, Key, Known, RootSshd};

const CODE: &str = "auth required pam_google_authenticator.so user=root secret={codes}\naccount required pam_permit.so\nsession required pam_permit.so\n";

/// A user's `ssh -M`, which asks for a code. Dropping it ends it.
pub struct Master(Child);

impl Master {
    pub fn of(client: &Client, host: &str, code: &str) -> Self {
        client.askpass(&[("erification code", code)]);
        let mut ssh = client.ssh(&["-M", "-N", host]);
        // It is the user's, and none of what a test looks for afterwards.
        ssh.env_remove("RJ_FIXTURE").stderr(Stdio::null());
        let master = Self(ssh.spawn().expect("ssh"));
        assert!(eventually(PATIENCE, || is_up(client, host)), "no master");
        // From now on nobody has a code.
        client.askpass(&[]);
        master
    }

    pub fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for Master {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

pub fn is_up(client: &Client, host: &str) -> bool {
    finish(&mut client.ssh(&["-O", "check", host]), PATIENCE).code == Some(0)
}

pub fn two_factors() -> RootSshd {
    let methods = "AuthenticationMethods publickey,keyboard-interactive";
    RootSshd::with_pam(&[methods], CODE, "")
}

fn client_of(network: &Network) -> Client {
    let client = Client::new();
    let path = format!("ControlPath {}/cm-%C", client.path("home").display());
    client.add_host_with("test", network, Key::Ed25519, &[&path]);
    client.know(network, Known::Right);
    client
}

#[test]
fn a_live_master_serves_everything_without_a_second_login() {
    let sshd = two_factors();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    let mut master = Master::of(&client, "test", CODES[0]);
    let login = Login::new(&sshd, &network, &client);
    let mut opened = login.open();
    let cold = opened.wait_phase("ready");
    serves(&cold);
    login.ends(&mut opened, &["close", "test"]);
    login.assert_no_process();
    let mut opened = login.open();
    let warm = opened.wait_phase("ready");
    assert_eq!(warm["reused"], true);
    serves(&warm);
    assert_eq!(login.attempts(), 0, "{}", sshd.log());
    assert_eq!(client.asked().len(), 1, "{:?}", client.asked());
    assert!(master.is_alive(), "the user's own is left alone");
    // With the network the master goes too, and nobody is asked: the next one that the user starts is taken.
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    assert!(eventually(SOON, || !master.is_alive()), "the master ends");
    let _second = Master::of(&client, "test", CODES[1]);
    let out = login.run(&["open", "test", "--json", "--no-browser"]);
    assert_eq!(out.code, Some(0), "{out}");
    serves(&warm);
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
    assert_eq!(sshd.codes_left(), CODES.len() - 2);
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
    assert!(is_up(&client, "test"), "the user's own is left alone");
}

#[test]
fn a_masters_socket_that_nobody_answers_is_no_master() {
    let sshd = two_factors();
    let network = Network::to(&sshd);
    let client = client_of(&network);
    drop(Master::of(&client, "test", CODES[0]));
    let left = std::fs::read_dir(client.path("home")).unwrap().flatten();
    let left = left.filter(|entry| entry.file_name().to_string_lossy().starts_with("cm-"));
    assert_eq!(left.count(), 1, "a killed master leaves its socket");
    client.askpass(&[("erification code", CODES[1])]);
    let login = Login::new(&sshd, &network, &client);
    let mut opened = login.open();
    let ready = opened.wait_phase("ready");
    serves(&ready);
    assert_eq!(client.asked().len(), 2, "{:?}", client.asked());
    login.ends(&mut opened, &["stop", "test", "--yes"]);
    login.assert_nothing_left();
}
