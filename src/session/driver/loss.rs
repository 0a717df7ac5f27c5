//! A connection that is lost: what is told of it, to the user interface and to a browser at the local port.

use std::time::{Duration, Instant};

use super::Driver;
use crate::session::event::Event;
use crate::tunnel::{HeldListeners, SuspendedListeners};

impl Driver {
    /// Tells the loss, with the time until the next attempt.
    pub(super) fn tell_loss(&mut self, pause: Option<Duration>) {
        if self.is_reconnecting() && self.loss.is_to_tell() {
            let loss = self.loss.tell(pause, false);
            self.tell(Event::Loss(loss));
        }
    }

    /// Waits for the user without a connection. The local ports stay, with the requests that come there.
    pub(super) fn await_user(&mut self) {
        self.let_go();
        let loss = self.loss.tell(None, true);
        self.tell(Event::Loss(loss));
    }

    /// Waits for so long, or for up to a quarter less: many computers may have lost the same host at once.
    pub(super) fn pause(&mut self, pause: Duration) {
        let random = crate::secret::random_hex(1).ok();
        let random = random.and_then(|byte| u32::from_str_radix(&byte, 16).ok());
        let pause = pause * (1024 - random.unwrap_or_default()) / 1024;
        self.let_go();
        self.retry_at = Some(Instant::now() + pause);
    }

    /// Keeps the local ports open, and tells a new page there why it has to wait.
    pub(super) fn hold_ports(&mut self, suspended: Option<SuspendedListeners>) {
        let page = self.loss.page(&self.host().name);
        self.held = suspended.map(|suspended| HeldListeners::new(suspended, page));
    }
}
