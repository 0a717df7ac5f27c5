//! Local listeners on loopback: the remembered port, or a free one if someone else has it.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};

use crate::ssh::Stream;
use crate::ssh::channel::ForwardTarget;

/// Number of attempts to find a port that is free on both loopback addresses.
const TRIES: usize = 20;

/// Local listeners and where their connections go.
#[derive(Debug)]
pub struct ForwardListener {
    /// One for 127.0.0.1, and one for `::1` where that exists.
    pub listeners: Vec<TcpListener>,
    /// Target of their connections.
    pub target: ForwardTarget,
    /// True if channels to the target are opened before they are needed.
    pub has_spares: bool,
}

/// Result of [`listen`].
#[derive(Debug)]
pub struct BoundListener {
    /// The listeners, not blocking.
    pub listeners: Vec<TcpListener>,
    /// Their common port.
    pub port: u16,
    /// The port that was wanted and that someone else has.
    pub taken: Option<u16>,
}

/// Listens on loopback only, on `wanted` if that is free. Another program that has it is left
/// alone.
///
/// # Errors
/// When no port at all can be had.
pub fn listen(wanted: Option<u16>) -> io::Result<BoundListener> {
    if let Some(port) = wanted
        && let Some(listeners) = bind_both(port)?
    {
        return Ok(BoundListener {
            listeners,
            port,
            taken: None,
        });
    }
    for _ in 0..TRIES {
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        if let Some(listeners) = bind_both(free)? {
            return Ok(BoundListener {
                listeners,
                port: free,
                taken: wanted,
            });
        }
    }
    Err(io::Error::new(
        io::ErrorKind::AddrInUse,
        "no local port is free",
    ))
}

/// Both loopback addresses or none: a browser may try either for `localhost`, and must never
/// reach someone else's server there. `None` when the port is taken.
fn bind_both(port: u16) -> io::Result<Option<Vec<TcpListener>>> {
    let Some(v4) = bind(IpAddr::V4(Ipv4Addr::LOCALHOST), port)? else {
        return Ok(None);
    };
    match bind(IpAddr::V6(Ipv6Addr::LOCALHOST), port) {
        Ok(Some(v6)) => Ok(Some(vec![v4, v6])),
        Ok(None) => Ok(None),
        // No IPv6 on this machine.
        Err(_) => Ok(Some(vec![v4])),
    }
}

fn bind(address: IpAddr, port: u16) -> io::Result<Option<TcpListener>> {
    match TcpListener::bind(SocketAddr::new(address, port)) {
        Ok(listener) => {
            listener.set_nonblocking(true)?;
            Ok(Some(listener))
        }
        Err(error) if error.kind() == io::ErrorKind::AddrInUse => Ok(None),
        // A port below 1024 that only root may have is as good as taken.
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(None),
        Err(error) => Err(error),
    }
}

/// Accepts until nobody is left, and gives the listener's word for that.
pub fn accept_all(listener: &TcpListener, mut take: impl FnMut(Stream)) -> ErrorKind {
    loop {
        match listener.accept() {
            Ok((local, _)) => {
                // Key presses are small packets: see `dial`.
                if local.set_nonblocking(true).is_ok() && local.set_nodelay(true).is_ok() {
                    take(local.into());
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return error.kind(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_wanted_port_is_used_when_it_is_free() {
        let port = listen(None).unwrap().port;
        let again = listen(Some(port)).unwrap();
        assert_eq!((again.port, again.taken), (port, None));
    }

    #[test]
    fn a_taken_port_is_left_alone_and_said() {
        let other = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = other.local_addr().unwrap().port();
        let ours = listen(Some(port)).unwrap();
        assert_ne!(ours.port, port);
        assert_eq!(ours.taken, Some(port));
    }

    #[test]
    fn a_port_taken_on_the_other_loopback_address_is_taken() {
        let Ok(other) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
            return; // no IPv6 here: nothing to be taken
        };
        let port = other.local_addr().unwrap().port();
        assert_eq!(listen(Some(port)).unwrap().taken, Some(port));
    }
}
