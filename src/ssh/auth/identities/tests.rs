//! The keys that a server is shown, in their order, and those that it is not.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use tempfile::TempDir;

use super::*;
use crate::ssh::resolve::read_options;
use crate::ssh::wire::put_string;

fn row(parts: &[&[u8]]) -> Vec<u8> {
    let mut blob = Vec::new();
    for part in parts {
        put_string(&mut blob, part);
    }
    blob
}

fn ed(fill: u8) -> Vec<u8> {
    row(&[b"ssh-ed25519", &[fill; 32]])
}

fn rsa(bits: usize) -> Vec<u8> {
    row(&[b"ssh-rsa", &[1, 0, 1], &vec![0xff; bits / 8]])
}

/// A user's certificate for [`ed`], which counts in that time. Nobody looks at its signature here.
fn certificate(fill: u8, (after, before): (u64, u64)) -> Vec<u8> {
    let mut blob = row(&[b"ssh-ed25519-cert-v01@openssh.com", b"nonce", &[fill; 32]]);
    blob.extend(7_u64.to_be_bytes());
    blob.extend(1_u32.to_be_bytes());
    blob.extend(row(&[b"id", b""]));
    blob.extend([after.to_be_bytes(), before.to_be_bytes()].concat());
    blob.extend(row(&[b"", b"", b"", &ed(99), b"signature"]));
    blob
}

fn line(blob: &[u8]) -> String {
    format!(
        "{} {} me@laptop\n",
        key_type(blob).unwrap(),
        Base64::encode_string(blob)
    )
}

fn agent(fills: &[u8]) -> Vec<AgentKey> {
    let key = |fill: &u8| AgentKey {
        blob: ed(*fill),
        comment: format!("key {fill}"),
    };
    fills.iter().map(key).collect()
}

/// A folder of keys, and a target whose configuration names `files`.
struct Set {
    folder: TempDir,
    target: SshTarget,
}

