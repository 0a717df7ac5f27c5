//! Whose process is at the other end of a unix socket.

use std::os::unix::net::UnixStream;

use rustix::process::getuid;

/// Returns true if the process at the other end of a unix socket is this account's, or root's.
#[must_use]
pub fn is_own_peer(stream: &UnixStream) -> bool {
    account_of(stream).is_some_and(|uid| uid == 0 || uid == getuid().as_raw())
}

#[cfg(target_os = "linux")]
fn account_of(stream: &UnixStream) -> Option<u32> {
    let peer = rustix::net::sockopt::socket_peercred(stream).ok()?;
    Some(peer.uid.as_raw())
}

#[cfg(not(target_os = "linux"))]
fn account_of(stream: &UnixStream) -> Option<u32> {
    Some(nix::unistd::getpeereid(stream).ok()?.0.as_raw())
}
