//! Jobs of a scheduler: submitted, looked at, and ended, through the far side's script.

use std::time::{Duration, Instant};

use super::maintenance::Standing;
use super::{Driver, Halt, Outcome};
use crate::i18n::say;
use crate::problem;
use crate::problem::{Code, Problem};
use crate::remote::{Doubt, Frame, Known, Running, Surveyor, has_gone, queries, there, was_taken};
use crate::scheduler::{
    CALL, Dialect, Identity, Output, Presence, SUBMISSION, Scheduler, job_name, scheduler,
};
use crate::session::event::{Event, Phase};
use crate::session::fsm::{Call, Input, JobEnd, Poll};
use crate::session::poll_coordinator::{self, Login, Seat, Turn, Wanted};

/// What an exchange with the far side may take while a job waits. It ends a call of the scheduler
/// before that, so what takes longer is a dead connection.
const EXCHANGE: Duration = CALL.saturating_add(Duration::from_secs(10));
/// The submission may have waited so long for its answer, in seconds.
const SUBMISSION_TIME: i64 = SUBMISSION.as_secs().cast_signed();
/// A cancelled job that runs is gone when its processes are: Slurm waits 30 s for them by itself.
const END: Duration = Duration::from_secs(60);

impl Driver {
    pub(super) fn scheduler(&self) -> Result<&'static dyn Scheduler, Halt> {
        let kind = self.host().launcher;
        scheduler(kind).ok_or_else(|| Halt::Problem(problem::bug(&self.host().name)))
    }

    /// Servers in jobs, jobs without one, and what else is there: one look, one call of the scheduler.
    pub(super) fn survey(&mut self, verb: &str) -> Outcome {
        let scheduler = self.scheduler()?;
        let list = scheduler.list(self.host());
        let mut surveyor = Surveyor::default();
        if let Some(job) = self.standing.as_ref().and_then(Standing::job) {
            surveyor.expect(job.identity.clone(), job.folder.as_deref());
        }
        let mut waited = false;
        let began = Instant::now();
        let facts = self.converse(&format!("job {verb} {list}"), |sink, frame| {
            if let (Frame::Wait(_), false) = (&frame, waited) {
                waited = true;
                sink(Event::Note(say!("session-other-click")));
            }
            surveyor.take(frame)
        })?;
        if let Some(output) = surveyor.list() {
            self.share(began, output);
        }
        // What the list does not show is asked for alone, by its id.
        if let Ok(missing) = surveyor.missing(self.host())
            && !missing.is_empty()
        {
            let output = self.run_there(&queries(scheduler, self.host(), &missing))?;
            surveyor.answer(scheduler, &missing, &output);
        }
        match surveyor.survey(self.host(), facts) {
            Ok(survey) => {
                self.close_records(&survey.ended)?;
                let survey = self.by_our_clock(survey);
                Ok(Some(Input::Surveyed(Box::new(survey))))
            }
            Err(words) => {
                let problem = self.why_no_list(&words)?;
                if !self.is_healing() {
                    return Err(Halt::Problem(problem));
                }
                let took = self.attempt_at.elapsed();
                let offline = false;
                Ok(Some(Input::Unreached {
                    problem,
                    offline,
                    took,
                }))
            }
        }
    }

    /// Jobs that have ended leave the ledger.
    fn close_records(&mut self, folders: &[String]) -> Result<(), Halt> {
        if folders.is_empty() {
            return Ok(());
        }
        let names = folders
            .iter()
            .filter_map(|folder| folder.rsplit('/').next());
        let names: Vec<&str> = names.collect();
        self.converse(&format!("job close {}", names.join(" ")), |_, frame| {
            matches!(frame, Frame::Looked(_)).then_some(())
        })
    }

    /// A list that was needed at once serves those who wait, too.
    fn share(&self, began: Instant, output: &Output) {
        if let Some(login) = self.login() {
            poll_coordinator::share(&login, began, output);
        }
    }

    /// A list that cannot be had may be another scheduler's, or none at all.
    fn why_no_list(&mut self, words: &str) -> Result<Problem, Halt> {
        let scheduler = self.scheduler()?;
        let probe = self.run_there(scheduler.probe())?;
        let host = self.host();
        Ok(match scheduler.dialect(&probe) {
            Err(stranger) => problem::no_scheduler(host, scheduler, &stranger),
            Ok(_) => problem::no_list(&host.name, scheduler.name(), words),
        })
    }

    pub(super) fn run_there(&mut self, line: &str) -> Result<Output, Halt> {
        let mut running = Running::default();
        self.converse(&format!("job run {line}"), |_, frame| running.take(frame))
    }

    pub(super) fn submit(&mut self, bind: &str) -> Outcome {
        let scheduler = self.scheduler()?;
        let dialect = self.dialect(scheduler)?;
        let line = scheduler.submit(self.host(), dialect);
        let (mut folder, mut running) = (String::new(), Running::default());
        let output = self.converse(
            &format!("job submit {bind} {line}"),
            |_, frame| match frame {
                Frame::Folder(path) => {
                    folder = path;
                    None
                }
                other => running.take(other),
            },
        )?;
        match scheduler.id(&output.out) {
            // A command that printed an id and hung then has submitted all the same.
            Some(id) if output.status == 0 || !folder.is_empty() => {
                self.handle.set_waits(true);
                if self.host().job_script.is_some() {
                    self.keep_output(&folder, &id)?;
                }
                let identity = Identity {
                    id,
                    name: job_name(scheduler, self.host()),
                    submitted: Some(output.clock.now - SUBMISSION_TIME).filter(|at| *at > 0),
                };
                Ok(Some(Input::Submitted { folder, identity }))
            }
            None if output.status == 0 && !folder.is_empty() => {
                self.unnumbered(scheduler, folder, &output)
            }
            _ => Err(Halt::Problem(
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
        output: &Output,
    ) -> Outcome {
        let Some(Input::Surveyed(survey)) = self.survey("find")? else {
            return Err(Halt::Problem(self.not_submitted(scheduler, folder, output)));
        };
        let mut jobs = survey.jobs.into_iter();
        if let Some(ours) = jobs.find(|ours| ours.folder.as_ref() == Some(&folder)) {
            self.handle.set_waits(true);
            let identity = ours.identity;
            return Ok(Some(Input::Submitted { folder, identity }));
        }
        let problem = if survey.ended.contains(&folder) {
            problem::job_not_taken(&self.host().name, scheduler.name(), output)
        } else {
            self.not_submitted(scheduler, folder, output)
        };
        Err(Halt::Problem(problem))
    }

    /// Refused, or not answered: then the folder is still there, and the job may be in the queue.
    fn not_submitted(&self, scheduler: &dyn Scheduler, folder: String, output: &Output) -> Problem {
        let (host, name) = (&self.host().name, scheduler.name());
        if folder.is_empty() {
            return problem::job_refused(host, name, output);
        }
        let doubt = Doubt {
            id: String::new(),
            folder,
            words: output.words(),
        };
        problem::job_uncertain(host, name, &doubt)
    }

    pub(super) fn dialect(&mut self, scheduler: &dyn Scheduler) -> Result<Dialect, Halt> {
        let probe = self.run_there(scheduler.probe())?;
        let stranger = |stranger| problem::no_scheduler(self.host(), scheduler, &stranger);
        scheduler
            .dialect(&probe)
            .map_err(|error| Halt::Problem(stranger(error)))
    }

    pub(super) fn unlock(&mut self) -> Outcome {
        self.converse("job unlock", |_, frame| {
            matches!(frame, Frame::Looked(_)).then_some(())
        })?;
        Ok(None)
    }

    /// A call while a job waits: it has a time limit of its own, and a connection that fails
    /// meanwhile is made anew. The wait in the queue has no limit.
    fn while_waiting(&mut self, call: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        self.waiter.set_deadline(Some(Instant::now() + EXCHANGE));
        let outcome = call(self);
        self.waiter.set_deadline(None);
        match outcome {
            Err(Halt::Problem(problem)) if self.is_cut() || problem.code == Code::TimedOut => {
                let stood = Duration::ZERO;
                Ok(Some(Input::Lost { problem, stood }))
            }
            other => other,
        }
    }

    fn is_cut(&self) -> bool {
        let connection = self.connection.as_ref();
        connection.is_none_or(|connection| connection.wire().has_ended())
    }

    pub(super) fn peek(&mut self, folder: &str) -> Outcome {
        let command = format!("job look {folder}");
        self.while_waiting(|driver| {
            let ahead = driver.ahead;
            let seen = driver.converse(&command, |_, frame| match frame {
                Frame::Ready(mut candidate) => {
                    candidate.ends = candidate.ends.map(|ends| ends - ahead);
                    Some(Input::Launched(candidate))
                }
                Frame::Looked(node) => Some(Input::Peeked(Some(node).filter(|n| !n.is_empty()))),
                _ => None,
            })?;
            Ok(Some(seen))
        })
    }

    /// A job that writes nothing for us: its server is known by a runtime file.
    pub(super) fn peek_far(&mut self, id: &str, known: &Known, node: Option<&str>) -> Outcome {
        self.while_waiting(|driver| {
            let port = driver.host().remote_port;
            let mut surveyor = Surveyor::default();
            let facts = driver.converse("job far", |_, frame| surveyor.take(frame))?;
            let server = surveyor.new_server(id, node, known, port, &facts);
            Ok(Some(match server {
                Some(candidate) => Input::Launched(candidate),
                None => Input::Peeked(None),
            }))
        })
    }

    /// While a job waits or starts, all sessions of the same login ask for one another.
    pub(super) fn sit(&mut self, phase: Phase) {
        match phase {
            Phase::Queued if self.seat.is_none() => {
                let poll = Duration::from_secs(self.host().poll_seconds.into());
                self.seat = self.login().map(|login| Seat::take(login, poll));
            }
            Phase::Queued | Phase::Starting | Phase::Reconnecting => {}
            _ => self.seat = None,
        }
    }

    fn login(&self) -> Option<Login> {
        let scheduler = scheduler(self.host().launcher)?;
        let target = self.target.as_ref()?;
        Some(Login::new(target, scheduler.word()))
    }

    fn turn(&self, wanted: Wanted, call: &Call) -> Turn {
        let turn = |seat: &Seat| seat.turn(wanted, call.gap, call.times);
        self.seat.as_ref().map_or(Turn::Later, turn)
    }

    pub(super) fn poll_job(&mut self, call: &Call) -> Outcome {
        let scheduler = self.scheduler()?;
        let ticket = match self.turn(Wanted::List(call.since.min(call.gap)), call) {
            Turn::Theirs(output, age) => {
                let poll = self.poll(scheduler, &output, &call.identity);
                return Ok(Some(Input::Polled(poll, age)));
            }
            Turn::Later => return Ok(Some(later())),
            Turn::Yours(ticket) => ticket,
        };
        self.while_waiting(|driver| {
            let output = driver.run_there(&scheduler.list(driver.host()))?;
            let age = ticket.age();
            ticket.share(&output);
            driver.see_clock(&output);
            let poll = driver.poll(scheduler, &output, &call.identity);
            Ok(Some(Input::Polled(poll, age)))
        })
    }

    pub(super) fn ask_why(&mut self, call: &Call) -> Outcome {
        let scheduler = self.scheduler()?;
        let Some(line) = scheduler.ask_why(&call.identity.id, &call.queue) else {
            return Ok(Some(Input::Why(None)));
        };
        let Turn::Yours(ticket) = self.turn(Wanted::Answer(scheduler.why_calls()), call) else {
            return Ok(Some(later()));
        };
        self.while_waiting(|driver| {
            let answer = driver.run_there(&line)?;
            drop(ticket);
            Ok(Some(Input::Why(scheduler.why(&answer))))
        })
    }

    /// A job that a list does not show is asked for alone, out of turn: it is no list that others could share.
    pub(super) fn query_job(&mut self, call: &Call) -> Outcome {
        self.while_waiting(|driver| {
            let presence = driver.query(&call.identity, call.folder.as_deref())?;
            Ok(Some(Input::Queried(presence)))
        })
    }

    fn query(&mut self, identity: &Identity, folder: Option<&str>) -> Result<Presence, Halt> {
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

    pub(super) fn job_over(&mut self, folder: &str) -> Outcome {
        self.while_waiting(|driver| {
            let (status, log) = driver.over(folder)?;
            Ok(Some(Input::Over(status, log)))
        })
    }

    fn over(&mut self, folder: &str) -> Result<(Option<i32>, String), Halt> {
        self.converse(&format!("job over {folder}"), |_, frame| match frame {
            Frame::Over(status, log) => Some((status, log)),
            _ => None,
        })
    }

    /// A job is gone when the scheduler says so, asked for that job alone.
    pub(super) fn end_job(&mut self, end: &JobEnd) -> Outcome {
        self.end_pump()?;
        self.waiter.set_deadline(Some(Instant::now() + END));
        if let (true, Some(folder)) = (end.asked, &end.folder) {
            let command = format!("job exit {folder}");
            self.converse(&command, |_, frame| {
                matches!(frame, Frame::Looked(_)).then_some(())
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
        Ok(Some(Input::Gone(how.to_owned())))
    }

    /// Cancels a job, and waits until it is gone.
    fn cancel(&mut self, identity: &Identity, folder: Option<&str>) -> Result<bool, Halt> {
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
    fn has_gone(&mut self, identity: &Identity, folder: Option<&str>) -> Result<bool, Halt> {
        if let Some(is_gone) = has_gone(&self.query(identity, folder)?) {
            return Ok(is_gone);
        }
        let scheduler = self.scheduler()?;
        let output = self.run_there(&scheduler.list(self.host()))?;
        let jobs = scheduler.jobs(&output);
        Ok(jobs.is_ok_and(|jobs| identity.find(&jobs).is_none()))
    }

    fn nap(&self, pause: Duration) -> Result<(), Halt> {
        let until = Instant::now() + pause;
        while Instant::now() < until {
            let waited = self.waiter.wait(&mut vec![], Some(until));
            waited.map_err(|error| self.halt(crate::ssh::Error::from(error)))?;
        }
        Ok(())
    }
}

fn later() -> Input {
    Input::Polled(Poll::Later, Duration::ZERO)
}
