//! Carries out a session's effects, in the one thread that owns its SSH connection.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

mod compute_node;
mod connect;
mod jobs;
mod logs;
mod maintenance;
mod rehearsal;
mod relay;
mod remote_script;
mod tunnel;
mod walltime;

use super::event::{Event, Forwarded, Phase};
use super::fsm::{Effect, Goal, Input, Machine, Plan};
use super::poll_coordinator::Seat;
use super::prompter::Sink;
use super::requests::Asks;
use super::walltime::Countdown;
use super::{Handle, Order, Surroundings, requests};
use crate::config::{Host, LauncherKind};
use crate::connect::{Hop, node};
use crate::jupyter::{Kernels, Wanted};
use crate::problem::Problem;
use crate::remote::Conversation;
use crate::scheduler::{Routes, Scheduler, scheduler, seconds};
use crate::secret::redact;
use crate::ssh::poll::Waiter;
use crate::ssh::prompt::{Ask, Question};
use crate::ssh::resolve::Target;
use crate::ssh::{Connection, channel};
use crate::tunnel::{Held, Pump};
use maintenance::{Standing, Wish};

/// How long a stop may take: Jupyter gets ten seconds, then TERM and KILL.
const STOP_TIMEOUT: Duration = Duration::from_secs(60);
/// What a page's last bytes get at a close.
const DRAIN: Duration = Duration::from_millis(200);

struct Driver {
    order: Order,
    surroundings: Arc<dyn Surroundings>,
    sink: Sink,
    waiter: Rc<Waiter>,
    handle: Handle,
    phase: Phase,
    target: Option<Target>,
    /// The jump hosts before it.
    hops: Vec<Hop>,
    connection: Option<Rc<Connection>>,
    /// The key that was right there.
    key: Option<Vec<u8>>,
    /// True if that login went through without the user: no prompt, and no long wait.
    login_needs_nobody: bool,
    /// The session to the server's node, over that connection.
    hop: Option<node::Node>,
    /// Where the server is, once a local port leads there.
    server_at: Option<channel::Target>,
    /// True if that is on another machine than the login host.
    is_elsewhere: bool,
    /// The time since when the server's socket refuses connections.
    socket_refuses_since: Option<Instant>,
    /// The further forwards that were told to be refused.
    told_refused: Vec<channel::Target>,
    conversation: Option<Conversation>,
    pump: Option<Pump>,
    forwards: Vec<Forwarded>,
    standing: Option<Standing>,
    /// Its place among those who wait for the same scheduler.
    seat: Option<Seat>,
    /// The time of the job, where that has an end.
    countdown: Option<Countdown>,
    /// How far the far side's clock is ahead of ours, in seconds.
    ahead: i64,
    /// The local ports, while a lost connection is made anew.
    held: Option<Held>,
    /// When the present attempt at that began, and the next one will.
    attempt_at: Instant,
    retry_at: Option<Instant>,
}

/// An effect's outcome: an input for the machine, none yet, or a failure in words. A cancelled
/// wait is no failure: it is the wish to close.
type Outcome = Result<Option<Input>, Halt>;

enum Halt {
    Close,
    Problem(Problem),
    /// Worth another try: says so itself.
    Retry(Box<Input>),
}

