//! A session of the library in this process, as the app has one.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use remote_jupyter::config::Host;
use remote_jupyter::ipc::Message;
use remote_jupyter::jupyter::Page;
use remote_jupyter::session::{
    self, Address, Event, Goal, Handle, OnFailed, Phase, Reply, Route, SessionDelegate,
    SessionRequest, Shared, WalltimeWarning,
};
use serde_json::Value;

use super::client::Client;
use super::process::PATIENCE;

/// Dropping it closes it.
pub struct Live {
    pub handle: Handle,
    events: Receiver<Event>,
    visits: Arc<Visits>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// How often a page was shown.
#[derive(Default)]
struct Visits {
    count: AtomicUsize,
    port: Mutex<Option<u16>>,
    told: Mutex<Option<WalltimeWarning>>,
}

impl SessionDelegate for Visits {
    fn show(&self, _page: Address, _failed: OnFailed) -> Result<(), String> {
        self.count.fetch_add(1, Ordering::SeqCst);
        Ok(())
    }

    fn remembered_port(&self, _host: &str) -> Option<u16> {
        *self.port.lock().unwrap()
    }

    fn remember_port(&self, _host: &str, port: u16) {
        *self.port.lock().unwrap() = Some(port);
    }

    fn remembered_route(&self, _host: &str) -> Option<Route> {
        None
    }

    fn remember_route(&self, _host: &str, _route: Route) {}

    fn told(&self, _host: &str) -> Option<WalltimeWarning> {
        self.told.lock().unwrap().clone()
    }

    fn remember_told(&self, _host: &str, told: WalltimeWarning) {
        *self.told.lock().unwrap() = Some(told);
    }
}

impl Live {
    /// Opens `test`, with the browser, in a process of its own as it were.
    pub fn open(client: &Client, change: impl FnOnce(&mut SessionRequest)) -> Self {
        Self::open_beside(client, &Shared::default(), change)
    }

    /// The same in the process that has `shared`.
    pub fn open_beside(
        client: &Client,
        shared: &Shared,
        change: impl FnOnce(&mut SessionRequest),
    ) -> Self {
        let goal = Goal::Open {
            page: Page::default(),
            show: true,
        };
        let config = Some(client.path("ssh_config"));
        let mut order = SessionRequest::new(Host::named("test"), config, goal, PATIENCE).unwrap();
        change(&mut order);
        let (send, events) = channel();
        let visits = Arc::new(Visits::default());
        let tell = move |event| {
            let _ = send.send(event);
        };
        let (handle, thread) = session::start(order, shared.clone(), visits.clone(), tell).unwrap();
        Self {
            handle,
            events,
            visits,
            thread: Some(thread),
        }
    }

    /// How often the browser was opened.
    pub fn visits(&self) -> usize {
        self.visits.count.load(Ordering::SeqCst)
    }

    /// The next event that is wanted; fails when another end comes before it, or nothing in time.
    pub fn wait<T>(
        &self,
        what: &str,
        patience: Duration,
        wanted: impl Fn(&Event) -> Option<T>,
    ) -> T {
        let deadline = Instant::now() + patience;
        let mut seen = Vec::new();
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let Ok(event) = self.events.recv_timeout(left) else {
                panic!("no {what} within {patience:?}, but {seen:#?}");
            };
            if let Some(found) = wanted(&event) {
                return found;
            }
            let is_end = matches!(event, Event::Failed(_) | Event::Closed);
            seen.push(event);
            assert!(!is_end, "no {what}, but {seen:#?}");
        }
    }

    /// The `ready` event, as `--json` has it.
    pub fn wait_ready(&self) -> Value {
        self.wait("ready", PATIENCE, |event| {
            let is_ready = matches!(event, Event::Ready(_));
            let message = Message::of(event, "test", 0, Phase::Ready).filter(|_| is_ready);
            message.map(|message| serde_json::to_value(message).unwrap())
        })
    }

    /// The reply to a question, if one was asked by now.
    pub fn take_question(&self) -> Option<Reply> {
        self.events.try_iter().find_map(|event| match event {
            Event::Ask(_, reply) => Some(reply),
            _ => None,
        })
    }

    /// Waits until the loss is noticed, and says how long that took.
    pub fn wait_lost(&self, patience: Duration) -> Duration {
        let began = Instant::now();
        self.wait("reconnecting", patience, |event| {
            matches!(event, Event::Phase(Phase::Reconnecting)).then_some(())
        });
        began.elapsed()
    }

    /// The failure that ends it.
    pub fn wait_failed(&self, patience: Duration) -> remote_jupyter::problem::Problem {
        self.wait("failure", patience, |event| match event {
            Event::Failed(problem) => Some(problem.clone()),
            _ => None,
        })
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.handle.close();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}
