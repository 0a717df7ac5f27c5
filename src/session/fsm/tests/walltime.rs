use super::job::{at, discovery, in_the_job, job, ours};
use super::*;
use crate::scheduler::{CommandOutput, Job, JobState};
use crate::session::types::Walltime;

const BEGAN: i64 = 1_795_500_000;
const END: i64 = BEGAN + 3600;
const HOUR: u64 = 3600;

fn running(ends: i64) -> Job {
    Job {
        node: Some("node17".into()),
        started: Some(BEGAN),
        ends: Some(ends),
        ..job(JobState::Running, "RUNNING")
    }
}

fn found_in_a_job(job: Job) -> FsmEvent {
    let mut ours = ours(JobState::Running, "RUNNING");
    ours.job = job;
    ours.file = Some(in_the_job().file);
    discovery(vec![in_the_job()], vec![ours])
}

fn standing() -> StateMachine {
    let inputs = vec![
        found_in_a_job(running(END)),
        listening_on(8890),
        answered(true),
    ];
    let machine = at(open(), inputs).0;
    assert!(machine.is_ready());
    machine
}

fn listed(ends: i64) -> FsmEvent {
    FsmEvent::Job(JobEvent::Polled(
        PollResult::Listed(Box::new(running(ends))),
        Duration::ZERO,
    ))
}

fn said(status: i32, words: &str) -> FsmEvent {
    FsmEvent::Job(JobEvent::Extended(CommandOutput {
        status,
        err: words.into(),
        ..CommandOutput::default()
    }))
}

fn list() -> Effect {
    Effect::InBackground(BackgroundTask::List("4711".into()))
}

/// Returns the end that is reported.
fn told(effects: &[Effect]) -> Option<i64> {
    match effects {
        [Effect::Emit(Event::Walltime(job, Walltime::Extended))]
        | [
            Effect::Emit(Event::Walltime(job, Walltime::Extended)),
            Effect::Emit(Event::Closed),
        ] => job.ends,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_is_extended_from_the_end_that_it_has_now_and_the_new_one_is_read_back() {
    let mut machine = standing();
    assert_eq!(machine.handle(SessionCommand::Extend(HOUR)), [list()]);
    // It was extended by ten minutes elsewhere meanwhile.
    let effects = machine.handle(listed(END + 600));
    let [Effect::InBackground(BackgroundTask::Extend(job, HOUR))] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(job.whole(), Some(4200));
    assert_eq!(machine.handle(said(0, "")), [list()]);
    assert_eq!(told(&machine.handle(listed(END + 4200))), Some(END + 4200));
    assert!(machine.is_ready());
    // And that is the end from now on.
    let mut host_info = host_info();
    host_info.now = Some(END);
    let effects = machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(vec![], host_info)));
    assert_eq!(failure(&effects).code, Code::JobEnded, "before its time");
}

#[test]
fn a_refusal_comes_in_the_schedulers_own_words_and_the_tunnel_stands() {
    let mut machine = standing();
    machine.handle(SessionCommand::Extend(HOUR));
    machine.handle(listed(END));
    let denied = "Access/permission denied for job 4711";
    let effects = machine.handle(said(1, denied));
    let problem = failure(&effects);
    assert_eq!(
        (problem.code, problem.detail.as_str()),
        (Code::NotExtended, denied)
    );
    assert!(problem.title.contains("Slurm"), "{problem}");
    assert!(machine.is_ready());
    // A command that went well and changed nothing is no success.
    machine.handle(SessionCommand::Extend(HOUR));
    machine.handle(listed(END));
    machine.handle(said(0, ""));
    assert_eq!(
        failure(&machine.handle(listed(END + 30))).code,
        Code::NotExtended
    );
}

#[test]
fn what_comes_in_between_is_a_refusal_too() {
    for between in [
        FsmEvent::Job(JobEvent::Polled(PollResult::Missing, Duration::ZERO)),
        FsmEvent::Job(JobEvent::Polled(
            PollResult::Failed("down".into()),
            Duration::ZERO,
        )),
        FsmEvent::Job(JobEvent::NotExtended(problem::no_end("gpu01"))),
    ] {
        let mut machine = standing();
        machine.handle(SessionCommand::Extend(HOUR));
        assert_eq!(failure(&machine.handle(between)).code, Code::NotExtended);
        // The next request starts from the beginning.
        assert_eq!(machine.handle(SessionCommand::Extend(HOUR)), [list()]);
        assert!(matches!(
            machine.handle(listed(END))[..],
            [Effect::InBackground(BackgroundTask::Extend(..))]
        ));
    }
    let mut process = ready();
    assert_eq!(
        failure(&process.handle(SessionCommand::Extend(HOUR))).code,
        Code::NotExtended
    );
}

