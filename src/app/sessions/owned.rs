//! One host being connected, and what it says from then on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::super::event::{AppEvent, PromptRequest, SessionLife, SessionPurpose};
use super::super::event_sender::EventSender;
use super::attached;
use super::slots::{SessionSlot, Slots, emit, lock};
use crate::host_os::{LocalHost, Scope, runtime_folder};
use crate::ipc::{self, Client, HostLock, HostedSession, LockResult, Message, Request};
use crate::problem;
use crate::session::{self, Event, Goal, Handle, SessionRequest, Shared};

/// Called once the host has its control socket.
pub type OnHosted = Box<dyn FnOnce() + Send>;

/// One connection being made, and then held by its session's thread.
pub struct ConnectTask {
    pub order: SessionRequest,
    /// True if the browser is opened once the tunnel is ready.
    pub show: bool,
    pub browser: Option<String>,
    pub scope: Scope,
    pub shared: Shared,
    pub sender: EventSender,
    pub slots: Slots,
    pub opened: Option<OnHosted>,
}

impl ConnectTask {
    pub fn run(mut self) {
        let host = self.order.host.name.clone();
        let (sender, slots) = (self.sender.clone(), Arc::clone(&self.slots));
        let opened = self.opened.take();
        let claim = runtime_folder().and_then(|folder| ipc::acquire(&folder, &self.scope, &host));
        let result = match claim {
            Ok(LockResult::Acquired(host_lock)) => self.hold(host_lock, opened),
            Ok(LockResult::HeldByOther(client)) => self.follow(client, opened),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            lock(&slots).remove(&host);
            let problem = problem::no_control(&host, &error);
            emit(&sender, &host, &Event::Failed(problem));
        }
    }

    fn hold(self, host_lock: HostLock, opened: Option<OnHosted>) -> std::io::Result<()> {
        let name = self.order.host.name.clone();
        // Locked until the handle is in its place: a session that fails at once takes it out again.
        let mut slots = lock(&self.slots);
        if let Some(SessionSlot::Locking { cancelled: true }) = slots.get(&name) {
            slots.remove(&name);
            drop((slots, host_lock));
            emit(&self.sender, &name, &Event::Closed);
            return Ok(());
        }
        let machine = Arc::new(LocalHost::new(self.browser, self.scope));
        let forward = forward_events(&name, self.sender, &self.slots);
        let session = HostedSession::start(
            host_lock,
            Instant::now(),
            self.order,
            self.shared,
            machine,
            forward,
        )?;
        slots.insert(name, SessionSlot::Owned(session.handle));
        drop(slots);
        if let Some(opened) = opened {
            opened();
        }
        Ok(())
    }

    fn notebook(&self) -> Option<String> {
        match &self.order.goal {
            Goal::Open { page, .. } => page.notebook.clone(),
            _ => None,
        }
    }

    /// Another program has the tunnel: it opens the tab, and this one shows what it says.
    fn follow(self, client: Client, opened: Option<OnHosted>) -> std::io::Result<()> {
        let name = &self.order.host.name;
        let answers = client.ask(&Request::Watch)?;
        let claiming = lock(&self.slots).insert(name.clone(), SessionSlot::Attached);
        let request = match claiming {
            Some(SessionSlot::Locking { cancelled: true }) => Request::Close,
            _ => Request::Open {
                browser: self.show,
                notebook: self.notebook(),
            },
        };
        attached::ask(&self.scope, name, request, &self.sender);
        if let Some(opened) = opened {
            opened();
        }
        attached::relay_events(name, answers, &self.sender, &self.slots);
        Ok(())
    }
}

/// The sessions that only fetch a log, by their hosts.
pub type LogSessions = Arc<Mutex<HashMap<String, Handle>>>;

/// Fetches what Jupyter printed on a host, by a login of its own: for a host without a tunnel. One
/// such login at a time is enough for a host.
pub fn fetch_log(
    order: SessionRequest,
    shared: Shared,
    scope: &Scope,
    sender: &EventSender,
    running: &LogSessions,
) {
    let host = order.host.name.clone();
    let machine = Arc::new(LocalHost::new(None, scope.clone()));
    let (forwarder, name) = (sender.clone(), host.clone());
    let (life, sessions) = (SessionLife::default(), Arc::clone(running));
    let tell = move |event| {
        let host = name.clone();
        if matches!(event, Event::Failed(_) | Event::Closed) {
            life.end();
            lock_logs(&sessions).remove(&host);
            forwarder.send(AppEvent::LogSessionEnded(host.clone()));
        }
        match event {
            Event::Log { path, text } => {
                forwarder.send(AppEvent::HostLog { host, path, text });
            }
            Event::Ask(prompt, reply) => {
                let purpose = SessionPurpose::Log;
                let asked = PromptRequest::new(host, purpose, life.clone(), prompt, reply);
                forwarder.send(AppEvent::PromptRequested(asked));
            }
            Event::Failed(problem) => {
                forwarder.send(AppEvent::NoHostLog(host, problem));
            }
            _ => {}
        }
    };
    // Locked until the handle is in its place, for one that fails at once.
    let mut running = lock_logs(running);
    match session::start(order, shared, machine, tell) {
        Ok((handle, _)) => {
            running.insert(host, handle);
        }
        Err(error) => {
            let problem = problem::local(&host, &error);
            sender.send(AppEvent::NoHostLog(host, problem));
        }
    }
}

/// Locks the log sessions, also after a thread that had them panicked.
pub fn lock_logs(running: &LogSessions) -> MutexGuard<'_, HashMap<String, Handle>> {
    running.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the function that passes a session's events on: to the menu, and to the dialog that can
/// answer a prompt.
fn forward_events(
    host: &str,
    sender: EventSender,
    slots: &Slots,
) -> impl Fn(Event, Option<Message>) + Send + 'static {
    let (host, slots, life) = (host.to_owned(), Arc::clone(slots), SessionLife::default());
    move |event, message| {
        if let Some(message) = message {
            if message.is_end() {
                life.end();
                lock(&slots).remove(&host);
            }
            sender.send(AppEvent::SessionMessage(message));
        }
        if let Event::Ask(prompt, reply) = event {
            let (host, purpose) = (host.clone(), SessionPurpose::Tunnel);
            let asked = PromptRequest::new(host, purpose, life.clone(), prompt, reply);
            sender.send(AppEvent::PromptRequested(asked));
        }
    }
}
