use super::*;
use crate::remote::Discovery;
use crate::scheduler::{Job, JobIdentity, JobState, PendingReason, Presence};

pub(super) const FOLDER: &str = "/home/me/.local/state/remote-jupyter/jobs/20261124-080000-7";

pub(super) fn batch_plan(goal: Goal) -> SessionPlan {
    SessionPlan {
        scheduler: "slurm".into(),
        job_tells: true,
        ..plan(goal)
    }
}

pub(super) fn job(state: JobState, word: &str) -> Job {
    Job {
        id: "4711".into(),
        name: "jupyter_nb".into(),
        state,
        word: word.into(),
        ..Job::default()
    }
}

pub(super) fn identity() -> JobIdentity {
    JobIdentity {
        id: "4711".into(),
        name: "jupyter_nb".into(),
        submitted: None,
    }
}

pub(super) fn ours(state: JobState, word: &str) -> OurJob {
    OurJob {
        is_as_asked: true,
        job: job(state, word),
        identity: identity(),
        folder: Some(FOLDER.into()),
        tells: true,
        file: None,
        confused: false,
    }
}

pub(super) fn discovery(runtime_files: Vec<RuntimeFile>, jobs: Vec<OurJob>) -> FsmEvent {
    FsmEvent::Script(ScriptEvent::Discovered(Box::new(Discovery {
        runtime_files,
        host_info: host_info(),
        jobs,
        others: crate::remote::OtherServers::default(),
        doubts: vec![],
        ended: vec![],
    })))
}

pub(super) fn nothing() -> FsmEvent {
    discovery(vec![], vec![])
}

/// A machine after these inputs, which follow the login, and the effects of the last one.
pub(super) fn at(goal: Goal, inputs: Vec<FsmEvent>) -> (StateMachine, Vec<Effect>) {
    along(batch_plan(goal), inputs)
}

/// The same by another plan.
pub(super) fn along(plan: SessionPlan, inputs: Vec<FsmEvent>) -> (StateMachine, Vec<Effect>) {
    let mut machine = StateMachine::new(plan);
    let mut effects = vec![];
    for input in to_login().chain(inputs.into_iter().map(FsmInput::from)) {
        effects = machine.handle(input);
    }
    (machine, effects)
}

pub(super) fn submitted() -> FsmEvent {
    FsmEvent::Job(JobEvent::Submitted {
        folder: FOLDER.into(),
        identity: identity(),
    })
}

fn polled(poll: PollResult) -> FsmEvent {
    FsmEvent::Job(JobEvent::Polled(poll, Duration::ZERO))
}

fn listed(job: Job) -> FsmEvent {
    polled(PollResult::Listed(Box::new(job)))
}

fn queued() -> StateMachine {
    at(open(), vec![nothing(), nothing(), submitted()]).0
}

/// The server of the job, on another node.
pub(super) fn in_the_job() -> RuntimeFile {
    let mut runtime_file = running();
    runtime_file.node = Some("node17".into());
    runtime_file.listeners[0].address = Some([10, 0, 0, 17].into());
    runtime_file.ends = Some(1_795_510_620);
    runtime_file
}

pub(super) fn rest(effects: &[Effect]) -> Duration {
    let rest = effects.iter().find_map(|effect| match effect {
        Effect::Sleep(pause) => Some(*pause),
        _ => None,
    });
    rest.unwrap_or_else(|| panic!("no rest in {effects:?}"))
}

pub(super) fn end(asked: bool) -> Effect {
    Effect::EndJob(JobEnd {
        identity: identity(),
        folder: Some(FOLDER.into()),
        asked,
    })
}

/// `open HOST --gpus 1` while a job of the host runs or waits that asked for no GPU.
#[test]
fn a_job_with_other_resources_is_not_used_in_silence() {
    let other = || OurJob {
        is_as_asked: false,
        ..ours(JobState::Waiting, "PENDING")
    };
    let exact = |goal| SessionPlan {
        is_exact: true,
        ..batch_plan(goal)
    };
    let refused = Effect::failed(problem::other_resources("gpu01", "4711"));
    let (machine, effects) = along(exact(open()), vec![discovery(vec![], vec![other()])]);
    assert_eq!(effects.last(), Some(&refused), "{effects:?}");
    assert!(matches!(machine.state, State::Ended));
    // One that another click submitted meanwhile.
    let meanwhile = vec![nothing(), discovery(vec![], vec![other()])];
    let (_, effects) = along(exact(open()), meanwhile);
    assert_eq!(effects, [Effect::Unlock, refused]);

    let (machine, _) = along(
        exact(open()),
        vec![discovery(vec![], vec![ours(JobState::Waiting, "PENDING")])],
    );
    assert!(matches!(machine.state, State::Queued(_)), "it is the same");
    let (machine, _) = along(batch_plan(open()), vec![discovery(vec![], vec![other()])]);
    assert!(matches!(machine.state, State::Queued(_)), "without a word");
    let stop = Goal::Stop { busy: Busy::Ask };
    let (machine, _) = along(exact(stop), vec![discovery(vec![], vec![other()])]);
    assert!(matches!(machine.state, State::Ending), "a stop ends any");
}

