//! The pump: one turn accepts, opens, moves and closes whatever can be, then waits.
//!
//! Any call into libssh2 may take in data of any channel, so a turn in which something moved only
//! looks at the sockets and does not wait. It does look, though, and returns: during a download
//! something moves all the time, and neither another connection nor a wish to close may have to
//! wait for the end of it.

mod upstream;

use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::channel_opener::{Opened, Openings, Refusal, Tell, Wanted};
use super::connection::Link;
use super::keepalive::Pulse;
use super::listener::Door;
use super::relay::Relay;
use crate::ssh::channel::{Channel, Target};
use crate::ssh::poll::{WaitError, Waiter};
use crate::ssh::{Connection, Errand, Error, Stream, Task};

pub use upstream::{Carrier, Held};

/// What one turn takes in from the SSH connection at most: a millisecond or two of decrypting.
const INTAKE: usize = 256 << 10;

/// What one link takes over from the far side in one turn at most, so that none starves another.
const CHUNK: usize = 64 << 10;

/// How long a server may take to close what it is asked to close.
const CLOSING: Duration = Duration::from_secs(2);

/// How long a command beside the tunnel may take: the account's start-up files are read for it.
const ERRAND: Duration = Duration::from_secs(30);

/// A forwarded connection that the far side did not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Where it should have gone.
    pub target: Target,
    /// The far side's words.
    pub reason: String,
}

/// Carries the connections of all doors over one SSH session.
pub struct Pump {
    connection: Rc<Connection>,
    waiter: Rc<Waiter>,
    doors: Vec<Door>,
    openings: Openings,
    /// Who carries what comes in at the doors, where that is not this pump.
    carrier: Option<Carrier>,
    links: Vec<Link>,
    closing: Vec<Channel>,
    /// A channel at its end. Reading nothing from it takes in what the socket holds: the server's
    /// keep-alives want answers also when nothing is forwarded. A jump host gives none: many allow
    /// forwarding and nothing else, and nothing is read there while nothing is forwarded.
    spine: Option<Channel>,
    spine_closed: bool,
    pulse: Pulse,
    errand: Option<(Errand, Instant)>,
    outcome: Option<Result<Vec<String>, Error>>,
    refused: Option<Refused>,
    relay: Option<Relay>,
    /// A listener has something; cleared when all were asked.
    knocked: bool,
    scratch: Vec<u8>,
    resting_until: Option<Instant>,
}

impl Pump {
    /// A pump without doors; `spine` is the channel of the script that ran before, if any.
    pub fn new(connection: Rc<Connection>, waiter: Rc<Waiter>, spine: Option<Channel>) -> Self {
        let pulse = Pulse::new(connection.alive());
        Self {
            connection,
            waiter,
            doors: Vec::new(),
            openings: Openings::default(),
            carrier: None,
            links: Vec::new(),
            closing: Vec::new(),
            spine,
            spine_closed: false,
            pulse,
            errand: None,
            outcome: None,
            refused: None,
            relay: None,
            knocked: true,
            scratch: vec![0; CHUNK],
            resting_until: None,
        }
    }

    /// The channel of the script, once it is at its end.
    pub fn set_spine(&mut self, spine: Channel) {
        self.spine = Some(spine);
    }

    /// There is reason to doubt that the far side lives: if it does not answer within seconds, the
    /// connection is lost.
    pub fn doubt(&mut self) {
        self.pulse.doubt(Instant::now());
    }

    /// Carries one more connection, whose socket does not block, and tells what the far side says.
    pub fn join(&mut self, local: Stream, target: Target, tell: Tell) {
        self.openings.want(Wanted::Join(local, target, tell));
    }

    /// Carries one more connection, as if it had come in at a door.
    pub fn carry(&mut self, local: Stream, target: Target) {
        self.openings.want(Wanted::Link(local, target));
    }

    /// Looks whether anybody listens at `target`; if not, [`Pump::take_refusal`] tells.
    pub fn knock(&mut self, target: Target) {
        self.want(Wanted::Knock(target));
    }

