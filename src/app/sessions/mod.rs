//! The sessions behind the menu: one thread and one control socket for each connected host.

pub mod attached;
pub mod owned;
mod side;
mod slots;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::event_sender::EventSender;
use crate::checkup;
use crate::config::{Config, Forward, Host, OnQuit, Resources};
use crate::host_os::{EndedPages, Scope};
use crate::ipc::Request;
use crate::jupyter::Page;
use crate::problem;
use crate::problem::Problem;
use crate::session::{Busy, Event, Goal, Handle, KernelCommand, SessionRequest, Shared};
use owned::{ConnectTask, OnHosted};
use side::{SideContext, SideSessions};
use slots::{SessionSlot, Slots, emit, lock};

/// As `open`'s own default.
const TIMEOUT: Duration = Duration::from_secs(120);

/// The way in which a host is connected.
#[derive(Default)]
struct Start {
    /// The notebook to open.
    notebook: Option<String>,
    /// True if the browser is opened.
    show: bool,
    /// True if the tunnel stood in an earlier run.
    restores: bool,
    /// The request to its scheduler in place of the configured one.
    resources: Resources,
}

/// All sessions of the app.
pub struct Sessions {
    config: Config,
    /// A host that is tried before it is added to the configuration.
    tried: Vec<Host>,
    scope: Scope,
    /// One for all hosts: they share jump hosts and the calls of schedulers.
    shared: Shared,
    sender: EventSender,
    slots: Slots,
    side: SideSessions,
    ended_pages: EndedPages,
}

impl Sessions {
    /// None yet.
    pub fn new(config: Config, scope: Scope, sender: EventSender) -> Self {
        Self {
            config,
            tried: Vec::new(),
            scope,
            shared: Shared::default(),
            sender,
            slots: Slots::default(),
            side: SideSessions::default(),
            ended_pages: EndedPages::default(),
        }
    }

    /// Connects a host, in a thread: acquiring its lock may wait for another program. `show` opens
    /// the browser once it is ready, with that notebook; `opened` is called when the host has its
    /// IPC socket.
    pub fn open(&self, name: &str, notebook: Option<String>, show: bool, opened: Option<OnHosted>) {
        let start = Start {
            notebook,
            show,
            ..Start::default()
        };
        self.connect(name, start, opened);
    }

    /// Connects a host for another program, which shows its page; a job that starts gets these resources.
    pub fn start(&self, name: &str, resources: Resources, opened: Option<OnHosted>) {
        let start = Start {
            resources,
            ..Start::default()
        };
        self.connect(name, start, opened);
    }

    /// Connects a host again whose tunnel stood in an earlier run: nothing is launched, no one is
    /// prompted, and no browser is opened.
    pub fn restore(&self, name: &str) {
        let start = Start {
            restores: true,
            ..Start::default()
        };
        self.connect(name, start, None);
    }

    fn connect(&self, name: &str, start: Start, opened: Option<OnHosted>) {
        let host = self.host(name).cloned();
        let host = host.or_else(|| self.config.hosts.is_empty().then(|| Host::named(name)));
        let Some(host) = host else {
            return;
        };
        let host = host.with_resources(&start.resources);
        let Start { show, restores, .. } = start;
        let goal = Goal::Open {
            page: page(&host, start.notebook),
            show,
        };
        let cell_done_after = self.config.cell_done_after();
        let order = match SessionRequest::new(host, self.ssh_config(), goal, TIMEOUT) {
            Ok(mut order) => {
                order.watch_cells(cell_done_after);
                order.restores = restores;
                order.is_exact = !start.resources.is_empty();
                order
            }
            Err(problem) => return emit(&self.sender, name, &Event::Failed(problem)),
        };
        let task = ConnectTask {
            order,
            show,
            browser: self.config.browser.clone(),
            on_event: self.config.on_event.clone(),
            scope: self.scope.clone(),
            shared: self.shared.clone(),
            sender: self.sender.clone(),
            slots: Arc::clone(&self.slots),
            ended_pages: self.ended_pages.clone(),
            opened,
        };
        if !self.begin_locking(name) {
            // Another program has it, and is followed already: a second follower's end would take the
            // next session's slot away.
            attached::ask(&self.scope, name, task.request(), &self.sender);
            if let Some(opened) = task.opened {
                opened();
            }
            return;
        }
        let builder = std::thread::Builder::new().name(format!("connect {name}"));
        if let Err(error) = builder.spawn(move || task.run()) {
            lock(&self.slots).remove(name);
            let failed = Event::Failed(problem::local(name, &error));
            emit(&self.sender, name, &failed);
        }
    }

