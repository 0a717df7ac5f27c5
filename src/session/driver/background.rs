//! One-shot runs of the script beside an open tunnel.

use std::time::Duration;

use super::Driver;
use super::holder::{self, HolderStart};
use super::logs::{explained, log_command};
use super::maintenance::{Maintenance, ScriptTask};
use super::usage;
use super::walltime::by_id;
use crate::i18n::fl;
use crate::jupyter::HostInfo;
use crate::problem;
use crate::remote::{
    DiscoveryBuilder, OneShotScript, OutputCollector, RemoteError, ScriptMessage, queries,
};
use crate::scheduler::{CommandOutput, adapter};
use crate::session::event::Event;
use crate::session::fsm::{BackgroundTask, FsmEvent, JobEvent, ScriptEvent};

impl Driver {
    /// Lets the script do a task beside the tunnel. Returns an event where it cannot.
    pub(super) fn in_background(&mut self, task: BackgroundTask) -> Option<FsmEvent> {
        match task {
            BackgroundTask::Recheck => self.wish(ScriptTask::Look),
            BackgroundTask::ReadLog => self.wish(ScriptTask::Log),
            BackgroundTask::ReadUsage => self.wish(ScriptTask::Usage),
            BackgroundTask::List(id) => self.wish(ScriptTask::List(id)),
            BackgroundTask::Keep(folder) => self.wish(ScriptTask::Keep(folder)),
            BackgroundTask::Extend(job, by) => return self.extend_beside(&job, by),
        }
        None
    }

    /// Wishes for something that the script does beside the tunnel. The same wish twice is one.
    pub(super) fn wish(&mut self, wish: ScriptTask) {
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
        let (Some(standing), Some(forwarding)) = (&mut self.standing, self.connection.forwarding())
        else {
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
            (ScriptTask::Log, _) => log_command(
                host,
                standing.own_job.as_deref(),
                standing.server.launch.as_deref(),
            ),
            (ScriptTask::Look, Some(list)) => format!("job find {list}"),
            (ScriptTask::Look, None) => "find".to_owned(),
            (ScriptTask::Keep(folder), _) => format!("keep {folder}"),
            (ScriptTask::Usage, _) => {
                match usage::start(host, &standing.server, forwarding) {
                    Ok(script) => standing.running = Some((wish, Some(script))),
                    Err(error) => tracing::warn!(%error, "nothing can be run beside the tunnel"),
                }
                return;
            }
            (ScriptTask::Hold, _) => match holder::start(host, &standing.server, forwarding) {
                HolderStart::Script(command) => command,
                HolderStart::Relay(program) => {
                    standing.running = Some((wish, None));
                    return forwarding.forwarder.start_holder_by_relay(program);
                }
            },
            (ScriptTask::List(_), list) => format!("job run {}", list.unwrap_or_default()),
            (ScriptTask::Extend(line) | ScriptTask::Query(line), _) => {
                format!("job run {line}")
            }
        };
        match OneShotScript::new(host, &command) {
            Ok((aside, task)) => {
                match &forwarding.node {
                    Some(node) if wish == ScriptTask::Hold => node.run(task),
                    _ => forwarding.forwarder.run(task),
                }
                standing.running = Some((wish, Some(aside)));
            }
            Err(error) => tracing::warn!(%error, "nothing can be run beside the tunnel"),
        }
    }

    pub(super) fn unanswered(
        &mut self,
        wish: &ScriptTask,
        error: &RemoteError,
    ) -> Option<FsmEvent> {
        tracing::info!(%error, ?wish, "the script did not run beside the tunnel");
        let why = || problem::remote(self.host(), self.target(), self.phase, error);
        match wish {
            ScriptTask::Log => Some(FsmEvent::Script(ScriptEvent::NoLog(why()))),
            ScriptTask::Usage => Some(FsmEvent::Script(ScriptEvent::NoUsage(why()))),
            ScriptTask::List(_) | ScriptTask::Extend(_) => {
                Some(FsmEvent::Job(JobEvent::NotExtended(why())))
            }
            ScriptTask::Keep(_) => Some(FsmEvent::Script(ScriptEvent::Kept(Err(why())))),
            ScriptTask::Hold => {
                self.no_holder();
                None
            }
            ScriptTask::Look | ScriptTask::Query(_) => None,
        }
    }

    pub(super) fn answered(
        &mut self,
        wish: &ScriptTask,
        frames: Vec<ScriptMessage>,
    ) -> Option<FsmEvent> {
        match wish {
            ScriptTask::Log => frames.into_iter().find_map(|frame| match frame {
                ScriptMessage::Log { path, text } => {
                    self.tell_foreign_log();
                    let (path, text) = explained(self.host(), (path, text));
                    Some(FsmEvent::Script(ScriptEvent::Log(path, text)))
                }
                _ => None,
            }),
            ScriptTask::Usage => self.usage(frames),
            ScriptTask::Look if adapter(self.host().launcher).is_some() => {
                let mut discovery_builder = DiscoveryBuilder::default();
                if let Some(job) = self.standing.as_ref().and_then(Maintenance::job) {
                    discovery_builder.expect(job.identity.clone(), job.folder.as_deref());
                }
                let host_info = frames
                    .into_iter()
                    .find_map(|frame| discovery_builder.take(frame))?;
                self.seen_beside(discovery_builder, host_info)
            }
            ScriptTask::Query(_) => {
                let output = ran(frames)?;
                let scheduler = adapter(self.host().launcher)?;
                let (mut discovery_builder, host_info, missing) =
                    self.standing.as_mut()?.look.take()?;
                discovery_builder.answer(scheduler, &missing, &output);
                self.looked_beside(discovery_builder, host_info)
            }
            ScriptTask::Hold => {
                for frame in frames {
                    if let ScriptMessage::Holder(path, secret) = frame {
                        self.holder_started(path, secret);
                        return None;
                    }
                }
                self.no_holder();
                None
            }
            ScriptTask::Keep(_) => {
                let is_kept = |frame| matches!(frame, ScriptMessage::Looked(_));
                let kept = frames.into_iter().any(is_kept);
                kept.then_some(FsmEvent::Script(ScriptEvent::Kept(Ok(()))))
            }
            ScriptTask::Look => looked(frames),
            ScriptTask::List(id) => {
                let output = ran(frames)?;
                let scheduler = adapter(self.host().launcher)?;
                self.see_clock(&output);
                let poll = self.poll(scheduler, &output, &by_id(id));
                Some(FsmEvent::Job(JobEvent::Polled(poll, Duration::ZERO)))
            }
            ScriptTask::Extend(_) => {
                ran(frames).map(|output| FsmEvent::Job(JobEvent::Extended(output)))
            }
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
        self.wish(ScriptTask::Query(line));
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
        (!in_doubt).then_some(FsmEvent::Script(ScriptEvent::Rechecked(
            discovery.runtime_files,
            discovery.host_info,
        )))
    }
}

fn looked(frames: Vec<ScriptMessage>) -> Option<FsmEvent> {
    let mut runtime_files = Vec::new();
    for frame in frames {
        match frame {
            ScriptMessage::Server(runtime_file) => runtime_files.push(runtime_file),
            ScriptMessage::Found(host_info) => {
                return Some(FsmEvent::Script(ScriptEvent::Rechecked(
                    runtime_files,
                    host_info,
                )));
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
