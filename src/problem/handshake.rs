//! Problems with a server's greeting and with the key exchange.

use super::code::{Code, Problem};
use super::jump_host::last_lines;
use crate::i18n::fl;
use crate::phase::Phase;
use crate::ssh::{Greeting, Lacking, Matter, SshError};

/// The key exchange did not come about.
pub(super) fn handshake(name: &str, destination: &str, error: &SshError) -> Problem {
    match error {
        SshError::Algorithms {
            keyword,
            asked,
            possible,
        } => Problem::new(
            Code::Algorithms,
            fl!("explain-algorithms", host = name, keyword = *keyword),
            fl!(
                "explain-algorithms-detail",
                asked = asked,
                possible = possible
            ),
            fl!("explain-algorithms-remedy", keyword = *keyword),
        ),
        SshError::NoCommonAlgorithm {
            server,
            text,
            lacking,
        } => Problem::new(
            Code::NoCommonAlgorithm,
            fl!("explain-no-common-algorithm", host = name, server = server),
            lacking.as_ref().map_or_else(|| text.clone(), lists),
            no_common_remedy(destination, lacking.as_ref()),
        ),
        SshError::Handshake {
            text,
            cut,
            greeting,
        } => Problem::new(
            Code::Handshake,
            fl!("explain-handshake", host = name),
            greeted(greeting.as_ref(), text),
            handshake_remedy(destination, greeting.as_ref(), *cut),
        ),
        other => Problem::new(Code::Handshake, format!("{name}: {other}"), "", ""),
    }
}

/// Describes what was seen of the server, and libssh2's error.
fn greeted(greeting: Option<&Greeting>, text: &str) -> String {
    let seen = match greeting {
        Some(Greeting::Nothing) => fl!("explain-handshake-nothing"),
        Some(Greeting::Foreign(words)) => fl!("explain-auth-said", words = words),
        Some(Greeting::Ssh(version)) => fl!("explain-handshake-greeted", version = version),
        None => return text.to_owned(),
    };
    format!("{seen}\n{text}")
}

/// Each cause has its own; what was seen tells which.
fn handshake_remedy(destination: &str, greeting: Option<&Greeting>, cut: bool) -> String {
    match greeting {
        Some(Greeting::Nothing) => {
            fl!(
                "explain-handshake-nothing-remedy",
                destination = destination
            )
        }
        Some(seen) if seen.is_turned_away() => fl!("explain-handshake-turned-away-remedy"),
        Some(seen) if seen.is_too_old() => fl!("explain-handshake-old-remedy"),
        Some(Greeting::Foreign(_)) => fl!("explain-handshake-foreign-remedy"),
        Some(Greeting::Ssh(_)) if cut => {
            fl!("explain-handshake-cut-remedy", destination = destination)
        }
        _ => fl!("explain-handshake-remedy"),
    }
}

/// A connection that was taken, by the server or by something in its place.
pub(super) fn handshake_silent(
    name: &str,
    destination: &str,
    greeting: &Greeting,
    said: &str,
) -> Problem {
    let lines = last_lines(said);
    let command = lines
        .into_iter()
        .map(|said| fl!("hops-proxy-said", said = said));
    let seen = match greeting {
        Greeting::Nothing => fl!("explain-handshake-silent"),
        Greeting::Foreign(words) => fl!("explain-auth-said", words = words),
        Greeting::Ssh(version) => fl!("explain-handshake-slow", version = version),
    };
    let detail: Vec<String> = command.chain([seen]).collect();
    let phase = Phase::Connecting.words();
    Problem::new(
        Code::TimedOut,
        fl!("explain-timed-out", host = name, phase = phase),
        detail.join("\n"),
        match greeting {
            Greeting::Ssh(_) => {
                fl!("explain-handshake-slow-remedy", destination = destination)
            }
            _ => fl!("explain-handshake-silent-remedy", destination = destination),
        },
    )
}

fn lists(lacking: &Lacking) -> String {
    fl!(
        "explain-no-common-lists",
        keyword = lacking.keyword,
        theirs = lacking.theirs.join(", "),
        ours = lacking.ours.join(", ")
    )
}

/// Each cause has its own.
fn no_common_remedy(destination: &str, lacking: Option<&Lacking>) -> String {
    match lacking.map(Lacking::matter) {
        Some(Matter::PostQuantum) => fl!("explain-post-quantum-remedy"),
        Some(Matter::Sha1) => fl!(
            "explain-no-common-algorithm-remedy",
            destination = destination
        ),
        Some(Matter::Other) => fl!("explain-no-common-list-remedy"),
        None => fl!(
            "explain-no-common-unknown-remedy",
            destination = destination
        ),
    }
}
