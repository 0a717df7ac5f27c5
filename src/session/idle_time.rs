//! The time at which a server, or one of its kernels, ends because nobody uses it (`idle_stop`).

use serde::{Deserialize, Serialize};

use super::job::time_of_day;
use crate::i18n::fl;

/// The end of what nobody uses, or word that none is near any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdleTime {
    /// When it ends, in seconds since 1970 by this computer's clock; none if it is used again, or kept.
    #[serde(default)]
    pub ends: Option<i64>,
    /// Seconds for which it has not been used.
    pub unused: u64,
}

impl IdleTime {
    /// Returns it as a line of a terminal.
    #[must_use]
    pub fn words(&self, host: &str) -> String {
        match self.ends {
            Some(ends) => {
                let time = time_of_day(ends).unwrap_or_default();
                fl!("idle-near-line", host = host, time = time)
            }
            None => fl!("idle-kept-line", host = host),
        }
    }
}
