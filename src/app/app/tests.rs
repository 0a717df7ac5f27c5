//! The app on a desktop without a screen.
#![allow(clippy::unwrap_used)]

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, TryRecvError};

use tao::event_loop::EventLoop;
use tempfile::TempDir;
use tray_icon::{Icon, TrayIcon, TrayIconBuilder};
use zeroize::Zeroizing;

use super::*;
use crate::app::event::{PromptRequest, SessionLife, SessionPurpose};
use crate::app::model::IconState;
use crate::app::samples;
use crate::app::view::menu;
use crate::app::view::menu_item::{self, Entry};
use crate::config::Host;
use crate::desktop::{Dialog, DialogId, DialogKind, DialogResponse, Notification};
use crate::host_os::ConfigOptions;
use crate::ipc::{self, APP, LockResult};
use crate::jupyter::{Activity, KernelAction, Kernels, Notebook};
use crate::problem::Code;
use crate::session::{Event, JobInfo, Phase, Reply};
use crate::ssh::poll::Poller;
use crate::ssh::prompt::{Prompt, PromptAnswer};

type Clicked = crate::desktop::NotificationClick;

/// A desktop that keeps what the app shows.
#[derive(Default)]
struct FakeDesktop {
    dialogs: RefCell<Vec<ShownDialog>>,
    withdrawn: RefCell<Vec<DialogId>>,
    notifications: RefCell<Vec<(Notification, Clicked)>>,
}

struct ShownDialog {
    dialog: Dialog,
    /// None once it is answered.
    answered: Option<Box<dyn FnOnce(DialogResponse)>>,
}

impl Desktop for FakeDesktop {
    const MENU_KEYS: bool = false;
    const ICON_COLOUR: [u8; 3] = [0; 3];

    fn prepare<T: 'static>(&self, _: &mut EventLoop<T>) {}

    fn has_screen(&self) -> bool {
        false
    }

    fn with_icon(&self, builder: TrayIconBuilder, _: Icon) -> TrayIconBuilder {
        builder
    }

    fn set_icon(&self, _: &TrayIcon, _: Icon) -> tray_icon::Result<()> {
        Ok(())
    }

    fn notify(&self, notification: Notification, _: Option<&str>, clicked: Clicked) {
        self.notifications
            .borrow_mut()
            .push((notification, clicked));
    }

    /// A dialog's id is its place in the list.
    fn ask(&self, dialog: Dialog, answered: Box<dyn FnOnce(DialogResponse)>) -> DialogId {
        let mut dialogs = self.dialogs.borrow_mut();
        dialogs.push(ShownDialog {
            dialog,
            answered: Some(answered),
        });
        u64::try_from(dialogs.len() - 1).unwrap()
    }

    fn withdraw(&self, dialog: DialogId) {
        self.withdrawn.borrow_mut().push(dialog);
    }

    fn watch(&self, _: Box<dyn Fn(SystemEvent) + Send + Sync>) -> std::io::Result<()> {
        Ok(())
    }
}

/// An app with hosts of these names, which nothing connects.
struct Fixture {
    app: App<FakeDesktop>,
    desktop: Rc<FakeDesktop>,
    sender: EventSender,
    /// Of the session that the next prompts are of.
    life: SessionLife,
    _folder: TempDir,
}

impl Fixture {
    fn new(hosts: &[&str]) -> Self {
        Self::with(|path| {
            Ok(Config {
                path,
                check_updates: Some(false),
                hosts: hosts.iter().map(|name| Host::named(name)).collect(),
                ..Config::default()
            })
        })
    }

