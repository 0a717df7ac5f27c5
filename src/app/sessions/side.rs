//! Sessions with a login of their own beside the tunnel: one for a host at a time. They fetch what Jupyter printed, or
//! check the connection.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::event::{AppEvent, CheckReport, PromptRequest, SessionLife, SessionPurpose};
use super::super::event_sender::EventSender;
use crate::checkup::{self, CheckLine};
use crate::config::Config;
use crate::host_os::{LocalHost, Scope};
use crate::problem;
use crate::session::{self, Event, Handle, SessionRequest, Shared};

/// The sessions by their hosts.
pub type SideSessions = Arc<Mutex<HashMap<String, Handle>>>;

/// Where a session belongs: what it shares, and where its events go.
pub struct SideContext<'a> {
    pub shared: Shared,
    pub scope: &'a Scope,
    pub sender: &'a EventSender,
    pub running: &'a SideSessions,
}

impl SideContext<'_> {
    /// Fetches what Jupyter printed on a host.
    pub fn fetch_log(self, order: SessionRequest) {
        let host = order.host.name.clone();
        let sender = self.sender.clone();
        let heard = move |event| match event {
            Event::Log { path, text } => {
                let host = host.clone();
                sender.send(AppEvent::HostLog { host, path, text });
            }
            Event::Failed(problem) => {
                sender.send(AppEvent::LogSessionEnded(host.clone()));
                sender.send(AppEvent::NoHostLog(host.clone(), problem));
            }
            Event::Closed => {
                sender.send(AppEvent::LogSessionEnded(host.clone()));
            }
            _ => {}
        };
        self.start(order, SessionPurpose::Log, heard);
    }

    /// Checks the connection to a host, and the local computer as the configuration needs it.
    pub fn check(self, order: SessionRequest, config: Config, file: PathBuf) {
        let host = order.host.name.clone();
        let (sender, findings) = (self.sender.clone(), Mutex::new(Findings::default()));
        let heard = move |event| {
            let mut findings = findings.lock().unwrap_or_else(PoisonError::into_inner);
            let is_over = matches!(event, Event::Failed(_) | Event::Closed);
            findings.hear(event);
            if is_over {
                let report = findings.is_complete.then(|| CheckReport {
                    computer: computer(&config, &file),
                    host: std::mem::take(&mut findings.lines),
                });
                sender.send(AppEvent::Checked(host.clone(), report));
            }
        };
        self.start(order, SessionPurpose::Check, heard);
    }

    /// Starts a session. `heard` gets each of its events but the prompts, after the session is out of the list
    /// with its last one.
    fn start(
        self,
        order: SessionRequest,
        purpose: SessionPurpose,
        heard: impl Fn(Event) + Send + 'static,
    ) {
        let host = order.host.name.clone();
        let machine = Arc::new(LocalHost::new(None, self.scope.clone()));
        let (sender, name, life) = (self.sender.clone(), host.clone(), SessionLife::default());
        let (sessions, heard) = (Arc::clone(self.running), Arc::new(Mutex::new(heard)));
        let pass_on = Arc::clone(&heard);
        let tell = move |event| {
            if matches!(event, Event::Failed(_) | Event::Closed) {
                life.end();
                lock(&sessions).remove(&name);
            }
            match event {
                Event::Ask(prompt, reply) => {
                    let (host, life) = (name.clone(), life.clone());
                    let asked = PromptRequest::new(host, purpose, life, prompt, reply);
                    sender.send(AppEvent::PromptRequested(asked));
                }
                event => (pass_on.lock().unwrap_or_else(PoisonError::into_inner))(event),
            }
        };
        // Locked until the handle is in its place, for one that fails at once.
        let mut running = lock(self.running);
        match session::start(order, self.shared, machine, tell) {
            Ok((handle, _)) => {
                running.insert(host, handle);
            }
            Err(error) => {
                let failed = Event::Failed(problem::local(&host, &error));
                (heard.lock().unwrap_or_else(PoisonError::into_inner))(failed);
            }
        }
    }
}

/// Findings of a check so far.
#[derive(Default)]
struct Findings {
    lines: Vec<CheckLine>,
    /// False for a check that was given up before it knew anything of the host.
    is_complete: bool,
}

impl Findings {
    fn hear(&mut self, event: Event) {
        self.is_complete |= matches!(event, Event::Seen(_) | Event::Failed(_));
        self.lines.extend(checkup::of_event(&event));
        if let Event::Failed(problem) = event {
            self.lines.push(CheckLine::Failed(problem));
        }
    }
}

fn computer(config: &Config, file: &Path) -> Vec<CheckLine> {
    let first = [checkup::of_program(), checkup::of_ssh()].into_iter();
    first.chain(checkup::of_computer(config, file)).collect()
}

/// Locks the sessions, also after a thread that had them panicked.
pub fn lock(running: &SideSessions) -> MutexGuard<'_, HashMap<String, Handle>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}
