//! The sessions behind the menu: one thread and one control socket for each connected host.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tao::event_loop::EventLoopProxy;

use super::Signal;
use crate::config::{Config, Host, LauncherKind};
use crate::control::{self, Claim, Hub, Lease, Message, Request, Usual};
use crate::explain;
use crate::jupyter::Page;
use crate::platform::{Machine, ask, runtime_folder};
use crate::session::{self, Busy, Event, Goal, Handle, Order, Phase};

/// As `open`'s own default.
const TIMEOUT: Duration = Duration::from_secs(120);

type Handles = Arc<Mutex<HashMap<String, Handle>>>;

/// All sessions of the app.
pub struct Sessions {
    config: Config,
    ssh_config: Option<PathBuf>,
    proxy: EventLoopProxy<Signal>,
    handles: Handles,
}

impl Sessions {
    /// None yet.
    pub fn new(config: Config, ssh_config: Option<PathBuf>, proxy: EventLoopProxy<Signal>) -> Self {
        Self {
            config,
            ssh_config,
            proxy,
            handles: Handles::default(),
        }
    }

    /// Connects a host, from a thread: claiming it may wait for another program.
    pub fn open(&self, name: &str) {
        let Some(host) = self.config.host(name).cloned() else {
            return;
        };
        if !matches!(host.launcher, LauncherKind::Direct | LauncherKind::Attach) {
            let problem = explain::no_launcher(name, host.launcher);
            return say(&self.proxy, name, &Event::Failed(problem));
        }
        let task = Opening {
            order: Order {
                goal: Goal::Open {
                    page: page(&host),
                    show: true,
                },
                ssh_config: self.ssh_config.clone(),
                timeout: TIMEOUT,
                host,
            },
            browser: self.config.browser.clone(),
            proxy: self.proxy.clone(),
            handles: Arc::clone(&self.handles),
        };
        std::thread::spawn(move || task.run());
    }

    /// Opens the tab again.
    pub fn show(&self, name: &str) {
        if let (Some(handle), Some(host)) = (self.handle(name), self.config.host(name)) {
            handle.show(page(host));
        }
    }

    /// Takes the tunnel down.
    pub fn close(&self, name: &str) {
        if let Some(handle) = self.handle(name) {
            handle.close();
        }
    }

    /// Stops the server, unless kernels are busy.
    pub fn stop(&self, name: &str) {
        if let Some(handle) = self.handle(name) {
            handle.stop(Busy::Refuse);
        }
    }

    /// Takes all tunnels down.
    pub fn close_all(&self) {
        for handle in lock(&self.handles).values() {
            handle.close();
        }
    }

    /// Opens the configuration in the system's editor for it.
    pub fn edit_configuration(&self) {
        if let Err(error) = open::that_detached(&self.config.path) {
            tracing::warn!(%error, "the configuration could not be opened");
        }
    }

    fn handle(&self, name: &str) -> Option<Handle> {
        lock(&self.handles).get(name).cloned()
    }
}

fn page(host: &Host) -> Page {
    Page {
        app: host.app,
        notebook: None,
    }
}

fn lock(handles: &Handles) -> std::sync::MutexGuard<'_, HashMap<String, Handle>> {
    handles.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection being made, and then held by its session's thread.
struct Opening {
    order: Order,
    browser: Option<String>,
    proxy: EventLoopProxy<Signal>,
    handles: Handles,
}

impl Opening {
    fn run(self) {
        let host = self.order.host.name.clone();
        let proxy = self.proxy.clone();
        let claim = runtime_folder().and_then(|folder| control::claim(&folder, &host));
        let result = match claim {
            Ok(Claim::Ours(lease)) => self.hold(lease),
            Ok(Claim::Theirs(client)) => self.ask_holder(client),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            say(
                &proxy,
                &host,
                &Event::Failed(explain::no_control(&host, &error)),
            );
        }
    }

    fn hold(self, lease: Lease) -> std::io::Result<()> {
        let name = self.order.host.name.clone();
        let page = page(&self.order.host);
        let hub = Arc::new(Hub::new(&name));
        let listener = lease.listener.try_clone()?;
        let teller = Teller {
            host: name.clone(),
            began: Instant::now(),
            phase: Mutex::new(Phase::Resolving),
            hub: Arc::clone(&hub),
            proxy: self.proxy,
            handles: Arc::clone(&self.handles),
            lease: Mutex::new(Some(lease)),
        };
        let machine = Arc::new(Machine::new(self.browser));
        let (handle, _thread) =
            session::start(self.order, machine, move |event| teller.tell(event))?;
        lock(&self.handles).insert(name, handle.clone());
        control::serve(listener, hub, handle, Usual { page, shows: true })
    }

    /// Another program has the tunnel: it opens the tab, and this one shows what it says.
    fn ask_holder(self, client: control::Client) -> std::io::Result<()> {
        for message in client.ask(&Request::Open {
            browser: true,
            notebook: None,
        })? {
            let _ = self.proxy.send_event(Signal::Said(message));
        }
        Ok(())
    }
}

/// Passes a session's events on: to the menu, to other programs, to whoever can answer a question.
struct Teller {
    host: String,
    began: Instant,
    phase: Mutex<Phase>,
    hub: Arc<Hub>,
    proxy: EventLoopProxy<Signal>,
    handles: Handles,
    /// Held until the session's last event.
    lease: Mutex<Option<Lease>>,
}

impl Teller {
    fn tell(&self, event: Event) {
        let mut phase = self.phase.lock().unwrap_or_else(PoisonError::into_inner);
        let at_ms = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        if let Some(message) = Message::of(&event, &self.host, at_ms, *phase) {
            *phase = message.phase;
            if matches!(event, Event::Failed(_) | Event::Closed) {
                lock(&self.handles).remove(&self.host);
                self.lease
                    .lock()
                    .unwrap_or_else(PoisonError::into_inner)
                    .take();
            }
            self.hub.publish(&message);
            // The loop is gone when the app quits.
            let _ = self.proxy.send_event(Signal::Said(message));
        }
        if let Event::Ask(question, reply) = event {
            ask::ask(question, reply);
        }
    }
}

fn say(proxy: &EventLoopProxy<Signal>, host: &str, event: &Event) {
    if let Some(message) = Message::of(event, host, 0, Phase::Failed) {
        let _ = proxy.send_event(Signal::Said(message));
    }
}
