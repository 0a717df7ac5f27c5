//! Files that Remote Jupyter creates on the local computer, apart from its configuration, and how
//! to remove them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::state_folder;
use super::state_store::{self, StateStore};

/// The file in which the app remembers when it last looked for a new version.
pub const UPDATES: &str = "updates.toml";

/// The hosts that were opened once, and on which a server may still run.
#[must_use]
pub fn visited_hosts() -> Vec<String> {
    StateStore::in_folder(&state_folder()).hosts()
}

/// Returns the files of the remembered state. Never the whole folder: if the local computer is also
/// a remote host of others, the folder also holds the servers that were started from there.
#[must_use]
pub fn state() -> Vec<PathBuf> {
    let folder = state_folder();
    let names = [state_store::FILE, state_store::LOCK, UPDATES];
    names.iter().map(|name| folder.join(name)).collect()
}

/// The app's own logs, and those that it has shown; a build without the app writes none.
#[must_use]
pub fn logs() -> PathBuf {
    crate::host_os::logs_folder()
}

/// The control sockets and locks in a folder of theirs.
#[must_use]
pub fn sockets(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let is_ours = |path: &PathBuf| {
        path.extension()
            .is_some_and(|end| end == "sock" || end == "lock")
    };
    paths.filter(is_ours).collect()
}

/// Removes the control sockets and locks, and the folder if nothing else is in it.
///
/// # Errors
/// The system's.
pub fn remove_sockets(folder: &Path) -> io::Result<bool> {
    for file in sockets(folder) {
        remove(&file)?;
    }
    remove_if_empty(folder)
}

/// Removes a file, or a folder with all that is in it. False when there is nothing; a link goes, and
/// not what it leads to.
///
/// # Errors
/// The system's.
pub fn remove(path: &Path) -> io::Result<bool> {
    let removed = match fs::symlink_metadata(path) {
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(error) => Err(error),
    };
    found(removed)
}

/// Removes a folder if nothing is in it. False when it is not there, or holds something.
///
/// # Errors
/// The system's.
pub fn remove_if_empty(folder: &Path) -> io::Result<bool> {
    match fs::remove_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::DirectoryNotEmpty => Ok(false),
        removed => found(removed),
    }
}

fn found(removed: io::Result<()>) -> io::Result<bool> {
    match removed {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_links_and_folders_go_and_what_a_link_leads_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::create_dir_all(at("theirs/deep")).unwrap();
        std::os::unix::fs::symlink(at("theirs"), at("link")).unwrap();
        assert!(remove(&at("link")).unwrap());
        assert!(at("theirs/deep").exists());
        assert!(!remove_if_empty(&at("theirs")).unwrap());
        assert!(remove(&at("theirs")).unwrap());
        assert!(!remove(&at("theirs")).unwrap(), "no error");
        assert!(!remove_if_empty(&at("theirs")).unwrap(), "no error");
        assert!(remove_if_empty(folder.path()).unwrap());
    }
}
