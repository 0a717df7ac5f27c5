//! Texts that are fetched and shown: the lists that a user chooses from, and logs: of the launch that is in use or the newest one, of the newest job, and of the user's own
//! job script, which writes where its own lines say.

use super::{Driver, EffectError, EffectResult};
use crate::config::Host;
use crate::i18n::fl;
use crate::remote::ScriptMessage;
use crate::scheduler::{HostChoices, JobState, Scheduler, adapter, job_name};
use crate::session::fsm::{FsmEvent, ScriptEvent};

type Log = (String, String);

impl Driver {
    pub(super) fn fetch_log(&mut self, folder: Option<&str>) -> EffectResult {
        let Some(scheduler) = adapter(self.host().launcher) else {
            let (path, text) = self.log_of(&log_command(self.host(), None, folder))?;
            return Ok(Some(FsmEvent::Script(ScriptEvent::Log(path, text))));
        };
        // The user's own job may have been submitted by hand: then only the scheduler knows it.
        let by_list = self.host().job_script.is_some();
        let mut log = None;
        if by_list {
            log = self.log_of_listed(scheduler)?;
        }
        if log.is_none() {
            log = Some(self.log_of("job log")?).filter(|(path, _)| !path.is_empty());
        }
        if log.is_none() && !by_list {
            log = self.log_of_listed(scheduler)?;
        }
        let (path, text) = explained(self.host(), log.unwrap_or_default());
        Ok(Some(FsmEvent::Script(ScriptEvent::Log(path, text))))
    }

    /// Fetches the lists that a user chooses from.
    pub(super) fn fetch_choices(&mut self) -> EffectResult {
        let command = format!("choices {}", self.host().launcher);
        let lists = self.converse(&command, |_, frame| match frame {
            ScriptMessage::Choices(lists) => Some(lists),
            _ => None,
        })?;
        let choices = HostChoices::parse(&lists);
        Ok(Some(FsmEvent::Script(ScriptEvent::Choices(choices))))
    }

    /// Fetches the notebooks and folders in a folder.
    pub(super) fn fetch_paths(&mut self, folder: &str) -> EffectResult {
        let paths = self.converse(&format!("paths {folder}"), |_, frame| match frame {
            ScriptMessage::Paths(paths) => Some(paths),
            _ => None,
        })?;
        Ok(Some(FsmEvent::Script(ScriptEvent::Paths(paths))))
    }

    fn log_of(&mut self, command: &str) -> Result<Log, EffectError> {
        self.converse(command, |_, frame| match frame {
            ScriptMessage::Log { path, text } => Some((path, text)),
            _ => None,
        })
    }

    /// The job of this host's name that the scheduler lists: one that runs, or the newest.
    fn log_of_listed(&mut self, scheduler: &dyn Scheduler) -> Result<Option<Log>, EffectError> {
        let list = self.run_there(&scheduler.list(self.host()))?;
        let name = job_name(scheduler, self.host());
        let jobs = scheduler.parse_jobs(&list).unwrap_or_default();
        let ours = jobs.iter().filter(|job| job.name == name);
        let Some(job) = ours.max_by_key(|job| job.state == JobState::Running) else {
            return Ok(None);
        };
        let log = self.log_of(&log_command(self.host(), Some(&job.id), None))?;
        Ok(Some(log).filter(|(path, text)| !path.is_empty() || !text.is_empty()))
    }

    /// Records where the user's own script writes, while the scheduler knows its job: a script that
    /// exits at once is known for a few minutes only, or not at all.
    pub(super) fn keep_output(&mut self, folder: &str, id: &str) -> Result<(), EffectError> {
        let line = self.scheduler()?.output_path_command(id);
        self.converse(&format!("job output {folder} {line}"), |_, frame| {
            matches!(frame, ScriptMessage::Looked(_)).then_some(())
        })
    }
}

/// Returns the command that fetches a log: of the job `own`, which writes where its own lines say, of the launch in
/// `folder`, else of the newest job or launch.
pub(super) fn log_command(host: &Host, own: Option<&str>, folder: Option<&str>) -> String {
    match (adapter(host.launcher), own) {
        (Some(scheduler), Some(id)) => format!("job log {}", scheduler.output_path_command(id)),
        (Some(_), None) => "job log".to_owned(),
        (None, _) => folder.map_or_else(|| "log".to_owned(), |folder| format!("log {folder}")),
    }
}

/// A file that is not there yet is no log without a word; and what the scheduler shows itself is in
/// no file.
pub(super) fn explained(host: &Host, (path, text): Log) -> Log {
    let Some(scheduler) = adapter(host.launcher) else {
        return (path, text);
    };
    match (path.is_empty(), text.trim().is_empty()) {
        (true, false) => (scheduler.name().to_owned(), text),
        (false, true) if scheduler.output_only_at_end() => {
            let text = fl!("log-at-the-end", path = path.as_str());
            (path, format!("{text}\n"))
        }
        _ => (path, text),
    }
}
