//! One host's life as a state machine without I/O: an input and a state give a new state and the
//! effects to be carried out. [`super::driver`] carries them out and feeds back what came of them.

pub mod effect;
pub mod event;
mod inspect;
mod job;
mod reconnect;
mod route;
mod state;
mod walltime;

use crate::jupyter::{Activity, Answer, Candidate, Choice, Facts, Fate, Kernels, Server, choose};
use crate::problem;
use crate::problem::Problem;
use crate::remote::{Doubt, Known, OurJob};
use crate::scheduler::{Route, Routes};

use super::event::Phase;
use crate::i18n::say;
use inspect::{answers, log_of, probed, rehearsed};
pub use job::Wait;
use reconnect::{Trouble, is_gone};
pub use state::{Busy, Call, Effect, Found, Goal, Input, JobEnd, Plan, Poll, State, Step};

/// The machine.
#[derive(Debug)]
pub struct Machine {
    plan: Plan,
    state: State,
    uid: Option<u32>,
    /// The machine that the script runs on.
    node: String,
    /// The working folder there.
    workdir: String,
    /// This host's jobs, at the last look.
    jobs: Vec<OurJob>,
    /// Those that may live, though no list showed them.
    doubts: Vec<Doubt>,
    /// Servers that are in none of them.
    others: Known,
    /// The ways to servers in jobs, those that failed among them.
    routes: Routes,
    /// What those said that failed.
    refusals: Vec<Problem>,
    trouble: Trouble,
    activity: Option<Activity>,
    /// The notebook that the person had open last, as far as that is known.
    notebook: Option<String>,
    /// How many seconds more the job is to get, until its end was read.
    more_time: Option<u64>,
    /// True if other servers than the chosen one run there.
    others_run: bool,
}

