//! The lock of a host: the process that has it holds the host's tunnel. A lock ends with its
//! process, however that ends, so no stale one can block others.

use std::fs::{File, TryLockError};
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use sha1::{Digest, Sha1};

use super::client::Client;
use super::protocol::Request;
use crate::host_os::{ConfigOptions, Scope, peer, private_file};
use crate::i18n::fl;

/// The holder listens a moment after it has the lock; an app that quits has four seconds to end.
const HOLDER_TRIES: u32 = 300;
const HOLDER_PAUSE: Duration = Duration::from_millis(20);
/// For a holder's name.
const HOLDER_PATIENCE: Duration = Duration::from_secs(2);

/// The app's own name among those of the hosts, none of which may hold this character.
pub const APP: &str = "app\0";

/// The right to hold one host's tunnel, and the socket that goes with it.
#[derive(Debug)]
pub struct HostLock {
    listener: UnixListener,
    over: Arc<AtomicBool>,
    socket: PathBuf,
    /// Its lock is the right. It would end with the file, and with the process.
    lock: File,
}

impl HostLock {
    /// Hears no requests any more. Who asks for the lock waits until it is dropped.
    pub fn stop_listening(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes the listening thread: an app outlives its locks, and would accumulate threads.
        let _ = UnixStream::connect(&self.socket);
        let _ = std::fs::remove_file(&self.socket);
    }

    /// Returns the listener for other programs' requests, until the lock is dropped.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn listening(&self) -> io::Result<IpcListener> {
        Ok(IpcListener {
            listener: self.listener.try_clone()?,
            over: Arc::clone(&self.over),
        })
    }
}

impl Drop for HostLock {
    fn drop(&mut self) {
        self.stop_listening();
        // A child that another thread is starting just now has the file too, until its exec.
        let _ = self.lock.unlock();
    }
}

/// Accepts the connections of other programs.
#[derive(Debug)]
pub struct IpcListener {
    listener: UnixListener,
    over: Arc<AtomicBool>,
}

impl IpcListener {
    /// Returns the connections of other programs of this account, one after the other; ends with the lock.
    pub fn incoming(self) -> impl Iterator<Item = UnixStream> {
        std::iter::from_fn(move || {
            loop {
                let accepted = self.listener.accept();
                if self.over.load(Ordering::SeqCst) {
                    return None;
                }
                match accepted {
                    Ok((stream, _)) if peer::is_own(&stream) => return Some(stream),
                    Ok(_) => tracing::warn!("a program of another account asked: refused"),
                    // No file descriptors left: some may come back.
                    Err(_) => std::thread::sleep(HOLDER_PAUSE),
                }
            }
        })
    }
}

/// Outcome of [`acquire`].
pub enum LockResult {
    /// The host is ours.
    Acquired(HostLock),
    /// Another program has it; it can be asked.
    HeldByOther(Client),
}

/// Claims a host of a configuration, in a private folder.
///
/// # Errors
/// When the folder cannot be used, or the holder does not answer.
pub fn acquire(folder: &Path, scope: &Scope, host: &str) -> io::Result<LockResult> {
    let mut lock = private_file(&folder.join(file_name(scope, host, "lock")))?;
    let socket = folder.join(file_name(scope, host, "sock"));
    for _ in 0..HOLDER_TRIES {
        match lock.try_lock() {
            Ok(()) => {
                LockHolder::new(scope, host).write(&mut lock)?;
                return Ok(LockResult::Acquired(lease(lock, socket)?));
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if let Ok(stream) = connect(&socket) {
            return Ok(LockResult::HeldByOther(Client::new(stream)));
        }
        std::thread::sleep(HOLDER_PAUSE);
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, fl!("claim-silent")))
}

/// The program that holds a host, if one does.
#[must_use]
pub fn holder(folder: &Path, scope: &Scope, host: &str) -> Option<Client> {
    let stream = connect(&folder.join(file_name(scope, host, "sock"))).ok()?;
    Some(Client::new(stream))
}

/// Returns the time since when a program seems to hold a host, without connecting to it: a program
/// that was killed leaves its socket behind.
#[must_use]
pub fn held_since(folder: &Path, scope: &Scope, host: &str) -> Option<SystemTime> {
    let socket = folder.join(file_name(scope, host, "sock"));
    std::fs::metadata(socket).ok()?.modified().ok()
}

/// Host that a program holds, as its lock says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockHolder {
    /// The host's name; [`APP`] for an app.
    pub host: String,
    config: Option<String>,
    ssh_config: Option<String>,
}

