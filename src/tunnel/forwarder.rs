//! The forwarder: one turn accepts, opens, moves and closes whatever can be, then waits.
//!
//! Any call into libssh2 may take in data of any channel, so a turn in which something moved only
//! looks at the sockets and does not wait. It does look, though, and returns: during a download
//! something moves all the time, and neither another connection nor a wish to close may have to
//! wait for the end of it.

mod openings;
mod streams;
mod suspended;
mod upstream;

use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::channel_opener::{ChannelOpener, OnOpened, OpenRequest};
use super::connection::ForwardedConnection;
use super::keepalive::Keepalive;
use super::listener::ForwardListener;
use super::pace::SmallMessages;
use super::relay::RelayConnection;
use super::resume::ResumableStreams;
use super::spares::Spares;
use crate::ssh::channel::{Channel, ForwardTarget};
use crate::ssh::poll::{Poller, WaitError};
use crate::ssh::{BackgroundExec, Connection, ExecRequest, SshError, Stream};

pub use suspended::SuspendedListeners;

/// Largest number of bytes that one turn takes in from the SSH connection, and moves on to the local
/// sockets: less than a millisecond of decrypting.
const INTAKE: usize = 256 << 10;

/// Longest time for a server to close what it is asked to close.
const CLOSING: Duration = Duration::from_secs(2);

/// Longest time for a command beside the tunnel: the account's start-up files are read for it.
const BACKGROUND: Duration = Duration::from_secs(30);

/// A forwarded connection that the remote host refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// Target of the connection.
    pub target: ForwardTarget,
    /// The remote host's reason.
    pub reason: String,
}

/// A session that carries connections in this one's place.
pub trait Carrier {
    /// Carries a connection of a listener's; true for a target that has spare channels.
    fn carry(&mut self, local: Stream, target: ForwardTarget, has_spares: bool);

    /// Carries a connection from this process, and passes the remote host's answer to `tell`.
    fn join(&mut self, local: Stream, target: ForwardTarget, tell: OnOpened);
}

/// Forwarder of the connections of all listeners over one SSH session.
pub struct Forwarder {
    connection: Rc<Connection>,
    poller: Rc<Poller>,
    forward_listeners: Vec<ForwardListener>,
    openings: ChannelOpener,
    spares: Spares,
    /// Channels that become spare ones once their window is open.
    granting: Vec<(Channel, Duration)>,
    /// Carries the listeners' connections, where that is not this forwarder.
    carrier: Option<Box<dyn Carrier>>,
    links: Vec<ForwardedConnection>,
    closing: Vec<Channel>,
    /// A channel at its end. Reading nothing from it takes in what the socket holds: the server's
    /// keep-alives want answers also when nothing is forwarded. A jump host gives none: many allow
    /// forwarding and nothing else, and nothing is read there while nothing is forwarded.
    idle_channel: Option<Channel>,
    idle_channel_closed: bool,
    keepalive: Keepalive,
    background: Option<(BackgroundExec, Instant)>,
    outcome: Option<Result<Vec<String>, SshError>>,
    refused: Option<Refused>,
    relay: Option<RelayConnection>,
    /// Websockets that outlive the connection.
    streams: Option<ResumableStreams>,
    /// A listener has something; cleared when all were asked.
    knocked: bool,
    /// The connection's socket has something, or has ended.
    heard: bool,
    small: SmallMessages,
    scratch: Vec<u8>,
    resting_until: Option<Instant>,
}

impl Forwarder {
    /// Returns a forwarder without listeners; `idle_channel` is the channel of the script that ran
    /// before, if any.
    pub fn new(
        connection: Rc<Connection>,
        poller: Rc<Poller>,
        idle_channel: Option<Channel>,
    ) -> Self {
        let keepalive = Keepalive::new(connection.alive());
        Self {
            connection,
            poller,
            forward_listeners: Vec::new(),
            openings: ChannelOpener::default(),
            spares: Spares::default(),
            granting: Vec::new(),
            carrier: None,
            links: Vec::new(),
            closing: Vec::new(),
            idle_channel,
            idle_channel_closed: false,
            keepalive,
            background: None,
            outcome: None,
            refused: None,
            relay: None,
            streams: None,
            knocked: true,
            heard: true,
            small: SmallMessages::default(),
            scratch: vec![0; INTAKE],
            resting_until: None,
        }
    }

    /// The channel of the script, once it is at its end.
    pub fn set_idle_channel(&mut self, idle_channel: Channel) {
        self.idle_channel = Some(idle_channel);
    }

    /// Probes the remote host: if it does not answer within seconds, the connection is lost.
    pub fn probe_peer(&mut self) {
        self.keepalive.doubt(Instant::now());
    }

    /// Carries one more connection, whose socket does not block, and passes the remote host's
    /// answer to `tell`.
    pub fn join(&mut self, local: Stream, target: ForwardTarget, tell: OnOpened) {
        self.openings.want(OpenRequest::Join(local, target, tell));
    }

