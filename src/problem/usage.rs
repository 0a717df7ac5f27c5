//! Problems of a request: the command line, the configuration, the computer's display.

use std::path::Path;

use super::code::{Code, Problem, Remedy};
use crate::config::{ConfigErrors, Host, Resources};
use crate::i18n::fl;
use crate::ssh::resolve::ResolveError;

/// Explains a configuration file that was named and is not there.
#[must_use]
pub fn no_config(file: &Path) -> Problem {
    Problem::new(
        Code::Config,
        fl!("cli-no-file", file = file.display().to_string()),
        "",
        fl!("cli-no-file-remedy"),
    )
}

/// Explains a broken configuration: every error with its place and remedy.
#[must_use]
pub fn broken_config(errors: &ConfigErrors) -> Problem {
    Problem::new(
        Code::Config,
        fl!("cli-config-broken"),
        errors.to_string(),
        "",
    )
}

/// Explains a configuration that could not be edited.
#[must_use]
pub fn uneditable(file: &Path, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        fl!("config-uneditable", file = file.display().to_string()),
        error.to_string(),
        fl!("config-uneditable-remedy"),
    )
}

/// Explains an alias that ssh does not take.
#[must_use]
pub fn not_resolved(alias: &str, error: &ResolveError) -> Problem {
    Problem::new(
        Code::Resolve,
        fl!("add-failed", alias = alias),
        error.to_string(),
        fl!("explain-resolve-remedy", destination = alias),
    )
}

/// Explains a request that takes an open tunnel.
#[must_use]
pub fn not_open(host: &str) -> Problem {
    Problem::new(
        Code::Usage,
        fl!("not-open-title", host = host),
        "",
        fl!("not-open-remedy", host = host),
    )
}

/// Explains a target of a forward that cannot be read.
#[must_use]
pub fn no_address(host: &str, text: &str) -> Problem {
    Problem::new(
        Code::Usage,
        fl!("no-address-title", host = host, text = text),
        "",
        fl!("no-address-remedy"),
    )
}

/// Explains that one of several hosts has to be named.
#[must_use]
pub fn which_host(hosts: &[Host]) -> Problem {
    Problem::new(
        Code::Usage,
        fl!("cli-which"),
        configured(hosts),
        fl!("cli-which-remedy"),
    )
}

/// Explains that a host has to be named, since none is configured.
#[must_use]
pub fn nothing_configured(file: &Path) -> Problem {
    Problem::new(
        Code::Usage,
        fl!("cli-which"),
        fl!("cli-which-none", file = file.display().to_string()),
        fl!("cli-which-none-remedy"),
    )
}

/// Explains a path that does not lead into the server's folder.
#[must_use]
pub fn notebook_outside(host: &str, path: &str) -> Problem {
    Problem::new(
        Code::Usage,
        fl!("cli-notebook-outside", host = host),
        path,
        Remedy::by_face(
            fl!("cli-notebook-outside-remedy"),
            fl!("cli-notebook-outside-app"),
        ),
    )
}

/// Explains a name that is not configured.
#[must_use]
pub fn unknown_host(name: &str, hosts: &[Host]) -> Problem {
    Problem::new(
        Code::UnknownHost,
        fl!("cli-unknown", name = name),
        configured(hosts),
        fl!("cli-unknown-remedy", name = name),
    )
}

/// Explains a profile that the host does not have.
#[must_use]
pub fn unknown_profile(host: &Host, profile: &str) -> Problem {
    let names = host.profiles.iter().map(|profile| profile.name.as_str());
    let names: Vec<&str> = names.collect();
    let detail = if names.is_empty() {
        fl!("cli-profiles-none")
    } else {
        fl!("cli-profiles", names = names.join(", "))
    };
    Problem::new(
        Code::Usage,
        fl!("cli-unknown-profile", host = &host.name, profile = profile),
        detail,
        fl!("cli-unknown-profile-remedy", profile = profile),
    )
}

/// Explains that a host has no scheduler to ask for resources.
#[must_use]
pub fn no_resources(host: &str, resources: &Resources) -> Problem {
    let resources = resources.to_string();
    Problem::new(
        Code::Usage,
        fl!("cli-no-scheduler", host = host, resources = resources),
        "",
        fl!("cli-no-scheduler-remedy"),
    )
}

/// Explains a profile with a key that only a scheduler heeds.
#[must_use]
pub fn unheeded(host: &str, key: &str) -> Problem {
    Problem::new(
        Code::Config,
        fl!("cli-unheeded", host = host, key = key),
        "",
        fl!("cli-unheeded-remedy", key = key),
    )
}

/// Explains that a host is open, so that no job starts which could have other resources.
#[must_use]
pub fn open_already(host: &str, resources: &Resources) -> Problem {
    let resources = resources.to_string();
    Problem::new(
        Code::AlreadyRunning,
        fl!("cli-open-already", host = host, resources = resources),
        fl!("cli-open-already-detail"),
        fl!("cli-open-already-remedy", host = host),
    )
}

fn configured(hosts: &[Host]) -> String {
    let names: Vec<&str> = hosts.iter().map(|host| host.name.as_str()).collect();
    fl!("cli-configured", names = names.join(", "))
}

/// Explains an app without a screen.
#[cfg(feature = "app")]
#[must_use]
pub fn no_display() -> Problem {
    Problem::new(
        Code::Unsupported,
        fl!("cli-no-display"),
        "",
        fl!("cli-open-remedy"),
    )
}

/// Explains an app that is not there, or does not start.
#[must_use]
pub fn no_app(program: &std::path::Path, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Unsupported,
        fl!("cli-no-app"),
        format!("{}: {error}", program.display()),
        fl!("cli-open-remedy"),
    )
}
