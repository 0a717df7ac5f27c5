//! Many comparisons at a time, in the order of their cases.

use std::sync::atomic::{AtomicUsize, Ordering};

/// Enough to keep the machine busy while servers fork.
const THREADS: usize = 6;

/// Runs every case, given its number too, and gives what came of each.
pub fn at_once<C: Sync, T: Send>(cases: &[C], run: impl Fn(usize, &C) -> T + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let mut results: Vec<(usize, T)> = std::thread::scope(|scope| {
        let work = || {
            let mut done = Vec::new();
            loop {
                let at = next.fetch_add(1, Ordering::Relaxed);
                let Some(case) = cases.get(at) else {
                    return done;
                };
                done.push((at, run(at, case)));
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|_| scope.spawn(work)).collect();
        let results = threads.into_iter().map(|thread| thread.join().unwrap());
        results.flatten().collect()
    });
    results.sort_by_key(|(at, _)| *at);
    results.into_iter().map(|(_, result)| result).collect()
}
