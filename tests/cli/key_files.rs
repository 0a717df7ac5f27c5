//! Keys in every form, certificates, agents that are full or hang, and files that others may read.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::logging_in::{fails, logs_in_with, refusals};
use crate::scene::{NO_JUPYTER, bare, text};
use crate::support::keys::{PASSPHRASE, generate};
use crate::support::process::must;
use crate::support::{Agent, Client, Key, Options, Sshd};

/// Type, bits, form.
const FORMS: [(&str, &str, &str); 13] = [
    ("ed25519", "", "RFC4716"),
    ("ed25519", "", "PKCS8"),
    ("rsa", "2048", "RFC4716"),
    ("rsa", "2048", "PEM"),
    ("rsa", "3072", "PKCS8"),
    ("ecdsa", "256", "RFC4716"),
    ("ecdsa", "256", "PEM"),
    ("ecdsa", "256", "PKCS8"),
    ("ecdsa", "384", "RFC4716"),
    ("ecdsa", "384", "PEM"),
    ("ecdsa", "521", "RFC4716"),
    ("ecdsa", "521", "PEM"),
    ("ecdsa", "521", "PKCS8"),
];

struct Scene {
    folder: tempfile::TempDir,
    sshd: Sshd,
    client: Client,
}

/// A server that takes certificates of `ca`, and the keys that `allow` is called for.
fn scene() -> Scene {
    let folder = crate::support::folder("rj-keys-");
    generate(&folder.path().join("ca"), "ed25519", "");
    let allowed = folder.path().join("allowed");
    fs::write(&allowed, "").unwrap();
    let sshd = Sshd::with(&Options {
        jupyter: false,
        config: vec![
            format!("AuthorizedKeysFile {}", allowed.display()),
            format!(
                "TrustedUserCAKeys {}",
                folder.path().join("ca.pub").display()
            ),
        ],
        ..Options::default()
    });
    let client = Client::of(&sshd);
    Scene {
        folder,
        sshd,
        client,
    }
}

impl Scene {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn key(&self, name: &str, kind: &str, bits: &str, form: &str, passphrase: &str) -> PathBuf {
        let file = self.path(name);
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-t", kind, "-m", form, "-N", passphrase]);
        if !bits.is_empty() {
            keygen.args(["-b", bits]);
        }
        must(keygen.arg("-f").arg(&file));
        file
    }

    fn allow(&self, key: &Path) {
        let public = fs::read_to_string(key.with_extension("pub")).unwrap();
        let allowed = self.path("allowed");
        fs::write(&allowed, fs::read_to_string(&allowed).unwrap() + &public).unwrap();
    }

    fn certify(&self, key: &Path, validity: &str) {
        let mut keygen = Command::new("ssh-keygen");
        keygen.args(["-q", "-I", "test", "-V", validity, "-n"]);
        keygen.arg(crate::support::Server::user(&self.sshd));
        must(
            keygen
                .arg("-s")
                .arg(self.path("ca"))
                .arg(key.with_extension("pub")),
        );
    }

    fn host(&self, name: &str, file: &Path, more: &[&str]) {
        let line = format!("IdentityFile {}", file.display());
        let lines = [
            &[
                line.as_str(),
                "IdentitiesOnly yes",
                "PubkeyAuthentication yes",
            ],
            more,
        ]
        .concat();
        self.client
            .add_host_with(name, &self.sshd, Key::None, &lines);
    }
}

