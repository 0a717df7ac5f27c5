//! A logged-in SSH session that one thread owns: every operation is non-blocking underneath, and
//! waits here with a deadline.

use std::marker::PhantomData;
use std::net::Shutdown;
use std::rc::Rc;
use std::task::Poll;
use std::time::Instant;

use rustix::event::PollFlags;
use ssh2::{ErrorCode, MethodType, Session};

use super::buffered_socket::BufferedSocket;
use crate::i18n::fl;
use crate::ssh::error::SshError;
use crate::ssh::forward_target::Nonblocking;
use crate::ssh::greeting::Greeting;
use crate::ssh::host_key::{Accepted, HostKeys};
use crate::ssh::poll::{Poller, WaitError};
use crate::ssh::prompt::Prompter;
use crate::ssh::resolve::SshTarget;
use crate::ssh::transport::{Stream, Transport};
use crate::ssh::{algorithms, offer};

/// Event to ask for where nothing is to be read from a socket: its other end has hung up. Elsewhere than on Linux the next
/// keepalive finds that out.
#[cfg(target_os = "linux")]
const HANG_UP: PollFlags = PollFlags::RDHUP;
#[cfg(not(target_os = "linux"))]
const HANG_UP: PollFlags = PollFlags::empty();

/// The connection. Neither it nor its channels may leave their thread.
pub struct Libssh2Connection {
    session: Session,
    socket_buffer: Rc<BufferedSocket>,
    accepted: Accepted,
    /// The target's, where the stream has no address of its own.
    place: String,
    /// The wire is found by its thread.
    _stays_here: PhantomData<*const ()>,
}

impl Libssh2Connection {
    /// Exchanges keys and checks the host key, over an open transport to the target.
    ///
    /// # Errors
    /// See [`SshError`]; nothing of the user's was sent to the host by then.
    pub fn open(
        target: &SshTarget,
        transport: Transport,
        prompter: &dyn Prompter,
        poller: &Poller,
    ) -> Result<Self, SshError> {
        let host_keys = HostKeys::read(target)?;
        let mut session = Session::new()?;
        host_keys.prefer_known(&session, &target.algorithms.host_keys)?;
        algorithms::prefer(&session, &target.algorithms)?;
        let socket_buffer = BufferedSocket::attach(&mut session, transport)?;
        session.set_blocking(false);
        let mut connection = Self {
            session,
            socket_buffer,
            accepted: Accepted::Unchecked,
            place: format!("{}:{}", target.host, target.port),
            _stays_here: PhantomData,
        };
        connection.shake_hands(target, poller)?;
        let peer = connection.socket().peer().map(|peer| peer.ip());
        connection.accepted =
            host_keys.check(&connection.session, peer, target, prompter, poller)?;
        Ok(connection)
    }

    /// Returns what the user should know of the host's key, though it was accepted.
    #[must_use]
    pub fn notes(&self) -> &[String] {
        match &self.accepted {
            Accepted::Known(notes) => notes,
            Accepted::Unchecked => &[],
        }
    }

    /// As in OpenSSH, `ConnectTimeout` counts for this part too: something may take the connection
    /// and say nothing.
    fn shake_hands(&self, target: &SshTarget, poller: &Poller) -> Result<(), SshError> {
        let click = poller.deadline();
        let own = target.connect_timeout.map(|time| Instant::now() + time);
        poller.set_deadline(own.into_iter().chain(click).min());
        let result = self.drive(poller, |session| {
            let mut handle = session.clone();
            step(handle.handshake())
        });
        poller.set_deadline(click);
        let greeting = self.socket_buffer.take_greeting();
        result.map_err(|error| match error {
            SshError::Session(error) => {
                let cut = self.socket_buffer.has_ended();
                let ours = algorithms::possible(&self.session, &target.algorithms);
                let lacking = ours.and_then(|ours| offer::lacking(&greeting, &ours));
                let seen = Greeting::read(&greeting);
                let server = self.session.banner();
                algorithms::handshake_failed(server, &error, cut, seen, lacking)
            }
            SshError::Wait(WaitError::TimedOut) => SshError::HandshakeSilent {
                greeting: Greeting::read(&greeting),
                said: String::new(),
            },
            other => other,
        })
    }

