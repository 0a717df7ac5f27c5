//! What a person does with the menu alone.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::desk::{Desk, servers};
use crate::desktop::{Desktop, SOON};
use crate::support::process::PATIENCE;
use crate::support::websocket::Websocket;
use crate::support::{Client, Opened, Options, Sshd, eventually, kernels};

/// The websocket of Jupyter's own events.
const EVENTS: &str = "api/events/subscribe";

fn bare() -> Sshd {
    Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    })
}

#[test]
fn a_click_brings_the_tab_and_the_next_one_brings_it_back() {
    let desk = Desk::with(&["gpu01", "a box", "_b_&"]);
    let hosts = desk.desktop.hosts();
    let configured = ["○ gpu01", "○ a box", "○ _b_&"];
    assert_eq!(hosts[..3], configured, "as configured");

    desk.desktop.click("○ gpu01");
    let working = desk.desktop.wait_for("◐ gpu01: ").text;
    assert!(working.len() > "◐ gpu01: ".len());
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    let address = desk.desktop.addresses().remove(0);
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    assert!(!address.contains("token"), "{address}");

    desk.desktop.click_host("gpu01");
    desk.wait_for_pages(2);
    assert_ne!(desk.desktop.addresses()[1], address, "one address a time");
    desk.desktop.click("gpu01 > New Tab");
    desk.wait_for_pages(3);
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (1, 1));

    let posted = desk.desktop.notifications();
    assert_eq!(posted.len(), 1, "{posted:?}");
    assert_eq!(posted[0].title, "gpu01 is ready");
    assert!(posted[0].body.contains("was started"), "{posted:?}");
    let text = format!("{posted:?}");
    assert!(!text.contains("token") && !text.contains("http"), "{text}");
}

#[test]
fn a_click_on_a_page_that_is_open_says_so_and_a_second_one_opens_another_tab() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let told = |count| {
        let about = |title: &str| title == "gpu01 is open in a browser tab already";
        let posted = || desk.desktop.notifications();
        let shown = || posted().iter().filter(|one| about(&one.title)).count();
        assert!(eventually(SOON, || shown() == count), "{:?}", posted());
    };
    // As JupyterLab has one from its beginning, with or without a notebook.
    let page = || Websocket::open(&kernels::ready(&desk.client, "gpu01"), EVENTS);
    let open = page();
    desk.desktop.click_host("gpu01");
    told(1);
    assert_eq!(desk.desktop.answers().len(), 1);
    desk.desktop.click_host("gpu01");
    desk.wait_for_pages(2);

    // So do a link, another start of the app, and the notification.
    let by_link = &["url", "remote-jupyter://open/gpu01"];
    assert_eq!(desk.client.run(by_link).code, Some(0));
    told(2);
    assert_eq!(desk.client.run(&[]).code, Some(0));
    desk.wait_for_pages(3);
    desk.desktop.click_host("gpu01");
    told(3);
    desk.desktop.click_notification();
    desk.wait_for_pages(4);

    // In a terminal `open` means a tab.
    let out = desk.client.run(&["open", "gpu01"]);
    assert_eq!(out.code, Some(0), "{out}");
    desk.wait_for_pages(5);

    // The browser is gone, without a word to anybody.
    drop(open);
    desk.desktop.click_host("gpu01");
    desk.wait_for_pages(6);
    told(3);
}

#[test]
fn a_host_that_refuses_says_so_and_a_click_tries_again() {
    let mut sshd = Sshd::start();
    sshd.stop_listening();
    let mut desk = Desk::around(sshd, &["gpu01"], "");
    desk.desktop.click("○ gpu01");
    desk.desktop.wait_for("▲ gpu01");
    let lines = desk.desktop.menu();
    assert_eq!(lines[0].text, "▲ gpu01: connection refused");
    let told = || desk.desktop.notifications().len();
    assert!(eventually(SOON, || told() == 1));

    // What cannot be chosen does nothing, whatever sends the click.
    let separator = lines.iter().find(|line| line.text == "-").unwrap();
    desk.desktop.click_id(separator.id);
    assert_eq!(desk.desktop.menu(), lines);

    desk.desktop.click("gpu01 > Details…");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    desk.desktop.click_host("gpu01");
    assert!(eventually(SOON, || told() == 2), "it tried again");
    desk.desktop.wait_for("▲ gpu01");
    desk.sshd.listen_again();
    desk.desktop.wait_for("▲ gpu01");
    desk.desktop.click_host("gpu01");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
}

