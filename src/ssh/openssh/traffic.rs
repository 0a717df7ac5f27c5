//! Events and times of all channels of one shared connection.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};

use super::refusal::Refusal;
use super::unix_forward::UnixForwards;

/// A socket whose bytes come from the remote host.
const FROM_REMOTE: Token = Token(1);
/// Any other one.
const LOCAL: Token = Token(0);

/// Largest number of refusals that wait for the channel that they are about.
const REFUSALS: usize = 64;

/// Time beyond two round trips in which a remote host ends a session that was closed.
const CLOSING: Duration = Duration::from_secs(5);

/// Longest time between a reason and the answer that it belongs to.
const FRESH: Duration = Duration::from_secs(2);

/// The state that the channels of a connection share with it.
pub struct Traffic {
    /// The control socket.
    path: PathBuf,
    poll: RefCell<(Poll, Events)>,
    registry: Registry,
    heard: Cell<Instant>,
    unanswered: Cell<Option<Instant>>,
    ended: Cell<bool>,
    wake: Cell<Option<Instant>>,
    /// The reasons that the process gave on standard error, and that no channel has taken yet.
    refusals: RefCell<VecDeque<(Instant, Refusal)>>,
    /// Least time that an opening has taken.
    round_trip: Cell<Option<Duration>>,
    unix_forwards: UnixForwards,
    /// Time at which a session of this connection was closed last.
    session_closed: Cell<Option<Instant>>,
}

impl Traffic {
    /// Of a connection that the process at this control socket shares.
    pub fn new(path: &Path) -> io::Result<Self> {
        let poll = Poll::new()?;
        let registry = poll.registry().try_clone()?;
        Ok(Self {
            path: path.to_owned(),
            poll: RefCell::new((poll, Events::with_capacity(256))),
            registry,
            heard: Cell::new(Instant::now()),
            unanswered: Cell::new(None),
            ended: Cell::new(false),
            wake: Cell::new(None),
            refusals: RefCell::default(),
            round_trip: Cell::new(None),
            unix_forwards: UnixForwards::default(),
            session_closed: Cell::new(None),
        })
    }

    /// The control socket.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// One descriptor for all of them: it is readable once anything has come.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.registry.as_fd()
    }

    /// Watches a socket for bytes of the remote host. It is not watched any more when it is closed.
    pub fn watch_remote(&self, socket: &impl AsFd) -> io::Result<()> {
        self.watch(socket, FROM_REMOTE, Interest::READABLE)
    }

    /// Watches a socket for bytes of the process itself.
    pub fn watch_local(&self, socket: &impl AsFd) -> io::Result<()> {
        self.watch(socket, LOCAL, Interest::READABLE)
    }

    /// Watches a socket for room.
    pub fn watch_room(&self, socket: &impl AsFd) -> io::Result<()> {
        self.watch(socket, LOCAL, Interest::WRITABLE)
    }

    fn watch(&self, socket: &impl AsFd, token: Token, interest: Interest) -> io::Result<()> {
        let fd = socket.as_fd().as_raw_fd();
        self.registry.register(&mut SourceFd(&fd), token, interest)
    }

    /// Takes note of what has come. Each socket is told of once: whoever reads tries all of them.
    pub fn take_events(&self) {
        let (poll, events) = &mut *self.poll.borrow_mut();
        loop {
            if poll.poll(events, Some(Duration::ZERO)).is_err() {
                return;
            }
            if events.iter().any(|event| event.token() == FROM_REMOTE) {
                self.hear();
            }
            if events.iter().count() < events.capacity() {
                return;
            }
        }
    }

    /// Has whoever waits look at the channels again at a time, though nothing may have come.
    pub fn wake_by(&self, at: Instant) {
        let wake = self.wake.get().map_or(at, |wake| wake.min(at));
        self.wake.set(Some(wake));
    }

    /// Returns that time, once it has passed for the last time.
    pub fn next(&self) -> Option<Instant> {
        let wake = self.wake.get();
        self.wake.set(wake.filter(|at| *at > Instant::now()));
        wake
    }

    /// Notes that the remote host was heard.
    pub fn hear(&self) {
        self.heard.set(Instant::now());
        self.unanswered.set(None);
    }

    /// Notes that something was sent.
    pub fn send(&self) {
        if self.unanswered.get().is_none() {
            self.unanswered.set(Some(Instant::now()));
        }
    }

    /// Returns the time at which the remote host was last heard.
    pub fn heard(&self) -> Instant {
        self.heard.get()
    }

    /// Returns the time of the first bytes that were sent after the remote host was last heard.
    pub fn unanswered_since(&self) -> Option<Instant> {
        self.unanswered.get()
    }

    /// Notes that the process has ended, or shares nothing any more.
    pub fn end(&self) {
        self.ended.set(true);
    }

    /// Returns true if it has.
    pub fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// Keeps a reason that the process gave.
    pub fn note_refusal(&self, refusal: Refusal) {
        let mut refusals = self.refusals.borrow_mut();
        if refusals.len() == REFUSALS {
            refusals.pop_front();
        }
        refusals.push_back((Instant::now(), refusal));
    }

    /// Takes the oldest reason: the process gives them in the order of its answers.
    pub fn take_refusal(&self) -> Option<Refusal> {
        let mut refusals = self.refusals.borrow_mut();
        // One that nobody took was about a channel that nobody waited for.
        refusals.retain(|(since, _)| since.elapsed() < FRESH);
        refusals.pop_front().map(|(_, refusal)| refusal)
    }

    /// Notes how long an opening took.
    pub fn measured(&self, round_trip: Duration) {
        let least = self.round_trip.get().unwrap_or(round_trip);
        self.round_trip.set(Some(least.min(round_trip)));
    }

    /// Returns the time in which the remote host answers.
    pub fn round_trip(&self) -> Duration {
        self.round_trip.get().unwrap_or_default()
    }

    /// Notes that a session was closed, which the remote host may still count.
    pub fn close_session(&self) {
        self.session_closed.set(Some(Instant::now()));
    }

    /// Returns true if a session was closed so lately that the remote host may still count it.
    pub fn has_closing_session(&self) -> bool {
        let closed = self.session_closed.get();
        closed.is_some_and(|at| at.elapsed() < CLOSING + 2 * self.round_trip())
    }

    /// The sockets that the process listens at.
    pub fn unix_forwards(&self) -> &UnixForwards {
        &self.unix_forwards
    }
}