    fn with(config: impl FnOnce(PathBuf) -> Result<Config, ConfigErrors>) -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("config.toml");
        let scope = Scope::new(path.clone(), ConfigOptions::default());
        let lock = ipc::acquire(folder.path(), &scope, APP).unwrap();
        let LockResult::Acquired(host_lock) = lock else {
            panic!("the lock of a new folder is free")
        };
        let config = config(path);
        let desktop = Rc::new(FakeDesktop::default());
        let sender = EventSender::new(|| true);
        let app = App::new(
            Rc::clone(&desktop),
            config,
            scope,
            sender.clone(),
            host_lock,
        );
        Self {
            app: app.unwrap(),
            desktop,
            sender,
            life: SessionLife::default(),
            _folder: folder,
        }
    }

    /// Has the app handle an event, and those that follow from it.
    fn send(&mut self, event: AppEvent) {
        self.sender.send(event);
        self.turn();
    }

    fn turn(&mut self) {
        loop {
            let events = self.sender.take();
            if events.is_empty() {
                return;
            }
            self.app.handle_all(events);
        }
    }

    fn click(&mut self, action: MenuAction) {
        self.send(AppEvent::MenuClicked(action));
    }

    fn hear(&mut self, host: &str, event: &Event) {
        let phase = self.app.model.host(host).unwrap().phase;
        let message = Message::of(event, host, 0, phase).unwrap();
        if message.is_end() {
            std::mem::take(&mut self.life).end();
        }
        self.send(AppEvent::SessionMessage(message));
    }

    fn titles(&self) -> Vec<String> {
        let dialogs = self.desktop.dialogs.borrow();
        dialogs.iter().map(|it| it.dialog.title.clone()).collect()
    }

    fn newest_dialog(&self) -> Dialog {
        self.desktop.dialogs.borrow().last().unwrap().dialog.clone()
    }

    /// Responses the newest dialog.
    fn answer(&mut self, response: DialogResponse) {
        let answered = self
            .desktop
            .dialogs
            .borrow_mut()
            .last_mut()
            .unwrap()
            .answered
            .take();
        answered.unwrap()(response);
        self.turn();
    }

    /// Has a session of the host ask, and returns where the answer comes in.
    fn ask(&mut self, host: &str, purpose: SessionPurpose) -> mpsc::Receiver<PromptAnswer> {
        let prompt = Prompt::Password {
            user: "me".into(),
            host: host.into(),
            again: false,
        };
        let (reply, answers) = Reply::new(Poller::new().unwrap().waker());
        let request =
            PromptRequest::new(host.to_owned(), purpose, self.life.clone(), prompt, reply);
        self.send(AppEvent::PromptRequested(request));
        answers
    }

    fn first_line(&self) -> String {
        let entries = menu::entries(&self.app.model, Instant::now());
        let Some(Entry::Item(item)) = entries.into_iter().next() else {
            panic!("a menu begins with an item")
        };
        item.text
    }
}

#[test]
fn a_menu_click_does_its_action() {
    let mut app = Fixture::new(&["gpu01", "gpu02"]);
    app.click(MenuAction::About);
    assert_eq!(
        app.titles(),
        [fl!("dialog-about", version = env!("CARGO_PKG_VERSION"))]
    );
    app.answer(DialogResponse::Confirmed);

    app.click(MenuAction::host("gpu01", HostAction::Stop));
    assert_eq!(app.titles().len(), 1, "nothing to stop");
    app.hear("gpu01", &samples::ready("gpu01"));
    app.click(MenuAction::host("gpu01", HostAction::Stop));
    let dialog = app.newest_dialog();
    assert_eq!(dialog.title, fl!("dialog-stop", host = "gpu01"));
    assert!(matches!(dialog.kind, DialogKind::Confirmation { .. }));

    let failed = Event::Failed(Problem::new(Code::Refused, "t", "d", "r"));
    app.hear("gpu02", &failed);
    assert_eq!(app.app.model.hosts()[1].phase, Phase::Failed);
    app.click(MenuAction::host("gpu02", HostAction::Dismiss));
    assert_eq!(app.app.model.hosts()[1].phase, Phase::Closed);
}

#[test]
fn a_click_on_a_notification_is_a_menu_action() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    let (notification, clicked) = app.desktop.notifications.borrow_mut().pop().unwrap();
    assert_eq!(notification.title, fl!("notice-ready", host = "gpu01"));
    clicked(crate::desktop::NotificationButton::Action);
    let events = app.sender.take();
    let open = MenuAction::host("gpu01", HostAction::Open);
    assert!(
        matches!(&events[..], [AppEvent::MenuClicked(action)] if *action == open),
        "{events:?}"
    );
}

#[test]
fn logging_out_ends_the_app_as_its_own_quit_does() {
    let mut fixture = Fixture::new(&["gpu01"]);
    fixture.app.end();
    assert!(
        fixture.app.quits_at.is_some(),
        "servers to stop are stopped"
    );
    assert!(fixture.app.host_lock.is_none(), "no socket stays behind");
    fixture.app.end();
}

#[test]
fn a_second_launch_and_an_address_show_the_hosts() {
    let mut app = Fixture::new(&["gpu01", "gpu02"]);
    for event in [
        AppEvent::SecondLaunch,
        AppEvent::DeepLink(MenuAction::ShowHosts),
    ] {
        app.send(event);
        let dialog = app.newest_dialog();
        assert_eq!(dialog.title, fl!("dialog-hosts"));
        assert_eq!(dialog.text, "○ gpu01\n○ gpu02");
    }
}

#[test]
fn an_address_opens_configured_hosts_only() {
    let mut app = Fixture::new(&["gpu01"]);
    let before = app.app.model.clone();
    let open = MenuAction::host("elsewhere", HostAction::Open);
    app.send(AppEvent::DeepLink(open));
    assert_eq!(app.app.model, before);
    assert!(!app.app.sessions.owns_any() && app.titles().is_empty());
}

#[test]
fn a_prompt_is_a_dialog_whose_answer_goes_to_the_session() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &Event::Phase(Phase::Authenticating));
    let answers = app.ask("gpu01", SessionPurpose::Tunnel);
    let dialog = app.newest_dialog();
    assert!(matches!(dialog.kind, DialogKind::Line { echo: false, .. }));
    assert_eq!(dialog.host.as_deref(), Some("gpu01"));
    assert_eq!(app.first_line(), "◐ gpu01: waiting for your answer");
    assert!(matches!(answers.try_recv(), Err(TryRecvError::Empty)));

    app.answer(DialogResponse::Line {
        text: Zeroizing::new("secret".to_owned()),
        remember: false,
    });
    let answer = answers.recv().unwrap().unwrap();
    assert_eq!(answer.as_str(), "secret");
    assert_ne!(app.first_line(), "◐ gpu01: waiting for your answer");
}

