//! Wakes the event loop at a time. The loop's own way to wait until then keeps a whole core busy on
//! Linux (tao 0.36 polls there), so a thread waits instead.

use std::io;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Instant;

use super::event::Signal;
use super::event_sender::Post;

/// The one alarm of the app.
pub struct Clock {
    alarm: mpsc::Sender<Instant>,
    set: Option<Instant>,
}

impl Clock {
    /// A clock without an alarm.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn new(post: Post) -> io::Result<Self> {
        let (alarm, alarms) = mpsc::channel();
        let builder = std::thread::Builder::new().name("clock".to_owned());
        builder.spawn(move || ring(&alarms, &post))?;
        Ok(Self { alarm, set: None })
    }

    /// Sends [`Signal::Tick`] at that time, or earlier if an earlier one is set already.
    pub fn ring_at(&mut self, at: Instant) {
        if self.set.is_none_or(|set| at < set || set <= Instant::now()) {
            self.set = Some(at);
            // The thread lives as long as this sender.
            let _ = self.alarm.send(at);
        }
    }
}

fn ring(alarms: &mpsc::Receiver<Instant>, post: &Post) {
    while let Ok(mut at) = alarms.recv() {
        loop {
            let wait = at.saturating_duration_since(Instant::now());
            match alarms.recv_timeout(wait) {
                Ok(earlier) => at = earlier,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
        if !post.send(Signal::Tick) {
            return;
        }
    }
}
