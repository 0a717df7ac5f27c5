//! What goes wrong on the far side, in the words of its script and of Jupyter's log.

use super::last_words;
use super::route::kept;
use crate::config::Host;
use crate::problem::{Code, Problem};
use crate::remote::Failure;
use crate::token::redact;
use crate::words::say;

pub(super) fn far_side(host: &Host, failure: &Failure) -> Problem {
    match failure {
        Failure::Died { status, log } => died(host, *status, log),
        Failure::Other { code, text } => match code.as_str() {
            "workdir" => Problem::new(
                Code::RemoteFolder,
                say!(
                    "explain-workdir",
                    folder = host.workdir.as_deref().unwrap_or("~"),
                    host = &host.name
                ),
                redact(text),
                say!("explain-workdir-remedy"),
            ),
            "unwritable" => Problem::new(
                Code::RemoteFolder,
                say!("explain-unwritable", host = &host.name),
                redact(text),
                say!("explain-unwritable-remedy"),
            ),
            "socket" => Problem::new(
                Code::RemoteFolder,
                say!("explain-socket", host = &host.name),
                redact(text),
                say!("explain-socket-remedy"),
            ),
            "kept" => kept(&host.name),
            _ => Problem::new(
                Code::LoginShell,
                say!("explain-script", host = &host.name),
                redact(&format!("{code} {text}")),
                say!("explain-report-remedy"),
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
    // Jupyter's own dispatcher ends with 1 for a command that is not installed.
    if log.contains("Jupyter command `jupyter-") && log.contains("not found") {
        return Problem::new(
            Code::NoJupyter,
            say!("explain-not-installed", host = name),
            log,
            say!("explain-not-installed-remedy"),
        );
    }
    let title = match status {
        Some(status) => say!("explain-died-status", host = name, status = status),
        None => say!("explain-died", host = name),
    };
    let remedy = last_words::remedy(status, &log).unwrap_or_else(|| {
        if log.is_empty() {
            say!("explain-died-silent-remedy")
        } else if !host.setup.is_empty() {
            say!("explain-died-setup-remedy")
        } else {
            say!("explain-died-remedy")
        }
    });
    Problem::new(Code::JupyterDied, title, log, remedy)
}

/// 127 is the shell's "not found" (POSIX, section 2.8.2): of the command, of Jupyter, or of a word in
/// a set-up line, which is no matter of this function.
fn not_found(host: &Host, log: &str) -> Option<Problem> {
    let name = &host.name;
    // A program that is there, whose own interpreter is not.
    if last_words::INTERPRETER
        .iter()
        .any(|words| log.contains(words))
    {
        return None;
    }
    let command = host.command.as_deref();
    let program = command.and_then(|line| line.split_whitespace().next());
    if !host.setup.is_empty() && !log.contains(program.unwrap_or("no jupyter on the PATH")) {
        return None;
    }
    Some(match command {
        Some(command) => Problem::new(
            Code::NoJupyter,
            say!("explain-no-command", command = command, host = name),
            log,
            say!("explain-no-command-remedy"),
        ),
        None => Problem::new(
            Code::NoJupyter,
            say!("explain-no-jupyter", host = name),
            log,
            say!("explain-no-jupyter-remedy"),
        ),
    })
}
