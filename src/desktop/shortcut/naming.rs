//! Name of a host's shortcut, and the address that it opens.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::{Digest, Sha1};

/// Characters that are percent-encoded in an address: all but the unreserved ones of RFC 3986.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Characters of a host's name that a file's name keeps: with four bytes each and all around them
/// they fit into 255 bytes.
const KEPT: usize = 50;

/// The address that opens a host.
#[must_use]
pub fn address(host: &str) -> String {
    format!(
        "remote-jupyter://open/{}",
        utf8_percent_encode(host, ENCODED)
    )
}

/// A host's name as part of a file's: one that has to be changed for that gets a number, so that
/// no two hosts have the same.
pub fn part_of_a_name(host: &str, is_plain: fn(char) -> bool) -> String {
    let replaced = |c: char| if is_plain(c) { c } else { '-' };
    let plain: String = host.chars().take(KEPT).map(replaced).collect();
    if plain == host {
        plain
    } else {
        distinct(&plain, host)
    }
}

/// The name, with a number of the host's.
pub fn distinct(name: &str, host: &str) -> String {
    format!("{name}-{}", number(host))
}

/// The same for the same host, and hardly for another.
pub fn number(host: &str) -> String {
    let digest = Sha1::digest(host.as_bytes());
    let number = u32::from_be_bytes(digest[..4].try_into().unwrap_or_default());
    format!("{number:08x}")
}
