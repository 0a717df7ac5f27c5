//! Sends events to the event loop from other threads. Queued events are delivered with a single
//! wake-up, even during a flood of progress, since activity of the loop can close an open menu on
//! macOS (tao's issue 1324).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::AppEvent;

/// Wakes the event loop: there are queued events.
#[derive(Debug, Clone, Copy)]
pub struct Wakeup;

/// The sending side, and the event loop's box. Clones share it. It has no bound: no sender may wait for
/// the main thread, which a menu or a dialog holds for as long as it is open.
#[derive(Clone)]
pub struct EventSender {
    inner: Arc<Mutex<Inner>>,
}

struct Inner {
    waiting: Vec<AppEvent>,
    wake: Box<dyn Fn() -> bool + Send>,
    is_over: bool,
}

impl EventSender {
    /// Returns an empty one for an event loop, which `wake` wakes; false when the loop is gone.
    pub fn new(wake: impl Fn() -> bool + Send + 'static) -> Self {
        let inner = Inner {
            waiting: Vec::new(),
            wake: Box::new(wake),
            is_over: false,
        };
        Self {
            inner: Arc::new(Mutex::new(inner)),
        }
    }

    /// Leaves a signal. False when the loop is gone, because the app quits.
    pub fn send(&self, signal: AppEvent) -> bool {
        let mut inner = self.lock();
        inner.waiting.push(signal);
        if inner.waiting.len() == 1 {
            inner.is_over |= !(inner.wake)();
        }
        !inner.is_over
    }

    /// Everything that lies there, in order.
    pub fn take(&self) -> Vec<AppEvent> {
        std::mem::take(&mut self.lock().waiting)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
