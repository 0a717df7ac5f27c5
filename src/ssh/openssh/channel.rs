//! One channel of a connection that an `ssh` process shares: a control connection, and a socket for each stream, whose
//! other ends the process has.
//!
//! The process takes what its own windows allow. The receive window that the callers know is a credit here: no more than
//! that is read, and what is left in the sockets has the process wait.

use std::cell::Cell;
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::net::{RecvFlags, recv};
use ssh2::{Error, ErrorCode};

use super::connection::OpensshConnection;
use super::control::{ControlSocket, Heard};
use super::message::{Answer, Request};
use super::refusal::Refusal;
use super::traffic::Traffic;
use crate::ssh::forward_target::{ForwardTarget, Nonblocking, ReceiveWindow};

/// Asks nothing of the account but that it can run commands: what is sent comes back.
const ECHO: &str = "exec cat";

/// Time that a command has to end once its input has ended, before the channel is closed.
const GRACE: Duration = Duration::from_millis(500);

/// A send window that is never the limit: the sockets are.
const SEND_WINDOW: usize = 1 << 30;

/// The channel that is asked for.
enum Wanted {
    Session { credit: Option<u32> },
    Echo,
    Forward(ForwardTarget),
}

/// A channel that is being opened.
pub struct OpensshOpening {
    traffic: Rc<Traffic>,
    wanted: Wanted,
    request: Option<Requested>,
}

impl OpensshOpening {
    fn new(connection: &OpensshConnection, wanted: Wanted) -> Self {
        Self {
            traffic: Rc::clone(connection.traffic()),
            wanted,
            request: None,
        }
    }

    /// A session. It is opened together with its command.
    pub fn session(connection: &OpensshConnection) -> Self {
        Self::new(connection, Wanted::Session { credit: None })
    }

    /// The same without a receive window.
    pub fn command(connection: &OpensshConnection) -> Self {
        Self::new(connection, Wanted::Session { credit: Some(0) })
    }

    /// A session whose command sends back what it gets.
    pub fn keepalive(connection: &OpensshConnection) -> Self {
        Self::new(connection, Wanted::Echo)
    }

    /// A forwarded connection.
    pub fn forward(connection: &OpensshConnection, target: &ForwardTarget) -> Self {
        Self::new(connection, Wanted::Forward(target.clone()))
    }

    /// Carries the opening on.
    pub fn poll(&mut self) -> Nonblocking<OpensshChannel> {
        let (request, credit) = match &self.wanted {
            Wanted::Session { credit } => {
                let waiting = State::Waiting(None);
                let channel = OpensshChannel::new(&self.traffic, waiting, *credit);
                return Poll::Ready(Ok(channel));
            }
            Wanted::Echo => (Request::Session(ECHO), None),
            Wanted::Forward(target) => (Request::Forward(target), Some(0)),
        };
        carry_on(&mut self.request, &self.traffic, request).map_ok(|streams| {
            let state = State::Open(streams);
            OpensshChannel::new(&self.traffic, state, credit)
        })
    }
}

/// Sends a request if that has not happened, and takes its answer.
fn carry_on(
    requested: &mut Option<Requested>,
    traffic: &Traffic,
    request: Request,
) -> Nonblocking<Streams> {
    if requested.is_none() {
        match Requested::send(traffic, request) {
            Ok(sent) => *requested = Some(sent),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Poll::Pending,
            Err(error) => return Poll::Ready(Err(not_sent(traffic, &error))),
        }
    }
    let Some(sent) = requested.as_mut() else {
        return Poll::Pending;
    };
    match sent.answer(traffic) {
        Poll::Pending => Poll::Pending,
        Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
        Poll::Ready(Ok(())) => {
            let streams = requested.take().map(|sent| sent.0);
            Poll::Ready(streams.ok_or_else(Error::unknown))
        }
    }
}

/// Without descriptors it is this opening alone that fails; without its socket the process shares nothing any more.
fn not_sent(traffic: &Traffic, error: &std::io::Error) -> Error {
    if crate::ssh::shortage(error).is_some() {
        return Refusal::Shortage.error();
    }
    traffic.end();
    disconnected()
}

fn disconnected() -> Error {
    let code = ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_SOCKET_DISCONNECT);
    Error::new(code, "the ssh process has closed its control socket")
}

fn broken() -> Error {
    let code = ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_CLOSED);
    Error::new(code, "the channel is closed")
}

/// A request without its answer.
struct Requested(Streams);

