//! An OpenSSH server with two accounts of its own, for password logins and for one account against the other. It runs in
//! its own mount and process namespaces, as root: the machine's accounts stay as they are.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use super::home::Home;
use super::process::{self, PATIENCE};
use super::sshd::{Server, accepted_logins, answers, base_config, free_port, new_id};
use super::{folder, jupyter_venv, keys, script_file};

/// The account that tests log in to, and another one on the same machine.
pub const USER: &str = "rj-test";
pub const OTHER: &str = "rj-other";
/// Both accounts' password.
pub const PASSWORD: &str = "Tr0ub4dor & 3";

/// One-time codes: `pam_google_authenticator`'s emergency codes, each of which is good once and at any time of the day.
pub const CODES: [&str; 5] = ["10000001", "10000002", "10000003", "10000004", "10000005"];

/// What [`USER`] is like; empty: as usual.
#[derive(Debug, Clone, Copy, Default)]
pub struct Account<'a> {
    /// Its login shell's path.
    pub shell: &'a str,
    /// The name of its home.
    pub home: &'a str,
    /// The path of what is /bin/sh on that machine.
    pub sh: &'a str,
}

pub struct RootSshd {
    folder: TempDir,
    home: Home,
    other_home: Home,
    id: String,
    address: SocketAddr,
    namespace: Option<(Child, ChildStdin)>,
}

impl RootSshd {
    /// Fails the test where we are not root and `sudo -n` doesn't work.
    pub fn start() -> Self {
        Self::with(&[])
    }

    /// With further lines for `sshd_config`, which win over ours.
    pub fn with(config: &[&str]) -> Self {
        Self::of(&Account::default(), config)
    }

    /// With PAM, whose stack for sshd this is. `{codes}` in it stands for a file of one-time codes, [`CODES`]. `aging`
    /// is what the accounts' shadow lines say after the password; empty means that nothing ever expires.
    pub fn with_pam(config: &[&str], stack: &str, aging: &str) -> Self {
        let config = [&["UsePAM yes", "KbdInteractiveAuthentication yes"], config].concat();
        Self::made(&Account::default(), &config, |folder| {
            let codes = folder.join("codes");
            let text = format!("JBSWY3DPEHPK3PXP\n\" TOTP_AUTH\n{}\n", CODES.join("\n"));
            fs::write(&codes, text).unwrap();
            process::must(as_root(Path::new("chown")).arg("0:0").arg(&codes));
            process::must(as_root(Path::new("chmod")).arg("600").arg(&codes));
            fs::create_dir(folder.join("pam.d")).unwrap();
            let stack = stack.replace("{codes}", &codes.display().to_string());
            fs::write(folder.join("pam.d/sshd"), stack).unwrap();
            if !aging.is_empty() {
                fs::write(folder.join("aging"), aging).unwrap();
            }
        })
    }

    /// The one-time codes that were not used.
    pub fn codes_left(&self) -> usize {
        let text = process::must(as_root(Path::new("cat")).arg(self.folder.path().join("codes")));
        text.lines().filter(|line| CODES.contains(line)).count()
    }

    /// With an account of a certain kind.
    pub fn of(account: &Account, config: &[&str]) -> Self {
        Self::made(account, config, |_| {})
    }

    /// On a machine to which root does this first: lines of bash, which get the fixture's folder and Jupyter's.
    pub fn prepared(account: &Account, script: &str) -> Self {
        Self::made(account, &[], |folder| {
            fs::write(folder.join("prepare"), script).unwrap();
        })
    }

    fn made(account: &Account, config: &[&str], prepare: impl FnOnce(&Path)) -> Self {
        // Here rather than halfway, when there is already something to clean up.
        process::must(&mut as_root(Path::new("true")));
        let folder = folder("rj-root-");
        let bin = jupyter_venv().join("bin");
        let name = [account.home, USER]
            .into_iter()
            .find(|name| !name.is_empty());
        let home = Home::new(folder.path().join(name.unwrap_or(USER)), Some(&bin));
        let lines = format!("{}\n{}\n{}\n", account.shell, account.home, account.sh);
        fs::write(folder.path().join("account"), lines).unwrap();
        let other_home = Home::new(folder.path().join(OTHER), Some(&bin));
        keys::generate_host_keys(folder.path());
        fs::write(
            folder.path().join("authorized_keys"),
            keys::authorized_keys(),
        )
        .unwrap();
        open_to_accounts(folder.path(), &[&home, &other_home]);
        prepare(folder.path());
        let address = free_port(Ipv4Addr::LOCALHOST.into());
        let mut sshd = Self {
            folder,
            home,
            other_home,
            id: new_id(),
            address,
            namespace: None,
        };
        // Another process may take the port between our look and sshd's bind.
        for _ in 0..5 {
            fs::write(
                sshd.folder.path().join("sshd_config"),
                sshd.config_text(config),
            )
            .unwrap();
            if sshd.try_launch() {
                return sshd;
            }
            sshd.address = free_port(Ipv4Addr::LOCALHOST.into());
        }
        panic!("sshd does not start: {}", sshd.log())
    }