impl Machine {
    /// A machine at its beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        let notebook = match &plan.goal {
            Goal::Open { page, .. } => page.notebook.clone(),
            _ => None,
        };
        Self {
            routes: plan.routes.clone(),
            refusals: Vec::new(),
            plan,
            notebook,
            state: State::Idle,
            uid: None,
            node: String::new(),
            workdir: String::new(),
            jobs: Vec::new(),
            doubts: Vec::new(),
            others: Known::default(),
            trouble: Trouble::default(),
            activity: None,
            more_time: None,
            others_run: false,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Whether the tunnel stands and nothing is under way.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(..))
    }

    /// Takes an input. (A table: longer than a function should be, and readable because of it.) One
    /// that does not fit the state is a late answer to something given up, and
    /// is ignored.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        let input = self.note_jobs(input);
        let state = std::mem::replace(&mut self.state, State::Ended);
        let (state, effects) = match (state, input) {
            (State::Ended, _) => (State::Ended, vec![]),
            (_, Input::Close) => over(Effect::TellClosed),
            (_, Input::Failed(problem)) => over(Effect::TellFailed(problem)),
            (State::Ready(found, port), Input::Lost { stood, .. }) if self.heals() => {
                self.lost(found, port, stood)
            }
            (State::Ready(found, port), Input::HopLost { stood, .. }) if self.heals() => {
                self.hop_lost(found, port, stood)
            }
            (State::Reconnecting(found, port, step), input) => {
                self.reconnecting(found, port, step, input)
            }
            (State::Queued(wait), input) => self.queued(wait, input),
            (State::Returning(wait, step), input) => self.returning(wait, step, input),
            (_, Input::Lost { problem, .. } | Input::HopLost { problem, .. }) => {
                over(Effect::TellFailed(problem))
            }
            (State::Idle, Input::Begin) => (
                State::Resolving,
                vec![Effect::Phase(Phase::Resolving), Effect::Resolve],
            ),
            (State::Resolving, Input::Resolved) => (
                State::Connecting,
                vec![Effect::Phase(Phase::Connecting), Effect::Connect],
            ),
            (State::Connecting, Input::Connected) => (
                State::LoggingIn,
                vec![Effect::Phase(Phase::Authenticating), Effect::LogIn],
            ),
            (State::LoggingIn, Input::LoggedIn) => self.logged_in(),
            (State::Finding { locked }, Input::Found(candidates, facts)) => {
                self.uid = facts.uid;
                self.node.clone_from(&facts.node);
                self.workdir.clone_from(&facts.workdir);
                let choice = choose(&candidates, &facts, &self.plan.wanted);
                self.found(choice, facts, locked)
            }
            (State::Submitting, Input::Submitted { folder, identity }) => {
                self.submitted(folder, identity)
            }
            (State::Dropping(problem), Input::Gone(how)) => self.dropped(*problem, &how),
            (State::Starting { node, own }, Input::Launched(candidate)) => {
                self.launched(&candidate, node, own)
            }
            (State::Starting { .. }, Input::LookAgain) => lock(),
            (State::Hopping(found, port), Input::HopStands) => Self::hopped(found, port),
            (State::Hopping(found, port), Input::NoHop(problem)) => {
                self.turned_back(found, port, problem)
            }
            (State::Hopping(found, _), Input::NotThere(problem)) => self.not_there(*found, problem),
            (State::Hopping(found, port), Input::NoForwarding(problem)) => {
                self.routes.fail(Route::Address);
                self.turned_back(found, port, problem)
            }
            (State::Checking(found, _), Input::Barred(problem)) if found.server.node.is_none() => {
                self.unanswered(*found, problem)
            }
            (State::Checking(found, port), Input::Barred(problem)) => {
                self.turned_back(found, Some(port), problem)
            }
            (State::Probing, Input::Probed(problem)) => probed(problem),
            (State::Probing, Input::Rehearsed(outcome)) => rehearsed(outcome),
            (State::Moving(found), Input::Moved) => self.moved(*found),
            (State::Listening(found), Input::Listening { port, taken }) => {
                listening(found, port, taken)
            }
            (State::Checking(found, port), Input::Checked(Ok(answer))) => {
                self.checked(found, port, answer)
            }
            (State::Checking(found, _), Input::Checked(Err(problem))) => {
                self.silent(found, problem)
            }
            (State::Checking(found, _), Input::Unsuitable(problem)) => {
                self.unsuitable(found, problem)
            }
            (State::Ready(found, port), Input::Stop(busy)) => count(found, port, busy),
            (State::Ready(found, port), input) => self.standing(found, port, input),
            (State::Counting(found, port, busy), Input::Counted(kernels)) => {
                self.counted(found, port, busy, kernels)
            }
            (State::Confirming(found, port, _), Input::Confirmed(true)) => ask_to_end(found, port),
            (State::Confirming(.., kernels), Input::Confirmed(false)) => over(Effect::TellFailed(
                problem::kernels_busy(&self.plan.host, kernels),
            )),
            (State::ShuttingDown(found), Input::AskedToEnd(asked)) => make_gone(*found, asked),
            (State::Ending, Input::Gone(how)) => self.gone(&how),
            (State::Extending(info), input) => self.extending(info, input),
            (State::FetchingLog, Input::Log(path, text)) => (
                State::Ended,
                vec![Effect::TellLog(path, text), Effect::TellClosed],
            ),
            (state, _) => (state, vec![]),
        };
        self.state = state;
        effects
    }

    /// Where servers run in jobs, these are noted and the rest is as always.
    fn note_jobs(&mut self, input: Input) -> Input {
        let Input::Surveyed(survey) = input else {
            return input;
        };
        self.jobs = survey.jobs;
        self.doubts = survey.doubts;
        self.others = survey.others;
        Input::Found(survey.candidates, survey.facts)
    }

    /// What does not end a standing tunnel, but for a server that is gone.
    fn standing(&mut self, found: Box<Found>, port: u16, input: Input) -> (State, Vec<Effect>) {
        let effect = match input {
            Input::Show(page) => {
                self.notebook = page.notebook.clone().or(self.notebook.take());
                Some(Effect::Show(found.clone(), port, page))
            }
            Input::Check => Some(Effect::Doubt),
            Input::WantLog => Some(Effect::LogBeside),
            Input::Log(path, text) => Some(Effect::TellLog(path, text)),
            Input::NotShown(reason) => {
                Some(Effect::Note(say!("session-no-browser", reason = reason)))
            }
            Input::NoLog(problem) => Some(Effect::TellRefused(problem)),
            Input::Refused => Some(Effect::LookBeside),
            Input::Looked(candidates, facts) if is_gone(&found, &candidates, &facts) => {
                return over(Effect::TellFailed(self.ended(&found, &facts)));
            }
            Input::Extend(_) | Input::Extended(_) | Input::NotExtended(_) | Input::Polled(..) => {
                return self.longer(found, port, input);
            }
            Input::Active(now) if self.activity.as_ref() != Some(&now) => {
                self.notebook = now.latest.clone().or(self.notebook.take());
                self.activity = Some(now.clone());
                Some(Effect::TellActivity(now))
            }
            _ => None,
        };
        (State::Ready(found, port), effect.into_iter().collect())
    }

    fn logged_in(&self) -> (State, Vec<Effect>) {
        if self.plan.goal == Goal::Log && !self.plan.scheduler.is_empty() {
            return (State::FetchingLog, vec![Effect::FetchLog(None)]);
        }
        let effects = vec![Effect::Phase(Phase::Finding), Effect::Find];
        (State::Finding { locked: false }, effects)
    }

    fn found(&mut self, choice: Choice, mut facts: Facts, locked: bool) -> (State, Vec<Effect>) {
        // An account may use one machine both ways: each host tells of its own.
        let has_jobs = !self.plan.scheduler.is_empty();
        facts
            .lost
            .retain(|lost| (lost.fate == Fate::Job) == has_jobs);
        match self.plan.goal {
            Goal::Look => return self.look(choice, facts),
            Goal::Glance => return self.glance(choice, facts),
            Goal::Log => return log_of(choice, facts),
            _ => {}
        }
        if let Goal::Extend(by) = self.plan.goal {
            return self.extend_alone(by);
        }
        let mut effects = Vec::new();
        self.others_run = choice.others > 0;
        if let Some(server) = choice.server {
            if !choice.why.is_empty() {
                effects.push(Effect::Note(choice.why));
            }
            let (state, more) = self.reach_again(server, facts.node);
            effects.extend(more);
            return (state, effects);
        }
        // Whatever was started from here is ended, or waited for, before another one is started.
        let lost = problem::lost_launches(&self.plan.host, &facts);
        let ours = facts.starting.or(choice.unusable);
        if matches!(self.plan.goal, Goal::Stop { .. }) {
            if let Some(end) = self.waiting_job() {
                return (State::Ending, vec![Effect::EndJob(end)]);
            }
            if let Some(problem) = self.doubt() {
                return over(Effect::TellFailed(problem));
            }
            return self.nothing_to_ask(ours, lost.into_iter().chain(choice.hubs).collect());
        }
        if !self.plan.launch {
            return over(Effect::TellFailed(problem::nothing_running(
                &self.plan.host,
                &choice.passed_over,
            )));
        }
        if !self.plan.scheduler.is_empty() {
            return self.no_server_in_a_job(locked, lost);
        }
        if !locked {
            return lock();
        }
        effects.extend(choice.hubs.into_iter().map(Effect::Note));
        effects.push(Effect::Phase(Phase::Starting));
        let (own, node) = (ours.is_none(), facts.node);
        if own {
            effects.extend(lost.into_iter().map(Effect::Note));
        }
        effects.push(ours.map_or(Effect::Launch, Effect::Await));
        (State::Starting { node, own }, effects)
    }

    /// A server that runs already, on the machine where it was found unless its job says another.
    fn reach_again(&mut self, server: Server, machine: String) -> (State, Vec<Effect>) {
        let (job, info) = self.job_of(&server.file).unzip();
        let node = info.as_ref().and_then(|info| info.node.clone());
        let found = Found {
            server,
            node: node.unwrap_or(machine),
            reused: true,
            job: job.map(Box::new),
            info,
            route: Route::Login,
        };
        self.reach(Box::new(found), None)
    }

    /// A stop where no server runs: one may be starting, and would else start for ever.
    fn nothing_to_ask(&self, ours: Option<String>, more: Vec<String>) -> (State, Vec<Effect>) {
        if let Some(folder) = ours {
            return (State::Ending, vec![Effect::EndLaunch(folder)]);
        }
        let text = say!("session-none-runs", host = self.plan.host.as_str());
        let lines: Vec<String> = [text].into_iter().chain(more).collect();
        over_with(Effect::Note(lines.join("\n")), Effect::TellClosed)
    }

    /// One that this session has just started and that cannot be used is ended; one that was there
    /// before is left to a stop.
    fn launched(&self, candidate: &Candidate, node: String, own: bool) -> (State, Vec<Effect>) {
        match candidate.server(self.uid) {
            Ok(server) => {
                let mut effects = Vec::new();
                // The user's own configuration may have the last word: this is what came of it.
                if self.plan.wanted.workdir && own && server.root != self.workdir {
                    let folder = server.root.as_str();
                    effects.push(Effect::Note(say!("server-other-folder", folder = folder)));
                }
                effects.push(Effect::Listen(server.clone()));
                let found = Found {
                    server,
                    node,
                    reused: false,
                    job: None,
                    info: None,
                    route: Route::Login,
                };
                (State::Listening(Box::new(found)), effects)
            }
            Err(reason) => {
                let problem = problem::unusable(&self.plan.host, reason, own);
                match &candidate.launch {
                    Some(folder) if own => {
                        let end = Effect::EndLaunch(folder.clone());
                        (State::Dropping(Box::new(problem)), vec![end])
                    }
                    _ => over(Effect::TellFailed(problem)),
                }
            }
        }
    }

    fn checked(&self, mut found: Box<Found>, port: u16, answer: Answer) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        found.server.certificate = answer.certificate;
        found.server.pages = answer.pages;
        let (page, show) = match &self.plan.goal {
            Goal::Open { page, show } => (page.clone(), *show),
            Goal::Stop { busy } => return count(found, port, *busy),
            Goal::Look => return answers(&answer.version),
            Goal::Log | Goal::Glance | Goal::Extend(_) => return (State::Ended, vec![]),
        };
        if !answer.pages.suits(page.app) {
            effects.push(Effect::Note(say!("session-other-page")));
        }
        if answer.open {
            effects.push(Effect::Note(say!("session-open-to-all")));
        } else if !answer.authenticated {
            effects.push(Effect::Note(say!("session-password")));
        }
        if let Some(certificate) = answer.certificate {
            let fingerprint = certificate.to_string();
            effects.push(Effect::Note(say!(
                "session-own-certificate",
                fingerprint = fingerprint
            )));
        }
        found.server.version = Some(answer.version.clone());
        effects.push(Effect::Remember(port));
        // What was there before teaches nothing about what would be best.
        let taught = !found.reused || self.routes.is_best(found.route);
        let lesson = self.routes.lesson(found.route).filter(|_| taught);
        effects.extend(lesson.map(Effect::RememberRoute));
        effects.push(Effect::TellReady(found.clone(), port, answer.version));
        if show {
            effects.push(Effect::Show(found.clone(), port, page));
        }
        (State::Ready(found, port), effects)
    }

    /// Another server may answer: what says nothing, or not what it should, keeps nobody from it.
    fn silent(&mut self, found: Box<Found>, problem: Problem) -> (State, Vec<Effect>) {
        if self.others_run && found.job.is_none() {
            return self.look_past(&found, &problem);
        }
        self.unanswered(*found, problem)
    }

    /// A server of the user's own that is of no use for a page is none. One that was started from
    /// here is told of: another one would be no better.
    fn unsuitable(&mut self, found: Box<Found>, problem: Problem) -> (State, Vec<Effect>) {
        let is_ours = found.server.launch.is_some() || found.job.is_some();
        if self.heals() && self.plan.launch && !is_ours {
            return self.look_past(&found, &problem);
        }
        self.silent(found, problem)
    }

    fn look_past(&mut self, found: &Found, problem: &Problem) -> (State, Vec<Effect>) {
        let why = problem.detail.clone();
        let pid = found.server.pid;
        let note = say!("server-refused", pid = pid, why = why.as_str());
        let refused = &mut self.plan.wanted.refused;
        refused.push((found.server.file.clone(), why));
        let phase = Effect::Phase(Phase::Finding);
        let effects = vec![Effect::Note(note), Effect::Leave, phase, Effect::Find];
        (State::Finding { locked: false }, effects)
    }

    /// The server runs and does not answer. It may hang, which is what a stop is for; but nobody
    /// can tell then whether its kernels compute.
    fn unanswered(&self, found: Found, problem: Problem) -> (State, Vec<Effect>) {
        let suspended = found.info.as_ref().filter(|job| job.is_suspended());
        let problem = suspended.map_or(problem, |job| {
            let word = job.state.as_deref().unwrap_or_default();
            problem::job_suspended(&self.plan.host, &job.id, word)
        });
        let remedy = match self.plan.goal {
            Goal::Stop { busy: Busy::End } => return make_gone(found, false),
            Goal::Stop { .. } => say!("session-stop-hung", host = self.plan.host.as_str()),
            _ => problem.remedy,
        };
        over(Effect::TellFailed(Problem { remedy, ..problem }))
    }

    fn counted(
        &self,
        found: Box<Found>,
        port: u16,
        busy: Busy,
        kernels: Option<Kernels>,
    ) -> (State, Vec<Effect>) {
        // A server that will not tell (a password and no token) may be in the middle of a long cell. It
        // will not be asked to shut down either, and is ended by its own signal handler.
        match busy {
            _ if kernels.is_some_and(|kernels| kernels.busy == 0) => ask_to_end(found, port),
            Busy::End => ask_to_end(found, port),
            Busy::Ask => (
                State::Confirming(found, port, kernels),
                vec![Effect::Confirm(kernels)],
            ),
            Busy::Refuse => {
                let refusal = Effect::TellRefused(problem::kernels_busy(&self.plan.host, kernels));
                (State::Ready(found, port), vec![refusal])
            }
        }
    }

    fn gone(&self, how: &str) -> (State, Vec<Effect>) {
        let host = self.plan.host.as_str();
        let text = match how {
            "no" => return over(Effect::TellFailed(problem::not_stopped(host))),
            "itself" => say!("session-gone-itself", host = host),
            "job" => say!("session-gone-job", host = host),
            "launch" => say!("session-gone-launch", host = host),
            signal => say!("session-gone-signal", host = host, signal = signal),
        };
        over_with(Effect::Note(text), Effect::TellClosed)
    }
}

