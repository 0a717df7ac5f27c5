//! Problems on the local computer other than the connection.

use crate::ssh::{Shortage, shortage};
use std::path::Path;

use super::code::{Code, Problem};
use crate::config::EditError;
use crate::i18n::fl;

/// Explains a file that could not be created or opened for the user.
#[must_use]
pub fn not_opened(path: &Path, error: &std::io::Error) -> Problem {
    let path = path.display().to_string();
    Problem::new(
        Code::Local,
        fl!("not-opened-title", path = path.as_str()),
        error.to_string(),
        fl!("not-opened-remedy", path = path.as_str()),
    )
}

/// Explains a browser that did not open, in its own words.
#[must_use]
pub fn no_browser(reason: String) -> Problem {
    Problem::new(
        Code::Local,
        fl!("no-browser-title"),
        reason,
        fl!("no-browser-remedy"),
    )
}

/// Explains a settings page that could not be opened.
#[must_use]
pub fn no_settings(error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        fl!("no-settings-title"),
        error.to_string(),
        fl!("no-settings-remedy"),
    )
}

/// Explains a host that was not added to the configuration.
#[must_use]
pub fn not_added(path: &Path, alias: &str, error: &EditError) -> Problem {
    let path = path.display().to_string();
    Problem::new(
        Code::Config,
        fl!("not-added-title", alias = alias),
        error.to_string(),
        fl!("not-added-remedy", path = path),
    )
}

/// Explains a login item that was not changed.
#[must_use]
pub fn login_item(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        fl!("login-item-title"),
        error.to_string(),
        fl!("login-item-remedy"),
    )
}

/// Explains a clipboard that could not be used.
#[must_use]
pub fn no_clipboard(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        fl!("no-clipboard-title"),
        error.to_string(),
        fl!("no-clipboard-remedy"),
    )
}

/// Explains a shortcut that could not be created or removed.
#[must_use]
pub fn launcher(host: &str, error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        fl!("launcher-title", host = host),
        error.to_string(),
        fl!("launcher-remedy"),
    )
}

/// Explains that the app has to quit before what it uses can go.
#[must_use]
pub fn app_runs() -> Problem {
    Problem::new(
        Code::Local,
        fl!("uninstall-app-runs"),
        "",
        fl!("uninstall-app-runs-remedy"),
    )
}

/// Explains that tunnels have to close first; `first` is what closes one of `all`.
#[must_use]
pub fn tunnels_open(first: &str, all: &[String]) -> Problem {
    Problem::new(
        Code::Local,
        fl!("uninstall-tunnels", hosts = all.join(", ")),
        "",
        fl!("uninstall-tunnels-remedy", first = first),
    )
}

/// Explains something that could not be removed.
#[must_use]
pub fn not_removed(path: &Path, error: &std::io::Error) -> Problem {
    let path = path.display().to_string();
    Problem::new(
        Code::Local,
        fl!("not-removed-title", path = path.as_str()),
        error.to_string(),
        fl!("not-removed-remedy"),
    )
}

/// Explains passphrases that stay in the keychain.
#[must_use]
pub fn keychain_kept(error: &dyn std::fmt::Display) -> Problem {
    Problem::new(
        Code::Local,
        fl!("keychain-kept-title"),
        error.to_string(),
        fl!("keychain-kept-remedy"),
    )
}

/// Explains that nothing is known about a newer version.
#[must_use]
pub fn no_release(reason: &str) -> Problem {
    Problem::new(
        Code::Local,
        fl!("no-release-title"),
        reason,
        fl!("no-release-remedy"),
    )
}

/// Explains that no local port could be opened.
#[must_use]
pub fn no_port(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        fl!("explain-no-port", host = host),
        error.to_string(),
        fl!("explain-no-port-remedy"),
    )
}

/// Explains that the local computer has no thread, pipe or signal handler left for a session.
#[must_use]
pub fn local(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        fl!("explain-local", host = host),
        error.to_string(),
        system_remedy(error),
    )
}

/// Explains that the programs of this account cannot speak to each other.
#[must_use]
pub fn no_control(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        fl!("explain-no-control", host = host),
        error.to_string(),
        // A socket's path has 104 bytes on macOS and 108 on Linux, and no more.
        if error.kind() == std::io::ErrorKind::InvalidInput {
            fl!("explain-control-long-remedy")
        } else {
            fl!("explain-no-control-remedy")
        },
    )
}

/// Explains what should never happen.
#[must_use]
pub fn bug(host: &str) -> Problem {
    Problem::new(
        Code::Local,
        fl!("explain-bug", host = host),
        "",
        fl!("explain-bug-remedy"),
    )
}

/// Returns the remedy for a system call that failed, by its error.
pub(super) fn system_remedy(error: &std::io::Error) -> String {
    match shortage(error) {
        Some(Shortage::Descriptors) => fl!("explain-local-files-remedy"),
        Some(Shortage::Memory) => fl!("explain-local-memory-remedy"),
        None => fl!("explain-local-remedy"),
    }
}
