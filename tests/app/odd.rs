//! Desktops and configurations that nobody wishes for.

use std::time::Duration;

use crate::desk::{Desk, configuration};
use crate::desktop::{Desktop, SOON};
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Sshd, eventually};

fn bare() -> Sshd {
    Sshd::with(&crate::support::Options {
        jupyter: false,
        ..Default::default()
    })
}

#[test]
fn two_hundred_hosts_leave_a_menu_to_choose_from() {
    let names: Vec<String> = (0..200).map(|n| format!("node{n:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = Desk::around(bare(), &names, "");
    let top = desk.desktop.texts();
    let top = top.iter().filter(|text| !text.contains(" > "));
    assert!(top.count() < 40);
    desk.desktop
        .wait_for("More Hosts > node189 to test-rsa > ○ node199");
}

#[test]
fn odd_names_are_shown_and_can_be_clicked() {
    let long = "x".repeat(300);
    let names = ["a & b", "_b_", "🧪 lab", &long];
    let mut sshd = bare();
    sshd.stop_listening();
    let desk = Desk::around(sshd, &names, "");
    for name in ["a & b", "_b_", "🧪 lab"] {
        desk.desktop.click(&format!("○ {name}"));
        desk.desktop.wait_for(&format!("▲ {name}"));
    }
    let line = desk.desktop.wait_for("○ xxx");
    assert!(
        line.text.chars().count() < 50 && line.text.contains('…'),
        "{line:?}"
    );
    desk.desktop.click(&line.text);
    desk.desktop.wait_for("▲ xxx");
}

#[test]
fn without_a_place_for_icons_and_notifications_the_app_still_serves() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let desktop = Desktop::empty(&client);
    client.configure(&configuration(&desktop, &["gpu01"], ""));
    let mut app = Opened::spawn(&mut client.command(&[]));
    let handed_over = || {
        let out = client.run(&["open", "gpu01", "--no-browser"]);
        out.code == Some(0) && out.stderr.contains("another remote-jupyter holds")
    };
    // Before the app listens, the command would hold the tunnel itself, until somebody ends it.
    assert!(eventually(SOON, || client
        .path("run/remote-jupyter")
        .read_dir()
        .is_ok_and(|dir| dir.flatten().any(|entry| entry
            .file_name()
            .to_string_lossy()
            .starts_with("app.")))));
    std::thread::sleep(Duration::from_millis(500));
    assert!(handed_over());
    let out = client.run(&["status", "gpu01"]);
    assert!(out.stdout.contains("ready"), "{out}");
    assert!(app.is_running());
    app.terminate();
    assert_eq!(app.wait_exit_within(PATIENCE).code, Some(0));
}
