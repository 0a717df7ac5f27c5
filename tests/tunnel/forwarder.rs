//! The tunnel over a real sshd: every byte, both halves of a connection, far ends that refuse, reset
//! or stall, new keys under load, and what an idle tunnel costs.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::support::process::PATIENCE;
use crate::support::services::{Service, check_pattern, exchange, send_pattern};
use crate::support::{Client, Options, Sshd, Tunnel, eventually};
use remote_jupyter::ssh::channel::ForwardTarget;
use remote_jupyter::ssh::poll::WaitError;

/// A server without Jupyter.
fn plain(config: &[&str]) -> (Sshd, Client) {
    let sshd = Sshd::with(&Options {
        jupyter: false,
        config: config.iter().map(|&line| line.into()).collect(),
        ..Options::default()
    });
    let client = Client::of(&sshd);
    (sshd, client)
}

fn works(tunnel: &Tunnel, echo: usize) -> bool {
    exchange(tunnel.connect_to(echo), b"still here?") == b"still here?"
}

/// Reads to the end, or to a reset (what still comes after a shutdown may bring one), and counts.
fn read_on(mut stream: TcpStream) -> (Arc<AtomicU64>, thread::JoinHandle<()>) {
    let got = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&got);
    let reader = thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(size @ 1..) = stream.read(&mut buffer) {
            count.fetch_add(size as u64, Ordering::SeqCst);
        }
    });
    (got, reader)
}

/// How long one small message takes there and back: the median and the worst of many.
fn latency(stream: &mut TcpStream, rounds: usize) -> (Duration, Duration) {
    let mut times: Vec<Duration> = (0..rounds)
        .map(|_| {
            let began = Instant::now();
            let mut answer = [0; 5];
            stream.write_all(b"hello").unwrap();
            stream.read_exact(&mut answer).unwrap();
            began.elapsed()
        })
        .collect();
    times.sort();
    (times[rounds / 2], times[rounds - 1])
}

#[test]
fn messages_of_any_size_come_back_as_they_were() {
    let (_sshd, client) = plain(&[]);
    let tunnel = Tunnel::to(&client, &[Service::echo().port]);
    for size in [
        0, 1, 2, 1023, 4096, 32_699, 32_700, 32_701, 32_768, 65_537, 262_143, 262_145, 5_000_001,
    ] {
        let data: Vec<u8> = (0..=250).cycle().take(size).collect();
        assert!(exchange(tunnel.connect(), &data) == data, "{size} bytes");
    }
}

#[test]
fn two_hundred_connections_live_side_by_side() {
    let (_sshd, client) = plain(&[]);
    let echo = Service::echo();
    let tunnel = Tunnel::to(&client, &[echo.port]);
    let mut streams: Vec<TcpStream> = (0..200).map(|_| tunnel.connect()).collect();
    for (number, stream) in streams.iter_mut().enumerate() {
        stream.write_all(&number.to_be_bytes()).unwrap();
    }
    for (number, stream) in streams.iter_mut().enumerate() {
        let mut back = [0; size_of::<usize>()];
        stream.read_exact(&mut back).unwrap();
        assert_eq!(usize::from_be_bytes(back), number);
    }
    assert_eq!((tunnel.channels(), echo.live()), (200, 200));
    drop(streams);
    let gone = || tunnel.channels() == 0 && echo.live() == 0;
    assert!(eventually(PATIENCE, gone), "{}", tunnel.channels());
}

#[test]
fn a_thousand_connections_one_after_the_other_leave_nothing_behind() {
    let (_sshd, client) = plain(&[]);
    let echo = Service::echo();
    let tunnel = Tunnel::to(&client, &[echo.port]);
    for number in 0..1000_u32 {
        let data = number.to_be_bytes();
        assert_eq!(exchange(tunnel.connect(), &data), data);
    }
    let gone = || tunnel.channels() == 0 && echo.live() == 0;
    assert!(eventually(PATIENCE, gone), "{}", tunnel.channels());
}

