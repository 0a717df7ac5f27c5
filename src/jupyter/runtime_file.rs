//! Runtime files (`jpserver-PID.json` of `jupyter_server`, `nbserver-PID.json` of notebook 6), and
//! whether they may be believed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::Path;

use serde::Deserialize;

use super::pages::Pages;
use super::tls::Fingerprint;
use crate::i18n::say;
use crate::secret::Secret;

/// What the far side's script tells about the machine after all runtime files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HostInfo {
    /// `uname -n`.
    pub node: String,
    /// The account's number.
    pub uid: Option<u32>,
    /// The working folder, absolute and without links; empty if it does not exist.
    pub workdir: String,
    /// The login shell.
    pub shell: String,
    /// The `jupyter` on its PATH; empty if there is none before any set-up line has run.
    pub jupyter: String,
    /// Seconds since 1970 by the clock there, where it was asked.
    pub now: Option<i64>,
    /// The folder of a launch of ours that has not written its runtime file yet.
    pub starting: Option<String>,
    /// Launches of ours that nobody here ended, and that nobody was told of yet.
    pub lost: Vec<Lost>,
    /// Folders of launches and jobs of ours that ended because nobody used them.
    pub idle: Vec<String>,
}

impl HostInfo {
    /// Reads `name=value` lines.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut host_info = Self::default();
        for (name, value) in text.lines().filter_map(|line| line.split_once('=')) {
            match name {
                "node" => value.clone_into(&mut host_info.node),
                "uid" => host_info.uid = value.parse().ok(),
                "workdir" => value.clone_into(&mut host_info.workdir),
                "shell" => value.clone_into(&mut host_info.shell),
                "jupyter" => value.clone_into(&mut host_info.jupyter),
                "idle" => host_info.idle.push(value.to_owned()),
                "lost" => host_info.lost.extend(Lost::parse(value)),
                "starting" if !value.is_empty() => host_info.starting = Some(value.to_owned()),
                _ => {}
            }
        }
        host_info
    }

    /// Whether the server that wrote this runtime file ended because nobody used it.
    #[must_use]
    pub fn was_idle(&self, file: &str) -> bool {
        let holds = |folder: &String| Path::new(file).starts_with(folder);
        self.idle.iter().any(holds)
    }

    /// Returns what became of the launch that the server of this runtime file belonged to, if it is among the lost ones.
    #[must_use]
    pub fn fate(&self, file: &str) -> Option<Fate> {
        let mut lost = self.lost.iter();
        let lost = lost.find(|lost| Path::new(file).starts_with(&lost.folder))?;
        Some(lost.fate)
    }
}

/// A launch of ours that left no word of its end, or one that nobody here gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// What became of it.
    pub fate: Fate,
    /// The name of its machine.
    pub node: String,
    /// Its folder.
    pub folder: String,
}

/// What became of a launch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// All its processes were ended from outside.
    Outside,
    /// Jupyter was ended by KILL.
    Killed,
    /// Its computer was started again.
    Restart,
    /// It is another computer's, and may run there.
    Elsewhere,
    /// Its job was ended from outside.
    Job,
}

impl Lost {
    /// Reads `FATE NODE FOLDER`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.splitn(3, ' ');
        let fate = match words.next()? {
            "outside" => Fate::Outside,
            "killed" => Fate::Killed,
            "restart" => Fate::Restart,
            "elsewhere" => Fate::Elsewhere,
            "job" => Fate::Job,
            _ => return None,
        };
        let (node, folder) = (words.next()?.to_owned(), words.next()?.to_owned());
        Some(Self { fate, node, folder })
    }
}

/// Someone who listens on the port that a runtime file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListeningSocket {
    /// Its address; `None` for all addresses, `::` for all of IPv6.
    pub address: Option<IpAddr>,
    /// The account that listens.
    pub uid: u32,
}

