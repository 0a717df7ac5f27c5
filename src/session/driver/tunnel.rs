//! The tunnel: opened, told of, held while its connection is lost, and gone on with.

use std::time::{Duration, Instant};

use super::connection_phase::{ConnectionPhase, Forwarding};
use super::maintenance::Maintenance;
use super::{Driver, EffectError, EffectResult, LocalPorts};
use crate::config::Forward;
use crate::i18n::fl;
use crate::jupyter::{Address, Page, Server, page_url};
use crate::problem;
use crate::secret::Secret;
use crate::session::event::{Event, Phase};
use crate::session::forwards;
use crate::session::fsm::{FoundServer, FsmEvent, Goal, LocalEvent, TunnelEvent};
use crate::session::types::Ready;
use crate::ssh::is_forbidden;
use crate::tunnel::Forwarder;

/// Longest time for one attempt to reconnect: dialling alone gets 15 seconds.
const ATTEMPT: Duration = Duration::from_secs(20);

impl Driver {
    pub(super) fn listen(&mut self, server: &Server) -> EffectResult {
        self.start_clock();
        if !self.start_forwarding()? {
            return Ok(None);
        }
        let Some(forwarder) = self.connection.forwarder() else {
            return Ok(None);
        };
        let host = &self.order.host;
        // A look at the server for a stop leaves the host's own ports alone.
        let opens = matches!(self.order.goal, Goal::Open { .. });
        if opens {
            self.surroundings.free_port(&host.name);
        }
        let remembered = || self.surroundings.remembered_port(&host.name);
        let wanted = opens.then(|| host.local_port.or_else(remembered)).flatten();
        let local = |error| EffectError::Problem(problem::no_port(&host.name, &error));
        let (port, taken) = forwards::main(forwarder, &server.endpoint, wanted).map_err(local)?;
        let further: &[Forward] = if opens { &host.forwards } else { &[] };
        let (forwards, notes) = forwards::further(forwarder, further).map_err(local)?;
        for note in notes {
            self.tell(Event::Note(note));
        }
        self.held = None;
        self.local_ports = Some(LocalPorts {
            server_at: forwards::target(&server.endpoint),
            is_elsewhere: server.node.is_some(),
            socket_refuses_since: None,
            forwards,
            told_refused: Vec::new(),
        });
        Ok(Some(FsmEvent::Tunnel(TunnelEvent::Listening {
            port,
            taken,
        })))
    }

    /// Tries a forward to where a server of this host would listen. It may well be that nothing does
    /// there; what counts is a remote host that forbids it.
    pub(super) fn probe(&mut self) -> EffectResult {
        if !self.start_forwarding()? {
            return Ok(None);
        }
        if let Some(forwarder) = self.connection.forwarder() {
            forwarder.probe_target(forwards::likely(&self.order.host));
        }
        while let Some(forwarder) = self.connection.forwarder()
            && forwarder.is_opening()
        {
            let polled = forwarder.poll_once(self.poller.deadline());
            polled.map_err(|error| self.halt(error))?;
        }
        let forwarder = self.connection.forwarder();
        let refused = forwarder.and_then(Forwarder::take_refusal);
        let refused = refused.map(|refused| refused.reason);
        let forbidden = refused.filter(|reason| is_forbidden(reason));
        let problem = forbidden.map(|reason| problem::forwarding(&self.host().name, &reason));
        Ok(Some(FsmEvent::Tunnel(TunnelEvent::Probed(problem))))
    }

    /// Notes that no job is waited for any more. After a queue or a prompt, which have no deadline,
    /// the full timeout of the session starts again.
    pub(super) fn start_clock(&mut self) {
        self.handle.set_waits(false);
        if self.poller.deadline().is_none() {
            self.poller
                .set_deadline(Some(Instant::now() + self.order.timeout));
        }
    }

    pub(super) fn tell_ready(
        &mut self,
        found: &FoundServer,
        port: u16,
        version: String,
    ) -> EffectResult {
        self.poller.set_deadline(None);
        let Goal::Open { page, .. } = &self.order.goal else {
            return Ok(None);
        };
        let again = self.is_reconnecting();
        let ready = self.ready(found, port, page, version, again)?;
        let watch = self.order.watch();
        self.phase = Phase::Ready;
        self.loss.end();
        let own_script = self.host().job_script.is_some();
        let own_job = found
            .job
            .as_ref()
            .filter(|job| own_script || job.folder.is_none());
        let own_job = own_job.map(|job| job.identity.id.clone());
        let job = found.job.as_deref().cloned();
        self.standing = Some(Maintenance::new(
            found.server.clone(),
            port,
            watch,
            own_job,
            job,
        ));
        self.count_down(found.info.as_ref());
        self.remember_wait(found);
        self.tell(Event::Ready(Box::new(ready)));
        if !self.login_needs_nobody
            && let Some(forwarder) = self.connection.forwarder()
        {
            forwarder.be_patient();
        }
        if !again {
            self.remember_end(None);
        }
        self.start_holder();
        Ok(None)
    }

    fn ready(
        &self,
        found: &FoundServer,
        port: u16,
        page: &Page,
        version: String,
        again: bool,
    ) -> Result<Ready, EffectError> {
        let ports = self.local_ports.as_ref();
        Ok(Ready {
            url: self.url(found, port, page)?,
            local_port: port,
            server: found.server_info(version),
            job: found.info.clone(),
            reused: found.reused,
            forwards: ports.map_or_else(Vec::new, |ports| ports.forwards.clone()),
            again,
        })
    }