#[test]
fn each_half_ends_by_itself() {
    let (_sshd, client) = plain(&[]);
    let (report, reported) = std::sync::mpsc::channel();
    let talks_first = Service::start(move |stream| {
        send_pattern(&stream, 300_000).unwrap();
        report.send(check_pattern(&stream)).unwrap();
    });
    let tunnel = Tunnel::to(&client, &[Service::sink().port, talks_first.port]);
    // The client ends its half, and gets its answer afterwards.
    let mut stream = tunnel.connect_to(0);
    send_pattern(&stream, 300_000).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, "300000");
    // The server ends its half, and hears on.
    let stream = tunnel.connect_to(1);
    assert_eq!(check_pattern(&stream), 300_000);
    send_pattern(&stream, 400_000).unwrap();
    assert_eq!(reported.recv_timeout(PATIENCE), Ok(400_000));
    assert!(eventually(PATIENCE, || tunnel.channels() == 0));
}

#[test]
fn far_ends_that_refuse_or_reset_end_their_own_connection_only() {
    let (_sshd, client) = plain(&[]);
    let refuses = crate::support::sshd::free_port(Ipv4Addr::LOCALHOST.into()).port();
    let resets = Service::start(|stream| {
        // A reset before sshd has looked at its own connect would be a refusal to it.
        thread::sleep(Duration::from_millis(200));
        let socket = socket2::SockRef::from(&stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    });
    let tunnel = Tunnel::to(&client, &[refuses, resets.port, Service::echo().port]);
    for target in [0, 1] {
        let mut stream = tunnel.connect_to(target);
        // An end or a reset, but neither bytes nor silence.
        let ended = match stream.read(&mut [0]) {
            Ok(size) => size == 0,
            Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
        };
        assert!(ended, "target {target}");
        assert!(works(&tunnel, 2), "target {target}");
    }
    let refusals = tunnel.refusals();
    assert_eq!(refusals.len(), 1, "{refusals:?}");
    assert!(refusals[0].contains("connect failed"), "{refusals:?}");
    assert!(eventually(PATIENCE, || tunnel.channels() == 0));
}

#[test]
fn an_upload_into_a_closed_far_end_ends() {
    let (_sshd, client) = plain(&[]);
    // As a server that answers before it has read all, and hangs up.
    let closes = Service::start(|mut stream| {
        let _ = stream.read(&mut [0; 1024]);
        let _ = stream.write_all(b"too large");
    });
    let tunnel = Tunnel::to(&client, &[closes.port, Service::echo().port]);
    let mut stream = tunnel.connect_to(0);
    stream
        .set_write_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let part = vec![7; 1 << 20];
    // More than sshd, both sockets and the window hold.
    let failed = (0..64).find_map(|_| stream.write_all(&part).err());
    let kind = failed.map(|error| error.kind());
    assert_ne!(kind, Some(std::io::ErrorKind::WouldBlock), "it hangs");
    assert!(kind.is_some());
    assert!(eventually(PATIENCE, || tunnel.channels() == 0));
    assert!(works(&tunnel, 1));
}

#[test]
fn a_client_that_resets_in_the_middle_leaves_nothing_behind() {
    let (_sshd, client) = plain(&[]);
    let source = Service::source(u64::MAX);
    let tunnel = Tunnel::to(&client, &[source.port, Service::echo().port]);
    for _ in 0..20 {
        let mut stream = tunnel.connect_to(0);
        stream.read_exact(&mut vec![0; 100_000]).unwrap();
        let socket = socket2::SockRef::from(&stream);
        socket.set_linger(Some(Duration::ZERO)).unwrap();
    }
    let gone = || tunnel.channels() == 0 && source.live() == 0;
    assert!(eventually(PATIENCE, gone), "{}", tunnel.channels());
    assert!(works(&tunnel, 1));
}

#[test]
fn a_unix_socket_can_be_the_far_end() {
    let (sshd, client) = plain(&[]);
    let path = sshd.home().path().join("far.sock");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut other = stream.try_clone().unwrap();
            std::io::copy(&mut stream, &mut other).unwrap();
            stream.shutdown(Shutdown::Write).unwrap();
        }
    });
    let path = path.to_str().unwrap().to_owned();
    let tunnel = Tunnel::to_targets(&client, vec![ForwardTarget::Unix { path }]);
    assert_eq!(
        exchange(tunnel.connect(), b"through a file"),
        b"through a file"
    );
}

const MANY: u64 = 200 << 20;

