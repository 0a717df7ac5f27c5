//! The state of the login item, and the error of a change to it.

use std::fmt;

/// The state of the login item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    /// The app starts at login.
    On,
    /// It does not.
    Off,
    /// The user has not yet allowed it in System Settings.
    NeedsApproval,
    /// The system cannot do it, for the reason given.
    NotHere(String),
}

/// The reason why the login item was not changed.
#[derive(Debug)]
pub struct LoginItemError(pub(in crate::desktop) String);

impl fmt::Display for LoginItemError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for LoginItemError {}
