//! A running command on the far side: lines out of it, text into it.

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::Poll;

use super::Error;
use super::channel::{Channel, Opening};
use super::connection::Connection;
use super::wait::Waiter;

/// What is kept of standard error, for an error message.
const STDERR_KEPT: usize = 4096;

/// A line longer than this is no answer of ours, and is dropped. A frame of `logs` is the longest:
/// 256 KiB of log in hexadecimal.
const LINE_LIMIT: usize = 1 << 20;

/// A command that runs on the far side.
pub struct Exec {
    connection: Rc<Connection>,
    waiter: Rc<Waiter>,
    channel: Channel,
    partial: Vec<u8>,
    lines: VecDeque<String>,
    stderr: Vec<u8>,
    ended: bool,
}

impl Exec {
    /// Starts `command` in the account's login shell.
    ///
    /// # Errors
    /// When the server refuses a channel, or the wait ends.
    pub fn start(
        connection: Rc<Connection>,
        waiter: Rc<Waiter>,
        command: &str,
    ) -> Result<Self, Error> {
        let opening = Opening::session();
        let mut channel = connection.drive(&waiter, |session| opening.poll(session))?;
        connection.drive(&waiter, |_| channel.poll_exec(command))?;
        Ok(Self {
            connection,
            waiter,
            channel,
            partial: Vec::new(),
            lines: VecDeque::new(),
            stderr: Vec::new(),
            ended: false,
        })
    }

    /// Writes all of `text` to the command's standard input.
    ///
    /// # Errors
    /// [`Error::Closed`] when the command has closed it, or the wait's.
    pub fn write(&mut self, text: &str) -> Result<(), Error> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let channel = &mut self.channel;
            let sent = self
                .connection
                .drive(&self.waiter, |_| channel.poll_write(rest))?;
            if sent == 0 && self.channel.at_eof() {
                return Err(Error::Closed);
            }
            rest = &rest[sent..];
        }
        Ok(())
    }

    /// The next line of standard output; `None` at its end.
    ///
    /// # Errors
    /// The session's, or the wait's.
    pub fn line(&mut self) -> Result<Option<String>, Error> {
        loop {
            if let Some(line) = self.lines.pop_front() {
                return Ok(Some(line));
            }
            if self.ended {
                return Ok(None);
            }
            // A profile that prints for ever must not keep us from giving up.
            self.waiter.check()?;
            let progress = self.read_stderr()? | self.read_stdout()?;
            if !progress && !self.ended {
                self.connection.wait(&self.waiter)?;
            }
        }
    }

    /// The last of what the command wrote to standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.stderr).trim().to_owned()
    }

    /// Begins to close the channel, and gives it to [`crate::tunnel::Pump`], which reads the
    /// connection through it when nothing else is open, and closes it to the end.
    #[must_use]
    pub fn finish(mut self) -> Channel {
        // Two small packets, which the wire takes in any case. A failure shows when it is read.
        let _ = self.channel.poll_close();
        self.channel
    }

    fn read_stdout(&mut self) -> Result<bool, Error> {
        let mut buffer = [0; 16384];
        match self.channel.poll_read(0, &mut buffer) {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(0)) => {
                self.ended = self.channel.at_eof();
                Ok(false)
            }
            Poll::Ready(Ok(size)) => {
                self.take(&buffer[..size]);
                Ok(true)
            }
            Poll::Ready(Err(error)) => Err(error.into()),
        }
    }

    /// Standard error has to be read too: unread, it would fill the window that both share.
    fn read_stderr(&mut self) -> Result<bool, Error> {
        let mut buffer = [0; 4096];
        match self.channel.poll_read(1, &mut buffer) {
            Poll::Ready(Ok(size)) if size > 0 => {
                self.stderr.extend(&buffer[..size]);
                let excess = self.stderr.len().saturating_sub(STDERR_KEPT);
                self.stderr.drain(..excess);
                Ok(true)
            }
            Poll::Ready(Err(error)) => Err(error.into()),
            _ => Ok(false),
        }
    }

    fn take(&mut self, data: &[u8]) {
        for part in data.split_inclusive(|byte| *byte == b'\n') {
            if self.partial.len() + part.len() <= LINE_LIMIT {
                self.partial.extend(part);
            }
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.partial);
                self.lines
                    .push_back(String::from_utf8_lossy(&line).trim_end().to_owned());
            }
        }
    }
}
