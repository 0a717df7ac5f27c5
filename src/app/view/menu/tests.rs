use std::time::Duration;

use super::super::menu_item::Item;
use super::*;
use crate::app::menu_action::HostAction;
use crate::app::model::ConfigMistake;
use crate::app::samples::ready;
use crate::app::updates::Release;
use crate::config::Host;
use crate::desktop::shortcut::Shortcut;
use crate::host_os::ConfigOptions;
use crate::ipc::Message;
use crate::problem::{Code, Problem};
use crate::session::{Event, Loss, Phase};

fn texts(entries: &[Entry]) -> Vec<String> {
    let text = |entry: &Entry| match entry {
        Entry::Item(item) => {
            let tick = match item.checked {
                Some(true) => "✓ ",
                Some(false) => "✗ ",
                None => "",
            };
            if item.action.is_some() {
                format!("{tick}{}", item.text)
            } else {
                format!("({})", item.text)
            }
        }
        Entry::Submenu { text, entries, .. } => {
            format!("{text} > {}", texts(entries).join(", "))
        }
        Entry::Separator => "-".into(),
    };
    entries.iter().map(text).collect()
}

fn model(names: &[&str]) -> Model {
    let hosts: Vec<Host> = names.iter().map(|name| Host::named(name)).collect();
    Model::new(&hosts, Instant::now())
}

fn lines(model: &Model) -> Vec<String> {
    texts(&entries(model, Instant::now()))
}

fn hear(model: &mut Model, host: &str, event: &Event) {
    if let Some(message) = Message::of(event, host, 0, Phase::Closed) {
        model.hear(&message, Instant::now());
    }
}

/// The lines of the host after an event.
fn after(event: &Event) -> Vec<String> {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", event);
    let lines = lines(&model);
    let end = lines.iter().position(|line| line == "-");
    lines[..end.unwrap_or_default()].to_vec()
}

#[test]
fn a_login_that_waits_in_silence_says_so_until_the_next_phase() {
    let mut model = model(&["gpu01"]);
    let mut hear = |event: Event, phase| {
        let message = Message::of(&event, "gpu01", 0, phase).unwrap();
        model.hear(&message, Instant::now());
        lines(&model)
    };
    hear(Event::Phase(Phase::Authenticating), Phase::Authenticating);
    let waits = Event::Waits("Perhaps it waits for you".into());
    let hint = "(    Perhaps it waits for you)".to_owned();
    assert!(hear(waits, Phase::Authenticating).contains(&hint));
    assert!(!hear(Event::Phase(Phase::Finding), Phase::Finding).contains(&hint));
}

#[test]
fn each_state_has_its_words() {
    assert_eq!(after(&Event::Note(String::new())), ["○ gpu01"]);
    assert_eq!(
        after(&Event::Phase(Phase::Starting)),
        ["◐ gpu01: starting Jupyter", "    Cancel"]
    );
    let more = "    gpu01: More > Open Tab, Copy Link, TensorBoard (localhost:16006), Show Log, \
                ✗ Add Shortcut to Applications, -, Disconnect, Stop Jupyter…";
    assert_eq!(after(&ready("gpu01")), ["● gpu01", more]);
    let on_node = after(&ready("node17"));
    assert_eq!(on_node[..2], ["● gpu01", "(    on node17)"]);
    let problem = Problem::new(
        Code::Refused,
        "nothing listens",
        "seen\nmore",
        "Check the Port.",
    );
    assert_eq!(
        after(&Event::Failed(problem)),
        [
            "▲ gpu01: click to try again",
            "(    nothing listens)",
            "(    Check the Port.)",
            "    gpu01: More > Try Again, Show Details…, Show Log, -, Dismiss"
        ]
    );
}

#[test]
fn a_lost_connection_says_why_and_when_it_is_tried_again() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &ready("gpu01"));
    hear(&mut model, "gpu01", &Event::Phase(Phase::Reconnecting));
    let loss = |retry_in| {
        let cause = "no answer for 45 s".to_owned();
        Event::Loss(Loss { cause, retry_in })
    };
    let mut after = |event| {
        let message = Message::of(&event, "gpu01", 0, Phase::Reconnecting).unwrap();
        model.hear(&message, Instant::now());
        let lines = lines(&model);
        lines[..5].to_vec()
    };
    let shown = |next: &str| {
        let lines = [
            "◐ gpu01: reconnecting",
            "(    no answer for 45 s)",
            next,
            "    Try Now",
            "    Disconnect",
        ];
        lines.map(str::to_owned).to_vec()
    };
    assert_eq!(after(loss(None)), shown("(    Connecting again…)"));
    assert_eq!(after(loss(Some(15))), shown("(    Next attempt in 15 s)"));
}

