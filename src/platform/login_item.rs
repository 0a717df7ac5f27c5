//! Whether the app starts when the person logs in. Off until they say so.

use std::fmt;
use std::path::Path;

#[cfg(not(target_os = "macos"))]
use super::linux::login_item as system;
#[cfg(target_os = "macos")]
use super::macos::login_item as system;

/// How it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The app starts at login.
    On,
    /// It does not.
    Off,
    /// The person has yet to allow it in the system's settings.
    NeedsApproval,
    /// The system cannot do it, for the reason given.
    NotHere(String),
}

/// Why it was not changed, in words.
#[derive(Debug)]
pub struct Error(pub(super) String);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Error {}

/// How it is now.
#[must_use]
pub fn status() -> Status {
    system::status()
}

/// Starts the app at login from now on, or not any more; with another configuration file than the
/// usual one, if it was started with one.
///
/// # Errors
/// In words, for the person.
pub fn set(on: bool, config: Option<&Path>) -> Result<(), Error> {
    // At login the current folder is another one.
    let config = config.map(std::path::absolute).transpose();
    let config = config.map_err(|error| Error(error.to_string()))?;
    system::set(on, config.as_deref())
}
