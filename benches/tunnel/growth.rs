//! Growth of the price with the number of open connections.

use std::thread::sleep;
use std::time::Duration;

use crate::contender::Contender;
use crate::traffic::{self, Conversation};

/// Numbers of open connections.
const COUNTS: [usize; 4] = [1, 10, 100, 1000];

/// Size of the download beside them, in MiB.
const SIZE: u32 = 256;

/// Time at rest.
const REST: Duration = Duration::from_secs(5);

/// Measures both sides with more and more connections open, and prints a table.
pub fn measure(sides: &[Contender; 2]) {
    println!(
        "\n| open connections | processor time per MiB in ms | in {REST:?} at rest, in ms | resident in MiB |"
    );
    println!("|---|---|---|---|");
    let mut open: [Vec<Conversation>; 2] = [Vec::new(), Vec::new()];
    for count in COUNTS {
        let mut cells = [const { Vec::new() }; 3];
        for (side, open) in sides.iter().zip(&mut open) {
            while open.len() < count {
                open.push(Conversation::begin(side.port));
            }
            let carried = spent(side, || {
                traffic::downloads(side.port, 1, u64::from(SIZE) << 20);
            });
            sleep(Duration::from_secs(2));
            cells[0].push(format!("{:.2}", carried * 1000.0 / f64::from(SIZE)));
            let rest = spent(side, || sleep(REST));
            cells[1].push(format!("{:.1}", rest * 1000.0));
            cells[2].push(format!("{:.1}", side.memory()));
            for conversation in open.iter_mut() {
                conversation.goes_on();
            }
        }
        let cells = cells.map(|sides| sides.join(" (`ssh -N -L`: ") + ")");
        println!("| {count} | {} |", cells.join(" | "));
    }
}

fn spent(side: &Contender, run: impl FnOnce()) -> f64 {
    let before = side.processor_time();
    run();
    side.processor_time() - before
}
