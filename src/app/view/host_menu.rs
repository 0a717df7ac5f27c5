//! The lines of one host.

use std::time::Instant;

use super::menu_item::{Entry, SubmenuKind, disabled_item, item, tickable};
use super::text::{INDENT, elapsed, shown, until_next, wrapped};
use crate::app::menu_action::{HostAction, MenuAction};
use crate::app::model::{HostState, LossState};
use crate::i18n::fl;
use crate::jupyter::{Kernels, Notebook};
use crate::problem::Face;
use crate::session::{Forwarded, Phase};

/// The host's line, what is to be read below it, and what else can be done.
pub fn entries(host: &HostState, has_launcher: bool, now: Instant) -> Vec<Entry> {
    let mut entries = vec![of(host, HostAction::Open, &title(host, now))];
    let lines = details(host, now);
    entries.extend(lines.iter().map(|line| disabled_item(line)));
    if let Some(again) = &host.restart {
        let text = match &again.notebook {
            Some(notebook) => fl!("menu-start-again-with", notebook = shown(notebook)),
            None => fl!("menu-start-again"),
        };
        let text = format!("{INDENT}{text}");
        entries.push(of(host, HostAction::StartAgain, &text));
    }
    entries.extend(more(host, has_launcher));
    entries
}

/// An item that does something with the host.
fn of(host: &HostState, action: HostAction, text: &str) -> Entry {
    item(MenuAction::host(&host.name, action), text)
}

/// Returns the host's line, which shows the state by shape and as text, never by colour.
pub fn title(host: &HostState, now: Instant) -> String {
    let name = shown(&host.name);
    match host.phase {
        Phase::Closed => fl!("menu-host-closed", host = name),
        Phase::Ready => match little_left(host, now) {
            Some(time) => fl!("menu-host-short", host = name, time = time),
            None => fl!("menu-host-ready", host = name),
        },
        Phase::Failed if host.waits_for_network() => fl!("menu-host-no-network", host = name),
        Phase::Failed if host.restart.is_some() => fl!("menu-host-ended", host = name),
        Phase::Failed => fl!("menu-host-failed", host = name),
        _ if host.is_prompting => fl!("menu-host-asks", host = name),
        phase => {
            let phase = phase.words();
            match elapsed(now.saturating_duration_since(since(host))) {
                Some(time) => fl!(
                    "menu-host-working-for",
                    host = name,
                    phase = phase,
                    time = time
                ),
                None => fl!("menu-host-working", host = name, phase = phase),
            }
        }
    }
}

/// Returns the time since when it is in its phase; a job waits also while the connection is lost.
fn since(host: &HostState) -> Instant {
    let queued = host.queued.filter(|_| host.phase == Phase::Queued);
    queued.unwrap_or(host.since)
}

/// Returns the time at which the host's lines say something else although the host is the same.
pub fn next_change(host: &HostState, now: Instant) -> Option<Instant> {
    let shows_time = host.is_active() && host.phase != Phase::Ready && !host.is_prompting;
    let time = shows_time.then(|| now + until_next(now.saturating_duration_since(since(host))));
    let loss = host.loss.as_ref().and_then(|loss| loss.next_change(now));
    time.into_iter().chain(loss).min()
}

fn little_left(host: &HostState, now: Instant) -> Option<String> {
    let (left, is_short) = host.time_left(now)?;
    elapsed(left).filter(|_| is_short)
}

/// Returns the lines below it: a problem and its remedy, or details of the tunnel.
fn details(host: &HostState, now: Instant) -> Vec<String> {
    if host.waits_for_network() {
        return Vec::new();
    }
    if let Some(problem) = &host.problem {
        // The detail, such as a log's last lines, would be the whole menu: Show Details… has it.
        let lines = [problem.title.as_str(), problem.remedy_for(Face::App)];
        return lines.into_iter().flat_map(wrapped).collect();
    }
    if let Some(waits) = &host.silence_hint {
        return wrapped(waits);
    }
    let mut lines: Vec<String> = host.notes.iter().flat_map(|note| wrapped(note)).collect();
    if let Some(loss) = &host.loss {
        lines.extend(loss_lines(loss, now));
        return lines;
    }
    lines.extend(state_line(host, now));
    lines
}

/// Returns why the connection is lost, and when the next attempt is.
fn loss_lines(loss: &LossState, now: Instant) -> Vec<String> {
    let mut lines = wrapped(&loss.cause);
    let next = match loss.seconds_left(now) {
        Some(seconds) => fl!("menu-next-try", count = seconds),
        None => fl!("menu-trying"),
    };
    lines.push(format!("{INDENT}{next}"));
    lines
}

