//! One forwarded connection: a local socket, a channel, and what is on its way between them.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::first_request::{LONGEST, RequestKind, kind};
use super::pace::{Pace, SmallMessages};
use super::window::{Window, WindowPool};
use crate::ssh::Stream;
use crate::ssh::channel::{Channel, ReceiveWindow};

/// Largest number of bytes read from the local side at once: libssh2 puts no more into one packet.
const PACKET: usize = 32_700;

/// Largest number of such reads in one turn, so that an upload starves no other connection.
const READS: usize = 8;

/// An empty queue gives memory back that is more than this.
const KEPT: usize = 256 << 10;

/// Number of bytes of a command's standard error that are kept.
const WORDS: usize = 4096;

/// Call that libssh2 has begun for this channel, and holds back during rekeying: the same call must
/// be repeated with the same arguments.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Begun {
    Write(usize),
    Grant(u32),
    Eof,
}

/// Request that the local side's first bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
enum FirstRequest {
    /// It may still be any; so much of it was read.
    Undecided(Vec<u8>),
    /// A new page, to which nothing was answered yet.
    Page,
    /// Anything else, or something that was answered.
    Other,
}

/// A forwarded connection. Its flags are independent of each other: each direction ends on its own.
#[allow(clippy::struct_excessive_bools)]
pub struct ForwardedConnection {
    local: Stream,
    channel: Channel,
    window: Window,
    pace: Pace,
    /// Read from the local side, and too much for the remote host's window; at most one packet.
    up: Vec<u8>,
    /// Received, not taken by the local side yet; at most one window. A ring, since a reader that
    /// is always a little behind never empties it.
    down: VecDeque<u8>,
    begun: Option<Begun>,
    /// Last result of `poll`; cleared when the socket would block.
    readable: bool,
    writable: bool,
    local_ended: bool,
    eof_sent: bool,
    remote_ended: bool,
    /// The remote host has sent something: what is small now is a conversation's, and not an upload's head.
    is_answered: bool,
    /// The local side is gone, or the channel failed: only what is begun is carried on.
    broken: bool,
    /// The last of a command's standard error; none where there is no command.
    words: Option<Vec<u8>>,
    first_request: FirstRequest,
}

impl ForwardedConnection {
    /// Joins a socket (not blocking) to a channel whose opening took `round_trip`.
    pub fn new(
        local: Stream,
        channel: Channel,
        round_trip: Duration,
        windows: &Rc<WindowPool>,
    ) -> Self {
        let window = Window::new(round_trip, windows);
        Self::with_window(local, channel, round_trip, window)
    }

    /// Joins a socket to a spare channel.
    pub fn of_spare(
        local: Stream,
        channel: Channel,
        round_trip: Duration,
        windows: &Rc<WindowPool>,
        now: Instant,
    ) -> Self {
        let window = Window::of_spare(round_trip, windows, now);
        Self::with_window(local, channel, round_trip, window)
    }

    fn with_window(local: Stream, channel: Channel, round_trip: Duration, window: Window) -> Self {
        Self {
            local,
            channel,
            window,
            pace: Pace::new(round_trip),
            up: Vec::new(),
            down: VecDeque::new(),
            begun: None,
            readable: true,
            writable: true,
            local_ended: false,
            eof_sent: false,
            remote_ended: false,
            is_answered: false,
            broken: false,
            words: None,
            first_request: FirstRequest::Undecided(Vec::new()),
        }
    }

    /// Marks the remote end as a command: its standard error is kept apart.
    pub fn of_command(mut self) -> Self {
        self.words = Some(Vec::new());
        self
    }

    /// The last of what a command wrote to standard error.
    pub fn words(&self) -> Option<String> {
        let words = self.words.as_ref()?;
        Some(String::from_utf8_lossy(words).trim().to_owned())
    }

