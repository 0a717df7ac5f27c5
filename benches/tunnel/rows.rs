//! The rows that are measured, in the table's order.

use std::thread::sleep;
use std::time::Duration;

use crate::contender::Contender;
use crate::traffic::{self, Load};

const MIB: u64 = 1 << 20;

/// The network of a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Way {
    Loopback,
    /// 20 ms round trip.
    Near,
    /// 80 ms round trip.
    Far,
    /// 20 ms round trip, 20 Mbit/s.
    Thin,
}

/// Kind of a ratio, which says what is good.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of costs: below 1 is better than `ssh -N -L`.
    Cost,
    /// Of speeds, from seconds: above 1 is better.
    Speed,
}

/// One line of the table.
pub struct Row {
    pub key: &'static str,
    pub title: &'static str,
    pub way: Way,
    pub kind: Kind,
    pub measure: fn(&Contender) -> f64,
}

const fn row(
    key: &'static str,
    title: &'static str,
    (way, kind): (Way, Kind),
    measure: fn(&Contender) -> f64,
) -> Row {
    Row {
        key,
        title,
        way,
        kind,
        measure,
    }
}

/// Processor time of what it does with the tunnel.
fn processor(tunnel: &Contender, run: impl FnOnce(u16) -> f64) -> f64 {
    let before = tunnel.processor_time();
    run(tunnel.port);
    tunnel.processor_time() - before
}

fn under_load(tunnel: &Contender, uploads: bool, rounds: usize) -> f64 {
    let load = Load::start(tunnel.port, uploads);
    let median = traffic::echo(tunnel.port, rounds);
    drop(load);
    median
}

/// Lets the tunnel come to rest: a page does not begin in the middle of another one.
fn rested(tunnel: &Contender, run: impl FnOnce(u16) -> f64) -> f64 {
    sleep(Duration::from_millis(400));
    run(tunnel.port)
}

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    row("burst", "page burst: six connections at once, 80 ms", (Way::Far, Kind::Cost),
        |t| rested(t, |port| traffic::connections(port, 6, 6))),
    row("first-byte", "one new connection to first byte, 80 ms", (Way::Far, Kind::Cost),
        |t| rested(t, |port| traffic::connections(port, 1, 1))),
    row("48", "48 connections, 8 at a time, 80 ms: per second", (Way::Far, Kind::Speed),
        |t| rested(t, |port| traffic::connections(port, 48, 8))),
    row("8-far", "8 parallel downloads, 80 ms", (Way::Far, Kind::Speed),
        |t| traffic::downloads(t.port, 8, 16 * MIB)),
    row("down-far", "sustained download, 80 ms", (Way::Far, Kind::Speed),
        |t| traffic::downloads(t.port, 1, 64 * MIB)),
    row("up-far", "upload, 80 ms", (Way::Far, Kind::Speed),
        |t| traffic::upload(t.port, 48 * MIB)),
    row("down", "download, loopback", (Way::Loopback, Kind::Speed),
        |t| traffic::downloads(t.port, 1, 256 * MIB)),
    row("up", "upload, loopback", (Way::Loopback, Kind::Speed),
        |t| traffic::upload(t.port, 256 * MIB)),
    row("cpu-down", "processor time of a download", (Way::Loopback, Kind::Cost),
        |t| processor(t, |port| traffic::downloads(port, 1, 256 * MIB))),
    row("cpu-up", "processor time of an upload", (Way::Loopback, Kind::Cost),
        |t| processor(t, |port| traffic::upload(port, 256 * MIB))),
    row("8", "8 parallel downloads, loopback", (Way::Loopback, Kind::Speed),
        |t| traffic::downloads(t.port, 8, 32 * MIB)),
    row("echo-down", "echo while a download runs, loopback", (Way::Loopback, Kind::Cost),
        |t| under_load(t, false, 100)),
    row("echo-both", "echo while an up- and a download run, loopback", (Way::Loopback, Kind::Cost),
        |t| under_load(t, true, 100)),
    row("echo", "echo, idle", (Way::Loopback, Kind::Cost),
        |t| traffic::echo(t.port, 500)),
    row("echo-thin", "echo while a download runs, 20 ms, 20 Mbit/s", (Way::Thin, Kind::Cost),
        |t| under_load(t, false, 9)),
    row("key", "one key, four small messages back, loopback", (Way::Loopback, Kind::Cost),
        |t| traffic::key(t.port, 20)),
    row("key-near", "one key, four small messages back, 20 ms", (Way::Near, Kind::Cost),
        |t| traffic::key(t.port, 20)),
    row("new", "new connections one after another, loopback", (Way::Loopback, Kind::Speed),
        |t| traffic::connections(t.port, 30, 1)),
    row("memory", "resident memory, MiB", (Way::Loopback, Kind::Cost), Contender::memory),
    row("idle", "processor time of 5 s without traffic", (Way::Loopback, Kind::Cost),
        |t| processor(t, |_| { sleep(Duration::from_secs(5)); 0.0 })),
];
