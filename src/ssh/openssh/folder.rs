//! The private folder of a control socket, and those that were left behind by processes that were killed.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use super::control::ControlSocket;
use super::message::{Answer, MuxRequest};

/// Below the runtime folder, and of the account alone.
const PARENT: &str = "remote-jupyter";
const PREFIX: &str = "ssh-";
/// Permissions of others.
const OTHERS: u32 = 0o077;
const SOCKET: &str = "m";
const QUESTIONS: &str = "q";
const LOCK: &str = "lock";

/// Longest path of a control socket: `ssh` binds it by a name that is 17 bytes longer at first, and macOS has room for 104.
const LONGEST: usize = 84;

/// A folder that others cannot enter. It goes with this value.
pub struct SocketFolder {
    folder: TempDir,
    /// Held as long as this process runs.
    _lock: File,
}

impl SocketFolder {
    /// Makes one.
    ///
    /// # Errors
    /// The system's.
    pub fn new() -> io::Result<Self> {
        let mut last = io::Error::from(io::ErrorKind::NotFound);
        for parent in parents() {
            match Self::below(&parent) {
                Ok(folder) if folder.socket().as_os_str().len() <= LONGEST => {
                    return Ok(folder);
                }
                Ok(_) => last = io::ErrorKind::InvalidFilename.into(),
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    fn below(parent: &Path) -> io::Result<Self> {
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(parent)?;
        if !is_own(parent) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        let folder = tempfile::Builder::new()
            .prefix(PREFIX)
            .permissions(PermissionsExt::from_mode(0o700))
            .tempdir_in(parent)?;
        let lock = File::create(folder.path().join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// The control socket in it.
    pub fn socket(&self) -> PathBuf {
        self.folder.path().join(SOCKET)
    }

    /// A socket in it that leads to one of the remote host.
    pub fn forward(&self, number: usize) -> PathBuf {
        self.folder.path().join(format!("f{number}"))
    }

    /// The socket for questions in it.
    pub fn questions(&self) -> PathBuf {
        self.folder.path().join(QUESTIONS)
    }
}

/// The runtime folder; where there is none, or its path is too long for a socket, a folder of the account's own below the
/// usual place for temporary files.
fn parents() -> Vec<PathBuf> {
    let account = rustix::process::getuid().as_raw();
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    let runtime = runtime.filter(|folder| folder.is_absolute());
    let usual = Path::new("/run/user").join(account.to_string());
    let runtime = runtime.or_else(|| Some(usual).filter(|folder| is_own(folder)));
    let name = format!("{PARENT}-{account}");
    let temporary = [std::env::temp_dir(), "/tmp".into()];
    let temporary = temporary.into_iter().map(|folder| folder.join(&name));
    let runtime = runtime.map(|folder| folder.join(PARENT));
    runtime.into_iter().chain(temporary).collect()
}

/// Returns true for a folder, and no link to one, that is this account's, and that others cannot enter.
fn is_own(folder: &Path) -> bool {
    let meta = std::fs::symlink_metadata(folder);
    let account = rustix::process::getuid().as_raw();
    meta.is_ok_and(|meta| meta.is_dir() && meta.uid() == account && meta.mode() & OTHERS == 0)
}

/// Ends the processes of this program whose owners were killed.
pub fn end_all_left_behind() {
    for parent in parents() {
        end_left_behind(&parent);
    }
}

/// Ends the processes whose owner was killed, and removes their folders: nobody holds their locks any more.
fn end_left_behind(parent: &Path) {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return;
    };
    for entry in entries.flatten() {
        let folder = entry.path();
        let is_one = entry.file_name().to_string_lossy().starts_with(PREFIX);
        if !is_one || !is_own(&folder) {
            continue;
        }
        // One without a lock is just being made.
        let Ok(lock) = File::open(folder.join(LOCK)) else {
            continue;
        };
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_ok() {
            terminate(&folder.join(SOCKET));
            let _ = std::fs::remove_dir_all(&folder);
        }
    }
}

/// Has a process end.
fn terminate(socket: &Path) {
    if let Ok(mut control) = ControlSocket::open(socket, MuxRequest::Terminate, &[]) {
        control.await_answer(&Answer::Ok);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_folder_is_private_and_goes_with_its_owner_and_one_left_behind_goes_too() {
        let parent = tempfile::tempdir().unwrap();
        let parent = parent.path().join("own");
        let kept = SocketFolder::below(&parent).unwrap();
        let left = SocketFolder::below(&parent).unwrap();
        assert!(is_own(&parent) && is_own(kept.folder.path()));
        let SocketFolder {
            folder,
            _lock: lock,
        } = left;
        let left = folder.keep();
        drop(lock);
        end_left_behind(&parent);
        assert!(!left.exists());
        let folder = kept.folder.path().to_owned();
        assert!(folder.exists());
        drop(kept);
        assert!(!folder.exists());
    }

    #[test]
    fn a_folder_that_others_can_enter_is_not_taken() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::set_permissions(parent.path(), PermissionsExt::from_mode(0o755)).unwrap();
        assert!(SocketFolder::below(parent.path()).is_err());
    }
}
