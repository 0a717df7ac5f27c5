//! The error of a key file that is of no use.

use openssl::error::ErrorStack;

/// The reason why a key file is of no use.
#[derive(Debug)]
pub enum KeyError {
    /// It is encrypted, and this passphrase, if any, does not open it.
    Passphrase,
    /// Other accounts can read it; the mode.
    TooOpen(u32),
    /// A security key's handle: the key itself is in a device, which only an agent speaks to.
    SecurityKey,
    /// Any other reason, as text.
    Other(String),
}

impl From<ErrorStack> for KeyError {
    fn from(error: ErrorStack) -> Self {
        Self::Other(error.to_string())
    }
}
