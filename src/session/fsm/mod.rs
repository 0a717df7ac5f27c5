//! One host's life as a state machine without I/O: an input and a state give a new state and the
//! effects to be carried out. [`super::driver`] carries them out and feeds back what came of them.

mod backoff;
mod check;
pub mod command;
pub mod effect;
pub mod event;
mod idle_guard;
mod inspect;
mod job;
mod kernel_runs;
mod machine;
mod reconnect;
mod route;
mod state;
mod stop;
mod transitions;
mod types;
mod walltime;

use crate::i18n::fl;
use crate::jupyter::{Fate, HostInfo, RuntimeFile, Selection, Server, select};
use crate::phase::Phase;
use crate::problem;
use crate::scheduler::Route;

pub use command::{FsmInput, KernelCommand, SessionCommand};
pub use effect::{BackgroundTask, Effect};
pub use event::{
    ConnectionEvent, FsmEvent, JobEvent, LocalEvent, ScriptEvent, ServerEvent, TunnelEvent,
};
pub use idle_guard::IdleRule;
use inspect::log_of;
pub use job::JobWait;
pub use kernel_runs::NextLook;
pub use machine::StateMachine;
use machine::{over, over_with};
pub use state::State;
pub use types::{
    Busy, FoundServer, Goal, JobEnd, PollResult, ReconnectStep, SchedulerCall, SessionPlan,
};

impl StateMachine {
    /// Records the jobs of a discovery, and turns it into [`ScriptEvent::Found`].
    fn note_jobs(&mut self, event: FsmEvent) -> FsmEvent {
        let FsmEvent::Script(ScriptEvent::Discovered(discovery)) = event else {
            return event;
        };
        self.jobs = discovery.jobs;
        self.doubts = discovery.doubts;
        self.others = discovery.others;
        FsmEvent::Script(ScriptEvent::Found(
            discovery.runtime_files,
            discovery.host_info,
        ))
    }

    /// Handles the end of a discovery: the account, the folders, and which servers there are.
    fn discovered(
        &mut self,
        runtime_files: &[RuntimeFile],
        host_info: HostInfo,
        locked: bool,
    ) -> (State, Vec<Effect>) {
        self.uid = host_info.uid;
        self.node.clone_from(&host_info.node);
        self.workdir.clone_from(&host_info.workdir);
        let choice = select(runtime_files, &host_info, &self.plan.wanted);
        self.found(choice, host_info, locked)
    }

    fn logged_in(&self) -> (State, Vec<Effect>) {
        if self.plan.goal == Goal::Log && !self.plan.scheduler.is_empty() {
            return (State::FetchingLog, vec![Effect::FetchLog(None)]);
        }
        if self.plan.goal == Goal::Choices {
            return (State::FetchingLog, vec![Effect::FetchChoices]);
        }
        if let Goal::Paths(folder) = &self.plan.goal {
            let fetch = Effect::FetchPaths(folder.clone());
            return (State::FetchingLog, vec![fetch]);
        }
        let effects = vec![Effect::phase(Phase::Finding), Effect::Discover];
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
        if let Some(problem) = self.runs_with_others() {
            let told = Effect::failed(problem);
            return if locked {
                over_with(Effect::Unlock, told)
            } else {
                over(told)
            };
        }
        let mut effects = Vec::new();
        self.others_run = choice.others > 0;
        // No process of another login node is ended from here.
        let stops = matches!(self.plan.goal, Goal::Stop { .. });
        let is_left = |server: &Server| stops && self.is_on_another_login_node(server);
        if let Some(server) = choice.server.filter(|server| !is_left(server)) {
            if !choice.why.is_empty() {
                effects.push(Effect::note(choice.why));
            }
            let (state, more) = self.reach_again(server, host_info.node);
            // The script goes on, and would keep the lock as long as it takes: to the end of a job's wait, if need be.
            let has_lock = locked && !self.plan.scheduler.is_empty();
            if has_lock && !matches!(state, State::Listening(_) | State::Ended) {
                effects.push(Effect::Unlock);
            }
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
                return over(Effect::failed(problem));
            }
            return self.nothing_to_ask(ours, lost.into_iter().chain(choice.hubs).collect());
        }
        if !self.plan.launch {
            let host = &self.plan.host;
            return over(Effect::failed(if self.plan.restores {
                problem::server_ended(host, None)
            } else {
                problem::nothing_running(host, &choice.passed_over)
            }));
        }
        if !self.plan.scheduler.is_empty() {
            return self.no_server_in_a_job(locked, lost);
        }
        if !locked {
            return lock();
        }
        effects.extend(choice.hubs.into_iter().map(Effect::note));
        effects.push(Effect::phase(Phase::Starting));
        let (own, node) = (ours.is_none(), host_info.node);
        if own {
            effects.extend(lost.into_iter().map(Effect::note));
        }
        effects.push(ours.map_or(Effect::Launch, Effect::Await));
        (State::Starting { node, own }, effects)
    }

    /// A server that runs already, on the machine where it was found unless its job says another.
    fn reach_again(&mut self, server: Server, machine: String) -> (State, Vec<Effect>) {
        let (job, info) = self.job_of(&server.file).unzip();
        let node = info.as_ref().and_then(|info| info.node.clone());
        let elsewhere = || server.node.as_ref().map(|node| node.name.clone());
        let found = FoundServer {
            node: node.or_else(elsewhere).unwrap_or(machine),
            server,
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
                    effects.push(Effect::note(fl!("server-other-folder", folder = folder)));
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
                    _ => over(Effect::failed(problem)),
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
    let mut effects = vec![Effect::phase(Phase::Forwarding)];
    if let Some(taken) = taken {
        let (taken, port) = (taken.to_string(), port.to_string());
        effects.push(Effect::note(fl!(
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
