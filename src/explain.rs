//! The one place that turns errors into what a person reads: what happened, to which host, and
//! what to do.

use std::fmt::Write;

use crate::config::{Host, LauncherKind};
use crate::jupyter::ApiError;
use crate::phase::Phase;
use crate::problem::{Code, Problem};
use crate::remote::{Error as RemoteError, Failure};
use crate::ssh::Error as SshError;
use crate::ssh::known_hosts::{KnownHostsError, KnownKey};
use crate::ssh::resolve::Target;
use crate::ssh::wait::WaitError;
use crate::token::redact;

/// Explains a failure on the way to, or on, the far side.
#[must_use]
pub fn remote(host: &Host, target: Option<&Target>, phase: Phase, error: &RemoteError) -> Problem {
    match error {
        RemoteError::Ssh(SshError::Wait(wait)) => waiting(&host.name, phase, wait),
        RemoteError::Ssh(error) => ssh(host, target, error),
        RemoteError::Failed(failure) => far_side(host, failure),
        RemoteError::NoScript { output } => Problem::new(
            Code::LoginShell,
            format!(
                "The login shell on {} ended without running our script",
                host.name
            ),
            redact(output),
            format!(
                "Try `ssh {}`: a line in the start-up files there may end the shell, or the account may have none.",
                host.ssh_destination()
            ),
        ),
        RemoteError::Unexpected(answer) => Problem::new(
            Code::LoginShell,
            format!("{} gave an answer that was not asked for", host.name),
            // Its kind alone: what it carries may hold a token.
            answer.split(['(', '{']).next().unwrap_or_default().trim(),
            "Please report this, with what `remote-jupyter doctor` says.",
        ),
        RemoteError::Random(error) => Problem::new(
            Code::Local,
            format!("{}: this machine gives no random numbers", host.name),
            error.to_string(),
            "Without them nothing can be kept secret: look into the system's log.",
        ),
    }
}

fn ssh(host: &Host, target: Option<&Target>, error: &SshError) -> Problem {
    let name = &host.name;
    let destination = host.ssh_destination();
    match error {
        SshError::Resolve(error) => Problem::new(
            Code::Resolve,
            format!("The ssh configuration of {name} cannot be used"),
            error.to_string(),
            format!("Check it with `ssh -G {destination}`."),
        ),
        SshError::Wait(wait) => waiting(name, Phase::Connecting, wait),
        SshError::Route {
            name: keyword,
            value,
        } => Problem::new(
            Code::Route,
            format!("{name} needs {keyword}, which this version does not support yet"),
            format!("{keyword} {value}"),
            format!(
                "Until it does, forward a port by hand: `ssh -N -L 8888:localhost:8888 {destination}`."
            ),
        ),
        SshError::NameUnknown {
            host: wanted,
            reason,
        } => Problem::new(
            Code::NameUnknown,
            format!("{name}: no address is known for {wanted}"),
            reason.clone(),
            "Check the spelling, the HostName in ~/.ssh/config, and whether a VPN is needed.",
        ),
        SshError::Dial {
            host: wanted,
            port,
            tried,
        } => dial(name, wanted, *port, tried),
        SshError::Handshake(text) => handshake(name, text),
        SshError::KnownHosts(error) => Problem::new(
            Code::HostKeyFiles,
            format!("The host key of {name} cannot be checked"),
            error.to_string(),
            match error {
                KnownHostsError::Read { .. } | KnownHostsError::Write { .. } => {
                    "Make the file readable and writable for yourself."
                }
                KnownHostsError::UnwritableName { .. } => {
                    "Give it a plain HostName or HostKeyAlias in ~/.ssh/config."
                }
                KnownHostsError::MalformedKey { .. } => {
                    "Check that an SSH server answers on that port."
                }
            },
        ),
        SshError::HostKeyUnknown { .. }
        | SshError::HostKeyChanged { .. }
        | SshError::HostKeyRevoked { .. } => host_key(name, destination, target, error),
        SshError::AuthRefused {
            user,
            tried,
            offered,
        } => refused(name, destination, user, tried, offered),
        SshError::NoAnswer { question, reason } => Problem::new(
            Code::AuthNoAnswer,
            format!("The login to {name} needs an answer that nobody gave"),
            format!("{question}\n{reason}"),
            "Run the command in a terminal, set SSH_ASKPASS, or load the key into an agent with `ssh-add`.",
        ),
        SshError::Passphrase { key } => Problem::new(
            Code::Passphrase,
            format!(
                "{name}: the passphrase does not open the key {}",
                key.display()
            ),
            String::new(),
            format!("Check it with `ssh-keygen -y -f {}`.", key.display()),
        ),
        SshError::Session(_) | SshError::Closed => lost(name, error),
        SshError::System(error) => Problem::new(
            Code::Local,
            format!("This machine could not do its part for {name}"),
            error.to_string(),
            "See whether it is out of memory or file descriptors.",
        ),
    }
}

