//! A server in a batch job: submitted, waited for as long as the queue wants, and found again.

use std::time::Duration;

mod poll;
mod wait;

use super::effect::Effect;
use super::event::{ConnectionEvent, FsmEvent, JobEvent, LocalEvent, ScriptEvent};
use super::machine::{StateMachine, over, over_with};
use super::state::State;
use super::types::{Goal, JobEnd, ReconnectStep};
use crate::i18n::fl;
use crate::phase::Phase;
use crate::problem;
use crate::problem::Problem;
use crate::remote::OurJob;
use crate::scheduler::{Job, JobIdentity, JobState};
use crate::session::event::Event;
use crate::session::types::JobInfo;
pub use wait::JobWait;
use wait::{HoldState, StartOutlook, begun};

impl StateMachine {
    /// Handles a host without a server in a job: resumes the job that waits for its turn, or
    /// submits one under the remote host's lock.
    pub(super) fn no_server_in_a_job(
        &mut self,
        locked: bool,
        lost: Vec<String>,
    ) -> (State, Vec<Effect>) {
        let unlock = locked.then_some(Effect::Unlock);
        if let Some(ours) = self.jobs.first().cloned() {
            let (state, effects) = self.resume(ours);
            return (state, unlock.into_iter().chain(effects).collect());
        }
        if !locked {
            // A second list: a job may have been submitted since the first, from another machine or by
            // hand, and nobody else submits one while the lock is held. It is a cold click's price.
            return (State::Discovering { locked: true }, vec![Effect::Lock]);
        }
        if let Some(problem) = self.doubt() {
            let told = Effect::failed(problem);
            return over_with(Effect::Unlock, told);
        }
        let mut effects: Vec<Effect> = lost.into_iter().map(Effect::note).collect();
        effects.push(Effect::phase(Phase::Submitting));
        effects.push(Effect::Submit(self.routes.bind()));
        (State::Submitting, effects)
    }

    /// A job of this host that may live, though the scheduler does not show it: no other one is submitted meanwhile.
    pub(super) fn doubt(&self) -> Option<Problem> {
        let doubt = self.doubts.first()?;
        let scheduler = crate::scheduler::by_id(&self.plan.scheduler);
        let name = scheduler.map_or(self.plan.scheduler.as_str(), |one| one.name());
        Some(problem::job_uncertain(&self.plan.host, name, doubt))
    }

    /// A job of this host that did not ask for the resources which the user wants for this start. It is neither used in
    /// silence nor joined by a second one, which would be the host's just as well.
    pub(super) fn runs_with_others(&self) -> Option<Problem> {
        let opens = matches!(self.plan.goal, Goal::Open { .. });
        if !self.plan.is_exact || !opens {
            return None;
        }
        let other = self.jobs.iter().find(|ours| !ours.is_as_asked)?;
        let id = other.job.id.as_str();
        Some(problem::other_resources(&self.plan.host, id))
    }

    /// Resumes the wait for a job that was left waiting; never submits a second job.
    fn resume(&mut self, ours: OurJob) -> (State, Vec<Effect>) {
        if ours.confused {
            // Another user's notebook is worse than none.
            let (id, node) = (ours.job.id.as_str(), ours.job.node.as_deref());
            let node = node.unwrap_or_default();
            let problem = problem::job_confused(&self.plan.host, id, node);
            return over(Effect::failed(problem));
        }
        let note = fl!(
            "job-resumed",
            scheduler = self.plan.scheduler.as_str(),
            id = ours.job.id.as_str()
        );
        let mut wait = JobWait::new(ours.identity, ours.job, ours.folder, ours.tells);
        // It was listed a moment ago.
        wait.polls = 1;
        wait.known.clone_from(&self.others);
        let (state, mut effects) = self.wait(wait);
        effects.insert(0, Effect::note(note));
        (state, effects)
    }

    pub(super) fn submitted(
        &mut self,
        folder: String,
        identity: JobIdentity,
    ) -> (State, Vec<Effect>) {
        let job = Job {
            id: identity.id.clone(),
            ..Job::default()
        };
        let mut wait = JobWait::new(identity, job, Some(folder), self.plan.job_tells);
        wait.turn = HoldState::Open;
        wait.outlook = StartOutlook::Open;
        wait.known.clone_from(&self.others);
        self.wait(wait)
    }

