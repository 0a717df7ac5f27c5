//! What can happen to the app.

use std::sync::mpsc;

use super::deep_link::Visit;
use super::updates::Release;
use crate::config::{Config, ConfigErrors};
use crate::desktop::login_item;
use crate::desktop::shortcut::Launcher;
use crate::desktop::{Change, DialogId, Given};
use crate::ipc::Message;
use crate::problem::Problem;
use crate::session::Reply;
use crate::ssh::prompt::Question;

/// What reaches the event loop from other threads.
#[derive(Debug)]
pub enum Signal {
    /// A session said something.
    Said(Message),
    /// A host has a control socket now: ours, or another program's.
    Held(String),
    /// A session asks the person.
    Asked(Asked),
    /// A dialog was answered.
    Answered(DialogId, Given),
    /// A menu entry was chosen, by its id, or a notification that stands for it was clicked.
    Chosen(String),
    /// The app was started once more.
    Summoned,
    /// An address of ours was opened.
    Visited(Visit),
    /// Another program wants a host of this configuration connected here; it hears when that is in
    /// hand, or why it is not.
    Requested {
        /// The host.
        host: String,
        /// Where the answer goes.
        done: mpsc::Sender<Result<(), Problem>>,
    },
    /// The configuration's file was read again.
    Configured(Result<Box<Config>, ConfigErrors>),
    /// The aliases of the ssh configuration.
    Aliases(Vec<String>),
    /// A host was added to the configuration; true if it is to be opened as well.
    Added(String, bool, Result<(), Problem>),
    /// Whether the app starts at login.
    LoginItem(login_item::Status),
    /// The launchers that there are.
    Launchers(Vec<Launcher>),
    /// A newer version is known, or none any more.
    Release(Option<Release>),
    /// The person wanted to know of a newer version, and this came of it.
    Looked(Result<Option<Release>, String>),
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
    Trouble(Problem),
    /// Something happened to the machine.
    Changed(Change),
    /// The clock rings.
    Tick,
}

/// What a session of the app is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Errand {
    /// The host's tunnel.
    Tunnel,
    /// Only what Jupyter printed there.
    Log,
}

/// A session's question.
#[derive(Debug)]
pub struct Asked {
    /// Whose session.
    pub host: String,
    /// What the session is for.
    pub errand: Errand,
    /// The question.
    pub question: Question,
    /// Where the answer goes.
    pub reply: Reply,
    /// Whether the keychain was looked into and has no answer.
    pub searched: bool,
}

impl Asked {
    /// A question that nobody has looked at yet.
    pub fn new(host: String, errand: Errand, question: Question, reply: Reply) -> Self {
        Self {
            host,
            errand,
            question,
            reply,
            searched: false,
        }
    }
}
