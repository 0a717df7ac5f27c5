//! A small application for one host, which the system's own search finds: `ju` in Spotlight leads
//! straight to the tab. All that it does is to open an address of ours.
//!
//! Only what carries our mark is ever changed or removed, whatever it is called.

pub(super) mod naming;

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::host_os::scope::{ConfigOptions, Scope};
use crate::i18n::fl;
pub use naming::address;
use naming::distinct;

#[cfg(not(target_os = "macos"))]
use super::linux::shortcut as system;
#[cfg(target_os = "macos")]
use super::macos::shortcut as system;

// Plain files, so that they are tested wherever tests run.
#[cfg(all(test, not(target_os = "macos")))]
#[path = "macos/shortcut.rs"]
#[expect(dead_code, reason = "which folder it is on a Mac")]
mod of_the_mac;

/// Function that reads a shortcut's mark: the host that it opens, and the options.
type Reader = fn(&Path) -> Option<(String, ConfigOptions)>;

/// One that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shortcut {
    /// The host that it opens.
    pub host: String,
    /// Its path.
    pub path: PathBuf,
    /// Options with which it starts the app: they determine which host the name means.
    pub options: ConfigOptions,
}

impl Shortcut {
    /// Returns true if it opens a host of that configuration.
    #[must_use]
    pub fn is_of(&self, scope: &Scope) -> bool {
        scope.with(self.options.clone()) == *scope
    }
}

/// Reason why it was not created or removed, as text.
#[derive(Debug)]
pub struct ShortcutError(String);

impl fmt::Display for ShortcutError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ShortcutError {}

/// Returns the folder of the shortcuts, if there is a home folder. It may not exist yet.
#[must_use]
pub fn folder() -> Option<PathBuf> {
    system::folder()
}

/// All of them, by their hosts' names.
#[must_use]
pub fn list() -> Vec<Shortcut> {
    folder()
        .map(|folder| list_in(&folder, system::read))
        .unwrap_or_default()
}

/// Those for the hosts of one configuration.
#[must_use]
pub fn list_of(scope: &Scope) -> Vec<Shortcut> {
    let mut all = list();
    all.retain(|launcher| launcher.is_of(scope));
    all
}

/// Makes one, in place of an older one of that host. It starts the app with the same options.
///
/// # Errors
/// The reason, as text for the user.
pub fn make(host: &str, scope: &Scope) -> Result<Shortcut, ShortcutError> {
    let folder = folder().ok_or_else(|| ShortcutError(fl!("autostart-no-folder")))?;
    fs::create_dir_all(&folder).map_err(|why| failed(&folder, &why))?;
    let path = place(&folder, scope, host, system::file_name, system::read)?;
    let options = scope.options().clone();
    system::write(&path, host, &options).map_err(|why| failed(&path, &why))?;
    Ok(Shortcut {
        host: host.to_owned(),
        path,
        options,
    })
}

/// Removes that of a host, if there is one.
///
/// # Errors
/// The reason, as text for the user.
pub fn remove(host: &str, scope: &Scope) -> Result<Option<Shortcut>, ShortcutError> {
    let mut all = list_of(scope).into_iter();
    let Some(launcher) = all.find(|known| known.host == host) else {
        return Ok(None);
    };
    remove_file(&launcher)?;
    Ok(Some(launcher))
}

/// Removes this one.
///
/// # Errors
/// The reason, as text for the user.
pub fn remove_file(launcher: &Shortcut) -> Result<(), ShortcutError> {
    system::remove(&launcher.path).map_err(|why| failed(&launcher.path, &why))
}

fn failed(path: &Path, why: &io::Error) -> ShortcutError {
    ShortcutError(format!("{}: {why}", path.display()))
}

/// Lists the shortcuts that carry our mark in a folder. Links are not followed: their targets are
/// not ours.
fn list_in(folder: &Path, read: Reader) -> Vec<Shortcut> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| !kind.is_symlink()))
        .map(|entry| entry.path());
    let mut found: Vec<Shortcut> = paths
        .filter_map(|path| {
            let (host, options) = read(&path)?;
            Some(Shortcut {
                host,
                path,
                options,
            })
        })
        .collect();
    found.sort_by(|one, other| (&one.host, &one.path).cmp(&(&other.host, &other.path)));
    found
}

/// Returns the path of a host's shortcut, or a free one for it. A name that is taken, by another
/// file or, where case is ignored, by another host's shortcut, is left alone.
fn place(
    folder: &Path,
    scope: &Scope,
    host: &str,
    file_name: fn(&str) -> String,
    read: Reader,
) -> Result<PathBuf, ShortcutError> {
    let known = list_in(folder, read);
    let is_it = |known: &Shortcut| known.host == host && known.is_of(scope);
    if let Some(known) = known.into_iter().find(is_it) {
        return Ok(known.path);
    }
    let number_of = match scope.options().words().as_slice() {
        [] => host.to_owned(),
        _ => scope.identity(host),
    };
    let names = [file_name(host), file_name(&distinct(host, &number_of))];
    let mut paths = names.iter().map(|name| folder.join(name));
    let is_free = |path: &PathBuf| path.symlink_metadata().is_err();
    paths.find(is_free).ok_or_else(|| {
        let path = folder.join(&names[0]).display().to_string();
        ShortcutError(fl!("launcher-taken", path = path))
    })
}

#[cfg(test)]
mod tests;
