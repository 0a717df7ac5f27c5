//! The session to a server's node, through the login host's connection, and what is heard of it.

use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::{Driver, Halt, Outcome};
use crate::connect::node::{self, Word};
use crate::i18n::say;
use crate::jupyter::Node;
use crate::problem;
use crate::remote::Frame;
use crate::session::event::Event;
use crate::session::fsm::Input;
use crate::ssh::poll::Waker;
use crate::ssh::resolve::Target;
use crate::ssh::{Error as SshError, channel, is_forbidden};
use crate::tunnel::Pump;

/// A server whose socket refuses for so long is not just starting.
const SOCKET_PATIENCE: Duration = Duration::from_secs(4);

impl Driver {
    /// Begins it. The script stays at hand meanwhile: if nothing comes of it the job hears of that.
    pub(super) fn hop(&mut self, node: &Node, pid: u32, is_new: bool) -> Outcome {
        let (Some(login), Some(connection)) = (self.target.clone(), self.connection.clone()) else {
            return Ok(None);
        };
        let address = node.address.as_deref();
        self.start_clock();
        let place = (node.name.as_str(), address);
        let config = self.order.ssh_config.as_deref();
        let target = node::target(&login, place, &node.host_keys, config, &self.waiter);
        let target = match target {
            Ok(target) => target,
            Err(error) => return Ok(Some(self.no_hop(&node.name, &error))),
        };
        self.tell(Event::Step(say!(
            "route-hop",
            node = node.name.as_str(),
            address = target.host.as_str()
        )));
        if is_new && self.conversation.is_some() && self.hangs(&target)? {
            let reason = say!("dial-no-answer");
            let error = SshError::forward(target.host.clone(), target.port, reason);
            return Ok(Some(self.no_hop(&node.name, &error)));
        }
        let order = node::Order {
            key: self.key.clone(),
            asks: node.is_hearsay && !self.is_healing(),
            proof: node.is_hearsay.then_some(pid),
            target,
        };
        let waker = self.waiter.waker();
        let hop = begin(self.early_pump(connection), order, waker);
        self.hop = Some(hop.map_err(|error| self.halt(SshError::from(error)))?);
        Ok(None)
    }

    /// Whether a connection to the node's sshd would hang, and with it all that is forwarded.
    fn hangs(&mut self, target: &Target) -> Result<bool, Halt> {
        let command = format!("job probe {} {}", target.host, target.port);
        self.converse(&command, |_, frame| match frame {
            Frame::Looked(word) => Some(word == "hangs"),
            _ => None,
        })
    }

    /// What is heard of it.
    pub(super) fn hear_hop(&mut self) -> Option<Input> {
        while let Some(word) = self.hop.as_ref()?.hear() {
            let input = match word {
                Word::Step(text) => {
                    self.tell(Event::Step(text));
                    None
                }
                Word::Ask(question, reply) => {
                    // The person's time does not count.
                    self.waiter.set_deadline(None);
                    self.tell(Event::Ask(question, reply));
                    None
                }
                Word::Open => {
                    self.hop_stands();
                    Some(Input::HopStands)
                }
                Word::Failed(error) => {
                    let name = self.hop_name();
                    Some(self.no_hop(&name, &error))
                }
                Word::Unproven => {
                    let problem = problem::not_there(&self.host().name, &self.hop_name());
                    self.hop = None;
                    Some(Input::NotThere(problem))
                }
                Word::Refused(refused) => self.refused(&refused),
                Word::Lost(error) => Some(self.hop_lost(&error)),
            };
            if input.is_some() {
                return input;
            }
        }
        None
    }

    fn hop_stands(&mut self) {
        if let (Some(pump), Some(hop)) = (&mut self.pump, &self.hop) {
            pump.hand_over(hop.carrier());
        }
        self.start_clock();
    }

    fn hop_name(&self) -> String {
        let name = self.hop.as_ref().map(node::Node::name);
        name.unwrap_or_default().to_owned()
    }

    fn no_hop(&mut self, node: &str, error: &SshError) -> Input {
        tracing::info!(node, %error, "no session to the node");
        self.hop = None;
        let problem = problem::no_hop(&self.host().name, node, error);
        match error {
            SshError::Forward {
                forbidden: true, ..
            } => Input::NoForwarding(problem),
            _ => Input::NoHop(problem),
        }
    }

    fn hop_lost(&mut self, error: &SshError) -> Input {
        self.hop = None;
        let problem = problem::lost(&self.host().name, error);
        let stood = self.stood(&problem);
        Input::HopLost { problem, stood }
    }

    /// A connection to the server was refused before the tunnel stands. The server listens, as its
    /// job says: the login host may not go to its address. Through a session to the node a refusal
    /// means that only when it says so.
    pub(super) fn barred(&mut self, reason: &str) -> Option<Input> {
        if let Some(was_up) = self.pump.as_ref().and_then(Pump::relay_was_up) {
            return self.barred_relay(reason, was_up);
        }
        let host = &self.host().name;
        match &self.hop {
            Some(hop) if is_forbidden(reason) => {
                let problem = problem::barred(host, hop.name(), reason);
                self.hop = None;
                self.take_back();
                Some(Input::Barred(problem))
            }
            None if self.is_elsewhere => Some(Input::Barred(problem::barred(host, host, reason))),
            // A server that has just been started may not listen yet.
            None if is_forbidden(reason) => Some(Input::Barred(problem::forwarding(host, reason))),
            None => self.barred_socket(reason),
            _ => None,
        }
    }

    /// A server's socket was there before its runtime file was: one that refuses for seconds is not
    /// to be had by forwards. sshd says of a socket that it "cannot connect" where it means that
    /// forwards to sockets are forbidden (serverloop.c, `server_request_direct_streamlocal`).
    fn barred_socket(&mut self, reason: &str) -> Option<Input> {
        let Some(channel::Target::Unix { .. }) = &self.server_at else {
            return None;
        };
        let since = *self.socket_refuses_since.get_or_insert_with(Instant::now);
        let host = &self.host().name;
        (since.elapsed() >= SOCKET_PATIENCE)
            .then(|| Input::Barred(problem::socket_refuses(host, reason)))
    }

    /// The local ports stay open while another session is made.
    pub(super) fn shut(&mut self) {
        self.hop = None;
        self.held = self.pump.as_mut().map(Pump::shut);
    }

    /// Tells the job where its server is to listen from now on.
    pub(super) fn move_server(&mut self, folder: &str) -> Outcome {
        self.hop = None;
        if self.conversation.is_none() {
            self.end_pump()?;
        }
        self.converse(&format!("job move {folder}"), |_, frame| {
            matches!(frame, Frame::Looked(_)).then_some(())
        })?;
        Ok(Some(Input::Moved))
    }
}

/// The session, with one end of a socket pair; the other is carried to the node.
fn begin(pump: &mut Pump, order: node::Order, waker: Waker) -> std::io::Result<node::Node> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    theirs.set_nonblocking(true)?;
    let target = channel::Target::Tcp {
        host: order.target.host.clone(),
        port: order.target.port,
    };
    let node = node::Node::start(order, ours, waker)?;
    pump.join(theirs.into(), target, node.opening());
    Ok(node)
}
