//! A day with the app: kernels, links, logs, the command line, losses.

use serde_json::Value;

use crate::desk::{Desk, servers};
use crate::desktop::SOON;
use crate::support::process::PATIENCE;
use crate::support::{Opened, Sshd, eventually, http, kernels};

#[test]
fn what_runs_stands_in_the_menu_and_leads_to_its_notebook() {
    let lines = "[[host]]\nname = \"with ports\"\nssh = \"test\"\n[[host.forward]]\nname = \"TensorBoard\"\nremote = \"6006\"";
    let desk = Desk::around(Sshd::start(), &[], lines);
    desk.connect("with ports");
    desk.desktop.wait_for("● with ports: no kernels");
    kernels::start_session(&desk.client, "with ports", "a b.ipynb");
    desk.desktop
        .wait_within("● with ports: 1 kernel, ", PATIENCE);
    let starting = "with ports > Kernels > a b.ipynb (starting) > Open Notebook";
    desk.desktop.click(starting);
    desk.wait_for_pages(2);

    let port = desk
        .desktop
        .wait_for("with ports > Ports > TensorBoard (localhost:");
    let number = port
        .text
        .trim_end_matches(')')
        .rsplit(':')
        .next()
        .unwrap()
        .to_owned();
    desk.desktop.click_id(port.id);
    let opened = || desk.desktop.addresses().pop().unwrap_or_default();
    let want = format!("http://localhost:{number}/");
    assert!(eventually(SOON, || opened() == want), "{}", opened());
}

#[test]
fn a_notebook_opens_by_its_path_and_is_found_again_while_the_host_is_closed() {
    let mut desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    kernels::start_session(&desk.client, "gpu01", "a b.ipynb");
    desk.desktop.wait_within("● gpu01: 1 kernel, ", PATIENCE);
    desk.desktop.click("gpu01 > Open Notebook…");
    desk.desktop.answer("sub/c.ipynb");
    desk.wait_for_pages(2);
    // A path of another folder is none of Jupyter's.
    desk.desktop.click("gpu01 > Open Notebook…");
    desk.desktop.answer("../secret.ipynb");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    assert_eq!(desk.desktop.answers().len(), 2);

    // The next run of the app knows it.
    desk.desktop.click("gpu01 > Disconnect");
    desk.desktop.wait_for("○ gpu01");
    desk.desktop.click("Quit Remote Jupyter");
    desk.app.wait_exit();
    desk.app = Opened::spawn(&mut desk.client.command(&[]));
    desk.desktop.click("gpu01 > Recent > a b.ipynb");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(3);
    let status = desk.client.run(&["status", "gpu01", "--json"]);
    assert!(status.stdout.contains("a%20b.ipynb"), "{status}");

    // The same where a server has to be started first.
    let stopped = desk.client.run(&["stop", "gpu01", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");
    desk.desktop.wait_within("○ gpu01", PATIENCE);
    assert!(eventually(PATIENCE, || servers(&desk.sshd) == 0));
    desk.desktop.click("gpu01 > Recent > a b.ipynb");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(4);
    let status = desk.client.run(&["status", "gpu01", "--json"]);
    assert!(status.stdout.contains("a%20b.ipynb"), "{status}");
    assert!(status.stdout.contains("\"reused\":false"), "{status}");
}

#[test]
fn the_link_is_copied_with_its_token_and_the_diagnostics_without() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    desk.desktop.click("gpu01 > Copy Link");
    assert!(eventually(SOON, || desk
        .desktop
        .clipboard()
        .contains("token=")));
    let link = desk.desktop.clipboard();
    let token = http::token(&link).unwrap();
    assert!(link.starts_with("http://localhost:"), "{link}");
    let hint = "x-kde-passwordManagerHint";
    assert_eq!(desk.desktop.clipboard_as(hint), "secret", "for histories");

    desk.desktop.click("Help > Copy Diagnostics");
    assert!(eventually(SOON, || desk
        .desktop
        .clipboard()
        .contains("\"gpu01\"")));
    let text = desk.desktop.clipboard();
    assert!(
        text.contains("Ready") && text.contains(env!("CARGO_PKG_VERSION")),
        "{text}"
    );
    assert!(!text.contains(&token), "{text}");
    assert_eq!(desk.desktop.clipboard_as(hint), "", "it is none");
    assert!(!desk.log().contains(&token), "{}", desk.log());
}

#[test]
fn logs_are_shown_over_the_login_that_stands() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    desk.desktop.click("gpu01 > Show Log");
    assert!(eventually(SOON, || desk.desktop.opened_files().len() == 1));
    let file = desk.desktop.opened_files().remove(0);
    assert!(
        std::fs::read_to_string(&file).unwrap().contains("Jupyter"),
        "{file}"
    );
    assert_eq!(crate::support::client::mode(file.as_ref()), 0o600);
    assert_eq!(desk.sshd.connections(), 1);
    desk.desktop.click("Help > Show Log");
    assert!(eventually(SOON, || desk.desktop.opened_files().len() == 2));
    assert!(desk.desktop.opened_files()[1].contains("/logs/remote-jupyter."));
    // A log that the command line asks for is none of the app's business.
    let out = desk.client.run(&["logs", "gpu01"]);
    assert!(
        out.code == Some(0) && out.stdout.contains("Jupyter"),
        "{out}"
    );
    assert_eq!(desk.sshd.connections(), 1);
    assert_eq!(desk.desktop.opened_files().len(), 2);
}