#[test]
fn a_job_is_submitted_under_the_lock_and_only_there() {
    let (machine, effects) = at(open(), vec![nothing()]);
    assert_eq!(effects, [Effect::Lock]);
    drop(machine);
    let (_, effects) = at(open(), vec![nothing(), nothing()]);
    assert_eq!(
        effects,
        [
            Effect::Emit(Event::Phase(Phase::Submitting)),
            Effect::Submit("loopback")
        ]
    );
    let (_, effects) = at(open(), vec![nothing(), nothing(), submitted()]);
    assert!(effects.contains(&Effect::Emit(Event::Phase(Phase::Queued))));
    assert!(rest(&effects) < Duration::from_secs(1));
}

#[test]
fn a_job_that_waits_already_is_waited_for_and_no_second_one_submitted() {
    let waiting = || vec![ours(JobState::Waiting, "PENDING")];
    for inputs in [
        vec![discovery(vec![], waiting())],
        vec![nothing(), discovery(vec![], waiting())],
    ] {
        let locked = inputs.len() == 2;
        let (_, effects) = at(open(), inputs);
        assert!(
            !effects.contains(&Effect::Submit("loopback")),
            "{effects:?}"
        );
        assert_eq!(effects.contains(&Effect::Unlock), locked);
        assert!(effects.contains(&Effect::Emit(Event::Phase(Phase::Queued))));
        assert_eq!(
            effects.last(),
            Some(&Effect::Sleep(Duration::from_millis(300)))
        );
    }
}

/// Returns how often the scheduler is polled in an hour in which nothing happens.
fn polls_in_an_hour(seconds: u64, why_calls: u32) -> (u32, Vec<Duration>) {
    let mut plan = batch_plan(open());
    plan.why_calls = why_calls;
    plan.poll = Duration::from_secs(seconds);
    let mut machine = StateMachine::new(plan);
    for input in to_login().chain([nothing(), nothing()].map(FsmInput::from)) {
        machine.handle(input);
    }
    let mut effects = machine.handle(submitted());
    let (mut clock, mut times) = (Duration::ZERO, vec![]);
    while clock < Duration::from_secs(3600) {
        clock += rest(&effects);
        let asked = machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
        effects = match asked.as_slice() {
            [Effect::ReadJobFiles(folder)] => {
                assert_eq!(folder, FOLDER);
                machine.handle(FsmEvent::Job(JobEvent::FilesRead(None)))
            }
            [Effect::Poll(call)] => {
                assert_eq!(call.identity.id, "4711");
                times.push(clock);
                let job = job(JobState::Waiting, "PENDING");
                machine.handle(listed(job))
            }
            [Effect::QueryPendingReason(_)] => {
                times.extend((0..why_calls).map(|_| clock));
                machine.handle(FsmEvent::Job(JobEvent::PendingReason(Some(
                    PendingReason {
                        reason: String::new(),
                        never: false,
                        place: Some(3),
                    },
                ))))
            }
            other => panic!("{other:?}"),
        };
    }
    (u32::try_from(times.len()).unwrap(), times)
}

#[test]
fn an_hour_in_the_queue_is_no_burden_for_the_scheduler() {
    // PBS, Slurm and Grid Engine.
    for why_calls in [0, 1, 3] {
        let (count, times) = polls_in_an_hour(15, why_calls);
        assert!(count <= 4 * 60, "{count}");
        for minute in 0..60 {
            let from = Duration::from_secs(minute * 60);
            let until = from + Duration::from_secs(60);
            let within = times.iter().filter(|time| (from..until).contains(*time));
            assert!(within.count() <= 4, "minute {minute}: {times:?}");
        }
        assert!(
            times[0] < Duration::from_secs(4),
            "a job that can never start is told soon"
        );
    }
    let (count, times) = polls_in_an_hour(120, 0);
    assert!((20..=30).contains(&count), "{count}");
    assert!(times[0] >= Duration::from_secs(120));
    for pair in times.windows(2) {
        assert!(pair[1] >= pair[0] + Duration::from_secs(120), "{pair:?}");
    }
}

