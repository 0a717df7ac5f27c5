//! The start of the program: finds its bundle, if a link led to it, and a terminal's environment, if
//! Finder or the login did.
#![allow(unsafe_code)]

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::secret::random_hex;

/// The variables that a login shell may set and that connections need: where programs are, and the
/// agent.
const WANTED: [&str; 2] = ["PATH", "SSH_AUTH_SOCK"];
/// Where Homebrew's programs are, which the PATH of launchd does not name.
const HOMEBREW: [&str; 2] = ["/opt/homebrew/bin", "/usr/local/bin"];
/// Time that a login shell has; the icon comes after it.
const PATIENCE: Duration = Duration::from_secs(3);

/// Makes up for what is missing. To be called before there is a second thread.
pub fn enter(opens_app: bool) {
    if let Some(error) = std::env::current_exe().ok().and_then(|exe| follow(&exe)) {
        tracing::warn!(%error, "the program was started by a link, and does not find its bundle");
    }
    // A terminal sets it, whichever it is.
    if opens_app && std::env::var_os("TERM").is_none() {
        let shell = std::env::var_os("SHELL").unwrap_or_else(|| "/bin/zsh".into());
        adopt(&shell_environment(Path::new(&shell), PATIENCE));
    }
}

/// Executes the program by its own path, if a link led to it: the system takes the folder of the link
/// for the bundle, and then there is no icon, no notification and no login item. Returns only if
/// there is no link, or why it failed.
#[must_use]
pub fn follow(program: &Path) -> Option<io::Error> {
    let is_link = program.symlink_metadata().ok()?.is_symlink();
    let target = is_link.then(|| program.canonicalize().ok())??;
    Some(
        Command::new(target)
            .args(std::env::args_os().skip(1))
            .exec(),
    )
}

/// Returns what a login shell sets of what is wanted; nothing if it does not answer in time.
#[must_use]
pub fn shell_environment(shell: &Path, patience: Duration) -> Vec<(&'static str, OsString)> {
    let Ok(mark) = random_hex(8) else {
        return Vec::new();
    };
    // Words that every shell has, csh and fish too. Start-up files may print as well, hence the mark.
    let ask = |name| format!("; /usr/bin/printenv {name}; echo {mark}");
    let script = format!("echo {mark}{}", WANTED.map(ask).concat());
    let is_csh = shell.to_string_lossy().ends_with("csh");
    // csh takes `-l` alone only; it reads its start-up file anyway.
    let options: &[&str] = if is_csh {
        &["-i", "-c"]
    } else {
        &["-l", "-i", "-c"]
    };
    let mut command = Command::new(shell);
    command.args(options).arg(script);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let said = command
        .spawn()
        .ok()
        .map(|shell| output_of(shell, patience, mark.as_bytes()));
    let said = said.unwrap_or_default();
    let parts = split(&said, format!("{mark}\n").as_bytes());
    // Before the first mark: what start-up files print.
    let values = parts
        .into_iter()
        .skip(1)
        .map(|value| value.strip_suffix(b"\n").unwrap_or(value));
    let set = WANTED
        .into_iter()
        .zip(values)
        .filter(|(_, value)| !value.is_empty());
    set.map(|(name, value)| (name, OsString::from_vec(value.to_vec())))
        .collect()
}

/// Returns what a shell prints until its last mark, its end, or the end of its time. It has ended then.
fn output_of(mut shell: Child, patience: Duration, mark: &[u8]) -> Vec<u8> {
    let (until, mut said) = (Instant::now() + patience, Vec::new());
    if let Some(mut pipe) = shell.stdout.take() {
        let mut buffer = [0; 4096];
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let timeout = Timespec::try_from(left).ok();
            let ready = poll(&mut [PollFd::new(&pipe, PollFlags::IN)], timeout.as_ref());
            match ready.map(|ready| ready > 0 && !left.is_zero()) {
                Ok(true) => match pipe.read(&mut buffer) {
                    Ok(0) | Err(_) => break,
                    Ok(count) => said.extend_from_slice(&buffer[..count]),
                },
                Err(rustix::io::Errno::INTR) => {}
                Ok(false) | Err(_) => break,
            }
            // What a start-up file leaves behind may keep the pipe open.
            if split(&said, mark).len() > WANTED.len() + 1 && said.ends_with(b"\n") {
                break;
            }
        }
    }
    let _ = shell.kill();
    let _ = shell.wait();
    said
}

fn split<'a>(bytes: &'a [u8], mark: &[u8]) -> Vec<&'a [u8]> {
    let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
    while at + mark.len() <= bytes.len() {
        if bytes[at..].starts_with(mark) {
            parts.push(&bytes[from..at]);
            from = at + mark.len();
            at = from;
        } else {
            at += 1;
        }
    }
    parts.push(&bytes[from..]);
    parts
}

/// Takes over what the shell sets. Without its PATH, Homebrew's folders are added.
pub fn adopt(variables: &[(&'static str, OsString)]) {
    let has_path = variables.iter().any(|(name, _)| *name == "PATH");
    for (name, value) in variables {
        set(name, value);
    }
    if !has_path {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        for folder in HOMEBREW.map(PathBuf::from) {
            if !folders.contains(&folder) {
                folders.push(folder);
            }
        }
        // None of them holds a colon, which splitting would have taken out.
        if let Ok(path) = std::env::join_paths(folders) {
            set("PATH", &path);
        }
    }
}

fn set(name: &str, value: &OsStr) {
    // SAFETY: there is no second thread yet, which could read the environment meanwhile.
    unsafe { std::env::set_var(name, value) };
}
