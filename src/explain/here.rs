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

/// Explains a launcher that was not made or removed.
#[must_use]
pub fn launcher(host: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        say!("launcher-title", host = host),
        error.to_string(),
        say!("launcher-remedy"),
    )
}

/// Explains that the app has to quit before what it uses can go.
#[must_use]
pub fn app_runs() -> Problem {
    Problem::new(
        Code::Local,
        say!("uninstall-app-runs"),
        "",
        say!("uninstall-app-runs-remedy"),
    )
}

/// Explains that tunnels have to close first; `first` is what closes one of `all`.
#[must_use]
pub fn tunnels_open(first: &str, all: &[String]) -> Problem {
    Problem::new(
        Code::Local,
        say!("uninstall-tunnels", hosts = all.join(", ")),
        "",
        say!("uninstall-tunnels-remedy", first = first),
    )
}

/// Explains something that could not be removed.
#[must_use]
pub fn not_removed(path: &Path, error: &std::io::Error) -> Problem {
    let path = path.display().to_string();
    Problem::new(
        Code::Local,
        say!("not-removed-title", path = path.as_str()),
        error.to_string(),
        say!("not-removed-remedy"),
    )
}

/// Explains passphrases that stay in the keychain.
#[must_use]
pub fn keychain_kept(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        say!("keychain-kept-title"),
        error.to_string(),
        say!("keychain-kept-remedy"),
    )
}

/// Explains that nothing is known about a newer version.
#[must_use]
pub fn no_release(reason: &str) -> Problem {
    Problem::new(
        Code::Local,
        say!("no-release-title"),
        reason,
        say!("no-release-remedy"),
    )
}
