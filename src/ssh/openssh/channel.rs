//! One channel of a connection that an `ssh` process shares: a control connection, and a socket for each stream, whose
//! other ends the process has.
//!
//! The process takes what its own windows allow. The receive window that the callers know is a credit here: no more than
//! that is read, and what is left in the sockets has the process wait.

use std::cell::Cell;
use std::io::ErrorKind;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use ssh2::{Error, ErrorCode};

use super::connection::OpensshConnection;
use super::request::{OpeningRequest, Opens, disconnected};
use super::streams::Streams;
use super::traffic::Traffic;
use crate::ssh::forward_target::{ForwardTarget, Nonblocking, ReceiveWindow};

/// Asks nothing of the account but that it can run commands: what is sent comes back.
const ECHO: &str = "exec cat";

/// Time that a command has to end once its input has ended, before the channel is closed.
const GRACE: Duration = Duration::from_millis(1500);

/// A send window that is never the limit: the sockets are.
pub const SEND_WINDOW: usize = 1 << 30;

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
    request: OpeningRequest,
}

impl OpensshOpening {
    fn new(connection: &OpensshConnection, wanted: Wanted) -> Self {
        Self {
            traffic: Rc::clone(connection.traffic()),
            wanted,
            request: OpeningRequest::default(),
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
                let waiting = State::Waiting(OpeningRequest::default());
                let channel = OpensshChannel::new(&self.traffic, waiting, *credit);
                return Poll::Ready(Ok(channel));
            }
            Wanted::Echo => (Opens::Session(ECHO), None),
            Wanted::Forward(ForwardTarget::Tcp { host, port }) => {
                (Opens::Tcp(host, *port), Some(0))
            }
            Wanted::Forward(ForwardTarget::Unix { path }) => (Opens::Unix(path), Some(0)),
        };
        let streams = self.request.poll(&self.traffic, request);
        streams.map_ok(|streams| {
            let state = State::Open(streams);
            OpensshChannel::new(&self.traffic, state, credit)
        })
    }
}

fn broken() -> Error {
    let code = ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_CLOSED);
    Error::new(code, "the channel is closed")
}

enum State {
    /// Its command is not known yet, or is being started.
    Waiting(OpeningRequest),
    Open(Streams),
    /// A session whose input has ended, until that time.
    Closing(Streams, Instant),
    Closed,
}

impl Drop for OpensshChannel {
    fn drop(&mut self) {
        let is_session = match &self.state {
            State::Open(streams) | State::Closing(streams, _) => streams.is_session(),
            State::Waiting(_) | State::Closed => false,
        };
        if is_session {
            self.traffic.close_session();
        }
    }
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
        let streams = request.poll(&self.traffic, Opens::Session(command));
        streams.map_ok(|streams| self.state = State::Open(streams))
    }

    /// Reads what is here, as far as the credit goes.
    pub fn poll_read(&mut self, stream: i32, buffer: &mut [u8]) -> Nonblocking<usize> {
        if self.traffic.has_ended() {
            return Poll::Ready(Err(disconnected()));
        }
        let credit = self.credit.map_or(usize::MAX, |credit| credit as usize);
        let size = buffer.len().min(credit);
        let Some(streams) = self.streams().filter(|_| size > 0) else {
            return Poll::Pending;
        };
        match streams.read(stream != 0, &mut buffer[..size]) {
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
        let Some(streams) = self.streams() else {
            return Poll::Ready(Err(broken()));
        };
        match streams.write(data) {
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
            streams.end_input();
        }
        Poll::Ready(Ok(()))
    }

    /// Returns true if the stream has ended and all of it was read.
    pub fn at_eof(&self) -> bool {
        let Some(streams) = self.streams().filter(|_| !self.at_eof.get()) else {
            return self.at_eof.get() || !matches!(self.state, State::Waiting(_));
        };
        let ended = streams.at_eof();
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

    /// Closes the channel. The input of a session ends first, so that what was sent before still arrives, and so that the
    /// server has the session back when this is done.
    pub fn poll_close(&mut self) -> Nonblocking<()> {
        match std::mem::replace(&mut self.state, State::Closed) {
            State::Open(mut streams) if streams.is_session() && !self.traffic.has_ended() => {
                streams.end_input();
                self.state = State::Closing(streams, Instant::now() + GRACE);
                self.poll_close()
            }
            State::Closing(mut streams, until)
                if Instant::now() < until && !self.traffic.has_ended() =>
            {
                streams.drain();
                if streams.take_closed() {
                    // sshd counts it until its loop comes round.
                    self.traffic.close_session();
                    return Poll::Ready(Ok(()));
                }
                self.traffic.wake_by(until);
                self.state = State::Closing(streams, until);
                Poll::Pending
            }
            State::Closing(..) => {
                self.traffic.close_session();
                Poll::Ready(Ok(()))
            }
            _ => Poll::Ready(Ok(())),
        }
    }
}

fn failed<T>(error: &std::io::Error) -> Nonblocking<T> {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::Interrupted => Poll::Pending,
        _ => Poll::Ready(Err(broken())),
    }
}
