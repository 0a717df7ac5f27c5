//! Whatever comes in whatever order: every state can be left, nothing is launched twice, no edge is taken that docs/session.md
//! has not, the last event is the only one of its kind, and nothing stays locked.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, any, proptest};

use super::job::{FOLDER, batch_plan, discovery, identity, in_the_job, nothing, ours, submitted};
use super::route::inside;
use super::*;
use crate::scheduler::{CommandOutput, HostChoices, Job, JobState, PendingReason, Presence};

/// `SEQUENCES=1000000 cargo test --lib sequences` tries more of them.
const RUNS: u32 = 100_000;

fn runs() -> u32 {
    let given = std::env::var("SEQUENCES").ok();
    given.map_or(RUNS, |text| text.parse().unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: runs(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_breaks_a_promise(goal in any::<u8>(), script in vec(any::<u16>(), 0..28)) {
        let mut run = Run::new(goal);
        for number in script {
            run.step(number);
        }
        run.end();
    }
}

/// The name that docs/session.md has for a state.
fn name(state: &State) -> &'static str {
    match state {
        State::Idle => "Idle",
        State::Resolving => "Resolving",
        State::Connecting => "Connecting",
        State::LoggingIn => "LoggingIn",
        State::Discovering { locked: false } => "Discovering",
        State::Discovering { locked: true } => "DiscoveringLocked",
        State::Starting { .. } => "Starting",
        State::Submitting => "Submitting",
        State::Queued(_) => "Queued",
        State::Returning(..) => "Returning",
        State::Dropping(_) => "Dropping",
        State::ConnectingNode(..) => "ConnectingNode",
        State::Relocating(_) => "Relocating",
        State::Listening(_) => "Listening",
        State::Checking(..) => "Checking",
        State::Ready(..) => "Ready",
        State::Reconnecting(..) => "Reconnecting",
        State::Counting(..) => "Counting",
        State::Confirming(..) => "Confirming",
        State::ShuttingDown(_) => "ShuttingDown",
        State::Ending => "Ending",
        State::Probing => "Probing",
        State::FetchingLog => "FetchingLog",
        State::Extending(_) => "Extending",
        State::Ended => "Ended",
    }
}

/// The edges of the diagram. Every state may stay, and may end.
fn edges() -> &'static BTreeSet<Edge> {
    static EDGES: std::sync::OnceLock<BTreeSet<Edge>> = std::sync::OnceLock::new();
    EDGES.get_or_init(|| {
        let text = include_str!("../../../../docs/session.md");
        let edge = |line: &'static str| {
            let (from, rest) = line.trim().split_once(" --> ")?;
            Some((from, rest.split(':').next()?.trim()))
        };
        text.lines().filter_map(edge).collect()
    })
}

/// The edges that the diagram has not.
fn unknown(taken: &BTreeSet<Edge>) -> Vec<&Edge> {
    let is_known = |edge: &Edge| edge.0 == edge.1 || edge.1 == "Ended" || edges().contains(edge);
    taken.iter().filter(|edge| !is_known(edge)).collect()
}

/// A machine, and what it has promised so far.
struct Run {
    machine: StateMachine,
    effects: Vec<Effect>,
    is_locked: bool,
    has_begun: bool,
    has_ended: bool,
    taken: BTreeSet<Edge>,
}

/// From a state to a state.
type Edge = (&'static str, &'static str);

impl Run {
    fn new(goal: u8) -> Self {
        let page = Page::default();
        let goals = [
            open(),
            open(),
            open(),
            Goal::Open { page, show: false },
            stop(Busy::Ask),
            stop(Busy::End),
            Goal::Log,
            Goal::Extend(3600),
            Goal::Inspect,
            Goal::Glance,
        ];
        let chosen = goals[usize::from(goal >> 2) % goals.len()].clone();
        let mut plan = if goal & 1 == 0 {
            plan(chosen)
        } else {
            batch_plan(chosen)
        };
        plan.launch = goal & 2 == 0 || goal & 0x80 == 0;
        if goal & 0x40 != 0 {
            plan.routes = Routes::new(Bind::Auto, None, true);
        }
        Self {
            machine: StateMachine::new(plan),
            effects: Vec::new(),
            is_locked: false,
            has_begun: false,
            has_ended: false,
            taken: BTreeSet::new(),
        }
    }

