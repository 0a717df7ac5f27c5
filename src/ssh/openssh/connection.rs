//! A connection that an `ssh` process has, and shares over its control socket.

use std::cell::RefCell;
use std::os::fd::BorrowedFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};

use super::control::{ControlEvent, ControlSocket};
use super::master::Master;
use super::traffic::Traffic;
use crate::ssh::LoggedIn;

/// Longest time between the end of a lost connection's channels and that of its process.
const ENDING: Duration = Duration::from_secs(1);

/// Time between two looks meanwhile.
const LOOK: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// The connection, seen from the one thread that uses it.
pub struct OpensshConnection {
    traffic: Rc<Traffic>,
    /// Carries nothing: it ends with the process.
    idle: RefCell<ControlSocket>,
    master: RefCell<Master>,
    login: LoggedIn,
    description: String,
    notes: Vec<String>,
}

impl OpensshConnection {
    /// Over a process that answers at its control socket.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn new(
        master: Master,
        idle: ControlSocket,
        login: LoggedIn,
        description: String,
    ) -> std::io::Result<Self> {
        let traffic = Traffic::new(&master.path())?;
        traffic.watch_local(&idle)?;
        if let Some(errors) = master.errors() {
            traffic.watch_local(errors)?;
        }
        let notes = Vec::new();
        Ok(Self {
            traffic: Rc::new(traffic),
            idle: RefCell::new(idle),
            master: RefCell::new(master),
            login,
            description,
            notes,
        })
    }

    /// The state that channels share.
    pub fn traffic(&self) -> &Rc<Traffic> {
        &self.traffic
    }

    /// The login, which is done.
    pub fn login(&self) -> &LoggedIn {
        &self.login
    }

    /// The connection, as text for `doctor`.
    pub fn describe(&self) -> String {
        self.description.clone()
    }

    /// Notes for the user.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The descriptor to wait for: it is readable once anything has come.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.traffic.as_fd()
    }

    /// Takes note of what has come.
    pub fn polled(&self) {
        self.traffic.take_events();
        for refusal in self.master.borrow_mut().take_refusals() {
            self.traffic.note_refusal(refusal);
        }
        let mut idle = self.idle.borrow_mut();
        loop {
            match idle.hear() {
                ControlEvent::Nothing => return,
                ControlEvent::Answer(_) => {}
                ControlEvent::End => return self.traffic.end(),
            }
        }
    }

    /// Returns true if the process is the user's.
    fn is_users(&self) -> bool {
        matches!(&*self.master.borrow(), Master::Users(_))
    }

    /// Returns true if the process has ended, or does so within a moment: of a connection that it has lost it closes the
    /// channels first.
    pub fn ends_now(&self) -> bool {
        let until = Instant::now() + ENDING;
        loop {
            self.polled();
            if self.has_ended() || Instant::now() >= until {
                return self.has_ended();
            }
            let _ = poll(
                &mut [PollFd::from_borrowed_fd(self.as_fd(), PollFlags::IN)],
                Some(&LOOK),
            );
        }
    }

    /// Returns true if the process has ended.
    pub fn has_ended(&self) -> bool {
        self.traffic.has_ended()
    }
}

impl Drop for OpensshConnection {
    /// Leaves the user's process as it was.
    fn drop(&mut self) {
        if self.is_users() && !self.has_ended() {
            self.traffic.unix_forwards().close(self.traffic.path());
        }
    }
}