    /// Carries one more connection, as if a listener had accepted it that has spare channels or not.
    pub fn carry(&mut self, local: Stream, target: ForwardTarget, has_spares: bool) {
        if has_spares {
            self.spares.keep(&target, Instant::now());
        }
        self.want(OpenRequest::Link(local, target));
    }

    /// Checks that something listens at `target`; if not, [`Forwarder::take_refusal`] returns the
    /// reason.
    pub fn probe_target(&mut self, target: ForwardTarget) {
        self.want(OpenRequest::Probe(target));
    }

    /// Returns true if a channel is wanted, or on its way.
    #[must_use]
    pub fn is_opening(&self) -> bool {
        !self.openings.is_idle()
    }

    /// Runs a command beside the forwarded connections, one at a time; its outcome is to be taken.
    pub fn run(&mut self, task: ExecRequest) {
        self.openings.want(OpenRequest::Background(task));
    }

    /// Takes the command's output, line by line.
    pub fn take_outcome(&mut self) -> Option<Result<Vec<String>, SshError>> {
        self.outcome.take()
    }

    /// Adds a listener.
    pub fn add_listener(&mut self, forward_listener: ForwardListener) {
        if forward_listener.has_spares {
            self.spares.keep(&forward_listener.target, Instant::now());
        }
        self.forward_listeners.push(forward_listener);
    }

