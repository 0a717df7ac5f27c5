//! Runs `open` against a server, and holds what came of it against what must come: an end in time, a message that names the host,
//! bounded memory, nothing left.

use std::fmt::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::at_once::at_once;
use crate::far::TOKEN;
use crate::support::{Client, Finished, Key, Known, Opened, Server, eventually};

/// The host's name in every message.
pub const HOST: &str = "gpu77";
/// What a busy machine may add to the program's own deadline.
const PATIENCE: Duration = Duration::from_secs(20);
/// The most memory that the program takes, in KiB. It has some 25 MiB when nothing is wrong, of which most are its own code.
pub const MEMORY: u64 = 96 << 10;
/// The longest text of a message, in characters: a screen.
const TEXT: usize = 4000;

/// A way to be hostile, and the code that a click ends with.
pub struct Case<A> {
    pub name: &'static str,
    pub act: A,
    pub codes: &'static [&'static str],
    /// The program's own deadline.
    pub seconds: &'static str,
}

/// What came of a click.
pub struct Outcome {
    pub finished: Finished,
    took: Duration,
    /// The largest resident set, in KiB.
    peak: u64,
}

impl Outcome {
    pub fn new(finished: Finished, took: Duration, peak: u64) -> Self {
        Self {
            finished,
            took,
            peak,
        }
    }
}

/// Runs every case, and fails with all that were wrong. Shows what was measured.
pub fn hold<A: Sync>(cases: &[Case<A>], run: impl Fn(&Case<A>) -> Result<Outcome, String> + Sync) {
    hold_open(cases, |case| {
        let outcome = run(case)?;
        judge(&outcome, case.codes).map(|()| outcome)
    });
}

/// The same for cases that judge themselves.
pub fn hold_open<A: Sync>(
    cases: &[Case<A>],
    run: impl Fn(&Case<A>) -> Result<Outcome, String> + Sync,
) {
    let judged = at_once(cases, |_, case| run(case));
    let (mut table, mut wrong) = (String::new(), String::new());
    for (case, result) in cases.iter().zip(judged) {
        let name = case.name;
        match result {
            Ok(outcome) => {
                let (seconds, peak) = (outcome.took.as_secs_f64(), outcome.peak >> 10);
                writeln!(table, "{seconds:5.1} s {peak:4} MiB  {name}").unwrap();
            }
            Err(error) => writeln!(wrong, "\n=== {name}: {error}").unwrap(),
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong}");
}

/// A client that knows this server, and answers every prompt without looking.
pub fn client_of(server: &dyn Server) -> Client {
    let client = Client::new();
    client.add_host(HOST, server, Key::Ed25519);
    client.know(server, Known::Right);
    client.configure(&format!("[[host]]\nname = \"{HOST}\"\n"));
    client.askpass(&[("", "an answer")]);
    client
}

/// One click to its end.
pub fn click(client: &Client, seconds: &str) -> Result<Outcome, String> {
    let begun = Instant::now();
    let mut opened = client.open_with(HOST, &["--timeout", seconds]);
    let (finished, peak) = watched(opened.pid(), || wait(&mut opened, seconds));
    let finished = finished?;
    let outcome = Outcome::new(finished, begun.elapsed(), peak);
    left(client).map(|()| outcome)
}

fn wait(opened: &mut Opened, seconds: &str) -> Result<Finished, String> {
    let patience = PATIENCE + Duration::from_secs(seconds.parse().unwrap());
    if !eventually(patience, || !opened.is_running()) {
        opened.terminate();
        return Err(format!(
            "runs on after {patience:?}: {}",
            opened.wait_exit()
        ));
    }
    Ok(opened.wait_exit_within(Duration::from_secs(1)))
}

/// Does something, and gives the largest resident set of a process meanwhile, in KiB.
pub fn watched<T>(pid: u32, work: impl FnOnce() -> T) -> (T, u64) {
    let (done, peak) = (AtomicBool::new(false), AtomicU64::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::SeqCst) {
                peak.fetch_max(resident(pid).unwrap_or_default(), Ordering::SeqCst);
                std::thread::sleep(Duration::from_millis(5));
            }
        });
        let result = work();
        done.store(true, Ordering::SeqCst);
        (result, peak.load(Ordering::SeqCst))
    })
}

