#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::*;
use crate::problem::{Code, Problem};
use crate::session::event::Event;
use std::time::Duration;

use crate::config::{App, Bind};
use crate::jupyter::{
    Activity, Endpoint, Kernels, Observation, Page, SelectionCriteria, Server, ServerAnswer,
};
use crate::remote::OurJob;
use crate::scheduler::{HostChoices, Routes};

mod idle;
mod job;
mod ledger;
mod property;
mod reconnect;
mod relay;
mod route;
mod sequences;
mod walltime;
mod world;

const HOME: &str = "/home/me";

// ---- the far side's answers, as the script gives them -----------------------------------------

fn runtime_file(pid: u32, root: &str, token: &str, password: bool) -> RuntimeFile {
    RuntimeFile::parse(&format!(
        "file=/r/jpserver-{pid}.json\npid={pid}\nuid=7\nargs=jupyter-lab\n\
         listeners=127.0.0.1:8888,7\n\n{{\"pid\": {pid}, \"port\": 8888, \"password\": {password}, \
         \"root_dir\": \"{root}\", \"token\": \"{token}\", \"version\": \"2.17.0\"}}"
    ))
}

fn running() -> RuntimeFile {
    runtime_file(41, HOME, "t0ken", false)
}

/// Its port is another account's.
fn foreign() -> RuntimeFile {
    let mut runtime_file = running();
    runtime_file.listeners[0].uid = Some(8);
    runtime_file
}

fn host_info() -> HostInfo {
    HostInfo {
        node: "node1".into(),
        uid: Some(7),
        workdir: HOME.into(),
        ..HostInfo::default()
    }
}

fn found(runtime_files: Vec<RuntimeFile>) -> FsmEvent {
    FsmEvent::Script(ScriptEvent::Found(runtime_files, host_info()))
}

fn answered(authenticated: bool) -> FsmEvent {
    FsmEvent::Server(ServerEvent::Checked(Ok(ServerAnswer {
        version: "2.17.0".into(),
        authenticated,
        open: false,
        certificate: None,
        pages: server().pages,
    })))
}

fn listening_on(port: u16) -> FsmEvent {
    FsmEvent::Tunnel(TunnelEvent::Listening { port, taken: None })
}

fn problem() -> Problem {
    Problem::new(Code::Lost, "gone", "", "")
}

fn kernels(total: usize, busy: usize) -> FsmEvent {
    FsmEvent::Server(ServerEvent::Counted(Some(Kernels { total, busy })))
}

fn server() -> Server {
    running().server(Some(7)).unwrap()
}

fn the_found(reused: bool) -> FoundServer {
    FoundServer {
        server: server(),
        node: "node1".into(),
        reused,
        job: None,
        info: None,
        route: Route::Login,
    }
}

// ---- machines on their way --------------------------------------------------------------------

fn open() -> Goal {
    Goal::Open {
        page: Page::default(),
        show: true,
    }
}

fn machine(goal: Goal) -> StateMachine {
    StateMachine::new(plan(goal))
}

fn plan(goal: Goal) -> SessionPlan {
    SessionPlan {
        goal,
        host: "gpu01".into(),
        launch: true,
        restores: false,
        is_exact: false,
        wanted: SelectionCriteria::default(),
        patience: Duration::from_secs(600),
        scheduler: String::new(),
        job_tells: false,
        why_calls: 0,
        poll: Duration::from_secs(15),
        walltime: None,
        idle: None,
        timeout: Duration::from_secs(60),
        cell_done_after: Some(Duration::ZERO),
        routes: Routes::new(Bind::Auto, None, false),
    }
}

/// A look at a server's activity.
fn seen(activity: Activity) -> Observation {
    Observation {
        activity,
        at: jiff::Timestamp::UNIX_EPOCH,
        here: jiff::Timestamp::UNIX_EPOCH,
        unused: None,
        errors: Vec::new(),
        last_messages: Vec::new(),
    }
}

/// The inputs up to the login.
fn to_login() -> impl Iterator<Item = FsmInput> {
    let events = [
        ConnectionEvent::Resolved,
        ConnectionEvent::Connected,
        ConnectionEvent::LoggedIn,
    ];
    let events = events.map(|event| FsmEvent::Connection(event).into());
    [SessionCommand::Begin.into()].into_iter().chain(events)
}

