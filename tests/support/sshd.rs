//! A throw-away OpenSSH server on loopback, run as the current user.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

use super::home::Home;
use super::penalties::unpunished;
use super::process::{self, PATIENCE, eventually};
use super::{folder, jupyter_venv, keys, script_file};

const SSHD: &str = "/usr/sbin/sshd";

/// What a client must know of a server.
pub trait Server {
    fn address(&self) -> SocketAddr;
    fn user(&self) -> String;
    /// Its public host keys, each as `type base64`.
    fn host_keys(&self) -> Vec<String>;
}

/// How a server differs from the usual one.
pub struct Options {
    pub address: IpAddr,
    /// Whether the home's shells find a real Jupyter.
    pub jupyter: bool,
    /// Lines for `sshd_config`; they win over ours.
    pub config: Vec<String>,
    /// More environment for every session, as `NAME=value`.
    pub environment: Vec<String>,
    /// Environment of the server itself.
    pub server_environment: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            address: Ipv4Addr::LOCALHOST.into(),
            jupyter: true,
            config: Vec::new(),
            environment: Vec::new(),
            server_environment: Vec::new(),
        }
    }
}

/// The running server. Dropping it ends it, its connections, and every process started through it.
pub struct Sshd {
    folder: TempDir,
    home: Home,
    id: String,
    address: SocketAddr,
    environment: Vec<(String, String)>,
    running: Option<Running>,
    /// Connections that outlived a `stop_listening`.
    orphans: Vec<i32>,
}

/// The server's process, and the one that cleans up after it even when this test is killed.
struct Running {
    sshd: Child,
    reaper: Reaper,
}

impl Sshd {
    /// On 127.0.0.1, with Jupyter.
    pub fn start() -> Self {
        Self::with(&Options::default())
    }

    /// On `::1`, with Jupyter.
    pub fn start_v6() -> Self {
        Self::with(&Options {
            address: Ipv6Addr::LOCALHOST.into(),
            ..Options::default()
        })
    }

    pub fn with(options: &Options) -> Self {
        let folder = folder("rj-sshd-");
        let bin = options.jupyter.then(|| jupyter_venv().join("bin"));
        let home = Home::new(folder.path().join("home"), bin.as_deref());
        keys::generate_host_keys(folder.path());
        fs::write(
            folder.path().join("authorized_keys"),
            keys::authorized_keys(),
        )
        .unwrap();
        let address = free_port(options.address);
        let mut sshd = Self {
            folder,
            home,
            id: new_id(),
            address,
            environment: options.server_environment.clone(),
            running: None,
            orphans: Vec::new(),
        };
        // Another process may take the port between our look and sshd's bind.
        for _ in 0..5 {
            fs::write(sshd.config(), sshd.config_text(options)).unwrap();
            if sshd.try_launch() {
                return sshd;
            }
            sshd.address = free_port(options.address);
        }
        panic!("sshd does not start: {}", sshd.log())
    }

    pub fn home(&self) -> &Home {
        &self.home
    }

    /// Says anew which keys may log in, and what each may do.
    pub fn set_authorized_keys(&self, text: &str) {
        fs::write(self.folder.path().join("authorized_keys"), text).unwrap();
    }

    /// All that sshd logged, over restarts too.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// How many logins it accepted so far.
    pub fn connections(&self) -> usize {
        accepted_logins(&self.log())
    }

    /// Process id and command of everything started through this server that still runs, but for sshd itself.
    pub fn leftovers(&self) -> Vec<String> {
        marked(&self.id)
    }

    /// Waits until nothing started through this server runs any more.
    pub fn empties_within(&self, patience: Duration) -> bool {
        eventually(patience, || self.leftovers().is_empty())
    }

    /// Refuses new connections; those that stand live on, as with a real restart.
    pub fn stop_listening(&mut self) {
        self.orphans = self.connection_processes();
        if let Some(running) = &mut self.running {
            let _ = running.sshd.kill();
            let _ = running.sshd.wait();
        }
    }

    /// Listens again, on the same port and with the same keys.
    pub fn listen_again(&mut self) {
        self.stop_listening();
        assert!(
            eventually(PATIENCE, || self.try_launch()),
            "sshd does not start again: {}",
            self.log()
        );
    }

