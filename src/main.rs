//! The binary: see `remote_jupyter::cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    remote_jupyter::cli::main()
}
