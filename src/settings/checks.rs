//! Sessions with hosts that the page begins: live checks, of what `doctor` finds, told as it comes with the time that each
//! step took; and what a host offers to choose from.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::Instant;

use serde_json::{Value, json};

use super::choices;
use super::events::OpenPages;
use crate::checkup::{self, CheckLine};
use crate::config::{Config, Host};
use crate::host_os::{LocalHost, Scope, thread};
use crate::problem::{self, Face, Problem};
use crate::session::{self, Event, Goal, Handle, Reply, SessionRequest, Shared};
use crate::ssh::prompt::Prompt;

/// Asks the user what a login of that host needs to know: at the terminal, or in a dialog. Must not wait.
pub type AskUser = Arc<dyn Fn(&str, Prompt, Reply) + Send + Sync>;

/// The checks that run.
#[derive(Clone)]
pub struct Checks {
    scope: Scope,
    face: Face,
    ask: AskUser,
    pages: OpenPages,
    shared: Shared,
    running: Arc<Mutex<HashMap<String, Handle>>>,
}

impl Checks {
    /// None runs yet.
    pub fn new(scope: Scope, face: Face, ask: AskUser, pages: OpenPages) -> Self {
        Self {
            scope,
            face,
            ask,
            pages,
            shared: Shared::default(),
            running: Arc::default(),
        }
    }

    /// Starts a check of a host, unless one runs.
    pub fn start(&self, config: &Config, host: Host, file: &Path) {
        let (events, heard) = mpsc::channel();
        let mut running = self.running();
        if running.contains_key(&host.name) {
            return;
        }
        let report = Report {
            host: host.name.clone(),
            began: Instant::now(),
            last: Instant::now(),
            worst: 0,
        };
        let name = host.name.clone();
        let started = self.session(host, Goal::Inspect, events);
        match started {
            Ok(handle) => {
                running.insert(name, handle);
                let (checks, config, file) = (self.clone(), config.clone(), file.to_owned());
                thread::spawn("check", move || checks.hear(report, &config, &file, &heard));
            }
            Err(problem) => self.fail(report, problem),
        }
    }

    /// Asks a host what it offers, unless a session with it runs.
    pub fn ask_choices(&self, host: Host) {
        let (events, heard) = mpsc::channel();
        let mut running = self.running();
        let name = host.name.clone();
        if running.contains_key(&name) {
            return;
        }
        match self.session(host, Goal::Choices, events) {
            Ok(handle) => {
                running.insert(name.clone(), handle);
                let checks = self.clone();
                thread::spawn("choices", move || checks.hear_choices(&name, &heard));
            }
            Err(problem) => self.no_choices(&name, &problem),
        }
    }

    fn hear_choices(&self, host: &str, heard: &mpsc::Receiver<Event>) {
        let mut told = false;
        for event in heard {
            match event {
                Event::Ask(prompt, reply) => self.prompt(host, prompt, reply),
                Event::Choices(choices) => {
                    told = true;
                    self.pages.tell(&choices::event(host, &choices));
                }
                Event::Failed(problem) => {
                    told = true;
                    self.no_choices(host, &problem);
                }
                _ => {}
            }
        }
        self.running().remove(host);
        if !told {
            self.pages
                .tell(&json!({ "kind": "noChoices", "host": host, "text": "", "remedy": "" }));
        }
    }

    fn no_choices(&self, host: &str, problem: &Problem) {
        let remedy = problem.remedy_for(self.face);
        let event =
            json!({ "kind": "noChoices", "host": host, "text": problem.title, "remedy": remedy });
        self.pages.tell(&event);
    }

    fn prompt(&self, host: &str, prompt: Prompt, reply: Reply) {
        self.pages.tell(&json!({ "kind": "asks", "host": host }));
        (self.ask)(host, prompt, reply);
    }

    /// Ends a host's check, or all of them.
    pub fn stop(&self, host: Option<&str>) {
        let running = self.running();
        let of_host = |name: &String| host.is_none_or(|host| host == name);
        for (_, handle) in running.iter().filter(|(name, _)| of_host(name)) {
            handle.close();
        }
    }

    fn session(
        &self,
        host: Host,
        goal: Goal,
        events: mpsc::Sender<Event>,
    ) -> Result<Handle, Problem> {
        let name = host.name.clone();
        let ssh_config = self.scope.ssh_config().map(PathBuf::from);
        let order = SessionRequest::new(host, ssh_config, goal, checkup::TIMEOUT)?;
        let machine = Arc::new(LocalHost::new(None, self.scope.clone()));
        // The receiver lives until the last one.
        let tell = move |event| drop(events.send(event));
        let started = session::start(order, self.shared.clone(), machine, tell);
        let (handle, _) = started.map_err(|error| problem::local(&name, &error))?;
        Ok(handle)
    }

    fn hear(
        &self,
        mut report: Report,
        config: &Config,
        file: &Path,
        heard: &mpsc::Receiver<Event>,
    ) {
        let local = std::iter::once(checkup::of_ssh()).chain(checkup::of_computer(config, file));
        for line in local {
            self.tell(&mut report, &line);
        }
        for event in heard {
            for line in checkup::of_event(&event) {
                self.tell(&mut report, &line);
            }
            match event {
                Event::Ask(prompt, reply) => self.prompt(&report.host, prompt, reply),
                Event::Failed(problem) => self.tell(&mut report, &CheckLine::Failed(problem)),
                _ => {}
            }
        }
        self.end(&report);
    }

    fn fail(&self, mut report: Report, problem: Problem) {
        self.tell(&mut report, &CheckLine::Failed(problem));
        self.pages.tell(&report.ended());
    }

    fn tell(&self, report: &mut Report, line: &CheckLine) {
        self.pages.tell(&report.add(line, self.face));
    }

    fn end(&self, report: &Report) {
        self.running().remove(&report.host);
        self.pages.tell(&report.ended());
    }

    fn running(&self) -> MutexGuard<'_, HashMap<String, Handle>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A check so far.
struct Report {
    host: String,
    began: Instant,
    last: Instant,
    worst: u8,
}

impl Report {
    /// Returns the event for one line, with the time since the line before.
    fn add(&mut self, line: &CheckLine, face: Face) -> Value {
        let took = self.last.elapsed();
        self.last = Instant::now();
        self.worst = self.worst.max(checkup::worst(std::slice::from_ref(line)));
        let remedy = line
            .problem()
            .map_or("", |problem| problem.remedy_for(face));
        json!({
            "kind": "check",
            "host": self.host,
            "verdict": line.verdict(),
            "text": line.text(),
            "remedy": remedy,
            "seconds": took.as_secs_f64(),
        })
    }

    fn ended(&self) -> Value {
        json!({
            "kind": "checked",
            "host": self.host,
            "good": self.worst == 0,
            "seconds": self.began.elapsed().as_secs_f64(),
        })
    }
}
