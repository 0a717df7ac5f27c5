//! The error of a destination that cannot be resolved.

use std::io;
use std::path::PathBuf;

use crate::i18n::say;

/// The reason why a destination could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The destination was refused before anything ran.
    #[error("{}", say!("resolve-bad", destination = quoted(destination), reason = reason))]
    BadDestination {
        /// What was given.
        destination: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A configuration file was named, but there is no `ssh` to read it.
    #[error("{}", say!("resolve-no-ssh", file = config.display().to_string(), destination = quoted(destination)))]
    NoSsh {
        /// What was to be resolved.
        destination: String,
        /// The configuration file.
        config: PathBuf,
    },
    /// `ssh` is there but would not start.
    #[error("{}", say!("resolve-not-started", program = program, destination = quoted(destination), why = source.to_string()))]
    NotStarted {
        /// What was to be resolved.
        destination: String,
        /// The program.
        program: String,
        /// What the system said.
        source: io::Error,
    },
    /// `ssh` did not answer in time, most likely since a command of `Match exec` hangs.
    #[error("{}", say!("resolve-slow", destination = quoted(destination)))]
    TimedOut {
        /// What was to be resolved.
        destination: String,
    },
    /// `ssh` refused the destination or its configuration.
    #[error("{}", say!("resolve-refused", destination = quoted(destination), message = message, bare = destination))]
    Refused {
        /// What was to be resolved.
        destination: String,
        /// What `ssh` said, on one line.
        message: String,
    },
    /// The answer lacks something, or is not what any known `ssh` prints.
    #[error("{}", say!("resolve-missing", destination = quoted(destination), option = quoted(option), bare = destination))]
    Unreadable {
        /// What was to be resolved.
        destination: String,
        /// The line that is missing or wrong.
        option: &'static str,
    },
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
