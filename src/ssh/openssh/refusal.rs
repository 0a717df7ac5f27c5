//! Why a channel was refused: in the words of `ssh`'s standard error, and in those that libssh2 has for the same.

use ssh2::{Error, ErrorCode};

use crate::ssh::error::UNEXPLAINED;

/// Reason of the remote host for refusing a channel (RFC 4254 section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It may not be.
    Prohibited,
    /// Nothing answers there.
    ConnectFailed,
    /// The remote host knows no such channels.
    UnknownType,
    /// It has none left.
    Shortage,
    /// The process keeps the reason to itself.
    Unexplained,
}

impl Refusal {
    /// Reads a line of `ssh`: `channel 3: open failed: administratively prohibited: open failed`.
    pub fn read(line: &str) -> Option<Self> {
        let (channel, reason) = line.trim().split_once(": open failed: ")?;
        channel.strip_prefix("channel ")?.parse::<u32>().ok()?;
        let reasons = [
            ("administratively prohibited", Self::Prohibited),
            ("connect failed", Self::ConnectFailed),
            ("unknown channel type", Self::UnknownType),
            ("resource shortage", Self::Shortage),
        ];
        let known = reasons.iter().find(|(words, _)| reason.starts_with(words));
        Some(known.map_or(Self::Unexplained, |(_, refusal)| *refusal))
    }

    /// Returns the error that libssh2 would have for it.
    pub fn error(self) -> Error {
        let code = ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_CHANNEL_FAILURE);
        Error::new(
            code,
            match self {
                Self::Prohibited => "Channel open failure (administratively prohibited)",
                Self::ConnectFailed => "Channel open failure (connect failed)",
                Self::UnknownType => "Channel open failure (unknown channel type)",
                Self::Shortage => "Channel open failure (resource shortage)",
                Self::Unexplained => UNEXPLAINED,
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_from_what_ssh_says() {
        for (line, want) in [
            (
                "channel 3: open failed: administratively prohibited: open failed\r",
                Some(Refusal::Prohibited),
            ),
            (
                "channel 12: open failed: connect failed: Connection refused",
                Some(Refusal::ConnectFailed),
            ),
            (
                "channel 2: open failed: resource shortage",
                Some(Refusal::Shortage),
            ),
            (
                "channel 2: open failed: unbekannt",
                Some(Refusal::Unexplained),
            ),
            ("channel x: open failed: connect failed", None),
            ("Permission denied (publickey).", None),
        ] {
            assert_eq!(Refusal::read(line), want, "{line}");
        }
    }
}
