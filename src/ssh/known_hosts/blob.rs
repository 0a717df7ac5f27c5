//! Public keys as SSH sends them (RFC 4253, 6.6).

/// Splits an SSH `string` (RFC 4251, 5) off the front.
pub(super) fn split_string(data: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = data.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}

/// The algorithm name inside a key blob, or `None` if the blob doesn't begin with one.
#[must_use]
pub fn key_type(key_blob: &[u8]) -> Option<String> {
    let (name, _) = split_string(key_blob)?;
    // RFC 4251, 6: algorithm names are printable US-ASCII of at most 64 characters.
    let is_name = (1..=64).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic);
    is_name.then(|| String::from_utf8_lossy(name).into_owned())
}
