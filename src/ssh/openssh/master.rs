//! The `ssh` process that has the connection: the user's own, or one that this program has started.

use std::io::{ErrorKind, Read};
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::askpass::QuestionSocket;
use super::folder::SocketFolder;
use super::refusal::Refusal;
use super::transcript::Transcript;
use crate::ssh::SshError;
use crate::ssh::resolve::SshCall;

/// The program.
const SSH: &str = "ssh";

/// Starts a program in a session of its own, with the same process number: Linux has it.
const SETSID: &str = "/usr/bin/setsid";

/// Time that a process has to end at TERM.
const GRACE: Duration = Duration::from_secs(1);

/// Set for every process of ours. It does nothing but connect, whatever the configuration says; a terminal, the agent and
/// the display are nothing to it.
const OPTIONS: [&str; 5] = [
    "ControlPersist=no",
    "ClearAllForwardings=yes",
    "PermitLocalCommand=no",
    "Tunnel=no",
    // See [`Transcript`].
    "LogLevel=DEBUG1",
];

/// Who answers the questions of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asks {
    /// Nobody: it is to ask none, and to try what needs none.
    Nobody,
    /// The session that has started it.
    Session,
}

/// The process.
pub enum Master {
    /// The user's: it is left alone.
    Users(PathBuf),
    /// Ours.
    Own(Box<OwnMaster>),
}

/// A process that this program has started. It ends with this value.
pub struct OwnMaster {
    child: Child,
    errors: Option<ChildStderr>,
    transcript: Transcript,
    /// Where it asks.
    questions: QuestionSocket,
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
            Self::Own(own) => {
                own.listen();
                own.transcript.take_refusals().collect()
            }
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
    pub fn start(call: &SshCall, asks: Asks) -> Result<Self, SshError> {
        let folder = SocketFolder::new()?;
        let questions = QuestionSocket::listen(folder.questions())?;
        let mut command = command(call);
        command.args(["-M", "-N", "-a", "-x", "-S"]);
        command.arg(folder.socket());
        for option in OPTIONS.iter().chain(&call.options) {
            command.args(["-o", option]);
        }
        // The `ssh` of a jump host would ask in spite of that, wherever the environment of this program leads.
        if asks == Asks::Nobody {
            command.args(["-o", "BatchMode=yes"]);
        }
        command.envs(questions.environment());
        command.args(&call.arguments);
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command.stderr(Stdio::piped());
        let mut child = command.spawn().map_err(SshError::OpensshMissing)?;
        let errors = child.stderr.take();
        let own = Self {
            child,
            errors,
            transcript: Transcript::default(),
            questions,
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

    /// Returns where it asks.
    pub fn questions(&self) -> &QuestionSocket {
        &self.questions
    }

    /// Returns what it says, to be waited for.
    pub fn errors(&self) -> Option<&ChildStderr> {
        self.errors.as_ref()
    }

    /// Takes what it says: unread, it would hang.
    pub fn listen(&mut self) {
        let Some(errors) = &mut self.errors else {
            return;
        };
        let mut buffer = [0; 4096];
        // A bound: one that says something for ever keeps nobody.
        for _ in 0..16 {
            match errors.read(&mut buffer) {
                Ok(0) => {
                    self.errors = None;
                    self.transcript.end_line();
                    return;
                }
                Ok(size) => self.transcript.take(&buffer[..size]),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return,
            }
        }
    }

    /// Its words so far.
    pub fn transcript(&mut self) -> &mut Transcript {
        &mut self.transcript
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

impl OwnMaster {
    /// Says TERM, then KILL, and takes its status.
    pub fn end(&mut self) {
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

impl Drop for OwnMaster {
    fn drop(&mut self) {
        self.end();
    }
}

/// Returns the command without arguments. It leads a process group, so that what it starts ends with it; an older one would
/// ask at a terminal in spite of its environment, and is kept from it.
fn command(call: &SshCall) -> Command {
    let has_setsid = || Path::new(SETSID).exists();
    if call.is_old && has_setsid() {
        let mut command = Command::new(SETSID);
        command.arg(SSH);
        return command;
    }
    let mut command = Command::new(SSH);
    command.process_group(0);
    command
}