/// A machine that has logged in, and what it then does.
fn logged_in(goal: Goal) -> (StateMachine, Vec<Effect>) {
    let mut machine = machine(goal);
    let effects = to_login().map(|input| machine.handle(input)).last();
    (machine, effects.unwrap())
}

/// A machine after these inputs, which follow the login.
fn after(goal: Goal, inputs: Vec<FsmEvent>) -> StateMachine {
    let (mut machine, _) = logged_in(goal);
    for input in inputs {
        machine.handle(input);
    }
    machine
}

/// Returns a state machine whose tunnel is open.
fn ready() -> StateMachine {
    let inputs = vec![found(vec![running()]), listening_on(8890), answered(true)];
    let machine = after(open(), inputs);
    assert!(machine.is_ready());
    machine
}

fn stop(busy: Busy) -> Goal {
    Goal::Stop { busy }
}

/// A machine of `stop` that is about to hear of the kernels.
fn counting(busy: Busy) -> StateMachine {
    let inputs = vec![found(vec![running()]), listening_on(8890), answered(true)];
    after(stop(busy), inputs)
}

fn note(effects: &[Effect]) -> &str {
    let mut notes = effects.iter().filter_map(|effect| match effect {
        Effect::Emit(Event::Note(text) | Event::Warning(text)) => Some(text.as_str()),
        _ => None,
    });
    let first = notes.next().unwrap_or_default();
    assert_eq!(notes.next(), None, "more than one note");
    first
}

fn failure(effects: &[Effect]) -> &Problem {
    match effects {
        [Effect::Emit(Event::Failed(problem) | Event::Refused(problem))] => problem,
        other => panic!("no single failure: {other:?}"),
    }
}

// ---- a click ----------------------------------------------------------------------------------

#[test]
fn a_click_begins_step_by_step() {
    let mut machine = machine(open());
    let steps = [
        (Phase::Resolving, Effect::Resolve),
        (Phase::Connecting, Effect::Connect),
        (Phase::Authenticating, Effect::LogIn),
        (Phase::Finding, Effect::Discover),
    ];
    for (input, (phase, effect)) in to_login().zip(steps) {
        assert_eq!(
            machine.handle(input),
            [Effect::Emit(Event::Phase(phase)), effect]
        );
    }
    assert!(!machine.has_ended() && !machine.is_ready());
}

#[test]
fn a_warm_click_reuses_the_running_server() {
    let (mut machine, _) = logged_in(open());
    assert_eq!(
        machine.handle(found(vec![running()])),
        [Effect::Listen(server())]
    );
    assert_eq!(
        machine.handle(listening_on(8890)),
        [
            Effect::Emit(Event::Phase(Phase::Forwarding)),
            Effect::Check(server(), 8890, true)
        ]
    );
    let found = Box::new(the_found(true));
    assert_eq!(
        machine.handle(answered(true)),
        [
            Effect::Remember(8890),
            Effect::EmitReady(found.clone(), 8890, "2.17.0".into()),
            Effect::Show(found, 8890, Page::default()),
        ]
    );
    assert!(machine.is_ready());
}

#[test]
fn a_cold_click_looks_again_under_the_lock_and_then_launches() {
    let (mut machine, _) = logged_in(open());
    assert_eq!(machine.handle(found(vec![])), [Effect::Lock]);
    assert_eq!(
        machine.handle(found(vec![])),
        [Effect::Emit(Event::Phase(Phase::Starting)), Effect::Launch]
    );
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Launched(running()))),
        [Effect::Listen(server())]
    );
    assert_eq!(
        machine.handle(listening_on(8890)),
        [
            Effect::Emit(Event::Phase(Phase::Forwarding)),
            Effect::Check(server(), 8890, false)
        ]
    );
    let effects = machine.handle(answered(true));
    let ready = Effect::EmitReady(Box::new(the_found(false)), 8890, "2.17.0".into());
    assert!(effects.contains(&ready), "{effects:?}");
}

#[test]
fn without_a_browser_the_page_is_told_and_not_shown() {
    let goal = Goal::Open {
        page: Page::default(),
        show: false,
    };
    let mut machine = after(goal, vec![found(vec![running()]), listening_on(8890)]);
    let effects = machine.handle(answered(true));
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Show(..)))
    );
    assert!(machine.is_ready());
}

