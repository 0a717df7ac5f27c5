//! The honest part of a hostile host: a script that finds one server, and channels to it, on which the case's own Jupyter answers.

use std::collections::HashMap;
use std::io::{Error, ErrorKind, Result};
use std::time::Duration;

use crate::server::{
    CHANNEL_CLOSE, CHANNEL_DATA, CHANNEL_EOF, CHANNEL_OPEN, CHANNEL_REQUEST, CHANNEL_SUCCESS,
    GLOBAL_REQUEST, LARGE, WINDOW_ADJUST, data, opened,
};
use crate::wire::{Fields, Message, Wire};

const CHANNEL_FAILURE: u8 = 100;
const REQUEST_FAILURE: u8 = 82;
/// The account there.
const ACCOUNT: u32 = 1000;
/// What a token looks like.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A Jupyter that answers a request on a channel.
pub type Page = fn(&mut Far, u32, &str) -> Result<()>;

/// A host with a client on it.
pub struct Far<'a> {
    pub wire: &'a mut Wire,
    channels: HashMap<u32, Channel>,
    /// Requests that were answered.
    answered: usize,
}

#[derive(Default)]
struct Channel {
    window: usize,
    came: Vec<u8>,
    is_forward: bool,
}

impl<'a> Far<'a> {
    /// Logs the client in and tells it of a server on whose port that account listens.
    pub fn with_server_of(wire: &'a mut Wire, account: u32) -> Result<Self> {
        let script = wire.begin_script()?;
        let server = format!(
            "file=/home/me/jpserver-7.json\npid=7\nuid={ACCOUNT}\nargs=jupyter-lab\nlisteners=127.0.0.1:8888,{account}\n\n\
             {{\"pid\": 7, \"port\": 8888, \"token\": \"{TOKEN}\", \"base_url\": \"/\", \"root_dir\": \"/home/me\", \"version\": \"2.14.0\"}}"
        );
        wire.say(&script, "server", &server)?;
        let host = format!("node=n\nuid={ACCOUNT}\nworkdir=/home/me\nshell=/bin/bash\njupyter=");
        wire.say(&script, "found", &host)?;
        let channels = HashMap::from([(script.0, Channel::default())]);
        Ok(Self {
            wire,
            channels,
            answered: 0,
        })
    }

    /// Answers requests by this page until the client goes.
    pub fn serve(wire: &'a mut Wire, page: Page) -> Result<()> {
        let mut far = Self::with_server_of(wire, ACCOUNT)?;
        loop {
            far.turn()?;
            far.answer(page)?;
        }
    }

    /// Answers as a Jupyter does, until the tunnel is open and nothing more comes.
    pub fn serve_until_ready(wire: &'a mut Wire) -> Result<()> {
        let mut far = Self::with_server_of(wire, ACCOUNT)?;
        loop {
            match far.turn() {
                Ok(()) => far.answer(|far, channel, _| far.reply(channel, "200 OK", "", "{}"))?,
                Err(error) if is_quiet(&error) => return Ok(()),
                Err(error) => return Err(error),
            }
            if far.answered >= 2 {
                let quiet = Some(Duration::from_millis(500));
                far.wire.stream.set_read_timeout(quiet)?;
            }
        }
    }

    /// Passes over all that comes; true if a connection to the server was asked for.
    pub fn is_asked_for_a_connection(&mut self) -> bool {
        while self.turn().is_ok() {}
        self.channels.values().any(|channel| channel.is_forward)
    }

    fn answer(&mut self, page: Page) -> Result<()> {
        let whole = |channel: &Channel| channel.is_forward && channel.came.ends_with(b"\r\n\r\n");
        let asked = self.channels.iter().find(|(_, channel)| whole(channel));
        let Some((&number, _)) = asked else {
            return Ok(());
        };
        let came = self
            .channels
            .get_mut(&number)
            .map(|c| std::mem::take(&mut c.came));
        let request = String::from_utf8_lossy(&came.unwrap_or_default()).into_owned();
        self.answered += 1;
        match page(self, number, &request) {
            // The client had enough of this one.
            Err(error)
                if error.kind() == ErrorKind::BrokenPipe
                    && !self.channels.contains_key(&number) =>
            {
                Ok(())
            }
            other => other,
        }
    }

    /// A whole answer, and the end.
    pub fn reply(&mut self, channel: u32, status: &str, head: &str, body: &str) -> Result<()> {
        let length = body.len();
        let text = format!(
            "HTTP/1.1 {status}\r\n{head}Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        self.write(channel, text.as_bytes())?;
        self.wire.send(&Message::new(CHANNEL_EOF).number(channel))?;
        self.wire.send(&Message::new(CHANNEL_CLOSE).number(channel))
    }

    /// Sends as much as the client takes.
    pub fn write(&mut self, number: u32, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            let Some(channel) = self.channels.get_mut(&number) else {
                return Err(ErrorKind::BrokenPipe.into());
            };
            let size = channel.window.min(bytes.len()).min(LARGE);
            if size == 0 {
                self.turn()?;
                continue;
            }
            channel.window -= size;
            self.wire.send(&data(number, &bytes[..size]))?;
            bytes = &bytes[size..];
        }
        Ok(())
    }

    /// Sends the same again and again.
    pub fn repeat(&mut self, number: u32, bytes: &[u8]) -> Result<()> {
        loop {
            self.write(number, bytes)?;
        }
    }

    /// Takes one message of the client's.
    fn turn(&mut self) -> Result<()> {
        let message = self.wire.receive()?;
        let mut fields = Fields(&message[1..]);
        match message[0] {
            CHANNEL_OPEN => self.open(&message)?,
            WINDOW_ADJUST => {
                if let Some(channel) = self.channels.get_mut(&fields.number()) {
                    channel.window += fields.number() as usize;
                }
            }
            CHANNEL_DATA => {
                if let Some(channel) = self.channels.get_mut(&fields.number()) {
                    channel.came.extend(fields.string());
                }
            }
            CHANNEL_REQUEST => {
                let number = fields.number();
                let is_command = fields.string() == b"exec";
                let kind = if is_command {
                    CHANNEL_SUCCESS
                } else {
                    CHANNEL_FAILURE
                };
                self.wire.send(&Message::new(kind).number(number))?;
            }
            CHANNEL_CLOSE => {
                let number = fields.number();
                if self.channels.remove(&number).is_some() {
                    self.wire
                        .send(&Message::new(CHANNEL_CLOSE).number(number))?;
                }
            }
            GLOBAL_REQUEST => self.wire.send(&Message::new(REQUEST_FAILURE))?,
            _ => {}
        }
        Ok(())
    }

    fn open(&mut self, message: &[u8]) -> Result<()> {
        let (kind, number) = opened(message);
        let mut fields = Fields(&message[1..]);
        fields.string();
        fields.number();
        let channel = Channel {
            window: fields.number() as usize,
            came: Vec::new(),
            is_forward: kind == "direct-tcpip",
        };
        self.channels.insert(number, channel);
        self.wire.confirm(number, 1 << 30)
    }
}

fn is_quiet(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut)
}
