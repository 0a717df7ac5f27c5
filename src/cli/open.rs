//! `open`: the tab, and the tunnel that it needs.

use std::sync::Arc;
use std::time::Duration;

use super::arguments::OpenOptions;
use super::context::Context;
use super::report::Report;
use super::run::{End, run};
use super::{Outcome, ask};
use crate::config::Host;
use crate::control::{self, Claim, Client, Hub, Lease, Message, Request};
use crate::explain;
use crate::jupyter::Page;
use crate::platform::runtime_folder;
use crate::problem::{Code, Problem};
use crate::session::{Event, Goal, Phase};

/// What the last answer to another program gets at the end.
const LAST_ANSWER: Duration = Duration::from_millis(500);

/// Opens a host, or asks the program that has it open to show its tab. With `--json` a failure is
/// an event too.
pub fn open(context: &Context, options: &OpenOptions) -> Outcome {
    match open_or_ask(context, options) {
        Ok(code) => Ok(code),
        Err(problem) if options.json => {
            let host = options.host.as_deref().unwrap_or_default();
            let code = problem.code.exit();
            let event = Event::Failed(problem);
            if let Some(message) = Message::of(&event, host, 0, Phase::Failed) {
                Report::new(host, true).tell(&message);
            }
            Ok(code)
        }
        Err(problem) => Err(problem),
    }
}

fn open_or_ask(context: &Context, options: &OpenOptions) -> Outcome {
    let config = context.config()?;
    let host = context.host(&config, options.host.as_deref())?;
    let report = Report::new(&host.name, options.json);
    let claim = runtime_folder()
        .and_then(|folder| control::claim(&folder, &host.name))
        .map_err(|error| explain::no_control(&host.name, &error))?;
    match claim {
        Claim::Theirs(client) => ask_holder(client, &host, options, report),
        Claim::Ours(lease) => hold(context, config.browser, &host, options, lease, report),
    }
}

fn page(host: &Host, options: &OpenOptions) -> Page {
    Page {
        app: host.app,
        notebook: options.notebook.clone(),
    }
}

fn hold(
    context: &Context,
    browser: Option<String>,
    host: &Host,
    options: &OpenOptions,
    lease: Lease,
    mut report: Report,
) -> Outcome {
    let page = page(host, options);
    let goal = Goal::Open {
        page: page.clone(),
        show: !options.no_browser,
    };
    let order = context.order(host.clone(), goal, Duration::from_secs(options.timeout))?;
    let hub = Arc::new(Hub::new(&host.name));
    let listener = lease.listener.try_clone();
    let serve = |handle: &crate::session::Handle| {
        control::serve(listener?, Arc::clone(&hub), handle.clone(), page)
    };
    let mut phase = Phase::Resolving;
    let mut was_ready = false;
    let end = run(order, browser, serve, |event| {
        if let Event::Ask(..) = event {
            report.pause();
        }
        if let Some(message) = Message::of(event, &host.name, report.at_ms(), phase) {
            phase = message.phase;
            report.tell(&message);
            hub.publish(&message);
        }
        if let Event::Ready(_) = event {
            was_ready = true;
            if !options.json {
                eprintln!(
                    "  The tunnel stays open until Ctrl-C; Jupyter keeps running after that."
                );
            }
        }
    })?;
    report.finish();
    hub.wait_for_answers(LAST_ANSWER);
    drop(lease);
    match ended(end, was_ready, host, options) {
        // Told already, as an event.
        Err(problem) if options.json => Ok(problem.code.exit()),
        outcome => outcome,
    }
}

fn ended(end: End, was_ready: bool, host: &Host, options: &OpenOptions) -> Outcome {
    match end {
        End {
            interrupted: true,
            problem: None,
        } if was_ready => {
            if !options.json {
                eprintln!(
                    "\nThe tunnel to {} is closed; Jupyter keeps running there.",
                    host.name
                );
            }
            Ok(0)
        }
        End {
            problem: Some(problem),
            ..
        } => Err(problem),
        End {
            interrupted: true, ..
        } => Err(Problem::new(
            Code::Interrupted,
            format!("{}: interrupted", host.name),
            "",
            "",
        )),
        End { .. } => {
            if !options.json {
                eprintln!("The tunnel to {} was closed.", host.name);
            }
            Ok(0)
        }
    }
}

/// Another program of this account has the tunnel: it shows the tab, and this one returns.
fn ask_holder(client: Client, host: &Host, options: &OpenOptions, mut report: Report) -> Outcome {
    let request = Request::Open {
        browser: !options.no_browser,
        notebook: options.notebook.clone(),
    };
    let answers = client
        .ask(&request)
        .map_err(|error| explain::no_control(&host.name, &error))?;
    for message in answers {
        report.tell(&message);
        match message.phase {
            Phase::Ready if message.note().is_none() => {
                report.finish();
                if !options.json {
                    eprintln!("  Another remote-jupyter holds this tunnel and keeps it open.");
                }
                return Ok(0);
            }
            Phase::Failed => {
                let problem = message.problem().unwrap_or_else(|| gone(&host.name));
                return if options.json {
                    Ok(problem.code.exit())
                } else {
                    Err(problem)
                };
            }
            Phase::Closed => break,
            _ => {}
        }
    }
    report.finish();
    ask::restore_terminal();
    Err(gone(&host.name))
}

fn gone(host: &str) -> Problem {
    Problem::new(
        Code::Lost,
        format!("The remote-jupyter that held the tunnel to {host} has ended"),
        "",
        "Open it again.",
    )
}