/// Rests until the scheduler is to be asked, and gives that call and how long it took.
fn until_asked(machine: &mut StateMachine, mut effects: Vec<Effect>) -> (Effect, Duration) {
    let mut rested = Duration::ZERO;
    loop {
        rested += rest(&effects);
        let asked = machine
            .handle(FsmEvent::Local(LocalEvent::Elapsed))
            .remove(0);
        match asked {
            Effect::ReadJobFiles(_) => {
                effects = machine.handle(FsmEvent::Job(JobEvent::FilesRead(None)));
            }
            call => return (call, rested),
        }
    }
}

#[test]
fn a_list_that_another_session_asked_for_counts_from_when_it_was_asked_for() {
    let mut machine = queued();
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    let waits = || Box::new(job(JobState::Waiting, "PENDING"));
    let age = Duration::from_secs(10);
    let effects = machine.handle(FsmEvent::Job(JobEvent::Polled(
        PollResult::Listed(waits()),
        age,
    )));
    let (call, rested) = until_asked(&mut machine, effects);
    assert!(
        rested >= Duration::from_secs(5) && rested < age,
        "{rested:?}"
    );
    let Effect::Poll(call) = call else {
        panic!("{call:?}")
    };
    assert_eq!(call.since, rested + age);
    assert_eq!(call.gap, Duration::from_secs(15));
    // Another session is querying: the files are read, and the poll is retried soon.
    let effects = machine.handle(polled(PollResult::Later));
    assert_eq!(effects, [Effect::ReadJobFiles(FOLDER.into())]);
    let effects = machine.handle(FsmEvent::Job(JobEvent::FilesRead(None)));
    let (call, rested) = until_asked(&mut machine, effects);
    assert!(matches!(call, Effect::Poll(_)), "{call:?}");
    assert!(rested <= Duration::from_secs(5), "{rested:?}");
}

#[test]
fn a_reason_that_costs_two_calls_is_followed_by_a_longer_pause() {
    let mut machine = queued();
    machine.plan.why_calls = 2;
    let effects = machine.handle(listed(job(JobState::Waiting, "qw")));
    let (call, _) = until_asked(&mut machine, effects);
    assert!(matches!(call, Effect::QueryPendingReason(_)), "{call:?}");
    let effects = machine.handle(FsmEvent::Job(JobEvent::PendingReason(Some(
        PendingReason {
            reason: "it is full".into(),
            never: false,
            place: Some(2),
        },
    ))));
    let (call, rested) = until_asked(&mut machine, effects);
    assert!(matches!(call, Effect::Poll(_)), "{call:?}");
    assert!(rested >= Duration::from_secs(30), "{rested:?}");

    // No reason and no place: it has started since the last list.
    let mut machine = queued();
    machine.plan.why_calls = 2;
    let effects = machine.handle(listed(job(JobState::Waiting, "qw")));
    until_asked(&mut machine, effects);
    let effects = machine.handle(FsmEvent::Job(JobEvent::PendingReason(None)));
    assert!(
        matches!(effects.as_slice(), [Effect::Poll(call)] if call.gap.is_zero()),
        "{effects:?}"
    );
    // And if it has not, three calls were made.
    let effects = machine.handle(listed(job(JobState::Waiting, "qw")));
    let (call, rested) = until_asked(&mut machine, effects);
    assert!(matches!(call, Effect::Poll(_)), "{call:?}");
    assert!(rested >= Duration::from_secs(45), "{rested:?}");
}

#[test]
fn the_job_starts_and_its_server_is_used() {
    let mut machine = queued();
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    let effects = machine.handle(FsmEvent::Job(JobEvent::FilesRead(Some("node17".into()))));
    assert_eq!(effects[0], Effect::Emit(Event::Phase(Phase::Starting)));
    assert!(rest(&effects) < Duration::from_secs(1));
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Launched(in_the_job())));
    let [Effect::Listen(server)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    let host = "10.0.0.17".into();
    assert_eq!(server.endpoint, Endpoint::Tcp { host, port: 8888 });
    machine.handle(listening_on(8890));
    let effects = machine.handle(answered(true));
    let told = effects.iter().find_map(|effect| match effect {
        Effect::EmitReady(found, ..) => Some(found.clone()),
        _ => None,
    });
    let told = told.unwrap();
    assert_eq!((told.node.as_str(), told.reused), ("node17", false));
    let info = told.info.unwrap();
    assert_eq!((info.id.as_str(), info.ends), ("4711", Some(1_795_510_620)));
}

