//! Resumable streams: the websockets of a page, which outlive the SSH connection.
//!
//! A program on the remote host, the holder (`holder.py`), has the connections to the server. It keeps them when the SSH
//! connection is lost, and what comes from them; this end keeps the browser's sockets. The next SSH connection attaches to
//! the holder's unix socket, both ends say how much of each stream they have, and the rest is sent again: everything
//! arrives once, in its order. All other connections travel over channels of their own as ever.
//!
//! Why so, and what it costs: docs/decisions/0017-websockets-are-held.md.

mod attachment;
pub mod frame;
mod fuzz;
mod stream;

use std::collections::BTreeMap;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::{Duration, Instant};

use rustix::event::PollFlags;

use self::attachment::{Attachment, AttachmentState};
pub use self::attachment::{HolderAddress, HolderRequest, HolderRoute};
use self::frame::ResumeFrame;
use self::stream::ResumableStream;
use super::first_request::{self, RequestKind};
use super::framing::InvalidFrame;
use crate::ssh::Stream;
use crate::ssh::channel::ForwardTarget;

/// The holder's program.
pub const HOLDER: &str = include_str!("holder.py");

/// Longest time for which a websocket waits for the holder to start: start-up files are read for it.
const START: Duration = Duration::from_secs(10);
/// Longest time for a connection's first request. A browser connects ahead of need, too.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// Pause between two looks at a request that is not complete.
const LOOK: Duration = Duration::from_millis(5);
/// Number of times that a connection to the holder may end before it has begun.
const TRIES: u32 = 3;
/// With so much on its way out, streams wait.
const OUT: usize = 64 << 10;

/// Whose readiness is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResumeSocket {
    /// The connection to the holder.
    Holder,
    /// A stream's local socket.
    Local(u32),
    /// A connection whose first request has not come.
    Undecided,
}

/// A connection whose first request has not come in full.
struct Undecided {
    local: Stream,
    since: Instant,
    /// `poll` would tell of its beginning for ever.
    has_begun: bool,
}

/// The holder, as far as it is known.
enum Holder {
    /// It is being started.
    Awaited,
    /// It listens there.
    Known(HolderAddress),
    /// There is none: websockets travel as everything else.
    Absent,
}

/// The last word to the holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goodbye {
    /// The holder is needed.
    Unsaid,
    /// It was told to end.
    Said,
    /// The same, and it has not ended.
    Awaited,
}

/// All streams to one target.
pub struct ResumableStreams {
    target: ForwardTarget,
    holder: Holder,
    attachment: Option<Attachment>,
    tries: u32,
    streams: BTreeMap<u32, ResumableStream>,
    /// Number of the newest stream.
    last: u32,
    undecided: Vec<Undecided>,
    look_at: Option<Instant>,
    /// Websockets that wait for the holder.
    early: Vec<(Stream, Instant)>,
    /// Connections that get channels of their own.
    passed_on: Vec<Stream>,
    refusal: Option<String>,
    goodbye: Goodbye,
    /// True once the holder has answered.
    was_attached: bool,
    wants_another: bool,
}

impl ResumableStreams {
    /// Streams to `target`, whose holder is being started.
    pub fn new(target: ForwardTarget) -> Self {
        Self {
            target,
            holder: Holder::Awaited,
            attachment: None,
            tries: 0,
            streams: BTreeMap::new(),
            last: 0,
            undecided: Vec::new(),
            look_at: None,
            early: Vec::new(),
            passed_on: Vec::new(),
            refusal: None,
            goodbye: Goodbye::Unsaid,
            was_attached: false,
            wants_another: false,
        }
    }

    /// Returns true if connections to this target may be websockets that can be held.
    pub fn serves(&self, target: &ForwardTarget) -> bool {
        self.target == *target && !matches!(self.holder, Holder::Absent)
    }

    /// Returns the target of its connections.
    pub fn target(&self) -> &ForwardTarget {
        &self.target
    }

    /// Returns true if there is no holder, and none is being started.
    pub fn lacks_holder(&self) -> bool {
        matches!(self.holder, Holder::Absent)
    }

    /// Returns true, once, if a holder is gone that was there.
    pub fn wants_another(&mut self) -> bool {
        std::mem::take(&mut self.wants_another)
    }

