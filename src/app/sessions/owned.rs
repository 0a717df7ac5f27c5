//! One host being connected, and what it says from then on.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use super::super::event::{AppEvent, PromptRequest, SessionLife, SessionPurpose};
use super::super::event_sender::EventSender;
use super::attached;
use super::slots::{SessionSlot, Slots, emit, lock};
use crate::host_os::{EndedPages, LocalHost, Scope, runtime_folder};
use crate::ipc::{self, Client, EventHook, HostLock, HostedSession, LockResult, Message, Request};
use crate::problem;
use crate::session::{Event, Goal, SessionRequest, Shared};

/// Called once the host has its control socket.
pub type OnHosted = Box<dyn FnOnce() + Send>;

/// One connection being made, and then held by its session's thread.
pub struct ConnectTask {
    pub order: SessionRequest,
    /// True if the browser is opened once the tunnel is ready.
    pub show: bool,
    pub browser: Option<String>,
    /// The user's command for events.
    pub on_event: Option<String>,
    pub scope: Scope,
    pub shared: Shared,
    pub sender: EventSender,
    pub slots: Slots,
    pub ended_pages: EndedPages,
    pub opened: Option<OnHosted>,
}

impl ConnectTask {
    pub fn run(self) {
        self.run_in(runtime_folder());
    }

    /// Without a socket there is no session either: it could be neither reached nor ended.
    fn run_in(mut self, folder: std::io::Result<PathBuf>) {
        let host = self.order.host.name.clone();
        let (sender, slots) = (self.sender.clone(), Arc::clone(&self.slots));
        let opened = self.opened.take();
        let claim = folder.and_then(|folder| ipc::acquire(&folder, &self.scope, &host));
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
        let machine = LocalHost::new(self.browser, self.scope).with_pages(self.ended_pages);
        let machine = Arc::new(machine);
        let hook = self.on_event.map(EventHook::new);
        let forward = forward_events(&name, self.sender, &self.slots, hook);
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

    /// Returns the request to another program that has the tunnel.
    pub fn request(&self) -> Request {
        let notebook = match &self.order.goal {
            Goal::Open { page, .. } => page.notebook.clone(),
            _ => None,
        };
        Request::Open {
            browser: self.show,
            notebook,
            unless_open: false,
        }
    }

    /// Another program has the tunnel: it opens the tab, and this one shows what it says.
    fn follow(self, client: Client, opened: Option<OnHosted>) -> std::io::Result<()> {
        let name = &self.order.host.name;
        let answers = client.ask(&Request::Watch)?;
        let claiming = lock(&self.slots).insert(name.clone(), SessionSlot::Attached);
        let request = match claiming {
            Some(SessionSlot::Locking { cancelled: true }) => Request::Close,
            _ => self.request(),
        };
        attached::ask(&self.scope, name, request, &self.sender);
        if let Some(opened) = opened {
            opened();
        }
        attached::relay_events(name, answers, &self.sender, &self.slots);
        Ok(())
    }
}

/// Returns the function that passes a session's events on: to the menu, and to the dialog that can
/// answer a prompt.
fn forward_events(
    host: &str,
    sender: EventSender,
    slots: &Slots,
    hook: Option<EventHook>,
) -> impl Fn(Event, Option<Message>) + Send + 'static {
    let (host, slots, life) = (host.to_owned(), Arc::clone(slots), SessionLife::default());
    move |event, message| {
        if let Some(message) = message {
            if let Some(hook) = &hook {
                hook.hear(&message);
            }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::config::Host;
    use crate::host_os::ConfigOptions;
    use crate::jupyter::Page;
    use crate::problem::Code;
    use std::time::Duration;

    fn scope() -> Scope {
        Scope::new("/c.toml".into(), ConfigOptions::default())
    }

    fn task(notebook: Option<&str>) -> ConnectTask {
        let page = Page {
            app: Host::named("h").app,
            notebook: notebook.map(str::to_owned),
        };
        let goal = Goal::Open { page, show: true };
        let order = SessionRequest::new(Host::named("h"), None, goal, Duration::from_secs(1));
        ConnectTask {
            order: order.unwrap(),
            show: true,
            browser: None,
            on_event: None,
            scope: scope(),
            shared: Shared::default(),
            sender: EventSender::new(|| true),
            slots: Slots::default(),
            ended_pages: EndedPages::default(),
            opened: None,
        }
    }

    #[test]
    fn a_notebook_to_start_again_with_is_asked_for_where_a_terminal_was_faster() {
        let request = Request::Open {
            browser: true,
            notebook: Some("a b.ipynb".into()),
            unless_open: false,
        };
        assert_eq!(task(Some("a b.ipynb")).request(), request);
    }

    #[test]
    fn without_a_socket_a_host_fails_in_its_place_and_nothing_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let lock = ipc::acquire(folder.path(), &scope(), "h").unwrap();
        let names = || folder.path().read_dir().unwrap().flatten();
        let file = names().next().unwrap().path();
        drop(lock);
        // Nothing can listen where a folder is.
        let blocking = file.with_extension("sock");
        std::fs::create_dir(&blocking).unwrap();

        let mut task = task(None);
        let (opened, is_open) = std::sync::mpsc::channel();
        task.opened = Some(Box::new(move || opened.send(()).unwrap()));
        let (slots, sender) = (Arc::clone(&task.slots), task.sender.clone());
        let locking = SessionSlot::Locking { cancelled: false };
        super::lock(&slots).insert("h".into(), locking);
        task.run_in(Ok(folder.path().to_owned()));

        assert!(super::lock(&slots).is_empty(), "a click tries again");
        assert!(is_open.recv().is_err(), "it has not opened");
        let events = sender.take();
        let [AppEvent::SessionMessage(message)] = events.as_slice() else {
            panic!("one failure, and no session: {events:?}")
        };
        assert!(message.is_end());
        assert_eq!(message.problem().unwrap().code, Code::Local);
        // Nor does it hold the host.
        std::fs::remove_dir(blocking).unwrap();
        let again = ipc::acquire(folder.path(), &scope(), "h").unwrap();
        assert!(matches!(again, LockResult::Acquired(_)));
    }
}
