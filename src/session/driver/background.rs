//! One-shot runs of the script beside an open tunnel.

use std::time::Duration;

use super::Driver;
use super::logs::{explained, log_command};
use super::maintenance::{BackgroundTask, Maintenance};
use super::walltime::by_id;
use crate::i18n::fl;
use crate::jupyter::HostInfo;
use crate::problem;
use crate::remote::{
    DiscoveryBuilder, OneShotScript, OutputCollector, RemoteError, ScriptMessage, queries,
};
use crate::scheduler::{CommandOutput, adapter};
use crate::session::event::Event;
use crate::session::fsm::FsmEvent;

impl Driver {
    /// Wishes for something that the script does beside the tunnel. The same wish twice is one.
    pub(super) fn wish(&mut self, wish: BackgroundTask) {
        if let Some(standing) = &mut self.standing
            && !standing.awaits(&wish)
        {
            standing.wishes.push_back(wish);
            self.run_beside();
        }
    }

    /// Starts the next background task. Only one runs at a time: each is a session on the remote
    /// host.
    pub(super) fn run_beside(&mut self) {
        let (Some(standing), Some(forwarder)) = (&mut self.standing, &mut self.forwarder) else {
            return;
        };
        if standing.running.is_some() {
            return;
        }
        let Some(wish) = standing.wishes.pop_front() else {
            return;
        };
        let host = &self.order.host;
        let list = adapter(host.launcher).map(|one| one.list(host));
        let command = match (&wish, list) {
            (BackgroundTask::Log, _) => log_command(
                host,
                standing.own_job.as_deref(),
                standing.server.launch.as_deref(),
            ),
            (BackgroundTask::Look, Some(list)) => format!("job find {list}"),
            (BackgroundTask::Look, None) => "find".to_owned(),
            (BackgroundTask::List(_), list) => format!("job run {}", list.unwrap_or_default()),
            (BackgroundTask::Extend(line) | BackgroundTask::Query(line), _) => {
                format!("job run {line}")
            }
        };
        match OneShotScript::new(host, &command) {
            Ok((aside, task)) => {
                standing.running = Some((wish, aside));
                forwarder.run(task);
            }
            Err(error) => tracing::warn!(%error, "nothing can be run beside the tunnel"),
        }
    }

    pub(super) fn unanswered(
        &self,
        wish: &BackgroundTask,
        error: &RemoteError,
    ) -> Option<FsmEvent> {
        tracing::info!(%error, ?wish, "the script did not run beside the tunnel");
        let why = || problem::remote(self.host(), self.target.as_ref(), self.phase, error);
        match wish {
            BackgroundTask::Log => Some(FsmEvent::NoLog(why())),
            BackgroundTask::List(_) | BackgroundTask::Extend(_) => {
                Some(FsmEvent::NotExtended(why()))
            }
            BackgroundTask::Look | BackgroundTask::Query(_) => None,
        }
    }

    pub(super) fn answered(
        &mut self,
        wish: &BackgroundTask,
        frames: Vec<ScriptMessage>,
    ) -> Option<FsmEvent> {
        match wish {
            BackgroundTask::Log => frames.into_iter().find_map(|frame| match frame {
                ScriptMessage::Log { path, text } => {
                    self.tell_foreign_log();
                    let (path, text) = explained(self.host(), (path, text));
                    Some(FsmEvent::Log(path, text))
                }
                _ => None,
            }),
            BackgroundTask::Look if adapter(self.host().launcher).is_some() => {
                let mut discovery_builder = DiscoveryBuilder::default();
                if let Some(job) = self.standing.as_ref().and_then(Maintenance::job) {
                    discovery_builder.expect(job.identity.clone(), job.folder.as_deref());
                }
                let host_info = frames
                    .into_iter()
                    .find_map(|frame| discovery_builder.take(frame))?;
                self.seen_beside(discovery_builder, host_info)
            }
            BackgroundTask::Query(_) => {
                let output = ran(frames)?;
                let scheduler = adapter(self.host().launcher)?;
                let (mut discovery_builder, host_info, missing) =
                    self.standing.as_mut()?.look.take()?;
                discovery_builder.answer(scheduler, &missing, &output);
                self.looked_beside(discovery_builder, host_info)
            }
            BackgroundTask::Look => looked(frames),
            BackgroundTask::List(id) => {
                let output = ran(frames)?;
                let scheduler = adapter(self.host().launcher)?;
                self.see_clock(&output);
                let poll = self.poll(scheduler, &output, &by_id(id));
                Some(FsmEvent::JobPolled(poll, Duration::ZERO))
            }
            BackgroundTask::Extend(_) => ran(frames).map(FsmEvent::Extended),
        }
    }

    /// Says so where the log that was asked for is not that of the server in use.
    fn tell_foreign_log(&self) {
        let Some(standing) = &self.standing else {
            return;
        };
        if standing.job.is_none() && standing.server.launch.is_none() {
            let pid = standing.server.pid;
            self.tell(Event::Note(fl!("logs-not-ours", pid = pid)));
        }
    }

    /// Jobs that the list does not show are asked for alone before anything is said of them.
    fn seen_beside(
        &mut self,
        discovery_builder: DiscoveryBuilder,
        host_info: HostInfo,
    ) -> Option<FsmEvent> {
        let scheduler = adapter(self.host().launcher)?;
        // A scheduler that gives no list proves nothing about its jobs.
        let missing = discovery_builder.missing(self.host()).ok()?;
        if missing.is_empty() {
            return self.looked_beside(discovery_builder, host_info);
        }
        let line = queries(scheduler, self.host(), &missing);
        self.standing.as_mut()?.look = Some((discovery_builder, host_info, missing));
        self.wish(BackgroundTask::Query(line));
        None
    }

    fn looked_beside(
        &mut self,
        discovery_builder: DiscoveryBuilder,
        host_info: HostInfo,
    ) -> Option<FsmEvent> {
        let discovery = discovery_builder.finish(self.host(), host_info).ok()?;
        let discovery = self.by_our_clock(discovery);
        let own = self.standing.as_ref()?.job().map(|job| &job.identity.id);
        let in_doubt = discovery.doubts.iter().any(|doubt| Some(&doubt.id) == own);
        (!in_doubt).then_some(FsmEvent::Rechecked(
            discovery.runtime_files,
            discovery.host_info,
        ))
    }
}

fn looked(frames: Vec<ScriptMessage>) -> Option<FsmEvent> {
    let mut runtime_files = Vec::new();
    for frame in frames {
        match frame {
            ScriptMessage::Server(runtime_file) => runtime_files.push(runtime_file),
            ScriptMessage::Found(host_info) => {
                return Some(FsmEvent::Rechecked(runtime_files, host_info));
            }
            _ => {}
        }
    }
    None
}

fn ran(frames: Vec<ScriptMessage>) -> Option<CommandOutput> {
    let mut running = OutputCollector::default();
    frames.into_iter().find_map(|frame| running.take(frame))
}
