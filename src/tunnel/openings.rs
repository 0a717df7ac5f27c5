//! Channels on their way: libssh2 opens one at a time.

use std::collections::VecDeque;
use std::task::{Poll, ready};
use std::time::Instant;

use ssh2::{ErrorCode, Session};

use super::link::Link;
use crate::ssh::channel::{Channel, Opening, Step, Target};
use crate::ssh::{Errand, Stream, Task};

/// What a channel is for.
pub enum Wanted {
    /// A connection of the browser's.
    Link(Stream, Target),
    /// A connection of somebody in this process, who wants to hear of it.
    Join(Stream, Target, Tell),
    /// To see whether anybody listens there.
    Knock(Target),
    /// A command line whose standard input and output somebody in this process wants.
    Command(Stream, String),
    /// A command.
    Errand(Task),
    /// Questions to the far side.
    Pulse,
}

/// Told once whether the far side took the connection; dropped if that never came out.
pub type Tell = Box<dyn FnOnce(Result<(), ssh2::Error>)>;

/// A channel that is there.
pub enum Opened {
    /// Joined to its connection.
    Link(Link),
    /// The same, and somebody wants to hear of it.
    Join(Link, Tell),
    /// Somebody listens.
    Knock(Channel),
    /// The command runs.
    Command(Link),
    /// The command can begin.
    Errand(Errand),
    /// Questions can be asked.
    Pulse(Channel),
}

/// A channel that the far side, or the session, did not give.
pub struct Refusal {
    /// What it was for.
    pub wanted: Wanted,
    /// The error.
    pub error: ssh2::Error,
}

impl Refusal {
    /// Whether it is the far side's word. (Else the session is broken, as reading from it tells.)
    pub fn is_theirs(&self) -> bool {
        self.error.code() == ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE)
    }
}

struct Begun {
    opening: Opening,
    wanted: Wanted,
    since: Instant,
    /// Open, and its command is not started yet.
    channel: Option<Channel>,
}

/// The queue, and the one that has begun.
#[derive(Default)]
pub struct Openings {
    queue: VecDeque<Wanted>,
    begun: Option<Begun>,
}

impl Openings {
    pub fn want(&mut self, wanted: Wanted) {
        self.queue.push_back(wanted);
    }

    /// Before all others: it decides whether anything else makes sense.
    pub fn want_first(&mut self, wanted: Wanted) {
        self.queue.push_front(wanted);
    }

    /// Whether none is wanted or under way.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.begun.is_none()
    }

    pub fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// Since when the far side owes an answer to the wish for a [`Wanted::Pulse`].
    pub fn pulse_since(&self) -> Option<Instant> {
        let begun = self.begun.as_ref()?;
        matches!(begun.wanted, Wanted::Pulse).then_some(begun.since)
    }

    /// Drops what has not begun.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// The connections that have no channel yet, in their order: the next session can have them.
    pub fn into_waiting(self) -> impl Iterator<Item = Wanted> {
        let begun = self.begun.map(|begun| begun.wanted);
        let all = begun.into_iter().chain(self.queue);
        all.filter(|wanted| matches!(wanted, Wanted::Link(..)))
    }

    /// Carries the first one on.
    pub fn poll(&mut self, session: &Session) -> Poll<Result<Opened, Refusal>> {
        if self.begun.is_none() {
            self.begun = self.queue.pop_front().map(begin);
        }
        let Some(mut begun) = self.begun.take() else {
            return Poll::Pending;
        };
        match begun.poll(session) {
            Poll::Pending => {
                self.begun = Some(begun);
                Poll::Pending
            }
            Poll::Ready(Ok(channel)) => Poll::Ready(Ok(opened(begun, channel))),
            Poll::Ready(Err(error)) => {
                let wanted = begun.wanted;
                Poll::Ready(Err(Refusal { wanted, error }))
            }
        }
    }
}

impl Begun {
    /// The command is started before another channel is opened: both are one round trip.
    fn poll(&mut self, session: &Session) -> Step<Channel> {
        let mut channel = match self.channel.take() {
            Some(channel) => channel,
            None => ready!(self.opening.poll(session))?,
        };
        if let Wanted::Command(_, line) = &self.wanted {
            match channel.poll_exec(line) {
                Poll::Pending => {
                    self.channel = Some(channel);
                    return Poll::Pending;
                }
                Poll::Ready(result) => result?,
            }
        }
        Poll::Ready(Ok(channel))
    }
}

fn begin(wanted: Wanted) -> Begun {
    let opening = match &wanted {
        Wanted::Link(_, target) | Wanted::Join(_, target, _) | Wanted::Knock(target) => {
            Opening::forward(target)
        }
        Wanted::Command(..) => Opening::command(),
        Wanted::Errand(_) | Wanted::Pulse => Opening::session(),
    };
    let since = Instant::now();
    Begun {
        opening,
        wanted,
        since,
        channel: None,
    }
}

fn opened(begun: Begun, channel: Channel) -> Opened {
    match begun.wanted {
        Wanted::Link(local, _) => Opened::Link(Link::new(local, channel, begun.since.elapsed())),
        Wanted::Join(local, _, tell) => {
            Opened::Join(Link::new(local, channel, begun.since.elapsed()), tell)
        }
        Wanted::Knock(_) => Opened::Knock(channel),
        Wanted::Command(local, _) => {
            Opened::Command(Link::new(local, channel, begun.since.elapsed()).of_command())
        }
        Wanted::Errand(task) => Opened::Errand(Errand::new(task, channel)),
        Wanted::Pulse => Opened::Pulse(channel),
    }
}
