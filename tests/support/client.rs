//! The client side: a folder that stands in for the person's home, and the binary run in it with nothing else of the
//! surrounding environment.

use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use tempfile::TempDir;

use super::opened::Opened;
use super::process::{Finished, PATIENCE, finish};
use super::sshd::Server;
use super::terminal::Terminal;
use super::{folder, keys};

/// The key a host is configured with.
#[derive(Debug, Clone, Copy)]
pub enum Key {
    Ed25519,
    Rsa,
    Ecdsa,
    /// Opens with [`keys::PASSPHRASE`].
    Encrypted,
    /// None of a file: whatever the agent has ([`super::Agent`]).
    Agent,
    /// None: the password is asked for.
    Password,
    /// As the host's further lines say.
    None,
}

/// What `known_hosts` says about a server.
#[derive(Debug, Clone, Copy)]
pub enum Known {
    Right,
    /// Keys that are not the server's.
    Wrong,
    Not,
}

/// The aliases that [`Client::of`] writes, one per key.
const ALIASES: [(&str, Key); 6] = [
    ("test", Key::Ed25519),
    ("test-rsa", Key::Rsa),
    ("test-ecdsa", Key::Ecdsa),
    ("test-enc", Key::Encrypted),
    ("test-agent", Key::Agent),
    ("test-pw", Key::Password),
];

pub struct Client {
    folder: TempDir,
    environment: Mutex<Vec<(String, String)>>,
}

impl Client {
    /// Knows no server yet.
    pub fn new() -> Self {
        let client = Self {
            folder: folder("rj-"),
            environment: Mutex::default(),
        };
        for part in ["home", "config/remote-jupyter", "state", "run"] {
            fs::create_dir_all(client.path(part)).unwrap();
        }
        for part in [
            "ssh_config",
            "known_hosts",
            "config/remote-jupyter/config.toml",
        ] {
            fs::write(client.path(part), "").unwrap();
        }
        fs::set_permissions(client.path("run"), fs::Permissions::from_mode(0o700)).unwrap();
        keys::copy_client_keys(client.folder.path());
        client
    }

    /// Has `test`, `test-rsa`, `test-ecdsa`, `test-enc`, `test-agent` and `test-pw` for this server, and knows its host keys.
    pub fn of(server: &dyn Server) -> Self {
        let client = Self::new();
        for (alias, key) in ALIASES {
            client.add_host(alias, server, key);
        }
        client.know(server, Known::Right);
        client
    }

    /// Adds a `Host` to the ssh configuration, with further lines of its own, if any (`ProxyJump jump`).
    pub fn add_host_with(&self, alias: &str, server: &dyn Server, key: Key, lines: &[&str]) {
        let (address, user) = (server.address(), server.user());
        let mut text = self.read("ssh_config");
        writeln!(
            text,
            "Host {alias}\n  HostName {}\n  Port {}\n  User {user}",
            address.ip(),
            address.port()
        )
        .unwrap();
        text += &self.key_lines(key);
        for line in lines {
            writeln!(text, "  {line}").unwrap();
        }
        let known = self.path("known_hosts");
        writeln!(
            text,
            "  UserKnownHostsFile {}\n  GlobalKnownHostsFile /dev/null",
            known.display()
        )
        .unwrap();
        text += "  StrictHostKeyChecking ask\n  IdentityAgent none\n";
        fs::write(self.path("ssh_config"), text).unwrap();
    }

    pub fn add_host(&self, alias: &str, server: &dyn Server, key: Key) {
        self.add_host_with(alias, server, key, &[]);
    }

    fn key_lines(&self, key: Key) -> String {
        let name = match key {
            Key::Ed25519 => "id_ed25519",
            Key::Rsa => "id_rsa",
            Key::Ecdsa => "id_ecdsa",
            Key::Encrypted => "id_ed25519_enc",
            // Without "none", ssh would look into the person's real ~/.ssh.
            Key::Agent => return "  IdentityAgent SSH_AUTH_SOCK\n  IdentityFile none\n".into(),
            Key::None => return String::new(),
            Key::Password => return "  PubkeyAuthentication no\n".into(),
        };
        format!(
            "  IdentityFile {}\n  IdentitiesOnly yes\n",
            self.path(name).display()
        )
    }

    /// Rewrites what `known_hosts` says, which is about this one server then.
    pub fn know(&self, server: &dyn Server, known: Known) {
        fs::write(self.path("known_hosts"), "").unwrap();
        self.know_also(server, known);
    }

    pub fn know_also(&self, server: &dyn Server, known: Known) {
        let keys = match known {
            Known::Right => server.host_keys(),
            Known::Wrong => wrong_host_keys(),
            Known::Not => Vec::new(),
        };
        let mut text = self.read("known_hosts");
        let address = server.address();
        for key in keys {
            writeln!(text, "[{}]:{} {key}", address.ip(), address.port()).unwrap();
        }
        fs::write(self.path("known_hosts"), text).unwrap();
    }

    /// Writes the configuration file.
    pub fn configure(&self, toml: &str) {
        fs::write(self.path("config/remote-jupyter/config.toml"), toml).unwrap();
    }

