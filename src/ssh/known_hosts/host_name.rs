//! The names under which the keys of hosts are filed.

use std::fmt;

/// The port whose number OpenSSH leaves out of known-hosts names.
const DEFAULT_PORT: u16 = 22;

/// The name under which a host's keys are filed: `host`, or `[host]:port`, in lower case; or an alias.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostName {
    pub(super) name: String,
    pub(super) without_port: Option<String>,
}

impl HostName {
    /// The name for a host and port; a port of 22 (or 0) is not part of it.
    #[must_use]
    pub fn new(host: &str, port: u16) -> Self {
        let host = host.to_ascii_lowercase();
        if port == DEFAULT_PORT || port == 0 {
            return Self {
                name: host,
                without_port: None,
            };
        }
        Self {
            name: format!("[{host}]:{port}"),
            without_port: Some(host),
        }
    }

    /// The name for a host that has a `HostKeyAlias`: the alias alone, whatever the port.
    #[must_use]
    pub fn alias(alias: &str) -> Self {
        Self {
            name: alias.to_owned(),
            without_port: None,
        }
    }

    /// The name that a certificate has to hold.
    pub(super) fn principal(&self) -> &str {
        self.without_port.as_deref().unwrap_or(&self.name)
    }

    /// Returns the name as it is in a known-hosts file that isn't hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for HostName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}
