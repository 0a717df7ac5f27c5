//! The opening of a channel: a request to the process, and its answer.

use std::io::{self, ErrorKind};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::task::Poll;
use std::time::{Duration, Instant};

use ssh2::{Error, ErrorCode};

use super::control::{ControlEvent, ControlSocket};
use super::message::{Answer, MuxRequest};
use super::refusal::Refusal;
use super::streams::Streams;
use super::traffic::Traffic;
use super::unix_forward;
use crate::ssh::forward_target::Nonblocking;
use crate::ssh::shortage;

/// Time beyond two round trips after which a connection to a Unix socket counts as open: of those, the process reports
/// refusals alone.
const SETTLES: Duration = Duration::from_millis(50);

/// Time before a session that was refused is asked for again.
const PAUSE: Duration = Duration::from_millis(100);

/// The channel to be opened.
#[derive(Debug, Clone, Copy)]
pub enum Opens<'a> {
    /// A session that runs a command line.
    Session(&'a str),
    /// A connection to a TCP port.
    Tcp(&'a str, u16),
    /// A connection to a Unix socket of the remote host.
    Unix(&'a str),
}

/// The request, from before it is sent until it is answered.
#[derive(Default)]
pub struct OpeningRequest {
    since: Option<Instant>,
    state: RequestState,
}

#[derive(Default)]
enum RequestState {
    #[default]
    Unsent,
    Sent(Streams),
    /// To be sent again then: the remote host may still count a session that was closed.
    Pausing(Instant),
    /// The process is to listen at this path first.
    Listening(ControlSocket, PathBuf),
    /// Connected to a socket where it listens, and open at that time if it is not closed before.
    Settling(Streams, Instant),
}

impl OpeningRequest {
    /// Sends the request if that has not happened, and takes its answer.
    pub fn poll(&mut self, traffic: &Traffic, opens: Opens) -> Nonblocking<Streams> {
        let since = *self.since.get_or_insert_with(Instant::now);
        match self.carry_on(traffic, opens) {
            Ok(None) => Poll::Pending,
            Ok(Some(Ok(streams))) => {
                traffic.measured(since.elapsed());
                Poll::Ready(Ok(streams))
            }
            Ok(Some(Err(error))) => Poll::Ready(Err(error)),
            // Too many others are connecting.
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                traffic.wake_by(Instant::now() + PAUSE);
                Poll::Pending
            }
            Err(error) => Poll::Ready(Err(not_sent(traffic, &error))),
        }
    }

    fn carry_on(
        &mut self,
        traffic: &Traffic,
        opens: Opens,
    ) -> io::Result<Option<Result<Streams, Error>>> {
        let is_session = matches!(opens, Opens::Session(_));
        loop {
            let state = std::mem::take(&mut self.state);
            self.state = match (state, opens) {
                (RequestState::Unsent, Opens::Unix(path)) => begin_unix(traffic, path)?,
                (RequestState::Unsent, Opens::Session(command)) => {
                    RequestState::Sent(send(traffic, MuxRequest::Session(command))?)
                }
                (RequestState::Unsent, Opens::Tcp(host, port)) => {
                    RequestState::Sent(send(traffic, MuxRequest::Forward(host, port))?)
                }
                (RequestState::Sent(mut streams), _) => {
                    let answer = streams.control().map_or(Poll::Pending, |control| {
                        answer(control, traffic, &Answer::Opened)
                    });
                    return Ok(match answer {
                        Poll::Ready(Err(_)) if is_session && traffic.has_closing_session() => {
                            let until = Instant::now() + PAUSE;
                            traffic.wake_by(until);
                            self.state = RequestState::Pausing(until);
                            None
                        }
                        Poll::Ready(result) => Some(result.map(|()| streams)),
                        Poll::Pending => {
                            self.state = RequestState::Sent(streams);
                            None
                        }
                    });
                }
                (RequestState::Pausing(until), _) if Instant::now() < until => {
                    traffic.wake_by(until);
                    self.state = RequestState::Pausing(until);
                    return Ok(None);
                }
                (RequestState::Pausing(_), _) => RequestState::Unsent,
                (RequestState::Listening(mut control, local), Opens::Unix(path)) => {
                    match answer(&mut control, traffic, &Answer::Ok) {
                        Poll::Ready(Ok(())) => {
                            traffic.unix_forwards().add(path, local);
                            RequestState::Unsent
                        }
                        Poll::Ready(Err(error)) => return Ok(Some(Err(error))),
                        Poll::Pending => {
                            self.state = RequestState::Listening(control, local);
                            return Ok(None);
                        }
                    }
                }
                (RequestState::Settling(streams, until), _) => {
                    return Ok(self.settle(traffic, streams, until));
                }
                // No other request listens.
                (RequestState::Listening(..), _) => return Ok(Some(Err(Error::unknown()))),
            };
        }
    }

    fn settle(
        &mut self,
        traffic: &Traffic,
        streams: Streams,
        until: Instant,
    ) -> Option<Result<Streams, Error>> {
        if streams.at_eof() {
            traffic.hear();
            let refusal = traffic.take_refusal().unwrap_or(Refusal::ConnectFailed);
            return Some(Err(refusal.error()));
        }
        if streams.queued() > 0 || Instant::now() >= until {
            return Some(Ok(streams));
        }
        traffic.wake_by(until);
        self.state = RequestState::Settling(streams, until);
        None
    }
}

/// Connects to a socket where the process listens, or has it listen.
fn begin_unix(traffic: &Traffic, path: &str) -> io::Result<RequestState> {
    let forwards = traffic.unix_forwards();
    if let Some(local) = forwards.find(path) {
        let streams = Streams::joined(unix_forward::connect(&local)?)?;
        streams.watch(traffic)?;
        traffic.send();
        let until = Instant::now() + 2 * traffic.round_trip() + SETTLES;
        return Ok(RequestState::Settling(streams, until));
    }
    let local = forwards.place()?;
    let name = local.display().to_string();
    let control = ControlSocket::open(traffic.path(), MuxRequest::Listen(&name, path), &[])?;
    traffic.watch_local(&control)?;
    Ok(RequestState::Listening(control, local))
}

/// Sends a request with the other ends of the channel's sockets.
fn send(traffic: &Traffic, request: MuxRequest) -> io::Result<Streams> {
    let (input, their_input) = UnixStream::pair()?;
    let (output, their_output) = UnixStream::pair()?;
    input.set_nonblocking(true)?;
    output.set_nonblocking(true)?;
    let mut fds: Vec<BorrowedFd<'_>> = vec![their_input.as_fd(), their_output.as_fd()];
    let errors = match request {
        MuxRequest::Session(_) => Some(UnixStream::pair()?),
        _ => None,
    };
    if let Some((errors, their_errors)) = &errors {
        errors.set_nonblocking(true)?;
        fds.push(their_errors.as_fd());
    }
    let control = ControlSocket::open(traffic.path(), request, &fds)?;
    let errors = errors.map(|(errors, _)| errors);
    let streams = Streams::apart(control, input, output, errors);
    streams.watch(traffic)?;
    traffic.send();
    Ok(streams)
}

/// Waits for one answer.
fn answer(control: &mut ControlSocket, traffic: &Traffic, wanted: &Answer) -> Nonblocking<()> {
    loop {
        match control.hear() {
            ControlEvent::Nothing => return Poll::Pending,
            ControlEvent::Answer(answer) if answer == *wanted => {
                // That it listens is no word of the remote host.
                if answer == Answer::Opened {
                    traffic.hear();
                }
                return Poll::Ready(Ok(()));
            }
            ControlEvent::Answer(Answer::Refused(reason)) => {
                tracing::debug!(%reason, "ssh opens no channel");
                traffic.hear();
                let refusal = traffic.take_refusal();
                return Poll::Ready(Err(refusal.unwrap_or(Refusal::Unexplained).error()));
            }
            ControlEvent::Answer(_) => {}
            ControlEvent::End => return Poll::Ready(Err(disconnected())),
        }
    }
}

/// Without descriptors it is this opening alone that fails; without its socket the process shares nothing any more.
fn not_sent(traffic: &Traffic, error: &io::Error) -> Error {
    if shortage(error).is_some() {
        return Refusal::Shortage.error();
    }
    traffic.end();
    disconnected()
}

/// The error of a process that has gone.
pub fn disconnected() -> Error {
    let code = ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_SOCKET_DISCONNECT);
    Error::new(code, "the ssh process has closed its control socket")
}
