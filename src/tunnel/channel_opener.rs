//! Channels on their way: libssh2 opens one at a time.

use std::collections::VecDeque;
use std::task::{Poll, ready};
use std::time::Instant;

use ssh2::{ErrorCode, Session};

use super::connection::ForwardedConnection;
use crate::ssh::channel::{Channel, ChannelOpening, ForwardTarget, Nonblocking};
use crate::ssh::{BackgroundExec, ExecRequest, Stream, is_forbidden};

/// Purpose of a channel.
pub enum OpenRequest {
    /// A connection of the browser's.
    Link(Stream, ForwardTarget),
    /// A connection from this process, with the callback for its result.
    Join(Stream, ForwardTarget, OnOpened),
    /// A check that something listens there.
    Probe(ForwardTarget),
    /// A command line whose standard input and output this process reads and writes.
    Command(Stream, String),
    /// A command.
    Background(ExecRequest),
    /// Keepalives to the remote host.
    Keepalive,
}

/// Callback for the remote host's answer to the connection; called once, or dropped if there is no
/// answer.
pub type OnOpened = Box<dyn FnOnce(Result<(), ssh2::Error>)>;

/// A channel that is there.
pub enum OpenedChannel {
    /// Joined to its connection.
    Link(ForwardedConnection),
    /// The same, with the callback for its result.
    Join(ForwardedConnection, OnOpened),
    /// Something listens.
    Probe(Channel),
    /// The command runs.
    Command(ForwardedConnection),
    /// The command can begin.
    Background(BackgroundExec),
    /// Questions can be asked.
    Keepalive(Channel),
}

/// A channel that the remote host, or the session, refused.
pub struct OpenRefusal {
    /// Purpose of the channel.
    pub wanted: OpenRequest,
    /// The error.
    pub error: ssh2::Error,
    /// Open, where its command was refused; to be closed.
    pub channel: Option<Channel>,
}

impl OpenRefusal {
    /// Returns true if it is about this channel alone: the remote host refused it, or said nothing for a minute,
    /// as when the target is a black hole. (Else the session is broken, as reading from it tells.)
    pub fn is_theirs(&self) -> bool {
        is_of_the_target(&self.error)
    }
}

/// Returns true for an error of one opening alone: see [`OpenRefusal::is_theirs`].
pub fn is_of_the_target(error: &ssh2::Error) -> bool {
    let alone = [
        libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE,
        libssh2_sys::LIBSSH2_ERROR_TIMEOUT,
    ];
    matches!(error.code(), ErrorCode::Session(code) if alone.contains(&code))
}

struct InProgress {
    opening: ChannelOpening,
    wanted: OpenRequest,
    /// The target by its other name, if that is what is being opened.
    renamed: Option<ForwardTarget>,
    since: Instant,
    /// Open, and its command is not started yet.
    channel: Option<Channel>,
}

impl OpenRequest {
    fn target(&self) -> Option<&ForwardTarget> {
        match self {
            Self::Link(_, target) | Self::Join(_, target, _) | Self::Probe(target) => Some(target),
            Self::Command(..) | Self::Background(_) | Self::Keepalive => None,
        }
    }
}

/// The queue, and the one that has begun.
#[derive(Default)]
pub struct ChannelOpener {
    queue: VecDeque<OpenRequest>,
    begun: Option<InProgress>,
    /// Targets that the remote host allows by their other name alone.
    renamed: Vec<ForwardTarget>,
}

impl ChannelOpener {
    pub fn want(&mut self, wanted: OpenRequest) {
        self.queue.push_back(wanted);
    }

    /// Before all others: it decides whether anything else makes sense.
    pub fn want_first(&mut self, wanted: OpenRequest) {
        self.queue.push_front(wanted);
    }

