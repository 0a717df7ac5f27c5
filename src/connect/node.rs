//! A session to a compute node: over a channel of the login host's session, so with no second login
//! there, and in a thread of its own, as that of a jump host is.
//!
//! The login host's forwarder carries the other end of its socket pair. The owner of a
//! [`NodeConnection`] hands it the connections whose target is on the node.

mod target;

use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::mpsc;
use std::time::{Duration, Instant};

pub use self::target::target;
use crate::i18n::fl;
use crate::ssh::poll::{Poller, Waker};
use crate::ssh::prompt::{self, NoAnswer, Prompt, PromptAnswer, Prompter, Reply};
use crate::ssh::resolve::{SshTarget, StrictHostKeyChecking};
use crate::ssh::{self, Connection, Exec, ExecRequest, SshError, Stream, Transport, channel};
use crate::tunnel::{Carrier, Forwarder, OnOpened, Refused};

/// Longest time for connecting and logging in: the node is in the login host's network, and the
/// login prompts for nothing.
const PATIENCE: Duration = Duration::from_secs(15);

/// Request for a session to a compute node.
#[derive(Debug, Clone)]
pub struct NodeRequest {
    /// The node: see [`target`].
    pub target: SshTarget,
    /// The key that was right at the login host.
    pub key: Option<Vec<u8>>,
    /// True if the user may be prompted about an unknown host key.
    pub asks: bool,
    /// A process that has to be the account's own there, where that is not certain.
    pub proof: Option<u32>,
}

/// Events of the session to the compute node.
pub enum NodeEvent {
    /// A step, as text.
    Step(String),
    /// A question.
    Ask(Prompt, Reply),
    /// The session is open.
    Open,
    /// It never came about.
    Failed(SshError),
    /// The process that had to be there is not.
    Unproven,
    /// The node did not take a connection.
    Refused(Refused),
    /// A command has ended, with the lines of its output.
    Outcome(Result<Vec<String>, SshError>),
    /// It is gone.
    Lost(SshError),
}

enum NodeCommand {
    Carry(Stream, channel::ForwardTarget, bool),
    Join(Stream, channel::ForwardTarget, OnOpened),
    Run(ExecRequest),
    ProbeTarget(channel::ForwardTarget),
    ProbePeer,
}

/// The session. Dropping it ends it.
pub struct NodeConnection {
    name: String,
    target: (String, u16),
    commands: Commands,
    words: mpsc::Receiver<NodeEvent>,
    sender: mpsc::Sender<NodeEvent>,
}

impl NodeConnection {
    /// Begins over `stream` (not blocking), and wakes `hearer` when there is something to hear.
    ///
    /// # Errors
    /// When the process has no threads or file descriptors left.
    pub fn start(order: NodeRequest, stream: UnixStream, hearer: Waker) -> std::io::Result<Self> {
        let poller = Poller::new()?;
        let waker = poller.waker();
        // No bounds: neither thread may wait for the other one. There is a command for each forwarded
        // connection, and an event for each step of the login and each refused connection.
        let (requests, receiver) = mpsc::channel();
        let (sender, words) = mpsc::channel();
        let name = order.target.alias.clone();
        let target = (order.target.host.clone(), order.target.port);
        let words_of_thread = sender.clone();
        let tell = move |word| {
            // An owner that has dropped it does not receive.
            let _ = words_of_thread.send(word);
            hearer.wake();
        };
        std::thread::Builder::new()
            .name(format!("node {name}"))
            .spawn(move || run(&order, stream, poller, &receiver, &tell))?;
        Ok(Self {
            name,
            target,
            commands: Commands { requests, waker },
            words,
            sender,
        })
    }

    /// The node's name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns the callback with which the login host's forwarder reports why the channel to the
    /// node did not open. That reason is more precise than the one of a session whose socket just
    /// closes.
    #[must_use]
    pub fn opening(&self) -> OnOpened {
        let (sender, (host, port)) = (self.sender.clone(), self.target.clone());
        Box::new(move |result| {
            let Err(error) = result else { return };
            let reason = error.message().to_owned();
            let _ = sender.send(NodeEvent::Failed(SshError::forward(host, port, reason)));
        })
    }

    /// Returns the next event, if there is one.
    #[must_use]
    pub fn next_event(&self) -> Option<NodeEvent> {
        self.words.try_recv().ok()
    }

