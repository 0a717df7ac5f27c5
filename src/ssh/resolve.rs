//! What OpenSSH's configuration says about a destination, asked of `ssh -G` itself, so that every
//! option, `Match` block and include means here what it means there.
//!
//! `ssh -G` runs the commands of `Match exec`: call this on a click, never to draw a menu.

mod expand;
mod fallback;
mod parse;

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use super::SshError;
use super::command::{self, Unfinished};
use super::known_hosts::HostName;
use super::poll::{Poller, WaitError};
use crate::i18n::say;
use expand::Local;

/// The program that is asked.
const SSH: &str = "ssh";

/// The time limit where nobody sets one: the commands of `Match exec` run in it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where and how to connect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of ssh_config(5)"
)]
pub struct SshTarget {
    /// The host as the person named it.
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
    /// Whether only those keys are offered, though an agent holds more.
    pub identities_only: bool,
    /// The agent to ask.
    pub identity_agent: AgentChoice,
    /// Certificates that go with the keys.
    pub certificate_files: Vec<PathBuf>,
    /// The person's known-hosts files; new keys go to the first.
    pub user_known_hosts: Vec<PathBuf>,
    /// The machine's known-hosts files.
    pub global_known_hosts: Vec<PathBuf>,
    /// `BatchMode`: nobody is asked anything.
    pub batch: bool,
    /// Keys of the host that are known otherwise than by a file: all others are another host's.
    pub told_keys: Vec<Vec<u8>>,
    /// Host keys that are refused everywhere (`RevokedHostKeys`): a list of public keys or a KRL.
    pub revoked_host_keys: Option<PathBuf>,
    /// A program that prints known-hosts lines (`KnownHostsCommand`), as written.
    pub known_hosts_command: Option<String>,
    /// What an authority may sign certificates with; empty means anything that can be checked.
    pub ca_signature_algorithms: Vec<String>,
    /// Whether the host's address is looked up among the known hosts too.
    pub check_host_ip: bool,
    /// Whether any key of this very machine is taken (`NoHostAuthenticationForLocalhost`).
    pub trust_localhost: bool,
    /// The shortest RSA key that is accepted, in bits.
    pub min_rsa_bits: u32,
    /// What to do about a host key that isn't on file.
    pub strict: StrictHostKeyChecking,
    /// Whether host names are hashed when a key is written down.
    pub hash_known_hosts: bool,
    /// How long connecting may take; `None` leaves it to the system.
    pub connect_timeout: Option<Duration>,
    /// Which addresses may be used.
    pub family: AddressFamily,
    /// The local address to connect from.
    pub bind_address: Option<String>,
    /// The interface to connect from.
    pub bind_interface: Option<String>,
    /// The order of authentication methods; empty means OpenSSH's own order.
    pub preferred_auth: Vec<String>,
    /// Whether keys may be used.
    pub pubkey: bool,
    /// Whether a password may be asked for.
    pub password: bool,
    /// Whether the server's own questions may be passed on.
    pub kbd_interactive: bool,
    /// Signature algorithms for keys (`PubkeyAcceptedAlgorithms`), in order.
    pub pubkey_algorithms: Vec<String>,
    /// A library that speaks to a device with keys, which we cannot load.
    pub pkcs11_provider: Option<String>,
    /// The algorithms of the connection itself.
    pub algorithms: Algorithms,
    /// How often a password is asked for.
    pub password_prompts: u32,
    /// Hosts to go through, as written: `[user@]host[:port],…`.
    pub proxy_jump: Option<String>,
    /// A command to connect through, its tokens filled in, for the person's shell.
    pub proxy_command: Option<String>,
    /// Whether that command hands over a socket instead of carrying the bytes.
    pub proxy_fdpass: bool,
    /// Whether variables are to be sent along (`SetEnv`), which is not done.
    pub sets_env: bool,
    /// The pause between keep-alive messages; zero means none are sent.
    pub alive_interval: Duration,
    /// How many of them may go unanswered.
    pub alive_count_max: u32,
    /// Who says all this.
    pub source: Source,
}

/// Lists of algorithms, in the person's order; an empty one leaves it to libssh2.
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

/// Where a [`Target`] comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// `ssh -G`: the person's configuration was read.
    OpenSsh,
    /// This machine has no `ssh`: no configuration was read, and the person should be told.
    Fallback,
}

