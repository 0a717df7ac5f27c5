//! What a session tells its face: the terminal, the menu, or a script.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::job::JobInfo;
use crate::jupyter::Activity;
pub use crate::phase::Phase;
use crate::problem::Problem;
use crate::secret::Secret;
use crate::ssh::prompt::Prompt;
pub use crate::ssh::prompt::Reply;

/// The server behind a ready tunnel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServerInfo {
    /// The machine it runs on, as that calls itself.
    pub host: String,
    /// Its port there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<u16>,
    /// Its unix socket there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// Its process there.
    pub pid: u32,
    /// Its version.
    pub version: String,
    /// Begins and ends with a slash.
    pub base_url: String,
}

/// A further forward that is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Forwarded {
    /// What the configuration calls it.
    pub name: String,
    /// Its port on this machine.
    pub local_port: u16,
}

/// A tunnel that is ready. As JSON it holds the token: that is for a socket or a script of the
/// user's own account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ready {
    /// The page, with the token.
    #[serde(serialize_with = "reveal", deserialize_with = "conceal")]
    pub url: Secret,
    /// The port on this machine.
    pub local_port: u16,
    /// The server.
    pub server: ServerInfo,
    /// The job that it runs in.
    pub job: Option<JobInfo>,
    /// Whether it was running before.
    pub reused: bool,
    /// The further forwards of its host.
    #[serde(default)]
    pub forwards: Vec<Forwarded>,
    /// True after a reconnection: nothing is to be opened.
    #[serde(default)]
    pub again: bool,
}

fn reveal<S: Serializer>(secret: &Secret, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(secret.reveal())
}

fn conceal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
    String::deserialize(deserializer).map(Secret::new)
}

/// What there is to say about a job's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Walltime {
    /// It is nearly up.
    Short,
    /// It ends later than it did.
    Extended,
}

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// A new phase began. [`Phase::Ready`], `Failed` and `Closed` have events of their own.
    Phase(Phase),
    /// Something worth a line: a port that was taken, which of several servers was chosen.
    Note(String),
    /// The login waits in silence, and perhaps for the user: a push on a phone, a key to touch.
    Waits(String),
    /// A question for the person.
    Ask(Prompt, Reply),
    /// The tunnel stands.
    Ready(Box<Ready>),
    /// What is known of a job that waits, when it is another thing than before.
    Job(JobInfo),
    /// The time of the job that the server runs in is nearly up, or is longer than it was.
    Walltime(JobInfo, Walltime),
    /// What goes on in the server, when it is another thing than before.
    Kernels(Activity),
    /// The newest launch's log.
    Log {
        /// Where it is on the far side; empty when there is none.
        path: String,
        /// Its text, with tokens taken out.
        text: String,
    },
    /// What [`super::Goal::Look`] found: servers in use and passed over, in words.
    Seen(InspectReport),
    /// A step that worked, in words, for `doctor`.
    Step(String),
    /// A wish was not granted, and the session goes on: busy kernels.
    Refused(Problem),
    /// The end, with a reason.
    Failed(Problem),
    /// The end.
    Closed,
}

/// What was found on the far side without changing anything there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectReport {
    /// The machine's own name.
    pub node: String,
    /// The login shell there.
    pub shell: String,
    /// The `jupyter` on its PATH; empty if there is none before any set-up line has run.
    pub jupyter: String,
    /// The server that `open` would use: its version, place and process in words.
    pub server: Option<String>,
    /// Runtime files that were not believed, and why.
    pub passed_over: Vec<String>,
    /// What became of launches that nobody ended, in words.
    pub lost: Vec<String>,
    /// This host's jobs, in words, and the way to the server of one.
    pub jobs: Vec<String>,
}