#[test]
fn someone_elses_server_under_the_lock_is_used() {
    let mut machine = after(open(), vec![found(vec![])]);
    assert_eq!(
        machine.handle(found(vec![running()])),
        [Effect::Listen(server())]
    );
}

#[test]
fn someone_elses_launch_is_awaited_and_not_repeated() {
    let mut machine = after(open(), vec![found(vec![])]);
    let mut host_info = host_info();
    host_info.starting = Some("/s/1".into());
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Found(vec![], host_info))),
        [
            Effect::Emit(Event::Phase(Phase::Starting)),
            Effect::Await("/s/1".into())
        ]
    );
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Launched(running()))),
        [Effect::Listen(server())]
    );
}

#[test]
fn a_file_that_cannot_be_believed_is_no_server() {
    let (mut machine, _) = logged_in(open());
    assert_eq!(machine.handle(found(vec![foreign()])), [Effect::Lock]);
}

#[test]
fn a_choice_among_several_is_explained() {
    let (mut machine, _) = logged_in(open());
    let effects = machine.handle(found(vec![
        runtime_file(42, "/data", "t", false),
        running(),
    ]));
    assert!(note(&effects).contains("2 servers are running"));
    assert_eq!(effects[1], Effect::Listen(server()));
}

#[test]
fn a_launched_server_that_cannot_be_believed_fails() {
    let mut machine = after(open(), vec![found(vec![]), found(vec![])]);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(foreign())));
    let problem = failure(&effects);
    assert_eq!(problem.code, Code::JupyterAnswer);
    assert!(problem.detail.contains("another account listens"));
    assert!(problem.remedy.contains("remote-jupyter logs gpu01"));
    assert!(machine.has_ended());
}

#[test]
fn a_server_that_does_not_answer_fails() {
    let mut machine = after(open(), vec![found(vec![running()]), listening_on(8890)]);
    let effects = machine.handle(FsmEvent::Server(ServerEvent::Checked(Err(problem()))));
    assert_eq!(effects, [Effect::Emit(Event::Failed(problem()))]);
    assert!(machine.has_ended());
}

#[test]
fn a_taken_port_is_said() {
    let mut machine = after(open(), vec![found(vec![running()])]);
    let effects = machine.handle(FsmEvent::Tunnel(TunnelEvent::Listening {
        port: 50123,
        taken: Some(8890),
    }));
    assert!(note(&effects).contains("8890") && note(&effects).contains("50123"));
    assert_eq!(
        effects.last(),
        Some(&Effect::Check(server(), 50123, true)),
        "the port that was had is used"
    );
}

#[test]
fn how_a_server_without_a_token_is_guarded_is_said() {
    let table = [
        ("t0ken", false, ""),
        ("", true, "asks for its password"),
        ("", false, "neither token nor password"),
    ];
    for (token, protected, want) in table {
        let runtime_file = runtime_file(41, HOME, token, false);
        let mut machine = after(open(), vec![found(vec![runtime_file]), listening_on(8890)]);
        let effects = machine.handle(FsmEvent::Server(ServerEvent::Checked(Ok(ServerAnswer {
            version: "2.17.0".into(),
            authenticated: !token.is_empty(),
            open: token.is_empty() && !protected,
            certificate: None,
            pages: server().pages,
        }))));
        let note = note(&effects);
        assert!(
            note.contains(want) && note.is_empty() == want.is_empty(),
            "{note}"
        );
        assert!(machine.is_ready());
    }
}

#[test]
fn a_second_click_shows_the_page_that_was_asked_for() {
    let mut machine = ready();
    let page = Page {
        app: Some(App::Notebook),
        notebook: Some("a.ipynb".into()),
    };
    let show = Effect::Show(Box::new(the_found(true)), 8890, page.clone());
    assert_eq!(machine.handle(SessionCommand::Show(page)), [show]);
    assert!(machine.is_ready());
}

