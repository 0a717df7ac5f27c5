//! The configuration file: what it can say, what is wrong with it, and edits that keep its comments.
//!
//! [`Config::load`] reads the file. A broken file answers with every problem at once
//! ([`ConfigErrors`]), each with its place and a remedy. [`add_host`] and [`change`] edit it.

mod check;
mod edit;
mod error;
mod fields;
mod file;
mod keys;
mod profile;
mod schema;
mod share;
mod values;

use std::path::{Path, PathBuf};
use std::time::Duration;

use etcetera::BaseStrategy;
use serde::Deserialize;
use toml::de::{DeTable, Deserializer};

pub(crate) use edit::change::changed_text;
pub use edit::change::{
    ChangeError, ConfigChange, ConfigText, ConfigValue, FieldError, KeyChange, change,
};
pub(crate) use edit::text_with_host;
pub use edit::{EditError, add_host, begin, named_destination};
#[cfg(feature = "app")]
pub use edit::{add_destination, at_destination};
pub use error::{ConfigError, ConfigErrors};
pub use fields::{Field, FieldKind, Section, batch_launchers, fields};
pub use share::SharedHost;
pub use values::{is_plain, says_where};

pub use profile::{parse_profile_name, profile_name};
pub use schema::{
    App, Bind, Config, Forward, Host, LauncherKind, OnQuit, Profile, Resources, Transport,
};

use error::ConfigFault;

/// Checks that a text has the form of a `walltime`.
///
/// # Errors
/// A text that says what is wrong, and the remedy.
pub fn check_walltime(text: &str) -> Result<(), String> {
    values::walltime(text).map_err(values::Complaint::on_one_line)
}

/// Checks that a text has the form of a `memory`.
///
/// # Errors
/// A text that says what is wrong, and the remedy.
pub fn check_memory(text: &str) -> Result<(), String> {
    values::memory(text).map_err(values::Complaint::on_one_line)
}

/// Checks what holds for every text of the file: it is not blank, and it is one line.
///
/// # Errors
/// A text that says what is wrong, and the remedy.
pub fn check_text(text: &str) -> Result<(), String> {
    values::plain(text).map_err(values::Complaint::on_one_line)
}

/// The file's place below the folder of configurations.
const FILE: &str = "remote-jupyter/config.toml";

/// Who waits for less looks at the tab.
const CELL_DONE_AFTER: Duration = Duration::from_secs(60);

impl Config {
    /// Returns the path of the configuration, unless the user names another file:
    /// `$XDG_CONFIG_HOME/remote-jupyter/config.toml`, or the same below `~/.config`, on macOS too.
    /// A relative `XDG_CONFIG_HOME` counts as unset, as its standard says.
    #[must_use]
    pub fn default_path() -> PathBuf {
        // Without a home, the root is used: a relative path would read a file in the working
        // folder, which may be another user's.
        etcetera::base_strategy::Xdg::new()
            .map_or_else(|_| PathBuf::from("/.config"), |xdg| xdg.config_dir())
            .join(FILE)
    }

    /// Reads and checks the file. A file that is not there is an empty configuration.
    ///
    /// # Errors
    /// Everything that is wrong with the file, in its order, or why it can't be read.
    pub fn load(path: &Path) -> Result<Self, ConfigErrors> {
        Self::parse(path, &file::read(path)?)
    }

    /// Checks `text`, which `path` holds; the path is only named in the errors and kept.
    ///
    /// # Errors
    /// Everything that is wrong, in the order of the file. Of errors in the TOML form itself
    /// only the first, since what follows one can't be trusted.
    pub fn parse(path: &Path, text: &str) -> Result<Self, ConfigErrors> {
        let fail = |faults| ConfigErrors::new(path, text, faults);
        let table =
            DeTable::parse(text).map_err(|why| fail(vec![ConfigFault::syntax(&why, text)]))?;
        let faults = check::faults(text, table.get_ref());
        if !faults.is_empty() {
            return Err(fail(faults));
        }
        let config = Self::deserialize(Deserializer::from(table))
            .map_err(|why| fail(vec![ConfigFault::syntax(&why, text)]))?;
        let profile_hosts = config.hosts.iter().flat_map(Host::with_profiles);
        Ok(Self {
            path: path.to_path_buf(),
            profile_hosts: profile_hosts.collect(),
            ..config
        })
    }

    /// The language that the file asks for, also where the rest of it is in error: its errors come
    /// in that language too.
    #[must_use]
    pub fn language_in(path: &Path) -> Option<String> {
        let text = std::fs::read_to_string(path).ok()?;
        let (table, _) = DeTable::parse_recoverable(&text);
        let language = table.get_ref().get("language")?.get_ref().as_str()?;
        Some(language.to_owned())
    }

    /// Returns true if the app checks for a new version of itself automatically: unless that is
    /// switched off.
    #[must_use]
    pub fn checks_updates(&self) -> bool {
        self.check_updates != Some(false)
    }

    /// Returns the least time of a run of cells whose end is worth a notification.
    #[must_use]
    pub fn cell_done_after(&self) -> Duration {
        self.cell_done_after.unwrap_or(CELL_DONE_AFTER)
    }

    /// The host of that name, which may be one with a profile: `HOST:PROFILE`.
    #[must_use]
    pub fn host(&self, name: &str) -> Option<&Host> {
        self.all_hosts().find(|host| host.name == name)
    }

    /// The hosts, then those that their profiles make of them.
    pub fn all_hosts(&self) -> impl Iterator<Item = &Host> {
        self.hosts.iter().chain(&self.profile_hosts)
    }

    /// The host that is meant when none is named: the default one, or the only one there is.
    #[must_use]
    pub fn usual_host(&self) -> Option<&Host> {
        match (&self.default_host, self.hosts.as_slice()) {
            (Some(name), _) => self.host(name),
            (None, [only]) => Some(only),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
