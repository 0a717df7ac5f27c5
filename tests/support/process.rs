//! Processes with a deadline: a test fails with what the process said, it never hangs.

use std::fmt;
use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

/// Long enough for Jupyter's cold start on a busy machine.
pub const PATIENCE: Duration = Duration::from_secs(60);
/// Long enough to download and install Jupyter.
pub const LONG: Duration = Duration::from_secs(15 * 60);

/// What a process left: its exit code (none if a signal ended it) and all it said.
#[derive(Debug)]
pub struct Finished {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Finished {
    /// What it said line by line with `--json`.
    pub fn json_lines(&self) -> Vec<Value> {
        let parse = |line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {self}"));
        self.stdout.lines().map(parse).collect()
    }

    /// The last of its events.
    pub fn last_event(&self) -> Value {
        let line = self.stdout.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|e| panic!("no event ({e}): {self}"))
    }
}

impl fmt::Display for Finished {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "exit code {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }
}

/// Runs to the end. Output goes to files, so that a grandchild that keeps them open cannot hold us up.
pub fn finish(command: &mut Command, patience: Duration) -> Finished {
    let (mut out, mut err) = (scratch(), scratch());
    command
        .stdout(out.try_clone().unwrap())
        .stderr(err.try_clone().unwrap());
    let mut child = command
        .spawn()
        .unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
    let status = wait(&mut child, patience);
    if status.is_none() {
        let _ = child.kill();
        let _ = child.wait();
    }
    let finished = Finished {
        code: status.and_then(|s| s.code()),
        stdout: contents(&mut out),
        stderr: contents(&mut err),
    };
    assert!(
        status.is_some(),
        "{command:?} did not end within {patience:?}: {finished}"
    );
    finished
}

/// The status, or none once patience has run out.
pub fn wait(child: &mut Child, patience: Duration) -> Option<ExitStatus> {
    let mut status = None;
    eventually(patience, || {
        status = child.try_wait().expect("a child of ours");
        status.is_some()
    });
    status
}

/// Asks again and again until it is so; false once patience has run out.
pub fn eventually(patience: Duration, mut is_so: impl FnMut() -> bool) -> bool {
    let deadline = Instant::now() + patience;
    loop {
        if is_so() {
            return true;
        }
        if Instant::now() >= deadline {
            return false;
        }
        sleep(Duration::from_millis(10));
    }
}

/// Sends a signal to a child that has not been waited for, so that its id is surely still its own.
pub fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).expect("the child still runs");
}

/// Whether a process runs. One that has ended and that its parent has not noticed yet (in a container, that may take the
/// first process a while) does not.
pub fn alive(pid: &str) -> bool {
    let state = finish(
        Command::new("ps").args(["-o", "stat=", "-p", pid]),
        PATIENCE,
    )
    .stdout;
    !state.trim().is_empty() && !state.contains('Z')
}

/// The process id that a line of `leftovers()` begins with.
pub fn pid_of(line: &str) -> String {
    line.split(' ').next().unwrap_or_default().to_owned()
}

/// A file without a name, gone with its last handle.
pub fn scratch() -> File {
    tempfile::tempfile_in("/tmp").expect("a temporary file")
}

/// All that was written to it so far.
pub fn contents(file: &mut File) -> String {
    let mut bytes = Vec::new();
    file.rewind().unwrap();
    file.read_to_end(&mut bytes).unwrap();
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A quick helper program that must succeed, such as ssh-keygen; its standard output.
pub fn must(command: &mut Command) -> String {
    let out = finish(command.stdin(Stdio::null()), PATIENCE);
    assert!(out.code == Some(0), "{command:?} failed: {out}");
    out.stdout
}
