//! What is looked after while the tunnel stands: whether the server is there, what it does, and
//! wishes for which the script runs beside the tunnel.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::logs::{explained, log_command};
use super::walltime::by_id;
use super::{Driver, Halt};
use crate::i18n::say;
use crate::jupyter::{Facts, Server};
use crate::problem;
use crate::problem::Problem;
use crate::remote::{Aside, Error, Frame, Missing, Running, Surveyor, queries};
use crate::scheduler::{Output, scheduler};
use crate::secret::redact;
use crate::session::event::Event;
use crate::session::fsm::{Input, JobEnd};
use crate::session::{forwards, requests};
use crate::ssh::{Error as SshError, is_forbidden};
use crate::tunnel::Refused;

/// How often an idle tunnel looks whether its server still listens: a connection that is opened and
/// closed, no request. A tab that is open finds a server that has ended within a second or two, by
/// its own requests; this is for a tab that is closed, and may take its time. (All that an idle
/// tunnel does, this included, was measured as 8 ms of processor time in 5 minutes.)
const KNOCK: Duration = Duration::from_secs(60);

/// A page whose server is gone asks again and again; the script need not look each time. The pauses
/// between its looks double, up to [`KNOCK`]: each starts a login shell.
const LOOK: Duration = Duration::from_secs(5);

/// What the script is run for beside the tunnel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
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
pub struct Standing {
    server: Server,
    port: u16,
    since: Instant,
    knock_at: Option<Instant>,
    watch: Option<(Duration, Instant)>,
    look_at: Instant,
    pause: Duration,
    wishes: VecDeque<Wish>,
    running: Option<(Wish, Aside)>,
    /// The server's job, if that writes its log where we do not say.
    own_job: Option<String>,
    /// The server's job.
    job: Option<JobEnd>,
    /// A look that waits for what the scheduler says of those jobs.
    look: Option<(Surveyor, Facts, Vec<Missing>)>,
}

impl Standing {
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
            knock_at: watch.is_none().then(|| now + KNOCK),
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

    fn awaits(&self, wish: &Wish) -> bool {
        self.awaits_any(|awaited| awaited == wish)
    }

