//! The library's tunnel without a Jupyter: login, one script, pump, in a thread of its own.

use std::net::{Ipv4Addr, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use remote_jupyter::ssh::channel::ForwardTarget;
use remote_jupyter::ssh::poll::{Poller, Waker};
use remote_jupyter::ssh::prompt::{NoAnswer, Prompt, PromptAnswer, Prompter};
use remote_jupyter::ssh::resolve::resolve;
use remote_jupyter::ssh::{Connection, Exec, SshError, Transport, dial};
use remote_jupyter::tunnel::{ForwardListener, Forwarder, HolderAddress, RelayState, listen};

use super::client::Client;

/// Dropping it closes it.
pub struct Tunnel {
    /// The local ports, in the targets' order.
    pub ports: Vec<u16>,
    waker: Waker,
    channels: Arc<AtomicUsize>,
    refusals: Arc<Mutex<Vec<String>>>,
    end: Receiver<SshError>,
    thread: Option<JoinHandle<()>>,
}

fn tcp(port: u16) -> ForwardTarget {
    let host = "127.0.0.1".into();
    ForwardTarget::Tcp { host, port }
}

struct Nobody;

impl Prompter for Nobody {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        let text = format!("unexpected question: {prompt:?}");
        Err(NoAnswer::Cancelled(text))
    }
}

impl Tunnel {
    /// To TCP ports of the far side.
    pub fn to(client: &Client, ports: &[u16]) -> Self {
        Self::to_targets(client, ports.iter().copied().map(tcp).collect())
    }

    /// Connections to the first target go through that command.
    pub fn relayed(client: &Client, what: RelayState) -> Self {
        Self::start(client, vec![what.target.clone()], Some(what))
    }

    pub fn to_targets(client: &Client, targets: Vec<ForwardTarget>) -> Self {
        Self::start(client, targets, None)
    }

    /// Websockets to that TCP port go through the holder at that address.
    pub fn held(client: &Client, port: u16, holder: HolderAddress) -> Self {
        let target = tcp(port);
        let first = target.clone();
        Self::start_with(client, vec![first], false, |forwarder| {
            forwarder.await_holder(target);
            forwarder.holder_found(holder);
        })
    }

    /// To a port to which channels are opened before they are needed.
    pub fn with_spares(client: &Client, port: u16) -> Self {
        Self::start_with(client, vec![tcp(port)], true, |_| ())
    }

    fn start(client: &Client, targets: Vec<ForwardTarget>, relay: Option<RelayState>) -> Self {
        Self::start_with(client, targets, false, |forwarder| {
            if let Some(relay) = relay {
                forwarder.relay(relay);
            }
        })
    }

    fn start_with(
        client: &Client,
        targets: Vec<ForwardTarget>,
        has_spares: bool,
        prepare: impl FnOnce(&mut Forwarder) + Send + 'static,
    ) -> Self {
        let config = client.path("ssh_config");
        let (up, is_up) = channel();
        let (send_end, end) = channel();
        let channels = Arc::new(AtomicUsize::new(0));
        let refusals = Arc::new(Mutex::new(Vec::new()));
        let (counter, refused) = (Arc::clone(&channels), Arc::clone(&refusals));
        let thread = std::thread::spawn(move || {
            let poller = Rc::new(Poller::new().unwrap());
            poller.set_deadline(Some(Instant::now() + Duration::from_secs(30)));
            let connection = log_in(&config, &poller);
            let (mut forwarder, ports) = forwarder(connection, &poller, targets, has_spares);
            prepare(&mut forwarder);
            poller.set_deadline(None);
            up.send((ports, poller.waker())).unwrap();
            let error = loop {
                if let Err(error) = forwarder.poll_once(None) {
                    break error;
                }
                counter.store(forwarder.channels(), Ordering::SeqCst);
                let refusal = forwarder.take_refusal().map(|refused| refused.reason);
                refused.lock().unwrap().extend(refusal);
            };
            let _ = send_end.send(error);
        });
        let (ports, waker) = is_up.recv().expect("the tunnel stands");
        Self {
            ports,
            waker,
            channels,
            refusals,
            end,
            thread: Some(thread),
        }
    }

    pub fn connect(&self) -> TcpStream {
        self.connect_to(0)
    }

    /// To the target of that number. No read waits longer than a minute.
    pub fn connect_to(&self, number: usize) -> TcpStream {
        let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.ports[number])).unwrap();
        let patience = Some(super::process::PATIENCE);
        stream.set_read_timeout(patience).unwrap();
        stream.set_write_timeout(patience).unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    pub fn channels(&self) -> usize {
        self.channels.load(Ordering::SeqCst)
    }

    /// What the far side refused, in its words.
    pub fn refusals(&self) -> Vec<String> {
        self.refusals.lock().unwrap().clone()
    }

    /// Why it ended, if it has within that time.
    pub fn end_within(&self, patience: Duration) -> Option<SshError> {
        self.end.recv_timeout(patience).ok()
    }

    pub fn stands(&self) -> bool {
        self.thread.as_ref().is_some_and(|t| !t.is_finished())
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.waker.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The connection to `test`.
pub fn log_in(config: &std::path::Path, poller: &Poller) -> Rc<Connection> {
    let target = resolve("test", Some(config)).unwrap();
    let way = Transport::direct(dial(&target, poller).unwrap());
    let connection = Connection::open(&target, way, &Nobody, poller).unwrap();
    remote_jupyter::ssh::log_in(&connection, &target, &Nobody, poller).unwrap();
    Rc::new(connection)
}

/// A pump over a connection, and its local ports.
pub fn forwarder(
    connection: Rc<Connection>,
    poller: &Rc<Poller>,
    targets: Vec<ForwardTarget>,
    has_spares: bool,
) -> (Forwarder, Vec<u16>) {
    let mut exec = Exec::start(Rc::clone(&connection), Rc::clone(poller), "true", &|| ()).unwrap();
    while exec.line().unwrap().is_some() {}
    let idle_channel = exec.finish();
    let mut forwarder = Forwarder::new(connection, Rc::clone(poller), Some(idle_channel));
    let mut ports = Vec::new();
    for target in targets {
        let listening = listen(None).unwrap();
        ports.push(listening.port);
        forwarder.add_listener(ForwardListener {
            listeners: listening.listeners,
            target,
            has_spares,
        });
    }
    (forwarder, ports)
}