#[test]
fn what_can_never_start_is_taken_out_and_told_with_the_reason() {
    let mut machine = queued();
    let mut never = job(JobState::Never, "PENDING");
    never.reason = "PartitionConfig".into();
    let effects = machine.handle(listed(never));
    assert_eq!(effects, [end(false)]);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())));
    let problem = failure(&effects);
    assert_eq!(problem.code, Code::JobNeverStarts);
    assert!(problem.detail.contains("PartitionConfig"), "{problem}");
    assert!(machine.has_ended());
}

#[test]
fn where_the_list_has_no_reasons_they_are_asked_for() {
    let mut plan = batch_plan(open());
    plan.why_calls = 2;
    let mut machine = StateMachine::new(plan);
    for input in to_login().chain([nothing(), nothing(), submitted()].map(FsmInput::from)) {
        machine.handle(input);
    }
    let eqw = job(JobState::Never, "Eqw");
    let effects = machine.handle(listed(eqw));
    assert!(matches!(effects.as_slice(), [Effect::QueryPendingReason(call)] if call.gap.is_zero()));
    let why = PendingReason {
        reason: "can't chdir to /nonexistent".into(),
        never: true,
        place: None,
    };
    assert_eq!(
        machine.handle(FsmEvent::Job(JobEvent::PendingReason(Some(why)))),
        [end(false)]
    );
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())));
    assert!(
        failure(&effects).detail.contains("Eqw: can't chdir"),
        "{effects:?}"
    );
}

/// Grid Engine says of a held job why it waits, and not that it waits for ever.
#[test]
fn a_job_that_is_held_from_the_first_is_taken_out_whatever_the_reason_is() {
    let mut machine = queued();
    machine.plan.why_calls = 2;
    let effects = machine.handle(listed(job(JobState::Held, "hqw")));
    assert!(matches!(
        effects.as_slice(),
        [Effect::QueryPendingReason(_)]
    ));
    assert_eq!(
        machine.handle(FsmEvent::Job(JobEvent::PendingReason(Some(hold())))),
        [end(false)]
    );
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())));
    let problem = failure(&effects);
    assert_eq!(problem.code, Code::JobNeverStarts);
    assert!(problem.detail.contains("in hold state"), "{problem}");
}

fn hold() -> PendingReason {
    PendingReason {
        reason: "Job is in hold state".into(),
        never: false,
        place: None,
    }
}

fn is_told_held(effects: &[Effect]) -> bool {
    let mut notes = effects.iter();
    notes
        .any(|effect| matches!(effect, Effect::Emit(Event::Warning(text)) if text.contains("hold")))
}

#[test]
fn a_job_that_has_waited_and_is_put_on_hold_keeps_its_place() {
    let held = || {
        let mut held = job(JobState::Held, "PENDING");
        held.reason = "JobHeldAdmin".into();
        listed(held)
    };
    let waits = || listed(job(JobState::Waiting, "PENDING"));
    let mut machine = queued();
    machine.handle(waits());
    let effects = machine.handle(held());
    assert!(is_told_held(&effects), "{effects:?}");
    rest(&effects);
    assert!(!is_told_held(&machine.handle(held())), "told once");
    machine.handle(waits());
    assert!(is_told_held(&machine.handle(held())), "another one");

    // Where the list has no reasons.
    let mut machine = queued();
    machine.plan.why_calls = 3;
    machine.handle(listed(job(JobState::Waiting, "qw")));
    let effects = machine.handle(listed(job(JobState::Held, "hqw")));
    assert!(matches!(
        effects.as_slice(),
        [Effect::QueryPendingReason(_)]
    ));
    let effects = machine.handle(FsmEvent::Job(JobEvent::PendingReason(Some(hold()))));
    assert!(is_told_held(&effects), "{effects:?}");
    rest(&effects);
}

#[test]
fn a_held_job_of_another_day_is_waited_for() {
    let waiting = vec![ours(JobState::Held, "PENDING")];
    let (_, effects) = at(open(), vec![discovery(vec![], waiting)]);
    assert!(is_told_held(&effects), "{effects:?}");
    rest(&effects);
}

