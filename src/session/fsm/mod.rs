//! One host's life as a state machine without I/O: an input and a state give a new state and the
//! effects to be carried out. [`super::driver`] carries them out and feeds back what came of them.

mod backoff;
mod check;
pub mod effect;
pub mod event;
mod inspect;
mod job;
mod machine;
mod reconnect;
mod route;
mod state;
mod stop;
mod types;
mod walltime;

use crate::i18n::fl;
use crate::jupyter::{Fate, HostInfo, RuntimeFile, Selection, Server, select};
use crate::phase::Phase;
use crate::problem;
use crate::scheduler::Route;

pub use effect::{Effect, SchedulerCall};
pub use event::{FsmEvent, PollResult};
use inspect::{log_of, probed, rehearsed};
pub use job::JobWait;
pub use machine::StateMachine;
use machine::over;
use reconnect::is_gone;
pub use state::State;
use stop::{ask_to_end, count, make_gone};
pub use types::{Busy, FoundServer, Goal, JobEnd, ReconnectStep, SessionPlan};

impl StateMachine {
    /// Takes an input. (A table: longer than a function should be, and readable because of it.) One
    /// that does not fit the state is a late answer to something given up, and
    /// is ignored.
    pub fn handle(&mut self, input: FsmEvent) -> Vec<Effect> {
        let input = self.note_jobs(input);
        let state = std::mem::replace(&mut self.state, State::Ended);
        let (state, effects) = match (state, input) {
            (State::Ended, _) => (State::Ended, vec![]),
            (_, FsmEvent::Close) => over(Effect::EmitClosed),
            (_, FsmEvent::Failed(problem)) => over(Effect::EmitFailed(problem)),
            (State::Ready(found, port), FsmEvent::Lost { stood, .. })
                if self.should_reconnect() =>
            {
                self.lost(found, port, stood)
            }
            (State::Ready(found, port), FsmEvent::NodeLost { stood, .. })
                if self.should_reconnect() =>
            {
                self.node_lost(found, port, stood)
            }
            (State::Reconnecting(found, port, step), input) => {
                self.reconnecting(found, port, step, input)
            }
            (State::Queued(wait), input) => self.queued(wait, input),
            (State::Returning(wait, step), input) => self.returning(wait, step, input),
            (_, FsmEvent::Lost { problem, .. } | FsmEvent::NodeLost { problem, .. }) => {
                over(Effect::EmitFailed(problem))
            }
            (State::Idle, FsmEvent::Begin) => (
                State::Resolving,
                vec![Effect::Phase(Phase::Resolving), Effect::Resolve],
            ),
            (State::Resolving, FsmEvent::Resolved) => (
                State::Connecting,
                vec![Effect::Phase(Phase::Connecting), Effect::Connect],
            ),
            (State::Connecting, FsmEvent::Connected) => (
                State::LoggingIn,
                vec![Effect::Phase(Phase::Authenticating), Effect::LogIn],
            ),
            (State::LoggingIn, FsmEvent::LoggedIn) => self.logged_in(),
            (State::Discovering { locked }, FsmEvent::Found(runtime_files, host_info)) => {
                self.uid = host_info.uid;
                self.node.clone_from(&host_info.node);
                self.workdir.clone_from(&host_info.workdir);
                let choice = select(&runtime_files, &host_info, &self.plan.wanted);
                self.found(choice, host_info, locked)
            }
            (State::Submitting, FsmEvent::Submitted { folder, identity }) => {
                self.submitted(folder, identity)
            }
            (State::Dropping(problem), FsmEvent::Gone(how)) => self.dropped(*problem, &how),
            (State::Starting { node, own }, FsmEvent::Launched(runtime_file)) => {
                self.launched(&runtime_file, node, own)
            }
            (State::Starting { .. }, FsmEvent::Rediscover) => lock(),
            (State::ConnectingNode(found, port), input) => self.connecting_node(found, port, input),
            (State::Checking(found, _), FsmEvent::ForwardRefused(problem))
                if found.server.node.is_none() =>
            {
                self.unanswered(*found, problem)
            }
            (State::Checking(found, port), FsmEvent::ForwardRefused(problem)) => {
                self.turned_back(found, Some(port), problem)
            }
            (State::Probing, FsmEvent::Probed(problem)) => probed(problem),
            (State::Probing, FsmEvent::Rehearsed(outcome)) => rehearsed(outcome),
            (State::Relocating(found), FsmEvent::Moved) => self.moved(*found),
            (State::Listening(found), FsmEvent::Listening { port, taken }) => {
                listening(found, port, taken)
            }
            (State::Checking(found, port), FsmEvent::Checked(Ok(answer))) => {
                self.checked(found, port, answer)
            }
            (State::Checking(found, _), FsmEvent::Checked(Err(problem))) => {
                self.silent(found, problem)
            }
            (State::Checking(found, _), FsmEvent::Unsuitable(problem)) => {
                self.unsuitable(found, problem)
            }
            (State::Ready(found, port), FsmEvent::Stop(busy)) => count(found, port, busy),
            (State::Ready(found, port), input) => self.standing(found, port, input),
            (State::Counting(found, port, busy), FsmEvent::Counted(kernels)) => {
                self.counted(found, port, busy, kernels)
            }
            (State::Confirming(found, port, _), FsmEvent::Confirmed(true)) => {
                ask_to_end(found, port)
            }
            (State::Confirming(.., kernels), FsmEvent::Confirmed(false)) => over(
                Effect::EmitFailed(problem::kernels_busy(&self.plan.host, kernels)),
            ),
            (State::ShuttingDown(found), FsmEvent::AskedToEnd(asked)) => make_gone(*found, asked),
            (State::Ending, FsmEvent::Gone(how)) => self.gone(&how),
            (State::Extending(info), input) => self.extending(info, input),
            (State::FetchingLog, FsmEvent::Log(path, text)) => (
                State::Ended,
                vec![Effect::EmitLog(path, text), Effect::EmitClosed],
            ),
            (state, _) => (state, vec![]),
        };
        self.state = state;
        effects
    }

