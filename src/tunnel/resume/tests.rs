//! Both ends together: `holder.py` runs as a process of its own, before servers of this machine.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::sync::{Arc, OnceLock};
use std::thread::{JoinHandle, sleep, spawn};

use proptest::prelude::*;

use super::super::channel_opener::ChannelOpener;
use super::*;

/// A holder, the streams to it, and a network between them that can be cut.
struct Rig {
    streams: ResumableStreams,
    openings: ChannelOpener,
    address: HolderAddress,
    network: Option<Network>,
    /// Ends of cut connections: the holder does not learn of a cut.
    dead: Vec<UnixStream>,
    scratch: Vec<u8>,
    home: tempfile::TempDir,
}

/// Carries bytes between the two, in pieces, until it has carried so many.
struct Network {
    near: UnixStream,
    far: UnixStream,
    left: usize,
    piece: usize,
}

impl Network {
    /// Moves one piece in each direction. False once it has carried all that it may.
    fn carry(&mut self) -> bool {
        for (from, to) in [(&self.near, &self.far), (&self.far, &self.near)] {
            let mut buffer = vec![0; self.piece.min(self.left)];
            let (mut from, mut to) = (from, to);
            match from.read(&mut buffer) {
                Ok(size) => {
                    self.left -= size;
                    let mut sent = 0;
                    while sent < size {
                        match to.write(&buffer[sent..size]) {
                            Ok(more) => sent += more,
                            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                            Err(_) => return false,
                        }
                    }
                }
                Err(error) => assert_eq!(error.kind(), ErrorKind::WouldBlock),
            }
        }
        self.left > 0
    }
}

