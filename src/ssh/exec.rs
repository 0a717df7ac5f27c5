//! A running command on the remote host: lines out of it, text into it.

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Poll, ready};
use std::time::Duration;

use super::SshError;
use super::channel::{Channel, ChannelOpening};
use super::connection::Connection;
use super::poll::Poller;

/// Number of bytes of standard error that are kept, for an error message.
const STDERR_KEPT: usize = 4096;

/// A line longer than this is an error, and never data. A frame of `logs` is the longest: 256 KiB of log in hexadecimal.
const LINE_LIMIT: usize = 1 << 20;
/// So much of such a line is kept, to know whose it was.
const LINE_START: usize = 64;

/// A session that takes longer than this to open is spoken of.
const SLOW: Duration = Duration::from_secs(4);

/// A command that runs on the remote host.
pub struct Exec {
    connection: Rc<Connection>,
    poller: Rc<Poller>,
    channel: Channel,
    output: LineBuffer,
}

impl Exec {
    /// Starts `command` in the account's login shell. Calls `slow` once if the server takes long to
    /// give a session: a module of PAM may mount a home, or wait for a human.
    ///
    /// # Errors
    /// When the server refuses a channel, or the wait ends.
    pub fn start(
        connection: Rc<Connection>,
        poller: Rc<Poller>,
        command: &str,
        slow: &dyn Fn(),
    ) -> Result<Self, SshError> {
        let mut opening = ChannelOpening::session();
        let refused = |error| no_session(&connection, error);
        let mut channel = None;
        let start = || {
            if channel.is_none() {
                channel = Some(ready!(opening.poll(&connection))?);
            }
            let channel = channel.as_mut();
            channel.map_or(Poll::Pending, |channel| channel.poll_exec(command))
        };
        let started = connection.drive_telling(&poller, (SLOW, slow), start);
        started.map_err(refused)?;
        let channel = channel.ok_or(SshError::Closed)?;
        Ok(Self {
            connection,
            poller,
            channel,
            output: LineBuffer::default(),
        })
    }

    /// Writes all of `text` to the command's standard input.
    ///
    /// # Errors
    /// [`SshError::Closed`] when the command has closed it, or the wait's.
    pub fn write(&mut self, text: &str) -> Result<(), SshError> {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let channel = &mut self.channel;
            let sent = self
                .connection
                .drive(&self.poller, || channel.poll_write(rest))?;
            if sent == 0 && self.channel.at_eof() {
                return Err(SshError::Closed);
            }
            rest = &rest[sent..];
        }
        Ok(())
    }

    /// The next line of standard output; `None` at its end.
    ///
    /// # Errors
    /// The session's, the wait's, or [`SshError::LineTooLong`], after which the next line follows.
    pub fn line(&mut self) -> Result<Option<String>, SshError> {
        loop {
            if let Some(line) = self.output.lines.pop_front() {
                return line
                    .map(Some)
                    .map_err(|start| SshError::LineTooLong { start });
            }
            if self.output.ended {
                return Ok(None);
            }
            // A profile that prints for ever must not keep us from giving up.
            self.poller.check()?;
            let progress = self.output.read(&mut self.channel)?;
            if !progress && !self.output.ended {
                self.connection.wait(&self.poller)?;
            }
        }
    }

    /// The last of what the command wrote to standard error.
    #[must_use]
    pub fn stderr(&self) -> String {
        String::from_utf8_lossy(&self.output.stderr)
            .trim()
            .to_owned()
    }

    /// Begins to close the channel, and returns it for [`crate::tunnel::Forwarder`], which reads
    /// the connection through it when nothing else is open, and closes it to the end.
    #[must_use]
    pub fn finish(mut self) -> Channel {
        // Two small packets, which the wire takes in any case. A failure shows when it is read.
        let _ = self.channel.poll_close();
        self.channel
    }
}

/// Tells a server that lets the account run nothing (`MaxSessions 0`, some appliances) from a lost
/// connection, which libssh2 may tell in the same words.
fn no_session(connection: &Connection, error: SshError) -> SshError {
    match error {
        SshError::Session(error) if is_refused(&error) && !connection.has_ended() => {
            SshError::NoSession {
                reason: error.message().to_owned(),
            }
        }
        other => other,
    }
}

fn is_refused(error: &ssh2::Error) -> bool {
    use libssh2_sys::{LIBSSH2_ERROR_CHANNEL_FAILURE, LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED};
    let refusals = [
        LIBSSH2_ERROR_CHANNEL_FAILURE,
        LIBSSH2_ERROR_CHANNEL_REQUEST_DENIED,
    ];
    matches!(error.code(), ssh2::ErrorCode::Session(code) if refusals.contains(&code))
}

/// Output of a command: lines of standard output, and the end of standard error.
#[derive(Debug, Default)]
pub struct LineBuffer {
    partial: Vec<u8>,
    /// True if the line that comes in has been too long already.
    too_long: bool,
    /// Whole lines, or the beginning of one that was too long.
    lines: VecDeque<Result<String, String>>,
    stderr: Vec<u8>,
    size: usize,
    ended: bool,
}

impl LineBuffer {
    /// Takes over what is here. True when something was.
    ///
    /// # Errors
    /// The session's.
    pub fn read(&mut self, channel: &mut Channel) -> Result<bool, SshError> {
        Ok(self.read_stderr(channel)? | self.read_stdout(channel)?)
    }

    /// Returns true if standard output has ended.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Returns the number of bytes of standard output.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// The lines that nobody has taken yet, without those that were too long.
    #[must_use]
    pub fn into_lines(self) -> Vec<String> {
        self.lines.into_iter().flatten().collect()
    }

    fn read_stdout(&mut self, channel: &mut Channel) -> Result<bool, SshError> {
        let mut buffer = [0; 16384];
        match channel.poll_read(0, &mut buffer) {
            Poll::Pending => Ok(false),
            Poll::Ready(Ok(0)) => {
                self.ended = channel.at_eof();
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
    fn read_stderr(&mut self, channel: &mut Channel) -> Result<bool, SshError> {
        let mut buffer = [0; 4096];
        match channel.poll_read(1, &mut buffer) {
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

    /// Takes bytes of standard output.
    pub(crate) fn take(&mut self, data: &[u8]) {
        self.size += data.len();
        for part in data.split_inclusive(|byte| *byte == b'\n') {
            if self.partial.len() + part.len() <= LINE_LIMIT && !self.too_long {
                self.partial.extend(part);
            } else {
                self.too_long = true;
                self.partial.truncate(LINE_START);
            }
            if part.ends_with(b"\n") {
                let line = std::mem::take(&mut self.partial);
                let line = String::from_utf8_lossy(&line).trim_end().to_owned();
                let is_whole = !std::mem::take(&mut self.too_long);
                self.lines
                    .push_back(if is_whole { Ok(line) } else { Err(line) });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_too_long_is_an_error_and_never_data() {
        let mut output = LineBuffer::default();
        output.take(b"n0 out ");
        for _ in 0..33 {
            output.take(&vec![b'6'; 1 << 15]);
        }
        output.take(b"61\nn0 ran 30\n");
        let lines: Vec<_> = output.lines.drain(..).collect();
        let [Err(start), Ok(next)] = lines.as_slice() else {
            panic!("{} lines", lines.len());
        };
        assert!(start.starts_with("n0 out 666") && start.len() <= LINE_START);
        assert_eq!(next, "n0 ran 30");
    }
}
