//! Both sides of a case: `ssh` itself, and our own connection.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use remote_jupyter::connect::{self, Caller, JumpHostPool, TransportWish};
use remote_jupyter::ssh::poll::Poller;
use remote_jupyter::ssh::prompt::{NoAnswer, Prompt, PromptAnswer, Prompter};
use remote_jupyter::ssh::resolve::{SshTarget, resolve};
use remote_jupyter::ssh::{Connection, SshError};
use tempfile::TempDir;

use crate::cases::{Case, Route};
use crate::servers::{Server, Servers};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Unknown,
    Changed,
    Revoked,
    /// An RSA key with fewer bits than `RequiredRSASize`.
    Short,
    /// A file that had to be read could not be, or the handshake failed.
    Failed,
}

/// What came of one side of a case.
#[derive(Debug, PartialEq, Eq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// The fingerprint of the host's key, where one was shown and the side tells it.
    pub key: Option<String>,
    /// The algorithm that was agreed on, where the host was believed.
    pub algorithm: Option<String>,
    /// The first known-hosts file afterwards, hashed names without what is random in them.
    pub file: Option<String>,
    /// The jump host's, likewise.
    pub jump_file: Option<String>,
}

pub fn both(servers: &Servers, case: &Case) -> (Outcome, Outcome) {
    let folder = tempfile::Builder::new()
        .prefix("rj-case-")
        .tempdir_in("/tmp")
        .unwrap();
    let ssh = prepare(&folder, "ssh", servers, case);
    let ours = prepare(&folder, "ours", servers, case);
    (run_ssh(&ssh), run_ours(&ours))
}

/// A folder with the files of the case; gives it.
fn prepare(folder: &TempDir, side: &str, servers: &Servers, case: &Case) -> std::path::PathBuf {
    let folder = folder.path().join(side);
    fs::create_dir(&folder).unwrap();
    for (file, text) in &case.files {
        let file = folder.join(file);
        fs::write(&file, servers.fill(text, case.server)).unwrap();
    }
    for (file, arguments) in &case.keygen {
        let arguments: Vec<String> = arguments
            .iter()
            .map(|argument| argument.replace("{keys}", &servers.path("").display().to_string()))
            .collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        crate::servers::ssh_keygen(&folder, &[&arguments[..], &[file.as_str()]].concat());
    }
    fs::write(folder.join("config"), config(&folder, servers, case)).unwrap();
    folder
}

/// The ssh configuration. ssh takes the first value it reads, so what stands last is what a case does not say otherwise.
fn config(folder: &Path, servers: &Servers, case: &Case) -> String {
    let dir = folder.display().to_string();
    let port = servers.port(case.server);
    let mut config = format!(
        "Host case\n  HostName {}\n  Port {}\n  User nobody\n  StrictHostKeyChecking {}\n",
        case.host,
        case.port.unwrap_or(port),
        case.strict
    );
    match case.route {
        Route::Direct => {}
        Route::Command => {
            let relay = servers.path("relay");
            writeln!(config, "  ProxyCommand bash {} {port}", relay.display()).unwrap();
        }
        Route::Jump => config += "  ProxyJump jump\n",
    }
    for line in &case.options {
        writeln!(config, "  {}", line.replace("{dir}", &dir)).unwrap();
    }
    config += "  PreferredAuthentications none\n";
    if case.route == Route::Jump {
        config += &jump_host(servers, case, &dir);
    }
    config
        + &format!(
            "Host *\n  UserKnownHostsFile {dir}/user\n  GlobalKnownHostsFile {dir}/global\n  \
             BatchMode yes\n  UpdateHostKeys no\n  IdentityAgent none\n"
        )
}

fn jump_host(servers: &Servers, case: &Case, dir: &str) -> String {
    let mut block = format!(
        "Host jump\n  HostName 127.0.0.1\n  Port {}\n  IdentityFile {}\n  UserKnownHostsFile {dir}/jump\n",
        servers.port(Server::Jump),
        servers.path("client").display()
    );
    for line in &case.jump_options {
        writeln!(block, "  {}", line.replace("{dir}", dir)).unwrap();
    }
    block
}

