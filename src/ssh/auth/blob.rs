//! SSH's own form of strings and numbers (RFC 4251 section 5), as keys, signatures and the agent's
//! messages are made of.

/// Appends a string: its length, then its bytes.
pub fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    to.extend(u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
    to.extend(bytes);
}

/// Appends a positive number: without leading zeros, but for one where it would look negative.
pub fn put_number(to: &mut Vec<u8>, bytes: &[u8]) {
    let first = bytes.iter().position(|&byte| byte != 0);
    let bytes = &bytes[first.unwrap_or(bytes.len())..];
    let mut number = Vec::with_capacity(bytes.len() + 1);
    if bytes.first().is_some_and(|byte| byte & 0x80 != 0) {
        number.push(0);
    }
    number.extend(bytes);
    put(to, &number);
}

/// Takes a string off the front.
pub fn take<'a>(from: &mut &'a [u8]) -> Option<&'a [u8]> {
    let (length, rest) = from.split_first_chunk()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    let (string, rest) = rest.split_at_checked(length)?;
    *from = rest;
    Some(string)
}

/// The type that a public key or a certificate begins with.
pub fn key_type(mut blob: &[u8]) -> &str {
    let name = take(&mut blob).unwrap_or_default();
    std::str::from_utf8(name).unwrap_or_default()
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
        assert_eq!(take(&mut bytes), Some(&[7, 8][..]));
        assert_eq!(take(&mut bytes), None);
        assert_eq!(take(&mut &[0, 0, 0, 9, 1][..]), None);
    }
}