#[test]
fn a_prompt_that_no_click_asked_for_waits_for_one() {
    let mut app = Fixture::new(&["gpu01"]);
    let now = Instant::now();
    let opened = app.app.model.open_at_start("gpu01", now);
    assert!(matches!(opened, Some(AppEffect::Open { .. })));
    app.hear("gpu01", &Event::Phase(Phase::Authenticating));
    let answers = app.ask("gpu01", SessionPurpose::Tunnel);
    assert!(app.titles().is_empty(), "a dialog out of nowhere");
    assert!(answers.recv().is_err(), "the login does not wait");
    let (notification, clicked) = app.desktop.notifications.borrow_mut().pop().unwrap();
    assert_eq!(notification.title, fl!("notice-login", host = "gpu01"));
    app.hear("gpu01", &Event::Closed);
    assert_eq!(app.first_line(), "◌ gpu01: click to log in");
    assert!(
        app.app.model.retry_patient(now).is_empty(),
        "it waits for the user"
    );

    clicked(crate::desktop::NotificationButton::Action);
    let Some(AppEvent::MenuClicked(click)) = app.sender.take().pop() else {
        panic!("a click on a notification is a choice")
    };
    let effect = app.app.model.choose(click, now);
    assert!(matches!(effect, Some(AppEffect::Open { .. })));
    assert_ne!(app.first_line(), "◌ gpu01: click to log in");
    app.ask("gpu01", SessionPurpose::Tunnel);
    assert_eq!(
        app.titles(),
        [fl!("dialog-password", user = "me", host = "gpu01")]
    );
}

#[test]
fn a_notebook_that_is_chosen_is_a_click_and_its_login_may_ask() {
    let mut app = Fixture::new(&["gpu01"]);
    let now = Instant::now();
    app.app.model.open_at_start("gpu01", now);
    app.hear("gpu01", &Event::Closed);
    let notebook = HostAction::OpenNotebook("a.ipynb".to_owned());
    let effect = app
        .app
        .model
        .choose(MenuAction::host("gpu01", notebook), now);
    assert!(matches!(effect, Some(AppEffect::Open { .. })));
    app.ask("gpu01", SessionPurpose::Tunnel);
    assert_eq!(
        app.titles(),
        [fl!("dialog-password", user = "me", host = "gpu01")]
    );
}

#[test]
fn a_dismissed_prompt_gets_no_answer() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &Event::Phase(Phase::Authenticating));
    for purpose in [SessionPurpose::Tunnel, SessionPurpose::Log] {
        let answers = app.ask("gpu01", purpose);
        app.answer(DialogResponse::Dismissed);
        assert!(answers.recv().is_err(), "{purpose:?}");
        assert!(!app.app.model.hosts()[0].is_prompting);
    }
}

#[test]
fn the_prompt_of_a_session_that_ended_is_withdrawn() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &Event::Phase(Phase::Authenticating));
    let answers = app.ask("gpu01", SessionPurpose::Tunnel);
    app.hear("gpu01", &Event::Closed);
    assert_eq!(*app.desktop.withdrawn.borrow(), [0]);
    assert!(answers.recv().is_err());
    // The desktop answers a withdrawn dialog, too.
    app.answer(DialogResponse::Dismissed);
    assert_eq!(app.first_line(), "○ gpu01");
}

#[test]
fn the_details_of_a_failure_are_a_dialog_with_what_was_seen_and_what_to_do() {
    let mut app = Fixture::new(&["gpu01"]);
    app.click(MenuAction::host("gpu01", HostAction::ShowDetails));
    assert!(app.titles().is_empty(), "nothing has failed");
    let busy = problem::kernels_busy("gpu01", None);
    let problem = Problem {
        detail: "line 1\nline 2".into(),
        ..busy
    };
    app.hear("gpu01", &Event::Failed(problem.clone()));
    app.click(MenuAction::host("gpu01", HostAction::ShowDetails));
    let dialog = app.newest_dialog();
    assert_eq!(dialog.title, problem.title);
    assert_eq!(dialog.text, problem.in_app.unwrap());
    assert_eq!(dialog.host.as_deref(), Some("gpu01"));
    let evidence = dialog.evidence.unwrap();
    assert_eq!(evidence.text, "line 1\nline 2");
}

#[test]
fn a_failure_that_the_configuration_mends_has_a_button_that_opens_it() {
    let mut app = Fixture::new(&["gpu01"]);
    let no_jupyter = Problem::new(Code::NoJupyter, "title", "detail", "remedy");
    app.hear("gpu01", &Event::Failed(no_jupyter));
    app.click(MenuAction::host("gpu01", HostAction::ShowDetails));
    let yes = fl!("details-set-up");
    let destroys = false;
    assert_eq!(
        app.newest_dialog().kind,
        DialogKind::Confirmation { yes, destroys }
    );
    app.answer(DialogResponse::Dismissed);
}

