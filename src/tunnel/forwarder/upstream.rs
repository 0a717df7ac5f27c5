//! Who comes in at the doors, and what carries them: a channel each, another session, or a relay.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use super::{Pump, Refused};
use crate::ssh::Stream;
use crate::ssh::channel::Target;
use crate::tunnel::channel_opener::Wanted;
use crate::tunnel::listener::{Door, accept_all};
use crate::tunnel::relay::{Relay, Relaying};

/// How long listeners are left alone when the process has no file descriptors left: waiting
/// connections would wake the pump for ever.
const REST: Duration = Duration::from_millis(200);

/// Takes connections that another session carries.
pub type Carrier = Box<dyn FnMut(Stream, Target)>;

/// What is left of a pump whose connection is gone: the open doors, and who had come in and not got
/// a channel yet. Whoever comes now waits in the listeners' own queues, which the system bounds:
/// nobody needs to accept them meanwhile.
pub struct Held {
    doors: Vec<Door>,
    waiting: Vec<Wanted>,
}

impl Pump {
    /// Goes on where another pump had to stop.
    pub fn resume(&mut self, held: Held) {
        self.doors = held.doors;
        self.knocked = true;
        for wanted in held.waiting {
            self.want(wanted);
        }
    }

    /// From now on what comes in at the doors is another session's to carry, whose own bytes may well
    /// come through here.
    pub fn hand_over(&mut self, carrier: Carrier) {
        self.carrier = Some(carrier);
    }

    /// Takes the open doors away until [`Pump::resume`], and carries on with all else.
    #[must_use]
    pub fn shut(&mut self) -> Held {
        self.carrier = None;
        let relayed = self.relay.take().into_iter().flat_map(Relay::into_waiting);
        Held {
            doors: std::mem::take(&mut self.doors),
            waiting: relayed.collect(),
        }
    }

    /// What outlives the connection. Whoever had a channel is cut off.
    #[must_use]
    pub fn hold(mut self) -> Held {
        let openings = std::mem::take(&mut self.openings);
        let relayed = self.relay.take().into_iter().flat_map(Relay::into_waiting);
        Held {
            doors: std::mem::take(&mut self.doors),
            waiting: openings.into_waiting().chain(relayed).collect(),
        }
    }

    /// From now on the connections to one target go through a command on the login host.
    pub fn relay(&mut self, what: Relaying) {
        self.relay = Some(Relay::new(what, &mut self.openings, Instant::now()));
    }

    /// Whether there is a relay, and whether it has reached its node.
    #[must_use]
    pub fn relay_was_up(&self) -> Option<bool> {
        self.relay.as_ref().map(Relay::was_up)
    }

    /// From now on connections get channels again, and none of what carries all of them.
    pub fn take_back(&mut self) {
        (self.carrier, self.relay) = (None, None);
    }

    /// A connection gets a channel, or its share of what carries all of them.
    pub(super) fn want(&mut self, wanted: Wanted) {
        let now = Instant::now();
        match (wanted, &mut self.carrier, &mut self.relay) {
            (Wanted::Link(local, target), Some(carrier), _) => carrier(local, target),
            (Wanted::Link(local, target), _, Some(relay)) if relay.serves(&target) => {
                relay.add(Some(local), &mut self.openings, now);
            }
            (Wanted::Knock(target), _, Some(relay)) if relay.serves(&target) => {
                relay.add(None, &mut self.openings, now);
            }
            (wanted, ..) => self.openings.want(wanted),
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
        for door in &self.doors {
            for listener in &door.listeners {
                match accept_all(listener, |local| come.push((local, door.target.clone()))) {
                    // A connection that was given up before we came.
                    ErrorKind::WouldBlock | ErrorKind::ConnectionAborted => {}
                    _ => self.resting_until = Some(now + REST),
                }
            }
        }
        let progress = !come.is_empty();
        for (local, target) in come {
            self.want(Wanted::Link(local, target));
        }
        progress
    }

    pub(super) fn work_relay(&mut self, now: Instant) -> bool {
        let Some(relay) = &mut self.relay else {
            return false;
        };
        let progress = relay.work(now, &mut self.scratch);
        if let Some(reason) = relay.take_refusal() {
            let target = relay.target().clone();
            self.refused = Some(Refused { target, reason });
        }
        progress
    }
}
