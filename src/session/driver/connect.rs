//! Connects to the remote host (resolves, connects, logs in) and classifies the failures.

use std::rc::Rc;
use std::time::Instant;

use super::connection_phase::ConnectionPhase;
use super::{Destination, Driver, EffectError, EffectResult};
use crate::config::Transport;
use crate::connect::{self, Caller, TransportWish};
use crate::i18n::fl;
use crate::problem::{self, Code, Problem};
use crate::remote::RemoteError;
use crate::session::event::{Event, Phase};
use crate::session::fsm::{ConnectionEvent, FsmEvent};
use crate::session::prompter::SessionPrompter;
use crate::ssh::poll::WaitError;
use crate::ssh::resolve::{Source, resolve_within};
use crate::ssh::{self, Connection, LoggedIn, SshError};

impl Driver {
    pub(super) fn resolve(&mut self) -> EffectResult {
        let destination = self.host().ssh_destination().to_owned();
        let config = self.order.ssh_config.as_deref();
        let mut target =
            resolve_within(&destination, config, &self.poller).map_err(|error| self.halt(error))?;
        target.yields =
            self.host().transport == Transport::Auto && target.source == Source::OpenSsh;
        if target.source == Source::Fallback && !self.is_reconnecting() {
            self.tell(Event::Note(fl!("session-no-ssh")));
        }
        self.tell(Event::Step(fl!(
            "session-target",
            destination = destination,
            user = target.user.as_str(),
            host = target.host.as_str(),
            port = target.port.to_string()
        )));
        if target.sets_env {
            self.tell(Event::Step(fl!("session-set-env")));
        }
        let hops =
            connect::hops(&target, config, &self.poller).map_err(|error| self.halt(error))?;
        if !hops.is_empty() {
            let names: Vec<&str> = hops.iter().map(|hop| hop.name.as_str()).collect();
            self.tell(Event::Step(fl!("hops-way", hops = names.join(", "))));
        }
        self.destination = Some(Destination { target, hops });
        Ok(Some(FsmEvent::Connection(ConnectionEvent::Resolved)))
    }

