//! One resumable stream: a local socket, and both directions with what may have to be sent again.
//!
//! Counts are those of a direction's bytes since its beginning; its end counts as one byte.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;

use rustix::event::PollFlags;

use super::frame::ResumeFrame;
use crate::ssh::Stream;
use crate::tunnel::framing::InvalidFrame;

/// Largest number of bytes of one frame.
const CHUNK: usize = 16 << 10;
/// Number of the browser's bytes that are kept until the server has taken them.
const KEPT: usize = 1 << 20;
/// Number of the server's bytes that may be on their way to the browser; the same in `holder.py`.
const IN_FLIGHT: usize = 1 << 20;
/// Number of bytes after which the holder is told that the browser has taken them; the same in `holder.py`.
const TELL: u64 = 64 << 10;

/// Bytes of the browser's that the server may not have got.
#[derive(Debug, Default)]
pub struct Outgoing {
    kept: VecDeque<u8>,
    /// Count at the first byte that is kept, and at the next one to send.
    first: u64,
    sent: u64,
    /// Count behind the end, once that has come.
    total: Option<u64>,
}

impl Outgoing {
    /// Returns how many more bytes it takes.
    pub fn room(&self) -> usize {
        match self.total {
            Some(_) => 0,
            None => KEPT.saturating_sub(self.kept.len()),
        }
    }

    /// Takes more bytes.
    pub fn push(&mut self, data: &[u8]) {
        self.kept.extend(data);
    }

    /// No more will come.
    pub fn end(&mut self) {
        self.total = Some(self.first + self.kept.len() as u64 + 1);
    }

    /// Returns the next bytes to send, or the end.
    pub fn next(&mut self, number: u32) -> Option<ResumeFrame> {
        let at = usize::try_from(self.sent.saturating_sub(self.first)).ok()?;
        if at < self.kept.len() {
            let data: Vec<u8> = self.kept.range(at..).take(CHUNK).copied().collect();
            self.sent += data.len() as u64;
            return Some(ResumeFrame::Data(number, data));
        }
        (self.total == Some(self.sent + 1)).then(|| {
            self.sent += 1;
            ResumeFrame::End(number)
        })
    }

    /// Returns the count of all that the browser has said.
    fn said(&self) -> u64 {
        self.total.unwrap_or(self.first + self.kept.len() as u64)
    }

    /// The server has taken so much.
    ///
    /// # Errors
    /// When the browser has not said so much.
    pub fn taken(&mut self, count: u64) -> Result<(), InvalidFrame> {
        if count > self.said() {
            return Err(InvalidFrame);
        }
        let gone = usize::try_from(count.saturating_sub(self.first)).unwrap_or(usize::MAX);
        self.kept.drain(..gone.min(self.kept.len()));
        self.first = self.first.max(count);
        self.sent = self.sent.max(self.first);
        Ok(())
    }

    /// The holder has received so much: the rest is sent again.
    ///
    /// # Errors
    /// When the browser has not said so much.
    pub fn go_on_from(&mut self, received: u64) -> Result<(), InvalidFrame> {
        if received > self.said() {
            return Err(InvalidFrame);
        }
        self.sent = received.max(self.first);
        Ok(())
    }

    /// Returns true if the server has taken everything, and the end.
    pub fn is_over(&self) -> bool {
        self.total == Some(self.first)
    }

    /// Returns true if the browser has said all that it will.
    pub fn has_ended(&self) -> bool {
        self.total.is_some()
    }
}

/// Bytes of the server's that the browser has not taken.
#[derive(Debug, Default)]
pub struct Incoming {
    waiting: VecDeque<u8>,
    received: u64,
    taken: u64,
    /// Last count that the holder was told; none where that may be lost.
    told: Option<u64>,
    has_ended: bool,
    is_shut: bool,
}

impl Incoming {
    /// Returns the count of what has been received.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// More bytes.
    ///
    /// # Errors
    /// When they come after the end, or when the holder sends more than the browser has room for.
    pub fn take(&mut self, data: &[u8]) -> Result<(), InvalidFrame> {
        if self.has_ended || self.waiting.len() + data.len() > IN_FLIGHT {
            return Err(InvalidFrame);
        }
        self.received += data.len() as u64;
        self.waiting.extend(data);
        Ok(())
    }

    /// The end.
    pub fn end(&mut self) {
        if !std::mem::replace(&mut self.has_ended, true) {
            self.received += 1;
        }
    }

    /// Forgets what the holder was told, which may be lost.
    pub fn tell_again(&mut self) {
        self.told = None;
    }

    /// Returns what the holder is to be told now.
    pub fn next(&mut self, number: u32) -> Option<ResumeFrame> {
        let is_due = match self.told {
            None => true,
            Some(told) => told + TELL <= self.taken || self.is_shut && told < self.taken,
        };
        is_due.then(|| {
            self.told = Some(self.taken);
            ResumeFrame::Taken(number, self.taken)
        })
    }

