//! Whatever comes from outside, no reader of it panics, hangs, or takes memory without a bound.
//!
//! Each reader of `src/fuzz` gets the inputs of its folder in `fuzz/corpus`, and inputs made from them. `make fuzz` goes on
//! from there for as long as one likes. `HOSTILE_SECONDS=60` goes on for so long with each, `HOSTILE_TARGET=squeue` tries one
//! reader alone, `HOSTILE_SEED=7` others than the last time.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod memory;
mod mutate;
#[path = "../support/process.rs"]
#[allow(dead_code, reason = "for other tests")]
mod process;
#[cfg(target_os = "linux")]
mod programs;

use std::collections::BTreeSet;
use std::panic::catch_unwind;
use std::path::PathBuf;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use remote_jupyter::fuzz::{FuzzTarget, TARGETS};

use mutate::{Dice, mutated};

#[global_allocator]
static ALLOCATOR: memory::Counting = memory::Counting;

/// Inputs made for each reader, and the seconds of a processor after which there are fewer.
const INPUTS: usize = 10_000;
const SECONDS: usize = 1;
/// Longest time of a processor for one input, in a build without optimisation.
const LONGEST: Duration = Duration::from_secs(1);
/// After so long without an end, an input is one that hangs.
const HANGS: Duration = Duration::from_secs(60);

fn number(name: &str, usual: usize) -> usize {
    let given = std::env::var(name).ok();
    given.map_or(usual, |text| text.parse().expect(name))
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus")
}

fn corpus(target: &str) -> Vec<Vec<u8>> {
    let files = std::fs::read_dir(folder().join(target)).expect(target);
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect()
}

/// The time that this thread has had of a processor, which on a busy computer is less than went by.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

fn processor_time_since(began: Duration) -> Duration {
    processor_time().saturating_sub(began)
}

/// The fault of a reader, if it has one for this input.
fn fault(read: fn(&[u8]), bytes: &[u8]) -> Option<String> {
    let once = || {
        let (began, mut peak) = (processor_time(), 0);
        let work = || peak = memory::peak_of(|| read(bytes));
        let result = catch_unwind(std::panic::AssertUnwindSafe(work));
        (result.is_err(), peak, processor_time_since(began))
    };
    let (panicked, peak, took) = once();
    if panicked {
        return Some("it panics".to_owned());
    }
    let most = memory::bound(bytes.len());
    if peak > most {
        return Some(format!(
            "it takes {peak} bytes of memory, and may take {most}"
        ));
    }
    // The shortest time of several counts.
    let again = || (0..2).all(|_| once().2 > LONGEST);
    (took > LONGEST && again()).then(|| format!("it takes {took:?}"))
}

/// Tries a reader on its corpus and on inputs made from it.
fn attempt(target: &FuzzTarget, seed: usize) -> Result<(), String> {
    let corpus = corpus(target.name);
    let mut dice = Dice::new(u64::try_from(seed).unwrap());
    // The texts of messages are loaded once.
    (target.read)(b"");
    let began = processor_time();
    let seconds = number("HOSTILE_SECONDS", SECONDS);
    let most = if seconds == SECONDS {
        INPUTS
    } else {
        usize::MAX
    };
    let patience = Duration::from_secs(u64::try_from(seconds).unwrap());
    let mut count = 0;
    while count < corpus.len() || count < most && processor_time_since(began) < patience {
        let kept = corpus.get(count).cloned();
        let bytes = kept.unwrap_or_else(|| mutated(&corpus, &mut dice));
        count += 1;
        if let Some(fault) = watched(target, &bytes) {
            let file = std::env::temp_dir().join(format!("hostile-{}", target.name));
            let _ = std::fs::write(&file, &bytes);
            let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned();
            return Err(format!(
                "{}: {fault}; seed {seed}; the input is in {}:\n{shown:?}",
                target.name,
                file.display()
            ));
        }
    }
    println!(
        "{:<16} {count:>8} inputs {:>6.1} s",
        target.name,
        processor_time_since(began).as_secs_f32()
    );
    Ok(())
}

