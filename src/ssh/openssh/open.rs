//! Opens a connection that an `ssh` process shares: the user's own if it answers, or that of a new process.

use super::connection::OpensshConnection;
use super::control::ControlSocket;
use super::greeting::greet;
use super::login::OpensshLogin;
use super::master::{Asks, Master, OwnMaster, users_socket};
use crate::i18n::fl;
use crate::ssh::poll::{Poller, WaitError};
use crate::ssh::prompt::Prompter;
use crate::ssh::resolve::SshTarget;
use crate::ssh::{Connection, LoggedIn, SshError};

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
    let (mut own, idle, needed_user) = OpensshLogin::new(own, target, prompter, poller).finish()?;
    own.listen();
    let transcript = own.transcript();
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
    let connection = OpensshConnection::new(Master::Own(own), idle, login, description)?;
    Ok(Connection::shared(target, connection))
}
