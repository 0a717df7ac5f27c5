//! `doctor`: every step tried, each with a verdict and what to do.

use std::process::Command;
use std::time::Duration;

use serde_json::json;

use super::context::{Context, hosts_in};
use super::outcome::CommandOutcome;
use super::run::run;
use crate::config::Host;
use crate::i18n::fl;
use crate::problem;
use crate::problem::{Code, Problem};
use crate::session::{Event, Goal, InspectReport};

const TIMEOUT: Duration = Duration::from_secs(60);

/// Collects verdicts and prints them as they come.
struct Checkup {
    json: bool,
    worst: u8,
}

impl Checkup {
    fn good(&self, host: &str, text: &str) {
        self.print(host, "ok", text, None);
    }

    fn note(&self, host: &str, text: &str) {
        self.print(host, "note", text, None);
    }

    fn bad(&mut self, host: &str, problem: &Problem) {
        self.worst = self.worst.max(problem.code.exit());
        let text = match problem.detail.as_str() {
            "" => problem.title.clone(),
            detail => format!("{}\n{detail}", problem.title),
        };
        self.print(host, "failed", &text, Some(problem));
    }

    fn print(&self, host: &str, verdict: &str, text: &str, problem: Option<&Problem>) {
        let remedy = problem.map_or("", |problem| problem.remedy.as_str());
        if self.json {
            let code = problem.map(|problem| problem.code.word());
            let object = json!({
                "host": host, "verdict": verdict, "text": text, "code": code, "remedy": remedy,
            });
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

/// Looks at the local computer, then at one host or all of them, as far as a click would go: up to the
/// answer of a server that runs. Nothing is launched or changed.
pub fn doctor(context: &Context, host: Option<&str>, json: bool) -> CommandOutcome {
    let mut checkup = Checkup { json, worst: 0 };
    headline(json, &fl!("doctor-this-machine"));
    check_ssh(&checkup);
    let config = match context.config() {
        Ok(config) => config,
        Err(problem) => {
            checkup.bad("", &problem);
            return Ok(checkup.worst);
        }
    };
    let file = context.config_path.display().to_string();
    let hosts = hosts_in(&config);
    checkup.good("", &fl!("doctor-configuration", file = file, hosts = hosts));
    match crate::host_os::runtime_folder() {
        Ok(folder) => {
            let folder = folder.display().to_string();
            checkup.good("", &fl!("doctor-sockets", folder = folder));
        }
        Err(error) => checkup.bad("", &problem::no_control(&fl!("doctor-here"), &error)),
    }
    check_browser(&mut checkup, config.browser.as_deref());
    let hosts = match host {
        None => config.hosts.clone(),
        Some(_) => vec![context.host(&config, host)?],
    };
    for host in hosts {
        headline(json, &host.name);
        match check_host(context, &host, &mut checkup) {
            Err(problem) if problem.code == Code::Interrupted => return Err(problem),
            Err(problem) => checkup.bad(&host.name, &problem),
            Ok(()) => {}
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
            checkup.good("", &fl!("doctor-ssh", version = version.trim()));
        }
        Err(_) => checkup.note("", &fl!("doctor-no-ssh")),
    }
}

/// Checks the configured browser; the system's own choice is not known beforehand.
fn check_browser(checkup: &mut Checkup, browser: Option<&str>) {
    let Some(browser) = browser else {
        return;
    };
    match crate::host_os::check_browser(browser) {
        Ok(()) => checkup.good("", &fl!("doctor-browser", browser = browser)),
        Err(why) => checkup.bad("", &problem::no_browser(why)),
    }
}

fn seen(checkup: &Checkup, host: &str, sight: &InspectReport) {
    let (shell, node) = (sight.shell.as_str(), sight.node.as_str());
    checkup.good(host, &fl!("doctor-login-shell", shell = shell, node = node));
    match sight.jupyter.as_str() {
        "" => checkup.note(host, &fl!("doctor-no-jupyter")),
        path => checkup.good(host, &fl!("doctor-jupyter", path = path)),
    }
    match &sight.server {
        Some(server) => checkup.good(host, &fl!("doctor-found", server = server)),
        None => checkup.note(host, &fl!("doctor-none")),
    }
    for job in &sight.jobs {
        checkup.good(host, job);
    }
    for line in &sight.lost {
        checkup.note(host, line);
    }
    for reason in &sight.passed_over {
        checkup.note(host, &fl!("doctor-passed-over", reason = reason));
    }
}

fn check_host(context: &Context, host: &Host, checkup: &mut Checkup) -> Result<(), Problem> {
    let order = context.order(host.clone(), Goal::Inspect, TIMEOUT)?;
    let name = host.name.clone();
    let end = run(
        order,
        context.shared(),
        context.machine(None),
        |event| match event {
            Event::Step(text) => checkup.good(&name, text),
            Event::Note(text) | Event::Warning(text) | Event::Waits(text) => {
                checkup.note(&name, text);
            }
            Event::Seen(sight) => seen(checkup, &name, sight),
            _ => {}
        },
    )?;
    match end.problem {
        Some(problem) => Err(problem),
        None if end.interrupted => Err(problem::interrupted(&host.name)),
        None => Ok(()),
    }
}