    pub fn home(&self) -> &Home {
        &self.home
    }

    pub fn other_home(&self) -> &Home {
        &self.other_home
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    pub fn connections(&self) -> usize {
        accepted_logins(&self.log())
    }

    /// Process id and command of everything started through this server that still runs, but for sshd itself.
    pub fn leftovers(&self) -> Vec<String> {
        let found = process::must(as_root(&script_file("marked")).arg(&self.id));
        found.lines().map(str::to_owned).collect()
    }

    /// The other account, as a server to add a host for.
    pub fn other(&self) -> impl Server + '_ {
        Other(self)
    }

    fn config_text(&self, config: &[&str]) -> String {
        let mut text = config
            .iter()
            .fold(String::new(), |text, line| text + line + "\n");
        text += &base_config(self.folder.path(), self.address);
        writeln!(text, "SetEnv RJ_FIXTURE={}", self.id).unwrap();
        writeln!(text, "AllowUsers {USER} {OTHER}").unwrap();
        text + "PasswordAuthentication yes\nKbdInteractiveAuthentication no\nPermitRootLogin no\n"
    }

    fn try_launch(&mut self) -> bool {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))
            .unwrap();
        let mut command = as_root(Path::new("unshare"));
        command.args([
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
            "--",
        ]);
        command
            .arg(script_file("root-sshd"))
            .arg(self.folder.path())
            .arg(free_uid().to_string());
        command
            .arg(PASSWORD)
            .arg(jupyter_venv())
            .stdin(Stdio::piped())
            .stderr(log);
        let mut child = command.spawn().expect("unshare, of util-linux");
        let pipe = child.stdin.take().expect("a pipe");
        let up = answers(&mut child, self.address);
        self.namespace = Some((child, pipe));
        up
    }
}

/// Two consecutive ids that no other fixture uses at the time.
fn free_uid() -> u32 {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    54_321 + 2 * ((std::process::id() + COUNT.fetch_add(1, Ordering::Relaxed)) % 4000)
}

/// The accounts pass through our folder to their homes; when we aren't root, we must go on writing into theirs.
fn open_to_accounts(folder: &Path, homes: &[&Home]) {
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    if !rustix::process::geteuid().is_root() {
        for home in homes {
            fs::set_permissions(home.path(), fs::Permissions::from_mode(0o777)).unwrap();
        }
    }
}

/// A program run by root: by ourselves or through sudo, which must not ask.
pub fn as_root(program: &Path) -> Command {
    if rustix::process::geteuid().is_root() {
        return Command::new(program);
    }
    let allowed = Command::new("sudo")
        .args(["-n", "true"])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|s| s.success());
    assert!(
        allowed,
        "this test makes accounts in a namespace of its own: run it as root, or let `sudo -n` work"
    );
    let mut sudo = Command::new("sudo");
    sudo.args(["-n", "--"]).arg(program);
    sudo
}

impl Server for RootSshd {
    fn address(&self) -> SocketAddr {
        self.address
    }

    fn user(&self) -> String {
        USER.into()
    }

    fn host_keys(&self) -> Vec<String> {
        keys::host_keys(self.folder.path())
    }
}

struct Other<'a>(&'a RootSshd);

impl Server for Other<'_> {
    fn address(&self) -> SocketAddr {
        self.0.address
    }

    fn user(&self) -> String {
        OTHER.into()
    }

    fn host_keys(&self) -> Vec<String> {
        self.0.host_keys()
    }
}

impl Drop for RootSshd {
    fn drop(&mut self) {
        let Some((mut namespace, pipe)) = self.namespace.take() else {
            return;
        };
        // Ends the namespace's first process, and with it all others.
        drop(pipe);
        let _ = process::wait(&mut namespace, PATIENCE);
        // The homes are the accounts', so that removing the folder is root's to do.
        let _ = as_root(Path::new("rm"))
            .arg("-rf")
            .arg(self.folder.path())
            .status();
    }
}
