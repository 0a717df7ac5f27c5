//! What can go wrong between here and a logged-in SSH session.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::known_hosts::{KnownHostsError, KnownKey};
use super::resolve::ResolveError;
use super::wait::WaitError;

/// A failure of the SSH side; the host's name is added where it is told to a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The ssh configuration could not be resolved.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The deadline passed, or the person cancelled.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// The way to the host needs a part that this version lacks.
    #[error("{name} {value} is not supported yet")]
    Route {
        /// The ssh configuration's keyword.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// The name has no address.
    #[error("no address for {host}: {reason}")]
    NameUnknown {
        /// The name that was looked up.
        host: String,
        /// The resolver's words.
        reason: String,
    },
    /// No address took the connection.
    #[error("cannot connect to {host} port {port}")]
    Dial {
        /// The name or address.
        host: String,
        /// The port.
        port: u16,
        /// Each address that was tried, with what it answered.
        tried: Vec<(SocketAddr, std::io::Error)>,
    },
    /// Key exchange failed.
    #[error("the SSH handshake failed: {0}")]
    Handshake(String),
    /// The known hosts files could not be used.
    #[error(transparent)]
    KnownHosts(#[from] KnownHostsError),
    /// Nobody confirmed an unknown key.
    #[error("the host key {fingerprint} is not known")]
    HostKeyUnknown {
        /// SHA256 fingerprint of the key shown.
        fingerprint: String,
        /// Why it was not confirmed.
        reason: String,
    },
    /// The host shows another key than the known one.
    #[error("the host key has changed to {fingerprint}")]
    HostKeyChanged {
        /// SHA256 fingerprint of the key shown.
        fingerprint: String,
        /// What is known.
        known: Vec<KnownKey>,
        /// Whether a known key has the type of the shown one.
        same_type: bool,
    },
    /// The key is marked `@revoked`.
    #[error("the host key is revoked in {}:{line}", file.display())]
    HostKeyRevoked {
        /// The known hosts file.
        file: PathBuf,
        /// Its line, from 1.
        line: usize,
    },
    /// The server took none of what we have.
    #[error("the server refused the login of {user}")]
    AuthRefused {
        /// The account.
        user: String,
        /// What was tried, in words, in order.
        tried: Vec<String>,
        /// The methods that the server offers.
        offered: String,
    },
    /// A question stayed without an answer.
    #[error("no answer to: {question}")]
    NoAnswer {
        /// What was asked.
        question: String,
        /// Why nobody answered.
        reason: String,
    },
    /// The passphrase did not open the key.
    #[error("the passphrase does not open {}", key.display())]
    Passphrase {
        /// The key file.
        key: PathBuf,
    },
    /// The server's or libssh2's own error in an established session.
    #[error("the SSH connection failed: {0}")]
    Session(#[from] ssh2::Error),
    /// The far side closed the connection.
    #[error("the connection was closed by the far side")]
    Closed,
    /// A system call failed on this side.
    #[error("{0}")]
    System(#[from] std::io::Error),
}
