//! The time of a job, counted by this machine's clock, and put off by the scheduler.

use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::maintenance::ScriptTask;
use super::{Driver, EffectResult};
use crate::problem;
use crate::problem::Problem;
use crate::remote::Discovery;
use crate::scheduler::{CommandOutput, JobIdentity, Scheduler};
use crate::session::event::Event;
use crate::session::fsm::{FsmEvent, JobEvent, PollResult};
use crate::session::types::{JobInfo, Walltime};
use crate::session::walltime::Countdown;

/// Largest difference, in seconds, between clocks that count as equal: each reading is late by the
/// answer's transit time, and times that changed by a second with every reading would be reported
/// as changes.
const SAME_CLOCK: i64 = 5;

impl Driver {
    /// Starts or updates the countdown of this job, because the tunnel is open (again).
    pub(super) fn count_down(&mut self, job: Option<&JobInfo>) {
        let now = Timestamp::now().as_second();
        match (&mut self.countdown, job) {
            (Some(countdown), Some(job)) if countdown.job().id == job.id => {
                countdown.read(job, now);
            }
            (countdown, job) => {
                let before = self.surroundings.told(&self.order.host.name);
                *countdown = job.and_then(|job| Countdown::new(job, before.as_ref(), now));
            }
        }
    }

    /// Tells that the time is nearly up, and looks for the job's end when it is.
    pub(super) fn watch_the_time(&mut self, now: Instant) {
        let (Some(standing), Some(countdown)) = (&mut self.standing, &mut self.countdown) else {
            return;
        };
        let time = Timestamp::now().as_second();
        if countdown.is_over(time) {
            standing.probe(now);
        }
        if let Some(told) = countdown.due(time) {
            let job = countdown.job().clone();
            self.surroundings.remember_told(&self.order.host.name, told);
            self.tell(Event::Walltime(job, Walltime::Short));
        }
    }

    /// Returns when that is due next. A suspend makes it late; the loop then runs anyway.
    pub(super) fn time_is_next(&self, now: Instant) -> Option<Instant> {
        self.standing.as_ref()?;
        let time = Timestamp::now();
        let next = self.countdown.as_ref()?.next(time.as_second())?;
        let pause = Timestamp::from_second(next).ok()?.duration_since(time);
        now.checked_add(Duration::try_from(pause).ok()?)
    }

    /// The job has more time.
    pub(super) fn put_off_countdown(&mut self, job: &JobInfo) {
        if let Some(countdown) = &mut self.countdown {
            countdown.read(job, Timestamp::now().as_second());
        }
    }

    /// The command that gives a job more time.
    fn extension(&self, job: &JobInfo, by: u64) -> Result<String, Problem> {
        let host = &self.host().name;
        let Ok(scheduler) = self.scheduler() else {
            return Err(problem::no_end(host));
        };
        let whole = job.whole().and_then(|whole| whole.checked_add(by));
        let line = scheduler.extend(&job.id, by, whole);
        line.ok_or_else(|| problem::not_extendable(host, scheduler.name()))
    }

    pub(super) fn extend_beside(&mut self, job: &JobInfo, by: u64) -> Option<FsmEvent> {
        match self.extension(job, by) {
            Ok(line) => {
                self.wish(ScriptTask::Extend(line));
                None
            }
            Err(problem) => Some(FsmEvent::Job(JobEvent::NotExtended(problem))),
        }
    }

    pub(super) fn extend(&mut self, job: &JobInfo, by: u64) -> EffectResult {
        Ok(Some(match self.extension(job, by) {
            Ok(line) => FsmEvent::Job(JobEvent::Extended(self.run_there(&line)?)),
            Err(problem) => FsmEvent::Job(JobEvent::NotExtended(problem)),
        }))
    }

    /// Queries the scheduler for a job, regardless of other sessions that query it.
    pub(super) fn list(&mut self, id: &str) -> EffectResult {
        let scheduler = self.scheduler()?;
        let output = self.run_there(&scheduler.list(self.host()))?;
        self.see_clock(&output);
        let poll = self.poll(scheduler, &output, &by_id(id));
        Ok(Some(FsmEvent::Job(JobEvent::Polled(poll, Duration::ZERO))))
    }

    /// Returns what a list says of a job, with its times by the local clock.
    pub(super) fn poll(
        &self,
        scheduler: &dyn Scheduler,
        list: &CommandOutput,
        identity: &JobIdentity,
    ) -> PollResult {
        match scheduler.parse_jobs(list).map(|jobs| identity.find(&jobs)) {
            Err(words) => PollResult::Failed(words),
            Ok(None) => PollResult::Missing,
            Ok(Some(mut job)) => {
                job.set_back(self.ahead);
                PollResult::Listed(Box::new(job))
            }
        }
    }

    /// Converts the times of a discovery to the local clock.
    pub(super) fn by_our_clock(&mut self, mut discovery: Discovery) -> Discovery {
        self.note_clock(discovery.host_info.now);
        discovery.set_back(self.ahead);
        discovery
    }

    /// The clock that came with a list just now. (One that another session asked for is old.)
    pub(super) fn see_clock(&mut self, list: &CommandOutput) {
        self.note_clock(Some(list.clock.now).filter(|now| *now > 0));
    }

    fn note_clock(&mut self, far: Option<i64>) {
        let Some(far) = far else {
            return;
        };
        let ahead = far - Timestamp::now().as_second();
        if (ahead - self.ahead).abs() > SAME_CLOCK {
            tracing::info!(ahead, "the far side's clock differs from ours");
            self.ahead = ahead;
        }
    }
}

/// Returns the identity of a job whose id became known a moment ago.
pub(super) fn by_id(id: &str) -> JobIdentity {
    JobIdentity {
        id: id.to_owned(),
        ..JobIdentity::default()
    }
}
