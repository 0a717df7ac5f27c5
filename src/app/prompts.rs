//! Shows a session's prompts as dialogs, and passes the answers on.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::Duration;

use crate::desktop::keychain;
use crate::desktop::{Desktop, Dialog, DialogId, DialogKind, DialogResponse};
use crate::host_os::thread;
use crate::i18n::fl;
use crate::jupyter::Kernels;
use crate::ssh::prompt::Prompt;

use super::event::{AppEvent, PromptRequest};
use super::event_sender::EventSender;
use super::view::text::elapsed;

/// The dialogs that are open.
pub struct Prompts<D> {
    desktop: Rc<D>,
    open: Vec<(DialogId, PendingDialog)>,
    sender: EventSender,
}

/// A request that waits for a dialog's answer.
pub enum PendingDialog {
    /// A session of a host asks.
    Prompt {
        /// The prompt, and the receiver of its answer.
        asked: PromptRequest,
        /// True if a passphrase is remembered even if the box is not ticked.
        remember: bool,
    },
    /// The app itself asks whether to stop a host's server, whatever its kernels do if `force`.
    Stop {
        /// The host.
        host: String,
        /// True if busy kernels may be shut down.
        force: bool,
    },
    /// The app itself asks whether to take a host's job out of the queue.
    CancelJob(String),
    /// A page asks, by an address, whether to close a host's tunnel.
    Close(String),
    /// The app asks whether to open a page.
    Page(String),
    /// The list of the hosts, to read.
    Hosts,
    /// Something else to read.
    Message,
}

impl PendingDialog {
    /// The host that it is about.
    pub fn host(&self) -> Option<&str> {
        match self {
            Self::Prompt { asked, .. } => Some(&asked.host),
            Self::Stop { host, .. } | Self::CancelJob(host) | Self::Close(host) => Some(host),
            Self::Page(_) | Self::Hosts | Self::Message => None,
        }
    }
}

impl<D: Desktop> Prompts<D> {
    /// None yet.
    pub fn new(desktop: Rc<D>, sender: EventSender) -> Self {
        Self {
            desktop,
            open: Vec::new(),
            sender,
        }
    }

    /// Shows a session's prompt. For a passphrase the keychain is searched first, unless it was
    /// searched already. Returns true if a dialog is open now.
    pub fn ask(&mut self, asked: PromptRequest, remember: bool) -> bool {
        if matches!(asked.prompt, Prompt::Passphrase { .. }) && !asked.keychain_searched {
            search(&self.sender, asked);
            return false;
        }
        let dialog = dialog(&asked.host, &asked.prompt, remember);
        self.show(dialog, PendingDialog::Prompt { asked, remember });
        true
    }

    /// Opens a dialog, and keeps what waits for its answer.
    pub fn show(&mut self, dialog: Dialog, pending: PendingDialog) {
        let sender = self.sender.clone();
        // The id is known only once the dialog is open, and no answer comes before that.
        let slot = Rc::new(Cell::new(0));
        let answered = Rc::clone(&slot);
        let id = self.desktop.ask(
            dialog,
            Box::new(move |given| {
                sender.send(AppEvent::DialogAnswered(answered.get(), given));
            }),
        );
        slot.set(id);
        self.open.push((id, pending));
    }

    /// Takes what waits for the answer of that dialog; `None` if the dialog was withdrawn.
    pub fn take(&mut self, id: DialogId) -> Option<PendingDialog> {
        let at = self.open.iter().position(|(open, _)| *open == id)?;
        Some(self.open.remove(at).1)
    }

    /// Returns true if the app asks already whether to close the host's tunnel.
    pub fn asks_to_close(&self, host: &str) -> bool {
        let asks =
            |pending: &PendingDialog| matches!(pending, PendingDialog::Close(of) if of == host);
        self.open.iter().any(|(_, pending)| asks(pending))
    }

