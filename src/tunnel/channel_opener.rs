//! Channels on their way. Connections are opened side by side, sessions one after another: a server
//! may give only one at a time (`MaxSessions`).

use std::collections::VecDeque;
use std::rc::Rc;
use std::task::{Poll, ready};
use std::time::{Duration, Instant};

use ssh2::ErrorCode;

use super::connection::ForwardedConnection;
use super::window::WindowPool;
use crate::ssh::channel::{Channel, ChannelOpening, ForwardTarget, Nonblocking};
use crate::ssh::{BackgroundExec, Connection, ExecRequest, Stream, may_be_forbidden};

/// Longest time that the remote host may take to open a connection. Its answer may still come later.
const PATIENCE: Duration = Duration::from_secs(60);

/// Largest number of openings at the same time.
const AT_ONCE: usize = 64;

/// Purpose of a channel.
pub enum OpenRequest {
    /// A connection of the browser's.
    Link(Stream, ForwardTarget),
    /// A connection from this process, with the callback for its result.
    Join(Stream, ForwardTarget, OnOpened),
    /// A check that something listens there.
    Probe(ForwardTarget),
    /// A channel for a connection that is likely to come.
    Spare(ForwardTarget),
    /// A command line whose standard input and output this process reads and writes.
    Command(Stream, String),
    /// A command.
    Background(ExecRequest),
    /// Keepalives to the remote host.
    Keepalive,
}

/// Callback for the remote host's answer to the connection; called once, or dropped if there is no
/// answer.
pub type OnOpened = Box<dyn FnOnce(Result<(), ssh2::Error>) + Send>;

/// A channel that is there.
pub enum OpenedChannel {
    /// Joined to its connection.
    Link(ForwardedConnection),
    /// The same, with the callback for its result.
    Join(ForwardedConnection, OnOpened),
    /// Something listens.
    Probe(Channel),
    /// Nobody needs it yet; its opening took so long.
    Spare(Channel, Duration),
    /// Nobody waits for it any more.
    Late(Channel),
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
            Self::Link(_, target)
            | Self::Join(_, target, _)
            | Self::Probe(target)
            | Self::Spare(target) => Some(target),
            Self::Command(..) | Self::Background(_) | Self::Keepalive => None,
        }
    }

    fn is_spare(&self) -> bool {
        matches!(self, Self::Spare(_))
    }
}

/// The queue, and those that have begun.
#[derive(Default)]
pub struct ChannelOpener {
    queue: VecDeque<OpenRequest>,
    begun: Vec<InProgress>,
    /// Those that were given up. Their channels are closed when they are open.
    late: Vec<ChannelOpening>,
    /// Targets that the remote host allows by their other name alone.
    renamed: Vec<ForwardTarget>,
    /// Where the channels have their windows from.
    pub windows: Rc<WindowPool>,
}

impl ChannelOpener {
    pub fn want(&mut self, wanted: OpenRequest) {
        self.queue.push_back(wanted);
    }

    /// Before all others: it decides whether anything else makes sense.
    pub fn want_first(&mut self, wanted: OpenRequest) {
        self.queue.push_front(wanted);
    }

    /// Gives a connection the oldest spare channel that is on its way, or a new one.
    pub fn want_soon(&mut self, local: Stream, target: ForwardTarget) {
        let fits = |wanted: &OpenRequest| wanted.is_spare() && wanted.target() == Some(&target);
        let begun = self.begun.iter_mut().map(|begun| &mut begun.wanted);
        let spare = begun.chain(&mut self.queue).find(|wanted| fits(wanted));
        match spare {
            Some(spare) => *spare = OpenRequest::Link(local, target),
            None => self.want(OpenRequest::Link(local, target)),
        }
    }

    /// Returns the number of spare channels on their way.
    pub fn spares(&self) -> usize {
        let begun = self.begun.iter().map(|begun| &begun.wanted);
        begun.chain(&self.queue).filter(|w| w.is_spare()).count()
    }

    /// Drops the spare channels that are not begun.
    pub fn forget_spares(&mut self) {
        self.queue.retain(|wanted| !wanted.is_spare());
    }

