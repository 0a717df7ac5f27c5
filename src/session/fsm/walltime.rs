//! Walltime of a server's job: extended where the scheduler allows it, and reported when it is
//! over.

use super::effect::{BackgroundTask, Effect};
use super::event::JobEvent;
use super::machine::{StateMachine, over, over_with};
use super::state::State;
use super::types::{FoundServer, PollResult};
use crate::i18n::fl;
use crate::jupyter::HostInfo;
use crate::problem;
use crate::problem::Problem;
use crate::scheduler::{CommandOutput, Job, JobState};
use crate::session::event::Event;
use crate::session::types::JobInfo;

/// Two readings of one end may differ that much: some schedulers tell minutes.
const SAME: i64 = 59;

impl StateMachine {
    /// Extends the job of an open tunnel. Reads its end first: some schedulers accept only the
    /// whole time, and another user may have changed that. Then requests the extension, and reads
    /// the end back ([`Self::longer`]).
    pub(super) fn extend(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        by: u64,
    ) -> (State, Vec<Effect>) {
        self.extension_step(found, port, |machine, info| {
            machine.more_time = Some(by);
            Ok(list(info))
        })
    }

    /// Handles what the scheduler says while the job of an open tunnel is extended.
    pub(super) fn longer(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        event: JobEvent,
    ) -> (State, Vec<Effect>) {
        match event {
            JobEvent::Polled(poll, _) => self.extension_step(found, port, |machine, info| {
                let Some(by) = machine.more_time.take() else {
                    return machine.put_off(info, poll).map(Effect::extended);
                };
                let info = machine.read(info, poll)?;
                Ok(Effect::InBackground(BackgroundTask::Extend(info, by)))
            }),
            JobEvent::Extended(output) => self.extension_step(found, port, |machine, info| {
                machine.granted(info, &output).map(|()| list(info))
            }),
            JobEvent::NotExtended(problem) => self.extension_step(found, port, |_, _| Err(problem)),
            JobEvent::Submitted { .. }
            | JobEvent::FilesRead(_)
            | JobEvent::Queried(_)
            | JobEvent::PendingReason(_)
            | JobEvent::Over(..)
            | JobEvent::Moved => (State::Ready(found, port), vec![]),
        }
    }

    /// Takes a step of an extension, where the end of the job is known.
    fn extension_step(
        &mut self,
        mut found: Box<FoundServer>,
        port: u16,
        step: impl FnOnce(&mut Self, &JobInfo) -> Result<Effect, Problem>,
    ) -> (State, Vec<Effect>) {
        let Some(info) = found.info.as_ref().filter(|info| info.ends.is_some()) else {
            let refused = Effect::refused(problem::no_end(&self.plan.host));
            return (State::Ready(found, port), vec![refused]);
        };
        let effect = step(self, info).unwrap_or_else(|problem| {
            self.more_time = None;
            Effect::refused(problem)
        });
        if let Effect::InBackground(BackgroundTask::Extend(info, _))
        | Effect::Emit(Event::Walltime(info, _)) = &effect
        {
            found.info = Some(info.clone());
        }
        (State::Ready(found, port), vec![effect])
    }

    /// The same where nothing else is wanted of the host: its job was found.
    pub(super) fn extend_alone(&self, by: u64) -> (State, Vec<Effect>) {
        let runs = |job: &Job| job.state == JobState::Running && job.ends.is_some();
        let job = self.jobs.iter().map(|ours| &ours.job).find(|job| runs(job));
        let Some(info) = job.map(|job| self.info(job)) else {
            let problem = self
                .doubt()
                .unwrap_or_else(|| problem::no_end(&self.plan.host));
            return over(Effect::failed(problem));
        };
        let effect = Effect::Extend(info.clone(), by);
        (State::Extending(Box::new(info)), vec![effect])
    }