impl ListeningSocket {
    fn is_everywhere(&self) -> bool {
        self.address.is_none_or(|address| address.is_unspecified())
    }
}

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
    /// Who listens on the port.
    pub listeners: Vec<ListeningSocket>,
    /// The account that owns the unix socket, where there is one.
    pub socket_uid: Option<u32>,
    /// The file's text; it holds the token.
    pub json: Secret,
    /// The machine that it runs on, where that is another one than the script's.
    pub node: Option<String>,
    /// That machine's address among its own kind.
    pub address: Option<String>,
    /// That machine's SSH host keys, `TYPE BASE64`, as its job tells them.
    pub host_keys: Vec<String>,
    /// Whether only the runtime file tells of all this: it may be another machine's.
    pub is_unverified: bool,
    /// When the process started, as its system counts that.
    pub began: Option<String>,
    /// The folder of the launch of ours that it belongs to, whose keeper runs.
    pub launch: Option<String>,
    /// True if it is the single-user server of a `JupyterHub`. Its text is left out then.
    pub is_hubs: bool,
    /// When its job's time is up, in seconds since 1970.
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
                "listeners" => {
                    runtime_file.listeners =
                        value.split_whitespace().filter_map(listener).collect();
                }
                "socket" => runtime_file.socket_uid = value.trim().parse().ok(),
                "node" => runtime_file.node = Some(value.to_owned()),
                "address" if !value.is_empty() => runtime_file.address = Some(value.to_owned()),
                "hostkey" => runtime_file.host_keys.push(value.to_owned()),
                "ends" => runtime_file.ends = value.trim().parse().ok(),
                "began" if !value.is_empty() => runtime_file.began = Some(value.to_owned()),
                "launch" if !value.is_empty() => runtime_file.launch = Some(value.to_owned()),
                "hub" => runtime_file.is_hubs = value == "1",
                _ => {}
            }
        }
        runtime_file
    }

    /// A server on another machine, of which only the runtime file in the shared home is known. It
    /// may be believed when a job of the account runs there, and the file names that machine: by its
    /// name, by one of the `names` that the login host knows the file's host by, or by a loopback
    /// address or none, where whoever goes there finds out whether it is its.
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
        let address = if all.any(|name| is_same(name, node)) {
            listens.filter(|at| !at.is_unspecified() && !at.is_loopback())
        } else if host.is_some_and(is_loopback) || listens.is_some_and(|at| at.is_unspecified()) {
            Some(IpAddr::V4(Ipv4Addr::LOCALHOST))
        } else {
            return None;
        };
        let uid_there = uid?;
        let listener = ListeningSocket {
            address,
            uid: uid_there,
        };
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
    /// In words, why not.
    pub fn server(&self, uid: Option<u32>) -> Result<Server, String> {
        if self.is_hubs {
            return Err(say!("server-hubs", pid = self.pid));
        }
        if self.launch.is_none() && is_editors(&self.args) {
            return Err(say!("server-editors", pid = self.pid));
        }
        let file = RuntimeJson::read(&self.json).map_err(|error| {
            say!(
                "server-malformed",
                file = &self.file,
                why = error.to_string()
            )
        })?;
        if uid.is_none() || self.uid != uid {
            return Err(say!("server-foreign", pid = self.pid));
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
                is_hearsay: self.is_unverified,
            }),
        })
    }

    /// The file is its process' own, and that is a Jupyter. A container's process calls itself by
    /// another number than the one it has outside.
    fn check_process(&self, file: &RuntimeJson) -> Result<(), String> {
        let named = self.file.rsplit_once("server-").map(|(_, end)| end);
        let named = named.and_then(|end| end.strip_suffix(".json")?.parse().ok());
        if file.pid != named.unwrap_or(self.pid) {
            return Err(say!(
                "server-names-other",
                file = &self.file,
                pid = file.pid
            ));
        }
        let mut words = ["jupyter", "ipython", "python"].iter();
        if !words.any(|word| self.args.contains(word)) {
            return Err(say!("server-reused", pid = self.pid));
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
                Err(say!("server-socket", socket = socket))
            };
        }
        // Notebook 6 writes the port that it was asked for: 0, when it was to choose one.
        let port = file
            .port
            .filter(|port| *port != 0)
            .or(self.port)
            .ok_or_else(|| say!("server-no-port"))?;
        if self.listeners.is_empty() {
            return Err(say!("server-silent", port = port));
        }
        if self
            .listeners
            .iter()
            .any(|listener| Some(listener.uid) != uid)
        {
            return Err(say!("server-foreign-port", port = port));
        }
        let host = match &self.node {
            // What listens on every address is reached by the machine's name.
            Some(node) if self.listeners.iter().any(ListeningSocket::is_everywhere) => node.clone(),
            _ => self.reach(),
        };
        Ok(Endpoint::Tcp { host, port })
    }

    /// The address to connect to on the far side: loopback wherever that reaches it.
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

fn address(host: &str) -> Option<IpAddr> {
    host.trim_matches(['[', ']']).parse().ok()
}

/// Returns true if two names mean one machine: by what stands before the first dot, or as whole addresses.
fn is_same(one: &str, other: &str) -> bool {
    let short = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    match (address(one), address(other)) {
        (None, None) => short(one) == short(other),
        (one, other) => one == other,
    }
}

