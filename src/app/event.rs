//! Events that the app handles.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};

use super::menu_action::MenuAction;
use super::updates::Release;
use crate::checkup::CheckLine;
use crate::config::{Config, ConfigErrors, Resources};
use crate::desktop::login_item;
use crate::desktop::shortcut::Shortcut;
use crate::desktop::{DialogId, DialogResponse, SystemEvent};
use crate::host_os::menu_memory::MenuMemory;
use crate::ipc::Message;
use crate::problem::Problem;
use crate::session::Reply;
use crate::ssh::prompt::Prompt;

/// Event that another thread sends to the event loop.
#[derive(Debug)]
pub enum AppEvent {
    /// A session said something.
    SessionMessage(Message),
    /// A host has a control socket now: ours, or another program's.
    HostLocked(String),
    /// A session prompts the user.
    PromptRequested(PromptRequest),
    /// A dialog was answered.
    DialogAnswered(DialogId, DialogResponse),
    /// A menu item was chosen, or a notification.
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
        /// The request to its scheduler in place of the configured one.
        resources: Resources,
        /// Receiver of the answer.
        done: mpsc::Sender<Result<(), Problem>>,
    },
    /// The configuration's file was read again.
    ConfigReloaded(Result<Box<Config>, ConfigErrors>),
    /// The aliases of the ssh configuration.
    Aliases(Vec<String>),
    /// A host was added to the configuration, or not.
    HostAdded {
        /// Next step.
        then: AfterAdding,
        /// Its name.
        added: Result<String, Problem>,
    },
    /// The menu's memory of earlier runs.
    MenuRecalled(MenuMemory),
    /// Status of the login item, with which the app starts at login.
    LoginItem(login_item::Status),
    /// The shortcuts that exist.
    Shortcuts(Vec<Shortcut>),
    /// A newer version is known, or none any more.
    Release(Option<Release>),
    /// Outcome of an update check that the user requested.
    UpdateChecked(Result<Option<Release>, String>),
    /// A text for the clipboard.
    Copy(String),
    /// Jupyter's log on a host.
    HostLog {
        /// The host.
        host: String,
        /// The file there; empty when there is none.
        path: String,
        /// Its content.
        text: String,
    },
    /// The session that fetched Jupyter's log on a host is over.
    LogSessionEnded(String),
    /// Jupyter's log on a host could not be fetched.
    NoHostLog(String, Problem),
    /// A check of the connection to a host is over; without a report it was given up.
    Checked(String, Option<CheckReport>),
    /// An error that the user has to read.
    Error(Problem),
    /// A Unix signal ends the app.
    Terminated,
    /// A system event.
    System(SystemEvent),
    /// The timer fires.
    Tick,
}

/// Next step once a host is in the configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterAdding {
    /// It is opened.
    Open,
    /// It is edited.
    Edit,
    /// Nothing: it is open, or could not be opened.
    Nothing,
}

/// Purpose of a session of the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionPurpose {
    /// The host's tunnel.
    Tunnel,
    /// Only what Jupyter printed there.
    Log,
    /// Only a check of the connection.
    Check,
}

/// Results of the checks of the local computer, and of a host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckReport {
    /// Results of the local computer.
    pub computer: Vec<CheckLine>,
    /// Results of the host.
    pub host: Vec<CheckLine>,
}

/// A session's life, as its prompts know it: a dialog may outlive the session that asked.
#[derive(Debug, Clone, Default)]
pub struct SessionLife(Arc<AtomicBool>);

impl SessionLife {
    /// Notes that the session has ended.
    pub fn end(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Returns true if the session has ended.
    pub fn has_ended(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}

/// A session's prompt.
#[derive(Debug)]
pub struct PromptRequest {
    /// Whose session.
    pub host: String,
    /// Purpose of the session.
    pub purpose: SessionPurpose,
    /// That session's life.
    pub life: SessionLife,
    /// The question.
    pub prompt: Prompt,
    /// Receiver of the answer.
    pub reply: Reply,
    /// True if the keychain was searched and has no answer.
    pub keychain_searched: bool,
}

impl PromptRequest {
    /// Creates a request for which the keychain has not been searched yet.
    pub fn new(
        host: String,
        purpose: SessionPurpose,
        life: SessionLife,
        prompt: Prompt,
        reply: Reply,
    ) -> Self {
        Self {
            host,
            purpose,
            life,
            prompt,
            reply,
            keychain_searched: false,
        }
    }
}