#[test]
fn two_hundred_mebibytes_come_down_and_go_up_unharmed() {
    let (_sshd, client) = plain(&[]);
    let tunnel = Tunnel::to(&client, &[Service::source(MANY).port, Service::sink().port]);
    assert_eq!(check_pattern(&tunnel.connect_to(0)), MANY);
    let mut up = tunnel.connect_to(1);
    send_pattern(&up, MANY).unwrap();
    let mut answer = String::new();
    up.read_to_string(&mut answer).unwrap();
    assert_eq!(answer, MANY.to_string());
}

#[test]
fn new_keys_under_load_harm_nothing() {
    const TOTAL: u64 = 40 << 20;
    let (sshd, client) = plain(&["RekeyLimit 1M", "LogLevel DEBUG1"]);
    let targets = [
        Service::source(TOTAL).port,
        Service::sink().port,
        Service::echo().port,
    ];
    let tunnel = Tunnel::to(&client, &targets);
    thread::scope(|scope| {
        let down = tunnel.connect_to(0);
        let down = scope.spawn(move || check_pattern(&down));
        let mut up = tunnel.connect_to(1);
        let other = up.try_clone().unwrap();
        scope.spawn(move || send_pattern(&other, TOTAL).unwrap());
        for number in 0..200_u32 {
            let data = number.to_be_bytes();
            assert_eq!(exchange(tunnel.connect_to(2), &data), data);
        }
        let mut answer = String::new();
        up.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, TOTAL.to_string());
        assert_eq!(down.join().unwrap(), TOTAL);
    });
    let rekeyings = rekeyings(&sshd);
    assert!(rekeyings > 20, "only {rekeyings}");
}

fn rekeyings(sshd: &Sshd) -> usize {
    sshd.log().matches("set_newkeys: rekeying").count()
}

#[test]
fn an_idle_tunnel_answers_keep_alives_and_changes_keys() {
    let config = [
        "ClientAliveInterval 1",
        "RekeyLimit default 1",
        "LogLevel DEBUG1",
    ];
    let (sshd, client) = plain(&config);
    let echo = Service::echo().port;
    // With a channel open sshd asks on that channel, else on the connection as a whole.
    let (bare, used) = (Tunnel::to(&client, &[echo]), Tunnel::to(&client, &[echo]));
    let mut idle = used.connect();
    latency(&mut idle, 1);
    let began = Instant::now();
    // sshd gives up after three unanswered questions: after four seconds.
    let so_long = || began.elapsed() > Duration::from_secs(5);
    eventually(PATIENCE, || so_long() || !bare.stands() || !used.stands());
    assert!(bare.stands() && used.stands(), "{}", sshd.log());
    latency(&mut idle, 1);
    assert!(works(&bare, 0) && works(&used, 0));
    assert!(rekeyings(&sshd) > 4, "{}", sshd.log());
}

#[test]
fn a_stalled_reader_does_not_hinder_others() {
    let (_sshd, client) = plain(&[]);
    let tunnel = Tunnel::to(
        &client,
        &[Service::source(u64::MAX).port, Service::echo().port],
    );
    let mut echo = tunnel.connect_to(1);
    let (before, _) = latency(&mut echo, 200);
    let stalled: Vec<TcpStream> = (0..5).map(|_| tunnel.connect_to(0)).collect();
    for mut stream in &stalled {
        stream.read_exact(&mut [0; 1000]).unwrap();
    }
    latency(&mut echo, 200); // until the windows are full
    let (beside, worst) = latency(&mut echo, 200);
    assert!(
        beside < before * 3 + Duration::from_millis(2),
        "{before:?}, then {beside:?}"
    );
    // A stalled reader's stream would have to end first: it never does.
    assert!(worst < Duration::from_secs(2), "{worst:?}");
}

#[test]
fn a_download_at_full_speed_leaves_room_for_others() {
    let (_sshd, client) = plain(&[]);
    let tunnel = Tunnel::to(
        &client,
        &[Service::source(u64::MAX).port, Service::echo().port],
    );
    let mut echo = tunnel.connect_to(1);
    let mut down = tunnel.connect_to(0);
    down.read_exact(&mut vec![0; 4 << 20]).unwrap();
    let handle = down.try_clone().unwrap();
    let (got, reader) = read_on(down);
    let (median, worst) = latency(&mut echo, 300);
    handle.shutdown(Shutdown::Both).unwrap();
    reader.join().unwrap();
    assert!(got.load(Ordering::SeqCst) > 1 << 20);
    assert!(median < Duration::from_millis(200), "{median:?}");
    assert!(worst < Duration::from_secs(2), "{worst:?}");
}

