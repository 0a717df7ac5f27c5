//! Servers on compute nodes: which route is tried, and what follows when it fails.

use super::job::{
    FOLDER, along, batch_plan, discovery, end, in_the_job, nothing, ours, rest, submitted,
};
use super::*;
use crate::scheduler::JobState;

/// As a job with that `bind` begins, up to its server: the last effects.
fn begun(
    bind: Bind,
    remembered: Option<Route>,
    runtime_file: RuntimeFile,
) -> (StateMachine, Vec<Effect>) {
    let mut plan = batch_plan(open());
    plan.routes = Routes::new(bind, remembered, false);
    let inputs = vec![
        nothing(),
        nothing(),
        submitted(),
        FsmEvent::Script(ScriptEvent::Launched(runtime_file)),
    ];
    along(plan, inputs)
}

/// Another click has submitted it since the first look. Nobody else may be kept from this host's jobs meanwhile.
#[test]
fn a_server_on_a_node_that_is_found_under_the_lock_gives_the_lock_back() {
    let runtime_file = inside();
    let mut ours = ours(JobState::Running, "RUNNING");
    ours.file = Some(runtime_file.file.clone());
    let found = discovery(vec![runtime_file], vec![ours]);
    let (machine, effects) = along(batch_plan(open()), vec![nothing(), found]);
    assert!(matches!(machine.state, State::ConnectingNode(..)));
    let expected = [Effect::Unlock, hop(true)];
    assert_eq!(effects, expected);
}

/// The server of the job, which only its own node reaches.
pub(super) fn inside() -> RuntimeFile {
    let mut runtime_file = in_the_job();
    runtime_file.listeners[0].address = Some([127, 0, 0, 1].into());
    runtime_file.host_keys = vec!["ssh-ed25519 AAAA".into()];
    runtime_file
}

fn hop(is_new: bool) -> Effect {
    let server = inside().server(Some(7)).unwrap();
    Effect::ConnectNode(Box::new(server.node.unwrap()), server.pid, is_new)
}

fn listen(runtime_file: &RuntimeFile) -> Effect {
    Effect::Listen(runtime_file.server(Some(7)).unwrap())
}

pub(super) fn no_hop() -> FsmEvent {
    FsmEvent::Tunnel(TunnelEvent::NodeUnreachable(problem::not_there(
        "gpu01", "node17",
    )))
}

pub(super) fn listening() -> FsmEvent {
    FsmEvent::Tunnel(TunnelEvent::Listening {
        port: 8890,
        taken: None,
    })
}

pub(super) fn ready(machine: &mut StateMachine) -> Vec<Effect> {
    machine.handle(listening());
    machine.handle(answered(true))
}

#[test]
fn a_server_inside_is_hopped_to_and_that_is_remembered() {
    let (mut machine, effects) = begun(Bind::Auto, None, inside());
    assert_eq!(effects, [hop(true)]);
    assert_eq!(
        machine.handle(FsmEvent::Tunnel(TunnelEvent::NodeConnected)),
        [listen(&inside())]
    );
    assert!(ready(&mut machine).contains(&Effect::RememberRoute(Route::Hop)));
    let (_, effects) = begun(Bind::Auto, Some(Route::Hop), inside());
    assert_eq!(effects, [hop(false)], "and needs no probe the next time");
}

#[test]
fn where_the_node_takes_no_ssh_the_server_moves_to_its_address_once() {
    let (mut machine, _) = begun(Bind::Auto, None, inside());
    let effects = machine.handle(no_hop());
    assert_eq!(effects.last(), Some(&Effect::Relocate(FOLDER.into())));
    assert!(matches!(effects[0], Effect::Emit(Event::Note(_))));
    let effects = machine.handle(FsmEvent::Job(JobEvent::Moved));
    assert!(rest(&effects) < Duration::from_secs(1));
    // The old file is still there for a while.
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(inside())));
    assert!(
        matches!(effects.as_slice(), [Effect::Sleep(_)]),
        "{effects:?}"
    );
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(in_the_job())));
    assert_eq!(effects, [listen(&in_the_job())]);
    assert!(ready(&mut machine).contains(&Effect::RememberRoute(Route::Address)));
}

