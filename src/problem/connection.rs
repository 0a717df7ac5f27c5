//! Problems on the way to a logged-in SSH session.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use super::code::{Code, Problem, Remedy};
use super::connection_lost::login_silent;
use super::handshake::{handshake, handshake_silent};
use super::host_key::{host_key, host_key_files};
use super::jump_host::{forward, no_way, proxy_command};
use super::local::system_remedy;
use super::openssh::openssh;
use super::wait::waiting;
use super::{local, login, lost};
use crate::config::Host;
use crate::file_access::mending_command;
use crate::i18n::fl;
use crate::phase::Phase;
use crate::ssh::AtHop;
use crate::ssh::SshError;
use crate::ssh::resolve::{ResolveError, SshTarget};

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
            fl!("explain-route-remedy"),
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
        SshError::NeedsOpenssh(need) => login::needs_openssh(name, need),
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
        SshError::Openssh { .. } | SshError::OpensshMissing(_) => openssh(host, target, error),
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
        ResolveError::OpenToOthers { command, .. } => {
            fl!("explain-open-to-others-remedy", command = command)
        }
        ResolveError::Refused { message, .. } => refused_remedy(destination, message),
        _ => fl!("explain-resolve-remedy", destination = destination),
    }
}

fn refused_remedy(destination: &str, message: &str) -> String {
    if let Some(variable) = unset_variable(message) {
        return fl!(
            "explain-resolve-variable-remedy",
            destination = destination,
            variable = variable
        );
    }
    match open_file(message).and_then(mending_command) {
        Some(command) => fl!("explain-open-to-others-remedy", command = command),
        None => fl!("explain-resolve-remedy", destination = destination),
    }
}

/// The file that ssh refuses because other accounts can change it (readconf.c, `read_config_file_depth`).
fn open_file(message: &str) -> Option<&Path> {
    let (_, after) = message.split_once("Bad owner or permissions on ")?;
    Some(Path::new(after.split(';').next()?))
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
    fn a_file_that_ssh_refuses_because_others_can_change_it_is_named() {
        // In the words of OpenSSH 9.2, joined with what follows.
        let message = "Bad owner or permissions on /home/me/.ssh/con fig; more";
        assert_eq!(open_file(message), Some(Path::new("/home/me/.ssh/con fig")));
        assert_eq!(open_file("Bad configuration option"), None);
    }

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
