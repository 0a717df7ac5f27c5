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
use crate::problem::Code;
use crate::session::{Event, JobInfo, Phase, Reply};
use crate::ssh::poll::Poller;
use crate::ssh::prompt::{Prompt, PromptAnswer};

type Clicked = Box<dyn FnOnce() + Send>;

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

    fn notify(&self, notification: Notification, clicked: Clicked) {
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
    clicked();
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
    let (echo, remember) = (false, None);
    assert_eq!(dialog.kind, DialogKind::Line { echo, remember });
    assert_eq!(app.first_line(), fl!("menu-host-asks", host = "gpu01"));
    assert!(matches!(answers.try_recv(), Err(TryRecvError::Empty)));

    app.answer(DialogResponse::Line {
        text: Zeroizing::new("secret".to_owned()),
        remember: false,
    });
    let answer = answers.recv().unwrap().unwrap();
    assert_eq!(answer.as_str(), "secret");
    assert_ne!(app.first_line(), fl!("menu-host-asks", host = "gpu01"));
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
    let text = format!("line 1\nline 2\n\n{}", problem.in_app.unwrap());
    assert_eq!(dialog.text, text);
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
    assert_eq!(app.first_line(), fl!("menu-host-asks", host = "gpu01"));
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
    assert_eq!(app.first_line(), fl!("menu-complaint-start"));

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
