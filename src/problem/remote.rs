//! Problems on the remote host, explained with the output of its script and of Jupyter's log.

use super::code::{Code, Problem, Remedy};
use super::connection::ssh;
use super::last_words;
use super::node_route::kept;
use super::wait::waiting;
use crate::config::Host;
use crate::i18n::fl;
use crate::phase::Phase;
use crate::remote::RemoteError;
use crate::remote::ScriptFailure;
use crate::secret::redact;
use crate::ssh::SshError;
use crate::ssh::resolve::SshTarget;

/// Output of accounts that run certain commands only, or none: of bash (`rbash`), nologin of Linux
/// and the BSDs, git-shell, sshd's `internal-sftp`, rssh, scponly, lshell and the code hosts.
const NO_SHELL: [&str; 9] = [
    ": restricted",
    "This account is currently not available",
    "unrecognized command 'exec",
    "allows sftp connections only",
    "restricted by rssh",
    "scponly",
    "*** forbidden",
    "does not provide shell access",
    "hell access is disabled",
];

/// The words of Windows' cmd.exe and `PowerShell` for a command that they do not know; the last one in any language.
const WINDOWS: [&str; 3] = [
    "is not recognized as an internal or external command",
    "is not recognized as the name of a cmdlet",
    "CommandNotFoundException",
];

/// Explains a login shell that did not run the script.
pub(super) fn no_script(host: &Host, output: &str) -> Problem {
    let says = |words: &[&str]| words.iter().any(|words| output.contains(words));
    let name = &host.name;
    let destination = host.ssh_destination();
    let (title, remedy) = if says(&WINDOWS) {
        (
            fl!("explain-windows", host = name),
            fl!("explain-windows-remedy"),
        )
    } else if says(&NO_SHELL) {
        (
            fl!("explain-no-shell", host = name),
            no_shell_remedy(output),
        )
    } else {
        (
            fl!("explain-no-script", host = name),
            fl!("explain-no-script-remedy", destination = destination),
        )
    };
    Problem::new(Code::LoginShell, title, redact(output), remedy)
}

/// Returns what an account needs that runs no commands, by the words that sshd and nologin(8) have for it.
fn no_shell_remedy(output: &str) -> String {
    if output.contains("allows sftp connections only") {
        fl!("explain-files-only-remedy")
    } else if output.contains("account is currently not available") {
        fl!("explain-no-login-remedy")
    } else {
        fl!("explain-no-shell-remedy")
    }
}

fn remote_side(host: &Host, failure: &ScriptFailure) -> Problem {
    match failure {
        ScriptFailure::Died { status, log } => died(host, *status, log),
        ScriptFailure::Other { code, text } => match code.as_str() {
            "workdir" => Problem::new(
                Code::RemoteFolder,
                fl!(
                    "explain-workdir",
                    folder = host.workdir.as_deref().unwrap_or("~"),
                    host = &host.name
                ),
                redact(text),
                fl!("explain-workdir-remedy"),
            ),
            "unwritable" => Problem::new(
                Code::RemoteFolder,
                fl!("explain-unwritable", host = &host.name),
                redact(text),
                fl!("explain-unwritable-remedy"),
            ),
            "socket" => Problem::new(
                Code::RemoteFolder,
                fl!("explain-socket", host = &host.name),
                redact(text),
                fl!("explain-socket-remedy"),
            ),
            "kept" => kept(&host.name),
            _ => Problem::new(
                Code::LoginShell,
                fl!("explain-script", host = &host.name),
                redact(&format!("{code} {text}")),
                Remedy::by_face(fl!("explain-report-remedy"), fl!("explain-report-app")),
            ),
        },
    }
}

fn died(host: &Host, status: Option<i32>, log: &str) -> Problem {
    let name = &host.name;
    let log = without_noise(&redact(log));
    if let Some(problem) = set_up_failed(name, &log) {
        return problem;
    }
    if status == Some(127)
        && let Some(problem) = not_found(host, &log)
    {
        return problem;
    }
    // Jupyter's own dispatcher ends with 1 for a command that is not installed, below a page of its usage.
    let is_not_installed =
        |line: &&str| line.starts_with("Jupyter command `jupyter-") && line.contains("not found");
    if let Some(line) = log.lines().find(is_not_installed) {
        return Problem::new(
            Code::NoJupyter,
            fl!("explain-not-installed", host = name),
            line,
            match host.command {
                Some(_) => fl!("explain-no-command-remedy"),
                None => fl!("explain-not-installed-remedy"),
            },
        );
    }
    let title = match status {
        Some(status) => fl!("explain-died-status", host = name, status = status),
        None => fl!("explain-died", host = name),
    };
    let remedy = last_words::remedy(status, &log).map_or_else(
        || {
            if status == Some(0) && host.command.is_some() {
                fl!("explain-died-done-remedy").into()
            } else if log.is_empty() {
                fl!("explain-died-silent-remedy").into()
            } else if !host.setup.is_empty() {
                Remedy::by_face(
                    fl!("explain-died-setup-remedy"),
                    fl!("explain-died-setup-app"),
                )
            } else {
                Remedy::by_face(fl!("explain-died-remedy"), fl!("explain-died-app"))
            }
        },
        Remedy::from,
    );
    Problem::new(Code::JupyterDied, title, log, remedy)
}