#[test]
fn a_network_that_takes_nothing_for_a_while_loses_nothing() {
    // The last four send more than the buffers of a local socket may grow to (tcp_wmem + tcp_rmem: 37 MiB at the most
    // seen).
    let size = |at: usize| if at < 26 { 900_000 } else { 48 << 20 };
    let (sshd, client) = plain(&[]);
    let tunnel = Tunnel::to(&client, &[Service::sink().port]);
    let mut streams: Vec<TcpStream> = (0..30).map(|_| tunnel.connect()).collect();
    assert!(eventually(PATIENCE, || tunnel.channels() == streams.len()));
    sshd.freeze();
    let sent = Arc::new(AtomicU64::new(0));
    for (at, stream) in streams.iter().enumerate() {
        let (stream, sent) = (stream.try_clone().unwrap(), Arc::clone(&sent));
        thread::spawn(move || {
            send_pattern(&stream, size(at)).unwrap();
            sent.fetch_add(1, Ordering::SeqCst);
        });
    }
    // Some end their half while the connection is full; the others have to wait.
    assert!(eventually(PATIENCE, || sent.load(Ordering::SeqCst) > 0));
    let all = u64::try_from(streams.len()).unwrap();
    assert!(sent.load(Ordering::SeqCst) < all, "the socket took it all");
    sshd.thaw();
    for (at, stream) in streams.iter_mut().enumerate() {
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert_eq!(answer, size(at).to_string());
    }
}

#[test]
fn a_tunnel_leaves_a_connection_that_others_can_use() {
    use crate::support::tunnel::{forwarder, log_in};
    let (sshd, client) = plain(&[]);
    let poller = std::rc::Rc::new(remote_jupyter::ssh::poll::Poller::new().unwrap());
    poller.set_deadline(Some(Instant::now() + PATIENCE));
    let connection = log_in(&client.path("ssh_config"), &poller);
    let (host, port) = ("127.0.0.1".into(), Service::echo().port);
    let target = ForwardTarget::Tcp { host, port };
    let (mut forwarder, ports) = forwarder(connection.clone(), &poller, vec![target], false);
    // A channel is asked for and not granted yet when the pump ends.
    sshd.freeze();
    let _asks = TcpStream::connect((Ipv4Addr::LOCALHOST, ports[0])).unwrap();
    for _ in 0..3 {
        forwarder.poll_once(Some(Instant::now())).unwrap();
    }
    let thaw = thread::spawn(move || {
        sshd.thaw();
        sshd
    });
    forwarder.end().unwrap();
    let mut exec =
        remote_jupyter::ssh::Exec::start(connection, poller, "echo mine", &|| ()).unwrap();
    assert_eq!(exec.line().unwrap().as_deref(), Some("mine"));
    drop(thaw.join());
}

#[test]
fn an_idle_tunnel_notices_at_once_that_the_connection_is_lost() {
    let (sshd, client) = plain(&[]);
    let tunnel = Tunnel::to(&client, &[Service::echo().port]);
    let _idle = tunnel.connect();
    assert!(eventually(PATIENCE, || tunnel.channels() == 1));
    sshd.drop_connections();
    let error = tunnel.end_within(Duration::from_secs(2)).expect("an end");
    let is_cancel = matches!(
        error,
        remote_jupyter::ssh::SshError::Wait(WaitError::Cancelled)
    );
    assert!(!is_cancel, "{error}");
}

/// The server gives one session: none may be left behind, nor a connection of the browser's.
#[test]
fn a_tunnel_that_ends_gives_back_every_channel() {
    use crate::support::tunnel::{forwarder, log_in};
    let (_sshd, client) = plain(&["MaxSessions 1"]);
    let poller = std::rc::Rc::new(remote_jupyter::ssh::poll::Poller::new().unwrap());
    poller.set_deadline(Some(Instant::now() + PATIENCE));
    let connection = log_in(&client.path("ssh_config"), &poller);
    let echo = Service::echo();
    let (host, port) = ("127.0.0.1".into(), echo.port);
    let target = ForwardTarget::Tcp { host, port };
    let (mut forwarder, ports) = forwarder(connection.clone(), &poller, vec![target], false);
    let _stays = TcpStream::connect((Ipv4Addr::LOCALHOST, ports[0])).unwrap();
    pump_until(&mut forwarder, |forwarder| {
        forwarder.channels() > 0 && !forwarder.is_opening()
    });
    pump_until(&mut forwarder, |_| echo.live() == 1);
    forwarder.end().unwrap();
    assert!(eventually(PATIENCE, || echo.live() == 0));
    let mut exec =
        remote_jupyter::ssh::Exec::start(connection, poller, "echo mine", &|| ()).unwrap();
    assert_eq!(exec.line().unwrap().as_deref(), Some("mine"));
}