    /// Mostly an answer to what is wanted, and now and then anything.
    fn step(&mut self, number: u16) {
        let (kind, number) = (number & 7, number >> 3);
        if !self.has_begun {
            self.has_begun = kind > 0;
            let begin = SessionCommand::Begin.into();
            return self.handle(if kind > 0 { begin } else { anything(number) });
        }
        let wanted = self
            .effects
            .iter()
            .rev()
            .find_map(|effect| answer(effect, number));
        let is_returning = matches!(self.machine.state, State::Returning(..));
        let input = match wanted {
            Some(wanted) if kind > 1 => wanted,
            // By chance alone it would hardly come while a connection is made again.
            _ if kind == 1 && is_returning => SessionCommand::Stop(Busy::Ask).into(),
            _ => anything(number),
        };
        self.handle(input);
    }

    fn handle(&mut self, input: FsmInput) {
        let before = name(&self.machine.state);
        let effects = self.machine.handle(input);
        let after = name(&self.machine.state);
        self.taken.insert((before, after));
        for effect in &effects {
            self.note(effect);
        }
        assert_eq!(
            self.has_ended,
            after == "Ended",
            "{before} --> {after}: {effects:?}"
        );
        if !effects.is_empty() {
            self.effects = effects;
        }
        if ["Queued", "Returning", "Ready", "Reconnecting"].contains(&after) {
            assert!(
                !self.is_locked,
                "{before} --> {after} leaves the launch lock"
            );
        }
    }

    fn note(&mut self, effect: &Effect) {
        assert!(!self.has_ended, "after the last event: {effect:?}");
        match effect {
            Effect::Lock => self.is_locked = true,
            Effect::Unlock => {
                assert!(self.is_locked, "no lock to release");
                self.is_locked = false;
            }
            // Each of these gives the lock back when it is done.
            Effect::Launch | Effect::Submit(_) => {
                assert!(self.is_locked, "{effect:?} without the lock");
                self.is_locked = false;
            }
            Effect::Await(_) | Effect::Listen(_) => self.is_locked = false,
            Effect::Emit(Event::Failed(_) | Event::Closed) => self.has_ended = true,
            _ => {}
        }
    }

    /// Every state can be left, and then nothing comes any more.
    fn end(mut self) {
        if !self.has_ended {
            self.handle(SessionCommand::Close.into());
        }
        assert!(self.machine.has_ended());
        for number in 0..40 {
            self.handle(anything(number));
        }
        let unknown = unknown(&self.taken);
        assert!(unknown.is_empty(), "not in docs/session.md: {unknown:?}");
    }
}

fn job_of(number: u16) -> Job {
    let states = [
        (JobState::Waiting, "PENDING"),
        (JobState::Running, "RUNNING"),
        (JobState::Ending, "COMPLETING"),
        (JobState::Held, "PENDING"),
        (JobState::Never, "PENDING"),
        (JobState::Unfit, "PENDING"),
    ];
    let (state, word) = states[usize::from(number) % states.len()];
    let mut job = super::job::job(state, word);
    job.ends = (number & 8 == 0).then_some(1_795_510_000);
    job
}

fn server_of(number: u16) -> RuntimeFile {
    let files = [running, in_the_job, inside, foreign];
    files[usize::from(number) % files.len()]()
}

/// The findings of a look.
fn look(number: u16) -> FsmEvent {
    match number % 8 {
        0 | 1 => nothing(),
        2 => discovery(vec![server_of(number >> 3)], vec![]),
        3 => {
            let job = job_of(number >> 3);
            let mut ours = ours(job.state, "PENDING");
            ours.job.ends = job.ends;
            discovery(vec![], vec![ours])
        }
        4 => {
            let runtime_file = in_the_job();
            let mut ours = ours(JobState::Running, "RUNNING");
            ours.file = Some(runtime_file.file.clone());
            discovery(vec![runtime_file], vec![ours])
        }
        5 => found(vec![running()]),
        6 => found(vec![server_of(number >> 3)]),
        _ => {
            let starting = HostInfo {
                starting: Some("/s/1".into()),
                ..host_info()
            };
            FsmEvent::Script(ScriptEvent::Found(vec![], starting))
        }
    }
}