#[test]
fn every_type_and_form_of_key_opens_it_plain_and_encrypted_and_without_its_public_half() {
    let scene = scene();
    scene.client.askpass(&[("assphrase", PASSPHRASE)]);
    let mut encrypted = 0;
    for (number, (kind, bits, form)) in FORMS.into_iter().enumerate() {
        let passphrase = if number % 2 == 0 { "" } else { PASSPHRASE };
        let name = format!("{kind}-{bits}-{form}");
        let file = scene.key(&name, kind, bits, form, passphrase);
        scene.allow(&file);
        if number % 3 != 0 {
            fs::remove_file(file.with_extension("pub")).unwrap();
        }
        encrypted += usize::from(!passphrase.is_empty());
        scene.host(&name, &file, &[]);
        logs_in_with(&scene.client, &name, &format!("key {}", file.display()));
    }
    assert_eq!(
        scene.client.asked().len(),
        encrypted,
        "{:?}",
        scene.client.asked()
    );
    assert_eq!(scene.sshd.connections(), FORMS.len());
    assert_eq!(refusals(&scene.sshd.log()), 0, "{}", scene.sshd.log());
}

#[test]
fn a_passphrase_is_not_asked_for_a_key_that_the_server_does_not_take() {
    let scene = scene();
    scene.client.askpass(&[("assphrase", PASSPHRASE)]);
    let file = scene.key("stranger", "ed25519", "", "RFC4716", PASSPHRASE);
    scene.host("stranger", &file, &[]);
    fails(&scene.client, "stranger", "auth_refused");
    assert_eq!(scene.client.asked(), Vec::<String>::new());
}

#[test]
fn certificates_of_every_type_open_it_from_files_and_from_the_agent() {
    let scene = scene();
    let mut files = Vec::new();
    for (kind, bits) in [
        ("ed25519", ""),
        ("rsa", "2048"),
        ("ecdsa", "256"),
        ("ecdsa", "521"),
    ] {
        let name = format!("{kind}{bits}");
        let file = scene.key(&name, kind, bits, "RFC4716", "");
        scene.certify(&file, "-1d:+1d");
        scene.host(&name, &file, &[]);
        logs_in_with(&scene.client, &name, "-cert.pub");
        files.push(file);
    }
    // Named, and lying elsewhere.
    let elsewhere = scene.path("elsewhere.pub");
    fs::rename(scene.path("ed25519-cert.pub"), &elsewhere).unwrap();
    let line = format!("CertificateFile {}", elsewhere.display());
    scene.host("named", &files[0], &[&line]);
    logs_in_with(&scene.client, "named", "certificate ");
    // In the agent: ssh-add loads the certificate that lies beside a key.
    let socket = Agent::of(&scene.client, &[]);
    must(scene.client.bare("ssh-add").arg("-q").arg(&files[1]));
    logs_in_with(&scene.client, "test-agent", "agent key");
    drop(socket);
}

#[test]
fn a_certificate_that_is_out_of_date_is_said_and_not_shown() {
    let scene = scene();
    let file = scene.key("old", "ed25519", "", "RFC4716", "");
    scene.certify(&file, "-10d:-2d");
    scene.host("old", &file, &[]);
    let failed = fails(&scene.client, "old", "certificate");
    assert!(
        text(&failed, "detail").contains("expired 2 days ago"),
        "{failed}"
    );
}

#[test]
fn a_key_that_others_may_read_is_not_used_as_with_ssh() {
    let scene = scene();
    let file = scene.key("open", "ed25519", "", "RFC4716", "");
    scene.allow(&file);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    scene.host("open", &file, &[]);
    let failed = fails(&scene.client, "open", "key_permissions");
    assert!(text(&failed, "remedy").contains("chmod 600"), "{failed}");
    let ssh = scene
        .client
        .ssh(&["-o", "BatchMode=yes", "open", "true"])
        .output()
        .unwrap();
    assert!(!ssh.status.success(), "ssh takes it");
    assert_eq!(scene.sshd.connections(), 0);
}

