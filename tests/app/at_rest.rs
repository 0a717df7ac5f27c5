//! An app that has nothing to do sleeps.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::desk::Desk;
use crate::desktop::Desktop;
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Sshd, eventually};

/// Number of times that each thread of the process has gone to sleep so far, by the thread's name.
fn sleeps(pid: u32) -> Vec<(String, u64)> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).unwrap();
    let paths = tasks.map(|task| task.unwrap().path());
    let read = |path: PathBuf| {
        let status = std::fs::read_to_string(path.join("status")).unwrap_or_default();
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_default().trim().to_owned()
        };
        let count = field("voluntary_ctxt_switches:").parse().unwrap_or(0);
        (format!("{} {}", field("Pid:"), field("Name:")), count)
    };
    paths.map(read).collect()
}

/// Looks for that long at a process, and returns how often each thread woke up.
fn wake_ups(pid: u32, time: Duration) -> Vec<(String, u64)> {
    let before = sleeps(pid);
    std::thread::sleep(time);
    let count = |name: &str| before.iter().find(|(known, _)| known == name);
    let after = sleeps(pid).into_iter().map(|(name, count_after)| {
        let before = count(&name).map_or(0, |(_, count)| *count);
        (name, count_after.saturating_sub(before))
    });
    after.filter(|(_, count)| *count > 0).collect()
}

#[test]
fn without_a_host_nothing_wakes_the_app() {
    let client = Client::new();
    let desktop = Desktop::of(&client);
    let app = Opened::spawn(&mut client.command(&[]));
    desktop.wait_for("Quit");
    let mut seen = Vec::new();
    // What belongs to the start is over once five seconds pass in silence.
    let at_rest = eventually(PATIENCE, || {
        seen = wake_ups(app.pid(), Duration::from_secs(5));
        seen.is_empty()
    });
    assert!(at_rest, "{seen:?}");
}

#[test]
fn an_open_host_wakes_its_own_session_only() {
    let desk = Desk::around(Sshd::start(), &["gpu01"], "");
    desk.connect("gpu01");
    desk.desktop.wait_for("● gpu01: no kernels");
    let began = Instant::now();
    let mut seen = Vec::new();
    let at_rest = eventually(PATIENCE, || {
        seen = wake_ups(desk.app.pid(), Duration::from_secs(5));
        let of_session = |name: &String| name.contains("session gpu01");
        seen.iter()
            .all(|(name, count)| of_session(name) && *count < 50)
    });
    assert!(at_rest, "{seen:?} after {:?}", began.elapsed());
}

/// Processor time that a process has used so far.
fn processor_time(pid: u32) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let (_, fields) = stat.rsplit_once(')').unwrap();
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // User and system time, fields 14 and 15 of proc(5), in the kernel's USER_HZ, which is 100.
    let ticks: u64 = fields[11..13]
        .iter()
        .map(|field| field.parse::<u64>().unwrap())
        .sum();
    Duration::from_millis(ticks * 10)
}

/// In a build for tests, where the same takes several times what it takes in the one that is shipped
/// (docs/performance.md).
#[test]
fn ten_open_hosts_take_less_than_a_percent_of_a_core() {
    let names: Vec<String> = (0..10).map(|number| format!("gpu{number}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = Desk::around(Sshd::start(), &names, "");
    for name in &names {
        desk.connect(name);
    }
    let mut seen = Vec::new();
    let at_rest = eventually(PATIENCE, || {
        let (before, time) = (processor_time(desk.app.pid()), Duration::from_secs(20));
        std::thread::sleep(time);
        let used = processor_time(desk.app.pid()).saturating_sub(before);
        seen.push(used);
        used <= time / 100
    });
    assert!(at_rest, "in 20 s each: {seen:?}");
}
