//! Decides what a notification of a session's change says, and what clicking it does.

use std::time::Duration;

use super::super::menu_action::{HostAction, MenuAction};
use super::super::model::{ConfigMistake, NotableChange, Outlook};
use super::text::{elapsed, shown};
use crate::desktop::Notification;
use crate::i18n::fl;
use crate::problem::{Code, Face};
use crate::session::{CellDone, IdleTime, JobInfo, Walltime, time_of_day, time_words};

/// Notebooks that a notification names.
const NAMES: usize = 3;

/// A notification, and the choice that a click on it is.
#[derive(Debug, PartialEq, Eq)]
pub struct NotificationRequest {
    /// The visible part; never an address, which could hold a token.
    pub notification: Notification,
    /// The choice.
    pub action: MenuAction,
    /// The choice of its second button, where it has one.
    pub alternative: Option<MenuAction>,
}

/// Returns the notification of a host's change.
pub fn notification_request(host: &str, notable: &NotableChange) -> NotificationRequest {
    match notable {
        NotableChange::Opened(ready) => {
            let node = ready.server.host.as_str();
            let body = if ready.reused {
                fl!("notice-was-running", node = node)
            } else {
                fl!("notice-was-started", node = node)
            };
            open_tab(host, fl!("notice-ready", host = host), body)
        }
        NotableChange::Started(ready, waited) => {
            let job = ready.job.as_ref().map(|job| job.id.as_str());
            let node = ready.server.host.as_str();
            let waited = elapsed(*waited).unwrap_or_default();
            let id = job.unwrap_or("?");
            let body = fl!("notice-job-started", id = id, node = node, time = waited);
            open_tab(host, fl!("notice-ready", host = host), body)
        }
        NotableChange::Walltime(job, walltime, outlook) => of_time(host, job, *walltime, outlook),
        NotableChange::Ended(problem, again) => {
            let body = match &again.notebook {
                Some(notebook) => fl!("notice-start-again-with", notebook = shown(notebook)),
                None => fl!("notice-start-again"),
            };
            let click = (fl!("menu-start-again"), HostAction::StartAgain);
            of_state(host, problem.title.clone(), body, click)
        }
        NotableChange::Lost(cause) => {
            let body = fl!("notice-lost-text", cause = cause.as_str());
            let click = (fl!("menu-try-now"), HostAction::TryNow);
            of_state(host, fl!("notice-lost", host = host), body, click)
        }
        NotableChange::LoginNeeded(cause) => log_in_again(host, cause),
        NotableChange::LoginPostponed => login_needed(host),
        NotableChange::Returned(away) => {
            let time = elapsed(*away).unwrap_or_default();
            let body = fl!("notice-returned-text", time = time);
            open_tab(host, fl!("notice-returned", host = host), body)
        }
        NotableChange::Warning(text) => {
            let mut request = open_tab(host, host.to_owned(), text.clone());
            request.notification.id = format!("{host} note");
            request
        }
        NotableChange::Idle(time) => idle(host, time),
        NotableChange::CellDone(done) => cell_done(host, done),
        NotableChange::PageOpen(port) => page_open(host, *port),
        NotableChange::Failed(problem) | NotableChange::Refused(problem) => {
            let body = problem.remedy_for(Face::App).to_owned();
            of_state(host, problem.title.clone(), body, remedy(problem.code))
        }
    }
}

/// Returns the notification of a host's state, whose click opens its tab.
fn open_tab(host: &str, title: String, body: String) -> NotificationRequest {
    let click = (fl!("menu-open-tab"), HostAction::Open);
    of_state(host, title, body, click)
}

/// Returns the notification of a host's state, with the label and the effect of a click.
fn of_state(
    host: &str,
    title: String,
    body: String,
    (label, action): (String, HostAction),
) -> NotificationRequest {
    NotificationRequest {
        notification: Notification {
            id: state_id(host),
            title,
            body,
            action: label,
            alternative: String::new(),
            acts_unseen: false,
        },
        action: MenuAction::host(host, action),
        alternative: None,
    }
}

/// Of the notifications of a host's state only the newest one counts.
fn state_id(host: &str) -> String {
    format!("{host} state")
}

