#![allow(clippy::unwrap_used)]

mod profiles;

use std::collections::HashSet;
use std::time::Duration;

use super::super::menu_item::{Item, submenu};
use super::*;
use crate::app::menu_action::{HostAction, UsagePart};
use crate::app::model::{ConfigMistake, SideLogin};
use crate::app::samples::{ready, usage};
use crate::app::updates::Release;
use crate::config::Host;
use crate::desktop::shortcut::Shortcut;
use crate::host_os::ConfigOptions;
use crate::host_os::menu_memory::MenuMemory;
use crate::ipc::Message;
use crate::problem::{Code, Problem};
use crate::session::{Event, JobInfo, Loss, Phase};

/// A host of which the configuration says something.
fn host(name: &str) -> Host {
    Host {
        remember: true,
        ..Host::named(name)
    }
}

fn model(names: &[&str]) -> Model {
    let hosts: Vec<Host> = names.iter().map(|name| host(name)).collect();
    Model::new(&hosts, Instant::now())
}

fn hear(model: &mut Model, host: &str, event: &Event) {
    let phase = model.host(host).unwrap().phase;
    if let Some(message) = Message::of(event, host, 0, phase) {
        model.hear(&message, Instant::now());
    }
}

fn kernels(json: &str) -> Event {
    Event::Kernels(serde_json::from_str(json).unwrap())
}

const TWO_KERNELS: &str = r#"{"total":3,"busy":1,"latest":"a.ipynb","notebooks":[
    {"path":"a.ipynb","name":"","kernel":"p","state":"idle"},
    {"path":"b/c.ipynb","name":"","kernel":"p","state":"busy"},
    {"path":"d.ipynb","name":"","kernel":"p","state":"starting"}]}"#;

fn waiting() -> JobInfo {
    JobInfo {
        scheduler: "slurm".into(),
        id: "4711".into(),
        state: Some("PENDING".into()),
        reason: Some("Priority".into()),
        ..JobInfo::default()
    }
}

/// A job that has 3 h 12 min left.
fn running() -> JobInfo {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs();
    JobInfo {
        node: Some("node17".into()),
        reason: None,
        ends: Some(i64::try_from(now).unwrap() + 3 * 3600 + 12 * 60 + 30),
        ..waiting()
    }
}

fn ready_in_a_job() -> Event {
    let Event::Ready(mut ready) = ready("node17") else {
        panic!()
    };
    ready.job = Some(running());
    Event::Ready(ready)
}

fn failure(code: Code) -> Event {
    Event::Failed(Problem::new(code, "title", "detail", "remedy"))
}

fn loss(retry_in: Option<u64>) -> Event {
    let cause = "no answer for 45 s".to_owned();
    Event::Loss(Loss {
        cause,
        retry_in,
        needs_login: false,
        ..Loss::default()
    })
}

/// A model in whose only host these things have happened.
fn after(events: &[Event]) -> Model {
    after_all(&[events])
}

fn after_all(events: &[&[Event]]) -> Model {
    let mut model = model(&["gpu01"]);
    for event in events.iter().copied().flatten() {
        hear(&mut model, "gpu01", event);
        model.see_notebooks("gpu01");
    }
    model
}

fn texts(entries: &[Entry]) -> Vec<String> {
    let text = |entry: &Entry| match entry {
        Entry::Item(item) => {
            let tick = match item.checked {
                Some(true) => "✓ ",
                Some(false) => "✗ ",
                None => "",
            };
            match item.action {
                Some(_) => format!("{tick}{}", item.text),
                None => format!("({})", item.text),
            }
        }
        Entry::Submenu { text, entries, .. } => {
            format!("{text} > {}", texts(entries).join(", "))
        }
        Entry::Separator => "-".into(),
    };
    entries.iter().map(text).collect()
}

fn lines(model: &Model) -> Vec<String> {
    texts(&entries(model, Instant::now()))
}

/// The first line of the menu, after that time.
fn first_line(model: &Model, after: Duration) -> String {
    texts(&entries(model, Instant::now() + after)).remove(0)
}

const AT_ONCE: Duration = Duration::ZERO;

/// An item that does something with gpu01.
fn of(action: HostAction, text: &str) -> Entry {
    item(MenuAction::host("gpu01", action), text)
}

fn notebook(path: &str, text: &str) -> Entry {
    of(HostAction::OpenNotebook(path.to_owned()), text)
}

/// The submenu of gpu01.
fn more(groups: Vec<Vec<Entry>>) -> Entry {
    let kind = SubmenuKind::Host("gpu01".into());
    submenu(kind, "    More", super::groups(groups))
}

