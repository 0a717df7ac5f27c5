//! The two lines of one host: its own, whose click does the main thing, and the submenu with all else.

use std::time::Instant;

use super::dialog;
use super::host_title::{idle_title, title};
use super::menu_item::{Entry, SubmenuKind, groups, item, submenu, tickable};
use super::text::{INDENT, elapsed, leading, shown};
use crate::app::menu_action::{HostAction, MenuAction, UsagePart};
use crate::app::model::{HostState, Listed, Model, SideLogin, Stakes};
use crate::config::profile_name;
use crate::i18n::fl;
use crate::jupyter::{Activity, KernelAction, Notebook};
use crate::session::{Forwarded, JobInfo, Listener, Phase, listener_line, size, usage_brief};

/// Returns the lines of a host.
pub fn entries(listed: Listed<'_>, model: &Model, now: Instant) -> [Entry; 2] {
    match listed {
        Listed::Host(host) => [
            of(host, HostAction::Open, &title(host, now)),
            more(&host.name, host_groups(host, model, now)),
        ],
        Listed::Alias(alias) => [
            item(add(alias, true), &idle_title(alias)),
            more(alias, alias_groups(alias)),
        ],
    }
}

/// An item that does something with the host.
fn of(host: &HostState, action: HostAction, text: &str) -> Entry {
    item(MenuAction::host(&host.name, action), text)
}

fn add(alias: &str, open: bool) -> MenuAction {
    let alias = alias.to_owned();
    MenuAction::AddHost { alias, open }
}

fn hide(alias: &str) -> Entry {
    let action = MenuAction::HideHost {
        alias: alias.to_owned(),
        hide: true,
    };
    item(action, &fl!("menu-hide"))
}

fn more(name: &str, entries: Vec<Vec<Entry>>) -> Entry {
    let text = format!("{INDENT}{}", fl!("menu-more"));
    submenu(SubmenuKind::Host(name.to_owned()), &text, groups(entries))
}

fn alias_groups(alias: &str) -> Vec<Vec<Entry>> {
    let edit = item(add(alias, false), &fl!("menu-edit-host"));
    vec![vec![edit, hide(alias)]]
}

/// The groups of a host's submenu: something to read, the work, the host itself, and the end of it.
fn host_groups(host: &HostState, model: &Model, now: Instant) -> Vec<Vec<Entry>> {
    let remark = remark(host).map(|text| of(host, HostAction::ShowDetails, &text));
    vec![
        remark.into_iter().collect(),
        work(host, model.notebooks(&host.name), now),
        upkeep(host, model),
        ending(host, now),
    ]
}

/// Returns what the item says that leads to the details: the most urgent of them.
fn remark(host: &HostState) -> Option<String> {
    if host.problem.is_some() {
        return Some(fl!("menu-details"));
    }
    let cause = host.loss.as_ref().map(|loss| &loss.cause);
    let cause = cause.filter(|cause| !cause.is_empty());
    let hint = cause.or(host.silence_hint.as_ref());
    let text = hint.or(host.notes.last()).map(|text| leading(text));
    text.or_else(|| host.job.as_ref().map(job))
}

fn job(job: &JobInfo) -> String {
    let id = shown(&job.id);
    match &job.node {
        Some(node) => fl!("menu-job-on", id = id, node = shown(node)),
        None => fl!("menu-job", id = id),
    }
}

fn work(host: &HostState, known: &[String], now: Instant) -> Vec<Entry> {
    let mut entries = Vec::new();
    if host.phase == Phase::Reconnecting {
        entries.push(of(host, HostAction::TryNow, &try_now(host)));
    }
    if host.phase == Phase::Ready {
        entries.push(of(host, HostAction::NewTab, &fl!("menu-new-tab")));
    }
    if host.can_open_notebook() {
        let text = fl!("menu-open-notebook");
        entries.push(of(host, HostAction::AskNotebook, &text));
        entries.extend(kernels(host, now));
        entries.extend(recent(host, known));
    }
    entries.extend(ports(host));
    entries
}

fn try_now(host: &HostState) -> String {
    let needs_login = host.loss.as_ref().is_some_and(|loss| loss.needs_login);
    if needs_login {
        fl!("menu-log-in-again")
    } else {
        fl!("menu-try-now")
    }
}