#[test]
fn remarks_that_need_the_user_stand_below_the_host() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &ready("gpu01"));
    let warning = Event::Warning("The browser did not open: no such file".into());
    let message = Message::of(&warning, "gpu01", 0, Phase::Ready).unwrap();
    model.hear(&message, Instant::now());
    let lines = lines(&model);
    assert_eq!(
        lines[..2],
        ["● gpu01", "(    The browser did not open: no such file)"]
    );
}

#[test]
fn time_and_waiting_are_told() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &Event::Phase(Phase::Starting));
    let later = Instant::now() + Duration::from_secs(72);
    let first = |model: &Model| texts(&entries(model, later)).remove(0);
    assert_eq!(first(&model), "◐ gpu01: starting Jupyter, 1 min");
    model.ask("gpu01", true);
    assert_eq!(first(&model), "◐ gpu01: waiting for your answer");
}

#[test]
fn kernels_lead_to_their_notebooks() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &ready("node17"));
    let kernels = r#"{"host":"gpu01","phase":"ready","at_ms":1,"kernels":{"total":2,"busy":1,
        "notebooks":[{"path":"a.ipynb","name":"","kernel":"p","state":"busy"},{"path":"b.ipynb","name":"","kernel":"p","state":"idle"},
        {"path":"c.ipynb","name":"","kernel":"p","state":"starting"}]}}"#;
    let message: Option<Message> = serde_json::from_str(kernels).ok();
    message.map(|message| model.hear(&message, Instant::now()));
    let lines = lines(&model);
    assert_eq!(lines[1], "(    2 kernels, 1 busy · on node17)");
    let kernels = "Kernels > ● a.ipynb, ○ b.ipynb, c.ipynb (starting)";
    assert!(lines[2].contains(kernels), "{lines:#?}");
}

#[test]
fn a_broken_configuration_is_told_beside_the_way_to_mend_it() {
    let mut model = model(&["gpu01"]);
    model.complain(ConfigMistake {
        mistake: "config.toml:3: no such key".into(),
        remedy: "Write launcher.".into(),
    });
    let all = lines(&model);
    let at = all.iter().position(|line| line == "Edit Configuration…");
    let above = at.map(|at| &all[at - 2..at]);
    let mistake = "(    config.toml:3: no such key)".to_owned();
    let remedy = "(    Write launcher.)".to_owned();
    assert_eq!(above, Some(&[mistake, remedy][..]));
    model.reconfigure(&[], Instant::now());
    assert_eq!(model.complaint(), None);
}

#[test]
fn without_hosts_those_of_the_ssh_configuration_are_on_offer() {
    let mut model = model(&[]);
    assert!(lines(&model)[0].contains("No hosts configured"));
    model.know_aliases(vec!["gpu01".into(), "gpu02".into()]);
    let all = lines(&model);
    assert_eq!(all[1..3], ["○ gpu01", "○ gpu02"]);
    assert!(
        !all.iter().any(|line| line.starts_with("Add Host")),
        "once is enough"
    );
    let entries = entries(&model, Instant::now());
    assert!(
        matches!(&entries[1], Entry::Item(item) if item.action == Some(add_host("gpu01", true)))
    );
}

#[test]
fn further_aliases_can_be_added() {
    let mut model = model(&["gpu01"]);
    model.know_aliases(vec!["gpu01".into(), "gpu02".into()]);
    let all = lines(&model);
    assert!(
        all.contains(&"Add Host from SSH Config > gpu02".to_owned()),
        "{all:#?}"
    );
}

#[test]
fn the_login_item_is_ticked_and_may_want_approval() {
    let mut model = model(&["gpu01"]);
    let has = |model: &Model, text: &str| lines(model).iter().any(|line| line.contains(text));
    assert!(has(&model, "✗ Open at Login"));
    model.know_login_item(login_item::Status::On);
    assert!(has(&model, "✓ Open at Login"));
    model.know_login_item(login_item::Status::NeedsApproval);
    assert!(has(&model, "✗ Open at Login") && has(&model, "System Settings"));
    model.know_login_item(login_item::Status::NotHere("no".into()));
    assert!(!has(&model, "Open at Login"));
}

