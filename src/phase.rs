//! How far a session has come, in a word and in words: below everything that speaks of it.

use serde::{Deserialize, Serialize};

/// How far a session has come. The words stand in `--json` events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// Asking the ssh configuration what the name means.
    Resolving,
    /// Dialling and checking the host key.
    Connecting,
    /// Logging in.
    Authenticating,
    /// Looking for a running server.
    Finding,
    /// A server was launched and is starting.
    Starting,
    /// The local port is open; waiting for the server's answer through it.
    Forwarding,
    /// The page can be opened.
    Ready,
    /// It did not work out.
    Failed,
    /// The tunnel is down.
    Closed,
}

impl Phase {
    /// The phase as the progress line and `status` show it.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Resolving => "reading the ssh configuration",
            Self::Connecting => "connecting",
            Self::Authenticating => "logging in",
            Self::Finding => "looking for a running Jupyter",
            Self::Starting => "starting Jupyter",
            Self::Forwarding => "waiting for Jupyter's answer",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Closed => "closed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Phase;

    #[test]
    fn every_phase_has_words_of_its_own() {
        let phases = [
            Phase::Resolving,
            Phase::Connecting,
            Phase::Authenticating,
            Phase::Finding,
            Phase::Starting,
            Phase::Forwarding,
            Phase::Ready,
            Phase::Failed,
            Phase::Closed,
        ];
        let all: Vec<&str> = phases.into_iter().map(Phase::words).collect();
        for (at, words) in all.iter().enumerate() {
            assert!(!words.is_empty() && !all[..at].contains(words), "{words}");
        }
    }
}
