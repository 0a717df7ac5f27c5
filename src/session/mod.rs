//! One host's life, from a click to a tunnel and back.
//!
//! [`machine`] decides and does nothing; [`driver`] does and decides nothing. A session has a
//! thread of its own, which alone touches its SSH connection; the [`Handle`] speaks to it from any
//! other thread.

mod driver;
mod event;
mod forwards;
pub mod fsm;
mod job;
mod poll_coordinator;
mod prompter;
mod requests;
mod walltime;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use crate::config::Host;
use crate::jupyter::Page;
use crate::problem::Problem;
use crate::ssh::poll::{Poller, Waker};

pub use crate::jupyter::{Address, PageLogin};
pub use crate::scheduler::{Route, seconds};
pub use event::{Event, Forwarded, InspectReport, Phase, Ready, Reply, ServerInfo, Walltime};
use fsm::FsmEvent;
pub use fsm::{Busy, Goal};
pub use job::{JobInfo, time_words};
pub use walltime::WalltimeWarning;

/// Takes why a page was not shown after all, in words.
pub type Failed = Box<dyn FnOnce(String) + Send>;

/// What a session needs from the machine that it runs on.
pub trait SessionDelegate: Send + Sync {
    /// Opens a page in the browser. The token must not show in a process list. What fails later is told to `failed`, from
    /// any thread.
    ///
    /// # Errors
    /// In words, why the page could not be opened.
    fn show(&self, page: Address, failed: Failed) -> Result<(), String>;
    /// The local port that this host had the last time.
    fn remembered_port(&self, host: &str) -> Option<u16>;
    /// Remembers the local port.
    fn remember_port(&self, host: &str, port: u16);
    /// The route that led to this host's jobs the last time.
    fn remembered_route(&self, host: &str) -> Option<Route>;
    /// Remembers that route.
    fn remember_route(&self, host: &str, route: Route);
    /// What this host's person was told lastly about the time of its job.
    fn told(&self, host: &str) -> Option<WalltimeWarning>;
    /// Remembers that.
    fn remember_told(&self, host: &str, told: WalltimeWarning);
}

/// What a session is to do.
#[derive(Debug, Clone)]
pub struct SessionRequest {
    /// The host.
    pub host: Host,
    /// The ssh configuration file to use instead of the person's own.
    pub ssh_config: Option<std::path::PathBuf>,
    /// What for.
    pub goal: Goal,
    /// How long it may take until the tunnel stands, not counting the time of questions.
    pub timeout: Duration,
    /// How often to ask the server what goes on in it, for [`Event::Kernels`]; not at all if none.
    pub watch_kernels: Option<Duration>,
    /// How long a lost connection is tried to be made anew, while there is a network.
    pub patience: Duration,
}

impl SessionRequest {
    /// An order for a host.
    ///
    /// # Errors
    /// When the host's launcher is one that this version does not have.
    pub fn new(
        host: Host,
        ssh_config: Option<std::path::PathBuf>,
        goal: Goal,
        timeout: Duration,
    ) -> Result<Self, Problem> {
        Ok(Self {
            host,
            ssh_config,
            goal,
            timeout,
            watch_kernels: None,
            patience: PATIENCE,
        })
    }
}

/// How long a lost connection is tried to be made anew while this machine has a network. A server
/// that restarts is back within it; a page that was open finds its kernels again when it is
/// reloaded (`JupyterLab` itself stops trying after two minutes); and who comes to a laptop later
/// had better be told than see it trying for ever.
const PATIENCE: Duration = Duration::from_secs(600);

/// A running session, seen from other threads.
#[derive(Debug, Clone)]
pub struct Handle {
    inputs: mpsc::Sender<FsmEvent>,
    waker: Waker,
    /// Whether a job is waited for.
    waits: Arc<AtomicBool>,
}

impl Handle {
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

    fn waits(&self) -> bool {
        self.waits.load(Ordering::SeqCst)
    }

    fn set_waits(&self, waits: bool) {
        self.waits.store(waits, Ordering::SeqCst);
    }

    /// Opens the page again.
    pub fn show(&self, page: Page) {
        self.send(FsmEvent::Show(page));
    }

    /// Stops the server.
    pub fn stop(&self, busy: Busy) {
        self.send(FsmEvent::Stop(busy));
    }

    /// Asks the scheduler to give the server's job that many seconds more: [`Event::Walltime`], or
    /// [`Event::Refused`].
    pub fn extend(&self, by: u64) {
        self.send(FsmEvent::Extend(by));
    }

    /// Tells that the machine woke up or its network changed: a standing connection is to answer
    /// within seconds, or counts as lost; one that is being made anew is tried at once.
    pub fn check(&self) {
        self.send(FsmEvent::Check);
    }

    /// Asks for the newest launch's log, once the tunnel stands: [`Event::Log`], or
    /// [`Event::Refused`].
    pub fn log(&self) {
        self.send(FsmEvent::ReadLog);
    }

    fn send(&self, input: FsmEvent) {
        // A session that has ended has told so by its last event.
        let _ = self.inputs.send(input);
        self.waker.wake();
    }
}

/// Starts a session in a thread of its own. `events` is called from that thread; its last call is
/// [`Event::Failed`] or [`Event::Closed`].
///
/// # Errors
/// When the process has no file descriptors or threads left.
pub fn start(
    order: SessionRequest,
    surroundings: Arc<dyn SessionDelegate>,
    events: impl Fn(Event) + Send + 'static,
) -> std::io::Result<(Handle, std::thread::JoinHandle<()>)> {
    let poller = Poller::new()?;
    let (sender, inputs) = mpsc::channel();
    let handle = Handle {
        inputs: sender,
        waker: poller.waker(),
        waits: Arc::default(),
    };
    let own = handle.clone();
    let thread = std::thread::Builder::new()
        .name(format!("session {}", order.host.name))
        .spawn(move || driver::run(order, surroundings, events, poller, &inputs, own))?;
    Ok((handle, thread))
}
