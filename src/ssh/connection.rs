//! A logged-in SSH session that one thread owns, over either transport: every operation is non-blocking underneath, and
//! waits here with a deadline.

use std::os::fd::BorrowedFd;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use ssh2::Session;

use super::SshError;
use super::forward_target::Nonblocking;
use super::keepalive::KeepaliveConfig;
use super::libssh2::connection::Libssh2Connection;
use super::openssh::connection::OpensshConnection;
use super::poll::{Poller, WaitError};
use super::prompt::Prompter;
use super::resolve::SshTarget;
use super::transport::Transport;

/// The connection. Neither it nor its channels may leave their thread.
pub struct Connection {
    kind: ConnectionKind,
    alive: KeepaliveConfig,
}

/// Its transport.
pub(super) enum ConnectionKind {
    /// A session of libssh2.
    Libssh2(Libssh2Connection),
    /// A connection that an `ssh` process shares.
    Openssh(Box<OpensshConnection>),
}

use ConnectionKind::{Libssh2, Openssh};

impl Connection {
    /// Exchanges keys by libssh2 and checks the host key, over an open transport to the target.
    ///
    /// # Errors
    /// See [`SshError`]; nothing of the user's was sent to the host by then.
    pub fn open(
        target: &SshTarget,
        transport: Transport,
        prompter: &dyn Prompter,
        poller: &Poller,
    ) -> Result<Self, SshError> {
        let connection = Libssh2Connection::open(target, transport, prompter, poller)?;
        Ok(Self {
            kind: Libssh2(connection),
            alive: KeepaliveConfig::of(target),
        })
    }

    /// A connection to the target that an `ssh` process shares; its login is done.
    #[must_use]
    pub fn shared(target: &SshTarget, connection: OpensshConnection) -> Self {
        Self {
            kind: Openssh(Box::new(connection)),
            alive: KeepaliveConfig::of(target),
        }
    }

    pub(super) fn kind(&self) -> &ConnectionKind {
        &self.kind
    }

