//! Runtime files (`jpserver-PID.json` of `jupyter_server`, `nbserver-PID.json` of notebook 6), and
//! whether they may be believed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::Deserialize;

use super::listening_socket::{ListeningSocket, listeners};
use super::pages::{Flavour, Pages};
use super::server::{ComputeNode, Endpoint, Server};
use crate::host_name::{address, is_loopback, same_machine};
use crate::i18n::fl;
use crate::secret::Secret;
use crate::unix_time;

/// A runtime file of a living process, as the script told it, not judged yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RuntimeFile {
    /// The runtime file's path.
    pub file: String,
    /// The process, from the file's name.
    pub pid: u32,
    /// The process' account.
    pub uid: Option<u32>,
    /// The port that it listens on, where the file does not say.
    pub port: Option<u16>,
    /// The start of its command line.
    pub args: String,
    /// Sockets that listen on the port.
    pub listeners: Vec<ListeningSocket>,
    /// The account that owns the unix socket, where there is one.
    pub socket_uid: Option<u32>,
    /// The file's text; it holds the token.
    pub json: Secret,
    /// The host that it runs on, if that is not the script's.
    pub node: Option<String>,
    /// That host's address on the cluster network.
    pub address: Option<String>,
    /// That host's SSH host keys, `TYPE BASE64`, as its job reports them.
    pub host_keys: Vec<String>,
    /// True if only the runtime file says all this: it may be another host's.
    pub is_unverified: bool,
    /// Start time of the process, in the unit of its system.
    pub began: Option<String>,
    /// The folder of the launch of ours that it belongs to, whose keeper runs.
    pub launch: Option<String>,
    /// True if it is the single-user server of a `JupyterHub`. Its text is left out then.
    pub is_hubs: bool,
    /// The time at which its job reaches its walltime, in seconds since 1970.
    pub ends: Option<i64>,
}