impl Requested {
    fn send(traffic: &Traffic, request: Request) -> std::io::Result<Self> {
        let (input, their_input) = UnixStream::pair()?;
        let (output, their_output) = UnixStream::pair()?;
        input.set_nonblocking(true)?;
        output.set_nonblocking(true)?;
        traffic.watch_room(&input)?;
        traffic.watch_remote(&output)?;
        let mut fds: Vec<BorrowedFd<'_>> = vec![their_input.as_fd(), their_output.as_fd()];
        let errors = match request {
            Request::Session(_) => Some(UnixStream::pair()?),
            _ => None,
        };
        if let Some((errors, their_errors)) = &errors {
            errors.set_nonblocking(true)?;
            traffic.watch_remote(errors)?;
            fds.push(their_errors.as_fd());
        }
        let control = ControlSocket::open(traffic.path(), request, &fds)?;
        traffic.watch_local(&control)?;
        traffic.send();
        Ok(Self(Streams {
            is_session: errors.is_some(),
            control,
            input: Some(input),
            output,
            errors: errors.map(|(errors, _)| errors),
            has_closed: false,
        }))
    }

    fn answer(&mut self, traffic: &Traffic) -> Nonblocking<()> {
        loop {
            match self.0.control.hear() {
                Heard::Nothing => return Poll::Pending,
                Heard::Answer(Answer::Opened) => {
                    traffic.hear();
                    return Poll::Ready(Ok(()));
                }
                Heard::Answer(Answer::Refused(reason)) => {
                    tracing::debug!(%reason, "ssh opens no channel");
                    traffic.hear();
                    let refusal = traffic.take_refusal();
                    return Poll::Ready(Err(refusal.unwrap_or(Refusal::Unexplained).error()));
                }
                Heard::Answer(_) => {}
                Heard::End => return Poll::Ready(Err(disconnected())),
            }
        }
    }
}

/// The sockets of an open channel.
struct Streams {
    is_session: bool,
    control: ControlSocket,
    /// None once its end was sent.
    input: Option<UnixStream>,
    output: UnixStream,
    errors: Option<UnixStream>,
    /// The process has closed the channel.
    has_closed: bool,
}

impl Streams {
    /// Returns true if the process has closed the channel.
    fn take_closed(&mut self) -> bool {
        while !self.has_closed {
            match self.control.hear() {
                Heard::Nothing => break,
                Heard::Answer(_) => {}
                Heard::End => self.has_closed = true,
            }
        }
        self.has_closed
    }

    fn queued(&self) -> u64 {
        let size = |stream: &UnixStream| rustix::io::ioctl_fionread(stream).unwrap_or(0);
        size(&self.output) + self.errors.as_ref().map_or(0, size)
    }
}

enum State {
    /// Its command is not known yet, or is being started.
    Waiting(Option<Requested>),
    Open(Streams),
    /// A session whose input has ended, until that time.
    Closing(Streams, Instant),
    Closed,
}

/// An open channel.
pub struct OpensshChannel {
    traffic: Rc<Traffic>,
    state: State,
    /// Number of bytes that may still be read; none where there is no limit.
    credit: Option<u32>,
    /// True while a byte that was sent has not come back.
    asks: bool,
    at_eof: Cell<bool>,
}

impl OpensshChannel {
    fn new(traffic: &Rc<Traffic>, state: State, credit: Option<u32>) -> Self {
        Self {
            traffic: Rc::clone(traffic),
            state,
            credit,
            asks: false,
            at_eof: Cell::new(false),
        }
    }

    fn streams(&self) -> Option<&Streams> {
        match &self.state {
            State::Open(streams) => Some(streams),
            State::Waiting(_) | State::Closing(..) | State::Closed => None,
        }
    }

    fn streams_mut(&mut self) -> Option<&mut Streams> {
        match &mut self.state {
            State::Open(streams) => Some(streams),
            State::Waiting(_) | State::Closing(..) | State::Closed => None,
        }
    }

    /// Opens the session with its command.
    pub fn poll_exec(&mut self, command: &str) -> Nonblocking<()> {
        let State::Waiting(request) = &mut self.state else {
            return Poll::Ready(Err(broken()));
        };
        carry_on(request, &self.traffic, Request::Session(command)).map_ok(|streams| {
            self.state = State::Open(streams);
        })
    }

    /// Reads what is here, as far as the credit goes.
    pub fn poll_read(&mut self, stream: i32, buffer: &mut [u8]) -> Nonblocking<usize> {
        if self.traffic.has_ended() {
            return Poll::Ready(Err(disconnected()));
        }
        let credit = self.credit.map_or(usize::MAX, |credit| credit as usize);
        let size = buffer.len().min(credit);
        let Some(streams) = self.streams() else {
            return Poll::Pending;
        };
        let from = match stream {
            0 => Some(&streams.output),
            _ => streams.errors.as_ref(),
        };
        let Some(mut from) = from.filter(|_| size > 0) else {
            return Poll::Pending;
        };
        match from.read(&mut buffer[..size]) {
            Ok(0) => {
                self.at_eof.set(self.at_eof.get() || stream == 0);
                Poll::Ready(Ok(0))
            }
            Ok(size) => {
                let taken = u32::try_from(size).unwrap_or(u32::MAX);
                self.credit = self.credit.map(|credit| credit.saturating_sub(taken));
                Poll::Ready(Ok(size))
            }
            Err(error) => failed(&error),
        }
    }