#[test]
fn a_job_that_is_gone_without_a_word_gives_its_logs_end() {
    let mut machine = queued();
    let effects = machine.handle(polled(PollResult::Missing));
    assert_eq!(
        effects,
        [Effect::ReadJobFiles(FOLDER.into())],
        "its files may come later"
    );
    machine.handle(FsmEvent::Job(JobEvent::FilesRead(None)));
    let effects = machine.handle(polled(PollResult::Missing));
    assert!(
        matches!(effects.as_slice(), [Effect::Query(call)] if call.identity == identity()),
        "{effects:?}"
    );
    let effects = machine.handle(FsmEvent::Job(JobEvent::Queried(Presence::Ended)));
    assert_eq!(effects, [Effect::JobOver(FOLDER.into())]);
    let effects = machine.handle(FsmEvent::Job(JobEvent::Over(
        None,
        "Killed: out of memory".into(),
    )));
    let problem = failure(&effects);
    assert_eq!(problem.code, Code::JobEnded);
    assert!(problem.detail.contains("out of memory"));
}

#[test]
fn a_scheduler_that_is_down_ends_no_wait() {
    let mut machine = queued();
    let down = || {
        polled(PollResult::Failed(
            "Unable to contact slurm controller".into(),
        ))
    };
    let effects = machine.handle(down());
    let notes = |effects: &[Effect]| {
        let notes = effects
            .iter()
            .filter(|e| matches!(e, Effect::Emit(Event::Note(_))));
        notes.count()
    };
    assert_eq!(notes(&effects), 1);
    assert_eq!(notes(&machine.handle(down())), 0, "told once");
    assert!(!machine.has_ended());
}

#[test]
fn a_stop_takes_the_job_out_of_the_queue() {
    let mut machine = queued();
    assert_eq!(
        machine.handle(SessionCommand::Stop(Busy::Refuse)),
        [end(false)]
    );
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())));
    assert_eq!(effects.last(), Some(&Effect::Emit(Event::Closed)));
    // And from another program, which only sees that it waits.
    let stop = Goal::Stop { busy: Busy::Ask };
    let waiting = vec![ours(JobState::Waiting, "PENDING")];
    let (_, effects) = at(stop, vec![discovery(vec![], waiting)]);
    assert_eq!(effects, [end(false)]);
}

#[test]
fn a_close_leaves_the_job() {
    let mut machine = queued();
    assert_eq!(
        machine.handle(SessionCommand::Close),
        [Effect::Emit(Event::Closed)]
    );
}

#[test]
fn a_cancel_while_the_connection_is_lost_ends_the_job_once_it_is_back() {
    let lost = || FsmEvent::Lost {
        problem: problem(),
        stood: Duration::ZERO,
    };
    let unreached = || ConnectionEvent::Unreached {
        problem: problem(),
        of_the_network: true,
        took: Duration::from_secs(3),
    };
    let mut machine = queued();
    machine.handle(lost());
    machine.handle(FsmEvent::Connection(unreached()));
    let effects = machine.handle(SessionCommand::Stop(Busy::Refuse));
    assert!(note(&effects).contains("4711"), "{effects:?}");
    assert_eq!(effects[1..], [Effect::Attempt, Effect::Resolve], "at once");
    for event in [ConnectionEvent::Resolved, ConnectionEvent::Connected] {
        machine.handle(FsmEvent::Connection(event));
    }
    let effects = machine.handle(FsmEvent::Connection(ConnectionEvent::LoggedIn));
    assert_eq!(effects[0], Effect::phase(Phase::Queued));
    assert!(matches!(effects[1], Effect::EndJob(_)), "{effects:?}");

    // Cancelled twice: it is left, and that is said.
    let mut machine = queued();
    machine.handle(lost());
    machine.handle(SessionCommand::Stop(Busy::Refuse));
    let effects = machine.handle(SessionCommand::Stop(Busy::Refuse));
    assert!(note(&effects).contains("still in the queue"), "{effects:?}");
    assert_eq!(effects.last(), Some(&Effect::closed()));
}

