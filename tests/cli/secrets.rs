//! Where the token may not stand, and who may read what is written.

use std::collections::HashSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use crate::scene::{
    SOON, all_below, assert_nothing_left, configure, fails, state, text, with_jupyter_lab,
};
use crate::support::{Client, Opened, Sshd, eventually, http};

/// Collects every command line that shows in the process list, on both sides: they are one machine here.
struct Watcher {
    done: Arc<AtomicBool>,
    thread: JoinHandle<HashSet<String>>,
}

impl Watcher {
    fn start() -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&done);
        let thread = std::thread::spawn(move || {
            let mut seen = HashSet::new();
            while !until.load(Ordering::SeqCst) {
                look(&mut seen);
            }
            seen
        });
        Self { done, thread }
    }

    fn stop(self) -> HashSet<String> {
        self.done.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

#[cfg(target_os = "linux")]
fn look(seen: &mut HashSet<String>) {
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        if entry.file_name().as_encoded_bytes()[0].is_ascii_digit()
            && let Ok(line) = fs::read(entry.path().join("cmdline"))
        {
            seen.insert(String::from_utf8_lossy(&line).replace('\0', " "));
        }
    }
}

#[cfg(not(target_os = "linux"))]
fn look(seen: &mut HashSet<String>) {
    let list = crate::support::process::must(
        std::process::Command::new("ps").args(["-A", "-ww", "-o", "args="]),
    );
    seen.extend(list.lines().map(str::to_owned));
}

/// A browser that keeps what it was given.
fn fake_browser(client: &Client) -> String {
    let browser = client.path("browser");
    let script = format!(
        "#!/bin/sh\nprintf '%s\\n' \"$*\" >>'{}'\n",
        client.path("visited").display()
    );
    fs::write(&browser, script).unwrap();
    fs::set_permissions(&browser, fs::Permissions::from_mode(0o700)).unwrap();
    browser.to_string_lossy().into_owned()
}

fn visited(client: &Client) -> Vec<String> {
    client.read("visited").lines().map(str::to_owned).collect()
}

/// What an address gives its visitor: headers and body.
fn answer(address: &str) -> (String, String) {
    let config = ureq::Agent::config_builder()
        .max_redirects(0)
        .http_status_as_error(false);
    let mut reply = config.build().new_agent().get(address).call().unwrap();
    let head = format!("{:?} {:?}", reply.status(), reply.headers());
    (head, reply.body_mut().read_to_string().unwrap())
}

/// The browser was shown an address that holds no token, sends nobody on, and has a form for Jupyter's login.
fn assert_logs_in(client: &Client, visit: usize, page: &str) {
    assert!(
        eventually(SOON, || visited(client).len() == visit),
        "{:?}",
        visited(client)
    );
    let address = visited(client).pop().unwrap();
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    let (head, body) = answer(&address);
    let token = http::token(page).unwrap();
    assert!(head.starts_with("200") && !head.contains(&token), "{head}");
    for part in ["no-store", "no-referrer", "default-src 'none'"] {
        assert!(head.contains(part), "{head}");
    }
    let action = page.split("lab").next().unwrap();
    let form = format!("action=\"{action}login\"");
    assert!(body.contains(&form) && body.contains(&token), "{body}");
    let (wrong, _) = answer(&format!("{address}0"));
    assert!(wrong.starts_with("404"), "{wrong}");
}

