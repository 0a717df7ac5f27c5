//! The error of known-hosts files that could not be read or extended.

use std::io;
use std::path::PathBuf;

use crate::i18n::fl;

/// The reason why the known-hosts files could not be read or extended.
#[derive(Debug, thiserror::Error)]
pub enum KnownHostsError {
    /// A file exists but cannot be read. Going on would turn a revoked or changed key into a new one.
    #[error("{}", fl!("known-hosts-unreadable", file = file.display().to_string(), why = source.to_string()))]
    Read {
        /// The file.
        file: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// The new key could not be written down.
    #[error("{}", fl!("known-hosts-unwritable", host = host, file = file.display().to_string(), why = source.to_string()))]
    Write {
        /// The host whose key was to be written.
        host: String,
        /// The file.
        file: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
    /// A name that would mean something else in the file: a wildcard, or a second field.
    #[error("{}", fl!("known-hosts-name", host = format!("{host:?}")))]
    UnwritableName {
        /// The name.
        host: String,
    },
    /// The key that the server sent is not a key.
    #[error("{}", fl!("known-hosts-malformed", host = host, file = file.display().to_string()))]
    MalformedKey {
        /// The host.
        host: String,
        /// The file that stays as it was.
        file: PathBuf,
    },
}