/// The most that a process has had so far.
#[cfg(target_os = "linux")]
fn resident(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse().ok()
}

/// What a process has now.
#[cfg(not(target_os = "linux"))]
fn resident(pid: u32) -> Option<u64> {
    let mut ps = std::process::Command::new("ps");
    let out = ps
        .args(["-o", "rss=", "-p", &pid.to_string()])
        .output()
        .ok()?;
    String::from_utf8(out.stdout).ok()?.trim().parse().ok()
}

fn judge(outcome: &Outcome, codes: &[&str]) -> Result<(), String> {
    let Outcome { finished, peak, .. } = outcome;
    let last = finished.stdout.lines().last().unwrap_or_default();
    let event: Value = serde_json::from_str(last).map_err(|_| format!("no event: {finished}"))?;
    let text = |field: &str| event[field].as_str().unwrap_or_default();
    if !codes.contains(&text("code")) {
        return Err(format!("{} and not {codes:?}: {finished}", text("code")));
    }
    if !text("title").contains(HOST) {
        return Err(format!("the host is not named: {event}"));
    }
    let digits = base16ct::lower::encode_string(TOKEN.as_bytes());
    if [TOKEN, &digits]
        .iter()
        .any(|token| finished.to_string().contains(token))
    {
        return Err(format!("a token is told: {finished}"));
    }
    if text("remedy").is_empty() {
        return Err(format!("no remedy: {event}"));
    }
    for field in ["title", "detail", "remedy"] {
        let text = text(field);
        let length = text.chars().count();
        if length > TEXT {
            let start: String = text.chars().take(200).collect();
            return Err(format!("{field} has {length} characters: {start}"));
        }
        if text.contains(|c: char| c.is_control() && c != '\n') {
            return Err(format!("{field} has control characters: {text:?}"));
        }
    }
    if *peak > MEMORY {
        return Err(format!("{} MiB of memory: {last}", peak >> 10));
    }
    Ok(())
}

/// No process of the client's, and no socket.
pub fn left(client: &Client) -> Result<(), String> {
    let folder = client.path("");
    if !eventually(Duration::from_secs(5), || running(&folder).is_empty()) {
        return Err(format!("left running: {:?}", running(&folder)));
    }
    let run = std::fs::read_dir(client.path("run/remote-jupyter"));
    let names = run.into_iter().flatten().flatten();
    let names: Vec<_> = names.map(|entry| entry.file_name()).collect();
    let sockets: Vec<_> = names
        .iter()
        .filter(|name| name.to_string_lossy().ends_with(".sock"))
        .collect();
    if sockets.is_empty() {
        Ok(())
    } else {
        Err(format!("left: {sockets:?}"))
    }
}

/// The processes whose home is in this folder.
#[cfg(target_os = "linux")]
fn running(folder: &Path) -> Vec<String> {
    let home = format!("HOME={}", folder.join("home").display());
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let is_own = |process: &std::path::PathBuf| {
        let environment = std::fs::read(process.join("environ")).unwrap_or_default();
        let mut variables = environment.split(|byte| *byte == 0);
        variables.any(|variable| variable == home.as_bytes())
    };
    let found = entries.map(|entry| entry.path()).filter(is_own);
    found
        .map(|process| std::fs::read_to_string(process.join("cmdline")).unwrap_or_default())
        .filter(|line| !line.is_empty())
        .collect()
}

#[cfg(not(target_os = "linux"))]
fn running(_: &Path) -> Vec<String> {
    Vec::new()
}
