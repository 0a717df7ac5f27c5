//! An SSH server's side of the wire, by RFC 4253, on OpenSSL's primitives: it sends what it is told to, valid or not. A library for
//! servers would do as the protocol says, which is what these tests are not about.

use std::io::{Error, ErrorKind, Read, Result, Write};
use std::net::TcpStream;

use openssl::hash::{MessageDigest, hash};
use openssl::pkey::{Id, PKey, Private};
use openssl::sign::Signer;
use openssl::symm::{Cipher, Crypter, Mode};
use ssh_encoding::Encode;

pub const DISCONNECT: u8 = 1;
pub const IGNORE: u8 = 2;
pub const DEBUG: u8 = 4;
pub const SERVICE_REQUEST: u8 = 5;
pub const SERVICE_ACCEPT: u8 = 6;
pub const KEXINIT: u8 = 20;
pub const NEWKEYS: u8 = 21;
const ECDH_INIT: u8 = 30;
const ECDH_REPLY: u8 = 31;

/// AES's, and so the unit of padding.
const BLOCK: usize = 16;
/// Of HMAC-SHA-256.
const MAC: usize = 32;

/// What this server offers: one of each.
const METHODS: [&str; 10] = [
    "curve25519-sha256",
    "ssh-ed25519",
    "aes128-ctr",
    "aes128-ctr",
    "hmac-sha2-256",
    "hmac-sha2-256",
    "none",
    "none",
    "",
    "",
];

/// Puts a message together: its number, then what follows.
#[derive(Clone, Default)]
pub struct Message(pub Vec<u8>);

impl Message {
    pub fn new(number: u8) -> Self {
        Self(vec![number])
    }

    pub fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    pub fn number(mut self, number: u32) -> Self {
        self.0.extend(number.to_be_bytes());
        self
    }

    pub fn string(mut self, bytes: impl AsRef<[u8]>) -> Self {
        bytes.as_ref().encode(&mut self.0).unwrap();
        self
    }
}

/// Reads a message's fields one after the other; what is not there is empty.
pub struct Fields<'a>(pub &'a [u8]);

impl<'a> Fields<'a> {
    pub fn number(&mut self) -> u32 {
        let (number, rest) = self.0.split_first_chunk().unwrap_or((&[0; 4], &[]));
        self.0 = rest;
        u32::from_be_bytes(*number)
    }

    pub fn string(&mut self) -> &'a [u8] {
        let length = (self.number() as usize).min(self.0.len());
        let (string, rest) = self.0.split_at(length);
        self.0 = rest;
        string
    }
}

/// The server's key, which clients may know.
#[derive(Clone)]
pub struct HostKey(PKey<Private>);

impl HostKey {
    pub fn new() -> Self {
        Self(PKey::generate_ed25519().unwrap())
    }

    pub fn blob(&self) -> Vec<u8> {
        let key = self.0.raw_public_key().unwrap();
        Message::default().string("ssh-ed25519").string(key).0
    }

    fn sign(&self, text: &[u8]) -> Vec<u8> {
        let mut signer = Signer::new_without_digest(&self.0).unwrap();
        let signature = signer.sign_oneshot_to_vec(text).unwrap();
        Message::default().string("ssh-ed25519").string(signature).0
    }
}

/// What makes packets of one direction unreadable.
struct Keys {
    cipher: Crypter,
    mac: PKey<Private>,
}

/// A connection to one client.
pub struct Wire {
    pub stream: TcpStream,
    key: HostKey,
    /// The version lines and the offers of both sides, which are signed.
    versions: [Vec<u8>; 2],
    offers: [Vec<u8>; 2],
    session: Option<Vec<u8>>,
    outgoing: Option<Keys>,
    incoming: Option<Keys>,
    /// The part that has come of the client's next packets, and the first block of the next one in clear.
    arrived: Vec<u8>,
    first: Option<Vec<u8>>,
    sent: u32,
    /// Signs something else than the key exchange.
    pub forges: bool,
}

