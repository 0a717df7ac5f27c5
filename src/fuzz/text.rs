//! Bytes as most readers get them.

/// Returns the bytes as text, as most readers get them.
pub fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