    fn awaits_any(&self, is_one: impl Fn(&Wish) -> bool) -> bool {
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
    pub(super) fn idle(&mut self) -> Result<Option<Input>, Halt> {
        let now = Instant::now();
        if let Some(input) = self.hear_hop() {
            return Ok(Some(input));
        }
        if self.retry_at.take_if(|at| *at <= now).is_some() {
            return Ok(Some(Input::Elapsed));
        }
        self.watch_the_time(now);
        self.look_after(now);
        let due = self.standing.as_ref().and_then(Standing::next);
        let time = self.time_is_next(now);
        let until = due.into_iter().chain(time).chain(self.retry_at).min();
        let result = match &mut self.pump {
            Some(pump) => pump.turn(until),
            None => self.waiter.wait(&mut vec![], until).map_err(SshError::from),
        };
        match result {
            Ok(()) if self.waiter.take_leap() => Ok(Some(Input::Check)),
            Ok(()) => Ok(self.hear()),
            Err(error @ (SshError::Session(_) | SshError::Closed | SshError::Silent(_))) => {
                Ok(Some(self.lost(&error)))
            }
            Err(error) => Err(self.halt(error)),
        }
    }

    fn lost(&mut self, error: &SshError) -> Input {
        let problem = problem::lost(&self.host().name, error);
        let stood = self.stood(&problem);
        Input::Lost { problem, stood }
    }

    /// The tunnel stands no longer: for how long it did.
    pub(super) fn stood(&mut self, problem: &Problem) -> Duration {
        let standing = self.standing.take();
        // Whoever waits for an answer is not left waiting.
        let for_somebody = |wish: &Wish| *wish != Wish::Look;
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
        let (Some(standing), Some(pump)) = (&mut self.standing, &mut self.pump) else {
            return;
        };
        if standing.knock_at.take_if(|at| *at <= now).is_some() {
            let target = forwards::target(&standing.server.endpoint);
            match &self.hop {
                Some(hop) => hop.knock(target),
                None => pump.knock(target),
            }
            standing.knock_at = standing.watch.is_none().then(|| now + KNOCK);
        }
        if let Some((every, at)) = &mut standing.watch
            && *at <= now
        {
            *at = now + *every;
            requests::watch(self.handle.clone(), standing.server.clone(), standing.port);
        }
    }

    /// A connection was not taken on the far side. Before the tunnel stands that may be for good.
    pub(super) fn refused(&mut self, refused: &Refused) -> Option<Input> {
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
    fn hear(&mut self) -> Option<Input> {
        if let Some(refused) = self.pump.as_mut()?.take_refusal() {
            // Once a session to the node is wanted it alone counts.
            if self.hop.is_none()
                && let Some(input) = self.refused(&refused)
            {
                return Some(input);
            }
        }
        let outcome = self.pump.as_mut()?.take_outcome()?;
        let (wish, aside) = self.standing.as_mut()?.running.take()?;
        self.run_beside();
        let frames = outcome.map_err(Error::from);
        match frames.and_then(|lines| aside.answers(&lines)) {
            Ok(frames) => self.answered(&wish, frames),
            Err(error) => self.unanswered(&wish, &error),
        }
    }

    /// Wishes for something that the script does beside the tunnel. The same wish twice is one.
    pub(super) fn wish(&mut self, wish: Wish) {
        if let Some(standing) = &mut self.standing
            && !standing.awaits(&wish)
        {
            standing.wishes.push_back(wish);
            self.run_beside();
        }
    }

    /// One after the other: each is a session of its own on the far side.
    fn run_beside(&mut self) {
        let (Some(standing), Some(pump)) = (&mut self.standing, &mut self.pump) else {
            return;
        };
        if standing.running.is_some() {
            return;
        }
        let Some(wish) = standing.wishes.pop_front() else {
            return;
        };
        let host = &self.order.host;
        let list = scheduler(host.launcher).map(|one| one.list(host));
        let command = match (&wish, list) {
            (Wish::Log, _) => log_command(
                host,
                standing.own_job.as_deref(),
                standing.server.launch.as_deref(),
            ),
            (Wish::Look, Some(list)) => format!("job find {list}"),
            (Wish::Look, None) => "find".to_owned(),
            (Wish::List(_), list) => format!("job run {}", list.unwrap_or_default()),
            (Wish::Extend(line) | Wish::Query(line), _) => format!("job run {line}"),
        };
        match Aside::new(host, &command) {
            Ok((aside, task)) => {
                standing.running = Some((wish, aside));
                pump.run(task);
            }
            Err(error) => tracing::warn!(%error, "nothing can be run beside the tunnel"),
        }
    }

    fn unanswered(&self, wish: &Wish, error: &Error) -> Option<Input> {
        tracing::info!(%error, ?wish, "the script did not run beside the tunnel");
        let why = || problem::remote(self.host(), self.target.as_ref(), self.phase, error);
        match wish {
            Wish::Log => Some(Input::NoLog(why())),
            Wish::List(_) | Wish::Extend(_) => Some(Input::NotExtended(why())),
            Wish::Look | Wish::Query(_) => None,
        }
    }

    fn answered(&mut self, wish: &Wish, frames: Vec<Frame>) -> Option<Input> {
        match wish {
            Wish::Log => frames.into_iter().find_map(|frame| match frame {
                Frame::Log { path, text } => {
                    self.tell_foreign_log();
                    let (path, text) = explained(self.host(), (path, text));
                    Some(Input::Log(path, text))
                }
                _ => None,
            }),
            Wish::Look if scheduler(self.host().launcher).is_some() => {
                let mut surveyor = Surveyor::default();
                if let Some(job) = self.standing.as_ref().and_then(Standing::job) {
                    surveyor.expect(job.identity.clone(), job.folder.as_deref());
                }
                let facts = frames.into_iter().find_map(|frame| surveyor.take(frame))?;
                self.seen_beside(surveyor, facts)
            }
            Wish::Query(_) => {
                let output = ran(frames)?;
                let scheduler = scheduler(self.host().launcher)?;
                let (mut surveyor, facts, missing) = self.standing.as_mut()?.look.take()?;
                surveyor.answer(scheduler, &missing, &output);
                self.looked_beside(surveyor, facts)
            }
            Wish::Look => looked(frames),
            Wish::List(id) => {
                let output = ran(frames)?;
                let scheduler = scheduler(self.host().launcher)?;
                self.see_clock(&output);
                let poll = self.poll(scheduler, &output, &by_id(id));
                Some(Input::Polled(poll, Duration::ZERO))
            }
            Wish::Extend(_) => ran(frames).map(Input::Extended),
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
    fn seen_beside(&mut self, surveyor: Surveyor, facts: Facts) -> Option<Input> {
        let scheduler = scheduler(self.host().launcher)?;
        // A scheduler that gives no list proves nothing about its jobs.
        let missing = surveyor.missing(self.host()).ok()?;
        if missing.is_empty() {
            return self.looked_beside(surveyor, facts);
        }
        let line = queries(scheduler, self.host(), &missing);
        self.standing.as_mut()?.look = Some((surveyor, facts, missing));
        self.wish(Wish::Query(line));
        None
    }

    fn looked_beside(&mut self, surveyor: Surveyor, facts: Facts) -> Option<Input> {
        let survey = surveyor.survey(self.host(), facts).ok()?;
        let survey = self.by_our_clock(survey);
        let own = self.standing.as_ref()?.job().map(|job| &job.identity.id);
        let in_doubt = survey.doubts.iter().any(|doubt| Some(&doubt.id) == own);
        (!in_doubt).then_some(Input::Looked(survey.candidates, survey.facts))
    }
}

impl Standing {
    /// The server's own port refused: worth a look, but not at every single time. Soon after, it
    /// is knocked at once more: a server that shuts down stops listening before its process ends.
    fn refused(&mut self, now: Instant) -> Option<Input> {
        if now < self.look_at || self.awaits(&Wish::Look) {
            return None;
        }
        self.look_at = now + self.pause;
        self.knock_at = Some(self.look_at);
        self.pause = (self.pause * 2).min(KNOCK);
        Some(Input::Refused)
    }
}

fn looked(frames: Vec<Frame>) -> Option<Input> {
    let mut candidates = Vec::new();
    for frame in frames {
        match frame {
            Frame::Server(candidate) => candidates.push(candidate),
            Frame::Found(facts) => return Some(Input::Looked(candidates, facts)),
            _ => {}
        }
    }
    None
}

fn ran(frames: Vec<Frame>) -> Option<Output> {
    let mut running = Running::default();
    frames.into_iter().find_map(|frame| running.take(frame))
}
