//! What goes wrong on this machine, beside the connection.

use std::path::Path;

use crate::config::EditError;
use crate::problem::{Code, Problem};
use crate::words::say;

/// Explains a file that could not be made or opened for the person.
#[must_use]
pub fn not_opened(path: &Path, error: &std::io::Error) -> Problem {
    let path = path.display().to_string();
    Problem::new(
        Code::Local,
        say!("not-opened-title", path = path.as_str()),
        error.to_string(),
        say!("not-opened-remedy", path = path.as_str()),
    )
}

/// Explains a browser that did not open, in its own words.
#[must_use]
pub fn no_browser(reason: String) -> Problem {
    Problem::new(
        Code::Local,
        say!("no-browser-title"),
        reason,
        say!("no-browser-remedy"),
    )
}

/// Explains a host that was not added to the configuration.
#[must_use]
pub fn not_added(path: &Path, alias: &str, error: &EditError) -> Problem {
    let path = path.display().to_string();
    Problem::new(
        Code::Config,
        say!("not-added-title", alias = alias),
        error.to_string(),
        say!("not-added-remedy", path = path),
    )
}

/// Explains a login item that was not changed.
#[must_use]
pub fn login_item(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        say!("login-item-title"),
        error.to_string(),
        say!("login-item-remedy"),
    )
}

/// Explains a clipboard that could not be used.
#[must_use]
pub fn no_clipboard(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        say!("no-clipboard-title"),
        error.to_string(),
        say!("no-clipboard-remedy"),
    )
}
