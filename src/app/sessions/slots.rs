//! The holder of each host's tunnel, as the app's threads share it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::super::event::AppEvent;
use super::super::event_sender::EventSender;
use crate::ipc::Message;
use crate::session::{Event, Handle, Phase};

/// The hosts that have a session, shared by the event loop and the sessions' threads.
pub type Slots = Arc<Mutex<HashMap<String, SessionSlot>>>;

/// Owner of a host's tunnel.
pub enum SessionSlot {
    /// Not known yet. A cancel by the user meanwhile is kept.
    Locking { cancelled: bool },
    /// A session of ours.
    Owned(Handle),
    /// Another program, which is asked for everything.
    Attached,
}

/// Locks the slots, also after a thread that had them panicked.
pub fn lock(slots: &Slots) -> MutexGuard<'_, HashMap<String, SessionSlot>> {
    slots.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says an event of a host that has no session.
pub fn emit(sender: &EventSender, host: &str, event: &Event) {
    // The phase counts for a refusal only, which is no end.
    if let Some(message) = Message::of(event, host, 0, Phase::Ready) {
        sender.send(AppEvent::SessionMessage(message));
    }
}
