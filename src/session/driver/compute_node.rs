//! The session to a server's node, through the login host's connection, and what is heard of it.

use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::connection_phase::Forwarding;
use super::{Driver, EffectError, EffectResult};
use crate::connect::node::{self, NodeEvent};
use crate::i18n::fl;
use crate::jupyter::ComputeNode;
use crate::problem;
use crate::remote::ScriptMessage;
use crate::scheduler::adapter;
use crate::session::event::Event;
use crate::session::fsm::{FsmEvent, JobEvent, TunnelEvent};
use crate::ssh::poll::Waker;
use crate::ssh::resolve::SshTarget;
use crate::ssh::{SshError, channel, is_forbidden};
use crate::tunnel::Forwarder;

/// A server whose socket refuses for so long is not just starting.
const SOCKET_PATIENCE: Duration = Duration::from_secs(4);

impl Driver {
    /// Begins it. The script stays at hand meanwhile: if nothing comes of it the job hears of that.
    pub(super) fn hop(&mut self, node: &ComputeNode, pid: u32, is_new: bool) -> EffectResult {
        let Some(login) = self.target().cloned() else {
            return Ok(None);
        };
        let address = node.address.as_deref();
        self.start_clock();
        let place = (node.name.as_str(), address);
        let config = self.order.ssh_config.as_deref();
        let target = node::target(&login, place, &node.host_keys, config, &self.poller);
        let target = match target {
            Ok(target) => target,
            Err(error) => return Ok(Some(self.no_hop(&node.name, &error))),
        };
        self.tell(Event::Step(fl!(
            "route-hop",
            node = node.name.as_str(),
            address = target.host.as_str()
        )));
        let has_jobs = adapter(self.host().launcher).is_some();
        if is_new && has_jobs && self.connection.has_script() && self.hangs(&target)? {
            let reason = fl!("dial-no-answer");
            let error = SshError::forward(target.host.clone(), target.port, reason);
            return Ok(Some(self.no_hop(&node.name, &error)));
        }
        let order = node::NodeRequest {
            key: self.connection.key().map(<[u8]>::to_vec),
            asks: node.is_unverified && !self.is_reconnecting(),
            proof: node.is_unverified.then_some(pid),
            target,
        };
        let waker = self.poller.waker();
        let Some(forwarding) = self.connection.forward(&self.poller) else {
            return Ok(None);
        };
        match begin(&mut forwarding.forwarder, order, waker) {
            Ok(node) => forwarding.node = Some(node),
            Err(error) => return Err(self.halt(SshError::from(error))),
        }
        Ok(None)
    }

    /// Returns true if a connection to the node's sshd would hang, and with it all that is
    /// forwarded.
    fn hangs(&mut self, target: &SshTarget) -> Result<bool, EffectError> {
        let command = format!("job probe {} {}", target.host, target.port);
        self.converse(&command, |_, frame| match frame {
            ScriptMessage::Looked(word) => Some(word == "hangs"),
            _ => None,
        })
    }

    /// Handles the events of the session to the compute node.
    pub(super) fn hear_hop(&mut self) -> Option<FsmEvent> {
        while let Some(word) = self.connection.node()?.next_event() {
            let input = match word {
                NodeEvent::Step(text) => {
                    self.tell(Event::Step(text));
                    None
                }
                NodeEvent::Ask(prompt, reply) => {
                    // The user's time does not count.
                    self.poller.set_deadline(None);
                    self.tell(Event::Ask(prompt, reply));
                    None
                }
                NodeEvent::Open => {
                    self.hop_stands();
                    Some(FsmEvent::Tunnel(TunnelEvent::NodeConnected))
                }
                NodeEvent::Failed(error) => {
                    let name = self.hop_name();
                    Some(self.no_hop(&name, &error))
                }
                NodeEvent::Unproven => {
                    let problem = problem::not_there(&self.host().name, &self.hop_name());
                    self.connection.drop_node();
                    Some(FsmEvent::Tunnel(TunnelEvent::ServerNotOnNode(problem)))
                }
                NodeEvent::Refused(refused) => self.refused(&refused),
                NodeEvent::Outcome(outcome) => self.task_ended(outcome),
                NodeEvent::Lost(error) => Some(self.node_lost(&error)),
            };
            if input.is_some() {
                return input;
            }
        }
        None
    }

