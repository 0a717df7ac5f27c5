//! Connections to Unix sockets of the remote host. A control connection carries none before OpenSSH 9.4: the process listens
//! at a socket here instead, in a private folder, and connects whoever comes to it.

use std::cell::RefCell;
use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use super::control::ControlSocket;
use super::folder::SocketFolder;
use super::message::{Answer, MuxRequest};

/// The sockets that the process listens at.
#[derive(Default)]
pub struct UnixForwards(RefCell<Listening>);

#[derive(Default)]
struct Listening {
    folder: Option<SocketFolder>,
    /// Each path on the remote host, and the socket that leads there.
    paths: Vec<(String, PathBuf)>,
    last: usize,
}

impl UnixForwards {
    /// Returns the socket that leads to a path on the remote host, once the process listens there.
    pub fn find(&self, path: &str) -> Option<PathBuf> {
        let listening = self.0.borrow();
        let found = listening.paths.iter().find(|(known, _)| known == path);
        found.map(|(_, local)| local.clone())
    }

    /// Returns a path for a new one.
    ///
    /// # Errors
    /// The system's.
    pub fn place(&self) -> io::Result<PathBuf> {
        let mut listening = self.0.borrow_mut();
        if listening.folder.is_none() {
            listening.folder = Some(SocketFolder::new()?);
        }
        listening.last += 1;
        let number = listening.last;
        let folder = listening.folder.as_ref();
        folder
            .map(|folder| folder.forward(number))
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    /// Notes that the process listens there.
    pub fn add(&self, path: &str, local: PathBuf) {
        self.0.borrow_mut().paths.push((path.to_owned(), local));
    }

    /// Has the process listen nowhere any more: it may be the user's, and stay.
    pub fn close(&self, control: &Path) {
        let mut listening = self.0.borrow_mut();
        for (path, local) in listening.paths.drain(..) {
            let local = local.display().to_string();
            let request = MuxRequest::StopListening(&local, &path);
            if let Ok(mut control) = ControlSocket::open(control, request, &[]) {
                control.await_answer(&Answer::Ok);
            }
        }
    }
}

/// Connects to a socket here, without waiting.
///
/// # Errors
/// The system's.
pub fn connect(local: &Path) -> io::Result<UnixStream> {
    let socket = UnixStream::connect(local)?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}