/// Returns the lines of a job that waits, or the details of the tunnel.
fn state_line(host: &HostState, now: Instant) -> Vec<String> {
    let Some(ready) = &host.ready else {
        let job = host.waiting_job();
        return job.map(|job| wrapped(&job.waiting())).unwrap_or_default();
    };
    let mut parts = Vec::new();
    if let Some(activity) = &host.kernels {
        let Kernels { total, busy } = activity.kernels;
        parts.push(fl!("menu-kernels", total = total, busy = busy));
    }
    if let Some(job) = &host.job {
        parts.push(fl!("job-number", id = job.id.as_str()));
    }
    // A name of its own is worth reading: the node of a cluster, behind its login host.
    if ready.server.host != host.name {
        parts.push(fl!("menu-node", node = shown(&ready.server.host)));
    }
    if let Some(time) = host.time_left(now).and_then(|(left, _)| elapsed(left)) {
        parts.push(fl!("job-time-left", time = time));
    }
    if parts.is_empty() {
        return Vec::new();
    }
    vec![format!("{INDENT}{}", parts.join(" · "))]
}

/// Returns the other actions for a host that is open, being connected, or failed.
fn more(host: &HostState, has_launcher: bool) -> Vec<Entry> {
    let name = &host.name;
    let indented = |action, text: String| of(host, action, &format!("{INDENT}{text}"));
    let submenu = |entries| Entry::Submenu {
        kind: SubmenuKind::Host(name.clone()),
        text: format!("{INDENT}{}", fl!("menu-more", host = shown(name))),
        entries,
    };
    let cancel = || {
        let asks = host.waiting_job().is_some();
        let text = if asks {
            fl!("menu-cancel-job")
        } else {
            fl!("menu-cancel")
        };
        indented(HostAction::Cancel, text)
    };
    match host.phase {
        Phase::Closed => Vec::new(),
        Phase::Failed => vec![submenu(failed_actions(host))],
        Phase::Ready => vec![submenu(actions(host, has_launcher))],
        Phase::Reconnecting => {
            let give_up = match host.ready {
                Some(_) => indented(HostAction::Close, fl!("menu-disconnect")),
                None => cancel(),
            };
            vec![indented(HostAction::TryNow, fl!("menu-try-now")), give_up]
        }
        _ => vec![cancel()],
    }
}

/// Returns what can be done about a failure.
fn failed_actions(host: &HostState) -> Vec<Entry> {
    let mut entries = Vec::new();
    // One that has ended has an item of its own, in sight.
    if host.restart.is_none() {
        entries.push(of(host, HostAction::Open, &fl!("notice-try-again")));
    }
    entries.push(of(host, HostAction::ShowDetails, &fl!("menu-details")));
    entries.push(of(host, HostAction::ShowLog, &fl!("menu-show-log")));
    entries.push(Entry::Separator);
    entries.push(of(host, HostAction::Dismiss, &fl!("menu-dismiss")));
    entries
}

fn actions(host: &HostState, has_launcher: bool) -> Vec<Entry> {
    let mut entries = vec![
        of(host, HostAction::Open, &fl!("menu-open-tab")),
        of(host, HostAction::CopyLink, &fl!("menu-copy-link")),
    ];
    entries.extend(notebooks(host));
    entries.extend(forwards(host));
    entries.push(of(host, HostAction::ShowLog, &fl!("menu-show-log")));
    // Its address names configured hosts only.
    if !host.removed_from_config {
        let action = MenuAction::ToggleShortcut(host.name.clone());
        entries.push(tickable(action, &fl!("menu-launcher"), has_launcher));
    }
    if host.can_be_extended() {
        entries.push(of(host, HostAction::Extend, &fl!("menu-extend")));
    }
    entries.push(Entry::Separator);
    entries.push(of(host, HostAction::Close, &fl!("menu-disconnect")));
    entries.push(of(host, HostAction::Stop, &fl!("menu-stop")));
    entries
}

/// The running kernels, each of which leads to its notebook.
fn notebooks(host: &HostState) -> Option<Entry> {
    let kernels = host.kernels.as_ref()?;
    if kernels.notebooks.is_empty() {
        return None;
    }
    let line = |notebook: &Notebook| {
        let (path, state) = (shown(&notebook.path), notebook.state.as_str());
        let text = match state {
            "busy" => fl!("menu-notebook-busy", path = path),
            "idle" => fl!("menu-notebook-idle", path = path),
            other => fl!("menu-notebook", path = path, state = other),
        };
        let action = HostAction::OpenNotebook(notebook.path.clone());
        of(host, action, &text)
    };
    Some(Entry::Submenu {
        kind: SubmenuKind::Kernels(host.name.clone()),
        text: fl!("menu-kernels-menu"),
        entries: kernels.notebooks.iter().map(line).collect(),
    })
}

fn forwards(host: &HostState) -> Vec<Entry> {
    let Some(ready) = &host.ready else {
        return Vec::new();
    };
    let line = |forward: &Forwarded| {
        let port = forward.local_port;
        let text = fl!(
            "menu-forward",
            name = shown(&forward.name),
            port = port.to_string()
        );
        of(host, HostAction::OpenForward(port), &text)
    };
    ready.forwards.iter().map(line).collect()
}
