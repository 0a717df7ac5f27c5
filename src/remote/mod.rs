//! Conversation with the remote host: one POSIX-sh script on one channel, and its framed answers.
//!
//! Nothing needs to be installed there. The script is read from standard input and not passed as an
//! argument, so nothing of it is visible in a process list; it runs in the user's login
//! environment, so that PATH, conda and modules are as in a terminal.

use std::rc::Rc;
use std::time::{Duration, Instant};

use crate::config::Host;
use crate::i18n::fl;
use crate::jupyter::{Endpoint, Server};
use crate::launch::{BatchLaunch, DirectLaunch, LaunchMethod};
use crate::scheduler::{RelayCommand, adapter};
use crate::shell_quote::quote;
use crate::ssh::channel::Channel;
use crate::ssh::poll::{Poller, WaitError};
use crate::ssh::{Connection, Exec, ExecRequest, SshError};

pub use discovery::{
    Discovery, DiscoveryBuilder, JobRecord, OtherServers, OurJob, SharedRuntimeFile, UncertainJob,
    UnlistedJob, has_gone, queries, there, was_taken,
};
pub use protocol::{OutputCollector, Piece, ScriptFailure, ScriptMessage};
pub use usage::{Gpu, KernelMemory, Listener, MemoryUse, NodeUsage, OwnShare};

/// The part of the script that all launch methods share.
const SCRIPT: &str = concat!(
    include_str!("script.sh"),
    include_str!("servers.sh"),
    include_str!("holder.sh")
);

/// Functions that only the command `choices` needs.
const CHOICES: &str = include_str!("choices.sh");
/// The same of `paths`.
const PATHS: &str = include_str!("paths.sh");

/// The program of a relay that runs `sh` on the compute node, with the script as its input.
const BY_RELAY: &str = "import subprocess, sys
subprocess.Popen(['/bin/sh', '-s'], stdin=subprocess.PIPE).communicate(sys.argv[1].encode())";

/// Starts a POSIX shell in the login environment, reading the script from the channel.
///
/// sshd hands this line to the login shell, so it has to mean the same in all of them. The channel
/// moves to descriptor 3 while the profile runs: a profile that reads standard input must not eat
/// the script. What it reads instead is the very command that `-c` gives, for one that ends in
/// `exec zsh -l`: that zsh never hears of `-c`.
///
/// (`3<&3`: a ksh that is /bin/sh hands no other descriptors on.)
///
/// csh takes `-l` only alone, and closes all descriptors above 2 at its start (measured with tcsh
/// 6.24): it has to keep the channel as its standard input, and gets its files for a login by name.
/// An error in one of them ends it, so then it does without.
///
/// FreeBSD's sh and ksh88 take no `-l`: shells of these names read the files of a login by their
/// names. One that is not known may not read `<&3` (nu, elvish, rc): it gets no more than a program and its
/// option, as all of them write that, and what this program reads is the very command again. One that fails at this
/// leaves the script's first line in the channel, and a sh takes its place; as it does for those that read their own
/// files for people only, or no files of a login with a command (measured with xonsh 0.25, elvish 0.19 and 0.21).
const LOGIN: &str = concat!(
    "exec /bin/sh -c '",
    r#"exec 3<&0 </dev/null; s=${SHELL:-/bin/sh}; l="exec /bin/sh -s"; "#,
    r#"p="[ -r /etc/profile ] && . /etc/profile; [ -r ~/.profile ] && . ~/.profile; $l <&3"; "#,
    r#"case ${s##*/} in csh|tcsh) for f in "$HOME/.login" /etc/csh.login; do "#,
    r#"[ -r "$f" ] && l="source \"$f\"; $l"; done; "#,
    r#""$s" -c "$l" <&3 3<&- || exec "$s" -c "exec /bin/sh -s" <&3 3<&-;; "#,
    r#"sh|ksh) echo "$l <&3" | "$s" -c "$p" 3<&3;; "#,
    r#"bash*|zsh*|fish*|dash|ash|yash|posh|oksh|mksh|ksh93) echo "$l <&3" | "$s" -l -c "$l <&3" 3<&3;; "#,
    r#"*) case $s in *xonsh|*elvish) false;; *) echo "$l <&3" | "$s" -l -c "$l" 3<&3;; esac || { IFS= read -r n <&3 && "#,
    r#"case $n in rj_nonce=*) rj_nonce=${n#*=}; export rj_nonce; "#,
    r#"echo "$l <&3" | /bin/sh -c "$p" 3<&3;; esac; };; esac"#,
    "'"
);

