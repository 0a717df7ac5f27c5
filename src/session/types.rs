//! Data about servers, jobs and tunnels that a session reports.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::wait_range::WaitRange;
use crate::secret::Secret;

/// A batch job, as events tell it. Times are seconds since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct JobInfo {
    /// The scheduler, as the configuration names it.
    pub scheduler: String,
    /// Its number.
    pub id: String,
    /// The scheduler's own word for its state, once it is known.
    pub state: Option<String>,
    /// Why it waits, in the scheduler's own words.
    pub reason: Option<String>,
    /// Its place in the queue, where the scheduler tells it.
    pub place: Option<u32>,
    /// Estimated start.
    #[serde(default, deserialize_with = "crate::unix_time::deserialize")]
    pub start_estimate: Option<i64>,
    /// Waits of this host's jobs before, where there is no estimate. (An older version does not say.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usual_wait: Option<WaitRange>,
    /// The machine that it runs on.
    pub node: Option<String>,
    /// Start, where it is known.
    #[serde(default, deserialize_with = "crate::unix_time::deserialize")]
    pub started: Option<i64>,
    /// End of its walltime.
    #[serde(default, deserialize_with = "crate::unix_time::deserialize")]
    pub ends: Option<i64>,
}

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
    /// Its name in the configuration.
    pub name: String,
    /// Its port on this machine.
    pub local_port: u16,
    /// Its target, as seen from the remote host: `127.0.0.1:6006`. (An older version does not say.)
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub remote: String,
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
    /// True if it was running before.
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

/// A change of a job's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Walltime {
    /// It is nearly up.
    Short,
    /// It ends later than it did.
    Extended,
}

/// A connection that is lost, or could not be made again.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// The cause, in one line.
    pub cause: String,
    /// Seconds until the next attempt to connect again; none if it begins now.
    pub retry_in: Option<u64>,
    /// True if it waits for the user, whom the login needs.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub needs_login: bool,
    /// Since when the connection is lost, in seconds since 1970. (An older version does not say.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<i64>,
    /// The time of the next attempt, in seconds since 1970; none if it begins now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_at: Option<i64>,
}

/// The end of a host's last session, where that was not the user's own word.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastEnd {
    /// When, in seconds since 1970.
    pub at: i64,
    /// The code of the reason. Another version may have codes of its own.
    pub code: String,
    /// The reason, in one line.
    pub title: String,
}

/// The result of a look at the remote host that changes nothing there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InspectReport {
    /// The host's own name.
    pub node: String,
    /// The login shell there.
    pub shell: String,
    /// The `jupyter` on its PATH; empty if there is none before any set-up line has run.
    pub jupyter: String,
    /// Server that `open` would use: its version, place and process, as text.
    pub server: Option<String>,
    /// Runtime files that were not believed, and why.
    pub passed_over: Vec<String>,
    /// Fates of launches that were not ended from here, as text.
    pub lost: Vec<String>,
    /// This host's jobs, and the route to the server of one of them, as text.
    pub jobs: Vec<String>,
}
