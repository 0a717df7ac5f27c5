//! Whether the app starts when the person logs in. Off until they say so.

pub(super) mod status;

use crate::host_os::scope::ConfigOptions;

pub use status::{LoginItemError, Status};

#[cfg(not(target_os = "macos"))]
use super::linux::login_item as system;
#[cfg(target_os = "macos")]
use super::macos::login_item as system;

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