    /// A holder is being started.
    pub fn await_holder(&mut self) {
        self.holder = Holder::Awaited;
    }

    /// The holder listens at this address.
    pub fn found(&mut self, address: HolderAddress, route: &mut dyn HolderRoute, now: Instant) {
        self.holder = Holder::Known(address);
        (self.tries, self.was_attached) = (0, false);
        self.attach(route, now);
    }

    /// There is no holder. Streams that one had are closed: the page makes new ones.
    pub fn give_up(&mut self) {
        self.holder = Holder::Absent;
        self.was_attached = false;
        self.attachment = None;
        self.streams.clear();
        let early = std::mem::take(&mut self.early).into_iter();
        let early = early.map(|(local, _)| local);
        let undecided = std::mem::take(&mut self.undecided).into_iter();
        let all = early.chain(undecided.map(|one| one.local));
        self.passed_on.extend(all);
    }

    /// Takes the connections that are to get channels of their own.
    pub fn take_passed_on(&mut self) -> Vec<Stream> {
        std::mem::take(&mut self.passed_on)
    }

    /// Takes a connection, which may be a websocket.
    pub fn consider(&mut self, local: Stream, now: Instant) {
        self.undecided.push(Undecided {
            local,
            since: now,
            has_begun: false,
        });
        self.look_at = Some(now);
    }

    /// The SSH connection is lost: what it has carried is kept.
    pub fn suspend(&mut self) {
        self.attachment = None;
        if matches!(self.holder, Holder::Awaited) {
            self.holder = Holder::Absent;
        }
    }

    /// There is another SSH connection.
    pub fn resume(&mut self, route: &mut dyn HolderRoute, now: Instant) {
        self.tries = 0;
        self.attach(route, now);
    }

    /// Lets the holder end, with all streams. Where other threads carry what it is told, only its end says that it was.
    pub fn quit(&mut self, awaits_end: bool) {
        self.goodbye = if awaits_end {
            Goodbye::Awaited
        } else {
            Goodbye::Said
        };
        if let Some(attachment) = &mut self.attachment {
            self.streams.clear();
            attachment.put(&ResumeFrame::Quit);
        }
    }