    /// Records the jobs of a discovery, and turns it into [`FsmEvent::Found`].
    fn note_jobs(&mut self, input: FsmEvent) -> FsmEvent {
        let FsmEvent::Discovered(discovery) = input else {
            return input;
        };
        self.jobs = discovery.jobs;
        self.doubts = discovery.doubts;
        self.others = discovery.others;
        FsmEvent::Found(discovery.runtime_files, discovery.host_info)
    }

    /// Handles events that do not end an open tunnel, except for a server that is gone.
    fn standing(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        input: FsmEvent,
    ) -> (State, Vec<Effect>) {
        let effect = match input {
            FsmEvent::Show(page) => {
                self.notebook = page.notebook.clone().or(self.notebook.take());
                Some(Effect::Show(found.clone(), port, page))
            }
            FsmEvent::Check => Some(Effect::ProbePeer),
            FsmEvent::ReadLog => Some(Effect::ReadLogInBackground),
            FsmEvent::Log(path, text) => Some(Effect::EmitLog(path, text)),
            FsmEvent::NotShown(reason) => {
                Some(Effect::Note(fl!("session-no-browser", reason = reason)))
            }
            FsmEvent::NoLog(problem) => Some(Effect::EmitRefused(problem)),
            FsmEvent::Refused => Some(Effect::RecheckInBackground),
            FsmEvent::Rechecked(runtime_files, host_info)
                if is_gone(&found, &runtime_files, &host_info) =>
            {
                return over(Effect::EmitFailed(self.ended(&found, &host_info)));
            }
            FsmEvent::Extend(_)
            | FsmEvent::Extended(_)
            | FsmEvent::NotExtended(_)
            | FsmEvent::JobPolled(..) => {
                return self.longer(found, port, input);
            }
            FsmEvent::Active(now) if self.activity.as_ref() != Some(&now) => {
                self.notebook = now.latest.clone().or(self.notebook.take());
                self.activity = Some(now.clone());
                Some(Effect::EmitActivity(now))
            }
            _ => None,
        };
        (State::Ready(found, port), effect.into_iter().collect())
    }