impl LockHolder {
    fn new(scope: &Scope, host: &str) -> Self {
        let text = |path: &PathBuf| path.to_string_lossy().into_owned();
        Self {
            host: host.to_owned(),
            config: scope.options().config.as_ref().map(text),
            ssh_config: scope.options().ssh_config.as_ref().map(text),
        }
    }

    /// The options that lead to it from another configuration.
    #[must_use]
    pub fn options(&self) -> ConfigOptions {
        ConfigOptions {
            config: self.config.as_ref().map(PathBuf::from),
            ssh_config: self.ssh_config.as_ref().map(PathBuf::from),
        }
    }

    fn write(&self, lock: &mut File) -> io::Result<()> {
        lock.set_len(0)?;
        lock.write_all(&serde_json::to_vec(self)?)
    }

    /// A lock of an older version says nothing: its holder is asked, and one that does not give its
    /// name within a moment goes by that of its file.
    fn read(lock: &Path) -> Self {
        let said = std::fs::read(lock).ok();
        let said = said.and_then(|text| serde_json::from_slice(&text).ok());
        said.unwrap_or_else(|| {
            let file = lock.file_stem().unwrap_or_default().to_string_lossy();
            let host = name_of_holder(&lock.with_extension("sock"));
            Self {
                host: host.unwrap_or_else(|| file.into_owned()),
                ..Self::default()
            }
        })
    }
}

/// All that programs of this account hold now, of whatever configuration, but for the app's own
/// place in this one.
///
/// # Errors
/// The system's.
pub fn held_locks(folder: &Path, scope: &Scope) -> io::Result<Vec<LockHolder>> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_lock = path.extension().is_some_and(|end| end == "lock");
        if !is_lock || path == folder.join(file_name(scope, APP, "lock")) {
            continue;
        }
        if let Err(TryLockError::WouldBlock) = private_file(&path)?.try_lock() {
            all.push(LockHolder::read(&path));
        }
    }
    Ok(all)
}

/// Connects to a holder, which has to be a program of this account.
fn connect(socket: &Path) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket)?;
    if peer::is_own(&stream) {
        Ok(stream)
    } else {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}

fn name_of_holder(socket: &Path) -> Option<String> {
    let stream = connect(socket).ok()?;
    stream.set_read_timeout(Some(HOLDER_PATIENCE)).ok()?;
    let mut answers = Client::new(stream).ask(&Request::Status).ok()?;
    answers.next().map(|message| message.host)
}

fn lease(lock: File, socket: PathBuf) -> io::Result<HostLock> {
    // Left by a program that was killed: its lock is ours now.
    if let Err(error) = std::fs::remove_file(&socket)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(HostLock {
        listener,
        over: Arc::default(),
        socket,
        lock,
    })
}