fn run_ssh(folder: &Path) -> Outcome {
    let mut command = Command::new("ssh");
    command.arg("-F").arg(folder.join("config"));
    // A forward, as this is what the program is for: ssh drops it where it goes on with a key that it does not trust.
    command.args(["-v", "-N", "-L", "127.0.0.1:1:127.0.0.1:1", "case"]);
    command.env("LANG", "C").stdin(Stdio::null());
    let Output { stderr, .. } = command.output().expect("these tests need OpenSSH's ssh");
    let text = String::from_utf8_lossy(&stderr).into_owned();
    let has = |part: &str| text.contains(part);
    let unsafe_way = has("Port forwarding is disabled");
    let verdict = if has("REVOKED HOST KEY") || has("revoked by file") {
        Verdict::Revoked
    } else if has("Bad server host key: Invalid key length") {
        Verdict::Short
    } else if has("in revoked keys file") {
        Verdict::Failed
    } else if has("Permission denied") && !unsafe_way {
        Verdict::Accepted
    } else if has("IDENTIFICATION HAS CHANGED") {
        Verdict::Changed
    } else if has("verification failed") || has("requested strict checking") {
        Verdict::Unknown
    } else {
        Verdict::Failed
    };
    // The last one: a jump host's, whose ssh speaks here too, come first.
    let after = |start: &str| {
        let mut lines = text.lines().rev();
        let line = lines.find_map(|line| line.split_once(start))?.1;
        Some(line.trim().to_owned())
    };
    let print = |line: String| Some(line.split([' ', ',']).nth(1)?.to_owned());
    let shown = after("Server host key: ").or_else(|| after("Server host certificate: "));
    let shown = shown.and_then(print);
    let algorithm = after("kex: host key algorithm: ");
    outcome(folder, verdict, shown, algorithm)
}

/// Nobody is there, as in ssh's batch mode.
struct Nobody;

impl Prompter for Nobody {
    fn ask(&self, _question: Prompt) -> PromptAnswer {
        Err(NoAnswer::nobody())
    }
}

fn open(folder: &Path) -> Result<Connection, SshError> {
    let config = folder.join("config");
    let target: SshTarget = resolve("case", Some(&config)).unwrap();
    let poller = Poller::new().unwrap();
    poller.set_deadline(Some(Instant::now() + Duration::from_secs(60)));
    let hops = connect::hops(&target, Some(&config), &poller)?;
    let caller = Caller {
        hop: None,
        transport: TransportWish::Libssh2,
        prompter: &Nobody,
        expected: true,
        tell: &|_| (),
        poller: &poller,
        jump_hosts: &JumpHostPool::default(),
    };
    connect::connect(&target, &hops, &caller)
}

fn run_ours(folder: &Path) -> Outcome {
    let opened = open(folder);
    let opened = opened.as_ref().map_err(SshError::cause);
    let (verdict, shown, algorithm) = match opened {
        Ok(connection) => {
            let session = connection.session().unwrap();
            let key = session.host_key().unwrap().0;
            let print = remote_jupyter::ssh::known_hosts::fingerprint(key);
            let algorithm = session.methods(ssh2::MethodType::HostKey).unwrap();
            (Verdict::Accepted, Some(print), Some(algorithm.to_owned()))
        }
        Err(SshError::HostKeyUnknown { fingerprint, .. }) => {
            (Verdict::Unknown, Some(fingerprint.clone()), None)
        }
        Err(SshError::HostKeyChanged { fingerprint, .. }) => {
            (Verdict::Changed, Some(fingerprint.clone()), None)
        }
        Err(SshError::HostKeyRevoked { fingerprint, .. }) => {
            (Verdict::Revoked, Some(fingerprint.clone()), None)
        }
        Err(SshError::HostKeyShort { .. }) => (Verdict::Short, None, None),
        Err(SshError::KnownHosts(_) | SshError::Handshake { .. } | SshError::Route { .. }) => {
            (Verdict::Failed, None, None)
        }
        Err(other) => panic!("{}: {other}", folder.display()),
    };
    outcome(folder, verdict, shown, algorithm)
}

fn outcome(
    folder: &Path,
    verdict: Verdict,
    shown: Option<String>,
    algorithm: Option<String>,
) -> Outcome {
    let read = |name: &str| {
        let text = fs::read(folder.join(name)).ok()?;
        Some(without_salt(&String::from_utf8_lossy(&text)))
    };
    Outcome {
        verdict,
        key: shown.filter(|_| verdict != Verdict::Failed),
        algorithm: algorithm.filter(|_| verdict == Verdict::Accepted),
        file: read("user"),
        jump_file: read("jump"),
    }
}

fn without_salt(text: &str) -> String {
    let hidden = |line: &str| match line.strip_prefix("|1|") {
        Some(rest) => format!("|1|…{}", rest.split_once(' ').map_or("", |(_, key)| key)),
        None => line.to_owned(),
    };
    text.split('\n').map(hidden).collect::<Vec<_>>().join("\n")
}
