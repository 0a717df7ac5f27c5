//! Types and limits that the parts of a look at a machine share.

use serde::{Deserialize, Serialize};

/// Characters of a name that are kept.
const LONGEST: usize = 60;
/// Things of one kind that are kept.
pub(super) const MOST: usize = 64;

/// Memory that is in use, of so much, in bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemoryUse {
    /// In use.
    pub used: u64,
    /// All of it.
    pub total: u64,
}

/// Memory of a kernel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KernelMemory {
    /// The kernel's id.
    pub id: String,
    /// Bytes.
    pub bytes: u64,
}

/// Returns a name from outside, in one short line.
pub(super) fn named(text: &str) -> String {
    let plain = text.trim().chars().filter(|c| !c.is_control());
    plain.take(LONGEST).collect()
}