fn poll_of(number: u16) -> PollResult {
    match number % 4 {
        0 => PollResult::Missing,
        1 => PollResult::Failed("down".into()),
        2 => PollResult::Later,
        _ => PollResult::Listed(Box::new(job_of(number >> 2))),
    }
}

fn presence_of(number: u16) -> Presence {
    match number % 4 {
        0 => Presence::Ended,
        1 => Presence::Unknown,
        2 => Presence::Silent("down".into()),
        _ => Presence::Listed(Box::new(job_of(number >> 2))),
    }
}

/// A possible answer to an effect; none where nobody waits for one.
fn answer(effect: &Effect, number: u16) -> Option<FsmInput> {
    let connection = FsmEvent::Connection;
    let script = FsmEvent::Script;
    let job = FsmEvent::Job;
    let event = match effect {
        Effect::Resolve | Effect::Attempt | Effect::AttemptWithUser => {
            connection(ConnectionEvent::Resolved)
        }
        Effect::Connect => connection(ConnectionEvent::Connected),
        Effect::LogIn => connection(ConnectionEvent::LoggedIn),
        Effect::Discover | Effect::Lock => look(number),
        Effect::Launch | Effect::Await(_) => match number % 3 {
            0 => script(ScriptEvent::Rediscover),
            _ => script(ScriptEvent::Launched(server_of(number >> 2))),
        },
        Effect::Submit(_) => submitted(),
        Effect::ReadJobFiles(_) | Effect::ReadSharedHome { .. } => match number % 3 {
            0 => script(ScriptEvent::Launched(server_of(number >> 2))),
            1 => job(JobEvent::FilesRead(Some("node17".into()))),
            _ => job(JobEvent::FilesRead(None)),
        },
        Effect::Poll(_) | Effect::List(_) => job(JobEvent::Polled(poll_of(number), Duration::ZERO)),
        Effect::Query(_) => job(JobEvent::Queried(presence_of(number))),
        Effect::QueryPendingReason(_) => job(JobEvent::PendingReason(None)),
        Effect::JobOver(_) => job(JobEvent::Over(Some(1), "log".into())),
        Effect::Relocate(_) => job(JobEvent::Moved),
        Effect::Extend(..) => job(JobEvent::Extended(CommandOutput::default())),
        Effect::Sleep(_) | Effect::Pause(_) => FsmEvent::Local(LocalEvent::Elapsed),
        Effect::Listen(_) => listening_on(8890),
        Effect::ConnectNode(..) => FsmEvent::Tunnel(match number % 4 {
            0 => TunnelEvent::NodeUnreachable(problem()),
            1 => TunnelEvent::ServerNotOnNode(problem()),
            2 => TunnelEvent::ForwardingForbidden(problem()),
            _ => TunnelEvent::NodeConnected,
        }),
        Effect::Probe => FsmEvent::Tunnel(TunnelEvent::Probed(
            (number.is_multiple_of(2)).then(problem),
        )),
        Effect::FetchChoices => script(ScriptEvent::Choices(HostChoices::default())),
        Effect::Rehearse => script(ScriptEvent::Rehearsed(Ok("taken".into()))),
        Effect::Resume => FsmEvent::Tunnel(TunnelEvent::Resumed),
        Effect::Check(..) => match number % 4 {
            0 => FsmEvent::Server(ServerEvent::Unsuitable(problem())),
            1 => FsmEvent::Tunnel(TunnelEvent::ForwardRefused(problem())),
            _ => answered(number % 8 != 2),
        },
        Effect::Count(..) => kernels(2, usize::from(number % 3)),
        Effect::Confirm(_) => FsmEvent::Local(LocalEvent::Confirmed(number.is_multiple_of(2))),
        Effect::AskToEnd(..) => FsmEvent::Server(ServerEvent::AskedToEnd(number.is_multiple_of(2))),
        Effect::EnsureStopped { .. } | Effect::EndJob(_) | Effect::EndLaunch(_) => {
            let how = ["job", "TERM", "itself", "no", "launch"][usize::from(number) % 5];
            script(ScriptEvent::Gone(how.into()))
        }
        Effect::FetchLog(_) => script(ScriptEvent::Log("/log".into(), "line".into())),
        _ => return None,
    };
    Some(event.into())
}

