//! Failures of connections that the system's `ssh` was to make.

use std::io;

use crate::problem::Code;
use crate::ssh::SshError;
use crate::ssh::openssh::OpensshCause::{self, *};

/// Returns one of each cause, with the code that it has to have.
pub fn by_ssh() -> Vec<(Code, SshError)> {
    let failed = |(code, cause, said): (Code, OpensshCause, &str)| {
        let error = SshError::Openssh {
            cause,
            status: "exit status: 255".into(),
            said: said.into(),
        };
        (code, error)
    };
    let causes = [
        (
            Code::NameUnknown,
            NameUnknown,
            "Could not resolve hostname gpu01",
        ),
        (Code::Refused, Refused, "Connection refused"),
        (Code::Unreachable, Network, "No route to host"),
        (
            Code::HostKeyChanged,
            HostKeyChanged,
            "REMOTE HOST IDENTIFICATION HAS CHANGED",
        ),
        (
            Code::HostKeyUnknown,
            HostKeyUnknown,
            "Host key verification failed.",
        ),
        (Code::Ticket, Ticket, "No Kerberos credentials available"),
        (Code::AuthRefused, Denied, "Permission denied (publickey)."),
        (
            Code::AuthTooMany,
            TooManyTries,
            "Too many authentication failures",
        ),
        (
            Code::HopForbids,
            HopForbids,
            "open failed: administratively prohibited",
        ),
        (
            Code::HopUnreachable,
            HopUnreachable,
            "open failed: connect failed",
        ),
        (
            Code::NoCommonAlgorithm,
            NoCommonAlgorithm,
            "no matching key exchange method found",
        ),
        (Code::Resolve, Configuration, "Bad configuration option: x"),
        (Code::TimedOut, Silent, ""),
        (Code::Handshake, Unknown, "Zugriff verweigert"),
    ];
    let missing = SshError::OpensshMissing(io::ErrorKind::NotFound.into());
    let failures = causes.into_iter().map(failed);
    failures.chain([(Code::Local, missing)]).collect()
}
