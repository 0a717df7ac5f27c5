//! A running `open HOST --json`, read event by event.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::Value;

use super::process::{self, Finished, PATIENCE, contents, scratch};

/// Dropping it kills the command, as a crash would.
pub struct Opened {
    child: Child,
    lines: Receiver<String>,
    stderr: File,
    /// Every line of standard output so far.
    pub seen: Vec<String>,
}

impl Opened {
    pub fn spawn(command: &mut Command) -> Self {
        let stderr = scratch();
        command
            .stdout(Stdio::piped())
            .stderr(stderr.try_clone().unwrap());
        let mut child = command
            .spawn()
            .unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let (send, lines) = channel();
        thread::spawn(move || {
            stdout
                .lines()
                .map_while(Result::ok)
                .try_for_each(|line| send.send(line))
        });
        Self {
            child,
            lines,
            stderr,
            seen: Vec::new(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next event of this phase; fails after a minute, at `failed`, and when the command ends.
    pub fn wait_phase(&mut self, phase: &str) -> Value {
        self.wait_phase_within(phase, PATIENCE)
    }

    pub fn wait_phase_within(&mut self, phase: &str, patience: Duration) -> Value {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let event = match self.lines.recv_timeout(left) {
                Ok(line) => self.parse(line),
                Err(RecvTimeoutError::Timeout) => {
                    self.fail(&format!("no \"{phase}\" within {patience:?}"))
                }
                Err(RecvTimeoutError::Disconnected) => {
                    self.fail(&format!("ended without \"{phase}\""))
                }
            };
            match event["phase"].as_str() {
                Some(found) if found == phase => return event,
                Some("failed") => self.fail(&format!("failed while waiting for \"{phase}\"")),
                Some(_) => {}
                None => self.fail("an event without a phase"),
            }
        }
    }

    /// The next event of this phase, if it comes in time.
    pub fn phase_within(&mut self, phase: &str, patience: Duration) -> Option<Value> {
        let deadline = Instant::now() + patience;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).ok()?;
            let event = self.parse(line);
            if event["phase"] == phase {
                return Some(event);
            }
        }
    }

    fn parse(&mut self, line: String) -> Value {
        self.seen.push(line);
        let line = self.seen.last().expect("just pushed");
        serde_json::from_str(line).unwrap_or_else(|e| self.fail(&format!("not JSON ({e})")))
    }

    /// The phases so far, in their order.
    pub fn phases(&self) -> Vec<String> {
        let phase = |line: &String| {
            serde_json::from_str::<Value>(line).ok()?["phase"]
                .as_str()
                .map(str::to_owned)
        };
        self.seen.iter().filter_map(phase).collect()
    }

    /// What it said on standard error so far.
    pub fn stderr(&self) -> String {
        contents(&mut self.stderr.try_clone().unwrap())
    }

    /// As Ctrl-C does.
    pub fn interrupt(&self) {
        process::signal(&self.child, Signal::INT);
    }

    pub fn terminate(&self) {
        process::signal(&self.child, Signal::TERM);
    }

    pub fn signal(&self, signal: Signal) {
        process::signal(&self.child, signal);
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("our own child").is_none()
    }

    /// Waits for the end, which must come within a minute.
    pub fn wait_exit(&mut self) -> Finished {
        self.wait_exit_within(PATIENCE)
    }

    pub fn wait_exit_within(&mut self, patience: Duration) -> Finished {
        let status =
            process::wait(&mut self.child, patience).unwrap_or_else(|| self.fail("does not end"));
        while let Ok(line) = self.lines.recv_timeout(Duration::from_secs(1)) {
            self.seen.push(line);
        }
        Finished {
            code: status.code(),
            stdout: self.seen.join("\n"),
            stderr: self.stderr(),
        }
    }

    fn fail(&self, what: &str) -> ! {
        panic!(
            "open: {what}\n--- events\n{}\n--- stderr\n{}",
            self.seen.join("\n"),
            self.stderr()
        )
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
