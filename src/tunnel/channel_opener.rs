//! Channels on their way: libssh2 opens one at a time.

use std::collections::VecDeque;
use std::task::{Poll, ready};
use std::time::Instant;

use ssh2::{ErrorCode, Session};

use super::connection::Link;
use crate::ssh::channel::{Channel, Opening, Step, Target};
use crate::ssh::{Errand, Stream, Task, is_forbidden};

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
    /// Open, where its command was refused; to be closed.
    pub channel: Option<Channel>,
}

impl Refusal {
    /// Returns true if it is about this channel alone: the remote host refused it, or said nothing for a minute,
    /// as when the target is a black hole. (Else the session is broken, as reading from it tells.)
    pub fn is_theirs(&self) -> bool {
        let alone = [
            libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE,
            libssh2_sys::LIBSSH2_ERROR_TIMEOUT,
        ];
        matches!(self.error.code(), ErrorCode::Session(code) if alone.contains(&code))
    }
}

struct Begun {
    opening: Opening,
    wanted: Wanted,
    /// The target by its other name, if that is what is being opened.
    renamed: Option<Target>,
    since: Instant,
    /// Open, and its command is not started yet.
    channel: Option<Channel>,
}

impl Wanted {
    fn target(&self) -> Option<&Target> {
        match self {
            Self::Link(_, target) | Self::Join(_, target, _) | Self::Knock(target) => Some(target),
            Self::Command(..) | Self::Errand(_) | Self::Pulse => None,
        }
    }
}

/// The queue, and the one that has begun.
#[derive(Default)]
pub struct Openings {
    queue: VecDeque<Wanted>,
    begun: Option<Begun>,
    /// Targets that the remote host allows by their other name alone.
    renamed: Vec<Target>,
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

    /// Returns true if the next one needs a session of the server's, of which it may give one alone.
    pub fn needs_session(&self) -> bool {
        let next = self.queue.front().filter(|_| self.begun.is_none());
        matches!(next, Some(Wanted::Command(..) | Wanted::Errand(_)))
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

    fn begin(&self, wanted: Wanted) -> Begun {
        let target = wanted.target();
        let is_renamed = target.is_some_and(|target| self.renamed.contains(target));
        let renamed = target.filter(|_| is_renamed).and_then(Target::other_name);
        let opening = match (renamed.as_ref().or(target), &wanted) {
            (Some(target), _) => Opening::forward(target),
            (None, Wanted::Command(..)) => Opening::command(),
            (None, _) => Opening::session(),
        };
        Begun {
            opening,
            wanted,
            renamed,
            since: Instant::now(),
            channel: None,
        }
    }

    /// Carries the first one on.
    pub fn poll(&mut self, session: &Session) -> Poll<Result<Opened, Refusal>> {
        if self.begun.is_none() {
            let wanted = self.queue.pop_front();
            self.begun = wanted.map(|wanted| self.begin(wanted));
        }
        let Some(mut begun) = self.begun.take() else {
            return Poll::Pending;
        };
        match begun.poll(session) {
            Poll::Pending => {
                self.begun = Some(begun);
                Poll::Pending
            }
            Poll::Ready(Ok(channel)) => {
                let learned = begun.learned();
                let is_new = |target: &Target| !self.renamed.contains(target);
                self.renamed.extend(learned.filter(is_new));
                Poll::Ready(Ok(opened(begun, channel)))
            }
            Poll::Ready(Err(error)) if begun.tries_other_name(&error) => {
                self.begun = Some(begun);
                self.poll(session)
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(Refusal {
                wanted: begun.wanted,
                error,
                channel: begun.channel,
            })),
        }
    }
}

impl Begun {
    /// Begins once more by the target's other name, where it has one and this one is forbidden. False
    /// when there is none.
    fn tries_other_name(&mut self, error: &ssh2::Error) -> bool {
        let target = self.wanted.target().filter(|_| self.renamed.is_none());
        let other = target.and_then(Target::other_name);
        let Some(other) = other.filter(|_| is_forbidden(error.message())) else {
            return false;
        };
        self.opening = Opening::forward(&other);
        self.renamed = Some(other);
        true
    }

    /// The target that was allowed by its other name.
    fn learned(&self) -> Option<Target> {
        let target = self.renamed.as_ref().and(self.wanted.target());
        target.cloned()
    }

    /// The command is started before another channel is opened: both are one round trip.
    fn poll(&mut self, session: &Session) -> Step<Channel> {
        let mut channel = match self.channel.take() {
            Some(channel) => channel,
            None => ready!(self.opening.poll(session))?,
        };
        if let Wanted::Command(_, line) = &self.wanted {
            match channel.poll_exec(line) {
                Poll::Ready(Ok(())) => {}
                Poll::Ready(Err(error)) => {
                    self.channel = Some(channel);
                    return Poll::Ready(Err(error));
                }
                Poll::Pending => {
                    self.channel = Some(channel);
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(channel))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_never_answers_counts_as_refused() {
        let target = Target::Tcp {
            host: "10.1.2.3".into(),
            port: 80,
        };
        for (code, is_theirs) in [
            (libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE, true),
            (libssh2_sys::LIBSSH2_ERROR_TIMEOUT, true),
            (libssh2_sys::LIBSSH2_ERROR_SOCKET_SEND, false),
        ] {
            let refusal = Refusal {
                wanted: Wanted::Knock(target.clone()),
                error: ssh2::Error::new(ErrorCode::Session(code), "why"),
                channel: None,
            };
            assert_eq!(refusal.is_theirs(), is_theirs, "{code}");
        }
    }
}
