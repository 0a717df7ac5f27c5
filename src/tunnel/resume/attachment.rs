//! One connection to the holder: over a channel of the SSH connection, of that to a compute node, or over the relay there,
//! which leads to the holder's unix socket.

use std::collections::{BTreeMap, VecDeque};
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::frame::ResumeFrame;
use crate::ssh::Stream;
use crate::ssh::channel::ForwardTarget;
use crate::tunnel::channel_opener::{ChannelOpener, OnOpened, OpenRequest, is_of_the_target};
use crate::tunnel::framing::FrameReader;

/// Interval between signs of life: the holder ends a quarter of an hour after the last one.
const PING: Duration = Duration::from_secs(60);

/// Where the holder listens.
#[derive(Clone)]
pub struct HolderAddress {
    /// Its unix socket on the remote host.
    pub path: String,
    /// The secret that it wants first.
    pub secret: String,
}

/// A connection to the holder that is to be made.
pub struct HolderRequest {
    /// This end of it.
    pub local: Stream,
    /// The holder's unix socket.
    pub path: String,
    /// Where the reason is put if the remote host refuses it, before this end is closed.
    pub refusal: Arc<OnceLock<String>>,
}

impl HolderRequest {
    /// Returns what a channel for it needs.
    pub fn into_parts(self) -> (Stream, ForwardTarget, OnOpened) {
        let tell = move |result: Result<(), ssh2::Error>| {
            if let Err(error) = result
                && is_of_the_target(&error)
            {
                let _ = self.refusal.set(error.message().to_owned());
            }
        };
        let target = ForwardTarget::Unix { path: self.path };
        (self.local, target, Box::new(tell))
    }
}

/// Carries connections to the holder.
pub trait HolderRoute {
    /// Makes one.
    fn attach(&mut self, request: HolderRequest, now: Instant);
}

impl HolderRoute for ChannelOpener {
    fn attach(&mut self, request: HolderRequest, _: Instant) {
        let (local, target, tell) = request.into_parts();
        self.want(OpenRequest::Join(local, target, tell));
    }
}

/// State of a connection to the holder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachmentState {
    /// It is open, or being opened.
    Alive,
    /// The remote host does not connect it: nobody listens there, or it may not.
    Refused(String),
    /// It was open, or the SSH connection has ended.
    Ended,
}

/// A connection to the holder.
#[allow(clippy::struct_excessive_bools)] // Each of them is a fact of its own.
pub struct Attachment {
    far: UnixStream,
    readable: bool,
    writable: bool,
    out: VecDeque<u8>,
    came: FrameReader<ResumeFrame>,
    /// Each stream, and the count of what the holder has received of it, until it says that those are all. (It may have
    /// streams that are over here.)
    states: BTreeMap<u32, Option<u64>>,
    is_open: bool,
    ended: bool,
    pinged: Instant,
    refusal: Arc<OnceLock<String>>,
}

