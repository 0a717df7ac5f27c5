//! The server's side of forwarded connections, a step at a time and without a thread of its own: it does what it is told to, as slowly
//! as it is told to. It knows what the protocol allows, and panics where the client goes beyond that.

use std::collections::{BTreeMap, HashMap};
use std::io::{Error, ErrorKind, Result, Write};

use crate::server::{
    CHANNEL_CLOSE, CHANNEL_DATA, CHANNEL_EOF, CHANNEL_FAILURE_TO_OPEN, CHANNEL_OPEN,
    CHANNEL_REQUEST, GLOBAL_REQUEST, LARGE, PACKET, WINDOW_ADJUST, data,
};
use crate::support::services::pattern_at;
use crate::wire::{Fields, Message, Wire};

const CHANNEL_FAILURE: u8 = 100;
const REQUEST_FAILURE: u8 = 82;
/// RFC 4254's reason for a target that does not answer.
const CONNECT_FAILED: u32 = 2;
/// With more than this on its way out, nothing is added.
const CONGESTED: usize = 128 << 10;

/// Answer to a connection.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    /// A channel on which the client may send so much at first.
    Accept(u32),
    Refuse,
}

/// Server of one client, whose connections are known by the port that they ask for.
pub struct Peer {
    wire: Wire,
    outbox: Vec<u8>,
    pub connections: BTreeMap<u16, Remote>,
    /// Ports by the client's numbers of channels; none for a session.
    channels: HashMap<u32, Option<u16>>,
    answers: HashMap<u16, Answer>,
}

/// The server's end of a connection. Counts are those of bytes since its beginning.
#[allow(clippy::struct_excessive_bools)] // Each of them is a fact of its own.
#[derive(Debug, Default)]
pub struct Remote {
    channel: u32,
    /// Number of bytes that the client may send.
    allowed: u64,
    /// Number of bytes that came.
    pub received: u64,
    /// True while it lets the client send again as much as came.
    pub is_granting: bool,
    pub has_ended: bool,
    pub is_closed: bool,
    /// Number of bytes that the client has room for.
    pub granted: u64,
    pub sent: u64,
    /// Number of bytes that it is to send.
    pub wanted: u64,
    /// The end comes behind them.
    pub ends: bool,
    end_is_sent: bool,
    /// It closes at once, whatever is left.
    pub closes: bool,
    pub close_is_sent: bool,
}

impl Remote {
    /// Returns true if nothing more can come.
    pub fn is_at_end(&self) -> bool {
        self.has_ended || self.is_closed
    }

    /// Returns true if the client may send more.
    pub fn has_room(&self) -> bool {
        self.received < self.allowed && !self.close_is_sent
    }
}

impl Peer {
    /// Takes over from a login that has succeeded.
    pub fn new(wire: Wire) -> Self {
        wire.stream.set_nonblocking(true).unwrap();
        Self {
            wire,
            outbox: Vec::new(),
            connections: BTreeMap::new(),
            channels: HashMap::new(),
            answers: HashMap::new(),
        }
    }

    /// Says how the connection to a port is to be answered.
    pub fn expect(&mut self, port: u16, answer: Answer) {
        self.answers.insert(port, answer);
    }

