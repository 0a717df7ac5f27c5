//! What all channels of one shared connection tell: that something has come, and when.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};
use std::path::{Path, PathBuf};
use std::time::Instant;

use mio::unix::SourceFd;
use mio::{Events, Interest, Poll, Registry, Token};

use super::refusal::Refusal;

/// A socket whose bytes come from the remote host.
const FROM_REMOTE: Token = Token(1);
/// Any other one.
const LOCAL: Token = Token(0);

/// Largest number of refusals that wait for the channel that they are about.
const REFUSALS: usize = 64;

/// The state that the channels of a connection share with it.
pub struct Traffic {
    /// The control socket.
    path: PathBuf,
    poll: RefCell<(Poll, Events)>,
    registry: Registry,
    heard: Cell<Instant>,
    unanswered: Cell<Option<Instant>>,
    ended: Cell<bool>,
    /// The reasons that the process gave on standard error, and that no channel has taken yet.
    refusals: RefCell<VecDeque<Refusal>>,
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
            refusals: RefCell::default(),
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
            if poll.poll(events, Some(std::time::Duration::ZERO)).is_err() {
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
        refusals.push_back(refusal);
    }

    /// Takes the oldest reason: the process gives them in the order of its answers.
    pub fn take_refusal(&self) -> Option<Refusal> {
        self.refusals.borrow_mut().pop_front()
    }
}
