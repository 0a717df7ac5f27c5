//! The page at a host's local port after its Jupyter has ended.

use std::path::PathBuf;

use crate::desk::{Desk, servers};
use crate::support::process::PATIENCE;
use crate::support::{Chromium, Sshd, eventually, kernels};

const ENDED: &str = "Jupyter on gpu01 has ended";

fn picture(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("REMOTE_JUPYTER_PICTURES")?;
    Some(PathBuf::from(folder).join(name))
}

#[test]
fn a_real_browser_shows_that_jupyter_has_ended_and_its_button_starts_it_again() {
    let desk = Desk::with(&["gpu01"]);
    desk.connect("gpu01");
    let ready = kernels::ready(&desk.client, "gpu01");
    let url = ready["url"].as_str().unwrap();
    let address = url.split('?').next().unwrap();
    let browser = Chromium::open(url);
    browser.wait_title("Jupyter");
    // The tab's own requests find it out.
    kernels::kill_server(&desk.sshd);
    desk.desktop
        .wait_within("▲ gpu01: Jupyter has ended", PATIENCE);
    browser.visit(address);
    browser.wait_title(ENDED);
    assert!(
        browser.text().contains("Start Jupyter Again"),
        "{}",
        browser.text()
    );
    for scheme in ["light", "dark"] {
        if let Some(file) = picture(&format!("ended-{scheme}.png")) {
            browser.picture(scheme, &file);
        }
    }

    let pages = desk.desktop.answers().len();
    browser.evaluate("document.querySelector('button').click()");
    browser.wait_title("Connecting to gpu01");
    if let Some(file) = picture("opening.png") {
        browser.picture("light", &file);
    }
    desk.desktop.wait_within("● gpu01", PATIENCE);
    desk.wait_for_pages(pages + 1);
    assert_eq!(servers(&desk.sshd), 1);
    let again = kernels::ready(&desk.client, "gpu01");
    assert_eq!(
        again["local_port"], ready["local_port"],
        "the port is the same"
    );
    // The new tab is logged in, and with it the old address, where the new Jupyter is.
    browser.visit(again["url"].as_str().unwrap());
    browser.wait_title("Jupyter");
    browser.visit(address);
    browser.wait_title("Jupyter");
    let is_there = || browser.tab().1.ends_with("/lab");
    assert!(eventually(PATIENCE, is_there), "{:?}", browser.tab());
}

#[test]
fn a_start_that_fails_is_said_on_the_page_too_and_the_page_goes_with_the_failure() {
    let desk = Desk::around(Sshd::start(), &["gpu01"], "");
    desk.connect("gpu01");
    let ready = kernels::ready(&desk.client, "gpu01");
    let port = ready["local_port"].as_u64().unwrap();
    let page = || page(port);
    kernels::kill_server(&desk.sshd);
    desk.desktop.click_host("gpu01");
    desk.desktop
        .wait_within("▲ gpu01: Jupyter has ended", PATIENCE);
    assert!(
        eventually(PATIENCE, || page().contains(ENDED)),
        "{}",
        page()
    );

    // The host refuses now.
    let mut desk = desk;
    desk.sshd.stop_listening();
    desk.desktop.click_host("gpu01");
    desk.desktop
        .wait_within("▲ gpu01: connection refused", PATIENCE);
    assert!(
        eventually(PATIENCE, || page().contains("Connect Again")),
        "{}",
        page()
    );
    let status = desk.client.run(&["status", "gpu01", "--json"]);
    assert_eq!(
        status.last_event()["last_end"]["code"],
        "connection_refused",
        "{status}"
    );

    desk.desktop.click("gpu01 > Dismiss");
    assert!(eventually(PATIENCE, || page().is_empty()), "{}", page());
}

/// Asks for the page as a browser does; empty where nobody answers.
pub fn page(port: u64) -> String {
    let request = ureq::get(format!("http://localhost:{port}/lab"));
    let request = request.header("Accept", "text/html").config();
    let Ok(mut response) = request.http_status_as_error(false).build().call() else {
        return String::new();
    };
    response.body_mut().read_to_string().unwrap_or_default()
}
