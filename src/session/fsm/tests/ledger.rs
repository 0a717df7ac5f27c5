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
