//! Who else could change a file that says what this program runs.

use std::fs::{self, Metadata};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use rustix::process::{getgid, getuid};

use crate::shell_quote::quote;

/// Everybody who is neither the owner nor root.
const OTHERS_WRITE: u32 = 0o002;
const GROUP_WRITES: u32 = 0o020;
/// In such a folder a file is removed by its owner alone, as in `/tmp`.
const STICKY: u32 = 0o1000;

/// Returns the command that mends it, where another account could change a file or put another one in its place.
///
/// As with OpenSSH, the file belongs to this account or to root, and nobody else may write it; a group that is this
/// account's alone may. What is no file is nobody's, nor is one that is not there.
#[must_use]
pub fn mending_command(file: &Path) -> Option<String> {
    let file = fs::canonicalize(file).ok()?;
    let metadata = fs::metadata(&file).ok().filter(Metadata::is_file)?;
    command(&file, &metadata).or_else(|| {
        let folder = file.parent()?;
        let metadata = fs::metadata(folder).ok()?;
        let is_sticky = metadata.mode() & STICKY != 0;
        command(folder, &metadata).filter(|_| !is_sticky)
    })
}

fn command(path: &Path, metadata: &Metadata) -> Option<String> {
    let (path, account) = (quote(&path.display().to_string()), getuid().as_raw());
    if metadata.uid() != account && metadata.uid() != 0 {
        return Some(format!("sudo chown {account} {path}"));
    }
    let mode = metadata.mode();
    let group = metadata.gid();
    // Many systems give each account a group of its own, under its own number, and an open umask with it.
    let is_own_group = group == getgid().as_raw() && group == account;
    let is_open = mode & OTHERS_WRITE != 0 || (mode & GROUP_WRITES != 0 && !is_own_group);
    is_open.then(|| format!("chmod go-w {path}"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::fs::Permissions;
    use std::os::unix::fs::{PermissionsExt, chown, symlink};
    use std::process::Command;

    use super::*;

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    }

    #[test]
    fn what_others_may_write_is_mended_by_the_command_that_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("it's a file");
        assert_eq!(mending_command(&file), None, "not there");
        assert_eq!(mending_command(Path::new("/dev/null")), None);
        fs::write(&file, "").unwrap();
        let link = folder.path().join("link");
        symlink(&file, &link).unwrap();
        for (file_mode, folder_mode, is_open) in [
            (0o600, 0o700, false),
            (0o644, 0o755, false),
            (0o444, 0o755, false),
            (0o666, 0o755, true),
            (0o602, 0o700, true),
            (0o644, 0o777, true),
            (0o644, 0o1777, false),
            (0o666, 0o1777, true),
        ] {
            set(&file, file_mode);
            set(folder.path(), folder_mode);
            let mends = mending_command(&file);
            assert_eq!(mends.is_some(), is_open, "{file_mode:o} in {folder_mode:o}");
            assert_eq!(
                mending_command(&link),
                mends,
                "a link is as good as its file"
            );
            if let Some(command) = mends {
                let ran = Command::new("/bin/sh").arg("-c").arg(&command).status();
                assert!(ran.unwrap().success(), "{command}");
                assert_eq!(mending_command(&file), None, "after {command}");
            }
        }
    }

    #[test]
    fn a_group_may_write_only_if_it_is_the_accounts_own() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        fs::write(&file, "").unwrap();
        set(&file, 0o664);
        let is_own = getgid().as_raw() == getuid().as_raw();
        assert_eq!(mending_command(&file).is_none(), is_own);
        // Only root may give a file away.
        if getuid().is_root() {
            chown(&file, None, Some(65_534)).unwrap();
            assert!(mending_command(&file).is_some());
            set(&file, 0o600);
            chown(&file, Some(65_534), None).unwrap();
            assert!(mending_command(&file).unwrap().starts_with("sudo chown 0 "));
        }
    }
}
