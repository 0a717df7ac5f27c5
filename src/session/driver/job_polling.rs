//! Jobs of a scheduler while they wait and run: their files, and the scheduler's lists.

use std::time::{Duration, Instant};

use super::{Driver, EffectError, EffectResult};
use crate::problem::Code;
use crate::remote::{DiscoveryBuilder, OtherServers, ScriptMessage, there};
use crate::scheduler::{CALL, JobIdentity, Presence, adapter};
use crate::session::event::Phase;
use crate::session::fsm::{FsmEvent, JobEvent, PollResult, SchedulerCall, ScriptEvent};
use crate::session::poll_coordinator::{PollClient, PollDecision, QueryKey, QueryKind};

/// Longest time for an exchange with the remote host while a job waits. The script ends a call of
/// the scheduler before that, so an exchange that takes longer means a dead connection.
const EXCHANGE: Duration = CALL.saturating_add(Duration::from_secs(10));

impl Driver {
    /// Makes a call while a job waits. The call has its own time limit, and a connection that fails
    /// meanwhile is reconnected. The wait in the queue has no limit.
    fn while_waiting(&mut self, call: impl FnOnce(&mut Self) -> EffectResult) -> EffectResult {
        self.poller.set_deadline(Some(Instant::now() + EXCHANGE));
        let outcome = call(self);
        self.poller.set_deadline(None);
        match outcome {
            Err(EffectError::Problem(problem))
                if self.is_cut() || problem.code == Code::TimedOut =>
            {
                let stood = Duration::ZERO;
                Ok(Some(FsmEvent::Lost { problem, stood }))
            }
            other => other,
        }
    }

    fn is_cut(&self) -> bool {
        let connection = self.connection.connection();
        connection.is_none_or(|connection| connection.ends_now())
    }

    pub(super) fn peek(&mut self, folder: &str) -> EffectResult {
        let command = format!("job look {folder}");
        self.while_waiting(|driver| {
            let ahead = driver.ahead;
            let seen = driver.converse(&command, |_, frame| match frame {
                ScriptMessage::Ready(mut runtime_file) => {
                    runtime_file.ends = runtime_file.ends.map(|ends| ends - ahead);
                    Some(FsmEvent::Script(ScriptEvent::Launched(runtime_file)))
                }
                ScriptMessage::Looked(node) => Some(FsmEvent::Job(JobEvent::FilesRead(
                    Some(node).filter(|n| !n.is_empty()),
                ))),
                _ => None,
            })?;
            Ok(Some(seen))
        })
    }

    /// A job that writes nothing for us: its server is known by a runtime file.
    pub(super) fn peek_far(
        &mut self,
        id: &str,
        known: &OtherServers,
        node: Option<&str>,
    ) -> EffectResult {
        self.while_waiting(|driver| {
            let port = driver.host().remote_port;
            let mut discovery_builder = DiscoveryBuilder::default();
            let host_info = driver.converse("job far", |_, frame| discovery_builder.take(frame))?;
            let server = discovery_builder.new_server(id, node, known, port, &host_info);
            Ok(Some(match server {
                Some(runtime_file) => FsmEvent::Script(ScriptEvent::Launched(runtime_file)),
                None => FsmEvent::Job(JobEvent::FilesRead(None)),
            }))
        })
    }

    /// While a job waits or starts, all sessions of the same login ask for one another.
    pub(super) fn sit(&mut self, phase: Phase) {
        match phase {
            Phase::Queued if self.seat.is_none() => {
                let poll = Duration::from_secs(self.host().poll_seconds.into());
                self.seat = self
                    .login()
                    .map(|login| self.shared.polls.register(login, poll));
            }
            Phase::Queued | Phase::Starting | Phase::Reconnecting => {}
            _ => self.seat = None,
        }
    }

    pub(super) fn login(&self) -> Option<QueryKey> {
        let scheduler = adapter(self.host().launcher)?;
        let target = self.target()?;
        Some(QueryKey::new(target, scheduler.id()))
    }

    fn turn(&self, wanted: QueryKind, call: &SchedulerCall) -> PollDecision {
        let turn = |seat: &PollClient| seat.decide(wanted, call.gap, call.times);
        self.seat.as_ref().map_or(PollDecision::NotYet, turn)
    }

    pub(super) fn poll_job(&mut self, call: &SchedulerCall) -> EffectResult {
        let scheduler = self.scheduler()?;
        let ticket = match self.turn(QueryKind::List(call.since.min(call.gap)), call) {
            PollDecision::Cached(output, age) => {
                let poll = self.poll(scheduler, &output, &call.identity);
                return Ok(Some(FsmEvent::Job(JobEvent::Polled(poll, age))));
            }
            PollDecision::NotYet => return Ok(Some(later())),
            PollDecision::Granted(ticket) => ticket,
        };
        self.while_waiting(|driver| {
            let output = driver.run_there(&scheduler.list(driver.host()))?;
            let age = ticket.age();
            ticket.share(&output);
            driver.see_clock(&output);
            let poll = driver.poll(scheduler, &output, &call.identity);
            Ok(Some(FsmEvent::Job(JobEvent::Polled(poll, age))))
        })
    }

    pub(super) fn ask_why(&mut self, call: &SchedulerCall) -> EffectResult {
        let scheduler = self.scheduler()?;
        let Some(line) = scheduler.pending_reason_command(&call.identity.id, &call.queue) else {
            return Ok(Some(FsmEvent::Job(JobEvent::PendingReason(None))));
        };
        let PollDecision::Granted(ticket) =
            self.turn(QueryKind::Answer(scheduler.pending_reason_calls()), call)
        else {
            return Ok(Some(later()));
        };
        self.while_waiting(|driver| {
            let answer = driver.run_there(&line)?;
            drop(ticket);
            Ok(Some(FsmEvent::Job(JobEvent::PendingReason(
                scheduler.parse_pending_reason(&answer),
            ))))
        })
    }

    /// A job that a list does not show is asked for alone, out of turn: it is no list that others could share.
    pub(super) fn query_job(&mut self, call: &SchedulerCall) -> EffectResult {
        self.while_waiting(|driver| {
            let presence = driver.query(&call.identity, call.folder.as_deref())?;
            Ok(Some(FsmEvent::Job(JobEvent::Queried(presence))))
        })
    }

    pub(super) fn query(
        &mut self,
        identity: &JobIdentity,
        folder: Option<&str>,
    ) -> Result<Presence, EffectError> {
        let scheduler = self.scheduler()?;
        let line = there(folder, &scheduler.query(&identity.id));
        let answer = self.run_there(&line)?;
        let presence = scheduler.presence(&identity.id, &answer).of(identity);
        Ok(match presence {
            Presence::Listed(mut job) => {
                job.set_back(self.ahead);
                Presence::Listed(job)
            }
            other => other,
        })
    }

    pub(super) fn job_over(&mut self, folder: &str) -> EffectResult {
        self.while_waiting(|driver| {
            let (status, log) = driver.over(folder)?;
            Ok(Some(FsmEvent::Job(JobEvent::Over(status, log))))
        })
    }

    pub(super) fn over(&mut self, folder: &str) -> Result<(Option<i32>, String), EffectError> {
        self.converse(&format!("job over {folder}"), |_, frame| match frame {
            ScriptMessage::Over(status, log) => Some((status, log)),
            _ => None,
        })
    }
}

fn later() -> FsmEvent {
    FsmEvent::Job(JobEvent::Polled(PollResult::Later, Duration::ZERO))
}
