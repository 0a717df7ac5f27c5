//! Hands a session's events to everybody who listens, now or later.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Duration;

use super::message::Message;
use crate::session::Phase;

/// The newest state of a session, and those who want to hear more.
#[derive(Debug)]
pub struct Hub {
    inner: Mutex<Inner>,
    answered: Condvar,
}

#[derive(Debug)]
struct Inner {
    newest: Message,
    listeners: Vec<mpsc::Sender<Message>>,
    answering: usize,
}

impl Hub {
    /// A hub of a session that has not said anything yet.
    #[must_use]
    pub fn new(host: &str) -> Self {
        let newest = Message {
            host: host.to_owned(),
            phase: Phase::Resolving,
            at_ms: 0,
            more: serde_json::Map::new(),
        };
        let inner = Inner {
            newest,
            listeners: Vec::new(),
            answering: 0,
        };
        Self {
            inner: Mutex::new(inner),
            answered: Condvar::new(),
        }
    }

    /// Tells everybody. What merely comments on a phase does not replace it as the newest.
    pub fn publish(&self, message: &Message) {
        let mut inner = self.lock();
        if message.note().is_none() && !message.is_refusal() {
            inner.newest = message.clone();
        }
        inner
            .listeners
            .retain(|listener| listener.send(message.clone()).is_ok());
    }

    /// The newest message, and all later ones.
    pub fn listen(&self) -> (Message, mpsc::Receiver<Message>) {
        let mut inner = self.lock();
        let (sender, receiver) = mpsc::channel();
        inner.listeners.push(sender);
        (inner.newest.clone(), receiver)
    }

    /// Counts an answer that is being given, until the guard is dropped.
    pub fn answering(&self) -> Answering<'_> {
        self.lock().answering += 1;
        Answering(self)
    }

    /// Waits until all answers are given, for at most `patience`: a process that ends must not cut
    /// off the last one.
    pub fn wait_for_answers(&self, patience: Duration) {
        let inner = self.lock();
        let still = |inner: &mut Inner| inner.answering > 0;
        drop(self.answered.wait_timeout_while(inner, patience, still));
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An answer that is being given.
pub struct Answering<'a>(&'a Hub);

impl Drop for Answering<'_> {
    fn drop(&mut self) {
        self.0.lock().answering -= 1;
        self.0.answered.notify_all();
    }
}
