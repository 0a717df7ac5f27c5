//! The greeting at a control socket: it tells that a process answers there.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags};

use super::control::{ControlEvent, ControlSocket};
use super::message::{Answer, MuxRequest};
use crate::ssh::poll::{Poller, WaitError};

/// Longest time for an answer at a control socket: its process is on this computer.
const ANSWER: Duration = Duration::from_secs(1);

/// Connects to a control socket and waits for its greeting. None when nobody answers, or not as `ssh` does: a socket may be
/// left over from a process that was killed.
pub fn greet(path: &Path, poller: &Poller) -> Result<Option<ControlSocket>, WaitError> {
    let until = Instant::now() + ANSWER;
    let Ok(mut idle) = ControlSocket::open(path, MuxRequest::Hello, &[]) else {
        return Ok(None);
    };
    loop {
        match idle.hear() {
            ControlEvent::Answer(Answer::Hello(_)) => return Ok(Some(idle)),
            ControlEvent::Answer(_) | ControlEvent::End => return Ok(None),
            ControlEvent::Nothing if Instant::now() >= until => return Ok(None),
            ControlEvent::Nothing => {
                let mut fds = vec![PollFd::new(&idle, PollFlags::IN)];
                poller.wait(&mut fds, Some(until))?;
            }
        }
    }
}