    /// Returns what hands connections to this session, for [`Forwarder::delegate_to`].
    #[must_use]
    pub fn carrier(&self) -> Box<dyn Carrier> {
        Box::new(self.commands.clone())
    }

    /// Runs a command on the node, one at a time: [`NodeEvent::Outcome`] tells its end.
    pub fn run(&self, task: ExecRequest) {
        self.commands.send(NodeCommand::Run(task));
    }

    /// See [`Forwarder::probe_target`].
    pub fn probe_target(&self, target: channel::ForwardTarget) {
        self.commands.send(NodeCommand::ProbeTarget(target));
    }

    /// See [`Forwarder::probe_peer`].
    pub fn probe_peer(&self) {
        self.commands.send(NodeCommand::ProbePeer);
    }
}

impl Drop for NodeConnection {
    fn drop(&mut self) {
        self.commands.waker.cancel();
    }
}

/// Hands commands to the session's thread.
#[derive(Clone)]
struct Commands {
    requests: mpsc::Sender<NodeCommand>,
    waker: Waker,
}

impl Commands {
    /// Of a session that has ended the local side of a connection sees it closed.
    fn send(&self, request: NodeCommand) {
        let _ = self.requests.send(request);
        self.waker.wake();
    }
}

impl Carrier for Commands {
    fn carry(&mut self, local: Stream, target: channel::ForwardTarget, has_spares: bool) {
        self.send(NodeCommand::Carry(local, target, has_spares));
    }

    fn join(&mut self, local: Stream, target: channel::ForwardTarget, tell: OnOpened) {
        self.send(NodeCommand::Join(local, target, tell));
    }
}

/// The thread.
fn run(
    order: &NodeRequest,
    stream: UnixStream,
    poller: Poller,
    requests: &mpsc::Receiver<NodeCommand>,
    tell: &dyn Fn(NodeEvent),
) {
    let poller = Rc::new(poller);
    poller.set_deadline(Some(Instant::now() + PATIENCE));
    let mut forwarder = match begin(order, stream, &poller, tell) {
        Ok(Some(forwarder)) => forwarder,
        Ok(None) => return tell(NodeEvent::Unproven),
        Err(error) => return tell(NodeEvent::Failed(error)),
    };
    poller.set_deadline(None);
    tell(NodeEvent::Open);
    let end = loop {
        if let Err(error) = forwarder.poll_once(None) {
            break error;
        }
        while let Ok(request) = requests.try_recv() {
            match request {
                NodeCommand::Carry(local, target, has_spares) => {
                    forwarder.carry(local, target, has_spares);
                }
                NodeCommand::Join(local, target, tell) => forwarder.join(local, target, tell),
                NodeCommand::Run(task) => forwarder.run(task),
                NodeCommand::ProbeTarget(target) => forwarder.probe_target(target),
                NodeCommand::ProbePeer => forwarder.probe_peer(),
            }
        }
        if let Some(refused) = forwarder.take_refusal() {
            tell(NodeEvent::Refused(refused));
        }
        if let Some(outcome) = forwarder.take_outcome() {
            tell(NodeEvent::Outcome(outcome));
        }
        if poller.take_suspend() {
            forwarder.probe_peer();
        }
    };
    tracing::info!(node = %order.target.alias, error = %end, "the session to the node ends");
    tell(NodeEvent::Lost(end));
}

/// Connects and logs in. None when the process that should be there is not.
fn begin(
    order: &NodeRequest,
    stream: UnixStream,
    poller: &Rc<Poller>,
    tell: &dyn Fn(NodeEvent),
) -> Result<Option<Forwarder>, SshError> {
    let prompter = NodePrompter {
        asks: order.asks,
        poller,
        tell,
    };
    let transport = Transport {
        stream: stream.into(),
        keeper: None,
    };
    let mut target = order.target.clone();
    if !order.asks {
        // A key that is not known is refused without a word to anybody.
        target.strict = StrictHostKeyChecking::Yes;
    }
    let connection = Connection::open(&target, transport, &prompter, poller)?;
    let name = order.target.alias.as_str();
    let own = |step: String| {
        tell(NodeEvent::Step(fl!("route-step", node = name, step = step)));
    };
    own(connection.describe());
    let login = ssh::log_in_unasked(&connection, &target, order.key.as_deref(), poller)?;
    login.steps().into_iter().for_each(own);
    let connection = Rc::new(connection);
    let idle_channel = match (look(&connection, poller, order.proof), order.proof) {
        (Ok((idle_channel, is_there)), proof) if is_there || proof.is_none() => Some(idle_channel),
        // Forwards alone may be allowed there.
        (Err(SshError::Session(_) | SshError::Closed), None) => None,
        (Err(error), _) => return Err(error),
        (Ok(_), _) => return Ok(None),
    };
    Ok(Some(Forwarder::new(
        connection,
        Rc::clone(poller),
        idle_channel,
    )))
}

