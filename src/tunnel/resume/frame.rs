//! Frames between [`super::ResumableStreams`] and `holder.py`: a kind, the number of a stream, a size, and as many bytes.

use std::collections::VecDeque;

use super::super::framing::{Frame, FrameHead, frame_size, put_frame};

/// One frame. Counts are those of a direction's bytes since its beginning; its end counts as one byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ResumeFrame {
    /// The secret: the first frame of each connection to the holder.
    Hello(Vec<u8>),
    /// The sender has received so much of that stream.
    State(u32, u64),
    /// All states are told; the highest number that the holder has opened.
    Begin(u32),
    /// A stream is wanted.
    Open(u32),
    /// Its next bytes.
    Data(u32, Vec<u8>),
    /// No more will come in this direction.
    End(u32),
    /// So much has reached the socket.
    Taken(u32, u64),
    /// It is given up, with the system's words for the reason, if there are any.
    Reset(u32, String),
    /// A sign of life.
    Ping,
    /// The client needs the holder no more.
    Quit,
}

impl ResumeFrame {
    /// Appends it to what is to be sent.
    pub fn put(&self, out: &mut VecDeque<u8>) {
        match self {
            Self::Hello(secret) => put(out, b'H', 0, secret),
            Self::State(number, count) => put(out, b'S', *number, &count.to_be_bytes()),
            Self::Begin(last) => put(out, b'B', *last, &[]),
            Self::Open(number) => put(out, b'O', *number, &[]),
            Self::Data(number, data) => put(out, b'D', *number, data),
            Self::End(number) => put(out, b'E', *number, &[]),
            Self::Taken(number, count) => put(out, b'T', *number, &count.to_be_bytes()),
            Self::Reset(number, reason) => put(out, b'R', *number, reason.as_bytes()),
            Self::Ping => put(out, b'P', 0, &[]),
            Self::Quit => put(out, b'Q', 0, &[]),
        }
    }
}

fn put(out: &mut VecDeque<u8>, kind: u8, number: u32, data: &[u8]) {
    let size = frame_size(data);
    put_frame(out, FrameHead { kind, number, size }, data);
}

impl Frame for ResumeFrame {
    fn length(head: FrameHead) -> Option<u32> {
        Some(head.size)
    }

    /// Returns a frame that the holder sends.
    fn read(head: FrameHead, data: Vec<u8>) -> Option<Self> {
        let count = || Some(u64::from_be_bytes(data.as_slice().try_into().ok()?));
        let number = head.number;
        Some(match head.kind {
            b'S' => Self::State(number, count()?),
            b'B' => Self::Begin(number),
            b'D' => Self::Data(number, data),
            b'E' => Self::End(number),
            b'T' => Self::Taken(number, count()?),
            b'R' => Self::Reset(number, String::from_utf8_lossy(&data).into_owned()),
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
            ResumeFrame::State(7, 1 << 40),
            ResumeFrame::Begin(9),
            ResumeFrame::Data(7, vec![0, 10, 255]),
            ResumeFrame::Taken(7, 3),
            ResumeFrame::End(u32::MAX),
            ResumeFrame::Reset(8, "Connection refused".into()),
        ];
        let mut bytes = VecDeque::new();
        for frame in &frames {
            frame.put(&mut bytes);
        }
        for size in [1, 2, 9, 10, 1000] {
            let (got, end) =
                FrameReader::<ResumeFrame>::read_pieces(bytes.make_contiguous().chunks(size));
            assert_eq!((got.as_slice(), end), (&frames[..], Ok(())));
        }
    }

    #[test]
    fn what_is_no_frame_is_told() {
        for bytes in [
            b"Last login: today".as_slice(),
            b"D\0\0\0\x01\xff\xff\xff\xff",
            b"T\0\0\0\x01\0\0\0\x01x",
        ] {
            let (_, end) = FrameReader::<ResumeFrame>::read_pieces([bytes]);
            assert_eq!(end, Err(InvalidFrame));
        }
    }
}
