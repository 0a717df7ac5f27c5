//! One host being connected, and what it says from then on.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::super::event::{Asked, Errand, Signal};
use super::super::event_sender::Post;
use super::attached;
use super::{Slot, Slots, lock};
use crate::host_os::{Machine, Scope, runtime_folder};
use crate::ipc::{self, Claim, Client, Hub, Lease, Message, Request, Usual};
use crate::problem;
use crate::session::{self, Event, Goal, Order, Phase};

/// Called once the host has its control socket.
pub type Opened = Box<dyn FnOnce() + Send>;

/// One connection being made, and then held by its session's thread.
pub struct Opening {
    pub order: Order,
    /// Whether the browser is opened once it is ready.
    pub show: bool,
    pub browser: Option<String>,
    pub scope: Scope,
    pub post: Post,
    pub slots: Slots,
    pub opened: Option<Opened>,
}

impl Opening {
    pub fn run(mut self) {
        let host = self.order.host.name.clone();
        let (post, slots) = (self.post.clone(), Arc::clone(&self.slots));
        let opened = self.opened.take();
        let claim = runtime_folder().and_then(|folder| ipc::claim(&folder, &self.scope, &host));
        let result = match claim {
            Ok(Claim::Ours(lease)) => self.hold(lease, opened),
            Ok(Claim::Theirs(client)) => self.follow(client, opened),
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            lock(&slots).remove(&host);
            let problem = problem::no_control(&host, &error);
            say(&post, &host, &Event::Failed(problem));
        }
    }

    fn hold(self, lease: Lease, opened: Option<Opened>) -> std::io::Result<()> {
        let name = self.order.host.name.clone();
        let Goal::Open { page, .. } = self.order.goal.clone() else {
            return Ok(());
        };
        let hub = Arc::new(Hub::new(&name));
        let listening = lease.listening()?;
        let teller = Teller {
            host: name.clone(),
            began: Instant::now(),
            phase: Mutex::new(Phase::Resolving),
            hub: Arc::clone(&hub),
            post: self.post,
            slots: Arc::clone(&self.slots),
            lease: Mutex::new(Some(lease)),
        };
        // Locked until the handle is in its place: a session that fails at once takes it out again.
        let shows = self.show;
        let mut slots = lock(&self.slots);
        if let Some(Slot::Claiming { cancelled: true }) = slots.get(&name) {
            drop(slots);
            teller.tell(Event::Closed);
            return Ok(());
        }
        let machine = Arc::new(Machine::new(self.browser, self.scope));
        let (handle, _thread) =
            session::start(self.order, machine, move |event| teller.tell(event))?;
        slots.insert(name, Slot::Ours(handle.clone()));
        drop(slots);
        ipc::serve(listening, hub, handle, Usual { page, shows })?;
        if let Some(opened) = opened {
            opened();
        }
        Ok(())
    }

    /// Another program has the tunnel: it opens the tab, and this one shows what it says.
    fn follow(self, client: Client, opened: Option<Opened>) -> std::io::Result<()> {
        let name = &self.order.host.name;
        let messages = client.ask(&Request::Watch)?;
        let claiming = lock(&self.slots).insert(name.clone(), Slot::Theirs);
        let request = match claiming {
            Some(Slot::Claiming { cancelled: true }) => Request::Close,
            _ => Request::Open {
                browser: self.show,
                notebook: None,
            },
        };
        attached::ask(&self.scope, name, request);
        if let Some(opened) = opened {
            opened();
        }
        attached::hear(name, messages, &self.post, &self.slots);
        Ok(())
    }
}

/// Fetches what Jupyter printed on a host, by a login of its own: for a host without a tunnel.
pub fn fetch_log(order: Order, scope: &Scope, post: &Post) {
    let host = order.host.name.clone();
    let machine = Arc::new(Machine::new(None, scope.clone()));
    let (teller, name) = (post.clone(), host.clone());
    let tell = move |event| match event {
        Event::Log { path, text } => {
            let host = name.clone();
            teller.send(Signal::HostLog { host, path, text });
        }
        Event::Ask(question, reply) => {
            let host = name.clone();
            let asked = Asked::new(host, Errand::Log, question, reply);
            teller.send(Signal::Asked(asked));
        }
        Event::Failed(problem) => {
            teller.send(Signal::NoHostLog(name.clone(), problem));
        }
        _ => {}
    };
    if let Err(error) = session::start(order, machine, tell) {
        let problem = problem::local(&host, &error);
        post.send(Signal::NoHostLog(host, problem));
    }
}

/// Passes a session's events on: to the menu, to other programs, to whoever can answer a question.
struct Teller {
    host: String,
    began: Instant,
    phase: Mutex<Phase>,
    hub: Arc<Hub>,
    post: Post,
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
            self.post.send(Signal::Said(message));
        }
        if let Event::Ask(question, reply) = event {
            let host = self.host.clone();
            let asked = Asked::new(host, Errand::Tunnel, question, reply);
            self.post.send(Signal::Asked(asked));
        }
    }
}

/// Says an event of a host that has no session.
pub fn say(post: &Post, host: &str, event: &Event) {
    if let Some(message) = Message::of(event, host, 0, Phase::Failed) {
        post.send(Signal::Said(message));
    }
}