/// A host's name may hold any character, and a socket's path may have 104 bytes on macOS.
fn file_name(scope: &Scope, host: &str, extension: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let start: String = host.chars().filter(plain).take(16).collect();
    let digest = Sha1::digest(scope.identity(host).as_bytes());
    let number = u64::from_be_bytes(digest[..8].try_into().unwrap_or_default());
    format!("{start}.{number:016x}.{extension}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use std::io::Read;
    use std::os::unix::process::CommandExt;
    use std::process::Command;

    use super::*;

    fn usual() -> Scope {
        Scope::new("/usual.toml".into(), ConfigOptions::default())
    }

    fn other() -> Scope {
        usual().with(ConfigOptions {
            config: Some("/other.toml".into()),
            ssh_config: None,
        })
    }

    #[test]
    fn hosts_of_one_name_in_two_configurations_are_two() {
        let folder = tempfile::tempdir().unwrap();
        let first = acquire(folder.path(), &usual(), "two").unwrap();
        assert!(holder(folder.path(), &other(), "two").is_none());
        assert!(held_since(folder.path(), &other(), "two").is_none());
        let second = acquire(folder.path(), &other(), "two").unwrap();
        assert!(matches!(
            (first, second),
            (LockResult::Acquired(_), LockResult::Acquired(_))
        ));
    }

    #[test]
    fn one_program_has_a_host_and_the_next_is_sent_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = acquire(folder.path(), &usual(), "gpu01").unwrap();
        assert!(matches!(first, LockResult::Acquired(_)));
        assert!(matches!(
            acquire(folder.path(), &usual(), "gpu01").unwrap(),
            LockResult::HeldByOther(_)
        ));
        assert!(matches!(
            acquire(folder.path(), &usual(), "gpu02").unwrap(),
            LockResult::Acquired(_)
        ));
        drop(first);
        assert!(holder(folder.path(), &usual(), "gpu01").is_none());
        assert!(matches!(
            acquire(folder.path(), &usual(), "gpu01").unwrap(),
            LockResult::Acquired(_)
        ));
    }

    #[test]
    fn what_is_held_is_found_without_the_app() {
        let folder = tempfile::tempdir().unwrap();
        let app = acquire(folder.path(), &usual(), APP).unwrap();
        let first = acquire(folder.path(), &usual(), "gpu01").unwrap();
        let released = acquire(folder.path(), &usual(), "gpu02").unwrap();
        drop(released);
        // Of another configuration, and of a version whose locks say nothing.
        let other = acquire(folder.path(), &other(), "gpu01").unwrap();
        let older = private_file(&folder.path().join("old.0123.lock")).unwrap();
        older.lock().unwrap();
        let mut all = held_locks(folder.path(), &usual()).unwrap();
        all.sort_by_key(|held| (held.host.clone(), held.config.clone()));
        let said: Vec<_> = all
            .iter()
            .map(|held| (held.host.as_str(), held.options().words().len()))
            .collect();
        assert_eq!(said, [("gpu01", 0), ("gpu01", 1), ("old.0123", 0)]);
        drop((app, first, other, older));
        assert!(held_locks(folder.path(), &usual()).unwrap().is_empty());
    }

    #[test]
    fn who_listens_stops_with_the_lease() {
        let folder = tempfile::tempdir().unwrap();
        let LockResult::Acquired(lease) = acquire(folder.path(), &usual(), "h").unwrap() else {
            panic!("nobody else is here");
        };
        let listening = lease.listening().unwrap();
        let thread = std::thread::spawn(move || listening.incoming().count());
        while holder(folder.path(), &usual(), "h").is_none() {}
        drop(lease);
        assert!(thread.join().unwrap() <= 1);
    }

    #[test]
    fn who_starts_while_another_one_quits_waits_for_its_end() {
        let folder = tempfile::tempdir().unwrap();
        let LockResult::Acquired(mut quits) = acquire(folder.path(), &usual(), APP).unwrap() else {
            panic!("nobody else is here");
        };
        quits.stop_listening();
        assert!(holder(folder.path(), &usual(), APP).is_none());
        let path = folder.path().to_owned();
        let next = std::thread::spawn(move || acquire(&path, &usual(), APP));
        drop(quits);
        assert!(matches!(
            next.join().unwrap().unwrap(),
            LockResult::Acquired(_)
        ));
    }

    #[test]
    fn what_a_killed_program_left_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(folder.path().join(file_name(&usual(), "h", "sock"))).unwrap());
        assert!(matches!(
            acquire(folder.path(), &usual(), "h").unwrap(),
            LockResult::Acquired(_)
        ));
    }

    /// Root alone can play another account. Perl is there wherever Debian or macOS is.
    #[test]
    fn a_program_of_another_account_is_told_nothing() {
        if !rustix::process::getuid().is_root() {
            return;
        }
        let folder = tempfile::tempdir().unwrap();
        let LockResult::Acquired(lock) = acquire(folder.path(), &usual(), "h").unwrap() else {
            panic!("nobody else is here");
        };
        let socket = folder.path().join(file_name(&usual(), "h", "sock"));
        for (path, mode) in [(folder.path(), 0o755), (socket.as_path(), 0o666)] {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        }
        let mut incoming = lock.listening().unwrap().incoming();
        let first = std::thread::spawn(move || {
            let mut word = [0];
            incoming.next().unwrap().read_exact(&mut word).unwrap();
            word[0]
        });
        let program = "use Socket; $SIG{PIPE} = 'IGNORE'; socket(S, PF_UNIX, SOCK_STREAM, 0) or die; \
            connect(S, pack_sockaddr_un($ARGV[0])) or die $!; syswrite(S, 'o'); sysread(S, $b, 1) and die";
        let mut other = Command::new("perl");
        let other = other.uid(65_534).args(["-e", program]).arg(&socket);
        assert!(other.status().unwrap().success());
        UnixStream::connect(&socket)
            .unwrap()
            .write_all(b"x")
            .unwrap();
        assert_eq!(first.join().unwrap(), b'x', "the other one was heard");
    }

    #[test]
    fn names_stay_apart_and_inside_the_folder() {
        let names: Vec<String> = ["a/b", "a b", "../x", "日本", ""]
            .iter()
            .map(|name| file_name(&usual(), name, "s"))
            .collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!name.contains('/') && !names[..at].contains(name), "{name}");
        }
    }
}
