//! What goes wrong between here and a logged-in SSH session.

use super::{local, lost, waiting};
use crate::config::Host;
use crate::phase::Phase;
use crate::problem::{Code, Problem};
use crate::ssh::Error as SshError;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::Target;
use crate::words::say;

/// One arm for each error: a table, longer than a function should be.
pub(super) fn ssh(host: &Host, target: Option<&Target>, error: &SshError) -> Problem {
    let name = &host.name;
    let destination = host.ssh_destination();
    match error {
        SshError::Resolve(error) => Problem::new(
            Code::Resolve,
            say!("explain-resolve", host = name),
            error.to_string(),
            say!("explain-resolve-remedy", destination = destination),
        ),
        SshError::Wait(wait) => waiting(name, Phase::Connecting, wait),
        SshError::Route {
            name: keyword,
            value,
        } => Problem::new(
            Code::Route,
            say!("explain-route", host = name, keyword = *keyword),
            format!("{keyword} {value}"),
            say!("explain-route-remedy", destination = destination),
        ),
        SshError::NameUnknown {
            host: wanted,
            reason,
        } => Problem::new(
            Code::NameUnknown,
            say!("explain-name", host = name, wanted = wanted),
            reason.clone(),
            say!("explain-name-remedy"),
        ),
        SshError::Dial {
            host: wanted,
            port,
            tried,
        } => dial(name, wanted, *port, tried),
        SshError::Handshake { text, .. } => handshake(name, text),
        SshError::KnownHosts(error) => Problem::new(
            Code::HostKeyFiles,
            say!("explain-host-key-files", host = name),
            error.to_string(),
            match error {
                KnownHostsError::Read { .. } | KnownHostsError::Write { .. } => {
                    say!("explain-host-key-files-remedy")
                }
                KnownHostsError::UnwritableName { .. } => say!("explain-host-key-name-remedy"),
                KnownHostsError::MalformedKey { .. } => say!("explain-host-key-malformed-remedy"),
            },
        ),
        SshError::HostKeyUnknown { .. }
        | SshError::HostKeyChanged { .. }
        | SshError::HostKeyRevoked { .. } => host_key(name, destination, target, error),
        SshError::AuthRefused {
            user,
            tried,
            offered,
        } => refused(name, destination, user, tried, offered),
        SshError::NoAnswer { question, reason } => Problem::new(
            Code::AuthNoAnswer,
            say!("explain-auth-no-answer", host = name),
            format!("{question}\n{reason}"),
            say!("explain-auth-no-answer-remedy"),
        ),
        SshError::Passphrase { key } => {
            let key = key.display().to_string();
            Problem::new(
                Code::Passphrase,
                say!("explain-passphrase", host = name, key = &key),
                "",
                say!("explain-passphrase-remedy", key = &key),
            )
        }
        SshError::Session(_) | SshError::Closed | SshError::Silent(_) => lost(name, error),
        SshError::System(error) => local(name, error),
    }
}

fn dial(
    name: &str,
    host: &str,
    port: u16,
    tried: &[(std::net::SocketAddr, std::io::Error)],
) -> Problem {
    let detail: Vec<String> = tried
        .iter()
        .map(|(address, error)| format!("{address}: {error}"))
        .collect();
    let detail = detail.join("\n");
    let all_refused = tried
        .iter()
        .all(|(_, error)| error.kind() == std::io::ErrorKind::ConnectionRefused);
    if all_refused {
        return Problem::new(
            Code::Refused,
            say!(
                "explain-refused-port",
                host = name,
                wanted = host,
                port = port
            ),
            detail,
            say!("explain-refused-port-remedy"),
        );
    }
    Problem::new(
        Code::Unreachable,
        say!(
            "explain-unreachable",
            host = name,
            wanted = host,
            port = port
        ),
        detail,
        say!("explain-unreachable-remedy"),
    )
}

fn handshake(name: &str, text: &str) -> Problem {
    let old = text.contains("method") || text.contains("exchange");
    let remedy = if old {
        say!("explain-handshake-old-remedy")
    } else {
        say!("explain-handshake-remedy")
    };
    Problem::new(
        Code::Handshake,
        say!("explain-handshake", host = name),
        text,
        remedy,
    )
}

fn host_key(name: &str, destination: &str, target: Option<&Target>, error: &SshError) -> Problem {
    let filed = target.map_or_else(
        || name.to_owned(),
        |target| target.known_hosts_name().to_string(),
    );
    match error {
        SshError::HostKeyChanged {
            fingerprint,
            known,
            same_type,
        } => Problem::new(
            Code::HostKeyChanged,
            say!("explain-host-key-changed", host = name),
            shown_and_known(fingerprint, known),
            if *same_type {
                say!("explain-host-key-changed-remedy", filed = filed)
            } else {
                say!("explain-host-key-other-type-remedy", filed = filed)
            },
        ),
        SshError::HostKeyRevoked {
            fingerprint,
            file,
            line,
        } => Problem::new(
            Code::HostKeyRevoked,
            say!("explain-host-key-revoked", host = name),
            say!(
                "explain-host-key-revoked-detail",
                fingerprint = fingerprint,
                place = match line {
                    Some(line) => format!("{}:{line}", file.display()),
                    None => file.display().to_string(),
                }
            ),
            say!("explain-host-key-revoked-remedy"),
        ),
        SshError::HostKeyUnknown {
            fingerprint,
            reason,
        } => Problem::new(
            Code::HostKeyUnknown,
            say!("explain-host-key-unknown", host = name),
            format!("{fingerprint}\n{reason}"),
            say!("explain-host-key-unknown-remedy", destination = destination),
        ),
        other => Problem::new(Code::HostKeyUnknown, format!("{name}: {other}"), "", ""),
    }
}

fn shown_and_known(fingerprint: &str, known: &[KnownKey]) -> String {
    let known = known.iter().map(|key| {
        say!(
            "explain-host-key-known",
            fingerprint = &key.fingerprint,
            kind = &key.key_type,
            place = format!("{}:{}", key.file.display(), key.line),
        )
    });
    let shown = say!("explain-host-key-shown", fingerprint = fingerprint);
    let lines: Vec<String> = std::iter::once(shown).chain(known).collect();
    lines.join("\n")
}

fn refused(name: &str, destination: &str, user: &str, tried: &[String], offered: &str) -> Problem {
    let mut detail = tried.to_vec();
    if tried.is_empty() {
        detail.push(say!("explain-auth-nothing-fits"));
    }
    detail.push(say!("explain-auth-offered", offered = offered));
    Problem::new(
        Code::AuthRefused,
        say!("explain-auth-refused", host = name, user = user),
        detail.join("\n"),
        say!("explain-auth-refused-remedy", destination = destination),
    )
}
