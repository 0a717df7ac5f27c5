//! The loop while nothing is under way: forwarder, timers, and the server behind an open tunnel.

use std::time::{Duration, Instant};

use super::maintenance::{Maintenance, PROBE_EVERY, ScriptTask};
use super::{Driver, EffectError};
use crate::i18n::fl;
use crate::problem;
use crate::problem::Problem;
use crate::remote::{self, RemoteError};
use crate::secret::redact;
use crate::session::event::Event;
use crate::session::fsm::{FsmEvent, LocalEvent, NextLook};
use crate::session::{forwards, requests};
use crate::ssh::{SshError, is_forbidden};
use crate::tunnel::Refused;

impl Driver {
    /// Forwards data, or waits for an event, until something is due. Called when there is nothing
    /// to decide.
    pub(super) fn idle(&mut self) -> Result<Option<FsmEvent>, EffectError> {
        let now = Instant::now();
        if let Some(input) = self.hear_hop() {
            return Ok(Some(input));
        }
        if self.retry_at.take_if(|at| *at <= now).is_some() {
            return Ok(Some(FsmEvent::Local(LocalEvent::Elapsed)));
        }
        self.watch_the_time(now);
        self.look_after(now);
        let due = self.standing.as_ref().and_then(Maintenance::next);
        let time = self.time_is_next(now);
        let until = due.into_iter().chain(time).chain(self.retry_at).min();
        let result = match self.connection.forwarder() {
            Some(forwarder) => forwarder.poll_once(until),
            None => self.poller.wait(&mut vec![], until).map_err(SshError::from),
        };
        match result {
            Ok(()) if self.poller.take_suspend() => Ok(Some(FsmEvent::Local(LocalEvent::Check))),
            Ok(()) => Ok(self.hear()),
            Err(error @ (SshError::Session(_) | SshError::Closed | SshError::Silent(_))) => {
                Ok(Some(self.lost(&error)))
            }
            Err(error) => Err(self.halt(error)),
        }
    }

    fn lost(&mut self, error: &SshError) -> FsmEvent {
        let problem = problem::lost(&self.host().name, error);
        let stood = self.stood(&problem);
        FsmEvent::Lost { problem, stood }
    }

    /// Ends the maintenance of a tunnel that is no longer open. Returns how long it was open.
    pub(super) fn stood(&mut self, problem: &Problem) -> Duration {
        let standing = self.standing.take();
        // A caller that waits for an answer is not left waiting.
        let for_a_client = |wish: &ScriptTask| !matches!(wish, ScriptTask::Look | ScriptTask::Hold);
        if standing
            .as_ref()
            .is_some_and(|s| s.awaits_any(for_a_client))
        {
            self.tell(Event::Refused(problem.clone()));
        }
        standing.map_or(Duration::ZERO, |standing| standing.since.elapsed())
    }

    /// Makes the periodic checks that are due.
    fn look_after(&mut self, now: Instant) {
        let standing = self.standing.as_mut();
        if standing.is_some_and(|standing| standing.hold_at.take_if(|at| *at <= now).is_some()) {
            self.start_holder();
        }
        let (Some(standing), Some(forwarding)) = (&mut self.standing, self.connection.forwarding())
        else {
            return;
        };
        if standing.probe_at.take_if(|at| *at <= now).is_some() {
            let target = forwards::target(&standing.server.endpoint);
            match &forwarding.node {
                Some(node) => node.probe_target(target),
                None => forwarding.forwarder.probe_target(target),
            }
            standing.probe_at = standing.watch.is_none().then(|| now + PROBE_EVERY);
        }
        if let Some((every, at)) = &mut standing.watch
            && *at <= now
        {
            *at = now + *every;
            let with_use = self.order.host.idle_stop.is_some();
            let server = standing.server.clone();
            requests::watch(self.handle.clone(), server, standing.port, with_use);
        }
    }

    pub(super) fn watch_kernels(&mut self, next: NextLook) {
        if let Some(standing) = &mut self.standing {
            standing.watch_next(next);
        }
    }

    /// Handles a forwarded connection that the remote host refused. Before the tunnel is open, the
    /// refusal may be permanent.
    pub(super) fn refused(&mut self, refused: &Refused) -> Option<FsmEvent> {
        tracing::info!(reason = %redact(&refused.reason), "the remote host refused a forwarded connection");
        if let Some(standing) = &mut self.standing {
            if refused.target == forwards::target(&standing.server.endpoint) {
                return standing.refused(Instant::now());
            }
            self.tell_refused(refused);
            return None;
        }
        let ports = self.local_ports.as_ref();
        let is_its = ports.is_some_and(|ports| ports.server_at == refused.target);
        is_its.then(|| self.barred(&refused.reason)).flatten()
    }

    /// A further forward that is forbidden would else look like a program that does not answer.
    fn tell_refused(&mut self, refused: &Refused) {
        let Some(ports) = &mut self.local_ports else {
            return;
        };
        if !is_forbidden(&refused.reason) || ports.told_refused.contains(&refused.target) {
            return;
        }
        ports.told_refused.push(refused.target.clone());
        let (target, reason) = (refused.target.to_string(), redact(&refused.reason));
        self.tell(Event::Note(fl!(
            "session-forward-forbidden",
            target = target,
            reason = reason
        )));
    }

    /// Handles what the forwarder reports: refusals, and outcomes of background tasks.
    fn hear(&mut self) -> Option<FsmEvent> {
        if self.connection.forwarder()?.wants_another_holder() {
            self.start_holder();
        }
        if let Some(refused) = self.connection.forwarder()?.take_refusal() {
            // Once a session to the node is wanted it alone counts; through it come the words of the holder on the node.
            if (self.connection.node().is_none() || self.standing.is_some())
                && let Some(input) = self.refused(&refused)
            {
                return Some(input);
            }
        }
        let outcome = self.connection.forwarder()?.take_outcome()?;
        self.task_ended(outcome)
    }

    /// Handles the outcome of a background task.
    pub(super) fn task_ended(
        &mut self,
        outcome: Result<Vec<String>, SshError>,
    ) -> Option<FsmEvent> {
        let (wish, aside) = self.standing.as_mut()?.running.take()?;
        self.run_beside();
        let frames = outcome.map_err(RemoteError::from);
        let answers = |lines: Vec<String>| match aside {
            Some(script) => script.answers(&lines),
            None => Ok(remote::relayed_answer(&lines)),
        };
        match frames.and_then(answers) {
            Ok(frames) => self.answered(&wish, frames),
            Err(error) => self.unanswered(&wish, &error),
        }
    }
}
