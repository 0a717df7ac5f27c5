//! A server in a batch job: submitted, waited for as long as the queue wants, and found again.

use std::time::Duration;

use super::vocabulary::{Effect, Input, JobEnd, Poll, State, Step, Wait};
use super::{Machine, over, over_with};
use crate::explain;
use crate::launcher::{Job, JobState};
use crate::problem::Problem;
use crate::remote::OurJob;
use crate::session::JobInfo;
use crate::session::event::Phase;
use crate::words::say;

/// A look at the job's files costs the far side two calls of its file system, and the click that
/// much delay: often at first, then every five seconds.
const FIRST_LOOK: Duration = Duration::from_millis(300);
const LOOK: Duration = Duration::from_secs(5);
/// How often while the job's Jupyter starts.
const STARTING_LOOK: Duration = Duration::from_millis(200);
/// A job that can never start is told of soon after its submission, where the person has not asked
/// for fewer calls than usual.
const FIRST_POLL: Duration = Duration::from_secs(2);
const USUAL_POLL: Duration = Duration::from_secs(15);
/// A job that has waited an hour is not asked about every quarter of a minute.
const LONGEST_POLL: Duration = Duration::from_secs(120);
/// Where the list tells no reasons they are asked for at the second call, and then at each of these.
const WHY_EVERY: u32 = 8;

impl Wait {
    /// For a job that is not known to run.
    #[must_use]
    pub fn new(job: Job, folder: Option<String>, tells: bool) -> Self {
        Self {
            job,
            folder,
            tells,
            known: Vec::new(),
            waited: Duration::ZERO,
            since_poll: Duration::ZERO,
            polls: 0,
            running: None,
            absent: 0,
            complained: false,
            moves_to: None,
        }
    }

    pub(super) fn rest(&mut self) -> Effect {
        let pause = match self.running {
            Some(_) if self.tells => STARTING_LOOK,
            _ => (self.waited / 8).clamp(FIRST_LOOK, LOOK),
        };
        self.waited += pause;
        self.since_poll += pause;
        if let Some(running) = &mut self.running {
            *running += pause;
        }
        Effect::Rest(pause)
    }

    /// A look without the scheduler.
    fn peek(&self) -> Effect {
        match &self.folder {
            Some(folder) if self.tells => Effect::Peek(folder.clone()),
            _ => Effect::PeekFar {
                id: self.job.id.clone(),
                known: self.known.clone(),
                node: self.job.node.clone(),
            },
        }
    }

    /// When the scheduler is asked again: as seldom as the person wants, and more seldom for a job
    /// that has long waited.
    fn poll_after(&self, least: Duration) -> Duration {
        if self.polls == 0 && least <= USUAL_POLL {
            return FIRST_POLL.min(least);
        }
        let patient = (self.waited / 40).min(LONGEST_POLL);
        least.max(patient)
    }
}

impl Machine {
    /// No server runs in a job of this host. One may wait for its turn; else one is submitted, under
    /// the far side's lock.
    pub(super) fn no_server_in_a_job(&mut self, locked: bool) -> (State, Vec<Effect>) {
        let unlock = locked.then_some(Effect::Unlock);
        if let Some(ours) = self.jobs.first().cloned() {
            let (state, effects) = self.resume(ours);
            return (state, unlock.into_iter().chain(effects).collect());
        }
        if !locked {
            return (State::Finding { locked: true }, vec![Effect::Lock]);
        }
        let effects = vec![
            Effect::Phase(Phase::Submitting),
            Effect::Submit(self.routes.bind()),
        ];
        (State::Submitting, effects)
    }

    /// The wait goes on where somebody left it: never a second job.
    fn resume(&mut self, ours: OurJob) -> (State, Vec<Effect>) {
        if ours.job.state == JobState::Never {
            return self.never(&Wait::new(ours.job, ours.folder, ours.tells));
        }
        let note = say!(
            "job-resumed",
            scheduler = self.plan.scheduler.as_str(),
            id = ours.job.id.as_str()
        );
        let mut wait = Wait::new(ours.job, ours.folder, ours.tells);
        // It was listed a moment ago.
        wait.polls = 1;
        wait.known.clone_from(&self.others);
        let (state, mut effects) = self.wait(wait);
        effects.insert(0, Effect::Note(note));
        (state, effects)
    }

