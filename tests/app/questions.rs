//! What the app asks in dialogs, and what comes of the answers.

use std::time::Duration;

use crate::desk::{Desk, servers};
use crate::desktop::SOON;
use crate::support::process::PATIENCE;
use crate::support::{Known, Sshd, eventually, kernels, keys};

#[test]
fn a_passphrase_is_asked_for_and_typed() {
    let desk = Desk::with(&["gpu01=test-enc", "other"]);
    desk.desktop.click("○ gpu01");
    desk.desktop.wait_for("◐ gpu01: waiting for your answer");
    desk.desktop.answer("wrong");
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    desk.desktop.wait_for_no_dialog();
}

#[test]
fn a_host_that_opens_at_start_asks_by_a_notification_first() {
    let lines = "open_at_start = [\"gpu01\"]";
    let desk = Desk::around(Sshd::start(), &["gpu01=test-enc"], lines);
    desk.desktop.wait_for("◌ gpu01: click to log in");
    desk.desktop.wait_for_no_dialog();
    assert!(eventually(SOON, || desk.desktop.notifications().len() == 1));
    assert_eq!(desk.desktop.notifications()[0].title, "gpu01: log in");
    desk.desktop.click_notification();
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
}

#[test]
fn a_cancelled_question_cancels_the_click_and_nothing_else() {
    let desk = Desk::with(&["gpu01=test-enc", "other"]);
    desk.connect("other");
    let told = desk.desktop.notifications().len();
    desk.desktop.click("○ gpu01");
    desk.desktop.press(&["Escape"]);
    desk.desktop.wait_for("○ gpu01");
    desk.desktop.wait_for("● other");
    assert_eq!(
        desk.desktop.notifications().len(),
        told,
        "a wish is no news"
    );

    // Cancel in the menu takes the dialog away.
    desk.desktop.click("○ gpu01");
    desk.desktop.wait_for("◐ gpu01: waiting for your answer");
    desk.desktop.click("gpu01 > Cancel");
    desk.desktop.wait_for("○ gpu01");
    desk.desktop.wait_for_no_dialog();
}

#[test]
fn a_log_that_nobody_wants_any_more_is_not_missed() {
    let lines =
        "[[host]]\nname = \"gpu01\"\nssh = \"test-enc\"\ncommand = \"echo it broke; false\"";
    let desk = Desk::around(Sshd::start(), &[], lines);
    desk.desktop.click("○ gpu01");
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("▲ gpu01", PATIENCE);
    let told = |count| {
        let posted = || desk.desktop.notifications();
        assert!(
            eventually(SOON, || posted().len() == count),
            "{:?}",
            posted()
        );
    };
    told(1);
    // The log takes a login of its own, with a question of its own.
    desk.desktop.click_notification();
    desk.desktop.press(&["Escape"]);
    desk.desktop.wait_for_no_dialog();
    std::thread::sleep(Duration::from_secs(1));
    desk.desktop.wait_for_no_dialog();
    assert!(desk.desktop.opened_files().is_empty());

    // A notification is clicked once.
    desk.desktop.click("▲ gpu01: Jupyter did not start");
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("▲ gpu01", PATIENCE);
    told(2);
    desk.desktop.click_notification();
    desk.desktop.answer(keys::PASSPHRASE);
    assert!(eventually(PATIENCE, || desk.desktop.opened_files().len() == 1));
    let log = std::fs::read_to_string(&desk.desktop.opened_files()[0]).unwrap();
    assert!(log.contains("it broke"), "{log}");
}

#[test]
fn an_unknown_host_key_is_refused_by_return_and_accepted_only_on_purpose() {
    let sshd = Sshd::start();
    let (desk, ()) = Desk::after(sshd, &["gpu01"], "", |_| ());
    desk.client.know(&desk.sshd, Known::Not);
    desk.desktop.click("○ gpu01");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for("○ gpu01");
    assert_eq!(desk.client.read("known_hosts"), "");
    assert_eq!(desk.sshd.connections(), 0, "nobody has logged in");

    desk.desktop.click("○ gpu01");
    desk.desktop.press(&["Tab", "Return"]);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    assert!(!desk.client.read("known_hosts").is_empty());
}

