//! The return key at a terminal, waited for before something that needs the user at once: a login whose code is short-lived,
//! or that sends a push to a phone.

use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::thread::JoinHandle;

use rustix::event::{PollFd, PollFlags};
use rustix::process::getpgrp;
use rustix::termios::{QueueSelector, tcflush, tcgetpgrp};

use super::terminal_prompt::{asks_on_terminal, terminal};
use crate::ssh::poll::{Poller, Waker};

/// The wait for the key. Dropping it ends the wait, and nothing reads from the terminal any more.
pub struct ReturnKey {
    waker: Waker,
    thread: Option<JoinHandle<()>>,
}

impl ReturnKey {
    /// Waits for the key, and calls `pressed` then, in a thread. Returns `None` where prompts do not go to a terminal, or
    /// nobody can answer there: the program runs in the background.
    #[must_use]
    pub fn wait(pressed: impl FnOnce() + Send + 'static) -> Option<Self> {
        let terminal = terminal().ok().filter(is_in_foreground)?;
        if !asks_on_terminal() {
            return None;
        }
        let poller = Poller::new().ok()?;
        let waker = poller.waker();
        let thread = std::thread::Builder::new().name("return key".into());
        let thread = thread.spawn(move || {
            if is_pressed(&terminal, &poller) {
                pressed();
            }
        });
        Some(Self {
            waker,
            thread: Some(thread.ok()?),
        })
    }
}

impl Drop for ReturnKey {
    fn drop(&mut self) {
        self.waker.cancel();
        let ended = self.thread.take().map(JoinHandle::join);
        if ended.is_some_and(|ended| ended.is_err()) {
            tracing::error!("the wait for the return key panicked");
        }
    }
}

/// The terminal gives whole lines.
fn is_pressed(terminal: &File, poller: &Poller) -> bool {
    let mut fds = vec![PollFd::new(terminal, PollFlags::IN)];
    while poller.wait(&mut fds, None).is_ok() {
        if fds[0].revents().is_empty() {
            continue;
        }
        // To read in the background would stop the whole process (SIGTTIN), and the line is for another one.
        let mut line = [0; 1024];
        let mut terminal = terminal;
        return is_in_foreground(terminal) && matches!(terminal.read(&mut line), Ok(1..));
    }
    // What was typed so far is no answer to the next prompt.
    if is_in_foreground(terminal) {
        let _ = tcflush(terminal, QueueSelector::IFlush);
    }
    false
}

fn is_in_foreground(terminal: &impl AsFd) -> bool {
    tcgetpgrp(terminal).is_ok_and(|group| group == getpgrp())
}
