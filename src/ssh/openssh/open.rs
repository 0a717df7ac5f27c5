//! Opens a connection that an `ssh` process shares: the user's own if it answers, or that of a new process.

use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::channel::OpensshOpening;
use super::connection::OpensshConnection;
use super::greeting::greet;
use super::login::OpensshLogin;
use super::master::{Asks, Master, OwnMaster, users_socket};
use crate::i18n::fl;
use crate::ssh::poll::Poller;
use crate::ssh::prompt::Prompter;
use crate::ssh::resolve::SshTarget;
use crate::ssh::{Connection, LoggedIn, SshError};

/// Longest time for the remote host to answer over a connection that is open: it may be dead, and its process not know.
const ANSWER: Duration = Duration::from_secs(5);

/// Takes the connection of the user's own process, if there is one that answers. No login happens.
///
/// # Errors
/// [`SshError::Wait`] by the waiter's deadline; or when this process has no file
/// descriptors left.
pub fn share(
    target: &SshTarget,
    poller: &Poller,
    tell: &dyn Fn(String),
) -> Result<Option<Connection>, SshError> {
    let Some(path) = users_socket(&target.call) else {
        return Ok(None);
    };
    let shown = path.display().to_string();
    let Some(idle) = greet(path, poller)? else {
        tell(fl!("openssh-stale", path = shown));
        return Ok(None);
    };
    let master = Master::Users(path.to_owned());
    let login = LoggedIn {
        user: target.user.clone(),
        how: fl!("openssh-shared-login"),
        offered: String::new(),
        refused: Vec::new(),
        key: None,
        needed_user: false,
    };
    let description = fl!("openssh-shared", path = shown.as_str());
    let connection = OpensshConnection::new(master, idle, login, description)?;
    if !answers(&connection, poller)? {
        tell(fl!("openssh-silent-master", path = shown));
        return Ok(None);
    }
    Ok(Some(Connection::shared(target, connection)))
}

/// Returns true if the remote host answers, whatever it says: it gives a session, or has none left.
fn answers(connection: &OpensshConnection, poller: &Poller) -> Result<bool, SshError> {
    let until = Instant::now() + ANSWER;
    let mut opening = OpensshOpening::keepalive(connection);
    while opening.poll().is_pending() {
        if Instant::now() >= until {
            return Ok(false);
        }
        let fd = connection.as_fd();
        let mut fds = vec![PollFd::from_borrowed_fd(fd, PollFlags::IN)];
        let next = connection
            .traffic()
            .next()
            .map_or(until, |at| at.min(until));
        poller.wait(&mut fds, Some(next))?;
        connection.polled();
    }
    Ok(!connection.has_ended())
}

/// Has a new process connect and log in. Its questions go to the prompter; where nobody may be asked, it asks none.
///
/// # Errors
/// [`SshError::Openssh`] with what the process said, [`SshError::OpensshMissing`], [`SshError::NoAnswer`],
/// [`SshError::HostKeyUnknown`], or the wait's.
pub fn start(
    target: &SshTarget,
    prompter: &dyn Prompter,
    poller: &Poller,
) -> Result<Connection, SshError> {
    let asks = if target.batch || !prompter.lets_converse() {
        Asks::Nobody
    } else {
        Asks::Session
    };
    let own = OwnMaster::start(&target.call, asks)?;
    let (mut own, idle, needed_user) =
        OpensshLogin::new((own, asks), target, prompter, poller).finish()?;
    own.listen();
    let transcript = own.transcript();
    transcript.begin_sharing();
    let how = transcript.method().map(str::to_owned);
    let (software, address) = transcript.server();
    let place = format!("{}:{}", target.host, target.port);
    let description = fl!(
        "openssh-own",
        address = address.unwrap_or(&place),
        banner = software.unwrap_or("?")
    );
    let login = LoggedIn {
        user: target.user.clone(),
        how: how.unwrap_or_else(|| fl!("openssh-own-login")),
        offered: String::new(),
        refused: Vec::new(),
        key: None,
        needed_user,
    };
    let connection = OpensshConnection::new(Master::Own(Box::new(own)), idle, login, description)?;
    Ok(Connection::shared(target, connection))
}