    /// Returns true if the list of the hosts is open.
    pub fn shows_hosts(&self) -> bool {
        let is_list = |pending: &PendingDialog| matches!(pending, PendingDialog::Hosts);
        self.open.iter().any(|(_, pending)| is_list(pending))
    }

    /// Returns true if a session's prompt about the host is open.
    pub fn has_any_of(&self, host: &str) -> bool {
        let asks = |pending: &PendingDialog| matches!(pending, PendingDialog::Prompt { asked, .. } if asked.host == host);
        self.open.iter().any(|(_, pending)| asks(pending))
    }

    /// Closes the dialogs of a host that nobody waits for any more: the prompts of sessions that have
    /// ended, and if `all` what the app itself asks.
    pub fn withdraw(&mut self, host: &str, all: bool) {
        let of_host = |(_, pending): &mut (DialogId, PendingDialog)| match pending {
            PendingDialog::Prompt { asked, .. } => asked.host == host && asked.life.has_ended(),
            other => all && other.host() == Some(host),
        };
        for (id, _) in self.open.extract_if(.., of_host) {
            self.desktop.withdraw(id);
        }
    }
}

/// Gives a session its answer; one that is cancelled gets none.
pub fn answer(asked: PromptRequest, keep_it: bool, given: DialogResponse) {
    match given {
        DialogResponse::Dismissed => {}
        DialogResponse::Confirmed => asked
            .reply
            .send(Ok(zeroize::Zeroizing::new("yes".to_owned()))),
        DialogResponse::Line { text, remember } => {
            if let Prompt::Passphrase { key, .. } = asked.prompt
                && (remember || keep_it)
            {
                keep(key, text.clone());
            }
            asked.reply.send(Ok(text));
        }
    }
}

/// Stores a passphrase, in a thread: the keychain may have to be unlocked first. A wrong one is
/// removed again when the prompt comes back.
fn keep(key: PathBuf, passphrase: zeroize::Zeroizing<String>) {
    thread::spawn("keychain", move || {
        if let Err(error) = keychain::remember(&key, &passphrase) {
            tracing::warn!(%error, "the passphrase is not in the keychain");
        }
    });
}

/// Searches the keychain, in a thread; the prompt comes back if there is no answer in it. After a
/// wrong passphrase the stored one is removed.
fn search(sender: &EventSender, asked: PromptRequest) {
    let sender = sender.clone();
    thread::spawn("keychain", move || {
        let found = match &asked.prompt {
            Prompt::Passphrase { key, again: true } => keychain::forget(key).map(|()| None),
            Prompt::Passphrase { key, again: false } => keychain::recall(key),
            _ => Ok(None),
        };
        match found {
            Ok(Some(passphrase)) => return asked.reply.send(Ok(passphrase)),
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "the keychain cannot be used"),
        }
        sender.send(AppEvent::PromptRequested(PromptRequest {
            keychain_searched: true,
            ..asked
        }));
    });
}

/// Returns the dialog for a prompt.
fn dialog(host: &str, prompt: &Prompt, remember: bool) -> Dialog {
    let (title, wants) = match prompt {
        Prompt::HostKey { .. } => (
            fl!("dialog-host-key", host = host),
            DialogKind::Confirmation {
                yes: fl!("dialog-connect"),
            },
        ),
        Prompt::EndKernels { .. } | Prompt::EndUncounted { .. } => (
            fl!("dialog-stop", host = host),
            DialogKind::Confirmation {
                yes: fl!("dialog-stop-anyway"),
            },
        ),
        Prompt::Passphrase { .. } => (
            fl!("dialog-passphrase", host = host),
            DialogKind::Line {
                echo: false,
                remember: (!remember).then(|| fl!("dialog-remember")),
            },
        ),
        Prompt::Password { .. } | Prompt::Interactive { .. } => (
            fl!("dialog-login", host = host),
            DialogKind::Line {
                echo: prompt.echo(),
                remember: None,
            },
        ),
    };
    Dialog {
        title,
        text: text(prompt),
        kind: wants,
    }
}