#[test]
fn two_hundred_hosts_leave_a_menu_to_choose_from() {
    let names: Vec<String> = (0..200).map(|n| format!("node{n:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut model = model(&names);
    hear(&mut model, "node150", &Event::Phase(Phase::Starting));
    let all = lines(&model);
    assert!(all.len() < 40, "{}", all.len());
    assert!(all.contains(&"◐ node150: starting Jupyter".to_owned()));
    let more = all.iter().find(|line| line.starts_with("More Hosts (179)"));
    assert!(
        more.is_some_and(|line| line.contains("○ node199")),
        "{all:#?}"
    );
    assert_eq!(list(&model, Instant::now()).lines().count(), AT_HAND + 1);
}

#[test]
fn odd_names_stay_readable_and_keep_apart() {
    let long = "x".repeat(300);
    let model = model(&["a & b", "_b_", "🧪 lab", &long]);
    let all = entries(&model, Instant::now());
    let texts = texts(&all);
    assert_eq!(texts[..3], ["○ a & b", "○ _b_", "○ 🧪 lab"]);
    assert!(texts[3].chars().count() < 50, "{}", texts[3]);
    let open = MenuAction::host(&long, HostAction::Open);
    assert!(matches!(&all[3], Entry::Item(item) if item.action == Some(open)));
}

fn waiting() -> crate::session::JobInfo {
    crate::session::JobInfo {
        id: "4711".into(),
        state: Some("PENDING".into()),
        reason: Some("Priority".into()),
        ..Default::default()
    }
}

#[test]
fn a_job_that_waits_says_why_and_can_be_cancelled() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &Event::Phase(Phase::Queued));
    let message = Message::of(&Event::Job(waiting()), "gpu01", 0, Phase::Queued).unwrap();
    model.hear(&message, Instant::now());
    let later = Instant::now() + Duration::from_secs(12 * 60);
    let lines = texts(&entries(&model, later));
    assert!(lines[0].contains("queued, 12 min"), "{lines:?}");
    assert!(lines[1].contains("job 4711 · Priority"), "{lines:?}");
    assert!(lines[2].contains("Cancel"), "{lines:?}");
}

#[test]
fn a_server_in_a_job_says_how_long_it_may_run() {
    let Event::Ready(mut ready) = ready("node17") else {
        panic!()
    };
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    let mut job = waiting();
    job.ends = Some(i64::try_from(now).unwrap() + 3 * 3600 + 12 * 60 + 30);
    ready.job = Some(job);
    let lines = after(&Event::Ready(ready));
    assert!(
        lines[1].contains("job 4711 · on node17 · 3 h 12 min left"),
        "{lines:?}"
    );
}

#[test]
fn a_server_that_ended_says_so_and_offers_to_start_again() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &ready("gpu01"));
    let up = Problem::new(Code::JobTimeUp, "title", "detail", "remedy");
    hear(&mut model, "gpu01", &Event::Failed(up));
    let lines = texts(&entries(&model, Instant::now()));
    assert_eq!(lines[0], "▲ gpu01: ended; click to start again");
    assert!(lines.contains(&"    Start Again".to_owned()), "{lines:?}");
}

#[test]
fn a_launcher_is_ticked_and_a_host_that_leaves_gets_none() {
    let mut model = model(&["gpu01", "other"]);
    hear(&mut model, "gpu01", &ready("gpu01"));
    let launcher = Shortcut {
        host: "gpu01".into(),
        path: "/x".into(),
        options: ConfigOptions::default(),
    };
    model.know_launchers(vec![launcher]);
    let line = lines(&model)[1].clone();
    assert!(line.contains("✓ Add Shortcut to Applications"), "{line}");
    model.reconfigure(&[Host::named("gpu01")], Instant::now());
    assert_eq!(lines(&model)[1], line, "known to the new host too");
    model.reconfigure(&[], Instant::now());
    assert!(!lines(&model)[1].contains("Applications"));
}

#[test]
fn a_newer_version_stands_above_the_help_and_can_be_asked_for() {
    let mut model = model(&["gpu01"]);
    let end = |model: &Model| lines(model).split_off(lines(model).len() - 4);
    let help = "Help > Show Log, Copy Diagnostics, About Remote Jupyter";
    assert_eq!(end(&model)[1], help);
    *model.updates_mut() = UpdateInfo {
        can_be_asked: true,
        release: Some(Release {
            version: semver::Version::new(9, 8, 7),
            page: String::new(),
        }),
    };
    let help = "Help > Show Log, Copy Diagnostics, Check for Updates, About Remote Jupyter";
    assert_eq!(end(&model)[..2], ["Version 9.8.7 Is Available…", help]);
}

/// An item that does something with gpu01.
fn of(action: HostAction, text: &str) -> Entry {
    item(MenuAction::host("gpu01", action), text)
}

fn submenu(kind: SubmenuKind, text: &str, entries: Vec<Entry>) -> Entry {
    Entry::Submenu {
        kind,
        text: text.to_owned(),
        entries,
    }
}

