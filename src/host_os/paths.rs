//! Folders of the program, by the XDG base directory specification; on macOS too, where scripts and
//! users expect `~/.config`.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;

use crate::i18n::fl;

const NAME: &str = "remote-jupyter";

/// State that is kept between runs.
#[must_use]
pub fn state_folder() -> PathBuf {
    etcetera::base_strategy::Xdg::new()
        .ok()
        .and_then(|xdg| xdg.state_dir())
        .unwrap_or_else(|| PathBuf::from("/.local/state"))
        .join(NAME)
}

/// The folder of the app's logs.
#[must_use]
pub fn logs_folder() -> PathBuf {
    #[cfg(target_os = "macos")]
    let folder = etcetera::home_dir()
        .unwrap_or_else(|_| PathBuf::from("/"))
        .join("Library/Logs/Remote Jupyter");
    #[cfg(not(target_os = "macos"))]
    let folder = state_folder().join("logs");
    folder
}

/// The folder of the control sockets, made with mode 0700 if it is not there:
/// `$XDG_RUNTIME_DIR/remote-jupyter`, else one of the account's own under the state folder.
///
/// # Errors
/// When it cannot be made, or is open to others.
pub fn runtime_folder() -> io::Result<PathBuf> {
    let xdg = etcetera::base_strategy::Xdg::new().ok();
    let xdg = xdg.and_then(|xdg| xdg.runtime_dir());
    let usual = format!("/run/user/{}", rustix::process::getuid().as_raw());
    let folder = xdg
        .or_else(|| usual_runtime_dir(Path::new(&usual)))
        .map_or_else(|| state_folder().join("run"), |dir| dir.join(NAME));
    make_private(&folder)?;
    Ok(folder)
}

/// Returns the account's usual runtime folder, if it has one: without the variable, as below cron or
/// `su`, a program would not see who holds a host.
fn usual_runtime_dir(folder: &Path) -> Option<PathBuf> {
    let meta = std::fs::metadata(folder).ok()?;
    let ours = meta.uid() == rustix::process::getuid().as_raw();
    let private = meta.mode() & 0o777 == 0o700;
    (meta.is_dir() && ours && private).then(|| folder.to_owned())
}

/// Makes a folder 0700 with its parents, and refuses one that others may enter, or have put a link in the place of.
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    let name = folder.display().to_string();
    let refuse = |why| Err(io::Error::new(io::ErrorKind::PermissionDenied, why));
    if is_foreign_link(folder) {
        return refuse(fl!("folder-link", folder = name));
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    let meta = std::fs::metadata(folder)?;
    let ours = meta.uid() == rustix::process::getuid().as_raw();
    if !ours || meta.mode() & 0o077 != 0 {
        return refuse(fl!("folder-open", folder = name));
    }
    Ok(())
}

/// Returns true for a link that neither this account nor root has made: where it leads, another account decides.
fn is_foreign_link(path: &Path) -> bool {
    let account = rustix::process::getuid().as_raw();
    std::fs::symlink_metadata(path)
        .is_ok_and(|meta| meta.is_symlink() && meta.uid() != account && meta.uid() != 0)
}

/// Opens a file for writing, made with mode 0600 if it is not there; nothing in it is changed. A link in its place is
/// not followed.
///
/// # Errors
/// The system's.
pub fn private_file(path: &Path) -> io::Result<File> {
    File::options()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .custom_flags(libc::O_NOFOLLOW)
        .open(path)
}

/// Writes a file whole or not at all, with mode 0600; another process may read it at any time.
///
/// # Errors
/// The system's.
pub fn write_whole(path: &Path, contents: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(contents)?;
    file.persist(path)?;
    Ok(())
}

/// Name of the app's own executable, beside the command's.
pub const APP_PROGRAM: &str = "remote-jupyter-app";

/// Returns the path of the command `remote-jupyter`, which this process is or was started by; else the
/// reason why it is unknown, as text.
#[cfg(feature = "app")]
pub(crate) fn program() -> Result<PathBuf, String> {
    let lost = |why: io::Error| fl!("autostart-no-program", why = why.to_string());
    // An update may have replaced the file: Linux then names one that is not there.
    let program = std::env::current_exe().map_err(lost)?;
    let program = program.canonicalize().map_err(lost)?;
    let command = program.with_file_name("remote-jupyter");
    let is_the_app = program.file_name().is_some_and(|name| name == APP_PROGRAM);
    Ok(if is_the_app && command.is_file() {
        command
    } else {
        program
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::os::unix::fs::{PermissionsExt, lchown, symlink};

    use super::*;

    #[test]
    fn a_link_in_the_place_of_a_file_is_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        std::fs::write(&target, "theirs").unwrap();
        symlink(&target, &link).unwrap();
        assert!(private_file(&link).is_err());
        symlink(folder.path().join("new"), folder.path().join("to-nothing")).unwrap();
        assert!(private_file(&folder.path().join("to-nothing")).is_err());
        assert!(!folder.path().join("new").exists());
        // A file that is written whole takes the link's place.
        write_whole(&link, b"ours").unwrap();
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "theirs");
        assert!(!link.is_symlink());
    }

    #[test]
    fn a_link_that_another_account_planted_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (target, link) = (folder.path().join("target"), folder.path().join("link"));
        make_private(&target).unwrap();
        symlink(&target, &link).unwrap();
        make_private(&link).unwrap();
        // Only root may give a link away.
        if rustix::process::getuid().is_root() {
            lchown(&link, Some(65_534), None).unwrap();
            assert!(make_private(&link).is_err());
        }
        std::fs::set_permissions(&target, std::fs::Permissions::from_mode(0o750)).unwrap();
        assert!(make_private(&target).is_err());
    }

    #[test]
    fn the_accounts_runtime_folder_is_found_without_the_variable_if_it_is_private() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        let found_with = |mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
            usual_runtime_dir(path)
        };
        assert_eq!(found_with(0o755), None);
        assert_eq!(found_with(0o700).as_deref(), Some(path));
        assert_eq!(usual_runtime_dir(&path.join("missing")), None);
    }
}