fn below(kind: fn(String) -> SubmenuKind, text: &str, entries: Vec<Entry>) -> Entry {
    submenu(kind("gpu01".into()), text, entries)
}

fn shortcut() -> Entry {
    let action = MenuAction::ToggleShortcut("gpu01".into());
    tickable(action, "Add Shortcut to Applications", false)
}

fn edit() -> Entry {
    of(HostAction::Edit, "Edit Host…")
}

fn show_log() -> Entry {
    of(HostAction::ShowLog, "Show Log")
}

fn check() -> Entry {
    of(HostAction::CheckConnection, "Check Connection…")
}

fn open_notebook() -> Entry {
    of(HostAction::AskNotebook, "Open Notebook…")
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
        item(MenuAction::ShowWelcome, "Welcome…"),
        item(MenuAction::About, "About Remote Jupyter"),
    ];
    let settings = MenuAction::ShowSettings;
    vec![
        Entry::Separator,
        item(MenuAction::AddHostByName, "Add Host…"),
        keys(settings, "Settings…", "CmdOrCtrl+,"),
        item(MenuAction::EditConfiguration, "Edit Configuration…"),
        tickable(MenuAction::ToggleLoginItem, "Open at Login", false),
        submenu(SubmenuKind::Help, "Help", help),
        Entry::Separator,
        keys(MenuAction::Quit, "Quit Remote Jupyter", "CmdOrCtrl+Q"),
    ]
}

/// The whole menu with these lines above the ending.
fn whole(mut above: Vec<Entry>) -> Vec<Entry> {
    above.extend(ending());
    above
}

fn assert_menu(model: &Model, first: &str, groups: Vec<Vec<Entry>>) {
    let want = whole(vec![of(HostAction::Open, first), more(groups)]);
    assert_eq!(entries(model, Instant::now()), want);
}

#[test]
fn the_menu_of_a_host_that_is_closed() {
    let mut model = model(&["gpu01"]);
    let upkeep = || vec![show_log(), check(), shortcut(), edit()];
    assert_menu(&model, "○ gpu01", vec![vec![open_notebook()], upkeep()]);

    // The notebooks of the last time connect and open.
    let path = "fits/a.ipynb".to_owned();
    model.remember(MenuMemory {
        notebooks: [("gpu01".to_owned(), vec![path])].into(),
        ..MenuMemory::default()
    });
    let recent = vec![notebook("fits/a.ipynb", "fits/a.ipynb")];
    let work = vec![
        open_notebook(),
        below(SubmenuKind::Recent, "Recent", recent),
    ];
    assert_menu(&model, "○ gpu01", vec![work, upkeep()]);
}

#[test]
fn the_menu_of_a_host_that_is_being_connected() {
    let cancel = || vec![of(HostAction::Cancel, "Cancel")];
    for phase in [
        Phase::Resolving,
        Phase::Connecting,
        Phase::Authenticating,
        Phase::Finding,
        Phase::Submitting,
        Phase::Starting,
        Phase::Forwarding,
    ] {
        let model = after(&[Event::Phase(phase)]);
        let title = format!("◐ gpu01: {}", phase.words());
        let upkeep = vec![shortcut(), edit()];
        assert_menu(&model, &title, vec![upkeep, cancel()]);
    }
    let mut model = after(&[Event::Phase(Phase::Starting)]);
    let later = first_line(&model, Duration::from_secs(72));
    assert_eq!(later, "◐ gpu01: starting Jupyter, 1 min");
    model.ask("gpu01", true);
    let title = "◐ gpu01: waiting for your answer";
    assert_menu(&model, title, vec![vec![shortcut(), edit()], cancel()]);
}

#[test]
fn a_login_that_waits_in_silence_says_so_until_the_next_phase() {
    let waits = Event::Waits("Perhaps it waits for a touch of your security key.".into());
    let mut model = after(&[Event::Phase(Phase::Authenticating), waits]);
    let hint = "Perhaps it waits for a touch of your security key…";
    let groups = vec![
        vec![of(HostAction::ShowDetails, hint)],
        vec![shortcut(), edit()],
        vec![of(HostAction::Cancel, "Cancel")],
    ];
    assert_menu(&model, "◐ gpu01: logging in", groups);
    hear(&mut model, "gpu01", &Event::Phase(Phase::Finding));
    assert!(!lines(&model)[1].contains("Perhaps"));
}