    /// Takes in and sends so many bytes at most. An error is the client's end.
    pub fn turn(&mut self, most: usize) -> Result<()> {
        match self.wire.take_in(most) {
            Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
        while let Some(message) = self.wire.next_arrived()? {
            self.take(&message);
        }
        for port in self.connections.keys().copied().collect::<Vec<_>>() {
            self.work(port);
        }
        self.flush(most)
    }

    /// Serves until the client goes.
    pub fn serve(&mut self) -> Error {
        loop {
            if let Err(error) = self.turn(1 << 20) {
                return error;
            }
            std::thread::sleep(std::time::Duration::from_micros(200));
        }
    }

    /// Sends so many more bytes of what is on its way, which may end in the middle of a packet, and hangs up.
    pub fn cut(&mut self, after: usize) {
        let _ = self.flush(after);
        let _ = self.wire.stream.shutdown(std::net::Shutdown::Both);
    }

    /// Returns the number of channels that the client has not closed.
    pub fn open(&self) -> usize {
        self.channels.len()
    }

    fn put(&mut self, message: &Message) {
        let packet = self.wire.packet(&message.0);
        self.outbox.extend_from_slice(&packet);
    }

    fn flush(&mut self, most: usize) -> Result<()> {
        let mut left = most.min(self.outbox.len());
        while left > 0 {
            match self.wire.stream.write(&self.outbox[..left]) {
                Ok(size) => {
                    self.outbox.drain(..size);
                    left -= size;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    fn take(&mut self, message: &[u8]) {
        let mut fields = Fields(&message[1..]);
        match message[0] {
            CHANNEL_OPEN => self.open_channel(fields),
            CHANNEL_REQUEST => {
                let channel = fields.number();
                fields.string();
                self.put(&Message::new(CHANNEL_FAILURE).number(channel));
            }
            GLOBAL_REQUEST => self.put(&Message::new(REQUEST_FAILURE)),
            CHANNEL_DATA | WINDOW_ADJUST | CHANNEL_EOF | CHANNEL_CLOSE => {
                let channel = fields.number();
                let port = self.channels.get(&channel).expect("a channel that is open");
                match *port {
                    Some(port) => self.take_for(port, message[0], fields),
                    None if message[0] == CHANNEL_CLOSE => {
                        self.put(&Message::new(CHANNEL_CLOSE).number(channel));
                    }
                    None => {}
                }
                if message[0] == CHANNEL_CLOSE {
                    self.channels.remove(&channel);
                }
            }
            _ => {}
        }
    }

    fn open_channel(&mut self, mut fields: Fields) {
        let is_session = fields.string() == b"session";
        let (channel, granted) = (fields.number(), u64::from(fields.number()));
        fields.number();
        if is_session {
            self.channels.insert(channel, None);
            return self.confirm(channel, 1 << 20);
        }
        fields.string();
        let port = u16::try_from(fields.number()).unwrap();
        match self.answers[&port] {
            Answer::Refuse => {
                let refusal = Message::new(CHANNEL_FAILURE_TO_OPEN).number(channel);
                self.put(&refusal.number(CONNECT_FAILED).string("refused").string(""));
            }
            Answer::Accept(window) => {
                self.channels.insert(channel, Some(port));
                self.confirm(channel, window);
                let remote = Remote {
                    channel,
                    allowed: u64::from(window),
                    granted,
                    ..Remote::default()
                };
                let before = self.connections.insert(port, remote);
                assert!(before.is_none(), "one connection, two channels");
            }
        }
    }

    /// Gives a channel its own number.
    fn confirm(&mut self, channel: u32, window: u32) {
        let confirmation = Message::new(crate::server::CHANNEL_CONFIRMATION);
        let confirmation = confirmation.number(channel).number(channel);
        self.put(&confirmation.number(window).number(PACKET));
    }

    fn take_for(&mut self, port: u16, kind: u8, mut fields: Fields) {
        let remote = self.connections.get_mut(&port).unwrap();
        match kind {
            CHANNEL_DATA => {
                assert!(!remote.has_ended, "{port}: bytes behind the end");
                let bytes = fields.string();
                check(port, Direction::Up, remote.received, bytes);
                remote.received += bytes.len() as u64;
                assert!(remote.received <= remote.allowed, "{port}: no room");
            }
            WINDOW_ADJUST => remote.granted += u64::from(fields.number()),
            CHANNEL_EOF => {
                assert!(!remote.has_ended, "{port}: a second end");
                remote.has_ended = true;
            }
            _ => remote.is_closed = true,
        }
    }

    /// Sends what the connection is to send, and lets the client send.
    fn work(&mut self, port: u16) {
        let is_full = self.outbox.len() > CONGESTED;
        let Some(remote) = self.connections.get_mut(&port) else {
            return;
        };
        let channel = remote.channel;
        let mut out = Vec::new();
        let may_send = !(remote.close_is_sent || remote.end_is_sent || remote.is_closed);
        let room = (remote.granted - remote.sent).min(LARGE as u64);
        let size = room.min(remote.wanted - remote.sent);
        if may_send && !remote.closes && !is_full && size > 0 {
            let mut bytes = Vec::new();
            fill(port, Direction::Down, remote.sent, size, &mut bytes);
            remote.sent += size;
            out.push(data(channel, &bytes));
        }
        let is_at_end = remote.ends && remote.sent == remote.wanted;
        if may_send && !remote.closes && is_at_end {
            remote.end_is_sent = true;
            out.push(Message::new(CHANNEL_EOF).number(channel));
        }
        // Half a window at a time, as servers do.
        let open = remote.allowed - remote.received;
        if remote.is_granting && !remote.close_is_sent && !remote.is_closed && open < WINDOW / 2 {
            remote.allowed += WINDOW - open;
            let grant = u32::try_from(WINDOW - open).unwrap();
            out.push(Message::new(WINDOW_ADJUST).number(channel).number(grant));
        }
        let is_over = remote.end_is_sent && remote.has_ended;
        if (remote.closes || is_over || remote.is_closed) && !remote.close_is_sent {
            remote.close_is_sent = true;
            out.push(Message::new(CHANNEL_CLOSE).number(channel));
        }
        for message in out {
            self.put(&message);
        }
    }
}

/// Number of bytes that the client may have on its way where the server grants.
const WINDOW: u64 = 256 << 10;

/// A direction of a connection.
#[derive(Debug, Clone, Copy)]
pub enum Direction {
    Up,
    Down,
}

/// Where a connection's bytes are in the pattern.
fn place(port: u16, direction: Direction, offset: u64) -> u64 {
    offset + u64::from(port) * 7919 + direction as u64 * 400_009
}

/// Appends a direction's bytes from a count on.
pub fn fill(port: u16, direction: Direction, mut at: u64, mut size: u64, bytes: &mut Vec<u8>) {
    while size > 0 {
        let next = pattern_at(place(port, direction, at));
        let next = &next[..next.len().min(usize::try_from(size).unwrap())];
        bytes.extend_from_slice(next);
        at += next.len() as u64;
        size -= next.len() as u64;
    }
}

/// Panics unless these are the direction's bytes from a count on.
pub fn check(port: u16, direction: Direction, at: u64, bytes: &[u8]) {
    let mut own = Vec::new();
    fill(port, direction, at, bytes.len() as u64, &mut own);
    assert!(own == bytes, "{port} {direction:?}: other bytes after {at}");
}
