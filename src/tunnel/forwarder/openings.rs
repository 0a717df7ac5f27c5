//! The forwarder's channels: those that are being opened, and the spare ones.

use std::task::Poll;
use std::time::Instant;

use super::{BACKGROUND, Forwarder, Refused};
use crate::ssh::Stream;
use crate::ssh::channel::{Channel, ForwardTarget};
use crate::tunnel::channel_opener::{OpenRefusal, OpenRequest, OpenedChannel};
use crate::tunnel::connection::ForwardedConnection;
use crate::tunnel::relay::RelayConnection;
use crate::tunnel::window;

impl Forwarder {
    /// Carries all openings on.
    pub(super) fn open(&mut self) -> bool {
        let has_session = !self.openings.needs_session() || self.keepalive.make_room();
        let mut progress = false;
        while let Poll::Ready(result) = self.openings.poll(&self.connection, has_session) {
            progress = true;
            match result {
                Ok(opened) => self.opened(opened),
                Err(refusal) => self.note_refusal(refusal),
            }
        }
        progress
    }

    fn opened(&mut self, opened: OpenedChannel) {
        match opened {
            OpenedChannel::Link(link) => {
                self.spares.allowed();
                self.joined(link);
            }
            OpenedChannel::Join(link, tell) => {
                self.joined(link);
                tell(Ok(()));
            }
            OpenedChannel::Spare(channel, round_trip) => {
                self.granting.push((channel, round_trip));
            }
            OpenedChannel::Probe(channel) | OpenedChannel::Late(channel) => {
                self.closing.push(channel);
            }
            OpenedChannel::Command(link) => self.links.push(link),
            OpenedChannel::Keepalive(channel) => self.keepalive.opened(Some(channel)),
            OpenedChannel::Background(background) => {
                self.background = Some((background, Instant::now() + BACKGROUND));
            }
        }
    }

    fn joined(&mut self, link: ForwardedConnection) {
        self.links.push(link);
        if !self.openings.wants_session() && self.keepalive.take_early_order() {
            self.openings.want(OpenRequest::Keepalive);
        }
    }

    /// The local side of a refused connection sees it closed, as if nobody listened there.
    fn note_refusal(&mut self, refusal: OpenRefusal) {
        let is_theirs = refusal.is_theirs();
        let reason = refusal.error.message().to_owned();
        self.closing.extend(refusal.channel);
        match refusal.wanted {
            OpenRequest::Link(_, target) | OpenRequest::Probe(target) if is_theirs => {
                self.refused = Some(Refused { target, reason });
            }
            OpenRequest::Link(..) | OpenRequest::Probe(_) => {}
            OpenRequest::Spare(_) => self.spares.refused(),
            OpenRequest::Join(_, _, tell) => tell(Err(refusal.error)),
            OpenRequest::Command(..) => {
                if let Some(relay) = &mut self.relay {
                    relay.command_ended(reason);
                }
            }
            OpenRequest::Background(_) => self.outcome = Some(Err(refusal.error.into())),
            OpenRequest::Keepalive => self.keepalive.opened(None),
        }
    }

    /// A connection gets a channel of its own: a spare one, if its target has any.
    pub(super) fn join_channel(&mut self, local: Stream, target: ForwardTarget, now: Instant) {
        if !self.spares.serves(&target) {
            return self.openings.want(OpenRequest::Link(local, target));
        }
        self.close_ended_spares(now);
        match self.spares.take(now) {
            Some((channel, round_trip)) => {
                let windows = &self.openings.windows;
                let link = ForwardedConnection::of_spare(local, channel, round_trip, windows, now);
                self.joined(link);
            }
            None => self.openings.want_soon(local, target),
        }
    }

    /// Opens the spare channels that are missing, and closes those that the server has closed.
    pub(super) fn work_spares(&mut self, now: Instant) {
        self.open_windows(now);
        self.close_ended_spares(now);
        self.closing.extend(self.spares.take_away(now));
        let is_relayed = |relay: &RelayConnection| self.spares.serves(relay.target());
        if self.carrier.is_some() || self.relay.as_ref().is_some_and(is_relayed) {
            return;
        }
        let coming = self.openings.spares() + self.granting.len();
        for target in self.spares.missing(coming, now) {
            self.openings.want(OpenRequest::Spare(target));
        }
    }

    /// Opens the windows of spare channels: sshd does not read from a server that may send nothing, and would not notice
    /// that it has closed its connection.
    fn open_windows(&mut self, now: Instant) {
        for (mut channel, round_trip) in std::mem::take(&mut self.granting) {
            if channel.poll_grant(window::FIRST).is_pending() {
                self.granting.push((channel, round_trip));
            } else {
                let added = self.spares.add(channel, round_trip, now);
                self.closing.extend(added.err());
            }
        }
    }

    fn close_ended_spares(&mut self, now: Instant) {
        let ended = self.spares.take_ended(now, Channel::at_eof);
        self.closing.extend(ended);
    }

    /// Closes those that nobody needs while something else carries the connections.
    pub(super) fn close_spares(&mut self) {
        self.openings.forget_spares();
        self.closing.extend(self.spares.take_all());
        self.close_granting();
    }

    /// Closes them, and keeps none any more.
    pub(super) fn drop_spares(&mut self) {
        self.openings.forget_spares();
        self.closing.extend(self.spares.drop_all());
        self.close_granting();
    }

    fn close_granting(&mut self) {
        let granting = self.granting.drain(..).map(|(channel, _)| channel);
        self.closing.extend(granting);
    }
}