/// A close and the next opening that reach sshd in one packet: it counts the closed session still.
#[test]
fn the_only_session_can_be_taken_again_at_once() {
    use remote_jupyter::ssh::Exec;
    let (_sshd, client) = plain(&["MaxSessions 1"]);
    let poller = std::rc::Rc::new(remote_jupyter::ssh::poll::Poller::new().unwrap());
    poller.set_deadline(Some(Instant::now() + PATIENCE));
    let connection = crate::support::tunnel::log_in(&client.path("ssh_config"), &poller);
    for turn in 0..100 {
        let exec = Exec::start(connection.clone(), poller.clone(), "echo mine", &|| ());
        let mut exec = exec.unwrap_or_else(|error| panic!("turn {turn}: {error}"));
        while exec.line().unwrap().is_some() {}
        let mut closing = Some(exec.finish());
        while let Some(channel) = closing.take() {
            closing = channel.close().err();
            if closing.is_some() {
                connection.wait(&poller).unwrap();
            }
        }
    }
}

/// As a session to a compute node that gives no command, with no tab open.
#[test]
fn a_pump_without_any_channel_does_not_spin() {
    use crate::support::tunnel::log_in;
    let (_sshd, client) = plain(&["ClientAliveInterval 1", "ClientAliveCountMax 100"]);
    let poller = std::rc::Rc::new(remote_jupyter::ssh::poll::Poller::new().unwrap());
    let connection = log_in(&client.path("ssh_config"), &poller);
    let mut forwarder = remote_jupyter::tunnel::Forwarder::new(connection, poller, None);
    let until = Instant::now() + Duration::from_millis(2500);
    let mut turns = 0;
    while Instant::now() < until {
        forwarder.poll_once(Some(until)).unwrap();
        turns += 1;
    }
    assert!(turns < 50, "{turns} turns in 2.5 s");
}

/// Drives a pump of this thread until it is so.
fn pump_until(
    forwarder: &mut remote_jupyter::tunnel::Forwarder,
    mut is_so: impl FnMut(&mut remote_jupyter::tunnel::Forwarder) -> bool,
) {
    let deadline = Instant::now() + PATIENCE;
    while !is_so(forwarder) {
        assert!(Instant::now() < deadline, "it never was so");
        forwarder
            .poll_once(Some(Instant::now() + Duration::from_millis(100)))
            .unwrap();
    }
}

#[test]
fn an_idle_far_side_is_asked_for_a_sign_of_life_now_and_then() {
    let (sshd, _) = plain(&["LogLevel DEBUG1"]);
    let client = Client::new();
    let lines = ["ServerAliveInterval 1", "ServerAliveCountMax 1"];
    client.add_host_with("test", &sshd, crate::support::Key::Ed25519, &lines);
    client.know(&sshd, crate::support::Known::Right);
    let tunnel = Tunnel::to(&client, &[Service::echo().port]);
    let asked = || {
        sshd.log()
            .matches("server_input_channel_req: channel")
            .count()
    };
    let before = asked();
    assert!(eventually(PATIENCE, || asked() >= before + 4 || !tunnel.stands()));
    assert!(tunnel.stands() && works(&tunnel, 0));
    assert!(eventually(PATIENCE, || tunnel.channels() == 0));
    sshd.freeze();
    let error = tunnel.end_within(Duration::from_secs(4)).expect("an end");
    assert!(
        matches!(error, remote_jupyter::ssh::SshError::Silent(_)),
        "{error}"
    );
}

