//! Whether the app starts when the person logs in. Off until they say so.

use std::fmt;

use crate::host_os::scope::ConfigOptions;

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
pub struct LoginItemError(pub(super) String);

impl fmt::Display for LoginItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoginItemError {}

/// How it is now.
#[must_use]
pub fn status() -> Status {
    system::status()
}

/// Starts the app with these options at login from now on, or not any more.
///
/// # Errors
/// In words, for the user.
pub fn set(on: bool, options: &ConfigOptions) -> Result<(), LoginItemError> {
    system::set(on, options)
}
