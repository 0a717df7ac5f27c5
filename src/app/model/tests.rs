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
    let show = Some(AppEffect::ShowUnlessOpen("my box".into()));
    assert_eq!(on(&mut model, "my box", HostAction::Open), show);
}

#[test]
fn a_click_on_a_page_that_is_open_is_told_and_a_second_one_in_short_order_opens_a_tab() {
    let mut model = model();
    let port = match ready("gpu01") {
        Event::Ready(ready) => ready.local_port,
        _ => unreachable!(),
    };
    hear(&mut model, "gpu01", &ready("gpu01"));
    // Also where another program has the tunnel, which tells the rest itself.
    model.hosts[0].suppresses_notifications = true;
    let told = Instant::now();
    let page_open = |model: &mut Model| {
        let message = Message::of(&Event::PageOpen, "gpu01", 0, Phase::Ready).unwrap();
        model.hear(&message, told)
    };
    let click = |model: &mut Model, after| {
        let action = MenuAction::host("gpu01", HostAction::Open);
        model.choose(action, told + Duration::from_secs(after))
    };
    let unless_open = || Some(AppEffect::ShowUnlessOpen("gpu01".into()));
    let another = || Some(AppEffect::Show("gpu01".into(), None));

    assert_eq!(click(&mut model, 0), unless_open());
    assert_eq!(page_open(&mut model), Some(NotableChange::PageOpen(port)));
    assert_eq!(click(&mut model, 9), another());
    // That click had its tab: the next one is told again, and one that comes late too.
    assert_eq!(click(&mut model, 9), unless_open());
    page_open(&mut model);
    assert_eq!(click(&mut model, 11), unless_open());
    // Another connection has pages of its own.
    page_open(&mut model);
    hear(&mut model, "gpu01", &Event::Phase(Phase::Reconnecting));
    hear(&mut model, "gpu01", &ready("gpu01"));
    assert_eq!(click(&mut model, 1), unless_open());
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
        HostAction::OpenForward(16006),
        HostAction::NewTab,
        HostAction::TryNow,
        HostAction::ShowDetails,
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
        (HostAction::NewTab, AppEffect::Show(name(), None)),
        (HostAction::AskNotebook, AppEffect::AskNotebook(name())),
        (HostAction::Stop, AppEffect::Stop(name())),
        (HostAction::ShowLog, AppEffect::ShowHostLog(name())),
    ] {
        let effect = on(&mut model, "my box", action.clone());
        assert_eq!(effect, Some(want), "{action:?}");
    }
    hear(&mut model, "my box", &Event::Closed);
    assert_eq!(
        (&model.hosts()[1].ready, &model.hosts()[1].kernels),
        (&None, &None)
    );
}

#[test]
fn a_notebook_connects_its_host_and_waits_for_one_that_is_under_way() {
    let mut model = model();
    let notebook = || HostAction::OpenNotebook("a b.ipynb".to_owned());
    let connect = Some(open("my box", Some("a b.ipynb")));
    assert_eq!(on(&mut model, "my box", notebook()), connect);
    for action in [notebook(), HostAction::AskNotebook] {
        assert_eq!(on(&mut model, "my box", action.clone()), None, "{action:?}");
    }
}

#[test]
fn notebooks_are_remembered_once_they_run_and_join_those_of_earlier_runs() {
    let mut model = model();
    assert_eq!(model.see_notebooks("gpu01"), None);
    hear(&mut model, "gpu01", &ready("gpu01"));
    let activity = Event::Kernels(Activity {
        latest: Some("new.ipynb".into()),
        ..Activity::default()
    });
    hear(&mut model, "gpu01", &activity);
    assert_eq!(model.see_notebooks("gpu01"), Some(vec!["new.ipynb".into()]));
    assert_eq!(model.see_notebooks("gpu01"), None, "written once");
    let old = vec!["old.ipynb".to_owned(), "new.ipynb".to_owned()];
    model.remember(MenuMemory {
        notebooks: [("gpu01".to_owned(), old)].into(),
        ..MenuMemory::default()
    });
    assert_eq!(model.notebooks("gpu01"), ["new.ipynb", "old.ipynb"]);
    assert!(model.notebooks("my box").is_empty());
}

#[test]
fn a_click_on_a_lost_host_tries_now() {
    let mut model = model();
    hear(&mut model, "gpu01", &Event::Phase(Phase::Reconnecting));
    let effect = on(&mut model, "gpu01", HostAction::Open);
    assert_eq!(effect, Some(AppEffect::TryNow("gpu01".into())));
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
    model.open_at_start("gpu01", Instant::now());
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
    model.open_at_start("my box", Instant::now());
    let message = Message::of(&failure(Code::Unreachable), "my box", 0, Phase::Ready).unwrap();
    let late = Instant::now() + NETWORK_RETRY_TIME;
    assert!(matches!(
        model.hear(&message, late),
        Some(NotableChange::Failed(_))
    ));
}

