//! The sessions behind the menu: one thread and one control socket for each connected host.

pub mod attached;
pub mod owned;
mod slots;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::event_sender::EventSender;
use crate::config::{Config, Host, OnQuit};
use crate::host_os::Scope;
use crate::ipc::Request;
use crate::jupyter::Page;
use crate::problem;
use crate::problem::Problem;
use crate::session::{Busy, Event, Goal, Handle, SessionRequest, Shared};
use owned::{ConnectTask, LogSessions, OnHosted, fetch_log, lock_logs};
use slots::{SessionSlot, Slots, emit, lock};

/// As `open`'s own default.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Interval between queries of a server's kernels: ten hosts cost 0.5 % of a core at 10 s and two
/// requests each (`make bench-app`).
const WATCH_KERNELS: Duration = Duration::from_secs(15);

/// All sessions of the app.
pub struct Sessions {
    config: Config,
    scope: Scope,
    /// One for all hosts: they share jump hosts and the calls of schedulers.
    shared: Shared,
    sender: EventSender,
    slots: Slots,
    logs: LogSessions,
}

impl Sessions {
    /// None yet.
    pub fn new(config: Config, scope: Scope, sender: EventSender) -> Self {
        Self {
            config,
            scope,
            shared: Shared::default(),
            sender,
            slots: Slots::default(),
            logs: LogSessions::default(),
        }
    }

    /// Connects a host, in a thread: acquiring its lock may wait for another program. `show` opens
    /// the browser once it is ready, with that notebook; `opened` is called when the host has its
    /// IPC socket.
    pub fn open(&self, name: &str, notebook: Option<String>, show: bool, opened: Option<OnHosted>) {
        let host = self.config.host(name).cloned();
        let host = host.or_else(|| self.config.hosts.is_empty().then(|| Host::named(name)));
        let Some(host) = host else {
            return;
        };
        let goal = Goal::Open {
            page: page(&host, notebook),
            show,
        };
        let order = match SessionRequest::new(host, self.ssh_config(), goal, TIMEOUT) {
            Ok(order) => SessionRequest {
                watch_kernels: Some(WATCH_KERNELS),
                ..order
            },
            Err(problem) => return emit(&self.sender, name, &Event::Failed(problem)),
        };
        let task = ConnectTask {
            order,
            show,
            browser: self.config.browser.clone(),
            scope: self.scope.clone(),
            shared: self.shared.clone(),
            sender: self.sender.clone(),
            slots: Arc::clone(&self.slots),
            opened,
        };
        let claiming = SessionSlot::Locking { cancelled: false };
        lock(&self.slots).insert(name.to_owned(), claiming);
        let builder = std::thread::Builder::new().name(format!("connect {name}"));
        if let Err(error) = builder.spawn(move || task.run()) {
            lock(&self.slots).remove(name);
            let failed = Event::Failed(problem::local(name, &error));
            emit(&self.sender, name, &failed);
        }
    }

    /// Follows the tunnel of another program to a host.
    pub fn attach(&self, name: &str) {
        attached::attach(&self.scope, name, &self.sender, &self.slots);
    }

    /// Opens the tab again, or a notebook.
    pub fn show(&self, name: &str, notebook: Option<String>) {
        // A host that is gone from the configuration may still be open.
        let host = self.config.host(name).cloned();
        let host = host.unwrap_or_else(|| Host::named(name));
        let page = page(&host, notebook.clone());
        let request = Request::Open {
            browser: true,
            notebook,
        };
        self.ask(name, request, |handle| handle.show(page));
    }

    /// Tries at once to make the lost connection again.
    pub fn try_now(&self, name: &str) {
        self.ask(name, Request::Check, Handle::check);
    }

    /// Takes the tunnel down.
    pub fn close(&self, name: &str) {
        self.ask(name, Request::Close, Handle::close);
    }

    /// Gives up what is under way, with the job that waits.
    pub fn cancel(&self, name: &str) {
        if let Some(SessionSlot::Owned(handle)) = lock(&self.slots).get(name) {
            return handle.cancel();
        }
        self.close(name);
    }

