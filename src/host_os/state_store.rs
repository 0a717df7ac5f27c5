//! State that is remembered between runs: each host's local port, so that its address stays the
//! same and the browser finds its open tabs again; the route that leads to its jobs; the warnings
//! about its job's walltime, which are not repeated; for the menu its notebooks, and the hosts of
//! the ssh configuration that it does not show; and for the app's next start the tunnels that stand.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::session::{LastEnd, PastWait, Route, WalltimeWarning};

/// Its name in the state folder.
pub(super) const FILE: &str = "state.toml";
/// That of its lock.
pub(super) const LOCK: &str = "state.lock";

/// Waits of a host's jobs that are remembered.
const WAITS: usize = 20;

/// The file.
pub struct StateStore {
    file: PathBuf,
}

#[derive(Default, Serialize, Deserialize)]
struct PersistedState {
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    hidden: BTreeSet<String>,
    /// Hosts whose tunnels the app holds, or held when it ended.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    open: BTreeSet<String>,
    #[serde(default)]
    welcomed: bool,
    #[serde(default)]
    ports: BTreeMap<String, u16>,
    /// By [`Route::word`]; another version may know others.
    #[serde(default)]
    routes: BTreeMap<String, String>,
    #[serde(default)]
    told: BTreeMap<String, WalltimeWarning>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    ends: BTreeMap<String, LastEnd>,
    /// The newest last.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    waits: BTreeMap<String, Vec<PastWait>>,
    /// Paths, the newest first.
    #[serde(default)]
    notebooks: BTreeMap<String, Vec<String>>,
}

impl StateStore {
    /// The memory kept in a folder, which need not be there yet.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            file: folder.join(FILE),
        }
    }

    /// The local port of a host. A file that cannot be read is as good as none: only comfort is
    /// lost.
    pub fn port(&self, host: &str) -> Option<u16> {
        self.read().ports.get(host).copied()
    }

    /// The hosts that have a port: those that were opened once.
    pub fn hosts(&self) -> Vec<String> {
        self.read().ports.into_keys().collect()
    }

    /// The route to a host's jobs.
    pub fn route(&self, host: &str) -> Option<Route> {
        Route::parse(self.read().routes.get(host)?)
    }

    /// Returns the last warning about the walltime of a host's job.
    pub fn told(&self, host: &str) -> Option<WalltimeWarning> {
        self.read().told.remove(host)
    }

    /// Remembers that.
    pub fn set_told(&self, host: &str, told: WalltimeWarning) -> io::Result<()> {
        self.change(|memory| memory.told.insert(host.to_owned(), told.clone()) != Some(told))
    }

    /// Returns how long a host's jobs waited, the newest last.
    pub fn waits(&self, host: &str) -> Vec<PastWait> {
        self.read().waits.remove(host).unwrap_or_default()
    }

    /// Remembers how long a job waited, once.
    pub fn add_wait(&self, host: &str, wait: PastWait) -> io::Result<()> {
        self.change(|memory| {
            let waits = memory.waits.entry(host.to_owned()).or_default();
            if waits.iter().any(|known| known.job == wait.job) {
                return false;
            }
            waits.push(wait);
            let surplus = waits.len().saturating_sub(WAITS);
            waits.drain(..surplus);
            true
        })
    }

    /// Returns the end of a host's last session.
    pub fn end(&self, host: &str) -> Option<LastEnd> {
        self.read().ends.remove(host)
    }

    /// Remembers that, or forgets it.
    pub fn set_end(&self, host: &str, end: Option<LastEnd>) -> io::Result<()> {
        self.change(|memory| match end {
            Some(end) => memory.ends.insert(host.to_owned(), end.clone()) != Some(end),
            None => memory.ends.remove(host).is_some(),
        })
    }

    /// Records that the app has welcomed the user. Returns true if it had not before.
    #[cfg(feature = "app")]
    pub fn welcome(&self) -> io::Result<bool> {
        let mut is_first = false;
        self.change(|memory| {
            is_first = !memory.welcomed;
            memory.welcomed = true;
            is_first
        })?;
        Ok(is_first)
    }

    /// Remembers a port.
    pub fn set_port(&self, host: &str, port: u16) -> io::Result<()> {
        self.change(|memory| memory.ports.insert(host.to_owned(), port) != Some(port))
    }

    /// Remembers a route.
    pub fn set_route(&self, host: &str, route: Route) -> io::Result<()> {
        let word = route.word().to_owned();
        self.change(|memory| {
            let before = memory.routes.insert(host.to_owned(), word.clone());
            before != Some(word)
        })
    }

    /// The notebooks of each host, the newest first.
    #[cfg(feature = "app")]
    pub fn notebooks(&self) -> BTreeMap<String, Vec<String>> {
        self.read().notebooks
    }

    /// The hosts that the menu does not show.
    #[cfg(feature = "app")]
    pub fn hidden(&self) -> BTreeSet<String> {
        self.read().hidden
    }

    /// The hosts whose tunnels the app held when it ended.
    #[cfg(feature = "app")]
    pub fn open(&self) -> BTreeSet<String> {
        self.read().open
    }

    /// Remembers the notebooks of a host.
    #[cfg(feature = "app")]
    pub fn set_notebooks(&self, host: &str, paths: &[String]) -> io::Result<()> {
        self.change(|memory| {
            let before = memory.notebooks.insert(host.to_owned(), paths.to_vec());
            before.as_deref() != Some(paths)
        })
    }

    /// Remembers that the menu does not show a host, or shows it again.
    #[cfg(feature = "app")]
    pub fn set_hidden(&self, host: &str, hidden: bool) -> io::Result<()> {
        self.change(|memory| put(&mut memory.hidden, host, hidden))
    }

    /// Remembers that the app holds the tunnel of a host, or holds it no more.
    #[cfg(feature = "app")]
    pub fn set_open(&self, host: &str, open: bool) -> io::Result<()> {
        self.change(|memory| put(&mut memory.open, host, open))
    }

    /// Under a lock, so that two programs do not lose each other's changes. False when there is none.
    fn change(&self, change: impl FnOnce(&mut PersistedState) -> bool) -> io::Result<()> {
        let folder = self.file.parent().unwrap_or(Path::new("."));
        super::paths::make_private(folder)?;
        let lock = super::paths::private_file(&folder.join(LOCK))?;
        lock.lock()?;
        let mut remembered = self.read();
        if !change(&mut remembered) {
            return Ok(());
        }
        let text = toml::to_string(&remembered).map_err(io::Error::other)?;
        super::paths::write_whole(&self.file, text.as_bytes())
    }

    fn read(&self) -> PersistedState {
        std::fs::read_to_string(&self.file)
            .ok()
            .and_then(|text| toml::from_str(&text).ok())
            .unwrap_or_default()
    }
}

