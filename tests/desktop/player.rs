//! A stand-in that runs, and what it said.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::stand_in::{Order, ROLE, Report};

/// The wait for anything that a person would not wait for longer.
pub const SOON: Duration = Duration::from_secs(15);

/// Dropping it ends the process.
pub struct Player {
    child: Child,
    reports: Receiver<Report>,
    /// What it said, and nobody has waited for yet.
    said: Vec<Report>,
}

impl Player {
    pub fn start(role: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_in(&[], role, environment)
    }

    /// Started by another program, such as `unshare`.
    pub fn start_in(starter: &[&str], role: &str, environment: &[(&str, &str)]) -> Self {
        let own = std::env::current_exe().unwrap();
        let mut words: Vec<_> = ["setpriv", "--pdeathsig", "KILL"].map(str::to_owned).into();
        words.extend(starter.iter().map(|&word| word.to_owned()));
        words.push(own.to_string_lossy().into_owned());
        let mut command = Command::new(&words[0]);
        command
            .args(&words[1..])
            .args(["--ignored", "--exact", "stand_in::stand_in", "--nocapture"])
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            // GTK would look for a service of the machine's.
            .env("NO_AT_BRIDGE", "1")
            .env("LANG", "C.UTF-8")
            .env("HOME", "/nonexistent")
            .env(ROLE, role)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped());
        let mut child = command.spawn().expect("a stand-in");
        let out = BufReader::new(child.stdout.take().unwrap());
        let (send, reports) = channel();
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                // libtest's own words may stand in front.
                if let Some((_, report)) = line.split_once("report ") {
                    let _ = send.send(serde_json::from_str(report).unwrap());
                }
            }
        });
        Self {
            child,
            reports,
            said: Vec::new(),
        }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    pub fn tell(&mut self, order: &Order) {
        let line = serde_json::to_string(order).unwrap();
        let stdin = self.child.stdin.as_mut().unwrap();
        writeln!(stdin, "{line}").expect("a stand-in that lives");
    }

    /// The first report that fits; the others are kept.
    pub fn wait<T>(&mut self, fits: impl Fn(&Report) -> Option<T>) -> T {
        let by = Instant::now() + SOON;
        loop {
            for (at, report) in self.said.iter().enumerate() {
                if let Some(found) = fits(report) {
                    self.said.remove(at);
                    return found;
                }
            }
            let left = by.saturating_duration_since(Instant::now());
            match self.reports.recv_timeout(left) {
                Ok(report) => self.said.push(report),
                Err(why) => panic!("{why}; it said {:?}", self.said),
            }
        }
    }

    /// Does it, and gives what came of it.
    pub fn does(&mut self, order: &Order) -> Result<Option<String>, String> {
        self.tell(order);
        self.wait(|report| match report {
            Report::Done(result) => Some(result.clone()),
            _ => None,
        })
    }

    pub fn run(&mut self, command: &str) {
        let words = command.split(' ').map(str::to_owned).collect();
        self.does(&Order::Run(words)).unwrap();
    }

    /// All that it says in so long a time, and nobody has waited for.
    pub fn says_within(&mut self, time: Duration) -> Vec<Report> {
        std::thread::sleep(time);
        self.said.extend(self.reports.try_iter());
        std::mem::take(&mut self.said)
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
