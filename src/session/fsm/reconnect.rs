//! Reconnects a lost connection, to the same server and on the same local port.

use std::time::Duration;

use super::backoff::ReconnectBackoff;
use super::effect::Effect;
use super::event::{ConnectionEvent, FsmEvent, LocalEvent, ScriptEvent, TunnelEvent};
use super::machine::{StateMachine, over};
use super::route::{hop, relay};
use super::state::State;
use super::types::{FoundServer, Goal, ReconnectStep};
use crate::jupyter::{HostInfo, RuntimeFile, Server};
use crate::phase::Phase;
use crate::problem;
use crate::problem::Problem;

/// Time after which an open connection resets the backoff.
const STEADY: Duration = Duration::from_secs(60);

/// Shortest time for which a session must have been open, after another loss, to be reconnected
/// over the same login.
const BRIEF: Duration = Duration::from_secs(5);

impl StateMachine {
    /// Returns true if a lost connection is to be reconnected: a page may be open that needs it.
    pub(super) fn should_reconnect(&self) -> bool {
        matches!(self.plan.goal, Goal::Open { .. })
    }

    /// Resets the backoff if the connection was open long enough.
    fn reset_backoff(&mut self, stood: Duration) {
        if stood >= STEADY {
            self.trouble = ReconnectBackoff::default();
        }
    }

    /// The connection of a standing tunnel is lost.
    pub(super) fn lost(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        stood: Duration,
    ) -> (State, Vec<Effect>) {
        self.reset_backoff(stood);
        let mut effects = vec![Effect::phase(Phase::Reconnecting), Effect::Suspend];
        let (state, more) = self.next_attempt(found, port);
        effects.extend(more);
        (state, effects)
    }

    /// The session to the node is lost, and the login host's is not.
    pub(super) fn node_lost(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        stood: Duration,
    ) -> (State, Vec<Effect>) {
        self.reset_backoff(stood);
        if !self.trouble.pause().is_zero() && stood < BRIEF {
            return self.lost(found, port, stood);
        }
        let mut effects = vec![Effect::phase(Phase::Reconnecting), Effect::CloseListeners];
        effects.extend(hop(&found, false));
        (
            State::Reconnecting(found, port, ReconnectStep::ConnectingNode),
            effects,
        )
    }

    /// Handles events between the loss and the new connection.
    pub(super) fn reconnecting(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        step: ReconnectStep,
        event: FsmEvent,
    ) -> (State, Vec<Effect>) {
        if let Some((step, effects)) = self.on_the_way(step, &event) {
            return (State::Reconnecting(found, port, step), effects);
        }
        let (step, effects) = match (step, event) {
            (ReconnectStep::LoggingIn, FsmEvent::Connection(ConnectionEvent::LoggedIn)) => {
                (ReconnectStep::Discovering, vec![Effect::Discover])
            }
            (
                ReconnectStep::Discovering,
                FsmEvent::Script(ScriptEvent::Found(runtime_files, host_info)),
            ) => {
                return self.verify_same_server(found, port, &runtime_files, &host_info);
            }
            (ReconnectStep::ConnectingNode, FsmEvent::Tunnel(TunnelEvent::NodeConnected)) => {
                (ReconnectStep::Resuming, vec![Effect::Resume])
            }
            (
                ReconnectStep::ConnectingNode,
                FsmEvent::Tunnel(
                    TunnelEvent::NodeUnreachable(problem) | TunnelEvent::ServerNotOnNode(problem),
                )
                | FsmEvent::NodeLost { problem, .. }
                | FsmEvent::Lost { problem, .. },
            ) => {
                return self.unreached(found, port, &problem, Duration::from_secs(1));
            }
            (ReconnectStep::Resuming, FsmEvent::Tunnel(TunnelEvent::Resumed)) => {
                let again = Effect::EmitReconnected(found.clone(), port);
                return (State::Ready(found, port), vec![again]);
            }
            (
                _,
                FsmEvent::Connection(ConnectionEvent::Unreached {
                    problem,
                    of_the_network,
                    took,
                }),
            ) => {
                self.trouble.tried(took);
                let took = if of_the_network { Duration::ZERO } else { took };
                return self.unreached(found, port, &problem, took);
            }
            (_, FsmEvent::Failed(problem)) => return over(Effect::failed(problem)),
            (
                step,
                FsmEvent::Connection(
                    ConnectionEvent::Resolved
                    | ConnectionEvent::Connected
                    | ConnectionEvent::LoggedIn
                    | ConnectionEvent::NeedsUser(_),
                )
                | FsmEvent::Script(_)
                | FsmEvent::Job(_)
                | FsmEvent::Tunnel(_)
                | FsmEvent::Server(_)
                | FsmEvent::Local(_)
                | FsmEvent::Lost { .. }
                | FsmEvent::NodeLost { .. },
            ) => (step, vec![]),
        };
        (State::Reconnecting(found, port, step), effects)
    }

