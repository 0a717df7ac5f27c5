//! Lost connections, and the checks of an open tunnel.

use super::*;
use crate::jupyter::{KernelAction, Notebook};

const SECOND: Duration = Duration::from_secs(1);

fn lost(stood: u64) -> FsmEvent {
    FsmEvent::Lost {
        problem: problem(),
        stood: SECOND * u32::try_from(stood).unwrap(),
    }
}

fn unreached(of_the_network: bool, took: u32) -> FsmEvent {
    FsmEvent::Connection(ConnectionEvent::Unreached {
        problem: Problem::new(Code::Refused, "nothing listens", "", ""),
        of_the_network,
        took: SECOND * took,
    })
}

fn attempt() -> [Effect; 2] {
    [Effect::Attempt, Effect::Resolve]
}

fn pause(seconds: u32) -> [Effect; 1] {
    [Effect::Pause(SECOND * seconds)]
}

/// A machine whose tunnel has just been lost.
fn broken() -> StateMachine {
    let mut machine = ready();
    machine.handle(lost(3600));
    machine
}

/// A machine that has logged in again and looks around.
fn looking() -> StateMachine {
    let mut machine = broken();
    for (input, effect) in [
        (
            FsmEvent::Connection(ConnectionEvent::Resolved),
            Effect::Connect,
        ),
        (
            FsmEvent::Connection(ConnectionEvent::Connected),
            Effect::LogIn,
        ),
        (
            FsmEvent::Connection(ConnectionEvent::LoggedIn),
            Effect::Discover,
        ),
    ] {
        assert_eq!(machine.handle(input), [effect]);
    }
    machine
}

#[test]
fn a_lost_connection_is_made_anew_at_once_and_the_ports_are_held() {
    let mut machine = ready();
    let [begin, resolve] = attempt();
    assert_eq!(
        machine.handle(lost(3600)),
        [
            Effect::Emit(Event::Phase(Phase::Reconnecting)),
            Effect::Suspend,
            begin,
            resolve
        ]
    );
    assert!(!machine.has_ended() && !machine.is_ready());
}

#[test]
fn the_same_server_is_gone_on_with_and_no_page_is_shown() {
    let mut machine = looking();
    assert_eq!(machine.handle(found(vec![running()])), [Effect::Resume]);
    assert_eq!(
        machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed)),
        [Effect::EmitReconnected(Box::new(the_found(true)), 8890)]
    );
    assert!(machine.is_ready());
}

#[test]
fn a_server_that_is_gone_is_told_and_none_is_launched() {
    for runtime_files in [vec![], vec![runtime_file(42, HOME, "other", false)]] {
        let mut machine = looking();
        let effects = machine.handle(found(runtime_files));
        let problem = failure(&effects);
        assert_eq!((problem.code, problem.code.exit()), (Code::ServerEnded, 6));
        assert!(problem.title.contains("gpu01"));
        assert!(machine.has_ended());
    }
}

#[test]
fn another_token_at_the_same_place_is_another_server() {
    let mut machine = looking();
    let effects = machine.handle(found(vec![runtime_file(41, HOME, "0ther", false)]));
    assert!(!effects.contains(&Effect::Resume), "{effects:?}");
}

#[test]
fn a_process_that_does_not_listen_is_looked_at_again() {
    let mut machine = looking();
    assert_eq!(machine.handle(found(vec![foreign()])), pause(1));
    assert!(!machine.has_ended());
}

#[test]
fn another_machine_of_the_same_name_is_no_proof_of_anything() {
    let mut machine = looking();
    let mut host_info = host_info();
    host_info.node = "node2".into();
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Found(vec![], host_info))),
        pause(1)
    );
}

#[test]
fn pauses_double_up_to_a_quarter_of_a_minute() {
    let mut machine = broken();
    for seconds in [1, 2, 4, 8, 15, 15, 15, 15] {
        assert_eq!(machine.handle(unreached(false, 0)), pause(seconds));
        assert_eq!(
            machine.handle(FsmEvent::Local(LocalEvent::Elapsed)),
            attempt()
        );
    }
}

#[test]
fn a_hint_tries_at_once_and_begins_the_pauses_anew() {
    let mut machine = broken();
    for _ in 0..4 {
        machine.handle(unreached(false, 0));
        machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    }
    assert_eq!(
        machine.handle(FsmEvent::Local(LocalEvent::Check)),
        [],
        "an attempt is under way"
    );
    assert_eq!(machine.handle(unreached(false, 0)), pause(15));
    assert_eq!(
        machine.handle(FsmEvent::Local(LocalEvent::Check)),
        attempt()
    );
    assert_eq!(
        machine.handle(FsmEvent::Local(LocalEvent::Elapsed)),
        [],
        "that pause is over"
    );
    assert_eq!(machine.handle(unreached(false, 1)), pause(1));
}

