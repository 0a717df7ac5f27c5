//! Carries out a session's effects, in the one thread that owns its SSH connection.

use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::asker::{Asker, Sink};
use super::event::{Event, Forwarded, Phase, Ready};
use super::machine::{Effect, Found, Goal, Input, Machine, Plan};
use super::{Handle, Order, Surroundings, doors, work};
use crate::config::{Host, LauncherKind};
use crate::explain;
use crate::jupyter::{Kernels, Page, Server, Wanted, page_url};
use crate::problem::Problem;
use crate::remote::{Conversation, Frame};
use crate::ssh::question::{Ask, Question};
use crate::ssh::resolve::{Source, Target, resolve};
use crate::ssh::wait::{WaitError, Waiter};
use crate::ssh::{self, Connection, Error as SshError};
use crate::token::{Secret, redact};
use crate::tunnel::Pump;

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
    connection: Option<Rc<Connection>>,
    conversation: Option<Conversation>,
    pump: Option<Pump>,
    forwards: Vec<Forwarded>,
}

/// An effect's outcome: an input for the machine, none yet, or a failure in words. A cancelled
/// wait is no failure: it is the wish to close.
type Outcome = Result<Option<Input>, Halt>;

enum Halt {
    Close,
    Problem(Problem),
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
    let mut machine = Machine::new(plan(&order));
    let mut driver = Driver {
        order,
        surroundings,
        sink: Box::new(events),
        waiter: Rc::new(waiter),
        handle,
        phase: Phase::Resolving,
        target: None,
        connection: None,
        conversation: None,
        pump: None,
        forwards: Vec::new(),
    };
    driver
        .waiter
        .set_deadline(Some(Instant::now() + driver.order.timeout));
    let mut queue = VecDeque::from([Input::Begin]);
    while !machine.has_ended() {
        let input = match queue.pop_front().or_else(|| inputs.try_recv().ok()) {
            Some(input) => input,
            None => match driver.idle() {
                Ok(()) => continue,
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

fn plan(order: &Order) -> Plan {
    let host = &order.host;
    Plan {
        goal: order.goal.clone(),
        host: host.name.clone(),
        launch: host.launcher != LauncherKind::Attach,
        wanted: Wanted {
            port: host.remote_port,
            workdir: host.workdir.is_some(),
        },
    }
}

impl From<Halt> for Input {
    fn from(halt: Halt) -> Self {
        match halt {
            Halt::Close => Self::Close,
            Halt::Problem(problem) => Self::Failed(problem),
        }
    }
}

impl Driver {
    fn host(&self) -> &Host {
        &self.order.host
    }

    /// Nothing to decide: pump, or wait for an input.
    fn idle(&mut self) -> Result<(), Halt> {
        let result = match &mut self.pump {
            Some(pump) => {
                if let Some(reason) = pump.take_refusal() {
                    tracing::info!(%reason, "the far side refused a forwarded connection");
                }
                pump.turn(None)
            }
            None => self.waiter.wait(&mut vec![], None).map_err(SshError::from),
        };
        result.map_err(|error| match error {
            SshError::Session(_) | SshError::Closed => {
                Halt::Problem(explain::lost(&self.host().name, &error))
            }
            other => self.halt(other),
        })
    }

    fn halt(&self, error: impl Into<crate::remote::Error>) -> Halt {
        match error.into() {
            crate::remote::Error::Ssh(SshError::Wait(WaitError::Cancelled)) => Halt::Close,
            // A question that was broken off by the wish to close is no failed login.
            _ if matches!(self.waiter.check(), Err(WaitError::Cancelled)) => Halt::Close,
            error => {
                let target = self.target.as_ref();
                Halt::Problem(explain::remote(self.host(), target, self.phase, &error))
            }
        }
    }

    fn tell(&self, event: Event) {
        (self.sink)(event);
    }

    fn execute(&mut self, effect: Effect) -> Outcome {
        match effect {
            Effect::Resolve => self.resolve(),
            Effect::Connect => self.connect(),
            Effect::LogIn => self.log_in(),
            Effect::Find => self.find("find"),
            Effect::Lock => self.find("lock"),
            Effect::Launch => self.await_launch("launch"),
            Effect::Await(folder) => self.await_launch(&format!("await {folder}")),
            Effect::FetchLog => self.fetch_log(),
            Effect::Listen(server) => self.listen(&server),
            Effect::MakeGone { server, asked } => self.make_gone(&server, asked),
            Effect::EndLaunch(folder) => self.await_end(&format!("abort {folder}")),
            Effect::Confirm(kernels) => Ok(Some(self.confirm(kernels))),
            Effect::Show(found, port, page) => self.show(&found, port, &page),
            Effect::TellReady(found, port, version) => self.tell_ready(&found, port, version),
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
                work::check(handle, host, server, port, reused, deadline);
            }
            Effect::Count(server, port) => {
                self.waiter
                    .set_deadline(Some(Instant::now() + STOP_TIMEOUT));
                work::count(handle, server, port);
            }
            Effect::AskToEnd(server, port) => work::ask_to_end(handle, server, port),
            Effect::Remember(port) => self.surroundings.remember_port(&host, port),
            Effect::Phase(phase) => {
                self.phase = phase;
                self.tell(Event::Phase(phase));
            }
            Effect::Note(text) => self.tell(Event::Note(text)),
            Effect::TellSeen(sight) => self.tell(Event::Seen(sight)),
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

    /// The last event is told when nothing is left: whoever hears it may end the process.
    fn tell_end(&mut self, event: Event) {
        if let Some(mut pump) = self.pump.take() {
            pump.drain(DRAIN);
        }
        self.conversation = None;
        self.connection = None;
        self.tell(event);
    }

    fn resolve(&mut self) -> Outcome {
        let destination = self.host().ssh_destination().to_owned();
        let config = self.order.ssh_config.as_deref();
        let target =
            resolve(&destination, config).map_err(|error| self.halt(SshError::from(error)))?;
        if target.source == Source::Fallback {
            let text = "There is no `ssh` on this machine, so ~/.ssh/config was not read.";
            self.tell(Event::Note(text.into()));
        }
        self.tell(Event::Step(format!(
            "{destination} is {}@{} port {}",
            target.user, target.host, target.port
        )));
        self.target = Some(target);
        Ok(Some(Input::Resolved))
    }

    fn asker(&self) -> Asker<'_> {
        Asker {
            sink: &self.sink,
            waiter: &self.waiter,
        }
    }

    fn connect(&mut self) -> Outcome {
        let Some(target) = &self.target else {
            return Ok(None);
        };
        let connection = Connection::open(target, &self.asker(), &self.waiter)
            .map_err(|error| self.halt(error))?;
        self.tell(Event::Step(connection.describe()));
        self.connection = Some(Rc::new(connection));
        Ok(Some(Input::Connected))
    }

    fn log_in(&mut self) -> Outcome {
        let (Some(target), Some(connection)) = (&self.target, &self.connection) else {
            return Ok(None);
        };
        let how = ssh::log_in(connection, target, &self.asker(), &self.waiter)
            .map_err(|error| self.halt(error))?;
        self.tell(Event::Step(format!(
            "logged in as {} with {how}",
            target.user
        )));
        Ok(Some(Input::LoggedIn))
    }

    /// Gives a command to the script, which is started for its first one.
    fn begin(&mut self, command: &str) -> Result<(), crate::remote::Error> {
        if let Some(running) = &mut self.conversation {
            return running.send(command);
        }
        let Some(connection) = self.connection.clone() else {
            return Err(SshError::Closed.into());
        };
        let (waiter, host) = (Rc::clone(&self.waiter), &self.order.host);
        self.conversation = Some(Conversation::start(connection, waiter, host, command)?);
        Ok(())
    }

    /// Gives a command and collects its answers up to the one that `last` recognises.
    fn converse<T>(
        &mut self,
        command: &str,
        mut last: impl FnMut(&Sink, Frame) -> Option<T>,
    ) -> Result<T, Halt> {
        let mut run = || {
            self.begin(command)?;
            let (Some(conversation), sink) = (&mut self.conversation, &self.sink) else {
                return Err(SshError::Closed.into());
            };
            loop {
                if let Some(outcome) = last(sink, conversation.answer()?) {
                    return Ok(outcome);
                }
            }
        };
        let result: Result<T, crate::remote::Error> = run();
        result.map_err(|error| self.halt(error))
    }

    fn find(&mut self, command: &str) -> Outcome {
        let mut candidates = Vec::new();
        let mut waited = false;
        let facts = self.converse(command, |sink, frame| match frame {
            Frame::Server(candidate) => {
                candidates.push(candidate);
                None
            }
            Frame::Found(facts) => Some(facts),
            Frame::Wait(_) if !waited => {
                waited = true;
                sink(Event::Note(
                    "Jupyter is being started there by another click; waiting.".into(),
                ));
                None
            }
            _ => None,
        })?;
        Ok(Some(Input::Found(candidates, facts)))
    }

    fn await_launch(&mut self, command: &str) -> Outcome {
        let candidate = self.converse(command, |_, frame| match frame {
            Frame::Launched(candidate) => Some(candidate),
            _ => None,
        })?;
        Ok(Some(Input::Launched(candidate)))
    }

    fn fetch_log(&mut self) -> Outcome {
        let (path, text) = self.converse("log", |_, frame| match frame {
            Frame::Log { path, text } => Some((path, text)),
            _ => None,
        })?;
        Ok(Some(Input::Log(path, text)))
    }

    fn listen(&mut self, server: &Server) -> Outcome {
        let (Some(conversation), Some(connection)) =
            (self.conversation.take(), self.connection.clone())
        else {
            return Ok(None);
        };
        let spine = conversation.finish().map_err(|error| self.halt(error))?;
        let mut pump = Pump::new(connection, Rc::clone(&self.waiter), spine);
        // A look at the server for a stop leaves the host's own ports alone.
        let opens = matches!(self.order.goal, Goal::Open { .. });
        let remembered = || self.surroundings.remembered_port(&self.host().name);
        let wanted = opens
            .then(|| self.host().local_port.or_else(remembered))
            .flatten();
        let local = |error| Halt::Problem(explain::no_port(&self.host().name, &error));
        let (port, taken) = doors::main(&mut pump, &server.endpoint, wanted).map_err(local)?;
        if opens {
            let (open, notes) = doors::further(&mut pump, &self.host().forwards).map_err(local)?;
            self.forwards = open;
            for note in notes {
                self.tell(Event::Note(note));
            }
        }
        self.pump = Some(pump);
        Ok(Some(Input::Listening { port, taken }))
    }

    fn confirm(&mut self, kernels: Kernels) -> Input {
        let question = Question::EndKernels {
            host: self.host().name.clone(),
            total: kernels.total,
            busy: kernels.busy,
        };
        let answer = self.asker().ask(question);
        let yes = answer.is_ok_and(|answer| answer.trim().eq_ignore_ascii_case("yes"));
        Input::Confirmed(yes)
    }

    fn make_gone(&mut self, server: &Server, asked: bool) -> Outcome {
        // The requests are done; the script gets the connection for itself.
        if let Some(pump) = self.pump.take() {
            pump.end().map_err(|error| self.halt(error))?;
        }
        let command = if asked { "gone" } else { "term" };
        self.await_end(&format!("{command} {} {}", server.pid, server.file))
    }

    fn await_end(&mut self, command: &str) -> Outcome {
        let how = self.converse(command, |_, frame| match frame {
            Frame::Gone(how) => Some(how),
            _ => None,
        })?;
        Ok(Some(Input::Gone(how)))
    }

    fn tell_ready(&mut self, found: &Found, port: u16, version: String) -> Outcome {
        self.waiter.set_deadline(None);
        let Goal::Open { page, .. } = &self.order.goal else {
            return Ok(None);
        };
        let url = self.url(found, port, page)?;
        self.tell(Event::Ready(Box::new(Ready {
            url,
            local_port: port,
            server: found.info(version),
            reused: found.reused,
            forwards: self.forwards.clone(),
        })));
        Ok(None)
    }

    fn url(&self, found: &Found, port: u16, page: &Page) -> Result<Secret, Halt> {
        page_url(&found.server, port, page)
            .map(Secret::new)
            .map_err(|error| Halt::Problem(explain::bad_url(&self.host().name, &error)))
    }

    /// The browser is opened from a thread: `xdg-open` may last as long as the browser does.
    fn show(&mut self, found: &Found, port: u16, page: &Page) -> Outcome {
        let url = self.url(found, port, page)?;
        if let Err(reason) = self.surroundings.show(url.reveal()) {
            self.tell(Event::Note(format!("The browser did not open: {reason}")));
        }
        Ok(None)
    }
}