#[test]
fn a_connection_that_is_lost_meanwhile_is_made_anew_and_the_wait_goes_on() {
    let mut machine = queued();
    let lost = FsmEvent::Lost {
        problem: problem(),
        stood: Duration::ZERO,
    };
    let effects = machine.handle(lost);
    assert_eq!(
        effects,
        [
            Effect::Emit(Event::Phase(Phase::Reconnecting)),
            Effect::Suspend,
            Effect::Attempt,
            Effect::Resolve
        ]
    );
    let unreached = FsmEvent::Connection(ConnectionEvent::Unreached {
        problem: problem(),
        of_the_network: true,
        took: Duration::from_secs(3),
    });
    assert_eq!(
        machine.handle(unreached),
        [Effect::Pause(Duration::from_secs(1))]
    );
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    for input in [
        FsmEvent::Connection(ConnectionEvent::Resolved),
        FsmEvent::Connection(ConnectionEvent::Connected),
    ] {
        machine.handle(input);
    }
    let effects = machine.handle(FsmEvent::Connection(ConnectionEvent::LoggedIn));
    assert_eq!(
        effects,
        [
            Effect::Emit(Event::Phase(Phase::Queued)),
            Effect::ReadJobFiles(FOLDER.into())
        ]
    );
}

#[test]
fn a_server_in_a_job_is_found_again_and_ends_with_it() {
    let mut running_job = ours(JobState::Running, "RUNNING");
    running_job.job.node = Some("node17".into());
    running_job.file = Some(in_the_job().file);
    let stop = Goal::Stop { busy: Busy::End };
    let inputs = vec![
        discovery(vec![in_the_job()], vec![running_job]),
        listening_on(8890),
        answered(true),
        kernels(0, 0),
    ];
    let (mut machine, effects) = at(stop, inputs);
    assert!(
        matches!(effects.as_slice(), [Effect::AskToEnd(..)]),
        "{effects:?}"
    );
    assert_eq!(
        machine.handle(FsmEvent::Server(ServerEvent::AskedToEnd(true))),
        [end(true)]
    );
}

#[test]
fn silence_of_a_job_that_the_scheduler_has_suspended_is_told_as_such() {
    for (word, is_told) in [("SUSPENDED", true), ("RUNNING", false)] {
        let mut running_job = ours(JobState::Running, word);
        running_job.file = Some(in_the_job().file);
        let silence = FsmEvent::Server(ServerEvent::Checked(Err(problem())));
        let inputs = vec![
            discovery(vec![in_the_job()], vec![running_job]),
            listening_on(8890),
            silence,
        ];
        let (_, effects) = at(open(), inputs);
        let [Effect::Emit(Event::Failed(told))] = effects.as_slice() else {
            panic!("{effects:?}")
        };
        assert_eq!(told.title.contains("suspended"), is_told, "{told}");
    }
}

#[test]
fn a_look_asks_the_scheduler_about_a_job_that_is_not_there() {
    let (_, effects) = at(Goal::Inspect, vec![nothing()]);
    assert_eq!(effects.last(), Some(&Effect::Rehearse));
    let waiting = discovery(vec![], vec![ours(JobState::Waiting, "PENDING")]);
    let (_, effects) = at(Goal::Inspect, vec![waiting]);
    assert_eq!(
        effects.last(),
        Some(&Effect::Emit(Event::Closed)),
        "it was taken"
    );
}

#[test]
fn a_job_that_ends_under_a_standing_tunnel_is_told_as_such() {
    let mut running_job = ours(JobState::Running, "RUNNING");
    running_job.file = Some(in_the_job().file);
    let inputs = vec![
        discovery(vec![in_the_job()], vec![running_job]),
        listening_on(8890),
        answered(true),
    ];
    let (mut machine, _) = at(open(), inputs);
    assert_eq!(
        machine.handle(FsmEvent::Tunnel(TunnelEvent::Refused)),
        [Effect::InBackground(BackgroundTask::Recheck)]
    );
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(
        vec![],
        host_info(),
    )));
    assert_eq!(failure(&effects).code, Code::JobEnded);
}

#[test]
fn a_job_that_has_used_up_its_time_is_told_as_such() {
    let title = |now| {
        let mut running_job = ours(JobState::Running, "RUNNING");
        running_job.file = Some(in_the_job().file);
        running_job.job.ends = Some(1_795_510_620);
        let inputs = vec![
            discovery(vec![in_the_job()], vec![running_job]),
            listening_on(8890),
            answered(true),
        ];
        let (mut machine, _) = at(open(), inputs);
        let mut host_info = host_info();
        host_info.now = now;
        failure(&machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(vec![], host_info))))
            .title
            .clone()
    };
    assert!(title(Some(1_795_510_625)).contains("reached its time limit"));
    for now in [Some(1_795_500_000), None] {
        assert!(title(now).contains("has ended"), "cancelled, most likely");
    }
}

