//! The holder of the page's websockets: started beside the tunnel, and told to the forwarder.

use std::time::Instant;

use super::Driver;
use super::connection_phase::Forwarding;
use super::maintenance::ScriptTask;
use crate::config::Host;
use crate::jupyter::Server;
use crate::remote;
use crate::session::forwards;
use crate::session::fsm::Goal;
use crate::tunnel::{HOLDER, HolderAddress};

/// Seconds for which a holder waits for its client to come back. Then it closes its websockets, and Jupyter keeps what
/// its kernels say.
const AGE: u32 = 15 * 60;

impl Driver {
    /// Starts a holder where there is none. It is used once it answers; until then a page's websockets wait for seconds.
    pub(super) fn start_holder(&mut self) {
        let (Some(standing), Some(forwarding)) = (&self.standing, self.connection.forwarding())
        else {
            return;
        };
        let forwarder = &mut forwarding.forwarder;
        if !matches!(self.order.goal, Goal::Open { .. }) || !forwarder.lacks_holder() {
            return;
        }
        if standing.server.secure {
            tracing::info!("websockets are not held: they are encrypted");
            return;
        }
        forwarder.await_holder(forwards::target(&standing.server.endpoint));
        self.wish(ScriptTask::Hold);
    }

    /// The holder listens, as the script says.
    pub(super) fn holder_started(&mut self, path: String, secret: String) {
        tracing::info!(path, "websockets are held");
        if let Some(forwarder) = self.connection.forwarder() {
            forwarder.holder_found(HolderAddress { path, secret });
        }
    }

    /// There is none: websockets travel over channels of their own.
    pub(super) fn no_holder(&mut self) {
        if let Some(forwarder) = self.connection.forwarder() {
            forwarder.holder_absent();
        }
        if let Some(standing) = &mut self.standing {
            standing.hold_again(Instant::now());
        }
    }
}

/// The start of a holder.
pub(super) enum HolderStart {
    /// By a command of the script.
    Script(String),
    /// By the relay: the program and its arguments.
    Relay(String),
}

/// Returns the start of a holder for this server: where the connections to it come out, which is on its node if they go through
/// a session there, and in its job if they go through a relay.
pub(super) fn start(host: &Host, server: &Server, forwarding: &Forwarding) -> HolderStart {
    let Some(job) = &forwarding.relayed_job else {
        let is_on_node = forwarding.node.is_some();
        return HolderStart::Script(remote::hold(server, is_on_node, AGE, HOLDER));
    };
    match remote::hold_in_job(host, (job, server), AGE, HOLDER) {
        Some(command) => HolderStart::Script(command),
        None => HolderStart::Relay(remote::hold_by_relay(server, AGE, HOLDER)),
    }
}
