//! What goes wrong on the far side, in the words of its script and of Jupyter's log.

use crate::config::Host;
use crate::problem::{Code, Problem};
use crate::remote::Failure;
use crate::token::redact;

pub(super) fn far_side(host: &Host, failure: &Failure) -> Problem {
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
    // Jupyter's own dispatcher ends with 1 for a command that is not installed.
    if log.contains("Jupyter command `jupyter-") && log.contains("not found") {
        return Problem::new(
            Code::NoJupyter,
            format!("What the host is to show is not installed on {name}"),
            log,
            "Install it there, or choose another `app`.",
        );
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
