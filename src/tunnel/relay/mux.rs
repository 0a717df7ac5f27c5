//! Many connections over the standard input and output of one program: the near end of `relay.py`,
//! which connects them on the compute node.
//!
//! Each direction of each connection has a credit, as a channel of SSH has a window, so that one
//! reader who stalls neither slows the others nor fills the memory of either side.

use std::borrow::Cow;
use std::collections::{BTreeMap, VecDeque};
use std::io::{ErrorKind, IoSlice, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use super::frame::MuxFrame;
use super::stream::{CHUNK, MuxStream, WINDOW};
use crate::ssh::Stream;
use crate::tunnel::framing::FrameReader;
use crate::tunnel::resume::HolderRequest;

/// The program of the remote end.
pub const PROGRAM: &str = include_str!("relay.py");

/// With so much on its way out, local sockets are not read.
const CONGESTED: usize = 256 << 10;
/// Interval between keepalives: after a longer silence, the remote end takes this side for gone.
const PING: Duration = Duration::from_secs(30);
/// And we take this for its end: the network's is found out sooner and otherwise.
const SILENCE: Duration = Duration::from_secs(75);
/// Size up to which bytes wait to be sent together. TCP between a scheduler's processes holds a
/// small piece back until the one before is acknowledged (Nagle), up to 40 ms: what comes within
/// milliseconds goes as one. The remote end does the same.
const SMALL: usize = 1400;
const TOGETHER: Duration = Duration::from_millis(3);
/// Number of bytes kept of lines that came before the remote end's first output.
const NOISE: usize = 4096;

/// Whose readiness is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// The program.
    Far,
    /// A local connection.
    Near(u32),
}

/// A connection that is to be begun.
enum MuxRequest {
    /// To the server; without a local side, a check that it listens.
    Server(Option<Stream>),
    /// To a holder.
    Holder(HolderRequest),
    /// To the output of a holder that is to be started.
    Start(Stream, String),
}

/// The connections, and the stream that carries them.
pub struct Mux {
    far: UnixStream,
    readable: bool,
    writable: bool,
    /// The line with which the program begins; what comes before it is none of its words.
    mark: Option<String>,
    noise: Vec<u8>,
    out: VecDeque<u8>,
    /// Until when that waits for more; none when it is empty.
    out_at: Option<Instant>,
    came: FrameReader<MuxFrame>,
    lines: BTreeMap<u32, MuxStream>,
    /// Those that came before the program's mark. (A shell that has read ahead would take their
    /// bytes for its own.)
    early: Vec<MuxRequest>,
    last: u32,
    heard: Instant,
    pinged: Instant,
    ended: bool,
    refusal: Option<String>,
}

impl Mux {
    /// `far` leads to a program that is given `input` and says `mark` before all else.
    ///
    /// # Errors
    /// When the stream cannot be made not to block.
    pub fn new(far: UnixStream, input: &str, mark: &str, now: Instant) -> std::io::Result<Self> {
        far.set_nonblocking(true)?;
        Ok(Self {
            far,
            readable: true,
            writable: true,
            mark: Some(mark.to_owned()),
            noise: Vec::new(),
            out: input.as_bytes().iter().copied().collect(),
            out_at: Some(now),
            came: FrameReader::default(),
            lines: BTreeMap::new(),
            early: Vec::new(),
            last: 0,
            heard: now,
            pinged: now,
            ended: false,
            refusal: None,
        })
    }

    /// Carries one more connection, whose socket does not block; without one, it only checks that
    /// something listens there.
    pub fn add(&mut self, local: Option<Stream>) {
        self.want(MuxRequest::Server(local));
    }

    /// Carries a connection to a holder.
    pub fn attach(&mut self, request: HolderRequest) {
        self.want(MuxRequest::Holder(request));
    }

    /// Starts a holder: its program and arguments, separated by zeros. `local` gets what it prints.
    pub fn start_holder(&mut self, local: Stream, program: String) {
        self.want(MuxRequest::Start(local, program));
    }

