//! Waits that ended without what was waited for.

use super::code::{Code, Problem};
use crate::i18n::say;
use crate::phase::Phase;
use crate::ssh::poll::WaitError;

/// Explains a wait that ended without what was waited for.
pub(super) fn waiting(name: &str, phase: Phase, error: &WaitError) -> Problem {
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

/// The user, or a signal, ended the session.
#[must_use]
pub fn interrupted(host: &str) -> Problem {
    let title = say!("explain-interrupted", host = host);
    Problem::new(Code::Interrupted, title, "", "")
}