/// Whether a name or address means the machine itself.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || address(host).is_some_and(|at| at.is_loopback())
}

/// `ADDRESS:PORT,UID`, or on Linux `hex:…` with the kernel's own notation (`big:…` on a big-endian
/// machine).
fn listener(text: &str) -> Option<ListeningSocket> {
    let (place, uid) = text.rsplit_once(',')?;
    let uid = uid.parse().ok()?;
    let (address, _port) = place.rsplit_once(':')?;
    let address = match address.split_once(':') {
        Some(("hex", digits)) => kernel_address(digits, u32::to_le_bytes)?,
        Some(("big", digits)) => kernel_address(digits, u32::to_be_bytes)?,
        _ if address == "*" => return Some(ListeningSocket { address: None, uid }),
        _ => address.trim_matches(['[', ']']).parse().ok()?,
    };
    let is_all = address == IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    let address = (!is_all).then_some(address);
    Some(ListeningSocket { address, uid })
}

/// `/proc/net/tcp` prints addresses as 32-bit words in the machine's own order.
fn kernel_address(digits: &str, bytes: fn(u32) -> [u8; 4]) -> Option<IpAddr> {
    if !digits.is_ascii() {
        return None;
    }
    let words: Option<Vec<[u8; 4]>> = digits
        .as_bytes()
        .chunks(8)
        .map(|word| {
            let word = std::str::from_utf8(word)
                .ok()
                .filter(|word| word.len() == 8)?;
            Some(bytes(u32::from_str_radix(word, 16).ok()?))
        })
        .collect();
    match words?.as_slice() {
        [word] => Some(IpAddr::V4(Ipv4Addr::from(*word))),
        [a, b, c, d] => {
            let mut octets = [0; 16];
            for (part, word) in octets.chunks_mut(4).zip([a, b, c, d]) {
                part.copy_from_slice(word);
            }
            let address = Ipv6Addr::from(octets);
            Some(
                address
                    .to_ipv4_mapped()
                    .map_or(IpAddr::V6(address), IpAddr::V4),
            )
        }
        _ => None,
    }
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

/// Which program wrote the runtime file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// `jupyter_server` 2, under lab 4, notebook 7 or nbclassic.
    Server2,
    /// Notebook 6: it has no lab.
    Notebook6,
}

/// Where a server listens, on the far side.
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

/// A server whose process and listener are the account's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Its process.
    pub pid: u32,
    /// Where it listens.
    pub endpoint: Endpoint,
    /// Its token; empty when it has none.
    pub token: Secret,
    /// Whether it speaks HTTPS.
    pub secure: bool,
    /// Its certificate, once it has shown it.
    pub certificate: Option<Fingerprint>,
    /// Begins and ends with a slash.
    pub base_url: String,
    /// Its working folder.
    pub root: String,
    /// `jupyter_server`'s version.
    pub version: Option<String>,
    /// Which program it is.
    pub flavour: Flavour,
    /// Which pages it has, as far as that is known.
    pub pages: Pages,
    /// Its runtime file.
    pub file: String,
    /// When its process started, as its system counts that.
    pub began: Option<String>,
    /// The folder of the launch of ours that it belongs to.
    pub launch: Option<String>,
    /// Its machine, where that is another one than the login host.
    pub node: Option<ComputeNode>,
}

impl Server {
    /// Whether only its own machine can connect to it.
    #[must_use]
    pub fn is_inside(&self) -> bool {
        match &self.endpoint {
            Endpoint::Tcp { host, .. } => is_loopback(host),
            Endpoint::Socket { .. } => true,
        }
    }
}