#[test]
fn what_is_remembered_decides_where_a_new_server_listens() {
    for (remembered, bind) in [(None, "loopback"), (Some(Route::Address), "auto")] {
        let mut plan = batch_plan(open());
        plan.routes = Routes::new(Bind::Auto, remembered, false);
        let (_, effects) = along(plan, vec![nothing(), nothing()]);
        assert_eq!(effects.last(), Some(&Effect::Submit(bind)));
    }
}

#[test]
fn an_address_that_is_barred_is_left_for_a_hop_on_the_same_port() {
    let (mut machine, effects) = begun(Bind::Auto, Some(Route::Address), in_the_job());
    assert_eq!(effects, [listen(&in_the_job())]);
    machine.handle(listening());
    let effects = machine.handle(FsmEvent::Tunnel(TunnelEvent::ForwardRefused(
        problem::barred("gpu01", "gpu01", ""),
    )));
    assert!(
        matches!(effects.as_slice(), [Effect::ConnectNode(..)]),
        "{effects:?}"
    );
    let effects = machine.handle(FsmEvent::Tunnel(TunnelEvent::NodeConnected));
    let server = in_the_job().server(Some(7)).unwrap();
    assert_eq!(effects, [Effect::Check(server, 8890, false)]);
    let effects = machine.handle(answered(true));
    assert!(
        effects.contains(&Effect::RememberRoute(Route::Hop)),
        "{effects:?}"
    );
}

#[test]
fn a_way_that_is_forced_and_leads_nowhere_leaves_no_job() {
    for (bind, runtime_file) in [(Bind::Loopback, inside()), (Bind::Socket, inside())] {
        let (mut machine, _) = begun(bind, None, runtime_file);
        assert_eq!(machine.handle(no_hop()), [end(false)]);
        let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())));
        assert!(matches!(
            effects.as_slice(),
            [Effect::Emit(Event::Failed(Problem {
                code: Code::NodeRefuses,
                ..
            }))]
        ));
    }
    let (mut machine, _) = begun(Bind::Node, None, in_the_job());
    machine.handle(listening());
    let barred = FsmEvent::Tunnel(TunnelEvent::ForwardRefused(problem::barred(
        "gpu01", "gpu01", "",
    )));
    assert_eq!(machine.handle(barred), [end(false)]);
}

fn found_again(goal: Goal, bind: Bind) -> (StateMachine, Vec<Effect>) {
    let mut plan = batch_plan(goal);
    plan.routes = Routes::new(bind, None, false);
    let mut job = ours(JobState::Running, "RUNNING");
    job.file = Some(inside().file);
    along(plan, vec![discovery(vec![inside()], vec![job])])
}

#[test]
fn a_server_that_was_there_before_is_never_ended_for_want_of_a_way() {
    let (mut machine, effects) = found_again(open(), Bind::Node);
    assert_eq!(effects, [hop(true)], "whatever bind says now");
    let effects = machine.handle(no_hop());
    assert!(
        matches!(effects.as_slice(), [Effect::Emit(Event::Failed(_))]),
        "{effects:?}"
    );
}

#[test]
fn a_stop_needs_no_way_but_does_not_guess_about_kernels() {
    let stop = |busy| Goal::Stop { busy };
    let (mut machine, effects) = found_again(stop(Busy::End), Bind::Auto);
    assert_eq!(effects, [hop(true)]);
    assert_eq!(machine.handle(no_hop()), [end(false)]);
    let (mut machine, _) = found_again(stop(Busy::Refuse), Bind::Auto);
    let effects = machine.handle(no_hop());
    assert!(
        matches!(effects.as_slice(), [Effect::Emit(Event::Failed(_))]),
        "{effects:?}"
    );
}

/// A tunnel by a hop, with its machine.
fn standing() -> StateMachine {
    let (mut machine, _) = found_again(open(), Bind::Auto);
    machine.handle(FsmEvent::Tunnel(TunnelEvent::NodeConnected));
    ready(&mut machine);
    assert!(machine.is_ready());
    machine
}