#[test]
fn a_running_job_whose_jupyter_does_not_come_is_not_waited_for_for_ever() {
    let mut machine = queued();
    machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
    machine.handle(FsmEvent::Job(JobEvent::FilesRead(Some("node17".into()))));
    for _ in 0..10_000 {
        let effects = machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
        match effects.as_slice() {
            [Effect::ReadJobFiles(_)] => {
                machine.handle(FsmEvent::Job(JobEvent::FilesRead(Some("node17".into()))))
            }
            [Effect::Poll(_)] => {
                let job = job(JobState::Running, "RUNNING");
                machine.handle(listed(job))
            }
            _ => {
                assert_eq!(failure(&effects).code, Code::TimedOut);
                return;
            }
        };
    }
    panic!("it waits for ever");
}

#[test]
fn a_server_that_may_be_another_jobs_is_not_taken() {
    let mut running = ours(JobState::Running, "RUNNING");
    running.confused = true;
    let (machine, effects) = at(open(), vec![discovery(vec![], vec![running])]);
    assert_eq!(failure(&effects).code, Code::JupyterAnswer);
    assert!(machine.has_ended());
}

/// After two lists without the job, what an answer about it alone brings.
fn after_two_lists(machine: &mut StateMachine, presence: Presence) -> Vec<Effect> {
    machine.handle(polled(PollResult::Missing));
    machine.handle(FsmEvent::Job(JobEvent::FilesRead(None)));
    let effects = machine.handle(polled(PollResult::Missing));
    assert!(
        matches!(effects.as_slice(), [Effect::Query(_)]),
        "{effects:?}"
    );
    machine.handle(FsmEvent::Job(JobEvent::Queried(presence)))
}

#[test]
fn a_job_is_not_over_before_the_scheduler_says_so_of_it_alone() {
    let listed = || Presence::Listed(Box::new(job(JobState::Waiting, "PENDING")));
    let silent = || Presence::Silent("Unable to contact slurm controller".into());
    for presence in [listed, silent, || Presence::Unknown] {
        let mut machine = queued();
        for _ in 0..3 {
            let effects = after_two_lists(&mut machine, presence());
            rest(&effects);
            assert!(!machine.has_ended());
            machine = queued();
        }
    }
    // An unknown id is believed once the answer cannot be from before the submission.
    let mut machine = queued();
    let mut effects = after_two_lists(&mut machine, Presence::Unknown);
    let mut waited = Duration::ZERO;
    while waited < Duration::from_secs(60) {
        waited += rest(&effects);
        machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
        effects = machine.handle(FsmEvent::Job(JobEvent::FilesRead(None)));
    }
    machine.handle(polled(PollResult::Missing));
    let effects = machine.handle(FsmEvent::Job(JobEvent::Queried(Presence::Unknown)));
    assert_eq!(effects, [Effect::JobOver(FOLDER.into())]);
}

#[test]
fn no_job_is_submitted_while_another_one_of_the_host_may_live() {
    let doubtful = || {
        let doubt = crate::remote::UncertainJob {
            id: "4711".into(),
            folder: FOLDER.into(),
            words: "slurm_load_jobs error".into(),
        };
        let FsmEvent::Script(ScriptEvent::Discovered(discovery)) = nothing() else {
            unreachable!()
        };
        let doubts = vec![doubt];
        FsmEvent::Script(ScriptEvent::Discovered(Box::new(Discovery {
            doubts,
            ..*discovery
        })))
    };
    let (_, effects) = at(open(), vec![doubtful(), doubtful()]);
    assert_eq!(effects[0], Effect::Unlock);
    let problem = failure(&effects[1..]);
    assert_eq!(problem.code, Code::SchedulerSilent);
    assert!(problem.title.contains("4711") && problem.remedy.contains(FOLDER));
    // The second look, under the lock, may know more.
    let (_, effects) = at(open(), vec![doubtful(), nothing()]);
    assert!(effects.contains(&Effect::Submit("loopback")), "{effects:?}");
    // A stop does not say that none runs.
    let stop = Goal::Stop { busy: Busy::Ask };
    let (_, effects) = at(stop, vec![doubtful()]);
    assert_eq!(failure(&effects).code, Code::SchedulerSilent);
}

