//! The pump: one turn accepts, opens, moves and closes whatever can be, then waits.
//!
//! Any call into libssh2 may take in data of any channel, so a turn in which something moved only
//! looks at the sockets and does not wait. It does look, though, and returns: during a download
//! something moves all the time, and neither another connection nor a wish to close may have to
//! wait for the end of it.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{TcpListener, TcpStream};
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::link::Link;
use super::listen::Door;
use crate::ssh::channel::{Channel, Opening, Target};
use crate::ssh::wait::Waiter;
use crate::ssh::{Connection, Error};

/// What one turn takes in from the SSH connection at most: a millisecond or two of decrypting.
const INTAKE: usize = 256 << 10;

/// What one link takes over from the far side in one turn at most, so that none starves another.
const CHUNK: usize = 64 << 10;

/// How long listeners are left alone when the process has no file descriptors left: waiting
/// connections would wake the pump for ever.
const REST: Duration = Duration::from_millis(200);

/// Carries the connections of all doors over one SSH session.
pub struct Pump {
    connection: Rc<Connection>,
    waiter: Rc<Waiter>,
    doors: Vec<Door>,
    /// Accepted and waiting for a channel: libssh2 opens one at a time.
    waiting: VecDeque<(TcpStream, Target)>,
    opening: Option<Begun>,
    links: Vec<Link>,
    closing: Vec<Channel>,
    /// A channel at its end. Reading nothing from it takes in what the socket holds: the server's
    /// keep-alives want answers also when nothing is forwarded.
    spine: Channel,
    spine_closed: bool,
    refused: Option<String>,
    /// A listener has something; cleared when all were asked.
    knocked: bool,
    scratch: Vec<u8>,
    resting_until: Option<Instant>,
}

struct Begun {
    opening: Opening,
    local: TcpStream,
    since: Instant,
}

impl Pump {
    /// A pump without doors; `spine` is the channel of the script that ran before.
    pub fn new(connection: Rc<Connection>, waiter: Rc<Waiter>, spine: Channel) -> Self {
        Self {
            connection,
            waiter,
            doors: Vec::new(),
            waiting: VecDeque::new(),
            opening: None,
            links: Vec::new(),
            closing: Vec::new(),
            spine,
            spine_closed: false,
            refused: None,
            knocked: true,
            scratch: vec![0; CHUNK],
            resting_until: None,
        }
    }

    /// Opens another door.
    pub fn add(&mut self, door: Door) {
        self.doors.push(door);
    }

    /// How many channels are open or on their way to be closed.
    #[must_use]
    pub fn channels(&self) -> usize {
        self.links.len() + self.closing.len()
    }

    /// Why the far side last refused a connection, once.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// Moves what can be moved; if that was nothing, waits for the next thing to happen, for a
    /// wake-up, or until `until`.
    ///
    /// # Errors
    /// [`Error::Session`] when the connection is lost, [`Error::Wait`] when cancelled.
    pub fn turn(&mut self, until: Option<Instant>) -> Result<(), Error> {
        let now = Instant::now();
        let until = if self.work(now)? { Some(now) } else { until };
        self.wait(until)
    }

    fn work(&mut self, now: Instant) -> Result<bool, Error> {
        let connection = Rc::clone(&self.connection);
        let wire = connection.wire();
        wire.flush();
        wire.allow(INTAKE);
        self.take_in()?;
        let mut progress = self.accept(now);
        progress |= self.open();
        for link in &mut self.links {
            progress |= link.work(now, wire.is_congested(), &mut self.scratch);
        }
        while let Some(done) = self.links.iter().position(Link::is_done) {
            self.closing
                .push(self.links.swap_remove(done).into_channel());
            progress = true;
        }
        let before = self.closing.len();
        let closing = std::mem::take(&mut self.closing);
        self.closing = closing
            .into_iter()
            .filter_map(|channel| channel.close().err())
            .collect();
        Ok(progress || self.closing.len() < before)
    }