    fn logged_in(&self) -> (State, Vec<Effect>) {
        if self.plan.goal == Goal::Log && !self.plan.scheduler.is_empty() {
            return (State::FetchingLog, vec![Effect::FetchLog(None)]);
        }
        let effects = vec![Effect::Phase(Phase::Finding), Effect::Discover];
        (State::Discovering { locked: false }, effects)
    }

    fn found(
        &mut self,
        choice: Selection,
        mut host_info: HostInfo,
        locked: bool,
    ) -> (State, Vec<Effect>) {
        // An account may use one machine both ways: each host tells of its own.
        let has_jobs = !self.plan.scheduler.is_empty();
        host_info
            .lost
            .retain(|lost| (lost.fate == Fate::Job) == has_jobs);
        match self.plan.goal {
            Goal::Inspect => return self.look(choice, host_info),
            Goal::Glance => return self.glance(choice, host_info),
            Goal::Log => return log_of(choice, host_info),
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
            let (state, more) = self.reach_again(server, host_info.node);
            effects.extend(more);
            return (state, effects);
        }
        // Whatever was started from here is ended, or waited for, before another one is started.
        let lost = problem::lost_launches(&self.plan.host, &host_info);
        let ours = host_info.starting.or(choice.unusable);
        if matches!(self.plan.goal, Goal::Stop { .. }) {
            if let Some(end) = self.waiting_job() {
                return (State::Ending, vec![Effect::EndJob(end)]);
            }
            if let Some(problem) = self.doubt() {
                return over(Effect::EmitFailed(problem));
            }
            return self.nothing_to_ask(ours, lost.into_iter().chain(choice.hubs).collect());
        }
        if !self.plan.launch {
            return over(Effect::EmitFailed(problem::nothing_running(
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
        let (own, node) = (ours.is_none(), host_info.node);
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
        let found = FoundServer {
            server,
            node: node.unwrap_or(machine),
            reused: true,
            job: job.map(Box::new),
            info,
            route: Route::Login,
        };
        self.reach(Box::new(found), None)
    }

    /// One that this session has just started and that cannot be used is ended; one that was there
    /// before is left to a stop.
    fn launched(
        &self,
        runtime_file: &RuntimeFile,
        node: String,
        own: bool,
    ) -> (State, Vec<Effect>) {
        match runtime_file.server(self.uid) {
            Ok(server) => {
                let mut effects = Vec::new();
                // The user's own configuration may have the last word: this is what came of it.
                if self.plan.wanted.workdir && own && server.root != self.workdir {
                    let folder = server.root.as_str();
                    effects.push(Effect::Note(fl!("server-other-folder", folder = folder)));
                }
                effects.push(Effect::Listen(server.clone()));
                let found = FoundServer {
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
                match &runtime_file.launch {
                    Some(folder) if own => {
                        let end = Effect::EndLaunch(folder.clone());
                        (State::Dropping(Box::new(problem)), vec![end])
                    }
                    _ => over(Effect::EmitFailed(problem)),
                }
            }
        }
    }
}

/// The right to launch is taken, and what there is looked at once more: another click may have
/// launched meanwhile.
fn lock() -> (State, Vec<Effect>) {
    (State::Discovering { locked: true }, vec![Effect::Lock])
}

fn listening(found: Box<FoundServer>, port: u16, taken: Option<u16>) -> (State, Vec<Effect>) {
    let mut effects = vec![Effect::Phase(Phase::Forwarding)];
    if let Some(taken) = taken {
        let (taken, port) = (taken.to_string(), port.to_string());
        effects.push(Effect::Note(fl!(
            "session-port-taken",
            taken = taken,
            port = port
        )));
    }
    effects.push(Effect::Check(found.server.clone(), port, found.reused));
    (State::Checking(found, port), effects)
}

#[cfg(test)]
mod tests;
