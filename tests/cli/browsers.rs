//! What the program that opens the browser gets to see, and where the browser comes to.

use crate::scene::{launches, with_notebook_6};
use crate::support::{Client, Opened, Sshd, browser, http};

/// An opener that looks at an address before it starts the browser with what it found.
const LOOKS_FIRST: &str = r#"
curl -sI "$1" >/dev/null
log seen "$(curl -s "$1" | head -c 15)"
url=$(curl -sLo /dev/null -w '%{url_effective}' "$1")
log given "$url"
log status "$(visit "$url")"
"#;

/// Of the word `Tr0ub4dor`, by a hash that Jupyter Server still takes.
const PASSWORD: &str = "c.PasswordIdentityProvider.hashed_password = \
     'sha1:0123456789ab:6a2af62924dd8f5a9873b88ab14fd00714fba839'\n";

fn open(client: &Client, more: &[&str]) -> (Opened, String) {
    let args = [&["open", "test", "--json"], more].concat();
    let mut opened = Opened::spawn(&mut client.command(&args));
    let ready = opened.wait_phase("ready");
    let url = ready["url"].as_str().unwrap().to_owned();
    (opened, url)
}

fn configure(client: &Client, browser: &str) {
    client.configure(&format!(
        "browser = {browser:?}\n[[host]]\nname = \"test\"\n"
    ));
}

#[test]
fn a_program_that_looks_before_the_browser_learns_no_token_and_uses_nothing_up() {
    let sshd = Sshd::start();
    // Jupyter's form asks for a password of the user's own then, and takes the token there all the same.
    sshd.home()
        .append(".jupyter/jupyter_server_config.py", PASSWORD);
    let client = Client::of(&sshd);
    configure(&client, &browser::script(&client, LOOKS_FIRST));
    let (_opened, url) = open(&client, &["--notebook", "A%20B.ipynb"]);
    assert!(url.contains("/lab/tree/A%2520B.ipynb?token="), "{url}");
    assert_eq!(browser::logged(&client, "status", 1), ["200"]);
    let given = &browser::logged(&client, "given", 1)[0];
    assert!(given.starts_with("http://127.0.0.1:"), "{given}");
    assert!(!given.contains(&http::token(&url).unwrap()), "{given}");
    assert_eq!(browser::logged(&client, "seen", 1), ["<!DOCTYPE html>"]);
}

#[test]
fn notebook_6_logs_the_browser_in_and_shows_the_file_of_that_very_name() {
    let sshd = with_notebook_6();
    let client = Client::of(&sshd);
    let notebook = r#"{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}"#;
    for name in ["A%20B.ipynb", "100%.ipynb"] {
        sshd.home().write(name, notebook);
    }
    configure(&client, &browser::script(&client, LOOKS_FIRST));
    let (_opened, _) = open(&client, &["--notebook", "A%20B.ipynb"]);
    assert_eq!(browser::logged(&client, "status", 1), ["200"]);
    let out = client.run(&["open", "test", "--notebook", "100%.ipynb"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert_eq!(browser::logged(&client, "status", 2), ["200", "200"]);
    assert_eq!(launches(&sshd).len(), 1);
}
