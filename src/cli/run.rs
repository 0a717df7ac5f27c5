//! Runs one session to its end in this process, with questions on the terminal.

use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};

use super::signals;
use crate::host_os::{LocalHost, terminal_prompt};
use crate::problem;
use crate::problem::Problem;
use crate::session::{self, Event, Handle, SessionRequest};

/// How a session ended.
pub struct End {
    /// Why it failed, if it did.
    pub problem: Option<Problem>,
    /// Whether a signal ended it.
    pub interrupted: bool,
}

/// Starts a session, hands its handle to `started`, its events to `hear`, and waits for its end.
///
/// # Errors
/// When this process cannot run a session at all.
pub fn run(
    order: SessionRequest,
    machine: LocalHost,
    started: impl FnOnce(&Handle) -> std::io::Result<()>,
    mut hear: impl FnMut(&Event),
) -> Result<End, Problem> {
    let host = order.host.name.clone();
    let local = |error: std::io::Error| problem::local(&host, &error);
    let (sender, events) = mpsc::channel();
    let machine = Arc::new(machine);
    let tell = move |event| {
        // The receiver lives until the last event.
        let _ = sender.send(event);
    };
    let (handle, thread) = session::start(order, machine, tell).map_err(local)?;
    let signalled = signals::close_on_signal(handle.clone()).map_err(local)?;
    started(&handle).map_err(local)?;
    let mut problem = None;
    for event in events {
        hear(&event);
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
        problem = Some(problem::bug(&host));
    }
    Ok(End {
        problem,
        interrupted: signalled.load(Ordering::SeqCst),
    })
}
