//! Which program holds a host's tunnel: the one that holds the lock. A lock ends with its process,
//! however that ends, so nothing stale can stand in the way.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use sha1::{Digest, Sha1};

use super::client::Client;
use super::message::Request;
use crate::platform::private_file;
use crate::words::say;

/// The holder listens a moment after it has the lock.
const HOLDER_TRIES: u32 = 100;
const HOLDER_PAUSE: Duration = Duration::from_millis(20);
/// For a holder's name.
const HOLDER_PATIENCE: Duration = Duration::from_secs(2);

/// The app's own name among those of the hosts, none of which may hold this character.
pub const APP: &str = "app\0";

/// The right to hold one host's tunnel, and the socket that goes with it.
#[derive(Debug)]
pub struct Lease {
    listener: UnixListener,
    over: Arc<AtomicBool>,
    socket: PathBuf,
    /// Its lock is the right. It would end with the file, and with the process.
    lock: File,
}

impl Lease {
    /// Others ask here, until the lease is dropped.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn listening(&self) -> io::Result<Listening> {
        Ok(Listening {
            listener: self.listener.try_clone()?,
            over: Arc::clone(&self.over),
        })
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // Wakes who listens: an app lives longer than its leases, and would gather threads.
        let _ = UnixStream::connect(&self.socket);
        let _ = std::fs::remove_file(&self.socket);
        // A child that another thread is starting just now has the file too, until its exec.
        let _ = self.lock.unlock();
    }
}

/// Where askers arrive.
#[derive(Debug)]
pub struct Listening {
    listener: UnixListener,
    over: Arc<AtomicBool>,
}

impl Listening {
    /// The askers, one after the other; it ends with the lease.
    pub fn askers(self) -> impl Iterator<Item = UnixStream> {
        std::iter::from_fn(move || {
            loop {
                let accepted = self.listener.accept();
                if self.over.load(Ordering::SeqCst) {
                    return None;
                }
                match accepted {
                    Ok((asker, _)) => return Some(asker),
                    // No file descriptors left: some may come back.
                    Err(_) => std::thread::sleep(HOLDER_PAUSE),
                }
            }
        })
    }
}

/// What came of [`claim`].
pub enum Claim {
    /// The host is ours.
    Ours(Lease),
    /// Another program has it; it can be asked.
    Theirs(Client),
}

/// Claims a host, in a private folder.
///
/// # Errors
/// When the folder cannot be used, or the holder does not answer.
pub fn claim(folder: &Path, host: &str) -> io::Result<Claim> {
    let lock = private_file(&folder.join(file_name(host, "lock")))?;
    let socket = folder.join(file_name(host, "sock"));
    for _ in 0..HOLDER_TRIES {
        match lock.try_lock() {
            Ok(()) => return Ok(Claim::Ours(lease(lock, socket)?)),
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(error)) => return Err(error),
        }
        if let Ok(stream) = UnixStream::connect(&socket) {
            return Ok(Claim::Theirs(Client::new(stream)));
        }
        std::thread::sleep(HOLDER_PAUSE);
    }
    Err(io::Error::new(
        io::ErrorKind::TimedOut,
        say!("claim-silent"),
    ))
}

/// The program that holds a host, if one does.
#[must_use]
pub fn holder(folder: &Path, host: &str) -> Option<Client> {
    let stream = UnixStream::connect(folder.join(file_name(host, "sock"))).ok()?;
    Some(Client::new(stream))
}

/// When the program that seems to hold a host began to, at the cost of a look; one that was killed
/// leaves its socket behind.
#[must_use]
pub fn held_since(folder: &Path, host: &str) -> Option<SystemTime> {
    let socket = folder.join(file_name(host, "sock"));
    std::fs::metadata(socket).ok()?.modified().ok()
}

