//! The lists of a server whose key exchange failed: libssh2 does not tell, and the remedy depends
//! on it.

use super::resolve::Algorithms;
use super::wire::take_string;

/// The limit for a server's first bytes, its greeting and its lists.
pub const LONGEST: usize = 16 << 10;

/// `SSH_MSG_KEXINIT` (RFC 4253 section 7.1).
const KEXINIT: u8 = 20;

/// Names in the list of key exchanges that are none.
const SIGNALS: [&str; 2] = ["ext-info-s", "kex-strict-s-v00@openssh.com"];

/// A list in which both sides have nothing in common.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lacking {
    /// The keyword of the ssh configuration.
    pub keyword: &'static str,
    /// The names that the server offers.
    pub theirs: Vec<String>,
    /// The names that this side would take.
    pub ours: Vec<String>,
}

/// The kind of trouble with the server's list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matter {
    /// Post-quantum key exchanges alone.
    PostQuantum,
    /// Nothing without SHA-1.
    Sha1,
    /// Anything else.
    Other,
}

impl Lacking {
    /// Sorts the list: each kind has a remedy of its own.
    #[must_use]
    pub fn matter(&self) -> Matter {
        let all = |is: fn(&str) -> bool| self.theirs.iter().all(|name| is(name));
        if all(|name| {
            ["sntrup", "mlkem", "kyber"]
                .iter()
                .any(|part| name.contains(part))
        }) {
            Matter::PostQuantum
        } else if all(|name| name.contains("sha1") || ["ssh-rsa", "ssh-dss"].contains(&name)) {
            Matter::Sha1
        } else {
            Matter::Other
        }
    }
}

/// The first list in which the server and `ours` have nothing in common; none if its bytes do not
/// tell.
pub fn lacking(greeting: &[u8], ours: &Algorithms) -> Option<Lacking> {
    let lists = lists(greeting)?;
    let [kex, host_keys, ciphers, _, macs, _] = lists.first_chunk()?;
    let sides = [
        ("KexAlgorithms", kex, &ours.kex),
        ("HostKeyAlgorithms", host_keys, &ours.host_keys),
        ("Ciphers", ciphers, &ours.ciphers),
        ("MACs", macs, &ours.macs),
    ];
    let apart = |(_, theirs, ours): &(_, &Vec<String>, &Vec<String>)| {
        !ours.iter().any(|name| theirs.contains(name))
    };
    let (keyword, theirs, ours) = sides.into_iter().find(apart)?;
    Some(Lacking {
        keyword,
        theirs: theirs.clone(),
        ours: ours.clone(),
    })
}

/// The lists of names in the server's first packet, which comes after its greeting.
fn lists(greeting: &[u8]) -> Option<Vec<Vec<String>>> {
    let mut rest = greeting;
    // Other lines may come before the version.
    loop {
        let end = rest.iter().position(|&byte| byte == b'\n')?;
        let (line, after) = rest.split_at(end + 1);
        rest = after;
        if line.starts_with(b"SSH-") {
            break;
        }
    }
    let (_length_and_padding, packet) = rest.split_at_checked(5)?;
    let (&kind, packet) = packet.split_first()?;
    let (_cookie, mut packet) = packet.split_at_checked(16)?;
    if kind != KEXINIT {
        return None;
    }
    let mut lists = Vec::new();
    for _ in 0..6 {
        let names = String::from_utf8_lossy(take_string(&mut packet)?);
        let names = names.split(',').filter(|name| !SIGNALS.contains(name));
        lists.push(names.map(str::to_owned).collect());
    }
    Some(lists)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::wire::put_string;

    fn greeting(lists: [&str; 6]) -> Vec<u8> {
        let mut bytes = b"Welcome\r\nSSH-2.0-Test\r\n\0\0\0\0\0\x14................".to_vec();
        for list in lists {
            put_string(&mut bytes, list.as_bytes());
        }
        bytes
    }

    fn ours() -> Algorithms {
        let list = |names: &str| names.split(',').map(str::to_owned).collect();
        Algorithms {
            kex: list("curve25519-sha256,ecdh-sha2-nistp256"),
            host_keys: list("ssh-ed25519,rsa-sha2-512"),
            ciphers: list("aes128-ctr"),
            macs: list("hmac-sha2-256"),
        }
    }

    #[test]
    fn the_first_list_without_anything_in_common_is_found_and_sorted() {
        let good = [
            "curve25519-sha256",
            "ssh-ed25519",
            "aes128-ctr",
            "aes128-ctr",
            "hmac-sha2-256",
            "x",
        ];
        assert_eq!(lacking(&greeting(good), &ours()), None);
        for (at, names, keyword, matter) in [
            (
                0,
                "sntrup761x25519-sha512@openssh.com,kex-strict-s-v00@openssh.com",
                "KexAlgorithms",
                Matter::PostQuantum,
            ),
            (
                0,
                "mlkem768x25519-sha256",
                "KexAlgorithms",
                Matter::PostQuantum,
            ),
            (
                0,
                "diffie-hellman-group14-sha1",
                "KexAlgorithms",
                Matter::Sha1,
            ),
            (1, "ssh-rsa,ssh-dss", "HostKeyAlgorithms", Matter::Sha1),
            (
                1,
                "ssh-rsa,ecdsa-sha2-nistp521",
                "HostKeyAlgorithms",
                Matter::Other,
            ),
            (2, "3des-cbc", "Ciphers", Matter::Other),
            (
                4,
                "hmac-sha1,hmac-sha1-etm@openssh.com",
                "MACs",
                Matter::Sha1,
            ),
        ] {
            let mut lists = good;
            lists[at] = names;
            let found = lacking(&greeting(lists), &ours()).unwrap();
            assert_eq!(
                (found.keyword, found.matter()),
                (keyword, matter),
                "{names}"
            );
        }
    }

    #[test]
    fn bytes_that_are_cut_short_or_something_else_tell_nothing() {
        let whole = greeting(["a", "b", "c", "d", "e", "f"]);
        for end in 0..whole.len() {
            assert_eq!(lacking(&whole[..end], &ours()), None);
        }
        assert_eq!(lacking(b"HTTP/1.1 400 Bad Request\r\n\r\n", &ours()), None);
    }
}
