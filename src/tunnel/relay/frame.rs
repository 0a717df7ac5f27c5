//! Frames between [`super::mux`] and `relay.py`: a kind, the number of a connection, a size, and
//! with two of the kinds as many bytes.

use std::collections::VecDeque;

use super::super::framing::{Frame, FrameHead, frame_size, put_frame};

/// One frame.
#[derive(Debug, PartialEq, Eq)]
pub enum MuxFrame {
    /// A connection is wanted.
    Open(u32),
    /// A connection to a holder is wanted, at this unix socket.
    OpenHolder(u32, String),
    /// A holder is to be started: its program and arguments, separated by zeros. Its output is the connection's.
    StartHolder(u32, String),
    /// Bytes of it.
    Data(u32, Vec<u8>),
    /// That many more of them may be sent: the reader has taken them.
    WindowAdjust(u32, u32),
    /// No more will come in this direction.
    End(u32),
    /// It is given up, with the system's words for the reason, if there are any.
    Reset(u32, String),
    /// A keepalive, which the remote end answers.
    Ping,
}

impl MuxFrame {
    /// Appends it to what is to be sent.
    pub fn put(&self, out: &mut VecDeque<u8>) {
        let (kind, number, size, data): (u8, u32, u32, &[u8]) = match self {
            Self::Open(number) => (b'O', *number, 0, &[]),
            Self::OpenHolder(number, path) => {
                (b'H', *number, frame_size(path.as_bytes()), path.as_bytes())
            }
            Self::StartHolder(number, program) => (
                b'S',
                *number,
                frame_size(program.as_bytes()),
                program.as_bytes(),
            ),
            Self::Data(number, data) => (b'D', *number, frame_size(data), data),
            Self::WindowAdjust(number, size) => (b'W', *number, *size, &[]),
            Self::End(number) => (b'E', *number, 0, &[]),
            Self::Reset(number, text) => {
                (b'R', *number, frame_size(text.as_bytes()), text.as_bytes())
            }
            Self::Ping => (b'P', 0, 0, &[]),
        };
        let head = FrameHead { kind, number, size };
        put_frame(out, head, data);
    }
}

impl Frame for MuxFrame {
    fn length(head: FrameHead) -> Option<u32> {
        match head.kind {
            b'D' | b'R' => Some(head.size),
            b'W' | b'E' | b'P' => Some(0),
            _ => None,
        }
    }

    fn read(head: FrameHead, data: Vec<u8>) -> Option<Self> {
        let FrameHead { kind, number, size } = head;
        Some(match kind {
            b'D' => Self::Data(number, data),
            b'R' => Self::Reset(number, String::from_utf8_lossy(&data).into_owned()),
            b'W' => Self::WindowAdjust(number, size),
            b'E' => Self::End(number),
            b'P' => Self::Ping,
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tunnel::framing::{FrameReader, InvalidFrame};

    #[test]
    fn frames_come_back_however_they_are_cut() {
        let frames = [
            MuxFrame::Data(7, vec![0, 10, 255]),
            MuxFrame::WindowAdjust(7, 1 << 19),
            MuxFrame::Ping,
            MuxFrame::End(u32::MAX),
            MuxFrame::Reset(8, "Connection refused".into()),
        ];
        let mut bytes = VecDeque::new();
        for frame in &frames {
            frame.put(&mut bytes);
        }
        for size in [1, 2, 9, 10, 1000] {
            let (got, end) =
                FrameReader::<MuxFrame>::read_pieces(bytes.make_contiguous().chunks(size));
            assert_eq!((got.as_slice(), end), (&frames[..], Ok(())));
        }
    }

    #[test]
    fn what_is_no_frame_is_told() {
        for bytes in [
            b"slurmstepd: error: no".as_slice(),
            b"D\0\0\0\x01\xff\xff\xff\xff",
        ] {
            let (_, end) = FrameReader::<MuxFrame>::read_pieces([bytes]);
            assert_eq!(end, Err(InvalidFrame));
        }
    }
}
