//! A small cluster with real schedulers, of `scripts/cluster`: a login node and two compute nodes that only it
//! reaches. As root, in namespaces of its own: the machine stays as it is, and several clusters stand side by side.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdin, Command, Stdio};

use tempfile::TempDir;

use super::home::Home;
use super::process::{self, Finished, PATIENCE, finish};
use super::root_sshd::as_root;
use super::sshd::{Server, accepted_logins};
use super::{folder, jupyter_venv, keys, script_file};

/// The account that tests log in to, and another one of the same cluster.
pub const USER: &str = "rj-test";
pub const OTHER: &str = "rj-other";

/// The login node, which Grid Engine also runs jobs on, and the two compute nodes.
pub const LOGIN: &str = "login";
pub const C1: &str = "c1";
pub const C2: &str = "c2";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scheduler {
    /// Grid Engine 8.1: all.q with 4 slots on each of the three nodes, parallel environment `smp`, scheduled each second.
    Sge,
    /// Slurm: partitions `main`, `short` (a minute), `staff` (not for the accounts), `closed` (starts nothing).
    Slurm,
}

impl Scheduler {
    fn name(self) -> &'static str {
        match self {
            Self::Sge => "sge",
            Self::Slurm => "slurm",
        }
    }
}

/// The running cluster. As a [`Server`] it is its login node. Dropping it ends everything that runs in it.
pub struct Cluster {
    folder: TempDir,
    home: Home,
    port: u16,
    running: Option<(Child, ChildStdin)>,
}

impl Cluster {
    /// Fails the test where we are not root and `sudo -n` doesn't work.
    pub fn start(schedulers: &[Scheduler]) -> Self {
        process::must(&mut as_root("true".as_ref()));
        let folder = folder("rj-cluster-");
        fs::write(
            folder.path().join("authorized_keys"),
            keys::authorized_keys(),
        )
        .unwrap();
        let mut hold = as_root(&script_file("cluster"));
        hold.arg("hold").arg(folder.path());
        hold.args(schedulers.iter().map(|scheduler| scheduler.name()));
        hold.arg("--jupyter").arg(jupyter_venv());
        let mut child = hold
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/cluster");
        let pipe = child.stdin.take().expect("a pipe");
        let mut word = String::new();
        let out = child.stdout.take().expect("a pipe");
        BufReader::new(out).read_line(&mut word).unwrap();
        assert_eq!(
            word, "up\n",
            "the cluster does not come up; why stands above"
        );
        let port = fs::read_to_string(folder.path().join("port")).unwrap();
        Self {
            home: Home::at(folder.path().join("home").join(USER)),
            port: port.trim().parse().unwrap(),
            running: Some((child, pipe)),
            folder,
        }
    }

    /// The account's home, as we see it; in the cluster it is `/home/rj-test`.
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// What `ssh -F` wants for the hosts `login`, `c1` and `c2`, the nodes through the login node.
    pub fn ssh_config(&self) -> std::path::PathBuf {
        self.folder.path().join("ssh_config")
    }

    /// Runs a command on a node as its administrator; it must succeed. Gives its standard output.
    pub fn admin(&self, node: &str, command: &[&str]) -> String {
        let out = self.try_admin(node, command);
        assert!(out.code == Some(0), "{node}: {command:?} failed: {out}");
        out.stdout
    }

    pub fn try_admin(&self, node: &str, command: &[&str]) -> Finished {
        let mut exec = self.script("exec");
        finish(exec.arg(node).args(command).stdin(Stdio::null()), PATIENCE)
    }

    /// Runs a shell command on a node as the account, after its login profile; it must succeed.
    pub fn person(&self, node: &str, command: &str) -> String {
        self.admin(node, &["runuser", "-l", USER, "-c", command])
    }

    /// The scheduler commands that the account ran on the login node (the administrator's are not among them), each as `seconds command arguments`.
    pub fn calls(&self) -> Vec<String> {
        let calls = self.admin(LOGIN, &["cat", "/var/log/calls"]);
        calls.lines().map(str::to_owned).collect()
    }