#[test]
fn a_mistake_in_the_configuration_is_a_dialog_with_the_line_and_the_remedy() {
    let mut app = Fixture::new(&["gpu01"]);
    app.click(MenuAction::ShowMistake);
    assert!(app.titles().is_empty(), "there is none");
    let path = app.app.sessions.config().path.clone();
    app.send(AppEvent::ConfigReloaded(broken(&path).map(Box::new)));
    app.click(MenuAction::ShowMistake);
    let text = app.newest_dialog().text;
    for part in ["config.toml:3", "launcher", &fl!("details-complaint-valid")] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_notebooks_path_is_asked_for_and_one_outside_is_refused() {
    let mut app = Fixture::new(&["gpu01"]);
    let ask = |app: &mut Fixture| {
        app.click(MenuAction::host("gpu01", HostAction::AskNotebook));
        assert_eq!(
            app.newest_dialog().title,
            fl!("dialog-notebook", host = "gpu01")
        );
    };
    for nothing in [DialogResponse::Dismissed, typed("  ", false)] {
        ask(&mut app);
        app.answer(nothing);
        assert_eq!(app.app.model.hosts()[0].phase, Phase::Closed);
    }
    ask(&mut app);
    app.answer(typed("/etc/passwd", false));
    let refusal = app.newest_dialog();
    let seen = refusal.evidence.as_ref().map(|seen| seen.text.as_str());
    assert_eq!(seen, Some("/etc/passwd"));
    assert!(!refusal.text.contains("--notebook"), "{refusal:?}");
    app.answer(DialogResponse::Confirmed);
    assert_eq!(app.app.model.hosts()[0].phase, Phase::Closed);
    app.hear("gpu01", &samples::ready("gpu01"));
    ask(&mut app);
    app.answer(typed(" sub/a b.ipynb ", false));
    let host = &app.app.model.hosts()[0];
    assert_eq!(host.notebook.as_deref(), Some("sub/a b.ipynb"));
}

#[test]
fn the_load_is_shown_to_who_asked_for_it_and_an_answer_to_another_program_is_not() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    let usage = || Event::Usage(Box::new(samples::usage()));
    app.hear("gpu01", &usage());
    assert_eq!(app.titles(), [""; 0], "a terminal asked");
    app.click(MenuAction::host(
        "gpu01",
        HostAction::ShowUsage(UsagePart::Load),
    ));
    app.hear("gpu01", &usage());
    app.hear("gpu01", &usage());
    assert_eq!(app.titles().len(), 1);
    let text = app.newest_dialog().text;
    assert!(text.contains("load 3.2 on 16 cores"), "{text}");
    app.click(MenuAction::host(
        "gpu01",
        HostAction::ShowUsage(UsagePart::Ports),
    ));
    app.hear("gpu01", &usage());
    let text = app.newest_dialog().text;
    assert!(text.contains("MLflow (port 5000)"), "{text}");

    app.click(MenuAction::host(
        "gpu01",
        HostAction::ShowUsage(UsagePart::Load),
    ));
    let why = Problem::new(Code::Lost, "no answer", "d", "r");
    app.hear("gpu01", &Event::Refused(why));
    assert_eq!(app.newest_dialog().title, "no answer");
}

#[test]
fn a_port_that_was_chosen_is_forwarded_once_and_what_is_gone_is_not() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    let to = |remote: &str| MenuAction::host("gpu01", HostAction::ForwardTo(remote.to_owned()));
    app.click(to("127.0.0.1:5000"));
    assert!(app.app.awaited_forwards.is_empty(), "nothing is known yet");
    app.hear("gpu01", &Event::Usage(Box::new(samples::usage())));
    app.click(to("127.0.0.1:5000"));
    assert_eq!(app.app.awaited_forwards.len(), 1);
    app.hear("gpu01", &samples::ready("gpu01"));
    assert_eq!(app.app.awaited_forwards.len(), 1, "not this one");
    app.hear("gpu01", &Event::Closed);
    assert!(app.app.awaited_forwards.is_empty());
}

fn busy() -> Event {
    Event::Refused(Problem::new(Code::KernelsBusy, "busy", "1 of 2", "r"))
}

#[test]
fn a_refusal_is_shown_where_the_request_was_made() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    app.desktop.notifications.take();
    // A terminal asked, and asks there what is to be done.
    app.hear("gpu01", &busy());
    let other = Problem::new(Code::NotStopped, "t", "d", "r");
    app.hear("gpu01", &Event::Refused(other));
    assert!(app.titles().is_empty() && app.desktop.notifications.borrow().is_empty());

    app.click(MenuAction::host("gpu01", HostAction::Stop));
    app.answer(DialogResponse::Confirmed);
    app.hear("gpu01", &busy());
    assert_eq!(
        app.titles(),
        [fl!("dialog-stop", host = "gpu01"), "busy".into()]
    );
    app.hear("gpu01", &busy());
    assert_eq!(app.titles().len(), 2, "the next refusal is another one's");
}

