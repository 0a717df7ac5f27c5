//! The transitions: what each state does with a command, and with an event.
//!
//! Every table ends with the inputs that its states ignore. Such an input is a late answer to an
//! effect that was given up, or a command that came too early or too late. No table has a `_` that
//! would swallow a new event: the compiler asks for its place in each.

use super::command::{FsmInput, SessionCommand};
use super::effect::{BackgroundTask, Effect};
use super::event::{
    ConnectionEvent, FsmEvent, JobEvent, LocalEvent, ScriptEvent, ServerEvent, TunnelEvent,
};
use super::inspect::{probed, rehearsed};
use super::job::stop_waiting;
use super::kernel_runs::{Look, NextLook};
use super::machine::{StateMachine, over, over_with};
use super::reconnect::is_gone;
use super::state::State;
use super::stop::{ask_to_end, count, make_gone};
use super::types::{Busy, FoundServer};
use crate::i18n::fl;
use crate::jupyter::{Observation, Page};
use crate::phase::Phase;
use crate::problem;
use crate::session::event::Event;

impl StateMachine {
    /// Takes a command or an event. Returns the effects to be carried out.
    pub fn handle(&mut self, input: impl Into<FsmInput>) -> Vec<Effect> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        let (state, effects) = match input.into() {
            FsmInput::Command(command) => self.command(state, command),
            FsmInput::Event(event) => {
                let event = self.note_jobs(event);
                self.event(state, event)
            }
        };
        self.state = state;
        effects
    }

    fn command(&mut self, state: State, command: SessionCommand) -> (State, Vec<Effect>) {
        use SessionCommand::{
            Begin, Close, Extend, Forward, Keep, Kernel, ReadLog, ReadUsage, Show, ShowUnlessOpen,
            Stop,
        };
        match (state, command) {
            (
                State::Ended,
                Begin | Show(_) | ShowUnlessOpen(_) | Stop(_) | Extend(_) | Keep | ReadLog
                | ReadUsage | Kernel(_) | Forward(_) | Close,
            ) => ended(),
            (_, Close) => over(Effect::closed()),
            (State::Idle, Begin) => (
                State::Resolving,
                vec![Effect::phase(Phase::Resolving), Effect::Resolve],
            ),
            (State::Queued(wait), Stop(_)) => stop_waiting(&wait),
            (State::Queued(wait), ReadLog) => (State::Queued(wait), vec![Effect::FetchLog(None)]),
            (State::Returning(wait, step), Stop(_)) => self.cancel_while_lost(wait, step),
            // A caller that requested it before it knew of the loss is not left waiting.
            (
                state @ (State::Returning(..) | State::Reconnecting(..)),
                Stop(_) | Extend(_) | Keep | ReadLog | ReadUsage | Kernel(_) | Forward(_),
            ) => {
                let problem = problem::not_now(&self.plan.host);
                (state, vec![Effect::refused(problem)])
            }
            (State::Ready(found, port), Show(page)) => self.show(found, port, page),
            (State::Ready(found, port), ShowUnlessOpen(page)) => {
                let count = Effect::CountPages(found.clone(), port, page);
                (State::Ready(found, port), vec![count])
            }
            (State::Ready(found, port), Stop(busy)) => count(found, port, busy),
            (State::Ready(found, port), Extend(by)) => self.extend(found, port, by),
            (State::Ready(found, port), Keep) => {
                let keep = self.keep(&found);
                (State::Ready(found, port), vec![keep])
            }
            (State::Ready(found, port), Kernel(command)) => {
                let act = Effect::ActOnKernel(found.server.clone(), port, command);
                (State::Ready(found, port), vec![act])
            }
            (State::Ready(found, port), Forward(forward)) => {
                let open = Effect::Forward(found.clone(), port, forward);
                (State::Ready(found, port), vec![open])
            }
            (state @ State::Ready(..), ReadLog) => {
                (state, vec![Effect::InBackground(BackgroundTask::ReadLog)])
            }
            (state @ State::Ready(..), ReadUsage) => {
                (state, vec![Effect::InBackground(BackgroundTask::ReadUsage)])
            }
            // Ignored: a session begins once, and only an open tunnel or a waiting job has more to
            // give.
            (
                state @ State::Queued(_),
                Begin | Show(_) | ShowUnlessOpen(_) | Extend(_) | Keep | ReadUsage | Kernel(_)
                | Forward(_),
            )
            | (
                state @ (State::Returning(..) | State::Reconnecting(..)),
                Begin | Show(_) | ShowUnlessOpen(_),
            )
            | (state @ State::Ready(..), Begin)
            | (
                state @ State::Idle,
                Show(_) | ShowUnlessOpen(_) | Stop(_) | Extend(_) | Keep | ReadLog | ReadUsage
                | Kernel(_) | Forward(_),
            )
            | (
                state @ (State::Resolving
                | State::Connecting
                | State::LoggingIn
                | State::Discovering { .. }
                | State::Starting { .. }
                | State::Submitting
                | State::Dropping(_)
                | State::ConnectingNode(..)
                | State::Relocating(_)
                | State::Listening(_)
                | State::Checking(..)
                | State::Counting(..)
                | State::Confirming(..)
                | State::ShuttingDown(_)
                | State::Ending
                | State::Probing
                | State::FetchingLog
                | State::Extending(_)),
                Begin | Show(_) | ShowUnlessOpen(_) | Stop(_) | Extend(_) | Keep | ReadLog
                | ReadUsage | Kernel(_) | Forward(_),
            ) => (state, vec![]),
        }
    }

    fn event(&mut self, state: State, event: FsmEvent) -> (State, Vec<Effect>) {
        match state {
            State::Ended => ended(),
            // These outlive the loss of a connection.
            State::Queued(wait) => self.queued(wait, event),
            State::Returning(wait, step) => self.returning(wait, step, event),
            State::Ready(found, port) => self.standing(found, port, event),
            State::Reconnecting(found, port, step) => self.reconnecting(found, port, step, event),
            // Each of these waits for one answer, and ends with its connection.
            State::Idle
            | State::Resolving
            | State::Connecting
            | State::LoggingIn
            | State::Discovering { .. }
            | State::Starting { .. }
            | State::Submitting
            | State::Dropping(_)
            | State::ConnectingNode(..)
            | State::Relocating(_)
            | State::Listening(_)
            | State::Checking(..)
            | State::Counting(..)
            | State::Confirming(..)
            | State::ShuttingDown(_)
            | State::Ending
            | State::Probing
            | State::FetchingLog
            | State::Extending(_) => self.answered(state, event),
        }
    }

    fn answered(&mut self, state: State, event: FsmEvent) -> (State, Vec<Effect>) {
        match event {
            FsmEvent::Connection(event) => self.connected(state, &event),
            FsmEvent::Script(event) => self.script_answered(state, event),
            FsmEvent::Job(event) => self.job_answered(state, event),
            FsmEvent::Tunnel(event) => self.tunnel_answered(state, event),
            FsmEvent::Server(event) => self.server_answered(state, event),
            FsmEvent::Local(event) => self.confirmed(state, &event),
            FsmEvent::Lost { problem, .. }
            | FsmEvent::NodeLost { problem, .. }
            | FsmEvent::Failed(problem) => over(Effect::failed(problem)),
        }
    }

    fn connected(&self, state: State, event: &ConnectionEvent) -> (State, Vec<Effect>) {
        use ConnectionEvent::{Connected, LoggedIn, NeedsUser, Resolved, Unreached};
        match (state, event) {
            (State::Resolving, Resolved) => (
                State::Connecting,
                vec![Effect::phase(Phase::Connecting), Effect::Connect],
            ),
            (State::Connecting, Connected) => (
                State::LoggingIn,
                vec![Effect::phase(Phase::Authenticating), Effect::LogIn],
            ),
            (State::LoggingIn, LoggedIn) => self.logged_in(),
            (state, Resolved | Connected | LoggedIn | NeedsUser(_) | Unreached { .. }) => {
                (state, vec![])
            }
        }
    }

    fn script_answered(&mut self, state: State, event: ScriptEvent) -> (State, Vec<Effect>) {
        use ScriptEvent::{
            Choices, Discovered, Found, Gone, Kept, Launched, Log, NoLog, NoUsage, Paths,
            Rechecked, Rediscover, Rehearsed, Usage,
        };
        match (state, event) {
            (State::Discovering { locked }, Found(runtime_files, host_info)) => {
                self.discovered(&runtime_files, host_info, locked)
            }
            (State::Starting { node, own }, Launched(runtime_file)) => {
                self.launched(&runtime_file, node, own)
            }
            (State::Starting { .. }, Rediscover) => super::lock(),
            (State::Dropping(problem), Gone(how)) => self.dropped(*problem, &how),
            (State::Ending, Gone(how)) => self.gone(&how),
            (State::Probing, Rehearsed(outcome)) => rehearsed(outcome),
            (State::FetchingLog, Log(path, text)) => {
                over_with(Effect::log(path, &text), Effect::closed())
            }
            (State::FetchingLog, Choices(choices)) => {
                over_with(Effect::Emit(Event::Choices(choices)), Effect::closed())
            }
            (State::FetchingLog, Paths(paths)) => {
                over_with(Effect::Emit(Event::Paths(paths)), Effect::closed())
            }
            (
                state,
                Choices(_) | Paths(_) | Found(..) | Discovered(_) | Rechecked(..) | Launched(_)
                | Rediscover | Gone(_) | Log(..) | NoLog(_) | Kept(_) | Rehearsed(_) | Usage(_)
                | NoUsage(_),
            ) => (state, vec![]),
        }
    }

    fn job_answered(&mut self, state: State, event: JobEvent) -> (State, Vec<Effect>) {
        use JobEvent::{
            Extended, FilesRead, Moved, NotExtended, Over, PendingReason, Polled, Queried,
            Submitted,
        };
        match (state, event) {
            (State::Submitting, Submitted { folder, identity }) => self.submitted(folder, identity),
            (State::Relocating(found), Moved) => self.moved(*found),
            (State::Extending(info), event) => self.extending(info, event),
            (
                state,
                Submitted { .. }
                | FilesRead(_)
                | Polled(..)
                | Queried(_)
                | PendingReason(_)
                | Over(..)
                | Moved
                | Extended(_)
                | NotExtended(_),
            ) => (state, vec![]),
        }
    }

    fn tunnel_answered(&mut self, state: State, event: TunnelEvent) -> (State, Vec<Effect>) {
        use TunnelEvent::{
            ForwardRefused, ForwardingForbidden, Listening, NodeConnected, NodeUnreachable, Probed,
            Refused, Resumed, ServerNotOnNode,
        };
        match (state, event) {
            (State::ConnectingNode(found, port), event) => self.connecting_node(found, port, event),
            (State::Listening(found), Listening { port, taken }) => {
                super::listening(found, port, taken)
            }
            (State::Checking(found, _), ForwardRefused(problem)) if found.server.node.is_none() => {
                self.unanswered(*found, problem)
            }
            (State::Checking(found, port), ForwardRefused(problem)) => {
                self.turned_back(found, Some(port), problem)
            }
            (State::Probing, Probed(problem)) => probed(problem),
            (
                state,
                Listening { .. }
                | Resumed
                | Refused
                | ForwardRefused(_)
                | Probed(_)
                | NodeConnected
                | NodeUnreachable(_)
                | ServerNotOnNode(_)
                | ForwardingForbidden(_),
            ) => (state, vec![]),
        }
    }

    fn server_answered(&mut self, state: State, event: ServerEvent) -> (State, Vec<Effect>) {
        use ServerEvent::{
            Active, AskedToEnd, Checked, Counted, KernelActed, PagesCounted, Unsuitable,
        };
        match (state, event) {
            (State::Checking(found, port), Checked(Ok(answer))) => {
                self.checked(found, port, answer)
            }
            (State::Checking(found, _), Checked(Err(problem))) => self.silent(found, problem),
            (State::Checking(found, _), Unsuitable(problem)) => self.unsuitable(found, problem),
            (State::Counting(found, port, busy), Counted(kernels)) => {
                self.counted(found, port, busy, kernels)
            }
            (State::ShuttingDown(found), AskedToEnd(asked)) => make_gone(&self.plan, *found, asked),
            (
                state,
                Checked(_) | Unsuitable(_) | Counted(_) | AskedToEnd(_) | Active(_)
                | PagesCounted(..) | KernelActed(_),
            ) => (state, vec![]),
        }
    }

    fn confirmed(&self, state: State, event: &LocalEvent) -> (State, Vec<Effect>) {
        use LocalEvent::{Check, Confirmed, Elapsed, NotShown, TryNow};
        match (state, event) {
            (State::Confirming(found, port, _), Confirmed(true)) => ask_to_end(found, port),
            (State::Confirming(.., kernels), Confirmed(false)) => {
                let problem = problem::kernels_busy(&self.plan.host, kernels);
                over(Effect::failed(problem))
            }
            (state, Elapsed | Check | TryNow | Confirmed(_) | NotShown(_)) => (state, vec![]),
        }
    }

    /// Handles events that do not end an open tunnel, except for a lost connection and for a server
    /// that is gone.
    fn standing(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        event: FsmEvent,
    ) -> (State, Vec<Effect>) {
        let effect = match event {
            FsmEvent::Lost { stood, .. } if self.should_reconnect() => {
                return self.lost(found, port, stood);
            }
            FsmEvent::NodeLost { stood, .. } if self.should_reconnect() => {
                return self.node_lost(found, port, stood);
            }
            FsmEvent::Lost { problem, .. }
            | FsmEvent::NodeLost { problem, .. }
            | FsmEvent::Failed(problem) => return over(Effect::failed(problem)),
            FsmEvent::Script(ScriptEvent::Rechecked(runtime_files, host_info))
                if is_gone(&found, &runtime_files, &host_info) =>
            {
                return over(Effect::failed(self.ended(&found, &host_info)));
            }
            FsmEvent::Job(event) => return self.longer(found, port, event),
            FsmEvent::Local(LocalEvent::Check | LocalEvent::TryNow) => Effect::ProbePeer,
            FsmEvent::Local(LocalEvent::NotShown(reason)) => {
                Effect::warning(fl!("session-no-browser", reason = reason))
            }
            FsmEvent::Script(ScriptEvent::Log(path, text)) => Effect::log(path, &text),
            FsmEvent::Script(ScriptEvent::Kept(Ok(()))) => {
                Effect::Emit(Event::Idle(self.idle.keep()))
            }
            FsmEvent::Script(ScriptEvent::Usage(usage)) => Effect::Emit(Event::Usage(usage)),
            FsmEvent::Script(
                ScriptEvent::NoLog(problem)
                | ScriptEvent::NoUsage(problem)
                | ScriptEvent::Kept(Err(problem)),
            )
            | FsmEvent::Server(ServerEvent::KernelActed(Err(problem))) => Effect::refused(problem),
            FsmEvent::Tunnel(TunnelEvent::Refused) => Effect::InBackground(BackgroundTask::Recheck),
            FsmEvent::Server(ServerEvent::PagesCounted(0, page)) => {
                return self.show(found, port, page);
            }
            FsmEvent::Server(ServerEvent::PagesCounted(..)) => Effect::Emit(Event::PageOpen),
            FsmEvent::Server(ServerEvent::Active(seen)) => {
                return self.active(found, port, seen);
            }
            // The menu is to show at once what became of it.
            FsmEvent::Server(ServerEvent::KernelActed(Ok(()))) => {
                Effect::WatchKernels(NextLook::Soon)
            }
            FsmEvent::Connection(_)
            | FsmEvent::Script(
                ScriptEvent::Found(..)
                | ScriptEvent::Discovered(_)
                | ScriptEvent::Rechecked(..)
                | ScriptEvent::Launched(_)
                | ScriptEvent::Rediscover
                | ScriptEvent::Gone(_)
                | ScriptEvent::Rehearsed(_)
                | ScriptEvent::Choices(_)
                | ScriptEvent::Paths(_),
            )
            | FsmEvent::Tunnel(
                TunnelEvent::Listening { .. }
                | TunnelEvent::Resumed
                | TunnelEvent::ForwardRefused(_)
                | TunnelEvent::Probed(_)
                | TunnelEvent::NodeConnected
                | TunnelEvent::NodeUnreachable(_)
                | TunnelEvent::ServerNotOnNode(_)
                | TunnelEvent::ForwardingForbidden(_),
            )
            | FsmEvent::Server(
                ServerEvent::Checked(_)
                | ServerEvent::Unsuitable(_)
                | ServerEvent::Counted(_)
                | ServerEvent::AskedToEnd(_),
            )
            | FsmEvent::Local(LocalEvent::Elapsed | LocalEvent::Confirmed(_)) => {
                return (State::Ready(found, port), vec![]);
            }
        };
        (State::Ready(found, port), vec![effect])
    }

    fn show(&mut self, found: Box<FoundServer>, port: u16, page: Page) -> (State, Vec<Effect>) {
        self.notebook = page.notebook.clone().or(self.notebook.take());
        let show = Effect::Show(found.clone(), port, page);
        (State::Ready(found, port), vec![show])
    }

    fn active(
        &mut self,
        found: Box<FoundServer>,
        port: u16,
        seen: Observation,
    ) -> (State, Vec<Effect>) {
        let (told, is_up) = self.see_use(&found, &seen);
        let mut effects = self.note_activity(seen);
        effects.extend(told);
        if !is_up {
            return (State::Ready(found, port), effects);
        }
        let (state, more) = count(found, port, Busy::Unused);
        effects.extend(more);
        (state, effects)
    }

    fn note_activity(&mut self, seen: Observation) -> Vec<Effect> {
        let Look {
            activity,
            done,
            next,
        } = self.kernel_runs.see(seen);
        let mut effects = vec![Effect::WatchKernels(next)];
        self.notebook = activity.latest.clone().or(self.notebook.take());
        if self.activity.as_ref() != Some(&activity) {
            self.activity = Some(activity.clone());
            effects.push(Effect::Emit(Event::Kernels(activity)));
        }
        let told = done
            .into_iter()
            .map(|done| Effect::Emit(Event::CellDone(done)));
        effects.extend(told);
        effects
    }
}

fn ended() -> (State, Vec<Effect>) {
    (State::Ended, vec![])
}