    pub(super) fn submitted(&mut self, folder: String, id: String) -> (State, Vec<Effect>) {
        let job = Job {
            id,
            ..Job::default()
        };
        let mut wait = Wait::new(job, Some(folder), self.plan.job_tells);
        wait.known.clone_from(&self.others);
        self.wait(wait)
    }

    pub(super) fn wait(&self, mut wait: Wait) -> (State, Vec<Effect>) {
        let mut effects = vec![Effect::Phase(Phase::Queued)];
        effects.push(Effect::TellJob(self.info(&wait.job)));
        if wait.job.state == JobState::Running {
            effects.extend(begun(&mut wait, None));
        }
        effects.push(wait.rest());
        (State::Queued(Box::new(wait)), effects)
    }

    /// What happens to a job that waits or starts.
    pub(super) fn queued(&mut self, mut wait: Box<Wait>, input: Input) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        match input {
            Input::Elapsed | Input::Check => return self.next_look(wait),
            Input::Why(None) if wait.job.state == JobState::Never => return self.never(&wait),
            Input::Peeked(None) | Input::Why(None) => effects.push(wait.rest()),
            Input::Peeked(Some(node)) => {
                effects.extend(begun(&mut wait, Some(node)));
                effects.push(wait.rest());
            }
            Input::Launched(candidate) => return self.job_serves(&candidate, wait),
            Input::Polled(poll) => return self.polled(wait, poll),
            Input::Why(Some(why)) => {
                wait.job.reason = why.reason;
                if why.never || wait.job.state == JobState::Never {
                    return self.never(&wait);
                }
                effects.push(Effect::TellJob(self.info(&wait.job)));
                effects.push(wait.rest());
            }
            Input::Over(status, log) => {
                let problem = explain::job_ended(&self.plan.host, &wait.job.id, status, &log);
                return over(Effect::TellFailed(problem));
            }
            Input::Stop(_) if wait.folder.is_none() => {
                let left = say!("job-left", id = wait.job.id.as_str());
                return over_with(Effect::Note(left), Effect::TellClosed);
            }
            Input::Stop(_) => {
                let end = wait.end(false);
                return (State::Ending, vec![Effect::EndJob(end)]);
            }
            Input::WantLog => effects.push(Effect::FetchLog),
            Input::Log(path, text) => effects.push(Effect::TellLog(path, text)),
            Input::Lost { .. } => {
                let mut effects = vec![Effect::Phase(Phase::Reconnecting), Effect::Hold];
                let (step, more) = self.next_try();
                effects.extend(more);
                return (State::Returning(wait, step), effects);
            }
            _ => {}
        }
        (State::Queued(wait), effects)
    }

    /// A rest is over: the files are looked at, and now and then the scheduler is asked.
    fn next_look(&self, mut wait: Box<Wait>) -> (State, Vec<Effect>) {
        if wait
            .running
            .is_some_and(|running| running > self.plan.timeout)
        {
            let problem = explain::job_start_slow(&self.plan.host, wait.job.node.as_deref());
            return over(Effect::TellFailed(problem));
        }
        let effect = if wait.since_poll >= wait.poll_after(self.plan.poll) {
            wait.polls += 1;
            wait.since_poll = Duration::ZERO;
            let waits = wait.job.state == JobState::Waiting && wait.running.is_none();
            if waits && self.plan.asks_why && wait.polls % WHY_EVERY == 2 {
                Effect::AskWhy(wait.job.id.clone())
            } else {
                Effect::Poll(wait.job.id.clone())
            }
        } else {
            wait.peek()
        };
        (State::Queued(wait), vec![effect])
    }

    fn polled(&self, mut wait: Box<Wait>, poll: Poll) -> (State, Vec<Effect>) {
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
        if job.reason.is_empty() && job.state == JobState::Waiting {
            job.reason.clone_from(&wait.job.reason);
        }
        let changed = job != wait.job;
        wait.job = job;
        let mut effects = Vec::new();
        match wait.job.state {
            JobState::Never if wait.job.reason.is_empty() && self.plan.asks_why => {
                let ask = Effect::AskWhy(wait.job.id.clone());
                return (State::Queued(wait), vec![ask]);
            }
            JobState::Never => return self.never(&wait),
            _ if changed => effects.push(Effect::TellJob(self.info(&wait.job))),
            _ => {}
        }
        if wait.job.state == JobState::Running {
            effects.extend(begun(&mut wait, None));
        }
        effects.push(wait.rest());
        (State::Queued(wait), effects)
    }

    /// It can never start as it is: told at once, and nothing of ours is left queued.
    fn never(&self, wait: &Wait) -> (State, Vec<Effect>) {
        let (id, word) = (wait.job.id.as_str(), wait.job.word.as_str());
        let problem = explain::job_never_starts(&self.plan.host, id, word, &wait.job.reason);
        if wait.folder.is_none() {
            // Somebody else's, by hand: theirs to change.
            return over(Effect::TellFailed(problem));
        }
        let end = Effect::EndJob(wait.end(false));
        (State::Dropping(Box::new(problem)), vec![end])
    }

    /// The job of a server that was found, with what `ready` says of it.
    pub(super) fn job_of(&self, file: &str) -> Option<(JobEnd, JobInfo)> {
        let ours = self
            .jobs
            .iter()
            .find(|ours| ours.file.as_deref() == Some(file))?;
        let end = JobEnd {
            id: ours.job.id.clone(),
            folder: ours.folder.clone(),
            asked: true,
        };
        Some((end, self.info(&ours.job)))
    }

    /// A stop where no server runs: the job may wait, and would else start some day.
    pub(super) fn waiting_job(&self) -> Option<JobEnd> {
        let ours = self.jobs.first()?;
        Some(JobEnd {
            id: ours.job.id.clone(),
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
            node: job.node.clone(),
            ends: job.ends,
        }
    }

    /// A connection that was lost while the job waits is made anew: the job does not mind.
    pub(super) fn returning(
        &mut self,
        wait: Box<Wait>,
        step: Step,
        input: Input,
    ) -> (State, Vec<Effect>) {
        if let Some((step, effects)) = self.on_the_way(step, &input) {
            return (State::Returning(wait, step), effects);
        }
        match (step, input) {
            (Step::LoggingIn, Input::LoggedIn) => {
                let phase = match wait.running {
                    Some(_) => Phase::Starting,
                    None => Phase::Queued,
                };
                let peek = wait.peek();
                self.recovered();
                let effects = vec![Effect::Phase(phase), peek];
                (State::Queued(wait), effects)
            }
            (
                _,
                Input::Unreached {
                    problem,
                    offline,
                    took,
                },
            ) => {
                let took = if offline { Duration::ZERO } else { took };
                self.not_returned(wait, &problem, took)
            }
            (step, _) => (State::Returning(wait, step), vec![]),
        }
    }

    fn not_returned(
        &mut self,
        wait: Box<Wait>,
        problem: &Problem,
        took: Duration,
    ) -> (State, Vec<Effect>) {
        let (step, effects) = self.next_try();
        if let Some(last) = self.gives_up(&effects, took, problem) {
            return over(Effect::TellFailed(last));
        }
        (State::Returning(wait, step), effects)
    }

    /// A job that is given up: what is told when it is gone, or is not.
    pub(super) fn dropped(problem: Problem, how: &str) -> (State, Vec<Effect>) {
        if how == "no" {
            let left = Effect::Note(say!("job-not-ended"));
            return over_with(left, Effect::TellFailed(problem));
        }
        over(Effect::TellFailed(problem))
    }
}

impl Wait {
    pub(super) fn end(&self, asked: bool) -> JobEnd {
        JobEnd {
            id: self.job.id.clone(),
            folder: self.folder.clone(),
            asked,
        }
    }
}

/// The job runs: from now on its Jupyter is waited for. Told once.
fn begun(wait: &mut Wait, node: Option<String>) -> Option<Effect> {
    if node.is_some() {
        wait.job.node = node;
    }
    if wait.running.is_some() {
        return None;
    }
    wait.running = Some(Duration::ZERO);
    // Its start was seen without the scheduler: there is nothing to ask now.
    wait.polls = wait.polls.max(1);
    wait.since_poll = Duration::ZERO;
    Some(Effect::Phase(Phase::Starting))
}
