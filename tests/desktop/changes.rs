//! What happens to the machine: sleep as logind tells it, and a network of the test's own.

use std::time::Duration;

use zbus::Connection;

use crate::player::Player;
use crate::stand_in::{Order, Report};
use crate::support::stage::Bus;

/// Longer than changes are collected.
const A_WHILE: Duration = Duration::from_millis(1500);
/// As long as the app needs to see what is there already.
const A_LOOK: Duration = Duration::from_millis(1500);

fn changed(what: &str) -> Report {
    Report::Changed(what.into())
}

fn on_bus(bus: &Bus) -> Connection {
    let connection = zbus::connection::Builder::address(bus.address().as_str()).build();
    zbus::block_on(connection).expect("the bus")
}

fn logind(bus: &Bus) -> Connection {
    let connection = on_bus(bus);
    zbus::block_on(connection.request_name("org.freedesktop.login1")).expect("the name");
    connection
}

fn prepare_for_sleep(from: &Connection, start: bool) {
    let signal = from.emit_signal(
        None::<&str>,
        "/org/freedesktop/login1",
        "org.freedesktop.login1.Manager",
        "PrepareForSleep",
        &start,
    );
    zbus::block_on(signal).unwrap();
}

/// An app in a network of its own, which has nothing but a loopback interface.
fn apart(environment: &[(&str, &str)]) -> Player {
    let as_root = rustix::process::getuid().is_root();
    let unshare = if as_root { "-n" } else { "-rn" };
    let mut app = Player::start_in(&["unshare", unshare], "machine", environment);
    app.run("ip link set lo up");
    app
}

fn watches(app: &mut Player) {
    assert_eq!(app.does(&Order::Watch), Ok(None));
    assert_eq!(app.says_within(A_LOOK), [], "nothing has changed");
}

#[test]
fn logind_s_word_is_passed_on_and_nobody_else_s() {
    let bus = Bus::start();
    let logind = logind(&bus);
    let mut app = apart(&[("DBUS_SYSTEM_BUS_ADDRESS", &bus.address())]);
    watches(&mut app);
    prepare_for_sleep(&on_bus(&bus), true);
    assert_eq!(app.says_within(A_WHILE), [], "it was not logind");
    prepare_for_sleep(&logind, true);
    assert_eq!(app.says_within(A_WHILE), [changed("Sleep")]);
    prepare_for_sleep(&logind, false);
    assert_eq!(app.says_within(A_WHILE), [changed("Wake")]);
}

#[test]
fn a_bus_that_is_started_anew_is_found_again() {
    let mut bus = Bus::start();
    let mut app = apart(&[("DBUS_SYSTEM_BUS_ADDRESS", &bus.address())]);
    watches(&mut app);
    bus.restart();
    let logind = logind(&bus);
    let is_heard = || {
        prepare_for_sleep(&logind, true);
        app.says_within(Duration::from_millis(500))
            .contains(&changed("Sleep"))
    };
    assert!(crate::support::eventually(
        Duration::from_secs(30),
        is_heard
    ));
}

#[test]
fn a_network_that_comes_changes_and_goes_is_told_of() {
    let nowhere = "unix:path=/nonexistent/bus";
    let mut app = apart(&[("DBUS_SYSTEM_BUS_ADDRESS", nowhere)]);
    app.run("ip link add inside type veth peer name outside");
    watches(&mut app);

    app.run("ip addr add 127.0.0.9/8 dev lo");
    app.run("ip link set outside up");
    assert_eq!(app.says_within(A_WHILE), [], "nobody is reached by that");

    app.run("ip link set inside up");
    app.run("ip addr add 192.0.2.1/24 dev inside");
    app.run("ip route add default via 192.0.2.2");
    assert_eq!(
        app.says_within(2 * A_WHILE),
        [changed("NetworkChanged")],
        "one for all"
    );

    app.run("ip addr replace 192.0.2.1/24 dev inside");
    app.run("ip route replace default via 192.0.2.2");
    assert_eq!(app.says_within(A_WHILE), [], "it was so before");

    for change in [
        "ip route replace default via 192.0.2.3",
        "ip link set outside down",
        "ip link set outside up",
        "ip addr add 2001:db8::1/64 dev inside nodad",
        "ip addr del 192.0.2.1/24 dev inside",
        "ip link del inside",
    ] {
        app.run(change);
        let said = app.says_within(2 * A_WHILE);
        assert_eq!(said, [changed("NetworkChanged")], "{change}");
    }
}

#[test]
fn what_was_there_before_is_no_news_when_it_is_repeated() {
    let mut app = apart(&[]);
    app.run("ip link add inside type veth peer name outside");
    app.run("ip link set outside up");
    app.run("ip link set inside up");
    app.run("ip addr add 192.0.2.1/24 dev inside");
    app.run("ip route add default via 192.0.2.2");
    std::thread::sleep(A_WHILE);
    watches(&mut app);
    app.run("ip addr change 192.0.2.1/24 dev inside preferred_lft 1000 valid_lft 2000");
    app.run("ip route replace default via 192.0.2.2");
    app.run("ip link set inside alias again");
    assert_eq!(app.says_within(2 * A_WHILE), []);
}