    pub(super) fn wait(&self, mut wait: JobWait) -> (State, Vec<Effect>) {
        let mut effects = vec![Effect::phase(Phase::Queued)];
        effects.push(Effect::Emit(Event::Job(self.info(&wait.job))));
        effects.extend(wait.hold_note());
        effects.extend(wait.stuck_note());
        if wait.job.state == JobState::Running {
            effects.extend(begun(&mut wait, None));
        }
        effects.push(wait.rest());
        (State::Queued(Box::new(wait)), effects)
    }

    /// Handles an event while a job waits or starts.
    pub(super) fn queued(&mut self, wait: Box<JobWait>, event: FsmEvent) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        match event {
            FsmEvent::Local(LocalEvent::Elapsed | LocalEvent::Check | LocalEvent::TryNow) => {
                return self.next_look(wait);
            }
            FsmEvent::Job(event) => return self.job_told(wait, event),
            FsmEvent::Script(ScriptEvent::Launched(runtime_file)) => {
                return self.job_serves(&runtime_file, wait);
            }
            FsmEvent::Script(ScriptEvent::Log(path, text)) => {
                effects.push(Effect::log(path, &text));
            }
            FsmEvent::Lost { .. } => {
                let mut effects = vec![Effect::phase(Phase::Reconnecting), Effect::Suspend];
                let (step, more) = self.next_try();
                effects.extend(more);
                return (State::Returning(wait, step), effects);
            }
            FsmEvent::Failed(problem) => return over(Effect::failed(problem)),
            FsmEvent::Connection(_)
            | FsmEvent::Script(
                ScriptEvent::Found(..)
                | ScriptEvent::Discovered(_)
                | ScriptEvent::Rechecked(..)
                | ScriptEvent::Rediscover
                | ScriptEvent::Gone(_)
                | ScriptEvent::NoLog(_)
                | ScriptEvent::Kept(_)
                | ScriptEvent::Usage(_)
                | ScriptEvent::NoUsage(_)
                | ScriptEvent::Rehearsed(_)
                | ScriptEvent::Choices(_)
                | ScriptEvent::Paths(_),
            )
            | FsmEvent::Tunnel(_)
            | FsmEvent::Server(_)
            | FsmEvent::Local(LocalEvent::Confirmed(_) | LocalEvent::NotShown(_))
            | FsmEvent::NodeLost { .. } => {}
        }
        (State::Queued(wait), effects)
    }

    /// Handles what the files of a waiting job, or its scheduler, tell of it.
    fn job_told(&mut self, mut wait: Box<JobWait>, event: JobEvent) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        match event {
            JobEvent::FilesRead(None) => effects.push(wait.rest()),
            JobEvent::FilesRead(Some(node)) => {
                effects.extend(begun(&mut wait, Some(node)));
                effects.push(wait.rest());
            }
            JobEvent::Polled(poll, age) => return self.polled(wait, poll, age),
            JobEvent::Queried(presence) => return self.queried(wait, presence),
            JobEvent::PendingReason(why) => return self.heard_why(wait, why),
            JobEvent::Over(status, log) => {
                let problem = problem::job_ended(&self.plan.host, &wait.identity.id, status, &log);
                return over(Effect::failed(problem));
            }
            JobEvent::Submitted { .. }
            | JobEvent::Moved
            | JobEvent::Extended(_)
            | JobEvent::NotExtended(_) => {}
        }
        (State::Queued(wait), effects)
    }

    /// The job of a server that was found, with what `ready` says of it.
    pub(super) fn job_of(&self, file: &str) -> Option<(JobEnd, JobInfo)> {
        let ours = self
            .jobs
            .iter()
            .find(|ours| ours.file.as_deref() == Some(file))?;
        let end = JobEnd {
            identity: ours.identity.clone(),
            folder: ours.folder.clone(),
            asked: true,
        };
        Some((end, self.info(&ours.job)))
    }

    /// A stop where no server runs: the job may wait, and would else start some day.
    pub(super) fn waiting_job(&self) -> Option<JobEnd> {
        let ours = self.jobs.first()?;
        Some(JobEnd {
            identity: ours.identity.clone(),
            folder: ours.folder.clone(),
            asked: false,
        })
    }

    pub(super) fn info(&self, job: &Job) -> JobInfo {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        JobInfo {
            scheduler: self.plan.scheduler.clone(),
            id: job.id.clone(),
            state: some(&job.word),
            reason: some(&job.reason),
            place: job.place,
            start_estimate: job.start_estimate,
            usual_wait: None,
            node: job.node.clone(),
            started: job.started,
            ends: job.ends,
        }
    }

    /// Reconnects a connection that was lost while the job waits; the job is not affected.
    pub(super) fn returning(
        &mut self,
        wait: Box<JobWait>,
        step: ReconnectStep,
        event: FsmEvent,
    ) -> (State, Vec<Effect>) {
        if let Some((step, effects)) = self.on_the_way(step, &event) {
            return (State::Returning(wait, step), effects);
        }
        match (step, event) {
            (ReconnectStep::LoggingIn, FsmEvent::Connection(ConnectionEvent::LoggedIn))
                if wait.is_cancelled =>
            {
                self.recovered();
                let (state, more) = stop_waiting(&wait);
                let mut effects = vec![Effect::phase(Phase::Queued)];
                effects.extend(more);
                (state, effects)
            }
            (ReconnectStep::LoggingIn, FsmEvent::Connection(ConnectionEvent::LoggedIn)) => {
                let phase = match wait.running {
                    Some(_) => Phase::Starting,
                    None => Phase::Queued,
                };
                let peek = wait.read_files();
                self.recovered();
                let effects = vec![Effect::phase(phase), peek];
                (State::Queued(wait), effects)
            }
            (
                _,
                FsmEvent::Connection(ConnectionEvent::Unreached {
                    problem,
                    of_the_network,
                    took,
                }),
            ) => {
                self.trouble.tried(took);
                let took = if of_the_network { Duration::ZERO } else { took };
                self.not_returned(wait, &problem, took)
            }
            (_, FsmEvent::Failed(problem)) => over(Effect::failed(problem)),
            (
                step,
                FsmEvent::Connection(
                    ConnectionEvent::Resolved
                    | ConnectionEvent::Connected
                    | ConnectionEvent::LoggedIn
                    | ConnectionEvent::NeedsUser(_),
                )
                | FsmEvent::Script(_)
                | FsmEvent::Job(_)
                | FsmEvent::Tunnel(_)
                | FsmEvent::Server(_)
                | FsmEvent::Local(_)
                | FsmEvent::Lost { .. }
                | FsmEvent::NodeLost { .. },
            ) => (State::Returning(wait, step), vec![]),
        }
    }

    /// A job cannot be cancelled without a connection: it is cancelled once there is one. The second
    /// request gives up that as well, and leaves the job in the queue.
    pub(super) fn cancel_while_lost(
        &mut self,
        mut wait: Box<JobWait>,
        step: ReconnectStep,
    ) -> (State, Vec<Effect>) {
        if wait.is_cancelled {
            let note = Effect::warning(self.still_queued(&wait));
            return over_with(note, Effect::closed());
        }
        wait.is_cancelled = true;
        let id = wait.identity.id.as_str();
        let note = Effect::warning(fl!("job-cancel-later", id = id));
        let at_once = FsmEvent::Local(LocalEvent::Check);
        let (step, effects) = self.on_the_way(step, &at_once).unwrap_or((step, vec![]));
        let effects = std::iter::once(note).chain(effects).collect();
        (State::Returning(wait, step), effects)
    }

    fn still_queued(&self, wait: &JobWait) -> String {
        let host = self.plan.host.as_str();
        fl!(
            "job-still-queued",
            id = wait.identity.id.as_str(),
            host = host
        )
    }

    fn not_returned(
        &mut self,
        wait: Box<JobWait>,
        problem: &Problem,
        took: Duration,
    ) -> (State, Vec<Effect>) {
        let (step, effects) = self.next_try();
        if let Some(last) = self.exhausted(&effects, took, problem) {
            let note = Effect::warning(self.still_queued(&wait));
            return over_with(note, Effect::failed(last));
        }
        (State::Returning(wait, step), effects)
    }

    /// Returns the last report about a job, or a launch, that was given up: it is gone, or could
    /// not be ended.
    pub(super) fn dropped(&self, problem: Problem, how: &str) -> (State, Vec<Effect>) {
        if how == "no" {
            let left = match self.plan.scheduler.as_str() {
                "" => fl!("launch-not-ended"),
                _ => fl!("job-not-ended"),
            };
            return over_with(Effect::note(left), Effect::failed(problem));
        }
        over(Effect::failed(problem))
    }
}

/// Takes a waiting job out of the queue; one that is not ours is left there.
pub(super) fn stop_waiting(wait: &JobWait) -> (State, Vec<Effect>) {
    if wait.folder.is_none() {
        let left = fl!("job-left", id = wait.identity.id.as_str());
        return over_with(Effect::note(left), Effect::closed());
    }
    (State::Ending, vec![Effect::EndJob(wait.end(false))])
}