    /// Returns true if a channel is wanted, or on its way.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        !self.openings.is_idle()
    }

    /// Runs a command beside the forwarded connections, one at a time; its outcome is to be taken.
    pub fn run(&mut self, task: Task) {
        self.openings.want(Wanted::Errand(task));
    }

    /// What the command said, line by line.
    pub fn take_outcome(&mut self) -> Option<Result<Vec<String>, Error>> {
        self.outcome.take()
    }

    /// Opens another door.
    pub fn add(&mut self, door: Door) {
        self.doors.push(door);
    }

    /// How many channels are open or on their way to be closed.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.links.len() + self.closing.len()
    }

    /// Why the far side last refused a connection, once.
    pub fn take_refusal(&mut self) -> Option<Refused> {
        self.refused.take()
    }

    /// Moves what can be moved; if that was nothing, waits for the next thing to happen, for a
    /// wake-up, or until `until`.
    ///
    /// # Errors
    /// [`Error::Session`] or [`Error::Silent`] when the connection is lost, [`Error::Wait`] when
    /// cancelled.
    pub fn turn(&mut self, until: Option<Instant>) -> Result<(), Error> {
        let now = Instant::now();
        if self.work(now)? {
            return self.wait(Some(now));
        }
        let heard = self.connection.wire().heard();
        let errand = self.errand.as_ref().map(|(_, until)| *until);
        let relay = self.relay.as_ref().and_then(Relay::next);
        let own = [
            self.pulse.next(heard, now),
            errand,
            relay,
            self.resting_until,
        ];
        self.wait(until.into_iter().chain(own.into_iter().flatten()).min())
    }

    fn work(&mut self, now: Instant) -> Result<bool, Error> {
        let connection = Rc::clone(&self.connection);
        let wire = connection.wire();
        wire.flush();
        wire.allow(INTAKE);
        self.take_in()?;
        self.listen_for_life(now)?;
        let mut progress = self.accept(now);
        progress |= self.open();
        progress |= self.run_errand(now);
        for link in &mut self.links {
            progress |= link.work(now, wire.is_congested(), &mut self.scratch);
        }
        progress |= self.work_relay(now);
        while let Some(done) = self.links.iter().position(Link::is_done) {
            let link = self.links.swap_remove(done);
            if let (Some(relay), Some(words)) = (&mut self.relay, link.words()) {
                relay.command_ended(words);
            }
            self.closing.push(link.into_channel());
            progress = true;
        }
        let before = self.closing.len();
        let closing = std::mem::take(&mut self.closing);
        self.closing = closing
            .into_iter()
            .filter_map(|channel| channel.close().err())
            .collect();
        Ok(progress || self.closing.len() < before)
    }

    /// Takes in what the socket holds, and finds out that the connection has ended.
    fn take_in(&mut self) -> Result<(), Error> {
        if let Some(spine) = &mut self.spine {
            self.spine_closed = self.spine_closed || spine.poll_close().is_ready();
        }
        match self.reader().map(|channel| channel.poll_read(0, &mut [])) {
            Some(Poll::Ready(Err(error))) => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// Any channel: reading from one takes in what comes for all.
    fn reader(&mut self) -> Option<&mut Channel> {
        let link = self.links.first_mut().map(Link::channel);
        let other = link.or(self.closing.first_mut());
        self.spine.as_mut().or(other).or(self.pulse.channel())
    }

    /// The channel for questions is opened as soon as one is due, and early, when nobody waits for
    /// another one: while a forwarded connection hangs in its opening, none can be opened.
    fn listen_for_life(&mut self, now: Instant) -> Result<(), Error> {
        let heard = self.connection.wire().heard();
        self.pulse.work(heard, now)?;
        if self.pulse.take_order(heard, now) {
            self.openings.want_first(Wanted::Pulse);
        }
        if let Some(since) = self.openings.pulse_since() {
            self.pulse.opening(since);
        }
        Ok(())
    }

    fn run_errand(&mut self, now: Instant) -> bool {
        let Some((mut errand, until)) = self.errand.take() else {
            return false;
        };
        let result = match errand.work() {
            Ok(moved) if !errand.is_done() && now < until => {
                self.errand = Some((errand, until));
                return moved;
            }
            Ok(_) if !errand.is_done() => Err(WaitError::TimedOut.into()),
            other => other,
        };
        let (lines, channel) = errand.finish();
        self.closing.push(channel);
        self.outcome = Some(result.map(|_| lines));
        true
    }

    fn open(&mut self) -> bool {
        if self.openings.needs_session() && !self.pulse.make_room() {
            return false;
        }
        match self.openings.poll(self.connection.session()) {
            Poll::Pending => return false,
            Poll::Ready(Ok(Opened::Link(link))) => self.joined(link),
            Poll::Ready(Ok(Opened::Join(link, tell))) => {
                self.joined(link);
                tell(Ok(()));
            }
            Poll::Ready(Ok(Opened::Knock(channel))) => self.closing.push(channel),
            Poll::Ready(Ok(Opened::Command(link))) => self.links.push(link),
            Poll::Ready(Ok(Opened::Pulse(channel))) => self.pulse.opened(Some(channel)),
            Poll::Ready(Ok(Opened::Errand(errand))) => {
                self.errand = Some((errand, Instant::now() + ERRAND));
            }
            Poll::Ready(Err(refusal)) => self.was_refused(refusal),
        }
        true
    }

    fn joined(&mut self, link: Link) {
        self.links.push(link);
        if self.openings.is_idle() && self.pulse.take_early_order() {
            self.openings.want(Wanted::Pulse);
        }
    }

    /// The local side of a refused connection sees it closed, as if nobody listened there.
    fn was_refused(&mut self, refusal: Refusal) {
        let is_theirs = refusal.is_theirs();
        let reason = refusal.error.message().to_owned();
        self.closing.extend(refusal.channel);
        match refusal.wanted {
            Wanted::Link(_, target) | Wanted::Knock(target) if is_theirs => {
                self.refused = Some(Refused { target, reason });
            }
            Wanted::Link(..) | Wanted::Knock(_) => {}
            Wanted::Join(_, _, tell) => tell(Err(refusal.error)),
            Wanted::Command(..) => {
                if let Some(relay) = &mut self.relay {
                    relay.command_ended(reason);
                }
            }
            Wanted::Errand(_) => self.outcome = Some(Err(refusal.error.into())),
            Wanted::Pulse => self.pulse.opened(None),
        }
    }

    fn wait(&mut self, until: Option<Instant>) -> Result<(), Error> {
        let has_reader = self.reader().is_some() || self.openings.has_begun();
        let wire = self.connection.wire();
        let congested = wire.is_congested();
        let mut interest = self.connection.interest();
        if !has_reader {
            // Nothing would take it in, and `poll` would return at once for ever.
            interest.remove(PollFlags::IN);
        }
        let mut fds = vec![PollFd::new(wire.socket(), interest)];
        if self.resting_until.is_none() {
            for listener in self.doors.iter().flat_map(|door| &door.listeners) {
                fds.push(PollFd::new(listener, PollFlags::IN));
            }
        }
        let listened = fds.len();
        let relayed = self.relay.as_ref().map(Relay::interest).unwrap_or_default();
        let relayed = relayed.into_iter().map(|(who, fd, flags)| {
            fds.push(PollFd::from_borrowed_fd(fd, flags));
            who
        });
        let relayed: Vec<_> = relayed.collect();
        let first_link = fds.len();
        let mut polled = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let (socket, interest) = link.interest(congested);
            if !interest.is_empty() {
                fds.push(PollFd::new(socket, interest));
                polled.push(index);
            }
        }
        self.waiter.wait(&mut fds, until)?;
        let events: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        drop(fds);
        self.knocked |= events[1..listened].iter().any(|event| !event.is_empty());
        for (who, events) in relayed.into_iter().zip(&events[listened..]) {
            if let Some(relay) = &mut self.relay {
                relay.polled(who, *events);
            }
        }
        for (index, events) in polled.into_iter().zip(&events[first_link..]) {
            self.links[index].polled(*events);
        }
        Ok(())
    }

    /// Lets what is on its way arrive, for at most `patience`: a page's last bytes at a close.
    pub fn drain(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.doors.clear();
        self.waiter.ignore_cancel();
        while self.is_carrying() && Instant::now() < deadline {
            if self.turn(Some(deadline)).is_err() {
                return;
            }
        }
    }

    /// Ends all forwarding, closes every channel and leaves the connection to others, who may need the
    /// only session that the server gives. An opening that has begun is waited for: libssh2 would give
    /// its channel to whoever opens the next one.
    ///
    /// # Errors
    /// As [`Pump::turn`].
    pub fn end(mut self) -> Result<(), Error> {
        self.doors.clear();
        self.openings.clear();
        while self.openings.has_begun() {
            self.turn(None)?;
        }
        let errand = self.errand.take().map(|(errand, _)| errand.finish().1);
        let links = std::mem::take(&mut self.links);
        self.closing
            .extend(links.into_iter().map(Link::into_channel));
        self.closing
            .extend(errand.into_iter().chain(self.spine.take()));
        let until = Instant::now() + CLOSING;
        while !(self.pulse.make_room() && self.closing.is_empty()) && Instant::now() < until {
            self.turn(Some(until))?;
        }
        Ok(())
    }

    fn is_carrying(&self) -> bool {
        let relay = self.relay.as_ref().is_some_and(Relay::is_carrying);
        relay || self.connection.wire().wants_to_send() || self.links.iter().any(Link::is_carrying)
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.connection.wire().allow(usize::MAX);
    }
}