impl Wire {
    pub fn new(stream: TcpStream, key: HostKey) -> Self {
        Self {
            stream,
            key,
            versions: Default::default(),
            offers: Default::default(),
            session: None,
            outgoing: None,
            incoming: None,
            arrived: Vec::new(),
            first: None,
            sent: 0,
            forges: false,
        }
    }

    /// Sends bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<()> {
        self.stream.write_all(bytes)
    }

    /// Both version lines.
    pub fn greet(&mut self) -> Result<()> {
        let own = b"SSH-2.0-hostile";
        self.raw(&[&own[..], b"\r\n"].concat())?;
        let mut line = Vec::new();
        while !line.ends_with(b"\n") {
            let mut byte = [0];
            self.stream.read_exact(&mut byte)?;
            line.push(byte[0]);
        }
        self.versions = [line.trim_ascii_end().to_vec(), own.to_vec()];
        Ok(())
    }

    /// This side's offer of methods.
    pub fn offer() -> Message {
        let start = Message(vec![KEXINIT; 17]);
        let lists = METHODS.iter();
        let offer = lists.fold(start, Message::string);
        offer.byte(0).number(0)
    }

    /// Exchanges keys, for the first time or once more.
    pub fn exchange_keys(&mut self) -> Result<()> {
        self.offers[1] = Self::offer().0;
        self.send(&Self::offer())?;
        self.offers[0] = self.await_message(KEXINIT)?;
        let theirs = self.await_message(ECDH_INIT)?;
        let theirs = Fields(&theirs[1..]).string().to_vec();
        let own = PKey::generate_x25519()?;
        let public = own.raw_public_key()?;
        let peer = PKey::public_key_from_raw_bytes(&theirs, Id::X25519)?;
        let mut deriver = openssl::derive::Deriver::new(&own)?;
        deriver.set_peer(&peer)?;
        let secret = number(&deriver.derive_to_vec()?);
        let [our_version, our_offer] = [&self.versions, &self.offers];
        let signed = Message::default()
            .string(&our_version[0])
            .string(&our_version[1])
            .string(&our_offer[0])
            .string(&our_offer[1])
            .string(self.key.blob())
            .string(&theirs)
            .string(&public);
        let digest = sha256(&[&signed.0, &secret]);
        let signature = self.key.sign(if self.forges { b"else" } else { &digest });
        let blob = self.key.blob();
        self.send(
            &Message::new(ECDH_REPLY)
                .string(blob)
                .string(public)
                .string(signature),
        )?;
        self.send(&Message::new(NEWKEYS))?;
        let session = self.session.get_or_insert(digest.clone()).clone();
        let derive = |letter: u8| sha256(&[&secret, &digest, &[letter], &session]);
        self.outgoing = Some(Keys::new(&derive, *b"BDF", Mode::Encrypt));
        self.await_message(NEWKEYS)?;
        self.incoming = Some(Keys::new(&derive, *b"ACE", Mode::Decrypt));
        Ok(())
    }

    /// Waits for a message of that number; others are passed over.
    pub fn await_message(&mut self, number: u8) -> Result<Vec<u8>> {
        loop {
            let message = self.receive()?;
            if message.first() == Some(&number) {
                return Ok(message);
            }
        }
    }

    /// The client's next message. Its code for integrity is not looked at. An error of a stream that does not block, or not for
    /// ever, loses nothing.
    pub fn receive(&mut self) -> Result<Vec<u8>> {
        loop {
            if let Some(message) = self.next_arrived()? {
                return Ok(message);
            }
            if self.take_in(4096)? == 0 {
                return Err(ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// Reads once, at most so many bytes, and gives their number.
    pub fn take_in(&mut self, most: usize) -> Result<usize> {
        let mut buffer = vec![0; most];
        let size = self.stream.read(&mut buffer)?;
        self.arrived.extend_from_slice(&buffer[..size]);
        Ok(size)
    }

    /// The next message of what has been read, if it is whole.
    pub fn next_arrived(&mut self) -> Result<Option<Vec<u8>>> {
        let (block, mac) = match self.incoming {
            Some(_) => (BLOCK, MAC),
            None => (8, 0),
        };
        if self.first.is_none() && self.arrived.len() >= block {
            let first = self.arrived[..block].to_vec();
            self.arrived.drain(..block);
            self.first = Some(self.decrypt(&first));
        }
        let Some(first) = &self.first else {
            return Ok(None);
        };
        let length = u32::from_be_bytes(first[..4].try_into().unwrap()) as usize;
        if length > 1 << 20 {
            return Err(Error::other(format!("a packet of {length} bytes")));
        }
        let rest = (4 + length).saturating_sub(block);
        if self.arrived.len() < rest + mac {
            return Ok(None);
        }
        let coded = self.arrived[..rest].to_vec();
        self.arrived.drain(..rest + mac);
        let rest = self.decrypt(&coded);
        let packet = [self.first.take().unwrap_or_default(), rest].concat();
        let padding = usize::from(packet[4]);
        Ok(Some(packet[5..4 + length - padding].to_vec()))
    }

    fn decrypt(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Some(keys) = &mut self.incoming else {
            return bytes.to_vec();
        };
        keys.apply(bytes)
    }

    pub fn send(&mut self, message: &Message) -> Result<()> {
        let packet = self.packet(&message.0);
        self.raw(&packet)
    }

    /// A message as it goes out.
    pub fn packet(&mut self, payload: &[u8]) -> Vec<u8> {
        let padding = BLOCK - (payload.len() + 5) % BLOCK;
        let padding = if padding < 4 {
            padding + BLOCK
        } else {
            padding
        };
        let length = u32::try_from(payload.len() + padding + 1).unwrap();
        let mut packet = length.to_be_bytes().to_vec();
        packet.push(u8::try_from(padding).unwrap());
        packet.extend(payload);
        packet.resize(packet.len() + padding, 0);
        self.seal(&packet)
    }

    /// A packet that may be wrong in itself, encrypted and vouched for as any.
    pub fn seal(&mut self, packet: &[u8]) -> Vec<u8> {
        let number = self.sent;
        self.sent = self.sent.wrapping_add(1);
        let Some(keys) = &mut self.outgoing else {
            return packet.to_vec();
        };
        let mut signer = Signer::new(MessageDigest::sha256(), &keys.mac).unwrap();
        signer.update(&number.to_be_bytes()).unwrap();
        signer.update(packet).unwrap();
        let mac = signer.sign_to_vec().unwrap();
        let mut sealed = keys.apply(packet);
        sealed.extend(mac);
        sealed
    }
}

impl Keys {
    /// By the letters of RFC 4253, section 7.2: vector, key, integrity.
    fn new(derive: &dyn Fn(u8) -> Vec<u8>, letters: [u8; 3], mode: Mode) -> Self {
        let [vector, key, mac] = letters.map(derive);
        let cipher = Cipher::aes_128_ctr();
        let cipher = Crypter::new(cipher, mode, &key[..BLOCK], Some(&vector[..BLOCK]));
        Self {
            cipher: cipher.unwrap(),
            mac: PKey::hmac(&mac).unwrap(),
        }
    }

    fn apply(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut out = vec![0; bytes.len() + BLOCK];
        let size = self.cipher.update(bytes, &mut out).unwrap();
        out.truncate(size);
        out
    }
}

fn sha256(parts: &[&[u8]]) -> Vec<u8> {
    let digest = hash(MessageDigest::sha256(), &parts.concat()).unwrap();
    digest.to_vec()
}

/// A shared secret as RFC 4251 writes numbers.
fn number(bytes: &[u8]) -> Vec<u8> {
    let start = bytes.iter().position(|byte| *byte != 0);
    let bytes = &bytes[start.unwrap_or(bytes.len())..];
    let sign: &[u8] = if bytes.first().is_some_and(|byte| *byte >= 0x80) {
        &[0]
    } else {
        &[]
    };
    Message::default().string([sign, bytes].concat()).0
}
