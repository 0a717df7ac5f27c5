//! The programs that run on the remote host, which read what comes over a connection: they end in order, or give one
//! stream up, and neither hang nor grow.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use remote_jupyter::tunnel::{HOLDER, RELAY};

use super::mutate::Dice;
use super::process::{eventually, wait};

const PATIENCE: Duration = Duration::from_secs(60);
/// A Python at rest has ten MiB; one may wait in each direction of a connection. The floods have forty.
const MOST_KIB: u64 = 24 << 10;
const ROUNDS: usize = 24;

/// A server that takes connections and reads nothing.
fn sink() -> TcpListener {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap()
}

fn port(server: &TcpListener) -> String {
    server.local_addr().unwrap().port().to_string()
}

fn frame(kind: u8, number: u32, size: u32, data: &[u8]) -> Vec<u8> {
    let mut out = vec![kind];
    out.extend(number.to_be_bytes());
    out.extend(size.to_be_bytes());
    out.extend(data);
    out
}

/// Frames in which something may be wrong, of connections that may not be there.
fn frames(kinds: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut out = Vec::new();
    for _ in 0..dice.below(60) {
        let kind = match dice.below(30) {
            0 => u8::try_from(dice.below(66)).unwrap(),
            _ => kinds[dice.below(kinds.len())],
        };
        let length = [0, 1, 8, 9, 3000][dice.below(5)];
        let data: Vec<u8> = (0..length)
            .map(|_| u8::try_from(dice.below(256)).unwrap())
            .collect();
        let size = match dice.below(40) {
            0 => u32::MAX,
            1 => 1 << 21,
            _ => u32::try_from(length).unwrap(),
        };
        let number = u32::try_from(dice.below(4)).unwrap();
        out.extend(frame(kind, number, size, &data));
    }
    out
}

fn garbage(dice: &mut Dice) -> Vec<u8> {
    let size = dice.below(5000);
    (0..size)
        .map(|_| u8::try_from(dice.below(256)).unwrap())
        .collect()
}

/// The most memory that a process had, in KiB.
fn peak(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let size = line.and_then(|line| line.split_whitespace().next());
    size.map_or(0, |size| size.parse().unwrap())
}

fn relay(server: &TcpListener) -> Child {
    Command::new("python3")
        .args([
            "-I",
            "-S",
            "-c",
            RELAY,
            "mark",
            "tcp",
            "127.0.0.1",
            &port(server),
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// Sends bytes to a relay, and then the end; returns what it said about them on standard error.
fn told(bytes: Vec<u8>) -> (Vec<u8>, String) {
    let server = sink();
    let mut child = relay(&server);
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        let _ = input.write_all(&bytes);
        bytes
    });
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut all = Vec::new();
        output.read_to_end(&mut all).map(|_| all)
    });
    let bytes = writer.join().unwrap();
    let status = wait(&mut child, PATIENCE);
    let _ = child.kill();
    reader.join().unwrap().unwrap();
    let mut words = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut words)
        .unwrap();
    assert!(status.is_some(), "it hangs: {bytes:?}");
    (bytes, words)
}

#[test]
fn a_relay_that_is_sent_garbage_ends_in_order() {
    let mut dice = Dice::new(3);
    let mut refused = 0;
    for round in 0..ROUNDS {
        let bytes = if round % 3 == 0 {
            garbage(&mut dice)
        } else {
            frames(b"ODWERP", &mut dice)
        };
        let (bytes, words) = told(bytes);
        assert!(!words.contains("Traceback"), "{words}\n{bytes:?}");
        refused += usize::from(words.contains("none of its frames"));
    }
    assert!(refused > 3, "{refused} of {ROUNDS}");
}

