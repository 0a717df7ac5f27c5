//! Notifications, with the server of a desktop faked.

// The standard chooses the arguments, and the macro uses all of them.
#![allow(
    clippy::used_underscore_binding,
    clippy::needless_pass_by_value,
    clippy::too_many_arguments
)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zbus::message::Header;
use zbus::{Connection, OwnedVariant, fdo, interface};

use crate::player::{Player, SOON};
use crate::stand_in::{Order, Report};
use crate::support::eventually;
use crate::support::process::must;
use crate::support::stage::Bus;

const NAME: &str = "org.freedesktop.Notifications";
const PATH: &str = "/org/freedesktop/Notifications";
const NOT_LONG: Duration = Duration::from_millis(500);

#[derive(Debug, Clone)]
struct Posted {
    sender: String,
    number: u32,
    replaces: u32,
    app: String,
    icon: String,
    title: String,
    body: String,
    actions: Vec<String>,
    entry: String,
}

/// Treatment of the connection that posted a notification, by a server.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Manners {
    /// As most do: it tells everybody, and lets everybody replace it.
    #[default]
    Open,
    /// As GNOME's: it tells that connection only, and lets no other replace it.
    ToSender,
}

#[derive(Default)]
struct State {
    hangs: bool,
    manners: Manners,
    /// It tells of a click before it tells the number.
    clicks_at_once: bool,
    abilities: Vec<String>,
    posted: Vec<Posted>,
    closed: Vec<u32>,
}

impl State {
    fn sender(&self, number: u32) -> Option<&str> {
        let posted = self.posted.iter().find(|one| one.number == number)?;
        Some(&posted.sender)
    }

    fn may_change(&self, number: u32, sender: &str) -> bool {
        self.manners == Manners::Open || self.sender(number).is_none_or(|owner| owner == sender)
    }
}

struct Service(Arc<Mutex<State>>);

#[interface(name = "org.freedesktop.Notifications")]
impl Service {
    async fn notify(
        &self,
        app: String,
        replaces: u32,
        icon: String,
        title: String,
        body: String,
        actions: Vec<String>,
        mut hints: HashMap<String, OwnedVariant>,
        _timeout: i32,
        #[zbus(header)] header: Header<'_>,
        #[zbus(connection)] connection: &Connection,
    ) -> fdo::Result<u32> {
        if self.0.lock().unwrap().hangs {
            std::future::pending::<()>().await;
        }
        let sender = header.sender().unwrap().to_string();
        let (number, clicks_at_once) = {
            let mut state = self.0.lock().unwrap();
            if !state.may_change(replaces, &sender) {
                return Err(fdo::Error::InvalidArgs("Invalid notification ID".into()));
            }
            let number = u32::try_from(state.posted.len() + 1).unwrap();
            let entry = hints.remove("desktop-entry").unwrap();
            state.posted.push(Posted {
                sender,
                number,
                replaces,
                app,
                icon,
                title,
                body,
                actions,
                entry: entry.try_into().unwrap(),
            });
            (number, state.clicks_at_once)
        };
        if clicks_at_once {
            let click = (number, "default");
            let emitted = connection.emit_signal(None::<&str>, PATH, NAME, "ActionInvoked", &click);
            emitted.await.unwrap();
        }
        Ok(number)
    }

    fn close_notification(&self, number: u32, #[zbus(header)] header: Header<'_>) {
        let mut state = self.0.lock().unwrap();
        assert!(state.may_change(number, header.sender().unwrap()));
        state.closed.push(number);
    }

    async fn get_capabilities(&self) -> Vec<String> {
        if self.0.lock().unwrap().hangs {
            std::future::pending::<()>().await;
        }
        self.0.lock().unwrap().abilities.clone()
    }
}

/// A server of a desktop; dropping it takes it from the bus.
struct Server {
    state: Arc<Mutex<State>>,
    connection: Connection,
}

impl Server {
    fn start(bus: &Bus, abilities: &[&str]) -> Self {
        let state = Arc::new(Mutex::new(State {
            abilities: abilities.iter().map(|&one| one.to_owned()).collect(),
            ..State::default()
        }));
        let service = Service(Arc::clone(&state));
        let connection = zbus::connection::Builder::address(bus.address().as_str())
            .serve_at(PATH, service)
            .name(NAME)
            .build();
        let connection = zbus::block_on(connection).expect("a place on the bus");
        Self { state, connection }
    }

    fn like_gnome(bus: &Bus) -> Self {
        let server = Self::start(bus, ALL);
        server.state.lock().unwrap().manners = Manners::ToSender;
        server
    }

    fn shows(&self, count: usize) -> Vec<Posted> {
        let posted = || self.state.lock().unwrap().posted.clone();
        assert!(
            eventually(SOON, || posted().len() >= count),
            "{:?}",
            posted()
        );
        posted()
    }

