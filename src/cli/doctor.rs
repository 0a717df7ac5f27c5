//! `doctor`: the checks of the local computer and of a host, each with a result and a remedy.

use std::time::{Duration, Instant};

use serde_json::json;

use super::context::Context;
use super::outcome::CommandOutcome;
use super::printed::{out, outln};
use super::run::run;
use crate::checkup::{self, CheckLine};
use crate::config::Host;
use crate::i18n::fl;
use crate::problem;
use crate::problem::{Code, Face, Problem};
use crate::session::Goal;

/// Prints results as they come.
struct Checkup {
    json: bool,
    worst: u8,
    /// When the last result came, since which the next one has taken its time.
    last: Instant,
}

impl Checkup {
    fn print_all(&mut self, host: &str, lines: &[CheckLine]) {
        self.worst = self.worst.max(checkup::worst(lines));
        for line in lines {
            self.print(host, line, self.last.elapsed());
            self.last = Instant::now();
        }
    }

    fn bad(&mut self, host: &str, problem: Problem) {
        self.print_all(host, &[CheckLine::Failed(problem)]);
    }

    fn print(&self, host: &str, line: &CheckLine, took: Duration) {
        if !self.json {
            out!("{}", line.to_read(Face::Terminal, Some(took)));
            return;
        }
        let problem = line.problem();
        let object = json!({
            "host": host,
            "verdict": line.verdict(),
            "text": line.text(),
            "code": problem.map(|problem| problem.code.word()),
            "remedy": problem.map_or("", |problem| problem.remedy.as_str()),
            "seconds": took.as_secs_f64(),
        });
        println!("{object}");
    }
}

/// Looks at the local computer, then at one host or all of them, as far as a click would go: up to the
/// answer of a server that runs. Nothing is launched or changed.
pub fn doctor(context: &Context, host: Option<&str>, json: bool) -> CommandOutcome {
    let mut checkup = Checkup {
        json,
        worst: 0,
        last: Instant::now(),
    };
    headline(json, &fl!("doctor-this-machine"));
    checkup.print_all("", &[checkup::of_program(), checkup::of_ssh()]);
    let config = match context.config() {
        Ok(config) => config,
        Err(problem) => {
            checkup.bad("", problem);
            return Ok(checkup.worst);
        }
    };
    checkup.print_all("", &checkup::of_computer(&config, &context.config_path));
    let hosts = match host {
        None => config.hosts.clone(),
        Some(_) => vec![context.host(&config, host)?],
    };
    for host in hosts {
        headline(json, &host.name);
        match check_host(context, &host, &mut checkup) {
            Err(problem) if problem.code == Code::Interrupted => return Err(problem),
            Err(problem) => checkup.bad(&host.name, problem),
            Ok(()) => {}
        }
    }
    Ok(checkup.worst)
}

fn headline(json: bool, text: &str) {
    if !json {
        outln!("{text}");
    }
}

fn check_host(context: &Context, host: &Host, checkup: &mut Checkup) -> Result<(), Problem> {
    let order = context.order(host.clone(), Goal::Inspect, checkup::TIMEOUT)?;
    let name = host.name.clone();
    let end = run(order, context.shared(), context.machine(None), |event| {
        checkup.print_all(&name, &checkup::of_event(event));
    })?;
    match end.problem {
        Some(problem) => Err(problem),
        None if end.interrupted => Err(problem::interrupted(&host.name)),
        None => Ok(()),
    }
}
