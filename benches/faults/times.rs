//! Times until a loss is noticed, and until it is healed, of many.

use std::thread;
use std::time::Duration;

use crate::fault::Fault;
use crate::page::suffer;
use crate::support::websocket::Websocket;
use crate::support::{Client, Sshd, http};

/// Prints the middle and the 95th percentile of each, all kinds side by side.
pub fn print(kinds: &'static [(&str, Fault, u64)], rounds: usize) {
    let threads: Vec<_> = kinds
        .iter()
        .map(|(name, fault, seconds)| {
            thread::spawn(move || (name, measure(*fault, *seconds, rounds)))
        })
        .collect();
    println!("\n| fault | noticed, p50 | p95 | healed, p50 | p95 |");
    println!("|---|---|---|---|---|");
    for thread in threads {
        let (name, [noticed, healed]) = thread.join().unwrap();
        println!(
            "| {name} | {:.1} | {:.1} | {:.1} | {:.1} |",
            percentile(&noticed, 50),
            percentile(&noticed, 95),
            percentile(&healed, 50),
            percentile(&healed, 95),
        );
    }
}

/// A tunnel with an open websocket, as a page has it, through as many faults.
fn measure(fault: Fault, seconds: u64, rounds: usize) -> [Vec<Duration>; 2] {
    let sshd = Sshd::start();
    let client = Client::of(&sshd);
    let mut opened = client.open("test");
    let ready = opened.wait_phase("ready");
    let made = http::post(&ready, "api/kernels", "{}");
    let kernel: serde_json::Value = serde_json::from_str(&made.body).unwrap();
    let path = format!("api/kernels/{}/channels", kernel["id"].as_str().unwrap());
    let _page = Websocket::open(&ready, &path);
    let mut times = [Vec::new(), Vec::new()];
    for round in 0..rounds {
        // After a minute the next loss is one of its own, and not a flap, whose pauses grow; and not at the same moment
        // of the program's own intervals each time.
        thread::sleep(Duration::from_millis(61_000 + 377 * round as u64));
        let (noticed, healed) = suffer(fault, seconds, &sshd, &mut opened);
        times[0].push(noticed.expect("noticed"));
        times[1].push(healed.expect("healed"));
    }
    opened.interrupt();
    opened.wait_exit();
    client.run(&["stop", "test", "--yes"]);
    times
}

fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times[at].as_secs_f64()
}
