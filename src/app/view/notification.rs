//! Decides what a notification of a session's change says, and what clicking it does.

use super::super::menu_action::{HostAction, MenuAction};
use super::super::model::{ConfigMistake, NotableChange};
use super::text::{elapsed, shown};
use crate::desktop::Notification;
use crate::i18n::fl;
use crate::problem::{Code, Face};
use crate::session::{JobInfo, Walltime, time_words};

/// A notification, and the choice that a click on it is.
#[derive(Debug, PartialEq, Eq)]
pub struct NotificationRequest {
    /// The visible part; never an address, which could hold a token.
    pub notification: Notification,
    /// The choice.
    pub action: MenuAction,
}

/// Returns the notification of a host's change.
pub fn notification_request(host: &str, notable: &NotableChange) -> NotificationRequest {
    match notable {
        NotableChange::Opened(ready) => {
            let (version, node) = (ready.server.version.as_str(), ready.server.host.as_str());
            let body = if ready.reused {
                fl!("notice-was-running", version = version, node = node)
            } else {
                fl!("notice-was-started", version = version, node = node)
            };
            NotificationRequest {
                notification: Notification {
                    id: state_id(host),
                    title: fl!("notice-ready", host = host),
                    body,
                    action: fl!("menu-open-tab"),
                },
                action: MenuAction::host(host, HostAction::Open),
            }
        }
        NotableChange::Started(ready, waited) => {
            let job = ready.job.as_ref().map(|job| job.id.as_str());
            let node = ready.server.host.as_str();
            let waited = elapsed(*waited).unwrap_or_default();
            NotificationRequest {
                notification: Notification {
                    id: state_id(host),
                    title: fl!("notice-ready", host = host),
                    body: fl!(
                        "notice-job-started",
                        id = job.unwrap_or("?"),
                        node = node,
                        time = waited
                    ),
                    action: fl!("menu-open-tab"),
                },
                action: MenuAction::host(host, HostAction::Open),
            }
        }
        NotableChange::Walltime(job, walltime) => NotificationRequest {
            notification: of_time(host, job, *walltime),
            action: MenuAction::host(host, HostAction::Open),
        },
        NotableChange::Ended(problem, again) => NotificationRequest {
            notification: Notification {
                id: state_id(host),
                title: problem.title.clone(),
                body: match &again.notebook {
                    Some(notebook) => {
                        fl!("notice-start-again-with", notebook = shown(notebook))
                    }
                    None => fl!("notice-start-again"),
                },
                action: fl!("menu-start-again"),
            },
            action: MenuAction::host(host, HostAction::StartAgain),
        },
        NotableChange::Lost(cause) => NotificationRequest {
            notification: Notification {
                id: state_id(host),
                title: fl!("notice-lost", host = host),
                body: fl!("notice-lost-text", cause = cause.as_str()),
                action: fl!("menu-try-now"),
            },
            action: MenuAction::host(host, HostAction::TryNow),
        },
        NotableChange::Returned(away) => NotificationRequest {
            notification: Notification {
                id: state_id(host),
                title: fl!("notice-returned", host = host),
                body: fl!(
                    "notice-returned-text",
                    time = elapsed(*away).unwrap_or_default()
                ),
                action: fl!("menu-open-tab"),
            },
            action: MenuAction::host(host, HostAction::Open),
        },
        NotableChange::Warning(text) => NotificationRequest {
            notification: Notification {
                id: format!("{host} note"),
                title: host.to_owned(),
                body: text.clone(),
                action: fl!("menu-open-tab"),
            },
            action: MenuAction::host(host, HostAction::Open),
        },
        NotableChange::Failed(problem) | NotableChange::Refused(problem) => {
            let (label, action) = remedy(problem.code);
            NotificationRequest {
                notification: Notification {
                    id: state_id(host),
                    title: problem.title.clone(),
                    body: problem.remedy_for(Face::App).to_owned(),
                    action: label,
                },
                action: MenuAction::host(host, action),
            }
        }
    }
}

/// Of the notifications of a host's state only the newest one counts.
fn state_id(host: &str) -> String {
    format!("{host} state")
}

/// Returns the notification of a mistake in the configuration.
pub fn broken_config(complaint: &ConfigMistake) -> NotificationRequest {
    NotificationRequest {
        notification: Notification {
            id: "configuration".to_owned(),
            title: fl!("notice-config"),
            body: format!("{}\n{}", complaint.mistake, complaint.remedy),
            action: fl!("menu-edit"),
        },
        action: MenuAction::EditConfiguration,
    }
}

/// Returns the notification that the diagnostics are in the clipboard.
pub fn diagnostics_copied() -> NotificationRequest {
    NotificationRequest {
        notification: Notification {
            id: "copied".to_owned(),
            title: fl!("notice-copied"),
            body: fl!("notice-copied-text"),
            action: fl!("menu-show-log"),
        },
        action: MenuAction::ShowLog,
    }
}

fn of_time(host: &str, job: &JobInfo, walltime: Walltime) -> Notification {
    let (title, body) = match walltime {
        Walltime::Short => {
            let time = time_words(job.left().unwrap_or_default());
            (fl!("notice-short", host = host, time = time), job.short())
        }
        Walltime::Extended => (fl!("notice-longer", host = host), job.longer()),
    };
    Notification {
        id: format!("{host} time"),
        title,
        body,
        action: fl!("menu-open-tab"),
    }
}

/// Returns the action that helps: Jupyter's log if the server failed, another attempt if the
/// connection did.
fn remedy(code: Code) -> (String, HostAction) {
    match code {
        Code::JobEnded
        | Code::JupyterDied
        | Code::JupyterAnswer
        | Code::NotStopped
        | Code::KernelsBusy => (fl!("menu-show-log"), HostAction::ShowLog),
        _ => (fl!("notice-try-again"), HostAction::Open),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{self, Problem};

    #[test]
    fn the_next_notification_of_a_hosts_state_takes_the_place_of_the_last() {
        let id = |notable| notification_request("gpu01", &notable).notification.id;
        let problem = Problem::new(Code::Lost, "title", "detail", "remedy");
        let failed = id(NotableChange::Failed(problem));
        assert_eq!(failed, id(NotableChange::Lost("cause".into())));
        assert_ne!(failed, id(NotableChange::Warning("open to all".into())));
        let lost = NotableChange::Lost("cause".into());
        assert_ne!(failed, notification_request("gpu02", &lost).notification.id);
    }

    #[test]
    fn the_app_names_menu_items_where_a_terminal_names_commands() {
        let busy = problem::kernels_busy("gpu01", None);
        assert!(busy.remedy.contains("`remote-jupyter stop gpu01 --yes`"));
        let shown = notification_request("gpu01", &NotableChange::Refused(busy));
        let body = shown.notification.body;
        assert!(
            body.contains("Stop Anyway") && !body.contains("remote-jupyter"),
            "{body}"
        );
    }

    #[test]
    fn a_click_does_what_helps() {
        let after = |code| {
            let problem = Problem::new(code, "title", "detail", "remedy");
            notification_request("my box", &NotableChange::Failed(problem))
        };
        let died = after(Code::JupyterDied);
        let show_log = MenuAction::host("my box", HostAction::ShowLog);
        assert_eq!(died.action, show_log);
        assert_eq!(
            (died.notification.title, died.notification.body),
            ("title".into(), "remedy".into())
        );
        let open = MenuAction::host("my box", HostAction::Open);
        assert_eq!(after(Code::Lost).action, open);
    }
}