impl Rig {
    fn new(port: u16, age: &str) -> Self {
        let home = tempfile::tempdir().unwrap();
        let mut child = Command::new("python3")
            .args(["-I", "-S", "-c", HOLDER])
            .arg(home.path())
            .args([age, "tcp", "127.0.0.1", &port.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let lines: Vec<String> = lines.map(Result::unwrap).collect();
        assert!(child.wait().unwrap().success());
        let [path, secret] = lines.as_slice() else {
            panic!("{lines:?}");
        };
        let (path, secret) = (path.clone(), secret.clone());
        let target = ForwardTarget::Tcp {
            host: "127.0.0.1".into(),
            port,
        };
        let mut rig = Self {
            streams: ResumableStreams::new(target),
            openings: ChannelOpener::default(),
            address: HolderAddress { path, secret },
            network: None,
            dead: Vec::new(),
            scratch: vec![0; 64 << 10],
            home,
        };
        rig.streams.holder = Holder::Known(rig.address.clone());
        rig
    }

    /// Another SSH connection, as it were, which carries so many bytes.
    fn connect(&mut self, left: usize, piece: usize) {
        let (ours, near) = UnixStream::pair().unwrap();
        near.set_nonblocking(true).unwrap();
        let far = UnixStream::connect(&self.address.path).unwrap();
        far.set_nonblocking(true).unwrap();
        let received = self.streams.streams.iter();
        let received = received.map(|(number, one)| (*number, one.down.received()));
        let told = (Arc::<OnceLock<_>>::default(), Instant::now());
        let attachment = Attachment::new(ours, &self.address, (received, self.streams.last), told);
        self.streams.attachment = Some(attachment.unwrap());
        self.network = Some(Network {
            near,
            far,
            left,
            piece,
        });
    }

    fn cut(&mut self) {
        self.streams.suspend();
        if let Some(Network { far, .. }) = self.network.take() {
            self.dead.push(far);
        }
    }

    /// The browser's end of one more websocket.
    fn browser(&mut self) -> UnixStream {
        let (browser, local) = UnixStream::pair().unwrap();
        local.set_nonblocking(true).unwrap();
        self.streams.add(local.into());
        browser
    }

    /// Takes a turn like the forwarder. False once the network is cut.
    fn turn(&mut self) -> bool {
        for stream in self.streams.streams.values_mut() {
            (stream.readable, stream.writable) = (true, true);
        }
        if let Some(attachment) = &mut self.streams.attachment {
            attachment.polled(true, true);
        }
        let now = Instant::now();
        self.streams.decide(now, &mut self.scratch);
        self.streams
            .work(now, &mut self.openings, &mut self.scratch);
        self.network.as_mut().is_none_or(Network::carry)
    }

    fn turn_until(&mut self, is_so: impl Fn(&mut Self) -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !is_so(self) {
            assert!(Instant::now() < deadline, "it takes too long");
            if !self.turn() {
                self.cut();
                return;
            }
            std::thread::yield_now();
        }
    }

    fn leftovers(&self) -> Vec<PathBuf> {
        let all = std::fs::read_dir(self.home.path()).unwrap();
        all.map(|entry| entry.unwrap().path()).collect()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Ok(mut far) = UnixStream::connect(&self.address.path) {
            let mut out = std::collections::VecDeque::new();
            ResumeFrame::Hello(self.address.secret.clone().into_bytes()).put(&mut out);
            ResumeFrame::Quit.put(&mut out);
            let _ = far.write_all(out.make_contiguous());
        }
    }
}

fn eventually(mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so() && Instant::now() < deadline {
        sleep(Duration::from_millis(20));
    }
    is_so()
}

/// Serves each connection in a thread of its own.
fn server(serve: impl Fn(TcpStream) + Send + Sync + Clone + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    spawn(move || {
        for stream in listener.incoming() {
            let serve = serve.clone();
            spawn(move || serve(stream.unwrap()));
        }
    });
    port
}

/// Sends back what comes, and then the end.
fn echo() -> u16 {
    server(|mut stream| {
        let mut other = stream.try_clone().unwrap();
        let _ = std::io::copy(&mut stream, &mut other);
        let _ = stream.shutdown(Shutdown::Write);
    })
}

/// Bytes that tell where they belong.
fn pattern(seed: usize, size: usize) -> Vec<u8> {
    let byte = |at: usize| {
        let mixed = (at.wrapping_mul(2_654_435_761) ^ seed.wrapping_mul(40_503)).to_le_bytes();
        mixed[1] ^ mixed[2]
    };
    (0..size).map(byte).collect()
}

/// Sends all of it, and gives what comes back until the end.
fn exchange(browser: UnixStream, data: Vec<u8>) -> JoinHandle<Vec<u8>> {
    spawn(move || {
        let mut writer = browser.try_clone().unwrap();
        let sends = spawn(move || {
            let _ = writer.write_all(&data);
            let _ = writer.shutdown(Shutdown::Write);
        });
        let mut back = Vec::new();
        let mut browser = browser;
        let _ = browser.read_to_end(&mut back);
        sends.join().unwrap();
        back
    })
}

/// Manner of a server with a connection.
#[derive(Debug, Clone, Copy)]
enum Manner {
    /// Speaks and listens at the same time.
    Both,
    /// Speaks when all has come.
    ListensFirst,
    /// Listens when it has said all, and its end.
    SpeaksFirst,
    /// Breaks off when so many bytes have come, with the rest unread.
    BreaksOff(usize),
}

/// A connection: its number, what the browser and the server send, and the server's manner.
#[derive(Debug, Clone, Copy)]
struct Plan {
    number: usize,
    up: usize,
    down: usize,
    manner: Manner,
}

impl Plan {
    /// The bytes of the server.
    fn answer(&self) -> Vec<u8> {
        pattern(1000 + self.number, self.down)
    }

    /// Serves it, and returns how many bytes have come. They must be the browser's.
    fn serve(&self, stream: &TcpStream) -> usize {
        let speak = || {
            let mut stream = stream;
            let _ = stream.write_all(&self.answer());
            let _ = stream.shutdown(Shutdown::Write);
        };
        let listen = |most: usize| {
            let mut came = Vec::new();
            let _ = stream.take(most as u64).read_to_end(&mut came);
            assert!(pattern(self.number, self.up).starts_with(&came));
            came.len()
        };
        match self.manner {
            Manner::Both => std::thread::scope(|scope| {
                scope.spawn(speak);
                listen(usize::MAX)
            }),
            Manner::ListensFirst => {
                let came = listen(usize::MAX);
                speak();
                came
            }
            Manner::SpeaksFirst => {
                speak();
                listen(usize::MAX)
            }
            Manner::BreaksOff(at) => listen(at),
        }
    }
}

fn plans() -> impl Strategy<Value = Vec<Plan>> {
    let manner = prop_oneof![
        2 => Just(Manner::Both),
        1 => Just(Manner::ListensFirst),
        1 => Just(Manner::SpeaksFirst),
        1 => (0..100_000_usize).prop_map(Manner::BreaksOff),
    ];
    let plan = (0..300_000_usize, 0..300_000_usize, manner);
    prop::collection::vec(plan, 1..5).prop_map(|plans| {
        let numbered = plans.into_iter().enumerate();
        let plan = |(number, (up, down, manner))| Plan {
            number,
            up,
            down,
            manner,
        };
        numbered.map(plan).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_cut_everything_arrives_once_and_in_order(
        plans in plans(),
        cuts in prop::collection::vec((30..200_000_usize, 1..5_000_usize), 0..25),
    ) {
        let (say, said) = mpsc::channel();
        let known = plans.clone();
        let mut rig = Rig::new(server(move |mut stream| {
            let mut number = [0];
            stream.read_exact(&mut number).unwrap();
            let plan = known[usize::from(number[0])];
            say.send((plan.number, plan.serve(&stream))).unwrap();
        }), "60");
        let mut threads = Vec::new();
        for plan in &plans {
            let first = vec![u8::try_from(plan.number).unwrap()];
            let data = [first, pattern(plan.number, plan.up)].concat();
            threads.push(exchange(rig.browser(), data));
        }
        let is_done = |threads: &[JoinHandle<_>]| threads.iter().all(JoinHandle::is_finished);
        for (left, piece) in cuts {
            rig.connect(left, piece);
            rig.turn_until(|_| is_done(&threads));
            rig.cut();
        }
        rig.connect(usize::MAX, 10_000);
        rig.turn_until(|_| is_done(&threads));
        rig.turn_until(|rig| rig.streams.streams.is_empty());
        let breaks_off = |plan: &Plan| matches!(plan.manner, Manner::BreaksOff(_));
        for (thread, plan) in threads.into_iter().zip(&plans) {
            let back = thread.join().unwrap();
            prop_assert!(plan.answer().starts_with(&back), "other bytes");
            if !breaks_off(plan) {
                prop_assert_eq!(back.len(), plan.down);
            }
        }
        for _ in &plans {
            let (number, came) = said.recv_timeout(Duration::from_secs(20)).unwrap();
            if !breaks_off(&plans[number]) {
                prop_assert_eq!(came, plans[number].up);
            }
        }
        prop_assert!(rig.streams.refusal.is_none() || plans.iter().any(breaks_off));
    }
}

#[test]
fn what_a_server_says_meanwhile_is_kept_up_to_a_bound_and_then_it_has_to_wait() {
    let (say, said) = mpsc::channel();
    let port = server(move |mut stream| {
        stream
            .set_write_timeout(Some(Duration::from_secs(2)))
            .unwrap();
        let (block, mut all) = (vec![7; 1 << 16], 0);
        while all < 64 << 20 && stream.write_all(&block).is_ok() {
            all += 1 << 16;
        }
        say.send(all).unwrap();
    });
    let mut rig = Rig::new(port, "60");
    let browser = rig.browser();
    rig.connect(usize::MAX, 10_000);
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.was_answered));
    rig.cut();
    let all = said.recv_timeout(Duration::from_secs(60)).unwrap();
    assert!((8 << 20..32 << 20).contains(&all), "{all}");
    drop(browser);
}

#[test]
fn a_holder_without_a_client_ends_after_its_time_and_leaves_nothing() {
    let mut rig = Rig::new(echo(), "1");
    let mut browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    browser.write_all(b"x").unwrap();
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.was_answered));
    let socket = Path::new(&rig.address.path);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(
        (mode(socket), mode(socket.parent().unwrap())),
        (0o600, 0o700)
    );
    rig.cut();
    assert!(eventually(|| rig.leftovers().is_empty()));
}

