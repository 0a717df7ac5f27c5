//! The app and the other programs of the account: the command line, a second start, an editor.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Instant;

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{self, Desk, servers};
use crate::desktop::SOON;
use crate::support::process::PATIENCE;
use crate::support::{Client, Finished, Key, Known, Opened, Sshd, eventually, http};

fn good(desk: &Desk, args: &[&str]) -> Finished {
    let out = desk.client.run(args);
    assert_eq!(out.code, Some(0), "{args:?}: {out}");
    out
}

#[test]
fn the_command_line_speaks_to_the_app() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let status = good(&desk, &["status", "gpu01", "--json"]).last_event();
    assert_eq!(status["phase"], "ready");

    let opened = good(&desk, &["open", "gpu01", "--json"]).last_event();
    desk.wait_for_pages(2);
    let token = http::token(opened["url"].as_str().unwrap()).unwrap();
    assert!(!format!("{:?}", desk.desktop.notifications()).contains(&token));
    assert!(!desk.desktop.addresses().join("\n").contains(&token));
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (1, 1));

    good(&desk, &["close", "gpu01"]);
    desk.desktop.wait_for("○ gpu01");
    assert_eq!(servers(&desk.sshd), 1);
}

#[test]
fn the_app_shows_and_closes_a_tunnel_of_the_command_line() {
    let open = |client: &Client| {
        let mut opened = client.open("gpu01");
        opened.wait_phase("ready");
        opened
    };
    let (desk, mut opened) = Desk::after(Sshd::start(), &["gpu01"], "", open);
    desk.desktop.wait_for("● gpu01");
    desk.desktop.click_host("gpu01");
    desk.wait_for_pages(1);
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (1, 1));
    let posted = desk.desktop.notifications();
    assert!(posted.is_empty(), "the terminal has told it: {posted:?}");
    desk.desktop.click("gpu01 > Disconnect");
    desk.desktop.wait_for("○ gpu01");
    assert_eq!(opened.wait_exit().code, Some(0));
}

#[test]
fn the_app_notices_that_the_command_line_has_closed() {
    let open = |client: &Client| {
        let mut opened = client.open("gpu01");
        opened.wait_phase("ready");
        opened
    };
    let (mut desk, mut opened) = Desk::after(Sshd::start(), &["gpu01"], "", open);
    desk.desktop.wait_for("● gpu01");
    // Nor does another program's tunnel hold up the end.
    desk.desktop.click("Quit Remote Jupyter");
    let out = desk.app.wait_exit_within(std::time::Duration::from_secs(2));
    assert_eq!(out.code, Some(0), "{out}");
    assert!(opened.is_running(), "it is not ours to close");

    desk.app = Opened::spawn(&mut desk.client.command(&[]));
    desk.desktop.wait_for("● gpu01");
    opened.interrupt();
    desk.desktop.wait_for("○ gpu01");
}

#[test]
fn the_app_tells_programs_of_other_versions_what_it_does_not_know() {
    let desk = Desk::with(&["gpu01"]);
    let files = std::fs::read_dir(desk.client.path("run/remote-jupyter")).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    // The app's is the only one, since no host is open.
    let is_socket = |path: &PathBuf| path.extension().is_some_and(|end| end == "sock");
    let socket = paths.find(is_socket).unwrap();
    let mut stream = UnixStream::connect(socket).unwrap();
    stream
        .write_all(b"{\"command\":\"dance\",\"version\":\"99.0.0\"}\n")
        .unwrap();
    let mut answers = String::new();
    stream.read_to_string(&mut answers).unwrap();
    let own = env!("CARGO_PKG_VERSION");
    let failed = format!("{{\"version\":\"{own}\"}}\n{{\"host\":\"the app\",\"phase\":\"failed\",");
    assert!(answers.starts_with(&failed), "{answers}");
    for word in ["unsupported", "too old", "99.0.0", "Quit the app"] {
        assert!(answers.contains(word), "{answers}");
    }
}

