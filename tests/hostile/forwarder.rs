//! The forwarder beside a model of it: local programs and a server do whatever they like in any order, and each connection
//! must carry just what a pair of pipes would.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use base64ct::{Base64, Encoding};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof};
use proptest::test_runner::TestRunner;
use remote_jupyter::ssh::channel::ForwardTarget;
use remote_jupyter::ssh::poll::Poller;
use remote_jupyter::ssh::prompt::{NoAnswer, Prompt, PromptAnswer, Prompter};
use remote_jupyter::ssh::resolve::{SshTarget, resolve};
use remote_jupyter::ssh::{Connection, Transport, dial, log_in};
use remote_jupyter::tunnel::Forwarder;

use crate::peer::{Answer, Direction, Peer, Remote, check, fill};
use crate::support::{Client, Key, Known, Server, eventually};
use crate::wire::{HostKey, Wire};

/// Number of runs; `FORWARDER_RUNS` asks for more.
const RUNS: u32 = 96;

/// Room that a socket of these tests is asked to have; the system takes double, and counts its own overhead.
const SOCKET: usize = 32 << 10;
/// Largest segment of the SSH connection.
const SEGMENT: u32 = 1400;
/// Number of bytes that such a socket holds at most.
const HELD: u64 = 128 << 10;
/// Number of bytes that the forwarder's SSH connection may hold: what is congested, and a connection's share of a turn.
const OUTBOX: u64 = (256 << 10) + 8 * 32_700;
/// Number of bytes that the forwarder keeps of an upload.
const PACKET: u64 = 32_700;
/// Window of a new channel.
const FIRST: u64 = 256 << 10;
/// Number of bytes that others may move while a connection waits that has something to move.
const FAIR: u64 = 2 << 20;
/// Number of turns after which the forwarder must have come to rest when nothing happens.
const TURNS: usize = 2000;
/// Longest time for all that is left to be moved.
const PATIENCE: Duration = Duration::from_secs(180);

/// A step, mostly of a connection: those that there are, are counted round.
#[derive(Debug, Clone)]
enum Step {
    Open(Answer, Way),
    Local(usize, Act),
    Remote(usize, Act),
    /// The local program comes to its end, and reads and writes no more.
    Drop(usize),
    /// The server closes the channel at once.
    Close(usize),
    /// The server neither reads nor writes from now on, or does again.
    Freeze(bool),
    /// So many turns, in each of which the server takes in and sends so many bytes at most.
    Turns(usize, usize),
    /// Nothing happens for a while.
    Rest,
}

/// Acts of either end.
#[derive(Debug, Clone, Copy)]
enum Act {
    Write(u64),
    End,
    /// It takes what comes, or takes no more.
    Take(bool),
}

/// The way in which a connection comes to the forwarder.
#[derive(Debug, Clone, Copy)]
enum Way {
    Carry,
    Join,
}

/// End of a run.
#[derive(Debug, Clone, Copy)]
enum Ending {
    /// Both ends of every connection end it, one direction after the other, and wait for all that is on its way.
    Finish(Direction),
    /// The SSH connection is lost, so many bytes later.
    Cut(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let size = || {
        prop_oneof![
            4 => 1..2000_u64,
            3 => 30_000..70_000_u64,
            2 => 200_000..600_000_u64,
            1 => 1_000_000..3_000_000_u64,
        ]
    };
    let act = move || {
        prop_oneof![
            5 => size().prop_map(Act::Write),
            1 => Just(Act::End),
            2 => any::<bool>().prop_map(Act::Take),
        ]
    };
    let window = prop_oneof![Just(0), 1..40_000_u32, Just(256 << 10), Just(2 << 20)];
    let answer = prop_oneof![
        8 => window.prop_map(Answer::Accept),
        1 => Just(Answer::Refuse),
    ];
    let way = prop_oneof![Just(Way::Carry), Just(Way::Join)];
    let budget = prop_oneof![1..50_usize, 1000..40_000_usize, Just(1 << 20)];
    let step = prop_oneof![
        5 => (answer, way).prop_map(|(answer, way)| Step::Open(answer, way)),
        8 => (0..8_usize, act()).prop_map(|(at, act)| Step::Local(at, act)),
        8 => (0..8_usize, act()).prop_map(|(at, act)| Step::Remote(at, act)),
        1 => (0..8_usize).prop_map(Step::Drop),
        1 => (0..8_usize).prop_map(Step::Close),
        1 => any::<bool>().prop_map(Step::Freeze),
        6 => (1..30_usize, budget).prop_map(|(turns, budget)| Step::Turns(turns, budget)),
        1 => Just(Step::Rest),
    ];
    vec(step, 1..60)
}

fn ending() -> impl Strategy<Value = Ending> {
    prop_oneof![
        1 => Just(Ending::Finish(Direction::Up)),
        1 => Just(Ending::Finish(Direction::Down)),
        1 => (0..200_000_usize).prop_map(Ending::Cut),
    ]
}

/// A server that the tests play themselves, and a client that knows it.
struct Stage {
    listener: TcpListener,
    key: HostKey,
    target: SshTarget,
    _client: Client,
}

struct Address(SocketAddr, HostKey);

impl Server for Address {
    fn address(&self) -> SocketAddr {
        self.0
    }

