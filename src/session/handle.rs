//! A session as other threads see it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use super::fsm::{Busy, FsmEvent, FsmInput, KernelCommand, LocalEvent, SessionCommand};
use crate::config::Forward;
use crate::jupyter::Page;
use crate::ssh::poll::Waker;

/// A running session, seen from other threads.
#[derive(Debug, Clone)]
pub struct Handle {
    inputs: mpsc::Sender<FsmInput>,
    waker: Waker,
    /// True if a job is waited for.
    waits: Arc<AtomicBool>,
}

impl Handle {
    /// The handle of a session that takes its inputs from that channel and is woken by `waker`.
    pub(super) fn new(inputs: mpsc::Sender<FsmInput>, waker: Waker) -> Self {
        Self {
            inputs,
            waker,
            waits: Arc::default(),
        }
    }

    /// Closes the tunnel; the server stays, and so does a job that waits for its turn.
    pub fn close(&self) {
        self.waker.cancel();
    }

    /// Gives up what is under way: as [`Handle::close`], but a job that waits is taken out of the
    /// queue, as with the schedulers' own interactive commands.
    pub fn cancel(&self) {
        if self.waits() {
            self.stop(Busy::Refuse);
        } else {
            self.close();
        }
    }

    /// Returns true while a job is waited for.
    pub(super) fn waits(&self) -> bool {
        self.waits.load(Ordering::SeqCst)
    }

    /// Notes if a job is waited for.
    pub(super) fn set_waits(&self, waits: bool) {
        self.waits.store(waits, Ordering::SeqCst);
    }

    /// Opens the page again.
    pub fn show(&self, page: Page) {
        self.send(SessionCommand::Show(page));
    }

    /// Opens the page, unless a browser has one open: [`Event::PageOpen`].
    pub fn show_unless_open(&self, page: Page) {
        self.send(SessionCommand::ShowUnlessOpen(page));
    }

    /// Stops the server.
    pub fn stop(&self, busy: Busy) {
        self.send(SessionCommand::Stop(busy));
    }

    /// Asks the scheduler to give the server's job that many seconds more: [`Event::Walltime`], or
    /// [`Event::Refused`].
    pub fn extend(&self, by: u64) {
        self.send(SessionCommand::Extend(by));
    }

    /// Keeps the server as long as if it had just been used: [`Event::Idle`], or [`Event::Refused`].
    pub fn keep(&self) {
        self.send(SessionCommand::Keep);
    }

    /// Reports that the local computer woke up or its network changed: an open connection has to
    /// answer within seconds, or counts as lost; a lost one is reconnected at once.
    pub fn check(&self) {
        self.send(FsmEvent::Local(LocalEvent::Check));
    }

    /// Connects a lost session again at once. The user wants it, and is prompted if the login needs that.
    pub fn try_now(&self) {
        self.send(FsmEvent::Local(LocalEvent::TryNow));
    }

    /// Interrupts a kernel, restarts it or shuts it down: [`Event::Kernels`] soon tells what became of it, or
    /// [`Event::Refused`] why it did not.
    pub fn act_on_kernel(&self, command: KernelCommand) {
        self.send(SessionCommand::Kernel(command));
    }

    /// Opens a further local port that leads there: [`Event::Ready`] again, with the forward among the others, or
    /// [`Event::Refused`].
    pub fn forward(&self, forward: Forward) {
        self.send(SessionCommand::Forward(forward));
    }

    /// Asks how busy the server's machine is, once the tunnel is open: [`Event::Usage`], or [`Event::Refused`].
    pub fn usage(&self) {
        self.send(SessionCommand::ReadUsage);
    }

    /// Requests the newest launch's log, once the tunnel is open: [`Event::Log`], or
    /// [`Event::Refused`].
    pub fn log(&self) {
        self.send(SessionCommand::ReadLog);
    }

    /// Gives the session a command or an event, and wakes it.
    pub(super) fn send(&self, input: impl Into<FsmInput>) {
        // A session that has ended has told so by its last event.
        let _ = self.inputs.send(input.into());
        self.waker.wake();
    }
}