/// Start-up files that take longer than this are spoken of.
const SLOW: Duration = Duration::from_secs(4);

/// The most that all answers to one command take, by [`cost`]. The longest that is known, the list of a scheduler with
/// thousands of jobs of one account, takes a tenth of it.
const ANSWERS: usize = 32 << 20;

/// Returns about the memory that an answer takes: a hostile host may send many small ones.
fn cost(line: &str) -> usize {
    line.len() + 1024
}

/// Reason why the remote host gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum RemoteError {
    /// The connection failed, or the wait ended.
    #[error(transparent)]
    Ssh(#[from] crate::ssh::SshError),
    /// The login shell ended without running the script, or the script broke off.
    #[error("the login shell did not run the script: {output}")]
    NoScript {
        /// The last lines that came instead.
        output: String,
    },
    /// The start-up files took so long that the script was not reached.
    #[error("the start-up files did not come to an end: {output}")]
    NotStarted {
        /// The last lines that came instead.
        output: String,
    },
    /// The script says what is wrong.
    #[error("{0:?}")]
    Failed(ScriptFailure),
    /// An answer that the script does not give.
    #[error("unexpected answer from the remote host: {0}")]
    Unexpected(String),
    /// This system has no random numbers.
    #[error("no random numbers: {0}")]
    Random(getrandom::Error),
}

/// The running script.
pub struct ScriptSession {
    exec: Exec,
    poller: Rc<Poller>,
    nonce: String,
    noise: Vec<String>,
    greeted: bool,
    /// Cost of the answers to the present command so far.
    answered: usize,
    /// Time from which the start-up files count as slow; `None` once that was reported.
    slow_at: Option<Instant>,
}

impl ScriptSession {
    /// Starts the script with its first command; the greeting is not waited for, since that would
    /// be a round trip. `slow` is called once if the server takes long to open a session.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn start(
        connection: Rc<Connection>,
        poller: Rc<Poller>,
        host: &Host,
        command: &str,
        slow: &dyn Fn(),
    ) -> Result<Self, RemoteError> {
        let nonce = crate::secret::random_hex(12).map_err(RemoteError::Random)?;
        let script = script(&nonce, host, command);
        let mut exec = Exec::start(connection, Rc::clone(&poller), LOGIN, slow)?;
        exec.write(&script)?;
        Ok(Self {
            exec,
            poller,
            nonce,
            noise: Vec::new(),
            greeted: false,
            answered: 0,
            slow_at: Some(Instant::now() + SLOW),
        })
    }

    /// Sends a command of the script.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn send(&mut self, command: &str) -> Result<(), RemoteError> {
        self.answered = 0;
        Ok(self.exec.write(&format!("{command}\n"))?)
    }

    /// The script's next answer; whatever profiles and banners print is passed over.
    ///
    /// # Errors
    /// [`RemoteError::Failed`] for the script's own failures; see [`RemoteError`] for the others.
    pub fn answer(&mut self) -> Result<ScriptMessage, RemoteError> {
        loop {
            let line = match self.line() {
                Ok(Some(line)) => line,
                Ok(None) => break,
                Err(RemoteError::Ssh(SshError::Wait(WaitError::TimedOut))) if self.is_slow() => {
                    return Ok(ScriptMessage::Slow);
                }
                Err(RemoteError::Ssh(SshError::Wait(WaitError::TimedOut))) if !self.greeted => {
                    let output = self.heard();
                    return Err(RemoteError::NotStarted { output });
                }
                // A start-up file may print what it likes; an answer of ours is never so long.
                Err(RemoteError::Ssh(SshError::LineTooLong { start }))
                    if !start.starts_with(&self.nonce) =>
                {
                    continue;
                }
                Err(RemoteError::Ssh(SshError::LineTooLong { .. })) => {
                    return Err(RemoteError::Unexpected(fl!("answer-cut")));
                }
                Err(error) => return Err(error),
            };
            match ScriptMessage::parse(&line, &self.nonce) {
                Some(ScriptMessage::Failed(failure)) => return Err(RemoteError::Failed(failure)),
                Some(ScriptMessage::Hello) => self.greeted = true,
                // Nobody keeps these, and a job may be waited for for days.
                Some(frame @ ScriptMessage::Wait(_)) => return Ok(frame),
                Some(frame) => {
                    self.answered += cost(&line);
                    if self.answered > ANSWERS {
                        return Err(RemoteError::Unexpected(fl!("answer-endless")));
                    }
                    return Ok(frame);
                }
                None => self.hear_noise(line),
            }
        }
        Err(RemoteError::NoScript {
            output: self.heard(),
        })
    }

    /// The next line, waited for until the deadline, or until it is time to speak of start-up files.
    fn line(&mut self) -> Result<Option<String>, RemoteError> {
        let deadline = self.poller.deadline();
        let slow_at = self.slow_at.filter(|_| !self.greeted);
        self.poller
            .set_deadline(deadline.into_iter().chain(slow_at).min());
        let line = self.exec.line();
        self.poller.set_deadline(deadline);
        Ok(line?)
    }

    /// Returns true, once, when the start-up files have become slow (one may wait for a slow disk).
    fn is_slow(&mut self) -> bool {
        let is_due = |at: &mut Instant| *at <= Instant::now();
        !self.greeted && self.slow_at.take_if(is_due).is_some() && self.poller.check().is_ok()
    }

    /// The last lines that were no answers of the script.
    fn heard(&self) -> String {
        let stderr = self.exec.stderr();
        let heard = self.noise.iter().map(String::as_str).chain(stderr.lines());
        last_words(&heard.collect::<Vec<_>>())
    }

    /// Ends the script and returns its channel, for [`crate::tunnel::Forwarder::new`]. Does not
    /// wait for the end: the page is more urgent.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn finish(mut self) -> Result<Channel, RemoteError> {
        self.send("done")?;
        Ok(self.exec.finish())
    }

    /// The last lines of noise are kept: if the script never speaks, they say why.
    fn hear_noise(&mut self, line: String) {
        if is_noise(&line, &self.nonce) {
            self.noise.push(line);
            let excess = self.noise.len().saturating_sub(10);
            self.noise.drain(..excess);
        }
    }
}