/// The hosts that programs of this account hold now. Who does not say its name within a moment goes
/// by that of its lock.
///
/// # Errors
/// The system's.
pub fn held_hosts(folder: &Path) -> io::Result<Vec<String>> {
    let mut hosts = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let is_lock = path.extension().is_some_and(|end| end == "lock");
        if !is_lock || path == folder.join(file_name(APP, "lock")) {
            continue;
        }
        if let Err(TryLockError::WouldBlock) = private_file(&path)?.try_lock() {
            let name = name_of_holder(&path.with_extension("sock"));
            let file = path.file_stem().unwrap_or_default();
            hosts.push(name.unwrap_or_else(|| file.to_string_lossy().into_owned()));
        }
    }
    Ok(hosts)
}

fn name_of_holder(socket: &Path) -> Option<String> {
    let stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(HOLDER_PATIENCE)).ok()?;
    let mut answers = Client::new(stream).ask(&Request::Status).ok()?;
    answers.next().map(|message| message.host)
}

fn lease(lock: File, socket: PathBuf) -> io::Result<Lease> {
    // Left by a program that was killed: its lock is ours now.
    if let Err(error) = std::fs::remove_file(&socket)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = UnixListener::bind(&socket)?;
    std::fs::set_permissions(&socket, std::fs::Permissions::from_mode(0o600))?;
    Ok(Lease {
        listener,
        over: Arc::default(),
        socket,
        lock,
    })
}

/// A host's name may hold any character, and a socket's path may have 104 bytes on macOS.
fn file_name(host: &str, extension: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || *c == '-';
    let start: String = host.chars().filter(plain).take(16).collect();
    let digest = Sha1::digest(host.as_bytes());
    let number = u64::from_be_bytes(digest[..8].try_into().unwrap_or_default());
    format!("{start}.{number:016x}.{extension}")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    #[test]
    fn one_program_has_a_host_and_the_next_is_sent_to_it() {
        let folder = tempfile::tempdir().unwrap();
        let first = claim(folder.path(), "gpu01").unwrap();
        assert!(matches!(first, Claim::Ours(_)));
        assert!(matches!(
            claim(folder.path(), "gpu01").unwrap(),
            Claim::Theirs(_)
        ));
        assert!(matches!(
            claim(folder.path(), "gpu02").unwrap(),
            Claim::Ours(_)
        ));
        drop(first);
        assert!(holder(folder.path(), "gpu01").is_none());
        assert!(matches!(
            claim(folder.path(), "gpu01").unwrap(),
            Claim::Ours(_)
        ));
    }

    #[test]
    fn what_is_held_is_found_without_the_app() {
        let folder = tempfile::tempdir().unwrap();
        let app = claim(folder.path(), APP).unwrap();
        let first = claim(folder.path(), "gpu01").unwrap();
        let released = claim(folder.path(), "gpu02").unwrap();
        drop(released);
        // Nobody answers there.
        let held = held_hosts(folder.path()).unwrap();
        assert!(held.len() == 1 && held[0].starts_with("gpu01."), "{held:?}");
        drop((app, first));
        assert!(held_hosts(folder.path()).unwrap().is_empty());
    }

    #[test]
    fn who_listens_stops_with_the_lease() {
        let folder = tempfile::tempdir().unwrap();
        let Claim::Ours(lease) = claim(folder.path(), "h").unwrap() else {
            panic!("nobody else is here");
        };
        let listening = lease.listening().unwrap();
        let thread = std::thread::spawn(move || listening.askers().count());
        while holder(folder.path(), "h").is_none() {}
        drop(lease);
        assert!(thread.join().unwrap() <= 1);
    }

    #[test]
    fn what_a_killed_program_left_is_no_obstacle() {
        let folder = tempfile::tempdir().unwrap();
        drop(UnixListener::bind(folder.path().join(file_name("h", "sock"))).unwrap());
        assert!(matches!(claim(folder.path(), "h").unwrap(), Claim::Ours(_)));
    }

    #[test]
    fn names_stay_apart_and_inside_the_folder() {
        let names: Vec<String> = ["a/b", "a b", "../x", "日本", ""]
            .iter()
            .map(|name| file_name(name, "s"))
            .collect();
        for (at, name) in names.iter().enumerate() {
            assert!(!name.contains('/') && !names[..at].contains(name), "{name}");
        }
    }
}
