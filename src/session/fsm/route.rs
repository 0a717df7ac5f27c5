//! Reaches a known server in a job: tries its routes one after the other, and has the server
//! restarted where they need that.

use std::time::Duration;

use super::effect::Effect;
use super::event::TunnelEvent;
use super::job::JobWait;
use super::machine::{StateMachine, over};
use super::state::State;
use super::types::{FoundServer, JobEnd};
use crate::host_name::same_machine;
use crate::i18n::fl;
use crate::jupyter::{RuntimeFile, Server};
use crate::problem;
use crate::problem::Problem;
use crate::scheduler::{Job, JobIdentity, JobState, ListenScope, Next, Route};

impl StateMachine {
    /// The server in the job listens.
    pub(super) fn job_serves(
        &mut self,
        runtime_file: &RuntimeFile,
        mut wait: Box<JobWait>,
    ) -> (State, Vec<Effect>) {
        let mut runtime_file = runtime_file.clone();
        let node = runtime_file.node.clone().or(wait.job.node.clone());
        let node = node.unwrap_or_else(|| self.node.clone());
        if same_machine(&node, &self.node) {
            runtime_file.node = None;
        }
        let server = match runtime_file.server(self.uid) {
            Ok(server) => server,
            Err(reason) => {
                let problem = problem::unusable(&self.plan.host, reason, false);
                return over(Effect::failed(problem));
            }
        };
        if wait.moves_to.is_some_and(|there| there != stand(&server)) {
            let rest = wait.rest();
            return (State::Queued(wait), vec![rest]);
        }
        wait.job.ends = wait.job.ends.or(runtime_file.ends);
        wait.job.started = self.began(&wait.job);
        wait.job.node = Some(node.clone());
        wait.job.reason = String::new();
        if wait.job.state != JobState::Running {
            // Its start was seen by its files; the scheduler's word for that was not heard.
            wait.job.word = String::new();
            wait.job.state = JobState::Running;
        }
        let found = FoundServer {
            server,
            node,
            reused: false,
            job: Some(Box::new(wait.end(true))),
            info: Some(self.info(&wait.job)),
            route: Route::Login,
        };
        self.reach(Box::new(found), None)
    }

    /// Tries the next route to a known server. The local `port` may already be open, from a route
    /// that failed.
    pub(super) fn reach(
        &mut self,
        mut found: Box<FoundServer>,
        port: Option<u16>,
    ) -> (State, Vec<Effect>) {
        if found.server.node.is_none() {
            return listen(found, port);
        }
        let folder = self.folder_to_move(&found);
        match self.routes.next(stand(&found.server), folder.is_some()) {
            Some(Next::Try(Route::Hop)) => {
                found.route = Route::Hop;
                let is_new = self.routes.is_new(Route::Hop);
                let hop = hop(&found, is_new);
                (
                    State::ConnectingNode(found, port),
                    hop.into_iter().collect(),
                )
            }
            Some(Next::Try(route)) => {
                found.route = route;
                listen(found, port)
            }
            Some(Next::Relocate(_)) => {
                let why = self.refusals.last();
                let why = why.map_or_else(String::new, |problem| problem.title.clone());
                let note = fl!("route-moves", why = why);
                let folder = folder.unwrap_or_default();
                let effects = vec![Effect::note(note), Effect::Relocate(folder)];
                (State::Relocating(found), effects)
            }
            None => self.given_up(found),
        }
    }

    /// Returns the folder of this host's job if it can restart its server. A server that may be in
    /// use is better left as it is, where there is another route.
    fn folder_to_move(&self, found: &FoundServer) -> Option<String> {
        let folder = found.job.as_ref()?.folder.clone();
        let is_best_left = found.reused && self.routes.is_left(Route::Relay);
        folder.filter(|_| self.plan.job_tells && self.should_reconnect() && !is_best_left)
    }

    /// A job that we have just begun is of no use to anybody; one that was there is left alone.
    fn given_up(&self, found: Box<FoundServer>) -> (State, Vec<Effect>) {
        let host = self.plan.host.as_str();
        let problem = match self.refusals.as_slice() {
            [] => problem::no_route(host, &found.node),
            [only] => only.clone(),
            all => problem::no_way(host, &found.node, all),
        };
        match &found.job {
            _ if !self.should_reconnect() => self.unanswered(*found, problem),
            Some(job) if !found.reused && job.folder.is_some() => {
                let end = Effect::EndJob(JobEnd {
                    asked: false,
                    ..(**job).clone()
                });
                (State::Dropping(Box::new(problem)), vec![end])
            }
            _ => over(Effect::failed(problem)),
        }
    }

