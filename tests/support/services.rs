//! Far ends for tunnels: TCP services on loopback, and bytes that tell where they belong.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;

/// A service with a thread per connection. It lives as long as the test's process.
pub struct Service {
    pub port: u16,
    /// Connections that it serves now.
    live: Arc<AtomicUsize>,
}

impl Service {
    pub fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let live = Arc::new(AtomicUsize::new(0));
        let (serve, counter) = (Arc::new(serve), Arc::clone(&live));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                counter.fetch_add(1, Ordering::SeqCst);
                let (serve, counter) = (Arc::clone(&serve), Arc::clone(&counter));
                thread::spawn(move || {
                    stream.set_nodelay(true).unwrap();
                    serve(stream);
                    counter.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { port, live }
    }

    pub fn live(&self) -> usize {
        self.live.load(Ordering::SeqCst)
    }

    /// Sends back what comes, until its end.
    pub fn echo() -> Self {
        Self::start(|mut stream| {
            let mut other = stream.try_clone().unwrap();
            let _ = std::io::copy(&mut stream, &mut other);
            let _ = stream.shutdown(Shutdown::Write);
        })
    }

    /// Sends that many bytes of the pattern, and the end.
    pub fn source(total: u64) -> Self {
        Self::start(move |stream| {
            let _ = send_pattern(&stream, total);
        })
    }

    /// Reads the pattern to its end, and only then answers with the length in decimal.
    pub fn sink() -> Self {
        Self::start(|mut stream| {
            let total = check_pattern(&stream);
            let _ = stream.write_all(total.to_string().as_bytes());
        })
    }
}

/// Repeats after a prime number of bytes, so that what is lost, doubled or exchanged shows.
fn pattern() -> &'static [u8] {
    static PATTERN: OnceLock<Vec<u8>> = OnceLock::new();
    PATTERN.get_or_init(|| {
        let mut state = 0x9E37_79B9_7F4A_7C15_u64;
        let next = || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        };
        std::iter::repeat_with(next).take(1_048_583).collect()
    })
}

/// The pattern from an offset on; at most to its repetition.
pub fn pattern_at(offset: u64) -> &'static [u8] {
    let all = pattern();
    &all[usize::try_from(offset % all.len() as u64).unwrap()..]
}

/// Sends the first `total` bytes and the end; fails when nobody takes them.
pub fn send_pattern(mut stream: &TcpStream, total: u64) -> std::io::Result<()> {
    let mut sent = 0;
    while sent < total {
        let part = pattern_at(sent);
        let size = part.len().min(64 << 10);
        let left = usize::try_from(total - sent).unwrap_or(usize::MAX);
        sent += stream.write(&part[..size.min(left)])? as u64;
    }
    stream.shutdown(Shutdown::Write)
}

/// Reads to the end (or to a reset), byte by byte the pattern; how much it was.
pub fn check_pattern(mut stream: &TcpStream) -> u64 {
    let (mut got, mut buffer) = (0, vec![0; 64 << 10]);
    loop {
        let size = match stream.read(&mut buffer) {
            Ok(0) => return got,
            Ok(size) => size,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(_) => return got,
        };
        let mut rest = &buffer[..size];
        while !rest.is_empty() {
            let part = pattern_at(got);
            let size = part.len().min(rest.len());
            assert!(rest[..size] == part[..size], "wrong bytes after {got}");
            got += size as u64;
            rest = &rest[size..];
        }
    }
}

/// Sends, ends its half, and reads what comes back.
pub fn exchange(mut stream: TcpStream, data: &[u8]) -> Vec<u8> {
    let mut writer = stream.try_clone().unwrap();
    thread::scope(|scope| {
        scope.spawn(move || {
            writer.write_all(data).unwrap();
            writer.shutdown(Shutdown::Write).unwrap();
        });
        let mut back = Vec::new();
        stream.read_to_end(&mut back).unwrap();
        back
    })
}
