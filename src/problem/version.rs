//! Programs of different versions that do not understand each other.

use super::code::{Code, Problem};
use crate::i18n::fl;

/// Explains that the program that holds a host is too old for the one that asks it.
#[must_use]
pub fn holder_too_old(host: &str, client_version: Option<&str>, holder: Option<&str>) -> Problem {
    Problem::new(
        Code::Unsupported,
        fl!("version-holder-too-old", host = host),
        versions(client_version, holder),
        fl!("version-holder-too-old-remedy"),
    )
}

/// Explains that the program that asks is too old for the one that holds a host.
#[must_use]
pub fn client_too_old(host: &str, client_version: Option<&str>, holder: Option<&str>) -> Problem {
    Problem::new(
        Code::Unsupported,
        fl!("version-asker-too-old", host = host),
        versions(client_version, holder),
        fl!("version-asker-too-old-remedy"),
    )
}

fn versions(client_version: Option<&str>, holder: Option<&str>) -> String {
    let word = |version: Option<&str>| match version {
        Some(version) => version.to_owned(),
        None => fl!("version-not-told"),
    };
    fl!(
        "version-both",
        running = word(holder),
        this = word(client_version)
    )
}
