//! Security keys in files, which `ssh` uses through a library: here one that needs no device.

use std::path::PathBuf;
use std::process::Command;

use crate::session::Login;
use crate::support::network::Network;
use crate::support::process::{PATIENCE, finish};
use crate::support::{Client, Key, Known, Sshd};

/// The versions of OpenSSH's interface since 8.4; a release takes its own alone.
const VERSIONS: [&str; 4] = ["0x000b0000", "0x000a0000", "0x00090000", "0x00070000"];

/// Builds the library and makes a key in the client's folder. Returns both.
fn make(client: &Client) -> (PathBuf, PathBuf) {
    let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/openssh/security_key.c");
    let (library, key) = (client.path("security_key.so"), client.path("id_sk"));
    let mut said = String::new();
    for version in VERSIONS {
        let mut compile = Command::new("gcc");
        compile.args(["-shared", "-fPIC", "-Wall", "-Werror"]);
        compile.arg(format!("-DAPI_VERSION={version}"));
        compile.arg(source).arg("-o").arg(&library).arg("-lcrypto");
        let out = finish(&mut compile, PATIENCE);
        assert_eq!(out.code, Some(0), "gcc: {out}");
        let mut generate = client.bare("ssh-keygen");
        generate.args(["-q", "-t", "ed25519-sk", "-N", "", "-w"]);
        let out = finish(generate.arg(&library).arg("-f").arg(&key), PATIENCE);
        if out.code == Some(0) {
            return (library, key);
        }
        said += &out.to_string();
    }
    panic!("ssh-keygen makes no security key: {said}")
}

fn client_of(network: &Network, sshd: &Sshd, has_library: bool) -> Client {
    let client = Client::new();
    let (library, key) = make(&client);
    let mut lines = vec![format!("IdentityFile {}", key.display())];
    if has_library {
        lines.push(format!("SecurityKeyProvider {}", library.display()));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    client.add_host_with("test", network, Key::None, &lines);
    client.know(network, Known::Right);
    sshd.set_authorized_keys(&client.read("id_sk.pub"));
    client
}

#[test]
fn a_key_behind_a_library_of_the_users_is_enough_for_the_whole_session() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network, &sshd, true);
    let login = Login::new(&sshd, &network, &client);
    login.works_with_ssh();
    login.whole_session();
}

#[test]
fn a_key_whose_device_is_not_plugged_in_is_said_to_need_it() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = client_of(&network, &sshd, false);
    let login = Login::new(&sshd, &network, &client);
    let out = login.run(&["open", "test", "--json", "--no-browser"]);
    let event = out.last_event();
    assert_eq!(out.code, Some(4), "{out}");
    assert!(
        event["detail"]
            .as_str()
            .unwrap()
            .contains("device not found"),
        "{event}"
    );
    assert_eq!(
        login.attempts(),
        2,
        "the library's, and ssh's: {}",
        sshd.log()
    );
    login.assert_nothing_left();
}