    /// How many logins the login node accepted from outside.
    pub fn connections(&self) -> usize {
        accepted_logins(&self.admin(LOGIN, &["cat", "/var/log/sshd"]))
    }

    /// The public host key of a node, as `type base64`.
    pub fn host_key(&self, node: &str) -> String {
        let key = self.admin(node, &["cat", "/etc/ssh/ssh_host_ed25519_key.pub"]);
        key.split(' ').take(2).collect::<Vec<_>>().join(" ")
    }

    /// The process id, as the machine sees it, of a node's first process.
    pub fn init_of(&self, node: &str) -> String {
        let file = self.folder.path().join(format!("{node}.pid"));
        fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// From now on the scheduler starts no job: what is submitted waits, until [`Self::open_queue`].
    pub fn close_queue(&self, scheduler: Scheduler) {
        match scheduler {
            Scheduler::Sge => self.admin(LOGIN, &["qmod", "-d", "all.q"]),
            Scheduler::Slurm => self.set_nodes(&["State=DRAIN", "Reason=maintenance"]),
        };
    }

    pub fn open_queue(&self, scheduler: Scheduler) {
        match scheduler {
            Scheduler::Sge => self.admin(LOGIN, &["qmod", "-e", "all.q"]),
            Scheduler::Slurm => self.set_nodes(&["State=RESUME"]),
        };
    }

    fn set_nodes(&self, changes: &[&str]) -> String {
        let update = ["scontrol", "update", "NodeName=c1,c2"];
        self.admin(LOGIN, &[&update, changes].concat())
    }

    /// A job that waits is held: it never starts until [`Self::release`].
    pub fn hold(&self, scheduler: Scheduler, job: &str) {
        match scheduler {
            Scheduler::Sge => self.admin(LOGIN, &["qhold", job]),
            Scheduler::Slurm => self.admin(LOGIN, &["scontrol", "hold", job]),
        };
    }

    pub fn release(&self, scheduler: Scheduler, job: &str) {
        match scheduler {
            Scheduler::Sge => self.admin(LOGIN, &["qrls", "-h", "uos", job]),
            Scheduler::Slurm => self.admin(LOGIN, &["scontrol", "release", job]),
        };
    }

    /// Grid Engine lets nobody run more than nothing, as an account without credit meets it.
    pub fn take_credit(&self) {
        let rule = "{\n name broke\n enabled TRUE\n limit users rj-test to slots=0\n}\n";
        let script = format!(
            "printf '{}' >/tmp/rule && qconf -Arqs /tmp/rule",
            rule.replace('\n', "\\n")
        );
        self.admin(LOGIN, &["sh", "-c", &script]);
    }

    /// Kills the scheduler's daemon on a node; the jobs there live on.
    pub fn kill_daemon(&self, scheduler: Scheduler, node: &str) {
        let daemon = match scheduler {
            Scheduler::Sge => "sge_execd",
            Scheduler::Slurm => "slurmd",
        };
        // In the node's own process namespace, so nobody else's.
        self.admin(node, &["pkill", "-KILL", "-x", daemon]);
    }

    pub fn start_daemon(&self, scheduler: Scheduler, node: &str) {
        match scheduler {
            Scheduler::Sge => self.admin(node, &["sge_execd"]),
            Scheduler::Slurm => self.admin(node, &["slurmd", "-N", node]),
        };
    }

    /// The node refuses every SSH login from now on; connections that stand stay.
    pub fn refuse_ssh(&self, node: &str) {
        let script = "echo 'DenyUsers *' >>/etc/ssh/sshd_config && kill -HUP $(cat /run/sshd.pid)";
        self.admin(node, &["sh", "-c", script]);
    }

    /// The login node forwards nothing any more, for who connects from now on; commands run as always.
    pub fn forbid_forwarding(&self) {
        let script = "echo 'DisableForwarding yes' >>/etc/ssh/sshd_config";
        self.admin(LOGIN, &["sh", "-c", script]);
    }

    /// A command of the site's own, in front of the scheduler's in /usr/bin, on the login node.
    pub fn put_command(&self, name: &str, script: &str) {
        let file = format!("/usr/local/bin/{name}");
        let put = "rm -f \"$0\" && printf %s \"$1\" >\"$0\" && chmod 755 \"$0\"";
        self.admin(LOGIN, &["sh", "-c", put, &file, script]);
    }

    /// The scheduler leads nobody of the accounts into a running job.
    pub fn forbid_relays(&self) {
        let script = "for name in srun qrsh; do rm -f /usr/local/bin/$name && \
            printf '#!/bin/sh\necho \"$0: not here\" >&2\nexit 1\n' >/usr/local/bin/$name && chmod 755 /usr/local/bin/$name; done";
        self.admin(LOGIN, &["sh", "-c", script]);
    }

    /// The node has no SSH server any more, nor sessions of one.
    pub fn end_sshd(&self, node: &str) {
        self.admin(node, &["pkill", "-KILL", "-x", "sshd(-session)?"]);
    }

    /// The SSH server of the login node ends all sessions, as its crash would: what they run lives on for as long as it likes.
    pub fn drop_connections(&self) {
        self.admin(
            LOGIN,
            &["pkill", "-KILL", "-u", USER, "-x", "sshd(-session)?"],
        );
    }

    /// The processes of a node whose command line holds that, without those that look.
    pub fn processes(&self, node: &str, word: &str) -> Vec<String> {
        let all = self.admin(node, &["ps", "-eo", "args", "ww"]);
        let all = all.lines().filter(|line| line.contains(word));
        all.map(str::to_owned).collect()
    }

    /// A node without power: everything on it ends at once.
    pub fn crash(&self, node: &str) {
        process::must(self.script("crash").arg(node));
    }

    fn script(&self, verb: &str) -> Command {
        let mut command = as_root(&script_file("cluster"));
        command.arg(verb).arg(self.folder.path());
        command
    }
}

impl Server for Cluster {
    fn address(&self) -> SocketAddr {
        (Ipv4Addr::LOCALHOST, self.port).into()
    }

