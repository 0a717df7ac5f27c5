//! What a browser gets at a host's local port while the connection is lost.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

use crate::scene::SOON;
use crate::support::network::Network;
use crate::support::{Chromium, Client, Key, Known, Live, Sshd, http};

/// Asks for a new page as a browser does.
fn load(ready: &Value, path: &str) -> String {
    let mut page = TcpStream::connect(("127.0.0.1", port(ready))).unwrap();
    page.set_read_timeout(Some(SOON)).unwrap();
    let lines = "Sec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\nAccept: text/html";
    let host = format!("localhost:{}", ready["local_port"]);
    write!(
        page,
        "GET {path} HTTP/1.1\r\nHost: {host}\r\n{lines}\r\nConnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    page.read_to_string(&mut answer).unwrap();
    answer
}

fn port(ready: &Value) -> u16 {
    u16::try_from(ready["local_port"].as_u64().unwrap()).unwrap()
}

/// Where pictures of the pages go, for who wants to look at them.
fn picture(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("REMOTE_JUPYTER_PICTURES")?;
    Some(PathBuf::from(folder).join(name))
}

#[test]
fn a_new_page_says_that_its_host_reconnects_and_what_a_script_asks_waits() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    let token = http::token(ready["url"].as_str().unwrap()).unwrap();
    sshd.stop_listening();
    sshd.drop_connections();
    live.wait_lost(SOON);
    let request = {
        let ready = ready.clone();
        std::thread::spawn(move || http::api(&ready, "api/status").status)
    };
    let page = load(&ready, &format!("/test/lab?token={token}"));
    assert!(page.starts_with("HTTP/1.1 503 "), "{page}");
    for part in [
        "<title>test is reconnecting…</title>",
        "http-equiv=\"refresh\"",
        "Lost at ",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.contains(&token) && !page.contains("token"), "{page}");
    assert!(!request.is_finished(), "it waits");

    sshd.listen_again();
    live.handle.check();
    live.wait_ready();
    assert_eq!(request.join().unwrap(), 200);
    let page = load(&ready, &format!("/test/lab?token={token}"));
    assert!(!page.contains("reconnecting"), "{page}");
    assert!(
        page.starts_with("HTTP/1.1 302 ") || page.starts_with("HTTP/1.1 200 "),
        "{page}"
    );
}

/// The link has gone silent, and nobody knows yet: the page itself is what finds it out.
#[test]
fn a_page_that_was_sent_into_a_dead_link_is_told_too() {
    let sshd = Sshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host_with("test", &network, Key::Ed25519, &[]);
    client.know(&network, Known::Right);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    std::thread::sleep(Duration::from_secs(2));
    network.silence();
    let page = load(&ready, "/test/lab");
    assert!(page.contains("test is reconnecting…"), "{page}");
    network.restore();
    live.wait_lost(SOON);
    live.wait_ready();
}

#[test]
fn a_loss_that_is_over_at_once_shows_no_page() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    sshd.drop_connections();
    live.wait_lost(SOON);
    let page = load(&ready, "/test/api");
    assert!(!page.contains("reconnecting"), "{page}");
    live.wait_ready();
}

#[test]
fn a_real_browser_shows_the_page_and_then_jupyter_in_its_place() {
    let mut sshd = Sshd::start();
    let client = Client::of(&sshd);
    let live = Live::open(&client, |_| ());
    let ready = live.wait_ready();
    sshd.stop_listening();
    sshd.drop_connections();
    live.wait_lost(SOON);
    let browser = Chromium::open(ready["url"].as_str().unwrap());
    browser.wait_title("test is reconnecting…");
    let text = browser.text();
    assert!(
        text.contains("Kernels keep running") && text.contains("Lost at "),
        "{text}"
    );
    for scheme in ["light", "dark"] {
        if let Some(file) = picture(&format!("reconnecting-{scheme}.png")) {
            browser.picture(scheme, &file);
        }
    }
    let resources =
        browser.evaluate("performance.getEntriesByType('resource').map(one => one.name).join()");
    let outside = resources
        .as_str()
        .unwrap_or_default()
        .split(',')
        .any(|name| name.starts_with("http"));
    assert!(!outside, "{resources}");

    sshd.listen_again();
    live.handle.check();
    live.wait_ready();
    // The page loads itself again, at the same address.
    browser.wait_title("Jupyter");
    assert!(browser.tab().1.contains("/test/lab"), "{:?}", browser.tab());
}

/// The page of a host in Japanese, whose login needs the user.
#[cfg(target_os = "linux")]
#[test]
fn a_page_says_that_the_login_needs_the_user() {
    use crate::support::RootSshd;
    use crate::support::eventually;
    use crate::support::root_sshd::PASSWORD;
    let sshd = RootSshd::start();
    let network = Network::to(&sshd);
    let client = Client::new();
    client.add_host("test", &network, Key::Password);
    client.know(&network, Known::Right);
    // Whatever the question: it is Japanese, too.
    client.askpass(&[("", PASSWORD)]);
    client.configure("language = \"ja\"\n[[host]]\nname = \"test\"\n");
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    network.cut();
    opened.wait_phase_within("reconnecting", SOON);
    let browser = Chromium::open(ready["url"].as_str().unwrap());
    browser.wait_title("test への再ログインが必要です");
    assert!(
        browser.text().contains("remote-jupyter open test"),
        "{}",
        browser.text()
    );
    if let Some(file) = picture("log-in-ja.png") {
        browser.picture("light", &file);
    }
    let status = client.run(&["status", "test"]);
    assert!(status.stdout.contains("再ログイン"), "{status}");
    assert_eq!(client.open("test").wait_exit_within(SOON).code, Some(0));
    opened.wait_phase("ready");
    let came = eventually(Duration::from_secs(30), || {
        browser.tab().1.contains("/test/lab")
    });
    assert!(came, "{:?}", browser.tab());
}
