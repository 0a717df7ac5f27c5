#![allow(clippy::unwrap_used)]

use super::notable_change::RestartOffer;
use super::*;
use crate::app::menu_action::HostAction;
use crate::app::samples::ready;
use crate::host_os::ConfigOptions;
use crate::jupyter::Activity;
use crate::problem::{Code, Problem};
use crate::session::{Event, JobInfo, Ready, Walltime};

fn model() -> Model {
    Model::new(
        &[Host::named("gpu01"), Host::named("my box")],
        Instant::now(),
    )
}

fn hear(model: &mut Model, host: &str, event: &Event) -> Option<NotableChange> {
    let message = Message::of(event, host, 0, Phase::Ready).unwrap();
    model.hear(&message, Instant::now())
}

fn choose(model: &mut Model, action: MenuAction) -> Option<AppEffect> {
    model.choose(action, Instant::now())
}

/// Chooses something that concerns a host.
fn on(model: &mut Model, host: &str, action: HostAction) -> Option<AppEffect> {
    choose(model, MenuAction::host(host, action))
}

fn open(host: &str, notebook: Option<&str>) -> AppEffect {
    AppEffect::Open {
        host: host.to_owned(),
        notebook: notebook.map(str::to_owned),
    }
}

fn add(alias: &str, open: bool) -> MenuAction {
    let alias = alias.to_owned();
    MenuAction::AddHost { alias, open }
}

fn failure(code: Code) -> Event {
    Event::Failed(Problem::new(code, "t", "d", "r"))
}

#[test]
fn a_click_connects_once_and_then_opens_the_tab_again() {
    let mut model = model();
    let connect = Some(open("my box", None));
    assert_eq!(on(&mut model, "my box", HostAction::Open), connect);
    assert_eq!(on(&mut model, "my box", HostAction::Open), None);
    hear(&mut model, "my box", &ready("gpu01"));
    let show = Some(AppEffect::Show("my box".into(), None));
    assert_eq!(on(&mut model, "my box", HostAction::Open), show);
}

#[test]
fn a_failure_stands_until_the_click_that_retries_or_dismisses() {
    let mut model = model();
    for action in [HostAction::Open, HostAction::Dismiss] {
        hear(&mut model, "gpu01", &failure(Code::Refused));
        assert_eq!(model.icon_state(), IconState::Failed);
        assert!(model.hosts()[0].problem.is_some());
        on(&mut model, "gpu01", action.clone());
        assert_eq!(model.hosts()[0].problem, None);
        assert_ne!(model.icon_state(), IconState::Failed, "{action:?}");
    }
    assert_eq!(model.hosts()[0].phase, Phase::Closed);
}

#[test]
fn entries_that_do_not_apply_do_nothing() {
    let mut model = model();
    for action in [
        HostAction::Close,
        HostAction::Stop,
        HostAction::CopyLink,
        HostAction::Dismiss,
        HostAction::Cancel,
        HostAction::Extend,
        HostAction::StartAgain,
        HostAction::OpenNotebook("a.ipynb".into()),
        HostAction::OpenForward(16006),
    ] {
        assert_eq!(on(&mut model, "gpu01", action.clone()), None, "{action:?}");
    }
    for action in [
        add("nobody", false),
        add("nobody", true),
        MenuAction::host("nobody", HostAction::Open),
        MenuAction::host("nobody", HostAction::ShowLog),
        MenuAction::ToggleShortcut("nobody".into()),
    ] {
        assert_eq!(choose(&mut model, action.clone()), None, "{action:?}");
    }
    let quit = choose(&mut model, MenuAction::Quit);
    assert_eq!(quit, Some(AppEffect::Quit));
}

#[test]
fn what_is_open_offers_its_link_its_notebooks_and_its_ports() {
    let mut model = model();
    hear(&mut model, "my box", &ready("gpu01"));
    let kernels = r#"{"total":2,"busy":1,"notebooks":[{"path":"a b.ipynb","name":"","kernel":"p","state":"busy"}]}"#;
    let kernels: Activity = serde_json::from_str(kernels).unwrap();
    assert_eq!(hear(&mut model, "my box", &Event::Kernels(kernels)), None);
    assert!(model.hosts()[1].ready.is_some(), "a remark is no new state");

    let name = || "my box".to_owned();
    let notebook = |path: &str| HostAction::OpenNotebook(path.to_owned());
    for (action, want) in [
        (HostAction::CopyLink, AppEffect::CopyLink(name())),
        (
            notebook("a b.ipynb"),
            AppEffect::Show(name(), Some("a b.ipynb".into())),
        ),
        (HostAction::OpenForward(16006), AppEffect::ShowPort(16006)),
        (HostAction::Stop, AppEffect::Stop(name())),
        (HostAction::ShowLog, AppEffect::ShowHostLog(name())),
    ] {
        let effect = on(&mut model, "my box", action.clone());
        assert_eq!(effect, Some(want), "{action:?}");
    }
    assert_eq!(on(&mut model, "my box", notebook("ended.ipynb")), None);
    hear(&mut model, "my box", &Event::Closed);
    assert_eq!(
        (&model.hosts()[1].ready, &model.hosts()[1].kernels),
        (&None, &None)
    );
}