    /// Returns what was agreed on, as text for `doctor`.
    #[must_use]
    pub fn describe(&self) -> String {
        let peer = self.socket().peer().map(|address| address.to_string());
        let address = peer.as_ref().unwrap_or(&self.place);
        let banner = self.session.banner().unwrap_or("?");
        let algorithm = self.session.methods(MethodType::HostKey).unwrap_or("?");
        match self.accepted {
            Accepted::Known(_) => fl!(
                "connected",
                address = address,
                banner = banner,
                algorithm = algorithm
            ),
            Accepted::Unchecked => fl!(
                "connected-unchecked",
                address = address,
                banner = banner,
                algorithm = algorithm
            ),
        }
    }

    /// The session, for channels.
    #[must_use]
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The socket, for waiting.
    #[must_use]
    pub fn socket(&self) -> &Stream {
        self.socket_buffer.socket()
    }

    /// The way to the socket.
    #[must_use]
    pub fn socket_buffer(&self) -> &BufferedSocket {
        &self.socket_buffer
    }

    /// Returns the events to wait for on the socket. For reading where somebody reads (`has_reader`): whatever a session
    /// waits for, it comes from the remote host.
    #[must_use]
    pub fn interest(&self, has_reader: bool) -> PollFlags {
        // What nobody takes in would have `poll` return at once for ever.
        let reading = if has_reader { PollFlags::IN } else { HANG_UP };
        if self.socket_buffer.wants_to_send() {
            reading | PollFlags::OUT
        } else {
            reading
        }
    }

    /// Takes note of what `poll` said of the socket.
    pub fn polled(&self, events: PollFlags, has_reader: bool) {
        if !has_reader && events.intersects(HANG_UP | PollFlags::HUP | PollFlags::ERR) {
            self.socket_buffer.note_end();
        }
    }

    /// Sends what is left over, and waits for the socket.
    ///
    /// # Errors
    /// See [`WaitError`].
    fn wait(&self, poller: &Poller) -> Result<(), WaitError> {
        self.socket_buffer.flush();
        let waited = poller.wait_one(self.socket(), self.interest(true));
        self.socket_buffer.begin_turn();
        waited
    }

    /// Repeats an operation until it is done, waiting for the socket in between, until the
    /// waiter's deadline.
    ///
    /// # Errors
    /// The operation's, or the wait's. After a failed wait the session is in the middle of
    /// something and must be dropped.
    fn drive<T>(
        &self,
        poller: &Poller,
        mut operation: impl FnMut(&Session) -> Nonblocking<T>,
    ) -> Result<T, SshError> {
        loop {
            match operation(&self.session) {
                Poll::Ready(result) => return Ok(result?),
                Poll::Pending => self.wait(poller)?,
            }
        }
    }
}

impl Drop for Libssh2Connection {
    /// Closes the socket: libssh2 would wait for the remote host's goodbye, which on a dead network
    /// is forever. Without a socket it does not.
    fn drop(&mut self) {
        let _ = self.session.disconnect(None, "closed by the user", None);
        self.socket_buffer.flush();
        let _ = self.socket().shutdown(Shutdown::Both);
    }
}

/// Turns `ssh2`'s EAGAIN into `Pending`.
pub fn step<T>(result: Result<T, ssh2::Error>) -> Nonblocking<T> {
    match result {
        Err(error) if is_again(&error) => Poll::Pending,
        other => Poll::Ready(other),
    }
}

fn is_again(error: &ssh2::Error) -> bool {
    error.code() == ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_EAGAIN)
}