/// Returns the notification of a run of cells that is done: its click opens that notebook. Those of several notebooks
/// stay beside each other.
fn cell_done(host: &str, done: &CellDone) -> NotificationRequest {
    let name = shown(&done.name);
    let (label, action) = match done.notebook.as_str() {
        "" => (fl!("menu-open-tab"), HostAction::Open),
        path => {
            let action = HostAction::OpenNotebook(path.to_owned());
            (fl!("menu-kernel-open"), action)
        }
    };
    let time = done.time();
    let (title, body) = match &done.error {
        Some(error) => (
            fl!("notice-cell-failed", name = name),
            fl!(
                "notice-cell-failed-text",
                error = shown(error),
                host = host,
                time = time
            ),
        ),
        None => (
            fl!("notice-cell-done", name = name),
            fl!("notice-cell-done-text", host = host, time = time),
        ),
    };
    NotificationRequest {
        notification: Notification {
            id: format!("{host} done {}", done.notebook),
            title,
            body,
            action: label,
            alternative: String::new(),
            acts_unseen: false,
        },
        action: MenuAction::host(host, action),
        alternative: None,
    }
}

/// Returns the notification that something unused is about to end: a click keeps it.
fn idle(host: &str, time: &IdleTime) -> NotificationRequest {
    let ends = time.ends.and_then(time_of_day).unwrap_or_default();
    let unused = time_words(Duration::from_secs(time.unused));
    NotificationRequest {
        notification: Notification {
            id: format!("{host} idle"),
            title: fl!("notice-idle", host = host, time = ends),
            body: fl!("notice-idle-text", time = unused),
            action: fl!("menu-keep"),
            alternative: fl!("menu-stop"),
            acts_unseen: false,
        },
        action: MenuAction::host(host, HostAction::Keep),
        alternative: Some(MenuAction::host(host, HostAction::Stop)),
    }
}

/// Returns the notification of a page that a browser has open already, where no program can raise its tab.
fn page_open(host: &str, port: u16) -> NotificationRequest {
    let place = format!("localhost:{port}");
    NotificationRequest {
        notification: Notification {
            id: format!("{host} page"),
            title: fl!("notice-page-open", host = host),
            body: fl!("notice-page-open-text", place = place, host = host),
            action: fl!("menu-new-tab"),
            alternative: String::new(),
            acts_unseen: true,
        },
        action: MenuAction::host(host, HostAction::NewTab),
        alternative: None,
    }
}

/// Returns the notification of a login that needs the user: a click begins it again.
pub fn login_needed(host: &str) -> NotificationRequest {
    let click = (fl!("dialog-log-in"), HostAction::Open);
    of_state(
        host,
        fl!("notice-login", host = host),
        fl!("notice-login-text"),
        click,
    )
}

/// Returns the notification of a mistake in the configuration.
pub fn broken_config(complaint: &ConfigMistake) -> NotificationRequest {
    NotificationRequest {
        notification: Notification {
            id: "configuration".to_owned(),
            title: fl!("notice-config"),
            body: format!("{}\n{}", complaint.mistake, complaint.remedy),
            action: fl!("menu-edit"),
            alternative: String::new(),
            acts_unseen: false,
        },
        action: MenuAction::EditConfiguration,
        alternative: None,
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
            alternative: String::new(),
            acts_unseen: false,
        },
        action: MenuAction::ShowLog,
        alternative: None,
    }
}

