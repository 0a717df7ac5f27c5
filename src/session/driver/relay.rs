//! The relay to a server in a job, through the scheduler.

use super::connection_phase::Forwarding;
use super::{Driver, EffectError, EffectResult};
use crate::jupyter::Server;
use crate::problem;
use crate::remote;
use crate::scheduler::adapter;
use crate::session::forwards;
use crate::session::fsm::{FsmEvent, TunnelEvent};
use crate::tunnel::{RELAY, RelayState};

impl Driver {
    /// Begins it. It comes up while the script ends and the local port is opened.
    pub(super) fn relay(&mut self, server: &Server, job: &str) -> EffectResult {
        let Some(node) = &server.node else {
            return Ok(None);
        };
        let order = remote::relay(self.host(), (job, server), (&node.name, RELAY));
        let Some((task, mark)) = order.map_err(|error| self.halt(error))? else {
            return Err(EffectError::Problem(problem::bug(&self.host().name)));
        };
        let Some(Forwarding {
            forwarder,
            relayed_job,
            ..
        }) = self.connection.forward(&self.poller)
        else {
            return Ok(None);
        };
        *relayed_job = Some(job.to_owned());
        forwarder.take_back();
        forwarder.relay(RelayState {
            target: forwards::target(&server.endpoint),
            task,
            mark,
        });
        Ok(None)
    }

    /// Handles a refusal by the relay. If the relay has reached the node, it is the server's own
    /// refusal, and no reason to try another route.
    pub(super) fn barred_relay(&mut self, reason: &str, was_up: bool) -> Option<FsmEvent> {
        if was_up {
            return None;
        }
        self.take_back();
        let name = adapter(self.host().launcher).map_or("", |one| one.name());
        let problem = problem::no_relay(&self.host().name, name, reason);
        Some(FsmEvent::Tunnel(TunnelEvent::ForwardRefused(problem)))
    }

    /// Connections get channels of the login host's again.
    pub(super) fn take_back(&mut self) {
        if let Some(forwarding) = self.connection.forwarding() {
            forwarding.forwarder.take_back();
            forwarding.relayed_job = None;
        }
    }
}
