//! The menu-bar face: an event loop that owns the tray and never waits, and one session per host.
//!
//! What the menu says is a pure function of the model ([`menu`]); what a click does is decided by
//! the model ([`model`]); [`tray`] only carries the one to the screen.

mod icon;
mod menu;
mod model;
mod notify;
mod sessions;
mod tray;

use std::time::{Duration, Instant};

use tao::event::{Event as LoopEvent, StartCause};
use tao::event_loop::{ControlFlow, EventLoop, EventLoopBuilder, EventLoopProxy};

use crate::config::Config;
use crate::control::Message;
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
}

/// Everything that the event loop's thread owns.
struct App {
    model: Model,
    sessions: Sessions,
    tray: Option<Tray>,
    quit_by: Option<Instant>,
}

/// Runs the app until the person quits; it does not return.
pub fn run(config: Config, ssh_config: Option<std::path::PathBuf>) -> ! {
    let mut events: EventLoop<Signal> = EventLoopBuilder::with_user_event().build();
    accessory(&mut events);
    let proxy = events.create_proxy();
    listen_to_menu(&proxy);
    let mut app = App {
        model: Model::new(&config.hosts),
        sessions: Sessions::new(config, ssh_config, proxy),
        tray: None,
        quit_by: None,
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

/// No Dock icon, and no focus taken.
#[cfg(target_os = "macos")]
fn accessory(events: &mut EventLoop<Signal>) {
    use tao::platform::macos::{ActivationPolicy, EventLoopExtMacOS};
    events.set_activation_policy(ActivationPolicy::Accessory);
    events.set_activate_ignoring_other_apps(false);
}

#[cfg(not(target_os = "macos"))]
fn accessory(_: &mut EventLoop<Signal>) {}

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
                std::process::exit(1);
            }
        }
    }

    fn take(&mut self, signal: Signal) {
        match signal {
            Signal::Said(message) => {
                notify::tell(&message);
                self.model.hear(&message);
            }
            Signal::Chosen(id) => {
                if let Some(action) = self.model.choose(&id) {
                    self.act(action);
                }
            }
        }
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

    fn flow(&self) -> ControlFlow {
        match self.quit_by {
            None => ControlFlow::Wait,
            Some(_) if !self.model.is_any_active() => ControlFlow::Exit,
            Some(by) if Instant::now() >= by => ControlFlow::Exit,
            Some(by) => ControlFlow::WaitUntil(by),
        }
    }
}
