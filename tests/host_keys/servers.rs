//! The servers, on loopback, and the keys of everybody.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::penalties::unpunished;

const SSHD: &str = "/usr/sbin/sshd";

/// Which server a case is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Server {
    /// A key of each kind.
    Plain,
    /// An RSA key alone.
    Rsa,
    /// The keys of `Plain` with a certificate for the ed25519 one, from the authority `ca`.
    Certified,
    /// The certificate is for another host.
    OtherName,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    Early,
    /// It is one for people.
    ForPeople,
    /// It names nobody, which means everybody.
    Anybody,
    /// An ECDSA key with a certificate, from an RSA authority.
    CertifiedByRsa,
    /// An RSA key with a certificate, from an ECDSA authority.
    CertifiedByEcdsa,
    /// A jump host, which lets the key `client` in.
    Jump,
}

const SERVERS: [(Server, &str); 11] = [
    (Server::Plain, "HostKey ed\nHostKey ec\nHostKey rsa\n"),
    (Server::Rsa, "HostKey rsa\n"),
    (
        Server::Certified,
        "HostKey ed\nHostKey ec\nHostKey rsa\nHostCertificate good-cert.pub\n",
    ),
    (
        Server::OtherName,
        "HostKey ed\nHostCertificate other-name-cert.pub\n",
    ),
    (
        Server::Expired,
        "HostKey ed\nHostCertificate expired-cert.pub\n",
    ),
    (
        Server::Early,
        "HostKey ed\nHostCertificate early-cert.pub\n",
    ),
    (
        Server::ForPeople,
        "HostKey ed\nHostCertificate people-cert.pub\n",
    ),
    (
        Server::Anybody,
        "HostKey ed\nHostCertificate anybody-cert.pub\n",
    ),
    (
        Server::CertifiedByRsa,
        "HostKey ec\nHostCertificate by-rsa-cert.pub\n",
    ),
    (
        Server::CertifiedByEcdsa,
        "HostKey rsa\nHostCertificate by-ec-cert.pub\n",
    ),
    (Server::Jump, "HostKey ec\nAuthorizedKeysFile client.pub\n"),
];

/// A program that carries a connection as a `ProxyCommand`, and ends with either end: in bash, which needs no program that may be
/// missing.
const RELAY: &str = "exec 3<>/dev/tcp/127.0.0.1/$1 4<&0\ncat <&3 &\nreader=$!\n\
    { cat <&4 >&3; kill $reader; } >/dev/null 2>&1 &\nwait $reader\n";

/// Names that the good certificates hold.
const PRINCIPALS: &str = "127.0.0.1,localhost,::1,cluster";

/// All servers. They end with this.
pub struct Servers {
    folder: TempDir,
    ports: BTreeMap<Server, u16>,
    running: Vec<Child>,
}