    fn user(&self) -> String {
        "nobody".into()
    }

    fn host_keys(&self) -> Vec<String> {
        let key = Base64::encode_string(&self.1.blob());
        vec![format!("ssh-ed25519 {key}")]
    }
}

struct Nobody;

impl Prompter for Nobody {
    fn ask(&self, prompt: Prompt) -> PromptAnswer {
        Err(NoAnswer::Cancelled(format!("{prompt:?}")))
    }
}

impl Stage {
    fn new() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        // The sockets that it accepts have the same.
        let socket = socket2::SockRef::from(&listener);
        socket.set_recv_buffer_size(SOCKET).unwrap();
        // With segments as large as that, either end would wait for a fifth of a second now and then.
        socket.set_tcp_mss(SEGMENT).unwrap();
        let key = HostKey::new();
        let address = Address(listener.local_addr().unwrap(), key.clone());
        let client = Client::new();
        // However long a busy machine takes for a step, it is no silence.
        let lines = ["ServerAliveInterval 600"];
        client.add_host_with("played", &address, Key::None, &lines);
        client.know(&address, Known::Right);
        let target = resolve("played", Some(&client.path("ssh_config"))).unwrap();
        Self {
            listener,
            key,
            target,
            _client: client,
        }
    }

    /// A forwarder, and the server before it.
    fn connect(&self) -> World {
        let poller = Rc::new(Poller::new().unwrap());
        poller.set_deadline(Some(Instant::now() + PATIENCE));
        let stream = dial(&self.target, &poller).unwrap();
        let socket = socket2::SockRef::from(&stream);
        socket.set_send_buffer_size(SOCKET).unwrap();
        let (connection, peer) = thread::scope(|scope| {
            let peer = scope.spawn(|| {
                let stream = self.listener.accept().unwrap().0;
                stream.set_nodelay(true).unwrap();
                let mut wire = Wire::new(stream, self.key.clone());
                wire.let_in().unwrap();
                Peer::new(wire)
            });
            let way = Transport::direct(stream);
            let connection = Connection::open(&self.target, way, &Nobody, &poller).unwrap();
            log_in(&connection, &self.target, &Nobody, &poller).unwrap();
            (connection, peer.join().unwrap())
        });
        poller.set_deadline(None);
        World {
            forwarder: Forwarder::new(Rc::new(connection), poller, None),
            peer,
            locals: Vec::new(),
            is_frozen: false,
            budget: 1 << 20,
        }
    }
}

/// A local program's end of a connection. Counts are those of bytes since its beginning.
#[allow(clippy::struct_excessive_bools)] // Each of them is a fact of its own.
struct Local {
    port: u16,
    is_refused: bool,
    /// None once the program has ended.
    socket: Option<UnixStream>,
    written: u64,
    wanted: u64,
    ends: bool,
    has_shut: bool,
    read: u64,
    is_taking: bool,
    /// It has read the end.
    has_ended: bool,
    /// The other end takes no more.
    is_broken: bool,
    /// Bytes that others have moved while this one had something to move: up, and down.
    waited: [u64; 2],
}