    /// Returns true if no channel is requested or in progress.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.begun.is_none()
    }

    /// Returns true if the next one needs a session of the server's, of which it may give one alone.
    pub fn needs_session(&self) -> bool {
        let next = self.queue.front().filter(|_| self.begun.is_none());
        matches!(
            next,
            Some(OpenRequest::Command(..) | OpenRequest::Background(_))
        )
    }

    pub fn has_begun(&self) -> bool {
        self.begun.is_some()
    }

    /// Returns the time since which the remote host owes an answer that no other host can hold up: to a session, or to a unix
    /// socket of this program's own.
    pub fn own_since(&self) -> Option<Instant> {
        let begun = self.begun.as_ref()?;
        let is_own = match &begun.wanted {
            OpenRequest::Background(_) | OpenRequest::Command(..) => true,
            OpenRequest::Join(_, target, _) => matches!(target, ForwardTarget::Unix { .. }),
            OpenRequest::Link(..) | OpenRequest::Probe(_) | OpenRequest::Keepalive => false,
        };
        is_own.then_some(begun.since)
    }

    /// Returns the time since which the remote host owes an answer to an [`OpenRequest::Keepalive`].
    pub fn keepalive_since(&self) -> Option<Instant> {
        let begun = self.begun.as_ref()?;
        matches!(begun.wanted, OpenRequest::Keepalive).then_some(begun.since)
    }

    /// Drops what has not begun.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// The connections that have no channel yet, in their order: the next session can have them.
    pub fn into_waiting(self) -> impl Iterator<Item = OpenRequest> {
        let begun = self.begun.map(|begun| begun.wanted);
        let all = begun.into_iter().chain(self.queue);
        all.filter(|wanted| matches!(wanted, OpenRequest::Link(..)))
    }

    fn begin(&self, wanted: OpenRequest) -> InProgress {
        let target = wanted.target();
        let is_renamed = target.is_some_and(|target| self.renamed.contains(target));
        let renamed = target
            .filter(|_| is_renamed)
            .and_then(ForwardTarget::other_name);
        let opening = match (renamed.as_ref().or(target), &wanted) {
            (Some(target), _) => ChannelOpening::forward(target),
            (None, OpenRequest::Command(..)) => ChannelOpening::command(),
            (None, _) => ChannelOpening::session(),
        };
        InProgress {
            opening,
            wanted,
            renamed,
            since: Instant::now(),
            channel: None,
        }
    }

    /// Carries the first one on.
    pub fn poll(&mut self, session: &Session) -> Poll<Result<OpenedChannel, OpenRefusal>> {
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
                let is_new = |target: &ForwardTarget| !self.renamed.contains(target);
                self.renamed.extend(learned.filter(is_new));
                Poll::Ready(Ok(opened(begun, channel)))
            }
            Poll::Ready(Err(error)) if begun.tries_other_name(&error) => {
                self.begun = Some(begun);
                self.poll(session)
            }
            Poll::Ready(Err(error)) => Poll::Ready(Err(OpenRefusal {
                wanted: begun.wanted,
                error,
                channel: begun.channel,
            })),
        }
    }
}

impl InProgress {
    /// Begins once more by the target's other name, where it has one and this one is forbidden. False
    /// when there is none.
    fn tries_other_name(&mut self, error: &ssh2::Error) -> bool {
        let target = self.wanted.target().filter(|_| self.renamed.is_none());
        let other = target.and_then(ForwardTarget::other_name);
        let Some(other) = other.filter(|_| is_forbidden(error.message())) else {
            return false;
        };
        self.opening = ChannelOpening::forward(&other);
        self.renamed = Some(other);
        true
    }

    /// The target that was allowed by its other name.
    fn learned(&self) -> Option<ForwardTarget> {
        let target = self.renamed.as_ref().and(self.wanted.target());
        target.cloned()
    }

    /// The command is started before another channel is opened: both are one round trip.
    fn poll(&mut self, session: &Session) -> Nonblocking<Channel> {
        let mut channel = match self.channel.take() {
            Some(channel) => channel,
            None => ready!(self.opening.poll(session))?,
        };
        if let OpenRequest::Command(_, line) = &self.wanted {
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

fn opened(begun: InProgress, channel: Channel) -> OpenedChannel {
    match begun.wanted {
        OpenRequest::Link(local, _) => OpenedChannel::Link(ForwardedConnection::new(
            local,
            channel,
            begun.since.elapsed(),
        )),
        OpenRequest::Join(local, _, tell) => OpenedChannel::Join(
            ForwardedConnection::new(local, channel, begun.since.elapsed()),
            tell,
        ),
        OpenRequest::Probe(_) => OpenedChannel::Probe(channel),
        OpenRequest::Command(local, _) => OpenedChannel::Command(
            ForwardedConnection::new(local, channel, begun.since.elapsed()).of_command(),
        ),
        OpenRequest::Background(task) => {
            OpenedChannel::Background(BackgroundExec::new(task, channel))
        }
        OpenRequest::Keepalive => OpenedChannel::Keepalive(channel),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_never_answers_counts_as_refused() {
        let target = ForwardTarget::Tcp {
            host: "10.1.2.3".into(),
            port: 80,
        };
        for (code, is_theirs) in [
            (libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE, true),
            (libssh2_sys::LIBSSH2_ERROR_TIMEOUT, true),
            (libssh2_sys::LIBSSH2_ERROR_SOCKET_SEND, false),
        ] {
            let refusal = OpenRefusal {
                wanted: OpenRequest::Probe(target.clone()),
                error: ssh2::Error::new(ErrorCode::Session(code), "why"),
                channel: None,
            };
            assert_eq!(refusal.is_theirs(), is_theirs, "{code}");
        }
    }
}
