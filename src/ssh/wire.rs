//! SSH's form of strings and numbers (RFC 4251 section 5), which keys, certificates, signatures,
//! channel requests and the agent's messages are made of.
//!
//! Writing is `ssh-encoding`'s. Reading is not: its version 0.2 copies each string, and a certificate
//! needs to know which bytes were signed.

use ssh_encoding::Encode;
use ssh_key::Mpint;

/// Appends a string: its length, then its bytes.
pub fn put_string(to: &mut Vec<u8>, bytes: &[u8]) {
    // Fails for more than 4 GiB alone: what is written here are keys, names and paths.
    let _ = bytes.encode(to);
}

/// Appends a positive number: without leading zeros, but for one where it would look negative.
pub fn put_number(to: &mut Vec<u8>, bytes: &[u8]) {
    let number = Mpint::from_positive_bytes(bytes);
    let _ = number.and_then(|number| Ok(number.encode(to)?));
}

/// Takes a string off the front.
pub fn take_string<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, rest) = rest.split_at_checked(length)?;
    *from = rest;
    Some(string)
}

/// Takes as many bytes as `T` has off the front.
pub fn take_chunk<const N: usize>(from: &mut &[u8]) -> Option<[u8; N]> {
    let (chunk, rest) = from.split_first_chunk()?;
    *from = rest;
    Some(*chunk)
}

/// Returns the type that a public key or a certificate begins with, or `None` if it does not begin
/// with one.
#[must_use]
pub fn key_type(mut blob: &[u8]) -> Option<&str> {
    let name = take_string(&mut blob)?;
    // RFC 4251 section 6: algorithm names are printable US-ASCII of at most 64 characters.
    let is_name = (1..=64).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic);
    std::str::from_utf8(name).ok().filter(|_| is_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_can_be_and_never_negative() {
        let number = |bytes: &[u8]| {
            let mut out = Vec::new();
            put_number(&mut out, bytes);
            out
        };
        assert_eq!(number(&[0, 0, 1]), [0, 0, 0, 1, 1]);
        assert_eq!(number(&[0x80]), [0, 0, 0, 2, 0, 0x80]);
        assert_eq!(number(&[0, 0]), [0, 0, 0, 0]);
    }

    #[test]
    fn what_is_cut_short_is_no_string() {
        let mut bytes: &[u8] = &[0, 0, 0, 2, 7, 8, 9];
        assert_eq!(take_string(&mut bytes), Some(&[7, 8][..]));
        assert_eq!(take_string(&mut bytes), None);
        assert_eq!(take_string(&mut &[0, 0, 0, 9, 1][..]), None);
    }

    #[test]
    fn a_key_begins_with_a_name() {
        assert_eq!(key_type(b"\0\0\0\x03rsa..."), Some("rsa"));
        assert_eq!(key_type(b"\0\0\0\0"), None);
        assert_eq!(key_type(b"\0\0\0\x03r a"), None);
    }
}