    /// Takes a job that waits out of the queue, also where another program holds the host.
    pub fn cancel_job(&self, name: &str) {
        let request = Request::Stop { force: false };
        self.ask(name, request, Handle::cancel);
    }

    /// Stops the server; busy kernels only if they may be ended.
    pub fn stop(&self, name: &str, force: bool) {
        let busy = if force { Busy::End } else { Busy::Refuse };
        self.ask(name, Request::Stop { force }, |handle| handle.stop(busy));
    }

    /// Asks for more time for the server's job.
    pub fn extend(&self, name: &str, by: u64) {
        self.ask(name, Request::Extend { by }, |handle| handle.extend(by));
    }

    /// Fetches what Jupyter printed on a host: over its tunnel, or by a login of its own.
    ///
    /// # Errors
    /// When the host is not configured.
    pub fn fetch_log(&self, name: &str) -> Result<(), Problem> {
        if lock(&self.slots).contains_key(name) {
            self.ask(name, Request::Logs, Handle::log);
            return Ok(());
        }
        if lock_logs(&self.logs).contains_key(name) {
            return Ok(());
        }
        let host = self.config.host(name).cloned();
        let host = host.ok_or_else(|| problem::unknown_host(name, &self.config.hosts))?;
        let order = SessionRequest::new(host, self.ssh_config(), Goal::Log, TIMEOUT)?;
        let shared = self.shared.clone();
        fetch_log(order, shared, &self.scope, &self.sender, &self.logs);
        Ok(())
    }

    /// Gives up fetching the log of a host by a login of its own.
    pub fn cancel_log(&self, name: &str) {
        if let Some(handle) = lock_logs(&self.logs).get(name) {
            handle.close();
        }
    }

    /// Probes all connections: the computer resumed from suspend, or its network changed, so an
    /// open tunnel may be dead.
    pub fn check(&self) {
        for slot in lock(&self.slots).values() {
            if let SessionSlot::Owned(handle) = slot {
                handle.check();
            }
        }
    }

    /// Takes all tunnels of ours down; the servers stay, or are stopped where the configuration
    /// says so.
    pub fn quit(&self) {
        for (name, slot) in lock(&self.slots).iter_mut() {
            let stops = self
                .config
                .host(name)
                .is_some_and(|host| host.on_quit == OnQuit::Stop);
            match slot {
                SessionSlot::Locking { cancelled } => *cancelled = true,
                SessionSlot::Owned(handle) if stops => handle.stop(Busy::Refuse),
                SessionSlot::Owned(handle) => handle.close(),
                SessionSlot::Attached => {}
            }
        }
    }

    /// Closes the sessions that have not closed yet.
    pub fn close_all(&self) {
        for slot in lock(&self.slots).values() {
            if let SessionSlot::Owned(handle) = slot {
                handle.close();
            }
        }
    }

    /// Returns true if a session of ours runs, or is about to.
    pub fn owns_any(&self) -> bool {
        let is_ours = |slot: &SessionSlot| !matches!(slot, SessionSlot::Attached);
        lock(&self.slots).values().any(is_ours)
    }

    /// The configuration is another one now. Sessions that run keep what they began with.
    pub fn reconfigure(&mut self, config: Config) {
        self.config = config;
    }

    /// The configuration in force.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The files that say what a host's name means here.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    fn ssh_config(&self) -> Option<PathBuf> {
        self.scope.ssh_config().map(Into::into)
    }

    /// Passes a request to the owner of the tunnel: to a session of ours by its handle, to another
    /// program over IPC.
    fn ask(&self, name: &str, request: Request, tell: impl FnOnce(&Handle)) {
        match lock(&self.slots).get_mut(name) {
            Some(SessionSlot::Owned(handle)) => tell(handle),
            Some(SessionSlot::Attached) => attached::ask(&self.scope, name, request, &self.sender),
            Some(SessionSlot::Locking { cancelled }) => *cancelled |= request == Request::Close,
            None => {}
        }
    }
}

fn page(host: &Host, notebook: Option<String>) -> Page {
    Page {
        app: host.app,
        notebook,
    }
}
