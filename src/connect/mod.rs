//! The way to a host: straight, through jump hosts, or through a command.
//!
//! A jump host is an SSH session in a thread of its own ([`jump_host`]), which everybody shares who goes
//! that way with the same [`JumpHostPool`]. A host behind it is reached over a socket pair whose other end is a
//! channel of that session; so the connections of [`crate::ssh`] need not know what they run over.

mod choice;
mod jump_chain;
mod jump_host;
mod jump_host_thread;
mod learned;
mod need;
pub mod node;
mod proxy_command;
mod unattended;

use std::sync::Arc;
use std::time::Duration;

use crate::i18n::fl;
use crate::ssh::poll::Poller;
use crate::ssh::prompt::Prompter;
use crate::ssh::resolve::SshTarget;
use crate::ssh::{self, AtHop, Connection, OpensshNeed, SshError, Transport, openssh};
use choice::{Choice, Reason};
use proxy_command::ProxyCommand;

pub use choice::TransportWish;
pub use jump_chain::{Hop, hops};
pub use jump_host::JumpHostPool;

/// Longest time for connecting where `ConnectTimeout` is not set: the same as for dialling.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

/// The caller that wants a connection.
pub struct Caller<'a> {
    /// The jump host that the connection is to, if it is one.
    pub hop: Option<&'a str>,
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

impl Caller<'_> {
    /// Tells a step of the connection itself.
    fn tell_own(&self, text: String) {
        (self.tell)(match self.hop {
            Some(hop) => fl!("hops-step", hop = hop, step = text),
            None => text,
        });
    }
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
            openssh::share(target, caller.poller, &|text| caller.tell_own(text))?
        }
    };
    let learned = caller.jump_hosts.learned().of(target);
    let choice = choice::choose(caller.transport, target, live.is_some(), learned);
    tell_choice(target, &choice, caller);
    match (choice, live) {
        (Choice::Share, Some(live)) => Ok(live),
        (Choice::Openssh(_), _) => start_openssh(target, hops, caller),
        (Choice::Share | Choice::Libssh2(_), _) => {
            connect_libssh2(target, hops, caller).or_else(|error| {
                match need::learned(target, &error).filter(|_| target.yields) {
                    Some(need) => leave_to_openssh(target, hops, caller, need),
                    None => Err(error),
                }
            })
        }
    }
}

/// Connects by the system's `ssh` after libssh2's attempt has told that only that can go on, and remembers it. The attempt's
/// connection has ended by then, and nobody was asked anything.
///
/// # Errors
/// Those of [`openssh::start`].
pub fn leave_to_openssh(
    target: &SshTarget,
    hops: &[Hop],
    caller: &Caller<'_>,
    need: OpensshNeed,
) -> Result<Connection, SshError> {
    caller.jump_hosts.learned().remember(target, need.clone());
    tell_choice(target, &Choice::Openssh(Reason::Needed(need)), caller);
    start_openssh(target, hops, caller)
}

fn tell_choice(target: &SshTarget, choice: &Choice, caller: &Caller<'_>) {
    tracing::info!(host = %target.alias, transport = ?choice, "chosen");
    caller.tell_own(choice.text());
}

/// Starts `ssh` for a target. It replaces the later jump hosts' own ways by the list, as `ssh -J` does.
fn start_openssh(
    target: &SshTarget,
    hops: &[Hop],
    caller: &Caller<'_>,
) -> Result<Connection, SshError> {
    if hops.is_empty() {
        return openssh::start(target, caller.prompter, caller.poller);
    }
    let names: Vec<&str> = hops.iter().map(|hop| hop.name.as_str()).collect();
    let mut target = target.clone();
    let jumps = ["-J".into(), names.join(",").into()];
    target.call.arguments.splice(..0, jumps);
    openssh::start(&target, caller.prompter, caller.poller)
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
