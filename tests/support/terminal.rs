//! A program in a terminal of its own, answered as a person would: by what stands on the screen.

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use pty_process::Size;
use pty_process::blocking::{Command as PtyCommand, Pty, open};

use super::process::{self, Finished, PATIENCE, eventually};

/// Dropping it kills the program.
pub struct Terminal {
    child: Child,
    pty: Arc<Pty>,
    output: Arc<Mutex<Vec<u8>>>,
    /// Up to here the output has been looked at.
    looked: usize,
}

impl Terminal {
    /// The terminal is the controlling one, so that `/dev/tty` works too.
    pub fn spawn(mut command: Command) -> Self {
        command.env("TERM", "xterm-256color");
        let (pty, pts) = open().expect("a pseudo-terminal");
        pty.resize(Size::new(40, 120)).expect("a size");
        // The command's own settings would win over the terminal.
        let mut in_terminal = PtyCommand::new(command.get_program())
            .args(command.get_args())
            .env_clear();
        for (name, value) in command.get_envs() {
            in_terminal = in_terminal.env(name, value.unwrap_or_default());
        }
        if let Some(folder) = command.get_current_dir() {
            in_terminal = in_terminal.current_dir(folder);
        }
        let child = in_terminal
            .spawn(pts)
            .unwrap_or_else(|e| panic!("cannot start {command:?}: {e}"));
        let (pty, output) = (Arc::new(pty), Arc::default());
        thread::spawn({
            let (pty, output) = (Arc::clone(&pty), Arc::clone(&output));
            move || collect(&pty, &output)
        });
        Self {
            child,
            pty,
            output,
            looked: 0,
        }
    }

    /// Waits until the text stands in what came since the last one expected; gives what came before it.
    pub fn expect(&mut self, text: &str) -> String {
        self.expect_within(text, PATIENCE)
    }

    pub fn expect_within(&mut self, text: &str, patience: Duration) -> String {
        let mut found = None;
        eventually(patience, || {
            found = self.unseen().find(text);
            found.is_some()
        });
        let Some(at) = found else {
            panic!(
                "\"{text}\" did not appear. The terminal says:\n{}",
                self.screen()
            )
        };
        let before = self.unseen()[..at].to_owned();
        self.looked += at + text.len();
        before
    }

    /// Everything that came so far, control codes included.
    pub fn screen(&self) -> String {
        String::from_utf8_lossy(&self.output.lock().unwrap()).into_owned()
    }

    fn unseen(&self) -> String {
        self.screen().split_off(self.looked)
    }

    /// Types a text and the return key.
    pub fn answer(&self, text: &str) {
        self.send(&format!("{text}\r"));
    }

    /// Types; "\u{3}" is Ctrl-C.
    pub fn send(&self, text: &str) {
        (&*self.pty)
            .write_all(text.as_bytes())
            .expect("the terminal is open");
    }

    /// Waits for the end, which must come within a minute; both outputs are the screen's.
    pub fn wait_exit(&mut self) -> Finished {
        let status = process::wait(&mut self.child, PATIENCE);
        let status =
            status.unwrap_or_else(|| panic!("does not end. The terminal says:\n{}", self.screen()));
        // The last of the output may still be on its way from the kernel to us.
        thread::sleep(Duration::from_millis(100));
        Finished {
            code: status.code(),
            stdout: self.screen(),
            stderr: String::new(),
        }
    }
}

/// Ends when the program does: the terminal then reads as an error (Linux) or as the end (macOS).
fn collect(mut pty: &Pty, output: &Mutex<Vec<u8>>) {
    let mut bytes = [0; 4096];
    while let Ok(count @ 1..) = pty.read(&mut bytes) {
        output.lock().unwrap().extend_from_slice(&bytes[..count]);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
