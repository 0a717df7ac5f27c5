//! A server that is to be stopped: its kernels are counted, it is asked to shut down, and its end is made sure of.

use super::effect::{BackgroundTask, Effect};
use super::idle_guard::{IdleLook, IdleRule};
use super::machine::{StateMachine, over, over_with};
use super::state::State;
use super::types::{Busy, FoundServer, JobEnd, SessionPlan};
use crate::i18n::fl;
use crate::jupyter::{Kernels, Observation};
use crate::problem;
use crate::session::event::Event;

impl StateMachine {
    /// A stop where no server runs: one may be starting, and would else start for ever.
    pub(super) fn nothing_to_ask(
        &self,
        ours: Option<String>,
        more: Vec<String>,
    ) -> (State, Vec<Effect>) {
        if let Some(folder) = ours {
            return (State::Ending, vec![Effect::EndLaunch(folder)]);
        }
        let text = fl!("session-none-runs", host = self.plan.host.as_str());
        let lines: Vec<String> = [text].into_iter().chain(more).collect();
        over_with(Effect::note(lines.join("\n")), Effect::closed())
    }

    pub(super) fn counted(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        busy: Busy,
        kernels: Option<Kernels>,
    ) -> (State, Vec<Effect>) {
        // A server that will not tell (a password and no token) may be in the middle of a long cell. It
        // will not be asked to shut down either, and is ended by its own signal handler.
        match busy {
            Busy::Unused if kernels.is_none_or(|kernels| kernels.busy > 0) => {
                let used = Effect::Emit(Event::Idle(self.idle.keep()));
                return (State::Ready(found, port), vec![used]);
            }
            Busy::Unused => self.ends_idle = true,
            Busy::Ask | Busy::Refuse | Busy::End => {}
        }
        match busy {
            _ if kernels.is_some_and(|kernels| kernels.busy == 0) => ask_to_end(found, port),
            Busy::End | Busy::Unused => ask_to_end(found, port),
            Busy::Ask => (
                State::Confirming(found, port, kernels),
                vec![Effect::Confirm(kernels)],
            ),
            Busy::Refuse => {
                let refusal = Effect::refused(problem::kernels_busy(&self.plan.host, kernels));
                (State::Ready(found, port), vec![refusal])
            }
        }
    }

    /// Takes in what this side sees of a server's use, where that is a server of ours. Returns what is to be told, or true if
    /// its time is up.
    pub(super) fn see_use(
        &mut self,
        found: &FoundServer,
        seen: &Observation,
    ) -> (Option<Effect>, bool) {
        let is_ours = found.server.launch.is_some() || found.job.is_some();
        let Some((_, rule)) = self.plan.idle.filter(|_| is_ours) else {
            return (None, false);
        };
        match self.idle.see(seen, rule) {
            Some(IdleLook::Tell(time)) => (Some(Effect::Emit(Event::Idle(time))), false),
            Some(IdleLook::TimeUp) => (None, true),
            None => (None, false),
        }
    }

    /// Keeps the server of an open tunnel. One that Jupyter ends has to hear of it in its folder.
    pub(super) fn keep(&mut self, found: &FoundServer) -> Effect {
        let by_jupyter = matches!(self.plan.idle, Some((_, IdleRule::Jupyter)));
        let job = found.job.as_ref().and_then(|job| job.folder.clone());
        match job.or(found.server.launch.clone()).filter(|_| by_jupyter) {
            Some(folder) => Effect::InBackground(BackgroundTask::Keep(folder)),
            None => Effect::Emit(Event::Idle(self.idle.keep())),
        }
    }

    pub(super) fn gone(&self, how: &str) -> (State, Vec<Effect>) {
        let host = self.plan.host.as_str();
        if self.ends_idle && how != "no" {
            return over(Effect::failed(problem::idle_ended(host)));
        }
        let text = match how {
            "no" => return over(Effect::failed(problem::not_stopped(host))),
            "itself" => fl!("session-gone-itself", host = host),
            "job" => fl!("session-gone-job", host = host),
            "launch" => fl!("session-gone-launch", host = host),
            signal => fl!("session-gone-signal", host = host, signal = signal),
        };
        over_with(Effect::note(text), Effect::closed())
    }
}

pub(super) fn count(found: Box<FoundServer>, port: u16, busy: Busy) -> (State, Vec<Effect>) {
    let effects = vec![Effect::Count(found.server.clone(), port)];
    (State::Counting(found, port, busy), effects)
}

pub(super) fn ask_to_end(found: Box<FoundServer>, port: u16) -> (State, Vec<Effect>) {
    let effects = vec![Effect::AskToEnd(found.server.clone(), port)];
    (State::ShuttingDown(found), effects)
}

/// A server that was asked to end, or will not be asked: its process, or its whole job, goes. That of another login node
/// has no number here, so the server's own word has to do.
pub(super) fn make_gone(
    plan: &SessionPlan,
    found: FoundServer,
    asked: bool,
) -> (State, Vec<Effect>) {
    if plan.scheduler.is_empty() && found.server.node.is_some() {
        let host = plan.host.as_str();
        if !asked {
            return over(Effect::failed(problem::not_stopped(host)));
        }
        let text = fl!("session-gone-itself", host = host);
        return over_with(Effect::note(text), Effect::closed());
    }
    let effect = match found.job {
        Some(job) => Effect::EndJob(JobEnd { asked, ..*job }),
        None => Effect::EnsureStopped {
            server: found.server,
            asked,
        },
    };
    (State::Ending, vec![effect])
}
