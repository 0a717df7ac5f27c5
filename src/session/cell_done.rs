//! A run of cells that has come to its end.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::job::elapsed;
use crate::i18n::fl;

/// A run of a notebook's cells that has come to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CellDone {
    /// The notebook's path, as Jupyter's file browser has it; empty for a kernel alone.
    pub notebook: String,
    /// The name that its tab shows; a kernel's kind where it has none.
    pub name: String,
    /// Seconds from its beginning to its end.
    pub seconds: u64,
    /// Name of the error that ended it, where the server says so. (An older version does not say.)
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl CellDone {
    /// Returns the run as a line.
    #[must_use]
    pub fn words(&self) -> String {
        let (name, time) = (self.name.as_str(), self.time());
        match &self.error {
            Some(error) => fl!(
                "session-cell-failed",
                name = name,
                time = time,
                error = error.as_str()
            ),
            None => fl!("session-cell-done", name = name, time = time),
        }
    }

    /// Returns the time that it took, in words.
    #[must_use]
    pub fn time(&self) -> String {
        match self.seconds {
            seconds @ 0..60 => fl!("time-seconds", count = seconds),
            seconds => elapsed(Duration::from_secs(seconds)).unwrap_or_default(),
        }
    }
}
