//! Jobs of a scheduler: submitted, polled and ended, through the script on the remote host.

use std::time::{Duration, Instant};

use super::maintenance::Maintenance;
use super::{Driver, EffectError, EffectResult};
use crate::i18n::fl;
use crate::problem;
use crate::problem::{Code, Problem};
use crate::remote::{
    DiscoveryBuilder, OtherServers, OutputCollector, ScriptMessage, UncertainJob, has_gone,
    queries, there, was_taken,
};
use crate::scheduler::{
    CALL, CommandOutput, Dialect, JobIdentity, Presence, SUBMISSION, Scheduler, adapter, job_name,
};
use crate::session::event::{Event, Phase};
use crate::session::fsm::{
    ConnectionEvent, FsmEvent, JobEnd, JobEvent, PollResult, SchedulerCall, ScriptEvent,
};
use crate::session::poll_coordinator::{PollClient, PollDecision, QueryKey, QueryKind};

/// Longest time for an exchange with the remote host while a job waits. The script ends a call of
/// the scheduler before that, so an exchange that takes longer means a dead connection.
const EXCHANGE: Duration = CALL.saturating_add(Duration::from_secs(10));
/// The submission may have waited so long for its answer, in seconds.
const SUBMISSION_TIME: i64 = SUBMISSION.as_secs().cast_signed();
/// Longest time for a cancelled job to end: a running job is gone when its processes are, and Slurm
/// itself waits 30 s for them.
const END: Duration = Duration::from_secs(60);

