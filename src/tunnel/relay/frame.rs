//! Frames between [`super::mux`] and `relay.py`: a kind, the number of a connection, a size, and
//! with two of the kinds as many bytes.

use std::collections::VecDeque;

/// Kind, number, size.
const HEAD: usize = 9;

/// A frame with more is none: both sides send far less at a time.
const LARGEST: usize = 1 << 20;

/// One frame.
#[derive(Debug, PartialEq, Eq)]
pub enum MuxFrame {
    /// A connection is wanted.
    Open(u32),
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
            Self::Data(number, data) => (b'D', *number, length(data), data),
            Self::WindowAdjust(number, size) => (b'W', *number, *size, &[]),
            Self::End(number) => (b'E', *number, 0, &[]),
            Self::Reset(number, text) => (b'R', *number, length(text.as_bytes()), text.as_bytes()),
            Self::Ping => (b'P', 0, 0, &[]),
        };
        out.push_back(kind);
        out.extend(number.to_be_bytes());
        out.extend(size.to_be_bytes());
        out.extend(data);
    }
}

/// Far below 4 GiB.
fn length(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}

/// Something came that is no frame.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidFrame;

/// Takes bytes as they come, and gives frames.
#[derive(Debug, Default)]
pub struct FrameReader {
    came: VecDeque<u8>,
}

impl FrameReader {
    /// More bytes.
    pub fn take(&mut self, data: &[u8]) {
        self.came.extend(data);
    }

    /// The next frame that is here in full.
    ///
    /// # Errors
    /// When it is none.
    pub fn next(&mut self) -> Result<Option<MuxFrame>, InvalidFrame> {
        let mut head = [0; HEAD];
        if self.came.len() < HEAD {
            return Ok(None);
        }
        for (byte, came) in head.iter_mut().zip(&self.came) {
            *byte = *came;
        }
        let [kind, n0, n1, n2, n3, s0, s1, s2, s3] = head;
        let (number, size) = (u32::from_be_bytes([n0, n1, n2, n3]), [s0, s1, s2, s3]);
        let size = u32::from_be_bytes(size);
        let long = match kind {
            b'D' | b'R' => size as usize,
            b'W' | b'E' | b'P' => 0,
            _ => return Err(InvalidFrame),
        };
        if long > LARGEST {
            return Err(InvalidFrame);
        }
        if self.came.len() < HEAD + long {
            return Ok(None);
        }
        self.came.drain(..HEAD);
        let data: Vec<u8> = self.came.drain(..long).collect();
        Ok(Some(match kind {
            b'D' => MuxFrame::Data(number, data),
            b'R' => MuxFrame::Reset(number, String::from_utf8_lossy(&data).into_owned()),
            b'W' => MuxFrame::WindowAdjust(number, size),
            b'E' => MuxFrame::End(number),
            _ => MuxFrame::Ping,
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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
            let mut reader = FrameReader::default();
            let mut got = Vec::new();
            for part in bytes.make_contiguous().chunks(size) {
                reader.take(part);
                while let Some(frame) = reader.next().unwrap() {
                    got.push(frame);
                }
            }
            assert_eq!(got, frames);
        }
    }

    #[test]
    fn what_is_no_frame_is_told() {
        for bytes in [
            b"slurmstepd: error: no".as_slice(),
            b"D\0\0\0\x01\xff\xff\xff\xff",
        ] {
            let mut reader = FrameReader::default();
            reader.take(bytes);
            assert_eq!(reader.next(), Err(InvalidFrame));
        }
    }
}
