//! A server's first bytes, as evidence for a handshake that failed: the same failure of libssh2's has
//! causes that differ in their remedy.

use super::offer::LONGEST;
use super::prompt::one_line;

/// The limit for a foreign service's words.
const SHOWN: usize = 200;

/// The beginning of what came from a server (RFC 4253 section 4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Greeting {
    /// Not a byte.
    Nothing,
    /// Words that are no SSH greeting: sshd's own when it turns a connection away, or another service's.
    Foreign(String),
    /// The version line.
    Ssh(String),
}

impl Greeting {
    /// Reads the bytes that came. Other lines may come before the version.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Self {
        if let Some(version) = lines(bytes).find(|line| is_version(line)) {
            return Self::Ssh(shown(version));
        }
        let words = shown(bytes);
        if words.is_empty() {
            Self::Nothing
        } else {
            Self::Foreign(words)
        }
    }

    /// Returns true for words of sshd's that turn a connection away for a while: too many logins at
    /// once, or failed ones from the same address (sshd.c, `drop_connection`; since OpenSSH 9.8).
    #[must_use]
    pub fn is_turned_away(&self) -> bool {
        let words = ["Exceeded MaxStartups", "Not allowed at this time"];
        matches!(self, Self::Foreign(text) if words.iter().any(|words| text.contains(words)))
    }

    /// Returns true if the server speaks the first version of the protocol alone.
    #[must_use]
    pub fn is_too_old(&self) -> bool {
        matches!(self, Self::Ssh(version) if version.starts_with("SSH-1.") && !version.starts_with("SSH-1.99"))
    }
}

/// Returns true once so much came without a version that none is to be expected: libssh2 would read
/// on for as long as something comes.
pub fn is_endless(bytes: &[u8]) -> bool {
    bytes.len() >= LONGEST && !lines(bytes).any(is_version)
}

fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    bytes.split(|&byte| byte == b'\n')
}

fn is_version(line: &[u8]) -> bool {
    line.starts_with(b"SSH-")
}

fn shown(bytes: &[u8]) -> String {
    let bytes = bytes.get(..SHOWN).unwrap_or(bytes);
    one_line(&String::from_utf8_lossy(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell_who_answers() {
        let foreign = |words: &str| Greeting::Foreign(words.into());
        let ssh = |version: &str| Greeting::Ssh(version.into());
        for (bytes, want) in [
            (&b""[..], Greeting::Nothing),
            (b"\r\n", Greeting::Nothing),
            (
                b"SSH-2.0-OpenSSH_9.2\r\n\0\0\x05",
                ssh("SSH-2.0-OpenSSH_9.2"),
            ),
            (b"Hello\r\nSSH-1.99-x\r\n", ssh("SSH-1.99-x")),
            (b"SSH-1.5-Cisco-1.25\n", ssh("SSH-1.5-Cisco-1.25")),
            (
                b"HTTP/1.1 400 Bad Request\r\nServer: x\r\n",
                foreign("HTTP/1.1 400 Bad Request Server: x"),
            ),
            (b"\x15\x03\x01\x00\x02\x02F", foreign("F")),
            (b"Exceeded MaxStartups\r\n", foreign("Exceeded MaxStartups")),
        ] {
            assert_eq!(Greeting::read(bytes), want);
        }
        assert!(Greeting::read(b"Exceeded MaxStartups\r\n").is_turned_away());
        assert!(Greeting::read(b"Not allowed at this time\r\n").is_turned_away());
        assert!(!Greeting::read(b"220 mail ESMTP\r\n").is_turned_away());
        assert!(Greeting::read(b"SSH-1.5-x\n").is_too_old());
        assert!(!Greeting::read(b"SSH-1.99-x\n").is_too_old());
    }

    #[test]
    fn a_service_that_prints_for_ever_is_no_ssh_server() {
        let garbage = b"garbage\n".repeat(LONGEST / 8);
        assert!(is_endless(&garbage));
        assert!(!is_endless(&garbage[1..]));
        let ssh = [b"SSH-2.0-x\n", &garbage[..]].concat();
        assert!(!is_endless(&ssh));
    }
}
