//! One host's life, from a click to a tunnel and back.
//!
//! [`fsm`] decides and does nothing; [`driver`] does and decides nothing. A session has a
//! thread of its own, which alone touches its SSH connection; the [`Handle`] speaks to it from any
//! other thread.

mod cell_done;
mod delegate;
mod driver;
mod event;
mod forwards;
pub mod fsm;
mod handle;
mod idle_time;
mod job;
mod loss;
mod poll_coordinator;
mod prompter;
mod requests;
mod session_request;
mod shared;
mod types;
mod usage;
mod wait_range;
mod walltime;

use std::sync::{Arc, mpsc};

use crate::ssh::poll::Poller;

pub use crate::jupyter::{Address, PageLogin};
pub use crate::remote::{Gpu, KernelMemory, Listener, MemoryUse, NodeUsage, OwnShare};
pub use crate::scheduler::{HostChoices, QueueChoice, Route, seconds};
pub use crate::tunnel::{BoundListener, listen};
pub use cell_done::CellDone;
pub use delegate::{OnFailed, SessionDelegate};
pub use event::{Event, Phase, Reply};
pub use fsm::{Busy, Goal, KernelCommand};
pub use handle::Handle;
pub use idle_time::IdleTime;
pub use job::{elapsed, time_of_day, time_words};
pub use session_request::SessionRequest;
pub use shared::Shared;
pub use types::{Forwarded, InspectReport, JobInfo, LastEnd, Loss, Ready, ServerInfo, Walltime};
pub use usage::{listener_line, listener_lines, size, usage_brief, usage_lines, usage_title};
pub use wait_range::{PastWait, WaitRange};
pub use walltime::WalltimeWarning;

/// Starts a session in a thread of its own. `events` is called from that thread; its last call is
/// [`Event::Failed`] or [`Event::Closed`].
///
/// # Errors
/// When the process has no file descriptors or threads left.
pub fn start(
    order: SessionRequest,
    shared: Shared,
    surroundings: Arc<dyn SessionDelegate>,
    events: impl Fn(Event) + Send + 'static,
) -> std::io::Result<(Handle, std::thread::JoinHandle<()>)> {
    let poller = Poller::new()?;
    // No bound: users and requests send a few inputs, and none of them may wait for a session that
    // connects.
    let (sender, inputs) = mpsc::channel();
    let handle = Handle::new(sender, poller.waker());
    let own = handle.clone();
    let thread = std::thread::Builder::new()
        .name(format!("session {}", order.host.name))
        .spawn(move || driver::run(order, shared, surroundings, events, poller, &inputs, own))?;
    Ok((handle, thread))
}