impl Local {
    fn turn(&mut self, room: &mut Vec<u8>) {
        let Some(mut socket) = self.socket.as_ref() else {
            return;
        };
        while self.written < self.wanted && !self.is_broken {
            room.clear();
            let size = (self.wanted - self.written).min(PACKET);
            fill(self.port, Direction::Up, self.written, size, room);
            match socket.write(room) {
                Ok(size) => self.written += size as u64,
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.is_broken = true,
            }
        }
        if self.ends && !self.has_shut && (self.written == self.wanted || self.is_broken) {
            self.has_shut = true;
            let _ = socket.shutdown(Shutdown::Write);
        }
        room.resize(64 << 10, 0);
        while self.is_taking && !self.has_ended {
            match socket.read(room) {
                Ok(0) => self.has_ended = true,
                Ok(size) => {
                    check(self.port, Direction::Down, self.read, &room[..size]);
                    self.read += size as u64;
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                // What it had written, nobody read.
                Err(_) => self.has_ended = true,
            }
        }
    }
}

/// All there is: the forwarder, and who is on its sides.
struct World {
    forwarder: Forwarder,
    peer: Peer,
    locals: Vec<Local>,
    is_frozen: bool,
    /// Number of bytes that the server takes in and sends in a turn.
    budget: usize,
}

impl World {
    fn open(&mut self, answer: Answer, way: Way) -> Arc<OnceLock<bool>> {
        let (ours, socket) = UnixStream::pair().unwrap();
        for end in [&ours, &socket] {
            end.set_nonblocking(true).unwrap();
            let end = socket2::SockRef::from(end);
            end.set_send_buffer_size(SOCKET).unwrap();
        }
        let port = u16::try_from(self.locals.len() + 1).unwrap();
        self.peer.expect(port, answer);
        let host = "127.0.0.1".to_owned();
        let target = ForwardTarget::Tcp { host, port };
        let told = Arc::new(OnceLock::new());
        match way {
            Way::Carry => self.forwarder.carry(ours.into(), target, false),
            Way::Join => {
                let told = Arc::clone(&told);
                let tell = move |answer: Result<(), _>| told.set(answer.is_ok()).unwrap();
                self.forwarder.join(ours.into(), target, Box::new(tell));
            }
        }
        self.locals.push(Local {
            port,
            is_refused: matches!(answer, Answer::Refuse),
            socket: Some(socket),
            written: 0,
            wanted: 0,
            ends: false,
            has_shut: false,
            read: 0,
            is_taking: true,
            has_ended: false,
            is_broken: false,
            waited: [0; 2],
        });
        told
    }

    fn step(&mut self, step: &Step) {
        let count = self.locals.len().max(1);
        match *step {
            Step::Open(answer, way) => drop(self.open(answer, way)),
            Step::Local(at, act) => {
                if let Some(local) = self.locals.get_mut(at % count) {
                    match act {
                        Act::Write(size) if !local.ends => local.wanted += size,
                        Act::Write(_) => {}
                        Act::End => local.ends = true,
                        Act::Take(is_so) => local.is_taking = is_so,
                    }
                }
            }
            Step::Remote(at, act) => {
                let port = u16::try_from(at % count + 1).unwrap();
                if let Some(remote) = self.peer.connections.get_mut(&port) {
                    match act {
                        Act::Write(size) if !remote.ends => remote.wanted += size,
                        Act::Write(_) => {}
                        Act::End => remote.ends = true,
                        Act::Take(is_so) => remote.is_granting = is_so,
                    }
                }
            }
            Step::Drop(at) => {
                if let Some(local) = self.locals.get_mut(at % count) {
                    local.socket = None;
                }
            }
            Step::Close(at) => {
                let port = u16::try_from(at % count + 1).unwrap();
                if let Some(remote) = self.peer.connections.get_mut(&port) {
                    remote.closes = true;
                }
            }
            Step::Freeze(is_so) => self.is_frozen = is_so,
            Step::Turns(turns, budget) => {
                self.budget = budget;
                for _ in 0..turns {
                    self.turn(Duration::ZERO);
                }
            }
            Step::Rest => self.rest(),
        }
        self.turn(Duration::ZERO);
    }

