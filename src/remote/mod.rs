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

/// The part of the script that all launch methods share.
const SCRIPT: &str = concat!(include_str!("script.sh"), include_str!("servers.sh"));

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
/// (elvish takes no `-l`) leaves the script's first line in the channel, and a sh takes its place; as it does for
/// xonsh, which reads its own files for people only (measured with xonsh 0.25).
const LOGIN: &str = concat!(
    "exec /bin/sh -c '",
    r#"exec 3<&0 </dev/null; s=${SHELL:-/bin/sh}; l="exec /bin/sh -s"; "#,
    r#"p="[ -r /etc/profile ] && . /etc/profile; [ -r ~/.profile ] && . ~/.profile; $l <&3"; "#,
    r#"case ${s##*/} in csh|tcsh) for f in "$HOME/.login" /etc/csh.login; do "#,
    r#"[ -r "$f" ] && l="source \"$f\"; $l"; done; "#,
    r#""$s" -c "$l" <&3 3<&- || exec "$s" -c "exec /bin/sh -s" <&3 3<&-;; "#,
    r#"sh|ksh) echo "$l <&3" | "$s" -c "$p" 3<&3;; "#,
    r#"bash*|zsh*|fish*|dash|ash|yash|posh|oksh|mksh|ksh93) echo "$l <&3" | "$s" -l -c "$l <&3" 3<&3;; "#,
    r#"*) case $s in *xonsh) false;; *) echo "$l <&3" | "$s" -l -c "$l" 3<&3;; esac || { IFS= read -r n <&3 && "#,
    r#"case $n in rj_nonce=*) rj_nonce=${n#*=}; export rj_nonce; "#,
    r#"echo "$l <&3" | /bin/sh -c "$p" 3<&3;; esac; };; esac"#,
    "'"
);