/// The script with one command, run beside a tunnel. Its answers come all at once.
pub struct OneShotScript {
    nonce: String,
}

impl OneShotScript {
    /// Creates the request that runs the script; it exits at the end of its input.
    ///
    /// # Errors
    /// [`RemoteError::Random`].
    pub fn new(host: &Host, command: &str) -> Result<(Self, ExecRequest), RemoteError> {
        let nonce = crate::secret::random_hex(12).map_err(RemoteError::Random)?;
        let task = ExecRequest {
            command: LOGIN.to_owned(),
            input: script(&nonce, host, command),
        };
        Ok((Self { nonce }, task))
    }

    /// The answers among what came.
    ///
    /// # Errors
    /// [`RemoteError::Failed`] for the script's own failures, [`RemoteError::NoScript`] when it did
    /// not run.
    pub fn answers(&self, lines: &[String]) -> Result<Vec<ScriptMessage>, RemoteError> {
        let frames = lines
            .iter()
            .map(|line| ScriptMessage::parse(line, &self.nonce));
        let frames: Vec<ScriptMessage> = frames.flatten().collect();
        if let Some(failure) = frames.iter().find_map(|frame| match frame {
            ScriptMessage::Failed(failure) => Some(failure.clone()),
            _ => None,
        }) {
            return Err(RemoteError::Failed(failure));
        }
        if !frames.contains(&ScriptMessage::Bye) {
            let noise = lines.iter().filter(|line| is_noise(line, &self.nonce));
            let output = last_words(&noise.map(String::as_str).collect::<Vec<_>>());
            return Err(RemoteError::NoScript { output });
        }
        Ok(frames)
    }
}

/// Returns true for a line that something else than the script has printed. An answer that was cut short is none: it may
/// hold a token.
fn is_noise(line: &str, nonce: &str) -> bool {
    !line.is_empty() && !line.starts_with(nonce)
}

/// Joins the last ten lines, without our own: a shell that refuses to run it repeats it.
fn last_words(lines: &[&str]) -> String {
    lines[lines.len().saturating_sub(10)..]
        .join("\n")
        .replace(LOGIN, "exec …")
}

/// Creates the request that runs the script and turns it into the remote end of a relay: its
/// standard input and output are then that program's. `None` if the host's scheduler has no way
/// into a job.
///
/// # Errors
/// [`RemoteError::Random`].
pub fn relay(
    host: &Host,
    (job, server): (&str, &Server),
    (node, program): (&str, &str),
) -> Result<Option<(ExecRequest, String)>, RemoteError> {
    let Some(scheduler) = adapter(host.launcher) else {
        return Ok(None);
    };
    // The script's answers begin with it and go on; the program's first word is it alone.
    let mark = crate::secret::random_hex(12).map_err(RemoteError::Random)?;
    let mut arguments = vec![mark.clone()];
    arguments.extend(place(server));
    let relay = RelayCommand {
        job,
        node,
        pid: server.pid,
        program,
        arguments: &arguments,
    };
    let Some(line) = relay.line(scheduler) else {
        return Ok(None);
    };
    let task = ExecRequest {
        command: LOGIN.to_owned(),
        input: script(&mark, host, &format!("job relay {line}")),
    };
    Ok(Some((task, mark)))
}

