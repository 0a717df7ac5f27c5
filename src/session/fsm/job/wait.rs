//! A job that is waited for: when its files are looked at, and when the scheduler is asked.

use std::time::Duration;

use super::super::effect::Effect;
use super::super::types::{JobEnd, SchedulerCall};
use crate::i18n::fl;
use crate::phase::Phase;
use crate::remote::OtherServers;
use crate::scheduler::{Job, JobIdentity, JobState, ListenScope};

/// Intervals between reads of the job's files: short at first, then 5 seconds. A read costs the
/// remote host two calls of its file system, and the interval delays the click by as much.
const FIRST_LOOK: Duration = Duration::from_millis(300);
const LOOK: Duration = Duration::from_secs(5);
/// Interval while the job's Jupyter starts.
const STARTING_LOOK: Duration = Duration::from_millis(200);
/// Time until the first poll after a submission, so that a job that can never start is reported
/// soon; not where the user has asked for fewer calls than usual.
const FIRST_POLL: Duration = Duration::from_secs(2);
const USUAL_POLL: Duration = Duration::from_secs(15);
/// A job that has waited an hour is not asked about every quarter of a minute.
const LONGEST_POLL: Duration = Duration::from_secs(120);
/// Number of lists between queries of the pending reason, where the list omits it; the first query
/// follows the first list.
const WHY_EVERY: u32 = 7;

/// A job that is waited for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobWait {
    /// Identity of the job.
    pub identity: JobIdentity,
    /// As the scheduler told it most recently.
    pub job: Job,
    /// Its folder, if it is one of ours.
    pub folder: Option<String>,
    /// True if it records its progress there.
    pub tells: bool,
    /// Servers that ran before: none of them is this job's.
    pub known: OtherServers,
    /// For how long, by the sum of the rests.
    pub waited: Duration,
    /// Since the last list.
    pub since_poll: Duration,
    /// Number of lists so far.
    pub polls: u32,
    /// Number of lists since the pending reason was queried; none if it never was.
    pub since_why: Option<u32>,
    /// Number of calls that the last poll cost: the pause after it is that many times the usual
    /// one.
    pub cost: u32,
    /// For how long it has run.
    pub running: Option<Duration>,
    /// In how many lists one after the other it was missing.
    pub absent: u32,
    /// State of its turn.
    pub turn: HoldState,
    /// Outlook for its start.
    pub outlook: StartOutlook,
    /// True if the user knows that the scheduler does not answer.
    pub complained: bool,
    /// True if it is to be cancelled as soon as the connection is back.
    pub is_cancelled: bool,
    /// Scope in which its server will listen after its restart; until then it listens elsewhere.
    pub moves_to: Option<ListenScope>,
}

/// State of a job that waits for its turn, or for a user to release it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HoldState {
    /// It was submitted a moment ago, and has not been seen to wait yet.
    Open,
    /// It waits for its turn.
    Due,
    /// A user put it on hold, and that was reported.
    Held,
}

/// True if a job can start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartOutlook {
    /// It was submitted a moment ago, and the scheduler has not looked at it yet.
    Open,
    /// The scheduler has, and found that it may; or another click has submitted it.
    MayStart,
    /// It cannot start as things are now, and that was reported.
    Told,
}

impl JobWait {
    /// For a job that is not known to run.
    #[must_use]
    pub fn new(identity: JobIdentity, job: Job, folder: Option<String>, tells: bool) -> Self {
        Self {
            identity,
            job,
            folder,
            tells,
            known: OtherServers::default(),
            waited: Duration::ZERO,
            since_poll: Duration::ZERO,
            polls: 0,
            since_why: None,
            cost: 1,
            running: None,
            absent: 0,
            turn: HoldState::Due,
            outlook: StartOutlook::MayStart,
            complained: false,
            is_cancelled: false,
            moves_to: None,
        }
    }

    pub(in crate::session::fsm) fn rest(&mut self) -> Effect {
        let pause = match self.running {
            Some(_) if self.tells => STARTING_LOOK,
            _ => (self.waited / 8).clamp(FIRST_LOOK, LOOK),
        };
        self.waited += pause;
        self.since_poll += pause;
        if let Some(running) = &mut self.running {
            *running += pause;
        }
        Effect::Sleep(pause)
    }

    /// A look without the scheduler.
    pub(super) fn read_files(&self) -> Effect {
        match &self.folder {
            Some(folder) if self.tells => Effect::ReadJobFiles(folder.clone()),
            _ => Effect::ReadSharedHome {
                id: self.identity.id.clone(),
                known: self.known.clone(),
                node: self.job.node.clone(),
            },
        }
    }

