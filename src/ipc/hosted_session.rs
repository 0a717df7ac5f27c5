//! A session that other programs of the account can follow and ask for things, as the app and the
//! command line host it: under the host's lock, with each event broadcast and requests answered.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Instant;

use super::broadcast::EventBroadcaster;
use super::host_lock::HostLock;
use super::protocol::Message;
use super::server::{self, OpenDefaults};
use crate::jupyter::Page;
use crate::session::{self, Event, Goal, Handle, Phase, SessionDelegate, SessionRequest, Shared};

/// A running session under its host's lock.
#[derive(Debug)]
pub struct HostedSession {
    /// Speaks to the session.
    pub handle: Handle,
    /// The session's thread, which ends after its last event.
    pub thread: JoinHandle<()>,
    /// The other programs that listen.
    pub broadcaster: Arc<EventBroadcaster>,
}

impl HostedSession {
    /// Starts a session and answers other programs until its end. Its messages count their
    /// milliseconds from `began`.
    ///
    /// `listener` is called in the session's thread with every event, and with the message that
    /// other programs got of it, if there is one. Before its last call the lock is released, so
    /// that its receiver can open the host again.
    ///
    /// # Errors
    /// When the process has no file descriptors or threads left; the session then has not started.
    pub fn start(
        lock: HostLock,
        began: Instant,
        request: SessionRequest,
        shared: Shared,
        delegate: Arc<dyn SessionDelegate>,
        listener: impl Fn(Event, Option<Message>) + Send + 'static,
    ) -> io::Result<Self> {
        let broadcaster = Arc::new(EventBroadcaster::new(&request.host.name));
        let defaults = open_defaults(&request);
        // First of all, since a session that has started cannot be taken back.
        let serving = server::serve(lock.listening()?, Arc::clone(&broadcaster), defaults)?;
        let publisher = Publisher {
            host: request.host.name.clone(),
            began,
            phase: Cell::new(Phase::Resolving),
            lock: Cell::new(Some(lock)),
            broadcaster: Arc::clone(&broadcaster),
        };
        let publish = move |event| {
            let message = publisher.publish(&event);
            listener(event, message);
        };
        let (handle, thread) = session::start(request, shared, delegate, publish)?;
        serving.begin(handle.clone());
        Ok(Self {
            handle,
            thread,
            broadcaster,
        })
    }
}

fn open_defaults(request: &SessionRequest) -> OpenDefaults {
    match &request.goal {
        Goal::Open { page, show } => OpenDefaults {
            page: page.clone(),
            open_browser: *show,
        },
        _ => OpenDefaults {
            page: Page {
                app: request.host.app,
                notebook: None,
            },
            open_browser: false,
        },
    }
}

/// Turns a session's events into messages for the other programs, in the session's thread.
struct Publisher {
    host: String,
    began: Instant,
    /// The phase that goes on.
    phase: Cell<Phase>,
    /// Held until the session's last event.
    lock: Cell<Option<HostLock>>,
    broadcaster: Arc<EventBroadcaster>,
}

impl Publisher {
    fn publish(&self, event: &Event) -> Option<Message> {
        let at_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let message = Message::of(event, &self.host, at_ms, self.phase.get())?;
        self.phase.set(message.phase);
        if message.is_end() {
            self.lock.take();
        }
        self.broadcaster.publish(&message);
        Some(message)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::host_os::{ConfigOptions, Scope};
    use crate::ipc::{LockResult, acquire, holder};

    #[test]
    fn the_lock_is_released_before_anybody_hears_of_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let scope = Scope::new("/c.toml".into(), ConfigOptions::default());
        let LockResult::Acquired(lock) = acquire(folder.path(), &scope, "h").unwrap() else {
            panic!("nobody else is here");
        };
        let publisher = Publisher {
            host: "h".into(),
            began: Instant::now(),
            phase: Cell::new(Phase::Resolving),
            lock: Cell::new(Some(lock)),
            broadcaster: Arc::new(EventBroadcaster::new("h")),
        };
        let (_, later) = publisher.broadcaster.subscribe();
        let is_held = || holder(folder.path(), &scope, "h").is_some();

        let starting = publisher.publish(&Event::Phase(Phase::Starting)).unwrap();
        let note = publisher.publish(&Event::Note("n".into())).unwrap();
        assert_eq!(note.phase, Phase::Starting);
        assert!(publisher.publish(&Event::Step("s".into())).is_none());
        assert!(is_held());

        let closed = publisher.publish(&Event::Closed).unwrap();
        assert!(!is_held());
        let heard: Vec<Message> = later.try_iter().collect();
        assert_eq!(heard, [starting, note, closed]);
    }
}
