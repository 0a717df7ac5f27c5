//! One host's life as a state machine without I/O: an input and a state give a new state and the
//! effects to be carried out. [`super::driver`] carries them out and feeds back what came of them.

mod vocabulary;

use crate::jupyter::{Answer, Candidate, Choice, Endpoint, Facts, Kernels, choose};
use crate::problem::{Code, Problem};

use super::event::{Phase, Sight};
pub use vocabulary::{Busy, Effect, Found, Goal, Input, Plan, State};

/// The machine.
#[derive(Debug)]
pub struct Machine {
    plan: Plan,
    state: State,
    uid: Option<u32>,
}

impl Machine {
    /// A machine at its beginning.
    #[must_use]
    pub fn new(plan: Plan) -> Self {
        Self {
            plan,
            state: State::Idle,
            uid: None,
        }
    }

    /// Whether it is over.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.state == State::Ended
    }

    /// Whether the tunnel stands and nothing is under way.
    #[must_use]
    pub fn is_ready(&self) -> bool {
        matches!(self.state, State::Ready(..))
    }

    /// Takes an input. (A table: longer than a function should be, and readable because of it.) One
    /// that does not fit the state is a late answer to something given up, and
    /// is ignored.
    pub fn handle(&mut self, input: Input) -> Vec<Effect> {
        let state = std::mem::replace(&mut self.state, State::Ended);
        let (state, effects) = match (state, input) {
            (State::Ended, _) => (State::Ended, vec![]),
            (_, Input::Close) => over(Effect::TellClosed),
            (_, Input::Failed(problem)) => over(Effect::TellFailed(problem)),
            (State::Idle, Input::Begin) => (
                State::Resolving,
                vec![Effect::Phase(Phase::Resolving), Effect::Resolve],
            ),
            (State::Resolving, Input::Resolved) => (
                State::Connecting,
                vec![Effect::Phase(Phase::Connecting), Effect::Connect],
            ),
            (State::Connecting, Input::Connected) => (
                State::LoggingIn,
                vec![Effect::Phase(Phase::Authenticating), Effect::LogIn],
            ),
            (State::LoggingIn, Input::LoggedIn) => self.logged_in(),
            (State::Finding { locked }, Input::Found(candidates, facts)) => {
                self.uid = facts.uid;
                let choice = choose(&candidates, &facts, &self.plan.wanted);
                self.found(choice, facts, locked)
            }
            (State::Starting { node }, Input::Launched(candidate)) => {
                self.launched(&candidate, node)
            }
            (State::Listening(found), Input::Listening { port, taken }) => {
                listening(found, port, taken)
            }
            (State::Checking(found, port), Input::Checked(Ok(answer))) => {
                self.checked(found, port, answer)
            }
            (State::Checking(found, _), Input::Checked(Err(problem))) => {
                self.unanswered(*found, problem)
            }
            (State::Ready(found, port), Input::Show(page)) => {
                let show = Effect::Show(found.clone(), port, page);
                (State::Ready(found, port), vec![show])
            }
            (State::Ready(found, port), Input::Stop(busy)) => count(found, port, busy),
            (State::Counting(found, port, busy), Input::Counted(kernels)) => {
                self.counted(found, port, busy, kernels)
            }
            (State::Confirming(found, port), Input::Confirmed(true)) => ask_to_end(found, port),
            (State::Confirming(..), Input::Confirmed(false)) => {
                over(Effect::TellFailed(self.kernels_busy(None)))
            }
            (State::ShuttingDown(found), Input::AskedToEnd(asked)) => (
                State::Ending,
                vec![Effect::MakeGone {
                    server: found.server,
                    asked,
                }],
            ),
            (State::Ending, Input::Gone(how)) => self.gone(&how),
            (State::FetchingLog, Input::Log(path, text)) => (
                State::Ended,
                vec![Effect::TellLog(path, text), Effect::TellClosed],
            ),
            (state, _) => (state, vec![]),
        };
        self.state = state;
        effects
    }

    fn logged_in(&self) -> (State, Vec<Effect>) {
        if self.plan.goal == Goal::Log {
            return (State::FetchingLog, vec![Effect::FetchLog]);
        }
        let effects = vec![Effect::Phase(Phase::Finding), Effect::Find];
        (State::Finding { locked: false }, effects)
    }

    fn found(&self, choice: Choice, facts: Facts, locked: bool) -> (State, Vec<Effect>) {
        if self.plan.goal == Goal::Look {
            return over_with(Effect::TellSeen(sight(choice, facts)), Effect::TellClosed);
        }
        let mut effects = Vec::new();
        if let Some(server) = choice.server {
            if !choice.why.is_empty() {
                effects.push(Effect::Note(choice.why));
            }
            effects.push(Effect::Listen(server.clone()));
            let found = Found {
                server,
                node: facts.node,
                reused: true,
            };
            return (State::Listening(Box::new(found)), effects);
        }
        if matches!(self.plan.goal, Goal::Stop { .. }) {
            return self.nothing_to_ask(facts.starting);
        }
        if !self.plan.launch {
            return over(Effect::TellFailed(
                self.nothing_running(&choice.passed_over),
            ));
        }
        if !locked {
            return (State::Finding { locked: true }, vec![Effect::Lock]);
        }
        effects.push(Effect::Phase(Phase::Starting));
        effects.push(match facts.starting {
            Some(folder) => Effect::Await(folder),
            None => Effect::Launch,
        });
        (State::Starting { node: facts.node }, effects)
    }

    /// A stop where no server runs: one may be starting, and would else start for ever.
    fn nothing_to_ask(&self, starting: Option<String>) -> (State, Vec<Effect>) {
        if let Some(folder) = starting {
            return (State::Ending, vec![Effect::EndLaunch(folder)]);
        }
        let text = format!("No Jupyter of yours runs on {}.", self.plan.host);
        over_with(Effect::Note(text), Effect::TellClosed)
    }

    fn launched(&self, candidate: &Candidate, node: String) -> (State, Vec<Effect>) {
        match candidate.server(self.uid) {
            Ok(server) => {
                let effects = vec![Effect::Listen(server.clone())];
                let found = Found {
                    server,
                    node,
                    reused: false,
                };
                (State::Listening(Box::new(found)), effects)
            }
            Err(reason) => over(Effect::TellFailed(Problem::new(
                Code::JupyterAnswer,
                format!(
                    "The Jupyter that was started on {} cannot be used",
                    self.plan.host
                ),
                reason,
                format!("See `remote-jupyter logs {}`.", self.plan.host),
            ))),
        }
    }

    fn checked(&self, found: Box<Found>, port: u16, answer: Answer) -> (State, Vec<Effect>) {
        let mut effects = Vec::new();
        let (page, show) = match &self.plan.goal {
            Goal::Open { page, show } => (page.clone(), *show),
            Goal::Stop { busy } => return count(found, port, *busy),
            Goal::Log | Goal::Look => return (State::Ended, vec![]),
        };
        if !answer.authenticated && found.server.password {
            effects.push(Effect::Note(
                "This server asks for its password in the tab.".into(),
            ));
        } else if !answer.authenticated {
            effects.push(Effect::Note(
                "This server has neither token nor password: every account on its machine and on this one can use it."
                    .into(),
            ));
        }
        effects.push(Effect::Remember(port));
        effects.push(Effect::TellReady(found.clone(), port, answer.version));
        if show {
            effects.push(Effect::Show(found.clone(), port, page));
        }
        (State::Ready(found, port), effects)
    }

    /// The server runs and does not answer. It may hang, which is what a stop is for; but nobody
    /// can tell then whether its kernels compute.
    fn unanswered(&self, found: Found, problem: Problem) -> (State, Vec<Effect>) {
        let remedy = match self.plan.goal {
            Goal::Stop { busy: Busy::End } => {
                let server = found.server;
                let asked = false;
                return (State::Ending, vec![Effect::MakeGone { server, asked }]);
            }
            Goal::Stop { .. } => format!(
                "`remote-jupyter stop {} --yes` ends its process, whatever its kernels do.",
                self.plan.host
            ),
            _ => problem.remedy,
        };
        over(Effect::TellFailed(Problem { remedy, ..problem }))
    }

    fn counted(
        &self,
        found: Box<Found>,
        port: u16,
        busy: Busy,
        kernels: Option<Kernels>,
    ) -> (State, Vec<Effect>) {
        // A server that will not tell (a password and no token) is ended by its own signal handler.
        let kernels = kernels.unwrap_or_default();
        match busy {
            _ if kernels.busy == 0 => ask_to_end(found, port),
            Busy::End => ask_to_end(found, port),
            Busy::Ask => (
                State::Confirming(found, port),
                vec![Effect::Confirm(kernels)],
            ),
            Busy::Refuse => {
                let refusal = Effect::TellRefused(self.kernels_busy(Some(kernels)));
                (State::Ready(found, port), vec![refusal])
            }
        }
    }

    fn gone(&self, how: &str) -> (State, Vec<Effect>) {
        let host = &self.plan.host;
        let text = match how {
            "no" => {
                return over(Effect::TellFailed(Problem::new(
                    Code::NotStopped,
                    format!("Jupyter on {host} did not end"),
                    "It was asked to shut down, then sent TERM and KILL.",
                    "Look at the process there: it may be waiting for a file system that is gone.",
                )));
            }
            "itself" => format!("Jupyter on {host} has shut down."),
            "launch" => format!("The Jupyter that was starting on {host} was ended."),
            signal => format!("Jupyter on {host} did not shut down by itself; {signal} ended it."),
        };
        over_with(Effect::Note(text), Effect::TellClosed)
    }

    fn kernels_busy(&self, kernels: Option<Kernels>) -> Problem {
        let detail = kernels.map(|k| format!("{} of {} kernels are busy.", k.busy, k.total));
        Problem::new(
            Code::KernelsBusy,
            format!(
                "Jupyter on {} was left running: kernels are busy",
                self.plan.host
            ),
            detail.unwrap_or_default(),
            format!(
                "`remote-jupyter stop {} --yes` ends them anyway.",
                self.plan.host
            ),
        )
    }

    fn nothing_running(&self, passed_over: &[String]) -> Problem {
        Problem::new(
            Code::NothingRunning,
            format!("No Jupyter of yours runs on {}", self.plan.host),
            passed_over.join("\n"),
            "Start one there, or let it be launched: launcher = \"direct\" instead of \"attach\".",
        )
    }
}