/// Returns the number of attempts until the end, and the effects of the end.
fn give_up(machine: &mut StateMachine, input: impl Fn() -> FsmEvent) -> (usize, Vec<Effect>) {
    for attempts in 1..1000 {
        let effects = machine.handle(input());
        if machine.has_ended() {
            return (attempts, effects);
        }
        machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    }
    (1000, vec![])
}

#[test]
fn a_login_that_needs_the_user_is_waited_for_and_begins_when_the_user_wants_it() {
    let mut machine = broken();
    let needs_user = || FsmEvent::Connection(ConnectionEvent::NeedsUser(problem()));
    assert_eq!(machine.handle(needs_user()), [Effect::AwaitUser]);
    for hint in [LocalEvent::Check, LocalEvent::Elapsed] {
        assert_eq!(
            machine.handle(FsmEvent::Local(hint)),
            [],
            "nobody asked for it"
        );
    }
    let with_user = [Effect::AttemptWithUser, Effect::Resolve];
    assert_eq!(
        machine.handle(FsmEvent::Local(LocalEvent::TryNow)),
        with_user
    );
    assert_eq!(
        machine.handle(needs_user()),
        [Effect::AwaitUser],
        "as often as it takes"
    );
}

#[test]
fn patience_ends_and_says_what_was_last_in_the_way() {
    let mut machine = broken();
    let (attempts, effects) = give_up(&mut machine, || unreached(false, 15));
    let problem = failure(&effects);
    assert_eq!((problem.code, problem.code.exit()), (Code::Lost, 9));
    assert!(problem.detail.contains("10 min") && problem.detail.contains("nothing listens"));
    assert!((10..40).contains(&attempts), "{attempts}");
}

#[test]
fn without_a_network_nobody_loses_patience() {
    let mut machine = broken();
    assert_eq!(give_up(&mut machine, || unreached(true, 0)).0, 1000);
}

#[test]
fn a_refusal_is_not_tried_again() {
    let mut machine = looking();
    let refused = Problem::new(Code::AuthRefused, "t", "", "");
    let effects = machine.handle(FsmEvent::Failed(refused.clone()));
    assert_eq!(effects, [Effect::Emit(Event::Failed(refused))]);
    assert!(machine.has_ended());
}

#[test]
fn a_connection_that_breaks_again_and_again_is_not_made_anew_in_a_frenzy() {
    let mut machine = broken();
    for pause in [1, 2, 4] {
        for input in [
            FsmEvent::Connection(ConnectionEvent::Resolved),
            FsmEvent::Connection(ConnectionEvent::Connected),
            FsmEvent::Connection(ConnectionEvent::LoggedIn),
        ] {
            machine.handle(input);
        }
        machine.handle(found(vec![running()]));
        machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
        let effects = machine.handle(lost(2));
        assert_eq!(effects.last(), Some(&Effect::Pause(SECOND * pause)));
        assert_eq!(
            machine.handle(FsmEvent::Local(LocalEvent::Elapsed)),
            attempt()
        );
    }
    let mut steady = ready();
    steady.trouble = machine.trouble;
    let effects = steady.handle(lost(60));
    assert_eq!(effects.last(), Some(&Effect::Resolve), "at once");
}

#[test]
fn a_wish_that_comes_too_late_is_refused_and_not_forgotten() {
    for wish in [
        SessionCommand::ReadLog,
        SessionCommand::ReadUsage,
        SessionCommand::Stop(Busy::End),
    ] {
        let mut machine = broken();
        machine.handle(unreached(false, 1));
        let effects = machine.handle(wish);
        assert!(matches!(
            effects.as_slice(),
            [Effect::Emit(Event::Refused(_))]
        ));
        assert_eq!(
            machine.handle(FsmEvent::Local(LocalEvent::Elapsed)),
            attempt()
        );
    }
}

#[test]
fn only_a_tunnel_for_a_page_is_worth_it() {
    let mut stopping = counting(Busy::Refuse);
    stopping.handle(kernels(3, 1));
    assert!(stopping.is_ready());
    assert_eq!(
        stopping.handle(lost(60)),
        [Effect::Emit(Event::Failed(problem()))]
    );
    let mut early = after(open(), vec![found(vec![running()]), listening_on(8890)]);
    assert_eq!(
        early.handle(lost(0)),
        [Effect::Emit(Event::Failed(problem()))]
    );
}

// ---- while it stands --------------------------------------------------------------------------

#[test]
fn a_hint_makes_a_standing_tunnel_prove_itself() {
    let mut machine = ready();
    assert_eq!(
        machine.handle(FsmEvent::Local(LocalEvent::Check)),
        [Effect::ProbePeer]
    );
    assert!(machine.is_ready());
}

