//! Messages of a control socket: OpenSSH's `PROTOCOL.mux`, version 4.

use crate::ssh::wire::{put_string, take_chunk, take_string};

/// The version that OpenSSH has spoken since 5.4.
pub const VERSION: u32 = 4;

/// An answer that is longer is none: the longest has a reason in it.
const LONGEST: usize = 64 << 10;

/// Longest part of a reason that is kept.
const REASON: usize = 400;

const HELLO: u32 = 0x0000_0001;
const NEW_SESSION: u32 = 0x1000_0002;
const TERMINATE: u32 = 0x1000_0005;
const OPEN_FORWARD: u32 = 0x1000_0006;
const CLOSE_FORWARD: u32 = 0x1000_0007;
const NEW_STDIO_FORWARD: u32 = 0x1000_0008;
const OK: u32 = 0x8000_0001;
const PERMISSION_DENIED: u32 = 0x8000_0002;
const FAILURE: u32 = 0x8000_0003;
const EXIT: u32 = 0x8000_0004;
const SESSION_OPENED: u32 = 0x8000_0006;

/// A forward whose listener is here.
const LOCAL_FORWARD: u32 = 1;
/// The port of a place that is a Unix socket.
const STREAM_LOCAL: u32 = u32::MAX - 1;
/// No escape character.
const NO_ESCAPE: u32 = u32::MAX;

/// A request.
#[derive(Debug, Clone, Copy)]
pub enum MuxRequest<'a> {
    /// The first message.
    Hello,
    /// A session that runs a command line. Three descriptors follow.
    Session(&'a str),
    /// A connection to a TCP port. Two descriptors follow.
    Forward(&'a str, u16),
    /// The process is to listen at a Unix socket here, and to connect whoever comes to one of the remote host.
    Listen(&'a str, &'a str),
    /// It is not to listen there any more.
    StopListening(&'a str, &'a str),
    /// The process is to end.
    Terminate,
}

impl MuxRequest<'_> {
    /// Returns the message, with its length in front.
    #[must_use]
    pub fn encode(self) -> Vec<u8> {
        let mut body = Vec::new();
        let number = |body: &mut Vec<u8>, number: u32| body.extend(number.to_be_bytes());
        match self {
            Self::Hello => {
                number(&mut body, HELLO);
                number(&mut body, VERSION);
            }
            Self::Session(command) => {
                number(&mut body, NEW_SESSION);
                number(&mut body, 0);
                put_string(&mut body, b"");
                // No terminal, no X11, no agent, no subsystem.
                (0..4).for_each(|_| number(&mut body, 0));
                number(&mut body, NO_ESCAPE);
                put_string(&mut body, b"");
                put_string(&mut body, command.as_bytes());
            }
            Self::Listen(local, path) | Self::StopListening(local, path) => {
                let is_new = matches!(self, Self::Listen(..));
                let kind = if is_new { OPEN_FORWARD } else { CLOSE_FORWARD };
                number(&mut body, kind);
                number(&mut body, 0);
                number(&mut body, LOCAL_FORWARD);
                put_string(&mut body, local.as_bytes());
                number(&mut body, STREAM_LOCAL);
                put_string(&mut body, path.as_bytes());
                number(&mut body, STREAM_LOCAL);
            }
            Self::Forward(host, port) => {
                number(&mut body, NEW_STDIO_FORWARD);
                number(&mut body, 0);
                put_string(&mut body, b"");
                put_string(&mut body, host.as_bytes());
                number(&mut body, port.into());
            }
            Self::Terminate => {
                number(&mut body, TERMINATE);
                number(&mut body, 0);
            }
        }
        let mut message = Vec::new();
        put_string(&mut message, &body);
        message
    }
}

/// An answer. Each control connection carries one request, so that its numbers tell nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The first message, with the version.
    Hello(u32),
    /// The process does it.
    Ok,
    /// The channel is open.
    Opened,
    /// It is not, and why, as the process says.
    Refused(String),
    /// Another message, which changes nothing.
    Other,
}

