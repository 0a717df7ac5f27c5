//! The menu as a pure function of the model and the time.

use std::time::Instant;

use super::super::model::{Model, UpdateInfo};
use super::host_menu;
use super::menu_item::{Entry, disabled_item, item, tickable, with_keys};
use super::text::{shown, wrapped};
use crate::desktop::login_item;
use crate::i18n::say;

/// Hosts that stand in the menu itself; a longer list is no list to choose from. What is open or
/// has failed always stands there.
const AT_HAND: usize = 20;

/// The whole menu.
pub fn entries(model: &Model, now: Instant) -> Vec<Entry> {
    let mut entries = hosts(model, now);
    entries.push(Entry::Separator);
    entries.extend(complaint(model));
    entries.extend(aliases(model));
    entries.push(with_keys(item("edit", &say!("menu-edit")), "CmdOrCtrl+,"));
    entries.extend(login_item(model.login_item()));
    entries.extend(update(model.updates()));
    entries.push(help(model.updates()));
    entries.push(Entry::Separator);
    entries.push(with_keys(item("quit", &say!("menu-quit")), "CmdOrCtrl+Q"));
    entries
}

/// The hosts and their states, a line each, for a dialog.
pub fn list(model: &Model, now: Instant) -> String {
    if model.hosts().is_empty() {
        return say!("menu-no-hosts");
    }
    let (first, others) = model.hosts().split_at(model.hosts().len().min(AT_HAND));
    let mut lines: Vec<String> = first
        .iter()
        .map(|host| host_menu::title(host, now))
        .collect();
    if !others.is_empty() {
        lines.push(say!("menu-more-hosts", count = others.len()));
    }
    lines.join("\n")
}

fn hosts(model: &Model, now: Instant) -> Vec<Entry> {
    if model.hosts().is_empty() {
        return first_run(model);
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
    entries.extend(overflow("hosts", others));
    entries
}

/// Without any configuration the hosts of the ssh configuration are on offer.
fn first_run(model: &Model) -> Vec<Entry> {
    let mut offers: Vec<Entry> = model
        .new_aliases()
        .map(|alias| {
            let text = say!("menu-host-closed", host = shown(alias));
            item(&format!("new {alias}"), &text)
        })
        .collect();
    if offers.is_empty() {
        let lines = wrapped(&say!("menu-no-hosts"));
        let line =
            |(at, line): (usize, &String)| disabled_item(&format!("nohosts{at}"), line.trim());
        return lines.iter().enumerate().map(line).collect();
    }
    let others = offers.split_off(offers.len().min(AT_HAND));
    offers.insert(0, disabled_item("offers", &say!("menu-offers")));
    offers.extend(overflow("hosts", others));
    offers
}

fn overflow(id: &str, others: Vec<Entry>) -> Option<Entry> {
    let count = others.len();
    (count > 0).then(|| Entry::Submenu {
        id: id.to_owned(),
        text: say!("menu-more-hosts", count = count),
        entries: others,
    })
}

fn complaint(model: &Model) -> Vec<Entry> {
    let Some(complaint) = model.complaint() else {
        return Vec::new();
    };
    let mut lines = vec![disabled_item("complaint", &say!("menu-complaint"))];
    for (at, line) in wrapped(complaint).iter().enumerate() {
        lines.push(disabled_item(&format!("complaint{at}"), line));
    }
    lines
}

/// The aliases that are no hosts of ours yet; on the first run they stand above.
fn aliases(model: &Model) -> Option<Entry> {
    if model.hosts().is_empty() {
        return None;
    }
    let offer = |alias: &str| item(&format!("add {alias}"), &shown(alias));
    let entries: Vec<Entry> = model.new_aliases().map(offer).collect();
    if entries.is_empty() {
        return None;
    }
    Some(Entry::Submenu {
        id: "aliases".to_owned(),
        text: say!("menu-add"),
        entries,
    })
}

fn login_item(status: &login_item::Status) -> Vec<Entry> {
    let (on, remark) = match status {
        login_item::Status::On => (true, None),
        login_item::Status::Off => (false, None),
        login_item::Status::NeedsApproval => (true, Some(say!("menu-login-approval"))),
        login_item::Status::NotHere(_) => return Vec::new(),
    };
    let mut entries = vec![tickable("login", &say!("menu-login"), on)];
    let remark = remark.map(|text| wrapped(&text)).unwrap_or_default();
    for (at, line) in remark.iter().enumerate() {
        entries.push(disabled_item(&format!("approval{at}"), line));
    }
    entries
}

/// A newer version, which leads to its page.
fn update(updates: &UpdateInfo) -> Option<Entry> {
    let version = updates.release.as_ref()?.version.to_string();
    Some(item("update", &say!("menu-update", version = version)))
}

fn help(updates: &UpdateInfo) -> Entry {
    let mut entries = vec![
        item("log", &say!("menu-show-log")),
        item("diagnostics", &say!("menu-diagnostics")),
    ];
    if updates.can_be_asked {
        entries.push(item("checkupdates", &say!("menu-check-updates")));
    }
    entries.push(item("about", &say!("menu-about")));
    Entry::Submenu {
        id: "help".to_owned(),
        text: say!("menu-help"),
        entries,
    }
}

#[cfg(test)]
mod tests;
