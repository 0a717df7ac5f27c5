//! What can happen to the app.

use std::sync::mpsc;

use super::menu_action::MenuAction;
use super::updates::Release;
use crate::config::{Config, ConfigErrors};
use crate::desktop::login_item;
use crate::desktop::shortcut::Shortcut;
use crate::desktop::{DialogId, DialogResponse, SystemEvent};
use crate::ipc::Message;
use crate::problem::Problem;
use crate::session::Reply;
use crate::ssh::prompt::Prompt;

/// What reaches the event loop from other threads.
#[derive(Debug)]
pub enum AppEvent {
    /// A session said something.
    SessionMessage(Message),
    /// A host has a control socket now: ours, or another program's.
    HostLocked(String),
    /// A session asks the person.
    PromptRequested(PromptRequest),
    /// A dialog was answered.
    DialogAnswered(DialogId, DialogResponse),
    /// A menu item was chosen, or something that stands for one: a notification, a Unix signal.
    MenuClicked(MenuAction),
    /// The app was started once more.
    SecondLaunch,
    /// An address of ours was opened, which any web page may do.
    DeepLink(MenuAction),
    /// Another program wants a host of this configuration connected here; it hears when that is in
    /// hand, or why it is not.
    ConnectRequested {
        /// The host.
        host: String,
        /// Where the answer goes.
        done: mpsc::Sender<Result<(), Problem>>,
    },
    /// The configuration's file was read again.
    ConfigReloaded(Result<Box<Config>, ConfigErrors>),
    /// The aliases of the ssh configuration.
    Aliases(Vec<String>),
    /// A host was added to the configuration; true if it is to be opened as well.
    HostAdded(String, bool, Result<(), Problem>),
    /// Whether the app starts at login.
    LoginItem(login_item::Status),
    /// The launchers that there are.
    Shortcuts(Vec<Shortcut>),
    /// A newer version is known, or none any more.
    Release(Option<Release>),
    /// The person wanted to know of a newer version, and this came of it.
    UpdateChecked(Result<Option<Release>, String>),
    /// A text for the clipboard.
    Copy(String),
    /// What Jupyter printed on a host.
    HostLog {
        /// The host.
        host: String,
        /// The file there; empty when there is none.
        path: String,
        /// What it says.
        text: String,
    },
    /// What Jupyter printed on a host could not be had.
    NoHostLog(String, Problem),
    /// Something went wrong that the person has to read.
    Error(Problem),
    /// Something happened to the machine.
    System(SystemEvent),
    /// The clock rings.
    Tick,
}

/// What a session of the app is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionPurpose {
    /// The host's tunnel.
    Tunnel,
    /// Only what Jupyter printed there.
    Log,
}

/// A session's question.
#[derive(Debug)]
pub struct PromptRequest {
    /// Whose session.
    pub host: String,
    /// What the session is for.
    pub purpose: SessionPurpose,
    /// The question.
    pub prompt: Prompt,
    /// Where the answer goes.
    pub reply: Reply,
    /// Whether the keychain was looked into and has no answer.
    pub keychain_searched: bool,
}

impl PromptRequest {
    /// A question that nobody has looked at yet.
    pub fn new(host: String, purpose: SessionPurpose, prompt: Prompt, reply: Reply) -> Self {
        Self {
            host,
            purpose,
            prompt,
            reply,
            keychain_searched: false,
        }
    }
}
