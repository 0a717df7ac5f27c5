//! The sessions behind the menu: one thread and one control socket for each connected host.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tao::event_loop::EventLoopProxy;

use super::Signal;
use crate::config::{Config, Host};
use crate::control::{self, Claim, Client, Hub, Lease, Message, Request, Usual};
use crate::explain;
use crate::jupyter::Page;
use crate::platform::{Machine, ask, runtime_folder};
use crate::session::{self, Busy, Event, Goal, Handle, Order, Phase};

/// As `open`'s own default.
const TIMEOUT: Duration = Duration::from_secs(120);

type Slots = Arc<Mutex<HashMap<String, Slot>>>;

/// Who has a host's tunnel.
enum Slot {
    /// Being found out. A person who cancels meanwhile is not to be forgotten.
    Claiming { cancelled: bool },
    /// A session of ours.
    Ours(Handle),
    /// Another program, which is asked for everything.
    Theirs,
}

/// All sessions of the app.
pub struct Sessions {
    config: Config,
    ssh_config: Option<PathBuf>,
    proxy: EventLoopProxy<Signal>,
    slots: Slots,
}

impl Sessions {
    /// None yet.
    pub fn new(config: Config, ssh_config: Option<PathBuf>, proxy: EventLoopProxy<Signal>) -> Self {
        Self {
            config,
            ssh_config,
            proxy,
            slots: Slots::default(),
        }
    }

    /// Connects a host, from a thread: claiming it may wait for another program.
    pub fn open(&self, name: &str) {
        let Some(host) = self.config.host(name).cloned() else {
            return;
        };
        let goal = Goal::Open {
            page: page(&host),
            show: true,
        };
        let order = match Order::new(host, self.ssh_config.clone(), goal, TIMEOUT) {
            Ok(order) => order,
            Err(problem) => return say(&self.proxy, name, &Event::Failed(problem)),
        };
        let task = Opening {
            order,
            browser: self.config.browser.clone(),
            proxy: self.proxy.clone(),
            slots: Arc::clone(&self.slots),
        };
        let claiming = Slot::Claiming { cancelled: false };
        lock(&self.slots).insert(name.to_owned(), claiming);
        std::thread::spawn(move || task.run());
    }

    /// Opens the tab again.
    pub fn show(&self, name: &str) {
        // A host that is gone from the configuration may still be open.
        let host = self.config.host(name).cloned();
        let page = page(&host.unwrap_or_else(|| Host::named(name)));
        let request = Request::Open {
            browser: true,
            notebook: None,
        };
        self.ask(name, request, |handle| handle.show(page));
    }

    /// Takes the tunnel down.
    pub fn close(&self, name: &str) {
        self.ask(name, Request::Close, Handle::close);
    }

    /// Stops the server, unless kernels are busy.
    pub fn stop(&self, name: &str) {
        let request = Request::Stop { force: false };
        self.ask(name, request, |handle| handle.stop(Busy::Refuse));
    }

    /// Takes all tunnels of ours down.
    pub fn close_all(&self) {
        for slot in lock(&self.slots).values_mut() {
            match slot {
                Slot::Claiming { cancelled } => *cancelled = true,
                Slot::Ours(handle) => handle.close(),
                Slot::Theirs => {}
            }
        }
    }

    /// Whether a session of ours runs, or is about to.
    pub fn is_any_ours(&self) -> bool {
        let is_ours = |slot: &Slot| !matches!(slot, Slot::Theirs);
        lock(&self.slots).values().any(is_ours)
    }

    /// The configuration is another one now. Sessions that run keep what they began with.
    pub fn reconfigure(&mut self, config: Config) {
        self.config = config;
    }

    /// The host that is meant when none is named.
    pub fn usual_host(&self) -> Option<String> {
        self.config.usual_host().map(|host| host.name.clone())
    }

    /// Whoever has the tunnel is told: a session of ours by its handle, another program by request.
    fn ask(&self, name: &str, request: Request, tell: impl FnOnce(&Handle)) {
        match lock(&self.slots).get_mut(name) {
            Some(Slot::Ours(handle)) => tell(handle),
            Some(Slot::Theirs) => ask_other(name, request),
            Some(Slot::Claiming { cancelled }) => *cancelled |= request == Request::Close,
            None => {}
        }
    }

