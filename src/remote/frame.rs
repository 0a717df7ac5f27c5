//! The script's answers: one line each, `NONCE KIND HEX`.

use super::jobs::{FarFile, Record};
use crate::jupyter::{Candidate, Facts};
use crate::launcher::{Clock, Output};

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// The script runs.
    Hello,
    /// A runtime file, with what is known about its process.
    Server(Candidate),
    /// All runtime files have been told; what else is known about the machine.
    Found(Facts),
    /// The server that was launched has written its runtime file.
    Launched(Candidate),
    /// Still at it: `lock`, `starting`, `stopping`.
    Wait(String),
    /// The start-up files still run. The script does not say this: it has not begun.
    Slow,
    /// The newest launch's log: its path and its last 200 000 bytes. Empty path: there is none.
    Log {
        /// Where it is, on the far side.
        path: String,
        /// Its text.
        text: String,
    },
    /// The folder of a job of ours.
    Job(Record),
    /// A runtime file that may be of a server on another node.
    Far(FarFile),
    /// A server's process on this machine, and the job that it runs in; no job if empty.
    Owner(u32, String),
    /// What a command of the scheduler wrote to standard output.
    Out(String),
    /// What it wrote to standard error.
    Err(String),
    /// Its exit status, and the clock.
    Ran(i32, Clock),
    /// The folder of the job that was submitted.
    Folder(String),
    /// A job's server listens.
    Ready(Candidate),
    /// No server yet: the node that the job runs on, or nothing.
    Looked(String),
    /// A job that is over: its exit status, where it left one, and the last lines of its log.
    Over(Option<i32>, String),
    /// How a stopped server ended: `itself`, `TERM`, `KILL`, `launch`, or `no`.
    Gone(String),
    /// The script ends.
    Bye,
    /// Something is wrong there.
    Failed(Failure),
}

/// What the script says is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Failure {
    /// The server ended while starting.
    Died {
        /// Its exit status, where it left one.
        status: Option<i32>,
        /// The last lines of its log.
        log: String,
    },
    /// Another failure.
    Other {
        /// `workdir`, `unwritable`, `socket`, `random`.
        code: String,
        /// The system's own words.
        text: String,
    },
}

impl Frame {
    /// Reads a line; `None` if it is not an answer of ours.
    #[must_use]
    pub fn parse(line: &str, nonce: &str) -> Option<Self> {
        let mut words = line.strip_prefix(nonce)?.strip_prefix(' ')?.splitn(2, ' ');
        let kind = words.next()?;
        let text = unhex(words.next().unwrap_or_default())?;
        Some(match kind {
            "hello" => Self::Hello,
            "server" => Self::Server(Candidate::parse(&text)),
            "launched" => Self::Launched(Candidate::parse(&text)),
            "found" => Self::Found(Facts::parse(&text)),
            "wait" => Self::Wait(text),
            "log" => {
                let (path, text) = text.split_once('\n').unwrap_or((&text, ""));
                Self::Log {
                    path: path.to_owned(),
                    text: text.to_owned(),
                }
            }
            "job" => Self::Job(Record::parse(&text)),
            "far" => Self::Far(FarFile::parse(&text)),
            "owner" => {
                let (pid, job) = text.split_once(' ').unwrap_or((&text, ""));
                Self::Owner(pid.parse().ok()?, job.to_owned())
            }
            "out" => Self::Out(text),
            "err" => Self::Err(text),
            "ran" => {
                let (status, clock) = text.split_once(' ').unwrap_or((&text, ""));
                Self::Ran(status.parse().unwrap_or(-1), Clock::parse(clock))
            }
            "folder" => Self::Folder(text),
            "ready" => Self::Ready(Candidate::parse(&text)),
            "looked" => Self::Looked(text),
            "over" => {
                let (status, log) = text.split_once('\n').unwrap_or((&text, ""));
                Self::Over(status.trim().parse().ok(), log.trim().to_owned())
            }
            "gone" => Self::Gone(text),
            "bye" => Self::Bye,
            "fail" => Self::Failed(Failure::parse(&text)),
            _ => return None,
        })
    }
}

/// Puts together what a command of the scheduler printed, frame by frame.
#[derive(Debug, Default)]
pub struct Running(Output);

impl Running {
    /// Takes a frame; the whole when it is the last one.
    pub fn take(&mut self, frame: Frame) -> Option<Output> {
        match frame {
            Frame::Out(text) => self.0.out = text,
            Frame::Err(text) => self.0.err = text,
            Frame::Ran(status, clock) => {
                self.0.status = status;
                self.0.clock = clock;
                return Some(std::mem::take(&mut self.0));
            }
            _ => {}
        }
        None
    }
}

impl Failure {
    fn parse(text: &str) -> Self {
        let (code, text) = text.split_once('\n').unwrap_or((text, ""));
        if code == "died" {
            let (status, log) = text.split_once('\n').unwrap_or((text, ""));
            return Self::Died {
                status: status.trim().parse().ok(),
                log: log.trim().to_owned(),
            };
        }
        Self::Other {
            code: code.to_owned(),
            text: text.trim().to_owned(),
        }
    }
}

fn unhex(digits: &str) -> Option<String> {
    let digits = digits.trim().as_bytes();
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    let bytes: Option<Vec<u8>> = digits
        .chunks(2)
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect();
    Some(String::from_utf8_lossy(&bytes?).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn banners_and_foreign_lines_are_no_answers() {
        for line in [
            "",
            "Welcome",
            "n0",
            "n0x hello 61",
            "n0 hello 6",
            "n0 hello zz",
            "n0 dance ",
        ] {
            assert_eq!(Frame::parse(line, "n0"), None, "{line}");
        }
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(
            Frame::parse("n0 hello 6c6f67696e", "n0"),
            Some(Frame::Hello)
        );
        assert_eq!(Frame::parse("n0 bye ", "n0"), Some(Frame::Bye));
        assert_eq!(
            Frame::parse("n0 wait 6c6f636b", "n0"),
            Some(Frame::Wait("lock".into()))
        );
    }

    #[test]
    fn a_death_carries_status_and_log() {
        let failure = Failure::parse("died\n127\nno jupyter\non the PATH\n");
        let log = "no jupyter\non the PATH".to_owned();
        assert_eq!(
            failure,
            Failure::Died {
                status: Some(127),
                log
            }
        );
        let failure = Failure::parse("died\n\n");
        assert_eq!(
            failure,
            Failure::Died {
                status: None,
                log: String::new()
            }
        );
    }
}
