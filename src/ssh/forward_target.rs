//! Parts that the channels of both transports share: targets, windows, and how a call ends.

use std::task::Poll;

/// Result of every operation: done, failed, or to be repeated once the socket is ready. Errors of either transport have
/// libssh2's codes.
pub type Nonblocking<T> = Poll<Result<T, ssh2::Error>>;

/// The remote end of a channel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ForwardTarget {
    /// A TCP port, as the remote host resolves and reaches it.
    Tcp {
        /// Name or address.
        host: String,
        /// Port number.
        port: u16,
    },
    /// A Unix socket on the remote host (OpenSSH's `direct-streamlocal`).
    Unix {
        /// Its path there.
        path: String,
    },
}

impl std::fmt::Display for ForwardTarget {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp { host, port } => write!(f, "{host}:{port}"),
            Self::Unix { path } => f.write_str(path),
        }
    }
}

impl ForwardTarget {
    /// The other name of a loopback address, for a server that allows forwards to one of them alone:
    /// sshd compares names as they are written (`PermitOpen`).
    #[must_use]
    pub fn other_name(&self) -> Option<Self> {
        let Self::Tcp { host, port } = self else {
            return None;
        };
        let other = match host.as_str() {
            "127.0.0.1" | "::1" => "localhost",
            "localhost" => "127.0.0.1",
            _ => return None,
        };
        Some(Self::Tcp {
            host: other.to_owned(),
            port: *port,
        })
    }
}

/// State of a channel's receive window, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiveWindow {
    /// Here already, and not read yet.
    pub queued: u32,
    /// Number of bytes that the remote host may still send.
    pub open: u32,
}
