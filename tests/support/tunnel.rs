//! The library's tunnel without a Jupyter: login, one script, pump, in a thread of its own.

use std::net::{Ipv4Addr, TcpStream};
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use remote_jupyter::ssh::channel::Target;
use remote_jupyter::ssh::poll::{Waiter, Waker};
use remote_jupyter::ssh::prompt::{Answer, Ask, Question, Unanswered};
use remote_jupyter::ssh::resolve::resolve;
use remote_jupyter::ssh::{Connection, Error, Exec, Transport, dial};
use remote_jupyter::tunnel::{Door, Pump, Relaying, listen};

use super::client::Client;

/// Dropping it closes it.
pub struct Tunnel {
    /// The local ports, in the targets' order.
    pub ports: Vec<u16>,
    waker: Waker,
    channels: Arc<AtomicUsize>,
    refusals: Arc<Mutex<Vec<String>>>,
    end: Receiver<Error>,
    thread: Option<JoinHandle<()>>,
}

struct Nobody;

impl Ask for Nobody {
    fn ask(&self, question: Question) -> Answer {
        let text = format!("unexpected question: {question:?}");
        Err(Unanswered::Cancelled(text))
    }
}

impl Tunnel {
    /// To TCP ports of the far side.
    pub fn to(client: &Client, ports: &[u16]) -> Self {
        let tcp = |port: &u16| Target::Tcp {
            host: "127.0.0.1".into(),
            port: *port,
        };
        Self::to_targets(client, ports.iter().map(tcp).collect())
    }

    /// Connections to the first target go through that command.
    pub fn relayed(client: &Client, what: Relaying) -> Self {
        Self::start(client, vec![what.target.clone()], Some(what))
    }

    pub fn to_targets(client: &Client, targets: Vec<Target>) -> Self {
        Self::start(client, targets, None)
    }

    fn start(client: &Client, targets: Vec<Target>, relay: Option<Relaying>) -> Self {
        let config = client.path("ssh_config");
        let (up, is_up) = channel();
        let (send_end, end) = channel();
        let channels = Arc::new(AtomicUsize::new(0));
        let refusals = Arc::new(Mutex::new(Vec::new()));
        let (counter, refused) = (Arc::clone(&channels), Arc::clone(&refusals));
        let thread = std::thread::spawn(move || {
            let waiter = Rc::new(Waiter::new().unwrap());
            waiter.set_deadline(Some(Instant::now() + Duration::from_secs(30)));
            let connection = log_in(&config, &waiter);
            let (mut pump, ports) = pump(connection, &waiter, targets);
            if let Some(relay) = relay {
                pump.relay(relay);
            }
            waiter.set_deadline(None);
            up.send((ports, waiter.waker())).unwrap();
            let error = loop {
                if let Err(error) = pump.turn(None) {
                    break error;
                }
                counter.store(pump.channels(), Ordering::SeqCst);
                let refusal = pump.take_refusal().map(|refused| refused.reason);
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
    pub fn end_within(&self, patience: Duration) -> Option<Error> {
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
pub fn log_in(config: &std::path::Path, waiter: &Waiter) -> Rc<Connection> {
    let target = resolve("test", Some(config)).unwrap();
    let way = Transport::direct(dial(&target, waiter).unwrap());
    let connection = Connection::open(&target, way, &Nobody, waiter).unwrap();
    remote_jupyter::ssh::log_in(&connection, &target, &Nobody, waiter).unwrap();
    Rc::new(connection)
}

/// A pump over a connection, and its local ports.
pub fn pump(
    connection: Rc<Connection>,
    waiter: &Rc<Waiter>,
    targets: Vec<Target>,
) -> (Pump, Vec<u16>) {
    let mut exec = Exec::start(Rc::clone(&connection), Rc::clone(waiter), "true", &|| ()).unwrap();
    while exec.line().unwrap().is_some() {}
    let spine = exec.finish();
    let mut pump = Pump::new(connection, Rc::clone(waiter), Some(spine));
    let mut ports = Vec::new();
    for target in targets {
        let listening = listen(None).unwrap();
        ports.push(listening.port);
        pump.add(Door {
            listeners: listening.listeners,
            target,
        });
    }
    (pump, ports)
}