    /// Returns the number of channels that are open for somebody or being closed.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.links.len() + self.closing.len()
    }

    /// Takes the remote host's reason for the last refusal of a connection.
    pub fn take_refusal(&mut self) -> Option<Refused> {
        self.refused.take()
    }

    /// Moves what can be moved; if that was nothing, waits for the next thing to happen, for a
    /// wake-up, or until `until`.
    ///
    /// # Errors
    /// [`SshError::Session`] or [`SshError::Silent`] when the connection is lost,
    /// [`SshError::Wait`] when cancelled.
    pub fn poll_once(&mut self, until: Option<Instant>) -> Result<(), SshError> {
        let now = Instant::now();
        let progress = self.work(now);
        // Between two turns a script may use the connection.
        self.connection.begin_turn();
        if progress? {
            return self.wait(Some(now));
        }
        // Those that this turn has begun: nothing else may ever wake it.
        self.note_openings();
        let heard = self.connection.heard();
        let background = self.background.as_ref().map(|(_, until)| *until);
        let relay = self.relay.as_ref().and_then(RelayConnection::next);
        let own = [
            self.keepalive.next(heard, now),
            background,
            relay,
            self.streams.as_ref().and_then(ResumableStreams::next),
            self.openings.next(),
            self.spares.next(),
            self.resting_until,
            self.next_upload(),
            self.connection.next(),
        ];
        self.wait(until.into_iter().chain(own.into_iter().flatten()).min())
    }

    fn next_upload(&self) -> Option<Instant> {
        let congested = self.connection.is_congested();
        let links = self.links.iter();
        links.filter_map(|link| link.next(congested)).min()
    }

    fn work(&mut self, now: Instant) -> Result<bool, SshError> {
        let connection = Rc::clone(&self.connection);
        connection.flush();
        connection.allow(if self.heard { INTAKE } else { 0 });
        self.take_in()?;
        self.check_alive(now)?;
        let mut progress = self.accept(now);
        progress |= self.decide_streams(now);
        self.work_spares(now);
        progress |= self.open();
        progress |= self.run_exec(now);
        for link in &mut self.links {
            let congested = connection.is_congested();
            progress |= link.work(now, congested, &mut self.small, &mut self.scratch);
        }
        progress |= self.work_relay(now);
        progress |= self.work_streams(now);
        while let Some(done) = self.links.iter().position(ForwardedConnection::is_done) {
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
    fn take_in(&mut self) -> Result<(), SshError> {
        if let Some(idle_channel) = &mut self.idle_channel {
            self.idle_channel_closed =
                self.idle_channel_closed || idle_channel.poll_close().is_ready();
        }
        match self.reader().map(|channel| channel.poll_read(0, &mut [])) {
            Some(Poll::Ready(Err(error))) => Err(error.into()),
            None if self.connection.has_ended() => Err(SshError::Closed),
            _ => Ok(()),
        }
    }

    /// Any channel: reading from one takes in what comes for all.
    fn reader(&mut self) -> Option<&mut Channel> {
        let link = self.links.first_mut().map(ForwardedConnection::channel);
        let other = link.or(self.closing.first_mut());
        self.idle_channel
            .as_mut()
            .or(other)
            .or(self.keepalive.channel())
            .or(self.spares.channel())
    }

    /// The channel for questions is opened as soon as one is due, and early, when nobody waits for
    /// another one.
    fn check_alive(&mut self, now: Instant) -> Result<(), SshError> {
        let heard = self.connection.heard();
        self.keepalive.set_use(self.present_use());
        self.keepalive.work(heard, now)?;
        if self.keepalive.take_order(heard, now) {
            self.openings.want_first(OpenRequest::Keepalive);
        }
        self.note_openings();
        Ok(())
    }

    /// A channel that is being opened is a question, too.
    fn note_openings(&mut self) {
        if let Some(since) = self.openings.keepalive_since() {
            self.keepalive.opening(since);
        }
        self.keepalive.set_behind(self.openings.own_since());
    }

    fn run_exec(&mut self, now: Instant) -> bool {
        let Some((mut background, until)) = self.background.take() else {
            return false;
        };
        let result = match background.work() {
            Ok(moved) if !background.is_done() && now < until => {
                self.background = Some((background, until));
                return moved;
            }
            Ok(_) if !background.is_done() => Err(WaitError::TimedOut.into()),
            other => other,
        };
        let (lines, channel) = background.finish();
        self.closing.push(channel);
        self.outcome = Some(result.map(|_| lines));
        true
    }

    fn wait(&mut self, until: Option<Instant>) -> Result<(), SshError> {
        let has_reader = self.reader().is_some() || self.openings.has_begun();
        let congested = self.connection.is_congested();
        let (fd, flags) = self.connection.interest(has_reader);
        let mut fds = vec![PollFd::from_borrowed_fd(fd, flags)];
        if self.resting_until.is_none() {
            for listener in self
                .forward_listeners
                .iter()
                .flat_map(|forward_listener| &forward_listener.listeners)
            {
                fds.push(PollFd::new(listener, PollFlags::IN));
            }
        }
        let listened = fds.len();
        let relayed = self
            .relay
            .as_ref()
            .map(RelayConnection::interest)
            .unwrap_or_default();
        let relayed = relayed.into_iter().map(|(who, fd, flags)| {
            fds.push(PollFd::from_borrowed_fd(fd, flags));
            who
        });
        let relayed: Vec<_> = relayed.collect();
        let before_streams = fds.len();
        let streams = self.streams.iter().flat_map(ResumableStreams::interest);
        let streams = streams.map(|(who, fd, flags)| {
            fds.push(PollFd::from_borrowed_fd(fd, flags));
            who
        });
        let streams: Vec<_> = streams.collect();
        let first_link = fds.len();
        let mut polled = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let (socket, interest) = link.interest(congested);
            if !interest.is_empty() {
                fds.push(PollFd::new(socket, interest));
                polled.push(index);
            }
        }
        self.poller.wait(&mut fds, until)?;
        let events: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        drop(fds);
        self.heard = !events[0].is_empty();
        self.connection.polled(events[0], has_reader);
        self.knocked |= events[1..listened].iter().any(|event| !event.is_empty());
        for (who, events) in relayed.into_iter().zip(&events[listened..]) {
            if let Some(relay) = &mut self.relay {
                relay.polled(who, *events);
            }
        }
        for (who, events) in streams.into_iter().zip(&events[before_streams..]) {
            if let Some(streams) = &mut self.streams {
                streams.polled(who, *events);
            }
        }
        for (index, events) in polled.into_iter().zip(&events[first_link..]) {
            self.links[index].polled(*events);
        }
        Ok(())
    }

    /// Lets what is on its way arrive, for at most `patience`: a page's last bytes at a close.
    pub fn drain(&mut self, patience: Duration) {
        self.forward_listeners.clear();
        let deadline = Instant::now() + self.end_streams().max(patience);
        self.poller.ignore_cancel();
        while self.is_carrying() && Instant::now() < deadline {
            if self.poll_once(Some(deadline)).is_err() {
                return;
            }
        }
    }

    /// Ends all forwarding, closes every channel and leaves the connection to its next owner, which
    /// may need the only session that the server gives. Waits for a session that is being opened, and
    /// for a while for connections: a target may never answer.
    ///
    /// # Errors
    /// See [`Forwarder::poll_once`].
    pub fn end(mut self) -> Result<(), SshError> {
        self.forward_listeners.clear();
        self.drop_spares();
        self.openings.clear();
        self.let_holder_end()?;
        let until = Instant::now() + CLOSING;
        while self.openings.opens_session() {
            self.poll_once(None)?;
        }
        while self.openings.has_begun() && Instant::now() < until {
            self.poll_once(Some(until))?;
        }
        let background = self
            .background
            .take()
            .map(|(background, _)| background.finish().1);
        let links = std::mem::take(&mut self.links);
        self.closing
            .extend(links.into_iter().map(ForwardedConnection::into_channel));
        self.closing
            .extend(background.into_iter().chain(self.idle_channel.take()));
        let until = Instant::now() + CLOSING;
        while !(self.keepalive.make_room() && self.closing.is_empty()) && Instant::now() < until {
            self.poll_once(Some(until))?;
        }
        Ok(())
    }

    fn is_carrying(&self) -> bool {
        let relay = self
            .relay
            .as_ref()
            .is_some_and(RelayConnection::is_carrying);
        relay
            || self
                .streams
                .as_ref()
                .is_some_and(ResumableStreams::is_carrying)
            || self.connection.wants_to_send()
            || self.links.iter().any(ForwardedConnection::is_carrying)
    }
}