    /// Returns true if no channel is requested or in progress.
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.begun.is_empty()
    }

    /// Returns true if the next session is to be one of which the server may give one alone.
    pub fn needs_session(&self) -> bool {
        let mut sessions = self.queue.iter().filter(|wanted| wanted.target().is_none());
        let next = sessions.next().filter(|_| !self.opens_session());
        next.is_some_and(|wanted| !matches!(wanted, OpenRequest::Keepalive))
    }

    /// Returns true if a session is requested or in progress.
    pub fn wants_session(&self) -> bool {
        let mut queue = self.queue.iter();
        self.opens_session() || queue.any(|wanted| wanted.target().is_none())
    }

    /// Returns true if a session is in progress.
    pub fn opens_session(&self) -> bool {
        let mut begun = self.begun.iter();
        begun.any(|begun| begun.wanted.target().is_none())
    }

    pub fn has_begun(&self) -> bool {
        !(self.begun.is_empty() && self.late.is_empty())
    }

    /// Returns the time since which the remote host owes an answer that no other host can hold up: to a session, or to a unix
    /// socket of this program's own.
    pub fn own_since(&self) -> Option<Instant> {
        let is_own = |begun: &&InProgress| match &begun.wanted {
            OpenRequest::Background(_) | OpenRequest::Command(..) => true,
            OpenRequest::Join(_, target, _) => matches!(target, ForwardTarget::Unix { .. }),
            OpenRequest::Link(..)
            | OpenRequest::Probe(_)
            | OpenRequest::Spare(_)
            | OpenRequest::Keepalive => false,
        };
        let own = self.begun.iter().filter(is_own);
        own.map(|begun| begun.since).min()
    }

    /// Returns the time since which the remote host owes an answer to an [`OpenRequest::Keepalive`].
    pub fn keepalive_since(&self) -> Option<Instant> {
        let is_keepalive = |begun: &&InProgress| matches!(begun.wanted, OpenRequest::Keepalive);
        self.begun
            .iter()
            .find(is_keepalive)
            .map(|begun| begun.since)
    }

    /// Returns when [`ChannelOpener::poll`] has to be called next, if nothing happens before.
    pub fn next(&self) -> Option<Instant> {
        let targets = self
            .begun
            .iter()
            .filter(|begun| begun.wanted.target().is_some());
        targets.map(|begun| begun.since + PATIENCE).min()
    }

    /// Drops what has not begun.
    pub fn clear(&mut self) {
        self.queue.clear();
    }

    /// The connections that have no channel yet, in their order: the next session can have them.
    pub fn into_waiting(self) -> impl Iterator<Item = OpenRequest> {
        let begun = self.begun.into_iter().map(|begun| begun.wanted);
        let all = begun.chain(self.queue);
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
            (None, OpenRequest::Keepalive) => ChannelOpening::keepalive(),
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

    /// Carries all of them on, up to the first one that has come to its end. Sessions are left in the
    /// queue as long as the server has none left (`has_session`).
    pub fn poll(
        &mut self,
        connection: &Connection,
        has_session: bool,
    ) -> Poll<Result<OpenedChannel, OpenRefusal>> {
        let mut next = 0;
        loop {
            if next == self.begun.len() && !self.begin_next(has_session) {
                break;
            }
            if let Poll::Ready(result) = self.begun[next].poll(connection) {
                let ended = self.begun.remove(next);
                return Poll::Ready(self.ended(ended, result));
            }
            // While a request cannot be sent, no other one can.
            if !self.begun[next].is_requested() {
                return Poll::Pending;
            }
            next += 1;
        }
        self.give_up().map_or_else(
            || {
                self.poll_late(connection)
                    .map(|channel| Ok(OpenedChannel::Late(channel)))
            },
            |refusal| Poll::Ready(Err(refusal)),
        )
    }

    fn begin_next(&mut self, has_session: bool) -> bool {
        let allows_session = has_session && !self.opens_session();
        let may_begin = |wanted: &OpenRequest| wanted.target().is_some() || allows_session;
        let is_full = self.begun.len() >= AT_ONCE;
        let next = self.queue.iter().position(may_begin).filter(|_| !is_full);
        let wanted = next.and_then(|next| self.queue.remove(next));
        let begun = wanted.map(|wanted| self.begin(wanted));
        let is_one = begun.is_some();
        self.begun.extend(begun);
        is_one
    }

    fn ended(
        &mut self,
        ended: InProgress,
        result: Result<Channel, ssh2::Error>,
    ) -> Result<OpenedChannel, OpenRefusal> {
        match result {
            Ok(channel) => {
                let learned = ended.learned();
                let is_new = |target: &ForwardTarget| !self.renamed.contains(target);
                self.renamed.extend(learned.filter(is_new));
                Ok(opened(ended, channel, &self.windows))
            }
            Err(error) => Err(OpenRefusal {
                wanted: ended.wanted,
                error,
                channel: ended.channel,
            }),
        }
    }

    /// Gives up a connection whose target does not answer, as a black hole does not.
    fn give_up(&mut self) -> Option<OpenRefusal> {
        let now = Instant::now();
        let is_late =
            |begun: &InProgress| begun.wanted.target().is_some() && now >= begun.since + PATIENCE;
        let late = self.begun.iter().position(is_late)?;
        let late = self.begun.remove(late);
        self.late.push(late.opening);
        let code = ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_TIMEOUT);
        Some(OpenRefusal {
            wanted: late.wanted,
            error: ssh2::Error::new(code, "no answer from the target"),
            channel: None,
        })
    }

    fn poll_late(&mut self, connection: &Connection) -> Poll<Channel> {
        for index in 0..self.late.len() {
            if let Poll::Ready(result) = self.late[index].poll(connection) {
                self.late.swap_remove(index);
                return result.map_or(Poll::Pending, Poll::Ready);
            }
        }
        Poll::Pending
    }
}