#[test]
fn the_menu_of_a_job_that_waits_says_why_and_until_when() {
    let mut job = waiting();
    job.place = Some(3);
    let now = jiff::Timestamp::now();
    job.start_estimate = Some(now.as_second() + 3 * 86400);
    let model = after(&[Event::Phase(Phase::Queued), Event::Job(job.clone())]);
    let start = job.start_time().unwrap();
    let facts = format!("behind other jobs, place 3 in the queue, starts ≈ {start}");
    let groups = vec![
        vec![of(HostAction::ShowDetails, "Job 4711…")],
        vec![show_log(), check(), shortcut(), edit()],
        vec![of(HostAction::Cancel, "Cancel Job…")],
    ];
    assert_menu(&model, &format!("◐ gpu01: queued, {facts}"), groups);
    let later = first_line(&model, Duration::from_secs(12 * 60));
    assert_eq!(later, format!("◐ gpu01: queued 12 min, {facts}"));

    // A state alone says no more than the phase does.
    job = waiting();
    job.reason = None;
    let model = after(&[Event::Phase(Phase::Queued), Event::Job(job)]);
    assert_eq!(first_line(&model, AT_ONCE), "◐ gpu01: queued");
}

#[test]
fn the_menu_of_a_connected_host() {
    let model = after(&[ready("gpu01"), kernels(TWO_KERNELS)]);
    let running = vec![
        notebook("b/c.ipynb", "● b/c.ipynb"),
        notebook("a.ipynb", "○ a.ipynb"),
        notebook("d.ipynb", "d.ipynb (starting)"),
    ];
    let port = HostAction::OpenForward(16006);
    let port = vec![
        of(port, "TensorBoard (localhost:16006)"),
        Entry::Separator,
        of(HostAction::ShowUsage(UsagePart::Ports), "Find Ports…"),
    ];
    let work = vec![
        of(HostAction::NewTab, "New Tab"),
        open_notebook(),
        below(SubmenuKind::Kernels, "Kernels", running),
        below(SubmenuKind::Ports, "Ports", port),
    ];
    let link = of(HostAction::CopyLink, "Copy Link");
    let load = of(HostAction::ShowUsage(UsagePart::Load), "Show Load…");
    let upkeep = vec![link, load, show_log(), check(), shortcut(), edit()];
    let end = vec![
        of(HostAction::Close, "Disconnect…"),
        of(HostAction::Stop, "Stop Jupyter…"),
    ];
    let title = "● gpu01: 3 kernels, 1 busy";
    assert_menu(&model, title, vec![work, upkeep, end]);
}

#[test]
fn a_notebook_that_runs_no_more_is_a_recent_one() {
    let idle = r#"{"total":1,"busy":0,"notebooks":[
        {"path":"d.ipynb","name":"","kernel":"p","state":"idle"}]}"#;
    let model = after(&[ready("gpu01"), kernels(TWO_KERNELS), kernels(idle)]);
    let more = lines(&model)[1].clone();
    let want = "Kernels > ○ d.ipynb, Recent > a.ipynb, b/c.ipynb, Ports";
    assert!(more.contains(want), "{more}");
}

#[test]
fn a_kernel_says_since_when_it_is_busy_and_offers_what_can_be_done_with_it() {
    let json = r#"{"total":2,"busy":1,"notebooks":[
        {"path":"a.ipynb","name":"","kernel":"p","state":"busy","id":"k","busy_since":1000}],
        "alone":[{"path":"","name":"ir","kernel":"ir","state":"idle","id":"l"}]}"#;
    let mut model = after(&[ready("gpu01"), kernels(json)]);
    let now = Instant::now() + Duration::from_secs(100_000);
    let mut seen = |passed: i64| {
        model.count_down(now, 1000 + passed);
        let menu = texts(&entries(&model, now)).remove(1);
        let (_, kernels) = menu.split_once("Kernels > ").unwrap();
        let (kernels, _) = kernels.split_once(", Ports").unwrap();
        (kernels.to_owned(), next_change(&model, now))
    };
    let deeds = "Open Notebook, -, Interrupt, Restart…, Shut Down…";
    let alone = "○ ir without a notebook > Restart…, Shut Down…";
    let (new, next) = seen(59);
    assert_eq!(new, format!("● a.ipynb > {deeds}, {alone}"));
    assert_eq!(next, Some(now + Duration::from_secs(1)));
    let (old, next) = seen(12 * 60 + 5);
    assert_eq!(old, format!("● a.ipynb, 12 min > {deeds}, {alone}"));
    assert_eq!(next, Some(now + Duration::from_secs(55)));
    // The clock was put back.
    assert_eq!(seen(-5).0, new);
}

