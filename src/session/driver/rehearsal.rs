//! A start that is tried without starting: for who only looks.

use super::{Driver, EffectError, EffectResult};
use crate::i18n::fl;
use crate::problem;
use crate::remote::ScriptMessage;
use crate::scheduler::{HostChoices, Rehearsal, Scheduler, StartObstacle, adapter, overview};
use crate::session::event::Event;
use crate::session::fsm::{FsmEvent, ScriptEvent};

impl Driver {
    pub(super) fn rehearse(&mut self) -> EffectResult {
        self.end_forwarder()?;
        let outcome = match adapter(self.host().launcher) {
            Some(scheduler) => self.rehearse_job(scheduler)?,
            None => self.rehearse_start()?,
        };
        Ok(Some(FsmEvent::Script(ScriptEvent::Rehearsed(outcome))))
    }

    /// Runs the set-up, and looks for the program that a start would run. A failure is explained as
    /// for a click.
    fn rehearse_start(&mut self) -> Result<Result<String, String>, EffectError> {
        let path = self.converse("rehearse", |_, frame| match frame {
            ScriptMessage::Looked(path) => Some(path),
            _ => None,
        })?;
        let path = path.trim();
        Ok(Ok(match path {
            "" => String::new(),
            path => fl!("rehearsal-start", path = path),
        }))
    }

    /// Tells of the scheduler's queues, of the accounts for jobs, and of a configured queue that is not among them.
    fn tell_overview(&mut self, scheduler: &dyn Scheduler) -> Result<(), EffectError> {
        let answer = self.run_there(overview(scheduler.id()))?;
        let choices = HostChoices::parse(&answer.out);
        let name = scheduler.name();
        let queues: Vec<&str> = choices.queues.iter().map(|one| one.name.as_str()).collect();
        if !queues.is_empty() {
            let queues = queues.join(", ");
            let text = fl!("doctor-queues", scheduler = name, queues = queues);
            self.tell(Event::Step(text));
        }
        let accounts = [choices.accounts, choices.projects].concat();
        if !accounts.is_empty() {
            let accounts = accounts.join(", ");
            self.tell(Event::Step(fl!("doctor-accounts", accounts = accounts)));
        }
        // `a.q,b.q`, `all.q@node`, and `@group` are no names of their own.
        let is_name = |queue: &&str| !queue.contains([',', '@', '*']);
        let queue = self.host().queue.as_deref().filter(is_name);
        if let Some(queue) = queue.filter(|queue| !queues.is_empty() && !queues.contains(queue)) {
            let text = fl!("doctor-other-queue", scheduler = name, queue = queue);
            self.tell(Event::Warning(text));
        }
        Ok(())
    }

    /// Asks the scheduler about the job without submitting it.
    fn rehearse_job(
        &mut self,
        scheduler: &dyn Scheduler,
    ) -> Result<Result<String, String>, EffectError> {
        self.tell_overview(scheduler)?;
        let dialect = self.dialect(scheduler)?;
        let Some(line) = scheduler.rehearse(self.host(), dialect) else {
            return Ok(Ok(String::new()));
        };
        let answer = self.run_there(&line)?;
        let verdict = scheduler.rehearsed(&answer);
        let obstacle = scheduler.obstacle(self.host(), &answer);
        if let Some(obstacle) = obstacle.filter(|_| verdict != Rehearsal::Refused) {
            return Ok(Err(in_words(scheduler, &obstacle)));
        }
        let answer = answer.without_marks();
        let (name, words) = (scheduler.name(), answer.words());
        let words = words.as_str();
        Ok(match verdict {
            Rehearsal::Taken => Ok(fl!("rehearsal-taken", scheduler = name, words = words)),
            Rehearsal::Queue => Ok(fl!("rehearsal-queue", scheduler = name)),
            Rehearsal::Open => Err(fl!("rehearsal-open", scheduler = name, words = words)),
            Rehearsal::Refused => {
                let host = self.host();
                let problem = problem::job_would_be_refused(&host.name, name, &answer);
                return Err(EffectError::Problem(problem));
            }
        })
    }
}

/// Says what keeps the job from its start.
fn in_words(scheduler: &dyn Scheduler, obstacle: &StartObstacle) -> String {
    let name = scheduler.name();
    match obstacle {
        StartObstacle::Hold { option } => {
            fl!("rehearsal-held", scheduler = name, option = option.as_str())
        }
        StartObstacle::TimeLimit {
            reason,
            wanted,
            limit,
        } => fl!(
            "rehearsal-never",
            scheduler = name,
            reason = *reason,
            wanted = wanted.as_str(),
            limit = limit.as_str()
        ),
    }
}