    /// A turn of all: the forwarder may wait for so long.
    fn turn(&mut self, wait: Duration) {
        let before = self.moved();
        self.unchecked_turn(wait);
        self.assert_bounded();
        self.assert_fair(&before);
    }

    fn unchecked_turn(&mut self, wait: Duration) {
        let until = Instant::now() + wait;
        self.forwarder.poll_once(Some(until)).unwrap();
        let mut room = Vec::new();
        for local in &mut self.locals {
            local.turn(&mut room);
        }
        if !self.is_frozen {
            self.peer.turn(self.budget).unwrap();
        }
    }

    /// Number of bytes that have arrived, up and down, of each connection.
    fn moved(&self) -> Vec<[u64; 2]> {
        let of = |local: &Local| {
            let remote = self.peer.connections.get(&local.port);
            [remote.map_or(0, |remote| remote.received), local.read]
        };
        self.locals.iter().map(of).collect()
    }

    /// The bytes on their way are no more than its sockets, windows and buffers have room for.
    fn assert_bounded(&self) {
        let mut up = 0;
        for local in &self.locals {
            let Some(remote) = self.peer.connections.get(&local.port) else {
                assert!(local.written <= HELD, "{} without a channel", local.port);
                continue;
            };
            up += local.written - remote.received;
            // The window grows with what the reader takes alone.
            let taken = local.read + HELD;
            let most = taken + FIRST + 8 * taken;
            let granted = remote.granted;
            assert!(granted <= most, "{}: {granted} of {most}", local.port);
        }
        let sockets = HELD * (self.locals.len() as u64 + 1);
        let most = sockets + PACKET * self.locals.len() as u64 + OUTBOX;
        assert!(up <= most, "{up} bytes are on their way, of {most}");
    }

    /// Nobody waits while others go on and on.
    fn assert_fair(&mut self, before: &[[u64; 2]]) {
        let after = self.moved();
        let pairs = || before.iter().zip(&after);
        let steps: Vec<[u64; 2]> = pairs()
            .map(|(before, after)| [after[0] - before[0], after[1] - before[1]])
            .collect();
        let all: u64 = steps.iter().flatten().sum();
        for (local, own) in self.locals.iter_mut().zip(&steps) {
            let Some(remote) = self.peer.connections.get(&local.port) else {
                continue;
            };
            let is_whole = local.socket.is_some() && !remote.closes && !self.is_frozen;
            let may_go_up = remote.has_room() && remote.received < local.written;
            let may_go_down = local.is_taking && local.read < remote.sent;
            for (at, may) in [may_go_up, may_go_down].into_iter().enumerate() {
                let waits = is_whole && may && own[at] == 0;
                local.waited[at] = if waits { local.waited[at] + all } else { 0 };
                let waited = local.waited[at];
                assert!(waited <= FAIR, "{} waits for {waited}", local.port);
            }
        }
    }

    /// While nothing happens the forwarder moves what it can, and then it waits.
    fn rest(&mut self) {
        let mut turn = || {
            let before = waits();
            let until = Instant::now() + Duration::from_millis(3);
            self.forwarder.poll_once(Some(until)).unwrap();
            waits() > before
        };
        let rests = (0..TURNS).any(|_| turn());
        assert!(rests, "it turns and turns");
        // A pause in an upload may end meanwhile.
        let idle = (0..12).filter(|_| turn()).count();
        assert!(idle >= 4, "it turns most of the time");
    }

    /// Both ends end each connection, all of them one direction first; all must arrive.
    fn finish(mut self, first: Direction) {
        (self.is_frozen, self.budget) = (false, 1 << 20);
        for local in &mut self.locals {
            local.is_taking = true;
        }
        let second = match first {
            Direction::Up => Direction::Down,
            Direction::Down => Direction::Up,
        };
        self.end_direction(first);
        self.end_direction(second);
        let is_over = |remote: &Remote| remote.is_closed;
        let count = |world: &World| world.forwarder.channels();
        while count(&self) > 0 || !self.peer.connections.values().all(is_over) {
            self.turn(Duration::from_millis(1));
        }
        self.rest();
        for local in &self.locals {
            let Some(remote) = self.peer.connections.get(&local.port) else {
                assert_eq!((local.read, local.is_refused), (0, true));
                continue;
            };
            let port = local.port;
            if local.socket.is_some() {
                assert_eq!(local.read, remote.sent, "{port}: bytes from the server");
            }
            if local.socket.is_some() && !remote.closes {
                assert_eq!(remote.received, local.wanted, "{port}: bytes to the server");
                assert!(remote.has_ended, "{port}: the end did not reach the server");
            }
        }
        self.end();
    }