#[test]
fn what_a_look_at_the_node_found_stands_in_the_menu() {
    let json = r#"{"total":1,"busy":0,"notebooks":[
        {"path":"a.ipynb","name":"","kernel":"p","state":"idle","id":"k"}]}"#;
    let usage = || Event::Usage(Box::new(usage()));
    let more = lines(&after(&[ready("gpu01"), kernels(json), usage()])).remove(1);
    assert!(more.contains("Kernels > ○ a.ipynb · 1.5 GiB > "), "{more}");
    let ports = "Ports > TensorBoard (localhost:16006), -, MLflow (port 5000), -, Find Ports…";
    assert!(more.contains(ports), "{more}");
    assert!(more.contains("load 3.2 on 16 cores ("), "{more}");

    // Where it leads now it is told once.
    let Event::Ready(mut again) = ready("gpu01") else {
        unreachable!()
    };
    again.forwards[0].remote = "127.0.0.1:5000".into();
    let more = lines(&after(&[ready("gpu01"), usage(), Event::Ready(again)])).remove(1);
    assert!(!more.contains("MLflow"), "{more}");
    // Nothing is known of a host that is closed.
    let more = lines(&after(&[ready("gpu01"), usage(), Event::Closed])).remove(1);
    assert!(!more.contains("load"), "{more}");
}

#[test]
fn each_state_of_a_kernel_has_its_words() {
    for (state, want) in [
        ("busy", "● a.ipynb"),
        ("idle", "○ a.ipynb"),
        ("restarting", "a.ipynb (restarting)"),
        ("autorestarting", "a.ipynb (restarting)"),
        ("dead", "a.ipynb (ended)"),
        ("unknown", "a.ipynb (no answer)"),
        ("of 2030", "a.ipynb (no answer)"),
    ] {
        let json = format!(
            r#"{{"total":1,"busy":0,"notebooks":[{{"path":"a.ipynb","name":"","kernel":"p","state":"{state}"}}]}}"#
        );
        let more = lines(&after(&[ready("gpu01"), kernels(&json)])).remove(1);
        assert!(more.contains(&format!("Kernels > {want}, Ports")), "{more}");
    }
}

#[test]
fn a_server_in_a_job_says_how_long_it_may_run_and_offers_more_until_that_is_refused() {
    let none = r#"{"total":0,"busy":0,"notebooks":[]}"#;
    let mut model = after(&[ready_in_a_job(), kernels(none)]);
    let first = |model: &Model| first_line(model, AT_ONCE);
    let want = "● gpu01: no kernels, 3 h 12 min left";
    assert_eq!(first(&model), want);
    let more = |model: &Model| lines(model).remove(1);
    let start = "    More > Job 4711 on node17…, -, New Tab, ";
    assert!(more(&model).starts_with(start), "{}", more(&model));
    assert!(more(&model).contains("Extend by 1 Hour"));
    let refused = Problem::new(Code::NotExtended, "title", "detail", "remedy");
    hear(&mut model, "gpu01", &Event::Refused(refused));
    assert!(!more(&model).contains("Extend"), "{}", more(&model));
    assert_eq!(first(&model), want);
}

#[test]
fn a_remark_is_one_line_that_leads_to_all_of_them() {
    let warning = |text: &str| Event::Warning(text.to_owned());
    let model = after(&[
        ready("gpu01"),
        warning("The port was taken."),
        warning(
            "The server on gpu01 is open to every account of that computer, since it has no token.",
        ),
    ]);
    let want = "The server on gpu01 is open to every account of that…";
    let Entry::Submenu { entries, .. } = &entries(&model, Instant::now())[1] else {
        panic!()
    };
    assert_eq!(entries[0], of(HostAction::ShowDetails, want));
    assert_eq!(entries[1], Entry::Separator);
}

#[test]
fn the_menu_of_a_lost_connection_says_that_the_login_needs_the_user() {
    let lost = Event::Loss(Loss {
        cause: "no answer for 45 s".to_owned(),
        retry_in: None,
        needs_login: true,
        ..Loss::default()
    });
    let events = [ready("gpu01"), Event::Phase(Phase::Reconnecting), lost];
    let lines = lines(&after(&events));
    assert_eq!(lines[0], "◐ gpu01: click to log in again");
    assert!(
        lines.iter().any(|line| line.contains("Log In Again…")),
        "{lines:?}"
    );
}

#[test]
fn the_menu_of_a_lost_connection_says_when_it_is_tried_again_and_why() {
    let open = [ready("gpu01"), kernels(TWO_KERNELS)];
    let lost = |next| {
        let lost = [Event::Phase(Phase::Reconnecting), loss(next)];
        after_all(&[&open, &lost])
    };
    let groups = || {
        vec![
            vec![of(HostAction::ShowDetails, "no answer for 45 s…")],
            vec![of(HostAction::TryNow, "Try Now")],
            vec![check(), shortcut(), edit()],
            vec![of(HostAction::Close, "Disconnect…")],
        ]
    };
    let title = "◐ gpu01: reconnecting, next try in 15 s";
    assert_menu(&lost(Some(15)), title, groups());
    assert_menu(&lost(None), "◐ gpu01: reconnecting", groups());
    let later = first_line(&lost(Some(60)), Duration::from_secs(40));
    assert_eq!(later, "◐ gpu01: reconnecting 40 s, next try in 20 s");
}