    fn want(&mut self, request: MuxRequest) {
        if self.mark.is_some() {
            self.early.push(request);
            return;
        }
        self.last = self.last.wrapping_add(1);
        let line = match request {
            MuxRequest::Server(local) => {
                MuxFrame::Open(self.last).put(&mut self.out);
                MuxStream::new(local)
            }
            MuxRequest::Holder(request) => {
                MuxFrame::OpenHolder(self.last, request.path).put(&mut self.out);
                let mut line = MuxStream::new(Some(request.local));
                line.refusal = Some(request.refusal);
                line
            }
            MuxRequest::Start(local, program) => {
                MuxFrame::StartHolder(self.last, program).put(&mut self.out);
                let mut line = MuxStream::new(Some(local));
                line.refusal = Some(Arc::default());
                line
            }
        };
        self.insert(line);
    }

    fn insert(&mut self, mut line: MuxStream) {
        if line.local.is_none() {
            line.said_all = true;
            MuxFrame::End(self.last).put(&mut self.out);
        }
        self.lines.insert(self.last, line);
    }

    /// Returns true if the program has begun.
    pub fn is_up(&self) -> bool {
        self.mark.is_none()
    }

    /// Returns true if the stream is over: then all connections are.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    /// Why a connection was last refused on the node, once.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refusal.take()
    }

    /// The last lines of what came instead of the program's first word, without the script's own
    /// answers, which begin with the mark.
    pub fn noise(&self) -> String {
        let noise = String::from_utf8_lossy(&self.noise);
        let is_answer = |line: &&str| {
            self.mark
                .as_ref()
                .is_some_and(|mark| line.starts_with(mark))
        };
        let lines: Vec<&str> = noise.lines().filter(|line| !is_answer(line)).collect();
        lines.join("\n").trim().to_owned()
    }

    /// The connections to the server that have not been begun: another relay can have them.
    pub fn into_early(self) -> impl Iterator<Item = Stream> {
        self.early.into_iter().filter_map(|early| match early {
            MuxRequest::Server(local) => local,
            MuxRequest::Holder(_) | MuxRequest::Start(..) => None,
        })
    }

    /// Returns true if bytes are on their way to either side.
    pub fn is_carrying(&self) -> bool {
        !self.out.is_empty() || self.lines.values().any(|line| !line.down.is_empty())
    }

    /// Returns when [`Mux::work`] has to be called next, if nothing happens before.
    pub fn next(&self) -> Instant {
        let ping = self.pinged + PING;
        let out_at = self.out_at.filter(|_| self.writable);
        out_at.map_or(ping, |at| at.min(ping))
    }

    /// Returns the file descriptors to poll, and the events to wait for.
    pub fn interest(&self) -> Vec<(Who, BorrowedFd<'_>, PollFlags)> {
        let mut flags = PollFlags::IN;
        if !self.out.is_empty() && !self.writable {
            flags |= PollFlags::OUT;
        }
        let far = (Who::Far, self.far.as_fd(), flags);
        let congested = self.out.len() > CONGESTED;
        let near = self.lines.iter().filter_map(|(number, line)| {
            let flags = line.interest(congested);
            let local = line.local.as_ref()?;
            (!flags.is_empty()).then(|| (Who::Near(*number), local.as_fd(), flags))
        });
        std::iter::once(far).chain(near).collect()
    }

    /// Takes note of what `poll` said.
    pub fn polled(&mut self, who: Who, events: PollFlags) {
        let (readable, writable) = match who {
            Who::Far => (&mut self.readable, &mut self.writable),
            Who::Near(number) => match self.lines.get_mut(&number) {
                Some(line) => (&mut line.readable, &mut line.writable),
                None => return,
            },
        };
        let ended = events.intersects(PollFlags::HUP | PollFlags::ERR);
        *readable |= ended || events.contains(PollFlags::IN);
        *writable |= ended || events.contains(PollFlags::OUT);
    }

    /// Moves what can be moved. True when something was. `scratch` holds what is read at once.
    pub fn work(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        let mut progress = self.receive(now, scratch);
        if self.is_up() {
            self.ping(now);
        }
        let congested = self.out.len() > CONGESTED;
        let out = &mut self.out;
        self.lines.retain(|number, line| {
            progress |= line.work(*number, out, congested, scratch);
            !line.is_done()
        });
        progress | self.send(now)
    }

    fn ping(&mut self, now: Instant) {
        self.ended |= now.saturating_duration_since(self.heard) > SILENCE;
        if now >= self.pinged + PING {
            self.pinged = now;
            MuxFrame::Ping.put(&mut self.out);
        }
    }

    fn send(&mut self, now: Instant) -> bool {
        if self.out.is_empty() {
            self.out_at = None;
            return false;
        }
        let at = *self.out_at.get_or_insert(now + TOGETHER);
        if !self.writable || now < at && self.out.len() <= SMALL {
            return false;
        }
        let (first, second) = self.out.as_slices();
        let parts = [IoSlice::new(first), IoSlice::new(second)];
        match (&self.far).write_vectored(&parts) {
            Ok(size) => drop(self.out.drain(..size)),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.writable = false;
                return false;
            }
            Err(error) => self.ended |= error.kind() != ErrorKind::Interrupted,
        }
        true
    }

    fn receive(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        if !self.readable || self.ended {
            return false;
        }
        let size = scratch.len().min(CHUNK);
        match (&self.far).read(&mut scratch[..size]) {
            Ok(0) => self.ended = true,
            Ok(size) => {
                self.heard = now;
                self.take(&scratch[..size], now);
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => {
                self.readable = false;
                return false;
            }
            Err(error) => self.ended = error.kind() != ErrorKind::Interrupted,
        }
        true
    }

    fn take(&mut self, data: &[u8], now: Instant) {
        match self.past_the_mark(data, now) {
            Some(rest) => self.came.take(&rest),
            None => return,
        }
        loop {
            match self.came.next() {
                Ok(Some(frame)) => self.obey(frame),
                Ok(None) => return,
                Err(_) => {
                    self.ended = true;
                    return;
                }
            }
        }
    }

    /// Returns what comes after the mark; until then, keeps what start-up files print for the text
    /// of a failure.
    fn past_the_mark<'a>(&mut self, data: &'a [u8], now: Instant) -> Option<Cow<'a, [u8]>> {
        let Some(mark) = &self.mark else {
            return Some(data.into());
        };
        let line = format!("\n{mark}\n");
        self.noise.extend(data);
        let mut windows = self.noise.windows(line.len());
        let Some(at) = windows.position(|window| window == line.as_bytes()) else {
            let excess = self.noise.len().saturating_sub(NOISE);
            self.noise.drain(..excess);
            return None;
        };
        let rest = self.noise.split_off(at + line.len());
        self.mark = None;
        self.pinged = now;
        for early in std::mem::take(&mut self.early) {
            self.want(early);
        }
        Some(rest.into())
    }

    /// A frame of a connection that has just been given up here is passed over.
    fn obey(&mut self, frame: MuxFrame) {
        match frame {
            MuxFrame::Data(number, data) => {
                if let Some(line) = self.lines.get_mut(&number) {
                    line.was_answered = true;
                    line.down.extend(data);
                    // The peer exceeded its window: a protocol error.
                    self.ended |= line.down.len() > WINDOW as usize;
                }
            }
            MuxFrame::WindowAdjust(number, size) => {
                if let Some(line) = self.lines.get_mut(&number) {
                    line.credit = line.credit.saturating_add(size);
                }
            }
            MuxFrame::End(number) => {
                if let Some(line) = self.lines.get_mut(&number) {
                    line.was_answered = true;
                    line.came_all = true;
                }
            }
            MuxFrame::Reset(number, reason) => {
                // One to which nothing was ever answered was not taken at all.
                let line = self.lines.remove(&number);
                let Some(line) = line.filter(|line| !line.was_answered) else {
                    return;
                };
                match &line.refusal {
                    Some(refusal) => drop(refusal.set(reason)),
                    None => self.refusal = Some(reason),
                }
            }
            MuxFrame::Open(_)
            | MuxFrame::OpenHolder(..)
            | MuxFrame::StartHolder(..)
            | MuxFrame::Ping => {}
        }
    }
}

#[cfg(test)]
mod tests;
