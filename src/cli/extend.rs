//! `extend`: more time for the job that Jupyter runs in, where the scheduler gives it.

use std::time::Duration;

use serde_json::json;

use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::errln;
use super::run::run;
use super::servers::{answers, held};
use crate::config::Host;
use crate::ipc::{Client, Request};
use crate::problem;
use crate::problem::{Code, Problem};
use crate::session::{Event, Goal, JobInfo, Walltime};

/// Logging in, finding the job, and three calls of the scheduler.
const TIMEOUT: Duration = Duration::from_secs(90);

/// Extends the host's job by `by` seconds, through a program that is logged in there already, if
/// there is one.
pub fn extend(context: &Context, name: &str, by: u64, json: bool) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    let job = match held(context, &host)? {
        Some(client) => through(client, &host, by)?,
        None => match alone(context, &host, by)? {
            Some(job) => job,
            None => return Ok(Code::Interrupted.exit()),
        },
    };
    if json {
        println!(
            "{}",
            json!({ "host": host.name, "note": job.longer(), "job": job })
        );
    } else {
        errln!("{}", job.longer());
    }
    Ok(0)
}

fn through(client: Client, host: &Host, by: u64) -> Result<JobInfo, Problem> {
    let mut answers = answers(client, host, &Request::Extend { by })?;
    for message in answers.by_ref() {
        if let Some(problem) = message.problem() {
            return Err(problem);
        }
        if message.walltime() == Some(Walltime::Extended)
            && let Some(job) = message.job()
        {
            return Ok(job);
        }
    }
    // Its tunnel is not ready: the job waits, or the connection is being made.
    Err(answers
        .misunderstanding(&host.name)
        .unwrap_or_else(|| problem::no_end(&host.name)))
}

/// None when it was interrupted.
fn alone(context: &Context, host: &Host, by: u64) -> Result<Option<JobInfo>, Problem> {
    let order = context.order(host.clone(), Goal::Extend(by), TIMEOUT)?;
    let mut longer = None;
    let end = run(order, context.shared(), context.machine(None), |event| {
        if let Event::Walltime(job, Walltime::Extended) = event {
            longer = Some(job.clone());
        }
    })?;
    match (end.problem, longer) {
        (Some(problem), _) => Err(problem),
        (None, None) if !end.interrupted => Err(problem::no_end(&host.name)),
        (None, longer) => Ok(longer),
    }
}
