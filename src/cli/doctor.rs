//! `doctor`: every step tried, each with a verdict and what to do.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::Outcome;
use super::context::{Context, hosts_in};
use super::run::run;
use crate::config::Host;
use crate::problem::Problem;
use crate::session::{Event, Goal};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Collects verdicts and prints them as they come.
struct Checkup {
    json: bool,
    worst: u8,
}

impl Checkup {
    fn good(&self, host: &str, text: &str) {
        self.print(host, "ok", text, "");
    }

    fn note(&self, host: &str, text: &str) {
        self.print(host, "note", text, "");
    }

    fn bad(&mut self, host: &str, problem: &Problem) {
        self.worst = self.worst.max(problem.code.exit());
        let text = match problem.detail.as_str() {
            "" => problem.title.clone(),
            detail => format!("{}\n{detail}", problem.title),
        };
        self.print(host, "failed", &text, &problem.remedy);
    }

    fn print(&self, host: &str, verdict: &str, text: &str, remedy: &str) {
        if self.json {
            let object =
                json!({ "host": host, "verdict": verdict, "text": text, "remedy": remedy });
            println!("{object}");
            return;
        }
        let mark = match verdict {
            "ok" => "✓",
            "note" => "·",
            _ => "✗",
        };
        let mut lines = text.lines();
        println!("  {mark} {}", lines.next().unwrap_or_default());
        lines.for_each(|line| println!("      {line}"));
        if !remedy.is_empty() {
            println!("    → {remedy}");
        }
    }
}

/// Looks at this machine, then at one host or all of them. Nothing is launched or changed.
pub fn doctor(context: &Context, host: Option<&str>, json: bool) -> Outcome {
    let mut checkup = Checkup { json, worst: 0 };
    headline(json, "This machine");
    check_ssh(&checkup);
    let config = match context.config() {
        Ok(config) => config,
        Err(problem) => {
            checkup.bad("", &problem);
            return Ok(checkup.worst);
        }
    };
    let path = context.config_path.display();
    checkup.good("", &format!("configuration {path}: {}", hosts_in(&config)));
    match crate::platform::runtime_folder() {
        Ok(folder) => checkup.good("", &format!("control sockets in {}", folder.display())),
        Err(error) => checkup.bad("", &crate::explain::no_control("this machine", &error)),
    }
    let hosts = match host {
        None => config.hosts.clone(),
        Some(_) => vec![context.host(&config, host)?],
    };
    for host in hosts {
        headline(json, &host.name);
        if let Err(problem) = check_host(context, &host, &mut checkup) {
            checkup.bad(&host.name, &problem);
        }
    }
    Ok(checkup.worst)
}

fn headline(json: bool, text: &str) {
    if !json {
        println!("{text}");
    }
}

fn check_ssh(checkup: &Checkup) {
    match Command::new("ssh").arg("-V").output() {
        Ok(output) => {
            let version = String::from_utf8_lossy(&output.stderr);
            checkup.good("", &format!("ssh: {}", version.trim()));
        }
        Err(_) => checkup.note("", "there is no `ssh`: ~/.ssh/config cannot be read"),
    }
}

fn check_host(context: &Context, host: &Host, checkup: &mut Checkup) -> Result<(), Problem> {
    let order = context.order(host.clone(), Goal::Look, TIMEOUT)?;
    let name = host.name.clone();
    let end = run(
        order,
        None,
        |_| Ok(()),
        |event| match event {
            Event::Step(text) => checkup.good(&name, text),
            Event::Note(text) => checkup.note(&name, text),
            Event::Seen(sight) => {
                checkup.good(
                    &name,
                    &format!(
                        "the login shell works; the machine calls itself {}",
                        sight.node
                    ),
                );
                match &sight.server {
                    Some(server) => checkup.good(&name, &format!("found {server}")),
                    None => checkup.note(&name, "no Jupyter of yours runs there now"),
                }
                for reason in &sight.passed_over {
                    checkup.note(&name, &format!("passed over: {reason}"));
                }
            }
            _ => {}
        },
    )?;
    end.problem.map_or(Ok(()), Err)
}
