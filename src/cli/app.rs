//! Starts the menu-bar app, or sends a request to the one that runs.

use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::context::Context;
use super::outcome::CommandOutcome;
use crate::config::{Config, ConfigErrors};
use crate::host_os::{APP_PROGRAM, Scope};
use crate::ipc::AppRequest;
use crate::problem;

/// Way in which this executable starts the app.
#[derive(Clone, Copy)]
pub enum AppStart {
    /// The app is part of it.
    InProcess(fn(Result<Config, ConfigErrors>, Scope, &AppRequest) -> CommandOutcome),
    /// The app is an executable of its own beside it, [`APP_PROGRAM`]: on Linux the toolkit's libraries take
    /// 20 ms and 13 MB, which no command needs.
    Sibling,
}

impl AppStart {
    /// Runs the app until the user quits.
    pub(super) fn run(self, context: &Context, request: &AppRequest) -> CommandOutcome {
        match self {
            Self::InProcess(run) => run(context.try_config()?, context.scope().clone(), request),
            Self::Sibling => become_app(),
        }
    }
}

/// Replaces this process by the app's, with the same arguments.
fn become_app() -> CommandOutcome {
    let program = std::env::current_exe().and_then(|program| program.canonicalize());
    let program = program.map_err(|error| problem::no_app(Path::new(APP_PROGRAM), &error))?;
    let program = program.with_file_name(APP_PROGRAM);
    let error = Command::new(&program)
        .args(std::env::args_os().skip(1))
        .exec();
    Err(problem::no_app(&program, &error))
}
