//! Resolves a destination by OpenSSH's configuration, as `ssh -G` itself reports it, so that every
//! option, `Match` block and include means here what it means there.
//!
//! `ssh -G` runs the commands of `Match exec`: call this on a click, never to draw a menu.

mod error;
mod expand;
mod fallback;
mod parse;
mod target;

use std::ffi::OsStr;
use std::io;
use std::path::Path;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use super::command::{self, Unfinished};
use super::error::SshError;
use super::poll::{Poller, WaitError};
use crate::file_access::mending_command;
use crate::i18n::fl;
pub use error::ResolveError;
use expand::Local;
pub use parse::given_name;
pub use target::{
    AddressFamily, AgentChoice, Algorithms, Source, SshCall, SshTarget, StrictHostKeyChecking,
};

/// The program that is asked.
const SSH: &str = "ssh";

/// The time limit where nobody sets one: the commands of `Match exec` run in it.
const PATIENCE: Duration = Duration::from_secs(60);

/// Asks `ssh` about a destination: an alias, `user@host` or `ssh://user@host:port`.
///
/// `ssh_config` replaces the user's and the system's configuration. Without an `ssh` program the
/// destination is read as it is written, with OpenSSH's defaults ([`Source::Fallback`]).
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
/// As [`resolve`], or [`SshError::Wait`] when cancelled.
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
        refuse_open(destination, config)?;
        command.arg("-F").arg(config);
    }
    command.args(["--", destination]);
    let arguments = command.get_args().skip(1).map(OsStr::to_owned).collect();
    let destination = destination.to_owned();
    let mut target: Result<SshTarget, ResolveError> = match command::output(command, poller) {
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
    if let Ok(target) = &mut target {
        target.call.arguments = arguments;
    }
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

/// Reads what `ssh -G` may have printed about a destination, for an account that is always the same.
pub(crate) fn read_options(output: &str, destination: &str) -> Result<SshTarget, ResolveError> {
    let local = Local {
        home: Some("/home/me".into()),
        user: "me".to_owned(),
        uid: Some("1000".to_owned()),
        hostname: Some("laptop.example.org".to_owned()),
        env: |name| (name == "HOME").then(|| "/home/me".to_owned()),
    };
    check(destination)?;
    fallback::target(destination, &local)?;
    parse::parse(output, destination, &local)
}

/// Returns the complaint of `ssh`, on one line, without what it prints to every program.
pub(crate) fn refusal(stderr: &str) -> String {
    if stderr.contains("usage: ssh") {
        return fl!("resolve-usage");
    }
    let told: Vec<&str> = stderr
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("Pseudo-terminal will not be"))
        .collect();
    if told.is_empty() {
        fl!("resolve-no-reason")
    } else {
        told.join("; ")
    }
}

/// Refuses a file that other accounts can change, as `ssh` does only with those in their usual places: it names commands
/// to be run.
fn refuse_open(destination: &str, config: &Path) -> Result<(), ResolveError> {
    match mending_command(config) {
        None => Ok(()),
        Some(command) => Err(ResolveError::OpenToOthers {
            destination: destination.to_owned(),
            config: config.to_owned(),
            command,
        }),
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
        return refuse(fl!("resolve-no-host"));
    }
    if destination.starts_with('-') || user.starts_with('-') || host.starts_with('-') {
        return refuse(fl!("resolve-hyphen"));
    }
    if destination.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return refuse(fl!("resolve-blank"));
    }
    // Accounts on Windows may hold a backslash or a dollar sign.
    if destination.contains(|c| "'\"`;&<>|(){}".contains(c)) || host.contains(['\\', '$']) {
        return refuse(fl!("resolve-shell"));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
