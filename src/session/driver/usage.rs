//! Load of the server's machine: looked at when someone asks, on that machine where there is a way to it.

use jiff::Timestamp;

use super::Driver;
use super::connection_phase::Forwarding;
use crate::config::Host;
use crate::jupyter::Server;
use crate::remote::{NodeUsage, OneShotScript, RemoteError, ScriptMessage, by_relay};
use crate::session::fsm::{FsmEvent, ScriptEvent};

/// Starts the script for it: on the server's node by the session or the relay that leads there, else on the login host.
///
/// # Errors
/// [`RemoteError::Random`].
pub(super) fn start(
    host: &Host,
    server: &Server,
    forwarding: &mut Forwarding,
) -> Result<OneShotScript, RemoteError> {
    let command = format!("usage {}", server.pid);
    if forwarding.relayed_job.is_some() {
        let (script, program) = by_relay(host, &command)?;
        forwarding.forwarder.start_holder_by_relay(program);
        return Ok(script);
    }
    let (script, task) = OneShotScript::new(host, &command)?;
    match &forwarding.node {
        Some(node) => node.run(task),
        None => forwarding.forwarder.run(task),
    }
    Ok(script)
}

impl Driver {
    /// Returns what the script has found, with what only this side knows.
    pub(super) fn usage(&mut self, frames: Vec<ScriptMessage>) -> Option<FsmEvent> {
        let text = frames.into_iter().find_map(|frame| match frame {
            ScriptMessage::Usage(text) => Some(text),
            _ => None,
        })?;
        let server = &self.standing.as_ref()?.server;
        let is_elsewhere = server.node.is_some();
        let pid = server.pid;
        let forwarding = self.connection.forwarding()?;
        let is_relayed = forwarding.relayed_job.is_some();
        let has_server = !is_elsewhere || is_relayed || forwarding.node.is_some();
        // The process of another machine has nothing to say on this one.
        let mut usage = NodeUsage::parse(&text, if has_server { pid } else { 0 });
        usage.has_server = has_server;
        // A relay leads to the server alone.
        usage.can_forward = !is_relayed;
        usage.at = Timestamp::now().as_second();
        Some(FsmEvent::Script(ScriptEvent::Usage(Box::new(usage))))
    }
}
