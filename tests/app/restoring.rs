//! The app starts again: tunnels that stood stand again, and nothing else begins.

use rustix::process::Signal;

use crate::desk::{Desk, servers};
use crate::desktop::SOON;
use crate::ended_pages::page;
use crate::support::process::PATIENCE;
use crate::support::sshd::accepted_logins;
use crate::support::{Opened, eventually, kernels, keys};

fn start_again(desk: &mut Desk) {
    desk.app = Opened::spawn(&mut desk.client.command(&[]));
    desk.desktop.wait_for("Quit");
}

fn quit(desk: &mut Desk) {
    desk.desktop.click("Quit Remote Jupyter");
    assert_eq!(desk.app.wait_exit_within(SOON).code, Some(0));
}

fn local_port(desk: &Desk) -> u64 {
    kernels::ready(&desk.client, "gpu01")["local_port"]
        .as_u64()
        .unwrap()
}

#[test]
fn after_a_crash_or_a_quit_a_tunnel_stands_again_at_its_port_and_opens_no_tab() {
    let mut desk = Desk::with(&["gpu01", "other"]);
    desk.connect("gpu01");
    let port = local_port(&desk);
    let told = desk.desktop.notifications().len();
    desk.app.signal(Signal::KILL);
    desk.app.wait_exit();
    start_again(&mut desk);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    assert_eq!(local_port(&desk), port);
    quit(&mut desk);
    start_again(&mut desk);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    assert_eq!(local_port(&desk), port);
    assert_eq!(servers(&desk.sshd), 1);
    assert_eq!(desk.desktop.answers().len(), 1, "no tab but the first");
    assert_eq!(desk.desktop.notifications().len(), told);
    desk.desktop.wait_for("○ other");

    // What the user has closed stays closed.
    desk.desktop.click("gpu01 > Disconnect");
    desk.desktop.wait_for("○ gpu01");
    let state = || desk.client.read("state/remote-jupyter/state.toml");
    assert!(eventually(SOON, || !state().contains("open = ")));
    quit(&mut desk);
    let before = accepted_logins(&desk.sshd.log());
    start_again(&mut desk);
    desk.desktop.wait_for("○ gpu01");
    assert_eq!(accepted_logins(&desk.sshd.log()), before);
}

#[test]
fn a_server_that_has_ended_meanwhile_is_said_in_the_menu_and_on_its_page_and_not_started() {
    let mut desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let port = local_port(&desk);
    quit(&mut desk);
    kernels::kill_server(&desk.sshd);
    let told = desk.desktop.notifications().len();
    start_again(&mut desk);
    desk.desktop
        .wait_within("▲ gpu01: Jupyter has ended", PATIENCE);
    let says = || page(port).contains("Jupyter on gpu01 has ended");
    assert!(eventually(SOON, says), "{}", page(port));
    assert_eq!(servers(&desk.sshd), 0);
    assert_eq!(desk.desktop.notifications().len(), told, "the menu says it");

    desk.desktop.click_host("gpu01");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(2);
    assert_eq!(local_port(&desk), port);
}

#[test]
fn a_login_that_needs_the_user_is_offered_and_no_dialog_comes_by_itself() {
    let mut desk = Desk::with(&["gpu01=test-enc"]);
    desk.desktop.click("○ gpu01");
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    let port = local_port(&desk);
    quit(&mut desk);
    start_again(&mut desk);
    desk.desktop
        .wait_within("◌ gpu01: click to log in", PATIENCE);
    desk.desktop.wait_for_no_dialog();
    let titles = || {
        let posted = desk.desktop.notifications().into_iter();
        posted.map(|posted| posted.title).collect::<Vec<_>>()
    };
    assert!(
        eventually(SOON, || titles().last().unwrap() == "gpu01: log in"),
        "{:?}",
        titles()
    );
    desk.desktop.click_notification();
    desk.desktop.answer(keys::PASSPHRASE);
    desk.desktop.wait_within("● gpu01", PATIENCE);
    assert_eq!(local_port(&desk), port);
}