/// The other end may ignore how much there is room for.
#[test]
fn a_relay_that_is_flooded_does_not_grow() {
    let server = sink();
    let block = vec![7; 1 << 16];
    let size = u32::try_from(block.len()).unwrap();
    let floods: [&dyn Fn(u32) -> Vec<u8>; 3] = [
        &|_| frame(b'D', 1, size, &block),
        // Each gets an answer, which is not read.
        &|_| {
            [
                frame(b'O', 2, 0, b""),
                frame(b'E', 2, 0, b""),
                frame(b'R', 2, 0, b""),
            ]
            .concat()
            .repeat(100)
        },
        // One frame that never ends.
        &|turn| {
            if turn == 0 {
                frame(b'D', 1, u32::MAX, &block)
            } else {
                block.clone()
            }
        },
    ];
    for (kind, flood) in floods.iter().enumerate() {
        let mut child = relay(&server);
        let mut input = child.stdin.take().unwrap();
        rustix::io::ioctl_fionbio(&input, true).unwrap();
        let _ = input.write_all(&frame(b'O', 1, 0, b""));
        let mut stuck = 0;
        for turn in 0..600 {
            let mut left = &flood(turn)[..];
            // One that has had enough does not read, or ends.
            while !left.is_empty() && stuck < 50 {
                match input.write(left) {
                    Ok(size) => (left, stuck) = (&left[size..], 0),
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {
                        std::thread::sleep(Duration::from_millis(10));
                        stuck += 1;
                    }
                    Err(_) => stuck = 50,
                }
            }
        }
        let most = peak(child.id());
        assert!(most < MOST_KIB, "flood {kind}: {most} KiB");
        drop(input);
        // What it has to say is not read either, so it is not waited for.
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// A holder, and the process that it is.
struct Holder {
    socket: String,
    secret: String,
    process: u32,
    _home: tempfile::TempDir,
}

impl Holder {
    fn new(server: &TcpListener) -> Self {
        let home = tempfile::tempdir_in("/tmp").unwrap();
        let mut child = Command::new("python3")
            .args(["-I", "-S", "-c", HOLDER])
            .arg(home.path())
            .args(["20", "tcp", "127.0.0.1", &port(server)])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (socket, secret) = (
            lines.next().unwrap().unwrap(),
            lines.next().unwrap().unwrap(),
        );
        child.wait().unwrap();
        // The one that has its folder among its arguments.
        let mark = home.path().display().to_string();
        let mut process = 0;
        eventually(PATIENCE, || {
            let all = std::fs::read_dir("/proc").unwrap().flatten();
            let of = |entry: &std::fs::DirEntry| entry.file_name().to_str()?.parse::<u32>().ok();
            process = all
                .filter_map(|entry| of(&entry))
                .find(|pid| {
                    let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
                    String::from_utf8_lossy(&line).contains(&mark)
                })
                .unwrap_or_default();
            process != 0
        });
        Self {
            socket,
            secret,
            process,
            _home: home,
        }
    }

    /// Sends bytes behind the secret; returns the connection.
    fn send(&self, bytes: &[u8], says_the_secret: bool) -> UnixStream {
        let mut stream = UnixStream::connect(&self.socket).unwrap();
        stream
            .set_write_timeout(Some(Duration::from_millis(500)))
            .unwrap();
        if says_the_secret {
            let size = u32::try_from(self.secret.len()).unwrap();
            let _ = stream.write_all(&frame(b'H', 0, size, self.secret.as_bytes()));
        }
        let _ = stream.write_all(bytes);
        stream
    }

    fn lives(&self) -> bool {
        UnixStream::connect(&self.socket).is_ok()
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        if self.lives() {
            drop(self.send(&frame(b'Q', 0, 0, b""), true));
        }
        assert!(eventually(PATIENCE, || !self.lives()), "it does not end");
    }
}

#[test]
fn a_holder_that_is_sent_garbage_lets_go_of_that_client_alone() {
    let server = sink();
    let holder = Holder::new(&server);
    // Without a stream it would end with its client.
    let mut keeps = holder.send(
        &[frame(b'B', 0, 0, b""), frame(b'O', 9, 0, b"")].concat(),
        true,
    );
    let mut first = [0; 9];
    keeps.read_exact(&mut first).unwrap();
    let mut dice = Dice::new(5);
    for round in 0..60 {
        let bytes = match round % 3 {
            0 => garbage(&mut dice),
            // Not B: a client that says it without its streams has none, and the holder ends.
            _ => frames(b"SODETRPH", &mut dice),
        };
        let stream = holder.send(&bytes, round % 4 != 3);
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        assert!(holder.lives(), "round {round}: {bytes:?}");
        let open = [frame(b'B', 0, 0, b""), frame(b'O', 9, 0, b"")].concat();
        drop(holder.send(&open, true));
    }
    assert!(
        peak(holder.process) < MOST_KIB,
        "{} KiB",
        peak(holder.process)
    );
}

#[test]
fn a_holder_that_is_flooded_does_not_grow() {
    let server = sink();
    let block = vec![7; 1 << 16];
    let size = u32::try_from(block.len()).unwrap();
    let open = [frame(b'B', 0, 0, b""), frame(b'O', 1, 0, b"")].concat();
    let floods: [(Vec<u8>, Vec<u8>); 4] = [
        (open.clone(), frame(b'D', 1, size, &block)),
        (
            open.clone(),
            [frame(b'O', 2, 0, b""), frame(b'R', 2, 0, b"")]
                .concat()
                .repeat(4000),
        ),
        (
            open.clone(),
            (0..8000).flat_map(|n| frame(b'S', n, 8, &[0; 8])).collect(),
        ),
        ([open, frame(b'D', 1, 1 << 20, b"")].concat(), block),
    ];
    for (kind, (begin, flood)) in floods.iter().enumerate() {
        let holder = Holder::new(&server);
        let mut stream = holder.send(begin, true);
        for _ in 0..600 {
            if stream.write_all(flood).is_err() {
                break;
            }
        }
        let most = peak(holder.process);
        assert!(most > 0 && most < MOST_KIB, "flood {kind}: {most} KiB");
    }
}
