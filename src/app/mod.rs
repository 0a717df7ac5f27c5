//! The menu-bar face: an event loop that owns the tray and never waits, and one session per host.
//!
//! What the menu says is a pure function of the model ([`menu`]); what a click does is decided by
//! the model ([`model`]); [`tray`] only carries the one to the screen.

mod icon;
mod menu;
mod model;
mod notify;
mod outside;
mod sessions;
mod tray;

use std::time::{Duration, Instant};

use tao::event::{Event as LoopEvent, StartCause};
use tao::event_loop::{ControlFlow, EventLoop, EventLoopBuilder, EventLoopProxy};

use crate::config::{Config, ConfigErrors};
use crate::control::{Lease, Message};
use crate::explain;
use crate::platform::Here;
use crate::platform::desktop::Desktop;
use crate::problem::Problem;
use model::{Action, Model};
use sessions::Sessions;
use tray::Tray;

/// How long sessions get to close when the person quits.
const QUIT_PATIENCE: Duration = Duration::from_secs(4);

/// What reaches the event loop from other threads.
#[derive(Debug)]
pub enum Signal {
    /// A session said something.
    Said(Message),
    /// A menu entry was chosen.
    Chosen(String),
    /// The app was started once more.
    Summoned,
    /// The configuration's file was read again.
    Configured(Result<Box<Config>, ConfigErrors>),
}

/// Everything that the event loop's thread owns.
struct App {
    model: Model,
    sessions: Sessions,
    tray: Option<Tray>,
    quit_by: Option<Instant>,
    open_at_start: Vec<String>,
    /// Dropped when the app ends: until then it is the only one.
    lease: Option<Lease>,
}

/// Runs the app until the person quits: the process ends with it. It returns only when another
/// app runs already, which then opens its usual host.
///
/// # Errors
/// When the programs of this account cannot speak to each other.
pub fn run(config: Config, ssh_config: Option<std::path::PathBuf>) -> Result<u8, Problem> {
    let failed = |error: std::io::Error| explain::no_control("the app", &error);
    let Some(lease) = outside::claim().map_err(failed)? else {
        eprintln!("Remote Jupyter is running already: its icon is in the menu bar.");
        return Ok(0);
    };
    let mut events: EventLoop<Signal> = EventLoopBuilder::with_user_event().build();
    Here.prepare(&mut events);
    let proxy = events.create_proxy();
    listen_to_menu(&proxy);
    let listening = lease.listening().map_err(failed)?;
    outside::listen(listening, proxy.clone()).map_err(failed)?;
    outside::quit_on_signal(proxy.clone()).map_err(failed)?;
    outside::watch(&config, proxy.clone()).map_err(failed)?;
    let mut app = App {
        model: Model::new(&config.hosts),
        open_at_start: config.open_at_start.clone(),
        sessions: Sessions::new(config, ssh_config, proxy),
        tray: None,
        quit_by: None,
        lease: Some(lease),
    };
    events.run(move |event, _, flow| {
        match event {
            // Not earlier: macOS has no status bar before the loop runs.
            LoopEvent::NewEvents(StartCause::Init) => app.begin(),
            LoopEvent::UserEvent(signal) => app.take(signal),
            _ => {}
        }
        *flow = app.flow();
    })
}

fn listen_to_menu(proxy: &EventLoopProxy<Signal>) {
    let proxy = proxy.clone();
    muda::MenuEvent::set_event_handler(Some(move |event: muda::MenuEvent| {
        // The loop is gone when the app quits.
        let _ = proxy.send_event(Signal::Chosen(event.id.0));
    }));
}

impl App {
    fn begin(&mut self) {
        match Tray::new(&menu::entries(&self.model), self.model.mood()) {
            Ok(tray) => self.tray = Some(tray),
            Err(error) => {
                eprintln!("remote-jupyter: there is no place for a tray icon here: {error}");
                self.lease.take();
                std::process::exit(1);
            }
        }
        for host in std::mem::take(&mut self.open_at_start) {
            self.choose(&format!("host {host}"));
        }
        self.show();
    }

    fn take(&mut self, signal: Signal) {
        match signal {
            Signal::Said(message) => {
                if self.model.hear(&message) {
                    notify::tell(&message);
                }
            }
            Signal::Chosen(id) => self.choose(&id),
            Signal::Summoned => {
                if let Some(host) = self.sessions.usual_host() {
                    self.choose(&format!("host {host}"));
                }
            }
            Signal::Configured(Ok(config)) => {
                self.model.reconfigure(&config.hosts);
                self.sessions.reconfigure(*config);
            }
            Signal::Configured(Err(errors)) => {
                let first = errors
                    .0
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                let line = first.lines().next().unwrap_or_default();
                self.model.complain(line.to_owned());
            }
        }
        self.show();
    }

    fn choose(&mut self, id: &str) {
        if let Some(action) = self.model.choose(id) {
            self.act(action);
        }
    }

    fn show(&mut self) {
        if let Some(tray) = &mut self.tray {
            tray.show(&menu::entries(&self.model), self.model.mood());
        }
    }

    fn act(&mut self, action: Action) {
        match action {
            Action::Open(host) => self.sessions.open(&host),
            Action::Show(host) => self.sessions.show(&host),
            Action::Close(host) => self.sessions.close(&host),
            Action::Stop(host) => self.sessions.stop(&host),
            Action::EditConfiguration => self.sessions.edit_configuration(),
            Action::Quit => {
                self.sessions.close_all();
                self.quit_by = Some(Instant::now() + QUIT_PATIENCE);
            }
        }
    }

    fn flow(&mut self) -> ControlFlow {
        let Some(by) = self.quit_by else {
            return ControlFlow::Wait;
        };
        if self.sessions.is_any_ours() && Instant::now() < by {
            return ControlFlow::WaitUntil(by);
        }
        // The process ends without dropping anything.
        self.lease.take();
        ControlFlow::Exit
    }
}
