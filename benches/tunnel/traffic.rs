//! Traffic through a tunnel, counted and timed at its local port.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

const PATIENCE: Duration = Duration::from_secs(60);

fn connect(port: u16, order: &str) -> TcpStream {
    let stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).unwrap();
    stream.set_nodelay(true).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    (&stream)
        .write_all(format!("{order}\n").as_bytes())
        .unwrap();
    stream
}

/// The middle one.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn timed(run: impl FnOnce()) -> f64 {
    let began = Instant::now();
    run();
    began.elapsed().as_secs_f64()
}

fn side_by_side(count: usize, run: impl Fn() + Sync) {
    thread::scope(|scope| {
        for _ in 0..count {
            scope.spawn(&run);
        }
    });
}

fn fetch(port: u16, size: u64) {
    let mut stream = connect(port, &format!("down {size}"));
    let mut buffer = vec![0; 256 << 10];
    let mut got = 0;
    while let size @ 1.. = stream.read(&mut buffer).unwrap() {
        got += size as u64;
    }
    assert_eq!(got, size, "a download was cut");
}

/// Seconds of some downloads at once.
pub fn downloads(port: u16, count: usize, size: u64) -> f64 {
    timed(|| side_by_side(count, || fetch(port, size)))
}

/// Seconds of one upload, until the server has all of it.
pub fn upload(port: u16, size: u64) -> f64 {
    timed(|| {
        let mut stream = connect(port, &format!("up {size}"));
        let buffer = vec![7; 256 << 10];
        for _ in 0..size / buffer.len() as u64 {
            stream.write_all(&buffer).unwrap();
        }
        stream.read_exact(&mut [0]).unwrap();
    })
}

/// Seconds of small answers over a connection each, some at a time.
pub fn connections(port: u16, count: usize, at_once: usize) -> f64 {
    let left = AtomicUsize::new(count);
    let take = |n: usize| n.checked_sub(1);
    timed(|| {
        side_by_side(at_once, || {
            while left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, take)
                .is_ok()
            {
                fetch(port, 2000);
            }
        });
    })
}

/// Median seconds of a message of five bytes, there and back.
pub fn echo(port: u16, rounds: usize) -> f64 {
    messages(port, "echo", rounds, 5)
}

/// Median seconds until four small messages have answered one byte.
pub fn key(port: u16, rounds: usize) -> f64 {
    messages(port, "key", rounds, 1)
}

fn messages(port: u16, order: &str, rounds: usize, size: usize) -> f64 {
    let mut stream = connect(port, order);
    let mut answer = vec![0; if order == "key" { 4 * 80 } else { size }];
    let mut exchange = || {
        stream.write_all(&b"hello"[..size]).unwrap();
        stream.read_exact(&mut answer).unwrap();
    };
    exchange();
    median((0..rounds).map(|_| timed(&mut exchange)).collect())
}

/// An open connection on which small messages are answered.
pub struct Conversation(TcpStream);

impl Conversation {
    /// Opens it, and says something.
    pub fn begin(port: u16) -> Self {
        let mut begun = Self(connect(port, "echo"));
        begun.goes_on();
        begun
    }

    /// Says something, and hears the answer.
    pub fn goes_on(&mut self) {
        let mut answer = [0; 5];
        self.0.write_all(b"hello").unwrap();
        self.0.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"hello");
    }
}

/// Bulk transfers that go on until this is dropped.
pub struct Load(Vec<(TcpStream, JoinHandle<()>)>);

impl Load {
    /// Downloads, and uploads if wanted.
    pub fn start(port: u16, uploads: bool) -> Self {
        let down = connect(port, "down 1000000000000");
        let mut reader = down.try_clone().unwrap();
        let reads = thread::spawn(move || {
            let mut buffer = vec![0; 256 << 10];
            while let Ok(1..) = reader.read(&mut buffer) {}
        });
        let mut all = vec![(down, reads)];
        if uploads {
            let up = connect(port, "up 1000000000000");
            let mut sink = up.try_clone().unwrap();
            let sends = thread::spawn(move || {
                let block = vec![7; 64 << 10];
                while sink.write_all(&block).is_ok() {}
            });
            all.push((up, sends));
        }
        // Until windows and queues are as full as they get.
        thread::sleep(Duration::from_millis(1500));
        Self(all)
    }
}

impl Drop for Load {
    fn drop(&mut self) {
        for (stream, thread) in self.0.drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
            let _ = thread.join();
        }
        // What is on its way still comes.
        thread::sleep(Duration::from_millis(1500));
    }
}
