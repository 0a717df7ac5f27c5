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
}

impl CellDone {
    /// Returns the run as a line.
    #[must_use]
    pub fn words(&self) -> String {
        fl!(
            "session-cell-done",
            name = self.name.as_str(),
            time = self.time()
        )
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