#[test]
fn a_holder_ends_when_its_client_does_not_need_it_any_more() {
    let mut rig = Rig::new(echo(), "60");
    let _browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.is_opened));
    rig.streams.quit(false);
    let deadline = Instant::now() + Duration::from_secs(10);
    while !rig.leftovers().is_empty() {
        assert!(Instant::now() < deadline);
        rig.turn();
    }
}

#[test]
fn what_carries_the_last_word_is_kept_until_the_holder_has_ended() {
    let mut rig = Rig::new(echo(), "60");
    let _browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.is_opened));
    rig.streams.quit(true);
    rig.turn_until(|rig| rig.leftovers().is_empty());
    assert!(rig.streams.is_carrying());
    // The end of the holder's connection comes.
    rig.network = None;
    rig.turn_until(|rig| !rig.streams.is_carrying());
}

/// Where temporary files are, others can make folders and links with such names.
#[test]
fn a_holder_removes_what_a_killed_one_has_left_and_nothing_behind_a_link() {
    let mut rig = Rig::new(echo(), "60");
    let folder = Path::new(&rig.address.path).parent().unwrap();
    let name = folder.file_name().unwrap().to_str().unwrap();
    let (prefix, _) = name.split_at("rj-00000000-".len());
    let named = |end: &str| rig.home.path().join(format!("{prefix}{end}"));
    let other = tempfile::tempdir().unwrap();
    for place in [other.path(), &named("killed")] {
        let _ = std::fs::create_dir(place);
        // Nobody listens there any more.
        drop(std::os::unix::net::UnixListener::bind(place.join("sock")).unwrap());
    }
    std::os::unix::fs::symlink(other.path(), named("planted")).unwrap();
    let stays = other.path().join("sock");
    let (killed, planted) = (named("killed"), named("planted"));
    let mut child = Command::new("python3")
        .args(["-I", "-S", "-c", HOLDER])
        .arg(rig.home.path())
        .args(["0", "tcp", "127.0.0.1", "1"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    assert!(child.wait().unwrap().success());
    assert!(!killed.exists());
    assert!(stays.exists() && planted.exists());
    // One that listens is none of these.
    let mut browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    browser.write_all(b"x").unwrap();
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.was_answered));
}

