//! A TCP connection to whichever address of a name answers first.
//!
//! Addresses are started a quarter of a second apart (RFC 8305, "Happy Eyeballs"), so a black-holed
//! IPv6 address costs that and not a whole timeout. Those that say nothing are started once more every
//! two seconds: the system repeats a lost packet only after 1, 3, 7 and 15 s, and so would find a network
//! that has just come back seconds late.

use std::collections::BTreeMap;
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use socket2::{Domain, Protocol, Socket, TcpKeepalive, Type};

use super::SshError;
use super::poll::Poller;
use super::resolve::{AddressFamily, SshTarget};
use crate::i18n::fl;

/// RFC 8305 section 8, "Connection Attempt Delay".
const STAGGER: Duration = Duration::from_millis(250);

/// Time after which silent addresses are started once more.
const RENEWAL: Duration = Duration::from_secs(2);

/// OpenSSH waits as long as the kernel does (two minutes); nobody watches a menu that long.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(15);

struct Attempt {
    address: SocketAddr,
    socket: Socket,
    deadline: Instant,
}

/// Connects to `target`, giving each address the `ConnectTimeout` of the ssh configuration.
///
/// # Errors
/// [`SshError::NameUnknown`], [`SshError::Dial`] with every address tried, [`SshError::Wait`].
pub fn dial(target: &SshTarget, poller: &Poller) -> Result<TcpStream, SshError> {
    let timeout = target.connect_timeout.unwrap_or(DEFAULT_TIMEOUT);
    let mut waiting = addresses(target, poller)?.into_iter();
    let mut running: Vec<Attempt> = Vec::new();
    let mut tried = Vec::new();
    let mut next_start = Instant::now();
    loop {
        let now = Instant::now();
        if running.is_empty() || now >= next_start {
            match waiting.next() {
                Some(address) => {
                    let deadline = now + timeout;
                    match Attempt::start(target, address, deadline) {
                        Ok(attempt) => running.push(attempt),
                        Err(error) => tried.push((address, error)),
                    }
                }
                None if running.is_empty() => {
                    return Err(SshError::Dial {
                        host: target.host.clone(),
                        port: target.port,
                        tried,
                    });
                }
                None => renew(target, &mut running),
            }
            let is_last = waiting.len() == 0;
            next_start = now + if is_last { RENEWAL } else { STAGGER };
            continue;
        }
        let until = running
            .iter()
            .map(|a| a.deadline)
            .fold(next_start, Instant::min);
        wait_any(poller, &running, until)?;
        if let Some(stream) = finished(&mut running, &mut tried) {
            return Ok(stream);
        }
    }
}

impl Attempt {
    fn start(target: &SshTarget, address: SocketAddr, deadline: Instant) -> std::io::Result<Self> {
        Ok(Self {
            address,
            socket: start(target, address)?,
            deadline,
        })
    }
}

/// Starts the addresses once more that have said nothing, until the same time.
fn renew(target: &SshTarget, running: &mut Vec<Attempt>) {
    let ends = running
        .iter()
        .map(|attempt| (attempt.address, attempt.deadline));
    let silent: BTreeMap<SocketAddr, Instant> = ends.collect();
    let again = silent
        .into_iter()
        .filter_map(|(address, deadline)| Attempt::start(target, address, deadline).ok());
    running.extend(again);
}

/// Resolves the name's addresses. The resolver can hang for minutes and cannot be interrupted, so
/// it runs in a thread that is left behind when the user gives up.
fn addresses(target: &SshTarget, poller: &Poller) -> Result<Vec<SocketAddr>, SshError> {
    let (host, port) = (target.host.clone(), target.port);
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let waker = poller.waker();
    let builder = std::thread::Builder::new().name("name resolution".into());
    builder.spawn(move || {
        let found = (host.as_str(), port)
            .to_socket_addrs()
            .map(Iterator::collect);
        // After a cancel, the receiver is gone.
        let _ = sender.send(found);
        waker.wake();
    })?;
    let found: Vec<SocketAddr> = loop {
        match receiver.try_recv() {
            Ok(found) => {
                break found.map_err(|error: std::io::Error| SshError::NameUnknown {
                    host: target.host.clone(),
                    reason: error.to_string(),
                })?;
            }
            Err(_) => poller.wait(&mut vec![], None)?,
        }
    };
    let wanted: Vec<SocketAddr> = found
        .into_iter()
        .filter(|address| match target.family {
            AddressFamily::Any => true,
            AddressFamily::V4 => address.is_ipv4(),
            AddressFamily::V6 => address.is_ipv6(),
        })
        .collect();
    if wanted.is_empty() {
        return Err(SshError::NameUnknown {
            host: target.host.clone(),
            reason: fl!("dial-no-family"),
        });
    }
    Ok(wanted)
}