/// Runs a command before the first forward: sshd turns delays off for small packets when a session
/// starts (41 ms a key press else, measured). It tells whether a process is the account's own and
/// Jupyter's.
fn look(
    connection: &Rc<Connection>,
    poller: &Rc<Poller>,
    proof: Option<u32>,
) -> Result<(channel::Channel, bool), SshError> {
    let Some(pid) = proof else {
        let exec = Exec::start(
            Rc::clone(connection),
            Rc::clone(poller),
            "exec true",
            &|| (),
        )?;
        return Ok((exec.finish(), true));
    };
    let command = format!(
        "exec /bin/sh -c 'test -O /proc/{pid} && tr \"\\0\" \" \" </proc/{pid}/cmdline | grep -q jupyter && echo is-there'"
    );
    let mut exec = Exec::start(Rc::clone(connection), Rc::clone(poller), &command, &|| ())?;
    let mut is_there = false;
    while let Some(line) = exec.line()? {
        is_there |= line == "is-there";
    }
    Ok((exec.finish(), is_there))
}

/// Questions about the node's host key.
struct NodePrompter<'a> {
    asks: bool,
    poller: &'a Poller,
    tell: &'a dyn Fn(NodeEvent),
}

impl Prompter for NodePrompter<'_> {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        if !self.asks {
            return Err(NoAnswer::nobody());
        }
        prompt::put(prompt, self.poller, |prompt, reply| {
            (self.tell)(NodeEvent::Ask(prompt, reply));
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::PathBuf;

    use super::*;
    use crate::ssh::resolve::resolve;

    const KEY: &str =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEccwANYoN7HZ9QZrrOjiXiVLMov6SquM4QgOHuXqFAi";

    #[test]
    fn a_node_is_entered_by_who_logged_in_with_what_the_configuration_says_of_it() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let config = "Host login\n HostName login.example\n User me\n IdentityFile /k/login\n IdentityAgent /agent\n\
            Host c1\n HostName c1.cluster\n User other\n Port 2222\n ProxyJump login\n IdentityFile /k/node\n\
            Host bank\n IdentityFile /k/bank\nHost far\n ProxyJump other,me@login.example:22\n IdentityFile /k/far\n";
        std::fs::write(file.path(), config).unwrap();
        let login = resolve("login", Some(file.path())).unwrap();
        let keys = [KEY.to_owned(), "nonsense".to_owned()];
        let poller = Poller::new().unwrap();
        let resolved =
            |place, keys: &[String]| target(&login, place, keys, Some(file.path()), &poller);
        let node = resolved(("c1", Some("192.0.2.11")), &keys).unwrap();
        let place = (node.user.as_str(), node.host.as_str(), node.port);
        assert_eq!(place, ("me", "192.0.2.11", 2222));
        assert_eq!(node.known_hosts_name().as_str(), "[c1.cluster]:2222");
        assert_eq!(node.told_keys.len(), 1);
        let files: Vec<PathBuf> = ["/k/login", "/k/node"].map(PathBuf::from).into();
        assert_eq!(node.identity_files, files);
        assert_eq!(node.identity_agent, login.identity_agent);
        assert_eq!((node.proxy_jump, node.proxy_command), (None, None));
        // The login host chooses the name: a host's keys go nowhere else than the user wrote.
        for (name, further) in [("bank", None), ("far", Some("/k/far"))] {
            let node = resolved((name, None), &[]).unwrap();
            let more = node.identity_files.get(1).and_then(|file| file.to_str());
            assert_eq!(more, further, "{name}");
        }
        let node = resolved(("c1", None), &[]).unwrap();
        assert_eq!(node.host, "c1.cluster");
        assert!(resolved(("-oProxyCommand=x", None), &[]).is_err());
    }
}