#[test]
fn a_page_that_a_browser_has_open_is_told_and_not_shown() {
    let mut machine = ready();
    let page = Page {
        app: Some(App::Notebook),
        notebook: None,
    };
    let found = || Box::new(the_found(true));
    let count = Effect::CountPages(found(), 8890, page.clone());
    let wish = || SessionCommand::ShowUnlessOpen(page.clone());
    assert_eq!(machine.handle(wish()), [count]);
    let counted = |count| FsmEvent::Server(ServerEvent::PagesCounted(count, page.clone()));
    let told = Effect::Emit(Event::PageOpen);
    assert_eq!(machine.handle(counted(2)), [told]);
    let show = Effect::Show(found(), 8890, page.clone());
    assert_eq!(machine.handle(counted(0)), [show]);
    assert!(machine.is_ready());
}

// ---- attach, look, log ------------------------------------------------------------------------

#[test]
fn attach_never_launches() {
    let mut machine = StateMachine::new(SessionPlan {
        launch: false,
        ..machine(open()).plan
    });
    for input in to_login() {
        machine.handle(input);
    }
    let effects = machine.handle(found(vec![foreign()]));
    let problem = failure(&effects);
    assert_eq!(problem.code, Code::NothingRunning);
    assert!(problem.title.contains("gpu01"));
    assert!(
        problem.detail.contains("another account"),
        "why: {}",
        problem.detail
    );
    assert!(machine.has_ended());
}

#[test]
fn attach_uses_what_runs() {
    let mut machine = StateMachine::new(SessionPlan {
        launch: false,
        ..machine(open()).plan
    });
    machine.state = State::Discovering { locked: false };
    assert_eq!(
        machine.handle(found(vec![running()])),
        [Effect::Listen(server())]
    );
}

#[test]
fn a_look_tells_and_changes_nothing() {
    let table = [
        (
            vec![running()],
            Some("Jupyter 2.17.0, process 41, port 8888, in /home/me"),
            0,
        ),
        (vec![foreign()], None, 1),
        (vec![], None, 0),
    ];
    for (runtime_files, server, passed_over) in table {
        let (mut machine, _) = logged_in(Goal::Inspect);
        let effects = machine.handle(found(runtime_files));
        let [Effect::Emit(Event::Seen(sight)), next] = effects.as_slice() else {
            panic!("{effects:?}");
        };
        match server {
            Some(_) => assert!(matches!(next, Effect::Listen(_)), "{next:?}"),
            None => assert_eq!(*next, Effect::Probe),
        }
        assert_eq!(sight.node, "node1");
        assert_eq!(sight.server.as_deref(), server);
        assert_eq!(sight.passed_over.len(), passed_over);
        assert!(!machine.has_ended());
    }
}

#[test]
fn a_look_ends_with_what_a_click_would_come_to() {
    let refusal = || Problem::new(Code::ForwardingForbidden, "t", "d", "r");
    let probed = |problem| {
        let (mut machine, _) = logged_in(Goal::Inspect);
        machine.handle(found(vec![]));
        let effects = machine.handle(FsmEvent::Tunnel(TunnelEvent::Probed(problem)));
        (machine, effects)
    };
    let (machine, effects) = probed(Some(refusal()));
    assert_eq!(
        effects.last(),
        Some(&Effect::Emit(Event::Failed(refusal())))
    );
    assert!(machine.has_ended());
    for (outcome, told) in [
        (Ok("a"), Some(Effect::Emit(Event::Step("a".into())))),
        (Err("b"), Some(Effect::Emit(Event::Note("b".into())))),
        (Ok(""), None),
    ] {
        let (mut machine, effects) = probed(None);
        assert_eq!(effects.last(), Some(&Effect::Rehearse));
        let outcome = outcome.map(str::to_owned).map_err(str::to_owned);
        let effects = machine.handle(FsmEvent::Script(ScriptEvent::Rehearsed(outcome)));
        let all: Vec<Effect> = told
            .into_iter()
            .chain([Effect::Emit(Event::Closed)])
            .collect();
        assert_eq!(effects, all);
        assert!(machine.has_ended());
    }
    let (mut machine, _) = logged_in(Goal::Inspect);
    machine.handle(found(vec![running()]));
    machine.handle(FsmEvent::Tunnel(TunnelEvent::Listening {
        port: 1,
        taken: None,
    }));
    let effects = machine.handle(FsmEvent::Tunnel(TunnelEvent::ForwardRefused(refusal())));
    assert_eq!(effects, [Effect::Emit(Event::Failed(refusal()))]);
}

