//! One host's life as a state machine without I/O: an input and a state give a new state and the
//! effects to be carried out. [`super::driver`] carries them out and feeds back what came of them.

use crate::jupyter::{
    Answer, Candidate, Choice, Endpoint, Facts, Kernels, Page, Server, Wanted, choose,
};
use crate::problem::{Code, Problem};

use super::event::{Phase, ServerInfo, Sight};

/// What a session is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Goal {
    /// A page in the browser, and the tunnel that it needs.
    Open {
        /// Which page.
        page: Page,
        /// Whether to open the browser.
        show: bool,
    },
    /// The server ended.
    Stop {
        /// What to do about busy kernels.
        busy: Busy,
    },
    /// The log of the newest launch.
    Log,
    /// A look at what is there; nothing is launched, no token travels.
    Look,
}

/// What to do about busy kernels when a server is to be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Busy {
    /// Ask the person.
    Ask,
    /// Leave the server alone.
    Refuse,
    /// End them.
    End,
}

/// The machine's knowledge of the host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// What for.
    pub goal: Goal,
    /// The host's name, for messages.
    pub host: String,
    /// Whether a server may be launched.
    pub launch: bool,
    /// What the server has to be like.
    pub wanted: Wanted,
}

/// A server, and how it came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The server.
    pub server: Server,
    /// The machine's own name.
    pub node: String,
    /// Whether it was running before.
    pub reused: bool,
}

/// Where a session stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Nothing was asked yet.
    Idle,
    /// `ssh -G` runs.
    Resolving,
    /// Dialling, handshake, host key.
    Connecting,
    /// Logging in.
    LoggingIn,
    /// The script looks for servers; `locked` when nobody else may launch meanwhile.
    Finding {
        /// Whether the far side's launch lock is held.
        locked: bool,
    },
    /// A launched server is starting, on the machine of that name.
    Starting {
        /// The machine's own name.
        node: String,
    },
    /// The local port is being opened.
    Listening(Box<Found>),
    /// The server is asked through the tunnel.
    Checking(Box<Found>, u16),
    /// The tunnel stands.
    Ready(Box<Found>, u16),
    /// Kernels are being counted before a stop.
    Counting(Box<Found>, u16, Busy),
    /// The person is asked about busy kernels.
    Confirming(Box<Found>, u16),
    /// The server was asked to shut down.
    ShuttingDown(Box<Found>),
    /// The far side makes sure that it is gone.
    Ending,
    /// The log is being fetched.
    FetchingLog,
    /// Over.
    Ended,
}

/// What happened: a wish, or the outcome of an effect.
#[derive(Debug)]
pub enum Input {
    /// Begin.
    Begin,
    /// The ssh configuration is known.
    Resolved,
    /// Connected, and the host key is right.
    Connected,
    /// Logged in.
    LoggedIn,
    /// Runtime files, newest first.
    Found(Vec<Candidate>, Facts),
    /// The launched server's runtime file, and the account's number.
    Launched(Candidate),
    /// The local port is open; `taken` is the one that was wanted and that someone else has.
    Listening {
        /// The port.
        port: u16,
        /// The port that was wanted.
        taken: Option<u16>,
    },
    /// The server's answer through the tunnel.
    Checked(Result<Answer, Problem>),
    /// Kernels were counted; none when the server would not tell.
    Counted(Option<Kernels>),
    /// The person's answer about busy kernels.
    Confirmed(bool),
    /// The server was asked to shut down; false when it would not be asked.
    AskedToEnd(bool),
    /// How it ended: `itself`, `TERM`, `KILL`, or `no`.
    Gone(String),
    /// The log of the newest launch.
    Log(String, String),
    /// The tab is wanted (again).
    Show(Page),
    /// The server is to be stopped.
    Stop(Busy),
    /// The tunnel is to be closed.
    Close,
    /// An effect failed, or the connection is lost.
    Failed(Problem),
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Run `ssh -G`.
    Resolve,
    /// Dial, shake hands, check the host key.
    Connect,
    /// Log in.
    LogIn,
    /// Start the script and let it look.
    Find,
    /// Take the far side's launch lock and look again.
    Lock,
    /// Launch a server.
    Launch,
    /// Wait for a launch that someone else began, in that folder.
    Await(String),
    /// Fetch the log.
    FetchLog,
    /// End the script, open the local port, start the pump.
    Listen(Server),
    /// Ask the server through the tunnel.
    Check(Server, u16, bool),
    /// Count its kernels.
    Count(Server, u16),
    /// Ask the person about that many kernels.
    Confirm(Kernels),
    /// Ask the server to shut down.
    AskToEnd(Server, u16),
    /// Make sure that the process is gone; `asked` when it was asked before.
    MakeGone {
        /// The server.
        server: Server,
        /// Whether it ends by itself.
        asked: bool,
    },
    /// End a launch that has not become a server yet, in that folder.
    Abort(String),
    /// Remember the local port for this host.
    Remember(u16),
    /// Open the page in the browser.
    Show(Box<Found>, u16, Page),
    /// Tell a phase.
    Phase(Phase),
    /// Tell something.
    Note(String),
    /// Tell that the tunnel stands.
    TellReady(Box<Found>, u16, String),
    /// Tell what was seen.
    TellSeen(Sight),
    /// Tell the log.
    TellLog(String, String),
    /// Tell that a wish was refused.
    TellRefused(Problem),
    /// Tell the end with a reason.
    TellFailed(Problem),
    /// Tell the end.
    TellClosed,
}

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

    /// Takes an input. One that does not fit the state is a late answer to something given up, and
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
            (State::Checking(..), Input::Checked(Err(problem))) => {
                over(Effect::TellFailed(problem))
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
            if let Some(folder) = facts.starting {
                return (State::Ending, vec![Effect::Abort(folder)]);
            }
            let text = format!("No Jupyter of yours runs on {}.", self.plan.host);
            return over_with(Effect::Note(text), Effect::TellClosed);
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

impl Found {
    /// What `ready` events say about the server.
    #[must_use]
    pub fn info(&self, version: String) -> ServerInfo {
        let (port, socket) = match &self.server.endpoint {
            Endpoint::Tcp { port, .. } => (Some(*port), None),
            Endpoint::Socket { path } => (None, Some(path.clone())),
        };
        ServerInfo {
            host: self.node.clone(),
            port,
            socket,
            pid: self.server.pid,
            version,
            base_url: self.server.base_url.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
