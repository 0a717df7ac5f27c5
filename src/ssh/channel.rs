//! One SSH channel, and its opening, over either transport.

use std::task::Poll;

use super::connection::{Connection, ConnectionKind};
pub use super::forward_target::{ForwardTarget, Nonblocking, ReceiveWindow};
use super::libssh2::channel::{Libssh2Channel, Libssh2Opening};
use super::openssh::channel::{OpensshChannel, OpensshOpening, SEND_WINDOW};

/// Purpose of a channel.
#[derive(Debug, Clone)]
enum Purpose {
    Session,
    Command,
    Keepalive,
    Forward(ForwardTarget),
}

enum OpeningKind {
    Libssh2(Libssh2Opening),
    Openssh(Box<OpensshOpening>),
}

/// A channel that is being opened. Any number of them may wait for their answers, but while one is
/// not [`ChannelOpening::is_requested`] no other may be polled for the first time.
pub struct ChannelOpening {
    purpose: Purpose,
    /// Set once it was polled.
    begun: Option<OpeningKind>,
}

impl ChannelOpening {
    fn of(purpose: Purpose) -> Self {
        Self {
            purpose,
            begun: None,
        }
    }

    /// Returns a channel for running a command, whose receive window has no end.
    #[must_use]
    pub fn session() -> Self {
        Self::of(Purpose::Session)
    }

    /// The same with no receive window, for bytes that the caller takes as it can: see
    /// [`Channel::poll_grant`].
    #[must_use]
    pub fn command() -> Self {
        Self::of(Purpose::Command)
    }

    /// A channel on which the remote host can be asked: see [`Channel::poll_ask`].
    #[must_use]
    pub fn keepalive() -> Self {
        Self::of(Purpose::Keepalive)
    }

    /// A forwarded connection, with no receive window: see [`Channel::poll_grant`].
    #[must_use]
    pub fn forward(target: &ForwardTarget) -> Self {
        Self::of(Purpose::Forward(target.clone()))
    }

    /// Returns true once the request is sent. Before that, libssh2 is in the middle of it.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        match &self.begun {
            None => false,
            Some(OpeningKind::Libssh2(opening)) => opening.is_requested(),
            Some(OpeningKind::Openssh(_)) => true,
        }
    }

    /// Carries the opening on.
    pub fn poll(&mut self, connection: &Connection) -> Nonblocking<Channel> {
        let purpose = &self.purpose;
        let begun = self
            .begun
            .get_or_insert_with(|| begin(purpose, connection.kind()));
        match (begun, connection.kind()) {
            (OpeningKind::Libssh2(opening), ConnectionKind::Libssh2(connection)) => opening
                .poll(connection.session())
                .map_ok(|channel| Channel(ChannelKind::Libssh2(channel))),
            (OpeningKind::Openssh(opening), ConnectionKind::Openssh(_)) => opening
                .poll()
                .map_ok(|channel| Channel(ChannelKind::Openssh(Box::new(channel)))),
            // It was begun on a connection of the other transport.
            _ => Poll::Ready(Err(ssh2::Error::unknown())),
        }
    }
}

fn begin(purpose: &Purpose, connection: &ConnectionKind) -> OpeningKind {
    match connection {
        ConnectionKind::Libssh2(_) => OpeningKind::Libssh2(match purpose {
            Purpose::Session | Purpose::Keepalive => Libssh2Opening::session(),
            Purpose::Command => Libssh2Opening::command(),
            Purpose::Forward(target) => Libssh2Opening::forward(target),
        }),
        ConnectionKind::Openssh(connection) => OpeningKind::Openssh(Box::new(match purpose {
            Purpose::Session => OpensshOpening::session(connection),
            Purpose::Command => OpensshOpening::command(connection),
            Purpose::Keepalive => OpensshOpening::keepalive(connection),
            Purpose::Forward(target) => OpensshOpening::forward(connection, target),
        })),
    }
}

enum ChannelKind {
    Libssh2(Libssh2Channel),
    Openssh(Box<OpensshChannel>),
}