/// A configuration of its own, whose `gpu01` is another machine.
fn elsewhere(desk: &Desk) -> (Sshd, String) {
    let far = Sshd::start();
    desk.client.add_host("far", &far, Key::Ed25519);
    desk.client.know_also(&far, Known::Right);
    let other = desk.client.path("other.toml");
    let text = desk::configuration(&desk.desktop, &["gpu01=far"], "");
    std::fs::write(&other, text).unwrap();
    (far, other.to_string_lossy().into_owned())
}

#[test]
fn another_configuration_has_an_app_and_hosts_of_its_own() {
    let desk = Desk::with(&["gpu01"]);
    let (far, other) = elsewhere(&desk);
    // A terminal's tunnel to the other one is not shown as this one's.
    let mut opened = desk.client.open_with("gpu01", &["-c", &other]);
    opened.wait_phase("ready");
    desk.desktop.click("○ gpu01");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    assert_eq!((desk.sshd.connections(), far.connections()), (1, 1));
    good(&desk, &["-c", &other, "stop", "gpu01", "--yes"]);
    assert_eq!(opened.wait_exit().code, Some(0));
    assert_eq!((servers(&desk.sshd), servers(&far)), (1, 0));

    // An address that comes with a configuration is for its hosts.
    let address = ["-c", &other, "url", "remote-jupyter://open/gpu01"];
    let mut second = Opened::spawn(&mut desk.client.command(&address));
    desk.wait_for_pages(2);
    assert_eq!((servers(&desk.sshd), servers(&far)), (1, 1));
    assert_eq!((desk.sshd.connections(), far.connections()), (1, 2));
    let out = desk.client.run(&["uninstall"]);
    assert_eq!(out.code, Some(2), "{out}");
    second.terminate();
    assert_eq!(second.wait_exit().code, Some(0));
    let status = good(&desk, &["status", "gpu01", "--json"]).last_event();
    assert_eq!(status["phase"], "ready");
}

#[test]
fn a_second_start_asks_the_first_one() {
    let mut desk = Desk::with(&["gpu01"]);
    let out = good(&desk, &[]);
    assert!(out.stderr.contains("already"), "{out}");
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(1);
    good(&desk, &[]);
    desk.wait_for_pages(2);
    assert_eq!((servers(&desk.sshd), desk.sshd.connections()), (1, 1));
    assert!(desk.app.is_running());
}

#[test]
fn a_stopped_app_does_not_hold_up_other_programs() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let pid = Pid::from_raw(i32::try_from(desk.app.pid()).unwrap()).unwrap();
    kill_process(pid, Signal::STOP).unwrap();
    for args in [
        &[][..],
        &["url", "remote-jupyter://list"],
        &["open", "gpu01"],
    ] {
        let began = Instant::now();
        let out = desk.client.run(args);
        let took = began.elapsed();
        assert!(
            out.code != Some(0) && took < SOON,
            "{args:?} after {took:?}: {out}"
        );
        assert!(out.stderr.contains("does not answer"), "{args:?}: {out}");
    }
    kill_process(pid, Signal::CONT).unwrap();
    good(&desk, &["status", "gpu01"]);
}

#[test]
fn a_changed_configuration_counts_at_once_and_a_broken_one_never() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    desk.configure(&["b", "gpu01"]);
    desk.desktop.wait_for("○ b");
    let hosts = || {
        let hosts = desk.desktop.hosts().into_iter();
        // Without its kernels, and without the aliases of the ssh configuration.
        let ours = hosts.filter(|host| !host.contains("test"));
        ours.map(|host| host.split(':').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(hosts(), ["● gpu01", "○ b"], "what is open stays open");

    desk.client.configure("browser = 1\n");
    desk.desktop.click("▲ The Configuration Has Errors…");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    assert_eq!(hosts(), ["● gpu01", "○ b"]);

    // A host that is gone from the file stays until it is closed.
    desk.configure(&["b"]);
    let mended = || {
        !desk
            .desktop
            .texts()
            .iter()
            .any(|text| text.contains("Errors"))
    };
    assert!(eventually(SOON, mended), "{:?}", desk.desktop.texts());
    assert_eq!(hosts(), ["● gpu01", "○ b"]);
    desk.desktop.click("gpu01 > Disconnect");
    assert!(eventually(SOON, || hosts() == ["○ b"]), "{:?}", hosts());
}
