//! Waits until something changes in one of a few folders, as the system tells it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use notify::event::{AccessKind, AccessMode, EventKind, ModifyKind};
use notify::{Event, RecommendedWatcher, RecursiveMode, Watcher};

/// Interval of looks without a word of the system: a file server tells nothing of the changes that
/// other computers make.
const LOOK_EVERY: Duration = Duration::from_secs(60);
/// The same where the system cannot tell anything, because too many programs watch files already.
const LOOK_OFTEN: Duration = Duration::from_secs(2);
/// Editors write a file in several steps.
const SETTLE: Duration = Duration::from_millis(100);

/// Watches folders, without those below them.
pub struct FileWatcher {
    /// None if the system has no more watchers to give.
    watcher: Option<RecommendedWatcher>,
    watched: BTreeSet<PathBuf>,
    /// True if a folder was removed or renamed: a new one of that name is not watched.
    lost: Arc<AtomicBool>,
    changes: mpsc::Receiver<()>,
}

impl FileWatcher {
    /// Creates a watcher of nothing.
    pub fn new() -> Self {
        // One change that nobody has seen yet says as much as many.
        let (sender, changes) = mpsc::sync_channel(1);
        let lost = Arc::new(AtomicBool::new(false));
        let is_lost = Arc::clone(&lost);
        let told = move |event: notify::Result<Event>| {
            if event.as_ref().is_ok_and(|event| !is_change(event.kind)) {
                return;
            }
            if event.is_ok_and(|event| goes(event.kind)) {
                is_lost.store(true, Ordering::SeqCst);
            }
            let _ = sender.try_send(());
        };
        let watcher = notify::recommended_watcher(told);
        if let Err(error) = &watcher {
            tracing::info!(%error, "changes of files are looked for instead of told");
        }
        Self {
            watcher: watcher.ok(),
            watched: BTreeSet::new(),
            lost,
            changes,
        }
    }

    /// Watches these folders and no others. Returns true if some of them were not watched before:
    /// what has changed in them until now was not told.
    pub fn watch(&mut self, folders: &BTreeSet<PathBuf>) -> bool {
        let Some(watcher) = &mut self.watcher else {
            return false;
        };
        if self.lost.swap(false, Ordering::SeqCst) {
            for folder in std::mem::take(&mut self.watched) {
                let _ = watcher.unwatch(&folder);
            }
        }
        for gone in self.watched.difference(folders) {
            let _ = watcher.unwatch(gone);
        }
        self.watched.retain(|folder| folders.contains(folder));
        let before = self.watched.len();
        for folder in folders {
            if !self.watched.contains(folder)
                && watcher.watch(folder, RecursiveMode::NonRecursive).is_ok()
            {
                self.watched.insert(folder.clone());
            }
        }
        self.watched.len() > before
    }

    /// Waits for a change, or until it is time to look without one. `wanted` is the number of
    /// folders that should be watched.
    pub fn wait(&self, wanted: usize) {
        let told = self.watcher.is_some() && self.watched.len() == wanted;
        let longest = if told { LOOK_EVERY } else { LOOK_OFTEN };
        match self.changes.recv_timeout(longest) {
            Ok(()) => {
                std::thread::sleep(SETTLE);
                while self.changes.try_recv().is_ok() {}
            }
            Err(RecvTimeoutError::Timeout) => {}
            // Without a watcher the sender is gone.
            Err(RecvTimeoutError::Disconnected) => std::thread::sleep(longest),
        }
    }
}

/// Returns the folders in which a change of the file shows: the one that it is in, the one that its
/// symbolic link leads to, or the nearest one above that exists.
pub fn folders_of(file: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    let real = std::fs::canonicalize(file).ok();
    [Some(file.to_owned()), real]
        .into_iter()
        .flatten()
        .filter_map(|file| {
            let folders = file.ancestors().skip(1);
            folders.map(Path::to_owned).find(|folder| folder.is_dir())
        })
}

/// Returns false for a file that was only read: also by this program.
fn is_change(kind: EventKind) -> bool {
    let written = EventKind::Access(AccessKind::Close(AccessMode::Write));
    kind == written || !kind.is_access()
}

fn goes(kind: EventKind) -> bool {
    kind.is_remove() || matches!(kind, EventKind::Modify(ModifyKind::Name(_)))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::time::Instant;

    use super::*;

    fn watching(folder: &Path) -> FileWatcher {
        let mut watcher = FileWatcher::new();
        assert!(watcher.watch(&BTreeSet::from([folder.to_owned()])));
        watcher
    }

    fn tells_soon(watcher: &FileWatcher) -> bool {
        let began = Instant::now();
        watcher.wait(1);
        began.elapsed() < LOOK_EVERY / 2
    }

    #[test]
    fn a_file_that_is_written_or_renamed_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        let watcher = watching(folder.path());
        std::fs::write(&file, "a").unwrap();
        assert!(tells_soon(&watcher));
        std::fs::rename(&file, folder.path().join("other")).unwrap();
        assert!(tells_soon(&watcher));
    }

    #[test]
    fn a_folder_that_is_made_again_is_watched_again() {
        let above = tempfile::tempdir().unwrap();
        let folder = above.path().join("folder");
        std::fs::create_dir(&folder).unwrap();
        let mut watcher = watching(&folder);
        std::fs::remove_dir(&folder).unwrap();
        std::fs::create_dir(&folder).unwrap();
        assert!(tells_soon(&watcher));
        assert!(watcher.watch(&BTreeSet::from([folder.clone()])));
        std::fs::write(folder.join("file"), "a").unwrap();
        assert!(tells_soon(&watcher));
    }

    #[test]
    fn what_is_only_read_is_no_change() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config");
        std::fs::write(&file, "a").unwrap();
        let watcher = watching(folder.path());
        std::fs::read(&file).unwrap();
        let told = watcher.changes.recv_timeout(Duration::from_millis(300));
        assert!(told.is_err());
    }

    #[test]
    fn a_link_is_watched_at_both_of_its_ends() {
        let above = tempfile::tempdir().unwrap();
        let above = std::fs::canonicalize(above.path()).unwrap();
        let (near, far) = (above.join("near"), above.join("far"));
        std::fs::create_dir(&near).unwrap();
        std::fs::create_dir(&far).unwrap();
        std::fs::write(far.join("real.toml"), "a").unwrap();
        std::os::unix::fs::symlink(far.join("real.toml"), near.join("config.toml")).unwrap();
        let folders: Vec<_> = folders_of(&near.join("config.toml")).collect();
        assert_eq!(folders, [near.clone(), far]);
        let missing = near.join("no/such/config.toml");
        assert_eq!(folders_of(&missing).collect::<Vec<_>>(), [near]);
    }
}