    fn hop_stands(&mut self) {
        if let Some(Forwarding {
            node: Some(node),
            forwarder,
            ..
        }) = self.connection.forwarding()
        {
            forwarder.delegate_to(node.carrier());
        }
        self.start_clock();
    }

    fn hop_name(&self) -> String {
        let name = self.connection.node().map(node::NodeConnection::name);
        name.unwrap_or_default().to_owned()
    }

    fn no_hop(&mut self, node: &str, error: &SshError) -> FsmEvent {
        tracing::info!(node, %error, "no session to the node");
        self.connection.drop_node();
        let problem = problem::no_hop(&self.host().name, node, error);
        match error {
            SshError::Forward {
                forbidden: true, ..
            } => FsmEvent::Tunnel(TunnelEvent::ForwardingForbidden(problem)),
            _ => FsmEvent::Tunnel(TunnelEvent::NodeUnreachable(problem)),
        }
    }

    fn node_lost(&mut self, error: &SshError) -> FsmEvent {
        self.connection.drop_node();
        let problem = problem::lost(&self.host().name, error);
        let stood = self.stood(&problem);
        FsmEvent::NodeLost { problem, stood }
    }

    /// Handles a connection to the server that was refused before the tunnel is open. The server
    /// listens, as its job says, so the login host may not connect to its address. Through a
    /// session to the node, a refusal means that only when its reason says so.
    pub(super) fn barred(&mut self, reason: &str) -> Option<FsmEvent> {
        if let Some(was_up) = self
            .connection
            .forwarder()
            .and_then(|one| one.relay_was_up())
        {
            return self.barred_relay(reason, was_up);
        }
        let host = &self.host().name;
        match self.connection.node() {
            Some(hop) if is_forbidden(reason) => {
                let problem = problem::barred(host, hop.name(), reason);
                self.connection.drop_node();
                self.take_back();
                Some(FsmEvent::Tunnel(TunnelEvent::ForwardRefused(problem)))
            }
            None if self
                .local_ports
                .as_ref()
                .is_some_and(|ports| ports.is_elsewhere) =>
            {
                Some(FsmEvent::Tunnel(TunnelEvent::ForwardRefused(
                    problem::barred(host, host, reason),
                )))
            }
            // A server that has just been started may not listen yet.
            None if is_forbidden(reason) => Some(FsmEvent::Tunnel(TunnelEvent::ForwardRefused(
                problem::forwarding(host, reason),
            ))),
            None => self.barred_socket(reason),
            _ => None,
        }
    }

    /// A server's socket was there before its runtime file was: one that refuses for seconds is not
    /// to be had by forwards. sshd says of a socket that it "cannot connect" where it means that
    /// forwards to sockets are forbidden (serverloop.c, `server_request_direct_streamlocal`).
    fn barred_socket(&mut self, reason: &str) -> Option<FsmEvent> {
        let ports = self.local_ports.as_mut()?;
        let channel::ForwardTarget::Unix { .. } = ports.server_at else {
            return None;
        };
        let since = *ports.socket_refuses_since.get_or_insert_with(Instant::now);
        let host = &self.host().name;
        (since.elapsed() >= SOCKET_PATIENCE).then(|| {
            FsmEvent::Tunnel(TunnelEvent::ForwardRefused(problem::socket_refuses(
                host, reason,
            )))
        })
    }

    /// The local ports stay open while another session is made.
    pub(super) fn shut(&mut self) {
        self.connection.drop_node();
        let suspended = self.connection.forwarder().map(Forwarder::close_listeners);
        self.hold_ports(suspended);
    }

    /// Tells the job where its server is to listen from now on.
    pub(super) fn move_server(&mut self, folder: &str) -> EffectResult {
        self.connection.drop_node();
        if !self.connection.has_script() {
            self.end_forwarder()?;
        }
        self.converse(&format!("job move {folder}"), |_, frame| {
            matches!(frame, ScriptMessage::Looked(_)).then_some(())
        })?;
        Ok(Some(FsmEvent::Job(JobEvent::Moved)))
    }
}

/// The session, with one end of a socket pair; the other is carried to the node.
fn begin(
    forwarder: &mut Forwarder,
    order: node::NodeRequest,
    waker: Waker,
) -> std::io::Result<node::NodeConnection> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    let target = channel::ForwardTarget::Tcp {
        host: order.target.host.clone(),
        port: order.target.port,
    };
    let node = node::NodeConnection::start(order, ours, waker)?;
    forwarder.join(theirs.into(), target, node.opening());
    Ok(node)
}