    fn hang(&self, hangs: bool) {
        self.state.lock().unwrap().hangs = hangs;
    }

    fn click(&self, number: u32, action: &str) {
        self.emit(number, "ActionInvoked", &(number, action));
    }

    fn close(&self, number: u32) {
        self.emit(number, "NotificationClosed", &(number, 2_u32));
    }

    fn emit<B: serde::Serialize + zbus::DynamicType>(&self, number: u32, signal: &str, body: &B) {
        let state = self.state.lock().unwrap();
        let to = state
            .sender(number)
            .filter(|_| state.manners == Manners::ToSender);
        let emitted = self.connection.emit_signal(to, PATH, NAME, signal, body);
        zbus::block_on(emitted).unwrap();
    }

    /// The names of those that posted, as far as they are still on the bus.
    fn senders(&self) -> Vec<String> {
        let bus = "org.freedesktop.DBus";
        let path = "/org/freedesktop/DBus";
        let call = self
            .connection
            .call_method(Some(bus), path, Some(bus), "ListNames", &());
        let reply = zbus::block_on(call).unwrap();
        let names: Vec<String> = reply.body().deserialize().unwrap();
        let posted = self.shows(0).into_iter().map(|one| one.sender);
        posted.filter(|sender| names.contains(sender)).collect()
    }
}

const ALL: &[&str] = &["body", "body-markup", "actions"];

fn app(bus: &Bus) -> Player {
    Player::start("machine", &[("DBUS_SESSION_BUS_ADDRESS", &bus.address())])
}

fn post(app: &mut Player, title: &str) {
    let (title, body, action) = (title.into(), "a <b> & c".into(), "Open Tab".into());
    let done = app.does(&Order::Notify {
        title,
        body,
        action,
    });
    assert_eq!(done, Ok(None));
}

/// Clicks until the app says something: it listens to a server like GNOME's a moment after it has posted.
fn click_until_heard(server: &Server, app: &mut Player, number: u32) -> Vec<Report> {
    let mut said = Vec::new();
    eventually(SOON, || {
        server.click(number, "open");
        said = app.says_within(NOT_LONG);
        !said.is_empty()
    });
    said
}

fn clicked(title: &str) -> Report {
    Report::Clicked(title.into())
}

#[test]
fn a_newer_one_about_the_same_takes_the_place_of_the_older_one() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, ALL), app(&bus));
    // The stand-in's are about what their titles say.
    for title in ["gpu01", "other", "gpu01"] {
        post(&mut app, title);
    }
    let shown = server.shows(3);
    let replaced: Vec<u32> = shown.iter().map(|one| one.replaces).collect();
    assert_eq!(replaced, [0, 0, shown[0].number]);
}

#[test]
fn a_click_on_it_or_on_its_button_comes_once() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, ALL), app(&bus));
    post(&mut app, "one");
    post(&mut app, "two");
    let posted = server.shows(2);
    let one = &posted[0];
    assert_eq!(one.actions, ["default", "Open Tab", "open", "Open Tab"]);
    assert_eq!((&*one.title, &*one.body), ("one", "a &lt;b&gt; &amp; c"));
    assert_eq!(
        (&*one.app, &*one.icon),
        ("Remote Jupyter", "remote-jupyter")
    );
    assert_eq!(one.entry, "remote-jupyter");

    server.click(posted[1].number, "open");
    server.click(posted[1].number, "default");
    server.click(77, "default");
    assert_eq!(app.says_within(NOT_LONG), [clicked("two")]);
    server.click(one.number, "default");
    assert_eq!(app.says_within(NOT_LONG), [clicked("one")]);
}

#[test]
fn one_that_was_closed_is_clicked_no_more() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, ALL), app(&bus));
    post(&mut app, "one");
    let number = server.shows(1)[0].number;
    server.close(number);
    server.click(number, "default");
    assert_eq!(app.says_within(NOT_LONG), []);
}

#[test]
fn what_a_click_waits_for_takes_place_where_nobody_shows_notifications() {
    let bus = Bus::start();
    let mut app = app(&bus);
    post(&mut app, "one");
    post(&mut app, "unseen");
    assert_eq!(app.says_within(NOT_LONG), [clicked("unseen")]);
    let server = Server::start(&bus, ALL);
    post(&mut app, "unseen again");
    server.shows(1);
    assert_eq!(app.says_within(NOT_LONG), [], "it waits for its click");
}

#[test]
fn a_server_of_its_own_kind_gets_what_it_can_show() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, &["body"]), app(&bus));
    post(&mut app, "one");
    let one = server.shows(1).remove(0);
    assert!(one.actions.is_empty(), "{one:?}");
    assert_eq!(one.body, "a <b> & c", "no markup, so no escapes");
}

