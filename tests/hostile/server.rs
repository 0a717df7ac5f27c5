//! A server that does one thing wrong, in steps: a case takes as many of them as it needs honest ones before it.

use std::io::Result;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding};

use crate::support::{Server, eventually};
use crate::wire::{Fields, HostKey, Message, SERVICE_ACCEPT, SERVICE_REQUEST, Wire};

pub const USERAUTH_REQUEST: u8 = 50;
pub const USERAUTH_FAILURE: u8 = 51;
pub const USERAUTH_SUCCESS: u8 = 52;
pub const USERAUTH_BANNER: u8 = 53;
pub const INFO_REQUEST: u8 = 60;
pub const INFO_RESPONSE: u8 = 61;
pub const GLOBAL_REQUEST: u8 = 80;
pub const CHANNEL_OPEN: u8 = 90;
pub const CHANNEL_CONFIRMATION: u8 = 91;
pub const CHANNEL_FAILURE_TO_OPEN: u8 = 92;
pub const WINDOW_ADJUST: u8 = 93;
pub const CHANNEL_DATA: u8 = 94;
pub const CHANNEL_EXTENDED_DATA: u8 = 95;
pub const CHANNEL_EOF: u8 = 96;
pub const CHANNEL_CLOSE: u8 = 97;
pub const CHANNEL_REQUEST: u8 = 98;
pub const CHANNEL_SUCCESS: u8 = 99;

/// As much as one packet may carry.
pub const PACKET: u32 = 32 << 10;
/// The same, as a length.
pub const LARGE: usize = PACKET as usize;

/// The largest content, of one byte.
pub fn large(byte: u8) -> Vec<u8> {
    vec![byte; LARGE]
}

/// What a server does with a client, until one of them has had enough.
pub type Act = fn(&mut Wire) -> Result<()>;

/// A hostile server on loopback, as long as the test's process lives.
pub struct Hostile {
    address: SocketAddr,
    key: HostKey,
    /// Clients that are connected.
    clients: Arc<AtomicUsize>,
}

impl Hostile {
    pub fn start(act: Act) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (key, clients) = (HostKey::new(), Arc::new(AtomicUsize::new(0)));
        let (own_key, counter) = (key.clone(), Arc::clone(&clients));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counter.fetch_add(1, Ordering::SeqCst);
                let (key, counter) = (own_key.clone(), Arc::clone(&counter));
                thread::spawn(move || {
                    let _ = stream.set_nodelay(true);
                    // The client's end is an error of the stream, and the end of the act.
                    let _ = act(&mut Wire::new(stream, key));
                    counter.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self {
            address,
            key,
            clients,
        }
    }

    /// Every client has let go of its connection.
    pub fn is_left_within(&self, patience: Duration) -> bool {
        eventually(patience, || self.clients.load(Ordering::SeqCst) == 0)
    }
}

impl Server for Hostile {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn user(&self) -> String {
        "nobody".into()
    }

    fn host_keys(&self) -> Vec<String> {
        let key = Base64::encode_string(&self.key.blob());
        vec![format!("ssh-ed25519 {key}")]
    }
}

impl Wire {
    /// Says nothing more, and reads what comes, until the client goes.
    pub fn fall_silent(&mut self) -> Result<()> {
        std::io::copy(&mut self.stream, &mut std::io::sink()).map(|_| ())
    }

    /// Sends the same bytes until the client goes, and reads nothing.
    pub fn repeat(&mut self, bytes: &[u8]) -> Result<()> {
        loop {
            self.raw(bytes)?;
        }
    }

    /// Sends the same message until the client goes, and reads nothing.
    pub fn flood(&mut self, message: &Message) -> Result<()> {
        loop {
            // Many in one write: a thread that sends small ones is slower than their reader.
            let count = (256 << 10) / (message.0.len() + 64) + 1;
            let packets: Vec<u8> = (0..count).flat_map(|_| self.packet(&message.0)).collect();
            self.raw(&packets)?;
        }
    }

    /// Version lines and keys.
    pub fn shake_hands(&mut self) -> Result<()> {
        self.greet()?;
        self.exchange_keys()
    }

    /// And the service, up to the client's first try to log in.
    pub fn begin_login(&mut self) -> Result<()> {
        self.shake_hands()?;
        self.await_message(SERVICE_REQUEST)?;
        self.send(&Message::new(SERVICE_ACCEPT).string("ssh-userauth"))?;
        self.await_message(USERAUTH_REQUEST)?;
        Ok(())
    }

    /// And the login itself.
    pub fn let_in(&mut self) -> Result<()> {
        self.begin_login()?;
        self.send(&Message::new(USERAUTH_SUCCESS))
    }

    /// Begins a keyboard-interactive login.
    pub fn begin_conversation(&mut self) -> Result<()> {
        self.begin_login()?;
        let methods = "keyboard-interactive";
        self.send(&Message::new(USERAUTH_FAILURE).string(methods).byte(0))?;
        self.await_message(USERAUTH_REQUEST)?;
        Ok(())
    }

    /// Logs the client in, and waits for it to open a session; the client's number of it.
    pub fn await_session(&mut self) -> Result<u32> {
        self.let_in()?;
        let open = self.await_message(CHANNEL_OPEN)?;
        Ok(opened(&open).1)
    }

    /// Confirms a channel, which gets the same number here, with so much of a window.
    pub fn confirm(&mut self, channel: u32, window: u32) -> Result<()> {
        let message = Message::new(CHANNEL_CONFIRMATION)
            .number(channel)
            .number(channel)
            .number(window);
        self.send(&message.number(PACKET))
    }

    /// Opens a session and agrees to run its command, of which the channel's number is given.
    pub fn begin_command(&mut self) -> Result<u32> {
        let channel = self.await_session()?;
        self.confirm(channel, 1 << 30)?;
        self.await_message(CHANNEL_REQUEST)?;
        self.send(&Message::new(CHANNEL_SUCCESS).number(channel))?;
        Ok(channel)
    }

    /// Runs the script as far as its mark, by which it begins each answer.
    pub fn begin_script(&mut self) -> Result<(u32, String)> {
        let channel = self.begin_command()?;
        let mut script = Vec::new();
        loop {
            let data = self.await_message(CHANNEL_DATA)?;
            script.extend(Fields(&data[5..]).string());
            let text = String::from_utf8_lossy(&script);
            if text.ends_with("\nexit\n") || text.contains("\nrj_main ") {
                let mark = text
                    .strip_prefix("rj_nonce=")
                    .and_then(|s| s.lines().next());
                return Ok((channel, mark.unwrap_or_default().to_owned()));
            }
        }
    }

    /// Runs the script up to its look for servers, which finds none that counts.
    pub fn say(&mut self, (channel, mark): &(u32, String), kind: &str, text: &str) -> Result<()> {
        let line = answer(mark, kind, text.as_bytes());
        self.send(&data(*channel, line.as_bytes()))
    }
}

/// What a client opens: the channel's kind, and its number there.
pub fn opened(message: &[u8]) -> (String, u32) {
    let mut fields = Fields(&message[1..]);
    let kind = String::from_utf8_lossy(fields.string()).into_owned();
    (kind, fields.number())
}

/// Data for a channel of the client's.
pub fn data(channel: u32, bytes: &[u8]) -> Message {
    Message::new(CHANNEL_DATA).number(channel).string(bytes)
}

/// A line as the script says it.
pub fn answer(mark: &str, kind: &str, text: &[u8]) -> String {
    let digits = base16ct::lower::encode_string(text);
    format!("\n{mark} {kind} {digits}\n")
}
