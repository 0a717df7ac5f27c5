//! A network with a delay: a TCP proxy that holds back every byte for a while, in both directions.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Server;

/// A server as it is seen from far away.
pub struct Delayed {
    address: SocketAddr,
    user: String,
    host_keys: Vec<String>,
}

impl Delayed {
    /// Before a server, with a delay each way. It lives as long as the process.
    pub fn before(server: &dyn Server, delay: Duration) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, behind) = (listener.local_addr().unwrap(), server.address());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // A connection itself takes a round trip too; the kernel has already granted it.
                let Ok(far) = TcpStream::connect(behind) else {
                    continue;
                };
                carry(&near, &far, delay);
                carry(&far, &near, delay);
            }
        });
        Self {
            address,
            user: server.user(),
            host_keys: server.host_keys(),
        }
    }
}

impl Server for Delayed {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn user(&self) -> String {
        self.user.clone()
    }

    fn host_keys(&self) -> Vec<String> {
        self.host_keys.clone()
    }
}

/// One direction: a thread reads, another writes what is due.
fn carry(from: &TcpStream, to: &TcpStream, delay: Duration) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    to.set_nodelay(true).unwrap();
    let (send, due) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(size) = from.read(&mut buffer) {
            let part = buffer[..size].to_vec();
            if send.send((Instant::now() + delay, part)).is_err() || size == 0 {
                return;
            }
        }
    });
    thread::spawn(move || {
        for (at, part) in due {
            thread::sleep(at.saturating_duration_since(Instant::now()));
            if part.is_empty() || to.write_all(&part).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Write);
    });
}
