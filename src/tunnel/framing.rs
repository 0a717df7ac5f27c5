//! The form that frames of the relay and of the holder share: a kind, a number, a size, and bytes.

use std::collections::VecDeque;
use std::marker::PhantomData;

/// Kind, number, size.
const HEAD: usize = 9;

/// A frame with more is none: both sides send far less at a time.
const LARGEST: usize = 1 << 20;

/// The beginning of a frame.
#[derive(Debug, Clone, Copy)]
pub struct FrameHead {
    /// A letter.
    pub kind: u8,
    /// The number of a connection or stream.
    pub number: u32,
    /// Mostly the number of bytes that follow.
    pub size: u32,
}

/// Something came that is no frame.
#[derive(Debug, PartialEq, Eq)]
pub struct InvalidFrame;

/// Appends a frame to what is to be sent.
pub fn put_frame(out: &mut VecDeque<u8>, head: FrameHead, data: &[u8]) {
    out.push_back(head.kind);
    out.extend(head.number.to_be_bytes());
    out.extend(head.size.to_be_bytes());
    out.extend(data);
}

/// Returns the size of a frame's bytes, which are far below 4 GiB.
pub fn frame_size(data: &[u8]) -> u32 {
    u32::try_from(data.len()).unwrap_or(u32::MAX)
}

/// A frame as the other end of a protocol sends it.
pub trait Frame: Sized {
    /// Returns how many bytes follow a head; none where no frame begins so.
    fn length(head: FrameHead) -> Option<u32>;

    /// Returns the frame of a head and the bytes behind it; none where they are none.
    fn read(head: FrameHead, data: Vec<u8>) -> Option<Self>;
}

/// Takes bytes as they come, and gives frames.
#[derive(Debug)]
pub struct FrameReader<F> {
    came: VecDeque<u8>,
    gives: PhantomData<F>,
}

impl<F> Default for FrameReader<F> {
    fn default() -> Self {
        Self {
            came: VecDeque::new(),
            gives: PhantomData,
        }
    }
}

impl<F: Frame> FrameReader<F> {
    /// Adds more bytes.
    pub fn take(&mut self, data: &[u8]) {
        self.came.extend(data);
    }

    /// Returns the next frame that is here in full.
    ///
    /// # Errors
    /// When what is here is no frame that the other end sends, or too many bytes would follow.
    pub fn next(&mut self) -> Result<Option<F>, InvalidFrame> {
        let mut head = [0; HEAD];
        if self.came.len() < HEAD {
            return Ok(None);
        }
        for (byte, came) in head.iter_mut().zip(&self.came) {
            *byte = *came;
        }
        let [kind, n0, n1, n2, n3, s0, s1, s2, s3] = head;
        let head = FrameHead {
            kind,
            number: u32::from_be_bytes([n0, n1, n2, n3]),
            size: u32::from_be_bytes([s0, s1, s2, s3]),
        };
        let long = F::length(head).ok_or(InvalidFrame)? as usize;
        if long > LARGEST {
            return Err(InvalidFrame);
        }
        if self.came.len() < HEAD + long {
            return Ok(None);
        }
        self.came.drain(..HEAD);
        let data = self.came.drain(..long).collect();
        F::read(head, data).map(Some).ok_or(InvalidFrame)
    }

    /// Returns the frames of bytes that come in pieces, up to what is none. For tests.
    pub(crate) fn read_pieces<'a>(
        pieces: impl IntoIterator<Item = &'a [u8]>,
    ) -> (Vec<F>, Result<(), InvalidFrame>) {
        let (mut reader, mut found) = (Self::default(), Vec::new());
        for piece in pieces {
            reader.take(piece);
            loop {
                match reader.next() {
                    Ok(Some(frame)) => found.push(frame),
                    Ok(None) => break,
                    Err(error) => return (found, Err(error)),
                }
            }
        }
        (found, Ok(()))
    }
}