/// The hosts whose tunnels stood are connected again.
fn restored() -> Model {
    let mut model = model();
    for host in ["gpu01", "my box"] {
        let restore = Some(AppEffect::Restore(host.into()));
        assert_eq!(model.restore(host, Instant::now()), restore);
        assert_eq!(model.restore(host, Instant::now()), None, "it is under way");
    }
    assert_eq!(model.restore("gone", Instant::now()), None);
    model
}

#[test]
fn a_tunnel_of_the_run_before_stands_again_without_a_word() {
    let mut model = restored();
    assert_eq!(hear(&mut model, "gpu01", &failure(Code::NameUnknown)), None);
    let again = [AppEffect::Restore("gpu01".into())];
    assert_eq!(model.retry_patient(Instant::now()), again, "no network yet");
    assert_eq!(hear(&mut model, "gpu01", &ready("gpu01")), None);
    // From then on it is one like others.
    let lost = hear(&mut model, "gpu01", &failure(Code::ServerEnded));
    assert!(matches!(lost, Some(NotableChange::Ended(..))));
}

#[test]
fn a_server_that_has_ended_meanwhile_is_offered_in_the_menu_and_a_click_starts_another() {
    let mut model = restored();
    assert_eq!(hear(&mut model, "gpu01", &failure(Code::ServerEnded)), None);
    assert!(model.host("gpu01").unwrap().restart.is_some());
    let start = Some(open("gpu01", None));
    assert_eq!(on(&mut model, "gpu01", HostAction::StartAgain), start);
    assert!(hear(&mut model, "gpu01", &ready("gpu01")).is_some());
}

