//! One connection of a [`super::mux::Mux`]: a local socket, and what is on its way to it.

use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::net::Shutdown;
use std::sync::{Arc, OnceLock};

use rustix::event::PollFlags;

use super::frame::MuxFrame;
use crate::ssh::Stream;

/// Bytes of a connection that may be on their way in one direction; the same in `relay.py`.
pub const WINDOW: u32 = 1 << 20;
/// Largest number of bytes read at once.
pub const CHUNK: usize = 64 << 10;

/// One connection.
#[allow(clippy::struct_excessive_bools)] // Each direction ends by itself.
pub struct MuxStream {
    pub local: Option<Stream>,
    /// Received, not taken by the local side yet.
    pub down: VecDeque<u8>,
    /// Number of bytes that the remote end accepts now.
    pub credit: u32,
    /// Number of bytes that the local side has taken and the remote end has not heard of.
    taken: u32,
    pub readable: bool,
    pub writable: bool,
    pub said_all: bool,
    pub came_all: bool,
    shut: bool,
    broken: bool,
    pub was_answered: bool,
    /// Where the reason of a refusal is put, for a connection to a holder.
    pub refusal: Option<Arc<OnceLock<String>>>,
}

impl MuxStream {
    pub fn new(local: Option<Stream>) -> Self {
        Self {
            local,
            down: VecDeque::new(),
            credit: WINDOW,
            taken: 0,
            readable: true,
            writable: true,
            said_all: false,
            came_all: false,
            shut: false,
            broken: false,
            was_answered: false,
            refusal: None,
        }
    }

    pub fn interest(&self, congested: bool) -> PollFlags {
        let mut flags = PollFlags::empty();
        if !self.said_all && self.credit > 0 && !congested {
            flags |= PollFlags::IN;
        }
        if !self.down.is_empty() {
            flags |= PollFlags::OUT;
        }
        flags
    }

    pub fn is_done(&self) -> bool {
        self.broken || self.said_all && self.came_all && self.down.is_empty()
    }

    pub fn work(
        &mut self,
        number: u32,
        out: &mut VecDeque<u8>,
        congested: bool,
        scratch: &mut [u8],
    ) -> bool {
        let mut progress = false;
        if !congested {
            progress |= self.send(number, out, scratch);
        }
        progress |= self.give(number, out);
        if self.broken {
            MuxFrame::Reset(number, String::new()).put(out);
        }
        progress
    }

    fn send(&mut self, number: u32, out: &mut VecDeque<u8>, scratch: &mut [u8]) -> bool {
        let Some(local) = &self.local else {
            return false;
        };
        let room = scratch.len().min(CHUNK).min(self.credit as usize);
        if self.said_all || !self.readable || room == 0 {
            return false;
        }
        let mut local = local;
        match local.read(&mut scratch[..room]) {
            Ok(0) => {
                self.said_all = true;
                MuxFrame::End(number).put(out);
            }
            Ok(size) => {
                // Whether there is more, the next poll tells.
                self.readable = false;
                self.credit -= u32::try_from(size).unwrap_or(self.credit);
                MuxFrame::Data(number, scratch[..size].to_vec()).put(out);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.readable = false;
                return false;
            }
            Err(error) => self.broken = error.kind() != ErrorKind::Interrupted,
        }
        true
    }

    fn give(&mut self, number: u32, out: &mut VecDeque<u8>) -> bool {
        let Some(mut local) = self.local.as_ref() else {
            // A check has no use for the data.
            return !std::mem::take(&mut self.down).is_empty();
        };
        let mut progress = false;
        if !self.down.is_empty() && self.writable {
            let (first, second) = self.down.as_slices();
            match local.write_vectored(&[IoSlice::new(first), IoSlice::new(second)]) {
                Ok(size) => {
                    self.down.drain(..size);
                    self.taken += u32::try_from(size).unwrap_or(WINDOW);
                    progress = true;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => self.writable = false,
                Err(error) => self.broken |= error.kind() != ErrorKind::Interrupted,
            }
        }
        if self.taken >= WINDOW / 2 {
            MuxFrame::WindowAdjust(number, std::mem::take(&mut self.taken)).put(out);
        }
        if self.came_all && self.down.is_empty() && !std::mem::replace(&mut self.shut, true) {
            // Half-close: the browser may still be sending.
            let _ = local.shutdown(Shutdown::Write);
            progress = true;
        }
        progress
    }
}
