//! The way to the far side: resolve, connect, log in; and what its failures mean.

use std::rc::Rc;
use std::time::Instant;

use super::{Driver, Halt, Outcome};
use crate::connect::{self, Caller};
use crate::i18n::say;
use crate::problem;
use crate::remote::Error;
use crate::session::event::{Event, Phase};
use crate::session::fsm::Input;
use crate::session::prompter::Asker;
use crate::ssh::poll::WaitError;
use crate::ssh::resolve::{Source, resolve_within};
use crate::ssh::{self, Error as SshError};

impl Driver {
    pub(super) fn resolve(&mut self) -> Outcome {
        let destination = self.host().ssh_destination().to_owned();
        let config = self.order.ssh_config.as_deref();
        let target =
            resolve_within(&destination, config, &self.waiter).map_err(|error| self.halt(error))?;
        if target.source == Source::Fallback && !self.is_healing() {
            self.tell(Event::Note(say!("session-no-ssh")));
        }
        self.tell(Event::Step(say!(
            "session-target",
            destination = destination,
            user = target.user.as_str(),
            host = target.host.as_str(),
            port = target.port.to_string()
        )));
        if target.sets_env {
            self.tell(Event::Step(say!("session-set-env")));
        }
        self.hops =
            connect::hops(&target, config, &self.waiter).map_err(|error| self.halt(error))?;
        if !self.hops.is_empty() {
            let names: Vec<&str> = self.hops.iter().map(|hop| hop.name.as_str()).collect();
            self.tell(Event::Step(say!("hops-way", hops = names.join(", "))));
        }
        self.target = Some(target);
        Ok(Some(Input::Resolved))
    }

    pub(super) fn asker(&self) -> Asker<'_> {
        Asker {
            sink: &self.sink,
            waiter: &self.waiter,
            expected: !self.is_healing(),
            converses: self.login_needs_nobody,
        }
    }

    pub(super) fn connect(&mut self) -> Outcome {
        let Some(target) = &self.target else {
            return Ok(None);
        };
        if self.is_healing() {
            // One that died with this connection would take our wishes for a while.
            connect::check();
        }
        let caller = Caller {
            asker: &self.asker(),
            expected: !self.is_healing(),
            tell: &|text| self.tell(Event::Step(text)),
            waiter: &self.waiter,
        };
        let connection =
            connect::connect(target, &self.hops, &caller).map_err(|error| self.halt(error))?;
        self.tell(Event::Step(connection.describe()));
        for note in connection.notes() {
            self.tell(Event::Note(note.clone()));
        }
        self.connection = Some(Rc::new(connection));
        Ok(Some(Input::Connected))
    }

    pub(super) fn log_in(&mut self) -> Outcome {
        let (Some(target), Some(connection)) = (&self.target, &self.connection) else {
            return Ok(None);
        };
        let login = ssh::log_in(connection, target, &self.asker(), &self.waiter)
            .map_err(|error| self.halt(error))?;
        for step in login.steps() {
            self.tell(Event::Step(step));
        }
        self.key = login.key;
        self.login_needs_nobody = !login.needed_user;
        Ok(Some(Input::LoggedIn))
    }

    /// Whether a lost connection is being made anew.
    pub(super) fn is_healing(&self) -> bool {
        self.phase == Phase::Reconnecting
    }

    pub(super) fn halt(&self, error: impl Into<Error>) -> Halt {
        match error.into() {
            Error::Ssh(SshError::Wait(WaitError::Cancelled)) => Halt::Close,
            // A question that was broken off by the wish to close is no failed login.
            _ if matches!(self.waiter.check(), Err(WaitError::Cancelled)) => Halt::Close,
            error if self.is_healing() => self.unhealed(&error),
            error => {
                let target = self.target.as_ref();
                Halt::Problem(problem::remote(self.host(), target, self.phase, &error))
            }
        }
    }

    /// What the network does is tried again; a refusal, another host key, or a login that needs the
    /// user, never.
    fn unhealed(&self, error: &Error) -> Halt {
        let host = self.host();
        if let Error::Ssh(error) = error
            && let Some(problem) = problem::needs_user(&host.name, error)
        {
            return Halt::Problem(problem);
        }
        let problem = problem::remote(host, self.target.as_ref(), self.phase, error);
        let is_cut = || {
            self.connection
                .as_ref()
                .is_some_and(|c| c.wire().has_ended())
        };
        let (again, offline) = match error {
            Error::Ssh(SshError::Session(_)) | Error::NoScript { .. } => (is_cut(), false),
            Error::Ssh(error) => (error.is_of_the_network(), error.is_offline()),
            Error::NotStarted { .. } => (true, false),
            _ => (false, false),
        };
        if !again {
            return Halt::Problem(problem);
        }
        Halt::Retry(Box::new(Input::Unreached {
            problem,
            offline,
            took: Instant::now().saturating_duration_since(self.attempt_at),
        }))
    }
}
