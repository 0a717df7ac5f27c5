//! A failure as data: a stable code, what happened, and what to do.
//!
//! This is data only. [`crate::problem`] makes it from the errors of the modules, and it is the one
//! place that does.

use serde::{Deserialize, Serialize};

use crate::readable::{LINE, SCREEN, shortened};

/// A failure as text, as the terminal, the menu and the `failed` event show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// A stable word that scripts may match on.
    pub code: Code,
    /// The event, and the host, in one line without a full stop.
    pub title: String,
    /// Evidence: the server's message, a log's last lines, a path. May be empty.
    pub detail: String,
    /// Remedy, as a sentence. Its commands are a terminal's.
    pub remedy: String,
    /// The same where it names menu items in their place. Other programs do not get it.
    #[serde(skip)]
    pub in_app: Option<String>,
}

/// The place where the user reads a problem.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Face {
    /// The app: menu, notifications and dialogs.
    #[cfg(feature = "app")]
    App,
    /// A terminal, or a script.
    Terminal,
}

/// A remedy for both faces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    terminal: String,
    app: Option<String>,
}

impl Remedy {
    /// Returns a remedy that names commands in a terminal and menu items in the app.
    #[must_use]
    pub fn by_face(terminal: String, app: String) -> Self {
        let app = Some(app);
        Self { terminal, app }
    }
}

impl<T: Into<String>> From<T> for Remedy {
    fn from(text: T) -> Self {
        let terminal = text.into();
        Self {
            terminal,
            app: None,
        }
    }
}

impl Problem {
    /// Puts a problem together; see the fields for what each text says. Servers wrote parts of them: what would act on a
    /// terminal, and what nobody reads, is left out.
    pub fn new(
        code: Code,
        title: impl Into<String>,
        detail: impl Into<String>,
        remedy: impl Into<Remedy>,
    ) -> Self {
        let remedy = remedy.into();
        Self {
            code,
            title: shortened(&title.into(), LINE),
            detail: shortened(&detail.into(), SCREEN),
            remedy: shortened(&remedy.terminal, SCREEN),
            in_app: remedy.app,
        }
    }

    /// Returns the remedy in the words of that face.
    #[must_use]
    pub fn remedy_for(&self, face: Face) -> &str {
        match (face, &self.in_app) {
            #[cfg(feature = "app")]
            (Face::App, Some(in_app)) => in_app,
            _ => &self.remedy,
        }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.title)?;
        for line in self.detail.lines() {
            write!(f, "\n    {line}")?;
        }
        if !self.remedy.is_empty() {
            write!(f, "\n  → {}", self.remedy)?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

macro_rules! codes {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal, $exit:literal;)*) => {
        /// The stable word of a failure. Each belongs to one exit code of the command line.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Code { $($(#[doc = $doc])* #[serde(rename = $word)] $name,)* }

        impl Code {
            /// All of them, by their exit codes' subjects.
            #[cfg(test)]
            pub const ALL: &[Self] = &[$(Self::$name),*];
            /// The word, as `failed` events carry it.
            #[must_use]
            pub fn word(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// Returns its meaning, for docs/errors.md.
            #[cfg(test)]
            pub fn meaning(self) -> &'static str {
                match self { $(Self::$name => concat!($($doc,)*).trim(),)* }
            }
            /// The exit code of the command line.
            #[must_use]
            pub fn exit(self) -> u8 { match self { $(Self::$name => $exit,)* } }
        }
    };
}

