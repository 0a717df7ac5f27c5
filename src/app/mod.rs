//! The menu-bar face: an event loop that owns the tray and never waits, and one session per host.
//!
//! What the menu says is a pure function of the model ([`menu`]); what a click does is decided by
//! the model ([`model`]); [`tray`] only carries the one to the screen.

mod clock;
mod desk;
mod diagnostics;
mod following;
mod icon;
mod log;
mod menu;
mod model;
mod news;
mod opening;
mod outside;
mod post;
mod questions;
#[cfg(test)]
mod samples;
mod screen;
mod sessions;
mod signal;
mod state;
mod tray;
mod updates;
mod url;

use tao::event::{Event as LoopEvent, StartCause};
use tao::event_loop::{EventLoop, EventLoopBuilder};

use crate::config::Config;
use crate::control::AppRequest;
use crate::explain;
use crate::platform::desktop::Desktop;
use crate::platform::{Here, Scope};
use crate::problem::Problem;
use post::{Post, Wake};
use signal::Signal;
use state::App;

pub use log::log_to_file;

/// Runs the app until the person quits: the process ends with it. It returns only when another
/// app runs already, which then does what `request` says.
///
/// # Errors
/// When the programs of this account cannot speak to each other.
pub fn run(config: Config, scope: Scope, request: &AppRequest) -> Result<u8, Problem> {
    let failed = |error: std::io::Error| explain::no_control("the app", &error);
    let Some(lease) = outside::claim(&scope, request).map_err(failed)? else {
        eprintln!("{}", crate::words::say!("app-runs-already"));
        return Ok(0);
    };
    let mut events: EventLoop<Wake> = EventLoopBuilder::with_user_event().build();
    Here.prepare(&mut events);
    let post = Post::new(events.create_proxy());
    listen_to_menu(&post);
    let listening = lease.listening().map_err(failed)?;
    outside::listen(listening, post.clone()).map_err(failed)?;
    outside::quit_on_signal(post.clone()).map_err(failed)?;
    outside::watch(config.path.clone(), scope.clone(), post.clone()).map_err(failed)?;
    if let AppRequest::Visit { url } = request {
        outside::visit(url, &post);
    }
    let mut app = App::new(config, scope, post.clone(), lease).map_err(failed)?;
    events.run(move |event, _, flow| {
        match event {
            // Not earlier: macOS has no status bar before the loop runs.
            LoopEvent::NewEvents(StartCause::Init) => app.begin(),
            LoopEvent::UserEvent(Wake) => app.take(post.take()),
            // May come before the loop's first turn: what it asks for waits in the post.
            LoopEvent::Opened { urls } => {
                for url in &urls {
                    outside::visit(url.as_str(), &post);
                }
            }
            LoopEvent::Reopen { .. } => {
                post.send(Signal::Summoned);
            }
            _ => {}
        }
        *flow = app.flow();
    })
}

fn listen_to_menu(post: &Post) {
    let post = post.clone();
    muda::MenuEvent::set_event_handler(Some(move |event: muda::MenuEvent| {
        post.send(Signal::Chosen(event.id.0));
    }));
}
