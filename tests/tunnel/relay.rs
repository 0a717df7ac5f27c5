//! A relay over a real sshd: all connections through one command. Which command a scheduler has for that, and what comes of
//! it in a job, is in tests/schedulers; how the two ends speak, in src/tunnel/relay/mux/tests.rs.

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::network::Network;
use crate::support::process::PATIENCE;
use crate::support::services::{Service, check_pattern, exchange, send_pattern};
use crate::support::{Client, Key, Known, Options, Sshd, Tunnel, eventually};
use remote_jupyter::ssh::channel::ForwardTarget;
use remote_jupyter::ssh::{ExecRequest, SshError};
use remote_jupyter::tunnel::{RELAY, RelayState};
use socket2::{Domain, SockAddr, Socket, Type};

const MIB: u64 = 1 << 20;
const MARK: &str = "0123456789abcdef";

/// A login host that forwards nothing, and gives the usual ten sessions.
fn closed() -> (Sshd, Client) {
    let lines = ["DisableForwarding yes", "MaxSessions 10"];
    let sshd = Sshd::with(&Options {
        jupyter: false,
        config: lines.map(str::to_owned).into(),
        ..Options::default()
    });
    let client = Client::of(&sshd);
    (sshd, client)
}

/// The far end, started by the login shell after `first`.
fn relaying(port: u16, first: &str) -> RelayState {
    relaying_to(&format!("tcp 127.0.0.1 {port}"), first)
}

/// The same, to a place as the program's arguments name it.
fn relaying_to(place: &str, first: &str) -> RelayState {
    let mut program = String::new();
    for byte in RELAY.bytes() {
        write!(program, "{byte:02x}").unwrap();
    }
    let start = "import sys; exec(bytes.fromhex(sys.argv.pop(1)))";
    RelayState {
        target: ForwardTarget::Tcp {
            host: "node.invalid".into(),
            port: 8888,
        },
        task: ExecRequest {
            command: "exec /bin/sh -s".into(),
            input: format!("{first}\nexec python3 -I -S -c '{start}' {program} {MARK} {place}\n"),
        },
        mark: MARK.into(),
    }
}

/// No connection of a page's has brought the keepalive's channel before.
#[test]
fn a_network_that_swallows_everything_is_noticed_under_a_relay() {
    let (sshd, _) = closed();
    let network = Network::to(&sshd);
    let client = Client::new();
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 2"];
    client.add_host_with("test", &network, Key::Ed25519, &lines);
    client.know(&network, Known::Right);
    let echo = Service::echo();
    let tunnel = Tunnel::relayed(&client, relaying(echo.port, ""));
    let mut stream = tunnel.connect();
    stream.write_all(b"a").unwrap();
    stream.read_exact(&mut [0; 1]).unwrap();
    network.silence();
    let end = tunnel.end_within(Duration::from_secs(15));
    assert!(matches!(end, Some(SshError::Silent(_))), "{end:?}");
}

fn far_ends(sshd: &Sshd) -> usize {
    let all = sshd.leftovers();
    all.iter()
        .filter(|line| line.contains("bytes.fromhex"))
        .count()
}

#[test]
fn more_connections_than_sshd_gives_sessions_take_turns_at_nothing() {
    let (sshd, client) = closed();
    let echo = Service::echo();
    let tunnel = Tunnel::relayed(
        &client,
        relaying(echo.port, "echo 'Welcome!'; echo 'Be nice.' >&2"),
    );
    let mut streams: Vec<TcpStream> = (0..40).map(|_| tunnel.connect()).collect();
    for round in 0..3_u8 {
        for stream in &mut streams {
            stream.write_all(&[round; 100]).unwrap();
        }
        for stream in &mut streams {
            let mut back = [255; 100];
            stream.read_exact(&mut back).unwrap();
            assert_eq!(back, [round; 100]);
        }
    }
    assert_eq!(echo.live(), 40);
    assert_eq!(tunnel.channels(), 1);
    assert_eq!(far_ends(&sshd), 1);
    drop(streams);
    assert!(eventually(PATIENCE, || echo.live() == 0));
    assert_eq!(tunnel.refusals(), [""; 0]);
    drop(tunnel);
    assert!(eventually(PATIENCE, || far_ends(&sshd) == 0));
}

#[test]
fn two_hundred_mebibytes_come_down_and_go_up_unharmed() {
    let (_sshd, client) = closed();
    let (source, sink) = (Service::source(200 * MIB), Service::sink());
    let down = Tunnel::relayed(&client, relaying(source.port, ""));
    let began = Instant::now();
    assert_eq!(check_pattern(&down.connect()), 200 * MIB);
    println!("down: {:.0} MiB/s", 200.0 / began.elapsed().as_secs_f64());
    let up = Tunnel::relayed(&client, relaying(sink.port, ""));
    let stream = up.connect();
    let began = Instant::now();
    send_pattern(&stream, 200 * MIB).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = String::new();
    (&stream).read_to_string(&mut answer).unwrap();
    println!("up: {:.0} MiB/s", 200.0 / began.elapsed().as_secs_f64());
    assert_eq!(answer, (200 * MIB).to_string());
}

/// A server that accepts when it is told to, and whose queue holds one connection.
struct Reluctant {
    socket: Socket,
    waiting: Vec<Socket>,
}

impl Reluctant {
    fn at(domain: Domain, address: &SockAddr) -> Self {
        let socket = Socket::new(domain, Type::STREAM, None).unwrap();
        socket.bind(address).unwrap();
        socket.listen(0).unwrap();
        Self {
            socket,
            waiting: Vec::new(),
        }
    }

