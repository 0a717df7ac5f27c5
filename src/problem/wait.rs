//! Waits that ended without what was waited for.

use super::code::{Code, Problem, Remedy};
use crate::i18n::fl;
use crate::phase::Phase;
use crate::ssh::poll::WaitError;

/// Explains a wait that ended without what was waited for.
pub(super) fn waiting(name: &str, phase: Phase, error: &WaitError) -> Problem {
    match error {
        WaitError::TimedOut if phase == Phase::Starting => Problem::new(
            Code::TimedOut,
            fl!("explain-start-slow", host = name),
            fl!("explain-start-slow-detail"),
            Remedy::by_face(
                fl!("explain-start-slow-remedy", host = name),
                fl!("explain-start-slow-app", host = name),
            ),
        ),
        WaitError::TimedOut => Problem::new(
            Code::TimedOut,
            fl!("explain-timed-out", host = name, phase = phase.words()),
            "",
            Remedy::by_face(
                fl!("explain-timed-out-remedy", host = name),
                fl!("explain-timed-out-app", host = name),
            ),
        ),
        WaitError::Cancelled => interrupted(name),
        WaitError::System(error) => Problem::new(
            Code::Local,
            fl!("explain-no-wait", host = name),
            error.to_string(),
            fl!("explain-no-wait-remedy"),
        ),
    }
}

/// The user, or a signal, ended the session.
#[must_use]
pub fn interrupted(host: &str) -> Problem {
    let title = fl!("explain-interrupted", host = host);
    Problem::new(Code::Interrupted, title, "", "")
}
