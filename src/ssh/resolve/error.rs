//! The error of a destination that cannot be resolved.

use std::io;
use std::path::PathBuf;

use crate::i18n::fl;

/// The reason why a destination could not be resolved.
#[derive(Debug, thiserror::Error)]
pub enum ResolveError {
    /// The destination was refused before anything ran.
    #[error("{}", fl!("resolve-bad", destination = quoted(destination), reason = reason))]
    BadDestination {
        /// The destination as given.
        destination: String,
        /// Description of the fault.
        reason: String,
    },
    /// A configuration file was named, but there is no `ssh` to read it.
    #[error("{}", fl!("resolve-no-ssh", file = config.display().to_string(), destination = quoted(destination)))]
    NoSsh {
        /// Destination to resolve.
        destination: String,
        /// The configuration file.
        config: PathBuf,
    },
    /// Other accounts can change the configuration file that was named.
    #[error("{}", fl!("resolve-open-to-others", file = config.display().to_string(), destination = quoted(destination)))]
    OpenToOthers {
        /// Destination to resolve.
        destination: String,
        /// The configuration file.
        config: PathBuf,
        /// The command that takes that from them.
        command: String,
    },
    /// `ssh` is there but would not start.
    #[error("{}", fl!("resolve-not-started", program = program, destination = quoted(destination), why = source.to_string()))]
    NotStarted {
        /// Destination to resolve.
        destination: String,
        /// The program.
        program: String,
        /// Error of the operating system.
        source: io::Error,
    },
    /// `ssh` did not answer in time, most likely since a command of `Match exec` hangs.
    #[error("{}", fl!("resolve-slow", destination = quoted(destination)))]
    TimedOut {
        /// Destination to resolve.
        destination: String,
    },
    /// `ssh` refused the destination or its configuration.
    #[error("{}", fl!("resolve-refused", destination = quoted(destination), message = message, bare = destination))]
    Refused {
        /// Destination to resolve.
        destination: String,
        /// Message of `ssh`, on one line.
        message: String,
    },
    /// The answer lacks something, or is not what any known `ssh` prints.
    #[error("{}", fl!("resolve-missing", destination = quoted(destination), option = quoted(option), bare = destination))]
    Unreadable {
        /// Destination to resolve.
        destination: String,
        /// The line that is missing or wrong.
        option: &'static str,
    },
}

fn quoted(text: &str) -> String {
    format!("{text:?}")
}
