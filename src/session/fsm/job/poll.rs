//! Handles the scheduler's answers about a waiting job.

use std::time::Duration;

use super::super::effect::Effect;
use super::super::machine::{StateMachine, over};
use super::super::state::State;
use super::super::types::{PollResult, SchedulerCall};
use super::{HoldState, JobWait, StartOutlook, begun};
use crate::i18n::fl;
use crate::problem;
use crate::scheduler::{Job, JobState, PendingReason, Presence};
use crate::session::event::Event;

impl StateMachine {
    /// A rest is over: the files are looked at, and now and then the scheduler is asked.
    pub(super) fn next_look(&self, wait: Box<JobWait>) -> (State, Vec<Effect>) {
        if wait
            .running
            .is_some_and(|running| running > self.plan.timeout)
        {
            let problem = problem::job_start_slow(&self.plan.host, wait.job.node.as_deref());
            return over(Effect::failed(problem));
        }
        let effect = if wait.is_due(self.plan.poll, self.plan.why_calls) {
            let call = wait.call(self.plan.poll, self.plan.why_calls);
            if self.plan.why_calls > 0 && wait.wonders_why() {
                Effect::QueryPendingReason(call)
            } else {
                Effect::Poll(call)
            }
        } else {
            wait.read_files()
        };
        (State::Queued(wait), vec![effect])
    }

    pub(super) fn polled(
        &self,
        mut wait: Box<JobWait>,
        poll: PollResult,
        age: Duration,
    ) -> (State, Vec<Effect>) {
        if poll != PollResult::Later {
            wait.heard(age);
        }
        let mut effects = match poll {
            PollResult::Listed(job) => return self.listed(wait, *job),
            // No list is believed about that: files come later over a network, and then the job is asked for alone.
            PollResult::Missing if wait.absent > 0 => {
                let query = Effect::Query(wait.call(self.plan.poll, self.plan.why_calls));
                return (State::Queued(wait), vec![query]);
            }
            PollResult::Missing => {
                wait.absent += 1;
                let peek = wait.read_files();
                return (State::Queued(wait), vec![peek]);
            }
            PollResult::Later => {
                let peek = wait.read_files();
                return (State::Queued(wait), vec![peek]);
            }
            PollResult::Failed(words) => self.complain(&mut wait, &words),
        };
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    fn complain(&self, wait: &mut JobWait, words: &str) -> Vec<Effect> {
        if std::mem::replace(&mut wait.complained, true) {
            return vec![];
        }
        let scheduler = self.plan.scheduler.as_str();
        let note = fl!("job-no-list", scheduler = scheduler, words = words);
        vec![Effect::note(note)]
    }

    /// The scheduler was asked for the job alone. Only its own word is the end of the job.
    pub(super) fn queried(
        &self,
        mut wait: Box<JobWait>,
        presence: Presence,
    ) -> (State, Vec<Effect>) {
        wait.queried();
        let mut effects = match presence {
            Presence::Listed(job) => return self.listed(wait, *job),
            // It may not be known yet, or the answer is older than the submission.
            Presence::Unknown if wait.waited < FRESH => vec![],
            Presence::Ended | Presence::Unknown => {
                let over = Effect::JobOver(wait.folder.clone().unwrap_or_default());
                return (State::Queued(wait), vec![over]);
            }
            Presence::Silent(words) => self.complain(&mut wait, &words),
        };
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    fn listed(&self, mut wait: Box<JobWait>, mut job: Job) -> (State, Vec<Effect>) {
        wait.absent = 0;
        if job.state == JobState::Waiting {
            // Details that the list omits keep their last known values.
            if job.reason.is_empty() {
                job.reason.clone_from(&wait.job.reason);
            }
            job.place = job.place.or(wait.job.place);
        }
        let changed = job != wait.job;
        wait.job = job;
        wait.note_turn();
        let is_held = wait.job.state == JobState::Held;
        let is_new_hold = is_held && wait.turn != HoldState::Held;
        let silent = wait.job.reason.is_empty() && self.plan.why_calls > 0;
        let asks = self.plan.why_calls > 0 && wait.may_be_stuck();
        if asks || silent && (wait.is_stuck() || is_new_hold) {
            return now(wait, Effect::QueryPendingReason);
        }
        if wait.is_stuck() {
            return self.never(&wait);
        }
        let mut effects = Vec::new();
        if changed {
            effects.push(Effect::Emit(Event::Job(self.info(&wait.job))));
        }
        effects.extend(wait.hold_note());
        effects.extend(wait.stuck_note());
        if wait.job.state == JobState::Running {
            effects.extend(begun(&mut wait, None));
        }
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    pub(super) fn heard_why(
        &self,
        mut wait: Box<JobWait>,
        why: Option<PendingReason>,
    ) -> (State, Vec<Effect>) {
        wait.explained(self.plan.why_calls);
        if why.is_none() && wait.job.state == JobState::Waiting {
            // Nothing is known of a job that waits: it does not wait any more, most likely.
            return now(wait, Effect::Poll);
        }
        let mut effects = Vec::new();
        let never = why.as_ref().is_some_and(|why| why.never);
        if let Some(why) = why {
            if !why.reason.is_empty() {
                wait.job.reason = why.reason;
            }
            wait.job.place = why.place;
            effects.push(Effect::Emit(Event::Job(self.info(&wait.job))));
        }
        if wait.is_stuck() || never && wait.outlook == StartOutlook::Open {
            return self.never(&wait);
        }
        if never {
            wait.job.state = JobState::Never;
        }
        if wait.outlook == StartOutlook::Open {
            wait.outlook = StartOutlook::MayStart;
        }
        effects.extend(wait.hold_note());
        effects.extend(wait.stuck_note());
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    /// It can never start as it was submitted a moment ago: told at once, and nothing of ours is left queued.
    pub(super) fn never(&self, wait: &JobWait) -> (State, Vec<Effect>) {
        let (id, word) = (wait.identity.id.as_str(), wait.job.word.as_str());
        let problem = problem::job_never_starts(&self.plan.host, id, word, &wait.job.reason);
        let end = Effect::EndJob(wait.end(false));
        (State::Dropping(Box::new(problem)), vec![end])
    }
}

/// That an id is not known proves nothing so soon after the submission.
const FRESH: Duration = Duration::from_secs(60);

/// A call that the user waits for.
fn now(wait: Box<JobWait>, effect: fn(SchedulerCall) -> Effect) -> (State, Vec<Effect>) {
    let gap = Duration::ZERO;
    let call = wait.call(gap, 1);
    let effect = effect(SchedulerCall { gap, ..call });
    (State::Queued(wait), vec![effect])
}
