//! The scenarios: each in a process of its own, on its main thread, as AppKit wants it.

use std::io::Read;
use std::process::{Command, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

mod scenarios;

use scenarios::{Expected, Scenario};

/// Longest time that a scenario takes; under valgrind all is slower.
const PATIENCE: Duration = Duration::from_secs(60);

fn main() {
    if let Ok(name) = std::env::var("SCENARIO") {
        let all = scenarios::all();
        let scenario = all
            .iter()
            .find(|scenario| scenario.name == name)
            .expect("a name");
        macos_layer::fake::begin();
        objc2::rc::autoreleasepool(|_| (scenario.run)());
        return;
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    let all = scenarios::all();
    let chosen = |scenario: &&Scenario| {
        words.is_empty()
            || words
                .iter()
                .any(|word| scenario.name.contains(word.as_str()))
    };
    let chosen: Vec<&Scenario> = all.iter().filter(chosen).collect();
    // Most of them wait more than they work.
    let (next, failed) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..2 * std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(scenario) = chosen.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let outcome = run(scenario);
                    let mut failed = failed.lock().expect("no poison");
                    match outcome {
                        Ok(()) => println!("scenario {} ... ok", scenario.name),
                        Err(why) => {
                            println!("scenario {} ... FAILED\n{why}\n", scenario.name);
                            failed.push(&scenario.name);
                        }
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().expect("no poison");
    println!(
        "{} of {} scenarios as expected",
        chosen.len() - failed.len(),
        chosen.len()
    );
    std::process::exit(i32::from(!failed.is_empty() || chosen.is_empty()));
}

fn run(scenario: &Scenario) -> Result<(), String> {
    let program = std::env::current_exe().expect("its own path");
    // UNDER: valgrind and its options.
    let under = std::env::var("UNDER").unwrap_or_default();
    let mut words = under.split_whitespace();
    let mut command = match words.next() {
        Some(first) => {
            let mut command = Command::new(first);
            command.args(words).arg(program);
            command
        }
        None => Command::new(program),
    };
    let home = tempfile::tempdir().expect("a folder");
    let command = command
        .env("SCENARIO", &scenario.name)
        .env("HOME", home.path());
    command
        .env_remove("XDG_STATE_HOME")
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let readers = [
        read(child.stdout.take().expect("its pipe")),
        read(child.stderr.take().expect("its pipe")),
    ];
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().map_err(|error| error.to_string())? {
            break status;
        }
        if began.elapsed() > PATIENCE {
            let _ = child.kill();
            return Err("it hangs".to_owned());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let said: String = readers
        .into_iter()
        .filter_map(|reader| reader.join().ok())
        .collect();
    let is_expected = match &scenario.expected {
        Expected::Success => status.success(),
        Expected::End(words) => {
            !status.success() && status.code() != Some(99) && said.contains(words)
        }
    };
    if is_expected {
        Ok(())
    } else {
        Err(format!(
            "{status}, expected {:?}\n{said}",
            scenario.expected
        ))
    }
}

fn read(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut said = Vec::new();
        let _ = pipe.read_to_end(&mut said);
        String::from_utf8_lossy(&said).into_owned()
    })
}