/// The session's thread.
pub fn run(
    order: Order,
    surroundings: Arc<dyn Surroundings>,
    events: impl Fn(Event) + 'static,
    waiter: Waiter,
    inputs: &mpsc::Receiver<Input>,
    handle: Handle,
) {
    let remembered = surroundings.remembered_route(&order.host.name);
    let relays = scheduler(order.host.launcher).is_some_and(|one| one.enter("", "").is_some());
    let routes = Routes::new(order.host.bind, remembered, relays);
    let mut machine = Machine::new(plan(&order, routes));
    let mut driver = Driver {
        order,
        surroundings,
        sink: Box::new(events),
        waiter: Rc::new(waiter),
        handle,
        phase: Phase::Resolving,
        target: None,
        hops: Vec::new(),
        connection: None,
        key: None,
        login_needs_nobody: false,
        hop: None,
        server_at: None,
        is_elsewhere: false,
        socket_refuses_since: None,
        told_refused: Vec::new(),
        conversation: None,
        pump: None,
        forwards: Vec::new(),
        standing: None,
        seat: None,
        countdown: None,
        ahead: 0,
        held: None,
        attempt_at: Instant::now(),
        retry_at: None,
    };
    driver
        .waiter
        .set_deadline(Some(Instant::now() + driver.order.timeout));
    let mut queue = VecDeque::from([Input::Begin]);
    while !machine.has_ended() {
        let input = match queue.pop_front().or_else(|| inputs.try_recv().ok()) {
            Some(input) => input,
            None => match driver.idle() {
                Ok(Some(input)) => input,
                Ok(None) => continue,
                Err(halt) => halt.into(),
            },
        };
        for effect in machine.handle(input) {
            match driver.execute(effect) {
                Ok(input) => queue.extend(input),
                Err(halt) => queue.push_back(halt.into()),
            }
        }
    }
}

fn plan(order: &Order, routes: Routes) -> Plan {
    let host = &order.host;
    let scheduler = scheduler(host.launcher);
    Plan {
        goal: order.goal.clone(),
        host: host.name.clone(),
        launch: host.launcher != LauncherKind::Attach,
        wanted: Wanted {
            port: host.remote_port,
            workdir: host.workdir.is_some(),
            refused: Vec::new(),
        },
        patience: order.patience,
        scheduler: scheduler.map_or_else(String::new, |one| one.word().to_owned()),
        job_tells: host.job_script.is_none(),
        why_calls: scheduler.map_or(0, Scheduler::why_calls),
        walltime: host.walltime.as_deref().map(seconds),
        poll: Duration::from_secs(host.poll_seconds.into()),
        timeout: order.timeout,
        routes,
    }
}

impl From<Halt> for Input {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Close => Self::Close,
            Halt::Problem(problem) => Self::Failed(problem),
            Halt::Retry(input) => *input,
        }
    }
}

impl Driver {
    fn host(&self) -> &Host {
        &self.order.host
    }

    fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    fn execute(&mut self, effect: Effect) -> Outcome {
        match effect {
            Effect::Resolve => self.resolve(),
            Effect::Connect => self.connect(),
            Effect::LogIn => self.log_in(),
            Effect::Find => self.look("find"),
            Effect::Lock => self.look("lock"),
            Effect::Unlock => self.unlock(),
            Effect::Submit(bind) => self.submit(bind),
            Effect::Hop(node, pid, is_new) => self.hop(&node, pid, is_new),
            Effect::Relay(server, job) => self.relay(&server, &job),
            Effect::Move(folder) => self.move_server(&folder),
            Effect::Peek(folder) => self.peek(&folder),
            Effect::PeekFar { id, known, node } => self.peek_far(&id, &known, node.as_deref()),
            Effect::Poll(call) => self.poll_job(&call),
            Effect::Query(call) => self.query_job(&call),
            Effect::AskWhy(call) => self.ask_why(&call),
            Effect::JobOver(folder) => self.job_over(&folder),
            Effect::EndJob(end) => self.end_job(&end),
            Effect::Extend(job, by) => self.extend(&job, by),
            Effect::List(id) => self.list(&id),
            Effect::ExtendBeside(job, by) => Ok(self.extend_beside(&job, by)),
            Effect::Leave => self.end_pump().map(|()| None),
            Effect::Launch => self.await_launch("launch"),
            Effect::Await(folder) => self.await_launch(&format!("await {folder}")),
            Effect::FetchLog(folder) => self.fetch_log(folder.as_deref()),
            Effect::Listen(server) => self.listen(&server),
            Effect::MakeGone { server, asked } => self.make_gone(&server, asked),
            Effect::EndLaunch(folder) => self.await_end(&format!("abort {folder}")),
            Effect::Confirm(kernels) => Ok(Some(self.confirm(kernels))),
            Effect::Show(found, port, page) => self.show(&found, port, &page),
            Effect::TellReady(found, port, version) => self.tell_ready(&found, port, version),
            Effect::TellAgain(found, port) => self.tell_again(&found, port),
            Effect::Resume => self.resume(),
            Effect::Probe => self.probe(),
            Effect::Rehearse => self.rehearse(),
            other => {
                self.begin_or_tell(other);
                Ok(None)
            }
        }
    }

