//! Whose process is at the other end of a loopback connection, or of a unix socket.

use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::process::Command;
use std::time::{Duration, Instant};

use rustix::process::getuid;

use crate::ssh::command::output;
pub use crate::ssh::peer::is_own_peer as is_own;
use crate::ssh::poll::Poller;

/// The time limit for the system's tool.
const PATIENCE: Duration = Duration::from_secs(5);

/// Owner of a socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// This account, or root, which may read everything anyway.
    Own,
    /// Another account.
    Other,
    /// The system does not say.
    Unknown,
}

/// The account whose socket `peer` is, connected to `here` on this computer.
pub fn owner(peer: SocketAddr, here: SocketAddr) -> Owner {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].map(|file| fs::read_to_string(file).ok());
    if tables.iter().all(Option::is_none) {
        return by_lsof(peer, here);
    }
    let mut tables = tables.into_iter().flatten();
    match tables.find_map(|table| account(&table, peer, here)) {
        None => Owner::Unknown,
        Some(uid) if uid == 0 || uid == getuid().as_raw() => Owner::Own,
        Some(_) => Owner::Other,
    }
}

/// The account in one of the kernel's tables (`proc_net_tcp` of its documentation).
fn account(table: &str, peer: SocketAddr, here: SocketAddr) -> Option<u32> {
    let (peer, here) = (written(peer), written(here));
    table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_ascii_whitespace().collect();
        // An IPv6 socket's address ends in the IPv4 one that it is connected to.
        let is_it = fields.get(1)?.ends_with(&peer) && fields.get(2)?.ends_with(&here);
        is_it.then(|| fields.get(7)?.parse().ok()).flatten()
    })
}

/// Returns an address as the kernel prints it: in numbers of four bytes each, in the byte order of the computer.
fn written(address: SocketAddr) -> String {
    let number = |bytes: &[u8]| {
        let bytes = bytes.try_into().unwrap_or_default();
        format!("{:08X}", u32::from_ne_bytes(bytes))
    };
    let ip = match address.ip() {
        IpAddr::V4(ip) => number(&ip.octets()),
        IpAddr::V6(ip) => ip.octets().chunks(4).map(number).collect(),
    };
    format!("{ip}:{:04X}", address.port())
}

/// Returns what a command prints; `lsof` may hang on a network disk.
fn within(patience: Duration, command: Command) -> Option<Vec<u8>> {
    let poller = Poller::new().ok()?;
    poller.set_deadline(Some(Instant::now() + patience));
    Some(output(command, &poller).ok()?.stdout)
}

/// Without root `lsof` sees this account's sockets alone, so silence proves nothing.
fn by_lsof(peer: SocketAddr, here: SocketAddr) -> Owner {
    let uid = getuid().as_raw().to_string();
    let selection = format!("-iTCP@{peer}");
    let mut command = Command::new("lsof");
    command.args(["-nP", "-a", "-u", &uid, &selection, "-Fn"]);
    let said = within(PATIENCE, command).unwrap_or_default();
    let connection = format!("n{peer}->{here}");
    if String::from_utf8_lossy(&said)
        .lines()
        .any(|line| line == connection)
    {
        Owner::Own
    } else {
        Owner::Unknown
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, TcpStream};

    use super::*;

    #[test]
    fn a_process_of_this_account_is_known() {
        let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        for ip in addresses {
            let Ok(listener) = TcpListener::bind((ip, 0)) else {
                continue; // no IPv6 here
            };
            let here = listener.local_addr().unwrap();
            let stream = TcpStream::connect(here).unwrap();
            let peer = stream.local_addr().unwrap();
            assert_eq!(owner(peer, here), Owner::Own, "{here}");
        }
        let here = "127.0.0.1:2".parse().unwrap();
        assert_eq!(owner("127.0.0.1:1".parse().unwrap(), here), Owner::Unknown);
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn the_account_is_that_of_the_other_end() {
        // 127.0.0.1:40000 (uid 1001) to 127.0.0.1:8080 (uid 1000); and an IPv6 socket from port 40001.
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n\
            0: 0100007F:1F90 0100007F:9C40 01 00000000:00000000 00:00000000 00000000  1000        0 1\n\
            1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000 00000000  1001        0 2\n\
            2: 0000000000000000FFFF00000100007F:9C41 0000000000000000FFFF00000100007F:1F90 01 \
            00000000:00000000 00:00000000 00000000  1002        0 3\n";
        let [here, one, two] = ["127.0.0.1:8080", "127.0.0.1:40000", "127.0.0.1:40001"]
            .map(|address| address.parse().unwrap());
        assert_eq!(account(table, one, here), Some(1001));
        assert_eq!(account(table, two, here), Some(1002));
        assert_eq!(account(table, here, here), None);
    }
}