/// The lines below the hosts, which every menu has.
fn ending() -> Vec<Entry> {
    let keys = |action, text: &str, keys| {
        Entry::Item(Item {
            action: Some(action),
            text: text.to_owned(),
            checked: None,
            keys: Some(keys),
        })
    };
    let help = vec![
        item(MenuAction::ShowLog, "Show Log"),
        item(MenuAction::CopyDiagnostics, "Copy Diagnostics"),
        item(MenuAction::About, "About Remote Jupyter"),
    ];
    vec![
        keys(
            MenuAction::EditConfiguration,
            "Edit Configuration…",
            "CmdOrCtrl+,",
        ),
        tickable(MenuAction::ToggleLoginItem, "Open at Login", false),
        submenu(SubmenuKind::Help, "Help", help),
        Entry::Separator,
        keys(MenuAction::Quit, "Quit Remote Jupyter", "CmdOrCtrl+Q"),
    ]
}

/// The whole menu with these lines above the ending.
fn whole(mut above: Vec<Entry>) -> Vec<Entry> {
    above.push(Entry::Separator);
    above.extend(ending());
    above
}

#[test]
fn the_menu_of_hosts_that_are_closed_opens_them_and_offers_aliases() {
    let mut model = model(&["gpu01", "a & b"]);
    model.know_aliases(vec!["gpu01".into(), "gpu02".into()]);
    let mut want = whole(vec![
        of(HostAction::Open, "○ gpu01"),
        item(MenuAction::host("a & b", HostAction::Open), "○ a & b"),
    ]);
    let add = vec![item(add_host("gpu02", false), "gpu02")];
    let add = submenu(SubmenuKind::AddHost, "Add Host from SSH Config", add);
    want.insert(3, add);
    assert_eq!(entries(&model, Instant::now()), want);
}

#[test]
fn the_menu_of_the_first_run_adds_and_opens_aliases() {
    let mut model = model(&[]);
    model.know_aliases(vec!["gpu02".into()]);
    let want = whole(vec![
        disabled_item(&fl!("menu-offers")),
        item(add_host("gpu02", true), "○ gpu02"),
    ]);
    assert_eq!(entries(&model, Instant::now()), want);
}

#[test]
fn the_menu_of_a_host_under_way_cancels_it() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &Event::Phase(Phase::Starting));
    let want = whole(vec![
        of(HostAction::Open, "◐ gpu01: starting Jupyter"),
        of(HostAction::Cancel, "    Cancel"),
    ]);
    assert_eq!(entries(&model, Instant::now()), want);
}

#[test]
fn the_menu_of_a_failed_host_retries_or_dismisses_and_only_says_why() {
    let mut model = model(&["gpu01"]);
    let problem = Problem::new(Code::Refused, "nothing listens", "", "Check the Port.");
    hear(&mut model, "gpu01", &Event::Failed(problem));
    let want = whole(vec![
        of(HostAction::Open, "▲ gpu01: click to try again"),
        disabled_item("    nothing listens"),
        disabled_item("    Check the Port."),
        Entry::Submenu {
            kind: SubmenuKind::Host("gpu01".into()),
            text: "    gpu01: More".into(),
            entries: vec![
                of(HostAction::Open, "Try Again"),
                of(HostAction::ShowDetails, "Show Details…"),
                of(HostAction::ShowLog, "Show Log"),
                Entry::Separator,
                of(HostAction::Dismiss, "Dismiss"),
            ],
        },
    ]);
    assert_eq!(entries(&model, Instant::now()), want);
}

#[test]
fn the_menu_of_a_connected_host_has_all_that_can_be_done_with_it() {
    let mut model = model(&["gpu01"]);
    hear(&mut model, "gpu01", &ready("gpu01"));
    let kernels = r#"{"host":"gpu01","phase":"ready","at_ms":1,"kernels":{"total":1,"busy":1,
        "notebooks":[{"path":"a.ipynb","name":"","kernel":"p","state":"busy"}]}}"#;
    model.hear(&serde_json::from_str(kernels).unwrap(), Instant::now());
    let notebook = HostAction::OpenNotebook("a.ipynb".into());
    let kernels = SubmenuKind::Kernels("gpu01".into());
    let shortcut = MenuAction::ToggleShortcut("gpu01".into());
    let more = vec![
        of(HostAction::Open, "Open Tab"),
        of(HostAction::CopyLink, "Copy Link"),
        submenu(kernels, "Kernels", vec![of(notebook, "● a.ipynb")]),
        of(
            HostAction::OpenForward(16006),
            "TensorBoard (localhost:16006)",
        ),
        of(HostAction::ShowLog, "Show Log"),
        tickable(shortcut, "Add Shortcut to Applications", false),
        Entry::Separator,
        of(HostAction::Close, "Disconnect"),
        of(HostAction::Stop, "Stop Jupyter…"),
    ];
    let want = whole(vec![
        of(HostAction::Open, "● gpu01"),
        disabled_item("    1 kernel, busy"),
        submenu(SubmenuKind::Host("gpu01".into()), "    gpu01: More", more),
    ]);
    assert_eq!(entries(&model, Instant::now()), want);
}
