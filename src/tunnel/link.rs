//! One forwarded connection: a local socket, a channel, and what is on its way between them.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::window::Window;
use crate::ssh::channel::Channel;

/// What one turn moves at most in one direction, so that no link starves another.
const CHUNK: usize = 64 << 10;

/// Bytes that were read on one side and not yet taken by the other.
#[derive(Debug, Default)]
struct Queue {
    data: Vec<u8>,
    taken: usize,
}

impl Queue {
    fn rest(&self) -> &[u8] {
        &self.data[self.taken..]
    }

    fn is_empty(&self) -> bool {
        self.taken == self.data.len()
    }

    fn take(&mut self, size: usize) {
        self.taken += size;
        if self.is_empty() {
            self.data.clear();
            self.taken = 0;
        }
    }
}

/// What libssh2 has begun to send for this channel. It may be encrypted already: until the very
/// same call has succeeded, nothing else can be sent on the whole connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begun {
    Write(usize),
    Grant(u32),
    Eof,
}

/// A forwarded connection. Its flags are independent of each other: each direction ends by itself.
#[allow(clippy::struct_excessive_bools)]
pub struct Link {
    local: TcpStream,
    channel: Channel,
    window: Window,
    up: Queue,
    down: Queue,
    begun: Option<Begun>,
    /// What `poll` said last; cleared when the socket says that it would block.
    readable: bool,
    writable: bool,
    local_ended: bool,
    eof_sent: bool,
    remote_ended: bool,
    /// The local side is gone, or the channel failed: only what is begun is carried on.
    broken: bool,
}

impl Link {
    /// Joins a socket (not blocking) to a channel whose opening took `round_trip`.
    pub fn new(local: TcpStream, channel: Channel, round_trip: Duration) -> Self {
        Self {
            local,
            channel,
            window: Window::new(round_trip),
            up: Queue::default(),
            down: Queue::default(),
            begun: None,
            readable: true,
            writable: true,
            local_ended: false,
            eof_sent: false,
            remote_ended: false,
            broken: false,
        }
    }

    /// The local socket, and what it is waited for; nothing when it is the far side's turn. (A
    /// socket with no interest is left out: poll would report its hang-up for ever.)
    pub fn interest(&self) -> (&TcpStream, PollFlags) {
        let mut flags = PollFlags::empty();
        if !self.broken && !self.local_ended && self.up.is_empty() {
            flags |= PollFlags::IN;
        }
        if !self.broken && !self.down.is_empty() {
            flags |= PollFlags::OUT;
        }
        (&self.local, flags)
    }

    /// Takes note of what `poll` said.
    pub fn polled(&mut self, events: PollFlags) {
        let ended = events.intersects(PollFlags::HUP | PollFlags::ERR);
        self.readable |= ended || events.contains(PollFlags::IN);
        self.writable |= ended || events.contains(PollFlags::OUT);
    }

    /// Moves what can be moved. True when something was.
    pub fn work(&mut self, now: Instant) -> bool {
        let mut progress = self.carry_on();
        if self.broken {
            return progress;
        }
        progress |= self.read_local();
        progress |= self.send();
        progress |= self.receive();
        progress |= self.write_local();
        progress |= self.grant(now);
        progress
    }

    /// Nothing is left to be moved.
    pub fn is_done(&self) -> bool {
        let both_ended = self.eof_sent && self.remote_ended && self.down.is_empty();
        self.begun.is_none() && (self.broken || both_ended)
    }

    /// The channel, to be closed. The local socket is closed with the rest.
    pub fn into_channel(self) -> Channel {
        self.channel
    }

    fn read_local(&mut self) -> bool {
        if self.local_ended || !self.readable || !self.up.is_empty() {
            return false;
        }
        self.up.data.resize(CHUNK / 2, 0);
        let result = self.local.read(&mut self.up.data);
        self.up.data.truncate(*result.as_ref().unwrap_or(&0));
        match result {
            Ok(0) => self.local_ended = true,
            Ok(_) => {}
            Err(error) => return self.local_failed(&error, Side::Read),
        }
        true
    }

    fn write_local(&mut self) -> bool {
        let mut progress = false;
        if !self.down.is_empty() && self.writable {
            match self.local.write(self.down.rest()) {
                Ok(size) => {
                    self.down.take(size);
                    progress = true;
                }
                Err(error) => return self.local_failed(&error, Side::Write),
            }
        }
        if !self.remote_ended && self.down.is_empty() && self.channel.at_eof() {
            self.remote_ended = true;
            progress = true;
            // Half-close: the browser may still be sending.
            let _ = self.local.shutdown(Shutdown::Write);
        }
        progress
    }

    fn local_failed(&mut self, error: &std::io::Error, side: Side) -> bool {
        match (error.kind(), side) {
            (ErrorKind::WouldBlock, Side::Read) => self.readable = false,
            (ErrorKind::WouldBlock, Side::Write) => self.writable = false,
            (ErrorKind::Interrupted, _) => {}
            _ => {
                self.broken = true;
                return true;
            }
        }
        false
    }

    fn send(&mut self) -> bool {
        if self.begun.is_some() {
            return false;
        }
        if !self.up.is_empty() {
            let room = self.channel.send_window().min(self.up.rest().len());
            return room > 0 && self.begin(Begun::Write(room));
        }
        if self.local_ended && !self.eof_sent {
            return self.begin(Begun::Eof);
        }
        false
    }

    /// Takes over what has arrived. Never more than is queued: libssh2 would widen the window by
    /// itself to fit a larger buffer.
    fn receive(&mut self) -> bool {
        let queued = self.channel.receive_window().queued as usize;
        let size = queued.min(CHUNK);
        if size == 0 {
            return false;
        }
        let start = self.down.data.len();
        self.down.data.resize(start + size, 0);
        let result = self.channel.poll_read(0, &mut self.down.data[start..]);
        let got = if let Poll::Ready(Ok(got)) = result {
            got
        } else {
            0
        };
        self.down.data.truncate(start + got);
        self.broken |= matches!(result, Poll::Ready(Err(_)));
        got > 0
    }

    fn grant(&mut self, now: Instant) -> bool {
        if self.begun.is_some() || self.remote_ended || self.broken {
            return false;
        }
        let window = self.channel.receive_window();
        let held = self.down.rest().len() + window.queued as usize;
        match self.window.grant(window.open, held, now) {
            Some(bytes) => self.begin(Begun::Grant(bytes)),
            None => false,
        }
    }

    fn begin(&mut self, what: Begun) -> bool {
        self.begun = Some(what);
        self.carry_on()
    }

    fn carry_on(&mut self) -> bool {
        let Some(begun) = self.begun else {
            return false;
        };
        let result = match begun {
            Begun::Write(size) => self.channel.poll_write(&self.up.rest()[..size]),
            Begun::Grant(bytes) => self.channel.poll_grant(bytes).map_ok(|()| 0),
            Begun::Eof => self.channel.poll_send_eof().map_ok(|()| 0),
        };
        let Poll::Ready(result) = result else {
            return false;
        };
        self.begun = None;
        match (result, begun) {
            (Ok(sent), Begun::Write(_)) => self.up.take(sent),
            (Ok(_), Begun::Eof) => self.eof_sent = true,
            (Ok(_), Begun::Grant(_)) => {}
            (Err(_), _) => self.broken = true,
        }
        true
    }
}

#[derive(Clone, Copy)]
enum Side {
    Read,
    Write,
}