    /// Returns why the server was last not reached, once.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refusal.take()
    }

    /// Returns true if there is a channel to the holder and no stream.
    pub fn is_idle(&self) -> bool {
        self.attachment.is_some() && self.streams.is_empty()
    }

    /// Returns the number of websockets that a page has open; none if they cannot be told apart.
    pub fn websockets(&self) -> Option<usize> {
        let open = self.streams.values().filter(|stream| stream.is_open());
        (!self.lacks_holder()).then(|| open.count() + self.early.len())
    }

    /// Returns true if bytes are on their way.
    pub fn is_carrying(&self) -> bool {
        let attachment = self.attachment.as_ref();
        let is_ending = self.goodbye == Goodbye::Awaited && attachment.is_some();
        let out = attachment.is_some_and(Attachment::is_sending);
        is_ending || out || self.streams.values().any(ResumableStream::is_carrying)
    }

    /// Returns when [`ResumableStreams::work`] has to be called next, if nothing happens before.
    pub fn next(&self) -> Option<Instant> {
        let early = self.early.first().map(|(_, since)| *since + START);
        let ping = self.attachment.as_ref().map(Attachment::next);
        let passed_on = (!self.passed_on.is_empty()).then(Instant::now);
        let all = early.into_iter().chain(self.look_at).chain(ping);
        all.chain(passed_on).min()
    }

    /// Returns the file descriptors to poll, and the events to wait for.
    pub fn interest(&self) -> Vec<(ResumeSocket, BorrowedFd<'_>, PollFlags)> {
        let holder = self.attachment.as_ref().map(|attachment| {
            let (fd, flags) = attachment.interest();
            (ResumeSocket::Holder, fd, flags)
        });
        let local = self.streams.iter().map(|(number, stream)| {
            let who = ResumeSocket::Local(*number);
            (who, stream.local.as_fd(), stream.interest())
        });
        let silent = self.undecided.iter().filter(|one| !one.has_begun);
        let undecided =
            silent.map(|one| (ResumeSocket::Undecided, one.local.as_fd(), PollFlags::IN));
        let all = holder.into_iter().chain(local).chain(undecided);
        all.filter(|(_, _, flags)| !flags.is_empty()).collect()
    }

    /// Takes note of what `poll` said.
    pub fn polled(&mut self, who: ResumeSocket, events: PollFlags) {
        let ended = events.intersects(PollFlags::HUP | PollFlags::ERR);
        let readable = ended || events.contains(PollFlags::IN);
        let writable = ended || events.contains(PollFlags::OUT);
        match who {
            ResumeSocket::Holder => {
                if let Some(attachment) = &mut self.attachment {
                    attachment.polled(readable, writable);
                }
            }
            ResumeSocket::Local(number) => {
                if let Some(stream) = self.streams.get_mut(&number) {
                    stream.readable |= readable;
                    stream.writable |= writable;
                }
            }
            ResumeSocket::Undecided if readable => self.look_at = Some(Instant::now()),
            ResumeSocket::Undecided => {}
        }
    }

    /// Moves what can be moved. True when something was. `scratch` holds what is read at once.
    pub fn work(&mut self, now: Instant, route: &mut dyn HolderRoute, scratch: &mut [u8]) -> bool {
        let mut progress = self.receive(now, scratch);
        for stream in self.streams.values_mut() {
            progress |= stream.work(scratch);
        }
        progress |= self.send(now);
        self.look_after(now, route);
        progress
    }

    /// Decides which connections are websockets, as far as their requests have come, and passes on the others. True when one
    /// was decided.
    pub fn decide(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        let is_late = self.pass_on_late(now);
        if self.look_at.is_none_or(|at| at > now) {
            return is_late;
        }
        self.look_at = None;
        let before = self.undecided.len();
        for Undecided { local, since, .. } in std::mem::take(&mut self.undecided) {
            let kind = first_request::peek(&local, scratch);
            let is_late = now >= since + FIRST_REQUEST;
            let look_at = match kind {
                RequestKind::Websocket => {
                    self.hold(local, now);
                    continue;
                }
                RequestKind::Silent if !is_late => since + FIRST_REQUEST,
                RequestKind::Partial if !is_late => now + LOOK,
                _ => {
                    self.passed_on.push(local);
                    continue;
                }
            };
            self.undecided.push(Undecided {
                local,
                since,
                has_begun: kind == RequestKind::Partial,
            });
            self.look_at = Some(self.look_at.map_or(look_at, |at| at.min(look_at)));
        }
        is_late || self.undecided.len() < before
    }

    fn hold(&mut self, local: Stream, now: Instant) {
        // From one that has never answered it could not be taken back.
        if self.was_attached {
            self.add(local);
        } else {
            self.early.push((local, now));
        }
    }

    fn add(&mut self, local: Stream) {
        self.last = self.last.wrapping_add(1);
        self.streams.insert(self.last, ResumableStream::new(local));
    }

    /// A holder that takes long to start keeps nobody waiting.
    fn pass_on_late(&mut self, now: Instant) -> bool {
        let late = self.early.iter().filter(|(_, since)| now >= *since + START);
        let late = late.count();
        let late_ones = self.early.drain(..late).map(|(local, _)| local);
        self.passed_on.extend(late_ones);
        late > 0
    }

    fn attach(&mut self, route: &mut dyn HolderRoute, now: Instant) {
        let Holder::Known(address) = &self.holder else {
            return;
        };
        let received = self.streams.iter();
        let received = received.map(|(number, stream)| (*number, stream.down.received()));
        match Attachment::begin(address, received, self.last, route, now) {
            Ok(attachment) => self.attachment = Some(attachment),
            Err(error) => {
                tracing::warn!(%error, "no connection to the holder");
                self.give_up();
            }
        }
    }

    /// Takes in what the holder sends.
    fn receive(&mut self, now: Instant, scratch: &mut [u8]) -> bool {
        let Some(attachment) = &mut self.attachment else {
            return false;
        };
        let progress = attachment.receive(now, scratch);
        while let Some(attachment) = &mut self.attachment
            && let Some(frame) = attachment.next_frame()
        {
            if self.obey(frame).is_err()
                && let Some(attachment) = &mut self.attachment
            {
                attachment.reject();
            }
        }
        progress
    }

    fn obey(&mut self, frame: ResumeFrame) -> Result<(), InvalidFrame> {
        match frame {
            ResumeFrame::Begin(last) => self.go_on(last)?,
            ResumeFrame::Data(number, data) => {
                if let Some(stream) = self.streams.get_mut(&number) {
                    stream.was_answered = true;
                    stream.down.take(&data)?;
                }
            }
            ResumeFrame::End(number) => {
                if let Some(stream) = self.streams.get_mut(&number) {
                    stream.was_answered = true;
                    stream.down.end();
                }
            }
            ResumeFrame::Taken(number, count) => {
                if let Some(stream) = self.streams.get_mut(&number) {
                    stream.up.taken(count)?;
                }
            }
            ResumeFrame::Reset(number, reason) => {
                // One to which nothing was ever answered was not taken at all.
                let stream = self.streams.remove(&number);
                if stream.is_some_and(|stream| !stream.was_answered) {
                    self.refusal = Some(reason);
                }
            }
            ResumeFrame::Hello(_)
            | ResumeFrame::State(..)
            | ResumeFrame::Open(_)
            | ResumeFrame::Ping
            | ResumeFrame::Quit => {}
        }
        Ok(())
    }

    /// Both ends know what the other one has. A stream that the holder has opened and has no more is over.
    fn go_on(&mut self, last: u32) -> Result<(), InvalidFrame> {
        self.tries = 0;
        self.was_attached = true;
        let Some(attachment) = &mut self.attachment else {
            return Ok(());
        };
        let states = attachment.open();
        let mut is_right = true;
        self.streams.retain(|number, stream| {
            stream.is_opened = *number <= last;
            stream.down.tell_again();
            let received = states.get(number).copied();
            is_right &= stream.up.go_on_from(received.unwrap_or_default()).is_ok();
            received.is_some() || !stream.is_opened
        });
        for (local, _) in std::mem::take(&mut self.early) {
            self.add(local);
        }
        is_right.then_some(()).ok_or(InvalidFrame)
    }

    /// Gives the connection to the holder what there is, a piece of each stream at a time.
    fn send(&mut self, now: Instant) -> bool {
        let Some(attachment) = &mut self.attachment else {
            return false;
        };
        let mut is_moving = attachment.is_open();
        while is_moving && attachment.size() < OUT {
            is_moving = false;
            self.streams.retain(|number, stream| {
                is_moving |= tell(attachment, *number, stream);
                !(stream.is_over() || stream.is_broken)
            });
        }
        attachment.send(now)
    }

    /// Attaches again where the connection to the holder has ended, and not the SSH connection.
    fn look_after(&mut self, now: Instant, route: &mut dyn HolderRoute) {
        let Some(attachment) = &self.attachment else {
            return;
        };
        match attachment.state() {
            AttachmentState::Alive => {}
            AttachmentState::Ended | AttachmentState::Refused(_)
                if self.goodbye != Goodbye::Unsaid =>
            {
                self.attachment = None;
            }
            AttachmentState::Ended if self.tries < TRIES => {
                self.tries += 1;
                self.attach(route, now);
            }
            AttachmentState::Ended => self.lose_holder("it ends every connection"),
            AttachmentState::Refused(reason) => self.lose_holder(&reason),
        }
    }

    fn lose_holder(&mut self, reason: &str) {
        let streams = self.streams.len();
        tracing::info!(reason, streams, "the holder of the websockets is gone");
        self.wants_another = self.was_attached;
        self.give_up();
    }
}

/// Sends one piece of a stream, and what the browser has taken. True if there may be more.
fn tell(attachment: &mut Attachment, number: u32, stream: &mut ResumableStream) -> bool {
    if stream.is_broken {
        if stream.is_opened {
            attachment.put(&ResumeFrame::Reset(number, String::new()));
        }
        return false;
    }
    if !std::mem::replace(&mut stream.is_opened, true) {
        attachment.put(&ResumeFrame::Open(number));
    }
    if let Some(taken) = stream.down.next(number) {
        attachment.put(&taken);
    }
    let piece = stream.up.next(number);
    if let Some(piece) = &piece {
        attachment.put(piece);
    }
    piece.is_some()
}

#[cfg(test)]
mod tests;
