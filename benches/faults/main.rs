//! A real page through losses of its connection, and the times until they are noticed and healed.
//!
//! A `JupyterLab` in a Chromium that nobody reloads, with a cell that prints each second and a cell that is not saved, through
//! every fault of the list, all at once and each with a server of its own; then each fault that is short, again and again. It
//! works in a network namespace of its own, where packets are really dropped; it needs root.
//!
//! `FAULTS=drop-20,stopped-60` tries some alone, `FAULT_ROUNDS=5` repeats the short ones as often (20), 0 not at all.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss
)]

mod fault;
mod page;
#[path = "../../tests/support/mod.rs"]
mod support;
mod times;

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::thread;

use fault::Fault;

const INSIDE: &str = "RJ_FAULTS_INSIDE";

/// Name, fault, and the seconds that it lasts.
const PAGES: [(&str, Fault, u64); 10] = [
    ("drop-20", Fault::Drop, 20),
    ("drop-60", Fault::Drop, 60),
    ("drop-240", Fault::Drop, 240),
    ("drop-600", Fault::Drop, 600),
    ("one-way-60", Fault::DropAnswers, 60),
    ("stopped-20", Fault::Stopped, 20),
    ("stopped-60", Fault::Stopped, 60),
    ("stopped-240", Fault::Stopped, 240),
    ("refused-60", Fault::Refused, 60),
    ("flaps-20", Fault::Flaps, 60),
];

/// Those of which each round is short, and how long.
const TIMED: [(&str, Fault, u64); 3] = [
    ("reset", Fault::Flaps, 1),
    ("packets dropped", Fault::Drop, 20),
    ("sshd stopped", Fault::Stopped, 20),
];

fn main() {
    if std::env::var_os(INSIDE).is_none() {
        enter_namespace();
    }
    let wanted = std::env::var("FAULTS").ok();
    let is_wanted = |name: &str| {
        wanted
            .as_deref()
            .is_none_or(|names| names.split(',').any(|one| one == name))
    };
    let pages = PAGES.iter().filter(|(name, ..)| is_wanted(name));
    let pages: Vec<_> = pages
        .map(|(name, fault, seconds)| {
            thread::spawn(move || (name, page::watch(name, *fault, *seconds)))
        })
        .collect();
    println!("| fault, seconds | lines | in order | draft | dialogs | noticed, s | healed, s |");
    println!("|---|---|---|---|---|---|---|");
    let rows: Vec<_> = pages.into_iter().map(|one| one.join().unwrap()).collect();
    for (name, seen) in &rows {
        println!("| {name} | {seen} |");
    }
    let rounds = std::env::var("FAULT_ROUNDS").map_or(20, |rounds| rounds.parse().unwrap());
    if rounds > 0 {
        times::print(&TIMED, rounds);
    }
    assert!(rows.iter().all(|(_, seen)| seen.is_whole()), "see above");
}

/// Begins again in a network namespace, whose loopback is the only network.
fn enter_namespace() -> ! {
    let mut command = Command::new("unshare");
    command.args(["--net", "sh", "-c", "ip link set lo up && exec \"$0\""]);
    command
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1");
    panic!("unshare: {}", command.exec());
}
