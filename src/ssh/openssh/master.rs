//! The `ssh` process that has the connection: the user's own, or one that this program has started.

use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::folder::SocketFolder;
use super::refusal::Refusal;
use crate::ssh::SshError;
use crate::ssh::resolve::SshCall;

/// The program.
const SSH: &str = "ssh";

/// Number of bytes of standard error that are kept.
const KEPT: usize = 4096;

/// Time that a process has to end at TERM.
const GRACE: Duration = Duration::from_secs(1);

/// Set for every process of ours. It does nothing but connect, whatever the configuration says; a terminal, the agent and
/// the display are nothing to it.
const OPTIONS: [&str; 5] = [
    "ControlPersist=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "Tunnel=no",
    // Else it might not say why it opens no channel.
    "LogLevel=INFO",
];

/// The process.
pub enum Master {
    /// The user's: it is left alone.
    Users(PathBuf),
    /// Ours.
    Own(OwnMaster),
}

/// A process that this program has started. It ends with this value.
pub struct OwnMaster {
    child: Child,
    errors: Option<ChildStderr>,
    /// The last of what it wrote to standard error.
    said: Vec<u8>,
    /// What it wrote of a line that is not whole yet.
    partial: Vec<u8>,
    folder: SocketFolder,
}

impl Master {
    /// The control socket.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Users(path) => path.clone(),
            Self::Own(own) => own.socket(),
        }
    }

    /// Returns what the process says, to be waited for.
    pub fn errors(&self) -> Option<&ChildStderr> {
        match self {
            Self::Users(_) => None,
            Self::Own(own) => own.errors(),
        }
    }

    /// Takes what the process has said since: the reasons for refused channels among it.
    pub fn take_refusals(&mut self) -> Vec<Refusal> {
        match self {
            Self::Users(_) => Vec::new(),
            Self::Own(own) => own.listen(),
        }
    }
}

/// Returns the socket where the user's own process would share its connection, if it is there and the account's own.
pub fn users_socket(call: &SshCall) -> Option<&Path> {
    use std::os::unix::fs::FileTypeExt;
    let path = call.control_path.as_deref()?;
    let meta = std::fs::symlink_metadata(path).ok()?;
    let account = rustix::process::getuid().as_raw();
    (meta.file_type().is_socket() && meta.uid() == account).then_some(path)
}

impl OwnMaster {
    /// Starts a process that connects, and then shares the connection.
    ///
    /// # Errors
    /// [`SshError::OpensshMissing`], or the system's.
    pub fn start(call: &SshCall) -> Result<Self, SshError> {
        let folder = SocketFolder::new()?;
        let mut command = Command::new(SSH);
        command.args(["-M", "-N", "-a", "-x", "-S"]);
        command.arg(folder.socket());
        for option in OPTIONS.iter().chain(&call.options) {
            command.args(["-o", option]);
        }
        command.args(["-o", "BatchMode=yes"]);
        command.args(&call.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped()).process_group(0);
        let mut child = command.spawn().map_err(SshError::OpensshMissing)?;
        let errors = child.stderr.take();
        let own = Self {
            child,
            errors,
            said: Vec::new(),
            partial: Vec::new(),
            folder,
        };
        if let Some(errors) = &own.errors {
            rustix::io::ioctl_fionbio(errors, true).map_err(std::io::Error::from)?;
        }
        Ok(own)
    }

    /// The control socket.
    pub fn socket(&self) -> PathBuf {
        self.folder.socket()
    }

    /// Returns what it says, to be waited for.
    pub fn errors(&self) -> Option<&ChildStderr> {
        self.errors.as_ref()
    }

    /// Takes what it says: unread, it would hang. Returns the reasons for refused channels.
    pub fn listen(&mut self) -> Vec<Refusal> {
        let mut refusals = Vec::new();
        let Some(errors) = &mut self.errors else {
            return refusals;
        };
        let mut buffer = [0; 1024];
        // A bound: one that says something for ever keeps nobody.
        for _ in 0..64 {
            match errors.read(&mut buffer) {
                Ok(0) => {
                    self.errors = None;
                    break;
                }
                Ok(size) => {
                    keep_last(&mut self.said, &buffer[..size]);
                    keep_last(&mut self.partial, &buffer[..size]);
                    while let Some(end) = self.partial.iter().position(|byte| *byte == b'\n') {
                        let line: Vec<u8> = self.partial.drain(..=end).collect();
                        refusals.extend(Refusal::read(&String::from_utf8_lossy(&line)));
                    }
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => break,
            }
        }
        refusals
    }

    /// The last of what it wrote to standard error.
    pub fn said(&self) -> String {
        String::from_utf8_lossy(&self.said).trim().to_owned()
    }

    /// Returns how it has ended, if it has.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().ok().flatten()
    }

    /// The child was not waited for, so its number is still its own.
    fn signal(&self, signal: Signal) {
        let _ = kill_process_group(Pid::from_child(&self.child), signal);
    }
}

impl Drop for OwnMaster {
    /// Says TERM, then KILL, and takes its status.
    fn drop(&mut self) {
        if self.has_ended().is_some() {
            return;
        }
        self.signal(Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if self.has_ended().is_some() {
                return;
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

/// Appends bytes and keeps the last of all.
fn keep_last(kept: &mut Vec<u8>, bytes: &[u8]) {
    kept.extend(bytes);
    let excess = kept.len().saturating_sub(KEPT);
    kept.drain(..excess);
}