impl Driver {
    pub(super) fn scheduler(&self) -> Result<&'static dyn Scheduler, EffectError> {
        let kind = self.host().launcher;
        adapter(kind).ok_or_else(|| EffectError::Problem(problem::bug(&self.host().name)))
    }

    /// Servers in jobs, jobs without one, and what else is there: one look, one call of the scheduler.
    pub(super) fn discovery(&mut self, verb: &str) -> EffectResult {
        let scheduler = self.scheduler()?;
        let list = scheduler.list(self.host());
        let mut discovery_builder = DiscoveryBuilder::default();
        if let Some(job) = self.standing.as_ref().and_then(Maintenance::job) {
            discovery_builder.expect(job.identity.clone(), job.folder.as_deref());
        }
        let mut waited = false;
        let began = Instant::now();
        let host_info = self.converse(&format!("job {verb} {list}"), |sink, frame| {
            if let (ScriptMessage::Wait(_), false) = (&frame, waited) {
                waited = true;
                sink(Event::Note(fl!("session-other-click")));
            }
            discovery_builder.take(frame)
        })?;
        if let Some(output) = discovery_builder.list() {
            self.share(began, output);
        }
        // What the list does not show is asked for alone, by its id.
        if let Ok(missing) = discovery_builder.missing(self.host())
            && !missing.is_empty()
        {
            let output = self.run_there(&queries(scheduler, self.host(), &missing))?;
            discovery_builder.answer(scheduler, &missing, &output);
        }
        match discovery_builder.finish(self.host(), host_info) {
            Ok(discovery) => {
                self.close_records(&discovery.ended)?;
                let discovery = self.by_our_clock(discovery);
                Ok(Some(FsmEvent::Script(ScriptEvent::Discovered(Box::new(
                    discovery,
                )))))
            }
            Err(words) => {
                let problem = self.why_no_list(&words)?;
                if !self.is_reconnecting() {
                    return Err(EffectError::Problem(problem));
                }
                let took = self.attempt_at.elapsed();
                let offline = false;
                Ok(Some(FsmEvent::Connection(ConnectionEvent::Unreached {
                    problem,
                    offline,
                    took,
                })))
            }
        }
    }

    /// Jobs that have ended leave the ledger.
    fn close_records(&mut self, folders: &[String]) -> Result<(), EffectError> {
        if folders.is_empty() {
            return Ok(());
        }
        let names = folders
            .iter()
            .filter_map(|folder| folder.rsplit('/').next());
        let names: Vec<&str> = names.collect();
        self.converse(&format!("job close {}", names.join(" ")), |_, frame| {
            matches!(frame, ScriptMessage::Looked(_)).then_some(())
        })
    }

    /// A list that was needed at once serves those who wait, too.
    fn share(&self, began: Instant, output: &CommandOutput) {
        if let Some(login) = self.login() {
            self.shared.polls.share(&login, began, output);
        }
    }

    /// A list that cannot be had may be another scheduler's, or none at all.
    fn why_no_list(&mut self, words: &str) -> Result<Problem, EffectError> {
        let scheduler = self.scheduler()?;
        let probe = self.run_there(scheduler.version_command())?;
        let host = self.host();
        Ok(match scheduler.dialect(&probe) {
            Err(detect_error) => problem::no_scheduler(host, scheduler, &detect_error),
            Ok(_) => problem::no_list(&host.name, scheduler.name(), words),
        })
    }

    pub(super) fn run_there(&mut self, line: &str) -> Result<CommandOutput, EffectError> {
        let mut running = OutputCollector::default();
        self.converse(&format!("job run {line}"), |_, frame| running.take(frame))
    }

    pub(super) fn submit(&mut self, bind: &str) -> EffectResult {
        let scheduler = self.scheduler()?;
        let dialect = self.dialect(scheduler)?;
        let line = scheduler.submit(self.host(), dialect);
        let (mut folder, mut running) = (String::new(), OutputCollector::default());
        let output = self.converse(
            &format!("job submit {bind} {line}"),
            |_, frame| match frame {
                ScriptMessage::Folder(path) => {
                    folder = path;
                    None
                }
                other => running.take(other),
            },
        )?;
        match scheduler.parse_job_id(&output.out) {
            // A command that printed an id and hung then has submitted all the same.
            Some(id) if output.status == 0 || !folder.is_empty() => {
                self.handle.set_waits(true);
                if self.host().job_script.is_some() {
                    self.keep_output(&folder, &id)?;
                }
                let identity = JobIdentity {
                    id,
                    name: job_name(scheduler, self.host()),
                    submitted: Some(output.clock.now - SUBMISSION_TIME).filter(|at| *at > 0),
                };
                Ok(Some(FsmEvent::Job(JobEvent::Submitted {
                    folder,
                    identity,
                })))
            }
            None if output.status == 0 && !folder.is_empty() => {
                self.unnumbered(scheduler, folder, &output)
            }
            _ => Err(EffectError::Problem(
                self.not_submitted(scheduler, folder, &output),
            )),
        }
    }

    /// A submission that ended without an error and without an id: an option may only check the job, or a site's own command
    /// keeps the id to itself. A look at the jobs tells the two apart.
    fn unnumbered(
        &mut self,
        scheduler: &dyn Scheduler,
        folder: String,
        output: &CommandOutput,
    ) -> EffectResult {
        let Some(FsmEvent::Script(ScriptEvent::Discovered(discovery))) = self.discovery("find")?
        else {
            return Err(EffectError::Problem(
                self.not_submitted(scheduler, folder, output),
            ));
        };
        let mut jobs = discovery.jobs.into_iter();
        if let Some(ours) = jobs.find(|ours| ours.folder.as_ref() == Some(&folder)) {
            self.handle.set_waits(true);
            let identity = ours.identity;
            return Ok(Some(FsmEvent::Job(JobEvent::Submitted {
                folder,
                identity,
            })));
        }
        let problem = if discovery.ended.contains(&folder) {
            problem::job_not_taken(&self.host().name, scheduler.name(), output)
        } else {
            self.not_submitted(scheduler, folder, output)
        };
        Err(EffectError::Problem(problem))
    }

    /// Refused, or not answered: then the folder is still there, and the job may be in the queue.
    fn not_submitted(
        &self,
        scheduler: &dyn Scheduler,
        folder: String,
        output: &CommandOutput,
    ) -> Problem {
        let (host, name) = (&self.host().name, scheduler.name());
        if folder.is_empty() {
            return problem::job_refused(host, name, output);
        }
        let doubt = UncertainJob {
            id: String::new(),
            folder,
            words: output.words(),
        };
        problem::job_uncertain(host, name, &doubt)
    }

    pub(super) fn dialect(&mut self, scheduler: &dyn Scheduler) -> Result<Dialect, EffectError> {
        let probe = self.run_there(scheduler.version_command())?;
        let detect_error =
            |detect_error| problem::no_scheduler(self.host(), scheduler, &detect_error);
        scheduler
            .dialect(&probe)
            .map_err(|error| EffectError::Problem(detect_error(error)))
    }

    pub(super) fn unlock(&mut self) -> EffectResult {
        self.converse("job unlock", |_, frame| {
            matches!(frame, ScriptMessage::Looked(_)).then_some(())
        })?;
        Ok(None)
    }

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
        connection.is_none_or(|connection| connection.socket_buffer().has_ended())
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

    fn login(&self) -> Option<QueryKey> {
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

    fn query(
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

    fn over(&mut self, folder: &str) -> Result<(Option<i32>, String), EffectError> {
        self.converse(&format!("job over {folder}"), |_, frame| match frame {
            ScriptMessage::Over(status, log) => Some((status, log)),
            _ => None,
        })
    }

    /// A job is gone when the scheduler says so, asked for that job alone.
    pub(super) fn end_job(&mut self, end: &JobEnd) -> EffectResult {
        self.end_forwarder()?;
        self.poller.set_deadline(Some(Instant::now() + END));
        if let (true, Some(folder)) = (end.asked, &end.folder) {
            let command = format!("job exit {folder}");
            self.converse(&command, |_, frame| {
                matches!(frame, ScriptMessage::Looked(_)).then_some(())
            })?;
        }
        let folder = end.folder.as_deref();
        let mut is_gone = end.asked && self.query(&end.identity, folder)? == Presence::Ended;
        if !is_gone {
            is_gone = self.cancel(&end.identity, folder)?;
        }
        if let (true, Some(folder)) = (is_gone, folder) {
            self.over(folder)?;
        }
        let how = if is_gone { "job" } else { "no" };
        Ok(Some(FsmEvent::Script(ScriptEvent::Gone(how.to_owned()))))
    }

    /// Cancels a job, and waits until it is gone.
    fn cancel(
        &mut self,
        identity: &JobIdentity,
        folder: Option<&str>,
    ) -> Result<bool, EffectError> {
        let scheduler = self.scheduler()?;
        let until = Instant::now() + END / 2;
        let line = there(folder, &scheduler.cancel(&identity.id));
        let answer = self.run_there(&line)?;
        let was_taken = was_taken(scheduler, &answer);
        let mut pause = Duration::from_millis(100);
        loop {
            if was_taken && self.has_gone(identity, folder)? {
                return Ok(true);
            }
            if !was_taken || Instant::now() + pause > until {
                return Ok(false);
            }
            self.nap(pause)?;
            pause = (pause * 2).min(Duration::from_secs(3));
        }
    }

    /// Returns true if a job has gone for whose end the scheduler has taken the command.
    fn has_gone(
        &mut self,
        identity: &JobIdentity,
        folder: Option<&str>,
    ) -> Result<bool, EffectError> {
        if let Some(is_gone) = has_gone(&self.query(identity, folder)?) {
            return Ok(is_gone);
        }
        let scheduler = self.scheduler()?;
        let output = self.run_there(&scheduler.list(self.host()))?;
        let jobs = scheduler.parse_jobs(&output);
        Ok(jobs.is_ok_and(|jobs| identity.find(&jobs).is_none()))
    }

    fn nap(&self, pause: Duration) -> Result<(), EffectError> {
        let until = Instant::now() + pause;
        while Instant::now() < until {
            let waited = self.poller.wait(&mut vec![], Some(until));
            waited.map_err(|error| self.halt(crate::ssh::SshError::from(error)))?;
        }
        Ok(())
    }
}

fn later() -> FsmEvent {
    FsmEvent::Job(JobEvent::Polled(PollResult::Later, Duration::ZERO))
}
