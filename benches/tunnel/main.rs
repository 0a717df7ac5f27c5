//! Speed and price of a tunnel, beside `ssh -N -L`: in one run, over the same sshd and the same networks, in
//! turns of random order. Only the ratios mean something: the computer may be slow or busy.
//!
//! `BENCH_GROWTH=1` measures instead how the price grows with the number of open connections.
//! `BENCH_ROWS=burst,48` measures some rows alone, `BENCH_ROUNDS=3` as often; `REMOTE_JUPYTER_PROGRAM` names another build.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss
)]

mod contender;
mod growth;
#[path = "../network/mod.rs"]
#[allow(dead_code)]
mod network;
mod rows;
mod stand_in;
#[path = "../../tests/support/mod.rs"]
mod support;
mod table;
mod traffic;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::Duration;

use contender::Contender;
use network::{Delayed, Network};
use remote_jupyter::host_os::raise_descriptor_limit;
use rows::{ROWS, Row, Way};
use stand_in::StandIn;
use support::{Client, Key, Known, Options, Sshd};

const ROUNDS: usize = 5;

fn main() {
    // Of each of a thousand connections both ends are here, or in processes that inherit this.
    raise_descriptor_limit();
    stand_in::serve_if_asked();
    let rows = wanted_rows();
    let rounds = std::env::var("BENCH_ROUNDS").ok();
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let sshd = Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    });
    let stand_in = StandIn::start(sshd.home());
    if std::env::var_os("BENCH_GROWTH").is_some() {
        let client = Client::of(&sshd);
        let sides = sides(&client, "test", stand_in.port);
        return growth::measure(&sides);
    }
    let measured: Vec<_> = [Way::Loopback, Way::Near, Way::Far, Way::Thin]
        .into_iter()
        .flat_map(|way| {
            let rows = rows.iter().filter(|row| row.way == way).copied();
            measure(&sshd, stand_in.port, way, &rows.collect::<Vec<_>>(), rounds)
        })
        .collect();
    table::print_head();
    for row in rows {
        let found = measured
            .iter()
            .find(|(measured, _)| measured.key == row.key);
        table::print_row(row, &found.expect("every row has a way").1);
    }
}

fn wanted_rows() -> Vec<&'static Row> {
    let Ok(wanted) = std::env::var("BENCH_ROWS") else {
        return ROWS.iter().collect();
    };
    let find = |key: &str| {
        let row = ROWS.iter().find(|row| row.key == key);
        row.unwrap_or_else(|| panic!("no row {key:?}"))
    };
    wanted.split(',').map(find).collect()
}

/// Measures rows of one network, with two tunnels that stay open for all of them.
fn measure(
    sshd: &Sshd,
    port: u16,
    way: Way,
    rows: &[&'static Row],
    rounds: usize,
) -> Vec<(&'static Row, table::Rounds)> {
    if rows.is_empty() {
        return Vec::new();
    }
    let client = Client::of(sshd);
    if let Some(network) = network_of(way) {
        let far = Delayed::behind(sshd, network);
        client.add_host("far", &far, Key::Ed25519);
        client.know_also(&far, Known::Right);
    }
    let host = network_of(way).map_or("test", |_| "far");
    let sides = sides(&client, host, port);
    rows.iter()
        .map(|row| {
            let measured = (0..rounds).map(|_| {
                let first =
                    usize::from(RandomState::new().build_hasher().finish().is_multiple_of(2));
                let mut values = [0.0; 2];
                for side in [first, 1 - first] {
                    values[side] = (row.measure)(&sides[side]);
                }
                values
            });
            let measured = measured.collect();
            table::print_raw(row, &measured);
            (*row, measured)
        })
        .collect()
}

fn sides(client: &Client, host: &str, port: u16) -> [Contender; 2] {
    [
        Contender::ours(client, host),
        Contender::theirs(client, host, port),
    ]
}

fn network_of(way: Way) -> Option<Network> {
    let (ms, rate) = match way {
        Way::Loopback => return None,
        Way::Near => (10, None),
        Way::Far => (40, None),
        Way::Thin => (10, Some(20e6 / 8.0)),
    };
    Some(Network {
        delay: Duration::from_millis(ms),
        rate,
    })
}
