//! `status`: the tunnels, and what is known of those that are lost or have ended.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;

use super::columns::{self, padded};
use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::outln;
use super::report::job_words;
use super::run::run;
use super::servers::{TIMEOUT, answers, count_kernels, held, hint_when_empty, newest};
use crate::config::{Config, Host};
use crate::i18n::fl;
use crate::ipc::{Message, Request};
use crate::jupyter::{Kernels, redacted};
use crate::problem;
use crate::problem::Problem;
use crate::session::{
    Event, Goal, LastEnd, Loss, NodeUsage, Phase, time_of_day, usage_lines, usage_title,
};

/// Pause between two looks of `status --watch`. Each asks the servers of open tunnels for their kernels.
const WATCH: Duration = Duration::from_secs(2);

/// `status`: prints the open tunnels, and the state of their kernels. For a named host without a
/// tunnel it prints what runs there, which takes a login. Scripts (`--json`) may ask every few
/// seconds: they get what is known locally, and no login, which could mean a prompt or a push each
/// time.
///
/// With `load` it also prints how busy the machines of the open tunnels' servers are, which a command there finds out.
pub fn status(context: &Context, host: Option<&str>, load: bool, json: bool) -> CommandOutcome {
    let config = context.config()?;
    let is_named = host.is_some();
    if !is_named {
        hint_when_empty(&config, json);
    }
    for host in chosen(context, &config, host)? {
        let message = newest(context, &host.name);
        let there = match message {
            None if is_named && !json => glance(context, &host)?,
            _ => Vec::new(),
        };
        if !is_named && is_unused_profile(context, &host, message.as_ref()) {
            continue;
        }
        let stands = message
            .as_ref()
            .is_some_and(|message| message.ready().is_some());
        let load = (load && stands).then(|| usage(context, &host));
        if json {
            outln!("{}", with_load(context, &host.name, message.as_ref(), load));
            continue;
        }
        outln!("{}", line(context, &host.name, message.as_ref(), json));
        for line in there
            .iter()
            .chain(&load.map(load_words).unwrap_or_default())
        {
            outln!("  {line}");
        }
    }
    Ok(0)
}

/// `status --watch`: prints the same and then each change, until a signal ends it. No login is made.
pub fn watch(context: &Context, host: Option<&str>, json: bool) -> CommandOutcome {
    let mut hosts = chosen(context, &context.config()?, host)?;
    let mut printed: Vec<(String, String)> = Vec::new();
    loop {
        let lines = hosts.iter().filter_map(|host| {
            let message = newest(context, &host.name);
            if is_unused_profile(context, host, message.as_ref()) {
                return None;
            }
            let line = line(context, &host.name, message.as_ref(), json);
            Some((host.name.clone(), line))
        });
        let lines: Vec<_> = lines.collect();
        for (_, line) in lines.iter().filter(|line| !printed.contains(line)) {
            outln!("{line}");
        }
        printed = lines;
        std::thread::sleep(WATCH);
        // A configuration that is being edited may be broken for a while.
        let config = context.config();
        if let Ok(now) = config.and_then(|config| chosen(context, &config, host)) {
            hosts = now;
        }
    }
}

/// Returns the host that was named, or all.
fn chosen(context: &Context, config: &Config, host: Option<&str>) -> Result<Vec<Host>, Problem> {
    match host {
        Some(name) => Ok(vec![context.host(config, Some(name))?]),
        None => Ok(config.all_hosts().cloned().collect()),
    }
}

/// Returns true for a profile that is not in use: it is no host that anybody has to know of.
fn is_unused_profile(context: &Context, host: &Host, message: Option<&Message>) -> bool {
    host.profile.is_some() && message.is_none() && last_end(context, &host.name, message).is_none()
}

/// Returns why the last tunnel ended, if none is open.
fn last_end(context: &Context, host: &str, message: Option<&Message>) -> Option<LastEnd> {
    let is_open = message.is_some_and(|message| !message.is_end());
    let end = (!is_open).then(|| context.machine(None).last_end(host));
    end.flatten()
}

/// Asks the program that has the host's tunnel how busy the machine of the server is.
pub(super) fn usage(context: &Context, host: &Host) -> Result<NodeUsage, Problem> {
    let Some(client) = held(context, host)? else {
        return Err(problem::not_open(&host.name));
    };
    let mut answers = answers(client, host, &Request::Usage)?;
    for message in answers.by_ref() {
        if let Some(usage) = message.usage() {
            return Ok(usage.clone());
        }
        if let Some(problem) = message.problem() {
            return Err(problem);
        }
    }
    // The tunnel is being made, or is lost.
    let misunderstanding = answers.misunderstanding(&host.name);
    Err(misunderstanding.unwrap_or_else(|| problem::not_open(&host.name)))
}