    /// Effects that cannot fail here: requests that run beside the pump, and what is told.
    fn begin_or_tell(&mut self, effect: Effect) {
        let (handle, host) = (self.handle.clone(), self.host().name.clone());
        match effect {
            Effect::Check(server, port, reused) => {
                let deadline = self.waiter.deadline().unwrap_or_else(Instant::now);
                let asks = match &self.order.goal {
                    Goal::Open { page, .. } => Asks::Page(page.app),
                    _ => Asks::Life,
                };
                requests::check(handle, host, server, port, asks, reused, deadline);
            }
            Effect::Count(server, port) => {
                self.waiter
                    .set_deadline(Some(Instant::now() + STOP_TIMEOUT));
                requests::count(handle, server, port);
            }
            Effect::AskToEnd(server, port) => requests::ask_to_end(handle, server, port),
            Effect::Doubt => self.doubt(),
            Effect::Hold => self.hold(),
            Effect::Shut => self.shut(),
            Effect::Pause(pause) => self.pause(pause),
            Effect::Rest(pause) => self.retry_at = Some(Instant::now() + pause),
            Effect::TellJob(job) => self.tell(Event::Job(job)),
            Effect::Attempt => self.attempt(),
            Effect::LookBeside => self.wish(Wish::Look),
            Effect::LogBeside => self.wish(Wish::Log),
            Effect::ListBeside(id) => self.wish(Wish::List(id)),
            Effect::TellExtended(job) => self.tell_extended(job),
            Effect::TellActivity(activity) => self.tell(Event::Kernels(activity)),
            Effect::Remember(port) => self.surroundings.remember_port(&host, port),
            Effect::RememberRoute(route) => self.surroundings.remember_route(&host, route),
            Effect::Phase(phase) => {
                self.enter(phase);
                self.tell(Event::Phase(phase));
            }
            Effect::Note(text) => self.tell(Event::Note(text)),
            Effect::TellSeen(sight) => self.tell(Event::Seen(sight)),
            Effect::TellStep(text) => self.tell(Event::Step(text)),
            Effect::TellLog(path, text) => self.tell(Event::Log {
                path,
                text: redact(&text),
            }),
            Effect::TellRefused(problem) => {
                self.waiter.set_deadline(None);
                self.tell(Event::Refused(problem));
            }
            Effect::TellFailed(problem) => self.tell_end(Event::Failed(problem)),
            Effect::TellClosed => self.tell_end(Event::Closed),
            _ => {}
        }
    }

    /// A wait in the queue has no time limit, and what ends it ends the job.
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        let waits = matches!(phase, Phase::Submitting | Phase::Queued)
            || phase == Phase::Starting && self.handle.waits();
        self.handle.set_waits(waits);
        self.sit(phase);
        if phase == Phase::Queued {
            self.waiter.set_deadline(None);
        }
    }

    /// The last event is told when nothing is left: whoever hears it may end the process.
    fn tell_end(&mut self, event: Event) {
        if let Some(mut pump) = self.pump.take() {
            pump.drain(DRAIN);
        }
        self.held = None;
        self.let_go();
        self.tell(event);
    }

    fn confirm(&mut self, kernels: Option<Kernels>) -> Input {
        let host = self.host().name.clone();
        let question = match kernels {
            Some(Kernels { total, busy }) => Question::EndKernels { host, total, busy },
            None => Question::EndUncounted { host },
        };
        let answer = self.asker().ask(question);
        let yes = answer.is_ok_and(|answer| answer.trim().eq_ignore_ascii_case("yes"));
        Input::Confirmed(yes)
    }
}
