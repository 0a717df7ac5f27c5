//! The menu as a pure function of the model and the time.

use std::time::Instant;

use super::super::menu_action::MenuAction;
use super::super::model::{Model, UpdateInfo};
use super::menu_item::{Entry, SubmenuKind, disabled_item, groups, item, tickable, with_keys};
use super::{host_list, host_title, running};
use crate::desktop::login_item;
use crate::i18n::fl;

/// Hosts that a dialog lists.
const LISTED: usize = 20;

/// The whole menu.
pub fn entries(model: &Model, now: Instant) -> Vec<Entry> {
    groups(vec![
        host_list::entries(model, now),
        running::entry(model, now).into_iter().collect(),
        of_the_app(model),
        vec![quit(model)],
    ])
}

/// Returns the time at which the menu says something else although the model does not change.
pub fn next_change(model: &Model, now: Instant) -> Option<Instant> {
    let hosts = model.hosts().iter();
    hosts
        .filter_map(|host| host_title::next_change(host, now))
        .min()
}

/// The hosts and their states, a line each, for a dialog.
pub fn list(model: &Model, now: Instant) -> String {
    if model.hosts().is_empty() {
        return fl!("menu-no-hosts");
    }
    let hosts = model.hosts().iter().filter(|host| host.is_listed());
    let hosts: Vec<_> = hosts.collect();
    let (first, others) = hosts.split_at(hosts.len().min(LISTED));
    let mut lines: Vec<String> = first
        .iter()
        .map(|host| host_title::title(host, now))
        .collect();
    if !others.is_empty() {
        lines.push(fl!("menu-more-lines", count = others.len()));
    }
    lines.join("\n")
}

fn of_the_app(model: &Model) -> Vec<Entry> {
    let complaint = model.complaint();
    let complaint = complaint.map(|_| item(MenuAction::ShowMistake, &fl!("menu-complaint")));
    let mut entries: Vec<Entry> = complaint.into_iter().collect();
    let add = fl!("menu-add-host");
    entries.push(item(MenuAction::AddHostByName, &add));
    let settings = item(MenuAction::ShowSettings, &fl!("menu-settings"));
    entries.push(with_keys(settings, "CmdOrCtrl+,"));
    let edit = fl!("menu-edit");
    entries.push(item(MenuAction::EditConfiguration, &edit));
    entries.extend(login_item(model.login_item()));
    entries.extend(update(model.updates()));
    entries.push(help(model.updates()));
    entries
}

fn quit(model: &Model) -> Entry {
    if model.is_quitting() {
        return disabled_item(&fl!("menu-quitting"));
    }
    let text = if model.quit_asks() {
        fl!("menu-quit-asks")
    } else {
        fl!("menu-quit")
    };
    with_keys(item(MenuAction::Quit, &text), "CmdOrCtrl+Q")
}

/// Returns the item that starts the app at login, and the way to allow that where it is needed.
fn login_item(status: &login_item::Status) -> Vec<Entry> {
    let is_on = *status == login_item::Status::On;
    let toggle = tickable(MenuAction::ToggleLoginItem, &fl!("menu-login"), is_on);
    match status {
        login_item::Status::On | login_item::Status::Off => vec![toggle],
        login_item::Status::NeedsApproval => {
            let text = fl!("menu-login-approval");
            vec![toggle, item(MenuAction::ExplainLoginItem, &text)]
        }
        login_item::Status::NotHere(_) => Vec::new(),
    }
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
    entries.push(item(MenuAction::ShowWelcome, &fl!("menu-welcome")));
    entries.push(item(MenuAction::About, &fl!("menu-about")));
    Entry::Submenu {
        kind: SubmenuKind::Help,
        text: fl!("menu-help"),
        entries,
    }
}

#[cfg(test)]
mod tests;