#[test]
fn a_prompt_of_a_session_that_is_gone_is_not_shown() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &Event::Phase(Phase::Authenticating));
    let ended = app.life.clone();
    app.hear("gpu01", &Event::Closed);
    // The keychain has answered late.
    app.life = ended;
    let answers = app.ask("gpu01", SessionPurpose::Tunnel);
    assert!(app.titles().is_empty());
    assert!(answers.recv().is_err());
    assert_eq!(app.first_line(), "○ gpu01");
}

#[test]
fn a_dialog_of_an_ended_session_does_nothing_to_the_next_one() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &Event::Phase(Phase::Authenticating));
    let answers = app.ask("gpu01", SessionPurpose::Log);
    // The log's session is over; the tunnel's goes on, and has a prompt of its own.
    std::mem::take(&mut app.life).end();
    let next = app.ask("gpu01", SessionPurpose::Tunnel);
    app.send(AppEvent::LogSessionEnded("gpu01".into()));
    assert_eq!(*app.desktop.withdrawn.borrow(), [0]);
    assert!(answers.recv().is_err());
    assert!(matches!(next.try_recv(), Err(TryRecvError::Empty)));
    assert_eq!(app.first_line(), "◐ gpu01: waiting for your answer");
}

#[test]
fn a_cancel_of_a_queued_job_asks_first_and_names_it() {
    let mut app = Fixture::new(&["hpc"]);
    app.hear("hpc", &Event::Phase(Phase::Starting));
    app.click(MenuAction::host("hpc", HostAction::Cancel));
    assert!(app.titles().is_empty(), "nothing would be lost");
    app.hear("hpc", &Event::Phase(Phase::Queued));
    let job = JobInfo {
        id: "4711".into(),
        ..JobInfo::default()
    };
    app.hear("hpc", &Event::Job(job));
    for lost in [false, true] {
        if lost {
            app.hear("hpc", &Event::Phase(Phase::Reconnecting));
        }
        app.click(MenuAction::host("hpc", HostAction::Cancel));
        let title = fl!("dialog-cancel-job", id = "4711", host = "hpc");
        assert_eq!(app.newest_dialog().title, title);
        app.answer(DialogResponse::Dismissed);
    }
    app.click(MenuAction::host("hpc", HostAction::Cancel));
    app.hear("hpc", &samples::ready("hpc"));
    app.hear("hpc", &Event::Closed);
    assert_eq!(
        *app.desktop.withdrawn.borrow(),
        [2],
        "nothing is left to ask"
    );
}

/// A kernel that computes, with its notebook open in a tab.
fn at_work() -> Event {
    let notebook = Notebook {
        path: "train.ipynb".into(),
        name: "train".into(),
        kernel: "python3".into(),
        state: "busy".into(),
        ..Notebook::default()
    };
    Event::Kernels(Activity {
        kernels: Kernels { total: 1, busy: 1 },
        open: 1,
        notebooks: vec![notebook],
        ..Activity::default()
    })
}

#[test]
fn a_disconnection_asks_only_where_it_costs_something() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    let close = || MenuAction::host("gpu01", HostAction::Close);
    app.click(close());
    assert!(app.titles().is_empty(), "nothing is known to be at stake");
    app.hear("gpu01", &at_work());
    app.click(close());
    app.click(close());
    assert_eq!(app.titles(), [fl!("dialog-close", host = "gpu01")], "once");
    let text = app.newest_dialog().text;
    assert!(text.contains("train.ipynb"), "{text}");
    app.hear("gpu01", &Event::Closed);
    assert_eq!(*app.desktop.withdrawn.borrow(), [0]);
}

#[test]
fn a_quit_asks_once_and_only_where_it_costs_something() {
    let mut app = Fixture::new(&["gpu01", "gpu02"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    app.hear("gpu01", &at_work());
    for _ in 0..2 {
        app.click(MenuAction::Quit);
        assert_eq!(app.titles(), [fl!("dialog-quit")]);
        assert!(app.app.quits_at.is_none(), "not before the answer");
    }
    app.answer(DialogResponse::Dismissed);
    assert!(app.app.quits_at.is_none() && !app.app.model.is_quitting());
    app.click(MenuAction::Quit);
    app.answer(DialogResponse::Confirmed);
    assert!(app.app.quits_at.is_some());
}

#[test]
fn a_signal_and_the_end_of_the_login_ask_nothing() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    app.hear("gpu01", &at_work());
    app.send(AppEvent::Terminated);
    assert!(app.titles().is_empty() && app.app.quits_at.is_some());

    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &samples::ready("gpu01"));
    app.hear("gpu01", &at_work());
    app.app.end();
    assert!(app.titles().is_empty() && app.app.quits_at.is_some());
}