    /// Returns true if the browser has taken everything, and the holder knows.
    pub fn is_over(&self) -> bool {
        self.is_shut && self.told == Some(self.taken)
    }
}

/// A browser's connection, and what is on its way.
#[allow(clippy::struct_excessive_bools)] // Each of them is a fact of its own.
pub struct ResumableStream {
    pub local: Stream,
    pub up: Outgoing,
    pub down: Incoming,
    pub readable: bool,
    pub writable: bool,
    /// True once the holder has been asked for it.
    pub is_opened: bool,
    pub was_answered: bool,
    /// The browser has gone.
    pub is_broken: bool,
}

impl ResumableStream {
    /// A stream for a socket that does not block.
    pub fn new(local: Stream) -> Self {
        Self {
            local,
            up: Outgoing::default(),
            down: Incoming::default(),
            readable: true,
            writable: true,
            is_opened: false,
            was_answered: false,
            is_broken: false,
        }
    }

    /// Returns the events to wait for.
    pub fn interest(&self) -> PollFlags {
        let mut flags = PollFlags::empty();
        if self.up.room() > 0 && !self.readable {
            flags |= PollFlags::IN;
        }
        if !self.down.waiting.is_empty() && !self.writable {
            flags |= PollFlags::OUT;
        }
        flags
    }

    /// Returns true if bytes wait for either side.
    pub fn is_carrying(&self) -> bool {
        !self.down.waiting.is_empty() || self.up.sent < self.up.first + self.up.kept.len() as u64
    }

    /// Returns the number of bytes that are kept here.
    pub fn held(&self) -> usize {
        self.up.kept.len() + self.down.waiting.len()
    }

    /// Returns true if both directions are over.
    pub fn is_over(&self) -> bool {
        self.up.is_over() && self.down.is_over()
    }

    /// Returns true while a page has it open: neither end has closed it.
    pub fn is_open(&self) -> bool {
        !self.is_broken && !self.up.has_ended() && !self.down.has_ended
    }

    /// Moves bytes between the socket and what is kept. True when something moved.
    pub fn work(&mut self, scratch: &mut [u8]) -> bool {
        let read = self.read(scratch);
        let wrote = self.write();
        self.shut() | read | wrote
    }

    fn read(&mut self, scratch: &mut [u8]) -> bool {
        let size = scratch.len().min(self.up.room());
        if !self.readable || size == 0 || self.is_broken {
            return false;
        }
        match (&self.local).read(&mut scratch[..size]) {
            Ok(0) => self.up.end(),
            Ok(came) => {
                self.up.push(&scratch[..came]);
                // Whether there is more, the next poll tells.
                self.readable = false;
            }
            Err(error) => {
                self.readable = self.failed(&error);
                return self.is_broken;
            }
        }
        true
    }

    fn write(&mut self) -> bool {
        if self.down.waiting.is_empty() || !self.writable || self.is_broken {
            return false;
        }
        let (first, second) = self.down.waiting.as_slices();
        match (&self.local).write_vectored(&[IoSlice::new(first), IoSlice::new(second)]) {
            Ok(size) => {
                self.down.waiting.drain(..size);
                self.down.taken += size as u64;
            }
            Err(error) => {
                self.writable = self.failed(&error);
                return self.is_broken;
            }
        }
        true
    }

    /// Half-close: the browser may still be sending.
    fn shut(&mut self) -> bool {
        let is_due = self.down.has_ended && self.down.waiting.is_empty() && !self.down.is_shut;
        if is_due {
            self.down.is_shut = true;
            self.down.taken += 1;
            let _ = self.local.shutdown(Shutdown::Write);
        }
        is_due
    }

    /// Takes note of an error of the socket. True if the socket is as ready as before.
    fn failed(&mut self, error: &std::io::Error) -> bool {
        let is_over = !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted);
        self.is_broken |= is_over;
        error.kind() == ErrorKind::Interrupted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_holder_cannot_have_taken_what_was_not_said() {
        let mut up = Outgoing::default();
        up.push(b"abc");
        for count in [4, u64::MAX] {
            assert_eq!(up.taken(count), Err(InvalidFrame));
            assert_eq!(up.go_on_from(count), Err(InvalidFrame));
        }
        assert_eq!(up.taken(2), Ok(()));
        assert_eq!(up.go_on_from(3), Ok(()));
        up.end();
        assert_eq!(up.taken(5), Err(InvalidFrame));
        assert_eq!(up.taken(4), Ok(()));
        assert!(up.is_over());
    }

    #[test]
    fn a_holder_sends_no_more_than_there_is_room_for_and_nothing_after_the_end() {
        let mut down = Incoming::default();
        assert_eq!(down.take(&vec![0; IN_FLIGHT]), Ok(()));
        assert_eq!(down.take(b"x"), Err(InvalidFrame));
        assert_eq!(down.received(), IN_FLIGHT as u64);
        let mut down = Incoming::default();
        down.end();
        assert_eq!(down.take(b"x"), Err(InvalidFrame));
    }
}
