//! A server that is not there, not usable, or not to be ended.

use super::code::{Code, Problem, Remedy};
use crate::i18n::fl;
use crate::jupyter::{ApiError, KernelAction, Kernels};
use crate::secret::redact;

/// Explains a launched server that cannot be reached, for `reason`. It `ends` with that, or runs on.
#[must_use]
pub fn unusable(host: &str, reason: String, ends: bool) -> Problem {
    let remedy = if ends {
        Remedy::by_face(
            fl!("session-unusable-remedy", host = host),
            fl!("session-unusable-app", host = host),
        )
    } else {
        Remedy::by_face(
            fl!("session-unusable-runs-remedy", host = host),
            fl!("session-unusable-runs-app", host = host),
        )
    };
    Problem::new(
        Code::JupyterAnswer,
        fl!("session-unusable-title", host = host),
        reason,
        remedy,
    )
}

/// Explains that nothing runs there and nothing is to be launched.
#[must_use]
pub fn nothing_running(host: &str, passed_over: &[String]) -> Problem {
    Problem::new(
        Code::NothingRunning,
        fl!("session-none-title", host = host),
        passed_over.join("\n"),
        fl!("session-none-remedy"),
    )
}

/// Explains a server that outlived its end.
#[must_use]
pub fn not_stopped(host: &str) -> Problem {
    Problem::new(
        Code::NotStopped,
        fl!("session-not-stopped-title", host = host),
        fl!("session-not-stopped-detail"),
        fl!("session-not-stopped-remedy"),
    )
}

/// Explains that busy kernels keep a server from being ended.
#[must_use]
pub fn kernels_busy(host: &str, kernels: Option<Kernels>) -> Problem {
    let (title, detail) = match kernels {
        Some(Kernels { total, busy }) => {
            let (busy, total) = (busy.to_string(), total.to_string());
            let detail = fl!("session-busy-detail", busy = busy, total = total);
            (fl!("session-busy-title", host = host), detail)
        }
        None => (
            fl!("session-uncounted-title", host = host),
            fl!("session-uncounted-detail"),
        ),
    };
    Problem::new(
        Code::KernelsBusy,
        title,
        detail,
        Remedy::by_face(
            fl!("session-busy-remedy", host = host),
            fl!("session-busy-app", host = host),
        ),
    )
}

/// Explains a kernel that was not interrupted, restarted or shut down.
#[must_use]
pub fn kernel_action(host: &str, action: KernelAction, error: &ApiError) -> Problem {
    let title = match action {
        KernelAction::Interrupt => fl!("explain-kernel-interrupt", host = host),
        KernelAction::Restart => fl!("explain-kernel-restart", host = host),
        KernelAction::ShutDown => fl!("explain-kernel-shutdown", host = host),
    };
    let detail = match error {
        ApiError::Status(404) => fl!("explain-kernel-gone"),
        error => redact(&error.to_string()),
    };
    let remedy = fl!("explain-kernel-remedy");
    Problem::new(Code::KernelAction, title, detail, remedy)
}

/// Explains a server that does not answer through the tunnel as it should.
#[must_use]
pub fn api(host: &str, error: &ApiError) -> Problem {
    let title = match error {
        ApiError::NoPage => fl!("explain-no-page", host = host),
        ApiError::Status(_) | ApiError::NotJupyter(_) => fl!("explain-wrong-answer", host = host),
        _ => fl!("explain-no-answer", host = host),
    };
    let remedy = match error {
        ApiError::NoPage => Remedy::by_face(
            fl!("explain-no-page-remedy", host = host),
            fl!("explain-no-page-app", host = host),
        ),
        ApiError::Status(403) => fl!("explain-forbidden-remedy").into(),
        ApiError::NoAnswer(_) => fl!("explain-no-answer-remedy").into(),
        ApiError::Certificate(_) => fl!("explain-other-certificate-remedy").into(),
        _ => fl!("explain-wrong-answer-remedy").into(),
    };
    Problem::new(
        Code::JupyterAnswer,
        title,
        redact(&error.to_string()),
        remedy,
    )
}

/// Explains a server whose address makes no URL.
#[must_use]
pub fn bad_url(host: &str, error: &url::ParseError) -> Problem {
    Problem::new(
        Code::JupyterAnswer,
        fl!("explain-bad-url", host = host),
        error.to_string(),
        fl!("explain-bad-url-remedy"),
    )
}
