//! The measuring itself.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::desk::Desk;
use crate::desktop::Desktop;
use crate::support::process::PATIENCE;
use crate::support::{Client, Opened, Sshd, eventually};

const STARTS: usize = 15;
const HOSTS: usize = 10;
/// Seconds for which the app is watched at rest; `BENCH_REST_SECONDS` changes it.
const REST: u64 = 120;

/// Numbers of hosts for how the price grows.
const GROWTH: [usize; 4] = [0, 1, 10, 50];
const GROWTH_REST: u64 = 30;

/// Measures, and prints a table: of the start and the rest, or with `BENCH_GROWTH` of how the price grows with the
/// number of hosts.
pub fn all() {
    if std::env::var_os("BENCH_GROWTH").is_some() {
        return growth();
    }
    println!("\n| measured | app | beside it |\n|---|---|---|");
    starts();
    rest();
}

/// The median from the process' start to the icon's announcement on the bus.
fn starts() {
    let client = Client::new();
    let desktop = Desktop::of(&client);
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let before = desktop.icons();
            let began = Instant::now();
            let mut app = Opened::spawn(&mut client.command(&[]));
            while desktop.icons() == before {
                assert!(began.elapsed() < PATIENCE, "no icon");
                std::thread::sleep(Duration::from_millis(1));
            }
            let time = began.elapsed();
            app.terminate();
            app.wait_exit_within(PATIENCE);
            time
        })
        .collect();
    times.sort();
    let ms = |time: Duration| time.as_millis();
    println!(
        "| start to icon, median of {STARTS} (least, most) | {} ms ({}, {}) | |",
        ms(times[STARTS / 2]),
        ms(times[0]),
        ms(times[STARTS - 1])
    );
}

/// Processor time and memory at rest, with more and more hosts connected.
fn growth() {
    println!("\n| hosts | of one core, over {GROWTH_REST} s | resident in MB |\n|---|---|---|");
    for count in GROWTH {
        let names: Vec<String> = (0..count.max(1)).map(|n| format!("host{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let desk = Desk::around(Sshd::start(), &names, "");
        for name in &names[..count] {
            desk.connect(name);
        }
        std::thread::sleep(Duration::from_secs(10));
        let app = desk.app.pid();
        let before = ticks(app);
        std::thread::sleep(Duration::from_secs(GROWTH_REST));
        let spent = share(ticks(app) - before, GROWTH_REST);
        println!("| {count} | {spent} | {} |", resident(app) / 1000);
    }
}

/// Of one core. In thousandths of a per cent: whole numbers are enough.
fn share(ticks: u64, seconds: u64) -> String {
    let hertz = rustix::param::clock_ticks_per_second();
    let share = ticks * 100_000 / hertz / seconds;
    format!("{}.{:03} %", share / 1000, share % 1000)
}

/// Processor time and memory with ten hosts connected, next to one `ssh -N -L`.
fn rest() {
    let names: Vec<String> = (0..HOSTS).map(|n| format!("host{n}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let desk = Desk::around(Sshd::start(), &names, "");
    for name in &names {
        desk.connect(name);
    }
    let forward = format!(
        "{}:127.0.0.1:1",
        crate::support::sshd::free_port([127, 0, 0, 1].into()).port()
    );
    let mut ssh = desk.client.ssh(&["-N", "-L", &forward, "test"]);
    let mut ssh = ssh.stderr(Stdio::null()).spawn().unwrap();
    let logins = desk.sshd.connections();
    assert!(eventually(PATIENCE, || desk.sshd.connections() > logins
        || logins > HOSTS));
    std::thread::sleep(Duration::from_secs(10));

    let seconds = std::env::var("BENCH_REST_SECONDS").ok();
    let seconds = seconds.and_then(|text| text.parse().ok()).unwrap_or(REST);
    let (app, other) = (desk.app.pid(), ssh.id());
    let before = (ticks(app), ticks(other));
    // What grows shows in the quarters; what only settles does so in the first.
    let mut quarters = vec![resident(app).to_string()];
    for _ in 0..4 {
        std::thread::sleep(Duration::from_secs(seconds) / 4);
        quarters.push(resident(app).to_string());
    }
    println!(
        "| of one core, {HOSTS} hosts, over {seconds} s | {} | {} (`ssh -N -L`) |",
        share(ticks(app) - before.0, seconds),
        share(ticks(other) - before.1, seconds)
    );
    println!(
        "| resident in kB, {HOSTS} hosts, at the beginning and after each quarter | {} | {} (one `ssh -N -L`) |",
        quarters.join(", "),
        resident(other)
    );
    ssh.kill().unwrap();
    ssh.wait().unwrap();
}

/// Processor time so far, user's and system's: proc(5), stat.
fn ticks(pid: u32) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let fields: Vec<&str> = after.split_whitespace().collect();
    let field = |at: usize| fields[at].parse::<u64>().unwrap();
    field(11) + field(12)
}

fn resident(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