    /// Takes in what the socket holds, and finds out that the connection has ended.
    fn take_in(&mut self) -> Result<(), Error> {
        self.spine_closed = self.spine_closed || self.spine.poll_close().is_ready();
        match self.spine.poll_read(0, &mut []) {
            Poll::Ready(Err(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn accept(&mut self, now: Instant) -> bool {
        if self.resting_until.is_some_and(|until| now < until) {
            return false;
        }
        let knocked = std::mem::take(&mut self.knocked) || self.resting_until.take().is_some();
        if !knocked {
            return false;
        }
        let before = self.waiting.len();
        for door in &self.doors {
            for listener in &door.listeners {
                match accept_all(listener, &door.target, &mut self.waiting) {
                    // A connection that was given up before we came.
                    ErrorKind::WouldBlock | ErrorKind::ConnectionAborted => {}
                    _ => self.resting_until = Some(now + REST),
                }
            }
        }
        self.waiting.len() > before
    }

    fn open(&mut self) -> bool {
        if self.opening.is_none()
            && let Some((local, target)) = self.waiting.pop_front()
        {
            let opening = Opening::forward(&target);
            self.opening = Some(Begun {
                opening,
                local,
                since: Instant::now(),
            });
        }
        let Some(begun) = self.opening.take() else {
            return false;
        };
        match begun.opening.poll(self.connection.session()) {
            Poll::Pending => {
                self.opening = Some(begun);
                return false;
            }
            Poll::Ready(Ok(channel)) => {
                self.links
                    .push(Link::new(begun.local, channel, begun.since.elapsed()));
            }
            // The local side sees its connection closed, as if nobody listened there.
            Poll::Ready(Err(error)) => self.refused = Some(error.message().to_owned()),
        }
        true
    }

    fn wait(&mut self, until: Option<Instant>) -> Result<(), Error> {
        let wire = self.connection.wire();
        let congested = wire.is_congested();
        let mut fds = vec![PollFd::new(wire.socket(), self.connection.interest())];
        if self.resting_until.is_none() {
            for listener in self.doors.iter().flat_map(|door| &door.listeners) {
                fds.push(PollFd::new(listener, PollFlags::IN));
            }
        }
        let first_link = fds.len();
        let mut polled = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let (socket, interest) = link.interest(congested);
            if !interest.is_empty() {
                fds.push(PollFd::new(socket, interest));
                polled.push(index);
            }
        }
        let until = until.into_iter().chain(self.resting_until).min();
        self.waiter.wait(&mut fds, until)?;
        let events: Vec<PollFlags> = fds.iter().map(PollFd::revents).collect();
        drop(fds);
        self.knocked |= events[1..first_link].iter().any(|event| !event.is_empty());
        for (index, events) in polled.into_iter().zip(&events[first_link..]) {
            self.links[index].polled(*events);
        }
        Ok(())
    }

    /// Lets what is on its way arrive, for at most `patience`: a page's last bytes at a close.
    pub fn drain(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.doors.clear();
        self.waiter.ignore_cancel();
        while self.is_carrying() && Instant::now() < deadline {
            if self.turn(Some(deadline)).is_err() {
                return;
            }
        }
    }

    /// Ends all forwarding and leaves the connection to others. An opening that has begun is waited
    /// for: libssh2 would give its channel to whoever opens the next one.
    ///
    /// # Errors
    /// As [`Pump::turn`].
    pub fn end(mut self) -> Result<(), Error> {
        self.doors.clear();
        self.waiting.clear();
        while self.opening.is_some() {
            self.turn(None)?;
        }
        Ok(())
    }

    fn is_carrying(&self) -> bool {
        self.connection.wire().wants_to_send() || self.links.iter().any(Link::is_carrying)
    }
}

impl Drop for Pump {
    fn drop(&mut self) {
        self.connection.wire().allow(usize::MAX);
    }
}

/// Accepts until nobody is left, and gives the listener's word for that.
fn accept_all(
    listener: &TcpListener,
    target: &Target,
    waiting: &mut VecDeque<(TcpStream, Target)>,
) -> ErrorKind {
    loop {
        match listener.accept() {
            Ok((local, _)) => {
                // Key presses are small packets: see `dial`.
                if local.set_nonblocking(true).is_ok() && local.set_nodelay(true).is_ok() {
                    waiting.push_back((local, target.clone()));
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind(),
        }
    }
}
