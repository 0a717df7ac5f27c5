//! Carries out a session's effects, in the one thread that owns its SSH connection.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

mod background;
mod compute_node;
mod connect;
mod connection_phase;
mod holder;
mod idle;
mod job_end;
mod job_polling;
mod jobs;
mod logs;
mod loss;
mod maintenance;
mod rehearsal;
mod relay;
mod remote_script;
mod tunnel;
mod usage;
mod walltime;

use super::delegate::SessionDelegate;
use super::event::{Event, Phase};
use super::fsm::{
    Effect, FsmEvent, FsmInput, Goal, IdleRule, LocalEvent, ServerEvent, SessionCommand,
    SessionPlan, StateMachine,
};
use super::handle::Handle;
use super::loss::LossReport;
use super::poll_coordinator::PollClient;
use super::prompter::EventSink;
use super::requests;
use super::requests::Probe;
use super::session_request::SessionRequest;
use super::shared::Shared;
use super::types::{Forwarded, LastEnd, Walltime};
use super::walltime::Countdown;
use crate::config::{Host, LauncherKind};
use crate::connect::Hop;
use crate::jupyter::{Kernels, Page, SelectionCriteria, Server};
use crate::problem::Problem;
use crate::scheduler::{Route, Routes, Scheduler, adapter, seconds};
use crate::ssh::channel;
use crate::ssh::poll::Poller;
use crate::ssh::prompt::{Prompt, Prompter};
use crate::ssh::resolve::SshTarget;
use crate::tunnel::HeldListeners;
use connection_phase::ConnectionPhase;
use maintenance::Maintenance;

/// Longest time for a stop: Jupyter gets 10 seconds, then TERM and KILL.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// Longest time for a page's last bytes when the session closes.
const DRAIN: Duration = Duration::from_millis(200);

struct Driver {
    order: SessionRequest,
    shared: Shared,
    surroundings: Arc<dyn SessionDelegate>,
    sink: EventSink,
    poller: Rc<Poller>,
    handle: Handle,
    phase: Phase,
    destination: Option<Destination>,
    connection: ConnectionPhase,
    /// True if the last login went through without the user: no prompt, and no long wait.
    login_needs_nobody: bool,
    /// True if the user wanted this attempt to reconnect, and expects a prompt.
    is_attended: bool,
    local_ports: Option<LocalPorts>,
    standing: Option<Maintenance>,
    /// Its place among those who wait for the same scheduler.
    seat: Option<PollClient>,
    /// The time of the job, where that has an end.
    countdown: Option<Countdown>,
    /// Seconds by which the remote host's clock is ahead of the local one.
    ahead: i64,
    /// Listeners of the local ports, while reconnecting.
    held: Option<HeldListeners>,
    /// Times at which the present attempt to reconnect began, and at which the next one will.
    attempt_at: Instant,
    retry_at: Option<Instant>,
    /// Report of a lost connection.
    loss: LossReport,
}

/// The remote host, as the ssh configuration says.
struct Destination {
    target: SshTarget,
    /// The jump hosts before it.
    hops: Vec<Hop>,
}

/// The local ports, once one forwards to the server. They outlive a connection.
struct LocalPorts {
    /// Target of the server.
    server_at: channel::ForwardTarget,
    /// True if that is on another machine than the login host.
    is_elsewhere: bool,
    /// The time since when the server's socket refuses connections.
    socket_refuses_since: Option<Instant>,
    /// The further forwards that are open.
    forwards: Vec<Forwarded>,
    /// Those of them that were told to be refused.
    told_refused: Vec<channel::ForwardTarget>,
}

/// Outcome of an effect: an event for the state machine, none yet, or a failure with its text. A
/// cancelled wait is not a failure: it is the request to close.
type EffectResult = Result<Option<FsmEvent>, EffectError>;

enum EffectError {
    Close,
    Problem(Problem),
    /// Worth another try: says so itself.
    Retry(Box<FsmEvent>),
}