    /// Handles an event while a session to the server's node is being made.
    pub(super) fn connecting_node(
        &mut self,
        found: Box<FoundServer>,
        port: Option<u16>,
        event: TunnelEvent,
    ) -> (State, Vec<Effect>) {
        match event {
            TunnelEvent::NodeConnected => listen(found, port),
            TunnelEvent::NodeUnreachable(problem)
            | TunnelEvent::ServerNotOnNode(problem)
            | TunnelEvent::ForwardingForbidden(problem)
                if self.is_on_another_login_node(&found.server) && self.plan.launch =>
            {
                self.look_past(&found, &problem)
            }
            TunnelEvent::NodeUnreachable(problem) => self.turned_back(found, port, problem),
            TunnelEvent::ServerNotOnNode(problem) => self.not_there(*found, problem),
            TunnelEvent::ForwardingForbidden(problem) => {
                self.routes.fail(Route::Address);
                self.turned_back(found, port, problem)
            }
            TunnelEvent::Listening { .. }
            | TunnelEvent::Resumed
            | TunnelEvent::Refused
            | TunnelEvent::ForwardRefused(_)
            | TunnelEvent::Probed(_) => (State::ConnectingNode(found, port), vec![]),
        }
    }

    /// Returns true for a server on another login node that shares the home with this one: no job says that it runs, and no
    /// process of it can be seen from here.
    pub(super) fn is_on_another_login_node(&self, server: &Server) -> bool {
        self.plan.scheduler.is_empty() && server.node.is_some()
    }

    /// Handles a route that failed. If the local port is already open, it stays open for the next
    /// route.
    pub(super) fn turned_back(
        &mut self,
        found: Box<FoundServer>,
        port: Option<u16>,
        problem: Problem,
    ) -> (State, Vec<Effect>) {
        self.routes.fail(found.route);
        self.refusals.push(problem);
        self.reach(found, port)
    }

    /// Waits for a job that restarts its server, as for one that has just begun.
    pub(super) fn moved(&mut self, found: FoundServer) -> (State, Vec<Effect>) {
        let mut wait = self.begun_before(found);
        wait.moves_to = Some(ListenScope::Address);
        self.wait(wait)
    }

    /// A runtime file that an earlier job left behind: that of ours is still to come.
    fn not_there(&mut self, found: FoundServer, problem: Problem) -> (State, Vec<Effect>) {
        if found.reused {
            return over(Effect::failed(problem));
        }
        self.others.stale.push(found.server.file.clone());
        let wait = self.begun_before(found);
        self.wait(wait)
    }

    /// Its job runs already.
    fn begun_before(&self, found: FoundServer) -> JobWait {
        let info = found.info.unwrap_or_default();
        let job = Job {
            id: info.id,
            state: JobState::Running,
            word: info.state.unwrap_or_default(),
            node: info.node,
            started: info.started,
            ends: info.ends,
            ..Job::default()
        };
        let (identity, folder) = match found.job {
            Some(end) => (end.identity, end.folder),
            None => (JobIdentity::of(&job), None),
        };
        let mut wait = JobWait::new(identity, job, folder, self.plan.job_tells);
        wait.known.clone_from(&self.others);
        wait.polls = 1;
        wait.running = Some(Duration::ZERO);
        wait
    }
}

impl FoundServer {
    /// The route after a new login: the login host may be another one than before.
    pub(super) fn route_again(&self) -> Route {
        match (&self.server.node, self.route) {
            (None, _) => Route::Login,
            (Some(_), Route::Login) if self.server.is_inside() => Route::Hop,
            (Some(_), Route::Login) => Route::Address,
            (Some(_), route) => route,
        }
    }
}

/// The wish for a session to the server's node, where one is needed.
pub(super) fn hop(found: &FoundServer, is_new: bool) -> Option<Effect> {
    let node = found.server.node.clone()?;
    let pid = found.server.pid;
    (found.route == Route::Hop).then(|| Effect::ConnectNode(Box::new(node), pid, is_new))
}

/// The wish for a relay to the server, where one is needed.
pub(super) fn relay(found: &FoundServer) -> Option<Effect> {
    let job = found.info.as_ref()?.id.clone();
    (found.route == Route::Relay).then(|| Effect::Relay(Box::new(found.server.clone()), job))
}

pub(super) fn stand(server: &Server) -> ListenScope {
    if server.is_inside() {
        ListenScope::Loopback
    } else {
        ListenScope::Address
    }
}

fn listen(found: Box<FoundServer>, port: Option<u16>) -> (State, Vec<Effect>) {
    let mut effects: Vec<Effect> = relay(&found).into_iter().collect();
    let Some(port) = port else {
        effects.push(Effect::Listen(found.server.clone()));
        return (State::Listening(found), effects);
    };
    effects.push(Effect::Check(found.server.clone(), port, found.reused));
    (State::Checking(found, port), effects)
}
