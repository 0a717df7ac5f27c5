//! The login item, which starts the app when the user logs in. Off until the user switches it on.

pub(super) mod status;

use crate::host_os::scope::ConfigOptions;

pub use status::{LoginItemError, Status};

#[cfg(not(target_os = "macos"))]
use super::linux::login_item as system;
#[cfg(target_os = "macos")]
use super::macos::login_item as system;

/// Returns the present status.
#[must_use]
pub fn status() -> Status {
    system::status()
}

/// Starts the app with these options at login from now on, or not any more.
///
/// # Errors
/// The reason, as text for the user.
pub fn set(on: bool, options: &ConfigOptions) -> Result<(), LoginItemError> {
    system::set(on, options)
}
