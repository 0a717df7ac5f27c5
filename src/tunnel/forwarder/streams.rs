//! The forwarder's resumable streams: websockets that outlive its connection.

use std::time::{Duration, Instant};

use super::{Carrier, Forwarder, Refused};
use crate::ssh::channel::ForwardTarget;
use crate::ssh::{ConnectionUse, SshError, Stream};
use crate::tunnel::channel_opener::ChannelOpener;
use crate::tunnel::relay::RelayConnection;
use crate::tunnel::resume::{HolderAddress, HolderRequest, HolderRoute, ResumableStreams};

/// Longest time for the word to the holder that it is needed no more.
const GOODBYE: Duration = Duration::from_millis(500);

/// The way to the holder: that of all connections to the server.
pub(super) struct Upstream<'a> {
    pub openings: &'a mut ChannelOpener,
    pub carrier: Option<&'a mut Box<dyn Carrier>>,
    pub relay: Option<&'a mut RelayConnection>,
}

impl HolderRoute for Upstream<'_> {
    fn attach(&mut self, request: HolderRequest, now: Instant) {
        match (&mut self.carrier, &mut self.relay) {
            (Some(carrier), _) => {
                let (local, target, tell) = request.into_parts();
                carrier.join(local, target, tell);
            }
            (None, Some(relay)) => relay.attach(request, self.openings, now),
            (None, None) => self.openings.attach(request, now),
        }
    }
}

impl Forwarder {
    /// From now on websockets to this target are given to a holder, which is being started.
    pub fn await_holder(&mut self, target: ForwardTarget) {
        match &mut self.streams {
            Some(streams) if *streams.target() == target => streams.await_holder(),
            streams => *streams = Some(ResumableStreams::new(target)),
        }
    }

    /// The holder has started.
    pub fn holder_found(&mut self, address: HolderAddress) {
        let (streams, mut upstream) = self.split_streams();
        if let Some(streams) = streams {
            streams.found(address, &mut upstream, Instant::now());
        }
    }

    /// There is no holder: websockets travel as everything else.
    pub fn holder_absent(&mut self) {
        if let Some(streams) = &mut self.streams {
            streams.give_up();
        }
    }

    /// Returns true if there is no holder, and none is being started.
    #[must_use]
    pub fn lacks_holder(&self) -> bool {
        let streams = self.streams.as_ref();
        streams.is_none_or(ResumableStreams::lacks_holder)
    }

    /// Returns true, once, if a holder that was there is gone.
    pub fn wants_another_holder(&mut self) -> bool {
        let streams = self.streams.as_mut();
        streams.is_some_and(ResumableStreams::wants_another)
    }

    /// Returns true if the listeners' connections go through this connection, by channels of their own.
    #[must_use]
    pub fn is_direct(&self) -> bool {
        self.carrier.is_none() && self.relay.is_none()
    }

    fn split_streams(&mut self) -> (Option<&mut ResumableStreams>, Upstream<'_>) {
        let upstream = Upstream {
            openings: &mut self.openings,
            carrier: self.carrier.as_mut(),
            relay: self.relay.as_mut(),
        };
        (self.streams.as_mut(), upstream)
    }

    /// Returns the number of websockets that pages have open; none where it carries them as everything
    /// else.
    #[must_use]
    pub fn websockets(&self) -> Option<usize> {
        self.streams.as_ref()?.websockets()
    }

    /// Gives the remote host more time for its answers, since a new login would need the user.
    pub fn be_patient(&mut self) {
        self.keepalive.be_patient();
    }

    /// Returns what the connection is used for. A holder without websockets does not count.
    pub(super) fn present_use(&self) -> ConnectionUse {
        let streams = self.streams.as_ref().filter(|_| self.is_direct());
        let idle = usize::from(streams.is_some_and(ResumableStreams::is_idle));
        match self.connection.unanswered_since() {
            _ if self.links.len() <= idle => ConnectionUse::Idle,
            Some(since) => ConnectionUse::Waiting(since),
            None => ConnectionUse::Open,
        }
    }

    pub(super) fn want_link(&mut self, local: Stream, target: ForwardTarget, now: Instant) {
        match &mut self.streams {
            Some(streams) if streams.serves(&target) => streams.consider(local, now),
            _ => self.pass_on(local, target, now),
        }
    }

    /// Passes on the connections that are no websockets, or have no holder.
    pub(super) fn decide_streams(&mut self, now: Instant) -> bool {
        let Some(streams) = &mut self.streams else {
            return false;
        };
        let progress = streams.decide(now, &mut self.scratch);
        let target = streams.target().clone();
        for local in streams.take_passed_on() {
            self.pass_on(local, target.clone(), now);
        }
        progress
    }

    pub(super) fn suspend_streams(&mut self) -> Option<ResumableStreams> {
        let mut streams = self.streams.take()?;
        streams.suspend();
        Some(streams)
    }

    pub(super) fn resume_streams(&mut self, streams: Option<ResumableStreams>) {
        self.streams = streams;
        let (streams, mut upstream) = self.split_streams();
        if let Some(streams) = streams {
            streams.resume(&mut upstream, Instant::now());
        }
    }

    pub(super) fn work_streams(&mut self, now: Instant) -> bool {
        let Some(streams) = &mut self.streams else {
            return false;
        };
        let mut upstream = Upstream {
            openings: &mut self.openings,
            carrier: self.carrier.as_mut(),
            relay: self.relay.as_mut(),
        };
        let progress = streams.work(now, &mut upstream, &mut self.scratch);
        if let Some(reason) = streams.take_refusal() {
            let target = streams.target().clone();
            self.refused = Some(Refused { target, reason });
        }
        progress
    }

    /// Lets the holder end. Returns how long that may take where another session carries its connection.
    pub(super) fn end_streams(&mut self) -> Duration {
        let is_direct = self.is_direct();
        match &mut self.streams {
            Some(streams) => streams.quit(!is_direct),
            None => return Duration::ZERO,
        }
        if is_direct { Duration::ZERO } else { GOODBYE }
    }

    /// Ends the holder, which else would wait for the next connection. To be called while what carries its connection is
    /// open.
    ///
    /// # Errors
    /// See [`Forwarder::poll_once`].
    pub fn let_holder_end(&mut self) -> Result<(), SshError> {
        self.end_streams();
        let until = Instant::now() + GOODBYE;
        while self.streams.is_some() && self.is_carrying() && Instant::now() < until {
            self.poll_once(Some(until))?;
        }
        self.streams = None;
        Ok(())
    }
}