/// The kernels, the busy ones first, and those without a notebook last.
fn kernels(host: &HostState, now: Instant) -> Option<Entry> {
    let kernels = host.kernels.iter();
    let mut kernels: Vec<&Notebook> = kernels.flat_map(Activity::each_kernel).collect();
    kernels.sort_by_key(|kernel| (kernel.path.is_empty(), kernel.state != "busy"));
    let entries = kernels.into_iter();
    let entries: Vec<Entry> = entries.map(|one| kernel(host, one, now)).collect();
    let kind = SubmenuKind::Kernels(host.name.clone());
    (!entries.is_empty()).then(|| submenu(kind, &fl!("menu-kernels-menu"), entries))
}

/// One kernel, and all that can be done with it.
fn kernel(host: &HostState, kernel: &Notebook, now: Instant) -> Entry {
    let mut text = kernel_line(host, kernel, now);
    let usage = host.usage.as_ref();
    if let Some(bytes) = usage.and_then(|usage| usage.kernel(&kernel.id)) {
        text = fl!("menu-kernel-memory", kernel = text, memory = size(bytes));
    }
    let open = HostAction::OpenNotebook(kernel.path.clone());
    // Another program has the tunnel, of a version that does not name kernels.
    if kernel.id.is_empty() {
        return of(host, open, &text);
    }
    let act = |action, text: String| of(host, HostAction::Kernel(kernel.id.clone(), action), &text);
    let has_page = !kernel.path.is_empty();
    let open = has_page.then(|| of(host, open, &fl!("menu-kernel-open")));
    let interrupt = || act(KernelAction::Interrupt, fl!("menu-kernel-interrupt"));
    let mut deeds: Vec<Entry> = (kernel.state == "busy")
        .then(interrupt)
        .into_iter()
        .collect();
    deeds.push(act(KernelAction::Restart, fl!("menu-kernel-restart")));
    deeds.push(act(KernelAction::ShutDown, fl!("menu-kernel-shutdown")));
    let entries = groups(vec![open.into_iter().collect(), deeds]);
    submenu(SubmenuKind::Kernel(kernel.id.clone()), &text, entries)
}

fn running(host: &HostState) -> &[Notebook] {
    let kernels = host.kernels.as_ref();
    kernels.map_or(&[], |kernels| kernels.notebooks.as_slice())
}

/// Returns a notebook with its kernel's state, for which Jupyter has words of its own.
fn kernel_line(host: &HostState, kernel: &Notebook, now: Instant) -> String {
    let path = match kernel.path.as_str() {
        "" => fl!("menu-kernel-alone", kernel = shown(&kernel.kernel)),
        path => shown(path),
    };
    match kernel.state.as_str() {
        "busy" => match host.busy_for(&kernel.id, now).and_then(elapsed) {
            Some(time) => fl!("menu-kernel-busy-for", path = path, time = time),
            None => fl!("menu-notebook-busy", path = path),
        },
        "idle" => fl!("menu-notebook-idle", path = path),
        "starting" => fl!("menu-notebook-starting", path = path),
        "restarting" | "autorestarting" => fl!("menu-notebook-restarting", path = path),
        "dead" | "terminating" => fl!("menu-notebook-dead", path = path),
        _ => fl!("menu-notebook-unknown", path = path),
    }
}

/// The notebooks that ran there, without those that still do.
fn recent(host: &HostState, known: &[String]) -> Option<Entry> {
    let runs = |path: &String| running(host).iter().any(|notebook| notebook.path == *path);
    let line = |path: &String| {
        let action = HostAction::OpenNotebook(path.clone());
        of(host, action, &shown(path))
    };
    let paths = known.iter().filter(|path| !runs(path));
    let entries: Vec<Entry> = paths.map(line).collect();
    let kind = SubmenuKind::Recent(host.name.clone());
    (!entries.is_empty()).then(|| submenu(kind, &fl!("menu-recent"), entries))
}

/// The ports that are forwarded, those that could be as far as they are known, and the look for them.
fn ports(host: &HostState) -> Option<Entry> {
    let forwards = &host.ready.as_ref()?.forwards;
    let line = |forward: &Forwarded| {
        let port = forward.local_port;
        let (name, number) = (shown(&forward.name), port.to_string());
        let text = fl!("menu-forward", name = name, port = number);
        of(host, HostAction::OpenForward(port), &text)
    };
    let new = |listener: &Listener| {
        let action = HostAction::ForwardTo(listener.remote.clone());
        of(host, action, &shown(&listener_line(listener)))
    };
    let find = of(
        host,
        HostAction::ShowUsage(UsagePart::Ports),
        &fl!("menu-find-ports"),
    );
    let kind = SubmenuKind::Ports(host.name.clone());
    (host.phase == Phase::Ready).then(|| {
        let open = forwards.iter().map(line).collect();
        let new = host.new_listeners().map(new).collect();
        let entries = groups(vec![open, new, vec![find]]);
        submenu(kind, &fl!("menu-ports"), entries)
    })
}

