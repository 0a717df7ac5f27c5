//! Contents of a configuration: plain data, filled in by serde once the checks have passed.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use toml::Spanned;

use super::values;

/// An enum whose variants are words of the file. The checks read the same list of words.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$what:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
        pub enum $name { $($(#[$what])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every word, in the order in which they are offered.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            /// The word that the file uses.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}

words! {
    /// Launch method: how a server is started if none runs.
    #[derive(Default)]
    LauncherKind {
        /// A process on the remote host that ssh reaches.
        #[default]
        Direct = "direct",
        /// A job of Grid Engine.
        Sge = "sge",
        /// A job of Slurm.
        Slurm = "slurm",
        /// A job of PBS.
        Pbs = "pbs",
        /// A job of LSF.
        Lsf = "lsf",
        /// Never: only a server that already runs is used.
        Attach = "attach",
    }
}

words! {
    /// Jupyter application to start.
    App {
        /// `JupyterLab`.
        Lab = "lab",
        /// The notebook application.
        Notebook = "notebook",
        /// The classic notebook on today's server.
        Nbclassic = "nbclassic",
    }
}

words! {
    /// Address that a started server listens on.
    #[derive(Default)]
    Bind {
        /// The safest that works there.
        #[default]
        Auto = "auto",
        /// A unix socket.
        Socket = "socket",
        /// The loopback address of the server's host.
        Loopback = "loopback",
        /// The node's own address, where others can reach it and the token guards it.
        Node = "node",
    }
}

words! {
    /// Action on the server when the app quits.
    #[derive(Default)]
    OnQuit {
        /// It stays.
        #[default]
        Keep = "keep",
        /// It is stopped.
        Stop = "stop",
    }
}

words! {
    /// Transport of a connection.
    #[derive(Default)]
    Transport {
        /// libssh2, unless the system's `ssh` is needed or has a connection open.
        #[default]
        Auto = "auto",
        /// libssh2.
        Libssh2 = "libssh2",
        /// The system's `ssh`.
        Openssh = "openssh",
    }
}

/// The whole configuration, checked.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Config {
    /// The file that this came from, whether or not it exists.
    #[serde(skip)]
    pub path: PathBuf,
    /// The host to open when none is named; one of `hosts`.
    pub default_host: Option<String>,
    /// The browser's name; the system's own choice when absent.
    pub browser: Option<String>,
    /// Names of the hosts to connect when the app starts; all of them in `hosts`.
    #[serde(default)]
    pub open_at_start: Vec<String>,
    /// The language of all texts, such as `ja`; the system's when absent.
    pub language: Option<String>,
    /// False if the app does not check for a new version of itself once a day; see
    /// [`Config::checks_updates`].
    pub check_updates: Option<bool>,
    /// Least time of a run of cells whose end is notified; see [`Config::cell_done_after`].
    #[serde(default, deserialize_with = "duration_or_never")]
    pub cell_done_after: Option<Duration>,
    /// The user's command for events, a line for `/bin/sh`.
    pub on_event: Option<String>,
    /// The hosts, in the file's order; no name twice.
    #[serde(default, rename = "host")]
    pub hosts: Vec<Host>,
    /// The hosts that their profiles make of them, in the same order; see [`Host::with_profile`].
    #[serde(skip)]
    pub profile_hosts: Vec<Host>,
}

/// One remote host and how Jupyter runs there.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Host {
    /// The menu's label, and the name in commands.
    pub name: String,
    /// Alias, `user@host` or `ssh://user@host:port`; see [`Host::ssh_destination`].
    pub ssh: Option<String>,
    /// Transport of the connection.
    #[serde(default)]
    pub transport: Transport,
    /// Launch method for a server.
    #[serde(default)]
    pub launcher: LauncherKind,
    /// The application to start; the best one there when absent.
    pub app: Option<App>,
    /// The user's own command line, which goes before `app`.
    pub command: Option<String>,
    /// Further options for Jupyter, passed on as words.
    #[serde(default)]
    pub args: Vec<String>,
    /// The server's folder on the remote host; may begin with `~`.
    pub workdir: Option<String>,
    /// Shell lines to run before the server starts.
    #[serde(default)]
    pub setup: Vec<String>,
    /// The server's environment, beyond the login shell's. Values may be empty.
    #[serde(default)]
    pub env: BTreeMap<String, String>,
    /// The path that a started server's addresses begin with; one of the host's name when absent.
    pub base_url: Option<String>,
    /// The port on the local computer, 1024 or more; a free one when absent.
    pub local_port: Option<u16>,
    /// The server's port on the remote host, 1 or more; any when absent.
    pub remote_port: Option<u16>,
    /// Address that the server listens on.
    #[serde(default)]
    pub bind: Bind,
    /// The scheduler's queue or partition.
    pub queue: Option<String>,
    /// CPU cores, at least 1.
    pub cores: Option<u32>,
    /// Memory: a whole number, then `K`, `M`, `G` or `T`.
    pub memory: Option<String>,
    /// GPUs.
    pub gpus: Option<u32>,
    /// The job's longest time: `H:MM:SS`, or `D-HH:MM:SS` with days.
    pub walltime: Option<String>,
    /// The parallel environment of Grid Engine.
    pub parallel_environment: Option<String>,
    /// Further arguments for the scheduler, as they are.
    #[serde(default)]
    pub options: Vec<String>,
    /// The user's own job script on the remote host, instead of a generated one.
    pub job_script: Option<String>,
    /// The least time between two calls of the scheduler, in seconds, at least 1.
    #[serde(default = "poll_seconds")]
    pub poll_seconds: u32,
    /// Action on the server when the app quits.
    #[serde(default)]
    pub on_quit: OnQuit,
    /// Longest time that a server may be idle before it is stopped; no limit when absent.
    #[serde(default, deserialize_with = "duration")]
    pub idle_stop: Option<Duration>,
    /// True if the passphrase goes into the system's keychain.
    #[serde(default)]
    pub remember: bool,
    /// Further forwards, up with the tunnel; no name and no local port twice.
    #[serde(default, rename = "forward")]
    pub forwards: Vec<Forward>,
    /// Named sets of keys for one start, in the file's order.
    #[serde(default, rename = "profile", deserialize_with = "in_order")]
    pub profiles: Vec<Profile>,
    /// The profile that made this host of another one ([`Host::with_profile`]).
    #[serde(skip)]
    pub profile: Option<String>,
    /// A key of that profile that only a scheduler heeds, where the host has none.
    #[serde(skip)]
    pub unheeded: Option<&'static str>,
}

impl Host {
    /// A host of which only the name is said.
    #[must_use]
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ssh: None,
            transport: Transport::default(),
            launcher: LauncherKind::default(),
            app: None,
            command: None,
            args: Vec::new(),
            workdir: None,
            setup: Vec::new(),
            env: BTreeMap::new(),
            base_url: None,
            local_port: None,
            remote_port: None,
            bind: Bind::default(),
            queue: None,
            cores: None,
            memory: None,
            gpus: None,
            walltime: None,
            parallel_environment: None,
            options: Vec::new(),
            job_script: None,
            poll_seconds: poll_seconds(),
            on_quit: OnQuit::default(),
            idle_stop: None,
            remember: false,
            forwards: Vec::new(),
            profiles: Vec::new(),
            profile: None,
            unheeded: None,
        }
    }

    /// Returns the destination for ssh: `ssh` if it is set, else the name.
    #[must_use]
    pub fn ssh_destination(&self) -> &str {
        self.ssh.as_deref().unwrap_or(&self.name)
    }
}