impl Set {
    fn new(files: &[&str]) -> Self {
        let folder = TempDir::new().unwrap();
        let options = "host k\nuser me\nhostname gpu01\nport 22\nrequiredrsasize 1024\n";
        let mut target = read_options(options, "k").unwrap();
        target.identity_files = files.iter().map(|name| folder.path().join(name)).collect();
        (target.identities_only, target.min_rsa_bits) = (false, 1024);
        target.pubkey_algorithms.clear();
        Self { folder, target }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(self, name: &str, blob: &[u8]) -> Self {
        fs::write(self.path(name), line(blob)).unwrap();
        self
    }

    /// The keys that the server is shown, in order, and who signs for each.
    fn shown(&self, held: &[u8]) -> Vec<(Vec<u8>, Signer)> {
        let keys = in_order(&self.target, &agent(held)).into_iter();
        keys.map(|key| (key.blob.unwrap(), key.signer)).collect()
    }

    fn file(&self, name: &str) -> Signer {
        Signer::File(self.path(name))
    }
}

fn by_agent(fill: u8) -> (Vec<u8>, Signer) {
    (ed(fill), Signer::Agent(ed(fill)))
}

#[test]
fn configured_keys_of_the_agent_come_first_then_its_others_then_the_files() {
    let set = Set::new(&["a", "b", "none"])
        .write("a.pub", &ed(1))
        .write("b.pub", &ed(2));
    let file = |name: &str, fill| (ed(fill), set.file(name));
    assert_eq!(set.shown(&[]), [file("a", 1), file("b", 2)]);
    assert_eq!(set.shown(&[3, 2]), [by_agent(2), by_agent(3), file("a", 1)]);
    let mut only = Set::new(&["a"]).write("a.pub", &ed(1));
    only.target.identities_only = true;
    assert_eq!(only.shown(&[3, 1]), [by_agent(1)]);
}

#[test]
fn a_named_certificate_is_shown_before_all_keys_and_signed_for_by_its_own() {
    let always = (0, u64::MAX);
    let mut set = Set::new(&["a", "b"])
        .write("a.pub", &ed(1))
        .write("b.pub", &ed(2))
        .write("a-cert.pub", &certificate(1, always))
        .write("named.pub", &certificate(2, always));
    // One that lies beside its key, unless others are named.
    let beside = (certificate(1, always), set.file("a"));
    assert_eq!(
        set.shown(&[]),
        [(ed(1), set.file("a")), beside, (ed(2), set.file("b"))]
    );
    let held = [
        by_agent(1),
        (certificate(1, always), Signer::Agent(ed(1))),
        (ed(2), set.file("b")),
    ];
    assert_eq!(set.shown(&[1]), held);
    let told = in_order(&set.target, &[]).into_iter().map(|key| key.what);
    let told: Vec<String> = told.collect();
    assert!(
        told[1].starts_with("certificate ") && told[1].ends_with("a-cert.pub"),
        "{told:?}"
    );
    // A plain key is no certificate, whatever names it.
    set.target.certificate_files = vec![set.path("named.pub"), set.path("b.pub"), set.path("none")];
    let named = |signer| (certificate(2, always), signer);
    let files = [(ed(1), set.file("a")), (ed(2), set.file("b"))];
    assert_eq!(
        set.shown(&[]),
        [&[named(set.file("b"))], &files[..]].concat()
    );
    let held = [named(Signer::Agent(ed(2))), by_agent(2), files[0].clone()];
    assert_eq!(set.shown(&[2]), held);
}

#[test]
fn a_key_that_the_configuration_rules_out_is_not_shown() {
    let mut set = Set::new(&["a", "r"])
        .write("a.pub", &ed(1))
        .write("r.pub", &rsa(1016));
    assert_eq!(set.shown(&[2]), [by_agent(2), (ed(1), set.file("a"))]);
    set = set.write("r.pub", &rsa(1024));
    assert_eq!(set.shown(&[]).len(), 2);
    set.target.pubkey_algorithms = vec!["rsa-sha2-512".into()];
    assert_eq!(set.shown(&[2]), [(rsa(1024), set.file("r"))]);
    let accepted = certificate(1, (0, 9));
    for (algorithm, blob, is_shown) in [
        ("ssh-ed25519", ed(1), true),
        ("ssh-ed25519", accepted.clone(), false),
        ("ssh-ed25519-cert-v01@openssh.com", accepted, true),
        ("rsa-sha2-256", rsa(2048), true),
        ("ssh-rsa", rsa(2048), true),
        ("rsa-sha2-512-cert-v01@openssh.com", rsa(2048), false),
        ("ssh-ed25519", rsa(2048), false),
    ] {
        set.target.pubkey_algorithms = vec!["ssh-dss".into(), algorithm.into()];
        assert_eq!(
            fits(&set.target, &blob),
            is_shown,
            "{algorithm} {:?}",
            key_type(&blob)
        );
    }
    assert!(signs(
        "rsa-sha2-256-cert-v01@openssh.com",
        "ssh-rsa-cert-v01@openssh.com"
    ));
}

#[test]
fn a_key_file_that_is_named_and_not_there_is_told_of() {
    let folder = TempDir::new().unwrap();
    let usual = folder.path().join(".ssh/id_ed25519");
    let mut set = Set::new(&["a", "b", "none", "id_rsa"])
        .write("a", &ed(1))
        .write("b.pub", &ed(2));
    set.target
        .identity_files
        .extend([usual, folder.path().join(".ssh/work")]);
    let told: Vec<&Path> = missing(&set.target).collect();
    let work = folder.path().join(".ssh/work");
    assert_eq!(
        told,
        [set.path("none").as_path(), &set.path("id_rsa"), &work]
    );
}

#[test]
fn a_certificate_is_in_date_from_its_first_second_to_its_last() {
    let at = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    let day = 86_400;
    let blob = certificate(1, (5 * day, 9 * day));
    assert_eq!(out_of_date(&blob, at(5 * day)), None);
    assert_eq!(out_of_date(&blob, at(9 * day - 1)), None);
    let early = out_of_date(&blob, at(5 * day - 1)).unwrap();
    assert!(early.contains("not valid yet"), "{early}");
    for (now, told) in [
        (9 * day, "it expired today"),
        (12 * day + 1, "it expired 3 days ago"),
    ] {
        assert_eq!(out_of_date(&blob, at(now)).as_deref(), Some(told));
    }
    assert_eq!(out_of_date(&ed(1), at(0)), None);
}

#[test]
fn a_public_key_is_a_line_of_its_type_and_its_bytes() {
    let encoded = Base64::encode_string(&ed(1));
    for (text, is_key) in [
        (format!("ssh-ed25519 {encoded}"), true),
        (format!("  ssh-ed25519 {encoded} me@laptop"), true),
        (format!("ssh-rsa {encoded}"), false),
        (format!("restrict ssh-ed25519 {encoded}"), false),
        (
            format!("ssh-ed25519 {}", Base64::encode_string(&ed(1)[..40])),
            false,
        ),
        ("ssh-ed25519".into(), false),
    ] {
        assert_eq!(public_line(&text), is_key.then(|| ed(1)), "{text}");
    }
    // A file may be a public key itself, which chooses one of the agent's.
    let set = Set::new(&["a"]).write("a", &ed(1)).write("a.pub", &ed(2));
    assert_eq!(set.shown(&[]), [(ed(1), set.file("a"))]);
}

#[test]
fn why_a_key_file_is_of_no_use_is_told() {
    let told = |error: KeyError| in_words(Path::new("/h/id"), &error);
    assert!(told(KeyError::TooOpen(0o644)).contains("0644"));
    assert_eq!(told(KeyError::Other("it is torn".into())), "it is torn");
    assert_ne!(told(KeyError::Passphrase), told(KeyError::SecurityKey));
}