    /// A file in the client's folder: `ssh_config`, `known_hosts`, `id_rsa`, `home/…`, `config/remote-jupyter/config.toml`,
    /// `state/…`, `run/…`.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap_or_default()
    }

    /// Sets a variable for every command made from now on.
    pub fn env(&self, name: &str, value: impl Into<String>) {
        self.environment
            .lock()
            .unwrap()
            .push((name.into(), value.into()));
    }

    /// From now on questions are answered by a helper program, as ssh's are: the first text that stands in the question
    /// gives its answer; a question that none fits is refused. [`Self::asked`] tells what was asked.
    pub fn askpass(&self, answers: &[(&str, &str)]) {
        let mut script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$1\" >>'{}'\ncase $1 in\n",
            self.path("asked").display()
        );
        for (part, answer) in answers {
            writeln!(
                script,
                "*{}*) printf '%s\\n' {};;",
                quoted(part),
                quoted(answer)
            )
            .unwrap();
        }
        let helper = self.path("askpass");
        fs::write(&helper, script + "*) exit 1;;\nesac\n").unwrap();
        fs::set_permissions(&helper, fs::Permissions::from_mode(0o700)).unwrap();
        self.env("SSH_ASKPASS", helper.to_string_lossy());
        self.env("SSH_ASKPASS_REQUIRE", "force");
    }

    /// The questions that the helper of [`Self::askpass`] got.
    pub fn asked(&self) -> Vec<String> {
        self.read("asked").lines().map(str::to_owned).collect()
    }

    /// The binary, told of our ssh configuration; nothing of the surrounding environment but PATH reaches it.
    pub fn command(&self, args: &[&str]) -> Command {
        self.command_under("ssh_config", args)
    }

    /// The same with another ssh configuration of the client's folder.
    pub fn command_under(&self, ssh_config: &str, args: &[&str]) -> Command {
        // Cargo's, or the one of a package that is tried: bundle/check-deb.
        let installed = std::env::var("REMOTE_JUPYTER_PROGRAM").ok();
        let program = installed
            .as_deref()
            .unwrap_or(env!("CARGO_BIN_EXE_remote-jupyter"));
        let mut command = self.bare(program);
        command.arg("-F").arg(self.path(ssh_config)).args(args);
        command
    }

    /// OpenSSH's own client in the same surroundings: the yardstick.
    pub fn ssh(&self, args: &[&str]) -> Command {
        let mut command = self.bare("ssh");
        command.arg("-F").arg(self.path("ssh_config")).args(args);
        command
    }

    /// Any program in the client's surroundings.
    pub fn bare(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default());
        // What the tests quote is English, whatever the system speaks.
        command.env("LANG", "C");
        // No app of a test looks for a newer version outside: nobody listens there.
        command.env("REMOTE_JUPYTER_RELEASES", "http://127.0.0.1:9");
        for (name, part) in [
            ("HOME", "home"),
            ("XDG_CONFIG_HOME", "config"),
            ("XDG_STATE_HOME", "state"),
            ("XDG_RUNTIME_DIR", "run"),
        ] {
            command.env(name, self.path(part));
        }
        command.envs(self.environment.lock().unwrap().iter().cloned());
        command.current_dir(self.path("home")).stdin(Stdio::null());
        command
    }

    /// Runs to the end, which must come within a minute.
    pub fn run(&self, args: &[&str]) -> Finished {
        self.run_within(args, PATIENCE)
    }

    pub fn run_within(&self, args: &[&str], patience: Duration) -> Finished {
        finish(&mut self.command(args), patience)
    }

    /// Runs one command on a host through OpenSSH; it must succeed. Gives its standard output.
    pub fn ssh_run(&self, host: &str, command: &str) -> String {
        super::process::must(&mut self.ssh(&[host, command]))
    }

    /// `open HOST --json --no-browser`, and its events.
    pub fn open(&self, host: &str) -> Opened {
        self.open_with(host, &[])
    }

    pub fn open_with(&self, host: &str, more: &[&str]) -> Opened {
        Opened::spawn(
            &mut self.command(&[&["open", host, "--json", "--no-browser"], more].concat()),
        )
    }

    /// The same, with the questions asked there though [`Self::askpass`] was called before.
    pub fn terminal_asking(&self, args: &[&str]) -> Terminal {
        let mut command = self.command(args);
        command
            .env_remove("SSH_ASKPASS")
            .env_remove("SSH_ASKPASS_REQUIRE");
        Terminal::spawn(command)
    }

    /// The binary in a terminal of its own.
    pub fn terminal(&self, args: &[&str]) -> Terminal {
        Terminal::spawn(self.command(args))
    }
}

impl Default for Client {
    fn default() -> Self {
        Self::new()
    }
}

/// Right in form, and nobody's.
fn wrong_host_keys() -> Vec<String> {
    let folder = folder("rj-wrong-");
    keys::generate_host_keys(folder.path());
    keys::host_keys(folder.path())
}

/// As one word of a shell's.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

/// The permissions of a file, such as 0o600.
pub fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("a file").permissions().mode() & 0o7777
}