/// Side by side with ssh: eight keys in the agent, the right one last.
#[test]
fn a_full_agent_does_as_well_as_with_ssh() {
    for (tries, opens) in [(6, false), (9, true)] {
        let sshd = Sshd::with(&Options {
            jupyter: false,
            config: vec![format!("MaxAuthTries {tries}")],
            ..Options::default()
        });
        let client = Client::of(&sshd);
        let mut names: Vec<String> = (0..7).map(|number| format!("other{number}")).collect();
        for name in &names {
            generate(&client.path(name), "ed25519", "");
        }
        names.push("id_ed25519".into());
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let _agent = Agent::of(&client, &names);
        let ssh = client
            .ssh(&["-o", "BatchMode=yes", "test-agent", "true"])
            .output()
            .unwrap();
        assert_eq!(ssh.status.success(), opens, "ssh, MaxAuthTries {tries}");
        if opens {
            logs_in_with(&client, "test-agent", "agent key");
        } else {
            let failed = fails(&client, "test-agent", "auth_too_many_tries");
            assert!(
                text(&failed, "remedy").contains("IdentitiesOnly"),
                "{failed}"
            );
        }
        // With the right key named it is the first, and the only one.
        let before = refusals(&sshd.log());
        let line = format!("IdentityFile {}", client.path("id_ed25519").display());
        client.add_host_with(
            "named",
            &sshd,
            Key::None,
            &[&line, "IdentityAgent SSH_AUTH_SOCK"],
        );
        logs_in_with(&client, "named", "agent key");
        assert_eq!(refusals(&sshd.log()), before, "{}", sshd.log());
    }
}

#[test]
fn an_agent_that_hangs_is_passed_over_and_one_that_is_gone_too() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let socket = client.path("run/hanging");
    let _hangs = UnixListener::bind(&socket).unwrap();
    let agent = format!("IdentityAgent {}", socket.display());
    let key = format!("IdentityFile {}", client.path("id_ed25519").display());
    client.add_host_with("hangs", &sshd, Key::None, &[&key, &agent]);
    client.add_host_with(
        "gone",
        &sshd,
        Key::None,
        &[&key, "IdentityAgent /nowhere/agent"],
    );
    for host in ["hangs", "gone"] {
        logs_in_with(&client, host, "/id_ed25519");
    }
    client.add_host_with("alone", &sshd, Key::None, &["IdentityFile none", &agent]);
    let failed = fails(&client, "alone", "agent");
    assert!(
        text(&failed, "detail").contains("does not answer"),
        "{failed}"
    );
}

#[test]
fn algorithms_are_chosen_as_ssh_chooses_them() {
    let sshd = bare();
    let client = Client::of(&sshd);
    let chosen = [
        "Ciphers aes256-ctr",
        "MACs hmac-sha2-512",
        "KexAlgorithms ecdh-sha2-nistp384",
    ];
    client.add_host_with("chosen", &sshd, Key::Ed25519, &chosen);
    logs_in_with(&client, "chosen", "/id_ed25519");
    client.add_host_with(
        "empty",
        &sshd,
        Key::Ed25519,
        &["KexAlgorithms sntrup761x25519-sha512@openssh.com"],
    );
    // Left to `ssh`, which has it, where it may be used.
    let out = client.run(&["doctor", "empty", "--json"]);
    assert_eq!(out.code, NO_JUPYTER, "{out}");
    client.configure("[[host]]\nname = \"empty\"\ntransport = \"libssh2\"\n");
    let out = client.run(&["doctor", "empty", "--json"]);
    assert_eq!(out.code, Some(5), "{out}");
    assert!(out.stdout.contains("KexAlgorithms"), "{out}");
    client.configure("");

    let other = Sshd::with(&Options {
        jupyter: false,
        config: vec!["Ciphers aes256-ctr".into()],
        ..Options::default()
    });
    client.know_also(&other, crate::support::Known::Right);
    client.add_host_with("apart", &other, Key::Ed25519, &["Ciphers aes128-ctr"]);
    let out = client.run(&["doctor", "apart", "--json"]);
    assert_eq!(out.code, Some(5), "{out}");
    assert!(out.stdout.contains("no algorithm in common"), "{out}");
}