/// Any command or event, whatever is wanted now.
fn anything(number: u16) -> FsmInput {
    use SessionCommand::{Begin, Close, Extend, ReadLog, Show, ShowUnlessOpen, Stop};
    let (kind, number) = (number % 40, number / 40);
    let loss = |kind| {
        let (problem, stood) = (problem(), Duration::from_secs(u64::from(number)));
        if kind == 0 {
            FsmEvent::Lost { problem, stood }
        } else {
            FsmEvent::NodeLost { problem, stood }
        }
    };
    let event = match kind {
        0 => return Begin.into(),
        1 => return Show(Page::default()).into(),
        2 => return ShowUnlessOpen(Page::default()).into(),
        3 => return Stop([Busy::Ask, Busy::Refuse, Busy::End][usize::from(number) % 3]).into(),
        4 => return Extend(60).into(),
        5 => return ReadLog.into(),
        6 if number % 4 == 0 => return Close.into(),
        7..=9 => loss(kind % 2),
        10 => FsmEvent::Failed(problem()),
        11 => FsmEvent::Connection(ConnectionEvent::NeedsUser(problem())),
        12 | 13 => FsmEvent::Connection(ConnectionEvent::Unreached {
            problem: problem(),
            of_the_network: kind == 12,
            took: Duration::from_secs(u64::from(number)),
        }),
        14 => FsmEvent::Local(LocalEvent::TryNow),
        15 => FsmEvent::Local(LocalEvent::Check),
        16 => FsmEvent::Local(LocalEvent::NotShown("no browser".into())),
        17 => FsmEvent::Tunnel(TunnelEvent::Refused),
        18 => FsmEvent::Script(ScriptEvent::Rechecked(vec![], host_info())),
        19 => FsmEvent::Script(ScriptEvent::Rechecked(vec![running()], host_info())),
        20 => FsmEvent::Script(ScriptEvent::NoLog(problem())),
        21 => FsmEvent::Script(ScriptEvent::Rehearsed(Err("refused".into()))),
        22 => FsmEvent::Job(JobEvent::PendingReason(Some(PendingReason {
            reason: "Priority".into(),
            never: number.is_multiple_of(2),
            place: Some(3),
        }))),
        23 => FsmEvent::Job(JobEvent::NotExtended(problem())),
        24 => FsmEvent::Server(ServerEvent::Active(seen(Activity::default()))),
        25 => FsmEvent::Server(ServerEvent::PagesCounted(
            usize::from(number % 2),
            Page::default(),
        )),
        26 => FsmEvent::Server(ServerEvent::Counted(None)),
        27 => FsmEvent::Server(ServerEvent::Checked(Err(problem()))),
        28 => FsmEvent::Job(JobEvent::Queried(presence_of(number))),
        29 => FsmEvent::Job(JobEvent::Polled(poll_of(number), Duration::ZERO)),
        30 => look(number),
        // A late answer to something that was given up.
        kind => {
            let job_end = JobEnd {
                identity: identity(),
                folder: Some(FOLDER.into()),
                asked: false,
            };
            let late = [
                Effect::Resolve,
                Effect::Connect,
                Effect::LogIn,
                Effect::Launch,
                Effect::Submit("loopback"),
                Effect::Resume,
                Effect::Probe,
                Effect::EndJob(job_end),
                Effect::Pause(Duration::ZERO),
            ];
            let effect = &late[usize::from(kind) % late.len()];
            return answer(effect, number).unwrap();
        }
    };
    event.into()
}

/// The sequences would say little if they did not go everywhere.
#[test]
fn sequences_take_every_edge_of_the_diagram_and_no_other() {
    use proptest::strategy::{Strategy, ValueTree};
    let strategy = (any::<u8>(), vec(any::<u16>(), 60));
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..6000 {
        let (goal, script) = strategy.new_tree(&mut runner).unwrap().current();
        let mut run = Run::new(goal);
        for number in script {
            run.step(number);
        }
        seen.append(&mut run.taken);
    }
    let unknown = unknown(&seen);
    assert!(unknown.is_empty(), "not in docs/session.md: {unknown:?}");
    let missing: Vec<_> = edges()
        .iter()
        .filter(|edge| !edge.0.contains('[') && !edge.1.contains('['))
        .filter(|edge| !seen.contains(edge))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