/// Keys that take the place of the host's own for one start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Profile {
    /// Its name, which is the header's last part.
    #[serde(skip)]
    pub name: String,
    /// The application to start.
    pub(super) app: Option<App>,
    /// Further options for Jupyter.
    pub(super) args: Option<Vec<String>>,
    /// The server's folder.
    pub(super) workdir: Option<String>,
    /// Shell lines to run before the server starts.
    pub(super) setup: Option<Vec<String>>,
    /// The server's environment.
    pub(super) env: Option<BTreeMap<String, String>>,
    /// The port on the local computer; a free one when absent, since two tunnels cannot share the host's.
    pub(super) local_port: Option<u16>,
    /// The server's port on the remote host.
    pub(super) remote_port: Option<u16>,
    /// The request to the scheduler.
    #[serde(flatten)]
    pub(super) resources: Resources,
    /// The parallel environment of Grid Engine.
    pub(super) parallel_environment: Option<String>,
    /// Further arguments for the scheduler.
    pub(super) options: Option<Vec<String>>,
    /// The user's own job script on the remote host.
    pub(super) job_script: Option<String>,
}

/// A request to a scheduler, as a command line or a profile makes it in place of the host's own.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Resources {
    /// The queue or partition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<String>,
    /// CPU cores, at least 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cores: Option<u32>,
    /// Memory: a whole number, then `K`, `M`, `G` or `T`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory: Option<String>,
    /// GPUs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gpus: Option<u32>,
    /// The job's longest time: `H:MM:SS`, or `D-HH:MM:SS` with days.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub walltime: Option<String>,
}

