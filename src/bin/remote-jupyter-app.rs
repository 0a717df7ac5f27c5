//! The menu-bar app, which `remote-jupyter` starts when no command is given.

use std::process::ExitCode;

use remote_jupyter::cli::{self, AppStart};

fn main() -> ExitCode {
    cli::main(AppStart::InProcess(remote_jupyter::app::run))
}
