//! The local ports of a session: the server's own, and the further forwards of its host.

use std::io;

use super::types::Forwarded;
use crate::config::{Bind, Forward, Host};
use crate::i18n::fl;
use crate::jupyter::Endpoint;
use crate::ssh::channel::ForwardTarget;
use crate::tunnel::{ForwardListener, Forwarder, listen};

/// The port of the discard protocol (RFC 863), which hardly anything serves today.
const DISCARD: u16 = 9;

/// Opens the server's local port: `wanted` if it is free. Gives the port, and `wanted` if someone
/// else has it.
pub fn main(
    forwarder: &mut Forwarder,
    endpoint: &Endpoint,
    wanted: Option<u16>,
) -> io::Result<(u16, Option<u16>)> {
    let listening = listen(wanted)?;
    forwarder.add_listener(ForwardListener {
        listeners: listening.listeners,
        target: target(endpoint),
        has_spares: true,
    });
    Ok((listening.port, listening.taken))
}

/// Returns the target of a channel to the server.
pub fn target(endpoint: &Endpoint) -> ForwardTarget {
    match endpoint {
        Endpoint::Tcp { host, port } => ForwardTarget::Tcp {
            host: host.clone(),
            port: *port,
        },
        Endpoint::Socket { path } => ForwardTarget::Unix { path: path.clone() },
    }
}

/// Returns the target at which a newly started server of the host is likely to listen. Its port is
/// not known in advance.
pub fn likely(host: &Host) -> ForwardTarget {
    match host.bind {
        Bind::Socket => ForwardTarget::Unix {
            path: "/remote-jupyter/no/such/socket".into(),
        },
        _ => ForwardTarget::Tcp {
            host: "127.0.0.1".into(),
            port: host.remote_port.unwrap_or(DISCARD),
        },
    }
}

/// Opens the further forwards. Gives where each of them is, and says it.
pub fn further(
    forwarder: &mut Forwarder,
    forwards: &[Forward],
) -> io::Result<(Vec<Forwarded>, Vec<String>)> {
    let (mut open, mut notes) = (Vec::new(), Vec::new());
    for forward in forwards {
        let listening = listen(forward.local_port)?;
        open.push(Forwarded {
            name: forward.name.clone(),
            local_port: listening.port,
            remote: forward.remote(),
        });
        let (name, port) = (forward.name.as_str(), listening.port.to_string());
        notes.push(match listening.taken.map(|taken| taken.to_string()) {
            None => fl!("session-forward", name = name, port = port),
            Some(taken) => fl!(
                "session-forward-moved",
                name = name,
                port = port,
                taken = taken
            ),
        });
        let target = ForwardTarget::Tcp {
            host: forward.remote_host.clone(),
            port: forward.remote_port,
        };
        forwarder.add_listener(ForwardListener {
            listeners: listening.listeners,
            target,
            has_spares: false,
        });
    }
    Ok((open, notes))
}
