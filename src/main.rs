//! The command: see `remote_jupyter::cli`. On a Mac it is the app too, for a bundle has one executable.

use std::process::ExitCode;

use remote_jupyter::cli::{self, AppStart};

#[cfg(all(feature = "app", target_os = "macos"))]
const APP: AppStart = AppStart::InProcess(remote_jupyter::app::run);
#[cfg(not(all(feature = "app", target_os = "macos")))]
const APP: AppStart = AppStart::Sibling;

fn main() -> ExitCode {
    cli::main(APP)
}
