//! Child processes whose output is wanted, waited for in the poller: a deadline, a close or Ctrl-C ends
//! the wait and the child, and nothing that the child has left behind keeps us.

use std::io::{self, IsTerminal, Read};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};
use rustix::process::{Pid, Signal, kill_process, kill_process_group};

use super::poll::{Poller, WaitError};

/// The pause between two looks at a child that says nothing: it may have ended while something that it
/// started holds its output open.
const LOOK: Duration = Duration::from_millis(50);

/// The time that a child gets to end at TERM.
const GRACE: Duration = Duration::from_millis(300);

/// The reason for missing output.
#[derive(Debug, thiserror::Error)]
pub enum Unfinished {
    /// The program could not be started.
    #[error(transparent)]
    NotStarted(#[from] io::Error),
    /// The deadline passed, or the wait was cancelled. The child was ended.
    #[error(transparent)]
    Wait(#[from] WaitError),
}

/// Runs a command to its end, with nothing on its standard input.
///
/// Away from a terminal it leads a process group, so that what it has started ends with it; in one it
/// stays in ours, since it may have to ask there.
///
/// # Errors
/// See [`Unfinished`].
pub fn output(mut command: Command, poller: &Poller) -> Result<Output, Unfinished> {
    let (out, their_out) = pair()?;
    let (err, their_err) = pair()?;
    let leads = !io::stdin().is_terminal();
    command
        .stdin(Stdio::null())
        .stdout(their_out)
        .stderr(their_err);
    if leads {
        command.process_group(0);
    }
    let child = command.spawn()?;
    // Our copies of its ends would keep them from being seen to close.
    drop(command);
    let mut running = RunningCommand {
        child,
        leads,
        pipes: [Pipe::new(out), Pipe::new(err)],
    };
    match running.finish(poller) {
        Ok(status) => {
            let [out, err] = running.pipes;
            Ok(Output {
                status,
                stdout: out.text,
                stderr: err.text,
            })
        }
        Err(error) => {
            running.end();
            Err(error)
        }
    }
}

fn pair() -> io::Result<(UnixStream, OwnedFd)> {
    let (ours, theirs) = UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((ours, theirs.into()))
}

/// One of the child's outputs.
struct Pipe {
    stream: UnixStream,
    text: Vec<u8>,
    is_open: bool,
}

impl Pipe {
    fn new(stream: UnixStream) -> Self {
        Self {
            stream,
            text: Vec::new(),
            is_open: true,
        }
    }

    /// Takes in what there is.
    fn read(&mut self) {
        let mut buffer = [0; 4096];
        while self.is_open {
            match self.stream.read(&mut buffer) {
                Ok(0) => self.is_open = false,
                Ok(size) => self.text.extend(&buffer[..size]),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => self.is_open = false,
            }
        }
    }
}

struct RunningCommand {
    child: Child,
    leads: bool,
    pipes: [Pipe; 2],
}

impl RunningCommand {
    fn finish(&mut self, poller: &Poller) -> Result<ExitStatus, Unfinished> {
        loop {
            self.pipes.iter_mut().for_each(Pipe::read);
            let open = self.pipes.iter().filter(|pipe| pipe.is_open);
            let mut fds: Vec<PollFd<'_>> = open
                .map(|pipe| PollFd::new(&pipe.stream, PollFlags::IN))
                .collect();
            // With both outputs closed it is about to end.
            let pause = if fds.is_empty() { LOOK / 50 } else { LOOK };
            if let Some(status) = self.child.try_wait()? {
                drop(fds);
                self.pipes.iter_mut().for_each(Pipe::read);
                return Ok(status);
            }
            poller.wait(&mut fds, Some(Instant::now() + pause))?;
        }
    }

    /// Says TERM, then KILL.
    fn end(&mut self) {
        self.signal(Signal::TERM);
        let deadline = Instant::now() + GRACE;
        while Instant::now() < deadline {
            if !matches!(self.child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }

    /// The child was not waited for, so its number is still its own.
    fn signal(&self, signal: Signal) {
        let pid = Pid::from_child(&self.child);
        let _ = if self.leads {
            kill_process_group(pid, signal)
        } else {
            kill_process(pid, signal)
        };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn sh(script: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script]);
        command
    }

    fn within(seconds: u64) -> Poller {
        let poller = Poller::new().unwrap();
        poller.set_deadline(Some(Instant::now() + Duration::from_secs(seconds)));
        poller
    }

    #[test]
    fn both_outputs_and_the_status_come_back_whole() {
        let script =
            "i=0; while [ $i -lt 20000 ]; do echo line $i; i=$((i+1)); done; echo bad >&2; exit 3";
        let output = output(sh(script), &within(20)).unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert_eq!(output.stderr, b"bad\n");
        assert!(output.stdout.ends_with(b"line 19999\n"));
    }

    #[test]
    fn what_a_child_leaves_behind_keeps_nobody() {
        let began = Instant::now();
        let output = output(sh("sleep 30 & echo done"), &within(20)).unwrap();
        assert_eq!(output.stdout, b"done\n");
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    }

    #[test]
    fn a_deadline_and_a_cancel_end_the_wait_and_the_child() {
        let began = Instant::now();
        let poller = Poller::new().unwrap();
        poller.set_deadline(Some(Instant::now() + Duration::from_millis(100)));
        let late = output(sh("trap '' TERM; sleep 30"), &poller);
        assert!(matches!(late, Err(Unfinished::Wait(WaitError::TimedOut))));
        let poller = within(20);
        let waker = poller.waker();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(100));
            waker.cancel();
        });
        let cancelled = output(sh("sleep 30"), &poller);
        assert!(matches!(
            cancelled,
            Err(Unfinished::Wait(WaitError::Cancelled))
        ));
        thread.join().unwrap();
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
    }
}
