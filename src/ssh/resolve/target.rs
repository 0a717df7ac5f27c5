//! A destination as OpenSSH's configuration describes it.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use crate::ssh::known_hosts::HostName;

/// OpenSSH's own default of `RequiredRSASize`, for versions that do not print it.
pub(super) const MIN_RSA_BITS: u32 = 1024;

/// Destination of a connection, and its options.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of ssh_config(5)"
)]
pub struct SshTarget {
    /// The host as the user named it.
    pub alias: String,
    /// The name or address to connect to (`HostName`).
    pub host: String,
    /// The port to connect to.
    pub port: u16,
    /// The account there.
    pub user: String,
    /// The name under which the host's key is filed, if it isn't `host` and `port`.
    pub host_key_alias: Option<String>,
    /// Private keys to try, in order; some may not exist.
    pub identity_files: Vec<PathBuf>,
    /// True if only those keys are offered, though an agent holds more.
    pub identities_only: bool,
    /// The agent to ask.
    pub identity_agent: AgentChoice,
    /// Certificates that go with the keys.
    pub certificate_files: Vec<PathBuf>,
    /// The user's known-hosts files; new keys go to the first.
    pub user_known_hosts: Vec<PathBuf>,
    /// The system's known-hosts files.
    pub global_known_hosts: Vec<PathBuf>,
    /// `BatchMode`: nobody is asked anything.
    pub batch: bool,
    /// Keys of the host that are known otherwise than by a file: all others are another host's.
    pub told_keys: Vec<Vec<u8>>,
    /// Host keys that are refused everywhere (`RevokedHostKeys`): a list of public keys or a KRL.
    pub revoked_host_keys: Option<PathBuf>,
    /// A program that prints known-hosts lines (`KnownHostsCommand`), as written.
    pub known_hosts_command: Option<String>,
    /// Algorithms with which an authority may sign certificates; empty means any that can be
    /// checked.
    pub ca_signature_algorithms: Vec<String>,
    /// True if the host's address is looked up among the known hosts too.
    pub check_host_ip: bool,
    /// True if any key of this very machine is taken (`NoHostAuthenticationForLocalhost`).
    pub trust_localhost: bool,
    /// The shortest RSA key that is accepted, in bits.
    pub min_rsa_bits: u32,
    /// Treatment of a host key that isn't on file.
    pub strict: StrictHostKeyChecking,
    /// True if host names are hashed when a key is written down.
    pub hash_known_hosts: bool,
    /// Longest time for connecting; `None` leaves it to the system.
    pub connect_timeout: Option<Duration>,
    /// Family of the addresses that may be used.
    pub family: AddressFamily,
    /// The local address to connect from.
    pub bind_address: Option<String>,
    /// The interface to connect from.
    pub bind_interface: Option<String>,
    /// The order of authentication methods; empty means OpenSSH's own order.
    pub preferred_auth: Vec<String>,
    /// True if keys may be used.
    pub pubkey: bool,
    /// True if a password may be asked for.
    pub password: bool,
    /// True if the server's own questions may be passed on.
    pub kbd_interactive: bool,
    /// Signature algorithms for keys (`PubkeyAcceptedAlgorithms`), in order.
    pub pubkey_algorithms: Vec<String>,
    /// A library that speaks to a device with keys, which we cannot load.
    pub pkcs11_provider: Option<String>,
    /// A library that speaks to security keys (`SecurityKeyProvider`).
    pub security_key_provider: Option<String>,
    /// True if Kerberos may be used (`GSSAPIAuthentication`), which libssh2 has not.
    pub gssapi: bool,
    /// True if this computer's own host key may be used (`HostbasedAuthentication`), which libssh2 has not.
    pub hostbased: bool,
    /// True if a login is left to `ssh` where that has more ways in, before the user is asked anything.
    pub yields: bool,
    /// The algorithms of the connection itself.
    pub algorithms: Algorithms,
    /// Number of times that a password is prompted for.
    pub password_prompts: u32,
    /// Hosts to go through, as written: `[user@]host[:port],…`.
    pub proxy_jump: Option<String>,
    /// A command to connect through, its tokens filled in, for the user's shell.
    pub proxy_command: Option<String>,
    /// True if that command hands over a socket instead of carrying the bytes.
    pub proxy_fdpass: bool,
    /// True if variables are to be sent along (`SetEnv`), which is not done.
    pub sets_env: bool,
    /// The pause between keep-alive messages; zero means none are sent.
    pub alive_interval: Duration,
    /// Number of keepalives that may go unanswered.
    pub alive_count_max: u32,
    /// Call of the system's `ssh` for this target.
    pub call: SshCall,
    /// Source of all this.
    pub source: Source,
}

/// Arguments and facts of the system's `ssh` for one target.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SshCall {
    /// Its arguments: a configuration file if it is not the usual one, and the destination.
    pub arguments: Vec<OsString>,
    /// Further options that it knows and that have to be set for a process that only connects.
    pub options: Vec<&'static str>,
    /// True for a version before 8.7: it may ask at its terminal, whatever helper it is given, and does not say which
    /// questions are the server's.
    pub is_old: bool,
    /// The socket over which a connection would be shared (`ControlPath`).
    pub control_path: Option<PathBuf>,
}

impl SshTarget {
    /// The name under which this host's key is filed.
    #[must_use]
    pub fn known_hosts_name(&self) -> HostName {
        match &self.host_key_alias {
            Some(alias) => HostName::alias(alias),
            None => HostName::new(&self.host, self.port),
        }
    }
}

/// Lists of algorithms, in the user's order; an empty one leaves it to libssh2.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Algorithms {
    /// `KexAlgorithms`.
    pub kex: Vec<String>,
    /// `HostKeyAlgorithms`.
    pub host_keys: Vec<String>,
    /// `Ciphers`.
    pub ciphers: Vec<String>,
    /// `MACs`.
    pub macs: Vec<String>,
}

/// The SSH agent to ask for keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AgentChoice {
    /// The one that `SSH_AUTH_SOCK` names, if any.
    Default,
    /// None.
    Disabled,
    /// None, since this variable, which was to name its socket, is not set.
    Unset(String),
    /// The one that listens on this socket.
    Path(PathBuf),
}

/// `StrictHostKeyChecking`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StrictHostKeyChecking {
    /// Refuse keys that aren't on file.
    Yes,
    /// Ask about new keys, refuse changed ones.
    Ask,
    /// Take new keys, refuse changed ones.
    AcceptNew,
    /// Take new keys. A changed or revoked one would be taken without forwards, which is no use here.
    No,
}

/// `AddressFamily`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AddressFamily {
    /// Whatever the name resolves to.
    Any,
    /// IPv4 only.
    V4,
    /// IPv6 only.
    V6,
}

/// The source of an [`SshTarget`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `ssh -G`: the user's configuration was read.
    OpenSsh,
    /// The local computer has no `ssh`: no configuration was read, and the user is to be informed.
    Fallback,
}
