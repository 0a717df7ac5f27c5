//! What is looked after while the tunnel stands: whether the server is there, what it does, and
//! wishes for which the script runs beside the tunnel.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::logs::{explained, log_command};
use super::walltime::by_id;
use super::{Driver, EffectError};
use crate::i18n::say;
use crate::jupyter::{HostInfo, Server};
use crate::problem;
use crate::problem::Problem;
use crate::remote::{
    DiscoveryBuilder, OneShotScript, OutputCollector, RemoteError, ScriptMessage, UnlistedJob,
    queries,
};
use crate::scheduler::{CommandOutput, adapter};
use crate::secret::redact;
use crate::session::event::Event;
use crate::session::fsm::{FsmEvent, JobEnd};
use crate::session::{forwards, requests};
use crate::ssh::{SshError, is_forbidden};
use crate::tunnel::Refused;

/// How often an idle tunnel looks whether its server still listens: a connection that is opened and
/// closed, no request. A tab that is open finds a server that has ended within a second or two, by
/// its own requests; this is for a tab that is closed, and may take its time. (All that an idle
/// tunnel does, this included, was measured as 8 ms of processor time in 5 minutes.)
const PROBE_EVERY: Duration = Duration::from_secs(60);

/// A page whose server is gone asks again and again; the script need not look each time. The pauses
/// between its looks double, up to [`KNOCK`]: each starts a login shell.
const LOOK: Duration = Duration::from_secs(5);

/// What the script is run for beside the tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BackgroundTask {
    /// The newest launch's log.
    Log,
    /// Which servers there are.
    Look,
    /// What the scheduler says of that job.
    List(String),
    /// What it says of jobs that its list did not show, each asked for alone.
    Query(String),
    /// A command of the scheduler that gives the job more time.
    Extend(String),
}

/// A tunnel that stands.
pub struct Maintenance {
    server: Server,
    port: u16,
    since: Instant,
    knock_at: Option<Instant>,
    watch: Option<(Duration, Instant)>,
    look_at: Instant,
    pause: Duration,
    wishes: VecDeque<BackgroundTask>,
    running: Option<(BackgroundTask, OneShotScript)>,
    /// The server's job, if that writes its log where we do not say.
    own_job: Option<String>,
    /// The server's job.
    job: Option<JobEnd>,
    /// A look that waits for what the scheduler says of those jobs.
    look: Option<(DiscoveryBuilder, HostInfo, Vec<UnlistedJob>)>,
}

impl Maintenance {
    /// From now on.
    pub fn new(
        server: Server,
        port: u16,
        watch: Option<Duration>,
        own_job: Option<String>,
        job: Option<JobEnd>,
    ) -> Self {
        let now = Instant::now();
        Self {
            server,
            port,
            since: now,
            // Who watches the kernels sees a server that has gone, too.
            knock_at: watch.is_none().then(|| now + PROBE_EVERY),
            watch: watch.map(|every| (every, now)),
            look_at: now,
            pause: LOOK,
            wishes: VecDeque::new(),
            running: None,
            own_job,
            job,
            look: None,
        }
    }

    /// The server's job, if it has one.
    pub(super) fn job(&self) -> Option<&JobEnd> {
        self.job.as_ref()
    }

    fn next(&self) -> Option<Instant> {
        let watch = self.watch.map(|(_, at)| at);
        watch.into_iter().chain(self.knock_at).min()
    }

    fn awaits(&self, wish: &BackgroundTask) -> bool {
        self.awaits_any(|awaited| awaited == wish)
    }

    fn awaits_any(&self, is_one: impl Fn(&BackgroundTask) -> bool) -> bool {
        let running = self.running.iter().map(|(runs, _)| runs);
        running.chain(&self.wishes).any(is_one)
    }

    /// Its server is knocked at now: it may have ended.
    pub(super) fn knock(&mut self, now: Instant) {
        self.knock_at = Some(now);
    }
}

impl Driver {
    /// Nothing to decide: pump, or wait for an input, until something is due.
    pub(super) fn idle(&mut self) -> Result<Option<FsmEvent>, EffectError> {
        let now = Instant::now();
        if let Some(input) = self.hear_hop() {
            return Ok(Some(input));
        }
        if self.retry_at.take_if(|at| *at <= now).is_some() {
            return Ok(Some(FsmEvent::Elapsed));
        }
        self.watch_the_time(now);
        self.look_after(now);
        let due = self.standing.as_ref().and_then(Maintenance::next);
        let time = self.time_is_next(now);
        let until = due.into_iter().chain(time).chain(self.retry_at).min();
        let result = match &mut self.forwarder {
            Some(forwarder) => forwarder.poll_once(until),
            None => self.poller.wait(&mut vec![], until).map_err(SshError::from),
        };
        match result {
            Ok(()) if self.poller.take_suspend() => Ok(Some(FsmEvent::Check)),
            Ok(()) => Ok(self.hear()),
            Err(error @ (SshError::Session(_) | SshError::Closed | SshError::Silent(_))) => {
                Ok(Some(self.lost(&error)))
            }
            Err(error) => Err(self.halt(error)),
        }
    }

