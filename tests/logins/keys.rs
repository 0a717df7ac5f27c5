//! The keys and certificates of the table, made once for all cases, and agents that hold some of them.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::support::process::{eventually, must};

/// Opens every key that is encrypted.
pub const PASSPHRASE: &str = "open sesame";

/// Name, type, passphrase. Those in capitals may log in by themselves.
const KEYS: [(&str, &str, &str); 13] = [
    ("A", "ed25519", ""),
    ("B", "ecdsa", ""),
    ("R", "rsa", ""),
    ("E", "ed25519", PASSPHRASE),
    ("F", "ed25519", PASSPHRASE),
    ("OPEN", "ed25519", ""),
    ("x", "ed25519", ""),
    ("y", "ed25519", ""),
    ("z", "ed25519", PASSPHRASE),
    ("c", "ed25519", ""),
    ("d", "ecdsa", ""),
    ("e", "ed25519", PASSPHRASE),
    ("ca", "ed25519", ""),
];

/// Certificate, its key, and how it is signed. Only `c`, `d` and `e` have one beside them.
const CERTIFICATES: [(&str, &str, &[&str]); 8] = [
    ("c", "c", &["-n", "rj-test"]),
    ("d", "d", &["-n", "rj-test", "-V", "-1d:+1d"]),
    ("e", "e", &["-n", "rj-test"]),
    ("ending", "c", &["-n", "rj-test", "-V", "-1d:+1d"]),
    ("stranger", "c", &["-n", "nobody-here"]),
    ("host", "c", &["-h", "-n", "rj-test"]),
    ("of-A", "A", &["-n", "rj-test"]),
    ("old", "c", &["-n", "rj-test", "-V", "-10d:-2d"]),
];

/// Keys of other forms, which may all log in, and have no `.pub` beside them.
const FORMS: [(&str, &str); 12] = [
    ("pem", "-t ecdsa -m PEM"),
    ("pem-locked", "-t ecdsa -m PEM"),
    ("pkcs8", "-t ecdsa -m PKCS8"),
    ("pkcs8-locked", "-t rsa -b 2048 -m PKCS8"),
    ("rsa-pem", "-t rsa -b 2048 -m PEM"),
    ("rsa-locked", "-t rsa -b 2048 -m PEM"),
    ("des-locked", "-t rsa -b 2048 -m PEM"),
    ("p384", "-t ecdsa -b 384"),
    ("p521", "-t ecdsa -b 521"),
    ("cbc-locked", "-t ed25519 -Z aes256-cbc"),
    ("gcm-locked", "-t ed25519 -Z aes256-gcm@openssh.com"),
    (
        "chacha-locked",
        "-t ed25519 -Z chacha20-poly1305@openssh.com",
    ),
];

/// Agent, and the keys that it holds; `!` in front: it asks its owner, who says so.
const AGENTS: [(&str, &[&str]); 7] = [
    ("empty", &[]),
    ("Ax", &["A", "x"]),
    ("xyA", &["x", "y", "A"]),
    ("c", &["c"]),
    ("with a blank", &["A"]),
    ("yes", &["!A"]),
    ("no", &["!A"]),
];

pub fn keygen(folder: &Path, arguments: &[&str]) {
    let mut keygen = Command::new("ssh-keygen");
    must(
        keygen
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null()),
    );
}