impl RuntimeFile {
    /// Reads the script's `name=value` lines, an empty line, and the file's text.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (head, json) = text.split_once("\n\n").unwrap_or((text, ""));
        let mut runtime_file = Self {
            json: Secret::new(json),
            ..Self::default()
        };
        for (name, value) in head.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "file" => value.clone_into(&mut runtime_file.file),
                "pid" => runtime_file.pid = value.parse().unwrap_or_default(),
                "uid" => runtime_file.uid = value.trim().parse().ok(),
                "port" => runtime_file.port = value.trim().parse().ok(),
                "args" => value.clone_into(&mut runtime_file.args),
                "listeners" => runtime_file.listeners = listeners(value),
                "socket" => runtime_file.socket_uid = value.trim().parse().ok(),
                "node" => runtime_file.node = Some(value.to_owned()),
                "address" if !value.is_empty() => runtime_file.address = Some(value.to_owned()),
                "unverified" => runtime_file.is_unverified = value == "1",
                "hostkey" => runtime_file.host_keys.push(value.to_owned()),
                "ends" => runtime_file.ends = unix_time::parse(value),
                "began" if !value.is_empty() => runtime_file.began = Some(value.to_owned()),
                "launch" if !value.is_empty() => runtime_file.launch = Some(value.to_owned()),
                "hub" => runtime_file.is_hubs = value == "1",
                _ => {}
            }
        }
        runtime_file
    }

    /// Returns a server on another host, of which only the runtime file in the shared home is
    /// known. It may be believed if a job of the account runs there, and if the file names that
    /// host: by its name, by one of the `names` under which the login node knows the file's host,
    /// or by a loopback address or none; in the last case the session to that node finds out if the
    /// server runs there. Otherwise `None`.
    #[must_use]
    pub fn elsewhere(
        file: &str,
        uid: Option<u32>,
        json: Secret,
        (node, names): (&str, &[String]),
    ) -> Option<Self> {
        let runtime = RuntimeJson::read(&json).ok()?;
        let url = runtime
            .url
            .as_deref()
            .and_then(|url| url::Url::parse(url).ok());
        let host = url.as_ref().and_then(|url| url.host_str());
        let own = host.into_iter().chain(runtime.hostname.as_deref());
        let mut all = own.chain(names.iter().map(String::as_str));
        let listens = host.and_then(address);
        let address = if all.any(|name| same_machine(name, node)) {
            listens.filter(|at| !at.is_unspecified() && !at.is_loopback())
        } else if host.is_some_and(is_loopback) || listens.is_some_and(|at| at.is_unspecified()) {
            Some(IpAddr::V4(Ipv4Addr::LOCALHOST))
        } else {
            return None;
        };
        uid?;
        let listener = ListeningSocket { address, uid };
        Some(Self {
            file: file.to_owned(),
            pid: runtime.pid,
            uid,
            args: "jupyter".to_owned(),
            listeners: vec![listener],
            json,
            node: Some(node.to_owned()),
            is_unverified: true,
            ..Self::default()
        })
    }

    /// The server, if it may be believed: its process and its listener belong to the account `uid`.
    /// No token may go anywhere before this. In a launch of ours the process needs no further proof,
    /// whatever number it calls itself by: its folder and keeper are known.
    ///
    /// # Errors
    /// The reason why not, as text.
    pub fn server(&self, uid: Option<u32>) -> Result<Server, String> {
        if self.is_hubs {
            return Err(fl!("server-hubs", pid = self.pid));
        }
        if self.launch.is_none() && is_editors(&self.args) {
            return Err(fl!("server-editors", pid = self.pid));
        }
        let file = RuntimeJson::read(&self.json).map_err(|error| {
            fl!(
                "server-malformed",
                file = &self.file,
                why = error.to_string()
            )
        })?;
        if uid.is_none() || self.uid != uid {
            return Err(fl!("server-foreign", pid = self.pid));
        }
        if self.launch.is_none() {
            self.check_process(&file)?;
        }
        let endpoint = self.endpoint(&file, uid)?;
        let flavour = if self.file.contains("nbserver-") {
            Flavour::Notebook6
        } else {
            Flavour::Server2
        };
        Ok(Server {
            pid: self.pid,
            endpoint,
            token: Secret::new(file.token),
            secure: file.secure,
            certificate: None,
            pages: Pages::of(flavour, &self.args),
            base_url: base_url(&file.base_url),
            root: file.root_dir.or(file.notebook_dir).unwrap_or_default(),
            version: file.version,
            flavour,
            file: self.file.clone(),
            began: self.began.clone(),
            launch: self.launch.clone(),
            node: self.node.as_ref().map(|name| ComputeNode {
                name: name.clone(),
                address: self.address.clone(),
                host_keys: self.host_keys.clone(),
                is_unverified: self.is_unverified,
            }),
        })
    }

    /// The file is its process' own, and that is a Jupyter. A container's process calls itself by
    /// another number than the one it has outside.
    fn check_process(&self, file: &RuntimeJson) -> Result<(), String> {
        let named = self.file.rsplit_once("server-").map(|(_, end)| end);
        let named = named.and_then(|end| end.strip_suffix(".json")?.parse().ok());
        if file.pid != named.unwrap_or(self.pid) {
            return Err(fl!("server-names-other", file = &self.file, pid = file.pid));
        }
        let mut words = ["jupyter", "ipython", "python"].iter();
        if !words.any(|word| self.args.contains(word)) {
            return Err(fl!("server-reused", pid = self.pid));
        }
        Ok(())
    }

    fn endpoint(&self, file: &RuntimeJson, uid: Option<u32>) -> Result<Endpoint, String> {
        let socket = file.sock.as_deref().unwrap_or_default();
        if !socket.is_empty() {
            return if self.socket_uid == uid {
                Ok(Endpoint::Socket {
                    path: socket.to_owned(),
                })
            } else {
                Err(fl!("server-socket", socket = socket))
            };
        }
        // Notebook 6 writes the port that it was asked for: 0, when it was to choose one.
        let port = file
            .port
            .filter(|port| *port != 0)
            .or(self.port)
            .ok_or_else(|| fl!("server-no-port"))?;
        if self.listeners.is_empty() {
            return Err(fl!("server-silent", port = port));
        }
        if self.listeners.iter().any(|listener| listener.uid != uid) {
            return Err(fl!("server-foreign-port", port = port));
        }
        let host = match &self.node {
            // A server that listens on every address is reached by the host's name.
            Some(node) if self.listeners.iter().any(ListeningSocket::is_everywhere) => node.clone(),
            _ => self.reach(),
        };
        Ok(Endpoint::Tcp { host, port })
    }

    /// Returns the address to connect to on the remote host: loopback wherever that reaches the
    /// server.
    fn reach(&self) -> String {
        let addresses: Vec<Option<IpAddr>> = self
            .listeners
            .iter()
            .map(|listener| listener.address)
            .collect();
        let v4 = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let v6 = IpAddr::V6(Ipv6Addr::LOCALHOST);
        if addresses.contains(&None) || addresses.contains(&Some(v4)) {
            return v4.to_string();
        }
        // tornado opens `::` for IPv6 alone.
        let all_of_v6 = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
        if addresses.contains(&Some(v6)) || addresses.contains(&Some(all_of_v6)) {
            return v6.to_string();
        }
        addresses
            .into_iter()
            .flatten()
            .next()
            .unwrap_or(v4)
            .to_string()
    }
}

/// Returns true for the server that VS Code starts for its own notebooks, and ends with its window: by the options that it
/// gives (microsoft/vscode-jupyter 11978).
fn is_editors(args: &str) -> bool {
    args.contains("--config=") && args.contains(".iopub_data_rate_limit=10000000000.0")
}

/// Jupyter's own notion always begins and ends with a slash; a hand-written one may not.
fn base_url(text: &str) -> String {
    let middle = text.trim_matches('/');
    if middle.is_empty() {
        "/".into()
    } else {
        format!("/{middle}/")
    }
}

#[derive(Deserialize)]
struct RuntimeJson {
    pid: u32,
    port: Option<u16>,
    sock: Option<String>,
    #[serde(default, deserialize_with = "or_default")]
    token: String,
    #[serde(default, deserialize_with = "or_default")]
    secure: bool,
    #[serde(default, deserialize_with = "or_default")]
    base_url: String,
    url: Option<String>,
    hostname: Option<String>,
    root_dir: Option<String>,
    notebook_dir: Option<String>,
    version: Option<String>,
}

impl RuntimeJson {
    /// Reads the file's text, which an editor may have begun with a byte order mark.
    fn read(text: &Secret) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text.reveal().trim_start_matches('\u{feff}'))
    }
}

/// Takes `null` for a field that is not there.
fn or_default<'a, T: Default + Deserialize<'a>, D: serde::Deserializer<'a>>(
    field: D,
) -> Result<T, D::Error> {
    Ok(Option::deserialize(field)?.unwrap_or_default())
}

#[cfg(test)]
mod tests;
