//! A published version.

use semver::Version;

/// A version that is published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Release {
    /// Its number.
    pub version: Version,
    /// Its page, below the project's own address.
    pub page: String,
}
