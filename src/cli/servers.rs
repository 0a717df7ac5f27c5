//! `list`, `close`, `stop` and `logs`.

use std::time::Duration;

use serde_json::json;

use super::columns::{self, padded};
use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::{errln, out, outln};
use super::run::run;
use crate::config::{Config, Host};
use crate::host_os::{runtime_folder, terminal_prompt};
use crate::i18n::fl;
use crate::ipc::{self, Client, Message, Request, Responses};
use crate::jupyter::{Api, Kernels};
use crate::problem;
use crate::problem::{Code, Problem};
use crate::secret::Secret;
use crate::session::{Busy, Event, Goal, Phase, Ready};
use crate::ssh::prompt::Prompt;

/// Longest time for logging in and discovery; the time of prompts does not count.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// `list`: the configured hosts.
pub fn list(context: &Context, json: bool) -> CommandOutcome {
    let config = context.config()?;
    hint_when_empty(&config, json);
    for host in config.all_hosts() {
        let phase = newest(context, &host.name).map_or(Phase::Closed, |message| message.phase);
        if json {
            println!(
                "{}",
                json!({
                    "host": host.name,
                    "ssh": host.ssh_destination(),
                    "profile": host.profile,
                    "launcher": host.launcher.to_string(),
                    "default": config.default_host.as_ref() == Some(&host.name),
                    "phase": phase,
                })
            );
        } else {
            outln!(
                "{} {:<28} {:<8} {}",
                padded(&host.name, columns::HOST),
                host.ssh_destination(),
                host.launcher,
                phase.words()
            );
        }
    }
    Ok(0)
}

pub(super) fn hint_when_empty(config: &Config, json: bool) {
    if config.hosts.is_empty() && !json {
        errln!("{}", fl!("list-empty"));
    }
}

pub(super) fn newest(context: &Context, host: &str) -> Option<Message> {
    let client = ipc::holder(&runtime_folder().ok()?, context.scope(), host)?;
    client.ask(&Request::Status).ok()?.next()
}

pub(super) fn count_kernels(message: &Message) -> Option<Kernels> {
    api(message.ready()?)?.kernels().ok()
}

/// Returns the way to ask the server of a tunnel that is open.
pub fn api(ready: &Ready) -> Option<Api> {
    let url = url::Url::parse(ready.url.reveal()).ok()?;
    let token = url.query_pairs().find(|(name, _)| name == "token");
    let token = Secret::new(
        token
            .map(|(_, value)| value.into_owned())
            .unwrap_or_default(),
    );
    Some(Api::at(ready.local_port, &ready.server.base_url, token))
}

/// `close`: the tunnel down, the server stays.
pub fn close(context: &Context, name: &str, json: bool) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    let Some(client) = held(context, &host)? else {
        return done(&host, json, &fl!("close-none", host = &host.name));
    };
    let mut answers = answers(client, &host, &Request::Close)?;
    for message in answers.by_ref() {
        if message.phase == Phase::Failed {
            return Err(message
                .problem()
                .unwrap_or_else(|| problem::bug(&host.name)));
        }
    }
    if let Some(problem) = answers.misunderstanding(&host.name) {
        return Err(problem);
    }
    done(&host, json, &fl!("close-done", host = &host.name))
}

/// `stop`: stops the server, after a prompt if kernels are busy.
pub fn stop(context: &Context, name: &str, yes: bool, json: bool) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    match held(context, &host)? {
        Some(client) => match stop_through(context, client, &host, yes, json)? {
            Some(code) => Ok(code),
            // The holder gave up before its tunnel was open: its server or job is stopped from
            // here.
            None => stop_alone(context, &config, &host, yes, json),
        },
        None => stop_alone(context, &config, &host, yes, json),
    }
}

/// Returns the prompt before kernels are shut down, with their numbers if they can be counted.
fn prompt(context: &Context, host: &str) -> Prompt {
    let kernels = newest(context, host).as_ref().and_then(count_kernels);
    let host = host.to_owned();
    match kernels {
        Some(Kernels { total, busy }) => Prompt::EndKernels { host, total, busy },
        None => Prompt::EndUncounted { host },
    }
}