    /// Handles the steps to a new connection that an open tunnel and a waiting job have in common.
    /// Returns `None` for an event that is none of these.
    pub(super) fn on_the_way(
        &mut self,
        step: ReconnectStep,
        event: &FsmEvent,
    ) -> Option<(ReconnectStep, Vec<Effect>)> {
        match (step, event) {
            (ReconnectStep::Pausing, FsmEvent::Local(LocalEvent::Elapsed)) => Some(begin()),
            (ReconnectStep::Pausing, FsmEvent::Local(LocalEvent::Check | LocalEvent::TryNow)) => {
                self.trouble.losses = 1;
                Some(begin())
            }
            (_, FsmEvent::Connection(ConnectionEvent::NeedsUser(_))) => {
                Some((ReconnectStep::AwaitingUser, vec![Effect::AwaitUser]))
            }
            (ReconnectStep::AwaitingUser, FsmEvent::Local(LocalEvent::TryNow)) => {
                let effects = vec![Effect::AttemptWithUser, Effect::Resolve];
                Some((ReconnectStep::Resolving, effects))
            }
            (ReconnectStep::Resolving, FsmEvent::Connection(ConnectionEvent::Resolved)) => {
                Some((ReconnectStep::Connecting, vec![Effect::Connect]))
            }
            (ReconnectStep::Connecting, FsmEvent::Connection(ConnectionEvent::Connected)) => {
                Some((ReconnectStep::LoggingIn, vec![Effect::LogIn]))
            }
            _ => None,
        }
    }

    fn next_attempt(&mut self, found: Box<FoundServer>, port: u16) -> (State, Vec<Effect>) {
        let (step, effects) = self.next_try();
        (State::Reconnecting(found, port, step), effects)
    }

    /// Another attempt to connect, at once or after a pause.
    pub(super) fn next_try(&mut self) -> (ReconnectStep, Vec<Effect>) {
        let pause = self.trouble.pause();
        if pause.is_zero() {
            return begin();
        }
        (ReconnectStep::Pausing, vec![Effect::Pause(pause)])
    }

    /// The connection is there again.
    pub(super) fn recovered(&mut self) {
        self.trouble = ReconnectBackoff::default();
    }

    /// Returns the final problem if the time for reconnecting is used up, after an attempt that
    /// took `took` and before a pause.
    pub(super) fn exhausted(
        &mut self,
        next: &[Effect],
        took: Duration,
        problem: &Problem,
    ) -> Option<Problem> {
        if let [Effect::Pause(pause)] = next
            && !took.is_zero()
        {
            self.trouble.spent += took + *pause;
        }
        let patience = self.plan.patience;
        let is_over = self.trouble.spent >= patience;
        is_over.then(|| problem::lost_for_good(&self.plan.host, patience, problem))
    }

    fn unreached(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        problem: &Problem,
        took: Duration,
    ) -> (State, Vec<Effect>) {
        let (state, effects) = self.next_attempt(found, port);
        if let Some(last) = self.exhausted(&effects, took, problem) {
            return over(Effect::failed(last));
        }
        (state, effects)
    }

    /// Logged in again: is the server still there?
    fn verify_same_server(
        &mut self,
        mut found: Box<FoundServer>,
        port: u16,
        runtime_files: &[RuntimeFile],
        host_info: &HostInfo,
    ) -> (State, Vec<Effect>) {
        let host = &self.plan.host;
        // The job may have been extended meanwhile.
        if let Some((_, info)) = self.job_of(&found.server.file) {
            found.info = Some(info);
        }
        let same = same(&found, runtime_files, host_info);
        if same.is_none() && found.job.is_none() && found.node != host_info.node {
            // Several login nodes share the name: the next attempt may reach the right one.
            let problem = problem::other_machine(host, &found.node, &host_info.node);
            return self.unreached(found, port, &problem, Duration::from_secs(1));
        }
        if let Some(server) = same {
            // Another login host may stand between now.
            found.server.node = server.node;
            found.route = found.route_again();
            if let Some(hop) = hop(&found, false) {
                return (
                    State::Reconnecting(found, port, ReconnectStep::ConnectingNode),
                    vec![hop],
                );
            }
            let mut effects: Vec<Effect> = relay(&found).into_iter().collect();
            effects.push(Effect::Resume);
            return (
                State::Reconnecting(found, port, ReconnectStep::Resuming),
                effects,
            );
        }
        if is_there(&found, runtime_files) {
            // It is shutting down, most likely.
            let problem = problem::not_listening(host);
            return self.unreached(found, port, &problem, Duration::from_secs(1));
        }
        if let Some(problem) = self.doubt_about(&found) {
            return self.unreached(found, port, &problem, Duration::from_secs(1));
        }
        over(Effect::failed(self.ended(&found, host_info)))
    }

    /// The server's job may live, though the scheduler does not show it.
    fn doubt_about(&self, found: &FoundServer) -> Option<Problem> {
        let id = &found.job.as_ref()?.identity.id;
        let is_its = self.doubts.iter().any(|doubt| doubt.id == *id);
        is_its.then(|| self.doubt()).flatten()
    }
}

/// Returns true if a check beside the tunnel proves that the server has ended.
pub(super) fn is_gone(
    found: &FoundServer,
    runtime_files: &[RuntimeFile],
    host_info: &HostInfo,
) -> bool {
    (found.job.is_some() || found.node == host_info.node) && !is_there(found, runtime_files)
}

/// An attempt to connect begins.
fn begin() -> (ReconnectStep, Vec<Effect>) {
    (
        ReconnectStep::Resolving,
        vec![Effect::Attempt, Effect::Resolve],
    )
}

/// The same process, at the same place, with the same token: nobody else can know that.
fn same(
    found: &FoundServer,
    runtime_files: &[RuntimeFile],
    host_info: &HostInfo,
) -> Option<Server> {
    let mut servers = runtime_files
        .iter()
        .flat_map(|one| one.server(host_info.uid));
    let is_same = |server: &Server| {
        server.pid == found.server.pid
            && server.endpoint == found.server.endpoint
            && server.token == found.server.token
    };
    servers.find(is_same)
}

/// Its process runs. (The script tells only of runtime files whose process does.)
fn is_there(found: &FoundServer, runtime_files: &[RuntimeFile]) -> bool {
    runtime_files
        .iter()
        .any(|one| one.pid == found.server.pid && one.file == found.server.file)
}