#[test]
fn a_job_that_has_waited_is_not_cancelled_for_a_reason_that_may_pass() {
    let waits = |reason: &str, state| {
        let mut waits = job(state, "PENDING");
        waits.reason = reason.into();
        listed(waits)
    };
    let is_told = |effects: &[Effect]| {
        let mut notes = effects.iter();
        notes.any(|effect| matches!(effect, Effect::Emit(Event::Warning(text)) if text.contains("cannot start")))
    };
    let mut machine = queued();
    machine.handle(waits("Priority", JobState::Waiting));
    let effects = machine.handle(waits("InvalidQOS", JobState::Never));
    assert!(is_told(&effects), "{effects:?}");
    rest(&effects);
    let effects = machine.handle(waits("InvalidQOS", JobState::Never));
    assert!(!is_told(&effects), "told once: {effects:?}");
    // One that was there before this click, too.
    let mut never = ours(JobState::Never, "PENDING");
    never.job.reason = "InvalidAccount".into();
    let (machine, effects) = at(open(), vec![discovery(vec![], vec![never])]);
    assert!(is_told(&effects), "{effects:?}");
    assert!(!machine.has_ended());
}

#[test]
fn no_fitting_node_is_the_end_only_where_none_is_away() {
    let unfit = || {
        let mut unfit = job(JobState::Unfit, "PENDING");
        unfit.reason = "PartitionConfig".into();
        listed(unfit)
    };
    let why = |never| {
        FsmEvent::Job(JobEvent::PendingReason(Some(PendingReason {
            reason: String::new(),
            never,
            place: None,
        })))
    };
    let machine = || {
        let mut machine = queued();
        machine.plan.why_calls = 2;
        let effects = machine.handle(unfit());
        assert!(
            matches!(effects.as_slice(), [Effect::QueryPendingReason(_)]),
            "{effects:?}"
        );
        machine
    };
    let mut small = machine();
    assert_eq!(small.handle(why(true)), [end(false)]);
    assert_eq!(
        failure(&small.handle(FsmEvent::Script(ScriptEvent::Gone("job".into())))).code,
        Code::JobNeverStarts
    );
    // A node is down: it may come back.
    let mut drained = machine();
    rest(&drained.handle(why(false)));
    rest(&drained.handle(unfit()));
    assert!(!drained.has_ended());
}

#[test]
fn what_a_list_leaves_out_is_kept_and_not_told_again() {
    let mut machine = queued();
    let with = |reason: &str| {
        let mut job = job(JobState::Waiting, "PENDING");
        job.reason = reason.into();
        listed(job)
    };
    let is_told = |effects: &[Effect]| {
        effects
            .iter()
            .any(|effect| matches!(effect, Effect::Emit(Event::Job(_))))
    };
    assert!(is_told(&machine.handle(with("Resources"))));
    assert!(!is_told(&machine.handle(with(""))));
    assert!(!is_told(&machine.handle(with("Resources"))));
    assert!(is_told(&machine.handle(with("Priority"))));
}

/// The scheduler has no command that says it.
#[test]
fn why_a_job_waits_is_not_asked_where_that_costs_what_nobody_can_answer() {
    for state in [JobState::Held, JobState::Unfit, JobState::Never] {
        let effects = queued().handle(listed(job(state, "PENDING")));
        let asks = |effect: &Effect| matches!(effect, Effect::QueryPendingReason(_));
        assert!(!effects.iter().any(asks), "{state:?}: {effects:?}");
    }
}

#[test]
fn a_job_that_runs_is_given_its_time_to_start_a_server_and_no_more() {
    let mut machine = queued();
    let mut effects = machine.handle(listed(job(JobState::Running, "RUNNING")));
    let mut ran = Duration::ZERO;
    loop {
        ran += rest(&effects);
        let next = machine.handle(FsmEvent::Local(LocalEvent::Elapsed));
        effects = match next.as_slice() {
            [Effect::ReadJobFiles(_)] => machine.handle(FsmEvent::Job(JobEvent::FilesRead(None))),
            [Effect::Poll(_)] => machine.handle(listed(job(JobState::Running, "RUNNING"))),
            [Effect::Emit(Event::Failed(_))] => break,
            other => panic!("{other:?}"),
        };
    }
    // `timeout` of the plan is a minute, and looks are 200 ms apart.
    assert_eq!(ran, Duration::from_millis(60_200));
}
