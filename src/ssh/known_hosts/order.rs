//! Orders the kinds of host key to ask the server for: `ssh`'s own order (`HostKeyAlgorithms`),
//! with what is on file moved to the front. A host known by its RSA key alone must not look changed
//! because the server prefers another kind.

use super::certificate::{is_certificate, plain_type};
use super::host_name::HostName;
use super::line::Marker;
use super::lookup::KnownHosts;
use crate::ssh::wire::key_type;

/// Algorithms that both libssh2 and OpenSSH have, in OpenSSH's order.
pub const ALGORITHMS: [&str; 12] = [
    "ssh-ed25519-cert-v01@openssh.com",
    "ecdsa-sha2-nistp256-cert-v01@openssh.com",
    "ecdsa-sha2-nistp384-cert-v01@openssh.com",
    "ecdsa-sha2-nistp521-cert-v01@openssh.com",
    "rsa-sha2-512-cert-v01@openssh.com",
    "rsa-sha2-256-cert-v01@openssh.com",
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
];

/// Their kinds in the order of OpenSSH before 8.5, of certificates and of plain keys.
const OLDER_ORDER: [&str; 4] = ["ecdsa", "ssh-ed25519", "rsa-sha2-512", "rsa-sha2-256"];

/// Returns true for the default of an OpenSSH, as far as it is ours too.
fn is_default(order: &[&str]) -> bool {
    let mut of_before = ALGORITHMS;
    let place = |algorithm: &str| {
        OLDER_ORDER
            .iter()
            .position(|kind| algorithm.starts_with(kind))
    };
    of_before.sort_by_key(|algorithm| (!is_certificate(algorithm), place(algorithm)));
    order == ALGORITHMS || order == of_before
}

impl KnownHosts {
    /// Returns the algorithms to offer. `wanted` is the user's configuration; empty means OpenSSH's
    /// default.
    ///
    /// The rules are those of `ssh`: if the first of its list is known, the list is used as it is;
    /// otherwise certificates go first where an authority is on file, and so do the known kinds.
    /// The user's own list is used as it is, too, also where that puts something in front of the default (`^`).
    /// `ssh -G` does not distinguish it from the default, but one that lacks nothing of the default and has its order
    /// is that, or adds to it (`+`), where `ssh` sorts as well. It also does where something is taken from the default
    /// (`-`), which looks like the user's own list here.
    #[must_use]
    pub fn algorithms(&self, name: &HostName, wanted: &[String]) -> Vec<&'static str> {
        let position = |algorithm: &str| wanted.iter().position(|wanted| wanted == algorithm);
        let mut order = ALGORITHMS.to_vec();
        if !wanted.is_empty() {
            order.retain(|algorithm| position(algorithm).is_some());
            order.sort_by_key(|algorithm| position(algorithm));
        }
        let best = wanted.first().map_or(ALGORITHMS[0], String::as_str);
        if !is_default(&order) || self.has_kind(name, best) {
            return order;
        }
        let has_authority = self
            .lines()
            .any(|(_, line)| line.marker == Marker::CertAuthority && line.names(&name.name));
        let (mut first, last): (Vec<_>, Vec<_>) = order.into_iter().partition(|algorithm| {
            (has_authority && is_certificate(algorithm)) || self.has_kind(name, algorithm)
        });
        first.extend(last);
        first
    }

    fn has_kind(&self, name: &HostName, algorithm: &str) -> bool {
        let kind = key_kind(algorithm);
        let mut told = self.told.iter().filter_map(|key| key_type(key));
        let mut lines = self.plain_lines(&name.name);
        told.any(|told| told == kind)
            || lines.any(|(_, line)| {
                line.key_type == kind && self.revocation(name, &line.blob).is_none()
            })
    }
}

/// Returns true if the user wants keys of this type without a certificate too; with no list, all are wanted.
#[must_use]
pub fn wants_plain(wanted: &[String], key_type: &str) -> bool {
    let is_it = |algorithm: &String| !is_certificate(algorithm) && key_kind(algorithm) == key_type;
    wanted.is_empty() || wanted.iter().any(is_it)
}

/// Returns the type of plain key of an algorithm: several make their signatures with RSA keys.
fn key_kind(algorithm: &str) -> &str {
    match plain_type(algorithm) {
        "rsa-sha2-256" | "rsa-sha2-512" => "ssh-rsa",
        other => other,
    }
}
