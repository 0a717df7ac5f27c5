//! The local ports while there is no connection to forward over: a new page is told so, all else waits.
//!
//! A thread of its own accepts meanwhile, since the session's thread waits for the network in most of what it does. It
//! reads nothing of a connection unless its first request is one for a new page: whatever else comes is handed on, whole,
//! to the next forwarder.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::channel_opener::OpenRequest;
use super::first_request::{LONGEST, RequestKind, peek};
use super::forwarder::SuspendedListeners;
use super::listener::{ForwardListener, accept_all};
use crate::ssh::Stream;
use crate::ssh::channel::ForwardTarget;
use crate::ssh::poll::{Poller, Waker};

/// A loss that is over sooner is not told: a page that waits so long flashes nothing.
const BRIEF: Duration = Duration::from_secs(2);
/// Longest time for a connection's first request, once it has begun.
const FIRST_REQUEST: Duration = Duration::from_secs(1);
/// Pause between two looks at a request that is not complete.
const LOOK: Duration = Duration::from_millis(20);
/// Pause of the listeners when the process has no file descriptors left.
const REST: Duration = Duration::from_millis(200);
/// Connections that are held here; the oldest makes room. A browser has six to a host at a time, and gives them up after
/// minutes, which does not show while their requests are unread.
const MOST: usize = 256;

/// Makes the whole response to a request for a new page.
pub type PageResponse = Box<dyn Fn() -> Vec<u8> + Send>;

/// The listeners and connections that outlive a forwarder, with somebody to answer there.
pub struct HeldListeners {
    /// All but the listeners, while a thread has those.
    rest: Option<SuspendedListeners>,
    thread: Option<(Waker, JoinHandle<HeldPorts>)>,
}

impl HeldListeners {
    /// Holds the ports from now on. Where no thread can be had, all connections wait in the system's queue.
    #[must_use]
    pub fn new(mut suspended: SuspendedListeners, page: PageResponse) -> Self {
        let thread = begin(&mut suspended, page);
        Self {
            rest: Some(suspended),
            thread,
        }
    }

    /// Gives back the listeners, and the connections that have come.
    #[must_use]
    pub fn release(mut self) -> SuspendedListeners {
        let ports = self.end();
        let mut suspended = self.rest.take().unwrap_or_default();
        if let Some(ports) = ports {
            suspended.forward_listeners = ports.listeners;
            let come = ports.connections.into_iter();
            let come =
                come.map(|connection| OpenRequest::Link(connection.local, connection.target));
            suspended.waiting.extend(come);
        }
        suspended
    }

    fn end(&mut self) -> Option<HeldPorts> {
        let (waker, thread) = self.thread.take()?;
        waker.cancel();
        thread.join().ok()
    }
}

/// Who hears of the session's end finds the ports free.
impl Drop for HeldListeners {
    fn drop(&mut self) {
        drop(self.end());
    }
}

/// Everything that the thread gets.
#[derive(Default)]
struct HandedOver {
    listeners: Vec<ForwardListener>,
    come: Vec<(Stream, ForwardTarget)>,
    /// Whose request for a page was read already.
    pages: Vec<Stream>,
}

/// Starts the thread. Listeners and connections are handed over only when it runs. A connection that has no channel yet may
/// have come after the connection was lost and before that was known: nothing of it was read.
fn begin(
    suspended: &mut SuspendedListeners,
    page: PageResponse,
) -> Option<(Waker, JoinHandle<HeldPorts>)> {
    let poller = Poller::new().ok()?;
    let waker = poller.waker();
    // One message.
    let (sender, receiver) = mpsc::sync_channel(1);
    let serve = move || {
        let handed = receiver.recv().unwrap_or_default();
        HeldPorts::new(handed).serve(&poller, &page)
    };
    let builder = std::thread::Builder::new().name("held ports".into());
    let thread = builder.spawn(serve).ok()?;
    let mut handed = HandedOver {
        listeners: std::mem::take(&mut suspended.forward_listeners),
        pages: std::mem::take(&mut suspended.unanswered_pages),
        come: Vec::new(),
    };
    for wanted in std::mem::take(&mut suspended.waiting) {
        match wanted {
            OpenRequest::Link(local, target) => handed.come.push((local, target)),
            other => suspended.waiting.push(other),
        }
    }
    // The thread receives before it ends.
    let _ = sender.send(handed);
    Some((waker, thread))
}

/// State of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeldState {
    /// Its first request has not come in full; when it is looked at again, and none before something comes.
    Undecided(Option<Instant>),
    /// It waits for the next connection.
    Waits,
    /// It asks for a page, by a request of that length, and gets it at that time.
    Page(usize, Instant),
}

struct HeldConnection {
    local: Stream,
    target: ForwardTarget,
    /// Since its first byte came.
    since: Option<Instant>,
    state: HeldState,
}

/// The ports, in their thread.
struct HeldPorts {
    listeners: Vec<ForwardListener>,
    connections: Vec<HeldConnection>,
    /// Whose request for a page was read already.
    pages: Vec<Stream>,
    lost_at: Instant,
    resting_until: Option<Instant>,
    scratch: Vec<u8>,
}