#[test]
fn the_log_is_that_of_the_server_that_a_click_would_use() {
    let mut ours = running();
    ours.launch = Some("/s/1".into());
    let (mut machine, effects) = logged_in(Goal::Log);
    assert!(effects.contains(&Effect::Discover), "{effects:?}");
    let effects = machine.handle(found(vec![ours]));
    assert_eq!(effects, [Effect::FetchLog(Some("/s/1".into()))]);
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Log(
            "/s/1/log".into(),
            "text".into()
        ))),
        [
            Effect::log("/s/1/log".into(), "text"),
            Effect::Emit(Event::Closed)
        ]
    );
    assert!(machine.has_ended());
    // One that was started elsewhere has none that is known, and none runs: the newest of ours.
    for (runtime_files, notes) in [(vec![running()], 1), (vec![], 0)] {
        let (mut machine, _) = logged_in(Goal::Log);
        let effects = machine.handle(found(runtime_files));
        assert_eq!(effects.last(), Some(&Effect::FetchLog(None)));
        assert_eq!(effects.len(), notes + 1, "{effects:?}");
    }
}

/// An opener may fail after its start; that ends nothing.
#[test]
fn a_page_that_was_not_shown_is_told_while_the_tunnel_stands() {
    let mut machine = after(
        open(),
        vec![found(vec![running()]), listening_on(8890), answered(true)],
    );
    assert!(machine.is_ready());
    let effects = machine.handle(FsmEvent::Local(LocalEvent::NotShown(
        "exit status: 3".into(),
    )));
    assert!(note(&effects).contains("exit status: 3"), "{effects:?}");
    assert!(machine.is_ready());
}

#[test]
fn a_glance_asks_the_server_nothing() {
    let (mut machine, _) = logged_in(Goal::Glance);
    let effects = machine.handle(found(vec![running()]));
    assert!(
        matches!(effects.as_slice(), [Effect::Emit(Event::Seen(sight)), Effect::Emit(Event::Closed)] if sight.server.is_some()),
        "{effects:?}"
    );
}

// ---- stop -------------------------------------------------------------------------------------

#[test]
fn a_stop_counts_the_kernels_first() {
    let inputs = vec![found(vec![running()]), listening_on(8890)];
    let mut machine = after(stop(Busy::Ask), inputs);
    assert_eq!(
        machine.handle(answered(true)),
        [Effect::Count(server(), 8890)]
    );
}

#[test]
fn idle_kernels_are_ended_without_a_question() {
    for busy in [Busy::Ask, Busy::Refuse, Busy::End] {
        for total in [0, 3] {
            let mut machine = counting(busy);
            let effects = machine.handle(kernels(total, 0));
            assert_eq!(effects, [Effect::AskToEnd(server(), 8890)], "{busy:?}");
        }
    }
}

#[test]
fn busy_kernels_are_asked_about_refused_or_ended() {
    let counted = Kernels { total: 3, busy: 1 };
    let mut asking = counting(Busy::Ask);
    assert_eq!(
        asking.handle(kernels(3, 1)),
        [Effect::Confirm(Some(counted))]
    );

    let mut ending = counting(Busy::End);
    assert_eq!(
        ending.handle(kernels(3, 1)),
        [Effect::AskToEnd(server(), 8890)]
    );

    let mut refusing = counting(Busy::Refuse);
    let effects = refusing.handle(kernels(3, 1));
    assert!(matches!(
        effects.as_slice(),
        [Effect::Emit(Event::Refused(_))]
    ));
    let problem = failure(&effects);
    assert_eq!(problem.code, Code::KernelsBusy);
    assert!(problem.detail.contains("1 of 3"));
    assert!(problem.remedy.contains("stop gpu01 --yes"));
    assert!(refusing.is_ready(), "the tunnel stays");
}

#[test]
fn the_persons_word_about_busy_kernels_counts() {
    let mut yes = counting(Busy::Ask);
    yes.handle(kernels(3, 1));
    assert_eq!(
        yes.handle(FsmEvent::Local(LocalEvent::Confirmed(true))),
        [Effect::AskToEnd(server(), 8890)]
    );

    let mut no = counting(Busy::Ask);
    no.handle(kernels(3, 1));
    let effects = no.handle(FsmEvent::Local(LocalEvent::Confirmed(false)));
    assert_eq!(failure(&effects).code, Code::KernelsBusy);
    assert!(no.has_ended());
}

