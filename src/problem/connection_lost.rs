//! A connection that is lost, and what may come of it.

use std::time::Duration;

use super::code::{Code, Problem, Remedy};
use crate::i18n::fl;
use crate::jupyter::{Fate, HostInfo};
use crate::ssh::SshError;

/// Explains a connection that was lost.
#[must_use]
pub fn lost(host: &str, error: &SshError) -> Problem {
    about(host, error.to_string())
}

/// Explains a connection that could not be restored for `patience`; `last` is the last failure.
#[must_use]
pub fn lost_for_good(host: &str, patience: Duration, last: &Problem) -> Problem {
    let minutes = (patience.as_secs() / 60).to_string();
    let tried = fl!("lost-tried", minutes = minutes);
    about(host, format!("{tried}\n{last}"))
}

/// Explains a login that needs the user while nobody expects it, if that is what went wrong.
#[must_use]
pub fn needs_user(host: &str, error: &SshError) -> Option<Problem> {
    match error.cause() {
        SshError::NoAnswer { prompt, .. } => {
            let detail = fl!("lost-needs-answer", prompt = prompt);
            Some(about(host, detail))
        }
        SshError::Passphrase { key } => {
            let key = key.display().to_string();
            Some(about(host, fl!("lost-needs-answer", prompt = key)))
        }
        SshError::LoginSilent { silent, said } => {
            let detail = login_silent(*silent, said);
            Some(about(host, detail))
        }
        _ => None,
    }
}

/// The detail of a login that was silent until time was up.
pub(super) fn login_silent(silent: Duration, said: &[String]) -> String {
    let seconds = silent.as_secs().to_string();
    let silent = fl!("login-silent", seconds = seconds);
    let said = said.iter();
    let said = said.map(|words| fl!("explain-auth-said", words = words));
    std::iter::once(silent)
        .chain(said)
        .collect::<Vec<_>>()
        .join("\n")
}

/// Explains that another host answers to the same name.
#[must_use]
pub fn other_machine(host: &str, known: &str, seen: &str) -> Problem {
    about(host, fl!("lost-other-machine", known = known, seen = seen))
}

/// Explains a server whose process is there and whose port is not.
#[must_use]
pub fn not_listening(host: &str) -> Problem {
    about(host, fl!("lost-not-listening"))
}

fn about(host: &str, detail: String) -> Problem {
    Problem::new(
        Code::Lost,
        fl!("lost-title", host = host),
        detail,
        fl!("lost-remedy"),
    )
}

/// Explains a request that comes while reconnecting.
#[must_use]
pub fn not_now(host: &str) -> Problem {
    Problem::new(
        Code::Lost,
        fl!("lost-title", host = host),
        fl!("lost-not-now"),
        fl!("lost-not-now-remedy"),
    )
}

/// Explains a holder of a host that does not answer.
#[must_use]
pub fn holder_silent(host: &str) -> Problem {
    Problem::new(
        Code::Local,
        fl!("holder-silent-title", host = host),
        fl!("holder-silent-detail"),
        fl!("holder-silent-remedy"),
    )
}

/// Explains that Jupyter's log cannot be fetched while a host is being connected.
#[must_use]
pub fn log_not_now(host: &str) -> Problem {
    Problem::new(
        Code::Lost,
        fl!("log-not-now-title", host = host),
        "",
        fl!("log-not-now-remedy"),
    )
}

/// Explains a server that is gone while its tunnel was wanted, by its `fate` where that is known.
#[must_use]
pub fn server_ended(host: &str, fate: Option<Fate>) -> Problem {
    let detail = match fate {
        Some(Fate::Killed) => fl!("server-ended-killed"),
        Some(Fate::Outside) => fl!("server-ended-outside"),
        Some(Fate::Restart) => fl!("server-ended-restart"),
        Some(Fate::Elsewhere | Fate::Job) | None => fl!("server-ended-detail"),
    };
    let remedy = match fate {
        Some(Fate::Killed) => fl!("server-ended-killed-remedy").into(),
        _ => Remedy::by_face(
            fl!("server-ended-remedy", host = host),
            fl!("server-ended-app", host = host),
        ),
    };
    Problem::new(
        Code::ServerEnded,
        fl!("server-ended-title", host = host),
        detail,
        remedy,
    )
}

/// Tells what became of launches that nobody ended, one line for each fate.
#[must_use]
pub fn lost_launches(host: &str, host_info: &HostInfo) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for lost in &host_info.lost {
        let line = match lost.fate {
            Fate::Outside => fl!("session-lost-launch", host = host),
            Fate::Killed => fl!("session-lost-killed", host = host),
            Fate::Restart => fl!("session-lost-restart", host = host),
            Fate::Job => fl!("session-lost-job", node = lost.node.as_str()),
            Fate::Elsewhere => fl!(
                "session-lost-elsewhere",
                host = host,
                node = lost.node.as_str(),
                here = host_info.node.as_str(),
                folder = lost.folder.as_str()
            ),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines
}

/// Explains a server that ended because it was idle, as `idle_stop` requires.
#[must_use]
pub fn idle_ended(host: &str) -> Problem {
    Problem::new(
        Code::IdleEnded,
        fl!("idle-ended-title", host = host),
        fl!("idle-ended-detail"),
        fl!("idle-ended-remedy"),
    )
}

/// The program that held a host's tunnel went away without a word.
#[must_use]
pub fn holder_gone(host: &str) -> Problem {
    Problem::new(
        Code::Lost,
        fl!("explain-holder-gone", host = host),
        "",
        fl!("explain-open-again-remedy"),
    )
}