/// The program that holds the tunnel is logged in already: it does the work. None when it ended
/// before it could.
fn stop_through(
    context: &Context,
    client: Client,
    host: &Host,
    force: bool,
    json: bool,
) -> Result<Option<u8>, Problem> {
    let mut was_ready = false;
    let mut note = fl!("stop-done", host = &host.name);
    for message in answers(client, host, &Request::Stop { force })? {
        if message.is_refusal() {
            let refusal = message
                .problem()
                .unwrap_or_else(|| problem::bug(&host.name));
            if refusal.code != Code::KernelsBusy {
                return Err(refusal);
            }
            let prompt = prompt(context, &host.name);
            return match (terminal_prompt::confirm(&prompt), held(context, host)?) {
                (true, Some(client)) => stop_through(context, client, host, true, json),
                _ => Err(refusal),
            };
        }
        if let Some(text) = message.note() {
            text.clone_into(&mut note);
        }
        was_ready |= matches!(message.phase, Phase::Ready | Phase::Queued);
        if message.phase == Phase::Failed && was_ready {
            return Err(message
                .problem()
                .unwrap_or_else(|| problem::bug(&host.name)));
        }
    }
    if !was_ready {
        return Ok(None);
    }
    done(host, json, &note).map(Some)
}

fn stop_alone(
    context: &Context,
    config: &Config,
    host: &Host,
    yes: bool,
    json: bool,
) -> CommandOutcome {
    let busy = if yes { Busy::End } else { Busy::Ask };
    let order = context.order(host.clone(), Goal::Stop { busy }, TIMEOUT)?;
    let mut note = fl!("stop-done", host = &host.name);
    let end = run(
        order,
        context.shared(),
        context.machine(config.browser.clone()),
        |event| match event {
            Event::Note(text) | Event::Warning(text) => text.clone_into(&mut note),
            Event::Waits(text) => errln!("  {text}"),
            _ => {}
        },
    )?;
    match end.problem {
        Some(problem) => Err(problem),
        None if end.interrupted => Ok(Code::Interrupted.exit()),
        None => done(host, json, &note),
    }
}

/// `logs`: what the server in use said, or the newest launch.
pub fn logs(context: &Context, name: &str) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    if let Some((path, text)) = log_through(context, &host)? {
        return Ok(show_log(&host, &path, &text));
    }
    let order = context.order(host.clone(), Goal::Log, TIMEOUT)?;
    let mut found = None;
    let end = run(
        order,
        context.shared(),
        context.machine(None),
        |event| match event {
            Event::Log { path, text } if !path.is_empty() => {
                found = Some((path.clone(), text.clone()));
            }
            Event::Note(text) | Event::Warning(text) => errln!("{text}"),
            _ => {}
        },
    )?;
    if let Some(problem) = end.problem {
        return Err(problem);
    }
    if end.interrupted {
        return Ok(Code::Interrupted.exit());
    }
    let (path, text) = found.unwrap_or_default();
    Ok(show_log(&host, &path, &text))
}

/// The program that holds the tunnel is logged in already. None when none does, or it cannot: its
/// tunnel may not stand, or the server allow no second session on a connection.
fn log_through(context: &Context, host: &Host) -> Result<Option<(String, String)>, Problem> {
    let Some(client) = held(context, host)? else {
        return Ok(None);
    };
    for message in answers(client, host, &Request::Logs)? {
        if let Some(note) = message.note() {
            errln!("{note}");
        }
        if let Some((path, text)) = message.log() {
            return Ok(Some((path.to_owned(), text.to_owned())));
        }
    }
    Ok(None)
}

fn show_log(host: &Host, path: &str, text: &str) -> u8 {
    if path.is_empty() {
        errln!("{}", fl!("logs-none", host = &host.name));
    } else {
        errln!("{}: {path}", host.name);
        out!("{text}");
    }
    0
}

pub(super) fn held(context: &Context, host: &Host) -> Result<Option<Client>, Problem> {
    let folder = runtime_folder().map_err(|error| problem::no_control(&host.name, &error))?;
    Ok(ipc::holder(&folder, context.scope(), &host.name))
}

pub(super) fn answers(
    client: Client,
    host: &Host,
    request: &Request,
) -> Result<Responses, Problem> {
    client
        .ask(request)
        .map_err(|error| problem::no_control(&host.name, &error))
}

#[allow(clippy::unnecessary_wraps)] // every path of a command ends in an Outcome
fn done(host: &Host, json: bool, text: &str) -> CommandOutcome {
    if json {
        println!(
            "{}",
            json!({ "host": host.name, "phase": Phase::Closed, "note": text })
        );
    } else {
        errln!("{text}");
    }
    Ok(0)
}