    fn lost(&mut self, error: &SshError) -> FsmEvent {
        let problem = problem::lost(&self.host().name, error);
        let stood = self.stood(&problem);
        FsmEvent::Lost { problem, stood }
    }

    /// The tunnel stands no longer: for how long it did.
    pub(super) fn stood(&mut self, problem: &Problem) -> Duration {
        let standing = self.standing.take();
        // Whoever waits for an answer is not left waiting.
        let for_somebody = |wish: &BackgroundTask| *wish != BackgroundTask::Look;
        if standing
            .as_ref()
            .is_some_and(|s| s.awaits_any(for_somebody))
        {
            self.tell(Event::Refused(problem.clone()));
        }
        standing.map_or(Duration::ZERO, |standing| standing.since.elapsed())
    }

    /// What is to be done now and then.
    fn look_after(&mut self, now: Instant) {
        let (Some(standing), Some(forwarder)) = (&mut self.standing, &mut self.forwarder) else {
            return;
        };
        if standing.knock_at.take_if(|at| *at <= now).is_some() {
            let target = forwards::target(&standing.server.endpoint);
            match &self.hop {
                Some(hop) => hop.probe_target(target),
                None => forwarder.probe_target(target),
            }
            standing.knock_at = standing.watch.is_none().then(|| now + PROBE_EVERY);
        }
        if let Some((every, at)) = &mut standing.watch
            && *at <= now
        {
            *at = now + *every;
            requests::watch(self.handle.clone(), standing.server.clone(), standing.port);
        }
    }

    /// A connection was not taken on the far side. Before the tunnel stands that may be for good.
    pub(super) fn refused(&mut self, refused: &Refused) -> Option<FsmEvent> {
        tracing::info!(reason = %redact(&refused.reason), "the far side refused a forwarded connection");
        if let Some(standing) = &mut self.standing {
            if refused.target == forwards::target(&standing.server.endpoint) {
                return standing.refused(Instant::now());
            }
            self.tell_refused(refused);
            return None;
        }
        let is_its = self.server_at.as_ref() == Some(&refused.target);
        is_its.then(|| self.barred(&refused.reason)).flatten()
    }

    /// A further forward that is forbidden would else look like a program that does not answer.
    fn tell_refused(&mut self, refused: &Refused) {
        if !is_forbidden(&refused.reason) || self.told_refused.contains(&refused.target) {
            return;
        }
        self.told_refused.push(refused.target.clone());
        let (target, reason) = (refused.target.to_string(), redact(&refused.reason));
        self.tell(Event::Note(say!(
            "session-forward-forbidden",
            target = target,
            reason = reason
        )));
    }

    /// What the pump has to tell.
    fn hear(&mut self) -> Option<FsmEvent> {
        if let Some(refused) = self.forwarder.as_mut()?.take_refusal() {
            // Once a session to the node is wanted it alone counts.
            if self.hop.is_none()
                && let Some(input) = self.refused(&refused)
            {
                return Some(input);
            }
        }
        let outcome = self.forwarder.as_mut()?.take_outcome()?;
        let (wish, aside) = self.standing.as_mut()?.running.take()?;
        self.run_beside();
        let frames = outcome.map_err(RemoteError::from);
        match frames.and_then(|lines| aside.answers(&lines)) {
            Ok(frames) => self.answered(&wish, frames),
            Err(error) => self.unanswered(&wish, &error),
        }
    }

    /// Wishes for something that the script does beside the tunnel. The same wish twice is one.
    pub(super) fn wish(&mut self, wish: BackgroundTask) {
        if let Some(standing) = &mut self.standing
            && !standing.awaits(&wish)
        {
            standing.wishes.push_back(wish);
            self.run_beside();
        }
    }

    /// One after the other: each is a session of its own on the far side.
    fn run_beside(&mut self) {
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

    fn unanswered(&self, wish: &BackgroundTask, error: &RemoteError) -> Option<FsmEvent> {
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

    fn answered(&mut self, wish: &BackgroundTask, frames: Vec<ScriptMessage>) -> Option<FsmEvent> {
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
}

impl Driver {
    /// Says so where the log that was asked for is not that of the server in use.
    fn tell_foreign_log(&self) {
        let Some(standing) = &self.standing else {
            return;
        };
        if standing.job.is_none() && standing.server.launch.is_none() {
            let pid = standing.server.pid;
            self.tell(Event::Note(say!("logs-not-ours", pid = pid)));
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

impl Maintenance {
    /// The server's own port refused: worth a look, but not at every single time. Soon after, it
    /// is knocked at once more: a server that shuts down stops listening before its process ends.
    fn refused(&mut self, now: Instant) -> Option<FsmEvent> {
        if now < self.look_at || self.awaits(&BackgroundTask::Look) {
            return None;
        }
        self.look_at = now + self.pause;
        self.knock_at = Some(self.look_at);
        self.pause = (self.pause * 2).min(PROBE_EVERY);
        Some(FsmEvent::Refused)
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