/// Fills the folder.
pub fn make(folder: &Path) {
    for (name, kind, passphrase) in KEYS {
        // Few rounds: this measures nothing.
        let common = [
            "-q", "-a", "1", "-C", name, "-f", name, "-N", passphrase, "-t", kind,
        ];
        keygen(folder, &common);
    }
    for (name, key, how) in CERTIFICATES {
        let public = format!("{name}.pub");
        if name != key {
            fs::copy(folder.join(format!("{key}.pub")), folder.join(&public)).unwrap();
        }
        keygen(
            folder,
            &[&["-q", "-s", "ca", "-I", name], how, &[&public]].concat(),
        );
        if name != key {
            fs::remove_file(folder.join(public)).unwrap();
        }
    }
    variants(folder);
    let public = |name: &str| fs::read_to_string(folder.join(format!("{name}.pub"))).unwrap();
    let mut allowed = ["A", "B", "R", "E", "F", "OPEN"].map(public).concat();
    for (name, _) in FORMS {
        allowed += &public(name);
        fs::remove_file(folder.join(format!("{name}.pub"))).unwrap();
    }
    fs::write(folder.join("allowed"), allowed).unwrap();
    spoilt(folder);
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Files that are not as `ssh-keygen` leaves them.
fn variants(folder: &Path) {
    let copy = |from: &str, to: &str| {
        fs::copy(folder.join(from), folder.join(to)).unwrap();
    };
    copy("A", "bare"); // no .pub beside it
    copy("E", "bare-locked");
    copy("A.pub", "half.pub"); // no private key
    copy("A", "mixed"); // the .pub is another's
    copy("x.pub", "mixed.pub");
    copy("x", "mixed-too");
    copy("A.pub", "mixed-too.pub");
    copy("A.pub", "public"); // a public key without the ending
    copy("c-cert.pub", "lone-cert.pub");
    let options = format!(
        "# mine\nrestrict {}",
        fs::read_to_string(folder.join("A.pub")).unwrap()
    );
    fs::write(folder.join("options.pub"), options).unwrap();
    fs::write(folder.join("garbage"), "no key\n").unwrap();
    for file in ["garbage", "public"] {
        fs::set_permissions(folder.join(file), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::set_permissions(folder.join("OPEN"), fs::Permissions::from_mode(0o644)).unwrap();
    for (name, how) in FORMS {
        let passphrase = if name.ends_with("-locked") {
            PASSPHRASE
        } else {
            ""
        };
        let common = ["-q", "-a", "1", "-N", passphrase, "-f", name];
        let how: Vec<&str> = how.split(' ').collect();
        keygen(folder, &[&common[..], &how].concat());
    }
    relock(folder);
}

/// The oldest form of all, which `ssh-keygen` writes no more and reads still.
fn relock(folder: &Path) {
    let mut openssl = Command::new("openssl");
    openssl
        .current_dir(folder)
        .args(["rsa", "-traditional", "-des3"]);
    openssl.args(["-in", "des-locked", "-out", "des3", "-passin"]);
    let pass = format!("pass:{PASSPHRASE}");
    must(
        openssl
            .args([&pass, "-passout", &pass])
            .stdin(Stdio::null()),
    );
    fs::rename(folder.join("des3"), folder.join("des-locked")).unwrap();
}

/// Key files as editors, mails and Windows write them.
fn spoilt(folder: &Path) {
    let read = |name: &str| fs::read_to_string(folder.join(name)).unwrap();
    let crlf = |name: &str| read(name).replace('\n', "\r\n");
    let files = [
        ("crlf", crlf("A")),
        ("pem-crlf", crlf("pem")),
        ("crlf-half.pub", crlf("A.pub")),
        ("blanks", read("A").replace('\n', " \n")),
        ("no-end", read("A").trim_end().to_owned()),
        ("front", format!("my key\n\n{}", read("A"))),
        ("bom", format!("\u{feff}{}", read("A"))),
        ("empty", String::new()),
    ];
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
        fs::set_permissions(folder.join(name), fs::Permissions::from_mode(0o600)).unwrap();
    }
    fs::create_dir(folder.join("folder")).unwrap();
    for name in [
        "of-case",
        "of-rj-test",
        "of-127.0.0.1",
        "of-%",
        "of a blank",
    ] {
        fs::copy(folder.join("A"), folder.join(name)).unwrap();
    }
    fs::copy(folder.join("c-cert.pub"), folder.join("case-cert.pub")).unwrap();
    std::os::unix::fs::symlink("agent-Ax", folder.join("agent-case")).unwrap();
}

/// The agents. They end with this.
pub struct Agents(Vec<Child>);

impl Agents {
    pub fn start(folder: &Path) -> Self {
        let running = AGENTS.map(|(name, keys)| start(folder, name, keys));
        // A socket that nobody listens at any more.
        drop(std::os::unix::net::UnixListener::bind(socket(folder, "dead")).unwrap());
        Self(running.into())
    }
}

impl Drop for Agents {
    fn drop(&mut self) {
        for child in &mut self.0 {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

pub fn socket(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("agent-{name}"))
}

fn start(folder: &Path, name: &str, keys: &[&str]) -> Child {
    let socket = socket(folder, name);
    let owner = folder.join(format!("owner-{name}"));
    let answer = if name == "no" { "exit 1" } else { "exit 0" };
    fs::write(&owner, format!("#!/bin/sh\n{answer}\n")).unwrap();
    fs::set_permissions(&owner, fs::Permissions::from_mode(0o755)).unwrap();
    let mut agent = Command::new("ssh-agent");
    agent.arg("-D").arg("-a").arg(&socket).stdout(Stdio::null());
    agent
        .env("SSH_ASKPASS", owner)
        .env("SSH_ASKPASS_REQUIRE", "force");
    let child = agent.spawn().expect("ssh-agent");
    assert!(eventually(Duration::from_secs(10), || socket.exists()));
    for key in keys {
        let mut add = Command::new("ssh-add");
        add.current_dir(folder)
            .env("SSH_AUTH_SOCK", &socket)
            .arg("-q");
        if key.starts_with('!') {
            add.arg("-c");
        }
        must(add.arg(key.trim_start_matches('!')));
    }
    child
}