fn waiting(name: &str, phase: Phase, error: &WaitError) -> Problem {
    match error {
        WaitError::TimedOut if phase == Phase::Starting => Problem::new(
            Code::TimedOut,
            format!("{name}: starting Jupyter took longer than allowed"),
            "It goes on starting there.",
            format!(
                "Open it again to wait on; `remote-jupyter logs {name}` shows what it says, \
                 `remote-jupyter stop {name}` ends it."
            ),
        ),
        WaitError::TimedOut => Problem::new(
            Code::TimedOut,
            format!("{name}: {} took longer than allowed", phase.words()),
            String::new(),
            format!(
                "`remote-jupyter doctor {name}` shows which step is slow; `open` takes `--timeout SECONDS`."
            ),
        ),
        WaitError::Cancelled => {
            Problem::new(Code::Interrupted, format!("{name}: interrupted"), "", "")
        }
        WaitError::System(error) => Problem::new(
            Code::Local,
            format!("This machine could not wait for {name}"),
            error.to_string(),
            "See whether it is out of file descriptors.",
        ),
    }
}

fn dial(
    name: &str,
    host: &str,
    port: u16,
    tried: &[(std::net::SocketAddr, std::io::Error)],
) -> Problem {
    let detail: Vec<String> = tried
        .iter()
        .map(|(address, error)| format!("{address}: {error}"))
        .collect();
    let detail = detail.join("\n");
    let all_refused = tried
        .iter()
        .all(|(_, error)| error.kind() == std::io::ErrorKind::ConnectionRefused);
    if all_refused {
        return Problem::new(
            Code::Refused,
            format!("{name}: nothing listens on port {port} of {host}"),
            detail,
            "Check the Port in ~/.ssh/config, and whether the SSH server runs there.",
        );
    }
    Problem::new(
        Code::Unreachable,
        format!("{name}: no answer from {host} port {port}"),
        detail,
        "Check the network, and whether a VPN or a jump host is needed.",
    )
}

fn handshake(name: &str, text: &str) -> Problem {
    let old = text.contains("method") || text.contains("exchange");
    let remedy = if old {
        "A server that knows only SHA-1 is too old for this program and needs an update; `ssh -v` shows what it offers."
    } else {
        "Check that an SSH server answers on that port: `ssh -v` shows its greeting."
    };
    Problem::new(
        Code::Handshake,
        format!("{name}: the SSH handshake failed"),
        text,
        remedy,
    )
}

