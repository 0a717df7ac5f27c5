//! The menu's memory between runs, of the hosts of one configuration.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use super::scope::{Scope, parse_remembered};
use super::state_folder;
use super::state_store::StateStore;

/// The menu's memory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MenuMemory {
    /// Hosts of the ssh configuration that it does not show.
    pub hidden: BTreeSet<String>,
    /// Notebooks that ran on each host, the newest first.
    pub notebooks: BTreeMap<String, Vec<String>>,
    /// Hosts whose tunnels stood when the app ended, with their local ports.
    pub open: BTreeMap<String, Option<u16>>,
}

impl MenuMemory {
    /// Reads it. A file that cannot be read is as good as none.
    #[must_use]
    pub fn load(scope: &Scope) -> Self {
        Self::load_from(&state_folder(), scope)
    }

    fn load_from(folder: &Path, scope: &Scope) -> Self {
        let store = StateStore::in_folder(folder);
        let own = |name: &str| {
            let host = parse_remembered(name).0;
            (scope.remembered_name(host) == name).then(|| host.to_owned())
        };
        let (hidden, open) = (store.hidden(), store.open());
        let notebooks = store.notebooks().into_iter();
        Self {
            hidden: hidden.iter().filter_map(|name| own(name)).collect(),
            open: open
                .iter()
                .filter_map(|name| Some((own(name)?, store.port(name))))
                .collect(),
            notebooks: notebooks
                .filter_map(|(name, paths)| Some((own(&name)?, paths)))
                .collect(),
        }
    }
}

/// Remembers the notebooks of a host.
///
/// # Errors
/// The system's.
pub fn remember_notebooks(scope: &Scope, host: &str, paths: &[String]) -> io::Result<()> {
    let store = StateStore::in_folder(&state_folder());
    store.set_notebooks(&scope.remembered_name(host), paths)
}

/// Remembers that the menu does not show a host, or shows it again.
///
/// # Errors
/// The system's.
pub fn remember_hidden(scope: &Scope, host: &str, hidden: bool) -> io::Result<()> {
    let store = StateStore::in_folder(&state_folder());
    store.set_hidden(&scope.remembered_name(host), hidden)
}

/// Remembers that the app holds the tunnel of a host, or holds it no more.
///
/// # Errors
/// The system's.
pub fn remember_open(scope: &Scope, host: &str, open: bool) -> io::Result<()> {
    let store = StateStore::in_folder(&state_folder());
    store.set_open(&scope.remembered_name(host), open)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::host_os::ConfigOptions;

    #[test]
    fn each_configuration_has_a_menu_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let scope = |config: Option<&str>| {
            let config = config.map(at);
            let ssh_config = None;
            Scope::new(at("config.toml"), ConfigOptions { config, ssh_config })
        };
        let (usual, other) = (scope(None), scope(Some("other.toml")));
        let state = at("state");
        let store = StateStore::in_folder(&state);
        let paths = vec!["b c.ipynb".to_owned(), "a.ipynb".to_owned()];
        let set = store.set_notebooks(&usual.remembered_name("gpu01"), &paths);
        set.unwrap();
        for host in ["old", "older"] {
            store
                .set_hidden(&other.remembered_name(host), true)
                .unwrap();
        }
        let again = store.set_hidden(&other.remembered_name("old"), false);
        again.unwrap();

        for open in [true, false, true] {
            let set = store.set_open(&usual.remembered_name("gpu01"), open);
            set.unwrap();
        }
        store
            .set_port(&usual.remembered_name("gpu01"), 8890)
            .unwrap();

        let usual = MenuMemory::load_from(&state, &usual);
        assert_eq!(usual.notebooks["gpu01"], paths);
        assert_eq!(usual.open, [("gpu01".to_owned(), Some(8890))].into());
        assert!(usual.hidden.is_empty());
        let other = MenuMemory::load_from(&state, &other);
        assert!(other.notebooks.is_empty() && other.open.is_empty());
        assert_eq!(other.hidden, BTreeSet::from(["older".to_owned()]));
    }
}
