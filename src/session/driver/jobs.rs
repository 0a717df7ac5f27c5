//! Jobs of a scheduler: discovered and submitted, through the script on the remote host.

use std::time::Instant;

use jiff::Timestamp;

use super::maintenance::Maintenance;
use super::{Driver, EffectError, EffectResult};
use crate::i18n::fl;
use crate::problem;
use crate::problem::Problem;
use crate::remote::{DiscoveryBuilder, OutputCollector, ScriptMessage, UncertainJob, queries};
use crate::scheduler::{
    CommandOutput, Dialect, JobIdentity, SUBMISSION, Scheduler, adapter, job_name,
};
use crate::session::event::Event;
use crate::session::fsm::{ConnectionEvent, FoundServer, FsmEvent, JobEvent, ScriptEvent};
use crate::session::types::JobInfo;
use crate::session::wait_range::{PastWait, WaitRange};

/// The submission may have waited so long for its answer, in seconds.
const SUBMISSION_TIME: i64 = SUBMISSION.as_secs().cast_signed();

impl Driver {
    pub(super) fn scheduler(&self) -> Result<&'static dyn Scheduler, EffectError> {
        let kind = self.host().launcher;
        adapter(kind).ok_or_else(|| EffectError::Problem(problem::bug(&self.host().name)))
    }

    /// Adds how long jobs of this host waited before to the news of one that waits without an estimate.
    pub(super) fn with_usual_wait(&self, event: Event) -> Event {
        match event {
            Event::Job(job) if job.start_time().is_none() => {
                let queue = self.host().queue.clone().unwrap_or_default();
                let waits = self.surroundings.past_waits(&self.host().name);
                let usual_wait = WaitRange::of(&waits, &queue);
                Event::Job(JobInfo { usual_wait, ..job })
            }
            other => other,
        }
    }

    /// Remembers how long the job of an open tunnel waited. Of one whose files told first that it has begun, that is only
    /// known now.
    pub(super) fn remember_wait(&self, found: &FoundServer) {
        let (Some(end), Some(info)) = (&found.job, &found.info) else {
            return;
        };
        let began = info.started.or_else(|| {
            let is_new = !found.reused;
            is_new.then(|| Timestamp::now().as_second())
        });
        let Some((began, submitted)) = began.zip(end.identity.submitted) else {
            return;
        };
        // The submission's time is the remote host's.
        let waited = began + self.ahead - submitted;
        let wait = PastWait {
            job: info.id.clone(),
            queue: self.host().queue.clone().unwrap_or_default(),
            seconds: waited.max(0).unsigned_abs(),
        };
        self.surroundings.remember_wait(&self.host().name, wait);
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
                let of_the_network = false;
                Ok(Some(FsmEvent::Connection(ConnectionEvent::Unreached {
                    problem,
                    of_the_network,
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
}