    /// Cuts every connection, as a reboot of the far side's network would; processes there live on.
    pub fn drop_connections(&self) {
        self.signal_connections(Signal::KILL);
    }

    /// The connections stay open and nobody answers; [`Self::thaw`] ends it.
    pub fn freeze(&self) {
        self.signal_connections(Signal::STOP);
    }

    pub fn thaw(&self) {
        self.signal_connections(Signal::CONT);
    }

    fn signal_connections(&self, signal: Signal) {
        for pid in self.connection_processes() {
            // It may have ended since we looked.
            let _ = kill_process(Pid::from_raw(pid).expect("a process id"), signal);
        }
    }

    /// sshd's processes that serve one connection each.
    fn connection_processes(&self) -> Vec<i32> {
        let Some(running) = &self.running else {
            return Vec::new();
        };
        let table = process::must(Command::new("ps").args(["-A", "-o", "pid=,ppid=,comm="]));
        let rows: Vec<Row> = table
            .lines()
            .filter_map(Row::parse)
            .filter(|row| row.command.contains("sshd"))
            .collect();
        let mut found = self.orphans.clone();
        found.retain(|pid| rows.iter().any(|row| row.pid == *pid));
        let main = i32::try_from(running.sshd.id()).unwrap();
        let mut parents = vec![main];
        parents.extend(&found);
        while let Some(parent) = parents.pop() {
            let children = rows
                .iter()
                .filter(|row| row.parent == parent && !found.contains(&row.pid));
            let children: Vec<i32> = children.map(|row| row.pid).collect();
            parents.extend(&children);
            found.extend(children);
        }
        found
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("sshd_config")
    }

    fn config_text(&self, options: &Options) -> String {
        let folder = self.folder.path();
        // sshd takes the first value it reads: what a test asks for comes before ours.
        let mut text = options
            .config
            .iter()
            .fold(String::new(), |text, line| text + line + "\n");
        text += &base_config(folder, self.address);
        // Run as the current user, without that user's home: HOME is set for each session.
        let environment = options
            .environment
            .iter()
            .fold(String::new(), |all, one| format!("{all} {one}"));
        let home = self.home.path().display();
        writeln!(
            text,
            "SetEnv HOME={home} RJ_FIXTURE={}{environment}",
            self.id
        )
        .unwrap();
        if cfg!(target_os = "macos") {
            text += &session_notes(&self.id);
        }
        text + "PasswordAuthentication no\nKbdInteractiveAuthentication no\nPermitRootLogin yes\n"
    }

    /// True once it accepts connections; false if it ended instead.
    fn try_launch(&mut self) -> bool {
        privilege_separation_folder();
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut command = Command::new(SSHD);
        command
            .args(["-D", "-e", "-f"])
            .arg(self.config())
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        let mut sshd = command
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {SSHD}, run scripts/install: {e}"));
        let reaper = Reaper::of(&self.id, sshd.id());
        let up = answers(&mut sshd, self.address);
        // A restart keeps the first reaper until the new one stands, so that nothing of before is ended now.
        if let Some(old) = self.running.replace(Running { sshd, reaper }) {
            old.reaper.leave_everything();
        }
        up
    }
}

impl Server for Sshd {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn user(&self) -> String {
        process::must(Command::new("id").arg("-un"))
            .trim()
            .to_owned()
    }

    fn host_keys(&self) -> Vec<String> {
        keys::host_keys(self.folder.path())
    }
}

impl Drop for Sshd {
    fn drop(&mut self) {
        if !self.orphans.is_empty() {
            self.drop_connections();
        }
        if let Some(mut running) = self.running.take() {
            running.reaper.reap();
            let _ = running.sshd.wait();
        }
    }
}

/// Runs `scripts/reap`, which acts when the pipe that we hold closes: by us, or by our death.
pub struct Reaper {
    script: Child,
    pipe: Option<ChildStdin>,
}

impl Reaper {
    pub fn of(id: &str, sshd: u32) -> Self {
        let mut command = Command::new(script_file("reap"));
        command.args([id, &sshd.to_string()]).stdin(Stdio::piped());
        let mut script = command.spawn().expect("scripts/reap");
        Self {
            pipe: script.stdin.take(),
            script,
        }
    }

