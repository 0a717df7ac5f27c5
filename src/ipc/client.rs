//! The asking side.

use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;

use super::protocol::Message;

/// A connection to the program that holds a host.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
}

impl Client {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    /// Sends a request and gives the answers, until the holder has no more.
    ///
    /// # Errors
    /// When the holder went away; the iterator skips what is no message.
    pub fn ask<R: serde::Serialize>(
        mut self,
        request: &R,
    ) -> io::Result<impl Iterator<Item = Message> + use<R>> {
        let mut line = serde_json::to_string(request)?;
        line.push('\n');
        self.stream.write_all(line.as_bytes())?;
        let lines = BufReader::new(self.stream).lines().map_while(Result::ok);
        Ok(lines.filter_map(|line| serde_json::from_str(&line).ok()))
    }
}
