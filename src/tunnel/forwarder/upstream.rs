//! Accepts local connections and assigns each to an SSH channel, to the compute node's session, or
//! to the relay.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use super::suspended::SuspendedListeners;
use super::{Carrier, Forwarder, Refused};
use crate::ssh::Stream;
use crate::ssh::channel::ForwardTarget;
use crate::tunnel::channel_opener::OpenRequest;
use crate::tunnel::connection::ForwardedConnection;
use crate::tunnel::listener::accept_all;
use crate::tunnel::relay::{RelayConnection, RelayState};

/// Pause of the listeners when the process has no file descriptors left: waiting connections would
/// wake the forwarder forever.
const REST: Duration = Duration::from_millis(200);

impl Forwarder {
    /// Continues where another forwarder had to stop.
    pub fn resume(&mut self, held: SuspendedListeners) {
        for forward_listener in held.forward_listeners {
            self.add_listener(forward_listener);
        }
        self.knocked = true;
        self.openings.windows.start_at(held.window);
        self.resume_streams(held.streams);
        for wanted in held.waiting {
            self.want(wanted);
        }
    }

    /// Hands the listeners' connections to another session from now on; the bytes of that session
    /// may well come through here.
    pub fn delegate_to(&mut self, carrier: Box<dyn Carrier>) {
        self.carrier = Some(carrier);
        self.close_spares();
    }

    /// Takes the open listeners away until [`Forwarder::resume`], and carries on with all else.
    #[must_use]
    pub fn close_listeners(&mut self) -> SuspendedListeners {
        self.carrier = None;
        self.drop_spares();
        let relayed = self
            .relay
            .take()
            .into_iter()
            .flat_map(RelayConnection::into_waiting);
        SuspendedListeners {
            forward_listeners: std::mem::take(&mut self.forward_listeners),
            waiting: relayed.collect(),
            unanswered_pages: Vec::new(),
            streams: self.suspend_streams(),
            window: self.openings.windows.proven(),
        }
    }

    /// Returns what outlives the connection. Connections that had a channel are cut off, unless all that they had done was to
    /// ask for a new page.
    #[must_use]
    pub fn suspend(mut self) -> SuspendedListeners {
        let links = std::mem::take(&mut self.links).into_iter();
        let pages = links.filter_map(ForwardedConnection::into_unanswered_page);
        let openings = std::mem::take(&mut self.openings).into_waiting();
        let suspended = self.close_listeners();
        SuspendedListeners {
            waiting: openings.chain(suspended.waiting).collect(),
            unanswered_pages: pages.collect(),
            ..suspended
        }
    }

    /// From now on the connections to one target go through a command on the login host.
    pub fn relay(&mut self, what: RelayState) {
        self.relay = Some(RelayConnection::new(
            what,
            &mut self.openings,
            Instant::now(),
        ));
        self.close_spares();
    }

    /// Has the relay start a holder: its program and arguments, separated by zeros. The outcome is to be taken.
    pub fn start_holder_by_relay(&mut self, program: String) {
        let now = Instant::now();
        let started = self
            .relay
            .as_mut()
            .map(|relay| relay.start_holder(program, now));
        match started {
            Some(Ok(())) => {}
            Some(Err(error)) => self.outcome = Some(Err(error.into())),
            None => self.outcome = Some(Ok(Vec::new())),
        }
    }

    /// Returns true if the relay has reached its node; `None` without a relay.
    #[must_use]
    pub fn relay_was_up(&self) -> Option<bool> {
        self.relay.as_ref().map(RelayConnection::was_up)
    }

    /// From now on connections get channels again, and none of what carries all of them.
    pub fn take_back(&mut self) {
        (self.carrier, self.relay) = (None, None);
    }

    /// A connection gets a channel, or its share of what carries all of them.
    pub(super) fn want(&mut self, wanted: OpenRequest) {
        let now = Instant::now();
        match (wanted, &mut self.relay) {
            (OpenRequest::Link(local, target), _) => self.want_link(local, target, now),
            (OpenRequest::Probe(target), Some(relay)) if relay.serves(&target) => {
                relay.add(None, &mut self.openings, now);
            }
            (wanted, _) => self.openings.want(wanted),
        }
    }

    /// A connection that no holder has goes where all connections to its target go.
    pub(super) fn pass_on(&mut self, local: Stream, target: ForwardTarget, now: Instant) {
        match (&mut self.carrier, &mut self.relay) {
            (Some(carrier), _) => {
                let has_spares = self.spares.serves(&target);
                carrier.carry(local, target, has_spares);
            }
            (_, Some(relay)) if relay.serves(&target) => {
                relay.add(Some(local), &mut self.openings, now);
            }
            _ => self.join_channel(local, target, now),
        }
    }

    pub(super) fn accept(&mut self, now: Instant) -> bool {
        if self.resting_until.is_some_and(|until| now < until) {
            return false;
        }
        let knocked = std::mem::take(&mut self.knocked) || self.resting_until.take().is_some();
        if !knocked {
            return false;
        }
        let mut come = Vec::new();
        for forward_listener in &self.forward_listeners {
            for listener in &forward_listener.listeners {
                match accept_all(listener, |local| {
                    come.push((local, forward_listener.target.clone()));
                }) {
                    // A connection that was given up before we came.
                    ErrorKind::WouldBlock | ErrorKind::ConnectionAborted => {}
                    _ => self.resting_until = Some(now + REST),
                }
            }
        }
        let progress = !come.is_empty();
        for (local, target) in come {
            self.want(OpenRequest::Link(local, target));
        }
        progress
    }

    pub(super) fn work_relay(&mut self, now: Instant) -> bool {
        let Some(relay) = &mut self.relay else {
            return false;
        };
        let progress = relay.work(now, &mut self.openings, &mut self.scratch);
        if let Some(outcome) = relay.take_holder_output(now) {
            self.outcome = Some(outcome);
        }
        if let Some(reason) = relay.take_refusal() {
            let target = relay.target().clone();
            self.refused = Some(Refused { target, reason });
        }
        progress
    }
}
