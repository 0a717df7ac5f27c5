//! Questions that only a person can answer, and their answers.
//!
//! A question leaves the engine as an event with a reply (see `session::Event::Ask`), so that the
//! terminal, a dialog or `SSH_ASKPASS` can answer it.

use std::fmt::Write;
use std::path::PathBuf;

use zeroize::Zeroizing;

/// What is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Question {
    /// Is this unknown host key the right one? The default is no.
    HostKey {
        /// The host as the person knows it, with the port where it is not 22.
        host: String,
        /// For example `ssh-ed25519`.
        key_type: String,
        /// As `ssh-keygen -l` prints it.
        fingerprint: String,
        /// Fingerprints of keys that are known for the same host at its usual port.
        also_known: Vec<String>,
    },
    /// The passphrase of a key file.
    Passphrase {
        /// The key file.
        key: PathBuf,
        /// True after a wrong one.
        again: bool,
    },
    /// The account's password.
    Password {
        /// The account.
        user: String,
        /// The host.
        host: String,
        /// True after a refused one.
        again: bool,
    },
    /// May busy kernels be ended? The default is no.
    EndKernels {
        /// The host.
        host: String,
        /// How many kernels there are.
        total: usize,
        /// How many of them compute.
        busy: usize,
    },
    /// One of the server's own prompts (keyboard-interactive).
    Prompt {
        /// The host.
        host: String,
        /// The server's instruction, often empty.
        instruction: String,
        /// The server's prompt.
        text: String,
        /// Whether the answer may be seen while it is typed.
        echo: bool,
    },
}

impl Question {
    /// The question as one line of text.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::HostKey {
                host,
                fingerprint,
                key_type,
                also_known,
            } => {
                let mut text = format!(
                    "The host {host} is not known yet. It shows the {key_type} key {fingerprint}."
                );
                if !also_known.is_empty() {
                    let _ = write!(text, " (At its usual port: {}.)", also_known.join(", "));
                }
                text + " Is that the right one? (yes/no)"
            }
            Self::EndKernels { host, total, busy } => format!(
                "{busy} of {total} kernels on {host} compute. End them all the same? (yes/no)"
            ),
            Self::Passphrase { key, again } => {
                let again = if *again { "Wrong passphrase. " } else { "" };
                format!("{again}Passphrase for the key {}:", key.display())
            }
            Self::Password { user, host, again } => {
                let again = if *again { "Refused. " } else { "" };
                format!("{again}Password of {user}@{host}:")
            }
            Self::Prompt { host, text, .. } => format!("({host}) {}", text.trim_end()),
        }
    }

    /// Whether the answer may be shown while it is typed.
    #[must_use]
    pub fn echo(&self) -> bool {
        matches!(
            self,
            Self::HostKey { .. } | Self::EndKernels { .. } | Self::Prompt { echo: true, .. }
        )
    }
}

/// The answer, wiped from memory when dropped; or why there is none.
pub type Answer = Result<Zeroizing<String>, String>;

/// Somebody who can be asked. The call returns when the answer is there.
pub trait Ask {
    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// In words, why nobody answered.
    fn ask(&self, question: Question) -> Answer;
}
