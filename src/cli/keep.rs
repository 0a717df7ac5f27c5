//! `keep`: a server that is about to end because nobody uses it stays as long as if it had just been used.

use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::errln;
use super::servers::{answers, held};
use crate::ipc::{MessageBody, Request};
use crate::problem;

/// Keeps the host's server, through the program that has its tunnel.
pub fn keep(context: &Context, name: &str) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    let Some(client) = held(context, &host)? else {
        return Err(problem::not_open(&host.name));
    };
    let mut answers = answers(client, &host, &Request::Keep)?;
    for message in answers.by_ref() {
        if let Some(problem) = message.problem() {
            return Err(problem);
        }
        if let MessageBody::Idle { note, idle } = &message.body
            && idle.ends.is_none()
        {
            errln!("{note}");
            return Ok(0);
        }
    }
    // The tunnel is being made, or is lost.
    Err(answers
        .misunderstanding(&host.name)
        .unwrap_or_else(|| problem::not_open(&host.name)))
}