#[test]
fn a_knock_tells_who_does_not_listen_and_a_command_runs_beside_a_download() {
    use crate::support::tunnel::{forwarder, log_in};
    let (_sshd, client) = plain(&[]);
    let poller = std::rc::Rc::new(remote_jupyter::ssh::poll::Poller::new().unwrap());
    let connection = log_in(&client.path("ssh_config"), &poller);
    let tcp = |port| ForwardTarget::Tcp {
        host: "127.0.0.1".into(),
        port,
    };
    let source = tcp(Service::source(u64::MAX).port);
    let (mut forwarder, ports) = forwarder(connection, &poller, vec![source.clone()], false);
    let nobody = tcp(crate::support::sshd::free_port(Ipv4Addr::LOCALHOST.into()).port());
    forwarder.probe_target(source);
    forwarder.probe_target(nobody.clone());
    let mut refused = None;
    pump_until(&mut forwarder, |forwarder| {
        refused = forwarder.take_refusal();
        refused.is_some()
    });
    assert_eq!(refused.unwrap().target, nobody);

    let down = TcpStream::connect((Ipv4Addr::LOCALHOST, ports[0])).unwrap();
    let handle = down.try_clone().unwrap();
    let (got, reader) = read_on(down);
    pump_until(&mut forwarder, |_| got.load(Ordering::SeqCst) > 1 << 20);
    // More than one packet each way.
    let input = "a line of what it reads\n".repeat(20_000);
    forwarder.run(remote_jupyter::ssh::ExecRequest {
        command: "echo noise >&2; wc -c; seq 20000".into(),
        input: input.clone(),
    });
    let mut outcome = None;
    pump_until(&mut forwarder, |forwarder| {
        outcome = forwarder.take_outcome();
        outcome.is_some()
    });
    let lines = outcome.unwrap().unwrap();
    assert_eq!(lines[0].trim(), input.len().to_string());
    assert_eq!((lines.len(), lines[20_000].as_str()), (20_001, "20000"));
    let before = got.load(Ordering::SeqCst);
    pump_until(&mut forwarder, |_| got.load(Ordering::SeqCst) > before);
    handle.shutdown(Shutdown::Both).unwrap();
    pump_until(&mut forwarder, |forwarder| forwarder.channels() == 0);
    reader.join().unwrap();
}

/// The program itself, with a real Jupyter behind it.
#[cfg(target_os = "linux")]
mod program {
    use super::*;
    use crate::support::{Opened, http};
    use std::net::{Ipv6Addr, TcpListener};

    /// Three further forwards' local ports; someone else has the one that the second asks for.
    struct Forwards {
        echo: u16,
        source: u16,
        taken: u16,
    }

    fn configure(client: &Client, echo: &Service, source: &Service, wanted: [u16; 3]) {
        let forward = |name, remote: u16, local: u16| {
            format!(
                "[[host.forward]]\nname = \"{name}\"\nremote = \"127.0.0.1:{remote}\"\nlocal_port = {local}\n"
            )
        };
        let mut text = "[[host]]\nname = \"test\"\n".to_owned();
        text += &forward("Echo", echo.port, wanted[0]);
        text += &forward("Taken", echo.port, wanted[1]);
        text += &forward("Source", source.port, wanted[2]);
        client.configure(&text);
    }

    /// The local ports, from the notes that tell them.
    fn forwards(opened: &Opened) -> Forwards {
        let port = |name: &str| {
            let says = format!("{name} is at localhost:");
            let rest = opened.seen.iter().find_map(|line| line.split(&says).nth(1));
            let digits = rest.and_then(|rest| rest.split(|c: char| !c.is_ascii_digit()).next());
            digits.and_then(|port| port.parse().ok()).expect(name)
        };
        Forwards {
            echo: port("Echo"),
            source: port("Source"),
            taken: port("Taken"),
        }
    }

    fn free_port() -> u16 {
        crate::support::sshd::free_port(Ipv4Addr::LOCALHOST.into()).port()
    }

    fn connect(port: u16) -> TcpStream {
        TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap()
    }

