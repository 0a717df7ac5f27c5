//! Problems of connections that the system's `ssh` was to make.

use std::io;

use super::code::{Code, Problem};
use super::lost;
use crate::config::Host;
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::openssh::OpensshCause;
use crate::ssh::resolve::SshTarget;

/// Explains why the system's `ssh` made no connection.
pub(super) fn openssh(host: &Host, target: Option<&SshTarget>, error: &SshError) -> Problem {
    match error {
        SshError::Openssh {
            cause,
            status,
            said,
        } => failed(host, target, *cause, status, said),
        SshError::OpensshMissing(why) => missing(&host.name, why),
        other => lost(&host.name, other),
    }
}

/// `ssh` has ended, or made no connection in time; its words are shown as they are.
fn failed(
    host: &Host,
    target: Option<&SshTarget>,
    cause: OpensshCause,
    status: &str,
    said: &str,
) -> Problem {
    let (name, destination) = (host.name.as_str(), host.ssh_destination());
    let user = target.map(|target| target.user.as_str());
    let name_on_file = target.map(|target| target.known_hosts_name().to_string());
    let name_on_file = name_on_file.unwrap_or_else(|| name.to_owned());
    let title = || fl!("openssh-failed", host = name);
    let by_hand = || fl!("openssh-failed-remedy", destination = destination);
    let (code, title, remedy) = match cause {
        OpensshCause::NameUnknown => (Code::NameUnknown, title(), fl!("explain-name-remedy")),
        OpensshCause::Refused => (Code::Refused, title(), by_hand()),
        OpensshCause::Network => (Code::Unreachable, title(), by_hand()),
        OpensshCause::HostKeyChanged => (
            Code::HostKeyChanged,
            fl!("explain-host-key-changed", host = name),
            fl!("explain-host-key-changed-remedy", filed = name_on_file),
        ),
        OpensshCause::HostKeyUnknown => (Code::HostKeyUnknown, title(), by_hand()),
        OpensshCause::Ticket => (
            Code::Ticket,
            fl!("explain-ticket", host = name),
            fl!("explain-ticket-remedy"),
        ),
        OpensshCause::Denied => (
            Code::AuthRefused,
            fl!(
                "openssh-denied",
                host = name,
                user = user.unwrap_or_default()
            ),
            fl!("openssh-denied-remedy", destination = destination),
        ),
        OpensshCause::TooManyTries => (
            Code::AuthTooMany,
            fl!("explain-auth-too-many", host = name),
            fl!("explain-auth-too-many-remedy"),
        ),
        OpensshCause::HopForbids => (Code::HopForbids, title(), by_hand()),
        OpensshCause::HopUnreachable => (Code::HopUnreachable, title(), by_hand()),
        OpensshCause::NoCommonAlgorithm => (Code::NoCommonAlgorithm, title(), by_hand()),
        OpensshCause::Configuration => (Code::Resolve, title(), by_hand()),
        OpensshCause::Silent => (
            Code::TimedOut,
            fl!("openssh-silent", host = name),
            by_hand(),
        ),
        OpensshCause::Unknown => (Code::Handshake, title(), by_hand()),
    };
    let seen = [said, status].into_iter().filter(|text| !text.is_empty());
    Problem::new(code, title, seen.collect::<Vec<_>>().join("\n"), remedy)
}

/// There is no such program.
fn missing(name: &str, why: &io::Error) -> Problem {
    Problem::new(
        Code::Local,
        fl!("openssh-missing", host = name),
        why.to_string(),
        fl!("openssh-missing-remedy"),
    )
}