#[test]
fn a_host_that_left_the_configuration_stays_while_it_is_open() {
    let mut model = model();
    hear(&mut model, "gpu01", &ready("gpu01"));
    model.reconfigure(&[Host::named("new"), Host::named("my box")], Instant::now());
    let names = |model: &Model| {
        let names = model.hosts().iter().map(|host| host.name.clone());
        names.collect::<Vec<_>>()
    };
    assert_eq!(names(&model), ["new", "my box", "gpu01"]);
    hear(&mut model, "gpu01", &Event::Closed);
    assert_eq!(names(&model), ["new", "my box"]);
}

#[test]
fn what_is_said_twice_is_news_once() {
    let mut model = model();
    assert!(matches!(
        hear(&mut model, "gpu01", &ready("gpu01")),
        Some(NotableChange::Opened(_))
    ));
    assert_eq!(hear(&mut model, "gpu01", &ready("gpu01")), None);
    let failed = failure(Code::Lost);
    assert!(matches!(
        hear(&mut model, "gpu01", &failed),
        Some(NotableChange::Failed(_))
    ));
    assert_eq!(hear(&mut model, "gpu01", &failed), None);
}

#[test]
fn a_note_does_not_end_a_phase() {
    let mut model = model();
    hear(&mut model, "gpu01", &ready("gpu01"));
    let note = Event::Note("a port was taken".into());
    assert_eq!(hear(&mut model, "gpu01", &note), None);
    assert_eq!(model.hosts()[0].phase, Phase::Ready);
    assert_eq!(model.icon_state(), IconState::Connected);
}

#[test]
fn a_refusal_is_news_and_ends_nothing() {
    let mut model = model();
    hear(&mut model, "gpu01", &ready("gpu01"));
    let busy = Event::Refused(Problem::new(Code::KernelsBusy, "t", "d", "r"));
    assert!(matches!(
        hear(&mut model, "gpu01", &busy),
        Some(NotableChange::Refused(_))
    ));
    assert_eq!(model.icon_state(), IconState::Connected);
}

#[test]
fn a_host_of_the_start_waits_for_the_network_without_a_word() {
    let mut model = model();
    model.be_patient("gpu01", Instant::now());
    on(&mut model, "gpu01", HostAction::Open);
    let absent = [
        Code::NameUnknown,
        Code::Unreachable,
        Code::ProxyCommand,
        Code::HopUnreachable,
    ];
    for code in absent {
        hear(&mut model, "gpu01", &Event::Phase(Phase::Connecting));
        assert_eq!(hear(&mut model, "gpu01", &failure(code)), None, "{code:?}");
        assert_eq!(model.icon_state(), IconState::Idle);
    }
    assert_eq!(model.retry_patient(Instant::now()), [open("gpu01", None)]);
    assert!(
        model.retry_patient(Instant::now()).is_empty(),
        "it is under way"
    );

    // Any problem other than a missing network is notified, and so is a network that is missing for
    // too long.
    let told = hear(&mut model, "gpu01", &failure(Code::AuthRefused));
    assert!(matches!(told, Some(NotableChange::Failed(_))));
    model.be_patient("my box", Instant::now());
    on(&mut model, "my box", HostAction::Open);
    let message = Message::of(&failure(Code::Unreachable), "my box", 0, Phase::Ready).unwrap();
    let late = Instant::now() + NETWORK_RETRY_TIME;
    assert!(matches!(
        model.hear(&message, late),
        Some(NotableChange::Failed(_))
    ));
}

#[test]
fn only_aliases_that_are_no_hosts_are_on_offer() {
    let mut model = model();
    model.know_aliases(vec!["gpu01".into(), "other".into()]);
    assert_eq!(model.new_aliases().collect::<Vec<_>>(), ["other"]);
    for open in [false, true] {
        let want = Some(AppEffect::AddHost("other".into(), open));
        assert_eq!(choose(&mut model, add("other", open)), want);
    }
    assert_eq!(choose(&mut model, add("gpu01", false)), None);
}