#[test]
fn a_click_on_a_notification_does_what_helps() {
    let mut sshd = Sshd::start();
    sshd.stop_listening();
    let mut desk = Desk::around(sshd, &["gpu01"], "");
    let told = |desk: &Desk, count| {
        let posted = || desk.desktop.notifications();
        assert!(
            eventually(SOON, || posted().len() == count),
            "{:?}",
            posted()
        );
    };
    desk.desktop.click("○ gpu01");
    told(&desk, 1);
    desk.sshd.listen_again();
    desk.desktop.click_notification();
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    told(&desk, 2);
    desk.desktop.click_notification();
    desk.wait_for_pages(2);
}

#[test]
fn open_in_a_terminal_hands_the_work_to_the_app() {
    let desk = Desk::with(&["gpu01"]);
    let out = desk.client.run(&["open", "gpu01", "--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    let line = out.stdout.lines().last().unwrap_or_default();
    let ready: Value = serde_json::from_str(line).unwrap();
    assert_eq!(ready["phase"], "ready");
    desk.desktop.wait_for("● gpu01");
    desk.wait_for_pages(1);
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (1, 1));
    let out = desk.client.run(&["open", "gpu01", "--no-browser"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(desk.desktop.answers().len(), 1, "{out}");
}

#[test]
fn open_in_a_terminal_starts_a_server_that_ended_again() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    kernels::kill_server(&desk.sshd);
    desk.desktop.click_host("gpu01");
    desk.desktop
        .wait_within("▲ gpu01: Jupyter has ended", PATIENCE);
    let out = desk.client.run(&["open", "gpu01", "--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    assert_eq!(servers(&desk.sshd), 1);
}

#[test]
fn a_server_that_ended_and_a_connection_that_healed_are_told_apart() {
    let mut desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    // Until the menu was seen: on a fast machine a connection is back before the next look.
    desk.sshd.stop_listening();
    desk.sshd.drop_connections();
    desk.desktop.wait_for("◐ gpu01: reconnecting");
    desk.sshd.listen_again();
    desk.desktop.wait_within("● gpu01", PATIENCE);
    assert_eq!(desk.desktop.answers().len(), 1, "no second tab");
    assert_eq!(desk.desktop.notifications().len(), 1, "and no second word");
    let log = desk.log();
    for part in ["connection lost", "cause=", "connected again"] {
        assert!(log.contains(part), "{part} is not in the log: {log}");
    }

    kernels::kill_server(&desk.sshd);
    desk.desktop.click_host("gpu01");
    desk.desktop.wait_within("▲ gpu01", PATIENCE);
    let posted = || desk.desktop.notifications();
    // The browser may have been sent to the server that had gone, which is told too, and perhaps first.
    let is_told = || posted().iter().any(|one| one.title.contains("has ended"));
    assert!(eventually(SOON, is_told), "{:?}", posted());
}

#[test]
fn a_server_that_is_to_stop_with_the_app_does() {
    let lines = "[[host]]\nname = \"short\"\nssh = \"test\"\non_quit = \"stop\"";
    let mut desk = Desk::around(Sshd::start(), &[], lines);
    desk.connect("short");
    desk.desktop.click("Quit Remote Jupyter");
    let out = desk.app.wait_exit_within(std::time::Duration::from_secs(5));
    assert_eq!(out.code, Some(0), "{out}");
    assert!(
        eventually(SOON, || servers(&desk.sshd) == 0),
        "{:?}",
        desk.sshd.leftovers()
    );
}