    /// Returns the local socket, and the events to wait for: none when it is the remote host's
    /// turn. (A socket with no interest is left out: poll would report its hang-up forever.)
    /// Nothing is read while the connection is `congested`.
    pub fn interest(&self, congested: bool) -> (&Stream, PollFlags) {
        let mut flags = PollFlags::empty();
        if !self.broken && !self.local_ended && self.up.is_empty() && !congested {
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

    /// Moves what can be moved. True when something was. `small` are the small messages of all
    /// connections; `scratch` is room for what is on its way through, and for more than a packet.
    pub fn work(
        &mut self,
        now: Instant,
        congested: bool,
        small: &mut SmallMessages,
        scratch: &mut [u8],
    ) -> bool {
        let mut progress = self.carry_on();
        if self.broken {
            return progress;
        }
        if !congested {
            progress |= self.upload(now, small, scratch);
        }
        progress |= self.receive_words(scratch);
        progress |= self.download(now, scratch);
        progress | self.give_up_upload()
    }

    /// Nothing is left to be moved.
    pub fn is_done(&self) -> bool {
        let both_ended = self.eof_sent && self.remote_ended && self.down.is_empty();
        self.begun.is_none() && (self.broken || both_ended)
    }

    /// Returns true if bytes are on their way to either side.
    pub fn is_carrying(&self) -> bool {
        !(self.broken || self.up.is_empty() && self.down.is_empty())
    }

    /// The channel, for taking in what the connection holds.
    pub fn channel(&mut self) -> &mut Channel {
        &mut self.channel
    }

    /// The channel, to be closed. The local socket is closed with the rest.
    pub fn into_channel(self) -> Channel {
        self.channel
    }

    /// Returns the local socket if a browser waits there for a new page, of which nothing has come.
    pub fn into_unanswered_page(self) -> Option<Stream> {
        (self.first_request == FirstRequest::Page && !self.local_ended).then_some(self.local)
    }

    /// Sends what the local side has, up to a turn's share.
    fn upload(&mut self, now: Instant, small: &mut SmallMessages, scratch: &mut [u8]) -> bool {
        let beside_small = small.are_lately(now);
        let mut progress = self.send(beside_small, now);
        for _ in 0..READS {
            let may_send = self.up.is_empty() && self.begun.is_none() && !self.broken;
            if !may_send || self.local_ended || !self.readable {
                break;
            }
            match (&self.local).read(&mut scratch[..PACKET]) {
                Ok(0) => self.local_ended = true,
                Ok(size) => {
                    // Whether there is more after a short read, the next poll tells.
                    self.readable = size == PACKET;
                    if self.is_answered {
                        small.note(size, now);
                    }
                    self.note_request(&scratch[..size]);
                    self.send_new(&scratch[..size], beside_small, now);
                }
                Err(error) => return self.local_failed(&error, Side::Read) || progress,
            }
            progress = true;
        }
        progress | self.send(beside_small, now)
    }

    fn note_request(&mut self, data: &[u8]) {
        let FirstRequest::Undecided(so_far) = &mut self.first_request else {
            self.first_request = FirstRequest::Other;
            return;
        };
        so_far.extend(data);
        match kind(so_far) {
            RequestKind::Partial if so_far.len() < LONGEST => {}
            RequestKind::Page(_) => self.first_request = FirstRequest::Page,
            _ => self.first_request = FirstRequest::Other,
        }
    }

    /// Sends what was just read, and keeps what the remote host's window has no room for.
    fn send_new(&mut self, data: &[u8], beside_small: bool, now: Instant) {
        let room = self.room(beside_small, now).min(data.len());
        let mut sent = 0;
        if room > 0 {
            match self.channel.poll_write(&data[..room]) {
                Poll::Ready(Ok(size)) => sent = size,
                Poll::Ready(Err(_)) => self.broken = true,
                Poll::Pending => self.begun = Some(Begun::Write(room)),
            }
        }
        self.up.extend_from_slice(&data[sent..]);
    }

    /// Takes over all that has arrived, hands it on, and lets the remote host send as much again.
    fn download(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        let mut progress = self.write_local();
        let window = loop {
            let window = self.channel.receive_window();
            if window.queued == 0 || !self.receive(window.queued as usize, scratch) {
                break window;
            }
            progress = true;
        };
        let is_empty = window.queued == 0 && self.down.is_empty();
        if is_empty && !self.remote_ended && !self.broken && self.channel.at_eof() {
            self.remote_ended = true;
            progress = true;
            // Half-close: the browser may still be sending.
            let _ = self.local.shutdown(Shutdown::Write);
        }
        progress | self.grant(window, now)
    }

    fn write_local(&mut self) -> bool {
        if self.down.is_empty() || !self.writable {
            return false;
        }
        let (first, second) = self.down.as_slices();
        let parts = [IoSlice::new(first), IoSlice::new(second)];
        match (&self.local).write_vectored(&parts) {
            Ok(size) => self.taken(size),
            Err(error) => return self.local_failed(&error, Side::Write),
        }
        true
    }

    /// Gives up the rest of an upload into a closed channel: it can go nowhere.
    fn give_up_upload(&mut self) -> bool {
        let is_closed = self.remote_ended && !self.eof_sent && self.begun.is_none();
        self.broken |= is_closed && self.channel.poll_closed().is_ready();
        self.broken
    }

    fn taken(&mut self, size: usize) {
        self.down.drain(..size);
        if self.down.is_empty() && self.down.capacity() > KEPT {
            self.down = VecDeque::new();
        }
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

    /// Number of bytes that may be sent now.
    fn room(&mut self, beside_small: bool, now: Instant) -> usize {
        let window = u32::try_from(self.channel.send_window()).unwrap_or(u32::MAX);
        self.pace.room(window, beside_small, now) as usize
    }

    /// Returns when there may be room for more although nothing has come. Nothing is sent while the connection is
    /// `congested`.
    pub fn next(&self, congested: bool) -> Option<Instant> {
        let waits = !(congested || self.broken || self.up.is_empty());
        self.pace.next().filter(|_| waits)
    }

    fn send(&mut self, beside_small: bool, now: Instant) -> bool {
        if self.begun.is_some() {
            return false;
        }
        if !self.up.is_empty() {
            let room = self.room(beside_small, now).min(self.up.len());
            return room > 0 && self.begin(Begun::Write(room));
        }
        if self.local_ended && !self.eof_sent {
            return self.begin(Begun::Eof);
        }
        false
    }

    /// Takes over what has arrived, but never more than is `queued`: libssh2 would widen the window
    /// automatically to fit a larger buffer.
    fn receive(&mut self, queued: usize, scratch: &mut [u8]) -> bool {
        let size = queued.min(scratch.len());
        match self.channel.poll_read(0, &mut scratch[..size]) {
            Poll::Ready(Ok(got)) => {
                self.hand_on(&scratch[..got]);
                got > 0
            }
            Poll::Ready(Err(_)) => {
                self.broken = true;
                false
            }
            Poll::Pending => false,
        }
    }

    /// Gives the local side what it takes at once, and keeps the rest.
    fn hand_on(&mut self, data: &[u8]) {
        self.first_request = FirstRequest::Other;
        self.is_answered = true;
        let mut taken = 0;
        if self.down.is_empty() && self.writable && !data.is_empty() {
            match (&self.local).write(data) {
                Ok(size) => taken = size,
                Err(error) => drop(self.local_failed(&error, Side::Write)),
            }
            self.writable &= taken == data.len();
        }
        self.down.extend(&data[taken..]);
    }

    /// Unread, standard error would fill the window that both streams share.
    fn receive_words(&mut self, scratch: &mut [u8]) -> bool {
        let Some(words) = &mut self.words else {
            return false;
        };
        let queued = self.channel.receive_window().queued as usize;
        let size = queued.min(scratch.len());
        if size == 0 {
            return false;
        }
        match self.channel.poll_read(1, &mut scratch[..size]) {
            Poll::Ready(Ok(got)) if got > 0 => {
                words.extend(&scratch[..got]);
                let excess = words.len().saturating_sub(WORDS);
                words.drain(..excess);
                true
            }
            // What is queued is of the other stream; and an error shows there too.
            _ => false,
        }
    }

    fn grant(&mut self, window: ReceiveWindow, now: Instant) -> bool {
        if self.begun.is_some() || self.remote_ended || self.broken {
            return false;
        }
        let held = self.down.len() + window.queued as usize;
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
            Begun::Write(size) => self.channel.poll_write(&self.up[..size]),
            Begun::Grant(bytes) => self.channel.poll_grant(bytes).map_ok(|()| 0),
            Begun::Eof => self.channel.poll_send_eof().map_ok(|()| 0),
        };
        let Poll::Ready(result) = result else {
            return false;
        };
        self.begun = None;
        match (result, begun) {
            (Ok(sent), Begun::Write(_)) => drop(self.up.drain(..sent)),
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