    /// Returns the time until the next poll of the scheduler: the user's interval, or longer for a
    /// job that has waited long; shorter for the first poll.
    pub(super) fn poll_after(&self, least: Duration) -> Duration {
        if self.polls == 0 && least <= USUAL_POLL {
            return FIRST_POLL.min(least);
        }
        let patient = (self.waited / 40).min(LONGEST_POLL);
        least.max(patient)
    }

    /// Returns true if it is time for a call.
    pub(super) fn is_due(&self, least: Duration, why_calls: u32) -> bool {
        self.since_poll >= self.poll_after(least) * self.times(why_calls)
    }

    /// A question of several calls has a longer pause after it, and before it, or there would be too
    /// many in a minute; but for the first one, which has one list before it, and cannot wait: it may
    /// be that the job never starts.
    fn times(&self, why_calls: u32) -> u32 {
        let again = self.wonders_why() && self.since_why.is_some();
        self.cost.max(if again { why_calls } else { 1 })
    }

    /// Returns true if it is no use to wait. A job that is held, or cannot start, from its submission on has no place to lose. One
    /// that has waited keeps its place: what keeps it from starting now may pass.
    pub(super) fn is_stuck(&self) -> bool {
        match self.job.state {
            JobState::Never => self.outlook == StartOutlook::Open,
            JobState::Held => self.turn == HoldState::Open,
            _ => false,
        }
    }

    /// Returns true if nothing fits it that the cluster has now, and nobody knows yet whether that passes.
    pub(super) fn may_be_stuck(&self) -> bool {
        self.outlook == StartOutlook::Open && self.job.state == JobState::Unfit
    }

    /// Notes what a list says of its turn. Without a reason the scheduler may not have looked at the job yet.
    pub(super) fn note_turn(&mut self) {
        let (state, has_reason) = (self.job.state, !self.job.reason.is_empty());
        if state != JobState::Held {
            self.turn = HoldState::Due;
        }
        let is_weighed = state == JobState::Waiting && has_reason;
        if is_weighed || matches!(state, JobState::Running | JobState::Ending) {
            self.outlook = StartOutlook::MayStart;
        }
    }

    /// That it cannot start as things are, once.
    pub(super) fn stuck_note(&mut self) -> Option<Effect> {
        if self.outlook != StartOutlook::MayStart || self.job.state != JobState::Never {
            return None;
        }
        self.outlook = StartOutlook::Told;
        let reason = self.reason();
        let id = self.identity.id.as_str();
        Some(Effect::warning(fl!("job-stuck", id = id, reason = reason)))
    }

    fn reason(&self) -> &str {
        match self.job.reason.as_str() {
            "" => self.job.word.as_str(),
            reason => reason,
        }
    }

    /// Returns the note that the job is on hold, once.
    pub(super) fn hold_note(&mut self) -> Option<Effect> {
        if self.job.state != JobState::Held || self.turn == HoldState::Held {
            return None;
        }
        self.turn = HoldState::Held;
        let reason = self.reason();
        let id = self.identity.id.as_str();
        Some(Effect::warning(fl!("job-held", id = id, reason = reason)))
    }

    /// Returns true if the call is to query the pending reason: first after the first list.
    pub(super) fn wonders_why(&self) -> bool {
        let waits = !matches!(self.job.state, JobState::Running | JobState::Ending);
        let waits = waits && self.running.is_none();
        waits
            && self
                .since_why
                .map_or(self.polls > 0, |lists| lists >= WHY_EVERY)
    }

    pub(super) fn call(&self, least: Duration, why_calls: u32) -> SchedulerCall {
        SchedulerCall {
            identity: self.identity.clone(),
            folder: self.folder.clone(),
            queue: self.job.queue.clone(),
            since: self.since_poll,
            gap: self.poll_after(least),
            times: self.times(why_calls),
        }
    }

    /// A list came, which is that old.
    pub(super) fn heard(&mut self, age: Duration) {
        self.polls += 1;
        // One that came at once after a question adds to what that cost.
        let at_once = self.since_why == Some(0) && self.since_poll.is_zero();
        self.cost = if at_once { self.cost + 1 } else { 1 };
        self.since_poll = age;
        if let Some(lists) = &mut self.since_why {
            *lists += 1;
        }
    }

    /// It was asked for the job alone, after a list.
    pub(super) fn queried(&mut self) {
        self.cost += 1;
    }

    /// It was asked why the job waits, which cost that many calls.
    pub(super) fn explained(&mut self, calls: u32) {
        self.since_why = Some(0);
        self.since_poll = Duration::ZERO;
        self.cost = calls.max(1);
    }

    pub(in crate::session::fsm) fn end(&self, asked: bool) -> JobEnd {
        JobEnd {
            identity: self.identity.clone(),
            folder: self.folder.clone(),
            asked,
        }
    }
}