    /// Handles the outcome of an extension without a tunnel.
    pub(super) fn extending(&self, info: Box<JobInfo>, event: JobEvent) -> (State, Vec<Effect>) {
        let outcome = match event {
            JobEvent::Extended(output) => match self.granted(&info, &output) {
                Ok(()) => {
                    let list = Effect::List(info.id.clone());
                    return (State::Extending(info), vec![list]);
                }
                Err(problem) => Err(problem),
            },
            JobEvent::Polled(poll, _) => self.put_off(&info, poll),
            JobEvent::NotExtended(problem) => Err(problem),
            JobEvent::Submitted { .. }
            | JobEvent::FilesRead(_)
            | JobEvent::Queried(_)
            | JobEvent::PendingReason(_)
            | JobEvent::Over(..)
            | JobEvent::Moved => return (State::Extending(info), vec![]),
        };
        match outcome {
            Ok(info) => over_with(Effect::extended(info), Effect::closed()),
            Err(problem) => over(Effect::failed(problem)),
        }
    }

    fn granted(&self, info: &JobInfo, output: &CommandOutput) -> Result<(), Problem> {
        match output.status {
            0 => Ok(()),
            _ => Err(self.not_extended(info, &output.words())),
        }
    }

    /// Returns what the scheduler now says of the job. The node keeps the name that it has for
    /// itself, which the job's file contained.
    fn read(&self, info: &JobInfo, poll: PollResult) -> Result<JobInfo, Problem> {
        let job = match poll {
            PollResult::Listed(job) => *job,
            PollResult::Missing | PollResult::Later => {
                return Err(problem::no_end(&self.plan.host));
            }
            PollResult::Failed(words) => return Err(self.not_extended(info, &words)),
        };
        let node = info.node.clone().or(job.node.clone());
        let now = self.info(&job);
        Ok(JobInfo { node, ..now })
    }

    /// A command that went well may have changed nothing.
    fn put_off(&self, info: &JobInfo, poll: PollResult) -> Result<JobInfo, Problem> {
        let now = self.read(info, poll)?;
        if now.ends.is_some_and(|ends| Some(ends - SAME) <= info.ends) {
            return Err(self.not_extended(info, &fl!("extend-same-end")));
        }
        Ok(now)
    }

    fn not_extended(&self, info: &JobInfo, words: &str) -> Problem {
        let scheduler = crate::scheduler::by_id(&info.scheduler);
        let name = scheduler.map_or(info.scheduler.as_str(), |one| one.name());
        problem::not_extended(&self.plan.host, name, words)
    }

    /// Returns the time at which a job began. Where its start was seen in its files only, counts
    /// back from its end by the walltime that was requested.
    pub(super) fn began(&self, job: &Job) -> Option<i64> {
        let walltime = self.plan.walltime.and_then(|time| i64::try_from(time).ok());
        let asked = job.ends.zip(walltime).map(|(ends, time)| ends - time);
        job.started.or(asked)
    }

    /// Explains a server that is gone: with its job, if it had one.
    pub(super) fn ended(&self, found: &FoundServer, host_info: &HostInfo) -> Problem {
        let (host, notebook) = (self.plan.host.as_str(), self.notebook.as_deref());
        match &found.info {
            _ if host_info.was_idle(&found.server.file) => problem::idle_ended(host),
            Some(job) if is_up(job.ends, host_info.now) => {
                problem::job_time_up(host, &job.id, job.whole(), notebook)
            }
            Some(job) => problem::job_gone(host, &job.id, notebook),
            None => problem::server_ended(host, host_info.fate(&found.server.file)),
        }
    }
}

/// Reads the end of the job beside the tunnel.
fn list(info: &JobInfo) -> Effect {
    Effect::InBackground(BackgroundTask::List(info.id.clone()))
}

/// Returns true if a job has reached its walltime. The scheduler starts that clock a moment earlier
/// than it is seen here.
fn is_up(ends: Option<i64>, now: Option<i64>) -> bool {
    const SHORT: i64 = 30;
    ends.zip(now).is_some_and(|(ends, now)| now >= ends - SHORT)
}