/// The right to launch is taken, and what there is looked at once more: another click may have
/// launched meanwhile.
fn lock() -> (State, Vec<Effect>) {
    (State::Finding { locked: true }, vec![Effect::Lock])
}

fn over(last: Effect) -> (State, Vec<Effect>) {
    (State::Ended, vec![last])
}

fn over_with(first: Effect, last: Effect) -> (State, Vec<Effect>) {
    (State::Ended, vec![first, last])
}

fn listening(found: Box<Found>, port: u16, taken: Option<u16>) -> (State, Vec<Effect>) {
    let mut effects = vec![Effect::Phase(Phase::Forwarding)];
    if let Some(taken) = taken {
        let (taken, port) = (taken.to_string(), port.to_string());
        effects.push(Effect::Note(say!(
            "session-port-taken",
            taken = taken,
            port = port
        )));
    }
    effects.push(Effect::Check(found.server.clone(), port, found.reused));
    (State::Checking(found, port), effects)
}

fn count(found: Box<Found>, port: u16, busy: Busy) -> (State, Vec<Effect>) {
    let effects = vec![Effect::Count(found.server.clone(), port)];
    (State::Counting(found, port, busy), effects)
}

fn ask_to_end(found: Box<Found>, port: u16) -> (State, Vec<Effect>) {
    let effects = vec![Effect::AskToEnd(found.server.clone(), port)];
    (State::ShuttingDown(found), effects)
}

/// A server that was asked to end, or will not be asked: its process, or its whole job, goes.
fn make_gone(found: Found, asked: bool) -> (State, Vec<Effect>) {
    let effect = match found.job {
        Some(job) => Effect::EndJob(JobEnd { asked, ..*job }),
        None => Effect::MakeGone {
            server: found.server,
            asked,
        },
    };
    (State::Ending, vec![effect])
}

#[cfg(test)]
mod tests;