#[test]
fn a_job_that_waits_can_be_cancelled_while_the_connection_is_lost() {
    let queued = [Event::Phase(Phase::Queued), Event::Job(waiting())];
    let lost = [Event::Phase(Phase::Reconnecting), loss(None)];
    let model = after_all(&[&queued, &lost]);
    let groups = vec![
        vec![of(HostAction::ShowDetails, "no answer for 45 s…")],
        vec![of(HostAction::TryNow, "Try Now")],
        vec![check(), shortcut(), edit()],
        vec![of(HostAction::Cancel, "Cancel Job…")],
    ];
    assert_menu(&model, "◐ gpu01: reconnecting", groups);
}

fn failed_groups() -> Vec<Vec<Entry>> {
    vec![
        vec![of(HostAction::ShowDetails, "Details…")],
        vec![open_notebook()],
        vec![show_log(), check(), shortcut(), edit()],
        vec![of(HostAction::Dismiss, "Dismiss")],
    ]
}

#[test]
fn the_menu_of_a_failed_host_says_why_in_some_words() {
    let model = after(&[failure(Code::HostKeyChanged)]);
    assert_menu(&model, "▲ gpu01: host key has changed", failed_groups());
}

#[test]
fn the_menu_of_a_server_that_ended_offers_to_start_again() {
    let model = after(&[ready("gpu01"), failure(Code::JobTimeUp)]);
    let title = "▲ gpu01: job reached its time limit, click to start again";
    assert_menu(&model, title, failed_groups());
}

#[test]
fn the_menu_of_a_host_without_a_network_yet() {
    let mut model = model(&["gpu01"]);
    model.open_at_start("gpu01", Instant::now());
    hear(&mut model, "gpu01", &failure(Code::Unreachable));
    let title = "◌ gpu01: waiting for the network";
    assert_menu(&model, title, failed_groups());
}

/// Every state that a host can be in.
fn every_state() -> Vec<Model> {
    let phases = [
        Phase::Resolving,
        Phase::Connecting,
        Phase::Authenticating,
        Phase::Finding,
        Phase::Submitting,
        Phase::Queued,
        Phase::Starting,
        Phase::Forwarding,
        Phase::Reconnecting,
    ];
    let mut states: Vec<Model> = phases
        .into_iter()
        .map(|phase| after(&[Event::Phase(phase)]))
        .collect();
    let warning = Event::Warning("open to all".into());
    let queued = [Event::Phase(Phase::Queued), Event::Job(waiting())];
    let lost = [Event::Phase(Phase::Reconnecting), loss(Some(12))];
    let open = [ready_in_a_job(), kernels(TWO_KERNELS), warning];
    states.extend([
        after(&[]),
        after(&queued),
        after(&open),
        after_all(&[&queued, &lost]),
        after_all(&[&open, &lost]),
        after_all(&[&open, &[failure(Code::ServerEnded)]]),
    ]);
    states.extend(Code::ALL.iter().map(|code| after(&[failure(*code)])));
    states
}

fn actions(entry: &Entry) -> Vec<MenuAction> {
    match entry {
        Entry::Item(item) => item.action.iter().cloned().collect(),
        Entry::Submenu { entries, .. } => entries.iter().flat_map(actions).collect(),
        Entry::Separator => Vec::new(),
    }
}

#[test]
fn a_host_has_two_lines_in_every_state_and_does_nothing_twice() {
    for mut model in every_state() {
        let mut effects = Vec::new();
        let all = entries(&model, Instant::now());
        let end = all.iter().position(|one| *one == Entry::Separator);
        let host = &all[..end.unwrap()];
        let Entry::Item(line) = &host[0] else {
            panic!("{host:#?}")
        };
        let open = MenuAction::host("gpu01", HostAction::Open);
        assert_eq!(line.action, Some(open), "a click on it does something");
        assert_eq!(host.len(), 2, "{host:#?}");
        let texts = texts(host);
        assert!(
            !texts
                .iter()
                .any(|text| text.contains('(') && text.starts_with('('))
        );
        assert!(texts[0].chars().count() <= 100, "{}", texts[0]);

        let chosen: Vec<MenuAction> = host.iter().flat_map(actions).collect();
        let different: HashSet<&MenuAction> = chosen.iter().collect();
        assert_eq!(different.len(), chosen.len(), "{host:#?}");
        for action in &chosen[1..] {
            let before = model.clone();
            let effect = model.choose(action.clone(), Instant::now());
            let is_dismissal = *action == MenuAction::host("gpu01", HostAction::Dismiss);
            assert_eq!(effect.is_none(), is_dismissal, "{action:?} does nothing");
            effects.extend(effect);
            model = before;
        }
        for (at, effect) in effects.iter().enumerate() {
            assert!(!effects[..at].contains(effect), "{effect:?} twice");
        }
    }
}