#[test]
fn without_a_tunnel_the_job_is_found_and_extended() {
    let begin = || at(Goal::Extend(HOUR), vec![found_in_a_job(running(END))]);
    let (mut machine, effects) = begin();
    assert!(
        matches!(effects[..], [Effect::Extend(_, HOUR)]),
        "{effects:?}"
    );
    assert_eq!(machine.handle(said(0, "")), [Effect::List("4711".into())]);
    assert_eq!(told(&machine.handle(listed(END + 3600))), Some(END + 3600));
    assert!(machine.has_ended());

    let (mut machine, _) = begin();
    assert_eq!(failure(&machine.handle(said(1, "no"))).detail, "no");
    let waits = ours(JobState::Waiting, "PENDING");
    for jobs in [vec![], vec![waits]] {
        let (machine, effects) = at(Goal::Extend(HOUR), vec![discovery(vec![], jobs)]);
        assert_eq!(failure(&effects).code, Code::NotExtended);
        assert!(machine.has_ended());
    }
}

#[test]
fn a_time_that_is_up_names_the_command_that_starts_it_again() {
    let problem = |inputs: Vec<FsmInput>| {
        let mut machine = standing();
        for input in inputs {
            machine.handle(input);
        }
        let mut host_info = host_info();
        host_info.now = Some(END + 5);
        failure(&machine.handle(FsmEvent::Script(ScriptEvent::Rechecked(vec![], host_info))))
            .clone()
    };
    let plain = problem(vec![]);
    assert_eq!(plain.code, Code::JobTimeUp);
    assert!(
        plain.title.contains("4711") && plain.title.contains("1:00:00"),
        "{plain}"
    );
    assert!(
        plain.remedy.contains("`remote-jupyter open gpu01`"),
        "{plain}"
    );

    let show = |notebook: Option<&str>| {
        FsmInput::from(SessionCommand::Show(Page {
            notebook: notebook.map(str::to_owned),
            ..Page::default()
        }))
    };
    let active = FsmEvent::Server(ServerEvent::Active(seen(Activity {
        latest: Some("b/c.ipynb".into()),
        ..Activity::default()
    })));
    let shown = problem(vec![show(Some("it's a.ipynb")), show(None)]);
    let quoted = r"`remote-jupyter open gpu01 --notebook 'it'\''s a.ipynb'`";
    assert!(shown.remedy.contains(quoted), "{shown}");
    let worked = problem(vec![show(Some("a.ipynb")), active.into()]);
    assert!(worked.remedy.contains("--notebook b/c.ipynb`"), "{worked}");
}

#[test]
fn an_end_that_was_moved_is_known_after_a_lost_connection() {
    let mut machine = standing();
    let stood = Duration::from_secs(90);
    let problem = problem::not_listening("gpu01");
    machine.handle(FsmEvent::Lost { problem, stood });
    for input in [
        FsmEvent::Connection(ConnectionEvent::Resolved),
        FsmEvent::Connection(ConnectionEvent::Connected),
        FsmEvent::Connection(ConnectionEvent::LoggedIn),
    ] {
        machine.handle(input);
    }
    machine.handle(found_in_a_job(running(END + 600)));
    let effects = machine.handle(FsmEvent::Tunnel(TunnelEvent::Resumed));
    let [Effect::EmitReconnected(found, _)] = effects.as_slice() else {
        panic!("{effects:?}")
    };
    assert_eq!(
        found.info.as_ref().and_then(|job| job.ends),
        Some(END + 600)
    );
}

#[test]
fn a_job_whose_start_was_seen_by_its_files_has_the_time_that_it_asked_for() {
    let began = |walltime, started| {
        let mut plan = plan(open());
        plan.walltime = walltime;
        let job = Job {
            started,
            ends: Some(END),
            ..Job::default()
        };
        StateMachine::new(plan).began(&job)
    };
    assert_eq!(began(Some(3600), None), Some(BEGAN));
    assert_eq!(began(Some(3600), Some(7)), Some(7));
    assert_eq!(began(None, None), None);
}

#[test]
fn only_a_job_that_runs_and_has_an_end_is_given_more_time() {
    for (state, ends, is_asked) in [
        (JobState::Running, Some(1_795_510_000), true),
        (JobState::Running, None, false),
        (JobState::Waiting, Some(1_795_510_000), false),
    ] {
        let mut ours = ours(state, "WORD");
        ours.job.ends = ends;
        let (_, effects) = at(Goal::Extend(HOUR), vec![discovery(vec![], vec![ours])]);
        let asks = |effect: &Effect| matches!(effect, Effect::Extend(..));
        assert_eq!(
            effects.iter().any(asks),
            is_asked,
            "{state:?} {ends:?}: {effects:?}"
        );
    }
}
