//! Errors between the local computer and a logged-in SSH session.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;

use super::auth::AuthRefusal;
use super::greeting::Greeting;
use super::known_hosts::{KnownHostsError, KnownKey};
use super::offer::Lacking;
use super::openssh::OpensshCause;
use super::openssh_need::OpensshNeed;
use super::poll::WaitError;
use super::resolve::{ResolveError, SshTarget};

/// A failure of the SSH side; the host's name is added where it is reported to the user.
#[derive(Debug, thiserror::Error)]
pub enum SshError {
    /// The ssh configuration could not be resolved.
    #[error(transparent)]
    Resolve(#[from] ResolveError),
    /// The deadline passed, or the user cancelled.
    #[error(transparent)]
    Wait(#[from] WaitError),
    /// A command printed a line that nobody can take in.
    #[error("a line is longer than a megabyte; it begins with {start}")]
    LineTooLong {
        /// Its beginning.
        start: String,
    },
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
    /// The ssh configuration asks for algorithms that libssh2 has not.
    #[error("{keyword} {asked} has nothing that is supported: {possible}")]
    Algorithms {
        /// The ssh configuration's keyword.
        keyword: &'static str,
        /// Its value.
        asked: String,
        /// The available ones.
        possible: String,
    },
    /// The server and we have no algorithm in common.
    #[error("no algorithm in common with {server}: {text}")]
    NoCommonAlgorithm {
        /// The server's name for itself.
        server: String,
        /// libssh2's words.
        text: String,
        /// The list that is to blame, where the server's bytes tell.
        lacking: Option<Lacking>,
    },
    /// Key exchange failed.
    #[error("the SSH handshake failed: {text}")]
    Handshake {
        /// libssh2's words.
        text: String,
        /// The connection broke off, whatever libssh2 makes of that.
        cut: bool,
        /// The server's words, where these may be the reason.
        greeting: Option<Greeting>,
    },
    /// The connection was made, and the handshake did not end in time.
    #[error("the SSH handshake did not end in time: {greeting:?}")]
    HandshakeSilent {
        /// The server's words.
        greeting: Greeting,
        /// Output of the command that carries the connection, if one does.
        said: String,
    },
    /// The server lets the account run no command.
    #[error("no session: {reason}")]
    NoSession {
        /// libssh2's words.
        reason: String,
    },
    /// The known hosts files could not be used.
    #[error(transparent)]
    KnownHosts(#[from] KnownHostsError),
    /// The unknown key was not confirmed.
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
        /// The known keys.
        known: Vec<KnownKey>,
        /// True if a known key has the type of the shown one.
        same_type: bool,
    },
    /// The key is marked `@revoked`, or is in `RevokedHostKeys`.
    #[error("the host key {fingerprint} is revoked in {}", file.display())]
    HostKeyRevoked {
        /// SHA256 fingerprint of the key shown.
        fingerprint: String,
        /// The file that says so.
        file: PathBuf,
        /// Its line, from 1, if it has lines.
        line: Option<usize>,
    },
    /// The host's RSA key, or the one inside its certificate, has fewer bits than `RequiredRSASize`.
    #[error("the host key {fingerprint} has {bits} bits, fewer than {min}")]
    HostKeyShort {
        /// SHA256 fingerprint of the plain key.
        fingerprint: String,
        /// Number of bits that it has.
        bits: usize,
        /// Number of bits that are required.
        min: u32,
    },
    /// The server took none of what we have.
    #[error("the server refused the login of {}", .0.user)]
    AuthRefused(Box<RefusedLogin>),
    /// Only the system's `ssh` can go on; nobody was asked anything.
    #[error("only ssh can log in: {0}")]
    NeedsOpenssh(OpensshNeed),
    /// A question stayed without an answer.
    #[error("no answer to: {prompt}")]
    NoAnswer {
        /// The prompt.
        prompt: String,
        /// Why nobody answered.
        reason: String,
        /// Methods that would have needed no answer, and why each did not do.
        tried: Vec<String>,
    },
    /// The server was silent in the middle of the login until time was up: perhaps it waited for a
    /// human, at a phone or a security key.
    #[error("the login was silent for {} s", .silent.as_secs())]
    LoginSilent {
        /// For how long.
        silent: Duration,
        /// The server's words before that.
        said: Vec<String>,
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
    /// The remote host closed the connection.
    #[error("the connection was closed by the far side")]
    Closed,
    /// The remote host was probed, and did not answer.
    #[error("nothing was heard for {} s", .0.as_secs())]
    Silent(Duration),
    /// Something went wrong at a jump host.
    #[error("at the jump host {}: {}", .0.name, .0.error)]
    Hop(Box<AtHop>),
    /// A jump host does not connect to where it was asked to.
    #[error("no connection from there to {host} port {port}: {reason}")]
    Forward {
        /// The name or address, as the jump host was given it.
        host: String,
        /// The port.
        port: u16,
        /// It may not; else it cannot.
        forbidden: bool,
        /// Its words.
        reason: String,
    },
    /// The jump hosts lead round in a circle, or there are too many.
    #[error("the jump hosts make no way: {}", .0.join(", "))]
    Hops(Vec<String>),
    /// The proxy command could not be started, or it ended.
    #[error("the ProxyCommand failed: {said}")]
    ProxyCommand {
        /// Its command line.
        command: String,
        /// The way it ended, in the system's words.
        status: String,
        /// The last of what it wrote to standard error.
        said: String,
    },
    /// The shell that runs proxy commands could not be started.
    #[error("{shell}: {why}")]
    ProxyShell {
        /// As `SHELL` names it.
        shell: String,
        /// The system's words.
        why: std::io::Error,
    },
    /// The system's `ssh` made no connection.
    #[error("ssh made no connection ({status}): {said}")]
    Openssh {
        /// The reason, as far as its words tell.
        cause: OpensshCause,
        /// The way it ended, in the system's words; empty if it did not end.
        status: String,
        /// The last of what it wrote to standard error.
        said: String,
    },
    /// The system's `ssh` could not be started.
    #[error("ssh: {0}")]
    OpensshMissing(#[source] std::io::Error),
    /// A system call failed on this side.
    #[error("{0}")]
    System(#[from] std::io::Error),
}

/// A login that the server refused.
#[derive(Debug)]
pub struct RefusedLogin {
    /// The account.
    pub user: String,
    /// The attempts, as text, in order.
    pub tried: Vec<String>,
    /// The methods that the server offers.
    pub offered: String,
    /// Why, if more is known than that it did.
    pub refusal: AuthRefusal,
    /// The server's words: its banner, and messages without a prompt.
    pub said: Vec<String>,
}

/// A failure at a jump host, which all who wait for that host hear of.
#[derive(Debug)]
pub struct AtHop {
    /// The jump host, as the configuration names it.
    pub name: String,
    /// The same for `ssh`.
    pub destination: String,
    /// Target that this name resolves to.
    pub target: SshTarget,
    /// The error.
    pub error: Arc<SshError>,
}

/// A refusal without a reason, in libssh2's words.
pub(super) const UNEXPLAINED: &str = "Channel open failure";

/// Returns true if the reason is that forwarding is forbidden. libssh2 keeps none of the remote
/// host's words, only its own for RFC 4254's reasons (section 5.1).
#[must_use]
pub fn is_forbidden(reason: &str) -> bool {
    reason.contains("administratively prohibited")
}

/// Returns true if that may be the reason, as where a refusal has none: an `ssh` process that is not ours keeps it to itself.
#[must_use]
pub fn may_be_forbidden(reason: &str) -> bool {
    is_forbidden(reason) || reason == UNEXPLAINED
}

/// A resource that this computer is out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shortage {
    /// Of files, sockets and pipes that are open at once.
    Descriptors,
    /// Of memory, or of threads.
    Memory,
}

/// Returns the shortage that made a system call fail, if it was one.
#[must_use]
pub fn shortage(error: &std::io::Error) -> Option<Shortage> {
    match error.raw_os_error().map(Errno::from_raw_os_error)? {
        Errno::MFILE | Errno::NFILE => Some(Shortage::Descriptors),
        Errno::NOMEM | Errno::AGAIN | Errno::NOBUFS => Some(Shortage::Memory),
        _ => None,
    }
}

impl SshError {
    /// A connection from one host to the next that did not come about, for what was said.
    #[must_use]
    pub fn forward(host: String, port: u16, reason: String) -> Self {
        Self::Forward {
            host,
            port,
            forbidden: is_forbidden(&reason),
            reason,
        }
    }

    /// Returns the error itself, at whichever of the hosts on the way.
    #[must_use]
    pub fn cause(&self) -> &Self {
        match self {
            Self::Hop(hop) => hop.error.cause(),
            own => own,
        }
    }

    /// Returns true if the host has refused the login, whichever transport was to log in.
    #[must_use]
    pub fn is_refused_login(&self) -> bool {
        match self.cause() {
            Self::AuthRefused(_) => true,
            Self::Openssh { cause, .. } => cause.is_refused_login(),
            _ => false,
        }
    }

    /// Returns true if the network alone may be the cause, so that another attempt may help. (An
    /// error of the session itself does not tell: its socket does.)
    #[must_use]
    pub fn is_of_the_network(&self) -> bool {
        match self.cause() {
            Self::Dial { .. }
            | Self::NameUnknown { .. }
            | Self::ProxyCommand { .. }
            | Self::Resolve(ResolveError::TimedOut { .. })
            | Self::HandshakeSilent { .. }
            | Self::Closed
            | Self::Silent(_) => true,
            Self::Forward { forbidden, .. } => !forbidden,
            Self::Handshake { cut, .. } => *cut,
            Self::Openssh { cause, .. } => cause.is_of_the_network(),
            Self::Wait(error) => matches!(error, WaitError::TimedOut),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use std::io::ErrorKind;

    use super::*;

    fn dial(kinds: &[ErrorKind]) -> SshError {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 22));
        let tried = kinds.iter().map(|kind| (address, (*kind).into()));
        SshError::Dial {
            host: "h".into(),
            port: 22,
            tried: tried.collect(),
        }
    }

    #[test]
    fn what_the_network_does_may_be_tried_again_and_a_refusal_may_not() {
        let refused = SshError::AuthRefused(Box::new(RefusedLogin {
            user: "u".into(),
            tried: vec![],
            offered: String::new(),
            refusal: AuthRefusal::Plain,
            said: vec![],
        }));
        // Else each attempt would send one more push.
        let silent = SshError::LoginSilent {
            silent: Duration::from_secs(20),
            said: vec![],
        };
        let handshake = |cut| SshError::Handshake {
            text: "t".into(),
            cut,
            greeting: None,
        };
        for (error, again) in [
            (dial(&[ErrorKind::ConnectionRefused]), true),
            (handshake(true), true),
            (handshake(false), false),
            (SshError::Wait(WaitError::TimedOut), true),
            (SshError::Wait(WaitError::Cancelled), false),
            (silent, false),
            (refused, false),
        ] {
            assert_eq!(error.is_of_the_network(), again, "{error}");
        }
    }
}