    /// The pages at the local ports of tunnels that have ended.
    pub fn ended_pages(&self) -> &EndedPages {
        &self.ended_pages
    }

    /// Takes the host's slot for a session to come. Returns false if another program's tunnel has it.
    fn begin_locking(&self, name: &str) -> bool {
        let mut slots = lock(&self.slots);
        let is_attached = matches!(slots.get(name), Some(SessionSlot::Attached));
        if !is_attached {
            let claiming = SessionSlot::Locking { cancelled: false };
            slots.insert(name.to_owned(), claiming);
        }
        !is_attached
    }

    /// Follows the tunnel of another program to a host.
    pub fn attach(&self, name: &str) {
        attached::attach(&self.scope, name, &self.sender, &self.slots);
    }

    /// Opens the tab again, or a notebook.
    pub fn show(&self, name: &str, notebook: Option<String>) {
        let page = page(&self.host_or_bare(name), notebook.clone());
        let request = Request::Open {
            browser: true,
            notebook,
            unless_open: false,
        };
        self.ask(name, request, |handle| handle.show(page));
    }

    /// Opens the tab again, unless a browser has one open.
    pub fn show_unless_open(&self, name: &str) {
        let page = page(&self.host_or_bare(name), None);
        let request = Request::Open {
            browser: true,
            notebook: None,
            unless_open: true,
        };
        self.ask(name, request, |handle| handle.show_unless_open(page));
    }

    /// Lets a host be opened that is not in the configuration yet, until [`Sessions::forget_tried`].
    pub fn try_host(&mut self, host: Host) {
        self.tried.retain(|tried| tried.name != host.name);
        self.tried.push(host);
    }

    /// Forgets a host that was tried.
    pub fn forget_tried(&mut self, name: &str) {
        self.tried.retain(|host| host.name != name);
    }

    /// Returns a host of the configuration, or one that is tried.
    pub fn host(&self, name: &str) -> Option<&Host> {
        let tried = || self.tried.iter().find(|host| host.name == name);
        self.config.host(name).or_else(tried)
    }

    /// Returns the host of that name; one that is gone from the configuration may still be open.
    pub fn host_or_bare(&self, name: &str) -> Host {
        let host = self.host(name).cloned();
        host.unwrap_or_else(|| Host::named(name))
    }