    pub fn reap(&mut self) {
        drop(self.pipe.take());
        let _ = process::wait(&mut self.script, PATIENCE);
    }

    /// Another one has taken over.
    fn leave_everything(mut self) {
        let _ = self.script.kill();
        let _ = self.script.wait();
    }
}

/// The part of `sshd_config` that every fixture server shares.
pub fn base_config(folder: &Path, address: SocketAddr) -> String {
    let mut text = String::new();
    let listen = match address.ip() {
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    };
    writeln!(text, "ListenAddress {listen}:{}", address.port()).unwrap();
    for kind in keys::HOST_KEY_TYPES {
        writeln!(text, "HostKey {}/ssh_host_{kind}_key", folder.display()).unwrap();
    }
    writeln!(
        text,
        "AuthorizedKeysFile {}/authorized_keys",
        folder.display()
    )
    .unwrap();
    // StrictModes looks at the folders above, and /tmp is everybody's. PAM would ask the machine's own accounts.
    text + "PidFile none\nUsePAM no\nStrictModes no\nUseDNS no\nPrintMotd no\nPermitUserRC no\nLogLevel VERBOSE\n\
            PubkeyAuthentication yes\nMaxStartups 100\n"
        + unpunished()
}

/// Names one fixture: processes carry it as `RJ_FIXTURE`.
pub fn new_id() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos();
    format!(
        "{}-{}-{now}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    )
}

/// A port that nobody listens on, for a server that is about to start. It is none of those that the kernel gives to
/// connections (32768 and more; on a Mac 49152): one of these may be gone before the server has it.
pub fn free_port(ip: IpAddr) -> SocketAddr {
    let random = || RandomState::new().build_hasher().finish();
    for _ in 0..1000 {
        let port = u16::try_from(10_240 + random() % (32_768 - 10_240)).expect("below 65536");
        if let Ok(listener) = TcpListener::bind((ip, port)) {
            return listener.local_addr().unwrap();
        }
    }
    panic!("no port on {ip}");
}

/// A server run by root puts its unprivileged part into this empty folder; packages make it only at boot.
fn privilege_separation_folder() {
    if cfg!(target_os = "linux") && rustix::process::geteuid().is_root() {
        fs::create_dir_all("/run/sshd").expect("/run/sshd");
    }
}

/// True once the server greets us (another process's listener wouldn't: the port is then not ours); false if it ends.
pub fn answers(server: &mut Child, address: SocketAddr) -> bool {
    let mut up = false;
    eventually(PATIENCE, || {
        let ended = server.try_wait().expect("our own child").is_some();
        up = !ended && greets(address);
        up || ended
    });
    up
}

fn greets(address: SocketAddr) -> bool {
    use std::io::Read;
    let Ok(mut stream) = TcpStream::connect_timeout(&address, Duration::from_secs(1)) else {
        return false;
    };
    let mut greeting = [0; 4];
    stream
        .set_read_timeout(Some(Duration::from_secs(5)))
        .unwrap();
    stream.read_exact(&mut greeting).is_ok() && &greeting == b"SSH-"
}

pub fn accepted_logins(log: &str) -> usize {
    // "Accepted key" stands there too, for each key that would do.
    let methods = [
        "Accepted publickey ",
        "Accepted password ",
        "Accepted keyboard-interactive",
        "Accepted gssapi-with-mic ",
        "Accepted hostbased ",
    ];
    log.lines()
        .filter(|line| methods.iter().any(|method| line.contains(method)))
        .count()
}

/// The line of a configuration that notes each session, for `scripts/marked` where environments
/// cannot be read.
pub fn session_notes(id: &str) -> String {
    format!(
        "ForceCommand {} --session {id}\n",
        script_file("marked").display()
    )
}

pub fn marked(id: &str) -> Vec<String> {
    let found = process::must(Command::new(script_file("marked")).arg(id));
    found.lines().map(str::to_owned).collect()
}

/// A line of `ps -o pid=,ppid=,comm=`.
struct Row<'a> {
    pid: i32,
    parent: i32,
    command: &'a str,
}

impl<'a> Row<'a> {
    fn parse(line: &'a str) -> Option<Self> {
        let mut words = line.split_whitespace();
        let (pid, parent) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some(Self {
            pid,
            parent,
            command: words.next()?,
        })
    }
}
