//! How other threads reach the event loop: they leave what they have to say, and wake it once for
//! all that lies there. A flood of progress is then one wake-up, since activity of the loop can
//! close an open menu on macOS (tao's issue 1324).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::event::AppEvent;

/// Something lies in the post.
#[derive(Debug, Clone, Copy)]
pub struct Wakeup;

/// The sending side, and the event loop's box. Clones share it.
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
