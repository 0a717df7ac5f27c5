//! Shows a session's prompts as dialogs, and passes the answers on.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;

use crate::config::Host;
use crate::desktop::keychain;
use crate::desktop::{Desktop, Dialog, DialogId, DialogResponse};
use crate::host_os::thread;
use crate::session::KernelCommand;
use crate::ssh::prompt::Prompt;

use super::event::{AppEvent, PromptRequest};
use super::event_sender::EventSender;
use super::view::dialog;

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
    /// The app itself asks whether to do that with a kernel of a host.
    Kernel(String, KernelCommand),
    /// The app itself asks whether to take a host's job out of the queue.
    CancelJob(String),
    /// The app itself, or a page by an address, asks whether to close a host's tunnel.
    Close(String),
    /// The app asks whether to quit.
    Quit,
    /// The app asks whether to open a page.
    Page(String),
    /// The app asks for the path of a notebook on that host.
    Notebook(String),
    /// The app asks for the destination of a new host.
    NewHost,
    /// The app asks whether to add that destination, though an attempt to connect it has failed.
    AddAnyway(String),
    /// Something to read, with a button that opens the configuration.
    Edit,
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
            Self::Stop { host, .. }
            | Self::Kernel(host, _)
            | Self::CancelJob(host)
            | Self::Close(host) => Some(host),
            Self::Quit
            | Self::Page(_)
            | Self::Notebook(_)
            | Self::NewHost
            | Self::AddAnyway(_)
            | Self::Edit
            | Self::Hosts
            | Self::Message => None,
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

    /// Searches the keychain for a passphrase, unless it was searched already; the prompt comes back
    /// if there is none. Returns the prompt if only the user can answer it.
    pub fn unanswered(&self, asked: PromptRequest) -> Option<PromptRequest> {
        if matches!(asked.prompt, Prompt::Passphrase { .. }) && !asked.keychain_searched {
            search(&self.sender, asked);
            return None;
        }
        Some(asked)
    }

    /// Shows a prompt of a session of that host.
    pub fn ask(&mut self, asked: PromptRequest, host: &Host) {
        let dialog = dialog::prompt(host, &asked.prompt);
        let remember = host.remember;
        self.show(dialog, PendingDialog::Prompt { asked, remember });
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

    /// Returns true if the app asks already for a new host.
    pub fn asks_for_host(&self) -> bool {
        let asks = |pending: &PendingDialog| matches!(pending, PendingDialog::NewHost);
        self.open.iter().any(|(_, pending)| asks(pending))
    }

    /// Returns true if the app asks already whether to quit.
    pub fn asks_to_quit(&self) -> bool {
        let asks = |pending: &PendingDialog| matches!(pending, PendingDialog::Quit);
        self.open.iter().any(|(_, pending)| asks(pending))
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