fn start(target: &SshTarget, address: SocketAddr) -> std::io::Result<Socket> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if let Some(bind) = &target.bind_address {
        let local: std::net::IpAddr = bind
            .parse()
            .map_err(|_| std::io::Error::other(fl!("dial-bad-bind", address = bind)))?;
        socket.bind(&SocketAddr::new(local, 0).into())?;
    }
    if let Some(interface) = &target.bind_interface {
        bind_to(&socket, interface)?;
    }
    socket.set_nonblocking(true)?;
    // Key presses are small packets; Nagle's algorithm would hold each for a round trip.
    socket.set_tcp_nodelay(true)?;
    // As ssh's TCPKeepAlive: a peer that is gone is noticed within a minute also when idle.
    let keepalive = TcpKeepalive::new()
        .with_time(Duration::from_secs(30))
        .with_interval(Duration::from_secs(10))
        .with_retries(3);
    socket.set_tcp_keepalive(&keepalive)?;
    // And when there is something to send: the kernel alone would go on for a quarter of an hour.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(Duration::from_secs(60)))?;
    match socket.connect(&address.into()) {
        Ok(()) => Ok(socket),
        Err(error) if error.raw_os_error() == Some(libc::EINPROGRESS) => Ok(socket),
        Err(error) => Err(error),
    }
}

#[cfg(target_os = "linux")]
fn bind_to(socket: &Socket, interface: &str) -> std::io::Result<()> {
    socket.bind_device(Some(interface.as_bytes()))
}

#[cfg(not(target_os = "linux"))]
fn bind_to(_: &Socket, interface: &str) -> std::io::Result<()> {
    let text = fl!("hops-bind-interface", interface = interface);
    Err(std::io::Error::other(text))
}

fn wait_any(poller: &Poller, running: &[Attempt], until: Instant) -> Result<(), SshError> {
    let mut fds: Vec<PollFd<'_>> = running
        .iter()
        .map(|attempt| PollFd::new(&attempt.socket, PollFlags::OUT))
        .collect();
    poller.wait(&mut fds, Some(until))?;
    Ok(())
}

/// Takes out the attempts that have ended; the first good one wins.
fn finished(
    running: &mut Vec<Attempt>,
    tried: &mut Vec<(SocketAddr, std::io::Error)>,
) -> Option<TcpStream> {
    let mut left = Vec::new();
    let mut winner = None;
    // An address that was started more than once ends in the same way each time.
    let mut failed = |address, error: std::io::Error| {
        let is_known = |(known, other): &(SocketAddr, std::io::Error)| {
            *known == address && other.kind() == error.kind()
        };
        if !tried.iter().any(is_known) {
            tried.push((address, error));
        }
    };
    for attempt in running.drain(..) {
        match attempt.socket.take_error() {
            Ok(Some(error)) | Err(error) => failed(attempt.address, error),
            Ok(None) if winner.is_none() && attempt.socket.peer_addr().is_ok() => {
                winner = Some(attempt.socket.into());
            }
            Ok(None) if Instant::now() >= attempt.deadline => {
                let kind = std::io::ErrorKind::TimedOut;
                let error = std::io::Error::new(kind, fl!("dial-no-answer"));
                failed(attempt.address, error);
            }
            Ok(None) => left.push(attempt),
        }
    }
    *running = left;
    winner
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::ssh::resolve::read_options;

    /// Nothing takes its connections: packets to it are dropped once its queue is full.
    fn full() -> (SocketAddr, Socket, Vec<Socket>) {
        let listener = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        listener.bind(&any.into()).unwrap();
        listener.listen(0).unwrap();
        let address = listener.local_addr().unwrap();
        let fill = || {
            let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            socket.set_nonblocking(true).unwrap();
            let _ = socket.connect(&address);
            socket
        };
        let filled: Vec<Socket> = (0..3).map(|_| fill()).collect();
        std::thread::sleep(Duration::from_millis(200));
        (address.as_socket().unwrap(), listener, filled)
    }

    fn target(address: SocketAddr, timeout: Duration) -> SshTarget {
        let options = format!("hostname 127.0.0.1\nuser me\nport {}\n", address.port());
        SshTarget {
            connect_timeout: Some(timeout),
            ..read_options(&options, "gpu01").unwrap()
        }
    }

    #[test]
    fn a_network_that_comes_back_is_found_before_the_system_asks_again() {
        let (address, listener, filled) = full();
        let back = Duration::from_millis(3500);
        std::thread::spawn(move || {
            std::thread::sleep(back);
            drop(filled);
            // Those in the queue, and whoever comes.
            while let Ok((socket, _)) = listener.accept() {
                std::mem::forget(socket);
            }
        });
        let began = Instant::now();
        let target = target(address, Duration::from_secs(15));
        dial(&target, &Poller::new().unwrap()).unwrap();
        let late = began.elapsed().saturating_sub(back);
        // The first packet would be sent again after 7 s.
        assert!(late < RENEWAL + Duration::from_millis(500), "{late:?}");
    }

    #[test]
    fn an_address_that_says_nothing_is_told_once() {
        let (address, _listener, _filled) = full();
        let target = target(address, Duration::from_millis(4500));
        let Err(SshError::Dial { tried, .. }) = dial(&target, &Poller::new().unwrap()) else {
            panic!("nothing answers")
        };
        assert_eq!(tried.len(), 1, "{tried:?}");
    }
}