    fn fill_the_queue(&mut self) {
        let address = self.socket.local_addr().unwrap();
        for _ in 0..4 {
            let visitor = Socket::new(address.domain(), Type::STREAM, None).unwrap();
            visitor.set_nonblocking(true).unwrap();
            let _ = visitor.connect(&address);
            self.waiting.push(visitor);
        }
    }

    /// From now on everybody is taken in, and hears what it says.
    fn give_in(self) {
        drop(self.waiting);
        thread::spawn(move || {
            while let Ok((mut stream, _)) = self.socket.accept() {
                thread::spawn(move || std::io::copy(&mut stream.try_clone().unwrap(), &mut stream));
            }
        });
    }
}

/// Each connection but the first waits for the server; the first goes on meanwhile, and the others once they may.
fn check_that_who_waits_holds_up_no_other(mut server: Reluctant, place: &str) {
    let (_sshd, client) = closed();
    let tunnel = Tunnel::relayed(&client, relaying_to(place, ""));
    let mut first = tunnel.connect();
    first.write_all(b"a").unwrap();
    let (mut accepted, _) = server.socket.accept().unwrap();
    accepted.read_exact(&mut [0; 1]).unwrap();
    server.fill_the_queue();
    let mut others: Vec<TcpStream> = (0..3).map(|_| tunnel.connect()).collect();
    for other in &mut others {
        other.write_all(b"later").unwrap();
    }
    let limit = Some(Duration::from_secs(5));
    accepted.set_read_timeout(limit).unwrap();
    first.set_read_timeout(limit).unwrap();
    for _ in 0..20 {
        first.write_all(b"b").unwrap();
        accepted.read_exact(&mut [0; 1]).expect("it goes on");
        accepted.write_all(b"c").unwrap();
        first.read_exact(&mut [0; 1]).expect("it goes on");
        thread::sleep(Duration::from_millis(20));
    }
    server.give_in();
    for other in &mut others {
        let mut back = [0; 5];
        other.read_exact(&mut back).unwrap();
        assert_eq!(&back, b"later");
    }
    assert_eq!(tunnel.refusals(), [""; 0]);
}

#[test]
fn a_server_whose_queue_is_full_holds_up_no_other_connection() {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let server = Reluctant::at(Domain::IPV4, &address.into());
    let port = server
        .socket
        .local_addr()
        .unwrap()
        .as_socket()
        .unwrap()
        .port();
    check_that_who_waits_holds_up_no_other(server, &format!("tcp 127.0.0.1 {port}"));
}

#[test]
fn a_unix_socket_whose_queue_is_full_holds_up_no_other_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sock");
    let server = Reluctant::at(Domain::UNIX, &SockAddr::unix(&path).unwrap());
    check_that_who_waits_holds_up_no_other(server, &format!("unix {}", path.display()));
}

#[test]
fn a_reader_that_stalls_hinders_no_other() {
    let (_sshd, client) = closed();
    let source = Service::source(20 * MIB);
    let tunnel = Tunnel::relayed(&client, relaying(source.port, ""));
    let stalled: Vec<TcpStream> = (0..8).map(|_| tunnel.connect()).collect();
    thread::sleep(Duration::from_millis(500));
    assert_eq!(check_pattern(&tunnel.connect()), 20 * MIB);
    for stream in &stalled {
        assert_eq!(check_pattern(stream), 20 * MIB);
    }
}

#[test]
fn a_command_that_fails_is_told_in_its_own_words_and_is_not_begun_at_every_try() {
    let (sshd, client) = closed();
    let count = sshd.home().path().join("count");
    let first = "echo x >>~/count; echo 'srun: error: Invalid job id specified' >&2; exit 1";
    let tunnel = Tunnel::relayed(&client, relaying(1, first));
    for _ in 0..5 {
        assert_eq!(tunnel.connect().read(&mut [0; 1]).unwrap_or(0), 0);
    }
    let told = || tunnel.refusals() == ["srun: error: Invalid job id specified"];
    assert!(eventually(PATIENCE, told), "{:?}", tunnel.refusals());
    assert_eq!(std::fs::read_to_string(count).unwrap(), "x\n");
    assert!(tunnel.stands());
}

#[test]
fn a_far_end_that_is_killed_is_begun_anew() {
    let (sshd, client) = closed();
    let echo = Service::echo();
    let tunnel = Tunnel::relayed(&client, relaying(echo.port, "echo $$ >~/pid"));
    assert_eq!(exchange(tunnel.connect(), b"first"), b"first");
    let mut cut = tunnel.connect();
    let pid = std::fs::read_to_string(sshd.home().path().join("pid")).unwrap();
    let pid = rustix::process::Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
    rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
    assert_eq!(cut.read(&mut [0; 1]).unwrap_or(0), 0);
    let works = || {
        let mut stream = tunnel.connect();
        let sent = stream
            .write_all(b"again")
            .and_then(|()| stream.read_exact(&mut [0; 5]));
        sent.is_ok()
    };
    assert!(eventually(PATIENCE, works));
    assert_eq!(far_ends(&sshd), 1);
}

#[test]
fn a_server_that_is_not_there_is_told_in_the_words_of_its_machine() {
    let (_sshd, client) = closed();
    let free = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = free.local_addr().unwrap().port();
    drop(free);
    let tunnel = Tunnel::relayed(&client, relaying(port, ""));
    assert_eq!(tunnel.connect().read(&mut [0; 1]).unwrap_or(0), 0);
    let told = || tunnel.refusals() == ["Connection refused"];
    assert!(eventually(PATIENCE, told), "{:?}", tunnel.refusals());
    assert!(tunnel.stands());
}
