//! The way to a host: straight, through jump hosts, or through a command.
//!
//! A jump host is an SSH session in a thread of its own ([`jump_host`]), which everybody shares who goes
//! that way with the same [`JumpHostPool`]. A host behind it is reached over a socket pair whose other end is a
//! channel of that session; so the connections of [`crate::ssh`] need not know what they run over.

mod choice;
mod jump_chain;
mod jump_host;
mod jump_host_thread;
pub mod node;
mod proxy_command;
mod unattended;

use std::sync::Arc;
use std::time::Duration;

use crate::ssh::poll::Poller;
use crate::ssh::prompt::Prompter;
use crate::ssh::resolve::SshTarget;
use crate::ssh::{self, AtHop, Connection, SshError, Transport, openssh};
use choice::Choice;
use proxy_command::ProxyCommand;

pub use choice::TransportWish;
pub use jump_chain::{Hop, hops};
pub use jump_host::JumpHostPool;

/// Longest time for connecting where `ConnectTimeout` is not set: the same as for dialling.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// The caller that wants a connection.
pub struct Caller<'a> {
    /// The transport that is wanted.
    pub transport: TransportWish,
    /// Answers the questions of every host on the way.
    pub prompter: &'a dyn Prompter,
    /// True if a prompt is expected: false while reconnecting.
    pub expected: bool,
    /// Hears what the jump hosts' logins come to.
    pub tell: &'a dyn Fn(String),
    /// Its deadline counts, and it can be cancelled.
    pub poller: &'a Poller,
    /// The jump hosts that others have connected to.
    pub jump_hosts: &'a JumpHostPool,
}

/// Connects to `target` through `hops`, the nearest first, and checks its host key. The system's `ssh` finds its own way,
/// and logs in at once.
///
/// # Errors
/// Those of [`Connection::open`] and [`openssh::start`]; [`SshError::Hop`] for errors at a jump host;
/// [`SshError::ProxyCommand`].
pub fn connect(
    target: &SshTarget,
    hops: &[Hop],
    caller: &Caller<'_>,
) -> Result<Connection, SshError> {
    openssh::end_all_left_behind();
    let live = match caller.transport {
        TransportWish::Libssh2 => None,
        TransportWish::Auto | TransportWish::Openssh => {
            openssh::share(target, caller.poller, caller.tell)?
        }
    };
    let choice = choice::choose(caller.transport, target, live.is_some());
    tracing::info!(host = %target.alias, transport = ?choice, "chosen");
    match (choice, live) {
        (Choice::Share(_), Some(live)) => Ok(live),
        (Choice::Openssh(reason), _) => {
            openssh::start(target, &reason.text(), caller.prompter, caller.poller)
        }
        (Choice::Share(_) | Choice::Libssh2(_), _) => connect_libssh2(target, hops, caller),
    }
}

fn connect_libssh2(
    target: &SshTarget,
    hops: &[Hop],
    caller: &Caller<'_>,
) -> Result<Connection, SshError> {
    let Some(command) = target.proxy_command.as_ref().filter(|_| hops.is_empty()) else {
        let transport = match hops.split_last() {
            None => Transport::direct(ssh::dial(target, caller.poller)?),
            Some((last, before)) => caller
                .jump_hosts
                .open_channel(target, last, before, caller)?,
        };
        return Connection::open(target, transport, caller.prompter, caller.poller);
    };
    if target.proxy_fdpass {
        return Err(SshError::Route {
            name: "ProxyUseFdpass",
            value: "yes".into(),
        });
    }
    let (proxy, stream) = ProxyCommand::start(command)?;
    let proxy = Arc::new(proxy);
    let transport = Transport {
        stream: stream.into(),
        keeper: Some(Box::new(Arc::clone(&proxy))),
    };
    Connection::open(target, transport, caller.prompter, caller.poller).map_err(|error| {
        match error {
            // It may have said what it waits for.
            SshError::HandshakeSilent { greeting, .. } => SshError::HandshakeSilent {
                greeting,
                said: proxy.said(),
            },
            other => proxy.explain(command, other),
        }
    })
}

fn at(hop: &Hop, error: Arc<SshError>) -> SshError {
    SshError::Hop(Box::new(AtHop {
        name: hop.name.clone(),
        destination: hop.destination(),
        target: hop.target.clone(),
        error,
    }))
}
