//! Problems of a request: the command line, the configuration, the computer's display.

use std::path::Path;

use super::code::{Code, Problem};
use crate::config::{ConfigErrors, Host};
use crate::i18n::say;
use crate::ssh::resolve::ResolveError;

/// Explains a configuration file that was named and is not there.
#[must_use]
pub fn no_config(file: &Path) -> Problem {
    Problem::new(
        Code::Config,
        say!("cli-no-file", file = file.display().to_string()),
        "",
        say!("cli-no-file-remedy"),
    )
}

/// Explains a broken configuration: every error with its place and remedy.
#[must_use]
pub fn broken_config(errors: &ConfigErrors) -> Problem {
    Problem::new(
        Code::Config,
        say!("cli-config-broken"),
        errors.to_string(),
        "",
    )
}

/// Explains a configuration that could not be edited.
#[must_use]
pub fn uneditable(file: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        say!("config-uneditable", file = file.display().to_string()),
        error.to_string(),
        say!("config-uneditable-remedy"),
    )
}

/// Explains an alias that ssh does not take.
#[must_use]
pub fn not_resolved(alias: &str, error: &ResolveError) -> Problem {
    Problem::new(
        Code::Resolve,
        say!("add-failed", alias = alias),
        error.to_string(),
        say!("explain-resolve-remedy", destination = alias),
    )
}

/// Explains that one of several hosts has to be named.
#[must_use]
pub fn which_host(hosts: &[Host]) -> Problem {
    Problem::new(
        Code::Usage,
        say!("cli-which"),
        configured(hosts),
        say!("cli-which-remedy"),
    )
}

/// Explains that a host has to be named, since none is configured.
#[must_use]
pub fn nothing_configured(file: &Path) -> Problem {
    Problem::new(
        Code::Usage,
        say!("cli-which"),
        say!("cli-which-none", file = file.display().to_string()),
        say!("cli-which-none-remedy"),
    )
}

/// Explains a name that is not configured.
#[must_use]
pub fn unknown_host(name: &str, hosts: &[Host]) -> Problem {
    Problem::new(
        Code::UnknownHost,
        say!("cli-unknown", name = name),
        configured(hosts),
        say!("cli-unknown-remedy", name = name),
    )
}

fn configured(hosts: &[Host]) -> String {
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    say!("cli-configured", names = names.join(", "))
}

/// Explains an app without a screen.
#[cfg(feature = "app")]
#[must_use]
pub fn no_display() -> Problem {
    Problem::new(
        Code::Unsupported,
        say!("cli-no-display"),
        "",
        say!("cli-open-remedy"),
    )
}

/// Explains a build without the app.
#[cfg(not(feature = "app"))]
#[must_use]
pub fn no_app() -> Problem {
    Problem::new(
        Code::Unsupported,
        say!("cli-no-app"),
        "",
        say!("cli-open-remedy"),
    )
}
