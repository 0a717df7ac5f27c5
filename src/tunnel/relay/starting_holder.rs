//! The start of a holder by a relay: what that prints comes as one more connection.

use std::io::{ErrorKind, Read};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use crate::ssh::poll::WaitError;
use crate::ssh::{SshError, Stream};

/// Longest time for the start: a file system of the network may be slow.
const PATIENCE: Duration = Duration::from_secs(30);
/// Number of bytes that are kept of what it prints: a list of processes is the longest.
const LIMIT: usize = 4 << 20;

/// A holder that is being started.
pub struct StartingHolder {
    output: UnixStream,
    came: Vec<u8>,
    until: Instant,
}

impl StartingHolder {
    /// Returns it, and the local side of its connection.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn new(now: Instant) -> std::io::Result<(Self, Stream)> {
        let (output, local) = UnixStream::pair()?;
        output.set_nonblocking(true)?;
        local.set_nonblocking(true)?;
        let start = Self {
            output,
            came: Vec::new(),
            until: now + PATIENCE,
        };
        Ok((start, local.into()))
    }

    /// Returns when [`StartingHolder::take_output`] has to be called at the latest.
    pub fn until(&self) -> Instant {
        self.until
    }

    /// Returns what it has printed, line by line, once that has ended. The multiplexer writes it in the same thread, just
    /// before.
    pub fn take_output(&mut self, now: Instant) -> Option<Result<Vec<String>, SshError>> {
        let mut part = [0; 1024];
        loop {
            match self.output.read(&mut part) {
                Ok(0) => break,
                Ok(size) if self.came.len() < LIMIT => self.came.extend(&part[..size]),
                Ok(_) => {}
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) if now >= self.until => return Some(Err(WaitError::TimedOut.into())),
                Err(_) => return None,
            }
        }
        let text = String::from_utf8_lossy(&self.came);
        Some(Ok(text.lines().map(str::to_owned).collect()))
    }
}