/// One more port to forward beside Jupyter's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "WrittenForward")]
pub struct Forward {
    /// Its label.
    pub name: String,
    /// The target host, as seen from the remote host; an IPv6 address has no brackets.
    pub remote_host: String,
    /// The port there, 1 or more.
    pub remote_port: u16,
    /// The port on the local computer, 1024 or more; a free one when absent.
    pub local_port: Option<u16>,
}

impl Forward {
    /// Returns a forward to what a user wrote, `6006` or `node17:6006`, at the same local port if that is free. None if
    /// it is no port or address.
    #[must_use]
    pub fn to(remote: &str) -> Option<Self> {
        let (remote_host, remote_port) = values::remote(remote).ok()?;
        Some(Self {
            name: remote.to_owned(),
            remote_host,
            remote_port,
            local_port: (remote_port >= 1024).then_some(remote_port),
        })
    }

    /// Returns its target as text; an IPv6 address has brackets.
    #[must_use]
    pub fn remote(&self) -> String {
        let (host, port) = (&self.remote_host, self.remote_port);
        if host.contains(':') {
            format!("[{host}]:{port}")
        } else {
            format!("{host}:{port}")
        }
    }
}

/// A forward as the file has it.
#[derive(Deserialize)]
struct WrittenForward {
    name: String,
    remote: String,
    local_port: Option<u16>,
}

impl TryFrom<WrittenForward> for Forward {
    type Error = String;

    fn try_from(written: WrittenForward) -> Result<Self, String> {
        let (remote_host, remote_port) =
            values::remote(&written.remote).map_err(|complaint| complaint.message)?;
        Ok(Self {
            name: written.name,
            remote_host,
            remote_port,
            local_port: written.local_port,
        })
    }
}

/// Some sites ask for more; fewer would be a burden on any scheduler.
const fn poll_seconds() -> u32 {
    15
}

fn duration_or_never<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    values::duration_or_never(&text)
        .map(Some)
        .map_err(|complaint| D::Error::custom(complaint.message))
}

fn duration<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    values::duration(&text)
        .map(Some)
        .map_err(|complaint| D::Error::custom(complaint.message))
}

/// Reads the tables of `[host.profile.NAME]`, in the order of the file.
fn in_order<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Profile>, D::Error> {
    let tables = BTreeMap::<Spanned<String>, Profile>::deserialize(from)?;
    let mut tables: Vec<_> = tables.into_iter().collect();
    tables.sort_by_key(|(name, _)| name.span().start);
    let named = tables.into_iter().map(|(name, profile)| Profile {
        name: name.into_inner(),
        ..profile
    });
    Ok(named.collect())
}