impl Servers {
    pub fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("rj-keys-")
            .tempdir_in("/tmp")
            .unwrap();
        make_keys(folder.path());
        make_certificates(folder.path());
        fs::write(folder.path().join("relay"), RELAY).unwrap();
        if rustix::process::geteuid().is_root() && cfg!(target_os = "linux") {
            fs::create_dir_all("/run/sshd").unwrap();
        }
        let mut servers = Self {
            folder,
            ports: BTreeMap::new(),
            running: Vec::new(),
        };
        for (server, lines) in SERVERS {
            servers.launch(server, lines);
        }
        servers
    }

    fn launch(&mut self, server: Server, lines: &str) {
        let port = free_port();
        let mut text = format!(
            "ListenAddress 127.0.0.1:{port}\nListenAddress [::1]:{port}\nPidFile none\nUsePAM no\nStrictModes no\n\
             UseDNS no\nMaxStartups 100\nLogLevel ERROR\n{}",
            unpunished()
        );
        for line in lines.lines() {
            let (keyword, file) = line.split_once(' ').unwrap();
            writeln!(text, "{keyword} {}", self.path(file).display()).unwrap();
        }
        let config = self.path(&format!("sshd_config_{port}"));
        fs::write(&config, text).unwrap();
        let child = Command::new(SSHD)
            .args(["-D", "-e", "-f"])
            .arg(config)
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("these tests need OpenSSH's sshd");
        self.running.push(child);
        self.ports.insert(server, port);
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port))).is_err() {
            assert!(
                Instant::now() < until,
                "the sshd of {server:?} does not start"
            );
            sleep(Duration::from_millis(20));
        }
    }

    pub fn port(&self, server: Server) -> u16 {
        self.ports[&server]
    }

    /// A key's file, or one beside it.
    pub fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// A public key as `type base64`.
    pub fn key(&self, name: &str) -> String {
        let text = fs::read_to_string(self.path(&format!("{name}.pub"))).unwrap();
        text.split(' ')
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
            .trim()
            .to_owned()
    }

    /// Fills in `{ed}`, `{ec}`, `{rsa}`, `{other}` (an ed25519 key of nobody), `{other-rsa}`, `{ca}`, `{ca-rsa}`,
    /// `{ca-ec}`, `{good-cert}`, without their type as `{ed:blob}`, `{port}`, and `{jump-port}`.
    pub fn fill(&self, text: &str, server: Server) -> String {
        let mut text = text
            .replace("{port}", &self.port(server).to_string())
            .replace("{jump-port}", &self.port(Server::Jump).to_string());
        for name in KEYS.map(|(name, _)| name).into_iter().chain(["good-cert"]) {
            let token = format!("{{{name}}}");
            if text.contains(&token) {
                text = text.replace(&token, &self.key(name));
            }
            let token = format!("{{{name}:blob}}");
            if text.contains(&token) {
                let key = self.key(name);
                text = text.replace(&token, key.split(' ').nth(1).unwrap());
            }
        }
        text
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        for child in &mut self.running {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

const KEYS: [(&str, &str); 9] = [
    ("ed", "ed25519"),
    ("ec", "ecdsa"),
    ("rsa", "rsa"),
    ("other", "ed25519"),
    ("other-rsa", "rsa"),
    ("ca", "ed25519"),
    ("ca-rsa", "rsa"),
    ("ca-ec", "ecdsa"),
    ("client", "ed25519"),
];

pub fn ssh_keygen(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("ssh-keygen");
    command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null());
    let output = command
        .output()
        .expect("these tests need OpenSSH's ssh-keygen");
    assert!(output.status.success(), "{arguments:?}: {output:?}");
}

fn make_keys(folder: &Path) {
    for (name, kind) in KEYS {
        ssh_keygen(
            folder,
            &["-q", "-t", kind, "-N", "", "-C", "test", "-f", name],
        );
    }
}

/// `ssh-keygen` names a certificate after its key, so each is signed under a name of its own.
fn make_certificates(folder: &Path) {
    let names = ["-n", PRINCIPALS];
    for (name, key, authority, how) in [
        ("good", "ed", "ca", &["-h", names[0], names[1]][..]),
        ("other-name", "ed", "ca", &["-h", "-n", "elsewhere"]),
        (
            "expired",
            "ed",
            "ca",
            &["-h", names[0], names[1], "-V", "20200101:20210101"],
        ),
        (
            "early",
            "ed",
            "ca",
            &["-h", names[0], names[1], "-V", "+52w:+104w"],
        ),
        ("people", "ed", "ca", names.as_slice()),
        ("anybody", "ed", "ca", &["-h"]),
        ("by-rsa", "ec", "ca-rsa", &["-h", names[0], names[1]]),
        (
            "by-ec",
            "rsa",
            "ca-ec",
            &["-h", names[0], names[1], "-V", "-1d:+52w"],
        ),
    ] {
        let public = format!("{name}.pub");
        fs::copy(folder.join(format!("{key}.pub")), folder.join(&public)).unwrap();
        let mut arguments = vec!["-q", "-s", authority, "-I", name];
        arguments.extend(how);
        arguments.push(&public);
        ssh_keygen(folder, &arguments);
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    listener.local_addr().unwrap().port()
}
