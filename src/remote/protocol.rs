//! The script's answers: one line each, `NONCE KIND HEX`.

use crate::i18n::fl;
use crate::jupyter::{HostInfo, RuntimeFile};
use crate::scheduler::{CommandOutput, LocalTime};

/// One answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptMessage {
    /// The script runs.
    Hello,
    /// A runtime file, with what is known about its process.
    Server(RuntimeFile),
    /// Sent after all runtime files: other facts about the remote host.
    Found(HostInfo),
    /// The server that was launched has written its runtime file.
    Launched(RuntimeFile),
    /// Still at it: `lock`, `starting`, `stopping`; or `logout`: what is launched now will end with this login.
    Wait(String),
    /// The start-up files still run. The script does not say this: it has not begun.
    Slow,
    /// The newest launch's log: its path and its last 200 000 bytes. Empty path: there is none.
    Log {
        /// Its path on the remote host.
        path: String,
        /// Its text.
        text: String,
    },
    /// A piece of the ledger of jobs.
    Job(Piece),
    /// The ledger is complete; it has that many bytes.
    Ledger(usize),
    /// A piece of the runtime files that may be of servers on other nodes.
    Far(Piece),
    /// A server's process on the remote host, and the job that it runs in; no job if empty.
    Owner(u32, String),
    /// A piece of what a command of the scheduler wrote to standard output.
    Out(Piece),
    /// Its output on standard error.
    Err(String),
    /// Its exit status, the clock, and how many bytes it wrote to standard output.
    Ran(i32, LocalTime, usize),
    /// The folder of the job that was submitted.
    Folder(String),
    /// A job's server listens.
    Ready(RuntimeFile),
    /// No server yet: the node that the job runs on, or nothing.
    Looked(String),
    /// A job that is over: its exit status, where it left one, and the last lines of its log.
    Over(Option<i32>, String),
    /// End of a stopped server: `itself`, `TERM`, `KILL`, `launch` (it was still starting), or `no`
    /// (it did not end).
    Gone(String),
    /// The program that holds websockets has started: its socket, and what it wants to be told first.
    Holder(String, String),
    /// The lists that a user chooses from, as the tools print them.
    Choices(String),
    /// Notebooks and folders, a line each.
    Paths(Vec<String>),
    /// The load of the machine, as the tools print it.
    Usage(String),
    /// The script ends.
    Bye,
    /// Something is wrong there.
    Failed(ScriptFailure),
}

/// A piece of an answer that comes in several. It may hold tokens, so nothing shows it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Piece(pub Vec<u8>);

impl std::fmt::Debug for Piece {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} bytes", self.0.len())
    }
}

/// Failure that the script reports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ScriptFailure {
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

