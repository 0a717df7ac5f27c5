//! An open tunnel: its server, the times at which something is due, and background tasks.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::jupyter::{HostInfo, Server};
use crate::remote::{DiscoveryBuilder, OneShotScript, UnlistedJob};
use crate::session::fsm::{FsmEvent, JobEnd, NextLook, TunnelEvent};

/// Interval between checks that the server of an idle tunnel still listens: a connection that is
/// opened and closed, no request. An open tab notices within a second or two, by its own requests,
/// that its server has ended; this is for a closed tab, and may take its time. (All that an idle
/// tunnel does, this included, was measured as 8 ms of processor time in 5 minutes.)
pub(super) const PROBE_EVERY: Duration = Duration::from_secs(60);

/// Pause between two looks at kernels of which one is busy: its end is to be told within five seconds.
const WATCH_BUSY: Duration = Duration::from_secs(3);
/// Pause before the look that shows if a kernel that has just become idle is done.
const WATCH_SOON: Duration = Duration::from_secs(1);

/// First pause between checks by the script. A page whose server is gone sends one request after
/// another, and the script need not check each time. The pauses double, up to [`PROBE_EVERY`]: each
/// check starts a login shell.
const LOOK: Duration = Duration::from_secs(5);

/// Task for which the script runs beside the tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptTask {
    /// The newest launch's log.
    Log,
    /// The load of the server's machine.
    Usage,
    /// The servers that run.
    Look,
    /// The scheduler's list, for that job.
    List(String),
    /// The scheduler's answers about jobs that its list did not show, each queried alone.
    Query(String),
    /// A command of the scheduler that gives the job more time.
    Extend(String),
    /// A note in that folder that its server counts as used.
    Keep(String),
    /// The program that holds websockets.
    Hold,
}

/// An open tunnel.
pub struct Maintenance {
    pub(super) server: Server,
    pub(super) port: u16,
    pub(super) since: Instant,
    pub(super) probe_at: Option<Instant>,
    pub(super) watch: Option<(Duration, Instant)>,
    pub(super) look_at: Instant,
    /// Time of another try to start a holder, and the number of those that may follow.
    pub(super) hold_at: Option<Instant>,
    pub(super) hold_tries: u32,
    pub(super) pause: Duration,
    pub(super) wishes: VecDeque<ScriptTask>,
    /// The task that runs, and the script that answers; none where a relay does.
    pub(super) running: Option<(ScriptTask, Option<OneShotScript>)>,
    /// The server's job, if that writes its log where we do not say.
    pub(super) own_job: Option<String>,
    /// The server's job.
    pub(super) job: Option<JobEnd>,
    /// A look that waits for what the scheduler says of those jobs.
    pub(super) look: Option<(DiscoveryBuilder, HostInfo, Vec<UnlistedJob>)>,
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
            probe_at: watch.is_none().then(|| now + PROBE_EVERY),
            watch: watch.map(|every| (every, now)),
            look_at: now,
            hold_at: None,
            hold_tries: 2,
            pause: LOOK,
            wishes: VecDeque::new(),
            running: None,
            own_job,
            job,
            look: None,
        }
    }

    /// Sets the time of the next look at the kernels.
    pub(super) fn watch_next(&mut self, next: NextLook) {
        if let Some((at_rest, at)) = &mut self.watch {
            let pause = match next {
                NextLook::AtRest => *at_rest,
                NextLook::WhileBusy => WATCH_BUSY.min(*at_rest),
                NextLook::Soon => WATCH_SOON.min(*at_rest),
            };
            *at = Instant::now() + pause;
        }
    }

    /// The server's job, if it has one.
    pub(super) fn job(&self) -> Option<&JobEnd> {
        self.job.as_ref()
    }

    pub(super) fn next(&self) -> Option<Instant> {
        let watch = self.watch.map(|(_, at)| at);
        let hold = self.hold_at.into_iter();
        watch.into_iter().chain(self.probe_at).chain(hold).min()
    }

    /// The holder did not start: a server that gives one session may not have taken back the last one.
    pub(super) fn hold_again(&mut self, now: Instant) {
        if let Some(left) = self.hold_tries.checked_sub(1) {
            self.hold_tries = left;
            self.hold_at = Some(now + LOOK);
        }
    }

    pub(super) fn awaits(&self, wish: &ScriptTask) -> bool {
        self.awaits_any(|awaited| awaited == wish)
    }

    pub(super) fn awaits_any(&self, is_one: impl Fn(&ScriptTask) -> bool) -> bool {
        let running = self.running.iter().map(|(runs, _)| runs);
        running.chain(&self.wishes).any(is_one)
    }

    /// Its server is knocked at now: it may have ended.
    pub(super) fn probe(&mut self, now: Instant) {
        self.probe_at = Some(now);
    }

    /// The server's own port refused: worth a look, but not at every single time. Soon after, it
    /// is knocked at once more: a server that shuts down stops listening before its process ends.
    pub(super) fn refused(&mut self, now: Instant) -> Option<FsmEvent> {
        if now < self.look_at || self.awaits(&ScriptTask::Look) {
            return None;
        }
        self.look_at = now + self.pause;
        self.probe_at = Some(self.look_at);
        self.pause = (self.pause * 2).min(PROBE_EVERY);
        Some(FsmEvent::Tunnel(TunnelEvent::Refused))
    }
}