/// The session's thread.
pub fn run(
    order: SessionRequest,
    shared: Shared,
    surroundings: Arc<dyn SessionDelegate>,
    events: impl Fn(Event) + 'static,
    poller: Poller,
    inputs: &mpsc::Receiver<FsmInput>,
    handle: Handle,
) {
    let remembered = surroundings.remembered_route(&order.host.name);
    let relays =
        adapter(order.host.launcher).is_some_and(|one| one.exec_in_job_command("", "").is_some());
    let routes = Routes::new(order.host.bind, remembered, relays);
    let mut machine = StateMachine::new(plan(&order, routes));
    let mut driver = Driver {
        order,
        shared,
        surroundings,
        sink: Box::new(events),
        poller: Rc::new(poller),
        handle,
        phase: Phase::Resolving,
        destination: None,
        connection: ConnectionPhase::Disconnected,
        login_needs_nobody: false,
        is_attended: false,
        local_ports: None,
        standing: None,
        seat: None,
        countdown: None,
        ahead: 0,
        held: None,
        attempt_at: Instant::now(),
        retry_at: None,
        loss: LossReport::default(),
    };
    driver
        .poller
        .set_deadline(Some(Instant::now() + driver.order.timeout));
    let mut queue = VecDeque::from([FsmInput::from(SessionCommand::Begin)]);
    while !machine.has_ended() {
        let input = match queue.pop_front().or_else(|| inputs.try_recv().ok()) {
            Some(input) => input,
            None => match driver.idle() {
                Ok(Some(event)) => event.into(),
                Ok(None) => continue,
                Err(halt) => halt.into(),
            },
        };
        driver.loss.note(&input);
        for effect in machine.handle(input) {
            match driver.execute(effect) {
                Ok(event) => queue.extend(event.map(FsmInput::from)),
                Err(halt) => queue.push_back(halt.into()),
            }
        }
    }
}

fn plan(order: &SessionRequest, routes: Routes) -> SessionPlan {
    let host = &order.host;
    let scheduler = adapter(host.launcher);
    SessionPlan {
        goal: order.goal.clone(),
        host: host.name.clone(),
        launch: host.launcher != LauncherKind::Attach && !order.restores,
        restores: order.restores,
        is_exact: order.is_exact,
        wanted: SelectionCriteria {
            port: host.remote_port,
            workdir: host.workdir.is_some(),
            refused: Vec::new(),
        },
        patience: order.patience,
        scheduler: scheduler.map_or_else(String::new, |one| one.id().to_owned()),
        job_tells: host.job_script.is_none(),
        why_calls: scheduler.map_or(0, Scheduler::pending_reason_calls),
        walltime: host.walltime.as_deref().map(seconds),
        poll: Duration::from_secs(host.poll_seconds.into()),
        timeout: order.timeout,
        cell_done_after: order.cell_done_after,
        idle: host.idle_stop.map(|limit| (limit, idle_rule(host))),
        routes,
    }
}

/// Returns who ends an unused server: this side, where Jupyter's own options are the user's.
fn idle_rule(host: &Host) -> IdleRule {
    if host.command.is_some() || host.job_script.is_some() {
        IdleRule::ThisSide
    } else {
        IdleRule::Jupyter
    }
}

impl From<EffectError> for FsmInput {
    fn from(halt: EffectError) -> Self {
        match halt {
            EffectError::Close => SessionCommand::Close.into(),
            EffectError::Problem(problem) => FsmEvent::Failed(problem).into(),
            EffectError::Retry(event) => (*event).into(),
        }
    }
}

impl Driver {
    fn host(&self) -> &Host {
        &self.order.host
    }

    /// Returns the resolved destination, once it is known.
    fn target(&self) -> Option<&SshTarget> {
        self.destination.as_ref().map(|known| &known.target)
    }

    fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    fn execute(&mut self, effect: Effect) -> EffectResult {
        match effect {
            Effect::Emit(event) => done(|| self.emit(event)),
            Effect::EmitReady(found, port, version) => self.tell_ready(&found, port, version),
            Effect::EmitReconnected(found, port) => self.tell_again(&found, port),

            Effect::Resolve => self.resolve(),
            Effect::Connect => self.connect(),
            Effect::LogIn => self.log_in(),
            Effect::Attempt => done(|| self.attempt(false)),
            Effect::AttemptWithUser => done(|| self.attempt(true)),
            Effect::AwaitUser => done(|| self.await_user()),
            Effect::Pause(pause) => done(|| {
                self.tell_loss(Some(pause));
                self.pause(pause);
            }),
            Effect::Suspend => done(|| self.hold()),
            Effect::Resume => self.resume(),
            Effect::ProbePeer => done(|| self.doubt()),

            Effect::Discover => self.look("find"),
            Effect::Lock => self.look("lock"),
            Effect::Unlock => self.unlock(),
            Effect::Launch => self.await_launch("launch"),
            Effect::Await(folder) => self.await_launch(&format!("await {folder}")),
            Effect::EndLaunch(folder) => self.await_end(&format!("abort {folder}")),
            Effect::EnsureStopped { server, asked } => self.make_gone(&server, asked),
            Effect::Rehearse => self.rehearse(),
            Effect::FetchLog(folder) => self.fetch_log(folder.as_deref()),
            Effect::FetchChoices => self.fetch_choices(),
            Effect::FetchPaths(folder) => self.fetch_paths(&folder),

            Effect::Submit(bind) => self.submit(bind),
            Effect::ReadJobFiles(folder) => self.peek(&folder),
            Effect::ReadSharedHome { id, known, node } => {
                self.peek_far(&id, &known, node.as_deref())
            }
            Effect::Poll(call) => self.poll_job(&call),
            Effect::Query(call) => self.query_job(&call),
            Effect::QueryPendingReason(call) => self.ask_why(&call),
            Effect::List(id) => self.list(&id),
            Effect::Extend(job, by) => self.extend(&job, by),
            Effect::JobOver(folder) => self.job_over(&folder),
            Effect::EndJob(end) => self.end_job(&end),
            Effect::Sleep(pause) => done(|| self.sleep(pause)),

            Effect::Listen(server) => self.listen(&server),
            Effect::Forward(found, port, forward) => self.forward(&found, port, &forward),
            Effect::Leave => self.end_forwarder().map(|()| None),
            Effect::Probe => self.probe(),
            Effect::ConnectNode(node, pid, is_new) => self.hop(&node, pid, is_new),
            Effect::CloseListeners => done(|| self.shut()),
            Effect::Relay(server, job) => self.relay(&server, &job),
            Effect::Relocate(folder) => self.move_server(&folder),

            Effect::Check(server, port, reused) => done(|| self.check(server, port, reused)),
            Effect::Count(server, port) => done(|| self.count(server, port)),
            Effect::AskToEnd(server, port) => {
                done(|| requests::ask_to_end(&self.handle, server, port))
            }
            Effect::WatchKernels(next) => done(|| self.watch_kernels(next)),
            Effect::ActOnKernel(server, port, kernel) => done(|| {
                let (handle, host) = (&self.handle, &self.host().name);
                requests::act_on_kernel(handle, host, server, port, kernel);
            }),
            Effect::InBackground(task) => Ok(self.in_background(task)),

            Effect::Confirm(kernels) => Ok(Some(self.confirm(kernels))),
            Effect::Show(found, port, page) => self.show(&found, port, &page),
            Effect::CountPages(found, port, page) => Ok(self.count_pages(found.server, port, page)),
            Effect::Remember(port) => done(|| self.remember_port(port)),
            Effect::RememberRoute(route) => done(|| self.remember_route(route)),
        }
    }

    /// Sends an event, after what has to be true when it is received.
    fn emit(&mut self, event: Event) {
        match &event {
            Event::Phase(phase) => self.enter(*phase),
            Event::Walltime(job, Walltime::Extended) => self.put_off_countdown(job),
            Event::Refused(_) | Event::Idle(_) => self.poller.set_deadline(None),
            Event::Failed(problem) => {
                self.remember_end(Some(problem));
                self.release();
            }
            Event::Closed => {
                self.remember_end(None);
                self.release();
            }
            Event::Walltime(_, Walltime::Short)
            | Event::Note(_)
            | Event::Warning(_)
            | Event::Loss(_)
            | Event::Waits(_)
            | Event::Ask(..)
            | Event::Ready(_)
            | Event::Job(_)
            | Event::Kernels(_)
            | Event::CellDone(_)
            | Event::PageOpen
            | Event::Log { .. }
            | Event::Usage(_)
            | Event::Seen(_)
            | Event::Choices(_)
            | Event::Paths(_)
            | Event::Step(_) => {}
        }
        let event = self.with_usual_wait(event);
        let is_phase = matches!(event, Event::Phase(_));
        self.tell(event);
        if is_phase {
            self.tell_loss(None);
        }
    }