    /// Opens a further local port, unless there is one to that target, and reports the tunnel with it.
    pub(super) fn forward(
        &mut self,
        found: &FoundServer,
        port: u16,
        forward: &Forward,
    ) -> EffectResult {
        let (Some(forwarder), Some(ports)) = (self.connection.forwarder(), &mut self.local_ports)
        else {
            return Ok(None);
        };
        let remote = forward.remote();
        if !ports.forwards.iter().any(|open| open.remote == remote) {
            match forwards::further(forwarder, std::slice::from_ref(forward)) {
                Ok((open, notes)) => {
                    ports.forwards.extend(open);
                    for note in notes {
                        self.tell(Event::Note(note));
                    }
                }
                Err(error) => {
                    let problem = problem::no_port(&self.order.host.name, &error);
                    self.tell(Event::Refused(problem));
                    return Ok(None);
                }
            }
        }
        let Goal::Open { page, .. } = &self.order.goal else {
            return Ok(None);
        };
        let version = found.server.version.clone().unwrap_or_default();
        let ready = self.ready(found, port, page, version, true)?;
        self.tell(Event::Ready(Box::new(ready)));
        Ok(None)
    }

    /// Reports that the tunnel is open again. The version is known since the tunnel was first
    /// opened.
    pub(super) fn tell_again(&mut self, found: &FoundServer, port: u16) -> EffectResult {
        let version = found.server.version.clone().unwrap_or_default();
        self.tell_ready(found, port, version)
    }

    /// Probes the remote host: it answers, or the connection is lost.
    pub(super) fn doubt(&mut self) {
        if let Some(Forwarding {
            forwarder, node, ..
        }) = self.connection.forwarding()
        {
            forwarder.probe_peer();
            if let Some(node) = node {
                node.probe_peer();
            }
        }
        let destination = self.destination.as_ref();
        if destination.is_some_and(|known| !known.hops.is_empty()) {
            self.shared.jump_hosts.probe_peers();
        }
    }

    /// Drops the connection, and keeps the local ports open while reconnecting.
    pub(super) fn hold(&mut self) {
        let suspended = self.connection.end_forwarding().map(Forwarder::suspend);
        self.hold_ports(suspended);
        self.let_go();
    }

    /// Nothing is left of the connection.
    pub(super) fn let_go(&mut self) {
        self.connection = ConnectionPhase::Disconnected;
        self.poller.set_deadline(None);
    }

    pub(super) fn attempt(&mut self, is_attended: bool) {
        self.is_attended = is_attended;
        self.retry_at = None;
        self.attempt_at = Instant::now();
        self.poller.set_deadline(Some(self.attempt_at + ATTEMPT));
    }

    /// Forwards the connections that arrived while reconnecting.
    pub(super) fn resume(&mut self) -> EffectResult {
        if !self.start_forwarding()? {
            return Ok(None);
        }
        if let (Some(forwarder), Some(held)) = (self.connection.forwarder(), self.held.take()) {
            forwarder.resume(held.release());
        }
        Ok(Some(FsmEvent::Tunnel(TunnelEvent::Resumed)))
    }

    /// Gives the connection to the forwarder, since the script has nothing more to do. The forwarder
    /// may exist already because it carries the session to a node. Returns false without a
    /// connection.
    fn start_forwarding(&mut self) -> Result<bool, EffectError> {
        if self.connection.forward(&self.poller).is_none() {
            return Ok(false);
        }
        if let Some(script) = self.connection.take_script() {
            let idle_channel = script.finish().map_err(|error| self.halt(error))?;
            if let Some(forwarder) = self.connection.forwarder() {
                forwarder.set_idle_channel(idle_channel);
            }
        }
        Ok(true)
    }

    /// Gives the connection back to the script.
    pub(super) fn end_forwarder(&mut self) -> Result<(), EffectError> {
        // The node's session, which ends first, carries the word to a holder there.
        if let Some(forwarder) = self.connection.forwarder() {
            // What goes wrong here goes wrong at the end, too.
            let _ = forwarder.let_holder_end();
        }
        match self.connection.end_forwarding() {
            Some(forwarder) => forwarder.end().map_err(|error| self.halt(error)),
            None => Ok(()),
        }
    }

    fn url(&self, found: &FoundServer, port: u16, page: &Page) -> Result<Secret, EffectError> {
        page_url(&found.server, port, page)
            .map(Secret::new)
            .map_err(|error| EffectError::Problem(problem::bad_url(&self.host().name, &error)))
    }

    /// The browser is opened from a thread: `xdg-open` may last as long as the browser does.
    pub(super) fn show(&mut self, found: &FoundServer, port: u16, page: &Page) -> EffectResult {
        let address = Address::of(&found.server, port, page)
            .map_err(|error| EffectError::Problem(problem::bad_url(&self.host().name, &error)))?;
        let handle = self.handle.clone();
        let failed =
            Box::new(move |reason| handle.send(FsmEvent::Local(LocalEvent::NotShown(reason))));
        if let Err(reason) = self.surroundings.show(address, failed) {
            self.tell(Event::Warning(fl!("session-no-browser", reason = reason)));
        }
        Ok(None)
    }
}
