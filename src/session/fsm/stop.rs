//! A server that is to be stopped: its kernels are counted, it is asked to shut down, and its end is made sure of.

use super::effect::Effect;
use super::machine::{StateMachine, over, over_with};
use super::state::State;
use super::types::{Busy, FoundServer, JobEnd, SessionPlan};
use crate::i18n::fl;
use crate::jupyter::Kernels;
use crate::problem;

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
        &self,
        found: Box<FoundServer>,
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
                let refusal = Effect::refused(problem::kernels_busy(&self.plan.host, kernels));
                (State::Ready(found, port), vec![refusal])
            }
        }
    }

    pub(super) fn gone(&self, how: &str) -> (State, Vec<Effect>) {
        let host = self.plan.host.as_str();
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
