//! Tunnels that other programs of this account hold: shown here, and asked for everything.

use std::sync::Arc;

use super::super::event::AppEvent;
use super::super::event_sender::EventSender;
use super::owned::say;
use super::{SessionSlot, Slots, lock};
use crate::host_os::{Scope, runtime_folder};
use crate::ipc::{self, Client, Message, Request};
use crate::problem;
use crate::session::{Event, Phase};

/// Asks the program that has a host, in a thread: its answers take as long as what they tell of,
/// and who follows it hears them anyway.
pub fn ask(scope: &Scope, name: &str, request: Request) {
    let (scope, name) = (scope.clone(), name.to_owned());
    std::thread::spawn(move || {
        if let Some(Ok(answers)) = holder(&scope, &name).map(|client| client.ask(&request)) {
            answers.for_each(drop);
        }
    });
}

/// Follows a tunnel that this app had no part in, if there is one.
pub fn attach(scope: &Scope, name: &str, sender: &EventSender, slots: &Slots) {
    let (scope, name) = (scope.clone(), name.to_owned());
    let (sender, slots) = (sender.clone(), Arc::clone(slots));
    std::thread::spawn(move || {
        let messages = holder(&scope, &name).and_then(|client| client.ask(&Request::Watch).ok());
        let Some(messages) = messages else {
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
        relay_events(&name, messages, &sender, &slots);
    });
}

/// Passes on what the holder says, until its tunnel is gone.
pub fn relay_events(
    name: &str,
    messages: impl Iterator<Item = Message>,
    sender: &EventSender,
    slots: &Slots,
) {
    for message in messages {
        let ended = matches!(message.phase, Phase::Failed | Phase::Closed);
        if ended {
            lock(slots).remove(name);
        }
        sender.send(AppEvent::SessionMessage(message));
        if ended {
            return;
        }
    }
    lock(slots).remove(name);
    say(sender, name, &Event::Failed(problem::holder_gone(name)));
}

fn holder(scope: &Scope, name: &str) -> Option<Client> {
    ipc::holder(&runtime_folder().ok()?, scope, name)
}
