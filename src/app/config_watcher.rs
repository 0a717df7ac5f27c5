//! Follows the files that the menu depends on: the configuration, the aliases of the ssh
//! configuration, the shortcuts, and the locks of other programs.

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use super::event::AppEvent;
use super::event_sender::EventSender;
use super::file_watcher::{FileWatcher, folders_of};
use crate::config::Config;
use crate::desktop::shortcut;
use crate::host_os::{Scope, runtime_folder};
use crate::ipc;
use crate::ssh::aliases;

/// A file's time and size, which change with it; none for a file that cannot be seen.
type Stamp = Option<(SystemTime, u64)>;

/// Longest time for which a file that was just emptied counts as being written.
const WRITING: Duration = Duration::from_secs(1);
/// Interval of looks at such a file.
const LOOK_AGAIN: Duration = Duration::from_millis(20);

/// Sends what has changed from now on, and all of it at first, from a thread of its own. The thread
/// ends with the event loop.
///
/// # Errors
/// When no thread can be started.
pub fn watch(path: PathBuf, scope: Scope, sender: EventSender) -> io::Result<()> {
    let watcher = ConfigWatcher::new(path, scope, sender);
    let builder = std::thread::Builder::new().name("configuration".to_owned());
    builder.spawn(move || watcher.run()).map(drop)
}

/// The files, and what was last seen of them: nothing yet, for what changed between the start and
/// the first look would be missed.
struct ConfigWatcher {
    path: PathBuf,
    scope: Scope,
    ssh_config: Option<PathBuf>,
    sender: EventSender,
    /// None before the first look.
    config: Option<Stamp>,
    hosts: Vec<String>,
    locked: BTreeSet<(String, SystemTime)>,
    aliases: Vec<String>,
    /// The ssh configuration and those files that it includes.
    ssh_files: BTreeSet<PathBuf>,
    shortcuts: Stamp,
}

impl ConfigWatcher {
    fn new(path: PathBuf, scope: Scope, sender: EventSender) -> Self {
        let ssh_config = scope.ssh_config().map(Path::to_owned);
        Self {
            path,
            scope,
            ssh_config: ssh_config.or_else(aliases::default_file),
            sender,
            config: None,
            hosts: Vec::new(),
            locked: BTreeSet::new(),
            aliases: Vec::new(),
            ssh_files: BTreeSet::new(),
            shortcuts: None,
        }
    }

    fn run(mut self) {
        let mut watcher = FileWatcher::new();
        loop {
            let folders = self.folders();
            let is_new = watcher.watch(&folders);
            if !self.look_at_config() {
                return;
            }
            self.look_at_locks();
            self.look_at_aliases();
            self.look_at_shortcuts();
            // What was looked at before its folder was watched is looked at again.
            if !is_new {
                watcher.wait(folders.len());
            }
        }
    }

    /// The folders in which something may change that the menu shows.
    fn folders(&self) -> BTreeSet<PathBuf> {
        let shortcuts = shortcut::folder().map(|folder| folder.join("any"));
        let locks = runtime_folder().ok().map(|folder| folder.join("any"));
        let files = [Some(self.path.clone()), self.ssh_config.clone()];
        let files = files.into_iter().chain([shortcuts, locks]).flatten();
        let files = files.chain(self.ssh_files.iter().cloned());
        files.flat_map(|file| folders_of(&file)).collect()
    }

    /// Returns false once the event loop is gone.
    fn look_at_config(&mut self) -> bool {
        let now = Some(self.written());
        if now == self.config {
            return true;
        }
        self.config = now;
        let config = Config::load(&self.path).map(Box::new);
        if let Ok(config) = &config {
            let hosts = config.all_hosts();
            self.hosts = hosts.map(|host| host.name.clone()).collect();
        }
        self.sender.send(AppEvent::ConfigReloaded(config))
    }

    /// Returns the state of the configuration's file. A program that writes it in place empties it
    /// first: without a wait, that would be a configuration without hosts for a moment.
    fn written(&self) -> Stamp {
        let until = Instant::now() + WRITING;
        let had_text = self.config.flatten().is_some_and(|(_, size)| size > 0);
        loop {
            let now = stamp(&self.path);
            let is_emptied = had_text && now.is_some_and(|(_, size)| size == 0);
            if !is_emptied || Instant::now() >= until {
                return now;
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    fn look_at_locks(&mut self) {
        let now = locked_hosts(&self.scope, &self.hosts);
        for (host, _) in now.difference(&self.locked) {
            self.sender.send(AppEvent::HostLocked(host.clone()));
        }
        self.locked = now;
    }

    /// The file may include others, so it is read and not only looked at: some kilobytes.
    fn look_at_aliases(&mut self) {
        let read = self.ssh_config.as_deref().map(aliases::read);
        let (aliases, files) = read.unwrap_or_default();
        self.ssh_files = files;
        if aliases != self.aliases {
            self.aliases.clone_from(&aliases);
            self.sender.send(AppEvent::Aliases(aliases));
        }
    }

    fn look_at_shortcuts(&mut self) {
        let now = shortcut::folder().and_then(|folder| stamp(&folder));
        if now != self.shortcuts {
            self.shortcuts = now;
            let shortcuts = shortcut::list_of(&self.scope);
            self.sender.send(AppEvent::Shortcuts(shortcuts));
        }
    }
}

/// The hosts that have a control socket, and since when.
fn locked_hosts(scope: &Scope, hosts: &[String]) -> BTreeSet<(String, SystemTime)> {
    let Ok(folder) = runtime_folder() else {
        return BTreeSet::new();
    };
    let since = |host: &String| Some((host.clone(), ipc::held_since(&folder, scope, host)?));
    hosts.iter().filter_map(since).collect()
}

fn stamp(path: &Path) -> Stamp {
    let meta = std::fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::host_os::ConfigOptions;

    /// As by `fs::write`, and by a shell's `>`.
    #[test]
    fn a_file_that_is_being_written_in_place_is_not_taken_for_an_empty_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, "[[host]]\nname = \"a\"\n").unwrap();
        let sender = EventSender::new(|| true);
        let scope = Scope::new(path.clone(), ConfigOptions::default());
        let mut watcher = ConfigWatcher::new(path.clone(), scope, sender.clone());
        watcher.look_at_config();
        sender.take();
        std::fs::write(&path, "").unwrap();
        let writer = std::thread::spawn(move || {
            std::thread::sleep(WRITING / 4);
            std::fs::write(&path, "[[host]]\nname = \"b\"\n").unwrap();
        });
        watcher.look_at_config();
        writer.join().unwrap();
        let hosts = |event: AppEvent| match event {
            AppEvent::ConfigReloaded(Ok(config)) => config.hosts.len(),
            _ => 0,
        };
        let seen: Vec<usize> = sender.take().into_iter().map(hosts).collect();
        assert_eq!(seen, [1]);
    }
}