codes! {
    /// The command line makes no sense.
    Usage = "usage", 2;
    /// The configuration has errors.
    Config = "config", 2;
    /// No host of that name.
    UnknownHost = "unknown_host", 2;
    /// It runs already, with other resources than those that were asked for.
    AlreadyRunning = "already_running", 2;
    /// Something that this version does not do yet.
    Unsupported = "unsupported", 2;
    /// The user did not accept an unknown host key, or could not be prompted.
    HostKeyUnknown = "host_key_unknown", 3;
    /// The host shows another key than the known one.
    HostKeyChanged = "host_key_changed", 3;
    /// The host shows a key that is marked as revoked.
    HostKeyRevoked = "host_key_revoked", 3;
    /// The known hosts could not be read or written, so nothing can be checked.
    HostKeyFiles = "host_key_files", 3;
    /// The server refused every way to log in.
    AuthRefused = "auth_refused", 4;
    /// The server hung up after too many refused keys.
    AuthTooMany = "auth_too_many_tries", 4;
    /// The server hung up after an answer: a closed account, or its patience ended.
    AuthHungUp = "auth_hung_up", 4;
    /// The password has to be changed first.
    PasswordExpired = "password_expired", 4;
    /// A first factor was right, and no second one.
    SecondFactor = "second_factor", 4;
    /// Others may read a key file.
    KeyPermissions = "key_permissions", 4;
    /// A certificate is out of date.
    Certificate = "certificate", 4;
    /// A security key without an agent.
    SecurityKey = "security_key", 4;
    /// Keys in a device that only an agent speaks to.
    Pkcs11 = "pkcs11", 4;
    /// There is no Kerberos ticket that is valid.
    Ticket = "ticket", 4;
    /// The server offers only methods that are not supported.
    AuthMethod = "auth_method", 4;
    /// The agent does not answer.
    Agent = "agent", 4;
    /// A passphrase or password was needed and not given.
    AuthNoAnswer = "auth_no_answer", 4;
    /// The passphrase was wrong.
    Passphrase = "passphrase", 4;
    /// The ssh configuration could not be resolved.
    Resolve = "resolve", 5;
    /// The host's name has no address.
    NameUnknown = "name_unknown", 5;
    /// The port refused the connection.
    Refused = "connection_refused", 5;
    /// No answer from any address.
    Unreachable = "unreachable", 5;
    /// The SSH handshake failed.
    Handshake = "handshake", 5;
    /// The ssh configuration asks for algorithms that are not supported.
    Algorithms = "algorithms", 5;
    /// The server and this program have no algorithm in common.
    NoCommonAlgorithm = "no_common_algorithm", 5;
    /// The way there needs something that this version does not have.
    Route = "route", 5;
    /// A jump host may not connect to the next host.
    HopForbids = "hop_forbids", 5;
    /// A jump host does not reach the next host.
    HopUnreachable = "hop_unreachable", 5;
    /// The remote host forbids the forward that the tunnel needs.
    ForwardingForbidden = "forwarding_forbidden", 5;
    /// The jump hosts lead round in a circle.
    HopLoop = "hop_loop", 5;
    /// The command that was to reach the host failed.
    ProxyCommand = "proxy_command", 5;
    /// The login shell did not run the script.
    LoginShell = "login_shell", 6;
    /// Jupyter is not installed there, or not on the PATH.
    NoJupyter = "no_jupyter", 6;
    /// Nothing runs there, and launching is not wanted.
    NothingRunning = "nothing_running", 6;
    /// A folder on the remote host cannot be used.
    RemoteFolder = "remote_folder", 6;
    /// Jupyter ended while starting.
    JupyterDied = "jupyter_died", 6;
    /// The server runs, but does not answer as it should.
    JupyterAnswer = "jupyter_answer", 6;
    /// The server behind a tunnel is gone.
    ServerEnded = "server_ended", 6;
    /// The server ended because it was idle.
    IdleEnded = "idle_ended", 6;
    /// The server could not be stopped.
    NotStopped = "not_stopped", 6;
    /// Kernels are busy, and nobody said that they may be ended.
    KernelsBusy = "kernels_busy", 6;
    /// A kernel was not interrupted, restarted or shut down.
    KernelAction = "kernel_action", 6;
    /// The scheduler's commands are not there, or are another one's.
    SchedulerMissing = "scheduler_missing", 7;
    /// The scheduler gives no answer that can be read.
    SchedulerSilent = "scheduler_silent", 7;
    /// The scheduler refused the job.
    JobRefused = "job_refused", 7;
    /// The job can never start as it is.
    JobNeverStarts = "job_never_starts", 7;
    /// The node that the job runs on cannot be reached in the way that the configuration leaves.
    NodeRefuses = "node_refuses", 7;
    /// The job has ended.
    JobEnded = "job_ended", 7;
    /// The job's time was up.
    JobTimeUp = "job_time_up", 7;
    /// The job gets no more time.
    NotExtended = "not_extended", 7;
    /// It took longer than allowed.
    TimedOut = "timed_out", 8;
    /// The connection is gone.
    Lost = "lost", 9;
    /// No local port, file or browser could be had.
    Local = "local", 2;
    /// The user, or a signal, ended the session.
    Interrupted = "interrupted", 130;
}