/// The other end does not speak this protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonsense;

/// Takes answers out of what arrives.
#[derive(Debug, Default)]
pub struct AnswerReader(Vec<u8>);

impl AnswerReader {
    /// Adds what has arrived.
    pub fn feed(&mut self, bytes: &[u8]) {
        self.0.extend(bytes);
    }

    /// Returns the next answer, if it is whole.
    ///
    /// # Errors
    /// [`Nonsense`], after which nothing more can be read.
    pub fn next(&mut self) -> Result<Option<Answer>, Nonsense> {
        let Some((length, rest)) = self.0.split_first_chunk() else {
            return Ok(None);
        };
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Nonsense)?;
        if length > LONGEST {
            return Err(Nonsense);
        }
        let Some(body) = rest.get(..length) else {
            return Ok(None);
        };
        let answer = read(body).ok_or(Nonsense)?;
        self.0.drain(..4 + length);
        Ok(Some(answer))
    }
}

fn read(mut body: &[u8]) -> Option<Answer> {
    let kind = number(&mut body)?;
    Some(match kind {
        HELLO => Answer::Hello(number(&mut body)?),
        OK => Answer::Ok,
        SESSION_OPENED => Answer::Opened,
        PERMISSION_DENIED | FAILURE => {
            number(&mut body)?;
            let reason = take_string(&mut body)?;
            let reason = &reason[..reason.len().min(REASON)];
            Answer::Refused(String::from_utf8_lossy(reason).into_owned())
        }
        EXIT => Answer::Other,
        // What later versions may add says so by its first bit.
        other if other & 0x8000_0000 != 0 => Answer::Other,
        _ => return None,
    })
}

fn number(body: &mut &[u8]) -> Option<u32> {
    take_chunk(body).map(u32::from_be_bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn message(numbers: &[u32], text: Option<&str>) -> Vec<u8> {
        let mut body: Vec<u8> = numbers.iter().flat_map(|n| n.to_be_bytes()).collect();
        if let Some(text) = text {
            put_string(&mut body, text.as_bytes());
        }
        let mut message = Vec::new();
        put_string(&mut message, &body);
        message
    }

    #[test]
    fn answers_are_read_in_pieces_of_any_size() {
        let bytes = [
            message(&[HELLO, VERSION], None),
            message(&[FAILURE, 0], Some("Session open refused by peer")),
            message(&[SESSION_OPENED, 0, 7], None),
            message(&[EXIT, 7, 0], None),
        ]
        .concat();
        for size in [1, 3, bytes.len()] {
            let mut reader = AnswerReader::default();
            let mut answers = Vec::new();
            for piece in bytes.chunks(size) {
                reader.feed(piece);
                while let Some(answer) = reader.next().unwrap() {
                    answers.push(answer);
                }
            }
            let refused = Answer::Refused("Session open refused by peer".into());
            let want = [Answer::Hello(4), refused, Answer::Opened, Answer::Other];
            assert_eq!(answers, want);
        }
    }

    #[test]
    fn what_is_no_answer_is_nonsense_and_keeps_no_memory() {
        for bytes in [
            b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
            message(&[NEW_SESSION, 0], None),
            message(&[FAILURE], None),
            message(&[], None),
        ] {
            let mut reader = AnswerReader::default();
            reader.feed(&bytes);
            assert_eq!(reader.next(), Err(Nonsense), "{bytes:?}");
        }
    }

    #[test]
    fn a_unix_socket_is_a_place_with_a_port_of_its_own_kind() {
        let bytes = MuxRequest::Listen("/l", "/s").encode();
        let place = |name: u8| [0, 0, 0, 2, b'/', name, 0xff, 0xff, 0xff, 0xfe];
        assert!(bytes.ends_with(&[place(b'l'), place(b's')].concat()));
        let length = u32::try_from(bytes.len() - 4).unwrap();
        assert!(bytes.starts_with(&length.to_be_bytes()));
    }
}