/// The machine of a server that runs in a job.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ComputeNode {
    /// As it calls itself.
    pub name: String,
    /// Its address among its own kind, where it told one.
    pub address: Option<String>,
    /// Its SSH host keys, `TYPE BASE64`, as the job told them.
    pub host_keys: Vec<String>,
    /// Whether only a runtime file says that the server runs there.
    pub is_hearsay: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const JSON: &str = r#"{"base_url": "/", "hostname": "0.0.0.0", "password": false,
        "pid": 2390, "port": 8888, "root_dir": "/home/me", "secure": false, "sock": "",
        "token": "2e02", "url": "http://login:8888/", "version": "2.21.1"}"#;

    fn runtime_file() -> RuntimeFile {
        RuntimeFile::parse(&format!(
            "file=/run/jpserver-2390.json\npid=2390\nuid=1001\nargs=python3 jupyter-lab\n\
             listeners=hex:0100007F:22B8,1001\nsocket=\n\n{JSON}"
        ))
    }

    #[test]
    fn lost_launches_are_read_and_other_words_are_none() {
        let host_info = HostInfo::parse(
            "lost=killed n1 /h o/s/1\nlost=elsewhere n2 /s/2\nlost=later n2 /s/3\nlost=",
        );
        let told: Vec<_> = host_info
            .lost
            .iter()
            .map(|one| one.folder.as_str())
            .collect();
        assert_eq!(told, ["/h o/s/1", "/s/2"]);
        let file = "/h o/s/1/runtime/jpserver-7.json";
        assert_eq!(host_info.fate(file), Some(Fate::Killed));
        assert_eq!(host_info.fate("/s/22/runtime/jpserver-7.json"), None);
    }

    /// As microsoft/vscode-jupyter 11978 shows its command.
    #[test]
    fn the_server_of_an_editor_is_left_alone() {
        let text = |rate: &str| {
            format!(
                "file=/r/jpserver-5.json\npid=5\nuid=1\nargs=/opt/python -m jupyter notebook --no-browser \
                 --notebook-dir=/home/me --config=/tmp/de949226/jupyter_notebook_config.py {rate}\n\
                 listeners=127.0.0.1:1,1\n\n{{\"pid\": 5, \"port\": 1, \"token\": \"t\"}}"
            )
        };
        let rate = "--NotebookApp.iopub_data_rate_limit=10000000000.0";
        let refused = RuntimeFile::parse(&text(rate)).server(Some(1));
        assert!(refused.is_err_and(|why| why.contains("VS Code")));
        assert!(RuntimeFile::parse(&text("")).server(Some(1)).is_ok());
    }

    #[test]
    fn an_honest_file_is_a_server() {
        let server = runtime_file().server(Some(1001)).unwrap();
        assert_eq!(
            server.endpoint,
            Endpoint::Tcp {
                host: "127.0.0.1".into(),
                port: 8888
            }
        );
        assert_eq!((server.pid, server.base_url.as_str()), (2390, "/"));
        assert_eq!(server.token.reveal(), "2e02");
        assert_eq!(server.flavour, Flavour::Server2);
    }

    #[test]
    fn a_file_is_read_as_others_write_it() {
        let mut runtime_file = runtime_file();
        let nulls =
            r#"{"pid": 2390, "port": 8888, "token": null, "base_url": null, "secure": null}"#;
        runtime_file.json = Secret::new(format!("\u{feff}{nulls}\r\n"));
        let server = runtime_file.server(Some(1001)).unwrap();
        assert!(server.token.is_empty() && !server.secure);
        assert_eq!(server.base_url, "/");
    }

    #[test]
    fn nothing_is_believed_that_is_not_the_accounts_own() {
        let reason = |change: &dyn Fn(&mut RuntimeFile)| {
            let mut runtime_file = runtime_file();
            change(&mut runtime_file);
            runtime_file.server(Some(1001)).unwrap_err()
        };
        assert!(reason(&|c| c.uid = Some(0)).contains("another account"));
        assert!(reason(&|c| c.uid = None).contains("another account"));
        assert!(reason(&|c| c.args = "vim".into()).contains("reused"));
        assert!(reason(&|c| c.listeners[0].uid = 7).contains("another account listens"));
        assert!(
            reason(&|c| c.listeners.push(ListeningSocket {
                address: None,
                uid: 7
            }))
            .contains("another account listens")
        );
        assert!(reason(&|c| c.listeners.clear()).contains("nothing listens"));
        assert!(reason(&|c| c.json = Secret::new("{")).contains("malformed"));
        assert!(reason(&|c| c.file = "/run/jpserver-1.json".into()).contains("names process"));
        assert!(runtime_file().server(None).is_err());
    }

    #[test]
    fn a_socket_has_to_be_the_accounts_own() {
        let mut runtime_file = runtime_file();
        runtime_file.json = Secret::new(
            runtime_file
                .json
                .reveal()
                .replace(r#""sock": """#, r#""sock": "/home/me/s""#),
        );
        assert!(
            runtime_file
                .server(Some(1001))
                .unwrap_err()
                .contains("socket")
        );
        runtime_file.socket_uid = Some(1001);
        let server = runtime_file.server(Some(1001)).unwrap();
        assert_eq!(
            server.endpoint,
            Endpoint::Socket {
                path: "/home/me/s".into()
            }
        );
    }

    #[test]
    fn the_kernels_addresses_are_read() {
        let reach = |text: &str| {
            let mut runtime_file = runtime_file();
            runtime_file.listeners = text.split(' ').filter_map(listener).collect();
            runtime_file.reach()
        };
        assert_eq!(reach("hex:00000000:22B8,1"), "127.0.0.1");
        assert_eq!(reach("hex:00000000000000000000000000000000:22B8,1"), "::1");
        let both = "hex:00000000:22B8,1 hex:00000000000000000000000000000000:22B8,1";
        assert_eq!(reach(both), "127.0.0.1");
        assert_eq!(reach("hex:00000000000000000000000001000000:22B8,1"), "::1");
        assert_eq!(reach("hex:0200E70A:22B8,1"), "10.231.0.2");
        assert_eq!(
            reach("hex:0000000000000000FFFF00000100007F:22B8,1"),
            "127.0.0.1"
        );
        assert_eq!(reach("big:7F000001:22B8,1"), "127.0.0.1");
        assert_eq!(reach("big:0AE70002:22B8,1"), "10.231.0.2");
        assert_eq!(reach("big:00000000000000000000000000000001:22B8,1"), "::1");
        assert_eq!(reach("[::1]:8888,501"), "::1");
        assert_eq!(reach("*:8888,501"), "127.0.0.1");
        assert!(listener("hex:zz:1,1").is_none() && listener("x").is_none());
    }

    #[test]
    fn notebook_6_files_are_read() {
        let text = "file=/r/nbserver-5.json\npid=5\nuid=1\nargs=python jupyter-notebook\n\
            listeners=hex:0100007F:22B8,1\n\n{\"base_url\": \"/jupyter\", \"pid\": 5, \
            \"port\": 8888, \"notebook_dir\": \"/h\", \"token\": \"\", \"password\": true}";
        let server = RuntimeFile::parse(text).server(Some(1)).unwrap();
        assert_eq!(server.flavour, Flavour::Notebook6);
        assert_eq!(
            (server.base_url.as_str(), server.root.as_str()),
            ("/jupyter/", "/h")
        );
        assert!(server.token.is_empty());
    }

    #[test]
    fn a_process_of_a_container_is_known_by_the_number_it_calls_itself() {
        let text = |file: u32| {
            format!(
                "file=/r/jpserver-1.json\npid=4711\nuid=1\nargs=python jupyter-lab\n\
                 listeners=hex:0100007F:22B8,1\n\n{{\"pid\": {file}, \"port\": 8888, \"token\": \"t\"}}"
            )
        };
        let server = RuntimeFile::parse(&text(1)).server(Some(1)).unwrap();
        assert_eq!(server.pid, 4711);
        assert!(RuntimeFile::parse(&text(2)).server(Some(1)).is_err());
    }

    #[test]
    fn a_launch_of_ours_is_known_by_its_folder() {
        let text = "file=/s/a/runtime/jpserver-1.json\npid=4711\nuid=1\nargs=sh\nlaunch=/s/a\n\
            listeners=hex:0100007F:22B8,1\n\n{\"pid\": 1, \"port\": 8888, \"token\": \"t\"}";
        let server = RuntimeFile::parse(text).server(Some(1)).unwrap();
        assert_eq!(server.launch.as_deref(), Some("/s/a"));
        let text = text.replace("22B8,1", "22B8,2");
        assert!(RuntimeFile::parse(&text).server(Some(1)).is_err());
    }

    #[test]
    fn a_server_of_a_hub_is_none() {
        let text = "file=/r/jpserver-5.json\npid=5\nuid=1\nargs=jupyterhub-singleuser\nhub=1\n\n";
        let why = RuntimeFile::parse(text).server(Some(1)).unwrap_err();
        assert!(why.contains("JupyterHub"), "{why}");
    }

    #[test]
    fn a_file_without_a_port_gets_the_one_that_its_process_listens_on() {
        let text = "file=/r/nbserver-5.json\npid=5\nuid=1\nport=34567\nargs=jupyter-notebook\n\
            listeners=hex:0100007F:8707,1\n\n{\"pid\": 5, \"port\": 0, \"token\": \"t\"}";
        let server = RuntimeFile::parse(text).server(Some(1)).unwrap();
        let host = "127.0.0.1".into();
        assert_eq!(server.endpoint, Endpoint::Tcp { host, port: 34567 });
    }

    #[test]
    fn facts_are_read() {
        let host_info = HostInfo::parse("node=login\nuid=1001\nhome=/h\nworkdir=/h/a=b\nstarting=");
        assert_eq!(host_info.workdir, "/h/a=b");
        assert_eq!((host_info.uid, host_info.starting), (Some(1001), None));
    }
}
