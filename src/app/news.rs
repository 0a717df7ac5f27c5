//! What is worth a notification, and what a click on it does.

use std::time::Duration;

use super::menu::elapsed;
use crate::platform::desktop::Notice;
use crate::problem::{Code, Problem};
use crate::session::Ready;
use crate::words::say;

/// Something that has just become so.
#[derive(Debug, Clone, PartialEq)]
pub enum News {
    /// A tab is open.
    Opened(Ready),
    /// A tab is open, in a job that waited that long.
    Started(Ready, Duration),
    /// A host failed, or its connection is lost for good.
    Failed(Problem),
    /// A wish was not granted, and the session goes on.
    Refused(Problem),
}

/// A notification and the menu entry that a click on it stands for.
#[derive(Debug, PartialEq, Eq)]
pub struct Posting {
    /// What is shown; never an address, which could hold a token.
    pub notice: Notice,
    /// See `Model::choose`.
    pub id: String,
}

/// The notification for news of a host.
pub fn posting(host: &str, news: &News) -> Posting {
    match news {
        News::Opened(ready) => {
            let (version, node) = (ready.server.version.as_str(), ready.server.host.as_str());
            let body = if ready.reused {
                say!("notice-was-running", version = version, node = node)
            } else {
                say!("notice-was-started", version = version, node = node)
            };
            Posting {
                notice: Notice {
                    title: say!("notice-ready", host = host),
                    body,
                    action: say!("menu-open-tab"),
                },
                id: format!("host {host}"),
            }
        }
        News::Started(ready, waited) => {
            let job = ready.job.as_ref().map(|job| job.id.as_str());
            let node = ready.server.host.as_str();
            let waited = elapsed(*waited).unwrap_or_default();
            Posting {
                notice: Notice {
                    title: say!("notice-ready", host = host),
                    body: say!(
                        "notice-job-started",
                        id = job.unwrap_or("?"),
                        node = node,
                        time = waited
                    ),
                    action: say!("menu-open-tab"),
                },
                id: format!("host {host}"),
            }
        }
        News::Failed(problem) | News::Refused(problem) => {
            let (action, verb) = remedy(problem.code);
            Posting {
                notice: Notice {
                    title: problem.title.clone(),
                    body: problem.remedy.clone(),
                    action,
                },
                id: format!("{verb} {host}"),
            }
        }
    }
}

/// What helps: the server's own words where it has failed, another try where the way there has.
fn remedy(code: Code) -> (String, &'static str) {
    match code {
        Code::JobEnded
        | Code::JupyterDied
        | Code::JupyterAnswer
        | Code::NotStopped
        | Code::KernelsBusy => (say!("menu-show-log"), "hostlog"),
        _ => (say!("notice-try-again"), "host"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_click_does_what_helps() {
        let after = |code| {
            let problem = Problem::new(code, "title", "detail", "remedy");
            posting("my box", &News::Failed(problem))
        };
        let died = after(Code::JupyterDied);
        assert_eq!(died.id, "hostlog my box");
        assert_eq!(
            (died.notice.title, died.notice.body),
            ("title".into(), "remedy".into())
        );
        assert_eq!(after(Code::Lost).id, "host my box");
    }
}
