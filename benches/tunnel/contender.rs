//! A tunnel to the stand-in: `remote-jupyter open`, or `ssh -N -L`.

use std::net::{Ipv4Addr, TcpStream};
use std::process::{Child, Stdio};

use serde_json::Value;

use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, eventually, sshd};

/// An open tunnel. Dropping it closes it.
pub struct Contender {
    pub port: u16,
    pid: u32,
    _process: Process,
}

#[allow(dead_code)]
enum Process {
    Ours(Opened),
    Theirs(Ended),
}

struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Contender {
    /// Ours, over this host of the ssh configuration.
    pub fn ours(client: &Client, host: &str) -> Self {
        Self::ours_and_ready(client, host).0
    }

    /// Ours, and its `ready` event.
    pub fn ours_and_ready(client: &Client, host: &str) -> (Self, Value) {
        let mut opened = client.open(host);
        let ready = opened.wait_phase("ready");
        let port = ready["local_port"]
            .as_u64()
            .and_then(|port| u16::try_from(port).ok());
        let contender = Self {
            port: port.expect("a port"),
            pid: opened.pid(),
            _process: Process::Ours(opened),
        };
        (contender, ready)
    }

    /// OpenSSH's, to the same port there.
    pub fn theirs(client: &Client, host: &str, port: u16) -> Self {
        let local = sshd::free_port(Ipv4Addr::LOCALHOST.into());
        let forward = format!("{}:127.0.0.1:{port}", local.port());
        let mut ssh = client.ssh(&["-N", "-L", &forward, host]);
        let ssh = ssh.stderr(Stdio::null()).spawn().unwrap();
        let process = Process::Theirs(Ended(ssh));
        assert!(eventually(PATIENCE, || TcpStream::connect(local).is_ok()));
        let Process::Theirs(Ended(child)) = &process else {
            unreachable!()
        };
        Self {
            port: local.port(),
            pid: child.id(),
            _process: process,
        }
    }

    /// Seconds of processor time so far, of all its threads and of an `ssh` that it has started.
    pub fn processor_time(&self) -> f64 {
        let of_one = |pid: u32| {
            let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
            let times = tasks.filter_map(|task| {
                let text = std::fs::read_to_string(task.ok()?.path().join("schedstat")).ok()?;
                text.split(' ').next()?.parse::<f64>().ok()
            });
            times.sum::<f64>() / 1e9
        };
        self.processes().into_iter().map(of_one).sum()
    }

    /// Resident memory in MiB, of the same processes.
    pub fn memory(&self) -> f64 {
        let of_one = |pid: u32| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
            let line = status.lines().find(|line| line.starts_with("VmRSS:"));
            let kib = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
            kib.expect("a size") / 1024.0
        };
        self.processes().into_iter().map(of_one).sum()
    }

    /// Its process, and the children of each of its threads.
    fn processes(&self) -> Vec<u32> {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.pid)).unwrap();
        let lists = tasks
            .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("children")).ok());
        let children = lists.collect::<String>();
        let children = children.split_whitespace().map(|pid| pid.parse().unwrap());
        std::iter::once(self.pid).chain(children).collect()
    }
}