    /// Resident memory, in MiB.
    fn memory(opened: &Opened) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", opened.pid())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS"))
            .unwrap();
        line.split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<u64>()
            .unwrap()
            / 1024
    }

    /// Processor time so far, in hundredths of a second.
    fn ticks(opened: &Opened) -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", opened.pid())).unwrap();
        let after_name = stat.rsplit(") ").next().unwrap();
        let words: Vec<&str> = after_name.split(' ').collect();
        words[11].parse::<u64>().unwrap() + words[12].parse::<u64>().unwrap()
    }

    /// It comes to rest: there is a second in which it does nothing. (What is on its way may take it
    /// a while on a busy machine; who spins never rests.)
    fn assert_rests(opened: &Opened, when: &str) {
        let seconds: Vec<u64> = std::iter::repeat_with(|| ticks_in_a_second(opened))
            .take(6)
            .take_while(|used| *used > 2)
            .collect();
        assert!(
            seconds.len() < 6,
            "{when}: {seconds:?} hundredths of a second"
        );
    }

    fn ticks_in_a_second(opened: &Opened) -> u64 {
        let before = ticks(opened);
        thread::sleep(Duration::from_secs(1));
        ticks(opened) - before
    }

    #[test]
    fn forwards_stay_small_and_quiet_and_outlive_the_connection() {
        let sshd = Sshd::start();
        let client = Client::of(&sshd);
        let (echo, source) = (Service::echo(), Service::source(u64::MAX));
        let theirs = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let theirs_port = theirs.local_addr().unwrap().port();
        let free = free_port();
        configure(&client, &echo, &source, [free, theirs_port, free_port()]);
        let mut opened = client.open("test");
        let ready = opened.wait_phase("ready");
        let ports = forwards(&opened);
        assert_eq!(ports.echo, free);
        assert_ne!(ports.taken, theirs_port);
        let says = format!("({theirs_port} is in use)");
        assert!(
            opened.seen.iter().any(|line| line.contains(&says)),
            "{:?}",
            opened.seen
        );
        assert_eq!(exchange(connect(ports.taken), b"both"), b"both");
        assert_eq!(http::api(&ready, "api/status").status, 200);
        let v6 = TcpStream::connect((Ipv6Addr::LOCALHOST, free)).unwrap();
        assert_eq!(exchange(v6, b"both"), b"both");
        assert_rests(&opened, "idle");
        a_stalled_reader_holds_a_window(&opened, &ports);
        a_slow_reader_holds_no_more(&opened, &ports);
        assert_rests(&opened, "afterwards");
        sshd.drop_connections();
        opened.wait_phase_within("reconnecting", Duration::from_secs(3));
        opened.wait_phase("ready");
        assert_eq!(exchange(connect(ports.echo), b"again"), b"again");
        assert_rests(&opened, "after another connection");
        opened.interrupt();
        opened.wait_exit();
        without_file_descriptors_it_rests_too(&sshd);
    }

    fn a_stalled_reader_holds_a_window(opened: &Opened, ports: &Forwards) {
        let before = memory(opened);
        let mut stalled = connect(ports.source);
        stalled.read_exact(&mut [0; 1000]).unwrap();
        assert_rests(opened, "with a reader that stalls");
        let grown = memory(opened) - before.min(memory(opened));
        assert!(grown < 40, "{grown} MiB with a reader that stalls");
        assert_eq!(exchange(connect(ports.echo), b"beside it"), b"beside it");
    }

    /// It reads on and on, always slower than the bytes come.
    fn a_slow_reader_holds_no_more(opened: &Opened, ports: &Forwards) {
        let before = memory(opened);
        let mut slow = connect(ports.source);
        let mut part = vec![0; 256 << 10];
        for _ in 0..400 {
            slow.read_exact(&mut part).unwrap();
            thread::sleep(Duration::from_millis(5));
        }
        let grown = memory(opened) - before.min(memory(opened));
        assert!(grown < 40, "{grown} MiB after 100 MiB to a slow reader");
    }

    fn without_file_descriptors_it_rests_too(sshd: &Sshd) {
        let client = Client::of(sshd);
        let (echo, source) = (Service::echo(), Service::source(0));
        let wanted = [(); 3].map(|()| free_port());
        configure(&client, &echo, &source, wanted);
        let open = client.command(&["open", "test", "--json", "--no-browser"]);
        let mut limited = client.bare("sh");
        limited.args(["-c", "ulimit -n 40; exec \"$@\"", "sh"]);
        limited.arg(open.get_program()).args(open.get_args());
        let mut opened = Opened::spawn(&mut limited);
        opened.wait_phase("ready");
        let ports = forwards(&opened);
        let mut many: Vec<TcpStream> = (0..60).map(|_| connect(ports.echo)).collect();
        let used = ticks_in_a_second(&opened);
        assert!(
            used < 20,
            "{used} hundredths of a second without file descriptors"
        );
        many.truncate(10);
        assert_eq!(exchange(connect(ports.echo), b"again"), b"again");
    }
}
