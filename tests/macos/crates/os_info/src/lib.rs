//! The system's version, as a scenario says: `FAKE_MACOS`.

/// The facts that auto-launch asks for.
pub struct Info(Version);

/// A version of macOS.
pub enum Version {
    /// Its parts.
    Semantic(u64, u64, u64),
    /// Never met here.
    Unknown,
}

impl Info {
    pub fn version(&self) -> &Version {
        &self.0
    }
}

pub fn get() -> Info {
    let version = std::env::var("FAKE_MACOS").ok();
    let major = version.and_then(|version| version.parse().ok());
    Info(Version::Semantic(major.unwrap_or(15), 0, 0))
}