#[test]
fn kernels_that_cannot_be_counted_may_be_busy() {
    let mut asking = counting(Busy::Ask);
    assert_eq!(
        asking.handle(FsmEvent::Server(ServerEvent::Counted(None))),
        [Effect::Confirm(None)]
    );
    let effects = asking.handle(FsmEvent::Local(LocalEvent::Confirmed(false)));
    assert_eq!(failure(&effects).code, Code::KernelsBusy);
    assert!(failure(&effects).title.contains("cannot be counted"));

    let mut refusing = counting(Busy::Refuse);
    let effects = refusing.handle(FsmEvent::Server(ServerEvent::Counted(None)));
    assert!(matches!(
        effects.as_slice(),
        [Effect::Emit(Event::Refused(_))]
    ));
    assert!(refusing.is_ready(), "the tunnel stays");

    let mut ending = counting(Busy::End);
    assert_eq!(
        ending.handle(FsmEvent::Server(ServerEvent::Counted(None))),
        [Effect::AskToEnd(server(), 8890)]
    );
}

#[test]
fn a_stop_ends_when_the_process_is_gone() {
    for asked in [true, false] {
        let mut machine = counting(Busy::End);
        machine.handle(kernels(0, 0));
        let server = server();
        assert_eq!(
            machine.handle(FsmEvent::Server(ServerEvent::AskedToEnd(asked))),
            [Effect::EnsureStopped { server, asked }]
        );
        assert!(!machine.has_ended());
    }
}

#[test]
fn how_a_server_ended_is_said() {
    let table = [
        ("itself", "has shut down"),
        ("TERM", "TERM ended it"),
        ("KILL", "KILL ended it"),
    ];
    for (how, want) in table {
        let mut machine = counting(Busy::End);
        machine.handle(kernels(0, 0));
        machine.handle(FsmEvent::Server(ServerEvent::AskedToEnd(true)));
        let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone(how.into())));
        assert!(note(&effects).contains(want) && note(&effects).contains("gpu01"));
        assert_eq!(effects.last(), Some(&Effect::Emit(Event::Closed)));
        assert!(machine.has_ended());
    }
    let mut machine = counting(Busy::End);
    machine.handle(kernels(0, 0));
    machine.handle(FsmEvent::Server(ServerEvent::AskedToEnd(true)));
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("no".into())));
    assert_eq!(failure(&effects).code, Code::NotStopped);
}

#[test]
fn a_stop_with_nothing_running_is_done_and_launches_nothing() {
    for launch in [true, false] {
        let mut machine = after(stop(Busy::Ask), vec![]);
        machine.plan.launch = launch;
        let effects = machine.handle(found(vec![]));
        assert!(note(&effects).contains("No Jupyter server of yours"));
        assert_eq!(effects.last(), Some(&Effect::Emit(Event::Closed)));
        assert!(machine.has_ended());
    }
}

#[test]
fn a_stop_ends_a_launch_that_is_still_starting() {
    let mut machine = after(stop(Busy::Ask), vec![]);
    let mut host_info = host_info();
    host_info.starting = Some("/s/1".into());
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Found(vec![], host_info))),
        [Effect::EndLaunch("/s/1".into())]
    );
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("TERM".into())));
    assert!(note(&effects).contains("gpu01"));
    assert!(machine.has_ended());
}

#[test]
fn a_standing_tunnel_can_be_told_to_stop_its_server() {
    let mut machine = ready();
    assert_eq!(
        machine.handle(SessionCommand::Stop(Busy::Refuse)),
        [Effect::Count(server(), 8890)]
    );
    assert_eq!(
        machine.handle(kernels(2, 0)),
        [Effect::AskToEnd(server(), 8890)]
    );
}

// ---- from everywhere --------------------------------------------------------------------------