/// Returns the notification of a job's time. One that is nearly up names what still computes, and has a button for more
/// time where the scheduler may grant it.
fn of_time(
    host: &str,
    job: &JobInfo,
    walltime: Walltime,
    outlook: &Outlook,
) -> NotificationRequest {
    let is_short = walltime == Walltime::Short;
    let (title, body) = match walltime {
        Walltime::Short => {
            let time = time_words(job.left().unwrap_or_default());
            (fl!("notice-short", host = host, time = time), job.short())
        }
        Walltime::Extended => (fl!("notice-longer", host = host), job.longer()),
    };
    let busy = outlook.busy.iter().take(NAMES);
    let busy = busy.map(|path| shown(path)).collect::<Vec<_>>().join(", ");
    let body = match busy.as_str() {
        "" => body,
        names if is_short => format!("{}\n{body}", fl!("notice-short-busy", names = names)),
        _ => body,
    };
    let extends = is_short && outlook.can_be_extended;
    let extend = extends.then(|| MenuAction::host(host, HostAction::Extend));
    let label = extend.as_ref().map(|_| fl!("menu-extend"));
    NotificationRequest {
        notification: Notification {
            id: format!("{host} time"),
            title,
            body,
            action: fl!("menu-open-tab"),
            alternative: label.unwrap_or_default(),
            acts_unseen: false,
        },
        action: MenuAction::host(host, HostAction::Open),
        alternative: extend,
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

/// Returns the notification of a connection that needs a login: its click opens the dialog.
fn log_in_again(host: &str, cause: &str) -> NotificationRequest {
    let body = fl!("notice-log-in-text", cause = cause);
    let click = (fl!("menu-log-in"), HostAction::TryNow);
    of_state(host, fl!("notice-log-in", host = host), body, click)
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
    fn a_page_that_is_open_is_told_with_its_place_and_a_click_opens_another_tab() {
        let told = notification_request("gpu01", &NotableChange::PageOpen(8890));
        assert_eq!(told.action, MenuAction::host("gpu01", HostAction::NewTab));
        let Notification {
            title,
            body,
            action,
            acts_unseen,
            ..
        } = told.notification;
        assert_eq!(title, "gpu01 is open in a browser tab already");
        assert!(body.contains("localhost:8890"), "{body}");
        assert_eq!(action, "New Tab");
        assert!(acts_unseen, "else the click would have no effect");
    }

    #[test]
    fn a_cell_that_is_done_is_told_beside_those_of_other_notebooks_and_leads_to_its_own() {
        let done = |notebook: &str, name: &str, seconds| {
            let done = CellDone {
                notebook: notebook.into(),
                name: name.into(),
                seconds,
                error: None,
            };
            notification_request("gpu01", &NotableChange::CellDone(done))
        };
        let one = done("work/a b.ipynb", "a b.ipynb", 754);
        assert_eq!(one.notification.title, "a b.ipynb is done");
        assert_eq!(one.notification.body, "It ran for 12 min on gpu01.");
        let open = HostAction::OpenNotebook("work/a b.ipynb".into());
        assert_eq!(one.action, MenuAction::host("gpu01", open));
        let other = done("c.ipynb", "c.ipynb", 12);
        assert_ne!(one.notification.id, other.notification.id);
        let alone = done("", "python3", 12);
        assert_eq!(alone.action, MenuAction::host("gpu01", HostAction::Open));
        assert_eq!(alone.notification.body, "It ran for 12 s on gpu01.");
        let failed = CellDone {
            notebook: "a.ipynb".into(),
            name: "a.ipynb".into(),
            seconds: 754,
            error: Some("ValueError".into()),
        };
        let failed = notification_request("gpu01", &NotableChange::CellDone(failed));
        assert_eq!(failed.notification.title, "a.ipynb failed");
        let body = "ValueError on gpu01, after 12 min.";
        assert_eq!(failed.notification.body, body);
    }

    #[test]
    fn a_warning_of_a_jobs_time_names_what_runs_and_offers_more_where_there_may_be_some() {
        let job = JobInfo {
            id: "7".into(),
            ..JobInfo::default()
        };
        let told = |walltime, can_be_extended| {
            let outlook = Outlook {
                busy: vec!["work/a.ipynb".into()],
                can_be_extended,
            };
            let change = NotableChange::Walltime(job.clone(), walltime, outlook);
            notification_request("gpu01", &change)
        };
        let short = told(Walltime::Short, true);
        assert!(short.notification.body.contains("work/a.ipynb"));
        assert_eq!(short.notification.alternative, "Extend by 1 Hour");
        let extend = MenuAction::host("gpu01", HostAction::Extend);
        assert_eq!(short.alternative, Some(extend));
        let refused = told(Walltime::Short, false);
        assert_eq!(refused.notification.alternative, "");
        let longer = told(Walltime::Extended, true);
        assert!(!longer.notification.body.contains("work/a.ipynb"));
        assert_eq!(longer.alternative, None);
    }

    #[test]
    fn an_unused_server_is_kept_by_a_click_and_stopped_by_the_second_button() {
        let time = IdleTime {
            ends: Some(1_795_510_000),
            unused: 6600,
        };
        let told = notification_request("gpu01", &NotableChange::Idle(time));
        assert_eq!(told.action, MenuAction::host("gpu01", HostAction::Keep));
        let stop = MenuAction::host("gpu01", HostAction::Stop);
        assert_eq!(told.alternative, Some(stop));
        let Notification {
            action,
            alternative,
            body,
            ..
        } = told.notification;
        assert_eq!((&*action, &*alternative), ("Keep Running", "Stop Jupyter"));
        assert!(body.contains("1 h 50 min"), "{body}");
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