#[test]
fn a_refused_connection_is_looked_into_and_only_a_process_that_is_gone_is_an_end() {
    let mut machine = ready();
    assert_eq!(
        machine.handle(FsmEvent::Tunnel(TunnelEvent::Refused)),
        [Effect::InBackground(BackgroundTask::Recheck)]
    );
    for runtime_files in [vec![running()], vec![foreign()]] {
        assert_eq!(
            machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(
                runtime_files,
                host_info()
            ))),
            []
        );
    }
    assert!(machine.is_ready());
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(
        vec![],
        host_info(),
    )));
    assert_eq!(failure(&effects).code, Code::ServerEnded);
    assert!(machine.has_ended());
}

#[test]
fn a_server_that_ended_because_nobody_used_it_is_told_as_such() {
    let folder = |path: &str| HostInfo {
        idle: vec!["/elsewhere/of/another".into(), path.to_owned()],
        ..host_info()
    };
    // Its runtime file is /r/jpserver-41.json.
    for (path, code) in [("/r", Code::IdleEnded), ("/r/jp", Code::ServerEnded)] {
        let mut machine = ready();
        machine.handle(FsmEvent::Tunnel(TunnelEvent::Refused));
        let effects = machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(
            vec![],
            folder(path),
        )));
        assert_eq!(failure(&effects).code, code, "{path}");
    }
}

#[test]
fn the_log_can_be_had_beside_the_tunnel() {
    let mut machine = ready();
    assert_eq!(
        machine.handle(SessionCommand::ReadLog),
        [Effect::InBackground(BackgroundTask::ReadLog)]
    );
    let log = ("/s/1/log".to_owned(), "text".to_owned());
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::Log(
            log.0.clone(),
            log.1.clone()
        ))),
        [Effect::log(log.0, &log.1)]
    );
    assert_eq!(
        machine.handle(FsmEvent::Script(ScriptEvent::NoLog(problem()))),
        [Effect::Emit(Event::Refused(problem()))]
    );
    assert!(machine.is_ready());
}

#[test]
fn what_goes_on_is_told_when_it_changes() {
    let mut machine = ready();
    let busy = |busy| Activity {
        kernels: Kernels { total: 2, busy },
        ..Activity::default()
    };
    for (activity, news) in [(busy(0), true), (busy(0), false), (busy(1), true)] {
        let look = FsmEvent::Server(ServerEvent::Active(seen(activity.clone())));
        let watch = Effect::WatchKernels(NextLook::AtRest);
        let told = news.then(|| Effect::Emit(Event::Kernels(activity)));
        let want: Vec<Effect> = [watch].into_iter().chain(told).collect();
        assert_eq!(machine.handle(look), want);
    }
}

#[test]
fn a_run_that_ended_while_the_connection_was_lost_is_told_after_its_return() {
    let mut machine = ready();
    let look = |machine: &mut StateMachine, state: &str, second| {
        let kernel = Notebook {
            path: "a.ipynb".into(),
            state: state.into(),
            id: "k".into(),
            ..Notebook::default()
        };
        let mut seen = seen(Activity {
            notebooks: vec![kernel],
            ..Activity::default()
        });
        seen.at = jiff::Timestamp::from_second(second).unwrap();
        seen.last_messages = vec![("k".into(), jiff::Timestamp::UNIX_EPOCH)];
        let effects = machine.handle(FsmEvent::Server(ServerEvent::Active(seen)));
        let told = |effect| matches!(effect, Effect::Emit(Event::CellDone(_)));
        effects.into_iter().any(told)
    };
    look(&mut machine, "busy", 0);
    machine.handle(lost(3600));
    for event in [
        FsmEvent::Connection(ConnectionEvent::Resolved),
        FsmEvent::Connection(ConnectionEvent::Connected),
        FsmEvent::Connection(ConnectionEvent::LoggedIn),
    ] {
        machine.handle(event);
    }
    machine.handle(found(vec![running()]));
    machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
    assert!(!look(&mut machine, "idle", 600));
    assert!(look(&mut machine, "idle", 601));
    assert!(!look(&mut machine, "idle", 602), "once");
}

#[test]
fn a_kernel_is_acted_on_while_the_tunnel_is_open_and_refused_while_it_is_not() {
    let command = || {
        SessionCommand::Kernel(KernelCommand {
            id: "k".into(),
            action: KernelAction::Interrupt,
        })
    };
    let mut machine = ready();
    let effects = machine.handle(command());
    assert!(
        matches!(&effects[..], [Effect::ActOnKernel(_, _, one)] if one.id == "k"),
        "{effects:?}"
    );
    let acted = |result| FsmEvent::Server(ServerEvent::KernelActed(result));
    assert_eq!(
        machine.handle(acted(Ok(()))),
        [Effect::WatchKernels(NextLook::Soon)]
    );
    assert_eq!(
        machine.handle(acted(Err(problem()))),
        [Effect::Emit(Event::Refused(problem()))]
    );
    machine.handle(lost(90));
    let effects = machine.handle(command());
    assert!(
        matches!(&effects[..], [Effect::Emit(Event::Refused(_))]),
        "{effects:?}"
    );
}