fn over(last: Effect) -> (State, Vec<Effect>) {
    (State::Ended, vec![last])
}

fn over_with(first: Effect, last: Effect) -> (State, Vec<Effect>) {
    (State::Ended, vec![first, last])
}

fn listening(found: Box<Found>, port: u16, taken: Option<u16>) -> (State, Vec<Effect>) {
    let mut effects = vec![Effect::Phase(Phase::Forwarding)];
    if let Some(taken) = taken {
        effects.push(Effect::Note(format!(
            "Local port {taken} is in use by another program; {port} is used instead."
        )));
    }
    effects.push(Effect::Check(found.server.clone(), port, found.reused));
    (State::Checking(found, port), effects)
}

fn count(found: Box<Found>, port: u16, busy: Busy) -> (State, Vec<Effect>) {
    let effects = vec![Effect::Count(found.server.clone(), port)];
    (State::Counting(found, port, busy), effects)
}

fn ask_to_end(found: Box<Found>, port: u16) -> (State, Vec<Effect>) {
    let effects = vec![Effect::AskToEnd(found.server.clone(), port)];
    (State::ShuttingDown(found), effects)
}

fn sight(choice: Choice, facts: Facts) -> Sight {
    let server = choice.server.map(|server| {
        let place = match &server.endpoint {
            Endpoint::Tcp { port, .. } => format!("port {port}"),
            Endpoint::Socket { path } => format!("socket {path}"),
        };
        let version = server.version.as_deref().unwrap_or("6");
        format!(
            "Jupyter {version}, process {}, {place}, in {}",
            server.pid, server.root
        )
    });
    Sight {
        node: facts.node,
        server,
        passed_over: choice.passed_over,
    }
}

#[cfg(test)]
mod tests;
