//! Our reading of known-hosts files against OpenSSH's own, through `ssh-keygen`, with real keys.
//! Without that program these tests fail: an agreement that nobody checked is none.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use base64ct::{Base64, Encoding};
use remote_jupyter::ssh::known_hosts::{
    HostName, KnownHosts, Verdict, fingerprint, key_type, remember,
};
use tempfile::TempDir;

/// A key that `ssh-keygen` made.
struct Key {
    /// `type base64`
    text: String,
    blob: Vec<u8>,
}

/// What a file says about a host: numbers and fingerprints of its lines, by marker.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    plain: BTreeSet<(usize, String)>,
    revoked: BTreeSet<(usize, String)>,
}

fn ssh_keygen(arguments: &[&str]) -> Output {
    let output = Command::new("ssh-keygen").args(arguments).output();
    output.expect("these tests need OpenSSH's ssh-keygen")
}

fn make_key(folder: &Path, name: &str, key_type: &str) -> Key {
    let path = folder.join(name);
    let output = ssh_keygen(&["-q", "-t", key_type, "-N", "", "-f", path.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let public = fs::read_to_string(path.with_extension("pub")).unwrap();
    let mut fields = public.split(' ');
    let (label, encoded) = (fields.next().unwrap(), fields.next().unwrap());
    Key {
        text: format!("{label} {encoded}"),
        blob: Base64::decode_vec(encoded).unwrap(),
    }
}

/// What `ssh-keygen -l -F` finds. With `-l` it reads the keys too, as `ssh` does.
fn openssh_finds(file: &Path, name: &HostName) -> Found {
    let output = ssh_keygen(&["-l", "-F", name.as_str(), "-f", file.to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    let mut found = Found::default();
    let mut lines = text.lines();
    while let Some(head) = lines.next() {
        let place = head
            .split("found: line ")
            .nth(1)
            .unwrap_or_else(|| panic!("{head}"));
        let mut fields = place.split_whitespace();
        let number = fields.next().unwrap().parse().unwrap();
        let key = lines.next().unwrap();
        let print = key
            .split(' ')
            .find(|field| field.starts_with("SHA256:"))
            .unwrap();
        match fields.next() {
            None => found.plain.insert((number, print.to_owned())),
            Some("REVOKED") => found.revoked.insert((number, print.to_owned())),
            Some(marker) => {
                assert_eq!(marker, "CA");
                false
            }
        };
    }
    found
}

/// What our own reading finds, as far as the public functions tell it.
fn we_find(file: &Path, name: &HostName, keys: &[Key], detect_error: &Key) -> Found {
    let hosts = KnownHosts::read(&[file.to_owned()], &[]).unwrap();
    let mut found = Found::default();
    // A key that no file holds brings out every line for the host.
    if let Verdict::Changed { known, .. } = hosts.verdict(name, &detect_error.blob) {
        found.plain = known
            .into_iter()
            .map(|key| (key.line, key.fingerprint))
            .collect();
    }
    for key in keys {
        let print = fingerprint(&key.blob);
        let listed = found.plain.iter().any(|(_, known)| *known == print);
        match hosts.verdict(name, &key.blob) {
            Verdict::Revoked { line, .. } => {
                found.revoked.insert((line, print));
            }
            Verdict::Trusted => assert!(listed, "{name} trusts a key that is not listed"),
            other => assert!(!listed, "{name} {other:?}"),
        }
    }
    found
}

/// What stands in the names field, for every way to write one.
const NAMES: [&str; 16] = [
    "gpu01",
    "GPU01",
    "gpu01,10.0.0.5",
    "other,*pu?1",
    "*",
    "?????",
    "gpu0?,!gpu01",
    "!gpu01,*",
    "*,!gpu02",
    "!gpu02",
    "[gpu01]:2222",
    "[*]:2222",
    "[gpu01]:*",
    "gpu01.example.org",
    ",gpu01,",
    "[GPU01]:2222,gpu02",
];

/// Lines around a good one: whatever they are, it must stay found. `{KEY}` is a real key,
/// `{BLOB}` one without its type, which is not RSA.
const NEIGHBOURS: [&str; 12] = [
    "# comment",
    "",
    "garbage",
    "gpu01 ssh-ed25519 AAAA",
    "gpu01 ssh-rsa !!!",
    "@bogus gpu01 {KEY}",
    "@revoked @cert-authority gpu01 {KEY}",
    "|1|bad|hash {KEY}",
    "gpu01 1024 35 1234567890",
    "gpu01 # {KEY}",
    "@cert-authority gpu01 {KEY}",
    "gpu01 ssh-rsa {BLOB}",
];

/// As aliases, since `ssh-keygen -F` takes a name as it stands, while `ssh`, and so a name with a
/// port of ours, may go on to look for the host without its port.
fn names() -> [HostName; 5] {
    [
        "gpu01",
        "gpu02",
        "[gpu01]:2222",
        "gpu01.example.org",
        "10.0.0.5",
    ]
    .map(HostName::alias)
}

/// The files to compare, each with a word on what it is.
fn files(keys: &[Key], folder: &Path) -> Vec<(String, PathBuf)> {
    let (ours, second) = (&keys[0].text, &keys[1].text);
    let encoded = second.split(' ').nth(1).unwrap();
    let long = "x".repeat(100_000);
    let mut texts: Vec<(String, String)> = Vec::new();
    for name in NAMES {
        texts.push((
            format!("names {name}"),
            format!("{name} {ours} a comment\n"),
        ));
        texts.push((
            format!("revoked {name}"),
            format!("gpu01 {second}\n@revoked {name} {ours}\n"),
        ));
    }
    for neighbour in NEIGHBOURS {
        let neighbour = neighbour
            .replace("{KEY}", second)
            .replace("{BLOB}", encoded);
        let text = format!("{neighbour}\n \tgpu01 \t{ours}\r\n{neighbour}\ngpu01 {second}");
        texts.push((format!("beside {neighbour}"), text));
    }
    for (what, text) in [
        (
            "long line",
            format!("gpu01 {long}\n{long} {ours}\ngpu01 {second}\n{long}\n"),
        ),
        ("long comment", format!("gpu01 {ours} {long}\n")),
        (
            "long list",
            format!("{}gpu01 {ours}\n", "host,".repeat(2_000)),
        ),
        ("long name", format!("gpu01,{} {ours}\n", "x".repeat(1_023))),
        (
            "name just short enough",
            format!("gpu01,{} {ours}\n", "x".repeat(1_022)),
        ),
        (
            "signature name",
            format!("gpu01 {}\n", ours.replace("ssh-rsa", "rsa-sha2-512")),
        ),
        ("cut key", format!("gpu01 {}\n", &ours[..ours.len() - 8])),
        (
            "several types",
            format!(
                "gpu01 {ours}\ngpu01 {second}\n@revoked gpu0? {}\n",
                keys[2].text
            ),
        ),
    ] {
        texts.push((what.to_owned(), text));
    }
    let write = |(i, (what, text)): (usize, (String, String))| {
        let path = folder.join(format!("known_hosts_{i}"));
        fs::write(&path, text).unwrap();
        (what, path)
    };
    texts.into_iter().enumerate().map(write).collect()
}

fn make_keys(folder: &Path) -> Vec<Key> {
    let types = ["rsa", "ed25519", "ecdsa"];
    types
        .iter()
        .map(|key_type| make_key(folder, key_type, key_type))
        .collect()
}

#[test]
fn every_file_means_to_us_what_it_means_to_openssh() {
    let folder = TempDir::new().unwrap();
    let keys = make_keys(folder.path());
    let detect_error = make_key(folder.path(), "stranger", "ed25519");
    let (mut compared, mut hits) = (0, 0);
    for (what, file) in files(&keys, folder.path()) {
        for name in names() {
            let theirs = openssh_finds(&file, &name);
            let ours = we_find(&file, &name, &keys, &detect_error);
            assert_eq!(ours, theirs, "{what:.200} for {name}");
            compared += 1;
            hits += usize::from(theirs != Found::default());
        }
    }
    assert!(
        compared >= 200 && hits >= 60,
        "{hits} of {compared} say something"
    );
}

/// Names hashed by `ssh-keygen -H` are found by us, and no others.
#[test]
fn names_that_openssh_hashed_are_found() {
    let folder = TempDir::new().unwrap();
    let keys = make_keys(folder.path());
    let detect_error = make_key(folder.path(), "stranger", "ed25519");
    let file = folder.path().join("known_hosts");
    let text = format!(
        "gpu01,10.0.0.5 {0}\n[gpu01]:2222 {1}\n@revoked gpu02 {2}\n",
        keys[0].text, keys[1].text, keys[2].text
    );
    fs::write(&file, text).unwrap();
    let output = ssh_keygen(&["-H", "-f", file.to_str().unwrap()]);
    assert!(output.status.success(), "{output:?}");
    let hashed = fs::read_to_string(&file).unwrap();
    assert!(
        hashed.contains("|1|") && !hashed.contains("gpu01"),
        "{hashed}"
    );
    for name in names() {
        let ours = we_find(&file, &name, &keys, &detect_error);
        assert_eq!(ours, openssh_finds(&file, &name), "{name}");
    }
}

#[test]
fn a_remembered_key_is_the_line_that_openssh_would_write() {
    let folder = TempDir::new().unwrap();
    for key in make_keys(folder.path()) {
        for (host, port, written) in [("GPU01", 22, "gpu01"), ("gpu01", 2222, "[gpu01]:2222")] {
            let name = HostName::new(host, port);
            let plain = folder.path().join("plain");
            remember(&plain, &[&name], &key.blob, false).unwrap();
            let text = fs::read_to_string(&plain).unwrap();
            assert_eq!(text, format!("{written} {}\n", key.text));

            let hashed = folder.path().join("hashed");
            remember(&hashed, &[&name], &key.blob, true).unwrap();
            assert!(!fs::read_to_string(&hashed).unwrap().contains("gpu01"));
            let want = BTreeSet::from([(1, fingerprint(&key.blob))]);
            for file in [&plain, &hashed] {
                assert_eq!(openssh_finds(file, &name).plain, want);
                assert_eq!(
                    openssh_finds(file, &HostName::new("gpu02", port)),
                    Found::default()
                );
                fs::remove_file(file).unwrap();
            }
        }
        assert_eq!(key_type(&key.blob), key.text.split(' ').next());
    }
}
