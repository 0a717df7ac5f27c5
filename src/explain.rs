//! The one place that turns errors into what a person reads: what happened, to which host, and
//! what to do.

mod connection;
mod far_side;
mod lost;

use connection::ssh;
use far_side::far_side;
pub use lost::{lost, lost_for_good, needs_answer, not_listening, other_machine, server_ended};

use crate::config::{Host, LauncherKind};
use crate::jupyter::ApiError;
use crate::phase::Phase;
use crate::problem::{Code, Problem};
use crate::remote::Error as RemoteError;
use crate::ssh::Error as SshError;
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
        RemoteError::NotStarted { output } => Problem::new(
            Code::TimedOut,
            format!(
                "The start-up files of the login shell on {} took longer than allowed",
                host.name
            ),
            redact(output),
            format!(
                "Try `ssh {} true`: one of them may wait for input or for a slow disk. `--timeout SECONDS` allows more.",
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

/// Explains that this machine has no thread, pipe or signal handler left for a session.
#[must_use]
pub fn local(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        format!("This machine could not do its part for {host}"),
        error.to_string(),
        "See whether it is out of memory, threads or file descriptors.",
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

/// The program that held a host's tunnel went away without a word.
#[must_use]
pub fn holder_gone(host: &str) -> Problem {
    Problem::new(
        Code::Lost,
        format!("The remote-jupyter that held the tunnel to {host} has ended"),
        "",
        "Open it again.",
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
