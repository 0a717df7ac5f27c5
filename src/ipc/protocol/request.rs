//! Requests of other programs to the program that holds a tunnel, and to the app.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::super::version::{VERSION, misunderstood};
use super::message::Message;
use crate::config::Resources;
use crate::jupyter::KernelAction;
use crate::session::{Event, Phase};

/// Request to the program that holds a tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum Request {
    /// Open the page again, and answer with events up to `ready` or `failed`.
    Open {
        /// True if the browser is to be opened.
        browser: bool,
        /// A notebook or folder instead of the usual page.
        notebook: Option<String>,
        /// True if the browser is not to be opened where a page is open already: a message says so.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        unless_open: bool,
    },
    /// Answer with the newest event.
    Status,
    /// Answer with events up to the end, whatever they are.
    Watch,
    /// Answer with the newest launch's log; if the tunnel does not stand, with the newest event.
    Logs,
    /// Look how busy the server's machine is, and answer with events up to `usage` or a refusal; if the tunnel does not
    /// stand, with the newest event.
    Usage,
    /// Close the tunnel, and answer with events up to the end.
    Close,
    /// Try to connect again now, if the connection is lost, and answer with the newest event.
    Check,
    /// Give the server's job more time, and answer with events up to `walltime` or a refusal; if the
    /// tunnel does not stand, with the newest event.
    Extend {
        /// Seconds to add.
        by: u64,
    },
    /// Keep the server as long as if it had just been used (`idle_stop`), and answer with events up to the one that
    /// says so, or to a refusal; if the tunnel does not stand, with the newest event.
    Keep,
    /// Interrupt a kernel, restart it or shut it down, and answer with the newest event. A refusal is told to
    /// those who watch.
    Kernel {
        /// Its id.
        id: String,
        /// The action.
        action: KernelAction,
    },
    /// Open a further local port that leads there, and answer with events up to `ready` with that forward, or to a
    /// refusal; if the tunnel does not stand, with the newest event.
    Forward {
        /// `6006`, or `node17:6006`.
        remote: String,
    },
    /// Stop the server, and answer with events up to the end, or to a refusal.
    Stop {
        /// True if busy kernels may be shut down.
        force: bool,
    },
}

/// Request to the app, which answers [`AppRequest::Connect`] and [`AppRequest::Start`] with one message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "lowercase")]
pub enum AppRequest {
    /// It was started once more: open the usual host, or show that it is there.
    #[serde(rename = "summon")]
    Show,
    /// An address of ours was opened.
    #[serde(rename = "visit")]
    DeepLink {
        /// `remote-jupyter://…`.
        url: String,
    },
    /// Connect a host, without opening the browser. The answer comes when the host has its socket.
    Connect {
        /// The host's name, with that of a profile where one is meant.
        host: String,
    },
    /// The same with resources for a job that is to start. An app that knows none of them must not
    /// take it for the other request.
    Start {
        /// As above.
        host: String,
        /// In place of the configured ones.
        resources: Resources,
    },
}

/// The first line that a holder sends. Versions that know of none skip it, since it is no message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HolderGreeting {
    /// The holder's version.
    pub version: String,
}

impl HolderGreeting {
    /// Returns the greeting of this version.
    #[must_use]
    pub fn of_this_version() -> Self {
        Self {
            version: VERSION.to_owned(),
        }
    }
}

/// Returns the line that asks for something, with this program's version.
///
/// # Errors
/// When the request cannot be written as JSON.
pub fn request_line<R: Serialize>(request: &R) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Line<'a, R> {
        #[serde(flatten)]
        request: &'a R,
        version: &'static str,
    }
    let version = VERSION;
    serde_json::to_string(&Line { request, version }).map(|line| line + "\n")
}

/// Reads a request from its line.
///
/// # Errors
/// When it is none that this version knows: with an answer for the other program, if that is of
/// another version.
pub fn read_request<R: DeserializeOwned>(
    line: &str,
    host: &str,
) -> Result<R, Option<Box<Message>>> {
    #[derive(Deserialize)]
    struct Peer {
        version: Option<String>,
    }
    serde_json::from_str(line).map_err(|_| {
        let client: Peer = serde_json::from_str(line).ok()?;
        let problem = misunderstood(host, client.version.as_deref(), Some(VERSION))?;
        Message::of(&Event::Failed(problem), host, 0, Phase::Failed).map(Box::new)
    })
}
