//! What goes wrong between here and a logged-in SSH session.

use std::fmt::Write;

use super::{lost, waiting};
use crate::config::Host;
use crate::phase::Phase;
use crate::problem::{Code, Problem};
use crate::ssh::Error as SshError;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::Target;

/// One arm for each error: a table, longer than a function should be.
pub(super) fn ssh(host: &Host, target: Option<&Target>, error: &SshError) -> Problem {
    let name = &host.name;
    let destination = host.ssh_destination();
    match error {
        SshError::Resolve(error) => Problem::new(
            Code::Resolve,
            format!("The ssh configuration of {name} cannot be used"),
            error.to_string(),
            format!("Check it with `ssh -G {destination}`."),
        ),
        SshError::Wait(wait) => waiting(name, Phase::Connecting, wait),
        SshError::Route {
            name: keyword,
            value,
        } => Problem::new(
            Code::Route,
            format!("{name} needs {keyword}, which this version does not support yet"),
            format!("{keyword} {value}"),
            format!(
                "Until it does, forward a port by hand: `ssh -N -L 8888:localhost:8888 {destination}`."
            ),
        ),
        SshError::NameUnknown {
            host: wanted,
            reason,
        } => Problem::new(
            Code::NameUnknown,
            format!("{name}: no address is known for {wanted}"),
            reason.clone(),
            "Check the spelling, the HostName in ~/.ssh/config, and whether a VPN is needed.",
        ),
        SshError::Dial {
            host: wanted,
            port,
            tried,
        } => dial(name, wanted, *port, tried),
        SshError::Handshake { text, .. } => handshake(name, text),
        SshError::KnownHosts(error) => Problem::new(
            Code::HostKeyFiles,
            format!("The host key of {name} cannot be checked"),
            error.to_string(),
            match error {
                KnownHostsError::Read { .. } | KnownHostsError::Write { .. } => {
                    "Make the file readable and writable for yourself."
                }
                KnownHostsError::UnwritableName { .. } => {
                    "Give it a plain HostName or HostKeyAlias in ~/.ssh/config."
                }
                KnownHostsError::MalformedKey { .. } => {
                    "Check that an SSH server answers on that port."
                }
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
            format!("The login to {name} needs an answer that nobody gave"),
            format!("{question}\n{reason}"),
            "Run the command in a terminal, set SSH_ASKPASS, or load the key into an agent with `ssh-add`.",
        ),
        SshError::Passphrase { key } => Problem::new(
            Code::Passphrase,
            format!(
                "{name}: the passphrase does not open the key {}",
                key.display()
            ),
            String::new(),
            format!("Check it with `ssh-keygen -y -f {}`.", key.display()),
        ),
        SshError::Session(_) | SshError::Closed | SshError::Silent(_) => lost(name, error),
        SshError::System(error) => Problem::new(
            Code::Local,
            format!("This machine could not do its part for {name}"),
            error.to_string(),
            "See whether it is out of memory or file descriptors.",
        ),
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
            format!("{name}: nothing listens on port {port} of {host}"),
            detail,
            "Check the Port in ~/.ssh/config, and whether the SSH server runs there.",
        );
    }
    Problem::new(
        Code::Unreachable,
        format!("{name}: no answer from {host} port {port}"),
        detail,
        "Check the network, and whether a VPN or a jump host is needed.",
    )
}

fn handshake(name: &str, text: &str) -> Problem {
    let old = text.contains("method") || text.contains("exchange");
    let remedy = if old {
        "A server that knows only SHA-1 is too old for this program and needs an update; `ssh -v` shows what it offers."
    } else {
        "Check that an SSH server answers on that port: `ssh -v` shows its greeting."
    };
    Problem::new(
        Code::Handshake,
        format!("{name}: the SSH handshake failed"),
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
            format!("{name} shows another host key than the one that is known: nothing was sent"),
            format!("shown: {fingerprint}\n{}", known_keys(known)),
            if *same_type {
                format!(
                    "Somebody may be in between. Only if you know why it changed: `ssh-keygen -R '{filed}'`, then connect again."
                )
            } else {
                format!(
                    "The host has no key of the known type any more. If its owner confirms the new one: `ssh-keygen -R '{filed}'`, then connect again."
                )
            },
        ),
        SshError::HostKeyRevoked { file, line } => Problem::new(
            Code::HostKeyRevoked,
            format!("{name} shows a host key that is marked as revoked: nothing was sent"),
            format!("{}:{line}", file.display()),
            "Ask the host's administrator; this key must not be used any more.",
        ),
        SshError::HostKeyUnknown {
            fingerprint,
            reason,
        } => Problem::new(
            Code::HostKeyUnknown,
            format!("The host key of {name} is not known and was not accepted"),
            format!("{fingerprint}\n{reason}"),
            format!(
                "Compare the fingerprint with the administrator's, then connect once with `ssh {destination}`, or answer yes here."
            ),
        ),
        other => Problem::new(Code::HostKeyUnknown, format!("{name}: {other}"), "", ""),
    }
}

fn known_keys(known: &[KnownKey]) -> String {
    known.iter().fold(String::new(), |mut text, key| {
        let place = format!("{}:{}", key.file.display(), key.line);
        let _ = writeln!(
            text,
            "known: {} {} ({place})",
            key.fingerprint, key.key_type
        );
        text
    })
}

fn refused(name: &str, destination: &str, user: &str, tried: &[String], offered: &str) -> Problem {
    let mut detail = tried.join("\n");
    if tried.is_empty() {
        detail.push_str("no key, agent or password of yours fits what the server offers");
    }
    let _ = write!(detail, "\nthe server offers: {offered}");
    Problem::new(
        Code::AuthRefused,
        format!("{name} refused the login of {user}"),
        detail,
        format!(
            "Check with `ssh {destination}`; a key has to stand in ~/.ssh/authorized_keys there."
        ),
    )
}
