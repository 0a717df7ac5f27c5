//! All that runs or waits, of every host: what each of them holds, and its end.

use std::time::Instant;

use super::host_menu::stop;
use super::menu_item::{Entry, SubmenuKind, disabled_item, item, submenu};
use super::text::{INDENT, elapsed, shown};
use crate::app::menu_action::{HostAction, MenuAction};
use crate::app::model::{HostState, Model};
use crate::i18n::fl;
use crate::session::Phase;

/// Returns the submenu; none while it would say no more than the hosts' own lines. Hosts that are not connected are not known.
pub fn entry(model: &Model, now: Instant) -> Option<Entry> {
    let hosts = model.hosts().iter();
    let running: Vec<_> = hosts.filter_map(|host| lines(host, now)).collect();
    // Of one server, or one job that waits, its own line says all.
    let holds = |host: &HostState| host.phase == Phase::Ready && host.job.is_some();
    let has_job = model.hosts().iter().any(holds);
    let entries: Vec<Entry> = running.into_iter().flatten().collect();
    (has_job || entries.len() > 2)
        .then(|| submenu(SubmenuKind::Running, &fl!("menu-running"), entries))
}

/// Returns a host's line, and the item that ends what it tells of.
fn lines(host: &HostState, now: Instant) -> Option<[Entry; 2]> {
    let end = if host.phase == Phase::Ready {
        indented(stop(host))
    } else {
        host.waiting_job()?;
        let cancel = MenuAction::host(&host.name, HostAction::Cancel);
        indented(item(cancel, &fl!("menu-cancel-job")))
    };
    let facts = facts(host, now).join(" · ");
    let text = fl!("menu-running-host", host = shown(&host.name), facts = facts);
    Some([disabled_item(&text), end])
}

/// Returns what it holds: a job what was asked for, a server of its own only its node.
fn facts(host: &HostState, now: Instant) -> Vec<String> {
    let node = host.ready.as_ref().map(|ready| shown(&ready.server.host));
    let Some(job) = &host.job else {
        return node.into_iter().collect();
    };
    let asked = &host.written.resources;
    let cores = asked.cores.map(|count| fl!("running-cores", count = count));
    let gpus = asked.gpus.map(|count| fl!("running-gpus", count = count));
    let memory = asked.memory.as_deref().map(shown);
    let waited = host.waiting_job().and(host.queued);
    let waited = waited.and_then(|since| elapsed(now.saturating_duration_since(since)));
    let waits = waited.map(|time| fl!("menu-queued-for", time = time));
    let ran = job.ran().and_then(elapsed);
    let ran = ran.filter(|_| waits.is_none());
    let ran = ran.map(|time| fl!("running-since", time = time));
    let number = fl!("job-number", id = shown(&job.id));
    let facts = [Some(number), node, cores, gpus, memory, ran, waits];
    facts.into_iter().flatten().collect()
}

fn indented(entry: Entry) -> Entry {
    match entry {
        Entry::Item(mut item) => {
            item.text.insert_str(0, INDENT);
            Entry::Item(item)
        }
        other => other,
    }
}
