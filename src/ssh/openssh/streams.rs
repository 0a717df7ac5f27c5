//! The sockets of an open channel.

use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::net::{RecvFlags, recv};

use super::control::{ControlEvent, ControlSocket};
use super::traffic::Traffic;

/// The sockets, none of which blocks. The `ssh` process has their other ends.
pub struct Streams {
    /// Ends when the process has closed the channel; none where the socket itself tells.
    control: Option<ControlSocket>,
    input: UnixStream,
    input_ended: bool,
    output: UnixStream,
    errors: Option<UnixStream>,
    has_closed: bool,
}

impl Streams {
    /// Of a session or a connection that has a socket for each direction.
    pub fn apart(
        control: ControlSocket,
        input: UnixStream,
        output: UnixStream,
        errors: Option<UnixStream>,
    ) -> Self {
        Self {
            control: Some(control),
            input,
            input_ended: false,
            output,
            errors,
            has_closed: false,
        }
    }

    /// Of a connection to a socket that the process listens at.
    ///
    /// # Errors
    /// When this process has no file descriptors left.
    pub fn joined(socket: UnixStream) -> io::Result<Self> {
        Ok(Self {
            control: None,
            input: socket.try_clone()?,
            input_ended: false,
            output: socket,
            errors: None,
            has_closed: false,
        })
    }

    /// Has the connection wake whoever waits once something comes, or once there is room.
    ///
    /// # Errors
    /// The system's.
    pub fn watch(&self, traffic: &Traffic) -> io::Result<()> {
        traffic.watch_room(&self.input)?;
        traffic.watch_remote(&self.output)?;
        if let Some(errors) = &self.errors {
            traffic.watch_remote(errors)?;
        }
        self.control
            .as_ref()
            .map_or(Ok(()), |control| traffic.watch_local(control))
    }

    /// Returns true for a session, which has standard error.
    pub fn is_session(&self) -> bool {
        self.errors.is_some()
    }

    /// The control connection, while its answer is waited for.
    pub fn control(&mut self) -> Option<&mut ControlSocket> {
        self.control.as_mut()
    }

    /// Reads from standard output, or from standard error.
    pub fn read(&self, from_errors: bool, buffer: &mut [u8]) -> io::Result<usize> {
        match (from_errors, &self.errors) {
            (false, _) => (&self.output).read(buffer),
            (true, Some(errors)) => (&mut &*errors).read(buffer),
            (true, None) => Err(io::ErrorKind::WouldBlock.into()),
        }
    }

    /// Writes to the input.
    pub fn write(&self, data: &[u8]) -> io::Result<usize> {
        if self.input_ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        (&self.input).write(data)
    }

    /// Ends the input.
    pub fn end_input(&mut self) {
        self.input_ended = true;
        let _ = self.input.shutdown(Shutdown::Write);
    }

    /// Number of bytes that have arrived and are not read.
    pub fn queued(&self) -> u64 {
        let size = |stream: &UnixStream| rustix::io::ioctl_fionread(stream).unwrap_or(0);
        size(&self.output) + self.errors.as_ref().map_or(0, size)
    }

    /// Returns true if standard output has ended and all of it was read.
    pub fn at_eof(&self) -> bool {
        matches!(recv(&self.output, &mut [0; 1], RecvFlags::PEEK), Ok((_, 0)))
    }

    /// Returns true if the process has closed the channel.
    pub fn take_closed(&mut self) -> bool {
        let Some(control) = &mut self.control else {
            return has_hung_up(&self.input);
        };
        while !self.has_closed {
            match control.hear() {
                ControlEvent::Nothing => break,
                ControlEvent::Answer(_) => {}
                ControlEvent::End => self.has_closed = true,
            }
        }
        self.has_closed
    }

    /// Reads what nobody wants any more, up to a bound: a command ends only when it can write the rest.
    pub fn drain(&self) {
        let mut sink = [0; 16384];
        for from_errors in [false, true] {
            let mut left = 64;
            while left > 0 && matches!(self.read(from_errors, &mut sink), Ok(size) if size > 0) {
                left -= 1;
            }
        }
    }
}

/// Returns true if the other end is closed altogether.
fn has_hung_up(socket: &UnixStream) -> bool {
    let mut fds = [PollFd::new(socket, PollFlags::OUT)];
    let at_once = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let polled = poll(&mut fds, Some(&at_once));
    polled.is_ok() && fds[0].revents().intersects(PollFlags::HUP | PollFlags::ERR)
}
