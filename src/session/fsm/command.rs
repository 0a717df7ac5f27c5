//! Commands to a session, and the input of its state machine: a command or an event.

use super::event::FsmEvent;
use super::types::Busy;
use crate::config::Forward;
use crate::jupyter::{KernelAction, Page};

/// Command of a user, or of a program that acts for one.
#[derive(Debug)]
pub enum SessionCommand {
    /// Begin with the goal of the plan.
    Begin,
    /// Show the page (again).
    Show(Page),
    /// Show the page, unless a browser has one open.
    ShowUnlessOpen(Page),
    /// Stop the server, or take a waiting job out of the queue.
    Stop(Busy),
    /// Give the server's job that many seconds more.
    Extend(u64),
    /// Keep the server as long as if it had just been used.
    Keep,
    /// Fetch the log, while the tunnel is open or a job waits.
    ReadLog,
    /// Look how busy the server's machine is, while the tunnel is open.
    ReadUsage,
    /// Do something with one kernel.
    Kernel(KernelCommand),
    /// Open a further local port that leads there.
    Forward(Forward),
    /// Close the tunnel.
    Close,
}

/// A command that concerns one kernel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KernelCommand {
    /// The kernel's id.
    pub id: String,
    /// The action.
    pub action: KernelAction,
}

/// Input of the state machine.
#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "most inputs are events, and one is handled at a time"
)]
pub enum FsmInput {
    /// Something that a user wants.
    Command(SessionCommand),
    /// Something that happened.
    Event(FsmEvent),
}

impl From<SessionCommand> for FsmInput {
    fn from(command: SessionCommand) -> Self {
        Self::Command(command)
    }
}

impl From<FsmEvent> for FsmInput {
    fn from(event: FsmEvent) -> Self {
        Self::Event(event)
    }
}
