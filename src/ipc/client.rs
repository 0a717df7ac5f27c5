//! The asking side.

use std::io::{self, BufRead, BufReader, Lines, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use super::protocol::{HolderGreeting, Message, request_line};
use super::version::{VERSION, misunderstood};
use crate::problem;
use crate::problem::Problem;

/// Longest time until a holder says its first word, which takes it a moment.
const PATIENCE: Duration = Duration::from_secs(5);

/// A connection to the program that holds a host.
#[derive(Debug)]
pub struct Client {
    stream: UnixStream,
}

impl Client {
    pub(super) fn new(stream: UnixStream) -> Self {
        Self { stream }
    }

    /// Sends a request and returns the answers.
    ///
    /// # Errors
    /// When the holder went away.
    pub fn ask<R: serde::Serialize>(mut self, request: &R) -> io::Result<Responses> {
        self.stream.set_write_timeout(Some(PATIENCE))?;
        self.stream.set_read_timeout(Some(PATIENCE))?;
        self.stream.write_all(request_line(request)?.as_bytes())?;
        let address = self.stream.peer_addr().ok();
        Ok(Responses {
            socket: address.and_then(|address| address.as_pathname().map(Into::into)),
            stream: self.stream.try_clone()?,
            lines: BufReader::new(self.stream).lines(),
            is_silent: false,
            holder: None,
            is_understood: false,
        })
    }
}

/// The holder's answers, until it has no more. Lines that are no message are skipped.
#[derive(Debug)]
pub struct Responses {
    lines: Lines<BufReader<UnixStream>>,
    stream: UnixStream,
    /// True if it was waited for long enough.
    is_silent: bool,
    socket: Option<PathBuf>,
    /// The holder's version, if it told one.
    holder: Option<String>,
    /// True as long as there are answers and nothing in them is unknown.
    is_understood: bool,
}

impl Responses {
    /// Explains answers that ended too early, if the cause is a holder of another version.
    #[must_use]
    pub fn misunderstanding(&self, host: &str) -> Option<Problem> {
        if self.is_silent {
            return self.silence(host);
        }
        if self.is_understood {
            return None;
        }
        let holder = self.holder.as_deref();
        // A holder that tells no version and does not answer is older, or has ended just now.
        if holder.is_none() && !self.holder_listens() {
            return None;
        }
        misunderstood(host, Some(VERSION), holder)
    }

    /// Explains a holder that does not say a word: its process was stopped, or hangs.
    #[must_use]
    pub fn silence(&self, host: &str) -> Option<Problem> {
        self.is_silent.then(|| problem::holder_silent(host))
    }

    fn holder_listens(&self) -> bool {
        let socket = self.socket.as_ref();
        socket.is_some_and(|socket| UnixStream::connect(socket).is_ok())
    }
}

impl Iterator for Responses {
    type Item = Message;

    fn next(&mut self) -> Option<Message> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) => line,
                Err(error) => {
                    let waited = [io::ErrorKind::WouldBlock, io::ErrorKind::TimedOut];
                    self.is_silent = waited.contains(&error.kind());
                    return None;
                }
            };
            // What comes later takes as long as what it tells of.
            let _ = self.stream.set_read_timeout(None);
            if let Ok(message) = serde_json::from_str::<Message>(&line) {
                self.is_understood = message.is_complete();
                return Some(message);
            }
            match serde_json::from_str::<HolderGreeting>(&line) {
                Ok(greeting) => self.holder = Some(greeting.version),
                Err(_) => self.is_understood = false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ipc::Request;
    use crate::session::Phase;

    /// Asks a holder that says these lines and closes.
    fn asked(lines: &str) -> Responses {
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(lines.as_bytes()).unwrap();
        let answers = Client::new(near).ask(&Request::Status).unwrap();
        drop(far);
        answers
    }

    const MESSAGE: &str = "{\"host\":\"h\",\"phase\":\"queued\",\"at_ms\":1}\n";

    #[test]
    fn holders_with_and_without_a_greeting_are_understood() {
        for greeting in ["", "{\"version\":\"99.0.0\"}\n"] {
            let mut answers = asked(&format!("{greeting}{MESSAGE}"));
            let phases: Vec<Phase> = answers.by_ref().map(|message| message.phase).collect();
            assert_eq!(phases, [Phase::Queued]);
            assert_eq!(answers.misunderstanding("h"), None);
        }
    }

    #[test]
    fn a_newer_holder_that_says_unknown_things_is_the_cause() {
        for unknown in [
            "",
            "{\"host\":\"h\",\"phase\":\"dancing\",\"at_ms\":1}\n",
            "{\"host\":\"h\",\"phase\":\"ready\",\"at_ms\":1,\"urls\":[]}\n",
        ] {
            let mut answers = asked(&format!("{{\"version\":\"99.0.0\"}}\n{MESSAGE}{unknown}"));
            answers.by_ref().for_each(drop);
            let newer = problem::client_too_old("h", Some(VERSION), Some("99.0.0"));
            let cause = (!unknown.is_empty()).then_some(newer);
            assert_eq!(answers.misunderstanding("h"), cause, "{unknown}");
        }
    }

    #[test]
    fn an_older_holder_that_says_nothing_is_the_cause() {
        let mut answers = asked("{\"version\":\"0.0.1\"}\n");
        assert_eq!(answers.next(), None);
        let older = problem::holder_too_old("h", Some(VERSION), Some("0.0.1"));
        assert_eq!(answers.misunderstanding("h"), Some(older));

        let mut answers = asked(&format!("{{\"version\":\"{VERSION}\"}}\n"));
        assert_eq!(
            (answers.next(), answers.misunderstanding("h")),
            (None, None)
        );
    }

    #[test]
    fn a_holder_whose_process_is_stopped_is_not_waited_for_without_end() {
        let (near, far) = UnixStream::pair().unwrap();
        let mut answers = Client::new(near).ask(&Request::Status).unwrap();
        answers
            .stream
            .set_read_timeout(Some(Duration::from_millis(50)))
            .unwrap();
        assert_eq!(answers.next(), None);
        let silent = problem::holder_silent("h");
        assert_eq!(answers.misunderstanding("h"), Some(silent));
        drop(far);
    }

    #[test]
    fn a_holder_that_has_greeted_may_take_its_time() {
        let (near, mut far) = UnixStream::pair().unwrap();
        far.write_all(b"{\"version\":\"99.0.0\"}\n").unwrap();
        let mut answers = Client::new(near).ask(&Request::Watch).unwrap();
        assert_eq!(answers.stream.read_timeout().unwrap(), Some(PATIENCE));
        far.write_all(MESSAGE.as_bytes()).unwrap();
        assert!(answers.next().is_some());
        assert_eq!(answers.stream.read_timeout().unwrap(), None);
    }

    #[test]
    fn a_silent_holder_without_a_version_is_older_only_while_it_listens() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s");
        let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
        let mut answers = Client::new(UnixStream::connect(&path).unwrap())
            .ask(&Request::Status)
            .unwrap();
        drop(listener.accept().unwrap());
        assert_eq!(answers.next(), None);
        let older = problem::holder_too_old("h", Some(VERSION), None);
        assert_eq!(answers.misunderstanding("h"), Some(older));
        drop(listener);
        assert_eq!(answers.misunderstanding("h"), None);
    }
}
