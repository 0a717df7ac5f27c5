//! One line of a known-hosts file: markers, names, key. Source of the rules: sshd(8),
//! "`SSH_KNOWN_HOSTS` FILE FORMAT"; details (`ssh` 9.2) by experiment.

use base64ct::{Base64, Encoding};
use hmac::{Hmac, Mac};
use sha1::Sha1;

use crate::ssh::wire::{key_type, take_string};

/// Beginning of a hashed name: `|1|salt|hash`.
pub(super) const HASH_MAGIC: &str = "|1|";
/// The length of a salt, which is that of a SHA-1 digest.
pub(super) const SALT_LEN: usize = 20;
/// OpenSSH drops a list of names in which one is this long.
const MAX_PATTERN: usize = 1023;

/// A usable line. Lines that `ssh` would skip never become one.
#[derive(Debug, Clone)]
pub(super) struct KnownHostsEntry {
    /// Counted from 1.
    pub(super) number: usize,
    pub(super) marker: Marker,
    hosts: Hosts,
    pub(super) key_type: String,
    pub(super) blob: Vec<u8>,
}

/// The optional first field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Marker {
    None,
    Revoked,
    CertAuthority,
}

#[derive(Debug, Clone)]
enum Hosts {
    Patterns(Vec<u8>),
    Hashed { salt: Vec<u8>, hash: Vec<u8> },
}

impl KnownHostsEntry {
    /// Returns true if the line is about the host of this name. As in `ssh`, case counts only where
    /// the name is hashed, and hence only for a `HostKeyAlias`: other names are in lower case by
    /// now.
    pub(super) fn names(&self, host: &str) -> bool {
        match &self.hosts {
            Hosts::Patterns(list) => matches_list(host.as_bytes(), list),
            Hosts::Hashed { salt, hash } => hash_name(salt, host).as_ref() == Some(hash),
        }
    }
}

/// Every usable line. A bad one is skipped alone, so that it never hides its neighbours.
pub(super) fn parse_file(text: &[u8]) -> Vec<KnownHostsEntry> {
    text.split(|&b| b == b'\n')
        .zip(1..)
        .filter_map(|(line, number)| parse(line, number))
        .collect()
}

fn parse(line: &[u8], number: usize) -> Option<KnownHostsEntry> {
    // OpenSSH reads C strings: what follows a NUL is not there.
    let mut strings = line.split(|&b| b == 0);
    let line = strings.next()?;
    let (mut first, mut rest) = field(line)?;
    if first.starts_with(b"#") {
        return None;
    }
    let marker = match first {
        b"@revoked" => Marker::Revoked,
        b"@cert-authority" => Marker::CertAuthority,
        other if other.starts_with(b"@") => return None,
        _ => Marker::None,
    };
    if marker != Marker::None {
        (first, rest) = field(rest)?;
        // A second marker, which is not allowed; or a name that OpenSSH takes for one.
        if first.starts_with(b"@") {
            return None;
        }
    }
    let hosts = parse_hosts(first)?;
    // It steps over whatever ends the names, even where that is a NUL.
    if rest.is_empty() {
        rest = strings.next()?;
    }
    let (label, rest) = field(rest)?;
    let (encoded, _comment) = field(rest)?;
    let blob = decode(encoded)?;
    let key_type = key_type(&blob)?.to_owned();
    // A damaged `@revoked` line still revokes what it can: `ssh` would skip it, which is laxer.
    if marker != Marker::Revoked && !(label_fits(label, &key_type) && is_whole(&blob)) {
        return None;
    }
    Some(KnownHostsEntry {
        number,
        marker,
        hosts,
        key_type,
        blob,
    })
}

/// The next field and what follows it; fields are parted by spaces and tabs.
pub(super) fn field(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let is_blank = |b: &u8| matches!(b, b' ' | b'\t');
    let start = text.iter().position(|b| !is_blank(b))?;
    let text = text.get(start..)?;
    let end = text.iter().position(is_blank).unwrap_or(text.len());
    Some(text.split_at(end))
}

fn parse_hosts(names: &[u8]) -> Option<Hosts> {
    if !names.starts_with(b"|") {
        return Some(Hosts::Patterns(names.to_vec()));
    }
    let names = std::str::from_utf8(names).ok()?;
    // One hashed name to a line, without comma, wildcard or negation.
    let (salt, hash) = names.strip_prefix(HASH_MAGIC)?.split_once('|')?;
    let salt = Base64::decode_vec(salt).ok()?;
    let hash = Base64::decode_vec(hash).ok()?;
    (salt.len() == SALT_LEN).then_some(Hosts::Hashed { salt, hash })
}

/// The HMAC-SHA1 of a name. `None` cannot happen: HMAC takes keys of any length.
pub(super) fn hash_name(salt: &[u8], host: &str) -> Option<Vec<u8>> {
    let mut mac = Hmac::<Sha1>::new_from_slice(salt).ok()?;
    mac.update(host.as_bytes());
    Some(mac.finalize().into_bytes().to_vec())
}

