//! Reports what is on the remote host, as text, for a session that only inspects.

use super::effect::Effect;
use super::machine::{StateMachine, over, over_with};
use super::route::stand;
use super::state::State;
use crate::i18n::fl;
use crate::jupyter::{Endpoint, HostInfo, KnownHoles, Selection, Server};
use crate::problem;
use crate::problem::Problem;
use crate::remote::OurJob;
use crate::scheduler::{Next, Route};
use crate::session::event::Event;
use crate::session::types::InspectReport;

impl StateMachine {
    /// A look goes as far as a click would: to a server that runs, else to where one would listen.
    pub(super) fn look(&mut self, choice: Selection, host_info: HostInfo) -> (State, Vec<Effect>) {
        let (server, machine) = (choice.server.clone(), host_info.node.clone());
        let passed_over = choice.passed_over.clone();
        let mut effects = vec![Effect::Emit(Event::Seen(self.sight(choice, host_info)))];
        let (state, more) = match server {
            Some(server) => self.reach_again(server, machine),
            None if !self.plan.launch => {
                let problem = problem::nothing_running(&self.plan.host, &passed_over);
                over(Effect::failed(problem))
            }
            None if self.plan.scheduler.is_empty() => (State::Probing, vec![Effect::Probe]),
            // One that waits was taken by the scheduler.
            None if !self.jobs.is_empty() => over(Effect::closed()),
            None => match self.doubt() {
                Some(problem) => over(Effect::failed(problem)),
                None => (State::Probing, vec![Effect::Rehearse]),
            },
        };
        effects.extend(more);
        (state, effects)
    }

    /// The same without a word to the server.
    pub(super) fn glance(&self, choice: Selection, host_info: HostInfo) -> (State, Vec<Effect>) {
        let sight = self.sight(choice, host_info);
        over_with(Effect::Emit(Event::Seen(sight)), Effect::closed())
    }

    /// All of it. Nothing is decided here.
    fn sight(&self, choice: Selection, host_info: HostInfo) -> InspectReport {
        let line = |ours: &OurJob| {
            let job = &ours.job;
            let (id, name, word) = (job.id.as_str(), job.name.as_str(), job.word.as_str());
            fl!("job-sight", id = id, name = name, state = word)
        };
        let launch = host_info.starting.as_ref().or(choice.unusable.as_ref());
        let launch = launch.map(|folder| fl!("launch-sight", folder = folder.as_str()));
        let doubts = self.doubts.iter().map(|doubt| match doubt.id.as_str() {
            "" => fl!("job-sight-unnumbered"),
            id => fl!("job-sight-doubt", id = id),
        });
        let jobs = self.jobs.iter().map(line).chain(doubts).chain(launch);
        let server = choice.server.as_ref();
        let route = server.and_then(|server| self.route_in_words(server));
        let lost = problem::lost_launches(&self.plan.host, &host_info);
        InspectReport {
            lost,
            ..seen(choice, host_info, jobs.chain(route).collect())
        }
    }

    /// Returns the route that would be tried first, as text.
    fn route_in_words(&self, server: &Server) -> Option<String> {
        let node = server.node.as_ref()?;
        let route = match self.routes.next(stand(server), false)? {
            Next::Try(Route::Hop) => fl!("route-sight-hop"),
            Next::Try(Route::Relay) => fl!("route-sight-relay"),
            _ => fl!("route-sight-address"),
        };
        let node = node.name.as_str();
        Some(fl!("route-sight", node = node, route = route))
    }
}

/// The log is that of the server that a click would use, or wait for; a server that was not started from here has none
/// that is known.
pub(super) fn log_of(choice: Selection, host_info: HostInfo) -> (State, Vec<Effect>) {
    let mut effects = Vec::new();
    let folder = match choice.server {
        Some(server) => {
            if !choice.why.is_empty() {
                effects.push(Effect::note(choice.why));
            }
            if server.launch.is_none() {
                effects.push(Effect::note(fl!("logs-not-ours", pid = server.pid)));
            }
            server.launch
        }
        None => host_info.starting.or(choice.unusable),
    };
    effects.push(Effect::FetchLog(folder));
    (State::FetchingLog, effects)
}

/// A server answered through the tunnel.
pub(super) fn answers(version: &str) -> (State, Vec<Effect>) {
    let text = fl!("session-sight-answers", version = version);
    let mut effects = vec![Effect::step(text)];
    effects.extend(KnownHoles::of(version).map(|holes| {
        let (names, fixed) = (holes.names.join(", "), holes.fixed.as_str());
        let package = holes.package;
        Effect::warning(fl!(
            "session-known-holes",
            package = package,
            version = version,
            names = names,
            fixed = fixed
        ))
    }));
    effects.push(Effect::closed());
    (State::Ended, effects)
}

/// A forward to where a server would listen came to its end; none where it was allowed.
pub(super) fn probed(problem: Option<Problem>) -> (State, Vec<Effect>) {
    match problem {
        Some(problem) => over(Effect::failed(problem)),
        None => (
            State::Probing,
            vec![
                Effect::step(fl!("session-sight-forwards")),
                Effect::Rehearse,
            ],
        ),
    }
}

/// Continues after a rehearsed start: with what is known now, or what cannot be known; either may
/// be empty.
pub(super) fn rehearsed(outcome: Result<String, String>) -> (State, Vec<Effect>) {
    match outcome {
        Ok(text) | Err(text) if text.is_empty() => over(Effect::closed()),
        Ok(text) => over_with(Effect::step(text), Effect::closed()),
        Err(text) => over_with(Effect::note(text), Effect::closed()),
    }
}

fn seen(choice: Selection, host_info: HostInfo, jobs: Vec<String>) -> InspectReport {
    let server = choice.server.map(|server| {
        let place = match &server.endpoint {
            Endpoint::Tcp { port, .. } => fl!("session-place-port", port = port.to_string()),
            Endpoint::Socket { path } => fl!("session-place-socket", path = path.as_str()),
        };
        let version = server.version.as_deref().unwrap_or("6");
        fl!(
            "session-sight",
            version = version,
            pid = server.pid.to_string(),
            place = place,
            root = server.root.as_str()
        )
    });
    InspectReport {
        node: host_info.node,
        shell: host_info.shell,
        jupyter: host_info.jupyter,
        server,
        passed_over: choice.passed_over,
        lost: Vec::new(),
        jobs,
    }
}