fn is_full(log: &str) -> bool {
    let words = ["No space left on device", "Disk quota exceeded"];
    words.iter().any(|words| log.contains(words))
}

/// Leaves out what an interactive bash says only since it has no terminal.
fn without_noise(log: &str) -> String {
    let noise = [
        "cannot set terminal process group",
        "no job control in this shell",
    ];
    let lines = log
        .lines()
        .filter(|line| *line != "logout" && !noise.iter().any(|words| line.contains(words)));
    lines.collect::<Vec<_>>().join("\n")
}

/// The line of `setup` that kept the launch from its server; its keeper names it (`rj_name_failed_line` in `login_shell.sh`).
struct SetUpLine<'a> {
    number: &'a str,
    status: &'a str,
    text: &'a str,
    /// The log before that.
    before: &'a str,
}

impl<'a> SetUpLine<'a> {
    fn of(log: &'a str) -> Option<Self> {
        let last = log.lines().last()?;
        let (number, rest) = last.strip_prefix("setup line ")?.split_once(' ')?;
        let (status, text) = rest.strip_prefix("ended with status ")?.split_once(": ")?;
        Some(Self {
            number,
            status,
            text,
            before: log[..log.len() - last.len()].trim_end(),
        })
    }
}

/// Explains a set-up that failed, or ended its shell.
pub(super) fn set_up_failed(host: &str, log: &str) -> Option<Problem> {
    let line = SetUpLine::of(log)?;
    let (number, text) = (line.number, line.text);
    let (title, remedy) = if line.status == "0" {
        (
            fl!("explain-set-up-left", host = host, line = number),
            fl!("explain-set-up-left-remedy", text = text),
        )
    } else {
        let status = line.status;
        (
            fl!(
                "explain-set-up-failed",
                host = host,
                line = number,
                status = status
            ),
            if is_full(log) {
                fl!("explain-died-full-remedy")
            } else {
                fl!("explain-set-up-failed-remedy", text = text)
            },
        )
    };
    Some(Problem::new(Code::JupyterDied, title, line.before, remedy))
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
            fl!("explain-no-command", command = command, host = name),
            log,
            fl!("explain-no-command-remedy"),
        ),
        None => Problem::new(
            Code::NoJupyter,
            fl!("explain-no-jupyter", host = name),
            log,
            fl!("explain-no-jupyter-remedy"),
        ),
    })
}

/// Explains a failure on the connection to the remote host, or on it.
#[must_use]
pub fn remote(
    host: &Host,
    target: Option<&SshTarget>,
    phase: Phase,
    error: &RemoteError,
) -> Problem {
    match error {
        RemoteError::Ssh(SshError::Wait(wait)) => waiting(&host.name, phase, wait),
        RemoteError::Ssh(error) => ssh(host, target, error),
        RemoteError::Failed(failure) => remote_side(host, failure),
        RemoteError::NoScript { output } => no_script(host, output),
        RemoteError::NotStarted { output } => Problem::new(
            Code::TimedOut,
            fl!("explain-not-started", host = &host.name),
            redact(output),
            fl!(
                "explain-not-started-remedy",
                destination = host.ssh_destination()
            ),
        ),
        RemoteError::Unexpected(answer) => Problem::new(
            Code::LoginShell,
            fl!("explain-unexpected", host = &host.name),
            // Its kind alone: what it carries may hold a token.
            answer.split(['(', '{']).next().unwrap_or_default().trim(),
            Remedy::by_face(fl!("explain-report-remedy"), fl!("explain-report-app")),
        ),
        RemoteError::Random(error) => Problem::new(
            Code::Local,
            fl!("explain-random", host = &host.name),
            error.to_string(),
            fl!("explain-random-remedy"),
        ),
    }
}
