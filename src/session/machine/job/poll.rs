//! What the scheduler says of a job that waits, and what comes of it.

use std::time::Duration;

use super::super::vocabulary::{Call, Effect, Poll, State};
use super::super::{Machine, over};
use super::{Turn, Wait, begun};
use crate::explain;
use crate::launcher::{Job, JobState, Why};
use crate::words::say;

impl Machine {
    /// A rest is over: the files are looked at, and now and then the scheduler is asked.
    pub(super) fn next_look(&self, wait: Box<Wait>) -> (State, Vec<Effect>) {
        if wait
            .running
            .is_some_and(|running| running > self.plan.timeout)
        {
            let problem = explain::job_start_slow(&self.plan.host, wait.job.node.as_deref());
            return over(Effect::TellFailed(problem));
        }
        let effect = if wait.is_due(self.plan.poll) {
            let call = wait.call(self.plan.poll);
            if self.plan.why_calls > 0 && wait.wonders_why() {
                Effect::AskWhy(call)
            } else {
                Effect::Poll(call)
            }
        } else {
            wait.peek()
        };
        (State::Queued(wait), vec![effect])
    }

    pub(super) fn polled(
        &self,
        mut wait: Box<Wait>,
        poll: Poll,
        age: Duration,
    ) -> (State, Vec<Effect>) {
        if poll != Poll::Later {
            wait.heard(age);
        }
        let mut effects = match poll {
            Poll::Listed(job) => return self.listed(wait, *job),
            // A list may be cut off, and files come later over a network: twice is believed.
            Poll::Missing if wait.absent > 0 => {
                let over = Effect::JobOver(wait.folder.clone().unwrap_or_default());
                return (State::Queued(wait), vec![over]);
            }
            Poll::Missing => {
                wait.absent += 1;
                let peek = wait.peek();
                return (State::Queued(wait), vec![peek]);
            }
            Poll::Later => {
                let peek = wait.peek();
                return (State::Queued(wait), vec![peek]);
            }
            Poll::Failed(_) if wait.complained => vec![],
            Poll::Failed(words) => {
                wait.complained = true;
                let scheduler = self.plan.scheduler.as_str();
                let note = say!("job-no-list", scheduler = scheduler, words = words);
                vec![Effect::Note(note)]
            }
        };
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    fn listed(&self, mut wait: Box<Wait>, mut job: Job) -> (State, Vec<Effect>) {
        wait.absent = 0;
        if job.state == JobState::Waiting {
            // What the list does not tell is as it was told lastly.
            if job.reason.is_empty() {
                job.reason.clone_from(&wait.job.reason);
            }
            job.place = job.place.or(wait.job.place);
        }
        let changed = job != wait.job;
        wait.job = job;
        let is_held = wait.job.state == JobState::Held;
        if !is_held {
            wait.turn = Turn::Due;
        }
        let is_new_hold = is_held && wait.turn != Turn::Held;
        let silent = wait.job.reason.is_empty() && self.plan.why_calls > 0;
        if silent && (wait.is_stuck() || is_new_hold) {
            // At once: the person waits for it.
            let gap = Duration::ZERO;
            let call = wait.call(gap);
            let ask = Effect::AskWhy(Call { gap, ..call });
            return (State::Queued(wait), vec![ask]);
        }
        if wait.is_stuck() {
            return self.never(&wait);
        }
        let mut effects = Vec::new();
        if changed {
            effects.push(Effect::TellJob(self.info(&wait.job)));
        }
        effects.extend(wait.hold_note());
        if wait.job.state == JobState::Running {
            effects.extend(begun(&mut wait, None));
        }
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    pub(super) fn heard_why(&self, mut wait: Box<Wait>, why: Option<Why>) -> (State, Vec<Effect>) {
        wait.explained(self.plan.why_calls);
        let mut effects = Vec::new();
        let never = why.as_ref().is_some_and(|why| why.never);
        if let Some(why) = why {
            if !why.reason.is_empty() {
                wait.job.reason = why.reason;
            }
            wait.job.place = why.place;
            effects.push(Effect::TellJob(self.info(&wait.job)));
        }
        if never || wait.is_stuck() {
            return self.never(&wait);
        }
        effects.extend(wait.hold_note());
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    /// It can never start as it is: told at once, and nothing of ours is left queued.
    pub(super) fn never(&self, wait: &Wait) -> (State, Vec<Effect>) {
        let (id, word) = (wait.job.id.as_str(), wait.job.word.as_str());
        let problem = explain::job_never_starts(&self.plan.host, id, word, &wait.job.reason);
        if wait.folder.is_none() {
            // Somebody else's, by hand: theirs to change.
            return over(Effect::TellFailed(problem));
        }
        let end = Effect::EndJob(wait.end(false));
        (State::Dropping(Box::new(problem)), vec![end])
    }
}