/// Returns the script's command that starts the program which holds websockets to a server, on the login host or on the
/// server's node. Without a client it ends after `age` seconds.
#[must_use]
pub fn hold(server: &Server, is_on_node: bool, age: u32, program: &str) -> String {
    // The process of another machine has nothing to say here.
    let is_beside = is_on_node || server.node.is_none();
    let pid = if is_beside { server.pid } else { 0 };
    // A home that several machines share may be a file system without sockets.
    let place_of_socket = if is_on_node { "own" } else { "home" };
    let place: Vec<String> = place(server).iter().map(|word| quote(word)).collect();
    let place = place.join(" ");
    format!("hold {place_of_socket} {pid} {age} {place}\n{program}")
}

/// Returns the script's command that starts that program in the server's job, as a command of the scheduler's own; none where
/// a relay can start it, whose command then need not stay.
#[must_use]
pub fn hold_in_job(
    host: &Host,
    (job, server): (&str, &Server),
    age: u32,
    program: &str,
) -> Option<String> {
    let scheduler = adapter(host.launcher).filter(|one| one.ends_detached())?;
    let mut arguments = vec!["-".to_owned(), age.to_string()];
    arguments.extend(place(server));
    let holder = RelayCommand {
        job,
        node: &server.node.as_ref()?.name,
        pid: server.pid,
        program,
        arguments: &arguments,
    };
    Some(format!("job hold {}", holder.line(scheduler)?))
}

/// Returns what a relay needs that starts that program: the program and its arguments, separated by zeros.
#[must_use]
pub fn hold_by_relay(server: &Server, age: u32, program: &str) -> String {
    let mut words = vec![program.to_owned(), String::new(), age.to_string()];
    words.extend(place(server));
    words.join("\0")
}

/// Returns what a relay needs that runs a command of the script on its node, and the script's answers to read then: a program and
/// its argument, separated by a zero.
///
/// # Errors
/// [`RemoteError::Random`].
pub fn by_relay(host: &Host, command: &str) -> Result<(OneShotScript, String), RemoteError> {
    let (script, ExecRequest { input, .. }) = OneShotScript::new(host, command)?;
    Ok((script, format!("{BY_RELAY}\0{input}")))
}

/// Returns the answer in what that program prints where a relay has started it.
#[must_use]
pub fn relayed_answer(lines: &[String]) -> Vec<ScriptMessage> {
    match lines {
        [path, secret] if path.ends_with("/sock") => {
            vec![ScriptMessage::Holder(path.clone(), secret.clone())]
        }
        _ => {
            tracing::info!(?lines, "the relay has started no holder");
            vec![]
        }
    }
}

/// Returns where a server listens, as arguments of our programs over there.
fn place(server: &Server) -> Vec<String> {
    match &server.endpoint {
        Endpoint::Tcp { host, port } => vec!["tcp".to_owned(), host.clone(), port.to_string()],
        Endpoint::Socket { path } => vec!["unix".to_owned(), path.clone()],
    }
}

fn script(nonce: &str, host: &Host, command: &str) -> String {
    let workdir = host.workdir.as_deref().unwrap_or("~");
    let launcher: &dyn LaunchMethod = match adapter(host.launcher) {
        Some(scheduler) => &BatchLaunch(scheduler),
        None => &DirectLaunch,
    };
    let (variables, launcher) = (launcher.variables(host), launcher.script());
    let more = match command.split_once(' ') {
        Some(("choices", _)) => CHOICES,
        Some(("usage", _)) => usage::USAGE,
        Some(("paths", _)) => PATHS,
        _ => "",
    };
    format!(
        "rj_nonce={nonce}\nrj_workdir={}\n{variables}{SCRIPT}{more}{launcher}rj_main {}\nexit\n",
        quote(workdir),
        quote(command)
    )
}

mod discovery;
#[cfg(test)]
mod garbage_tests;
mod protocol;
#[cfg(test)]
mod script_tests;
#[cfg(test)]
mod shell_style_tests;
#[cfg(test)]
mod tests;
mod usage;