/// A machine in each state but the last, with its state's name.
fn everywhere() -> Vec<(String, StateMachine)> {
    let found = || Box::new(the_found(true));
    [
        State::Idle,
        State::Resolving,
        State::Connecting,
        State::LoggingIn,
        State::Discovering { locked: false },
        State::Discovering { locked: true },
        State::Starting {
            node: "node1".into(),
            own: true,
        },
        State::Listening(found()),
        State::Checking(found(), 8890),
        State::Ready(found(), 8890),
        State::Reconnecting(found(), 8890, ReconnectStep::Pausing),
        State::Reconnecting(found(), 8890, ReconnectStep::Discovering),
        State::Counting(found(), 8890, Busy::Ask),
        State::Confirming(found(), 8890, None),
        State::ShuttingDown(found()),
        State::Ending,
        State::FetchingLog,
    ]
    .into_iter()
    .map(|state| {
        let name = format!("{state:?}");
        let mut machine = machine(open());
        machine.state = state;
        (name, machine)
    })
    .collect()
}

/// One of each input that a late answer, a second click or a misdirected wish could bring.
fn all_inputs() -> Vec<FsmInput> {
    let commands = vec![
        SessionCommand::Begin,
        SessionCommand::Show(Page::default()),
        SessionCommand::ShowUnlessOpen(Page::default()),
        SessionCommand::Stop(Busy::End),
        SessionCommand::ReadLog,
        SessionCommand::ReadUsage,
    ];
    let events = vec![
        FsmEvent::Connection(ConnectionEvent::Resolved),
        FsmEvent::Connection(ConnectionEvent::Connected),
        FsmEvent::Connection(ConnectionEvent::LoggedIn),
        found(vec![running()]),
        FsmEvent::Script(ScriptEvent::Launched(running())),
        listening_on(1),
        answered(true),
        FsmEvent::Server(ServerEvent::Checked(Err(problem()))),
        kernels(1, 1),
        FsmEvent::Local(LocalEvent::Confirmed(true)),
        FsmEvent::Server(ServerEvent::AskedToEnd(true)),
        FsmEvent::Script(ScriptEvent::Gone("no".into())),
        FsmEvent::Script(ScriptEvent::Log(String::new(), String::new())),
        FsmEvent::Local(LocalEvent::Check),
        FsmEvent::Local(LocalEvent::Elapsed),
        FsmEvent::Tunnel(TunnelEvent::Resumed),
        FsmEvent::Tunnel(TunnelEvent::Refused),
        FsmEvent::Script(ScriptEvent::Rechecked(vec![running()], host_info())),
        FsmEvent::Script(ScriptEvent::NoLog(problem())),
        FsmEvent::Server(ServerEvent::Active(seen(Activity::default()))),
    ];
    let ends: [FsmInput; 2] = [
        SessionCommand::Close.into(),
        FsmEvent::Failed(problem()).into(),
    ];
    let commands = commands.into_iter().map(FsmInput::from);
    let events = events.into_iter().map(FsmInput::from);
    commands.chain(events).chain(ends).collect()
}

#[test]
fn close_ends_every_state() {
    for (name, mut machine) in everywhere() {
        assert_eq!(
            machine.handle(SessionCommand::Close),
            [Effect::Emit(Event::Closed)],
            "in {name}"
        );
        assert!(machine.has_ended(), "in {name}");
    }
}

#[test]
fn a_failure_ends_every_state() {
    for (name, mut machine) in everywhere() {
        let effects = machine.handle(FsmEvent::Failed(problem()));
        assert_eq!(
            effects,
            [Effect::Emit(Event::Failed(problem()))],
            "in {name}"
        );
        assert!(machine.has_ended(), "in {name}");
    }
}

#[test]
fn nothing_happens_after_the_end() {
    for input in all_inputs() {
        let mut machine = ready();
        machine.handle(SessionCommand::Close);
        let name = format!("{input:?}");
        assert_eq!(machine.handle(input), [], "{name}");
        assert!(machine.has_ended());
    }
}