    /// Sends some of `data`.
    pub fn poll_write(&mut self, data: &[u8]) -> Nonblocking<usize> {
        let input = self.streams().and_then(|streams| streams.input.as_ref());
        let Some(mut input) = input else {
            return Poll::Ready(Err(broken()));
        };
        match input.write(data) {
            Ok(size) => {
                self.traffic.send();
                Poll::Ready(Ok(size))
            }
            Err(error) => failed(&error),
        }
    }

    /// Sends a byte, and is ready when it has come back, or when it never will.
    pub fn poll_ask(&mut self) -> Nonblocking<()> {
        if !self.asks {
            match self.poll_write(b"\n") {
                Poll::Ready(Ok(_)) => self.asks = true,
                other => return other.map_ok(|_| ()),
            }
        }
        let mut buffer = [0; 64];
        let answer = self.poll_read(0, &mut buffer);
        self.asks = answer.is_pending();
        answer.map_ok(|_| ())
    }

    /// Ends the channel's input.
    pub fn poll_send_eof(&mut self) -> Nonblocking<()> {
        if let Some(streams) = self.streams_mut() {
            streams.input = None;
        }
        Poll::Ready(Ok(()))
    }

    /// Returns true if the stream has ended and all of it was read.
    pub fn at_eof(&self) -> bool {
        let Some(streams) = self.streams().filter(|_| !self.at_eof.get()) else {
            return self.at_eof.get() || !matches!(self.state, State::Waiting(_));
        };
        let ended = matches!(
            recv(&streams.output, &mut [0; 1], RecvFlags::PEEK),
            Ok((_, 0))
        );
        self.at_eof.set(ended);
        ended
    }

    /// Ready once the process has closed the channel.
    pub fn poll_closed(&mut self) -> Nonblocking<()> {
        let has_closed = self.streams_mut().is_none_or(Streams::take_closed);
        if has_closed {
            Poll::Ready(Ok(()))
        } else {
            Poll::Pending
        }
    }

    /// The receive window that the credit is.
    pub fn receive_window(&self) -> ReceiveWindow {
        let queued = self.streams().map_or(0, Streams::queued);
        let queued = u32::try_from(queued).unwrap_or(u32::MAX);
        let credit = self.credit.unwrap_or(u32::MAX);
        let queued = queued.min(credit);
        ReceiveWindow {
            queued,
            open: credit - queued,
        }
    }

    /// Raises the credit.
    pub fn poll_grant(&mut self, bytes: u32) -> Nonblocking<()> {
        self.credit = self.credit.map(|credit| credit.saturating_add(bytes));
        Poll::Ready(Ok(()))
    }

    /// Number of bytes that may be offered to [`Self::poll_write`].
    pub fn send_window(&self) -> usize {
        SEND_WINDOW
    }

    /// Closes the channel. The input of a session ends first, so that what was sent before still arrives, and so that the
    /// server has the session back when this is done.
    pub fn poll_close(&mut self) -> Nonblocking<()> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Open(mut streams) if streams.is_session && !self.traffic.has_ended() => {
                streams.input = None;
                self.state = State::Closing(streams, Instant::now() + GRACE);
                self.poll_close()
            }
            State::Closing(mut streams, until)
                if Instant::now() < until && !self.traffic.has_ended() =>
            {
                drain(&streams);
                if streams.take_closed() {
                    return Poll::Ready(Ok(()));
                }
                self.state = State::Closing(streams, until);
                Poll::Pending
            }
            _ => Poll::Ready(Ok(())),
        }
    }

    /// Returns when [`Self::poll_close`] is ready at the latest.
    pub fn close_at(&self) -> Option<Instant> {
        match &self.state {
            State::Closing(_, until) => Some(*until),
            State::Waiting(_) | State::Open(_) | State::Closed => None,
        }
    }
}

/// Reads what nobody wants any more, up to a bound: a command ends only when it can write the rest.
fn drain(streams: &Streams) {
    let mut sink = [0; 16384];
    for mut stream in [Some(&streams.output), streams.errors.as_ref()]
        .into_iter()
        .flatten()
    {
        let mut left = 64;
        while left > 0 && matches!(stream.read(&mut sink), Ok(size) if size > 0) {
            left -= 1;
        }
    }
}

fn failed<T>(error: &std::io::Error) -> Nonblocking<T> {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::Interrupted => Poll::Pending,
        _ => Poll::Ready(Err(broken())),
    }
}