#[test]
fn a_log_that_cannot_be_had_yet_is_said_and_not_waited_for() {
    let mut app = Fixture::new(&["gpu01"]);
    app.hear("gpu01", &Event::Phase(Phase::Starting));
    app.click(MenuAction::host("gpu01", HostAction::ShowLog));
    assert_eq!(app.titles(), [fl!("log-not-now-title", host = "gpu01")]);
    assert!(
        app.app.awaited_logs.is_empty(),
        "else the next one of a terminal is shown here"
    );
}

fn typed(text: &str, remember: bool) -> DialogResponse {
    DialogResponse::Line {
        text: Zeroizing::new(text.to_owned()),
        remember,
    }
}

#[test]
fn a_second_launch_without_hosts_welcomes_once_and_offers_the_aliases() {
    let mut app = Fixture::new(&[]);
    app.send(AppEvent::Aliases(vec!["gpu01".into(), "hpc".into()]));
    app.send(AppEvent::SecondLaunch);
    app.click(MenuAction::AddHostByName);
    assert_eq!(
        app.titles(),
        [fl!("dialog-welcome")],
        "one window at a time"
    );
    let DialogKind::Line {
        choices, remember, ..
    } = app.newest_dialog().kind
    else {
        panic!("a host is typed or chosen")
    };
    assert_eq!(choices, ["gpu01", "hpc"]);
    assert_eq!(remember, Some(fl!("menu-login")));
    for nothing in [DialogResponse::Dismissed, typed("  ", false)] {
        app.answer(nothing);
        app.click(MenuAction::AddHostByName);
    }
    assert_eq!(app.newest_dialog().title, fl!("dialog-add-host"));
    assert!(
        !app.app.sessions.config().path.exists(),
        "nothing was added"
    );
}

/// Begins to try a destination, as the window for a new host does, without a connection.
fn begin_trial(app: &mut Fixture) {
    let destination = "me@gpu01.example.org";
    let host = crate::config::at_destination(destination).unwrap();
    assert!(app.app.model.try_host(&host, Instant::now()).is_some());
    app.app.trials.insert(host.name.clone(), destination.into());
    app.app.sessions.try_host(host);
    app.hear(NEW, &Event::Phase(Phase::Connecting));
}

/// The name that it gets.
const NEW: &str = "gpu01.example.org";

/// Lets the app work until a file of the configuration is read.
fn wait_for_configuration(app: &mut Fixture) {
    let deadline = Instant::now() + Duration::from_secs(30);
    while app.app.sessions.config().host(NEW).is_none() {
        assert!(Instant::now() < deadline, "the host is not added");
        std::thread::sleep(Duration::from_millis(10));
        app.turn();
    }
}

#[test]
fn a_new_host_is_added_once_its_login_works_and_not_before() {
    let mut app = Fixture::new(&[]);
    let path = app.app.sessions.config().path.clone();
    begin_trial(&mut app);
    let answers = app.ask(NEW, SessionPurpose::Tunnel);
    assert_eq!(app.titles().len(), 1, "it asks as after a click");
    app.answer(typed("secret", false));
    assert!(answers.try_recv().is_ok());
    app.hear(NEW, &Event::Phase(Phase::Authenticating));
    assert!(!path.exists() && app.app.model.host(NEW).is_some());

    app.hear(NEW, &Event::Phase(Phase::Finding));
    wait_for_configuration(&mut app);
    let host = app.app.model.host(NEW).unwrap();
    assert!(!host.is_unconfigured && host.is_active(), "it goes on");
    // What goes wrong from now on is no reason to leave it out.
    let broken = Problem::new(Code::NoJupyter, "no Jupyter", "d", "r");
    app.hear(NEW, &Event::Failed(broken));
    assert_eq!(app.newest_dialog().title, "no Jupyter");
    assert!(app.app.model.host(NEW).is_some());
}

#[test]
fn a_new_host_that_cannot_be_reached_is_added_only_anyway() {
    let mut app = Fixture::new(&[]);
    let path = app.app.sessions.config().path.clone();
    let unknown = || {
        Event::Failed(Problem::new(
            Code::NameUnknown,
            "no such host",
            "seen",
            "do",
        ))
    };
    begin_trial(&mut app);
    app.hear(NEW, &unknown());
    let dialog = app.newest_dialog();
    assert_eq!(dialog.title, "no such host");
    assert_eq!(dialog.text, format!("do\n\n{NEW} has not been added."));
    assert!(matches!(&dialog.kind, DialogKind::Confirmation { yes, .. } if yes == "Add Anyway"));
    app.answer(DialogResponse::Dismissed);
    assert!(!path.exists() && app.app.model.hosts().is_empty());
    assert!(app.desktop.notifications.borrow().is_empty());

    begin_trial(&mut app);
    app.hear(NEW, &unknown());
    app.answer(DialogResponse::Confirmed);
    wait_for_configuration(&mut app);
    assert!(!app.app.model.host(NEW).unwrap().is_active());
}