#[test]
fn hosts_in_use_stand_above_the_others_in_the_same_order() {
    let mut model = model(&["a", "b", "c", "d"]);
    hear(&mut model, "c", &failure(Code::Refused));
    hear(&mut model, "b", &ready("b"));
    let titles = |model: &Model| {
        let lines = lines(model).into_iter();
        let lines = lines.filter(|line| !line.starts_with("    "));
        lines.take(6).collect::<Vec<_>>()
    };
    let want = ["● b", "▲ c: connection refused", "-", "○ a", "○ d", "-"];
    assert_eq!(titles(&model), want);
    hear(&mut model, "b", &Event::Closed);
    model.choose(MenuAction::host("c", HostAction::Dismiss), Instant::now());
    let want = ["○ a", "○ b", "○ c", "○ d", "-", "Add Host…"];
    assert_eq!(titles(&model), want);
}

fn aliases(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("node{n:03}")).collect()
}

#[test]
fn the_hosts_of_the_ssh_configuration_are_added_and_opened_by_a_click() {
    let mut model = model(&["gpu01"]);
    model.know_aliases(vec!["gpu02".into()]);
    let add = |open| MenuAction::AddHost {
        alias: "gpu02".into(),
        open,
    };
    let (alias, hide) = ("gpu02".to_owned(), true);
    let hide = MenuAction::HideHost { alias, hide };
    let more = vec![item(add(false), "Edit Host…"), item(hide, "Hide")];
    let want = [
        item(add(true), "○ gpu02"),
        submenu(SubmenuKind::Host("gpu02".into()), "    More", more),
    ];
    assert_eq!(entries(&model, Instant::now())[2..4], want);
    // Once it is added it can still be hidden, and no one of the configuration's own can.
    let hosts = [host("gpu01"), Host::named("gpu02")];
    model.reconfigure(&hosts, Instant::now());
    let lines = lines(&model);
    assert!(lines[3].contains("Hide") && !lines[1].contains("Hide"));
}

#[test]
fn a_hidden_host_is_put_back_from_more_hosts() {
    let mut model = model(&["gpu01"]);
    model.know_aliases(vec!["gpu02".into(), "gpu03".into()]);
    let alias = || "gpu02".to_owned();
    let action = |hide| MenuAction::HideHost {
        alias: alias(),
        hide,
    };
    model.choose(action(true), Instant::now());
    let all = entries(&model, Instant::now());
    let hidden = vec![item(action(false), "gpu02")];
    let hidden = vec![submenu(SubmenuKind::Hidden, "Hidden Hosts", hidden)];
    let more = submenu(SubmenuKind::MoreHosts, "More Hosts", hidden);
    assert_eq!(all[4], more);
    assert!(!texts(&all).contains(&"○ gpu02".to_owned()));
}

#[test]
fn from_ten_on_the_others_are_in_more_hosts() {
    for (count, in_sight) in [(9, 9), (10, 9), (30, 9)] {
        let mut model = model(&[]);
        model.know_aliases(aliases(count));
        let lines = lines(&model);
        let seen = lines.iter().filter(|line| line.starts_with('○')).count();
        assert_eq!(seen, in_sight, "{count}");
        let more = lines.iter().find(|line| line.starts_with("More Hosts"));
        let others = more.map_or(0, |line| line.matches('○').count());
        assert_eq!(in_sight + others, count, "none is lost");
    }
}

#[test]
fn many_hosts_are_in_sections_that_say_where_they_begin_and_end() {
    let mut model = model(&[]);
    model.know_aliases(aliases(200));
    let entries = entries(&model, Instant::now());
    let more = entries.iter().find_map(|entry| match entry {
        Entry::Submenu { kind, entries, .. } if *kind == SubmenuKind::MoreHosts => Some(entries),
        _ => None,
    });
    let more = more.unwrap();
    assert!(more.len() <= 20, "{}", more.len());
    let first = texts(more).remove(0);
    assert!(
        first.starts_with("node009 to node020 > ○ node009"),
        "{first}"
    );
    for section in more {
        let Entry::Submenu { entries, .. } = section else {
            panic!()
        };
        assert!(entries.len() <= 24);
    }
    assert!(texts(more).last().unwrap().contains("○ node199"));
}