#[test]
fn the_login_item_is_turned_round() {
    let mut model = model();
    assert_eq!(
        choose(&mut model, MenuAction::ToggleLoginItem),
        Some(AppEffect::SetLoginItem(true))
    );
    model.know_login_item(login_item::Status::On);
    assert_eq!(
        choose(&mut model, MenuAction::ToggleLoginItem),
        Some(AppEffect::SetLoginItem(false))
    );
}

#[test]
fn a_job_that_starts_after_a_wait_is_news_of_its_own() {
    let mut model = model();
    let began = Instant::now();
    let queued = Message::of(&Event::Phase(Phase::Queued), "gpu01", 0, Phase::Queued).unwrap();
    model.hear(&queued, began);
    let message = Message::of(&ready("node17"), "gpu01", 0, Phase::Ready).unwrap();
    let notable = model.hear(&message, began + Duration::from_secs(12 * 60));
    let Some(NotableChange::Started(_, waited)) = notable else {
        panic!("{notable:?}")
    };
    assert_eq!(waited, Duration::from_secs(12 * 60));
    let notification_request =
        super::super::view::notification::notification_request("gpu01", &notable.unwrap());
    assert!(
        notification_request
            .notification
            .body
            .contains("node17 after 12 min"),
        "{notification_request:?}"
    );
}

#[test]
fn a_cancel_is_for_what_is_under_way() {
    let mut model = model();
    assert_eq!(on(&mut model, "gpu01", HostAction::Cancel), None);
    hear(&mut model, "gpu01", &Event::Phase(Phase::Queued));
    let cancel = Some(AppEffect::Cancel("gpu01".into()));
    assert_eq!(on(&mut model, "gpu01", HostAction::Cancel), cancel);
    hear(&mut model, "gpu01", &ready("n"));
    assert_eq!(on(&mut model, "gpu01", HostAction::Cancel), None);
}

#[test]
fn launchers_and_pages_are_what_the_menu_says_of_them() {
    let mut model = model();
    let toggle = || MenuAction::ToggleShortcut("my box".into());
    let set = |on| Some(AppEffect::SetShortcut("my box".into(), on));
    assert_eq!(choose(&mut model, toggle()), set(true));
    model.know_launchers(vec![Shortcut {
        host: "my box".into(),
        path: "/x".into(),
        options: ConfigOptions::default(),
    }]);
    assert_eq!(choose(&mut model, toggle()), set(false));

    for action in [MenuAction::ShowRelease, MenuAction::CheckForUpdates] {
        assert_eq!(choose(&mut model, action), None, "not in the menu");
    }
    *model.updates_mut() = UpdateInfo {
        can_be_asked: true,
        release: Some(Release {
            version: semver::Version::new(9, 8, 7),
            page: "https://example.org/9".into(),
        }),
    };
    let page = AppEffect::ShowPage("https://example.org/9".into());
    assert_eq!(choose(&mut model, MenuAction::ShowRelease), Some(page));
    let look = choose(&mut model, MenuAction::CheckForUpdates);
    assert_eq!(look, Some(AppEffect::CheckForUpdates));
}

fn in_a_job(left: i64) -> (Event, JobInfo) {
    let now = jiff::Timestamp::now().as_second();
    let job = JobInfo {
        scheduler: "slurm".into(),
        id: "4711".into(),
        started: Some(now + left - 8 * 3600),
        ends: Some(now + left),
        ..JobInfo::default()
    };
    let Event::Ready(standing) = ready("node17") else {
        panic!()
    };
    let standing = Ready {
        job: Some(job.clone()),
        ..*standing
    };
    (Event::Ready(Box::new(standing)), job)
}

#[test]
fn time_that_runs_out_is_news_and_stands_in_the_menu_until_there_is_more() {
    let mut model = model();
    let (ready, job) = in_a_job(599);
    hear(&mut model, "my box", &ready);
    let is_short = |model: &Model| model.hosts()[1].time_left(Instant::now()).unwrap().1;
    assert!(
        is_short(&model),
        "without a word too: the app may have been started anew"
    );
    let short = Event::Walltime(job.clone(), Walltime::Short);
    let notable = hear(&mut model, "my box", &short).unwrap();
    let notification_request =
        super::super::view::notification::notification_request("my box", &notable);
    assert_eq!(
        notification_request.notification.title,
        "my box: 10 min left"
    );
    assert!(
        notification_request
            .notification
            .body
            .contains("save your notebooks"),
        "{notification_request:?}"
    );
    assert_eq!(
        notification_request.action,
        MenuAction::host("my box", HostAction::Open),
        "a click opens the tab"
    );
    assert!(is_short(&model) && model.hosts()[1].ready.is_some());

    let extend = Some(AppEffect::Extend("my box".into()));
    assert_eq!(on(&mut model, "my box", HostAction::Extend), extend);
    let longer = JobInfo {
        ends: job.ends.map(|ends| ends + 3600),
        ..job
    };
    let extended = Event::Walltime(longer, Walltime::Extended);
    let notable = hear(&mut model, "my box", &extended).unwrap();
    let notification_request =
        super::super::view::notification::notification_request("my box", &notable);
    assert!(
        notification_request
            .notification
            .body
            .contains("1 h 10 min left"),
        "{notification_request:?}"
    );
    assert!(!is_short(&model));

    // A terminal that holds the tunnel says it there.
    model.hosts[1].suppresses_notifications = true;
    assert_eq!(hear(&mut model, "my box", &short), None);
    assert!(is_short(&model));
}

