//! Compute nodes that cannot be reached.

use super::code::{Code, Problem, Remedy};
use super::connection::ssh;
use crate::config::Host;
use crate::i18n::fl;
use crate::secret::redact;
use crate::ssh::SshError;

/// Explains a session to a node that did not come about.
#[must_use]
pub fn no_hop(host: &str, node: &str, error: &SshError) -> Problem {
    let seen = ssh(&Host::named(node), None, error);
    let detail = format!("{}\n{}", seen.title, seen.detail);
    Problem::new(
        Code::NodeRefuses,
        fl!("route-no-hop", node = node, host = host),
        redact(detail.trim()),
        fl!("route-no-hop-remedy"),
    )
}

/// Explains a login host or a node that lets no connection through to the server.
#[must_use]
pub fn barred(host: &str, by: &str, reason: &str) -> Problem {
    Problem::new(
        Code::NodeRefuses,
        fl!("route-barred", by = by, host = host),
        redact(reason),
        fl!("route-barred-remedy"),
    )
}

/// Explains a remote host that forbids forwards to itself.
#[must_use]
pub fn forwarding(host: &str, reason: &str) -> Problem {
    Problem::new(
        Code::ForwardingForbidden,
        fl!("route-forbidden", host = host),
        redact(reason),
        fl!("route-forbidden-remedy"),
    )
}

/// Explains a remote host that refuses connections to the socket on which a server listens.
#[must_use]
pub fn socket_refuses(host: &str, reason: &str) -> Problem {
    Problem::new(
        Code::ForwardingForbidden,
        fl!("route-socket", host = host),
        redact(reason),
        fl!("route-socket-remedy"),
    )
}

/// Explains a scheduler that leads into no job.
#[must_use]
pub fn no_relay(host: &str, scheduler: &str, reason: &str) -> Problem {
    Problem::new(
        Code::NodeRefuses,
        fl!("route-no-relay", scheduler = scheduler, host = host),
        redact(reason),
        fl!("route-no-relay-remedy"),
    )
}

/// Explains a server to which several ways were tried: what each of them said, in its order.
#[must_use]
pub fn no_way(host: &str, node: &str, refusals: &[Problem]) -> Problem {
    let seen = refusals.iter().map(|refusal| {
        let Problem { title, detail, .. } = refusal;
        format!("{title}\n{detail}").trim().to_owned()
    });
    let detail: Vec<String> = seen.collect();
    let mut remedies: Vec<&str> = refusals.iter().map(|one| one.remedy.as_str()).collect();
    remedies.dedup();
    Problem::new(
        Code::NodeRefuses,
        fl!("route-no-way", node = node, host = host),
        detail.join("\n"),
        remedies.join(" "),
    )
}

/// Explains a server that was thought to be on a node, by its runtime file alone, and is not.
#[must_use]
pub fn not_there(host: &str, node: &str) -> Problem {
    Problem::new(
        Code::NodeRefuses,
        fl!("route-not-there", node = node, host = host),
        "",
        fl!("route-not-there-remedy", host = host),
    )
}

/// Explains a server that listens where the host's `bind` leads no route.
#[must_use]
pub fn no_route(host: &str, node: &str) -> Problem {
    Problem::new(
        Code::NodeRefuses,
        fl!("route-none", node = node, host = host),
        "",
        fl!("route-no-hop-remedy"),
    )
}

/// Explains a server that cannot be reached where it listens, and is in use.
pub(super) fn kept(host: &str) -> Problem {
    Problem::new(
        Code::NodeRefuses,
        fl!("route-kept", host = host),
        "",
        Remedy::by_face(
            fl!("route-kept-remedy", host = host),
            fl!("route-kept-app", host = host),
        ),
    )
}
