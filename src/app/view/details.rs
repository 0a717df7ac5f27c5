//! Details of a host, of the configuration and of the login item, for a dialog: a title, and paragraphs
//! to read and copy.

use super::pending::pending_reason;
use crate::app::event::CheckReport;
use crate::app::menu_action::UsagePart;
use crate::app::model::{ConfigMistake, HostState};
use crate::checkup::CheckLine;
use crate::desktop::{Dialog, DialogKind};
use crate::i18n::fl;
use crate::problem::{Code, Face, Problem};
use crate::session::{JobInfo, NodeUsage, listener_lines, usage_lines, usage_title};

/// Returns a dialog to read. One with the button `edit` opens the configuration by it.
fn to_read(title: &str, paragraphs: &[String], edit: Option<String>) -> Dialog {
    let dialog = Dialog::message(title, joined(paragraphs));
    match edit {
        Some(yes) => Dialog {
            kind: DialogKind::Confirmation {
                yes,
                destroys: false,
            },
            ..dialog
        },
        None => dialog,
    }
}

fn joined(paragraphs: &[String]) -> String {
    let said = paragraphs.iter().map(|text| text.trim_end());
    let said: Vec<&str> = said.filter(|text| !text.is_empty()).collect();
    said.join("\n\n")
}

/// Returns the whole of a host's failure, or what its session says.
pub fn of_host(host: &HostState) -> Dialog {
    let name = host.name.as_str();
    if let Some(problem) = &host.problem {
        return of_problem(problem).about(name);
    }
    let mut paragraphs = Vec::new();
    if let Some(loss) = &host.loss {
        let next = fl!("details-lost-next", host = host.name.as_str());
        let cause = fl!("details-lost", cause = loss.cause.as_str());
        paragraphs.push(format!("{cause}\n{next}"));
    }
    paragraphs.extend(host.silence_hint.clone());
    paragraphs.extend(host.notes.iter().rev().cloned());
    paragraphs.extend(host.job.as_ref().map(of_job));
    to_read(name, &paragraphs, None).about(name)
}

/// Returns all that is known of a failure: the remedy, and the evidence apart.
pub fn of_problem(problem: &Problem) -> Dialog {
    let (title, detail) = (problem.title.as_str(), problem.detail.as_str());
    let remedy = problem.remedy_for(Face::App).to_owned();
    let all = joined(&[title.to_owned(), detail.to_owned(), remedy.clone()]);
    let dialog = to_read(title, &[remedy], edit(problem.code)).warning();
    if detail.is_empty() {
        return dialog;
    }
    dialog.with_evidence(detail, all)
}

/// Returns why a host that was tried could not be connected, with a button that adds it all the same.
pub fn of_trial(host: &str, problem: &Problem) -> Dialog {
    let dialog = of_problem(problem).about(host);
    let text = joined(&[dialog.text, fl!("details-not-added", host = host)]);
    let (yes, destroys) = (fl!("details-add-anyway"), false);
    let kind = DialogKind::Confirmation { yes, destroys };
    Dialog {
        text,
        kind,
        ..dialog
    }
}

/// Returns what a check of the connection to a host has found: the last failure, and all lines.
pub fn of_check(host: &str, report: &CheckReport) -> Dialog {
    let failed = |line: &&CheckLine| line.problem().is_some();
    let part = |title: &str, lines: &[CheckLine]| {
        let lines: String = lines
            .iter()
            .map(|line| line.to_read(Face::App, None))
            .collect();
        format!("{title}\n{}", lines.trim_end())
    };
    let computer = part(&fl!("doctor-this-machine"), &report.computer);
    let lines = format!("{computer}\n\n{}", part(host, &report.host));
    let all = || report.computer.iter().chain(&report.host);
    let dialog = match all().rfind(failed).and_then(CheckLine::problem) {
        // What to do stands among the lines.
        Some(problem) => to_read(&problem.title, &[], edit(problem.code)).warning(),
        None => to_read(&fl!("details-check-good", host = host), &[], None),
    };
    dialog.about(host).with_evidence(lines.clone(), lines)
}

/// Returns how busy the machine of a host's server is, or what listens there.
pub fn of_usage(host: &str, usage: &NodeUsage, part: UsagePart) -> Dialog {
    let paragraphs = match part {
        UsagePart::Load => vec![usage_lines(usage).join("\n")],
        UsagePart::Ports => vec![listeners_hint(usage), listener_lines(usage).join("\n")],
    };
    to_read(&usage_title(usage), &paragraphs, None).about(host)
}

fn listeners_hint(usage: &NodeUsage) -> String {
    if usage.listeners.is_empty() {
        fl!("forward-none", node = usage.node.as_str())
    } else if usage.can_forward {
        fl!("usage-ports-menu")
    } else {
        fl!("usage-no-forward")
    }
}

/// Returns the button for a failure that the configuration mends. Whatever touches a key or a login
/// stays text: the user decides on it.
fn edit(code: Code) -> Option<String> {
    match code {
        Code::NoJupyter | Code::JupyterDied => Some(fl!("details-set-up")),
        Code::NothingRunning
        | Code::RemoteFolder
        | Code::SchedulerMissing
        | Code::JobRefused
        | Code::JobNeverStarts => Some(fl!("menu-edit-host")),
        _ => None,
    }
}

fn of_job(job: &JobInfo) -> String {
    let id = job.id.as_str();
    let name = match &job.node {
        Some(node) => fl!("details-job-on", id = id, node = node.as_str()),
        None => fl!("details-job", id = id),
    };
    let why = job.reason.as_deref().map(why);
    let place = job.place.map(|place| fl!("details-place", place = place));
    let start = job.start_time();
    let start = start.map(|time| fl!("details-starts", time = time));
    let start = start.or(job.outlook());
    let lines = [Some(name), why, place, start].into_iter().flatten();
    lines.collect::<Vec<_>>().join("\n")
}

