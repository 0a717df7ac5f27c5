//! Questions on the terminal, or through `SSH_ASKPASS` by ssh's own rules.

use std::ffi::OsString;
use std::fs::File;
use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::Mutex;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};
use zeroize::Zeroizing;

use crate::i18n::fl;
use crate::session::Reply;
use crate::ssh::prompt::{NoAnswer, Prompt, PromptAnswer};

/// The terminal's settings before the first prompt. A prompt that is interrupted must not leave the
/// user with a terminal that does not show what is typed.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Reason of an answer that Ctrl-C interrupted. A hidden prompt itself turns Ctrl-C into the
/// signal.
const INTERRUPTED: &str = "interrupted";

/// Asks in a thread of its own, so that a signal or the host's hanging up still ends the session.
pub fn ask(prompt: Prompt, reply: Reply) {
    super::thread::spawn("prompt", move || match answer(&prompt) {
        // The signal is on its way and ends the session: a reply might get there first, and would
        // look like a login that failed.
        Err(NoAnswer::Cancelled(reason)) if reason == INTERRUPTED => std::mem::forget(reply),
        answer => reply.send(answer),
    });
}

/// Shows a prompt that is not a session's, and waits for the answer.
#[must_use]
pub fn confirm(prompt: &Prompt) -> bool {
    answer(prompt).is_ok_and(|answer| answer.trim().eq_ignore_ascii_case("yes"))
}

/// Gives the terminal its settings back.
pub fn restore_terminal() {
    if let Ok(before) = BEFORE.lock()
        && let Some(settings) = before.as_ref()
        && let Ok(terminal) = terminal()
    {
        let _ = tcsetattr(&terminal, OptionalActions::Now, settings);
    }
}

fn answer(prompt: &Prompt) -> PromptAnswer {
    let asking = choose(&PromptChannels::here()).map_err(NoAnswer::Nobody)?;
    match (asking, prompt.echo()) {
        (PromptChannel::Program(program), _) => ask_program(&program, &prompt.text()),
        (PromptChannel::Terminal, echo) => ask_terminal(&prompt.text(), echo),
    }
}

/// Means of prompting that are available.
struct PromptChannels {
    terminal: bool,
    display: bool,
    askpass: Option<OsString>,
    require: String,
}

#[derive(Debug, PartialEq, Eq)]
enum PromptChannel {
    Terminal,
    Program(OsString),
}

impl PromptChannels {
    fn here() -> Self {
        let set = |name| std::env::var_os(name).filter(|value| !value.is_empty());
        Self {
            terminal: terminal().is_ok(),
            display: set("DISPLAY").or_else(|| set("WAYLAND_DISPLAY")).is_some(),
            askpass: set("SSH_ASKPASS"),
            require: std::env::var("SSH_ASKPASS_REQUIRE").unwrap_or_default(),
        }
    }
}

/// ssh(1), ENVIRONMENT: `SSH_ASKPASS` serves where there is no terminal but a display;
/// `SSH_ASKPASS_REQUIRE` is `never`, `prefer` (the program where there is a display) or `force`.
fn choose(means: &PromptChannels) -> Result<PromptChannel, String> {
    let program = || means.askpass.clone().map(PromptChannel::Program);
    let chosen = match means.require.as_str() {
        "never" => None,
        "force" => program(),
        "prefer" if means.display => program(),
        _ if !means.terminal && means.display => program(),
        _ => None,
    };
    match chosen {
        Some(asking) => Ok(asking),
        None if means.terminal => Ok(PromptChannel::Terminal),
        None => Err(fl!("ask-nowhere")),
    }
}

fn ask_program(program: &OsString, text: &str) -> PromptAnswer {
    let output = Command::new(program)
        .arg(text)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .map_err(|error| {
            let (program, why) = (program.display().to_string(), error.to_string());
            let text = fl!("ask-program-failed", program = program, why = why);
            NoAnswer::Nobody(text)
        })?;
    if !output.status.success() {
        return Err(NoAnswer::Cancelled(fl!("ask-program-cancelled")));
    }
    let bytes = Zeroizing::new(output.stdout);
    let text =
        std::str::from_utf8(&bytes).map_err(|_| NoAnswer::Cancelled(fl!("ask-program-no-text")))?;
    Ok(Zeroizing::new(
        text.trim_end_matches(['\r', '\n']).to_owned(),
    ))
}

fn ask_terminal(text: &str, echo: bool) -> PromptAnswer {
    let mut terminal = terminal().map_err(|error| NoAnswer::Nobody(error.to_string()))?;
    if let Ok(mut before) = BEFORE.lock()
        && before.is_none()
    {
        *before = tcgetattr(&terminal).ok();
    }
    let failed = |error: std::io::Error| {
        NoAnswer::Cancelled(match error.kind() {
            std::io::ErrorKind::Interrupted => INTERRUPTED.to_owned(),
            _ => error.to_string(),
        })
    };
    if !echo {
        return rpassword::prompt_password(format!("{text} "))
            .map(Zeroizing::new)
            .map_err(failed);
    }
    write!(terminal, "{text} ")
        .and_then(|()| terminal.flush())
        .map_err(failed)?;
    // A terminal gives a line at a time, and no longer one. A code may be shown while it is typed, and is a secret.
    let mut bytes = Zeroizing::new(vec![0; 4096]);
    match terminal.read(&mut bytes) {
        Ok(0) => Err(NoAnswer::Cancelled(fl!("ask-terminal-closed"))),
        Ok(size) => {
            let line = std::str::from_utf8(&bytes[..size])
                .map_err(|error| failed(std::io::Error::other(error)))?;
            Ok(Zeroizing::new(
                line.trim_end_matches(['\r', '\n']).to_owned(),
            ))
        }
        Err(error) => Err(failed(error)),
    }
}

/// Returns true if prompts go to the terminal.
pub(super) fn asks_on_terminal() -> bool {
    choose(&PromptChannels::here()) == Ok(PromptChannel::Terminal)
}

/// Opens the terminal.
pub(super) fn terminal() -> std::io::Result<File> {
    File::options().read(true).write(true).open("/dev/tty")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn means(terminal: bool, display: bool, askpass: bool, require: &str) -> PromptChannels {
        PromptChannels {
            terminal,
            display,
            askpass: askpass.then(|| "ask".into()),
            require: require.into(),
        }
    }

    #[test]
    fn the_rules_are_those_of_ssh() {
        let program = || Ok(PromptChannel::Program("ask".into()));
        let table = [
            (means(true, true, true, ""), Ok(PromptChannel::Terminal)),
            (means(false, true, true, ""), program()),
            (means(true, true, true, "prefer"), program()),
            (
                means(true, false, true, "prefer"),
                Ok(PromptChannel::Terminal),
            ),
            (means(false, false, true, "force"), program()),
            (means(true, true, true, "force"), program()),
            (
                means(true, true, true, "never"),
                Ok(PromptChannel::Terminal),
            ),
        ];
        for (means, want) in table {
            assert_eq!(choose(&means), want, "{}", means.require);
        }
        assert!(choose(&means(false, false, true, "")).is_err());
        assert!(choose(&means(false, true, true, "never")).is_err());
        assert!(choose(&means(false, true, false, "force")).is_err());
    }
}
