//! The words of `ssh` on standard error, line by line. It runs with `LogLevel=DEBUG1`, so that it says why it opens no channel,
//! how far its login is, and what became of a Kerberos ticket; what only a developer reads is dropped.

use std::collections::VecDeque;

use super::refusal::Refusal;

/// Number of bytes of its words that are kept: the last ones.
const KEPT: usize = 4096;

/// Longest line; the rest of a longer one is dropped.
const LINE: usize = 2048;

/// Largest number of refusals that wait to be taken.
const REFUSALS: usize = 64;

/// Its words so far.
#[derive(Debug, Default)]
pub struct Transcript {
    /// True once it is connected, and opens channels for this program.
    shares: bool,
    partial: Vec<u8>,
    said: VecDeque<u8>,
    refusals: VecDeque<Refusal>,
    method: Option<String>,
    methods: usize,
    software: Option<String>,
    address: Option<String>,
}

impl Transcript {
    /// Notes that it is connected.
    pub fn begin_sharing(&mut self) {
        self.shares = true;
    }

    /// Takes what it has written.
    pub fn take(&mut self, bytes: &[u8]) {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = LINE.saturating_sub(self.partial.len());
            self.partial.extend(&part[..part.len().min(room)]);
            if part.ends_with(b"\n") {
                self.end_line();
            }
        }
    }

    /// Takes the last line, which has no end.
    pub fn end_line(&mut self) {
        let line = std::mem::take(&mut self.partial);
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        if let Some(refusal) = Refusal::read(&line) {
            if !self.shares {
                // It is about the way there.
                self.keep(&line);
            } else if self.refusals.len() < REFUSALS {
                self.refusals.push_back(refusal);
            }
        } else if let Some(detail) = detail(&line) {
            self.note(detail);
        } else if let Some(rest) = line.strip_prefix("Authenticated to ") {
            self.authenticated(rest);
        } else {
            self.keep(&line);
        }
    }

    fn note(&mut self, detail: &str) {
        if let Some(method) = detail.strip_prefix("Next authentication method: ") {
            self.method = Some(method.to_owned());
            self.methods += 1;
        } else if let Some((_, software)) = detail.split_once("remote software version ") {
            self.software = Some(software.to_owned());
        }
    }

    /// `gpu01 ([192.0.2.1]:22) using "publickey".`, or `via proxy` in place of the address.
    fn authenticated(&mut self, rest: &str) {
        let (place, how) = rest.split_once(" using ").unwrap_or((rest, ""));
        let address = place.split_once(" ([").map(|(_, address)| address);
        let address = address.and_then(|address| address.strip_suffix(')'));
        // `192.0.2.1]:22`, but `[::1]:22` as it stands.
        self.address = address.map(|address| match address.split_once(']') {
            Some((ip, port)) if !ip.contains(':') => format!("{ip}{port}"),
            _ => format!("[{address}"),
        });
        let how = how.trim_end_matches('.').trim_matches('"');
        self.method = Some(how.to_owned()).filter(|how| !how.is_empty());
    }

    fn keep(&mut self, line: &str) {
        if line.is_empty() {
            return;
        }
        self.said.extend(line.as_bytes());
        self.said.push_back(b'\n');
        let excess = self.said.len().saturating_sub(KEPT);
        self.said.drain(..excess);
    }

    /// The last of what it said to its user.
    pub fn said(&self) -> String {
        let (first, second) = self.said.as_slices();
        let bytes = [first, second].concat();
        String::from_utf8_lossy(&bytes).trim().to_owned()
    }

    /// Takes the reasons for refused channels.
    pub fn take_refusals(&mut self) -> impl Iterator<Item = Refusal> {
        self.refusals.drain(..)
    }

    /// The method of the login that it tries, or that it was let in by.
    pub fn method(&self) -> Option<&str> {
        self.method.as_deref()
    }

    /// Number of methods that it has begun.
    pub fn methods(&self) -> usize {
        self.methods
    }

    /// The server's name for itself, and its address.
    pub fn server(&self) -> (Option<&str>, Option<&str>) {
        (self.software.as_deref(), self.address.as_deref())
    }
}

/// Returns what a line says that only a developer reads.
fn detail(line: &str) -> Option<&str> {
    let rest = line.strip_prefix("debug")?;
    rest.split_once(": ").and_then(|(level, detail)| {
        let is_level = level.len() == 1 && level.chars().all(|digit| digit.is_ascii_digit());
        is_level.then_some(detail)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_matters_is_kept_and_what_a_developer_reads_is_not() {
        let mut transcript = Transcript::default();
        transcript.begin_sharing();
        let text = "debug1: Remote protocol version 2.0, remote software version OpenSSH_9.2p1\r\n\
            Authorized users only\n\
            debug1: Next authentication method: gssapi-with-mic\n\
            debug1: Unspecified GSS failure.  Minor code may provide more information\n\
            No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)\n\n\n\
            debug1: Next authentication method: publickey\n\
            Authenticated to gpu ([192.0.2.7]:2222) using \"publickey\".\n\
            channel 2: open failed: connect failed: Connection refused\ncut";
        for piece in text.as_bytes().chunks(7) {
            transcript.take(piece);
        }
        let said = "Authorized users only\nNo Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0)";
        assert_eq!(transcript.said(), said);
        assert_eq!(transcript.method(), Some("publickey"));
        assert_eq!(transcript.methods(), 2);
        let server = (Some("OpenSSH_9.2p1"), Some("192.0.2.7:2222"));
        assert_eq!(transcript.server(), server);
        let refusals: Vec<_> = transcript.take_refusals().collect();
        assert_eq!(refusals, [Refusal::ConnectFailed]);
        transcript.end_line();
        assert!(transcript.said().ends_with("\ncut"));
    }

    #[test]
    fn the_memory_has_a_bound_whatever_is_written() {
        let mut transcript = Transcript::default();
        for _ in 0..1000 {
            transcript.take(&[b'x'; 4096]);
        }
        assert!(transcript.partial.len() <= LINE);
        transcript.begin_sharing();
        for _ in 0..1000 {
            transcript.take(b"channel 1: open failed: connect failed: x\nsomething else\n");
        }
        assert!(transcript.said.len() <= KEPT);
        assert_eq!(transcript.take_refusals().count(), REFUSALS);
    }
}
