//! Starts the menu-bar app, or sends a request to the one that runs.

use super::context::Context;
use super::outcome::CommandOutcome;
use crate::ipc::AppRequest;
use crate::problem;

#[cfg(feature = "app")]
pub fn run(context: &Context, request: &AppRequest) -> CommandOutcome {
    use crate::desktop::Desktop;

    if !crate::desktop::NativeDesktop.has_screen() {
        return Err(problem::no_display());
    }
    crate::app::run(context.config()?, context.scope().clone(), request)
}

#[cfg(not(feature = "app"))]
pub fn run(_: &Context, _: &AppRequest) -> CommandOutcome {
    Err(problem::no_app())
}