#[test]
fn a_new_host_that_is_cancelled_leaves_nothing() {
    let mut app = Fixture::new(&[]);
    let path = app.app.sessions.config().path.clone();
    begin_trial(&mut app);
    app.hear(NEW, &Event::Closed);
    assert!(app.titles().is_empty() && app.app.model.hosts().is_empty());
    assert!(app.app.sessions.host(NEW).is_none() && !path.exists());
}

#[test]
fn a_failed_first_attempt_is_told_where_the_host_was_added() {
    let mut app = Fixture::new(&["gpu01"]);
    let unknown = || Event::Failed(Problem::new(Code::NameUnknown, "no such host", "d", "r"));
    for titles in [vec!["no such host".to_owned()], vec![]] {
        if !titles.is_empty() {
            app.app.first_attempts.insert("gpu01".to_owned());
        }
        app.hear("gpu01", &Event::Phase(Phase::Connecting));
        app.hear("gpu01", &unknown());
        let dialogs = app.desktop.dialogs.take();
        let shown: Vec<_> = dialogs.into_iter().map(|it| it.dialog.title).collect();
        assert_eq!(shown, titles);
    }
    assert_eq!(
        app.desktop.notifications.borrow().len(),
        1,
        "the second one"
    );
}

#[test]
fn links_of_web_pages_show_one_list_and_close_nothing_without_a_question() {
    let mut app = Fixture::new(&["gpu01"]);
    for _ in 0..6 {
        app.send(AppEvent::DeepLink(MenuAction::ShowHosts));
    }
    assert_eq!(app.titles(), [fl!("dialog-hosts")]);
    app.answer(DialogResponse::Confirmed);

    let close = || AppEvent::DeepLink(MenuAction::host("gpu01", HostAction::Close));
    app.send(close());
    assert_eq!(app.titles().len(), 1, "nothing is open");
    app.hear("gpu01", &samples::ready("gpu01"));
    app.send(close());
    app.send(close());
    assert_eq!(app.titles()[1..], [fl!("dialog-close", host = "gpu01")]);
}

#[test]
fn nothing_begins_while_the_app_quits() {
    let mut app = Fixture::new(&["gpu01", "gpu02"]);
    app.click(MenuAction::Quit);
    let entries = menu::entries(&app.app.model, Instant::now());
    let quitting = menu_item::disabled_item(&fl!("menu-quitting"));
    assert_eq!(entries.last(), Some(&quitting));
    let open = || MenuAction::host("gpu01", HostAction::Open);
    for event in [
        AppEvent::MenuClicked(open()),
        AppEvent::DeepLink(open()),
        AppEvent::SecondLaunch,
        AppEvent::System(SystemEvent::Wake),
    ] {
        app.send(event);
        assert!(!app.app.sessions.owns_any());
    }
    app.ask("gpu01", SessionPurpose::Tunnel);
    assert!(app.titles().is_empty());
}

fn broken(path: &Path) -> Result<Config, ConfigErrors> {
    Config::parse(path, "[[host]]\nname = \"a\"\nlaunchr = \"direct\"\n")
}

#[test]
fn a_mistake_in_the_configuration_is_told_once_and_correcting_it_is_enough() {
    let mut app = Fixture::with(|path| broken(&path));
    let begin = |app: &mut Fixture| {
        let errors = app.app.errors.clone().unwrap();
        app.app.config_broken(&errors);
    };
    begin(&mut app);
    let told: Vec<_> = app.desktop.notifications.take();
    assert_eq!(told.len(), 1);
    let body = &told[0].0.body;
    assert!(
        body.contains("config.toml:3") && body.contains("launcher"),
        "{body}"
    );
    assert_eq!(app.app.model.icon_state(), IconState::Failed);
    assert_eq!(app.first_line(), fl!("menu-complaint"));

    // The watcher finds the same.
    let path = app.app.sessions.config().path.clone();
    app.send(AppEvent::ConfigReloaded(broken(&path).map(Box::new)));
    assert!(app.desktop.notifications.borrow().is_empty());

    let text = "open_at_start = [\"a\"]\n[[host]]\nname = \"a\"\n";
    let mended = Config::parse(&path, text).unwrap();
    app.send(AppEvent::ConfigReloaded(Ok(Box::new(mended))));
    assert_eq!(app.app.model.complaint(), None);
    let host = app.app.model.host("a").unwrap();
    assert!(host.retry_until.is_some(), "as at any other start");
}

#[test]
fn a_timer_alone_does_not_draw_the_menu_again() {
    let mut app = Fixture::new(&["gpu01"]);
    app.app.screen.is_current = true;
    app.send(AppEvent::Tick);
    assert!(app.app.screen.is_current);
    app.send(AppEvent::System(SystemEvent::MenuClosed));
    assert!(!app.app.screen.is_current, "what was kept is drawn now");
}

