//! The one place that turns errors into what a person reads: what happened, to which host, and
//! what to do.

mod asked;
mod connection;
mod far_side;
mod here;
mod hops;
mod jobs;
mod last_words;
mod login;
mod lost;
mod route;
mod servers;

#[cfg(not(feature = "app"))]
pub use asked::no_app;
#[cfg(feature = "app")]
pub use asked::no_display;
pub use asked::{
    broken_config, no_config, not_resolved, nothing_configured, uneditable, unknown_host,
    which_host,
};
use connection::ssh;
use far_side::{far_side, no_script};
pub use here::{
    app_runs, keychain_kept, launcher, login_item, no_browser, no_clipboard, no_release, not_added,
    not_opened, not_removed, tunnels_open,
};
pub use jobs::{
    job_confused, job_ended, job_gone, job_never_starts, job_not_taken, job_refused,
    job_start_slow, job_suspended, job_time_up, job_uncertain, job_would_be_refused, no_end,
    no_list, no_scheduler, not_extendable, not_extended,
};
pub use lost::{
    idle_ended, lost, lost_for_good, lost_launches, needs_user, not_listening, not_now,
    other_machine, server_ended,
};
pub use route::{
    barred, forwarding, no_hop, no_relay, no_route, no_way, not_there, socket_refuses,
};
pub use servers::{kernels_busy, not_stopped, nothing_running, unusable};

use crate::config::Host;
use crate::jupyter::ApiError;
use crate::phase::Phase;
use crate::problem::{Code, Problem};
use crate::remote::Error as RemoteError;
use crate::ssh::Error as SshError;
use crate::ssh::resolve::Target;
use crate::ssh::wait::WaitError;
use crate::ssh::{Shortage, shortage};
use crate::token::redact;
use crate::words::say;

/// Explains a failure on the way to, or on, the far side.
#[must_use]
pub fn remote(host: &Host, target: Option<&Target>, phase: Phase, error: &RemoteError) -> Problem {
    match error {
        RemoteError::Ssh(SshError::Wait(wait)) => waiting(&host.name, phase, wait),
        RemoteError::Ssh(error) => ssh(host, target, error),
        RemoteError::Failed(failure) => far_side(host, failure),
        RemoteError::NoScript { output } => no_script(host, output),
        RemoteError::NotStarted { output } => Problem::new(
            Code::TimedOut,
            say!("explain-not-started", host = &host.name),
            redact(output),
            say!(
                "explain-not-started-remedy",
                destination = host.ssh_destination()
            ),
        ),
        RemoteError::Unexpected(answer) => Problem::new(
            Code::LoginShell,
            say!("explain-unexpected", host = &host.name),
            // Its kind alone: what it carries may hold a token.
            answer.split(['(', '{']).next().unwrap_or_default().trim(),
            say!("explain-report-remedy"),
        ),
        RemoteError::Random(error) => Problem::new(
            Code::Local,
            say!("explain-random", host = &host.name),
            error.to_string(),
            say!("explain-random-remedy"),
        ),
    }
}

fn waiting(name: &str, phase: Phase, error: &WaitError) -> Problem {
    match error {
        WaitError::TimedOut if phase == Phase::Starting => Problem::new(
            Code::TimedOut,
            say!("explain-start-slow", host = name),
            say!("explain-start-slow-detail"),
            say!("explain-start-slow-remedy", host = name),
        ),
        WaitError::TimedOut => Problem::new(
            Code::TimedOut,
            say!("explain-timed-out", host = name, phase = phase.words()),
            "",
            say!("explain-timed-out-remedy", host = name),
        ),
        WaitError::Cancelled => interrupted(name),
        WaitError::System(error) => Problem::new(
            Code::Local,
            say!("explain-no-wait", host = name),
            error.to_string(),
            say!("explain-no-wait-remedy"),
        ),
    }
}

/// The person, or a signal, ended it.
#[must_use]
pub fn interrupted(host: &str) -> Problem {
    let title = say!("explain-interrupted", host = host);
    Problem::new(Code::Interrupted, title, "", "")
}

/// Explains a server that does not answer through the tunnel as it should.
#[must_use]
pub fn api(host: &str, error: &ApiError) -> Problem {
    let title = match error {
        ApiError::NoPage => say!("explain-no-page", host = host),
        ApiError::Status(_) | ApiError::NotJupyter(_) => say!("explain-wrong-answer", host = host),
        _ => say!("explain-no-answer", host = host),
    };
    let remedy = match error {
        ApiError::NoPage => say!("explain-no-page-remedy", host = host),
        ApiError::Status(403) => say!("explain-forbidden-remedy"),
        ApiError::NoAnswer(_) => say!("explain-no-answer-remedy"),
        ApiError::Certificate(_) => say!("explain-other-certificate-remedy"),
        _ => say!("explain-wrong-answer-remedy"),
    };
    Problem::new(
        Code::JupyterAnswer,
        title,
        redact(&error.to_string()),
        remedy,
    )
}

/// Explains that no local port could be opened.
#[must_use]
pub fn no_port(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        say!("explain-no-port", host = host),
        error.to_string(),
        say!("explain-no-port-remedy"),
    )
}

/// Explains that this machine has no thread, pipe or signal handler left for a session.
#[must_use]
pub fn local(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        say!("explain-local", host = host),
        error.to_string(),
        system_remedy(error),
    )
}

/// What to do about a system call that failed, as far as its error tells.
fn system_remedy(error: &std::io::Error) -> String {
    match shortage(error) {
        Some(Shortage::Descriptors) => say!("explain-local-files-remedy"),
        Some(Shortage::Memory) => say!("explain-local-memory-remedy"),
        None => say!("explain-local-remedy"),
    }
}

/// Explains a server whose address makes no URL.
#[must_use]
pub fn bad_url(host: &str, error: &url::ParseError) -> Problem {
    Problem::new(
        Code::JupyterAnswer,
        say!("explain-bad-url", host = host),
        error.to_string(),
        say!("explain-bad-url-remedy"),
    )
}

/// The program that held a host's tunnel went away without a word.
#[must_use]
pub fn holder_gone(host: &str) -> Problem {
    Problem::new(
        Code::Lost,
        say!("explain-holder-gone", host = host),
        "",
        say!("explain-open-again-remedy"),
    )
}

/// Explains that the programs of this account cannot speak to each other.
#[must_use]
pub fn no_control(host: &str, error: &std::io::Error) -> Problem {
    Problem::new(
        Code::Local,
        say!("explain-no-control", host = host),
        error.to_string(),
        // A socket's path has 104 bytes on macOS and 108 on Linux, and no more.
        if error.kind() == std::io::ErrorKind::InvalidInput {
            say!("explain-control-long-remedy")
        } else {
            say!("explain-no-control-remedy")
        },
    )
}

/// Explains what should never happen.
#[must_use]
pub fn bug(host: &str) -> Problem {
    Problem::new(
        Code::Local,
        say!("explain-bug", host = host),
        "",
        say!("explain-bug-remedy"),
    )
}

#[cfg(test)]
mod tests;
