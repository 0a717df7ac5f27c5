//! A Jupyter server whose runtime file has been checked.

use super::pages::{Flavour, Pages};
use super::tls::Fingerprint;
use crate::host_name::is_loopback;
use crate::secret::Secret;

/// A server whose process and listener are the account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its process.
    pub pid: u32,
    /// Endpoint at which it listens.
    pub endpoint: Endpoint,
    /// Its token; empty when it has none.
    pub token: Secret,
    /// True if it speaks HTTPS.
    pub secure: bool,
    /// Its certificate, once it has shown it.
    pub certificate: Option<Fingerprint>,
    /// Begins and ends with a slash.
    pub base_url: String,
    /// Its working folder.
    pub root: String,
    /// `jupyter_server`'s version.
    pub version: Option<String>,
    /// Program that it is.
    pub flavour: Flavour,
    /// Pages that it has, as far as they are known.
    pub pages: Pages,
    /// Its runtime file.
    pub file: String,
    /// Start time of its process, in the unit of its system.
    pub began: Option<String>,
    /// The folder of the launch of ours that it belongs to.
    pub launch: Option<String>,
    /// Its host, if that is not the login node.
    pub node: Option<ComputeNode>,
}

/// Endpoint at which a server listens on the remote host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A TCP port.
    Tcp {
        /// The address to connect to there.
        host: String,
        /// The port.
        port: u16,
    },
    /// A unix socket.
    Socket {
        /// Its path.
        path: String,
    },
}

impl Server {
    /// Returns true if only its own host can connect to it.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        match &self.endpoint {
            Endpoint::Tcp { host, .. } => is_loopback(host),
            Endpoint::Socket { .. } => true,
        }
    }
}

/// The host of a server that runs in a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputeNode {
    /// As it calls itself.
    pub name: String,
    /// Its address on the cluster network, if the job reported one.
    pub address: Option<String>,
    /// Its SSH host keys, `TYPE BASE64`, as the job told them.
    pub host_keys: Vec<String>,
    /// True if only a runtime file says that the server runs there.
    pub is_unverified: bool,
}
