//! The menu as a pure function of the model and the time.

use std::time::Instant;

use super::super::menu_action::MenuAction;
use super::super::model::{Model, UpdateInfo};
use super::host_menu;
use super::menu_item::{Entry, SubmenuKind, disabled_item, item, tickable, with_keys};
use super::text::{shown, wrapped};
use crate::desktop::login_item;
use crate::i18n::fl;

/// Longest list of hosts that the menu itself shows; a longer one is hard to choose from. A host
/// that is open or has failed is always shown.
const AT_HAND: usize = 20;

/// The whole menu.
pub fn entries(model: &Model, now: Instant) -> Vec<Entry> {
    let mut entries = hosts(model, now);
    if !entries.is_empty() {
        entries.push(Entry::Separator);
    }
    entries.extend(complaint(model));
    entries.extend(aliases(model));
    let edit = item(MenuAction::EditConfiguration, &fl!("menu-edit"));
    entries.push(with_keys(edit, "CmdOrCtrl+,"));
    entries.extend(login_item(model.login_item()));
    entries.extend(update(model.updates()));
    entries.push(help(model.updates()));
    entries.push(Entry::Separator);
    if model.is_quitting() {
        entries.push(disabled_item(&fl!("menu-quitting")));
    } else {
        let quit = item(MenuAction::Quit, &fl!("menu-quit"));
        entries.push(with_keys(quit, "CmdOrCtrl+Q"));
    }
    entries
}

/// Returns the time at which the menu says something else although the model does not change.
pub fn next_change(model: &Model, now: Instant) -> Option<Instant> {
    let hosts = model.hosts().iter();
    hosts
        .filter_map(|host| host_menu::next_change(host, now))
        .min()
}

/// The hosts and their states, a line each, for a dialog.
pub fn list(model: &Model, now: Instant) -> String {
    if model.hosts().is_empty() {
        return fl!("menu-no-hosts");
    }
    let (first, others) = model.hosts().split_at(model.hosts().len().min(AT_HAND));
    let mut lines: Vec<String> = first
        .iter()
        .map(|host| host_menu::title(host, now))
        .collect();
    if !others.is_empty() {
        lines.push(fl!("menu-more-hosts", count = others.len()));
    }
    lines.join("\n")
}

fn hosts(model: &Model, now: Instant) -> Vec<Entry> {
    if model.hosts().is_empty() {
        // A file with mistakes is none to add a host to.
        let is_first = model.complaint().is_none();
        return if is_first {
            first_run(model)
        } else {
            Vec::new()
        };
    }
    let (mut entries, mut others) = (Vec::new(), Vec::new());
    for (at, host) in model.hosts().iter().enumerate() {
        let is_idle = !host.is_active() && host.problem.is_none();
        let list = if at >= AT_HAND && is_idle {
            &mut others
        } else {
            &mut entries
        };
        let has_launcher = model.has_launcher(&host.name);
        list.extend(host_menu::entries(host, has_launcher, now));
    }
    entries.extend(more_hosts(others));
    entries
}

/// Without any configuration the hosts of the ssh configuration are on offer.
fn first_run(model: &Model) -> Vec<Entry> {
    let mut offers: Vec<Entry> = model
        .new_aliases()
        .map(|alias| {
            let text = fl!("menu-host-closed", host = shown(alias));
            item(add_host(alias, true), &text)
        })
        .collect();
    if offers.is_empty() {
        let lines = wrapped(&fl!("menu-no-hosts"));
        return lines
            .iter()
            .map(|line| disabled_item(line.trim()))
            .collect();
    }
    let others = offers.split_off(offers.len().min(AT_HAND));
    offers.insert(0, disabled_item(&fl!("menu-offers")));
    offers.extend(more_hosts(others));
    offers
}

fn more_hosts(others: Vec<Entry>) -> Option<Entry> {
    let count = others.len();
    (count > 0).then(|| Entry::Submenu {
        kind: SubmenuKind::MoreHosts,
        text: fl!("menu-more-hosts", count = count),
        entries: others,
    })
}

fn complaint(model: &Model) -> Vec<Entry> {
    let Some(complaint) = model.complaint() else {
        return Vec::new();
    };
    // Without hosts there was no valid version since the start.
    let heading = match model.hosts() {
        [] => fl!("menu-complaint-start"),
        _ => fl!("menu-complaint"),
    };
    let mut lines = vec![disabled_item(&heading)];
    let texts = [&complaint.mistake, &complaint.remedy];
    let texts = texts.into_iter().flat_map(|text| wrapped(text));
    lines.extend(texts.map(|line| disabled_item(&line)));
    lines
}

/// The aliases that are no hosts of ours yet; on the first run they stand above.
fn aliases(model: &Model) -> Option<Entry> {
    if model.hosts().is_empty() {
        return None;
    }
    let offer = |alias: &str| item(add_host(alias, false), &shown(alias));
    let entries: Vec<Entry> = model.new_aliases().map(offer).collect();
    if entries.is_empty() {
        return None;
    }
    Some(Entry::Submenu {
        kind: SubmenuKind::AddHost,
        text: fl!("menu-add"),
        entries,
    })
}

fn add_host(alias: &str, open: bool) -> MenuAction {
    let alias = alias.to_owned();
    MenuAction::AddHost { alias, open }
}

fn login_item(status: &login_item::Status) -> Vec<Entry> {
    let (on, remark) = match status {
        login_item::Status::On => (true, None),
        login_item::Status::Off => (false, None),
        login_item::Status::NeedsApproval => (false, Some(fl!("menu-login-approval"))),
        login_item::Status::NotHere(_) => return Vec::new(),
    };
    let text = fl!("menu-login");
    let mut entries = vec![tickable(MenuAction::ToggleLoginItem, &text, on)];
    let remark = remark.map(|text| wrapped(&text)).unwrap_or_default();
    entries.extend(remark.iter().map(|line| disabled_item(line)));
    entries
}

/// A newer version, which leads to its page.
fn update(updates: &UpdateInfo) -> Option<Entry> {
    let version = updates.release.as_ref()?.version.to_string();
    let text = fl!("menu-update", version = version);
    Some(item(MenuAction::ShowRelease, &text))
}

fn help(updates: &UpdateInfo) -> Entry {
    let mut entries = vec![
        item(MenuAction::ShowLog, &fl!("menu-show-log")),
        item(MenuAction::CopyDiagnostics, &fl!("menu-diagnostics")),
    ];
    if updates.can_be_asked {
        let text = fl!("menu-check-updates");
        entries.push(item(MenuAction::CheckForUpdates, &text));
    }
    entries.push(item(MenuAction::About, &fl!("menu-about")));
    Entry::Submenu {
        kind: SubmenuKind::Help,
        text: fl!("menu-help"),
        entries,
    }
}

#[cfg(test)]
mod tests;