    /// Ends a direction of each connection, and waits until its end has come to the other side.
    fn end_direction(&mut self, direction: Direction) {
        let until = Instant::now() + PATIENCE;
        loop {
            for local in &mut self.locals {
                local.ends |= matches!(direction, Direction::Up);
            }
            for remote in self.peer.connections.values_mut() {
                remote.is_granting = true;
                remote.ends |= matches!(direction, Direction::Down);
            }
            self.turn(Duration::from_millis(1));
            let is_over = |local: &Local| {
                let remote = self.peer.connections.get(&local.port);
                match direction {
                    Direction::Up => remote.map_or(local.is_refused, Remote::is_at_end),
                    Direction::Down => local.has_ended || local.socket.is_none(),
                }
            };
            if self.locals.iter().all(is_over) {
                return;
            }
            let now = Instant::now();
            let state = || format!("{direction:?} something is left:\n{}", self.state());
            assert!(now < until, "{}", state());
        }
    }

    /// Ends the forwarder, which closes what it has opened for itself. Returns how long that takes.
    fn end(self) -> Duration {
        let mut peer = self.peer;
        let served = thread::spawn(move || (peer.serve(), peer.open()));
        let begun = Instant::now();
        self.forwarder.end().unwrap();
        let passed = begun.elapsed();
        let (_, open) = served.join().unwrap();
        assert_eq!(open, 0, "channels are left open");
        passed
    }

    /// The connection is lost: the forwarder says so soon, and its connections end.
    fn cut(mut self, after: usize) {
        self.peer.cut(after);
        let turn = |forwarder: &mut Forwarder| {
            let until = Instant::now() + Duration::from_millis(100);
            forwarder.poll_once(Some(until)).err()
        };
        let error = (0..TURNS).find_map(|_| turn(&mut self.forwarder));
        assert!(error.is_some(), "it does not end");
        drop(self.forwarder);
        let mut room = Vec::new();
        for local in &mut self.locals {
            (local.ends, local.is_taking) = (true, true);
            // A process that another test of this program starts has the other end too until its own program begins.
            let is_over = eventually(Duration::from_secs(10), || {
                local.turn(&mut room);
                local.has_ended || local.socket.is_none()
            });
            assert!(is_over, "{}: it is still open", local.port);
            let remote = self.peer.connections.get(&local.port);
            assert!(local.read <= remote.map_or(0, |remote| remote.sent));
        }
    }

    fn state(&self) -> String {
        let of = |local: &Local| {
            let (port, wanted, written, read) =
                (local.port, local.wanted, local.written, local.read);
            let remote = self.peer.connections.get(&port);
            format!("{port}: {wanted} {written} {read}, {remote:?}\n")
        };
        self.locals.iter().map(of).collect()
    }
}

/// Uploads fill what the connection takes, and the remote host takes no more: as on a link that has just gone silent.
#[test]
fn uploads_into_a_frozen_connection_do_not_spin() {
    let mut world = Stage::new().connect();
    // On a busy computer the time of a pause is soon over.
    let is_so = (0..300).any(|_| world.congest_beside_a_pause());
    assert!(is_so, "the computer is too busy");
    world.rest();
}

impl World {
    /// Brings an upload to a pause at the end of its share of the window, and freezes the connection. Others, which have
    /// their turn before it, fill what that takes. Returns true if the pause was not over before that.
    fn congest_beside_a_pause(&mut self) -> bool {
        self.is_frozen = false;
        let others: Vec<usize> = (0..8).map(|_| self.open_wide()).collect();
        let paused = self.open_wide();
        self.locals[paused].wanted = u64::MAX;
        // Where its channel took long to open it has no pauses.
        let has_share = (0..50).any(|_| self.is_stuck(paused));
        self.is_frozen = true;
        for other in &others {
            self.locals[*other].wanted = u64::MAX;
        }
        let is_full = (0..100).any(|_| others.iter().all(|other| self.is_stuck(*other)));
        let is_so = has_share && is_full && self.is_stuck(paused);
        for at in others.into_iter().chain([paused]).filter(|_| !is_so) {
            self.locals[at].socket = None;
        }
        is_so
    }