#[test]
fn disconnect_leaves_the_server_and_stop_ends_it() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    desk.desktop.click("gpu01 > Disconnect");
    desk.desktop.wait_for("○ gpu01");
    assert_eq!(servers(&desk.sshd), 1, "the server stays");

    desk.connect("gpu01");
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (1, 2));
    // Without kernels nothing would be lost, and nothing is asked.
    desk.desktop.wait_for("● gpu01: no kernels");
    desk.desktop.click("gpu01 > Stop Jupyter");
    desk.desktop.wait_within("○ gpu01", PATIENCE);
    assert!(
        desk.sshd.empties_within(SOON),
        "{:?}",
        desk.sshd.leftovers()
    );
}

#[test]
fn what_is_still_starting_can_be_cancelled() {
    let sshd = bare();
    let script = "#!/bin/sh\nexec sleep 300\n";
    sshd.home().write("bin/jupyter-lab", script);
    let lab = sshd.home().path().join("bin/jupyter-lab");
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(lab, mode).unwrap();
    sshd.home()
        .append(".bash_profile", "PATH=\"$HOME/bin:$PATH\"\n");
    let desk = Desk::around(sshd, &["gpu01"], "");

    desk.desktop.click("○ gpu01");
    desk.desktop.wait_for("◐ gpu01: starting");
    desk.desktop.click("gpu01 > Cancel");
    desk.desktop.wait_for("○ gpu01");
    assert!(desk.desktop.notifications().is_empty(), "a wish is no news");
}

#[test]
fn a_cancel_right_after_the_click_counts_too() {
    let desk = Desk::around(bare(), &["gpu01"], "");
    desk.desktop.click("○ gpu01");
    desk.desktop.click("gpu01 > Cancel");
    desk.desktop.wait_for("○ gpu01");
}

#[test]
fn quitting_closes_the_tunnel_and_leaves_nothing() {
    let mut desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let began = Instant::now();
    desk.desktop.click("Quit Remote Jupyter");
    let out = desk.app.wait_exit_within(Duration::from_secs(5));
    assert_eq!(out.code, Some(0), "{out} after {:?}", began.elapsed());
    assert!(out.stdout.is_empty() && out.stderr.is_empty(), "{out}");
    // The server and its keeper stay, and nothing else.
    let left = || desk.sshd.leftovers();
    assert!(eventually(SOON, || left().len() == 2), "{:?}", left());
    assert_eq!(servers(&desk.sshd), 1, "the server stays");
    assert!(sockets(&desk.client).is_empty());
}

#[test]
fn a_signal_quits_in_good_order() {
    let mut desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    desk.app.terminate();
    let out = desk.app.wait_exit_within(Duration::from_secs(5));
    assert_eq!(out.code, Some(0), "{out}");
    assert!(sockets(&desk.client).is_empty());
}

fn sockets(client: &Client) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(client.path("run/remote-jupyter")).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    let is_socket = |path: &PathBuf| path.extension().is_some_and(|end| end == "sock");
    paths.filter(is_socket).collect()
}

#[test]
fn without_hosts_the_menu_says_what_to_do() {
    let client = Client::new();
    let desktop = Desktop::of(&client);
    let _app = Opened::spawn(&mut client.command(&[]));
    let line = desktop.wait_for("No Hosts Yet");
    assert!(!line.enabled);
    assert_eq!(desktop.icons(), 1);
    desktop.wait_for("Add Host…");
    desktop.wait_for("Edit Configuration");
}

#[test]
fn without_a_display_it_says_so() {
    let out = Client::new().run(&[]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(out.stderr.contains("no display"), "{out}");
    assert!(out.stderr.contains("remote-jupyter open HOST"), "{out}");
}

#[test]
fn hosts_that_are_to_be_open_at_the_start_are() {
    let desk = Desk::around(Sshd::start(), &["a", "b"], "open_at_start = [\"b\"]");
    desk.desktop.wait_within("● b", PATIENCE);
    desk.desktop.wait_for("○ a");
    desk.wait_for_pages(1);
}