impl ScriptMessage {
    /// Reads a line; `None` if it is not an answer of ours.
    #[must_use]
    pub fn parse(line: &str, nonce: &str) -> Option<Self> {
        let mut words = line.strip_prefix(nonce)?.strip_prefix(' ')?.splitn(2, ' ');
        let kind = words.next()?;
        let bytes = unhex(words.next().unwrap_or_default())?;
        // Pieces: a letter may be in two of them.
        match kind {
            "job" => return Some(Self::Job(Piece(bytes))),
            "far" => return Some(Self::Far(Piece(bytes))),
            "out" => return Some(Self::Out(Piece(bytes))),
            _ => {}
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Some(match kind {
            "hello" => Self::Hello,
            "server" => Self::Server(RuntimeFile::parse(&text)),
            "launched" => Self::Launched(RuntimeFile::parse(&text)),
            "found" => Self::Found(HostInfo::parse(&text)),
            "wait" => Self::Wait(text),
            "log" => {
                let (path, text) = text.split_once('\n').unwrap_or((&text, ""));
                Self::Log {
                    path: path.to_owned(),
                    text: text.to_owned(),
                }
            }
            "ledger" => Self::Ledger(text.trim().parse().ok()?),
            "owner" => {
                let (pid, job) = text.split_once(' ').unwrap_or((&text, ""));
                Self::Owner(pid.parse().ok()?, job.to_owned())
            }
            "err" => Self::Err(text),
            "ran" => {
                let (status, clock) = text.split_once(' ').unwrap_or((&text, ""));
                let size = clock.rsplit(' ').next()?.parse().ok()?;
                Self::Ran(status.parse().unwrap_or(-1), LocalTime::parse(clock), size)
            }
            "folder" => Self::Folder(text),
            "ready" => Self::Ready(RuntimeFile::parse(&text)),
            "looked" => Self::Looked(text),
            "choices" => Self::Choices(text),
            "usage" => Self::Usage(text),
            "paths" => Self::Paths(text.lines().map(str::to_owned).collect()),
            "over" => {
                let (status, log) = text.split_once('\n').unwrap_or((&text, ""));
                Self::Over(status.trim().parse().ok(), log.trim().to_owned())
            }
            "gone" => Self::Gone(text),
            "holder" => {
                let (path, secret) = text.split_once('\n')?;
                Self::Holder(path.to_owned(), secret.trim().to_owned())
            }
            "bye" => Self::Bye,
            "fail" => Self::Failed(ScriptFailure::parse(&text)),
            _ => return None,
        })
    }
}

/// Puts together what a command of the scheduler printed, frame by frame.
#[derive(Debug, Default)]
pub struct OutputCollector {
    out: Vec<u8>,
    err: String,
}

impl OutputCollector {
    /// Takes a frame; the whole when it is the last one. An answer of which a piece was lost is a failure: what is there
    /// of it would look like a shorter list.
    pub fn take(&mut self, frame: ScriptMessage) -> Option<CommandOutput> {
        match frame {
            ScriptMessage::Out(piece) => self.out.extend(piece.0),
            ScriptMessage::Err(text) => self.err = text,
            ScriptMessage::Ran(status, clock, size) => {
                let Self { out, err } = std::mem::take(self);
                let is_whole = out.len() == size;
                return Some(CommandOutput {
                    status: if is_whole { status } else { -1 },
                    out: if is_whole {
                        String::from_utf8_lossy(&out).into_owned()
                    } else {
                        String::new()
                    },
                    err: if is_whole { err } else { fl!("answer-cut") },
                    clock,
                });
            }
            _ => {}
        }
        None
    }
}

impl ScriptFailure {
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

fn unhex(digits: &str) -> Option<Vec<u8>> {
    base16ct::mixed::decode_vec(digits.trim()).ok()
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
            assert_eq!(ScriptMessage::parse(line, "n0"), None, "{line}");
        }
    }

    #[test]
    fn answers_are_read() {
        assert_eq!(
            ScriptMessage::parse("n0 hello 6c6f67696e", "n0"),
            Some(ScriptMessage::Hello)
        );
        assert_eq!(
            ScriptMessage::parse("n0 bye ", "n0"),
            Some(ScriptMessage::Bye)
        );
        assert_eq!(
            ScriptMessage::parse("n0 wait 6c6f636b", "n0"),
            Some(ScriptMessage::Wait("lock".into()))
        );
    }

    #[test]
    fn an_answer_in_pieces_is_one_and_a_lost_piece_is_an_error() {
        let ran = |pieces: &[&[u8]]| {
            let mut running = OutputCollector::default();
            for piece in pieces {
                assert_eq!(
                    running.take(ScriptMessage::Out(Piece(piece.to_vec()))),
                    None
                );
            }
            running.take(ScriptMessage::Ran(0, LocalTime::default(), 6))
        };
        // "é" in two pieces.
        let whole = ran(&[b"1|\xc3", b"\xa9|2"]).map(|output| (output.status, output.out));
        assert_eq!(whole, Some((0, "1|é|2".to_owned())));
        for pieces in [&[b"1|\xc3".as_slice()] as &[&[u8]], &[]] {
            let cut = ran(pieces).unwrap_or_default();
            assert_ne!(cut.status, 0);
            assert_eq!(cut.out, "");
            assert!(!cut.err.is_empty());
        }
    }

    #[test]
    fn a_death_carries_status_and_log() {
        let failure = ScriptFailure::parse("died\n127\nno jupyter\non the PATH\n");
        let log = "no jupyter\non the PATH".to_owned();
        assert_eq!(
            failure,
            ScriptFailure::Died {
                status: Some(127),
                log
            }
        );
        let failure = ScriptFailure::parse("died\n\n");
        assert_eq!(
            failure,
            ScriptFailure::Died {
                status: None,
                log: String::new()
            }
        );
    }
}
