//! The menu's hosts: those in use above, the others below a separator, and no more of them than fit.

use std::time::Instant;

use super::host_menu;
use super::menu_item::{Entry, SubmenuKind, disabled_item, groups, item, submenu};
use super::text::shown;
use crate::app::menu_action::MenuAction;
use crate::app::model::{Listed, Model};
use crate::i18n::fl;

/// Lines that the hosts may take: with those below them they fit on a screen of 800 pixels, on which
/// a line takes 25, and in Japanese 28 (Xfce's panel, 2026-11-29).
const LINES: usize = 18;
/// Hosts that are not in use are all in sight up to this number, and never fewer than the other.
const MOST_IN_SIGHT: usize = 9;
const LEAST_IN_SIGHT: usize = 3;
/// Hosts of a section of More Hosts, as many as fit on the screen.
const SECTION: usize = 12;

/// Returns the lines of the hosts.
pub fn entries(model: &Model, now: Instant) -> Vec<Entry> {
    let (engaged, mut rest): (Vec<_>, Vec<_>) =
        model.listed().into_iter().partition(|one| one.is_engaged());
    let more = rest.split_off(in_sight(engaged.len(), rest.len()));
    let lines = |hosts: &[Listed<'_>]| lines(hosts, model, now);
    let (engaged, mut rest, more) = (lines(&engaged), lines(&rest), sections(&more, model, now));
    let more = groups(vec![more, hidden(model)]);
    if !more.is_empty() {
        let text = fl!("menu-more-hosts");
        rest.push(submenu(SubmenuKind::MoreHosts, &text, more));
    }
    let entries = groups(vec![engaged, rest]);
    if entries.is_empty() && model.complaint().is_none() {
        return vec![disabled_item(&fl!("menu-no-hosts"))];
    }
    entries
}

/// Returns how many of the hosts that are not in use are in sight.
fn in_sight(engaged: usize, rest: usize) -> usize {
    let lines = LINES.saturating_sub(2 * engaged);
    rest.min((lines / 2).clamp(LEAST_IN_SIGHT, MOST_IN_SIGHT))
}

fn lines(hosts: &[Listed<'_>], model: &Model, now: Instant) -> Vec<Entry> {
    let hosts = hosts.iter();
    hosts
        .flat_map(|host| host_menu::entries(*host, model, now))
        .collect()
}

/// Returns the hosts in sections that say where they begin and end; few hosts need none.
fn sections(hosts: &[Listed<'_>], model: &Model, now: Instant) -> Vec<Entry> {
    if hosts.len() <= SECTION {
        return lines(hosts, model, now);
    }
    let section = |hosts: &[Listed<'_>]| {
        let name = |host: Option<&Listed<'_>>| host.map_or("", |host| host.name()).to_owned();
        let (first, last) = (name(hosts.first()), name(hosts.last()));
        let text = fl!("menu-section", first = shown(&first), last = shown(&last));
        submenu(SubmenuKind::Section(first), &text, lines(hosts, model, now))
    };
    hosts.chunks(SECTION).map(section).collect()
}

/// Returns the hosts that the user has taken off the menu; a click puts one back.
fn hidden(model: &Model) -> Vec<Entry> {
    let line = |alias: &&str| {
        let alias = (*alias).to_owned();
        let text = shown(&alias);
        item(MenuAction::HideHost { alias, hide: false }, &text)
    };
    let entries: Vec<Entry> = model.hidden().iter().map(line).collect();
    if entries.is_empty() {
        return Vec::new();
    }
    vec![submenu(SubmenuKind::Hidden, &fl!("menu-hidden"), entries)]
}
