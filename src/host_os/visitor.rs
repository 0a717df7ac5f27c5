//! A browser's connection to a page that this program serves itself.

use std::io::{self, Read};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// A browser says at once what it wants, or later on another connection.
pub const PATIENCE: Duration = Duration::from_secs(30);
/// Visitors at once: the oldest makes room.
pub const MOST: usize = 32;
/// The limit for a request.
const LONGEST: usize = 64 << 10;

/// A connection to a page. Browsers make one more than they need, and say nothing on it for a while or for ever; that keeps
/// nobody else waiting.
pub struct Visitor {
    /// The connection, which does not block.
    pub stream: TcpStream,
    /// The request, as far as it has come.
    pub request: Vec<u8>,
    /// True once it has its answer, or gets none.
    pub is_done: bool,
    came: Instant,
}

impl Visitor {
    /// Takes a connection over.
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nonblocking(true)?;
        Ok(Self {
            stream,
            request: Vec::new(),
            is_done: false,
            came: Instant::now(),
        })
    }

    /// Returns true if it may still say what it wants.
    pub fn stays(&self) -> bool {
        !self.is_done && self.came.elapsed() < PATIENCE
    }

    /// Returns the time at which it is given up.
    pub fn ends(&self) -> Instant {
        self.came + PATIENCE
    }

    /// Takes in what has come of the request.
    pub fn hear(&mut self) -> io::Result<()> {
        let mut part = [0; 2048];
        loop {
            match self.stream.read(&mut part) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(size) => self.request.extend(&part[..size]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if self.request.len() > LONGEST {
                return Err(io::ErrorKind::InvalidData.into());
            }
        }
    }
}