impl InProgress {
    /// Returns false while libssh2 is in the middle of sending a request.
    fn is_requested(&self) -> bool {
        self.channel.is_some() || self.opening.is_requested()
    }

    /// Begins once more by the target's other name, where it has one and this one is forbidden. False
    /// when there is none.
    fn tries_other_name(&mut self, error: &ssh2::Error) -> bool {
        let target = self.wanted.target().filter(|_| self.renamed.is_none());
        let other = target.and_then(ForwardTarget::other_name);
        let Some(other) = other.filter(|_| may_be_forbidden(error.message())) else {
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

    fn poll(&mut self, connection: &Connection) -> Nonblocking<Channel> {
        match self.poll_once(connection) {
            Poll::Ready(Err(error)) if self.tries_other_name(&error) => self.poll_once(connection),
            other => other,
        }
    }

    /// The command is started before another session is opened: both are one round trip.
    fn poll_once(&mut self, connection: &Connection) -> Nonblocking<Channel> {
        let mut channel = match self.channel.take() {
            Some(channel) => channel,
            None => ready!(self.opening.poll(connection))?,
        };
        let OpenRequest::Command(_, line) = &self.wanted else {
            return Poll::Ready(Ok(channel));
        };
        match channel.poll_exec(line) {
            Poll::Ready(Ok(())) => Poll::Ready(Ok(channel)),
            Poll::Ready(Err(error)) => {
                self.channel = Some(channel);
                Poll::Ready(Err(error))
            }
            Poll::Pending => {
                self.channel = Some(channel);
                Poll::Pending
            }
        }
    }
}

fn opened(begun: InProgress, channel: Channel, windows: &Rc<WindowPool>) -> OpenedChannel {
    let round_trip = begun.since.elapsed();
    let joined = |local, channel| ForwardedConnection::new(local, channel, round_trip, windows);
    match begun.wanted {
        OpenRequest::Link(local, _) => OpenedChannel::Link(joined(local, channel)),
        OpenRequest::Join(local, _, tell) => OpenedChannel::Join(joined(local, channel), tell),
        OpenRequest::Probe(_) => OpenedChannel::Probe(channel),
        OpenRequest::Spare(_) => OpenedChannel::Spare(channel, round_trip),
        OpenRequest::Command(local, _) => {
            OpenedChannel::Command(joined(local, channel).of_command())
        }
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