/// Returns the line of one host as JSON, with `load` where that was asked for: null if it could not be had.
fn with_load(
    context: &Context,
    host: &str,
    message: Option<&Message>,
    load: Option<Result<NodeUsage, Problem>>,
) -> String {
    let line = line(context, host, message, true);
    let Some(load) = load else {
        return line;
    };
    let load = json!(load.ok());
    let object = serde_json::from_str(&line).map(|mut object: serde_json::Value| {
        object["load"] = load;
        object.to_string()
    });
    object.unwrap_or(line)
}

fn load_words(load: Result<NodeUsage, Problem>) -> Vec<String> {
    match load {
        Ok(usage) => {
            let lines = usage_lines(&usage).into_iter();
            let lines = lines.map(|line| format!("  {line}"));
            std::iter::once(usage_title(&usage)).chain(lines).collect()
        }
        Err(problem) => {
            let why = problem.title.as_str();
            vec![fl!("status-load-unknown", why = why)]
        }
    }
}

/// Returns the line of one host, as JSON or for people.
fn line(context: &Context, host: &str, message: Option<&Message>, json: bool) -> String {
    let kernels = message.and_then(count_kernels);
    let end = last_end(context, host, message);
    if json {
        return status_json(host, message, kernels, end.as_ref());
    }
    let words = status_words(host, message, kernels, end.as_ref());
    format!("{} {words}", padded(host, columns::HOST))
}

/// Describes what is found on the remote host. One that cannot be reached is no failure of
/// `status`.
fn glance(context: &Context, host: &Host) -> Result<Vec<String>, Problem> {
    let order = context.order(host.clone(), Goal::Glance, TIMEOUT)?;
    let mut lines = Vec::new();
    let end = run(order, context.shared(), context.machine(None), |event| {
        if let Event::Seen(sight) = event {
            let found = match &sight.server {
                Some(server) => fl!("doctor-found", server = server),
                None => fl!("doctor-none"),
            };
            lines = vec![found];
            lines.extend(sight.jobs.iter().chain(&sight.lost).cloned());
        }
    })?;
    match end.problem {
        Some(problem) => Ok(vec![fl!("status-unseen", why = problem.title.as_str())]),
        None if end.interrupted => Err(problem::interrupted(&host.name)),
        None => Ok(lines),
    }
}

/// Without the token: `status` is what people paste.
fn status_json(
    host: &str,
    message: Option<&Message>,
    kernels: Option<Kernels>,
    end: Option<&LastEnd>,
) -> String {
    let phase = message.map_or(Phase::Closed, |message| message.phase);
    let mut object = json!({ "host": host, "phase": phase });
    if let Some(ready) = message.and_then(Message::ready) {
        object["url"] = json!(redacted(ready.url.reveal()));
        object["local_port"] = json!(ready.local_port);
        object["server"] = json!(ready.server);
        object["reused"] = json!(ready.reused);
        object["kernels"] = json!(kernels);
    }
    if let Some(job) = message.and_then(Message::job) {
        object["job"] = json!(job);
    }
    if let Some(loss) = message.and_then(Message::loss) {
        object["loss"] = json!(loss);
    }
    if let Some(end) = end {
        object["last_end"] = json!(end);
    }
    object.to_string()
}

fn status_words(
    host: &str,
    message: Option<&Message>,
    kernels: Option<Kernels>,
    end: Option<&LastEnd>,
) -> String {
    let Some(message) = message else {
        return closed_words(end);
    };
    if let Some(loss) = message.loss() {
        return lost_words(host, loss);
    }
    let job = message.job();
    let Some(ready) = message.ready() else {
        let waiting = job.map(|job| format!(" · {}", job.waiting()));
        return format!("{}{}", message.phase.words(), waiting.unwrap_or_default());
    };
    let kernels = match kernels {
        None => fl!("status-kernels-unknown"),
        Some(Kernels { total, busy }) => fl!("status-kernels", total = total, busy = busy),
    };
    let url = redacted(ready.url.reveal());
    let job = job.map(|job| format!("  {}", job_words(&job)));
    let (ready, job) = (Phase::Ready.words(), job.unwrap_or_default());
    format!("{ready}  {url}  {kernels}{job}")
}

/// Returns that a tunnel is not open, and why the last one ended.
fn closed_words(end: Option<&LastEnd>) -> String {
    let closed = Phase::Closed.words();
    let Some(LastEnd { at, title, .. }) = end else {
        return closed;
    };
    match time_of_day(*at) {
        Some(time) => fl!("status-ended", phase = closed, time = time, title = title),
        None => closed,
    }
}

/// Returns why the connection is lost, since when, and what comes next.
fn lost_words(host: &str, loss: &Loss) -> String {
    let time = loss.since.and_then(time_of_day).unwrap_or_default();
    let cause = loss.cause.as_str();
    if loss.needs_login {
        return fl!("status-log-in", time = time, cause = cause, host = host);
    }
    let now = Timestamp::now().as_second();
    let left = loss.retry_at.map(|at| at - now).filter(|left| *left > 0);
    match left {
        Some(left) => fl!("status-next-try", time = time, cause = cause, count = left),
        None => fl!("status-trying", time = time, cause = cause),
    }
}