#[test]
fn a_new_connection_brings_a_new_hop_before_the_ports_open() {
    let mut machine = standing();
    let stood = Duration::from_secs(90);
    machine.handle(FsmEvent::Lost {
        problem: problem(),
        stood,
    });
    for input in [
        FsmEvent::Connection(ConnectionEvent::Resolved),
        FsmEvent::Connection(ConnectionEvent::Connected),
        FsmEvent::Connection(ConnectionEvent::LoggedIn),
    ] {
        machine.handle(input);
    }
    let mut job = ours(JobState::Running, "RUNNING");
    job.file = Some(inside().file);
    let effects = machine.handle(discovery(vec![inside()], vec![job]));
    assert_eq!(effects, [hop(false)]);
    assert_eq!(
        machine.handle(FsmEvent::Tunnel(TunnelEvent::NodeConnected)),
        [Effect::Resume]
    );
    machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
    assert!(machine.is_ready());
}

#[test]
fn a_hop_that_is_lost_alone_is_made_anew_over_the_same_login() {
    let mut machine = standing();
    let lost = || FsmEvent::NodeLost {
        problem: problem(),
        stood: Duration::from_secs(90),
    };
    let effects = machine.handle(lost());
    let wanted = [
        Effect::Emit(Event::Phase(Phase::Reconnecting)),
        Effect::CloseListeners,
        hop(false),
    ];
    assert_eq!(effects, wanted);
    assert_eq!(
        machine.handle(FsmEvent::Tunnel(TunnelEvent::NodeConnected)),
        [Effect::Resume]
    );
    machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
    assert!(machine.is_ready());
    // If that fails, the whole connection is opened again.
    machine.handle(lost());
    let effects = machine.handle(no_hop());
    assert!(
        matches!(effects.as_slice(), [Effect::Pause(_)]),
        "{effects:?}"
    );
}

#[test]
fn a_hop_that_breaks_again_at_once_takes_the_whole_connection_with_it() {
    for (stood, is_whole) in [(1, true), (4, true), (5, false), (6, false)] {
        let mut machine = standing();
        let lost = |seconds| FsmEvent::NodeLost {
            problem: problem(),
            stood: Duration::from_secs(seconds),
        };
        let effects = machine.handle(lost(1));
        assert!(effects.contains(&hop(false)), "the first time: {effects:?}");
        machine.handle(FsmEvent::Tunnel(TunnelEvent::NodeConnected));
        machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
        let effects = machine.handle(lost(stood));
        assert_eq!(
            effects.contains(&Effect::Suspend),
            is_whole,
            "{stood} s: {effects:?}"
        );
        assert_eq!(effects.contains(&hop(false)), !is_whole, "{stood} s");
    }
}

#[test]
fn a_server_is_reached_again_as_it_listens() {
    let again = |server: RuntimeFile, route| {
        let found = FoundServer {
            server: server.server(Some(7)).unwrap(),
            route,
            ..the_found(true)
        };
        found.route_again()
    };
    assert_eq!(
        again(running(), Route::Hop),
        Route::Login,
        "it is on no other node"
    );
    assert_eq!(again(inside(), Route::Login), Route::Hop);
    assert_eq!(again(in_the_job(), Route::Login), Route::Address);
    assert_eq!(again(in_the_job(), Route::Relay), Route::Relay);
}

#[test]
fn a_look_says_by_which_route_a_server_on_a_node_would_be_reached() {
    let told = |server: RuntimeFile, has_relay: bool| {
        let mut plan = batch_plan(Goal::Glance);
        plan.routes = Routes::new(Bind::Auto, None, has_relay);
        if has_relay {
            plan.routes.fail(Route::Hop);
        }
        let (_, effects) = along(plan, vec![discovery(vec![server], vec![])]);
        format!("{effects:?}")
    };
    for (server, has_relay, route) in [
        (inside(), false, "an SSH session of its own"),
        (in_the_job(), false, "connects to the node's address"),
        (inside(), true, "a scheduler command"),
    ] {
        let text = told(server, has_relay);
        assert!(text.contains(route), "{text}");
    }
}
