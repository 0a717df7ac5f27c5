//! Listening sockets as the remote script lists them, in the notation of the kernel or of `lsof`.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A socket that listens on the port that a runtime file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListeningSocket {
    /// Its address; `None` for all addresses, `::` for all of IPv6.
    pub address: Option<IpAddr>,
    /// The account that listens; `None` where the line of it could not be read.
    pub uid: Option<u32>,
}

impl ListeningSocket {
    /// Returns true if it takes connections on all addresses.
    pub(super) fn is_everywhere(&self) -> bool {
        self.address.is_none_or(|address| address.is_unspecified())
    }
}

/// Parses what listens on a port, one word each. A word that cannot be read is a listener of nobody's: left out, it
/// could be that of another account.
pub(super) fn listeners(text: &str) -> Vec<ListeningSocket> {
    let unread = ListeningSocket {
        address: None,
        uid: None,
    };
    let words = text.split_whitespace();
    words
        .map(|word| listener(word).unwrap_or_else(|| unread.clone()))
        .collect()
}

/// Parses `ADDRESS:PORT,UID`, or on Linux `hex:…` with the kernel's own notation (`big:…` on a big-endian
/// machine).
fn listener(text: &str) -> Option<ListeningSocket> {
    let (place, uid) = text.rsplit_once(',')?;
    let uid = Some(uid.parse().ok()?);
    let (address, _port) = socket_address(place)?;
    Some(ListeningSocket { address, uid })
}

/// Parses `ADDRESS:PORT` as the remote script prints it: `None` as the address for all addresses, `::` for all of IPv6.
#[must_use]
pub fn socket_address(place: &str) -> Option<(Option<IpAddr>, u16)> {
    let (address, port) = place.rsplit_once(':')?;
    let (address, radix) = match address.split_once(':') {
        Some(("hex", digits)) => (kernel_address(digits, u32::to_le_bytes)?, 16),
        Some(("big", digits)) => (kernel_address(digits, u32::to_be_bytes)?, 16),
        _ if address == "*" => (IpAddr::V4(Ipv4Addr::UNSPECIFIED), 10),
        _ => (address.trim_matches(['[', ']']).parse().ok()?, 10),
    };
    let is_all = address == IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let port = u16::from_str_radix(port, radix).ok()?;
    Some(((!is_all).then_some(address), port))
}

/// Parses an address of `/proc/net/tcp`, which prints addresses as 32-bit words in the byte order
/// of its host.
fn kernel_address(digits: &str, bytes: fn(u32) -> [u8; 4]) -> Option<IpAddr> {
    if !digits.is_ascii() {
        return None;
    }
    let words: Option<Vec<[u8; 4]>> = digits
        .as_bytes()
        .chunks(8)
        .map(|word| {
            let word = std::str::from_utf8(word)
                .ok()
                .filter(|word| word.len() == 8)?;
            Some(bytes(u32::from_str_radix(word, 16).ok()?))
        })
        .collect();
    match words?.as_slice() {
        [word] => Some(IpAddr::V4(Ipv4Addr::from(*word))),
        [a, b, c, d] => {
            let mut octets = [0; 16];
            for (part, word) in octets.chunks_mut(4).zip([a, b, c, d]) {
                part.copy_from_slice(word);
            }
            let address = Ipv6Addr::from(octets);
            Some(
                address
                    .to_ipv4_mapped()
                    .map_or(IpAddr::V6(address), IpAddr::V4),
            )
        }
        _ => None,
    }
}