#[test]
fn only_a_job_that_can_be_extended_is() {
    for change in [
        |job: &mut JobInfo| job.scheduler = "sge".into(),
        |job: &mut JobInfo| job.ends = None,
    ] {
        let mut model = model();
        let (ready, _) = in_a_job(3600);
        let Event::Ready(mut standing) = ready else {
            panic!()
        };
        standing.job.as_mut().map(change);
        hear(&mut model, "gpu01", &Event::Ready(standing));
        assert_eq!(on(&mut model, "gpu01", HostAction::Extend), None);
    }
    assert_eq!(on(&mut model(), "gpu01", HostAction::Extend), None);
}

#[test]
fn a_job_whose_time_was_up_starts_again_with_the_notebook_that_was_open() {
    let active = Event::Kernels(Activity {
        latest: Some("a b.ipynb".into()),
        ..Activity::default()
    });
    for action in [HostAction::StartAgain, HostAction::Open] {
        let mut model = model();
        hear(&mut model, "my box", &in_a_job(1).0);
        hear(&mut model, "my box", &active);
        let notable = hear(&mut model, "my box", &failure(Code::JobTimeUp)).unwrap();
        let notification_request =
            super::super::view::notification::notification_request("my box", &notable);
        assert_eq!(notification_request.notification.title, "t");
        assert_eq!(
            notification_request.notification.body,
            "Click to start again with a b.ipynb."
        );
        let again = MenuAction::host("my box", HostAction::StartAgain);
        assert_eq!(notification_request.action, again);
        let restart = open("my box", Some("a b.ipynb"));
        assert_eq!(on(&mut model, "my box", action), Some(restart));
        assert_eq!(model.hosts()[1].restart, None);
        assert_eq!(
            on(&mut model, "my box", HostAction::StartAgain),
            None,
            "it is under way"
        );
    }
}

#[test]
fn what_never_stood_or_is_merely_lost_does_not_start_again() {
    let mut model = model();
    // A job that dies before its Jupyter listens: its log helps.
    let notable = hear(&mut model, "gpu01", &failure(Code::JobEnded));
    assert!(
        matches!(notable, Some(NotableChange::Failed(_))),
        "{notable:?}"
    );
    assert_eq!(on(&mut model, "gpu01", HostAction::StartAgain), None);
    hear(&mut model, "my box", &ready("n"));
    let notable = hear(&mut model, "my box", &failure(Code::Lost));
    assert!(
        matches!(notable, Some(NotableChange::Failed(_))),
        "{notable:?}"
    );
    assert_eq!(on(&mut model, "my box", HostAction::StartAgain), None);
    hear(&mut model, "my box", &ready("n"));
    let notable = hear(&mut model, "my box", &failure(Code::ServerEnded));
    assert!(
        matches!(
            notable,
            Some(NotableChange::Ended(_, RestartOffer { notebook: None }))
        ),
        "{notable:?}"
    );
    on(&mut model, "my box", HostAction::Dismiss);
    assert_eq!(model.hosts()[1].restart, None);
}

#[test]
fn the_time_left_is_counted_by_the_walls_clock() {
    let mut model = model();
    let (now, (ready, job)) = (Instant::now(), in_a_job(3600));
    hear(&mut model, "my box", &ready);
    let ends = job.ends.unwrap();
    // The monotonic clock did not advance while the computer was suspended for half an hour.
    let next = model.count_down(now, ends - 1790);
    let left = model.hosts()[1].ends.unwrap() - now;
    assert_eq!(left, Duration::from_secs(1790));
    assert_eq!(
        next,
        Some(now + Duration::from_secs(51)),
        "29 min from then on"
    );
    assert_eq!(model.count_down(now, ends + 5), None);
    assert_eq!(model.hosts()[1].ends.unwrap(), now);
}