fn host_key(name: &str, destination: &str, target: Option<&Target>, error: &SshError) -> Problem {
    let filed = target.map_or_else(
        || name.to_owned(),
        |target| target.known_hosts_name().to_string(),
    );
    match error {
        SshError::HostKeyChanged {
            fingerprint,
            known,
            same_type,
        } => Problem::new(
            Code::HostKeyChanged,
            format!("{name} shows another host key than the one that is known: nothing was sent"),
            format!("shown: {fingerprint}\n{}", known_keys(known)),
            if *same_type {
                format!(
                    "Somebody may be in between. Only if you know why it changed: `ssh-keygen -R '{filed}'`, then connect again."
                )
            } else {
                format!(
                    "The host has no key of the known type any more. If its owner confirms the new one: `ssh-keygen -R '{filed}'`, then connect again."
                )
            },
        ),
        SshError::HostKeyRevoked { file, line } => Problem::new(
            Code::HostKeyRevoked,
            format!("{name} shows a host key that is marked as revoked: nothing was sent"),
            format!("{}:{line}", file.display()),
            "Ask the host's administrator; this key must not be used any more.",
        ),
        SshError::HostKeyUnknown {
            fingerprint,
            reason,
        } => Problem::new(
            Code::HostKeyUnknown,
            format!("The host key of {name} is not known and was not accepted"),
            format!("{fingerprint}\n{reason}"),
            format!(
                "Compare the fingerprint with the administrator's, then connect once with `ssh {destination}`, or answer yes here."
            ),
        ),
        other => Problem::new(Code::HostKeyUnknown, format!("{name}: {other}"), "", ""),
    }
}

fn known_keys(known: &[KnownKey]) -> String {
    known.iter().fold(String::new(), |mut text, key| {
        let place = format!("{}:{}", key.file.display(), key.line);
        let _ = writeln!(
            text,
            "known: {} {} ({place})",
            key.fingerprint, key.key_type
        );
        text
    })
}

fn refused(name: &str, destination: &str, user: &str, tried: &[String], offered: &str) -> Problem {
    let mut detail = tried.join("\n");
    if tried.is_empty() {
        detail.push_str("no key, agent or password of yours fits what the server offers");
    }
    let _ = write!(detail, "\nthe server offers: {offered}");
    Problem::new(
        Code::AuthRefused,
        format!("{name} refused the login of {user}"),
        detail,
        format!(
            "Check with `ssh {destination}`; a key has to stand in ~/.ssh/authorized_keys there."
        ),
    )
}

fn far_side(host: &Host, failure: &Failure) -> Problem {
    match failure {
        Failure::Died { status, log } => died(host, *status, log),
        Failure::Other { code, text } => match code.as_str() {
            "workdir" => Problem::new(
                Code::RemoteFolder,
                format!(
                    "The working folder {} cannot be used on {}",
                    host.workdir.as_deref().unwrap_or("~"),
                    host.name
                ),
                redact(text),
                "Create it there, or change `workdir`.",
            ),
            "unwritable" => Problem::new(
                Code::RemoteFolder,
                format!(
                    "Nothing can be written below ~/.local/state/remote-jupyter on {}",
                    host.name
                ),
                redact(text),
                "The disk or your quota may be full, or the folder may not be yours: look at `df -h ~` and `ls -ld ~/.local/state` there.",
            ),
            "socket" => Problem::new(
                Code::RemoteFolder,
                format!("The path of the unix socket is too long on {}", host.name),
                redact(text),
                "Use bind = \"loopback\".",
            ),
            _ => Problem::new(
                Code::LoginShell,
                format!("The script failed on {}", host.name),
                redact(&format!("{code} {text}")),
                "Please report this, with what `remote-jupyter doctor` says.",
            ),
        },
    }
}

fn died(host: &Host, status: Option<i32>, log: &str) -> Problem {
    let name = &host.name;
    let log = redact(log);
    if status == Some(127)
        && let Some(problem) = not_found(host, &log)
    {
        return problem;
    }
    let how = status.map_or(String::new(), |status| format!(" (exit status {status})"));
    let full = ["No space left on device", "Disk quota exceeded"];
    let remedy = if full.iter().any(|words| log.contains(words)) {
        "The disk or your quota is full there: see `df -h ~`."
    } else if log.is_empty() {
        "It said nothing: try the same by hand there, and see whether the disk is full (`df -h ~`)."
    } else if log.contains("ort") && log.contains("in use") {
        "Another program there has that port: leave `remote_port` out, or choose another."
    } else if !host.setup.is_empty() {
        "The lines above are its last words; also try the `setup` lines by hand there."
    } else {
        "The lines above are its last words; try the same by hand there."
    };
    Problem::new(
        Code::JupyterDied,
        format!("Jupyter ended while it was starting on {name}{how}"),
        log,
        remedy,
    )
}