#[test]
#[allow(clippy::unnested_or_patterns)] // one line for each input is easier to read
fn an_input_that_does_not_fit_changes_nothing() {
    let fits = |state: &State, input: &FsmInput| match input {
        FsmInput::Command(command) => matches!(
            (state, command),
            (_, SessionCommand::Close)
                | (State::Idle, SessionCommand::Begin)
                | (
                    State::Ready(..),
                    SessionCommand::Show(_)
                        | SessionCommand::ShowUnlessOpen(_)
                        | SessionCommand::Stop(_)
                        | SessionCommand::ReadLog
                        | SessionCommand::ReadUsage
                )
                | (
                    State::Reconnecting(..),
                    SessionCommand::ReadLog | SessionCommand::ReadUsage | SessionCommand::Stop(_)
                )
        ),
        FsmInput::Event(event) => matches!(
            (state, event),
            (_, FsmEvent::Failed(_))
                | (
                    State::Resolving,
                    FsmEvent::Connection(ConnectionEvent::Resolved)
                )
                | (
                    State::Connecting,
                    FsmEvent::Connection(ConnectionEvent::Connected)
                )
                | (
                    State::LoggingIn,
                    FsmEvent::Connection(ConnectionEvent::LoggedIn)
                )
                | (
                    State::Discovering { .. },
                    FsmEvent::Script(ScriptEvent::Found(..))
                )
                | (
                    State::Starting { .. },
                    FsmEvent::Script(ScriptEvent::Launched(_))
                )
                | (
                    State::Listening(_),
                    FsmEvent::Tunnel(TunnelEvent::Listening { .. })
                )
                | (
                    State::Checking(..),
                    FsmEvent::Server(ServerEvent::Checked(_))
                )
                | (
                    State::Ready(..),
                    FsmEvent::Script(ScriptEvent::Log(..))
                        | FsmEvent::Script(ScriptEvent::NoLog(_))
                        | FsmEvent::Local(LocalEvent::Check)
                        | FsmEvent::Tunnel(TunnelEvent::Refused)
                        | FsmEvent::Server(ServerEvent::Active(_))
                )
                | (
                    State::Reconnecting(_, _, ReconnectStep::Pausing),
                    FsmEvent::Local(LocalEvent::Elapsed) | FsmEvent::Local(LocalEvent::Check)
                )
                | (
                    State::Reconnecting(_, _, ReconnectStep::Discovering),
                    FsmEvent::Script(ScriptEvent::Found(..))
                )
                | (
                    State::Counting(..),
                    FsmEvent::Server(ServerEvent::Counted(_))
                )
                | (
                    State::Confirming(..),
                    FsmEvent::Local(LocalEvent::Confirmed(_))
                )
                | (
                    State::ShuttingDown(_),
                    FsmEvent::Server(ServerEvent::AskedToEnd(_))
                )
                | (State::Ending, FsmEvent::Script(ScriptEvent::Gone(_)))
                | (State::FetchingLog, FsmEvent::Script(ScriptEvent::Log(..)))
        ),
    };
    let mut ignored = 0;
    for at in 0..all_inputs().len() {
        for (name, mut machine) in everywhere() {
            let input = all_inputs().swap_remove(at);
            if fits(&machine.state, &input) {
                continue;
            }
            let before = machine.state.clone();
            let text = format!("{input:?} in {name}");
            assert_eq!(machine.handle(input), [], "{text}");
            assert_eq!(machine.state, before, "{text}");
            ignored += 1;
        }
    }
    assert!(ignored > 200);
}

/// Reports an end once, and nothing after it, for any events in any order.
#[test]
fn the_end_is_told_exactly_once() {
    for (name, mut machine) in everywhere() {
        let mut ends = 0;
        for input in all_inputs() {
            let effects = machine.handle(input);
            ends += effects
                .iter()
                .filter(|effect| matches!(effect, Effect::Emit(Event::Closed | Event::Failed(_))))
                .count();
        }
        assert_eq!(ends, 1, "from {name}");
    }
}

// ---- what is told about a server --------------------------------------------------------------

#[test]
fn a_ready_event_names_the_port_or_the_socket() {
    let mut found = the_found(true);
    let info = found.server_info("2.17.0".into());
    assert_eq!(
        (info.host.as_str(), info.port, info.socket),
        ("node1", Some(8888), None)
    );
    found.server.endpoint = Endpoint::Socket { path: "/s".into() };
    let info = found.server_info("2.17.0".into());
    assert_eq!((info.port, info.socket.as_deref()), (None, Some("/s")));
}

#[test]
fn a_question_for_choices_looks_for_no_server_and_ends_with_the_answer() {
    let (mut machine, effects) = logged_in(Goal::Choices);
    assert_eq!(effects, [Effect::FetchChoices]);
    let choices = HostChoices::default();
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Choices(choices.clone())));
    let all = [Event::Choices(choices), Event::Closed].map(Effect::Emit);
    assert_eq!(effects, all);
    assert!(machine.has_ended());
}
