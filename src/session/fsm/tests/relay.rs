//! A scheduler that has a way into its jobs: tried where the others lead nowhere.

use super::job::{FOLDER, along, batch_plan, discovery, end, in_the_job, nothing, ours, submitted};
use super::route::{inside, listening, no_hop, ready};
use super::*;
use crate::scheduler::JobState;

fn plan(remembered: Option<Route>) -> SessionPlan {
    let mut plan = batch_plan(open());
    plan.routes = Routes::new(Bind::Auto, remembered, true);
    plan
}

fn begun(remembered: Option<Route>, runtime_file: RuntimeFile) -> (StateMachine, Vec<Effect>) {
    let launched = FsmEvent::Script(ScriptEvent::Launched(runtime_file));
    let inputs = vec![nothing(), nothing(), submitted(), launched];
    along(plan(remembered), inputs)
}

fn relay(runtime_file: &RuntimeFile) -> Effect {
    let server = runtime_file.server(Some(7)).unwrap();
    Effect::Relay(Box::new(server), "4711".into())
}

fn listen(runtime_file: &RuntimeFile) -> Effect {
    Effect::Listen(runtime_file.server(Some(7)).unwrap())
}

fn barred(what: &str) -> FsmEvent {
    FsmEvent::Tunnel(TunnelEvent::ForwardRefused(problem::barred(
        "gpu01", "gpu01", what,
    )))
}

#[test]
fn a_login_host_that_forwards_nothing_leaves_the_relay_alone() {
    let (mut machine, effects) = begun(None, inside());
    assert!(matches!(effects.as_slice(), [Effect::ConnectNode(..)]));
    let forbidden = FsmEvent::Tunnel(TunnelEvent::ForwardingForbidden(problem::barred(
        "gpu01",
        "gpu01",
        "prohibited",
    )));
    let effects = machine.handle(forbidden);
    assert_eq!(effects, [relay(&inside()), listen(&inside())]);
    assert!(ready(&mut machine).contains(&Effect::RememberRoute(Route::Relay)));
    let (_, effects) = begun(Some(Route::Relay), inside());
    assert_eq!(effects, [relay(&inside()), listen(&inside())]);
}

#[test]
fn a_new_server_moves_to_its_address_before_a_relay_is_tried_on_the_same_port() {
    let (mut machine, _) = begun(None, inside());
    let effects = machine.handle(no_hop());
    assert_eq!(effects.last(), Some(&Effect::Relocate(FOLDER.into())));
    machine.handle(FsmEvent::Job(JobEvent::Moved));
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(in_the_job())));
    assert_eq!(effects, [listen(&in_the_job())]);
    machine.handle(listening());
    let effects = machine.handle(barred("no route to host"));
    let server = in_the_job().server(Some(7)).unwrap();
    let wanted = [relay(&in_the_job()), Effect::Check(server, 8890, false)];
    assert_eq!(effects, wanted);
}

#[test]
fn a_server_that_was_there_before_is_not_moved_where_a_relay_may_lead_to_it() {
    let mut job = ours(JobState::Running, "RUNNING");
    job.file = Some(inside().file);
    let (mut machine, _) = along(
        plan(None),
        vec![discovery(vec![inside()], vec![job.clone()])],
    );
    let effects = machine.handle(no_hop());
    assert_eq!(effects, [relay(&inside()), listen(&inside())]);
    let lesson = Effect::RememberRoute(Route::Relay);
    assert!(!ready(&mut machine).contains(&lesson), "the address may do");
    machine.handle(FsmEvent::Lost {
        problem: problem(),
        stood: Duration::from_secs(90),
    });
    for input in [
        FsmEvent::Connection(ConnectionEvent::Resolved),
        FsmEvent::Connection(ConnectionEvent::Connected),
        FsmEvent::Connection(ConnectionEvent::LoggedIn),
    ] {
        machine.handle(input);
    }
    let effects = machine.handle(discovery(vec![inside()], vec![job]));
    assert_eq!(effects, [relay(&inside()), Effect::Resume]);
    machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
    assert!(machine.is_ready());
}

#[test]
fn what_each_way_said_is_told_when_the_last_one_is_gone() {
    let (mut machine, _) = begun(Some(Route::Relay), inside());
    machine.handle(listening());
    let effects = machine.handle(barred("didn't accept task"));
    assert!(matches!(effects.as_slice(), [Effect::ConnectNode(..)]));
    let forbidden = FsmEvent::Tunnel(TunnelEvent::ForwardingForbidden(problem::barred(
        "gpu01",
        "node17",
        "prohibited",
    )));
    assert_eq!(machine.handle(forbidden), [end(false)]);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())));
    let [Effect::Emit(Event::Failed(problem))] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert_eq!(problem.code, Code::NodeRefuses);
    let said = ["didn't accept task", "node17", "prohibited"];
    let at = said.map(|words| problem.detail.find(words));
    assert!(at.is_sorted() && at[0].is_some(), "{}", problem.detail);
}
