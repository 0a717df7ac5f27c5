//! The user's Kerberos ticket, as Kerberos' own `klist` tells of it.

use std::process::Command;
use std::time::{Duration, Instant};

use super::command::{self, Unfinished};
use super::poll::{Poller, WaitError};

/// The method of logging in that takes tickets.
pub const TICKETS: &str = "gssapi-with-mic";

/// Longest time for `klist`, which reads a file or asks a daemon of this computer.
const PATIENCE: Duration = Duration::from_secs(3);

/// State of the ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ticket {
    /// There is one, and it has not expired.
    Valid,
    /// There was one, and it has expired.
    Expired,
    /// There is none.
    Missing,
    /// `klist` is missing or does not answer.
    Unknown,
}

/// Asks for it.
///
/// # Errors
/// When the wait is cancelled, or its own deadline passes.
pub fn ticket(poller: &Poller) -> Result<Ticket, WaitError> {
    ask("klist", poller)
}

fn ask(klist: &str, poller: &Poller) -> Result<Ticket, WaitError> {
    // MIT's and Heimdal's alike: it is silent, and the exit code tells.
    match succeeds(klist, &["-s"], poller)? {
        Some(true) => return Ok(Ticket::Valid),
        Some(false) => {}
        None => return Ok(Ticket::Unknown),
    }
    // Without the option it succeeds for an expired one too, and shows it.
    Ok(match succeeds(klist, &[], poller)? {
        Some(true) => Ticket::Expired,
        Some(false) => Ticket::Missing,
        None => Ticket::Unknown,
    })
}

/// True if it ends with 0, false with 1; nothing if it is no program of that kind.
fn succeeds(klist: &str, options: &[&str], poller: &Poller) -> Result<Option<bool>, WaitError> {
    let (deadline, soon) = (poller.deadline(), Instant::now() + PATIENCE);
    poller.set_deadline(Some(deadline.map_or(soon, |deadline| deadline.min(soon))));
    let mut command = Command::new(klist);
    command.args(options);
    let answer = command::output(command, poller);
    poller.set_deadline(deadline);
    match answer {
        Ok(output) => Ok(match output.status.code() {
            Some(0) => Some(true),
            Some(1) => Some(false),
            _ => None,
        }),
        Err(Unfinished::Wait(WaitError::Cancelled)) => Err(WaitError::Cancelled),
        // Its own time was up, or the login's.
        Err(_) => poller.check().map(|()| None),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn told(script: &str) -> Ticket {
        let poller = Poller::new().unwrap();
        let deadline = Some(Instant::now() + Duration::from_secs(60));
        poller.set_deadline(deadline);
        let folder = tempfile::tempdir().unwrap();
        let klist = folder.path().join("klist");
        std::fs::write(&klist, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&klist, std::fs::Permissions::from_mode(0o700)).unwrap();
        let ticket = ask(klist.to_str().unwrap(), &poller).unwrap();
        assert_eq!(poller.deadline(), deadline, "the login's own stays");
        ticket
    }

    #[test]
    fn klists_exit_code_tells() {
        assert_eq!(told("exit 0"), Ticket::Valid);
        assert_eq!(told("[ $# = 0 ]"), Ticket::Expired);
        assert_eq!(told("exit 1"), Ticket::Missing);
        assert_eq!(told("exit 127"), Ticket::Unknown);
        let poller = Poller::new().unwrap();
        let nothing = ask("/nonexistent/klist", &poller).unwrap();
        assert_eq!(nothing, Ticket::Unknown);
    }

    #[test]
    fn one_that_hangs_keeps_nobody() {
        let began = Instant::now();
        assert_eq!(told("exec sleep 60"), Ticket::Unknown);
        assert!(began.elapsed() < Duration::from_secs(30));
    }
}