#[test]
fn a_quit_ends_the_loop_and_notifies_no_more() {
    let mut app = Fixture::new(&["gpu01"]);
    assert_eq!(app.app.flow(), ControlFlow::Wait);
    app.click(MenuAction::Quit);
    app.hear("gpu01", &samples::ready("gpu01"));
    assert!(app.desktop.notifications.borrow().is_empty());
    assert_eq!(app.app.flow(), ControlFlow::Exit);
    assert!(app.app.host_lock.is_none(), "the next app may start");
}

/// Returns true if a question, or a window in which the user goes on, follows on this effect; none if it depends on
/// what is at stake.
fn opens_window(effect: &AppEffect) -> Option<bool> {
    match effect {
        AppEffect::Close(_) | AppEffect::Stop(_) | AppEffect::Quit => None,
        AppEffect::ShowDetails(_)
        | AppEffect::CheckConnection(_)
        | AppEffect::ShowUsage(..)
        | AppEffect::AskNotebook(_)
        | AppEffect::Kernel(.., KernelAction::Restart | KernelAction::ShutDown)
        | AppEffect::CancelJob { .. }
        | AppEffect::AskHost { .. }
        | AppEffect::AddHost(_, false)
        | AppEffect::ShowMistake
        | AppEffect::ExplainLoginItem
        | AppEffect::ShowSettings
        | AppEffect::EditConfiguration
        | AppEffect::ShowPage(_) => Some(true),
        AppEffect::Open { .. }
        | AppEffect::Restore(_)
        | AppEffect::Keep(_)
        | AppEffect::Show(..)
        | AppEffect::ShowUnlessOpen(_)
        | AppEffect::ShowPort(_)
        | AppEffect::ForwardTo { .. }
        | AppEffect::Kernel(.., KernelAction::Interrupt)
        | AppEffect::CopyLink(_)
        | AppEffect::ShowHostLog(_)
        | AppEffect::CancelSideLogin(_)
        | AppEffect::Extend(_)
        | AppEffect::TryNow(_)
        | AppEffect::Cancel(_)
        | AppEffect::SetShortcut(..)
        | AppEffect::AddHost(_, true)
        | AppEffect::RememberHidden(..)
        | AppEffect::ShowHosts
        | AppEffect::SetLoginItem(_)
        | AppEffect::CheckForUpdates
        | AppEffect::ShowLog
        | AppEffect::CopyDiagnostics
        | AppEffect::About => Some(false),
    }
}

/// All items of a menu that can be chosen.
fn items(entries: &[Entry]) -> Vec<(MenuAction, String)> {
    let of_entry = |entry: &Entry| match entry {
        Entry::Item(item) => {
            let action = item.action.clone();
            action
                .map(|action| (action, item.text.clone()))
                .into_iter()
                .collect()
        }
        Entry::Submenu { entries, .. } => items(entries),
        Entry::Separator => Vec::new(),
    };
    entries.iter().flat_map(of_entry).collect()
}

#[test]
fn an_item_ends_with_an_ellipsis_where_a_question_or_a_window_follows_and_only_there() {
    let kernels = |total, busy, open| {
        Event::Kernels(Activity {
            kernels: Kernels { total, busy },
            open,
            ..Activity::default()
        })
    };
    let job = || JobInfo {
        id: "4711".into(),
        ..JobInfo::default()
    };
    let failed = |code| Event::Failed(Problem::new(code, "t", "d", "r"));
    let connected = |more: Vec<Event>| {
        let ready = std::iter::once(samples::ready("n"));
        ready.chain(more).collect::<Vec<_>>()
    };
    let states = [
        vec![],
        vec![failed(Code::NoJupyter)],
        vec![Event::Phase(Phase::Connecting)],
        vec![Event::Phase(Phase::Queued), Event::Job(job())],
        connected(vec![]),
        connected(vec![kernels(0, 0, 0)]),
        connected(vec![kernels(1, 0, 0)]),
        connected(vec![kernels(1, 0, 1)]),
        connected(vec![kernels(2, 1, 0)]),
        connected(vec![Event::Usage(Box::new(samples::usage()))]),
        connected(vec![kernels(2, 1, 0), Event::Phase(Phase::Reconnecting)]),
    ];
    let mut seen = HashSet::new();
    for events in states {
        let new = || {
            let mut app = Fixture::new(&["gpu01"]);
            app.send(AppEvent::Aliases(vec!["alias".into()]));
            for event in &events {
                app.hear("gpu01", event);
            }
            app.app.screen.is_current = false;
            app.app.flow();
            app
        };
        let menu = menu::entries(&new().app.model, Instant::now());
        for (action, text) in items(&menu) {
            let mut app = new();
            let Some(effect) = app.app.model.choose(action, Instant::now()) else {
                continue;
            };
            let opens = opens_window(&effect).unwrap_or_else(|| {
                app.app.perform(effect);
                !app.titles().is_empty()
            });
            assert_eq!(text.ends_with('…'), opens, "{text} after {events:?}");
            seen.insert(text);
        }
    }
    for either in ["Disconnect", "Stop Jupyter", "Quit Remote Jupyter"] {
        let asks = format!("{either}…");
        assert!(seen.contains(either) && seen.contains(&asks), "{seen:?}");
    }
}