#[test]
fn the_login_for_a_log_is_in_the_menu_and_a_click_on_the_host_takes_its_place() {
    let desk = Desk::with(&["gpu01=test-enc"]);
    let ask = || {
        desk.desktop.click("gpu01 > Show Log");
        desk.desktop.wait_for("◐ gpu01: waiting for your answer");
    };
    ask();
    desk.desktop.click("gpu01 > Cancel Fetching the Log");
    desk.desktop.wait_for("○ gpu01");
    desk.desktop.wait_for_no_dialog();

    // One login and one question are enough, and the log comes with them.
    ask();
    desk.desktop
        .replace_dialog(|| desk.desktop.click_host("gpu01"));
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    assert!(eventually(SOON, || desk.desktop.opened_files().len() == 1));
    desk.desktop.wait_for_no_dialog();
    assert_eq!(desk.sshd.connections(), 1);
}

#[test]
fn a_check_of_the_connection_shows_the_lines_of_doctor() {
    let desk = Desk::with(&["gpu01=test-enc"]);
    desk.desktop.click("gpu01 > Check Connection…");
    desk.desktop.answer(keys::PASSPHRASE);
    // The lines come in a window, whose button copies them.
    desk.desktop.wait_within("○ gpu01", PATIENCE);
    desk.desktop.press(&["shift+Tab", "space"]);
    let copied = |what: &str| desk.desktop.clipboard().contains(what);
    assert!(eventually(SOON, || copied("✓ logged in as")));
    assert!(copied("Local computer\n  ✓ Remote Jupyter "));
    assert!(copied("\n  ✓ ssh: OpenSSH"));
    assert!(copied("\n\ngpu01\n  ✓ "));
    desk.desktop.press(&["Escape"]);
    desk.desktop.wait_for_no_dialog();
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (0, 1));

    // One that is given up has nothing to show.
    desk.desktop.click("gpu01 > Check Connection…");
    desk.desktop.press(&["Escape"]);
    desk.desktop.wait_for("○ gpu01");
    desk.desktop.wait_for_no_dialog();
}

#[test]
fn stopping_with_kernels_warns_first() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    kernels::start_kernel(&desk.client, "gpu01");
    desk.desktop
        .wait_within("● gpu01: 1 kernel, idle", PATIENCE);
    let stop = "gpu01 > Stop Jupyter…";
    desk.desktop.click(stop);
    desk.desktop.press(&["Return"]); // the default is not to
    desk.desktop.wait_for_no_dialog();
    assert_eq!(servers(&desk.sshd), 1);

    kernels::make_busy(&desk.sshd);
    desk.desktop
        .wait_within("● gpu01: 1 kernel, busy", PATIENCE);
    desk.desktop.click(stop);
    desk.desktop.press(&["Tab", "Return"]);
    desk.desktop.wait_within("○ gpu01", PATIENCE);
    assert!(eventually(SOON, || servers(&desk.sshd) == 0));
}

#[test]
fn a_quit_that_costs_something_asks_first() {
    let mut desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    kernels::start_kernel(&desk.client, "gpu01");
    kernels::make_busy(&desk.sshd);
    desk.desktop
        .wait_within("● gpu01: 1 kernel, busy", PATIENCE);
    desk.desktop.click("Quit Remote Jupyter…");
    desk.desktop.press(&["Return"]); // the default is not to
    desk.desktop.wait_for_no_dialog();
    assert!(desk.app.is_running());
    desk.desktop.click("Quit Remote Jupyter…");
    desk.desktop.press(&["Tab", "Return"]);
    assert_eq!(desk.app.wait_exit_within(SOON).code, Some(0));
    assert_eq!(servers(&desk.sshd), 1, "it computes on");
}