use ChannelKind::{Libssh2, Openssh};

/// An open channel.
pub struct Channel(ChannelKind);

impl Channel {
    /// Runs a command line in the account's login shell.
    pub fn poll_exec(&mut self, command: &str) -> Nonblocking<()> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_exec(command),
            Openssh(channel) => channel.poll_exec(command),
        }
    }

    /// Reads what is here; 0 is the end of the stream if [`Channel::at_eof`] says so, and else
    /// nothing at all. `stream` is 0, or 1 for standard error.
    ///
    /// libssh2 widens the window automatically when the buffer is longer than the window; a caller
    /// that grants windows itself reads no more than [`ReceiveWindow::queued`]. An empty buffer
    /// only takes in what the socket holds.
    pub fn poll_read(&mut self, stream: i32, buffer: &mut [u8]) -> Nonblocking<usize> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_read(stream, buffer),
            Openssh(channel) => channel.poll_read(stream, buffer),
        }
    }

    /// Sends some of `data`. After `Pending` the same bytes have to be offered again: they may be
    /// encrypted already.
    pub fn poll_write(&mut self, data: &[u8]) -> Nonblocking<usize> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_write(data),
            Openssh(channel) => channel.poll_write(data),
        }
    }

    /// Requests an answer from the remote host, on a channel that was opened for that. `Ready` is the answer, whatever it
    /// says.
    pub fn poll_ask(&mut self) -> Nonblocking<()> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_ask(),
            Openssh(channel) => channel.poll_ask(),
        }
    }

    /// Says that nothing more will be sent.
    pub fn poll_send_eof(&mut self) -> Nonblocking<()> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_send_eof(),
            Openssh(channel) => channel.poll_send_eof(),
        }
    }

    /// Returns true if the remote host has ended its stream and all of it was read.
    #[must_use]
    pub fn at_eof(&self) -> bool {
        match &self.0 {
            Libssh2(channel) => channel.at_eof(),
            Openssh(channel) => channel.at_eof(),
        }
    }

    /// Returns true if the remote host has closed the channel; only once it is [`Channel::at_eof`]. It then
    /// grants no window any more, and libssh2 fails no write for that.
    pub fn poll_closed(&mut self) -> Nonblocking<()> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_closed(),
            Openssh(channel) => channel.poll_closed(),
        }
    }

    /// The receive window now.
    #[must_use]
    pub fn receive_window(&self) -> ReceiveWindow {
        match &self.0 {
            Libssh2(channel) => channel.receive_window(),
            Openssh(channel) => channel.receive_window(),
        }
    }

    /// Lets the remote host send `bytes` more.
    pub fn poll_grant(&mut self, bytes: u32) -> Nonblocking<()> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_grant(bytes),
            Openssh(channel) => channel.poll_grant(bytes),
        }
    }

    /// Returns the number of bytes that the remote host accepts now. With 0, a write would wait for
    /// the remote host and not for the socket.
    #[must_use]
    pub fn send_window(&self) -> usize {
        match &self.0 {
            Libssh2(channel) => channel.send_window(),
            Openssh(_) => SEND_WINDOW,
        }
    }

    /// Closes the channel on both sides and keeps the struct.
    pub fn poll_close(&mut self) -> Nonblocking<()> {
        match &mut self.0 {
            Libssh2(channel) => channel.poll_close(),
            Openssh(channel) => channel.poll_close(),
        }
    }

    /// Closes and frees the channel, or gives it back if the socket was not ready: then call this
    /// again. Dropping the struct instead leaves the freeing to the end of the session.
    ///
    /// # Errors
    /// Gives the channel back.
    pub fn close(self) -> Result<(), Self> {
        match self.0 {
            Libssh2(channel) => channel
                .close()
                .map_err(|channel| Self(ChannelKind::Libssh2(channel))),
            Openssh(mut channel) => match channel.poll_close() {
                Poll::Ready(_) => Ok(()),
                Poll::Pending => Err(Self(ChannelKind::Openssh(channel))),
            },
        }
    }
}