impl Attachment {
    /// Asks for the connection, and says how much of each stream is here.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn begin(
        address: &HolderAddress,
        received: impl Iterator<Item = (u32, u64)>,
        last: u32,
        route: &mut dyn HolderRoute,
        now: Instant,
    ) -> std::io::Result<Self> {
        let (far, theirs) = UnixStream::pair()?;
        theirs.set_nonblocking(true)?;
        let refusal = Arc::<OnceLock<_>>::default();
        let attachment = Self::new(far, address, (received, last), (Arc::clone(&refusal), now))?;
        let request = HolderRequest {
            local: theirs.into(),
            path: address.path.clone(),
            refusal,
        };
        route.attach(request, now);
        Ok(attachment)
    }

    /// Greets the holder at the other end of `far`.
    pub(super) fn new(
        far: UnixStream,
        address: &HolderAddress,
        (received, last): (impl Iterator<Item = (u32, u64)>, u32),
        (refusal, now): (Arc<OnceLock<String>>, Instant),
    ) -> std::io::Result<Self> {
        far.set_nonblocking(true)?;
        let mut out = VecDeque::new();
        ResumeFrame::Hello(address.secret.clone().into_bytes()).put(&mut out);
        let mut states = BTreeMap::new();
        for (number, count) in received {
            ResumeFrame::State(number, count).put(&mut out);
            states.insert(number, None);
        }
        ResumeFrame::Begin(last).put(&mut out);
        Ok(Self {
            far,
            readable: true,
            writable: true,
            out,
            came: FrameReader::default(),
            states,
            is_open: false,
            ended: false,
            pinged: now,
            refusal,
        })
    }

    /// Returns true once both ends know what the other one has.
    pub fn is_open(&self) -> bool {
        self.is_open
    }

    /// From now on streams go on. Returns what the holder has received of each.
    pub fn open(&mut self) -> BTreeMap<u32, u64> {
        self.is_open = true;
        let states = std::mem::take(&mut self.states).into_iter();
        states
            .filter_map(|(number, count)| Some((number, count?)))
            .collect()
    }

    /// The holder has broken a promise: nothing that it says counts any more.
    pub fn reject(&mut self) {
        self.ended = true;
    }

    /// Returns what became of it.
    pub fn state(&self) -> AttachmentState {
        match self.refusal.get() {
            Some(reason) => AttachmentState::Refused(reason.clone()),
            None if self.ended => AttachmentState::Ended,
            None => AttachmentState::Alive,
        }
    }

    /// Puts a frame into what is to be sent.
    pub fn put(&mut self, frame: &ResumeFrame) {
        frame.put(&mut self.out);
    }

    /// Returns the number of bytes that are to be sent.
    pub fn size(&self) -> usize {
        self.out.len()
    }

    /// Returns true if bytes are to be sent.
    pub fn is_sending(&self) -> bool {
        !self.out.is_empty() && !self.ended
    }

    /// Returns when the next sign of life is due.
    pub fn next(&self) -> Instant {
        self.pinged + PING
    }

    /// Returns the file descriptor to poll, and the events to wait for.
    pub fn interest(&self) -> (BorrowedFd<'_>, PollFlags) {
        let mut flags = PollFlags::empty();
        if !self.ended {
            flags |= PollFlags::IN;
        }
        if self.is_sending() && !self.writable {
            flags |= PollFlags::OUT;
        }
        (self.far.as_fd(), flags)
    }

    /// Takes note of what `poll` said.
    pub fn polled(&mut self, readable: bool, writable: bool) {
        self.readable |= readable;
        self.writable |= writable;
    }

    /// Reads what has come. True when something has.
    pub fn receive(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        if now >= self.next() {
            self.pinged = now;
            self.put(&ResumeFrame::Ping);
        }
        if !self.readable || self.ended {
            return false;
        }
        match (&self.far).read(scratch) {
            Ok(0) => self.ended = true,
            Ok(size) => {
                self.came.take(&scratch[..size]);
                // Whether there is more, the next poll tells.
                self.readable = size == scratch.len();
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.readable = false;
                return false;
            }
            Err(error) => self.ended = error.kind() != ErrorKind::Interrupted,
        }
        true
    }

    /// Returns the next frame that is of concern to the streams.
    pub fn next_frame(&mut self) -> Option<ResumeFrame> {
        while !self.ended {
            match self.came.next() {
                Ok(Some(ResumeFrame::State(number, count))) => {
                    if let Some(state) = self.states.get_mut(&number) {
                        *state = Some(count);
                    }
                }
                Ok(frame) => return frame,
                Err(_) => {
                    self.ended = true;
                    return None;
                }
            }
        }
        None
    }

    /// Sends what there is. True when something was sent.
    pub fn send(&mut self, now: Instant) -> bool {
        if !self.is_sending() || !self.writable {
            return false;
        }
        let (first, second) = self.out.as_slices();
        match (&self.far).write_vectored(&[IoSlice::new(first), IoSlice::new(second)]) {
            Ok(size) => {
                self.out.drain(..size);
                self.pinged = now;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.writable = false;
                return false;
            }
            Err(error) => self.ended |= error.kind() != ErrorKind::Interrupted,
        }
        true
    }
}
