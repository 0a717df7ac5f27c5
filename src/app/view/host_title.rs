//! A host's own line: its sign, its name, and its state in some words.

use std::time::{Duration, Instant};

use super::brief::brief;
use super::pending::pending_reason;
use super::text::{elapsed, shown, until_next};
use crate::app::model::{HostState, SideLogin};
use crate::i18n::fl;
use crate::jupyter::Kernels;
use crate::session::{JobInfo, Phase, time_of_day};

/// Returns the host's line, which shows the state by shape and as text, never by colour.
pub fn title(host: &HostState, now: Instant) -> String {
    line(sign(host), &host.name, facts(host, now))
}

/// Returns the line of a host that is not connected.
pub fn idle_title(name: &str) -> String {
    line("○", name, Vec::new())
}

fn line(sign: &str, name: &str, facts: Vec<String>) -> String {
    let name = shown(name);
    let join = |one: String, two: String| fl!("menu-and", one = one, two = two);
    match facts.into_iter().reduce(join) {
        Some(facts) => fl!("menu-host", sign = sign, host = name, facts = facts),
        None => format!("{sign} {name}"),
    }
}

fn sign(host: &HostState) -> &'static str {
    match host.phase {
        Phase::Closed | Phase::Failed if host.side_login.is_some() => "◐",
        _ if host.needs_login => "◌",
        Phase::Closed => "○",
        Phase::Ready => "●",
        Phase::Failed if host.waits_for_network() => "◌",
        Phase::Failed => "▲",
        _ => "◐",
    }
}

fn facts(host: &HostState, now: Instant) -> Vec<String> {
    if let Some(side_login) = host.side_login.filter(|_| !host.is_active()) {
        return beside(host, side_login);
    }
    match host.phase {
        _ if host.needs_login => vec![fl!("menu-login-needed")],
        Phase::Closed => Vec::new(),
        Phase::Ready => connected(host, now),
        Phase::Failed if host.waits_for_network() => vec![fl!("menu-no-network")],
        Phase::Failed => failed(host),
        _ if host.is_prompting => vec![fl!("menu-asks")],
        Phase::Reconnecting => lost(host, now),
        Phase::Queued => queued(host, now),
        phase => {
            let time = elapsed(now.saturating_duration_since(host.since));
            [phase.words()].into_iter().chain(time).collect()
        }
    }
}

fn beside(host: &HostState, side_login: SideLogin) -> Vec<String> {
    vec![match side_login {
        _ if host.is_prompting => fl!("menu-asks"),
        SideLogin::Log => fl!("menu-fetching-log"),
        SideLogin::Check => fl!("menu-checking"),
    }]
}

fn connected(host: &HostState, now: Instant) -> Vec<String> {
    let kernels = host.kernels.as_ref().map(|activity| {
        let Kernels { total, busy } = activity.kernels;
        fl!("menu-kernels", total = total, busy = busy)
    });
    let left = host.time_left(now).and_then(|(left, _)| elapsed(left));
    let left = left.map(|time| fl!("job-time-left", time = time));
    let idle = host.idle_ends.and_then(time_of_day);
    let idle = idle.map(|time| fl!("menu-unused-until", time = time));
    kernels.into_iter().chain(left).chain(idle).collect()
}

fn failed(host: &HostState) -> Vec<String> {
    let why = host.problem.as_ref().map(|problem| brief(problem.code));
    let again = host.restart.as_ref().map(|_| fl!("menu-ended"));
    why.into_iter().chain(again).collect()
}

fn lost(host: &HostState, now: Instant) -> Vec<String> {
    if host.loss.as_ref().is_some_and(|loss| loss.needs_login) {
        return vec![fl!("menu-log-in")];
    }
    let phase = match elapsed(time(host, now)) {
        Some(time) => fl!("menu-reconnecting-for", time = time),
        None => Phase::Reconnecting.words(),
    };
    let next = host.loss.as_ref().and_then(|loss| loss.seconds_left(now));
    let next = next.map(|seconds| fl!("menu-next-try", count = seconds));
    [phase].into_iter().chain(next).collect()
}

fn queued(host: &HostState, now: Instant) -> Vec<String> {
    let phase = match elapsed(time(host, now)) {
        Some(time) => fl!("menu-queued-for", time = time),
        None => Phase::Queued.words(),
    };
    let job = host.waiting_job();
    [phase]
        .into_iter()
        .chain(job.into_iter().flat_map(wait))
        .collect()
}

/// Returns why and until when a job waits.
fn wait(job: &JobInfo) -> Vec<String> {
    let why = job
        .reason
        .as_deref()
        .map(|reason| shown(&pending_reason(reason)));
    let place = job.place.map(|place| fl!("job-place", place = place));
    why.into_iter().chain(place).chain(job.outlook()).collect()
}

/// Returns for how long it has been in its phase; a job waits also while the connection is lost.
fn time(host: &HostState, now: Instant) -> Duration {
    let queued = host.queued.filter(|_| host.phase == Phase::Queued);
    now.saturating_duration_since(queued.unwrap_or(host.since))
}

/// Returns the time at which the line says something else although the host is the same.
pub fn next_change(host: &HostState, now: Instant) -> Option<Instant> {
    let shows_time = host.is_active() && host.phase != Phase::Ready && !host.is_prompting;
    let next = shows_time.then(|| now + until_next(time(host, now)));
    let loss = host.loss.as_ref().and_then(|loss| loss.next_change(now));
    let busy = host.next_busy_minute(now);
    next.into_iter().chain(loss).chain(busy).min()
}
