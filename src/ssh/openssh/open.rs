//! Opens a connection that an `ssh` process shares: the user's own if it answers, or that of a new process.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::connection::OpensshConnection;
use super::control::{ControlSocket, Heard};
use super::master::{Master, OwnMaster, users_socket};
use super::message::{Answer, Request};
use super::said::{OpensshCause, refused_methods};
use crate::i18n::fl;
use crate::ssh::poll::{Poller, WaitError};
use crate::ssh::resolve::SshTarget;
use crate::ssh::ticket::{TICKETS, Ticket, ticket};
use crate::ssh::{Connection, LoggedIn, SshError};

/// Longest time for an answer at a control socket: its process is on this computer.
const ANSWER: Duration = Duration::from_secs(1);

/// Time between two looks at a process that is connecting.
const LOOK: Duration = Duration::from_millis(10);

/// Longest time for a process to connect and log in while nobody is prompted.
const PATIENCE: Duration = Duration::from_secs(120);

/// A process of the user's own that shares its connection to a target.
pub struct LiveMaster {
    master: Master,
    idle: ControlSocket,
}

/// Returns the user's own process that has a connection to the target, if there is one that answers.
///
/// # Errors
/// [`WaitError::Cancelled`] and [`WaitError::TimedOut`], by the waiter's deadline.
pub fn live_master(target: &SshTarget, poller: &Poller) -> Result<Option<LiveMaster>, WaitError> {
    let Some(path) = users_socket(&target.call) else {
        return Ok(None);
    };
    let idle = greet(path, poller)?;
    let master = Master::Users(path.to_owned());
    Ok(idle.map(|idle| LiveMaster { master, idle }))
}

/// Takes the connection of the user's own process. No login happens.
///
/// # Errors
/// When this process has no file descriptors left.
pub fn share(target: &SshTarget, live: LiveMaster) -> Result<Connection, SshError> {
    let path = live.master.path().display().to_string();
    let login = LoggedIn {
        user: target.user.clone(),
        how: fl!("openssh-shared-login"),
        offered: String::new(),
        refused: Vec::new(),
        key: None,
        needed_user: false,
    };
    let description = fl!("openssh-shared", path = path);
    let connection = OpensshConnection::new(live.master, live.idle, login, description)?;
    Ok(Connection::shared(target, connection))
}

/// Has a new process connect and log in.
///
/// # Errors
/// [`SshError::Openssh`] with what the process said, [`SshError::OpensshMissing`], or the wait's.
pub fn start(target: &SshTarget, poller: &Poller) -> Result<Connection, SshError> {
    let mut own = OwnMaster::start(&target.call)?;
    let idle = await_socket(&mut own, poller)
        .map_err(|error| for_want_of_a_ticket(target, error, poller))?;
    let login = LoggedIn {
        user: target.user.clone(),
        how: fl!("openssh-own-login"),
        offered: String::new(),
        refused: Vec::new(),
        key: None,
        needed_user: false,
    };
    let description = fl!("openssh-own");
    let connection = OpensshConnection::new(Master::Own(own), idle, login, description)?;
    Ok(Connection::shared(target, connection))
}

/// Waits until the process shares its connection, which it does once it is logged in.
fn await_socket(own: &mut OwnMaster, poller: &Poller) -> Result<ControlSocket, SshError> {
    let until = Instant::now() + PATIENCE;
    let path = own.socket();
    loop {
        own.listen();
        if path.exists()
            && let Some(idle) = greet(&path, poller)?
        {
            return Ok(idle);
        }
        if let Some(status) = own.has_ended() {
            own.listen();
            let said = own.said();
            return Err(SshError::Openssh {
                cause: OpensshCause::read(&said),
                status: status.to_string(),
                said,
            });
        }
        let now = Instant::now();
        if now >= until {
            return Err(SshError::Openssh {
                cause: OpensshCause::Silent,
                status: String::new(),
                said: own.said(),
            });
        }
        let errors = own.errors();
        let mut fds: Vec<PollFd<'_>> = errors
            .map(|errors| PollFd::new(errors, PollFlags::IN))
            .into_iter()
            .collect();
        poller.wait(&mut fds, Some(now + LOOK))?;
    }
}

/// A refusal whose reason is the Kerberos ticket, of which `ssh` says nothing: the server takes nothing else, or there was a
/// ticket and it has expired.
fn for_want_of_a_ticket(target: &SshTarget, error: SshError, poller: &Poller) -> SshError {
    match error {
        SshError::Openssh {
            cause: OpensshCause::Denied,
            status,
            said,
        } if target.gssapi && refused_methods(&said).any(|method| method == TICKETS) => {
            let takes_others = refused_methods(&said).any(|method| !method.starts_with("gssapi-"));
            let is_it = match ticket(poller) {
                Ok(Ticket::Expired) => true,
                Ok(Ticket::Missing) => !takes_others,
                _ => false,
            };
            let cause = if is_it {
                OpensshCause::Ticket
            } else {
                OpensshCause::Denied
            };
            SshError::Openssh {
                cause,
                status,
                said,
            }
        }
        other => other,
    }
}

/// Connects to a control socket and waits for its greeting. None when nobody answers, or not as `ssh` does: a socket may be
/// left over from a process that was killed.
fn greet(path: &Path, poller: &Poller) -> Result<Option<ControlSocket>, WaitError> {
    let until = Instant::now() + ANSWER;
    let Ok(mut idle) = ControlSocket::open(path, Request::Hello, &[]) else {
        return Ok(None);
    };
    loop {
        match idle.hear() {
            Heard::Answer(Answer::Hello(_)) => return Ok(Some(idle)),
            Heard::Answer(_) | Heard::End => return Ok(None),
            Heard::Nothing if Instant::now() >= until => return Ok(None),
            Heard::Nothing => {
                let mut fds = vec![PollFd::new(&idle, PollFlags::IN)];
                poller.wait(&mut fds, Some(until))?;
            }
        }
    }
}