#[test]
fn a_client_without_the_secret_gets_nothing_and_disturbs_nobody() {
    let mut rig = Rig::new(echo(), "60");
    let mut browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    browser.write_all(b"one").unwrap();
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.was_answered));
    let mut intruder = UnixStream::connect(&rig.address.path).unwrap();
    let mut out = std::collections::VecDeque::new();
    ResumeFrame::Hello(b"00000000000000000000000000000000".to_vec()).put(&mut out);
    ResumeFrame::Quit.put(&mut out);
    intruder.write_all(out.make_contiguous()).unwrap();
    let mut said = Vec::new();
    let _ = intruder.read_to_end(&mut said);
    assert_eq!(said, [0; 0]);
    let thread = exchange(browser, b"two".to_vec());
    rig.turn_until(|_| thread.is_finished());
    assert_eq!(thread.join().unwrap(), b"onetwo");
}

#[test]
fn a_server_that_refuses_is_told() {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let mut rig = Rig::new(port, "60");
    let _browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    rig.turn_until(|rig| rig.streams.refusal.is_some());
    assert_eq!(rig.streams.take_refusal().unwrap(), "Connection refused");
    assert!(rig.streams.streams.is_empty());
}

/// Jupyter takes a browser that does not answer its pings for gone, and closes the websocket.
#[test]
fn a_ping_is_answered_in_the_place_of_a_browser_that_is_away() {
    let (say, said) = mpsc::channel();
    let port = server(move |mut stream| {
        let mut request = [0; 18];
        stream.read_exact(&mut request).unwrap();
        let answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n\x81\x05hello\x89\x04ping\x81\x01!";
        stream.write_all(answer).unwrap();
        let mut pong = [0; 10];
        stream.read_exact(&mut pong).unwrap();
        say.send(pong).unwrap();
    });
    let mut rig = Rig::new(port, "60");
    let mut browser = rig.browser();
    rig.connect(usize::MAX, 1000);
    browser.write_all(b"GET / HTTP/1.1\r\n\r\n").unwrap();
    rig.turn_until(|rig| rig.streams.streams.values().all(|one| one.was_answered));
    rig.cut();
    let pong = said.recv_timeout(Duration::from_secs(20)).unwrap();
    assert_eq!(pong[..2], [0x8a, 0x84]);
    let unmasked: Vec<u8> = (0..4).map(|at| pong[6 + at] ^ pong[2 + at]).collect();
    assert_eq!(unmasked, b"ping");
}

#[test]
fn a_websocket_counts_until_its_browser_is_gone_in_whatever_way() {
    let mut rig = Rig::new(echo(), "60");
    let open = |rig: &Rig| rig.streams.websockets();
    assert_eq!(open(&rig), Some(0));
    rig.connect(usize::MAX, 1000);
    let (one, two) = (rig.browser(), rig.browser());
    rig.turn_until(|rig| rig.streams.streams.values().all(|stream| stream.is_opened));
    assert_eq!(open(&rig), Some(2));
    one.shutdown(std::net::Shutdown::Write).unwrap();
    rig.turn_until(|rig| open(rig) == Some(1));
    // As one that was killed.
    drop(two);
    rig.turn_until(|rig| open(rig) == Some(0));
    rig.streams.give_up();
    assert_eq!(open(&rig), None, "they are not told apart");
}
