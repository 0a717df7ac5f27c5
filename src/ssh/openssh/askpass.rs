//! The helper program that `ssh` asks its questions through (`SSH_ASKPASS`): this program itself, which passes them to the
//! session that has started the `ssh`, over a private socket.
//!
//! A question is one connection: a line with the session's secret, a line with the kind, the text. The answer is a letter,
//! `y` or `n`, and the text.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use zeroize::Zeroizing;

use super::question::QuestionKind;
use crate::secret::{Secret, random_hex};
use crate::ssh::peer::is_own_peer;

/// Names the socket and the secret for the helper.
const VARIABLE: &str = "REMOTE_JUPYTER_ASKPASS";

/// Longest question.
const LONGEST: u64 = 32 << 10;

/// Longest time for a helper to put its question: it writes all of it at once.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where questions arrive.
pub struct QuestionSocket {
    listener: UnixListener,
    path: PathBuf,
    secret: Secret,
    program: PathBuf,
}

/// A question that waits for its answer.
pub struct Question {
    /// Its kind.
    pub kind: QuestionKind,
    /// Its text.
    pub text: String,
    stream: UnixStream,
}

impl QuestionSocket {
    /// Listens in a folder that others cannot enter. Where this program cannot be the helper, within another one, every
    /// question fails.
    ///
    /// # Errors
    /// The system's.
    pub fn listen(path: PathBuf) -> io::Result<Self> {
        let program = own_program().unwrap_or_else(|| "/nonexistent".into());
        let listener = UnixListener::bind(&path)?;
        listener.set_nonblocking(true)?;
        let secret = random_hex(16).map_err(io::Error::other)?;
        Ok(Self {
            listener,
            path,
            secret: Secret::new(secret),
            program,
        })
    }

    /// Returns the variables that an `ssh` needs to ask here.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        let mut place = OsString::from(self.secret.reveal());
        place.push(":");
        place.push(&self.path);
        let display = std::env::var_os("DISPLAY").filter(|display| !display.is_empty());
        vec![
            ("SSH_ASKPASS", self.program.clone().into()),
            ("SSH_ASKPASS_REQUIRE", "force".into()),
            // Before 8.4 it is what counts.
            ("DISPLAY", display.unwrap_or_else(|| ":0".into())),
            (VARIABLE, place),
        ]
    }

    /// Returns the next question, if one has arrived. One from elsewhere is dropped.
    pub fn next(&self) -> Option<Question> {
        let (stream, _) = self.listener.accept().ok()?;
        if !is_own_peer(&stream) {
            return None;
        }
        stream.set_nonblocking(false).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        stream.set_write_timeout(Some(PATIENCE)).ok()?;
        let mut bytes = Vec::new();
        (&stream).take(LONGEST).read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let (secret, rest) = text.split_once('\n')?;
        let (kind, text) = rest.split_once('\n')?;
        if Secret::new(secret) != self.secret {
            return None;
        }
        Some(Question {
            kind: QuestionKind::read(kind),
            text: text.to_owned(),
            stream,
        })
    }
}

impl AsFd for QuestionSocket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.listener.as_fd()
    }
}

impl Question {
    /// Answers with a text, which is a yes.
    pub fn answer(mut self, text: &str) {
        // A helper that was ended meanwhile does not listen.
        let _ = self.stream.write_all(b"y");
        let _ = self.stream.write_all(text.as_bytes());
    }

    /// Answers with a no.
    pub fn refuse(mut self) {
        let _ = self.stream.write_all(b"n");
    }
}

/// Returns this program's path, if it is one of those that [`answer`] is built into. (A test's program would run its tests
/// in place of asking.)
fn own_program() -> Option<PathBuf> {
    let program = std::env::current_exe().ok()?;
    let name = program.file_name()?;
    let is_one = name == "remote-jupyter" || name == "remote-jupyter-app";
    is_one.then_some(program)
}

/// Does the helper's work, if `ssh` has started this process for that: then the process is to end with this code.
#[must_use]
pub fn answer() -> Option<ExitCode> {
    let place = std::env::var_os(VARIABLE)?;
    let place = place.to_str()?;
    let (secret, path) = place.split_once(':')?;
    let text = std::env::args().nth(1).unwrap_or_default();
    let kind = std::env::var("SSH_ASKPASS_PROMPT").unwrap_or_default();
    let code = match ask(Path::new(path), secret, QuestionKind::read(&kind), &text) {
        Ok(Some(answer)) => {
            let mut out = io::stdout();
            let written = out.write_all(answer.as_bytes());
            let written = written.and_then(|()| out.write_all(b"\n"));
            u8::from(written.and_then(|()| out.flush()).is_err())
        }
        Ok(None) | Err(_) => 1,
    };
    Some(ExitCode::from(code))
}

/// Puts a question to the session, and returns its answer; none for a no.
fn ask(
    path: &Path,
    secret: &str,
    kind: QuestionKind,
    text: &str,
) -> io::Result<Option<Zeroizing<String>>> {
    let mut stream = UnixStream::connect(path)?;
    write!(stream, "{secret}\n{}\n{text}", kind.word())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Zeroizing::new(String::new());
    stream.take(LONGEST).read_to_string(&mut answer)?;
    Ok(answer
        .strip_prefix('y')
        .map(|text| Zeroizing::new(text.to_owned())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn socket() -> (tempfile::TempDir, QuestionSocket) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        let socket = QuestionSocket {
            listener: UnixListener::bind(&path).unwrap(),
            path,
            secret: Secret::new("s3cret"),
            program: "/remote-jupyter".into(),
        };
        (folder, socket)
    }

    #[test]
    fn a_question_gets_its_answer() {
        let (_folder, socket) = socket();
        let path = socket.path.clone();
        let asking = std::thread::spawn(move || {
            ["Password: ", "Code\nor push: "].map(|text| {
                let answer = ask(&path, "s3cret", QuestionKind::Text, text).unwrap();
                answer.map(|answer| answer.to_string())
            })
        });
        let first = socket.next().unwrap();
        assert_eq!(
            (first.kind, first.text.as_str()),
            (QuestionKind::Text, "Password: ")
        );
        first.answer("päss");
        let second = socket.next().unwrap();
        assert_eq!(second.text, "Code\nor push: ");
        second.refuse();
        assert_eq!(asking.join().unwrap(), [Some("päss".to_owned()), None]);
    }

    #[test]
    fn who_does_not_know_the_secret_is_not_heard() {
        let (_folder, socket) = socket();
        let path = socket.path.clone();
        let asking = std::thread::spawn(move || {
            ask(&path, "guess", QuestionKind::Confirm, "?")
                .unwrap()
                .is_some()
        });
        assert!(socket.next().is_none());
        assert!(!asking.join().unwrap());
    }
}