    /// Tries at once to make the lost connection again.
    pub fn try_now(&self, name: &str) {
        self.ask(name, Request::Check, Handle::try_now);
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

    /// Interrupts a kernel, restarts it or shuts it down.
    pub fn act_on_kernel(&self, name: &str, command: KernelCommand) {
        let request = Request::Kernel {
            id: command.id.clone(),
            action: command.action,
        };
        self.ask(name, request, |handle| handle.act_on_kernel(command));
    }

    /// Keeps a server that is about to end because nobody uses it.
    pub fn keep(&self, name: &str) {
        self.ask(name, Request::Keep, Handle::keep);
    }

    /// Asks how busy the server's machine is.
    pub fn look_at_usage(&self, name: &str) {
        self.ask(name, Request::Usage, Handle::usage);
    }

    /// Opens a further local port.
    pub fn forward(&self, name: &str, forward: Forward) {
        let remote = forward.remote();
        self.ask(name, Request::Forward { remote }, |handle| {
            handle.forward(forward);
        });
    }

    /// Asks for more time for the server's job.
    pub fn extend(&self, name: &str, by: u64) {
        self.ask(name, Request::Extend { by }, |handle| handle.extend(by));
    }

    /// Fetches what Jupyter printed on a host: over its tunnel, or by a login of its own. Returns true for the
    /// latter.
    ///
    /// # Errors
    /// When the host is not configured.
    pub fn fetch_log(&self, name: &str) -> Result<bool, Problem> {
        if lock(&self.slots).contains_key(name) {
            self.ask(name, Request::Logs, Handle::log);
            return Ok(false);
        }
        if !self.has_side_login(name) {
            let order = self.side_order(name, Goal::Log, TIMEOUT)?;
            self.side_context().fetch_log(order);
        }
        Ok(true)
    }

    /// Checks the way to a host by a login of its own, and the local computer.
    ///
    /// # Errors
    /// When the host is not configured.
    pub fn check_connection(&self, name: &str) -> Result<(), Problem> {
        if !self.has_side_login(name) {
            let order = self.side_order(name, Goal::Inspect, checkup::TIMEOUT)?;
            let config = self.config.clone();
            let file = config.path.clone();
            self.side_context().check(order, config, file);
        }
        Ok(())
    }

    fn has_side_login(&self, name: &str) -> bool {
        side::lock(&self.side).contains_key(name)
    }

    fn side_order(
        &self,
        name: &str,
        goal: Goal,
        timeout: Duration,
    ) -> Result<SessionRequest, Problem> {
        let host = self.host(name).cloned();
        let host = host.ok_or_else(|| problem::unknown_host(name, &self.config.hosts))?;
        SessionRequest::new(host, self.ssh_config(), goal, timeout)
    }

    fn side_context(&self) -> SideContext<'_> {
        SideContext {
            shared: self.shared.clone(),
            scope: &self.scope,
            sender: &self.sender,
            running: &self.side,
        }
    }

    /// Gives up the login beside the tunnel of a host. Returns false if there is none.
    pub fn cancel_side_login(&self, name: &str) -> bool {
        let running = side::lock(&self.side);
        let handle = running.get(name);
        handle.into_iter().for_each(Handle::close);
        handle.is_some()
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

    /// Returns true if another program has the host's tunnel.
    pub fn is_attached(&self, name: &str) -> bool {
        matches!(lock(&self.slots).get(name), Some(SessionSlot::Attached))
    }

    /// Returns true if the host's server is stopped when the app quits.
    pub fn stops_on_quit(&self, name: &str) -> bool {
        let host = self.config.host(name);
        host.is_some_and(|host| host.on_quit == OnQuit::Stop)
    }

    /// Takes all tunnels of ours down; the servers stay, or are stopped where the configuration
    /// says so.
    pub fn quit(&self) {
        for (name, slot) in lock(&self.slots).iter_mut() {
            let stops = self.stops_on_quit(name);
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
        self.tried.retain(|host| config.host(&host.name).is_none());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::host_os::ConfigOptions;

    #[test]
    fn a_click_does_not_take_the_slot_of_a_tunnel_that_is_followed() {
        let config = Config {
            hosts: vec![Host::named("gpu01"), Host::named("gpu02")],
            ..Config::default()
        };
        let scope = Scope::new("/none/config.toml".into(), ConfigOptions::default());
        let sessions = Sessions::new(config, scope, EventSender::new(|| true));
        lock(&sessions.slots).insert("gpu01".to_owned(), SessionSlot::Attached);
        let (done, is_open) = std::sync::mpsc::channel();
        let opened = move || {
            let _ = done.send(());
        };
        sessions.open("gpu01", None, true, Some(Box::new(opened)));
        assert!(sessions.is_attached("gpu01") && !sessions.owns_any());
        assert!(is_open.try_recv().is_ok(), "its socket is there");
        assert!(sessions.begin_locking("gpu02"));
        assert!(sessions.owns_any(), "as for any other host");
    }
}
