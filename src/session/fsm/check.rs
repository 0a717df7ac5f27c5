//! A server that has been asked through the tunnel: its answer, or its silence.

use super::effect::Effect;
use super::inspect::answers;
use super::machine::{StateMachine, over};
use super::state::State;
use super::stop::{count, make_gone};
use super::types::{Busy, FoundServer, Goal};
use crate::i18n::fl;
use crate::jupyter::ServerAnswer;
use crate::phase::Phase;
use crate::problem;
use crate::problem::Problem;

impl StateMachine {
    pub(super) fn checked(
        &self,
        mut found: Box<FoundServer>,
        port: u16,
        answer: ServerAnswer,
    ) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        found.server.certificate = answer.certificate;
        found.server.pages = answer.pages;
        let (page, show) = match &self.plan.goal {
            Goal::Open { page, show } => (page.clone(), *show),
            Goal::Stop { busy } => return count(found, port, *busy),
            Goal::Inspect => return answers(&answer.version),
            Goal::Log | Goal::Glance | Goal::Choices | Goal::Paths(_) | Goal::Extend(_) => {
                return (State::Ended, vec![]);
            }
        };
        if !answer.pages.suits(page.app) {
            effects.push(Effect::note(fl!("session-other-page")));
        }
        if answer.open {
            effects.push(Effect::warning(fl!("session-open-to-all")));
        } else if !answer.authenticated {
            effects.push(Effect::note(fl!("session-password")));
        }
        if let Some(certificate) = answer.certificate {
            let fingerprint = certificate.to_string();
            effects.push(Effect::warning(fl!(
                "session-own-certificate",
                fingerprint = fingerprint
            )));
        }
        found.server.version = Some(answer.version.clone());
        effects.push(Effect::Remember(port));
        // What was there before teaches nothing about what would be best.
        let taught = !found.reused || self.routes.is_best(found.route);
        let lesson = self.routes.to_remember(found.route).filter(|_| taught);
        effects.extend(lesson.map(Effect::RememberRoute));
        effects.push(Effect::EmitReady(found.clone(), port, answer.version));
        if show {
            effects.push(Effect::Show(found.clone(), port, page));
        }
        (State::Ready(found, port), effects)
    }

    /// Another server may answer: what says nothing, or not what it should, keeps nobody from it.
    pub(super) fn silent(
        &mut self,
        found: Box<FoundServer>,
        problem: Problem,
    ) -> (State, Vec<Effect>) {
        if self.others_run && found.job.is_none() {
            return self.look_past(&found, &problem);
        }
        self.unanswered(*found, problem)
    }

    /// Handles a server that cannot show the page. One that the user started is passed over. One
    /// that this program launched is reported: another one would be no better.
    pub(super) fn unsuitable(
        &mut self,
        found: Box<FoundServer>,
        problem: Problem,
    ) -> (State, Vec<Effect>) {
        let is_ours = found.server.launch.is_some() || found.job.is_some();
        if self.should_reconnect() && self.plan.launch && !is_ours {
            return self.look_past(&found, &problem);
        }
        self.silent(found, problem)
    }

    pub(super) fn look_past(
        &mut self,
        found: &FoundServer,
        problem: &Problem,
    ) -> (State, Vec<Effect>) {
        let why = problem.detail.clone();
        let pid = found.server.pid;
        let note = fl!("server-refused", pid = pid, why = why.as_str());
        let refused = &mut self.plan.wanted.refused;
        refused.push((found.server.file.clone(), why));
        let phase = Effect::phase(Phase::Finding);
        let effects = vec![Effect::note(note), Effect::Leave, phase, Effect::Discover];
        (State::Discovering { locked: false }, effects)
    }

    /// The server runs and does not answer. It may hang, which is what a stop is for; but nobody
    /// can tell then whether its kernels compute.
    pub(super) fn unanswered(&self, found: FoundServer, problem: Problem) -> (State, Vec<Effect>) {
        let suspended = found.info.as_ref().filter(|job| job.is_suspended());
        let problem = suspended.map_or(problem, |job| {
            let word = job.state.as_deref().unwrap_or_default();
            problem::job_suspended(&self.plan.host, &job.id, word)
        });
        let remedy = match self.plan.goal {
            Goal::Stop { busy: Busy::End } => return make_gone(&self.plan, found, false),
            Goal::Stop { .. } => fl!("session-stop-hung", host = self.plan.host.as_str()),
            _ => problem.remedy,
        };
        over(Effect::failed(Problem { remedy, ..problem }))
    }
}
