//! Whatever stands in a known-hosts file, its lines are those of a host where `ssh-keygen -F` says so.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::io::Write;
use std::process::Command;

use base64ct::{Base64, Encoding};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};

use super::KnownHosts;
use super::line::Marker;

/// Each of them starts ssh-keygen once for each name.
const FILES: u32 = 60;

const HOSTS: [&str; 6] = [
    "gpu01",
    "gpu01.example.org",
    "[gpu01.example.org]:2222",
    "10.0.0.7",
    "[10.0.0.7]:2222",
    "fe80::1",
];

/// One item of a list of names, written or meant in one way or another.
fn pattern() -> impl Strategy<Value = String> {
    let exact = proptest::sample::select(HOSTS.to_vec()).prop_map(str::to_owned);
    let wild = proptest::sample::select(vec![
        "*",
        "gpu*",
        "gpu0?",
        "*.example.org",
        "[*]:2222",
        "[*.example.org]:*",
        "10.0.*",
        "?",
        "*1",
        "fe80:*",
        "*:2222",
        "**",
        "gpu01?",
        "[gpu01.example.org]",
        "gpu01:22",
    ]);
    let wild = wild.prop_map(str::to_owned);
    let odd = r"[a-z0-9*?!\[\]:.,#@+|]{0,8}";
    let one = prop_oneof![4 => exact, 4 => wild, 1 => odd];
    (one, any::<[bool; 2]>()).prop_map(|(text, [is_negated, is_upper])| {
        let text = if is_upper { text.to_uppercase() } else { text };
        if is_negated { format!("!{text}") } else { text }
    })
}

/// A name that begins as a marker does.
#[test]
fn a_line_with_two_markers_is_none_but_still_revokes() {
    let key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    for (names, count) in [
        ("@cert-authority @,gpu01", 0),
        ("@cert-authority @revoked gpu01", 0),
        ("@revoked @,gpu01", 1),
        ("@cert-authority ,@,gpu01", 1),
    ] {
        let known_hosts = KnownHosts::of_text(format!("{names} {key}\n").as_bytes());
        let lines = known_hosts.lines();
        let ours = lines.filter(|(_, line)| line.names("gpu01"));
        assert_eq!(ours.count(), count, "{names}");
    }
}

/// A line whose key is whole: which others count, `tests/host_keys` compares with ssh itself.
fn line() -> impl Strategy<Value = String> {
    let marker = prop_oneof![
        6 => Just(""), 1 => Just("@cert-authority "), 1 => Just("@revoked "), 1 => Just("@other "), 1 => Just("# "), 1 => Just(" \t"),
    ];
    let hashed = proptest::sample::select(HOSTS.to_vec()).prop_map(|host| {
        let salt = [7; super::line::SALT_LEN];
        let hash = super::line::hash_name(&salt, host).unwrap();
        let (salt, hash) = (Base64::encode_string(&salt), Base64::encode_string(&hash));
        format!("|1|{salt}|{hash}")
    });
    let names = prop_oneof![4 => vec(pattern(), 1..5).prop_map(|all| all.join(",")), 1 => hashed];
    let end = prop_oneof![Just("\n"), Just(" comment\n"), Just("\r\n"), Just("\n\n")];
    (marker, names, any::<u8>(), end).prop_map(|(marker, names, fill, end)| {
        let mut blob = b"\0\0\0\x0bssh-ed25519\0\0\0\x20".to_vec();
        blob.extend([fill; 32]);
        let blank = if fill % 7 == 0 { " \t " } else { " " };
        format!(
            "{marker}{names}{blank}ssh-ed25519 {}{end}",
            Base64::encode_string(&blob)
        )
    })
}

/// The lines that ssh-keygen finds for a name, and their markers.
fn found_by_ssh_keygen(file: &std::path::Path, name: &str) -> BTreeSet<(usize, &'static str)> {
    let output = Command::new("ssh-keygen")
        .args(["-F", name, "-f"])
        .arg(file)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = told.lines().filter_map(|line| {
        let (_, rest) = line.strip_prefix("# Host ")?.split_once(" found: line ")?;
        let (number, marker) = rest.split_once(' ').unwrap_or((rest, ""));
        let marker = ["CA", "REVOKED"]
            .into_iter()
            .find(|known| *known == marker.trim());
        Some((number.trim().parse().ok()?, marker.unwrap_or_default()))
    });
    lines.collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: FILES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_lines_of_a_host_are_those_that_ssh_keygen_finds(lines in vec(line(), 1..24)) {
        let text = lines.concat();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let known_hosts = KnownHosts::of_text(text.as_bytes());
        for name in HOSTS {
            let ours: BTreeSet<(usize, &str)> = known_hosts
                .lines()
                .filter(|(_, line)| line.names(name))
                .map(|(_, line)| {
                    let marker = match line.marker {
                        Marker::None => "",
                        Marker::Revoked => "REVOKED",
                        Marker::CertAuthority => "CA",
                    };
                    (line.number, marker)
                })
                .collect();
            let theirs = found_by_ssh_keygen(file.path(), name);
            let more: Vec<_> = ours.symmetric_difference(&theirs).collect();
            // A damaged line still revokes what it can.
            let is_stricter = more.iter().all(|line| line.1 == "REVOKED" && ours.contains(line));
            assert!(is_stricter, "{name}: {more:?}\n{text}");
        }
    }
}
