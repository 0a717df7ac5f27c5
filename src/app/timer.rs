//! Wakes the event loop at a time. The loop's own way to wait until then keeps a whole core busy on
//! Linux (tao 0.36 polls there), so a thread waits instead.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use super::event::AppEvent;
use super::event_sender::EventSender;

/// The one alarm of the app.
pub struct Timer {
    alarm: mpsc::Sender<Instant>,
    set: Option<Instant>,
}

impl Timer {
    /// A clock without an alarm.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(sender: EventSender) -> io::Result<Self> {
        // No bound: each alarm is earlier than the one before, or set after it rang.
        let (alarm, alarms) = mpsc::channel();
        let builder = std::thread::Builder::new().name("clock".to_owned());
        builder.spawn(move || wake(&alarms, &sender))?;
        Ok(Self { alarm, set: None })
    }

    /// Sends [`AppEvent::Tick`] at that time, or earlier if an earlier one is set already.
    pub fn wake_at(&mut self, at: Instant) {
        if self.set.is_none_or(|set| at < set || set <= Instant::now()) {
            self.set = Some(at);
            // The thread lives as long as this sender.
            let _ = self.alarm.send(at);
        }
    }
}

fn wake(alarms: &mpsc::Receiver<Instant>, sender: &EventSender) {
    while let Ok(mut at) = alarms.recv() {
        loop {
            let wait = at.saturating_duration_since(Instant::now());
            match alarms.recv_timeout(wait) {
                Ok(earlier) => at = earlier,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if !sender.send(AppEvent::Tick) {
            return;
        }
    }
}
