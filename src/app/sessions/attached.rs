//! Tunnels that other programs of this account hold: shown here, and asked for everything.

use std::sync::Arc;

use super::super::event::AppEvent;
use super::super::event_sender::EventSender;
use super::slots::{SessionSlot, Slots, emit, lock};
use crate::host_os::{Scope, runtime_folder};
use crate::ipc::{self, Client, Request, Responses};
use crate::problem;
use crate::session::Event;

/// Asks the program that has a host, in a thread: its answers take as long as what they tell of,
/// and who follows it hears them anyway, unless it does not understand the request.
pub fn ask(scope: &Scope, name: &str, request: Request, sender: &EventSender) {
    let (scope, host, sender) = (scope.clone(), name.to_owned(), sender.clone());
    let ask = move || {
        let Some(Ok(mut answers)) = holder(&scope, &host).map(|client| client.ask(&request)) else {
            return;
        };
        let refused = answers.find_map(|message| message.misunderstood().cloned());
        if let Some(problem) = refused.or_else(|| answers.misunderstanding(&host)) {
            emit(&sender, &host, &Event::Refused(problem));
        }
    };
    spawn(&format!("ask {name}"), ask);
}

/// Follows a tunnel that this app had no part in, if there is one.
pub fn attach(scope: &Scope, host: &str, sender: &EventSender, slots: &Slots) {
    let (scope, name) = (scope.clone(), host.to_owned());
    let (sender, slots) = (sender.clone(), Arc::clone(slots));
    spawn(&format!("follow {host}"), move || {
        let answers = holder(&scope, &name).and_then(|client| client.ask(&Request::Watch).ok());
        let Some(answers) = answers else {
            return;
        };
        {
            let mut slots = lock(&slots);
            // A click was faster: it has found the same holder.
            if slots.contains_key(&name) {
                return;
            }
            slots.insert(name.clone(), SessionSlot::Attached);
        }
        relay_events(&name, answers, &sender, &slots);
    });
}

/// Passes on what the holder says, until its tunnel is gone.
pub fn relay_events(name: &str, mut answers: Responses, sender: &EventSender, slots: &Slots) {
    for message in answers.by_ref() {
        let ended = message.is_end();
        if ended {
            lock(slots).remove(name);
        }
        sender.send(AppEvent::SessionMessage(message));
        if ended {
            return;
        }
    }
    lock(slots).remove(name);
    let problem = answers.misunderstanding(name);
    let problem = problem.unwrap_or_else(|| problem::holder_gone(name));
    emit(sender, name, &Event::Failed(problem));
}

fn holder(scope: &Scope, name: &str) -> Option<Client> {
    ipc::holder(&runtime_folder().ok()?, scope, name)
}

/// A host whose program cannot be followed or asked stays as it is shown.
fn spawn(name: &str, work: impl FnOnce() + Send + 'static) {
    let builder = std::thread::Builder::new().name(name.to_owned());
    if let Err(error) = builder.spawn(work) {
        tracing::warn!(%error, "no thread to speak to another program");
    }
}