/// Reads in this thread, while another one looks at the clock.
fn watched(target: &FuzzTarget, bytes: &[u8]) -> Option<String> {
    static WATCHED: Mutex<Vec<(Instant, &'static str, Vec<u8>)>> = Mutex::new(Vec::new());
    static ONCE: std::sync::Once = std::sync::Once::new();
    ONCE.call_once(|| {
        std::thread::spawn(|| {
            loop {
                std::thread::sleep(Duration::from_secs(1));
                for (since, name, bytes) in WATCHED.lock().unwrap().iter() {
                    if since.elapsed() > HANGS {
                        eprintln!("{name}: it hangs: {:?}", String::from_utf8_lossy(bytes));
                        std::process::abort();
                    }
                }
            }
        });
    });
    WATCHED
        .lock()
        .unwrap()
        .push((Instant::now(), target.name, bytes.to_vec()));
    let fault = fault(target.read, bytes);
    WATCHED
        .lock()
        .unwrap()
        .retain(|(_, name, _)| *name != target.name);
    fault
}

#[test]
fn no_input_makes_a_reader_panic_hang_or_grow() {
    let seed = number("HOSTILE_SEED", 1);
    let only = std::env::var("HOSTILE_TARGET").ok();
    let chosen = TARGETS
        .iter()
        .filter(|target| only.as_ref().is_none_or(|name| target.name == name));
    let chosen: Vec<&FuzzTarget> = chosen.collect();
    println!("seed {seed}");
    let (next, faults) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let threads = std::thread::available_parallelism().map_or(2, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(target) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Err(fault) = attempt(target, seed) {
                        faults.lock().unwrap().push(fault);
                    }
                }
            });
        }
    });
    let faults = faults.into_inner().unwrap();
    assert!(faults.is_empty(), "{}", faults.join("\n\n"));
}

#[test]
fn every_reader_has_inputs_to_begin_with() {
    let names: BTreeSet<String> = TARGETS
        .iter()
        .map(|target| target.name.to_owned())
        .collect();
    let folders = std::fs::read_dir(folder()).unwrap();
    let folders = folders.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    // Without the app there are fewer readers.
    let folders: BTreeSet<String> = folders
        .filter(|name| cfg!(feature = "app") || names.contains(name))
        .collect();
    assert_eq!(names, folders);
    for name in &names {
        let inputs = corpus(name);
        assert!(inputs.len() >= 2, "{name} has {} inputs", inputs.len());
        let size: usize = inputs.iter().map(Vec::len).sum();
        assert!(size < 64 << 10, "{name}: {size} bytes");
    }
}

/// The test above would say nothing if it did not notice.
#[test]
fn a_reader_that_panics_dawdles_or_grows_is_noticed() {
    fn panics(bytes: &[u8]) {
        assert!(bytes.is_empty(), "on purpose");
    }
    fn grows(bytes: &[u8]) {
        std::hint::black_box(vec![0_u8; bytes.len() << 24]);
    }
    fn dawdles(_: &[u8]) {
        let began = processor_time();
        while processor_time_since(began) <= LONGEST {}
    }
    let (sender, results) = channel();
    std::thread::spawn(move || {
        for (read, word) in [
            (panics as fn(&[u8]), "panics"),
            (grows, "memory"),
            (dawdles, "takes"),
        ] {
            let fault = fault(read, b"x").unwrap_or_default();
            sender.send((fault, word)).unwrap();
        }
    });
    loop {
        match results.recv_timeout(HANGS) {
            Ok((fault, word)) => assert!(fault.contains(word), "{word}: {fault}"),
            Err(RecvTimeoutError::Disconnected) => break,
            Err(RecvTimeoutError::Timeout) => panic!("it hangs"),
        }
    }
}
