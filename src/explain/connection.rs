//! What goes wrong between here and a logged-in SSH session.

use super::hops::{at_hop, forward, no_way, proxy_command};
use super::lost::login_silent;
use super::{local, login, lost, waiting};
use crate::config::Host;
use crate::phase::Phase;
use crate::problem::{Code, Problem};
use crate::ssh::Error as SshError;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::{ResolveError, Target};
use crate::ssh::{Lacking, Matter};
use crate::words::say;

/// One arm for each error: a table, longer than a function should be.
pub(super) fn ssh(host: &Host, target: Option<&Target>, error: &SshError) -> Problem {
    let name = &host.name;
    let destination = host.ssh_destination();
    match error {
        SshError::Resolve(error @ ResolveError::TimedOut { .. }) => Problem::new(
            Code::TimedOut,
            say!(
                "explain-timed-out",
                host = name,
                phase = Phase::Resolving.words()
            ),
            error.to_string(),
            say!("explain-resolve-slow-remedy", destination = destination),
        ),
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
        SshError::Handshake { .. }
        | SshError::Algorithms { .. }
        | SshError::NoCommonAlgorithm { .. } => handshake(name, destination, error),
        SshError::KnownHosts(error) => host_key_files(name, error),
        SshError::HostKeyUnknown { .. }
        | SshError::HostKeyChanged { .. }
        | SshError::HostKeyShort { .. }
        | SshError::HostKeyRevoked { .. } => host_key(name, destination, target, error),
        SshError::AuthRefused(refused) => login::refused(name, destination, refused),
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
        SshError::LoginSilent { silent, said } => Problem::new(
            Code::TimedOut,
            say!("explain-login-silent", host = name),
            login_silent(*silent, said),
            say!("explain-login-silent-remedy", host = name),
        ),
        SshError::Hop(hop) => at_hop(host, hop),
        SshError::Forward {
            host: wanted,
            port,
            forbidden,
            reason,
        } => forward(name, destination, wanted, *port, *forbidden, reason),
        SshError::Hops(names) => no_way(name, names),
        SshError::ProxyCommand {
            command,
            status,
            said,
        } => proxy_command(name, command, status, said),
        SshError::Session(_)
        | SshError::Closed
        | SshError::Silent(_)
        | SshError::LineTooLong { .. } => lost(name, error),
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

/// The key exchange did not come about.
fn handshake(name: &str, destination: &str, error: &SshError) -> Problem {
    match error {
        SshError::Algorithms {
            keyword,
            asked,
            possible,
        } => Problem::new(
            Code::Algorithms,
            say!("explain-algorithms", host = name, keyword = *keyword),
            say!(
                "explain-algorithms-detail",
                asked = asked,
                possible = possible
            ),
            say!("explain-algorithms-remedy", keyword = *keyword),
        ),
        SshError::NoCommonAlgorithm {
            server,
            text,
            lacking,
        } => Problem::new(
            Code::NoCommonAlgorithm,
            say!("explain-no-common-algorithm", host = name, server = server),
            lacking.as_ref().map_or_else(|| text.clone(), lists),
            no_common_remedy(destination, lacking.as_ref()),
        ),
        other => Problem::new(
            Code::Handshake,
            say!("explain-handshake", host = name),
            match other {
                SshError::Handshake { text, .. } => text.clone(),
                other => other.to_string(),
            },
            say!("explain-handshake-remedy"),
        ),
    }
}

fn lists(lacking: &Lacking) -> String {
    say!(
        "explain-no-common-lists",
        keyword = lacking.keyword,
        theirs = lacking.theirs.join(", "),
        ours = lacking.ours.join(", ")
    )
}

/// Each cause has its own.
fn no_common_remedy(destination: &str, lacking: Option<&Lacking>) -> String {
    match lacking.map(Lacking::matter) {
        Some(Matter::PostQuantum) => say!("explain-post-quantum-remedy"),
        Some(Matter::Sha1) => say!(
            "explain-no-common-algorithm-remedy",
            destination = destination
        ),
        Some(Matter::Other) => say!("explain-no-common-list-remedy"),
        None => say!(
            "explain-no-common-unknown-remedy",
            destination = destination
        ),
    }
}

fn host_key_files(name: &str, error: &KnownHostsError) -> Problem {
    let remedy = match error {
        KnownHostsError::Read { .. } | KnownHostsError::Write { .. } => {
            say!("explain-host-key-files-remedy")
        }
        KnownHostsError::UnwritableName { .. } => say!("explain-host-key-name-remedy"),
        KnownHostsError::MalformedKey { .. } => say!("explain-host-key-malformed-remedy"),
    };
    Problem::new(
        Code::HostKeyFiles,
        say!("explain-host-key-files", host = name),
        error.to_string(),
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
        SshError::HostKeyShort {
            fingerprint,
            bits,
            min,
        } => Problem::new(
            Code::HostKeyUnknown,
            say!("explain-host-key-short", host = name, bits = *bits),
            say!(
                "explain-host-key-short-detail",
                fingerprint = fingerprint,
                bits = *bits,
                min = *min
            ),
            say!("explain-host-key-short-remedy", min = *min),
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
