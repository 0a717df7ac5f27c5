//! Prompts that only the user can answer, and their answers.
//!
//! A question leaves the engine as an event with a reply (see `session::Event::Ask`), so that the
//! terminal, a dialog or `SSH_ASKPASS` can answer it.

use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Instant;

use zeroize::Zeroizing;

use super::poll::{Poller, Waker};
use crate::i18n::fl;
use crate::readable::{LINE, shortened};

/// Prompt for the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    /// Is this unknown host key the right one? The default is no.
    HostKey {
        /// The host as the user named it.
        alias: String,
        /// The name under which its key is filed, with the port where it is not 22.
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
        /// The host as the user named it.
        host: String,
        /// True after a refused one.
        again: bool,
    },
    /// May busy kernels be ended? The default is no.
    EndKernels {
        /// The host.
        host: String,
        /// Number of kernels.
        total: usize,
        /// Number of busy kernels.
        busy: usize,
    },
    /// May kernels be ended that cannot be counted? The default is no.
    EndUncounted {
        /// The host.
        host: String,
    },
    /// One of the server's own prompts (keyboard-interactive).
    Interactive {
        /// The account.
        user: String,
        /// The host as the user named it.
        host: String,
        /// The server's instruction, often empty. Its lines are kept: it may be a menu.
        instruction: String,
        /// The server's prompt, which may be a menu too.
        text: String,
        /// True if the answer may be shown while it is typed.
        echo: bool,
        /// True after a refused conversation.
        again: bool,
    },
}

impl Prompt {
    /// The question as one line of text. It says to type `yes`, in every language: the answer is
    /// compared with that word, and ASCII can be typed on every keyboard.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::HostKey {
                host,
                fingerprint,
                key_type,
                also_known,
                ..
            } => {
                if also_known.is_empty() {
                    fl!(
                        "ask-host-key",
                        host = host,
                        kind = key_type,
                        fingerprint = fingerprint
                    )
                } else {
                    fl!(
                        "ask-host-key-also-known",
                        host = host,
                        kind = key_type,
                        fingerprint = fingerprint,
                        others = also_known.join(", ")
                    )
                }
            }
            Self::EndKernels { host, total, busy } => {
                fl!("ask-end-kernels", host = host, total = *total, busy = *busy)
            }
            Self::EndUncounted { host } => fl!("ask-end-uncounted", host = host),
            Self::Passphrase { key, again } => {
                let key = from_home(key);
                if *again {
                    fl!("ask-passphrase-again", key = key)
                } else {
                    fl!("ask-passphrase", key = key)
                }
            }
            Self::Password { user, host, again } => {
                if *again {
                    fl!("ask-password-again", user = user, host = host)
                } else {
                    fl!("ask-password", user = user, host = host)
                }
            }
            Self::Interactive {
                host,
                instruction,
                text,
                ..
            } => one_line(&format!("({host}) {instruction} {text}")),
        }
    }

    /// Returns true if the answer may be shown while it is typed.
    #[must_use]
    pub fn echo(&self) -> bool {
        matches!(
            self,
            Self::HostKey { .. }
                | Self::EndKernels { .. }
                | Self::EndUncounted { .. }
                | Self::Interactive { echo: true, .. }
        )
    }
}

/// Returns a path with `~` for the user's home folder.
#[must_use]
pub fn from_home(path: &Path) -> String {
    let home = etcetera::home_dir().ok();
    match home.and_then(|home| path.strip_prefix(home).ok()) {
        Some(rest) => format!("~/{}", rest.display()),
        None => path.display().to_string(),
    }
}

/// The server's own words on one line, without anything that would act on a terminal, and not more of them than
/// anybody reads.
pub(crate) fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    shortened(&words.join(" "), LINE)
}

/// Returns the server's own words with their line breaks, each line as [`one_line`] has it, without
/// empty lines.
#[must_use]
pub fn in_lines(text: &str) -> String {
    let lines = text.split(['\n', '\r']).map(one_line);
    let lines: Vec<String> = lines.filter(|line| !line.is_empty()).collect();
    lines.join("\n")
}

/// The answer, wiped from memory when dropped; or why there is none.
pub type PromptAnswer = Result<Zeroizing<String>, NoAnswer>;

/// Reason for a missing answer, as text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// There is nobody to ask: whatever needs no answer may still be tried.
    #[error("{0}")]
    Nobody(String),
    /// The user does not want to answer, which ends the login.
    #[error("{0}")]
    Cancelled(String),
}

impl NoAnswer {
    /// Returns the answer that no user could be prompted.
    #[must_use]
    pub fn nobody() -> Self {
        Self::Nobody(fl!("session-nobody"))
    }
}

/// Answers one question, once, from another thread.
#[derive(Debug)]
pub struct Reply {
    sender: mpsc::SyncSender<PromptAnswer>,
    waker: Waker,
}