    fn user(&self) -> String {
        USER.into()
    }

    fn host_keys(&self) -> Vec<String> {
        keys::host_keys(&self.folder.path().join("host_keys").join(LOGIN))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let Some((mut hold, pipe)) = self.running.take() else {
            return;
        };
        drop(pipe);
        let _ = process::wait(&mut hold, PATIENCE);
    }
}

/// The password of [`run_jupyter_sh`]'s server.
pub const PASSWORD: &str = "a password of 2020";
/// Its port.
pub const PORT: u16 = 8888;

/// The person's own job of 2020, in their home: `qsub -N jupyter_nb -pe smp 4 -l hostname=HOST run_jupyter.sh`. The port is
/// fixed and a password set, as Jupyter's page "Running a notebook server" tells.
pub fn run_jupyter_sh(home: &Home) {
    home.write(
        "run_jupyter.sh",
        "#!/bin/bash\n#$ -o sge.log\n#$ -j y\n#$ -S /bin/bash\n#$ -cwd\n#$ -V\n#$ -q all.q\n\n\
         jupyter notebook --no-browser\n",
    );
    // jupyter_server.auth.passwd(PASSWORD, "sha256"), whose form is algorithm:salt:digest.
    let config = format!(
        "c.ServerApp.port = {PORT}\nc.ServerApp.open_browser = False\n\
         c.PasswordIdentityProvider.hashed_password = 'sha256:0123456789ab:a3b8e776c8feab55efc77892f2c78d56f903e9f83008af8e574a89d60f4a2f0e'\n"
    );
    home.write(".jupyter/jupyter_server_config.py", &config);
}