#[test]
fn the_next_server_s_numbers_are_not_ours() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, ALL), app(&bus));
    post(&mut app, "one");
    let number = server.shows(1)[0].number;
    drop(server);
    let next = Server::start(&bus, ALL);
    next.click(number, "default");
    assert_eq!(app.says_within(NOT_LONG), [], "another app's notification");
    post(&mut app, "one");
    let again = next.shows(1).remove(0);
    assert_eq!(again.replaces, 0, "not another app's notification");
    next.click(again.number, "default");
    assert_eq!(app.says_within(NOT_LONG), [clicked("one")]);
}

#[test]
fn a_click_that_is_told_before_the_number_counts() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, ALL), app(&bus));
    server.state.lock().unwrap().clicks_at_once = true;
    post(&mut app, "one");
    server.shows(1);
    assert_eq!(app.says_within(NOT_LONG), [clicked("one")]);
}

#[test]
fn a_server_that_tells_the_sender_only_is_heard() {
    let bus = Bus::start();
    let (server, mut app) = (Server::like_gnome(&bus), app(&bus));
    post(&mut app, "one");
    post(&mut app, "two");
    server.shows(2);
    assert_eq!(click_until_heard(&server, &mut app, 2), [clicked("two")]);
    server.click(2, "default");
    server.close(1);
    server.click(1, "default");
    assert_eq!(app.says_within(NOT_LONG), []);
}

#[test]
fn where_nobody_else_may_replace_it_the_older_one_is_closed() {
    let bus = Bus::start();
    let (server, mut app) = (Server::like_gnome(&bus), app(&bus));
    for title in ["gpu01", "other", "gpu01"] {
        post(&mut app, title);
    }
    let replaced: Vec<u32> = server.shows(3).iter().map(|one| one.replaces).collect();
    assert_eq!(replaced, [0, 0, 0]);
    assert_eq!(server.state.lock().unwrap().closed, [1]);
    let said = click_until_heard(&server, &mut app, 3);
    assert_eq!(said, [clicked("gpu01")]);
}

/// GNOME's server takes all of an app's away when the connection of the first one ends.
#[test]
fn connections_stay_while_a_notification_is_shown() {
    let bus = Bus::start();
    let (server, mut app) = (Server::like_gnome(&bus), app(&bus));
    post(&mut app, "one");
    post(&mut app, "two");
    server.shows(2);
    server.close(1);
    assert_eq!(app.says_within(NOT_LONG), []);
    assert_eq!(server.senders().len(), 2);
    let all_end = || {
        server.close(1);
        server.close(2);
        server.senders().is_empty()
    };
    assert!(eventually(SOON, all_end));
}

#[test]
fn without_a_server_the_next_one_is_found() {
    let bus = Bus::start();
    let mut app = app(&bus);
    post(&mut app, "lost");
    assert_eq!(app.says_within(NOT_LONG), []);
    let server = Server::start(&bus, ALL);
    post(&mut app, "found");
    assert_eq!(server.shows(1)[0].title, "found");
}

#[test]
fn without_a_bus_the_next_one_is_found() {
    let mut bus = Bus::start();
    let mut app = app(&bus);
    let server = Server::start(&bus, ALL);
    post(&mut app, "one");
    server.shows(1);
    bus.restart();
    let server = Server::start(&bus, ALL);
    // The end of the old bus may be noticed after the next notification.
    let is_shown = || {
        post(&mut app, "two");
        !server.state.lock().unwrap().posted.is_empty()
    };
    assert!(eventually(SOON, is_shown));
}

#[test]
fn a_server_that_hangs_takes_no_threads_and_gets_the_newest_later() {
    let bus = Bus::start();
    let (server, mut app) = (Server::start(&bus, ALL), app(&bus));
    post(&mut app, "first");
    server.shows(1);
    let before = threads(&app);
    server.hang(true);
    let began = std::time::Instant::now();
    for number in 0..50 {
        post(&mut app, &number.to_string());
    }
    assert!(began.elapsed() < SOON, "it waits for nobody");
    assert!(threads(&app) <= before + 1, "{} of {before}", threads(&app));
    server.hang(false);
    // The one that hung is given up; of the others the newest eight are left.
    let is_there = || server.shows(1).last().unwrap().title == "49";
    assert!(eventually(SOON, is_there), "{:?}", server.shows(1));
    let titles: Vec<_> = server.shows(9).into_iter().map(|one| one.title).collect();
    assert_eq!(
        titles[1..],
        ["42", "43", "44", "45", "46", "47", "48", "49"]
    );
}

fn threads(app: &Player) -> usize {
    let pid = app.pid().to_string();
    let mut command = std::process::Command::new("ps");
    let lines = must(command.args(["-L", "-o", "lwp=", "-p", &pid]));
    lines.lines().count()
}