impl Reply {
    /// Returns a reply that wakes the waiting thread, and the receiver of the answer.
    #[must_use]
    pub fn new(waker: Waker) -> (Self, mpsc::Receiver<PromptAnswer>) {
        // One answer at most, which is never waited for.
        let (sender, receiver) = mpsc::sync_channel(1);
        (Self { sender, waker }, receiver)
    }

    /// Gives the answer. Dropping the reply instead is an answer too: nobody could be asked.
    pub fn send(self, answer: PromptAnswer) {
        // A session that was cancelled meanwhile does not listen any more.
        let _ = self.sender.send(answer);
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.waker.wake();
    }
}

/// Answers prompts. The call returns when the answer is available.
pub trait Prompter {
    /// Asks, and waits for the answer.
    ///
    /// # Errors
    /// Why nobody answered.
    fn ask(&self, prompt: Prompt) -> PromptAnswer;

    /// Returns true if the user expects to be needed. While reconnecting they do not, and
    /// nothing is begun that could reach for them: no prompt, and no push to a phone.
    fn is_attended(&self) -> bool {
        true
    }

    /// Returns true if the server's own conversation may begin. It begins unattended only where the
    /// login before needed nobody.
    fn lets_converse(&self) -> bool {
        self.is_attended()
    }

    /// Tells the user that a login waits without a prompt, and perhaps for them.
    fn tell_silence(&self, _text: String) {}
}

/// Sends a prompt to another thread, by `to`, and waits for the answer. The user's time does not
/// count against the deadline of the waiting thread.
///
/// # Errors
/// As [`Prompter::ask`].
pub fn put(prompt: Prompt, poller: &Poller, to: impl FnOnce(Prompt, Reply)) -> PromptAnswer {
    let (began, deadline) = (Instant::now(), poller.deadline());
    poller.set_deadline(None);
    let (reply, answers) = Reply::new(poller.waker());
    to(prompt, reply);
    let answer = loop {
        match answers.try_recv() {
            Ok(answer) => break answer,
            Err(mpsc::TryRecvError::Disconnected) => break Err(NoAnswer::nobody()),
            Err(mpsc::TryRecvError::Empty) => {
                if let Err(error) = poller.wait(&mut vec![], None) {
                    break Err(NoAnswer::Cancelled(error.to_string()));
                }
            }
        }
    };
    poller.set_deadline(deadline.map(|at| at + began.elapsed()));
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host_key(also_known: &[&str]) -> String {
        let prompt = Prompt::HostKey {
            alias: "gpu01".into(),
            host: "[gpu01]:2222".into(),
            key_type: "ssh-ed25519".into(),
            fingerprint: "SHA256:new".into(),
            also_known: also_known.iter().map(|&print| print.into()).collect(),
        };
        assert!(prompt.echo());
        prompt.text()
    }

    #[test]
    fn an_unknown_host_key_is_shown_with_what_else_is_known() {
        let text = host_key(&[]);
        assert!(text.contains("[gpu01]:2222") && text.contains("SHA256:new"));
        assert!(!text.contains("port 22"), "{text}");
        assert!(host_key(&["SHA256:a", "SHA256:b"]).contains("known by SHA256:a, SHA256:b"));
    }

    #[test]
    fn the_servers_prompt_is_one_harmless_line() {
        let prompt = |instruction: &str, text: &str| {
            let prompt = Prompt::Interactive {
                user: "me".into(),
                host: "gpu01".into(),
                instruction: instruction.into(),
                text: text.into(),
                echo: false,
                again: false,
            };
            assert!(!prompt.echo());
            prompt.text()
        };
        assert_eq!(prompt("", "Password: "), "(gpu01) Password:");
        assert_eq!(
            prompt("Two factors are\nneeded.", "Code: "),
            "(gpu01) Two factors are needed. Code:"
        );
        assert!(!prompt("\u{1b}]0;x\u{7}", "a\u{9b}b").contains(char::is_control));
    }

    #[test]
    fn a_menu_of_the_server_keeps_its_lines_and_nothing_else() {
        let menu = "Duo two-factor login\r\n\r\n 1. Duo Push\tto XXX\n\u{1b}[1m2. Phone call\r\n";
        let lines = "Duo two-factor login\n1. Duo Push to XXX\n[1m2. Phone call";
        assert_eq!(in_lines(menu), lines);
        assert_eq!(in_lines("\r\n \n"), "");
    }

    #[test]
    fn secrets_are_not_shown_while_typed() {
        let secret = [
            Prompt::Passphrase {
                key: "k".into(),
                again: true,
            },
            Prompt::Password {
                user: "me".into(),
                host: "gpu01".into(),
                again: true,
            },
        ];
        for prompt in secret {
            assert!(!prompt.echo(), "{}", prompt.text());
        }
    }
}