/// Adds a host, or removes it. Returns true if that changed anything.
#[cfg(feature = "app")]
fn put(hosts: &mut BTreeSet<String>, host: &str, add: bool) -> bool {
    if add {
        hosts.insert(host.to_owned())
    } else {
        hosts.remove(host)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn ports_are_remembered_per_host_in_a_private_file() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(&folder.path().join("s"));
        assert_eq!(memory.port("a"), None);
        memory.set_port("a", 8890).unwrap();
        memory.set_port("b.c [x]", 8891).unwrap();
        memory.set_port("a", 8892).unwrap();
        assert_eq!(
            (memory.port("a"), memory.port("b.c [x]")),
            (Some(8892), Some(8891))
        );
        assert_eq!(memory.hosts(), ["a", "b.c [x]"]);
        let mode = std::fs::metadata(&memory.file)
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn routes_are_remembered_beside_the_ports_of_an_older_version() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(&folder.path().join("s"));
        memory.set_port("b", 1).unwrap();
        std::fs::write(&memory.file, "[ports]\na = 8890\n").unwrap();
        assert_eq!(memory.route("a"), None);
        memory.set_route("a", Route::Hop).unwrap();
        memory.set_port("a", 8891).unwrap();
        assert_eq!(
            (memory.port("a"), memory.route("a")),
            (Some(8891), Some(Route::Hop))
        );
        std::fs::write(&memory.file, "[routes]\na = \"one of 2027\"\n").unwrap();
        assert_eq!(memory.route("a"), None);
    }

    #[test]
    fn what_was_told_is_remembered_beside_the_ports() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(&folder.path().join("s"));
        let told = WalltimeWarning {
            job: "12.server".into(),
            ends: 1_795_510_000,
            minutes: 30,
        };
        memory.set_port("a b", 8890).unwrap();
        memory.set_told("a b", told.clone()).unwrap();
        memory.set_port("c", 8891).unwrap();
        assert_eq!((memory.told("a b"), memory.told("c")), (Some(told), None));
        assert_eq!(memory.port("a b"), Some(8890));
    }

    #[test]
    fn the_last_end_is_remembered_until_it_is_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(&folder.path().join("s"));
        let end = LastEnd {
            at: 1_795_510_000,
            code: "server_ended".into(),
            title: "Jupyter on \"a\" has ended".into(),
        };
        memory.set_end("a", Some(end.clone())).unwrap();
        memory.set_port("a", 8890).unwrap();
        assert_eq!((memory.end("a"), memory.end("b")), (Some(end), None));
        memory.set_end("a", None).unwrap();
        assert_eq!((memory.end("a"), memory.port("a")), (None, Some(8890)));
    }

    #[test]
    #[cfg(feature = "app")]
    fn a_user_is_welcomed_once() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(&folder.path().join("s"));
        assert!(memory.welcome().unwrap());
        memory.set_port("a", 8890).unwrap();
        assert!(!memory.welcome().unwrap());
        assert_eq!(memory.port("a"), Some(8890));
    }

    #[test]
    fn each_jobs_wait_is_remembered_once_and_the_oldest_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(&folder.path().join("s"));
        let wait = |number: u64| PastWait {
            job: number.to_string(),
            queue: String::new(),
            seconds: number,
        };
        for number in [1, 2, 2, 1] {
            memory.add_wait("a", wait(number)).unwrap();
        }
        assert_eq!(memory.waits("a"), [wait(1), wait(2)]);
        for number in 3..=22 {
            memory.add_wait("a", wait(number)).unwrap();
        }
        let waits = memory.waits("a");
        assert_eq!((waits.len(), &waits[0]), (20, &wait(3)));
        assert_eq!(memory.waits("b"), []);
    }

    #[test]
    fn a_broken_file_is_as_good_as_none() {
        let folder = tempfile::tempdir().unwrap();
        let memory = StateStore::in_folder(folder.path());
        std::fs::write(&memory.file, "ports = 5").unwrap();
        assert_eq!(memory.port("a"), None);
    }
}
