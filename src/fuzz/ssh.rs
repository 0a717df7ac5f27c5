//! SSH: configuration, host keys, the account's keys, and the first bytes of a server.

use std::path::Path;
use std::time::{Duration, Instant, SystemTime};

use super::text::text;
use crate::ssh::known_hosts::{
    HostName, KnownHosts, RevokedKeys, Verdict, fingerprint, is_certificate, key_type, plain_key,
    rsa_bits,
};
use crate::ssh::openssh::{read_answers, read_words};
use crate::ssh::poll::Poller;
use crate::ssh::resolve::{Algorithms, given_name, hop_arguments, read_options, refusal};
use crate::ssh::{
    ConnectionUse, Greeting, KeepaliveConfig, KeyText, is_endless, lacking, out_of_date,
    parse_keys, public_line,
};

/// Output of `ssh -G`, or its complaint.
pub fn options(bytes: &[u8]) {
    let text = text(bytes);
    let _ = refusal(&text);
    let Ok(target) = read_options(&text, "gpu01") else {
        return;
    };
    let _ = target.known_hosts_name();
    let alive = KeepaliveConfig::of(&target);
    let now = Instant::now();
    let _ = alive.ask_at(now, ConnectionUse::Idle);
    let _ = alive.lost_at(now, now, ConnectionUse::Idle);
}

/// Answers at the control socket of an `ssh` process.
pub fn control_socket(bytes: &[u8]) {
    assert!(read_answers(bytes) <= bytes.len());
}

/// Words and questions of an `ssh` process.
pub fn words(bytes: &[u8]) {
    let (size, shown) = read_words(bytes, &text(bytes));
    assert!(size <= 8 << 10);
    assert!(!shown.contains(|c: char| c.is_control()), "{shown:?}");
}

/// A destination of a configuration, a command line or an ssh configuration: it is part of a command line.
pub fn destination(bytes: &[u8]) {
    let text = text(bytes);
    let _ = given_name(&text);
    let _ = hop_arguments(&text);
    if let Ok(target) = read_options("hostname h\nuser u\nport 22\nproxycommand nc %n %p", &text) {
        assert!(!text.starts_with('-') && !text.contains(char::is_whitespace));
        let command = target.proxy_command.unwrap_or_default();
        let name = command.strip_prefix("nc ").unwrap_or_default();
        assert!(
            !name.contains(['`', ';', '|', '&', '(', '\n', '"', '\'']),
            "{command:?}"
        );
    }
}

/// Names for one host or another in `known_hosts`.
const NAMES: [(&str, u16); 4] = [
    ("gpu01.example.org", 22),
    ("gpu01.example.org", 2222),
    ("10.0.0.7", 22),
    ("fe80::1", 22),
];

/// A `known_hosts` file.
pub fn known_hosts(bytes: &[u8]) {
    let known_hosts = KnownHosts::of_text(bytes);
    let unknown = b"\0\0\0\x0bssh-ed25519\0\0\0\x20................................";
    let listed = text(bytes);
    let mut keys: Vec<Vec<u8>> = listed
        .lines()
        .filter_map(|line| public_line(line.split_once(' ')?.1))
        .take(4)
        .collect();
    keys.push(unknown.to_vec());
    for (name, port) in NAMES {
        let name = HostName::new(name, port);
        let _ = known_hosts.algorithms(&name, &[]);
        for key in &keys {
            match known_hosts.verdict(&name, key) {
                Verdict::Changed { known, .. } => assert!(!known.is_empty()),
                Verdict::Trusted | Verdict::Unknown { .. } | Verdict::Revoked { .. } => {}
            }
        }
    }
}

/// The key or certificate that a server shows, and an authority's line in `known_hosts` before it, a NUL between.
pub fn certificate(bytes: &[u8]) {
    let (line, blob) = split_at_nul(bytes).unwrap_or((b"", bytes));
    let known_hosts = KnownHosts::of_text(line);
    let name = HostName::new("gpu01.example.org", 22);
    let now = 1_795_503_762;
    let _ = known_hosts.certificate_verdict(&name, blob, now, &[]);
    let _ = known_hosts.verdict(&name, blob);
    let _ = (key_type(blob).map(is_certificate), plain_key(blob));
    let _ = (rsa_bits(blob), fingerprint(blob));
    let _ = out_of_date(blob, SystemTime::UNIX_EPOCH + Duration::from_secs(now));
}

/// A line of text, and what follows the NUL behind it. (A certificate is full of NULs, and begins with one.)
fn split_at_nul(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let at = bytes.iter().position(|byte| *byte == 0)?;
    Some((bytes.get(..at)?, bytes.get(at + 1..)?)).filter(|_| at > 0)
}

/// A file of keys that no host may show.
pub fn revoked_keys(bytes: &[u8]) {
    let Ok(revoked) = RevokedKeys::of_text(Path::new("revoked"), bytes) else {
        return;
    };
    // A binary list is ssh-keygen's to read.
    if !bytes.starts_with(b"SSHKRL")
        && let Ok(poller) = Poller::new()
    {
        let _ = revoked.find(b"\0\0\0\x0bssh-ed25519\0\0\0\x01x", &poller);
    }
}

/// A file in `IdentityFile`, without a passphrase.
pub fn private_key(bytes: &[u8]) {
    let key = KeyText::of(bytes.to_vec());
    let _ = key.public();
    let _ = text(bytes).lines().find_map(public_line);
    if let Ok(private) = key.open(None) {
        let _ = private.public();
        let _ = private.sign("rsa-sha2-512", b"data");
    }
}

/// An agent's answer.
pub fn agent(bytes: &[u8]) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_503_762);
    for key in parse_keys(bytes).unwrap_or_default() {
        let _ = (fingerprint(&key.blob), out_of_date(&key.blob, now));
    }
}

/// The first bytes from a port that is to be an SSH server's.
pub fn greeting(bytes: &[u8]) {
    let greeting = Greeting::read(bytes);
    if let Greeting::Ssh(words) | Greeting::Foreign(words) = &greeting {
        assert!(!words.contains(char::is_control), "{words:?}");
    }
    let _ = (
        greeting.is_turned_away(),
        greeting.is_too_old(),
        is_endless(bytes),
    );
    let list = |names: &str| names.split(',').map(str::to_owned).collect();
    let ours = Algorithms {
        kex: list("curve25519-sha256"),
        host_keys: list("ssh-ed25519,rsa-sha2-512"),
        ciphers: list("aes128-ctr"),
        macs: list("hmac-sha2-256"),
    };
    if let Some(lacking) = lacking(bytes, &ours) {
        let _ = lacking.matter();
    }
}

/// An ssh configuration, which is read for the names in it.
pub fn aliases(bytes: &[u8]) {
    for name in crate::ssh::aliases::in_text(&text(bytes)) {
        assert!(!name.starts_with('-') && !name.is_empty(), "{name:?}");
    }
}
