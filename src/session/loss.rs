//! A connection that is lost: since when and why, and the page that says so at the local port.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::fsm::{ConnectionEvent, FsmEvent, FsmInput};
use super::job::time_of_day;
use super::types::Loss;
use crate::i18n::fl;
use crate::local_page::LocalPage;
use crate::secret::redact;
use crate::tunnel::PageResponse;

/// The present loss.
#[derive(Default)]
pub struct LossReport {
    /// Cause that is to be told with the next attempt.
    cause: Option<String>,
    /// Since when the connection is lost, in seconds since 1970.
    since: Option<i64>,
    /// The loss as it was told last; a page reads it in a thread of its own.
    told: Arc<Mutex<Option<Loss>>>,
}

impl LossReport {
    /// The connection is lost, if that is not known yet.
    pub fn begin(&mut self) {
        self.since
            .get_or_insert_with(|| Timestamp::now().as_second());
    }

    /// The connection is back.
    pub fn end(&mut self) {
        (self.since, self.cause) = (None, None);
    }

    /// Keeps why the connection is lost, or could not be made again.
    pub fn note(&mut self, input: &FsmInput) {
        if let FsmInput::Event(
            FsmEvent::Lost { problem, .. }
            | FsmEvent::NodeLost { problem, .. }
            | FsmEvent::Connection(
                ConnectionEvent::Unreached { problem, .. } | ConnectionEvent::NeedsUser(problem),
            ),
        ) = input
        {
            let first = problem.detail.lines().next().unwrap_or_default();
            let cause = if first.is_empty() {
                &problem.title
            } else {
                first
            };
            self.cause = Some(redact(cause));
        }
    }

    /// Returns true if there is a cause that is not told yet.
    pub fn is_to_tell(&self) -> bool {
        self.cause.is_some()
    }

    /// Puts together what is to be told, and keeps it for the page.
    pub fn tell(&mut self, retry_in: Option<Duration>, needs_login: bool) -> Loss {
        let retry_in = retry_in.map(|pause| pause.as_secs());
        let seconds = retry_in.and_then(|seconds| i64::try_from(seconds).ok());
        let loss = Loss {
            cause: self.cause.take().unwrap_or_default(),
            retry_in,
            needs_login,
            since: self.since,
            retry_at: seconds.map(|seconds| Timestamp::now().as_second() + seconds),
        };
        *self.told.lock().unwrap_or_else(PoisonError::into_inner) = Some(loss.clone());
        loss
    }

    /// Returns the page for a new request while there is no connection.
    pub fn page(&self, host: &str) -> PageResponse {
        let (host, told) = (host.to_owned(), Arc::clone(&self.told));
        Box::new(move || {
            let loss = told.lock().unwrap_or_else(PoisonError::into_inner).clone();
            page_of(&host, loss.as_ref(), Timestamp::now().as_second()).response()
        })
    }
}

fn page_of(host: &str, loss: Option<&Loss>, now: i64) -> LocalPage {
    let Some(loss) = loss else {
        return LocalPage::reconnecting(host, Vec::new());
    };
    let time = loss.since.and_then(time_of_day).unwrap_or_default();
    let told = fl!("page-lost-at", time = time, cause = loss.cause.as_str());
    if loss.needs_login {
        return LocalPage::log_in(host, vec![told]);
    }
    let next = match loss.retry_at.map(|at| at - now).filter(|left| *left > 0) {
        Some(left) => fl!("page-next-try", count = left),
        None => fl!("page-trying"),
    };
    LocalPage::reconnecting(host, vec![told, next])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::problem::{Code, Problem};

    fn lost(detail: &str) -> FsmInput {
        let problem = Problem::new(Code::Lost, "the connection is lost", detail, "r");
        let stood = Duration::ZERO;
        FsmInput::Event(FsmEvent::Lost { problem, stood })
    }

    #[test]
    fn a_cause_is_told_once_and_the_time_of_the_loss_stays_until_it_is_back() {
        let mut report = LossReport::default();
        assert!(!report.is_to_tell());
        let begun = Timestamp::now().as_second();
        report.begin();
        report.note(&lost("no answer for 45 s\nmore"));
        assert!(report.is_to_tell());
        let first = report.tell(Some(Duration::from_secs(8)), false);
        assert_eq!(
            (first.cause.as_str(), first.retry_in),
            ("no answer for 45 s", Some(8))
        );
        assert!(
            first
                .since
                .is_some_and(|since| (begun..begun + 60).contains(&since))
        );
        assert!(
            first
                .retry_at
                .is_some_and(|at| (begun + 8..begun + 68).contains(&at))
        );
        assert!(!report.is_to_tell());
        let again = report.tell(None, true);
        assert_eq!((again.cause.as_str(), again.retry_at), ("", None));
        assert!(again.needs_login && again.since == first.since);
        report.note(&lost(""));
        assert_eq!(report.tell(None, false).cause, "the connection is lost");
        report.note(&lost("x"));
        report.end();
        assert!(!report.is_to_tell());
        assert_eq!(report.tell(None, false).since, None);
    }

    #[test]
    fn a_page_says_why_it_waits_and_when_the_next_try_is() {
        let loss = |retry_at, needs_login| Loss {
            cause: "no answer for 15 s".into(),
            retry_in: None,
            needs_login,
            since: Some(1_795_510_000),
            retry_at,
        };
        let shown = |loss: &Loss| {
            let response = page_of("gpu01", Some(loss), 1_795_510_020).response();
            String::from_utf8(response).unwrap()
        };
        let waits = shown(&loss(Some(1_795_510_028), false));
        assert!(
            waits.contains("no answer for 15 s\nNext try in 8 s"),
            "{waits}"
        );
        for retry_at in [None, Some(1_795_510_020)] {
            let tries = shown(&loss(retry_at, false));
            assert!(tries.contains("Trying now"), "{tries}");
        }
        let login = shown(&loss(None, true));
        assert!(
            login.contains("<code>remote-jupyter open gpu01</code>"),
            "{login}"
        );
        assert!(!login.contains("Trying now"), "{login}");
    }
}