/// Why a destination could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The destination was refused before anything ran.
    #[error("{}", say!("resolve-bad", destination = quoted(destination), reason = reason))]
    BadDestination {
        /// What was given.
        destination: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A configuration file was named, but there is no `ssh` to read it.
    #[error("{}", say!("resolve-no-ssh", file = config.display().to_string(), destination = quoted(destination)))]
    NoSsh {
        /// What was to be resolved.
        destination: String,
        /// The configuration file.
        config: PathBuf,
    },
    /// `ssh` is there but would not start.
    #[error("{}", say!("resolve-not-started", program = program, destination = quoted(destination), why = source.to_string()))]
    NotStarted {
        /// What was to be resolved.
        destination: String,
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// `ssh` did not answer in time, most likely since a command of `Match exec` hangs.
    #[error("{}", say!("resolve-slow", destination = quoted(destination)))]
    TimedOut {
        /// What was to be resolved.
        destination: String,
    },
    /// `ssh` refused the destination or its configuration.
    #[error("{}", say!("resolve-refused", destination = quoted(destination), message = message, bare = destination))]
    Refused {
        /// What was to be resolved.
        destination: String,
        /// What `ssh` said, on one line.
        message: String,
    },
    /// The answer lacks something, or is not what any known `ssh` prints.
    #[error("{}", say!("resolve-missing", destination = quoted(destination), option = quoted(option), bare = destination))]
    Unreadable {
        /// What was to be resolved.
        destination: String,
        /// The line that is missing or wrong.
        option: &'static str,
    },
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

/// Asks `ssh` about a destination: an alias, `user@host` or `ssh://user@host:port`.
///
/// `ssh_config` takes the place of the person's and the machine's configuration. Without an `ssh`
/// program the destination is read as it stands, with OpenSSH's defaults ([`Source::Fallback`]).
///
/// # Errors
/// If the destination looks like an option or a command, or `ssh` refuses it.
pub fn resolve(destination: &str, ssh_config: Option<&Path>) -> Result<SshTarget, ResolveError> {
    let none = |source| ResolveError::NotStarted {
        destination: destination.to_owned(),
        program: SSH.to_owned(),
        source,
    };
    let poller = Poller::new().map_err(none)?;
    poller.set_deadline(Some(Instant::now() + PATIENCE));
    resolve_with(SSH, &[], destination, ssh_config, &poller).map_err(|error| match error {
        SshError::Resolve(error) => error,
        other => none(io::Error::other(other.to_string())),
    })
}

/// As [`resolve`], by a waiter's deadline, and so that it can be cancelled.
///
/// # Errors
/// As [`resolve`], or [`Error::Wait`] when cancelled.
pub fn resolve_within(
    destination: &str,
    ssh_config: Option<&Path>,
    poller: &Poller,
) -> Result<SshTarget, SshError> {
    resolve_with(SSH, &[], destination, ssh_config, poller)
}

/// Asks `ssh` about a jump host as `ssh -J` does: `[user@]host[:port]`, or an address with `ssh://`.
///
/// # Errors
/// As [`resolve_within`].
pub fn resolve_hop(
    place: &str,
    ssh_config: Option<&Path>,
    poller: &Poller,
) -> Result<SshTarget, SshError> {
    check(place)?;
    let (options, host) = hop_arguments(place);
    resolve_with(SSH, &options, host, ssh_config, poller)
}

/// A jump host as arguments of `ssh`, and the host itself. (A port could stand in an address with
/// `ssh://`, but there OpenSSH takes no IPv6 address.)
#[must_use]
pub fn hop_arguments(place: &str) -> (Vec<&str>, &str) {
    let fallback::Parts { user, host, port } = fallback::split(place);
    let user = user.into_iter().flat_map(|user| ["-l", user]);
    let port = port.into_iter().flat_map(|port| ["-p", port]);
    (user.chain(port).collect(), host)
}

fn resolve_with(
    program: &str,
    options: &[&str],
    destination: &str,
    ssh_config: Option<&Path>,
    poller: &Poller,
) -> Result<SshTarget, SshError> {
    check(destination)?;
    let mut command = Command::new(program);
    command.arg("-G").args(options);
    if let Some(config) = ssh_config {
        command.arg("-F").arg(config);
    }
    command.args(["--", destination]);
    let destination = destination.to_owned();
    let target = match command::output(command, poller) {
        Ok(output) => read_answer(&destination, &output),
        Err(Unfinished::Wait(WaitError::TimedOut)) => Err(ResolveError::TimedOut { destination }),
        Err(Unfinished::Wait(error)) => return Err(error.into()),
        Err(Unfinished::NotStarted(error)) if error.kind() == io::ErrorKind::NotFound => {
            match ssh_config {
                None => fallback::target(&destination, &Local::here("")),
                Some(config) => Err(ResolveError::NoSsh {
                    destination,
                    config: config.to_owned(),
                }),
            }
        }
        Err(Unfinished::NotStarted(source)) => Err(ResolveError::NotStarted {
            destination,
            program: program.to_owned(),
            source,
        }),
    };
    Ok(target?)
}

fn read_answer(destination: &str, output: &Output) -> Result<SshTarget, ResolveError> {
    if !output.status.success() {
        return Err(ResolveError::Refused {
            destination: destination.to_owned(),
            message: refusal(&String::from_utf8_lossy(&output.stderr)),
        });
    }
    let text = String::from_utf8_lossy(&output.stdout);
    parse::parse(&text, destination, &Local::here(&text))
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}

/// What `ssh` complained about, on one line, without what it says to every program.
fn refusal(stderr: &str) -> String {
    if stderr.contains("usage: ssh") {
        return say!("resolve-usage");
    }
    let told: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("Pseudo-terminal will not be"))
        .collect();
    if told.is_empty() {
        say!("resolve-no-reason")
    } else {
        told.join("; ")
    }
}

/// Refuses what could be taken for an option, or for shell text where a `ProxyCommand` has `%h` or
/// `%r`. OpenSSH does the latter itself since 9.6 (CVE-2023-51385); older ones are still about.
fn check(destination: &str) -> Result<(), ResolveError> {
    let refuse = |reason| {
        Err(ResolveError::BadDestination {
            destination: destination.to_owned(),
            reason,
        })
    };
    let bare = destination.strip_prefix("ssh://").unwrap_or(destination);
    let (user, host) = bare.rsplit_once('@').unwrap_or(("", bare));
    if host.is_empty() {
        return refuse(say!("resolve-no-host"));
    }
    if destination.starts_with('-') || user.starts_with('-') || host.starts_with('-') {
        return refuse(say!("resolve-hyphen"));
    }
    if destination.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return refuse(say!("resolve-blank"));
    }
    // Accounts on Windows may hold a backslash or a dollar sign.
    if destination.contains(|c| "'\"`;&<>|(){}".contains(c)) || host.contains(['\\', '$']) {
        return refuse(say!("resolve-shell"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