/// Base64 as OpenSSH decodes it: blanks anywhere are ignored, which also takes a CR at the end.
pub(super) fn decode(encoded: &[u8]) -> Option<Vec<u8>> {
    let encoded: Vec<u8> = encoded
        .iter()
        .copied()
        .filter(|b| !b.is_ascii_whitespace() && *b != 0x0b)
        .collect();
    Base64::decode_vec(std::str::from_utf8(&encoded).ok()?).ok()
}

/// Returns true if the type named on the line is that of the key. Signature names mean RSA keys.
pub(super) fn label_fits(label: &[u8], key_type: &str) -> bool {
    label == key_type.as_bytes()
        || (key_type == "ssh-rsa" && matches!(label, b"rsa-sha2-256" | b"rsa-sha2-512"))
}

/// Returns true if no part of the key is cut off. All key types in use are a row of strings (RFC 4253
/// section 6.6); of a type never heard of, only the name is looked at, since only its bytes count.
fn is_whole(blob: &[u8]) -> bool {
    let parts = match key_type(blob) {
        Some("ssh-ed25519") => 2,
        Some("ssh-rsa" | "sk-ssh-ed25519@openssh.com") => 3,
        Some("sk-ecdsa-sha2-nistp256@openssh.com") => 4,
        Some("ssh-dss") => 5,
        Some(name) if name.starts_with("ecdsa-sha2-nistp") && !name.contains('@') => 3,
        other => return other.is_some(),
    };
    let mut rest = blob;
    for _ in 0..parts {
        if take_string(&mut rest).is_none() {
            return false;
        }
    }
    rest.is_empty()
}

/// Comma-separated patterns; a `!` pattern that matches overrules every other.
fn matches_list(host: &[u8], list: &[u8]) -> bool {
    let mut found = false;
    for pattern in list.split(|&b| b == b',') {
        let (negated, pattern) = match pattern.strip_prefix(b"!") {
            Some(rest) => (true, rest),
            None => (false, pattern),
        };
        if pattern.len() >= MAX_PATTERN {
            return false;
        }
        if matches_pattern(host, pattern) {
            if negated {
                return false;
            }
            found = true;
        }
    }
    found
}

/// `*` for any run of characters, `?` for one, letters without regard to case; brackets are plain
/// characters. On a mismatch only the last `*` is tried again, so no pattern takes long.
fn matches_pattern(host: &[u8], pattern: &[u8]) -> bool {
    let (mut h, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(c) = host.get(h) {
        match pattern.get(p) {
            Some(b'*') => {
                retry = Some((h, p + 1));
                p += 1;
            }
            Some(want) if *want == b'?' || want.eq_ignore_ascii_case(c) => {
                h += 1;
                p += 1;
            }
            _ => match retry {
                Some((from, after_star)) => {
                    retry = Some((from + 1, after_star));
                    h = from + 1;
                    p = after_star;
                }
                None => return false,
            },
        }
    }
    pattern
        .get(p..)
        .is_some_and(|rest| rest.iter().all(|&b| b == b'*'))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use super::*;

    #[test]
    fn patterns_match_as_sshd_8_says() {
        for (list, host, want) in [
            ("gpu01", "gpu01", true),
            ("GPU01", "gpu01", true),
            ("gpu01", "gpu011", false),
            ("*", "gpu01", true),
            ("*", "", true),
            ("", "", true),
            ("", "gpu01", false),
            ("gpu?1", "gpu01", true),
            ("gpu?1", "gpu1", false),
            ("*.example.org", "a.b.example.org", true),
            ("*.example.org", "example.org", false),
            ("*a*b*c", "xaybzcabc", true),
            ("a*", "a", true),
            ("a**", "a", true),
            ("a,b,c", "b", true),
            (",b,", "b", true),
            ("*,!gpu*", "gpu01", false),
            ("!gpu*,*", "gpu01", false),
            ("!gpu01", "other", false),
            ("*,!gpu*", "cpu01", true),
            ("[gpu01]:2222", "[gpu01]:2222", true),
            ("[*.org]:2222", "[a.org]:2222", true),
            ("[gpu01]:*", "[gpu01]:2222", true),
            ("[ab]", "a", false),
        ] {
            assert_eq!(
                matches_list(host.as_bytes(), list.as_bytes()),
                want,
                "{list:?} {host:?}"
            );
        }
    }

    #[test]
    fn a_malicious_pattern_takes_no_time() {
        let host = "a".repeat(5_000);
        let pattern = format!("{}b", "*a".repeat(500));
        assert!(!matches_pattern(host.as_bytes(), pattern.as_bytes()));
    }

    #[test]
    fn a_list_with_an_over_long_name_matches_nothing() {
        let list = format!("gpu01,{}", "x".repeat(MAX_PATTERN));
        assert!(!matches_list(b"gpu01", list.as_bytes()));
    }

    #[test]
    fn fields_are_parted_by_blanks() {
        assert_eq!(field(b" \ta\t b").unwrap(), (&b"a"[..], &b"\t b"[..]));
        assert!(field(b" \t ").is_none());
        assert!(field(b"").is_none());
    }
}