    pub(super) fn prompter(&self) -> SessionPrompter<'_> {
        SessionPrompter {
            sink: &self.sink,
            poller: &self.poller,
            expected: self.expects_prompt(),
            converses: self.login_needs_nobody,
        }
    }

    pub(super) fn connect(&mut self) -> EffectResult {
        let Some(Destination { target, hops }) = &self.destination else {
            return Ok(None);
        };
        if self.is_reconnecting() {
            // One that died with this connection would take our wishes for a while.
            self.shared.jump_hosts.probe_peers();
        }
        let connection = self
            .as_caller(|caller| connect::connect(target, hops, caller))
            .map_err(|error| self.halt(error))?;
        self.is_connected(connection);
        Ok(Some(FsmEvent::Connection(ConnectionEvent::Connected)))
    }

    fn as_caller<T>(&self, call: impl FnOnce(&Caller<'_>) -> T) -> T {
        call(&Caller {
            hop: None,
            transport: wish(self.host().transport),
            prompter: &self.prompter(),
            expected: self.expects_prompt(),
            tell: &|text| self.tell(Event::Step(text)),
            poller: &self.poller,
            jump_hosts: &self.shared.jump_hosts,
        })
    }

    fn is_connected(&mut self, connection: Connection) {
        self.tell(Event::Step(connection.describe()));
        for note in connection.notes() {
            self.tell(Event::Note(note.clone()));
        }
        self.connection = ConnectionPhase::Connected(Rc::new(connection));
    }

    pub(super) fn log_in(&mut self) -> EffectResult {
        let Some(mut login) = self.try_login() else {
            return Ok(None);
        };
        if let Err(SshError::NeedsOpenssh(need)) = login {
            self.connection = ConnectionPhase::Disconnected;
            let Some(Destination { target, hops }) = &self.destination else {
                return Ok(None);
            };
            let connection = self
                .as_caller(|caller| connect::leave_to_openssh(target, hops, caller, need))
                .map_err(|error| self.halt(error))?;
            self.is_connected(connection);
            let Some(again) = self.try_login() else {
                return Ok(None);
            };
            login = again;
        }
        let login = login.map_err(|error| self.halt(error))?;
        for step in login.steps() {
            self.tell(Event::Step(step));
        }
        self.connection.log_in(login.key);
        self.login_needs_nobody = !login.needed_user;
        Ok(Some(FsmEvent::Connection(ConnectionEvent::LoggedIn)))
    }

    fn try_login(&self) -> Option<Result<LoggedIn, SshError>> {
        let (target, connection) = (self.target()?, self.connection.connection()?);
        Some(ssh::log_in(
            connection,
            target,
            &self.prompter(),
            &self.poller,
        ))
    }

    /// Returns true if the user expects a prompt: not while reconnecting, nor for a tunnel of an earlier run.
    fn expects_prompt(&self) -> bool {
        self.is_attended || !(self.is_reconnecting() || self.order.restores)
    }

    /// Returns true while reconnecting.
    pub(super) fn is_reconnecting(&self) -> bool {
        self.phase == Phase::Reconnecting
    }

    pub(super) fn halt(&self, error: impl Into<RemoteError>) -> EffectError {
        match error.into() {
            RemoteError::Ssh(SshError::Wait(WaitError::Cancelled)) => EffectError::Close,
            // A question that was broken off by the wish to close is no failed login.
            _ if matches!(self.poller.check(), Err(WaitError::Cancelled)) => EffectError::Close,
            error if self.is_reconnecting() => self.unhealed(&error),
            error => EffectError::Problem(self.unrestored(&error).unwrap_or_else(|| {
                let target = self.target();
                problem::remote(self.host(), target, self.phase, &error)
            })),
        }
    }

    /// Explains a login that needs the user, for a tunnel of an earlier run.
    fn unrestored(&self, error: &RemoteError) -> Option<Problem> {
        match error {
            RemoteError::Ssh(error) if self.order.restores => {
                problem::needs_user(&self.host().name, error)
            }
            _ => None,
        }
    }

    /// Decides if an attempt to reconnect is repeated: network errors are retried, a login that needs the user waits for
    /// that; a refusal or a changed host key is the end.
    fn unhealed(&self, error: &RemoteError) -> EffectError {
        let host = self.host();
        if let RemoteError::Ssh(error) = error
            && let Some(problem) = problem::needs_user(&host.name, error)
        {
            return await_login(problem);
        }
        let problem = problem::remote(host, self.target(), self.phase, error);
        // A ticket is the user's to get, and a click after that is an attempt.
        let is_the_users =
            problem.code == Code::Ticket || (self.is_attended && problem.code == Code::AuthRefused);
        if is_the_users {
            return await_login(problem);
        }
        let is_cut = || {
            self.connection
                .connection()
                .is_some_and(|connection| connection.ends_now())
        };
        // The time without a network says nothing about the host: then it is tried without end.
        let (again, of_the_network) = match error {
            RemoteError::Ssh(SshError::Session(_)) | RemoteError::NoScript { .. } => {
                (is_cut(), true)
            }
            RemoteError::Ssh(error) => (error.is_of_the_network(), true),
            RemoteError::NotStarted { .. } => (true, false),
            _ => (false, false),
        };
        if !again {
            return EffectError::Problem(problem);
        }
        EffectError::Retry(Box::new(FsmEvent::Connection(ConnectionEvent::Unreached {
            problem,
            of_the_network,
            took: Instant::now().saturating_duration_since(self.attempt_at),
        })))
    }
}

fn wish(transport: Transport) -> TransportWish {
    match transport {
        Transport::Auto => TransportWish::Auto,
        Transport::Libssh2 => TransportWish::Libssh2,
        Transport::Openssh => TransportWish::Openssh,
    }
}

/// A login that needs the user is waited for.
fn await_login(problem: Problem) -> EffectError {
    let event = ConnectionEvent::NeedsUser(problem);
    EffectError::Retry(Box::new(FsmEvent::Connection(event)))
}