/// Pixels of a line, of a separator, and of a panel at the top with the menu's edges, in GTK's menu of
/// Xfce's panel, with Japanese letters, which are the highest (measured in docs/pictures).
const LINE: usize = 28;
const SEPARATOR: usize = 3;
const PANEL: usize = 44;

#[test]
fn quit_is_on_a_screen_of_800_pixels_with_four_failed_hosts_and_thirty_others() {
    let mut model = model(&["a", "b", "c", "d"]);
    model.know_aliases(aliases(30));
    for host in ["a", "b", "c", "d"] {
        hear(&mut model, host, &failure(Code::NoJupyter));
    }
    let complaint = "config.toml:3: no such key".to_owned();
    model.know_login_item(login_item::Status::NeedsApproval);
    let all = entries(&model, Instant::now());
    let height = |entry: &Entry| match entry {
        Entry::Separator => SEPARATOR,
        _ => LINE,
    };
    let pixels: usize = all.iter().map(height).sum();
    assert!(PANEL + pixels <= 800, "{pixels}: {:#?}", texts(&all));
    model.complain(ConfigMistake {
        mistake: complaint,
        remedy: String::new(),
    });
    let fewer = entries(&model, Instant::now()).len();
    assert!(fewer <= all.len(), "its hosts cannot be added to");
}

#[test]
fn without_any_host_there_is_a_way_to_the_first() {
    let want = whole(vec![disabled_item("No Hosts Yet")]);
    assert_eq!(entries(&model(&[]), Instant::now()), want);
}

#[test]
fn a_broken_configuration_is_one_line_that_leads_to_the_details() {
    for hosts in [&[][..], &["gpu01"]] {
        let mut model = model(hosts);
        model.know_aliases(vec!["gpu02".into()]);
        model.complain(ConfigMistake {
            mistake: "config.toml:3: no such key".into(),
            remedy: "Write launcher.".into(),
        });
        let line = item(MenuAction::ShowMistake, "▲ The Configuration Has Errors…");
        let all = entries(&model, Instant::now());
        let at = all.iter().position(|entry| *entry == line).unwrap();
        assert_eq!(at, if hosts.is_empty() { 0 } else { 3 });
        let text = lines(&model).join("\n");
        assert!(!text.contains("no such key") && !text.contains("gpu02"));
        model.reconfigure(&[], Instant::now());
        assert!(!lines(&model).join("\n").contains("Errors"));
    }
}

#[test]
fn the_login_item_is_ticked_and_may_want_approval() {
    let mut model = model(&["gpu01"]);
    let has = |model: &Model, text: &str| lines(model).iter().any(|line| line == text);
    assert!(has(&model, "✗ Open at Login"));
    model.know_login_item(login_item::Status::On);
    assert!(has(&model, "✓ Open at Login"));
    model.know_login_item(login_item::Status::NeedsApproval);
    assert!(has(&model, "✗ Open at Login") && has(&model, "Allow Opening at Login…"));
    model.know_login_item(login_item::Status::NotHere("no".into()));
    assert!(!has(&model, "✗ Open at Login"));
}

#[test]
fn odd_names_stay_readable_and_keep_apart() {
    let long = "x".repeat(300);
    let model = model(&["a & b", "_b_", "🧪 lab", "a\u{202E}b", &long]);
    let all = entries(&model, Instant::now());
    let titles: Vec<String> = texts(&all).into_iter().step_by(2).collect();
    let want = ["○ a & b", "○ _b_", "○ 🧪 lab", "○ a\u{FFFD}b"];
    assert_eq!(titles[..4], want);
    assert!(titles[4].chars().count() < 50, "{}", titles[4]);
    let open = MenuAction::host(&long, HostAction::Open);
    assert!(matches!(&all[8], Entry::Item(item) if item.action == Some(open)));
}

#[test]
fn a_shortcut_is_ticked_and_a_host_that_leaves_gets_none() {
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
    model.reconfigure(&[host("gpu01")], Instant::now());
    assert_eq!(lines(&model)[1], line, "known to the new host too");
    model.reconfigure(&[], Instant::now());
    let line = &lines(&model)[1];
    assert!(!line.contains("Applications") && !line.contains("Edit"));
}

#[test]
fn a_newer_version_stands_above_the_help_and_can_be_asked_for() {
    let mut model = model(&["gpu01"]);
    let end = |model: &Model| lines(model).split_off(lines(model).len() - 4);
    let help = "Help > Show Log, Copy Diagnostics, Welcome…, About Remote Jupyter";
    assert_eq!(end(&model)[1], help);
    *model.updates_mut() = UpdateInfo {
        can_be_asked: true,
        release: Some(Release {
            version: semver::Version::new(9, 8, 7),
            page: String::new(),
        }),
    };
    let help =
        "Help > Show Log, Copy Diagnostics, Check for Updates, Welcome…, About Remote Jupyter";
    assert_eq!(end(&model)[..2], ["Version 9.8.7 Is Available…", help]);
}