/// Start-up files that take longer than this are spoken of.
const SLOW: Duration = Duration::from_secs(4);

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
    #[error("unexpected answer from the far side: {0}")]
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
            slow_at: Some(Instant::now() + SLOW),
        })
    }

    /// Sends a command of the script.
    ///
    /// # Errors
    /// See [`RemoteError`].
    pub fn send(&mut self, command: &str) -> Result<(), RemoteError> {
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
                Some(frame) => return Ok(frame),
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
    /// An answer that was cut short is none of them: it may hold a token.
    fn hear_noise(&mut self, line: String) {
        if !line.is_empty() && !line.starts_with(&self.nonce) {
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
            // Answers that were cut short are left out: they may hold a token.
            let noise = lines.iter().filter(|line| !line.starts_with(&self.nonce));
            let output = last_words(&noise.map(String::as_str).collect::<Vec<_>>());
            return Err(RemoteError::NoScript { output });
        }
        Ok(frames)
    }
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
    let port;
    let place = match &server.endpoint {
        Endpoint::Tcp { host, port: number } => {
            port = number.to_string();
            vec![mark.as_str(), "tcp", host, &port]
        }
        Endpoint::Socket { path } => vec![mark.as_str(), "unix", path],
    };
    let relay = RelayCommand {
        job,
        node,
        pid: server.pid,
        program,
        arguments: &place,
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

fn script(nonce: &str, host: &Host, command: &str) -> String {
    let workdir = host.workdir.as_deref().unwrap_or("~");
    let launcher: &dyn LaunchMethod = match adapter(host.launcher) {
        Some(scheduler) => &BatchLaunch(scheduler),
        None => &DirectLaunch,
    };
    let (variables, launcher) = (launcher.variables(host), launcher.script());
    format!(
        "rj_nonce={nonce}\nrj_workdir={}\n{variables}{SCRIPT}{launcher}rj_main {}\nexit\n",
        quote(workdir),
        quote(command)
    )
}

mod discovery;
mod protocol;
#[cfg(test)]
mod script_tests;

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::protocol::Piece;
    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    /// A process with a Hub's environment, and the runtime file that names it.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_token_of_a_hub_never_travels() {
        let home = tempfile::tempdir().unwrap();
        let mut single_user = Command::new("sleep")
            .arg("30")
            .env("JUPYTERHUB_SERVICE_PREFIX", "/user/me/")
            .spawn()
            .unwrap();
        let pid = single_user.id();
        let folder = home.path().join(".local/share/jupyter/runtime");
        std::fs::create_dir_all(&folder).unwrap();
        let json = format!(
            r#"{{"base_url": "/user/me/", "pid": {pid}, "port": 80, "token": "the-hubs"}}"#
        );
        std::fs::write(folder.join(format!("jpserver-{pid}.json")), json).unwrap();
        let answers = answers("sh", home.path(), "find");
        single_user.kill().unwrap();
        single_user.wait().unwrap();
        let server = ScriptMessage::parse(&answers[1], "n0").unwrap();
        assert!(
            matches!(&server, ScriptMessage::Server(runtime_file) if runtime_file.is_hubs && runtime_file.pid == pid),
            "{server:?}"
        );
        let token = "7468652d68756273"; // "the-hubs"
        assert!(answers.iter().all(|line| !line.contains(token)));
    }

    /// A runtime file of another node says by its base URL alone whose server it is.
    #[test]
    fn nor_does_that_of_a_hubs_server_on_another_node() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join(".local/share/jupyter/runtime");
        std::fs::create_dir_all(&folder).unwrap();
        // Larger than the process ids that Linux assigns: no process of the local computer has it.
        for (pid, base, token) in [
            (4_194_401, "/user/me/", "hub-1"),
            (4_194_402, "/hub/site/user/me%40b/lab/", "hub-2"),
            (4_194_403, "/", "mine-1"),
            (4_194_404, "/users-of-gpu/", "mine-2"),
        ] {
            let json = format!(
                "{{\n \"base_url\": \"{base}\",\n \"hostname\": \"n7\", \"pid\": {pid}, \"token\": \"{token}\"\n}}"
            );
            std::fs::write(folder.join(format!("jpserver-{pid}.json")), json).unwrap();
        }
        let mut host = Host::named("x");
        host.launcher = crate::config::LauncherKind::Slurm;
        let frames = answers_of(&host, "sh", home.path(), "job far");
        let frames = frames
            .iter()
            .filter_map(|line| ScriptMessage::parse(line, "n0"));
        let told: Vec<u8> = frames
            .filter_map(|frame| match frame {
                ScriptMessage::Far(Piece(bytes)) => Some(bytes),
                _ => None,
            })
            .flatten()
            .collect();
        let told = String::from_utf8(told).unwrap();
        let has = |token: &str| told.contains(token);
        assert!(has("mine-1") && has("mine-2"), "{told}");
        assert!(!has("hub-1") && !has("hub-2"), "{told}");
    }

    /// Returns what a shell of this kind prints for one command, in that home.
    fn answers(shell: &str, home: &std::path::Path, command: &str) -> Vec<String> {
        let mut host = Host::named("x");
        host.workdir = Some("~/no'where".into());
        answers_of(&host, shell, home, command)
    }

    fn answers_of(host: &Host, shell: &str, home: &std::path::Path, command: &str) -> Vec<String> {
        let mut child = Command::new(shell)
            .arg("-s")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = script("n0", host, command);
        text.truncate(text.len() - "exit\n".len());
        text.push('\n');
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let stdout = String::from_utf8(output.stdout).unwrap();
        let lines = stdout.lines().filter(|line| line.starts_with("n0 "));
        lines.map(str::to_owned).collect()
    }

    /// Runs lines of sh that use the script's functions, with `input`, and with nothing on the PATH but these programs.
    fn run_there(programs: &std::path::Path, script: &str, lines: &str, input: &str) -> String {
        let mut shell = Command::new("/bin/sh")
            .args(["-c", &format!("{script}{lines}")])
            .env("PATH", programs)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = shell.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).unwrap();
        drop(stdin);
        String::from_utf8(shell.wait_with_output().unwrap().stdout).unwrap()
    }

    /// A folder for each awk that is here, with it and these other programs.
    fn folders_of_awks(programs: &[&str]) -> Vec<(String, tempfile::TempDir)> {
        let mut folders = Vec::new();
        for awk in ["awk", "mawk", "gawk", "original-awk", "busybox"] {
            let folder = tempfile::tempdir().unwrap();
            let names = programs.iter().map(|name| (*name, *name));
            let has_all = names.chain([(awk, "awk")]).all(|(program, name)| {
                let paths = ["/usr/bin", "/bin"].map(|at| std::path::Path::new(at).join(program));
                let path = paths.iter().find(|path| path.exists());
                path.is_some_and(|path| {
                    std::os::unix::fs::symlink(path, folder.path().join(name)).is_ok()
                })
            });
            // A missing shell is not a failure; `make test` installs them on Debian.
            if has_all {
                folders.push((awk.to_owned(), folder));
            }
        }
        assert!(!folders.is_empty());
        folders
    }

    /// In every awk, on the remote host.
    #[test]
    fn json_is_read_there_as_its_writer_meant_it() {
        let rocket = r#""sock": "/tmp/\ud83d\ude80 \"a\"\\n\/b", "#;
        let inside = r#""more": {"sock": "no", "port": 1, "list": ["token", {"token": "no"}]}, "#;
        let rest = r#""base_url" : "/\u00fc/", "port":8888, "token": "a:,{}[]\u0062""#;
        let text = |json: &str| json.replace(", ", ",\n  ");
        let told = "8888\n/tmp/🚀 \"a\"\\n/b\n/ü/\na:,{}[]b\n";
        let dos = "\u{feff}{\r\n\t\"port\": 8888,\r\n\t\"token\":\t\"t\"\r\n}";
        let lines =
            "rj_in_c rj_fields | while IFS= read -r rj_l; do printf '%b\\n' \"$rj_l\"; done";
        for (awk, folder) in folders_of_awks(&[]) {
            for (json, told) in [
                (format!("{{{rocket}{inside}{rest}}}"), told),
                (
                    text(&format!("{{{inside}{rest}, {rocket}\"z\": null}}")),
                    told,
                ),
                (dos.to_owned(), "8888\n\n\nt\n"),
                ("{\"port\": 8888, \"tok".to_owned(), "8888\n\n\n\n"),
                (String::new(), "\n\n\n\n"),
            ] {
                let read = run_there(folder.path(), SCRIPT, lines, &json);
                assert_eq!(read, told, "{awk}: {json}");
            }
        }
    }

    /// FreeBSD: `sockstat` is faked, with the output that its manual shows (sockstat(1), 14.1) and strict in its options.
    #[test]
    fn listeners_are_seen_where_sockstat_shows_them() {
        use std::os::unix::fs::PermissionsExt;
        let script = SCRIPT.replace("/proc/net/tcp", "/nowhere");
        for (awk, folder) in folders_of_awks(&["id", "cat"]) {
            for (name, text) in [
                ("uname", "echo FreeBSD"),
                (
                    "sockstat",
                    "case $* in '-46l -P tcp -p 8888' | '-46l -P tcp') ;; *) exit 64 ;; esac\ncat <<END\n\
                     USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS\n\
                     $(id -un) python3.11 4711  7   tcp4   127.0.0.1:8888        *:*\n\
                     $(id -un) python3.11 4712  8   tcp6   ::1:8889              *:*\n\
                     nobody1  nginx      99    8   tcp46  *:8888                *:*\nEND",
                ),
            ] {
                let path = folder.path().join(name);
                std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
                std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
            }
            let lines = "rj_listeners 8888; rj_port_of 4712; rj_shows_listeners && echo yes";
            let uid = rustix::process::getuid().as_raw();
            let told =
                format!("127.0.0.1:8888,{uid}\n::1:8889,{uid}\n*:8888,4294967294\n8889\nyes\n");
            assert_eq!(run_there(folder.path(), &script, lines, ""), told, "{awk}");
        }
    }

    #[test]
    fn the_script_answers_in_every_shell_that_is_here() {
        let home = tempfile::tempdir().unwrap();
        for shell in ["sh", "dash", "bash", "ksh93", "mksh", "zsh"] {
            // A missing shell is not a failure; `make test` installs them on Debian.
            if Command::new(shell).args(["-c", "true"]).status().is_err() {
                continue;
            }
            let kinds = answers(shell, home.path(), "log");
            let kinds: Vec<&str> = kinds.iter().map(|line| &line[3..]).collect();
            assert!(kinds[0].starts_with("hello "), "{shell}: {kinds:?}");
            assert!(kinds[1].starts_with("log"), "{shell}: {kinds:?}");
            assert!(kinds[2].starts_with("bye"), "{shell}: {kinds:?}");
        }
    }

    /// As sshd starts it; each shell reads the start-up files that it has, or a sh those of a login.
    #[cfg(target_os = "linux")]
    #[test]
    fn the_login_line_means_the_same_in_every_shell_that_is_here() {
        let home = tempfile::tempdir().unwrap();
        for (file, line) in [
            (".profile", "RJ_SEEN=yes; export RJ_SEEN; cat"),
            (".yash_profile", "export RJ_SEEN=yes; cat"),
            (".zprofile", "export RJ_SEEN=yes; cat"),
            (".rcrc", "RJ_SEEN=yes"),
            (".login", "setenv RJ_SEEN yes"),
            (".config/fish/config.fish", "set -gx RJ_SEEN yes"),
            (".config/nushell/env.nu", "$env.RJ_SEEN = 'yes'"),
        ] {
            let path = home.path().join(file);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, format!("{line}\n")).unwrap();
        }
        let ash = home.path().join("ash");
        // What is not here is left out, as above.
        let _ = std::os::unix::fs::symlink("/bin/busybox", &ash);
        let shells = "sh dash bash ksh93 mksh oksh posh zsh yash tcsh fish rc elvish nu xonsh";
        for shell in shells.split(' ').chain([ash.to_str().unwrap()]) {
            let place = Command::new("sh")
                .args(["-c", &format!("command -v {shell}")])
                .output();
            let place = String::from_utf8(place.unwrap().stdout).unwrap();
            if place.is_empty() {
                continue;
            }
            let mut child = Command::new(place.trim())
                .args(["-c", LOGIN])
                .env("SHELL", place.trim())
                .env("HOME", home.path())
                .env_remove("ENV")
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let text = "rj_nonce=n0\necho \"$rj_nonce $RJ_SEEN\"; exit\n";
            let mut stdin = child.stdin.take().unwrap();
            stdin.write_all(text.as_bytes()).unwrap();
            drop(stdin);
            let output = child.wait_with_output().unwrap();
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(told.ends_with("n0 yes\n"), "{shell}: {told}");
        }
    }

    #[test]
    fn a_shell_that_repeats_our_line_is_quoted_without_it() {
        let said = format!("fatal: unrecognized command '{LOGIN}'");
        assert_eq!(last_words(&[&said]), "fatal: unrecognized command 'exec …'");
    }
}