/// The job runs: from now on its Jupyter is waited for. Told once.
pub(super) fn begun(wait: &mut JobWait, node: Option<String>) -> Option<Effect> {
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
    wait.cost = 1;
    Some(Effect::phase(Phase::Starting))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::event::Event;

    const SECOND: Duration = Duration::from_secs(1);

    fn waiting(change: impl Fn(&mut JobWait)) -> JobWait {
        let identity = JobIdentity {
            id: "12".into(),
            ..JobIdentity::default()
        };
        let job = Job {
            word: "PENDING".into(),
            ..Job::default()
        };
        let mut wait = JobWait::new(identity, job, Some("/h/jobs/1".into()), true);
        change(&mut wait);
        wait
    }

    #[test]
    fn who_has_waited_long_looks_seldom_and_a_job_that_starts_is_looked_at_often() {
        let rest = |change: &dyn Fn(&mut JobWait)| {
            let mut wait = waiting(change);
            let before = wait.waited;
            match wait.rest() {
                Effect::Sleep(pause) if wait.waited == before + pause => pause,
                other => unreachable!("{other:?}"),
            }
        };
        let since = |seconds: u32| move |wait: &mut JobWait| wait.waited = SECOND * seconds;
        assert_eq!(rest(&since(0)), FIRST_LOOK);
        assert_eq!(rest(&since(16)), SECOND * 2);
        assert_eq!(rest(&since(3600)), LOOK);
        let runs = |tells: bool| {
            move |wait: &mut JobWait| {
                (wait.waited, wait.running) = (SECOND * 16, Some(Duration::ZERO));
                wait.tells = tells;
            }
        };
        assert_eq!(rest(&runs(true)), STARTING_LOOK);
        assert_eq!(rest(&runs(false)), SECOND * 2);
    }

    #[test]
    fn a_job_that_writes_no_files_is_looked_for_by_its_server() {
        let reads = |change: &dyn Fn(&mut JobWait)| matches!(waiting(change).read_files(), Effect::ReadJobFiles(folder) if folder == "/h/jobs/1");
        assert!(reads(&|_| ()));
        assert!(!reads(&|wait| wait.tells = false));
        assert!(!reads(&|wait| wait.folder = None));
    }

    #[test]
    fn why_a_job_waits_is_asked_after_the_first_list_and_then_seldom() {
        for (polls, since_why, running, state, wonders) in [
            (0, None, false, JobState::Waiting, false),
            (1, None, false, JobState::Waiting, true),
            (9, Some(6), false, JobState::Waiting, false),
            (9, Some(7), false, JobState::Waiting, true),
            (9, None, true, JobState::Waiting, false),
            (9, None, false, JobState::Running, false),
        ] {
            let wait = waiting(|wait| {
                (wait.polls, wait.since_why) = (polls, since_why);
                wait.running = running.then_some(Duration::ZERO);
                wait.job.state = state;
            });
            let case = format!("{polls} {since_why:?} {running} {state:?}");
            assert_eq!(wait.wonders_why(), wonders, "{case}");
            // Its calls have a longer pause before them, but for the first time.
            let times = if wonders && since_why.is_some() { 3 } else { 1 };
            assert_eq!(wait.times(3), times, "{case}");
        }
    }

    #[test]
    fn what_calls_cost_lengthens_the_pause_after_them() {
        let mut wait = waiting(|_| ());
        wait.heard(Duration::ZERO);
        assert_eq!((wait.polls, wait.cost, wait.since_why), (1, 1, None));
        wait.queried();
        wait.queried();
        assert_eq!(wait.cost, 3, "it was asked for alone");
        wait.explained(2);
        assert_eq!(wait.cost, 2);
        wait.heard(Duration::ZERO);
        assert_eq!((wait.cost, wait.since_why), (3, Some(1)), "a list at once");
        wait.explained(2);
        wait.since_poll = SECOND;
        wait.heard(SECOND);
        assert_eq!((wait.cost, wait.since_poll), (1, SECOND));
        wait.heard(Duration::ZERO);
        assert_eq!((wait.cost, wait.since_why), (1, Some(2)));
    }

    #[test]
    fn a_job_on_hold_is_told_with_its_reason_or_else_its_word() {
        let told = |reason: &str| {
            let mut wait = waiting(|wait| {
                wait.job.state = JobState::Held;
                wait.job.reason = reason.into();
            });
            match wait.hold_note() {
                Some(Effect::Emit(Event::Warning(text))) => text,
                other => unreachable!("{other:?}"),
            }
        };
        assert!(told("JobHeldUser").contains("JobHeldUser"));
        assert!(told("").contains("PENDING"));
    }
}