fn upkeep(host: &HostState, model: &Model) -> Vec<Entry> {
    let mut entries = Vec::new();
    if host.phase == Phase::Ready {
        entries.push(of(host, HostAction::CopyLink, &fl!("menu-copy-link")));
        if host.idle_ends.is_some() {
            entries.push(of(host, HostAction::Keep, &fl!("menu-keep")));
        }
        let usage = host.usage.as_ref().map(usage_brief);
        let usage = usage.unwrap_or_else(|| fl!("menu-show-load"));
        entries.push(of(host, HostAction::ShowUsage(UsagePart::Load), &usage));
        if host.can_be_extended() {
            entries.push(of(host, HostAction::Extend, &fl!("menu-extend")));
        }
    }
    entries.extend(start_with(host, model));
    entries.extend(side_logins(host));
    // The address of a shortcut names configured hosts only.
    if !host.is_unconfigured {
        let action = MenuAction::ToggleShortcut(host.name.clone());
        let has_one = model.has_launcher(&host.name);
        entries.push(tickable(action, &fl!("menu-launcher"), has_one));
        entries.push(of(host, HostAction::Edit, &fl!("menu-edit-host")));
    }
    if model.can_be_hidden(Listed::Host(host)) {
        entries.push(hide(&host.name));
    }
    entries
}

/// The profiles of a host. A click starts a server with one beside the host's own, or opens the tab of the one that runs;
/// those that are open are ticked.
fn start_with(host: &HostState, model: &Model) -> Option<Entry> {
    let line = |profile: &String| {
        let name = profile_name(&host.name, profile);
        let is_open = model.host(&name).is_some_and(HostState::is_active);
        tickable(
            MenuAction::host(&name, HostAction::Open),
            &shown(profile),
            is_open,
        )
    };
    let profiles = &host.written.profiles;
    if profiles.is_empty() || host.is_unconfigured {
        return None;
    }
    let entries = profiles.iter().map(line).collect();
    let kind = SubmenuKind::Profiles(host.name.clone());
    Some(submenu(kind, &fl!("menu-start-with"), entries))
}

/// The items that may log in beside the tunnel, or the end of such a login.
fn side_logins(host: &HostState) -> Vec<Entry> {
    let cancel = |text: String| vec![of(host, HostAction::CancelSideLogin, &text)];
    match host.side_login {
        Some(SideLogin::Log) => cancel(fl!("menu-cancel-log")),
        Some(SideLogin::Check) => cancel(fl!("menu-cancel-check")),
        None => {
            let log = || of(host, HostAction::ShowLog, &fl!("menu-show-log"));
            let log = host.can_show_log().then(log);
            let check = || of(host, HostAction::CheckConnection, &fl!("menu-check"));
            let check = host.can_be_checked().then(check);
            log.into_iter().chain(check).collect()
        }
    }
}

fn ending(host: &HostState, now: Instant) -> Vec<Entry> {
    match host.phase {
        Phase::Closed => Vec::new(),
        Phase::Failed => vec![of(host, HostAction::Dismiss, &fl!("menu-dismiss"))],
        Phase::Ready => vec![close(host, now), stop(host)],
        Phase::Reconnecting if host.ready.is_some() => vec![close(host, now)],
        _ => {
            let text = match host.waiting_job() {
                Some(_) => fl!("menu-cancel-job"),
                None => fl!("menu-cancel"),
            };
            vec![of(host, HostAction::Cancel, &text)]
        }
    }
}

/// An item ends with an ellipsis where a question follows, and only there.
fn close(host: &HostState, now: Instant) -> Entry {
    let asks = dialog::before_close(&host.name, &Stakes::of(host, now)).is_some();
    let text = if asks {
        fl!("menu-disconnect-asks")
    } else {
        fl!("menu-disconnect")
    };
    of(host, HostAction::Close, &text)
}

/// Returns the item that stops a host's server.
pub fn stop(host: &HostState) -> Entry {
    let asks = dialog::before_stop(&host.name, host.kernels.as_ref()).is_some();
    let text = if asks {
        fl!("menu-stop-asks")
    } else {
        fl!("menu-stop")
    };
    of(host, HostAction::Stop, &text)
}
