//! Launches of ours that run and cannot be used, and servers that are passed over.

use super::*;

const FOLDER: &str = "/s/1";

/// A launch of ours on whose port nothing listens.
fn silent() -> RuntimeFile {
    let mut runtime_file = running();
    runtime_file.launch = Some(FOLDER.into());
    runtime_file.listeners.clear();
    runtime_file
}

fn refusal() -> FsmEvent {
    FsmEvent::Server(ServerEvent::Unsuitable(Problem::new(
        Code::JupyterAnswer,
        "",
        "the server answered 403",
        "",
    )))
}

#[test]
fn a_launch_that_runs_is_waited_for_and_no_other_is_started() {
    let mut machine = after(open(), vec![found(vec![silent()])]);
    let effects = machine.handle(found(vec![silent()]));
    assert!(
        effects.contains(&Effect::Await(FOLDER.into())),
        "{effects:?}"
    );
    // It ends meanwhile: what there is has to be found out again.
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Rediscover)),
        [Effect::Lock]
    );
    let effects = machine.handle(found(vec![]));
    assert!(effects.contains(&Effect::Launch), "{effects:?}");
}

#[test]
fn one_of_before_that_cannot_be_used_is_left_to_a_stop() {
    let mut machine = after(open(), vec![found(vec![silent()]), found(vec![silent()])]);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(silent())));
    let [Effect::Emit(Event::Failed(problem))] = effects.as_slice() else {
        panic!("{effects:?}");
    };
    assert!(problem.remedy.contains("remote-jupyter stop"), "{problem}");
    let mut machine = after(Goal::Stop { busy: Busy::Ask }, vec![]);
    let effects = machine.handle(found(vec![silent()]));
    assert_eq!(effects, [Effect::EndLaunch(FOLDER.into())]);
}

#[test]
fn a_new_one_that_cannot_be_used_is_ended_first() {
    let mut machine = after(open(), vec![found(vec![]), found(vec![])]);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(silent())));
    assert_eq!(effects, [Effect::EndLaunch(FOLDER.into())]);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("launch".into())));
    assert!(
        matches!(effects.as_slice(), [Effect::Emit(Event::Failed(_))]),
        "{effects:?}"
    );
}

#[test]
fn a_server_that_refuses_is_passed_over_once() {
    let inputs = vec![found(vec![running()]), listening_on(8890)];
    let mut machine = after(open(), inputs);
    let effects = machine.handle(refusal());
    assert!(effects.ends_with(&[
        Effect::Leave,
        Effect::Emit(Event::Phase(Phase::Finding)),
        Effect::Discover
    ]));
    assert_eq!(machine.handle(found(vec![running()])), [Effect::Lock]);
    let effects = machine.handle(found(vec![running()]));
    assert!(effects.contains(&Effect::Launch), "{effects:?}");
}

#[test]
fn one_of_ours_that_refuses_is_told_of() {
    let mut ours = running();
    ours.launch = Some(FOLDER.into());
    let mut machine = after(open(), vec![found(vec![ours]), listening_on(8890)]);
    let effects = machine.handle(refusal());
    assert!(
        matches!(effects.as_slice(), [Effect::Emit(Event::Failed(_))]),
        "{effects:?}"
    );
}

#[test]
fn silence_keeps_nobody_from_another_server_and_starts_none() {
    let silence = || FsmEvent::Server(ServerEvent::Checked(Err(problem())));
    let both = || found(vec![running(), runtime_file(42, "/other", "t", false)]);
    let mut machine = after(open(), vec![both(), listening_on(8890)]);
    assert!(machine.handle(silence()).contains(&Effect::Discover));
    let effects = machine.handle(both());
    assert!(
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Listen(server) if server.pid == 42))
    );
    machine.handle(listening_on(8890));
    let effects = machine.handle(silence());
    assert!(
        matches!(effects.as_slice(), [Effect::Emit(Event::Failed(_))]),
        "{effects:?}"
    );
}

/// An account may use one computer both ways: its jobs are another host's matter there.
#[test]
fn each_host_tells_of_the_launches_that_are_its_own() {
    let told = |fate: &str| {
        let mut told = host_info();
        told.lost = HostInfo::parse(&format!("lost={fate} node1 /s/1")).lost;
        let (mut machine, _) = logged_in(Goal::Glance);
        let found = FsmEvent::Script(ScriptEvent::Found(vec![], told));
        match machine.handle(found).as_slice() {
            [Effect::Emit(Event::Seen(sight)), ..] => sight.lost.len(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!((told("killed"), told("job")), (1, 0));
}

#[test]
fn a_new_server_that_does_not_begin_in_the_configured_folder_is_told_of() {
    let told = |workdir: bool, root: &str| {
        let mut plan = plan(open());
        plan.wanted.workdir = workdir;
        let mut machine = StateMachine::new(plan);
        for input in to_login().chain([found(vec![]), found(vec![])].map(FsmInput::from)) {
            machine.handle(input);
        }
        let server = runtime_file(41, root, "t0ken", false);
        let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(server)));
        assert!(
            effects
                .iter()
                .any(|effect| matches!(effect, Effect::Listen(_))),
            "{effects:?}"
        );
        !note(&effects).is_empty()
    };
    assert!(told(true, "/elsewhere"));
    assert!(!told(true, HOME));
    assert!(!told(false, "/elsewhere"), "the user named none");
}

#[test]
fn a_look_that_may_start_nothing_ends_where_nothing_runs() {
    let mut plan = plan(Goal::Inspect);
    plan.launch = false;
    let mut machine = StateMachine::new(plan);
    to_login().for_each(|input| drop(machine.handle(input)));
    let effects = machine.handle(found(vec![]));
    assert!(
        matches!(effects.last(), Some(Effect::Emit(Event::Failed(_)))),
        "{effects:?}"
    );
}

/// Its number may have come to another process, which has a file of its own.
#[test]
fn a_server_has_ended_when_its_number_is_anothers() {
    let checked = |server: RuntimeFile| {
        let check = ScriptEvent::Rechecked(vec![server], host_info());
        ready().handle(FsmEvent::Script(check))
    };
    let mut other = running();
    other.file = "/other/jpserver-41.json".into();
    assert!(matches!(
        checked(other).as_slice(),
        [Effect::Emit(Event::Failed(_))]
    ));
    let effects = checked(running());
    assert!(
        !effects
            .iter()
            .any(|effect| matches!(effect, Effect::Emit(Event::Failed(_)))),
        "{effects:?}"
    );
}
