//! The pump: one turn accepts, opens, moves and closes whatever can be, then waits.
//!
//! Any call into libssh2 may take in data of any channel, so a turn goes round until nothing moves
//! any more, and only then waits.

use std::collections::VecDeque;
use std::net::TcpStream;
use std::rc::Rc;
use std::task::Poll;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::link::Link;
use super::listen::Door;
use crate::ssh::channel::{Channel, Opening, Target};
use crate::ssh::wait::Waiter;
use crate::ssh::{Connection, Error};

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
    /// A closed channel. Reading nothing from it takes in what the socket holds: the server's
    /// keep-alives want answers also when nothing is forwarded.
    spine: Channel,
    refused: Option<String>,
}

struct Begun {
    opening: Opening,
    local: TcpStream,
    since: Instant,
}

impl Pump {
    /// A pump without doors; `spine` is the closed channel of the script that ran before.
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
            refused: None,
        }
    }

    /// Opens another door.
    pub fn add(&mut self, door: Door) {
        self.doors.push(door);
    }

    /// Why the far side last refused a connection, once.
    pub fn take_refusal(&mut self) -> Option<String> {
        self.refused.take()
    }

    /// Works until nothing moves, then waits for the next thing to happen, for a wake-up, or until
    /// `until`.
    ///
    /// # Errors
    /// [`Error::Session`] when the connection is lost, [`Error::Wait`] when cancelled.
    pub fn turn(&mut self, until: Option<Instant>) -> Result<(), Error> {
        while self.work()? {}
        self.wait(until)
    }

    fn work(&mut self) -> Result<bool, Error> {
        self.take_in()?;
        let mut progress = self.accept();
        progress |= self.open();
        let now = Instant::now();
        for link in &mut self.links {
            progress |= link.work(now);
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
        match self.spine.poll_read(0, &mut []) {
            Poll::Ready(Err(error)) => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn accept(&mut self) -> bool {
        let before = self.waiting.len();
        for door in &self.doors {
            for listener in &door.listeners {
                while let Ok((local, _)) = listener.accept() {
                    // Key presses are small packets: see `dial`.
                    if local.set_nonblocking(true).is_ok() && local.set_nodelay(true).is_ok() {
                        self.waiting.push_back((local, door.target.clone()));
                    }
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
        let ssh = self.connection.interest() | PollFlags::IN;
        let mut fds = vec![PollFd::new(self.connection.socket(), ssh)];
        for listener in self.doors.iter().flat_map(|door| &door.listeners) {
            fds.push(PollFd::new(listener, PollFlags::IN));
        }
        let first_link = fds.len();
        let mut polled = Vec::new();
        for (index, link) in self.links.iter().enumerate() {
            let (socket, interest) = link.interest();
            if !interest.is_empty() {
                fds.push(PollFd::new(socket, interest));
                polled.push(index);
            }
        }
        self.waiter.wait(&mut fds, until)?;
        let events: Vec<PollFlags> = fds[first_link..].iter().map(PollFd::revents).collect();
        drop(fds);
        for (index, events) in polled.into_iter().zip(events) {
            self.links[index].polled(events);
        }
        Ok(())
    }

    /// Lets what is on its way arrive, for at most `patience`: a page's last bytes at a close.
    pub fn drain(&mut self, patience: Duration) {
        let deadline = Instant::now() + patience;
        self.doors.clear();
        while !self.links.is_empty() && Instant::now() < deadline {
            if self.turn(Some(deadline)).is_err() {
                return;
            }
        }
    }
}
