//! The outcome of a command.

use crate::problem::Problem;

/// An exit code, or a failure that is explained to the user and has its own.
pub type CommandOutcome = Result<u8, Problem>;
