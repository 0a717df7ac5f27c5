//! Websockets through a holder, over a real sshd: which connections take it, and what it costs. What is kept through a loss
//! is in src/tunnel/resume/tests.rs, and with a real Jupyter in tests/cli/holding.rs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::support::process::PATIENCE;
use crate::support::services::Service;
use crate::support::{Client, Options, Sshd, Tunnel, eventually};
use remote_jupyter::tunnel::{HOLDER, HolderAddress};

const REQUEST: &[u8] =
    b"GET /x HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n";

fn closed() -> (Sshd, Client) {
    let sshd = Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    });
    let client = Client::of(&sshd);
    (sshd, client)
}

/// Starts a holder, as the script on the remote host does.
fn holder(port: u16) -> (HolderAddress, tempfile::TempDir) {
    let home = crate::support::folder("rj");
    let mut child = Command::new("python3")
        .args(["-I", "-S", "-c", HOLDER])
        .arg(home.path())
        .args(["60", "tcp", "127.0.0.1", &port.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let (path, secret) = (lines.next().unwrap(), lines.next().unwrap());
    child.wait().unwrap();
    let address = HolderAddress {
        path: path.unwrap(),
        secret: secret.unwrap(),
    };
    (address, home)
}

fn echoed(stream: &mut TcpStream, data: &[u8]) {
    stream.write_all(data).unwrap();
    let mut back = vec![0; data.len()];
    stream.read_exact(&mut back).unwrap();
    assert!(back == data);
}

/// The median of the times that a key press and its echo take.
fn median(stream: &mut TcpStream) -> Duration {
    let once = |_| {
        let began = Instant::now();
        let mut frame = [7; 64];
        frame[..2].copy_from_slice(&[0x82, 62]);
        echoed(stream, &frame);
        began.elapsed()
    };
    let mut times: Vec<Duration> = (0..100).map(once).collect();
    times.sort();
    times[times.len() / 2]
}

#[test]
fn websockets_share_a_channel_and_all_else_has_its_own() {
    let (_sshd, client) = closed();
    let echo = Service::echo();
    let (address, _home) = holder(echo.port);
    let tunnel = Tunnel::held(&client, echo.port, address);
    let mut websockets: Vec<TcpStream> = (0..20).map(|_| tunnel.connect()).collect();
    for stream in &mut websockets {
        echoed(stream, REQUEST);
    }
    assert_eq!(tunnel.channels(), 1);
    let mut plain = tunnel.connect();
    echoed(&mut plain, b"GET /lab HTTP/1.1\r\nHost: a\r\n\r\n");
    assert!(eventually(PATIENCE, || tunnel.channels() == 2));
    // A header that comes in pieces.
    let mut slow = tunnel.connect();
    for part in REQUEST.chunks(20) {
        slow.write_all(part).unwrap();
        std::thread::sleep(Duration::from_millis(10));
    }
    slow.read_exact(&mut vec![0; REQUEST.len()]).unwrap();
    assert_eq!(tunnel.channels(), 2);
    // A client that says nothing is not kept waiting.
    let _silent = tunnel.connect();
    assert!(eventually(PATIENCE, || tunnel.channels() == 3));
    drop(websockets);
    assert!(eventually(PATIENCE, || echo.live() == 3));
}

#[test]
fn a_head_that_never_ends_is_not_kept() {
    let check = "import sys\n\
        names = {'__name__': 'holder'}\n\
        exec(sys.stdin.read(), names)\n\
        direction = names['Direction']()\n\
        for _ in range(64):\n    direction.follow(b'x' * 65536)\n    assert len(direction.head) <= 1 << 17\n";
    let mut child = Command::new("python3")
        .args(["-I", "-S", "-c", check])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(HOLDER.as_bytes()).unwrap();
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// To see the cost: `cargo test --release --test tunnel holder -- --nocapture`.
#[test]
fn a_key_press_through_a_holder_takes_little_longer() {
    let (_sshd, client) = closed();
    let echo = Service::echo();
    let (address, _home) = holder(echo.port);
    let held = Tunnel::held(&client, echo.port, address);
    let direct = Tunnel::to(&client, &[echo.port]);
    let (mut through, mut past) = (held.connect(), direct.connect());
    echoed(&mut through, REQUEST);
    echoed(&mut past, REQUEST);
    for round in 0..3 {
        let (held, direct) = (median(&mut through), median(&mut past));
        println!("{round}: idle, held {held:?}, direct {direct:?}");
        assert!(held < direct * 20 + Duration::from_millis(5));
    }
    let began = Instant::now();
    // One frame of a mebibyte: what else it is, the holder would look for frames in.
    let mut block = vec![1; 1 << 20];
    block[..10].copy_from_slice(&[0x82, 127, 0, 0, 0, 0, 0, 0x0f, 0xff, 0xf6]);
    for _ in 0..20 {
        echoed(&mut through, &block);
    }
    println!(
        "held: {:.0} MiB/s there and back",
        20.0 / began.elapsed().as_secs_f64()
    );
}
