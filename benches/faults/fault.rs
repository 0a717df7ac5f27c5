//! Faults of a connection.

use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use crate::support::{Server, Sshd};

/// One kind of fault.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Packets are dropped in both directions.
    Drop,
    /// The server's packets are dropped.
    DropAnswers,
    /// sshd's processes are stopped; connections stay open.
    Stopped,
    /// Connections end, and new ones are refused.
    Refused,
    /// Connections end, every three seconds, and new ones are taken.
    Flaps,
}

impl Fault {
    /// Begins it.
    pub fn begin(self, sshd: &Sshd) {
        let port = sshd.address().port();
        match self {
            Self::Drop => filter(
                sshd.address(),
                &format!("tcp dport {port} drop\ntcp sport {port} drop"),
            ),
            Self::DropAnswers => filter(sshd.address(), &format!("tcp sport {port} drop")),
            Self::Stopped => sshd.freeze(),
            Self::Refused => {
                filter(
                    sshd.address(),
                    &format!("tcp dport {port} reject with tcp reset"),
                );
                sshd.drop_connections();
            }
            Self::Flaps => sshd.drop_connections(),
        }
    }

    /// Lets it last.
    pub fn last(self, sshd: &Sshd, seconds: u64) {
        let rounds = if self == Self::Flaps { seconds / 3 } else { 0 };
        for _ in 1..rounds {
            thread::sleep(Duration::from_secs(3));
            sshd.drop_connections();
        }
        if rounds == 0 {
            thread::sleep(Duration::from_secs(seconds));
        }
    }

    /// Ends it.
    pub fn end(self, sshd: &Sshd) {
        match self {
            Self::Drop | Self::DropAnswers | Self::Refused => {
                nft(&format!("delete table inet {}", table(sshd.address())));
            }
            Self::Stopped => sshd.thaw(),
            Self::Flaps => {}
        }
    }
}

fn table(address: SocketAddr) -> String {
    format!("fault{}", address.port())
}

fn filter(address: SocketAddr, rules: &str) {
    let table = table(address);
    let rules = rules
        .lines()
        .map(|rule| format!("add rule inet {table} in {rule}\n"));
    let rules: String = rules.collect();
    nft(&format!(
        "add table inet {table}\nadd chain inet {table} in {{ type filter hook input priority 0; }}\n{rules}"
    ));
}

fn nft(commands: &str) {
    let mut command = Command::new("nft");
    let mut child = command
        .args(["-f", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .expect("nftables");
    child
        .stdin
        .take()
        .unwrap()
        .write_all(commands.as_bytes())
        .unwrap();
    assert!(child.wait().unwrap().success(), "nft: {commands}");
}
