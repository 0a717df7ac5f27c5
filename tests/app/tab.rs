//! A real browser, given the address that the app gives: it comes to the page, and keeps no token.

use std::process::Command;

use crate::support::process::must;
use crate::support::{Client, Opened, Sshd, browser, http};

/// Without a screen; it prints the page that it comes to. Root has to ask it to run without a sandbox.
const CHROMIUM: &str = r#"
log given "$1"
chromium=$(command -v chromium || command -v google-chrome)
"$chromium" --headless=new --no-sandbox --disable-gpu --no-first-run --user-data-dir="$HOME/profile" \
    --virtual-time-budget=15000 --dump-dom "$1" >"$HOME/page" 2>"$HOME/errors"
log status "$?"
"#;

/// Every address in the browser's history.
const HISTORY: &str = "import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute('select url from urls'): print(row[0])";

#[test]
fn a_real_browser_shows_the_page_and_its_history_holds_no_token() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let browser = browser::script(&client, CHROMIUM);
    client.configure(&format!(
        "browser = {browser:?}\n[[host]]\nname = \"test\"\n"
    ));
    sshd.home().write("A%20B.txt", "hello");
    let args = ["open", "test", "--json", "--notebook", "A%20B.txt"];
    let mut opened = Opened::spawn(&mut client.command(&args));
    let ready = opened.wait_phase("ready");
    let token = http::token(ready["url"].as_str().unwrap()).unwrap();

    assert_eq!(browser::logged(&client, "status", 1), ["0"]);
    let page = client.read("home/page");
    let start: String = page.chars().take(2000).collect();
    assert!(
        page.contains("jupyter-config-data"),
        "{start}\n{}",
        client.read("home/errors")
    );
    let history = client.path("home/profile/Default/History");
    let mut python = Command::new("python3");
    let history = must(python.arg("-c").arg(HISTORY).arg(history));
    let shown = format!(
        "http://localhost:{}/test/lab/tree/A%2520B.txt",
        ready["local_port"]
    );
    assert!(history.lines().any(|url| url == shown), "{history}");
    assert!(!history.contains(&token), "{history}");
}