/// Returns why a job waits, with the scheduler's own word, which its manual explains.
fn why(reason: &str) -> String {
    let words = pending_reason(reason);
    if words == reason {
        return fl!("details-waits", why = words);
    }
    fl!("details-waits-word", why = words, word = reason)
}

/// Returns the first mistake of the configuration. `has_valid` is true if there was a valid version.
pub fn of_mistake(mistake: &ConfigMistake, has_valid: bool) -> Dialog {
    let meanwhile = if has_valid {
        fl!("details-complaint-valid")
    } else {
        fl!("details-complaint-none")
    };
    let what = format!("{}\n{}", mistake.mistake, mistake.remedy);
    let title = fl!("details-complaint-title");
    to_read(&title, &[what, meanwhile], Some(fl!("menu-edit"))).warning()
}

/// Returns how the user allows the start at login.
pub fn of_login_item() -> Dialog {
    let text = fl!("details-login-text");
    to_read(&fl!("details-login-title"), &[text], None)
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::app::model::Model;
    use crate::config::Host;
    use crate::desktop::DialogStyle;
    use crate::ipc::Message;
    use crate::session::{Event, Loss, Phase};

    fn after(events: &[Event]) -> Dialog {
        let mut model = Model::new(&[Host::named("gpu01")], Instant::now());
        for event in events {
            let phase = model.hosts()[0].phase;
            let message = Message::of(event, "gpu01", 0, phase);
            message.map(|message| model.hear(&message, Instant::now()));
        }
        of_host(&model.hosts()[0])
    }

    #[test]
    fn a_failure_is_told_with_what_was_seen_and_what_to_do() {
        let problem = Problem::new(Code::Refused, "title", "seen\nmore\n", "Do this.");
        let details = after(&[Event::Failed(problem)]);
        assert_eq!(details.title, "title");
        assert_eq!(details.host.as_deref(), Some("gpu01"));
        assert_eq!(details.style, DialogStyle::Warning);
        assert_eq!(details.kind, DialogKind::Message);
        assert_eq!(details.text, "Do this.");
        let evidence = details.evidence.unwrap();
        assert_eq!(evidence.text, "seen\nmore\n");
        assert_eq!(evidence.copy, "title\n\nseen\nmore\n\nDo this.");
        let bare = Problem::new(Code::Refused, "title", "", "Do this.");
        assert_eq!(of_problem(&bare).evidence, None);
    }

    #[test]
    fn a_check_has_all_its_lines_to_copy_below_what_failed() {
        let mut report = CheckReport {
            computer: vec![CheckLine::Good("ssh: OpenSSH".into())],
            host: vec![CheckLine::Note("two\nlines".into())],
        };
        let good = of_check("gpu01", &report);
        assert_eq!(good.title, "The connection to gpu01 works");
        assert_eq!((&*good.text, good.kind), ("", DialogKind::Message));
        let lines = "Local computer\n  ✓ ssh: OpenSSH\n\ngpu01\n  · two\n      lines";
        assert_eq!(good.evidence.unwrap().copy, lines);

        let problem = Problem::new(Code::Refused, "connection refused", "seen", "Do this.");
        report.host.push(CheckLine::Failed(problem));
        let bad = of_check("gpu01", &report);
        assert_eq!((&*bad.title, &*bad.text), ("connection refused", ""));
        assert_eq!(bad.style, DialogStyle::Warning);
        let failed = "\n  ✗ connection refused\n      seen\n    → Do this.";
        assert!(bad.evidence.unwrap().text.ends_with(failed));
    }

    #[test]
    fn a_failure_that_the_configuration_mends_has_a_button_for_it_and_no_other_has() {
        let button = |code| match of_problem(&Problem::new(code, "t", "", "")).kind {
            DialogKind::Confirmation { yes, .. } => Some(yes),
            _ => None,
        };
        assert_eq!(
            button(Code::NoJupyter).as_deref(),
            Some("Set Up Environment…")
        );
        assert_eq!(button(Code::JobRefused).as_deref(), Some("Edit Host…"));
        for code in [
            Code::HostKeyChanged,
            Code::HostKeyUnknown,
            Code::AuthRefused,
        ] {
            assert_eq!(button(code), None, "{code:?}");
        }
    }

    #[test]
    fn a_loss_its_remarks_and_its_job_are_paragraphs() {
        let job = JobInfo {
            id: "4711".into(),
            reason: Some("Priority".into()),
            place: Some(3),
            node: Some("node17".into()),
            ..JobInfo::default()
        };
        let loss = Loss {
            cause: "no answer for 45 s".into(),
            retry_in: None,
            needs_login: false,
            ..Loss::default()
        };
        let details = after(&[
            Event::Phase(Phase::Queued),
            Event::Job(job),
            Event::Warning("open to all".into()),
            Event::Phase(Phase::Reconnecting),
            Event::Loss(loss),
        ]);
        assert_eq!(details.title, "gpu01");
        let paragraphs: Vec<&str> = details.text.split("\n\n").collect();
        assert_eq!(
            paragraphs,
            [
                "The connection is lost: no answer for 45 s\n\
                 Kernels keep running. Click gpu01 in the menu to try now.",
                "open to all",
                "Job 4711 on node17\nWaits: behind other jobs (Priority)\nPlace 3 in the queue",
            ]
        );
    }
}
