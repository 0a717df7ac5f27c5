//! A login that waits without a prompt: a push on a phone, a security key to be touched, an agent
//! that asks its owner, or a slow server. The protocol does not distinguish these; the user gets a
//! hint after a while.

use std::cell::{Cell, RefCell};
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use ssh2::Session;

use crate::i18n::fl;
use crate::ssh::poll::{Poller, WaitError};
use crate::ssh::prompt::{Prompter, one_line};

/// A server that is only slow answers sooner, and nobody looks at a phone sooner.
const PATIENCE: Duration = Duration::from_secs(4);

/// The most of the server's messages that are kept: the last ones.
const KEPT: usize = 20;

/// The waits of one login.
pub struct Silence<'a> {
    prompter: &'a dyn Prompter,
    poller: &'a Poller,
    session: &'a Session,
    host: &'a str,
    since: Cell<Instant>,
    was_long: Cell<bool>,
    said: RefCell<Vec<String>>,
}

impl<'a> Silence<'a> {
    pub fn new(
        prompter: &'a dyn Prompter,
        poller: &'a Poller,
        session: &'a Session,
        host: &'a str,
    ) -> Self {
        Self {
            prompter,
            poller,
            session,
            host,
            since: Cell::new(Instant::now()),
            was_long: Cell::new(false),
            said: RefCell::default(),
        }
    }

    /// Begins the wait: something was sent, or answered.
    pub fn begin(&self) {
        self.since.set(Instant::now());
    }

    /// Returns the time that the wait has lasted.
    pub fn lasts(&self) -> Duration {
        self.since.get().elapsed()
    }

    /// Returns true once a wait of this login was long enough to be told.
    pub fn was_long(&self) -> bool {
        self.was_long.get()
    }

    /// Keeps what the server said without a question.
    pub fn hear(&self, words: String) {
        let mut said = self.said.borrow_mut();
        said.push(words);
        let excess = said.len().saturating_sub(KEPT);
        said.drain(..excess);
    }

    /// Returns the server's words so far: its banner, then its messages without a question.
    pub fn said(&self) -> Vec<String> {
        let banner = self.session.userauth_banner().ok().flatten();
        let lines = banner.into_iter().flat_map(str::lines).map(one_line);
        let lines = lines.filter(|line| !line.is_empty()).take(KEPT);
        lines.chain(self.said.borrow().iter().cloned()).collect()
    }

    /// Waits for a descriptor, at most until `until`, and tells the user once when it takes long.
    pub fn wait(
        &self,
        fd: &impl AsFd,
        interest: PollFlags,
        until: Option<Instant>,
    ) -> Result<(), WaitError> {
        let hint_at = (!self.was_long()).then(|| self.since.get() + PATIENCE);
        let end = hint_at.into_iter().chain(until).min();
        self.poller
            .wait(&mut vec![PollFd::new(fd, interest)], end)?;
        if hint_at.is_some_and(|at| Instant::now() >= at) {
            self.was_long.set(true);
            self.prompter.tell_silence(self.hint());
        }
        Ok(())
    }

    fn hint(&self) -> String {
        let seconds = self.lasts().as_secs().to_string();
        let mut lines = vec![fl!("login-waits", host = self.host, seconds = seconds)];
        let said = self.said();
        if !said.is_empty() {
            lines.push(fl!("explain-auth-said", words = said.join(" ")));
        }
        lines.join(" ")
    }
}
