//! `forward`: a further port of the remote host on this computer, while the tunnel is open.

use serde_json::json;

use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::{errln, outln};
use super::servers::{answers, held};
use super::status::usage;
use crate::config::Forward;
use crate::i18n::fl;
use crate::ipc::Request;
use crate::problem;

/// Prints where programs of the account listen on the machine of the host's server.
pub fn list(context: &Context, name: &str, json: bool) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    let usage = usage(context, &host)?;
    if json {
        for listener in &usage.listeners {
            let mut object = json!(listener);
            object["host"] = json!(host.name);
            object["node"] = json!(usage.node);
            object["can_forward"] = json!(usage.can_forward);
            outln!("{object}");
        }
        return Ok(0);
    }
    if usage.listeners.is_empty() {
        errln!("{}", fl!("forward-none", node = usage.node.as_str()));
    } else if !usage.can_forward {
        errln!("{}", fl!("usage-no-forward"));
    }
    for listener in &usage.listeners {
        outln!("{:<6} {}", listener.port, listener.name);
    }
    Ok(0)
}

/// Opens a local port that leads to `remote`, through the program that has the host's tunnel.
pub fn forward(context: &Context, name: &str, remote: &str, json: bool) -> CommandOutcome {
    let config = context.config()?;
    let host = context.host(&config, Some(name))?;
    let Some(wanted) = Forward::to(remote) else {
        return Err(problem::no_address(&host.name, remote));
    };
    let Some(client) = held(context, &host)? else {
        return Err(problem::not_open(&host.name));
    };
    let request = Request::Forward {
        remote: remote.to_owned(),
    };
    let mut answers = answers(client, &host, &request)?;
    for message in answers.by_ref() {
        if let Some(problem) = message.problem() {
            return Err(problem);
        }
        let target = wanted.remote();
        let Some(port) = message.leads_to(&target) else {
            continue;
        };
        let url = format!("http://localhost:{port}/");
        if json {
            outln!(
                "{}",
                json!({ "host": host.name, "remote": target, "local_port": port, "url": url })
            );
        } else {
            outln!("{url}");
            errln!(
                "{}",
                fl!(
                    "forward-open",
                    host = &host.name,
                    port = port.to_string(),
                    remote = target
                )
            );
        }
        return Ok(0);
    }
    // The tunnel is being made, or is lost.
    Err(answers
        .misunderstanding(&host.name)
        .unwrap_or_else(|| problem::not_open(&host.name)))
}