#[test]
fn a_tunnel_of_the_run_before_whose_login_needs_the_user_waits_for_a_click() {
    let mut model = restored();
    let told = hear(&mut model, "my box", &failure(Code::Lost));
    assert_eq!(told, Some(NotableChange::LoginPostponed));
    assert!(model.host("my box").unwrap().needs_login);
    assert_eq!(model.icon_state(), IconState::Working, "the other host");
    assert_eq!(hear(&mut model, "gpu01", &failure(Code::AuthRefused)), None);
    assert!(model.retry_patient(Instant::now()).is_empty());
    let log_in = Some(open("my box", None));
    assert_eq!(on(&mut model, "my box", HostAction::Open), log_in);
    assert!(model.host("my box").unwrap().is_attended);
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
fn a_job_that_was_refused_more_time_is_not_asked_again_and_another_one_is() {
    let mut model = model();
    hear(&mut model, "gpu01", &in_a_job(3600).0);
    let extend = |model: &mut Model| on(model, "gpu01", HostAction::Extend);
    assert!(extend(&mut model).is_some());
    let refused = |code| Event::Refused(Problem::new(code, "t", "d", "r"));
    hear(&mut model, "gpu01", &refused(Code::KernelsBusy));
    assert!(extend(&mut model).is_some());
    hear(&mut model, "gpu01", &refused(Code::NotExtended));
    assert_eq!(extend(&mut model), None);
    let (Event::Ready(mut next), job) = in_a_job(3600) else {
        panic!()
    };
    let id = "4712".to_owned();
    next.job = Some(JobInfo { id, ..job });
    hear(&mut model, "gpu01", &Event::Ready(next));
    assert!(extend(&mut model).is_some());
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

#[test]
fn a_host_is_followed_only_where_it_is_not_open_here() {
    let mut model = model();
    assert!(!model.adopt("nowhere"));
    assert!(model.adopt("gpu01"));
    assert!(model.hosts()[0].suppresses_notifications);
    on(&mut model, "my box", HostAction::Open);
    assert!(!model.adopt("my box"));
    assert!(!model.hosts()[1].suppresses_notifications);
}

#[test]
fn nothing_is_begun_once_the_app_is_about_to_end() {
    let (mut model, now) = (model(), Instant::now());
    assert_eq!(
        model.try_host(&Host::named("gpu01"), now),
        None,
        "it is there"
    );
    assert!(model.try_host(&Host::named("new"), now).is_some());
    model.quit();
    assert_eq!(model.try_host(&Host::named("newer"), now), None);
    assert_eq!(model.open_at_start("gpu01", now), None);
    assert_eq!(model.hosts()[0].phase, Phase::Closed);
}

#[test]
fn quit_asks_where_something_would_be_lost() {
    let mut model = model();
    for asks in [true, false] {
        model.know_quit_asks(asks);
        assert_eq!(model.quit_asks(), asks);
    }
}

#[test]
fn what_moves_is_told_from_what_waits_and_from_what_is_done() {
    for (phase, works, moves) in [
        (Phase::Closed, false, false),
        (Phase::Failed, false, false),
        (Phase::Ready, false, false),
        (Phase::Queued, true, false),
        (Phase::Reconnecting, true, false),
        (Phase::Connecting, true, true),
        (Phase::Authenticating, true, true),
    ] {
        let mut model = model();
        model.hosts[1].phase = phase;
        assert_eq!(
            (model.is_working(), model.is_moving()),
            (works, moves),
            "{phase:?}"
        );
    }
}

#[test]
fn a_host_has_details_where_its_line_does_not_say_all() {
    let details = |change: &dyn Fn(&mut HostState)| {
        let mut model = model();
        change(&mut model.hosts[0]);
        model.hosts[0].has_details()
    };
    let lost = |cause: &str| {
        let mut loss = loss::LossState::new(Instant::now());
        loss.cause = cause.to_owned();
        Some(loss)
    };
    assert!(!details(&|_| ()));
    assert!(!details(&|host| host.loss = lost("")));
    assert!(details(&|host| host.loss = lost("no answer for 45 s")));
    assert!(details(
        &|host| host.silence_hint = Some("touch the key".into())
    ));
    assert!(details(&|host| host
        .notes
        .push("the port was taken".into())));
    assert!(details(&|host| host.job = Some(JobInfo::default())));
    assert!(details(
        &|host| host.problem = Some(Problem::new(Code::Refused, "t", "d", "r"))
    ));
}

#[test]
fn a_job_waits_until_its_server_is_open() {
    let waits = |phase, event: Option<&Event>| {
        let mut model = model();
        if let Some(event) = event {
            hear(&mut model, "gpu01", event);
        }
        model.hosts[0].job = Some(JobInfo::default());
        model.hosts[0].phase = phase;
        model.hosts[0].waiting_job().is_some()
    };
    assert!(waits(Phase::Queued, None) && waits(Phase::Reconnecting, None));
    assert!(!waits(Phase::Connecting, None));
    assert!(
        !waits(Phase::Reconnecting, Some(&ready("gpu01"))),
        "its server is lost"
    );
}

#[test]
fn a_choice_that_no_longer_applies_does_nothing() {
    let mut model = model();
    let chosen = |model: &mut Model, action| on(model, "gpu01", action);
    let name = || "gpu01".to_owned();
    // Nothing is under way beside the tunnel.
    assert_eq!(chosen(&mut model, HostAction::CancelSideLogin), None);
    let log = chosen(&mut model, HostAction::ShowLog);
    assert_eq!(log, Some(AppEffect::ShowHostLog(name())));
    let check = chosen(&mut model, HostAction::CheckConnection);
    assert_eq!(check, Some(AppEffect::CheckConnection(name())));
    model.know_side_login("gpu01", Some(SideLogin::Log));
    for action in [HostAction::ShowLog, HostAction::CheckConnection] {
        assert_eq!(chosen(&mut model, action.clone()), None, "{action:?}");
    }
    let cancel = chosen(&mut model, HostAction::CancelSideLogin);
    assert_eq!(cancel, Some(AppEffect::CancelSideLogin(name())));
    hear(&mut model, "gpu01", &ready("gpu01"));
    chosen(&mut model, HostAction::Dismiss);
    assert_eq!(
        model.hosts()[0].phase,
        Phase::Ready,
        "only a failure is dismissed"
    );
}

#[test]
fn a_click_is_remembered_however_often_it_comes() {
    let mut model = model();
    model.open_at_start("gpu01", Instant::now());
    assert!(!model.hosts()[0].is_attended);
    for _ in 0..2 {
        on(&mut model, "gpu01", HostAction::Open);
        assert!(model.hosts()[0].is_attended);
    }
}

#[test]
fn news_of_an_open_tunnel_do_not_take_the_second_click_away() {
    let mut model = model();
    hear(&mut model, "gpu01", &ready("gpu01"));
    hear(&mut model, "gpu01", &Event::PageOpen);
    hear(&mut model, "gpu01", &Event::Kernels(Activity::default()));
    let click = on(&mut model, "gpu01", HostAction::Open);
    assert_eq!(click, Some(AppEffect::Show("gpu01".into(), None)));
}

#[test]
fn a_network_that_does_not_come_is_a_failure_in_the_end() {
    let begun = Instant::now();
    for (after, is_told) in [(Duration::ZERO, false), (NETWORK_RETRY_TIME, true)] {
        let mut model = model();
        model.open_at_start("gpu01", begun);
        let failed = failure(Code::Unreachable);
        let message = Message::of(&failed, "gpu01", 0, Phase::Ready).unwrap();
        let change = model.hear(&message, begun + after);
        assert_eq!(change.is_some(), is_told, "{after:?}");
    }
}

#[test]
fn a_choice_knows_its_host() {
    let choice = MenuAction::host("gpu01", HostAction::Open);
    assert_eq!(choice.host_name(), Some("gpu01"));
    assert_eq!(add("gpu01", true).host_name(), None);
}