impl HeldPorts {
    fn new(handed: HandedOver) -> Self {
        let now = Instant::now();
        let connection = |(local, target)| HeldConnection::new(local, target, now);
        Self {
            listeners: handed.listeners,
            connections: handed.come.into_iter().map(connection).collect(),
            pages: handed.pages,
            lost_at: now,
            resting_until: None,
            scratch: vec![0; LONGEST],
        }
    }

    /// Answers until it is cancelled.
    fn serve(mut self, poller: &Poller, page: &PageResponse) -> Self {
        // Their requests cannot be sent again from here; the page itself does that.
        for local in self.pages.drain(..) {
            answer(&local, &page());
        }
        loop {
            let now = Instant::now();
            self.accept(now);
            self.look(now);
            self.answer(now, page);
            if self.wait(poller).is_err() {
                return self;
            }
        }
    }

    fn accept(&mut self, now: Instant) {
        self.resting_until.take_if(|until| *until <= now);
        if self.resting_until.is_some() {
            return;
        }
        for forward_listener in &self.listeners {
            for listener in &forward_listener.listeners {
                let connections = &mut self.connections;
                let word = accept_all(listener, |local| {
                    connections.push(HeldConnection::new(
                        local,
                        forward_listener.target.clone(),
                        now,
                    ));
                });
                if !matches!(word, ErrorKind::WouldBlock | ErrorKind::ConnectionAborted) {
                    self.resting_until = Some(now + REST);
                }
            }
        }
        let surplus = self.connections.len().saturating_sub(MOST);
        self.connections.drain(..surplus);
    }

    /// Looks at the first requests that may have come.
    fn look(&mut self, now: Instant) {
        let brief = self.lost_at + BRIEF;
        for connection in &mut self.connections {
            if !matches!(connection.state, HeldState::Undecided(Some(at)) if at <= now) {
                continue;
            }
            connection.state = match peek(&connection.local, &mut self.scratch) {
                RequestKind::Silent => HeldState::Undecided(None),
                RequestKind::Partial if !connection.is_late(now) => {
                    HeldState::Undecided(Some(now + LOOK))
                }
                RequestKind::Page(size) => HeldState::Page(size, brief.max(now)),
                RequestKind::Partial | RequestKind::Websocket | RequestKind::Other => {
                    HeldState::Waits
                }
            };
        }
    }

    fn answer(&mut self, now: Instant, page: &PageResponse) {
        let scratch = &mut self.scratch;
        self.connections
            .retain(|connection| match connection.state {
                HeldState::Page(size, at) if at <= now => {
                    answer_request(&connection.local, &mut scratch[..size], &page());
                    false
                }
                _ => true,
            });
    }

    fn wait(&mut self, poller: &Poller) -> Result<(), crate::ssh::poll::WaitError> {
        let mut fds = Vec::new();
        let times = self
            .connections
            .iter()
            .filter_map(|connection| match connection.state {
                HeldState::Undecided(at) => at,
                HeldState::Page(_, at) => Some(at),
                HeldState::Waits => None,
            });
        let until = times.chain(self.resting_until).min();
        let mut silent = Vec::new();
        for (index, connection) in self.connections.iter().enumerate() {
            if connection.state == HeldState::Undecided(None) {
                silent.push(index);
                fds.push(PollFd::new(&connection.local, PollFlags::IN));
            }
        }
        if self.resting_until.is_none() {
            for forward_listener in &self.listeners {
                let listeners = forward_listener.listeners.iter();
                fds.extend(listeners.map(|listener| PollFd::new(listener, PollFlags::IN)));
            }
        }
        poller.wait(&mut fds, until)?;
        let heard: Vec<bool> = fds.iter().map(|fd| !fd.revents().is_empty()).collect();
        drop(fds);
        let now = Instant::now();
        for (index, _) in silent.into_iter().zip(heard).filter(|(_, heard)| *heard) {
            self.connections[index].state = HeldState::Undecided(Some(now));
        }
        Ok(())
    }
}

impl HeldConnection {
    fn new(local: Stream, target: ForwardTarget, now: Instant) -> Self {
        Self {
            local,
            target,
            since: None,
            state: HeldState::Undecided(Some(now)),
        }
    }

    /// Returns true if its first request began long ago.
    fn is_late(&mut self, now: Instant) -> bool {
        now >= *self.since.get_or_insert(now) + FIRST_REQUEST
    }
}

/// Takes the request out of the socket, which else would be reset with the response in it, and answers. The response is
/// smaller than a socket's buffer.
fn answer_request(mut local: &Stream, request: &mut [u8], response: &[u8]) {
    if let Err(error) = local.read(request) {
        return tracing::debug!(%error, "the browser went away");
    }
    answer(local, response);
}

/// Answers a request that was read.
fn answer(mut local: &Stream, response: &[u8]) {
    let answered = local
        .write(response)
        .and_then(|_| local.shutdown(Shutdown::Write));
    if let Err(error) = answered {
        tracing::debug!(%error, "the browser went away");
    }
}

#[cfg(test)]
mod tests;
