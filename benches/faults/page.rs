//! A real page through one fault.

use std::fmt;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::fault::Fault;
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Sshd, jupyter_venv};

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/faults/watch.py");
/// Seconds for which the cell goes on after the fault.
const AFTER: u64 = 30;
/// Longest time until the page has begun, beside ten others.
const BEGIN: Duration = Duration::from_secs(300);

/// Content of a page in the end, and the times at which the program knew.
pub struct Seen {
    page: Value,
    expected: u64,
    noticed: Option<Duration>,
    healed: Option<Duration>,
}

impl Seen {
    /// Returns true if nothing is missing and nothing disturbed.
    pub fn is_whole(&self) -> bool {
        let is_true = |key: &str| self.page[key] == Value::Bool(true);
        is_true("in_order")
            && is_true("draft")
            && is_true("same_page")
            && self.page["dialogs"] == ""
    }
}

impl fmt::Display for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = |time: Option<Duration>| {
            time.map_or("-".to_owned(), |time| format!("{:.1}", time.as_secs_f64()))
        };
        let page = &self.page;
        write!(
            f,
            "{} of {} | {} | {} | {} | {} | {}",
            page["lines"],
            self.expected,
            page["in_order"],
            page["draft"],
            page["dialogs"],
            seconds(self.noticed),
            seconds(self.healed),
        )
    }
}

/// Runs a page through a fault of so many seconds.
pub fn watch(name: &str, fault: Fault, seconds: u64) -> Seen {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let expected = seconds + AFTER;
    let profile = tempfile::tempdir().unwrap();
    let url = ready["url"].as_str().unwrap();
    let mut browser = Command::new(jupyter_venv().join("bin/python"))
        .args([SCRIPT, "chromium"])
        .arg(profile.path())
        .args([url, &expected.to_string()])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(browser.stdout.take().unwrap()).lines();
    let began = Instant::now();
    let running = lines
        .next()
        .unwrap_or_else(|| panic!("{name}: no page"))
        .unwrap();
    assert!(
        running == "running" && began.elapsed() < BEGIN,
        "{name}: {running}"
    );
    let (noticed, healed) = suffer(fault, seconds, &sshd, &mut opened);
    let page = lines
        .next()
        .unwrap_or_else(|| panic!("{name}: the page is gone"))
        .unwrap();
    browser.wait().unwrap();
    let seen = Seen {
        page: serde_json::from_str(&page).unwrap(),
        expected,
        noticed,
        healed,
    };
    println!("{name}: {page}");
    opened.interrupt();
    opened.wait_exit();
    let stopped = client.run(&["stop", "test", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");
    seen
}

/// Returns after how long the program said that the connection is lost, and how long after the fault's end it was back.
pub fn suffer(
    fault: Fault,
    seconds: u64,
    sshd: &Sshd,
    opened: &mut Opened,
) -> (Option<Duration>, Option<Duration>) {
    let began = Instant::now();
    fault.begin(sshd);
    let limit = Duration::from_secs(seconds.max(20));
    let noticed = opened
        .phase_within("reconnecting", limit)
        .map(|_| began.elapsed());
    fault.last(sshd, seconds.saturating_sub(began.elapsed().as_secs()));
    let ended = Instant::now();
    fault.end(sshd);
    let healed = noticed.and_then(|_| {
        opened
            .phase_within("ready", PATIENCE)
            .map(|_| ended.elapsed())
    });
    (noticed, healed)
}
