//! A connection to the control socket of an `ssh` process: each carries one request, and ends with what it opened.

use std::io::{self, ErrorKind, IoSlice, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{SendAncillaryBuffer, SendAncillaryMessage, SendFlags, sendmsg};
use socket2::{Domain, SockAddr, Socket, Type};

use super::message::{Answer, AnswerReader, MuxRequest, VERSION};

/// Longest time for an answer that changes nothing here; below a second.
const PATIENCE: Duration = Duration::from_millis(500);

/// An open connection. It does not block.
pub struct ControlSocket {
    stream: UnixStream,
    answers: AnswerReader,
}

/// Its state, as far as the answers tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ControlEvent {
    /// Nothing more is here yet.
    Nothing,
    /// An answer.
    Answer(Answer),
    /// It has ended, or says nonsense.
    End,
}

impl ControlSocket {
    /// Connects and sends a request, with the descriptors that belong to it.
    ///
    /// # Errors
    /// The system's; [`ErrorKind::WouldBlock`] while too many others are connecting.
    pub fn open(path: &Path, request: MuxRequest, fds: &[BorrowedFd<'_>]) -> io::Result<Self> {
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.set_nonblocking(true)?;
        socket.connect(&SockAddr::unix(path)?)?;
        let mut control = Self {
            stream: UnixStream::from(std::os::fd::OwnedFd::from(socket)),
            answers: AnswerReader::default(),
        };
        control.send(MuxRequest::Hello)?;
        if !matches!(request, MuxRequest::Hello) {
            control.send(request)?;
        }
        for fd in fds {
            control.send_descriptor(*fd)?;
        }
        Ok(control)
    }

    /// A fresh socket has room for a request; one that has not is given up.
    fn send(&mut self, request: MuxRequest) -> io::Result<()> {
        self.stream.write_all(&request.encode())
    }

    /// A byte with a descriptor beside it, as `ssh` receives it.
    fn send_descriptor(&self, fd: BorrowedFd<'_>) -> io::Result<()> {
        let fds = [fd];
        let mut space = [std::mem::MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
        let mut ancillary = SendAncillaryBuffer::new(&mut space);
        if !ancillary.push(SendAncillaryMessage::ScmRights(&fds)) {
            return Err(ErrorKind::InvalidInput.into());
        }
        let byte = [IoSlice::new(&[0])];
        sendmsg(&self.stream, &byte, &mut ancillary, SendFlags::empty())?;
        Ok(())
    }

    /// Returns the next thing that was heard. A greeting of another version is an end.
    pub fn hear(&mut self) -> ControlEvent {
        loop {
            match self.answers.next() {
                Ok(Some(Answer::Hello(version))) if version != VERSION => return ControlEvent::End,
                Ok(Some(answer)) => return ControlEvent::Answer(answer),
                Ok(None) => {}
                Err(_) => return ControlEvent::End,
            }
            let mut buffer = [0; 4096];
            match self.stream.read(&mut buffer) {
                Ok(0) => return ControlEvent::End,
                Ok(size) => self.answers.feed(&buffer[..size]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    return ControlEvent::Nothing;
                }
                Err(_) => return ControlEvent::End,
            }
        }
    }
}

impl ControlSocket {
    /// Waits a moment for an answer, with which this connection ends: a request whose connection is closed too soon is not
    /// read.
    pub fn await_answer(&mut self, answer: &Answer) {
        let until = Instant::now() + PATIENCE;
        while Instant::now() < until {
            match self.hear() {
                ControlEvent::End | ControlEvent::Answer(Answer::Refused(_)) => return,
                ControlEvent::Answer(heard) if heard == *answer => return,
                ControlEvent::Answer(_) => {}
                ControlEvent::Nothing => {
                    let left = until.saturating_duration_since(Instant::now());
                    let left = Timespec {
                        tv_sec: 0,
                        tv_nsec: i64::from(left.subsec_nanos()),
                    };
                    let _ = poll(&mut [PollFd::new(&self.stream, PollFlags::IN)], Some(&left));
                }
            }
        }
    }
}

impl AsFd for ControlSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.stream.as_fd()
    }
}