/// 127 is the shell's "not found" (POSIX, section 2.8.2): of the command, of Jupyter, or of a word in
/// a set-up line, which is no matter of this function.
fn not_found(host: &Host, log: &str) -> Option<Problem> {
    let name = &host.name;
    let command = host.command.as_deref();
    let program = command.and_then(|line| line.split_whitespace().next());
    if !host.setup.is_empty() && !log.contains(program.unwrap_or("no jupyter on the PATH")) {
        return None;
    }
    Some(match command {
        Some(command) => Problem::new(
            Code::NoJupyter,
            format!("The command `{command}` does not exist on {name}"),
            log,
            "Check `command`, and whether `setup` puts it on the PATH.",
        ),
        None => Problem::new(
            Code::NoJupyter,
            format!("There is no Jupyter on the PATH of {name}"),
            log,
            "Add what you type before `jupyter lab` there: setup = [\"module load python\"] or setup = [\"conda activate NAME\"]; or install it with `pip install --user jupyterlab`.",
        ),
    })
}

/// Explains a server that does not answer through the tunnel as it should.
#[must_use]
pub fn api(host: &str, error: &ApiError) -> Problem {
    let remedy = match error {
        ApiError::Status(403) => {
            "It does not take the token of its runtime file: stop it there, and open it again."
        }
        ApiError::NoAnswer(_) => {
            "Its process may hang, or sshd may forbid forwarding (AllowTcpForwarding)."
        }
        _ => "See what runs on that port there.",
    };
    Problem::new(
        Code::JupyterAnswer,
        format!("Jupyter runs on {host}, but does not answer through the tunnel"),
        redact(&error.to_string()),
        remedy,
    )
}

/// Explains a connection that was lost.
#[must_use]
pub fn lost(host: &str, error: &SshError) -> Problem {
    Problem::new(
        Code::Lost,
        format!("The connection to {host} is lost"),
        error.to_string(),
        "A Jupyter that was running there still is: open it again.",
    )
}

/// Explains that no local port could be opened.
#[must_use]
pub fn no_port(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        format!("No local port could be opened for {host}"),
        error.to_string(),
        "See whether this machine is out of ports or file descriptors.",
    )
}

/// Explains a server whose address makes no URL.
#[must_use]
pub fn bad_url(host: &str, error: &url::ParseError) -> Problem {
    Problem::new(
        Code::JupyterAnswer,
        format!("The base URL of Jupyter on {host} makes no address"),
        error.to_string(),
        "Check `base_url` in its configuration there.",
    )
}

/// Explains a launcher that this version lacks.
#[must_use]
pub fn no_launcher(host: &str, launcher: LauncherKind) -> Problem {
    Problem::new(
        Code::Unsupported,
        format!("{host}: this version cannot launch through {launcher} yet"),
        String::new(),
        "Start the job by hand and use launcher = \"attach\" with `ssh` naming its node.",
    )
}

/// Explains that the programs of this account cannot speak to each other.
#[must_use]
pub fn no_control(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        format!("{host}: the control sockets cannot be used"),
        error.to_string(),
        "`remote-jupyter doctor` names their folder; another remote-jupyter may also hang.",
    )
}

/// Explains what should never happen.
#[must_use]
pub fn bug(host: &str) -> Problem {
    Problem::new(
        Code::Local,
        format!("{host}: remote-jupyter itself has failed"),
        "",
        "Please report this, with what was printed above.",
    )
}

#[cfg(test)]
mod tests;