    /// Opens a channel whose window is larger than an upload ever needs.
    fn open_wide(&mut self) -> usize {
        let told = self.open(Answer::Accept(1 << 30), Way::Join);
        while told.get().is_none() {
            self.unchecked_turn(Duration::ZERO);
        }
        self.locals.len() - 1
    }

    /// Returns true if the forwarder takes nothing from a program that has more to write. In one turn it may not have seen
    /// that yet.
    fn is_stuck(&mut self, at: usize) -> bool {
        let mut room = Vec::new();
        self.locals[at].turn(&mut room);
        let before = self.locals[at].written;
        for _ in 0..3 {
            self.unchecked_turn(Duration::ZERO);
        }
        self.locals[at].turn(&mut room);
        self.locals[at].written == before
    }
}

/// The channel of the keepalives is the last one, and no other is there to hear that the server has closed it.
#[test]
fn a_forwarder_ends_as_soon_as_its_channels_are_closed() {
    let stage = Stage::new();
    let end = || {
        let mut world = stage.connect();
        world.step(&Step::Open(Answer::Accept(0), Way::Carry));
        while world.peer.open() < 2 {
            world.turn(Duration::from_millis(1));
        }
        world.locals[0].socket = None;
        world.step(&Step::Close(0));
        while world.forwarder.channels() > 0 {
            world.turn(Duration::from_millis(1));
        }
        world.end()
    };
    // A busy computer may take its time now and then.
    let soon = (0..5).any(|_| end() < Duration::from_millis(1500));
    assert!(soon, "it waits for something else");
}

/// As a session to a node that allows forwards alone, with no tab open.
#[test]
fn a_connection_that_is_lost_while_nothing_is_forwarded_is_noticed_soon() {
    let stage = Stage::new();
    let cut = |prepare: &dyn Fn(&mut World)| {
        let mut world = stage.connect();
        prepare(&mut world);
        let begun = Instant::now();
        world.cut(0);
        let passed = begun.elapsed();
        assert!(passed < Duration::from_secs(5), "{passed:?}");
    };
    cut(&|_| ());
    // Where the server has not read all, its end is a reset.
    cut(&|world| drop(world.open(Answer::Refuse, Way::Carry)));
    cut(&|world| {
        world.open(Answer::Refuse, Way::Carry);
        world.forwarder.poll_once(Some(Instant::now())).unwrap();
    });
    // And where all that was forwarded has ended.
    cut(&|world| {
        world.step(&Step::Open(Answer::Refuse, Way::Carry));
        while !world.locals[0].has_ended {
            world.turn(Duration::from_millis(1));
        }
    });
}

/// Number of times that this thread has waited for something. A thread that turns and turns waits for nothing, however busy the
/// computer is.
fn waits() -> u64 {
    let status = std::fs::read_to_string("/proc/thread-self/status").unwrap();
    let line = |line: &str| {
        line.strip_prefix("voluntary_ctxt_switches:")?
            .trim()
            .parse()
            .ok()
    };
    status.lines().find_map(line).unwrap()
}

#[test]
fn whatever_both_ends_do_each_connection_carries_what_a_pair_of_pipes_would() {
    let stage = Stage::new();
    let runs = std::env::var("FORWARDER_RUNS").ok();
    let config = ProptestConfig {
        cases: runs.and_then(|runs| runs.parse().ok()).unwrap_or(RUNS),
        failure_persistence: None,
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    };
    let run = |(steps, ending): (Vec<Step>, Ending)| {
        let mut world = stage.connect();
        for step in &steps {
            world.step(step);
        }
        match ending {
            Ending::Finish(first) => world.finish(first),
            Ending::Cut(after) => world.cut(after),
        }
        Ok(())
    };
    TestRunner::new(config)
        .run(&(steps(), ending()), run)
        .unwrap_or_else(|error| panic!("{error}"));
}
