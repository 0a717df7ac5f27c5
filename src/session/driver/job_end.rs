//! The end of a job: asked for, cancelled, and checked.

use std::time::{Duration, Instant};

use super::{Driver, EffectError, EffectResult};
use crate::remote::{ScriptMessage, has_gone, there, was_taken};
use crate::scheduler::{JobIdentity, Presence};
use crate::session::fsm::{FsmEvent, JobEnd, ScriptEvent};

/// Longest time for a cancelled job to end: a running job is gone when its processes are, and Slurm
/// itself waits 30 s for them.
const END: Duration = Duration::from_secs(60);

impl Driver {
    /// A job is gone when the scheduler says so, asked for that job alone.
    pub(super) fn end_job(&mut self, end: &JobEnd) -> EffectResult {
        self.end_forwarder()?;
        self.poller.set_deadline(Some(Instant::now() + END));
        if let (true, Some(folder)) = (end.asked, &end.folder) {
            let command = format!("job exit {folder}");
            self.converse(&command, |_, frame| {
                matches!(frame, ScriptMessage::Looked(_)).then_some(())
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
        Ok(Some(FsmEvent::Script(ScriptEvent::Gone(how.to_owned()))))
    }

    /// Cancels a job, and waits until it is gone.
    fn cancel(
        &mut self,
        identity: &JobIdentity,
        folder: Option<&str>,
    ) -> Result<bool, EffectError> {
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
    fn has_gone(
        &mut self,
        identity: &JobIdentity,
        folder: Option<&str>,
    ) -> Result<bool, EffectError> {
        if let Some(is_gone) = has_gone(&self.query(identity, folder)?) {
            return Ok(is_gone);
        }
        let scheduler = self.scheduler()?;
        let output = self.run_there(&scheduler.list(self.host()))?;
        let jobs = scheduler.parse_jobs(&output);
        Ok(jobs.is_ok_and(|jobs| identity.find(&jobs).is_none()))
    }

    fn nap(&self, pause: Duration) -> Result<(), EffectError> {
        let until = Instant::now() + pause;
        while Instant::now() < until {
            let waited = self.poller.wait(&mut vec![], Some(until));
            waited.map_err(|error| self.halt(crate::ssh::SshError::from(error)))?;
        }
        Ok(())
    }
}
