//! The menu-bar face: an event loop that owns the tray and never waits, and one session per host.
//!
//! What the menu says is a pure function of the model ([`menu`]); what a click does is decided by
//! the model ([`model`]); [`tray`] only carries the one to the screen.

#[expect(
    clippy::module_inception,
    reason = "the folder is the menu-bar app, the file its type `App`"
)]
mod app;
mod config_watcher;
pub(crate) mod deep_link;
mod diagnostics;
mod effect;
mod event;
mod event_sender;
mod file_watcher;
mod journal;
mod logging;
pub(crate) mod menu_action;
mod model;
mod os_actions;
mod prompts;
mod renderer;
#[cfg(test)]
mod samples;
mod sessions;
mod single_instance;
mod timer;
mod tray;
mod unix_signals;
pub(crate) mod updates;
mod view;

use std::rc::Rc;

use tao::event::{Event as LoopEvent, StartCause};
use tao::event_loop::{EventLoop, EventLoopBuilder};

use crate::config::{Config, ConfigErrors};
use crate::desktop::{Desktop, NativeDesktop};
use crate::host_os::Scope;
use crate::ipc::AppRequest;
use crate::problem;
use crate::problem::Problem;
use app::App;
use event::AppEvent;
use event_sender::{EventSender, Wakeup};
use menu_action::{HostAction, MenuAction};

pub use logging::log_to_file;

/// Runs the app until the user quits: the process ends with it. It returns only if another app runs
/// already, which then does what `request` says. With a configuration that has mistakes the app runs
/// without hosts, says so, and goes on once they are corrected.
///
/// # Errors
/// When there is no screen, or when the programs of this account cannot speak to each other, or do
/// not understand each other.
pub fn run(
    config: Result<Config, ConfigErrors>,
    scope: Scope,
    request: &AppRequest,
) -> Result<u8, Problem> {
    if !NativeDesktop.has_screen() {
        return Err(problem::no_display());
    }
    let failed = |error: std::io::Error| problem::no_control(&single_instance::words(), &error);
    let Some(host_lock) = single_instance::acquire(&scope, request)? else {
        eprintln!("{}", crate::i18n::fl!("app-runs-already"));
        return Ok(0);
    };
    let mut events: EventLoop<Wakeup> = EventLoopBuilder::with_user_event().build();
    let desktop = Rc::new(NativeDesktop);
    desktop.prepare(&mut events);
    let event_loop = events.create_proxy();
    let sender = EventSender::new(move || event_loop.send_event(Wakeup).is_ok());
    let listening = host_lock.listening().map_err(failed)?;
    single_instance::listen(listening, sender.clone()).map_err(failed)?;
    unix_signals::quit_on_signal(sender.clone()).map_err(failed)?;
    let path = scope.config_file().to_owned();
    config_watcher::watch(path, scope.clone(), sender.clone()).map_err(failed)?;
    if let AppRequest::DeepLink { url } = request {
        deep_link::open(url, &sender);
    }
    open_hosts_of_earlier_runs(&desktop, sender.clone());
    let desktop_of_app = Rc::clone(&desktop);
    let mut app =
        App::new(desktop_of_app, config, scope, sender.clone(), host_lock).map_err(failed)?;
    events.run(move |event, _, flow| {
        match event {
            // Not earlier: macOS has no status bar before the loop runs.
            LoopEvent::NewEvents(StartCause::Init) => app.begin(),
            LoopEvent::UserEvent(Wakeup) => app.handle_all(sender.take()),
            // May come before the loop's first turn: the event is queued until then.
            LoopEvent::Opened { urls } => {
                for url in &urls {
                    deep_link::open(url.as_str(), &sender);
                }
            }
            LoopEvent::Reopen { .. } => {
                let sender = sender.clone();
                desktop.reopened(Box::new(move || {
                    sender.send(AppEvent::SecondLaunch);
                }));
            }
            // After a quit of our own, and where the system ends the app: it waits for this call.
            LoopEvent::LoopDestroyed => app.end(),
            _ => {}
        }
        *flow = app.flow();
    })
}

/// Opens the host of a clicked notification that was posted before this run, as an address of ours would.
fn open_hosts_of_earlier_runs(desktop: &NativeDesktop, sender: EventSender) {
    desktop.on_earlier_notification(Box::new(move |host| {
        let open = MenuAction::host(&host, HostAction::Open);
        sender.send(AppEvent::DeepLink(open));
    }));
}