    /// Opens the configuration in the system's editor for it.
    pub fn edit_configuration(&self) {
        let path = &self.config.path;
        let made = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        // An editor that is given no file says so, or nothing at all.
        let made = made.and_then(|()| {
            std::fs::File::options()
                .append(true)
                .create(true)
                .open(path)
        });
        if let Err(error) = made.and_then(|_| open::that_detached(path)) {
            tracing::warn!(%error, "the configuration could not be opened");
        }
    }
}

fn page(host: &Host) -> Page {
    Page {
        app: host.app,
        notebook: None,
    }
}

fn lock(slots: &Slots) -> MutexGuard<'_, HashMap<String, Slot>> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One connection being made, and then held by its session's thread.
struct Opening {
    order: Order,
    browser: Option<String>,
    proxy: EventLoopProxy<Signal>,
    slots: Slots,
}

impl Opening {
    fn run(self) {
        let host = self.order.host.name.clone();
        let (proxy, slots) = (self.proxy.clone(), Arc::clone(&self.slots));
        let claim = runtime_folder().and_then(|folder| control::claim(&folder, &host));
        let result = match claim {
            Ok(Claim::Ours(lease)) => self.hold(lease),
            Ok(Claim::Theirs(client)) => self.follow(client),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            lock(&slots).remove(&host);
            let problem = explain::no_control(&host, &error);
            say(&proxy, &host, &Event::Failed(problem));
        }
    }

    fn hold(self, lease: Lease) -> std::io::Result<()> {
        let name = self.order.host.name.clone();
        let page = page(&self.order.host);
        let hub = Arc::new(Hub::new(&name));
        let listening = lease.listening()?;
        let teller = Teller {
            host: name.clone(),
            began: Instant::now(),
            phase: Mutex::new(Phase::Resolving),
            hub: Arc::clone(&hub),
            proxy: self.proxy,
            slots: Arc::clone(&self.slots),
            lease: Mutex::new(Some(lease)),
        };
        // Locked until the handle is in its place: a session that fails at once takes it out again.
        let mut slots = lock(&self.slots);
        if let Some(Slot::Claiming { cancelled: true }) = slots.get(&name) {
            drop(slots);
            teller.tell(Event::Closed);
            return Ok(());
        }
        let machine = Arc::new(Machine::new(self.browser));
        let (handle, _thread) =
            session::start(self.order, machine, move |event| teller.tell(event))?;
        slots.insert(name, Slot::Ours(handle.clone()));
        drop(slots);
        control::serve(listening, hub, handle, Usual { page, shows: true })
    }

    /// Another program has the tunnel: it opens the tab, and this one shows what it says, until
    /// its tunnel is gone.
    fn follow(self, client: Client) -> std::io::Result<()> {
        let name = &self.order.host.name;
        let messages = client.ask(&Request::Watch)?;
        let claiming = lock(&self.slots).insert(name.clone(), Slot::Theirs);
        let request = match claiming {
            Some(Slot::Claiming { cancelled: true }) => Request::Close,
            _ => Request::Open {
                browser: true,
                notebook: None,
            },
        };
        ask_other(name, request);
        let mut ended = false;
        for message in messages {
            ended = matches!(message.phase, Phase::Failed | Phase::Closed);
            if ended {
                lock(&self.slots).remove(name);
            }
            let _ = self.proxy.send_event(Signal::Said(message));
        }
        if !ended {
            lock(&self.slots).remove(name);
            say(
                &self.proxy,
                name,
                &Event::Failed(explain::holder_gone(name)),
            );
        }
        Ok(())
    }
}

/// Asks the program that has a host, in a thread: its answers take as long as what they tell of,
/// and who follows it hears them anyway.
fn ask_other(name: &str, request: Request) {
    let name = name.to_owned();
    std::thread::spawn(move || {
        let client = runtime_folder()
            .ok()
            .and_then(|folder| control::holder(&folder, &name));
        if let Some(Ok(answers)) = client.map(|client| client.ask(&request)) {
            answers.for_each(drop);
        }
    });
}

/// Passes a session's events on: to the menu, to other programs, to whoever can answer a question.
struct Teller {
    host: String,
    began: Instant,
    phase: Mutex<Phase>,
    hub: Arc<Hub>,
    proxy: EventLoopProxy<Signal>,
    slots: Slots,
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
                lock(&self.slots).remove(&self.host);
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