    fn check(&self, server: Server, port: u16, reused: bool) {
        let deadline = self.poller.deadline().unwrap_or_else(Instant::now);
        let asks = match &self.order.goal {
            Goal::Open { page, .. } => Probe::Page(page.app),
            _ => Probe::Life,
        };
        let (handle, host) = (&self.handle, &self.host().name);
        requests::check(handle, host, server, port, asks, reused, deadline);
    }

    fn count(&self, server: Server, port: u16) {
        self.poller
            .set_deadline(Some(Instant::now() + STOP_TIMEOUT));
        requests::count(&self.handle, server, port);
    }

    /// Counts the websockets of pages: the forwarder knows them as they are now, and where it does not, the
    /// server knows those to its kernels.
    fn count_pages(&mut self, server: Server, port: u16, page: Page) -> Option<FsmEvent> {
        let forwarder = self.connection.forwarder();
        if let Some(count) = forwarder.and_then(|forwarder| forwarder.websockets()) {
            return Some(FsmEvent::Server(ServerEvent::PagesCounted(count, page)));
        }
        requests::count_pages(&self.handle, server, port, page);
        None
    }

    fn remember_port(&self, port: u16) {
        self.surroundings.remember_port(&self.host().name, port);
    }

    fn remember_route(&self, route: Route) {
        self.surroundings.remember_route(&self.host().name, route);
    }

    fn sleep(&mut self, pause: Duration) {
        self.retry_at = Some(Instant::now() + pause);
    }

    /// A wait in the queue has no time limit, and what ends it ends the job. A job goes on waiting while
    /// the connection is lost.
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        if phase == Phase::Reconnecting {
            self.loss.begin();
        } else {
            self.loss.end();
        }
        let waits = matches!(phase, Phase::Submitting | Phase::Queued)
            || matches!(phase, Phase::Starting | Phase::Reconnecting) && self.handle.waits();
        self.handle.set_waits(waits);
        self.sit(phase);
        if phase == Phase::Queued {
            self.poller.set_deadline(None);
        }
    }

    /// Lets everything go before the last event: its receiver may end the process.
    fn release(&mut self) {
        if let Some(forwarder) = self.connection.forwarder() {
            forwarder.drain(DRAIN);
        }
        self.held = None;
        self.let_go();
    }

    /// Remembers why a tunnel ended, or that the user ended it, or opened it again.
    fn remember_end(&self, problem: Option<&Problem>) {
        if !matches!(self.order.goal, Goal::Open { .. }) {
            return;
        }
        let end = problem.map(|problem| LastEnd {
            at: jiff::Timestamp::now().as_second(),
            code: problem.code.word().to_owned(),
            title: problem.title.clone(),
        });
        self.surroundings.remember_end(&self.host().name, end);
    }

    fn confirm(&mut self, kernels: Option<Kernels>) -> FsmEvent {
        let host = self.host().name.clone();
        let prompt = match kernels {
            Some(Kernels { total, busy }) => Prompt::EndKernels { host, total, busy },
            None => Prompt::EndUncounted { host },
        };
        let answer = self.prompter().ask(prompt);
        let yes = answer.is_ok_and(|answer| answer.trim().eq_ignore_ascii_case("yes"));
        FsmEvent::Local(LocalEvent::Confirmed(yes))
    }
}

/// Carries out an effect that neither fails nor has an event at once.
#[allow(clippy::unnecessary_wraps, reason = "one arm of a table of outcomes")]
fn done(carry_out: impl FnOnce()) -> EffectResult {
    carry_out();
    Ok(None)
}