pub fn assert_private(folder: &Path) {
    for path in all_below(folder) {
        let meta = fs::symlink_metadata(&path).unwrap();
        let mode = meta.permissions().mode() & 0o777;
        // Jupyter's own, which holds the token: only the closed folder around it protects that.
        if path.to_string_lossy().ends_with("-open.html") {
            continue;
        }
        let wanted = if meta.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(
            format!("{mode:o}"),
            format!("{wanted:o}"),
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_token_stands_in_no_argument_log_or_note_and_files_are_the_persons_own() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure(&format!(
        "browser = '{}'\n[[host]]\nname = \"test\"\n",
        fake_browser(&client)
    ));
    let watcher = Watcher::start();
    let mut opened = Opened::spawn(&mut client.command(&["-vv", "open", "test", "--json"]));
    let ready = opened.wait_phase("ready");
    let page = text(&ready, "url");
    let token = http::token(page).unwrap();
    assert_logs_in(&client, 1, page);
    assert!(http::title(&ready).contains("JupyterLab"));
    let again = client.run(&["-vv", "open", "test"]);
    assert_eq!(again.code, Some(0), "{again}");
    assert_logs_in(&client, 2, page);
    let mut terminal = client.terminal(&["open", "test"]);
    terminal.expect("another remote-jupyter holds this tunnel");
    let shown = terminal.wait_exit();
    assert_eq!(shown.code, Some(0), "{shown}");
    assert!(
        shown.stdout.contains(&format!(
            "http://localhost:{}/test/lab",
            ready["local_port"]
        )),
        "{shown}"
    );
    assert_logs_in(&client, 3, page);
    let told = ["status", "doctor", "logs"]
        .map(|command| client.run(&["-vv", command, "test"]).to_string());

    assert_private(&client.path("state/remote-jupyter"));
    assert_private(&client.path("run/remote-jupyter"));
    assert_private(&state(&sshd, ""));
    opened.interrupt();
    let out = opened.wait_exit();
    assert_eq!(out.code, Some(0), "{out}");
    let stopped = client.run(&["-vv", "stop", "test", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");
    let command_lines = watcher.stop();

    assert!(!token.is_empty());
    let is_jupyter = |line: &String| line.contains("jupyter-lab") && line.contains("--no-browser");
    assert!(
        command_lines.iter().any(is_jupyter),
        "the watcher sees nothing"
    );
    for line in &command_lines {
        assert!(!line.contains(&token), "in the process list: {line}");
    }
    for text in [
        &out.stderr,
        &again.to_string(),
        &shown.stdout,
        &stopped.to_string(),
    ]
    .into_iter()
    .chain(&told)
    {
        assert!(!text.contains(&token), "{text}");
    }
    for event in opened
        .seen
        .iter()
        .filter(|event| !event.contains("\"url\""))
    {
        assert!(!event.contains(&token), "{event}");
    }
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_browser_that_does_not_start_is_told_and_the_tunnel_stands() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    client.configure("browser = \"/no/such/browser\"\n[[host]]\nname = \"test\"\n");
    let mut opened = Opened::spawn(&mut client.command(&["open", "test", "--json"]));
    let ready = opened.wait_phase("ready");
    let note = opened.wait_phase("ready");
    let note = text(&note, "note");
    assert!(
        note.contains("/no/such/browser") && note.contains("did not open"),
        "{note}"
    );
    assert!(http::title(&ready).contains("JupyterLab"));
    let doctor = client.run(&["doctor", "test"]);
    assert_eq!(doctor.code, Some(2), "a click shows no tab: {doctor}");
    let told = |line: &str| line.contains("✗") || line.contains("/no/such/browser");
    assert!(
        doctor.stdout.lines().filter(|line| told(line)).count() == 2,
        "{doctor}"
    );
    configure(&client, "");
    let stopped = client.run(&["stop", "test", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");
    assert_eq!(opened.wait_exit().code, Some(0));
    assert_nothing_left(&sshd, &client);
}

#[test]
fn a_log_that_holds_the_token_is_shown_without_it() {
    let sshd = with_jupyter_lab(
        "echo \"$JUPYTER_TOKEN\" >\"$HOME/token\"; echo \"at http://localhost/lab?token=$JUPYTER_TOKEN now\"; exit 5",
    );
    let client = Client::of(&sshd);
    let failed = fails(&client, &[], 6, "jupyter_died");
    let token = sshd.home().read("token").unwrap();
    assert_eq!(token.trim().len(), 48, "192 random bits: {token}");
    let shown = client.run(&["logs", "test"]);
    for text in [text(&failed, "detail"), &shown.stdout] {
        assert_eq!(text.trim(), "at http://localhost/lab?token=… now");
    }
}