#[test]
fn the_list_for_a_dialog_is_not_longer_than_a_screen() {
    let names = aliases(200);
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let list = list(&model(&names), Instant::now());
    assert_eq!(list.lines().count(), LISTED + 1);
    assert_eq!(list.lines().last(), Some("180 more hosts"));
}

#[test]
fn a_login_beside_the_tunnel_is_in_the_hosts_line_and_can_be_cancelled() {
    let cancel = |text: &str| of(HostAction::CancelSideLogin, text);
    for (side_login, line, item) in [
        (
            SideLogin::Log,
            "fetching the log",
            "Cancel Fetching the Log",
        ),
        (
            SideLogin::Check,
            "checking the connection",
            "Cancel the Connection Check",
        ),
    ] {
        let mut model = after(&[]);
        model.know_side_login("gpu01", Some(side_login));
        let groups = vec![
            vec![open_notebook()],
            vec![cancel(item), shortcut(), edit()],
        ];
        assert_menu(&model, &format!("◐ gpu01: {line}"), groups);
        model.ask("gpu01", true);
        assert_eq!(
            first_line(&model, AT_ONCE),
            "◐ gpu01: waiting for your answer"
        );
        model.know_side_login("gpu01", None);
        assert_eq!(first_line(&model, AT_ONCE), "○ gpu01");
    }
}

/// A job waits since its submission, also where the connection was lost meanwhile.
#[test]
fn the_time_of_a_line_goes_on_while_something_is_under_way_and_only_then() {
    let begun = Instant::now();
    let now = begun + Duration::from_secs(70);
    let next = |phase: Phase, is_prompting: bool| {
        let mut state = model(&["gpu01"]).hosts()[0].clone();
        (state.phase, state.is_prompting) = (phase, is_prompting);
        state.since = begun + Duration::from_secs(58);
        state.queued = Some(begun);
        super::super::host_title::next_change(&state, now)
    };
    let after = |seconds| Some(now + Duration::from_secs(seconds));
    assert_eq!(next(Phase::Connecting, false), after(3));
    assert_eq!(next(Phase::Queued, false), after(50));
    assert_eq!(next(Phase::Connecting, true), None);
    for phase in [Phase::Ready, Phase::Closed, Phase::Failed] {
        assert_eq!(next(phase, false), None, "{phase:?}");
    }
    let mut two = model(&["gpu01", "gpu02"]);
    assert_eq!(next_change(&two, now), None);
    hear(&mut two, "gpu02", &Event::Phase(Phase::Connecting));
    assert!(next_change(&two, now).is_some_and(|at| at > now));
}

#[test]
fn what_runs_is_listed_across_all_hosts_with_what_it_holds_and_its_end() {
    let cluster = Host {
        cores: Some(4),
        gpus: Some(1),
        ..host("cluster")
    };
    let now = Instant::now();
    let mut model = Model::new(&[cluster, host("gpu01"), host("rest")], now);
    hear(&mut model, "gpu01", &ready("gpu01"));
    let still = |model: &Model| {
        let all = entries(model, Instant::now());
        all.into_iter().find_map(|entry| match entry {
            Entry::Submenu {
                kind: SubmenuKind::Running,
                entries,
                ..
            } => Some(entries),
            _ => None,
        })
    };
    assert_eq!(still(&model), None, "its own line says all of one server");
    let Event::Ready(mut of_job) = ready("node17") else {
        unreachable!("it is ready")
    };
    of_job.job = Some(JobInfo {
        started: Some(jiff::Timestamp::now().as_second() - 3 * 3600),
        ..waiting()
    });
    hear(&mut model, "cluster", &Event::Ready(of_job));
    let texts: Vec<String> = still(&model)
        .unwrap()
        .into_iter()
        .map(|entry| match entry {
            Entry::Item(Item { text, action, .. }) => {
                assert_eq!(action.is_some(), text.contains("Stop"), "{text}");
                text
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        texts,
        [
            "cluster: job 4711 · node17 · 4 cores · 1 GPU · running for 3 h 0 min",
            "    Stop Jupyter…",
            "gpu01: gpu01",
            "    Stop Jupyter…",
        ]
    );
    hear(&mut model, "gpu01", &Event::Closed);
    hear(&mut model, "cluster", &Event::Closed);
    assert_eq!(still(&model), None);
}
