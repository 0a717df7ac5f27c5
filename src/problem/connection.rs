//! Problems on the way to a logged-in SSH session.

use std::io;
use std::net::{IpAddr, SocketAddr};

use super::code::{Code, Problem, Remedy};
use super::connection_lost::login_silent;
use super::jump_host::{forward, last_lines, no_way, proxy_command};
use super::local::system_remedy;
use super::wait::waiting;
use super::{local, login, lost};
use crate::config::Host;
use crate::i18n::fl;
use crate::phase::Phase;
use crate::ssh::SshError;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::{ResolveError, SshTarget};
use crate::ssh::{AtHop, Greeting, Lacking, Matter};

/// One arm for each error: a table, longer than a function should be.
pub(super) fn ssh(host: &Host, target: Option<&SshTarget>, error: &SshError) -> Problem {
    let name = &host.name;
    let destination = host.ssh_destination();
    match error {
        SshError::Resolve(error @ ResolveError::TimedOut { .. }) => Problem::new(
            Code::TimedOut,
            fl!(
                "explain-timed-out",
                host = name,
                phase = Phase::Resolving.words()
            ),
            error.to_string(),
            fl!("explain-resolve-slow-remedy", destination = destination),
        ),
        SshError::Resolve(error) => Problem::new(
            Code::Resolve,
            fl!("explain-resolve", host = name),
            error.to_string(),
            resolve_remedy(destination, error),
        ),
        SshError::Wait(wait) => waiting(name, Phase::Connecting, wait),
        SshError::Route {
            name: keyword,
            value,
        } => Problem::new(
            Code::Route,
            fl!("explain-route", host = name, keyword = *keyword),
            format!("{keyword} {value}"),
            fl!("explain-route-remedy", destination = destination),
        ),
        SshError::NameUnknown {
            host: wanted,
            reason,
        } => Problem::new(
            Code::NameUnknown,
            fl!("explain-name", host = name, wanted = wanted),
            reason.clone(),
            fl!("explain-name-remedy"),
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
        SshError::NoAnswer {
            prompt,
            reason,
            tried,
        } => no_answer(name, prompt, reason, tried),
        SshError::Passphrase { key } => {
            let key = key.display().to_string();
            Problem::new(
                Code::Passphrase,
                fl!("explain-passphrase", host = name, key = &key),
                "",
                fl!("explain-passphrase-remedy", key = &key),
            )
        }
        SshError::LoginSilent { silent, said } => Problem::new(
            Code::TimedOut,
            fl!("explain-login-silent", host = name),
            login_silent(*silent, said),
            Remedy::by_face(
                fl!("explain-login-silent-remedy", host = name),
                fl!("explain-login-silent-app", host = name),
            ),
        ),
        SshError::HandshakeSilent { greeting, said } => {
            handshake_silent(name, destination, greeting, said)
        }
        SshError::NoSession { reason } => Problem::new(
            Code::LoginShell,
            fl!("explain-no-session", host = name),
            reason.clone(),
            fl!("explain-no-session-remedy", destination = destination),
        ),
        SshError::Hop(_)
        | SshError::Forward { .. }
        | SshError::Hops(_)
        | SshError::ProxyCommand { .. }
        | SshError::ProxyShell { .. } => way(host, error),
        SshError::Session(_)
        | SshError::Closed
        | SshError::Silent(_)
        | SshError::LineTooLong { .. } => lost(name, error),
        SshError::System(error) => local(name, error),
    }
}

/// Explains the failure of what carries the connection.
fn way(host: &Host, error: &SshError) -> Problem {
    let (name, destination) = (&host.name, host.ssh_destination());
    match error {
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
        SshError::ProxyShell { shell, why } => Problem::new(
            Code::ProxyCommand,
            fl!("hops-proxy-failed", host = name),
            format!("{shell}: {why}"),
            fl!("hops-proxy-shell-remedy", shell = shell),
        ),
        other => lost(name, other),
    }
}

/// `ssh -G` in a terminal tells, but for what only this program lacks.
fn resolve_remedy(destination: &str, error: &ResolveError) -> String {
    match error {
        ResolveError::NotStarted { source, .. } => system_remedy(source),
        ResolveError::NoSsh { .. } => {
            let path = std::env::var("PATH").unwrap_or_default();
            fl!("explain-no-ssh-remedy", path = path)
        }
        ResolveError::Refused { message, .. } => match unset_variable(message) {
            Some(variable) => fl!(
                "explain-resolve-variable-remedy",
                destination = destination,
                variable = variable
            ),
            None => fl!("explain-resolve-remedy", destination = destination),
        },
        _ => fl!("explain-resolve-remedy", destination = destination),
    }
}

/// The variable without which ssh refuses a configuration (misc.c, `vdollar_percent_expand`).
fn unset_variable(message: &str) -> Option<&str> {
    let (_, after) = message.split_once("env var ${")?;
    let (variable, rest) = after.split_once('}')?;
    rest.starts_with(" has no value").then_some(variable)
}

/// Nobody would have been asked if something else had done.
fn no_answer(name: &str, prompt: &str, reason: &str, tried: &[String]) -> Problem {
    let mut detail = vec![prompt, reason];
    detail.extend(tried.iter().map(String::as_str));
    Problem::new(
        Code::AuthNoAnswer,
        fl!("explain-auth-no-answer", host = name),
        detail.join("\n"),
        if tried.is_empty() {
            fl!("explain-auth-no-answer-remedy")
        } else {
            fl!("explain-auth-no-answer-tried-remedy")
        },
    )
}

fn dial(name: &str, host: &str, port: u16, tried: &[(SocketAddr, io::Error)]) -> Problem {
    let detail: Vec<String> = tried
        .iter()
        .map(|(address, error)| format!("{address}: {error}"))
        .collect();
    let detail = detail.join("\n");
    let all_refused = tried
        .iter()
        .all(|(_, error)| error.kind() == io::ErrorKind::ConnectionRefused);
    if all_refused {
        return Problem::new(
            Code::Refused,
            fl!(
                "explain-refused-port",
                host = name,
                wanted = host,
                port = port
            ),
            detail,
            fl!("explain-refused-port-remedy"),
        );
    }
    Problem::new(
        Code::Unreachable,
        fl!(
            "explain-unreachable",
            host = name,
            wanted = host,
            port = port
        ),
        detail,
        unreachable_remedy(tried, cfg!(target_os = "macos")),
    )
}

/// On a Mac, a program that may not speak to the local network gets "no route to host", at once
/// (Apple's technical note TN3179).
fn unreachable_remedy(tried: &[(SocketAddr, io::Error)], on_mac: bool) -> String {
    let is_denied = |(address, error): &(SocketAddr, io::Error)| {
        let is_local = match address.ip() {
            IpAddr::V4(ip) => ip.is_private() || ip.is_link_local(),
            IpAddr::V6(ip) => ip.is_unique_local() || ip.is_unicast_link_local(),
        };
        is_local && error.kind() == io::ErrorKind::HostUnreachable
    };
    if on_mac && tried.iter().any(is_denied) {
        fl!("explain-unreachable-mac-remedy")
    } else {
        fl!("explain-unreachable-remedy")
    }
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
fn handshake_silent(name: &str, destination: &str, greeting: &Greeting, said: &str) -> Problem {
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

fn host_key_files(name: &str, error: &KnownHostsError) -> Problem {
    let remedy = match error {
        KnownHostsError::Read { .. } | KnownHostsError::Write { .. } => {
            fl!("explain-host-key-files-remedy")
        }
        KnownHostsError::UnwritableName { .. } => fl!("explain-host-key-name-remedy"),
        KnownHostsError::MalformedKey { .. } => fl!("explain-host-key-malformed-remedy"),
    };
    Problem::new(
        Code::HostKeyFiles,
        fl!("explain-host-key-files", host = name),
        error.to_string(),
        remedy,
    )
}

fn host_key(
    name: &str,
    destination: &str,
    target: Option<&SshTarget>,
    error: &SshError,
) -> Problem {
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
            fl!("explain-host-key-changed", host = name),
            shown_and_known(fingerprint, known),
            if *same_type {
                fl!("explain-host-key-changed-remedy", filed = filed)
            } else {
                fl!("explain-host-key-other-type-remedy", filed = filed)
            },
        ),
        SshError::HostKeyRevoked {
            fingerprint,
            file,
            line,
        } => Problem::new(
            Code::HostKeyRevoked,
            fl!("explain-host-key-revoked", host = name),
            fl!(
                "explain-host-key-revoked-detail",
                fingerprint = fingerprint,
                place = match line {
                    Some(line) => format!("{}:{line}", file.display()),
                    None => file.display().to_string(),
                }
            ),
            fl!("explain-host-key-revoked-remedy"),
        ),
        SshError::HostKeyShort {
            fingerprint,
            bits,
            min,
        } => Problem::new(
            Code::HostKeyUnknown,
            fl!("explain-host-key-short", host = name, bits = *bits),
            fl!(
                "explain-host-key-short-detail",
                fingerprint = fingerprint,
                bits = *bits,
                min = *min
            ),
            fl!("explain-host-key-short-remedy", min = *min),
        ),
        SshError::HostKeyUnknown {
            fingerprint,
            reason,
        } => Problem::new(
            Code::HostKeyUnknown,
            fl!("explain-host-key-unknown", host = name),
            format!("{fingerprint}\n{reason}"),
            fl!("explain-host-key-unknown-remedy", destination = destination),
        ),
        other => Problem::new(Code::HostKeyUnknown, format!("{name}: {other}"), "", ""),
    }
}

fn shown_and_known(fingerprint: &str, known: &[KnownKey]) -> String {
    let known = known.iter().map(|key| {
        fl!(
            "explain-host-key-known",
            fingerprint = &key.fingerprint,
            kind = &key.key_type,
            place = format!("{}:{}", key.file.display(), key.line),
        )
    });
    let shown = fl!("explain-host-key-shown", fingerprint = fingerprint);
    let lines: Vec<String> = std::iter::once(shown).chain(known).collect();
    lines.join("\n")
}

/// Explains it as for a host, but with the jump host's name. Behind several jump hosts, the nearest
/// one that fails is named.
fn at_hop(host: &Host, hop: &AtHop) -> Problem {
    if let SshError::Hop(nearer) = hop.error.as_ref() {
        return at_hop(host, nearer);
    }
    if let SshError::Wait(wait) = hop.error.as_ref() {
        let problem = waiting(&host.name, Phase::Connecting, wait);
        let detail = fl!("hops-waited", hop = &hop.name);
        return Problem { detail, ..problem };
    }
    let mut stand_in = Host::named(&fl!("hops-name", hop = &hop.name));
    stand_in.ssh = Some(hop.destination.clone());
    let problem = ssh(&stand_in, Some(&hop.target), &hop.error);
    let title = fl!("hops-title", host = &host.name, title = problem.title);
    Problem { title, ..problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mac_that_denies_the_local_network_is_named_and_a_host_that_is_down_is_not() {
        let remedy = |address: &str, kind: io::ErrorKind, on_mac| {
            let address =
                SocketAddr::new(address.parse().unwrap_or(IpAddr::from([0, 0, 0, 0])), 22);
            unreachable_remedy(&[(address, kind.into())], on_mac).contains("Local Network")
        };
        let denied = io::ErrorKind::HostUnreachable;
        for local in [
            "192.168.1.7",
            "10.0.0.7",
            "172.16.3.7",
            "169.254.0.7",
            "fd00::7",
            "fe80::7",
        ] {
            assert!(remedy(local, denied, true), "{local}");
            assert!(!remedy(local, denied, false), "{local}, elsewhere");
            assert!(!remedy(local, io::ErrorKind::TimedOut, true), "{local}");
        }
        for far in ["203.0.113.7", "2001:db8::7"] {
            assert!(!remedy(far, denied, true), "{far}");
        }
    }
}
