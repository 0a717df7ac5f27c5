//! Time that `JupyterLab` takes in a real browser with nothing cached, through `remote-jupyter open` and through `ssh -N -L`:
//! until the launcher is visible, and until a kernel has answered a cell. The same server, networks of 0 to 200 ms round
//! trip, in turns of random order.
//!
//! `BENCH_ROUNDS=3` measures as often, `BENCH_ROUND_TRIPS=80,200` at some round trips alone; `REMOTE_JUPYTER_PROGRAM` names
//! another build.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::cast_precision_loss
)]

#[path = "../tunnel/contender.rs"]
#[allow(dead_code)]
mod contender;
#[path = "../network/mod.rs"]
#[allow(dead_code)]
mod network;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::process::Command;
use std::time::Duration;

use contender::Contender;
use network::Delayed;
use serde_json::Value;
use support::{Client, Key, Known, Sshd, jupyter_venv};

const ROUNDS: usize = 5;
/// In milliseconds.
const ROUND_TRIPS: &str = "0,20,80,200";
const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/page/visit.py");
/// A figure of a visit, and its name in the table.
const MEASURES: [(&str, &str); 2] = [
    ("launcher", "launcher visible"),
    ("answer", "a cell answered"),
];

/// One side's visits at one round trip.
type Visits = Vec<Value>;

fn main() {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let rounds = std::env::var("BENCH_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let round_trips = std::env::var("BENCH_ROUND_TRIPS").unwrap_or_else(|_| ROUND_TRIPS.into());
    let measured: Vec<_> = round_trips
        .split(',')
        .map(|ms| ms.parse::<u64>().expect("milliseconds"))
        .map(|ms| (ms, measure(&sshd, &client, ms, rounds)))
        .collect();
    println!(
        "\n| page, ratio to `ssh -N -L` | median | least | most | ours | `ssh -N -L` | MB | requests |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    for (ms, sides) in &measured {
        for measure in MEASURES {
            print_row(*ms, measure, sides);
        }
    }
    let stopped = client.run(&["stop", "test", "--yes"]);
    assert_eq!(stopped.code, Some(0), "{stopped}");
}

fn measure(sshd: &Sshd, client: &Client, ms: u64, rounds: usize) -> [Visits; 2] {
    let host = format!("at{ms}");
    let far = Delayed::before(sshd, Duration::from_millis(ms) / 2);
    client.add_host(&host, &far, Key::Ed25519);
    client.know_also(&far, Known::Right);
    let (ours, ready) = Contender::ours_and_ready(client, &host);
    let url = ready["url"].as_str().expect("an address");
    let port = ready["server"]["port"].as_u64();
    let port = port
        .and_then(|port| u16::try_from(port).ok())
        .expect("a port");
    let sides = [ours, Contender::theirs(client, &host, port)];
    let mut visits = [Visits::new(), Visits::new()];
    for round in 0..rounds {
        let first = usize::from(RandomState::new().build_hasher().finish().is_multiple_of(2));
        for side in [first, 1 - first] {
            let page = page(url, sides[side].port, &format!("{ms}-{round}-{side}"));
            let visit = visit(&page);
            println!("{ms} ms, {}: {visit}", ["ours", "ssh -N -L"][side]);
            visits[side].push(visit);
        }
    }
    visits
}

/// The page behind that port, in a workspace of its own: it begins with the launcher.
fn page(url: &str, port: u16, workspace: &str) -> String {
    let (address, query) = url.split_once('?').expect("a token");
    let path = address.splitn(4, '/').nth(3).unwrap_or_default();
    let path = path.trim_end_matches('/').trim_end_matches("lab");
    format!("http://localhost:{port}/{path}lab/workspaces/{workspace}?{query}")
}

/// Opens the page in a browser with an empty profile.
fn visit(page: &str) -> Value {
    let profile = tempfile::tempdir().unwrap();
    let output = Command::new(jupyter_venv().join("bin/python"))
        .args([SCRIPT, "chromium"])
        .arg(profile.path())
        .arg(page)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn print_row(ms: u64, (key, name): (&str, &str), sides: &[Visits; 2]) {
    let values = |side: usize, key: &str| -> Vec<f64> {
        let visits = sides[side].iter();
        visits.map(|visit| visit[key].as_f64().unwrap()).collect()
    };
    let (ours, theirs) = (values(0, key), values(1, key));
    let mut ratios: Vec<f64> = ours
        .iter()
        .zip(&theirs)
        .map(|(ours, theirs)| ours / theirs)
        .collect();
    ratios.sort_by(f64::total_cmp);
    let (least, most) = (ratios[0], ratios[ratios.len() - 1]);
    let (ours, theirs) = (median(ours), median(theirs));
    println!(
        "| {name}, {ms} ms | {:.2} | {least:.2} | {most:.2} | {ours:.2} | {theirs:.2} | {:.1} | {:.0} |",
        ours / theirs,
        median(values(0, "bytes")) / 1e6,
        median(values(0, "requests")),
    );
}
