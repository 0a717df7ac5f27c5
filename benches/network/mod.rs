//! A network with a delay, and if wanted with little bandwidth: a TCP proxy that holds back every byte for a while, in
//! both directions.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::thread;
use std::time::{Duration, Instant};

use crate::support::Server;

/// Delay and bandwidth of each direction of a network.
#[derive(Clone, Copy)]
pub struct Network {
    /// Time from one end to the other.
    pub delay: Duration,
    /// Bytes per second; none: as many as the computer carries.
    pub rate: Option<f64>,
}

/// A server as it is seen from far away.
pub struct Delayed {
    address: SocketAddr,
    user: String,
    host_keys: Vec<String>,
}

impl Delayed {
    /// Before a server, with a delay each way. It lives as long as the process.
    pub fn before(server: &dyn Server, delay: Duration) -> Self {
        Self::behind(server, Network { delay, rate: None })
    }

    /// Before a server, with a network between. It lives as long as the process.
    pub fn behind(server: &dyn Server, network: Network) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let (address, behind) = (listener.local_addr().unwrap(), server.address());
        thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                // A connection itself takes a round trip too; the kernel has already granted it.
                let Ok(far) = TcpStream::connect(behind) else {
                    continue;
                };
                carry(&near, &far, network);
                carry(&far, &near, network);
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

/// One direction: a thread reads, another writes what is due. What is on its way has no bound, as in routers with large
/// buffers: the senders' windows are what is measured.
fn carry(from: &TcpStream, to: &TcpStream, network: Network) {
    let (mut from, mut to) = (from.try_clone().unwrap(), to.try_clone().unwrap());
    to.set_nodelay(true).unwrap();
    let (send, due) = channel::<(Instant, Vec<u8>)>();
    thread::spawn(move || {
        let mut buffer = vec![0; network.rate.map_or(64 << 10, |_| 1500)];
        let mut free = Instant::now();
        while let Ok(size) = from.read(&mut buffer) {
            let part = buffer[..size].to_vec();
            let bytes = f64::from(u32::try_from(size).unwrap_or(u32::MAX));
            let takes = network.rate.map_or(0.0, |rate| bytes / rate);
            free = free.max(Instant::now()) + Duration::from_secs_f64(takes);
            if send.send((free + network.delay, part)).is_err() || size == 0 {
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
