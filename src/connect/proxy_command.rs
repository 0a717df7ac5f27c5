//! A `ProxyCommand`: a child process whose standard input and output are one end of a socket pair.

use std::ffi::OsStr;
use std::io::{ErrorKind, IsTerminal, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use crate::ssh::SshError;

/// Number of bytes of standard error that are kept.
const KEPT: usize = 2048;

/// Times that a command has to exit: at the end of its input, and after that at TERM.
const GRACE: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];

/// A command that runs. Dropping it ends it.
pub struct ProxyCommand {
    child: Mutex<Child>,
    said: Arc<Mutex<Vec<u8>>>,
    listener: JoinHandle<()>,
    /// True if it leads a process group, so that the processes that it started end with it.
    leads: bool,
}

impl ProxyCommand {
    /// Starts it as `ssh` does, and gives our end of the socket pair, which does not block.
    ///
    /// In a terminal it stays in our process group: it may have to ask there (`ssh -W` does), and a
    /// process of another group is stopped when it reads from a terminal.
    pub fn start(command: &str) -> Result<(Self, UnixStream), SshError> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_nonblocking(true)?;
        let shell = std::env::var_os("SHELL").filter(|shell| !shell.is_empty());
        let shell = shell.unwrap_or_else(|| "/bin/sh".into());
        let leads = !std::io::stdin().is_terminal();
        let mut run = Command::new(&shell);
        run.arg("-c")
            .arg(format!("exec {command}"))
            .stdin(OwnedFd::from(theirs.try_clone()?))
            .stdout(OwnedFd::from(theirs))
            .stderr(Stdio::piped());
        if leads {
            run.process_group(0);
        }
        let mut child = run.spawn().map_err(|why| not_started(&shell, why))?;
        // Our copies of its ends would keep it from being seen to end.
        drop(run);
        let said = Arc::default();
        let listener = listen(child.stderr.take(), Arc::clone(&said))?;
        let proxy = Self {
            child: Mutex::new(child),
            said,
            listener,
            leads,
        };
        Ok((proxy, ours))
    }

    /// Replaces the error with what the command printed, where that is why the connection failed.
    pub fn explain(&self, command: &str, error: SshError) -> SshError {
        if !matches!(
            error,
            SshError::Handshake { cut: true, .. } | SshError::Closed
        ) {
            return error;
        }
        let status = self.end();
        SshError::ProxyCommand {
            command: command.to_owned(),
            status: status.map_or_else(String::new, |status| status.to_string()),
            said: self.said(),
        }
    }

    /// Its last words. (Something else that it started may keep the pipe open for ever.)
    pub fn said(&self) -> String {
        let deadline = Instant::now() + GRACE[0];
        while !self.listener.is_finished() && Instant::now() < deadline {
            std::thread::sleep(Duration::from_millis(2));
        }
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&said).trim().to_owned()
    }

    /// Waits a little, then says TERM, then KILL. None when the system lost it.
    fn end(&self) -> Option<ExitStatus> {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        let mut status = wait(&mut child, GRACE[0]);
        if status.is_none() {
            self.signal(&child, Signal::TERM);
            status = wait(&mut child, GRACE[1]);
        }
        if status.is_none() {
            self.signal(&child, Signal::KILL);
            status = child.wait().ok();
        }
        status
    }

    /// The child was not waited for, so its number is still its own.
    fn signal(&self, child: &Child, signal: Signal) {
        let pid = Pid::from_child(child);
        let _ = if self.leads {
            kill_process_group(pid, signal)
        } else {
            kill_process(pid, signal)
        };
    }
}

impl Drop for ProxyCommand {
    fn drop(&mut self) {
        self.end();
    }
}

/// Explains a command that did not start: a missing shell by its name, anything else by the
/// system's error.
fn not_started(shell: &OsStr, why: std::io::Error) -> SshError {
    if matches!(
        why.kind(),
        ErrorKind::NotFound | ErrorKind::PermissionDenied
    ) {
        let shell = shell.display().to_string();
        return SshError::ProxyShell { shell, why };
    }
    why.into()
}

fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let deadline = Instant::now() + patience;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Some(status),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(5)),
            _ => return None,
        }
    }
}

/// Keeps the last of what it says: a command that nobody listens to would hang when the pipe is full.
fn listen(pipe: Option<ChildStderr>, said: Arc<Mutex<Vec<u8>>>) -> std::io::Result<JoinHandle<()>> {
    let listen = move || {
        let Some(mut pipe) = pipe else { return };
        let mut buffer = [0; 1024];
        while let Ok(size @ 1..) = pipe.read(&mut buffer) {
            let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
            said.extend(&buffer[..size]);
            let excess = said.len().saturating_sub(KEPT);
            said.drain(..excess);
        }
    };
    let thread = std::thread::Builder::new().name("proxy command".into());
    thread.spawn(listen)
}