/// Returns the prompt's text without the hint for a terminal that "yes" is to be typed.
fn text(prompt: &Prompt) -> String {
    match prompt {
        Prompt::HostKey {
            host,
            key_type,
            fingerprint,
            also_known,
        } => {
            let host = host.as_str();
            let (kind, print) = (key_type.as_str(), fingerprint.as_str());
            let mut text = fl!(
                "dialog-host-key-text",
                host = host,
                kind = kind,
                print = print
            );
            if !also_known.is_empty() {
                let others = also_known.join("\n");
                text.push_str("\n\n");
                text.push_str(&fl!("dialog-host-key-also", others = others));
            }
            text
        }
        other => other.text(),
    }
}

/// Returns the dialog before a job is taken out of the queue.
pub fn before_cancel(host: &str, job: &str, waited: Duration) -> Dialog {
    let text = match elapsed(waited) {
        Some(time) => fl!("dialog-cancel-job-text", id = job, time = time),
        None => fl!("dialog-cancel-job-new", id = job),
    };
    Dialog {
        title: fl!("dialog-cancel-job", id = job, host = host),
        text,
        kind: DialogKind::Confirmation {
            yes: fl!("dialog-cancel-job-yes"),
        },
    }
}

/// Returns the dialog before a page's address closes a tunnel.
pub fn before_close(host: &str) -> Dialog {
    Dialog {
        title: fl!("dialog-close", host = host),
        text: fl!("dialog-close-text"),
        kind: DialogKind::Confirmation {
            yes: fl!("menu-disconnect"),
        },
    }
}

/// Returns the dialog before a server is stopped; `None` if nothing would be lost.
pub fn before_stop(host: &str, kernels: Option<Kernels>) -> Option<Dialog> {
    let text = match kernels {
        Some(Kernels { total: 0, .. }) => return None,
        Some(Kernels { total, busy }) => fl!("dialog-stop-kernels", total = total, busy = busy),
        None => fl!("dialog-stop-unknown"),
    };
    Some(Dialog {
        title: fl!("dialog-stop", host = host),
        text,
        kind: DialogKind::Confirmation {
            yes: fl!("dialog-stop-yes"),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_host_key_is_a_decision_with_the_fingerprint() {
        let prompt = Prompt::HostKey {
            host: "[gpu01]:2222".into(),
            key_type: "ssh-ed25519".into(),
            fingerprint: "SHA256:abc".into(),
            also_known: vec!["SHA256:other".into()],
        };
        let dialog = dialog("gpu01", &prompt, false);
        assert!(matches!(dialog.kind, DialogKind::Confirmation { .. }));
        for part in ["[gpu01]:2222", "ssh-ed25519", "SHA256:abc", "SHA256:other"] {
            assert!(dialog.text.contains(part), "{}", dialog.text);
        }
        assert!(!dialog.text.contains("yes/no"), "{}", dialog.text);
    }

    #[test]
    fn the_servers_prompt_is_shown_as_it_asks() {
        let prompt = |echo| Prompt::Interactive {
            host: "gpu01".into(),
            instruction: "Two factors".into(),
            text: "Code:".into(),
            echo,
        };
        for echo in [true, false] {
            let dialog = dialog("gpu01", &prompt(echo), true);
            let remember = None;
            assert_eq!(dialog.kind, DialogKind::Line { echo, remember });
            assert!(dialog.text.contains("Two factors Code:"), "{}", dialog.text);
        }
    }

    #[test]
    fn only_what_would_be_lost_is_asked_about() {
        let text = |total, busy| {
            let dialog = before_stop("h", Some(Kernels { total, busy }));
            dialog.map(|dialog| dialog.text)
        };
        assert_eq!(text(0, 0), None);
        assert!(text(3, 2).is_some_and(|text| text.contains("2 of")));
        assert!(text(1, 0).is_some());
        assert!(before_stop("h", None).is_some());
    }
}
