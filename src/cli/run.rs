//! Runs one session to its end in this process, with prompts on the terminal.

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

use super::signals;
use crate::host_os::{LocalHost, terminal_prompt};
use crate::ipc::Message;
use crate::problem;
use crate::problem::Problem;
use crate::session::{self, Event, Handle, SessionRequest, Shared};

/// End of a session.
pub struct End {
    /// Why it failed, if it did.
    pub problem: Option<Problem>,
    /// True if a signal ended it.
    pub interrupted: bool,
}

/// An event of a session, with the message that other programs got of it, if any.
pub type Heard = (Event, Option<Message>);

/// Runs a session of which no other program hears, and passes its events to `hear`.
///
/// # Errors
/// When this process cannot run a session at all.
pub fn run(
    request: SessionRequest,
    shared: Shared,
    machine: LocalHost,
    mut hear: impl FnMut(&Event),
) -> Result<End, Problem> {
    let host = request.host.name.clone();
    let (sender, events) = channel();
    let pass_on = move |event| sender(event, None);
    let (handle, thread) = session::start(request, shared, Arc::new(machine), pass_on)
        .map_err(|error| problem::local(&host, &error))?;
    attend(&host, handle, thread, events, |event, _| hear(event))
}

/// Returns the way from a session's thread to this one.
///
/// It has no bound: a session keeps its connection alive while the user is asked something here,
/// and says a few dozen things at most until they answer.
pub fn channel() -> (impl Fn(Event, Option<Message>), mpsc::Receiver<Heard>) {
    let (sender, events) = mpsc::channel();
    let pass_on = move |event, message| {
        // The receiver lives until the last event.
        let _ = sender.send((event, message));
    };
    (pass_on, events)
}

/// Hears a session to its end: passes events to `hear`, asks the user on the terminal, and closes
/// the session at a signal.
///
/// # Errors
/// When signals cannot be handled.
pub fn attend(
    host: &str,
    handle: Handle,
    thread: JoinHandle<()>,
    events: mpsc::Receiver<Heard>,
    mut hear: impl FnMut(&Event, Option<&Message>),
) -> Result<End, Problem> {
    let signalled =
        signals::close_on_signal(handle).map_err(|error| problem::local(host, &error))?;
    let mut problem = None;
    for (event, message) in events {
        hear(&event, message.as_ref());
        match event {
            Event::Ask(prompt, reply) => terminal_prompt::ask(prompt, reply),
            Event::Failed(failure) => problem = Some(failure),
            _ => {}
        }
    }
    // The thread ends after its last event; a panic in it would have closed the channel early.
    let panicked = thread.join().is_err();
    terminal_prompt::restore_terminal();
    if panicked {
        problem = Some(problem::bug(host));
    }
    Ok(End {
        problem,
        interrupted: signalled.load(Ordering::SeqCst),
    })
}
