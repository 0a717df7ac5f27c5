//! Phases of a session, as a code and as text. This module is below all others that use it.

use serde::{Deserialize, Serialize};

use crate::i18n::fl;

/// Phase of a session. Its codes are part of the `--json` events.
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
    /// A job is being given to the scheduler.
    Submitting,
    /// A job waits for its turn.
    Queued,
    /// A server was launched and is starting.
    Starting,
    /// The local port is open; waiting for the server's answer through it.
    Forwarding,
    /// The page can be opened.
    Ready,
    /// The connection is lost, and another one is being made.
    Reconnecting,
    /// It did not work out.
    Failed,
    /// The tunnel is down.
    Closed,
}

impl Phase {
    /// Returns true once the login has worked, up to the end.
    #[must_use]
    pub fn is_logged_in(self) -> bool {
        !matches!(
            self,
            Self::Resolving | Self::Connecting | Self::Authenticating | Self::Failed | Self::Closed
        )
    }

    /// The phase as the progress line and `status` show it.
    #[must_use]
    pub fn words(self) -> String {
        match self {
            Self::Resolving => fl!("phase-resolving"),
            Self::Connecting => fl!("phase-connecting"),
            Self::Authenticating => fl!("phase-authenticating"),
            Self::Finding => fl!("phase-finding"),
            Self::Submitting => fl!("phase-submitting"),
            Self::Queued => fl!("phase-queued"),
            Self::Starting => fl!("phase-starting"),
            Self::Forwarding => fl!("phase-forwarding"),
            Self::Ready => fl!("phase-ready"),
            Self::Reconnecting => fl!("phase-reconnecting"),
            Self::Failed => fl!("phase-failed"),
            Self::Closed => fl!("phase-closed"),
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
            Phase::Submitting,
            Phase::Queued,
            Phase::Starting,
            Phase::Forwarding,
            Phase::Ready,
            Phase::Reconnecting,
            Phase::Failed,
            Phase::Closed,
        ];
        let all: Vec<String> = phases.into_iter().map(Phase::words).collect();
        for (at, words) in all.iter().enumerate() {
            assert!(!words.is_empty() && !all[..at].contains(words), "{words}");
        }
    }
}
