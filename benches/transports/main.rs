//! Speed and price of both transports, libssh2 and the system's `ssh`, beside `ssh -N -L`: in one run, over the same sshd and
//! the same networks, in turns of random order, medians. Only the ratios mean something: the computer may be slow or busy.
//!
//! `BENCH_ROUNDS=3` measures as often.

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
#[path = "../tunnel/stand_in.rs"]
mod stand_in;
#[path = "../../tests/support/mod.rs"]
mod support;
#[path = "../tunnel/traffic.rs"]
#[allow(dead_code)]
mod traffic;

use std::hash::{BuildHasher, Hasher, RandomState};
use std::thread::sleep;
use std::time::{Duration, Instant};

use contender::Contender;
use network::Delayed;
use stand_in::StandIn;
use support::{Client, Key, Known, Options, Sshd};

const ROUNDS: usize = 5;
const MIB: u64 = 1 << 20;
/// Each way, so that a round trip is twice that.
const DELAY: Duration = Duration::from_millis(40);

/// The sides, in the table's order.
const SIDES: [Side; 3] = [Side::Libssh2, Side::Openssh, Side::Forward];

#[derive(Debug, Clone, Copy)]
enum Side {
    /// The program, by libssh2.
    Libssh2,
    /// The program, by the system's `ssh`.
    Openssh,
    /// `ssh -N -L`.
    Forward,
}

impl Side {
    /// The host of this side that is near, or 80 ms away.
    fn host(self, is_far: bool) -> &'static str {
        match (self, is_far) {
            (Self::Libssh2, false) => "libssh2",
            (Self::Libssh2, true) => "libssh2-far",
            (Self::Openssh, false) => "openssh",
            (Self::Openssh, true) => "openssh-far",
            (Self::Forward, false) => "test",
            (Self::Forward, true) => "far",
        }
    }

    /// From the start of the process to a tunnel that can be used. `ssh -N -L` looks for no server.
    fn open(self, client: &Client, is_far: bool, port: u16) -> (Contender, f64) {
        let began = Instant::now();
        let host = self.host(is_far);
        let tunnel = match self {
            Self::Libssh2 | Self::Openssh => Contender::ours(client, host),
            Self::Forward => Contender::theirs(client, host, port),
        };
        (tunnel, began.elapsed().as_secs_f64())
    }
}

/// A measurement of an open tunnel: a title, true if it is 80 ms away, and the figure in seconds, or MiB.
type Row = (&'static str, bool, fn(&Contender) -> f64);

#[rustfmt::skip]
const ROWS: [Row; 7] = [
    ("page burst: six connections at once", false, |t| rested(t, |port| traffic::connections(port, 6, 6))),
    ("page burst, 80 ms", true, |t| rested(t, |port| traffic::connections(port, 6, 6))),
    ("download of 256 MiB", false, |t| traffic::downloads(t.port, 1, 256 * MIB)),
    ("processor time of it", false, |t| {
        let before = t.processor_time();
        traffic::downloads(t.port, 1, 256 * MIB);
        t.processor_time() - before
    }),
    ("upload of 256 MiB", false, |t| traffic::upload(t.port, 256 * MIB)),
    ("download of 64 MiB, 80 ms", true, |t| traffic::downloads(t.port, 1, 64 * MIB)),
    ("resident memory, MiB, with its `ssh`", false, Contender::memory),
];

/// Lets the tunnel come to rest: a page does not begin in the middle of another one.
fn rested(tunnel: &Contender, run: impl FnOnce(u16) -> f64) -> f64 {
    sleep(Duration::from_millis(400));
    run(tunnel.port)
}

fn main() {
    stand_in::serve_if_asked();
    let rounds = std::env::var("BENCH_ROUNDS").ok();
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().expect("a number"));
    let sshd = Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    });
    let stand_in = StandIn::start(sshd.home());
    let client = Client::of(&sshd);
    let far = Delayed::before(&sshd, DELAY);
    client.add_host("far", &far, Key::Ed25519);
    client.know_also(&far, Known::Right);
    client.configure(&configuration());
    println!("\n| measure | libssh2 | `ssh` | `ssh -N -L` |\n|---|---|---|---|");
    for (title, is_far) in [("warm click", false), ("warm click, 80 ms", true)] {
        let click = |side: Side| side.open(&client, is_far, stand_in.port).1;
        print_row(title, &in_turns(rounds, click));
    }
    let open = |is_far| SIDES.map(|side| side.open(&client, is_far, stand_in.port).0);
    let (near, distant) = (open(false), open(true));
    for (title, is_far, measure) in ROWS {
        let tunnels = if is_far { &distant } else { &near };
        let measured = in_turns(rounds, |side| measure(&tunnels[side as usize]));
        print_row(title, &measured);
    }
}

fn configuration() -> String {
    let hosts = [false, true].into_iter().flat_map(|is_far| {
        let ssh = Side::Forward.host(is_far);
        [("libssh2", Side::Libssh2), ("openssh", Side::Openssh)].map(|(transport, side)| {
            let name = side.host(is_far);
            format!("[[host]]\nname = \"{name}\"\nssh = \"{ssh}\"\ntransport = \"{transport}\"\n")
        })
    });
    hosts.collect()
}

/// The figures of each side, in the order of [`SIDES`].
fn in_turns(rounds: usize, measure: impl Fn(Side) -> f64) -> [Vec<f64>; 3] {
    let mut figures = [const { Vec::new() }; 3];
    for _ in 0..rounds {
        let random = RandomState::new().build_hasher().finish();
        let first = usize::try_from(random % 3).expect("below 3");
        for turn in 0..3 {
            let side = (first + turn) % 3;
            figures[side].push(measure(SIDES[side]));
        }
    }
    figures
}

fn print_row(title: &str, figures: &[Vec<f64>; 3]) {
    let medians = figures.clone().map(traffic::median);
    let cells = medians.map(|median| {
        let ratio = median / medians[2];
        format!("{median:.4} ({ratio:.2})")
    });
    println!("| {title} | {} |", cells.join(" | "));
}
