//! Another network, by the kernel's word: rtnetlink(7).

mod message;

use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use rustix::net::netlink::SocketAddrNetlink;
use rustix::net::{
    AddressFamily, RecvFlags, SendFlags, SocketAddrAny, SocketFlags, SocketType, bind, recvfrom,
    send, socket_with,
};

use super::super::contract::{SystemEvent, SystemEventSink};
use message::KnownRoutes;

/// One change of the network is a handful of messages, over some tenths of a second.
const QUIET: Duration = Duration::from_millis(700);
/// Longest wait for a network to settle; one that never settles is reported all the same.
const LONGEST: Duration = Duration::from_secs(3);
/// The kernel's messages are far shorter.
const LARGEST: usize = 32 * 1024;
/// The kernel's answers come at once, each when the one before is read.
const ANSWER: Duration = Duration::from_millis(100);

/// A socket that hears of links, addresses and routes.
///
/// # Errors
/// The kernel's.
pub fn open() -> io::Result<OwnedFd> {
    let groups = libc::RTMGRP_LINK
        | libc::RTMGRP_IPV4_IFADDR
        | libc::RTMGRP_IPV4_ROUTE
        | libc::RTMGRP_IPV6_IFADDR
        | libc::RTMGRP_IPV6_ROUTE;
    let socket = socket_with(
        AddressFamily::NETLINK,
        SocketType::RAW,
        SocketFlags::CLOEXEC | SocketFlags::NONBLOCK,
        None, // NETLINK_ROUTE
    )?;
    bind(&socket, &SocketAddrNetlink::new(0, groups.cast_unsigned()))?;
    Ok(socket)
}

/// For as long as the process lives; ends, with a word in the log, if the socket fails.
pub fn listen(socket: &OwnedFd, tell: &SystemEventSink) {
    let mut known = KnownRoutes::default();
    if let Err(error) = look_around(socket, &mut known) {
        tracing::debug!(%error, "the kernel does not tell which network there is");
    }
    let failed = loop {
        match is_news(socket, &mut known, None).and_then(|news| settle(socket, &mut known, news)) {
            Ok(true) => tell(SystemEvent::NetworkChanged),
            Ok(false) => {}
            Err(error) => break error,
        }
    };
    tracing::warn!(error = %failed, "the kernel tells nothing of the network any more");
}

/// Reads the present links, addresses and routes: otherwise each would count as a change the first
/// time it is repeated.
fn look_around(socket: &OwnedFd, known: &mut KnownRoutes) -> io::Result<()> {
    for kind in [libc::RTM_GETLINK, libc::RTM_GETADDR, libc::RTM_GETROUTE] {
        send(socket, &message::prompt(kind), SendFlags::empty())?;
        while is_readable(socket, Some(ANSWER))? {
            receive(socket, known)?;
        }
    }
    Ok(())
}

/// After a change, waits until no more come for a while. Returns true if there was a change.
fn settle(socket: &OwnedFd, known: &mut KnownRoutes, news: bool) -> io::Result<bool> {
    let latest = Instant::now() + LONGEST;
    let mut quiet_at = Instant::now() + QUIET;
    while news && Instant::now() < quiet_at.min(latest) {
        let wait = quiet_at.min(latest) - Instant::now();
        if is_news(socket, known, Some(wait))? {
            quiet_at = Instant::now() + QUIET;
        }
    }
    Ok(news)
}

/// Waits for a message, for ever or so long, and tells whether it says anything new.
fn is_news(socket: &OwnedFd, known: &mut KnownRoutes, wait: Option<Duration>) -> io::Result<bool> {
    Ok(is_readable(socket, wait)? && receive(socket, known)?)
}

fn is_readable(socket: &OwnedFd, wait: Option<Duration>) -> io::Result<bool> {
    let timeout = wait.map(Timespec::try_from).transpose();
    let timeout = timeout.map_err(io::Error::other)?;
    match poll(&mut [PollFd::new(socket, PollFlags::IN)], timeout.as_ref()) {
        Ok(ready) => Ok(ready > 0),
        Err(Errno::INTR) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn receive(socket: &OwnedFd, known: &mut KnownRoutes) -> io::Result<bool> {
    let mut buffer = vec![0; LARGEST];
    match recvfrom(socket, &mut buffer[..], RecvFlags::empty()) {
        Ok((filled, _, sender)) => Ok(is_kernel(sender) && known.learn(&buffer[..filled])),
        Err(Errno::AGAIN | Errno::INTR) => Ok(false),
        // There was more than the socket holds: surely a change.
        Err(Errno::NOBUFS) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Returns true if the kernel sent it, whose number is 0: any process may send to the socket.
fn is_kernel(sender: Option<SocketAddrAny>) -> bool {
    let sender = sender.map(SocketAddrNetlink::try_from);
    matches!(sender, Some(Ok(sender)) if sender.pid() == 0)
}
