use super::*;
use crate::jupyter::Unused;

const LIMIT: Duration = Duration::from_secs(7200);
const FOLDER: &str = "/home/me/.local/state/remote-jupyter/servers/1";

/// An open tunnel to a server that was launched in that folder.
fn ready_with(rule: IdleRule, launch: Option<&str>) -> StateMachine {
    let mut runtime_file = running();
    runtime_file.launch = launch.map(str::to_owned);
    let mut machine = StateMachine::new(SessionPlan {
        idle: Some((LIMIT, rule)),
        ..plan(open())
    });
    let rest = [
        found(vec![runtime_file]),
        listening_on(8890),
        answered(true),
    ];
    for input in to_login().chain(rest.map(FsmInput::from)) {
        machine.handle(input);
    }
    assert!(machine.is_ready());
    machine
}

/// A look at that second, at a server that was used at the beginning and has no kernels.
fn look(second: i64) -> FsmEvent {
    let mut seen = seen(Activity::default());
    seen.at = jiff::Timestamp::from_second(second).unwrap();
    seen.here = seen.at;
    seen.unused = Some(Unused {
        server: Some(jiff::Timestamp::UNIX_EPOCH),
        ..Unused::default()
    });
    FsmEvent::Server(ServerEvent::Active(seen))
}

/// The ends that the effects tell of, or that none is near any more.
fn told(effects: &[Effect]) -> Vec<Option<i64>> {
    let ends = effects.iter().filter_map(|effect| match effect {
        Effect::Emit(Event::Idle(time)) => Some(time.ends),
        _ => None,
    });
    ends.collect()
}

#[test]
fn a_server_of_ones_own_command_is_ended_after_the_warning() {
    let mut machine = ready_with(IdleRule::ThisSide, Some(FOLDER));
    assert_eq!(told(&machine.handle(look(6599))), []);
    assert_eq!(told(&machine.handle(look(6600))), [Some(7200)]);
    let effects = machine.handle(look(7200));
    assert!(
        matches!(effects.last(), Some(Effect::Count(..))),
        "{effects:?}"
    );
    let effects = machine.handle(kernels(0, 0));
    assert!(matches!(effects[..], [Effect::AskToEnd(..)]), "{effects:?}");
    machine.handle(FsmEvent::Server(ServerEvent::AskedToEnd(true)));
    let gone = ScriptEvent::Gone("itself".into());
    let effects = machine.handle(FsmEvent::Script(gone));
    assert_eq!(failure(&effects).code, Code::IdleEnded);
}

#[test]
fn a_kernel_that_becomes_busy_at_the_last_moment_keeps_it_without_a_refusal() {
    for counted in [kernels(2, 1), FsmEvent::Server(ServerEvent::Counted(None))] {
        let mut machine = ready_with(IdleRule::ThisSide, Some(FOLDER));
        machine.handle(look(6600));
        machine.handle(look(7200));
        let effects = machine.handle(counted);
        assert_eq!((told(&effects), effects.len()), (vec![None], 1));
        assert!(machine.is_ready());
        // The time begins again.
        assert_eq!(told(&machine.handle(look(7300))), []);
        assert_eq!(told(&machine.handle(look(7200 + 6600))), [Some(14_400)]);
    }
}

#[test]
fn a_server_that_jupyter_ends_is_kept_by_a_note_in_its_folder() {
    let mut machine = ready_with(IdleRule::Jupyter, Some(FOLDER));
    assert_eq!(told(&machine.handle(look(6700))), [Some(7200)]);
    let keep = Effect::InBackground(BackgroundTask::Keep(FOLDER.into()));
    assert_eq!(machine.handle(SessionCommand::Keep), [keep]);
    let kept = |machine: &mut StateMachine, result| {
        machine.handle(FsmEvent::Script(ScriptEvent::Kept(result)))
    };
    let effects = kept(&mut machine, Err(problem()));
    assert_eq!(failure(&effects).code, Code::Lost, "it ends as was told");
    let effects = kept(&mut machine, Ok(()));
    assert_eq!((told(&effects), effects.len()), (vec![None], 1));
    // Nothing is ended from here, however late it is.
    assert_eq!(
        told(&machine.handle(look(6700 + 6600))),
        [Some(6700 + 7200)]
    );
    machine.handle(look(99_999));
    assert!(machine.is_ready());
}

#[test]
fn a_server_that_was_not_started_from_here_is_neither_told_of_nor_ended() {
    let mut machine = ready_with(IdleRule::ThisSide, None);
    for second in [6600, 7200, 99_999] {
        assert_eq!(told(&machine.handle(look(second))), []);
    }
    assert!(machine.is_ready());
}