    /// Returns what the user should know of the host's key, though it was accepted.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        match &self.kind {
            Libssh2(connection) => connection.notes(),
            Openssh(connection) => connection.notes(),
        }
    }

    /// Returns what was agreed on, as text for `doctor`.
    #[must_use]
    pub fn describe(&self) -> String {
        match &self.kind {
            Libssh2(connection) => connection.describe(),
            Openssh(connection) => connection.describe(),
        }
    }

    /// Returns libssh2's session, where that is the transport.
    #[must_use]
    pub fn session(&self) -> Option<&Session> {
        match &self.kind {
            Libssh2(connection) => Some(connection.session()),
            Openssh(_) => None,
        }
    }

    /// Returns the limits for the remote host's silence.
    #[must_use]
    pub fn alive(&self) -> KeepaliveConfig {
        self.alive
    }

    /// Returns the descriptor to wait for, and the events. `has_reader` says that there is a channel to read from.
    #[must_use]
    pub fn interest(&self, has_reader: bool) -> (BorrowedFd<'_>, PollFlags) {
        use std::os::fd::AsFd;
        match &self.kind {
            Libssh2(connection) => {
                let flags = connection.interest(has_reader);
                (connection.socket().as_fd(), flags)
            }
            Openssh(connection) => (connection.as_fd(), PollFlags::IN),
        }
    }

    /// Takes note of what `poll` said of the descriptor; before anything is read.
    pub fn polled(&self, events: PollFlags, has_reader: bool) {
        match &self.kind {
            Libssh2(connection) => connection.polled(events, has_reader),
            Openssh(connection) if !events.is_empty() => connection.polled(),
            Openssh(_) => {}
        }
    }

    /// Sends what was left over, which the socket did not take.
    pub fn flush(&self) {
        if let Libssh2(connection) = &self.kind {
            connection.socket_buffer().flush();
        }
    }

    /// Limits the number of bytes that are taken in until the next call of this. When nothing has come before, nobody looks
    /// again until then.
    pub fn allow(&self, bytes: usize) {
        if let Libssh2(connection) = &self.kind {
            connection.socket_buffer().allow(bytes);
        }
    }

    /// Begins another turn of what is waited for: after each wait.
    pub fn begin_turn(&self) {
        if let Libssh2(connection) = &self.kind {
            connection.socket_buffer().begin_turn();
        }
    }

    /// Returns the time at which the remote host was last heard.
    #[must_use]
    pub fn heard(&self) -> Instant {
        match &self.kind {
            Libssh2(connection) => connection.socket_buffer().heard(),
            Openssh(connection) => connection.traffic().heard(),
        }
    }

    /// Returns the time of the first bytes that were sent after the remote host was last heard.
    #[must_use]
    pub fn unanswered_since(&self) -> Option<Instant> {
        match &self.kind {
            Libssh2(connection) => connection.socket_buffer().unanswered_since(),
            Openssh(connection) => connection.traffic().unanswered_since(),
        }
    }

    /// Returns true if something is left to send.
    #[must_use]
    pub fn wants_to_send(&self) -> bool {
        match &self.kind {
            Libssh2(connection) => connection.socket_buffer().wants_to_send(),
            Openssh(_) => false,
        }
    }

    /// Returns true if new data should wait. The sockets of an `ssh` process say so themselves.
    #[must_use]
    pub fn is_congested(&self) -> bool {
        match &self.kind {
            Libssh2(connection) => connection.socket_buffer().is_congested(),
            Openssh(_) => false,
        }
    }

    /// Returns true if the connection has ended or failed.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        match &self.kind {
            Libssh2(connection) => connection.socket_buffer().has_ended(),
            Openssh(connection) => connection.has_ended(),
        }
    }

    /// Returns true if the connection has ended, for one of whose channels ended by itself. Waits for a moment where the end
    /// of the connection may come later.
    #[must_use]
    pub fn ends_now(&self) -> bool {
        match &self.kind {
            Libssh2(_) => self.has_ended(),
            Openssh(connection) => connection.ends_now(),
        }
    }

    /// Returns when the channels have to be looked at again, though nothing may have come.
    #[must_use]
    pub fn next(&self) -> Option<Instant> {
        match &self.kind {
            Libssh2(_) => None,
            Openssh(connection) => connection.traffic().next(),
        }
    }

    /// Sends what is left over, and waits until something has come.
    ///
    /// # Errors
    /// See [`WaitError`].
    pub fn wait(&self, poller: &Poller) -> Result<(), WaitError> {
        self.wait_until(poller, None)
    }

    fn wait_until(&self, poller: &Poller, until: Option<Instant>) -> Result<(), WaitError> {
        self.flush();
        let (fd, flags) = self.interest(true);
        let mut fds = vec![PollFd::from_borrowed_fd(fd, flags)];
        let until = until.into_iter().chain(self.next()).min();
        let waited = poller.wait(&mut fds, until);
        let events = fds.first().map_or(PollFlags::empty(), PollFd::revents);
        drop(fds);
        self.polled(events, true);
        self.begin_turn();
        waited
    }

    /// Repeats an operation until it is done, waiting for the socket in between, until the
    /// waiter's deadline.
    ///
    /// # Errors
    /// The operation's, or the wait's. After a failed wait the session is in the middle of
    /// something and must be dropped.
    pub fn drive<T>(
        &self,
        poller: &Poller,
        mut operation: impl FnMut() -> Nonblocking<T>,
    ) -> Result<T, SshError> {
        loop {
            match operation() {
                Poll::Ready(result) => return Ok(result?),
                Poll::Pending => self.wait(poller)?,
            }
        }
    }

    /// As [`Self::drive`], and calls a function once when it takes longer than a time.
    ///
    /// # Errors
    /// As [`Self::drive`].
    pub fn drive_telling<T>(
        &self,
        poller: &Poller,
        (patience, tell): (Duration, &dyn Fn()),
        mut operation: impl FnMut() -> Nonblocking<T>,
    ) -> Result<T, SshError> {
        let tell_at = Instant::now() + patience;
        loop {
            if let Poll::Ready(result) = operation() {
                return Ok(result?);
            }
            self.wait_until(poller, Some(tell_at))?;
            if Instant::now() >= tell_at {
                tell();
                return self.drive(poller, operation);
            }
        }
    }
}
