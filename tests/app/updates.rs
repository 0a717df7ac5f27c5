//! The look for a newer version, at a server of the test's own.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread::spawn;

use crate::desk::Desk;
use crate::desktop::{Desktop, SOON};
use crate::support::{Client, Opened, Options, Sshd, eventually};

/// Where releases are published. It lives as long as the test.
struct Releases {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Releases {
    /// Whatever is asked, this is the answer.
    fn answering(head: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = vec![0; 4096];
                let read = stream.read(&mut request).unwrap_or_default();
                let text = String::from_utf8_lossy(&request[..read]).into_owned();
                seen.lock().unwrap().push(text);
                let rest = "Content-Length: 0\r\nConnection: close\r\n\r\n";
                let _ = write!(stream, "HTTP/1.1 {head}\r\n{rest}");
            }
        });
        Self { address, asked }
    }

    fn count(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    /// The app, which asks here.
    fn desk(&self, lines: &str) -> Desk {
        let sshd = Sshd::with(&Options {
            jupyter: false,
            ..Default::default()
        });
        let tell = |client: &Client| client.env("REMOTE_JUPYTER_RELEASES", self.address.as_str());
        Desk::after(sshd, &["gpu01"], lines, tell).0
    }
}

const NEWER: &str = "302 Found\r\nLocation: https://example.org/x/releases/tag/v99.0.0";
const ENTRY: &str = "Version 99.0.0 Is Available…";

#[test]
fn a_newer_version_stands_in_the_menu_and_leads_to_its_page() {
    let releases = Releases::answering(NEWER);
    let mut desk = releases.desk("");
    desk.desktop.click(ENTRY);
    let page = format!("{}/releases/tag/v99.0.0", releases.address);
    let opened = || desk.desktop.addresses();
    assert!(
        eventually(SOON, || opened() == [page.clone()]),
        "{:?}",
        opened()
    );
    assert!(desk.desktop.notifications().is_empty(), "nothing pops up");
    // The browser has come to the page.
    assert!(eventually(SOON, || releases.count() == 2));

    // The next start knows it without another look, on the same day.
    desk.desktop.click("Quit Remote Jupyter");
    assert_eq!(desk.app.wait_exit_within(SOON).code, Some(0));
    desk.app = Opened::spawn(&mut desk.client.command(&[]));
    desk.desktop.click(ENTRY);
    assert!(eventually(SOON, || releases.count() == 3));
    let asked = releases.asked.lock().unwrap();
    let looks = asked
        .iter()
        .filter(|text| text.contains("/releases/latest"));
    assert_eq!(looks.count(), 1, "{asked:?}");
}

#[test]
fn switched_off_it_looks_only_when_the_person_does() {
    let releases = Releases::answering(NEWER);
    let desk = releases.desk("check_updates = false");
    assert_eq!(desk.client.run(&["list"]).code, Some(0));
    desk.desktop.click("Help > Check for Updates");
    // Return presses what is safe.
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    desk.desktop.wait_for(ENTRY);
    assert_eq!(releases.count(), 1, "the person's own look");
    assert!(desk.desktop.addresses().is_empty());

    desk.desktop.click("Help > Check for Updates");
    desk.desktop.press(&["Tab", "Return"]);
    assert!(eventually(SOON, || desk.desktop.addresses().len() == 1));
}

#[test]
fn a_look_in_vain_is_told_only_to_who_asked() {
    let releases = Releases::answering("500 Oops");
    let desk = releases.desk("");
    assert!(
        eventually(SOON, || desk.log().contains("in vain")),
        "{}",
        desk.log()
    );
    assert!(
        !desk
            .desktop
            .texts()
            .iter()
            .any(|text| text.starts_with("Version"))
    );
    desk.desktop.wait_for_no_dialog();
    desk.desktop.click("Help > Check for Updates");
    desk.desktop.press(&["Return"]);
    desk.desktop.wait_for_no_dialog();
    assert_eq!(releases.count(), 2);
}

#[test]
fn without_a_place_of_the_projects_own_there_is_nothing_to_check() {
    if !env!("CARGO_PKG_REPOSITORY").is_empty() {
        return; // Then it would ask there, which is nothing for a test.
    }
    let sshd = Sshd::with(&Options {
        jupyter: false,
        ..Default::default()
    });
    // An address that is not this machine's is not taken either.
    let tell = |client: &Client| client.env("REMOTE_JUPYTER_RELEASES", "http://192.0.2.1:80");
    let (desk, ()) = Desk::after(sshd, &["gpu01"], "", tell);
    let texts = Desktop::texts(&desk.desktop);
    let is_check = |text: &String| text.contains("Check for Updates");
    assert!(!texts.iter().any(is_check), "{texts:?}");
}
