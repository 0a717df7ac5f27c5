//! One SSH channel over libssh2's C interface. (The other place of this folder with `unsafe` code is
//! [`super::buffered_socket`].)
//!
//! `ssh2::Channel` would do but for three things. It cannot open a `direct-tcpip` channel with a
//! receive window of our own (the browser's downloads are only as fast as that window, and one slow
//! tab holds as much memory as it allows). Its `Drop` closes the channel without the session's
//! lock and, on a non-blocking session, leaks it (ssh2-rs issue 220). And its lock is taken per
//! call, which one owner thread does not need.
//!
//! Safety, once for all calls below: `raw` came from `libssh2_channel_open_begin` of `session`, which
//! this struct keeps alive; libssh2 frees a channel only in [`Libssh2Channel::poll_free`], which takes the
//! pointer away, or together with the session; and the type is neither `Send` nor `Sync`, so all
//! calls come from the thread that owns the session, each under the session's lock.
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::task::{Poll, ready};

use libssh2_sys as raw;
use ssh2::{Error, ErrorCode, Session};

use crate::ssh::forward_target::{ForwardTarget, Nonblocking, ReceiveWindow};
use crate::ssh::wire::put_string;

/// The most that one packet carries; RFC 4253 section 6.1 asks every side to take 32768 bytes.
const PACKET_SIZE: u32 = 32768;

/// A channel that is being opened. Any number of them may wait for their answers, but while one is
/// not [`Libssh2Opening::is_requested`] no other may be polled for the first time.
pub struct Libssh2Opening {
    kind: &'static str,
    message: Vec<u8>,
    window: u32,
    /// Set while a refusal may still be that of a session that is being cleared away.
    may_repeat: bool,
    /// The channel, once the request is sent.
    requested: Option<Libssh2Channel>,
}

impl Libssh2Opening {
    /// Returns a channel for running a command. Its window is libssh2's default and grows
    /// automatically.
    #[must_use]
    pub fn session() -> Self {
        Self {
            kind: "session",
            message: Vec::new(),
            window: 2 << 20,
            may_repeat: true,
            requested: None,
        }
    }

    /// The same with no receive window, for bytes that the caller takes as it can: see
    /// [`Libssh2Channel::poll_grant`].
    #[must_use]
    pub fn command() -> Self {
        Self {
            window: 0,
            ..Self::session()
        }
    }

    /// A forwarded connection, with no receive window: see [`Libssh2Channel::poll_grant`].
    #[must_use]
    pub fn forward(target: &ForwardTarget) -> Self {
        let mut message = Vec::new();
        let kind = match target {
            ForwardTarget::Tcp { host, port } => {
                put_string(&mut message, host.as_bytes());
                message.extend(u32::from(*port).to_be_bytes());
                // RFC 4254 section 7.2: where the connection came from; sshd only logs it.
                put_string(&mut message, b"127.0.0.1");
                message.extend(0_u32.to_be_bytes());
                "direct-tcpip"
            }
            ForwardTarget::Unix { path } => {
                // OpenSSH's PROTOCOL, section 2.4: path, then a reserved string and number.
                put_string(&mut message, path.as_bytes());
                put_string(&mut message, b"");
                message.extend(0_u32.to_be_bytes());
                "direct-streamlocal@openssh.com"
            }
        };
        Self {
            kind,
            message,
            window: 0,
            may_repeat: false,
            requested: None,
        }
    }

    /// Returns true once the request is sent. Before that, libssh2 is in the middle of it.
    #[must_use]
    pub fn is_requested(&self) -> bool {
        self.requested.is_some()
    }

    /// Carries the opening on. A session that was refused is asked for once more: sshd counts a session
    /// until its loop comes round, so with `MaxSessions 1` a close and the next opening that arrive in
    /// one packet collide. The second request is read in a later turn.
    pub fn poll(&mut self, session: &Session) -> Nonblocking<Libssh2Channel> {
        match self.poll_once(session) {
            Poll::Ready(Err(error)) if is_exhausted(&error) && self.may_repeat => {
                self.may_repeat = false;
                self.poll_once(session)
            }
            other => other,
        }
    }

    fn poll_once(&mut self, session: &Session) -> Nonblocking<Libssh2Channel> {
        let channel = match self.requested.take() {
            Some(channel) => channel,
            None => ready!(self.request(session))?,
        };
        // SAFETY: see the module's head. libssh2 frees a channel that is refused, and nobody has it then.
        match channel.call(|channel| unsafe { raw::libssh2_channel_open_finish(channel) }) {
            Poll::Ready(result) => Poll::Ready(result.map(|()| channel)),
            Poll::Pending => {
                self.requested = Some(channel);
                Poll::Pending
            }
        }
    }

    fn request(&self, session: &Session) -> Nonblocking<Libssh2Channel> {
        let mut guard = session.raw();
        let sess: *mut raw::LIBSSH2_SESSION = &raw mut *guard;
        // SAFETY: the pointers and lengths are those of live slices, and libssh2 copies them.
        let channel = unsafe {
            raw::libssh2_channel_open_begin(
                sess,
                self.kind.as_ptr().cast(),
                length(self.kind.as_bytes()),
                self.window,
                PACKET_SIZE,
                self.message.as_ptr().cast(),
                length(&self.message),
            )
        };
        let failure = Error::last_session_error_raw(sess);
        drop(guard);
        match NonNull::new(channel) {
            Some(raw) => Poll::Ready(Ok(Libssh2Channel {
                raw,
                session: session.clone(),
            })),
            None => failed(failure.unwrap_or_else(Error::unknown)),
        }
    }
}

/// Returns true if the remote host had no session left, in libssh2's words for RFC 4254's reasons
/// (section 5.1).
fn is_exhausted(error: &Error) -> bool {
    ["connect failed", "resource shortage"]
        .iter()
        .any(|reason| error.message().contains(reason))
}

/// Lengths here are those of host names and paths, far below 4 GiB.
fn length(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// An open channel.
pub struct Libssh2Channel {
    raw: NonNull<raw::LIBSSH2_CHANNEL>,
    session: Session,
}

impl Libssh2Channel {
    /// Runs a command line in the account's login shell.
    pub fn poll_exec(&mut self, command: &str) -> Nonblocking<()> {
        let request = "exec";
        self.call(|channel| {
            // SAFETY: see the module's head; both strings outlive the call.
            unsafe {
                raw::libssh2_channel_process_startup(
                    channel,
                    request.as_ptr().cast(),
                    length(request.as_bytes()),
                    command.as_ptr().cast(),
                    length(command.as_bytes()),
                )
            }
        })
    }

    /// Reads what is here; 0 is the end of the stream if [`Libssh2Channel::at_eof`] says so, and else
    /// nothing at all. `stream` is 0, or 1 for standard error.
    ///
    /// libssh2 widens the window automatically when the buffer is longer than the window; a caller
    /// that grants windows itself reads no more than [`ReceiveWindow::queued`]. An empty buffer
    /// only takes in what the socket holds.
    pub fn poll_read(&mut self, stream: i32, buffer: &mut [u8]) -> Nonblocking<usize> {
        let size = self.transfer(|channel| {
            // SAFETY: see the module's head; the buffer is as long as said.
            unsafe {
                raw::libssh2_channel_read_ex(
                    channel,
                    stream,
                    buffer.as_mut_ptr().cast(),
                    buffer.len(),
                )
            }
        });
        self.size(size)
    }

    /// Sends some of `data`. After `Pending` the same bytes have to be offered again: they may be
    /// encrypted already.
    pub fn poll_write(&mut self, data: &[u8]) -> Nonblocking<usize> {
        let size = self.transfer(|channel| {
            // SAFETY: see the module's head; the slice is as long as said.
            unsafe { raw::libssh2_channel_write_ex(channel, 0, data.as_ptr().cast(), data.len()) }
        });
        self.size(size)
    }

    /// Requests an answer from the remote host, on a channel on which no command was started: sets
    /// an environment variable, which it most likely refuses. `Ready` is the answer, whatever it
    /// says.
    ///
    /// Not libssh2's own keep-alive: a reply to that stays in its list of packets for ever, and
    /// every read of every channel walks through that list.
    pub fn poll_ask(&mut self) -> Nonblocking<()> {
        let (name, value) = ("RJ_ALIVE", "1");
        self.call(|channel| {
            // SAFETY: see the module's head; libssh2 copies both strings.
            unsafe {
                raw::libssh2_channel_setenv_ex(
                    channel,
                    name.as_ptr().cast(),
                    length(name.as_bytes()),
                    value.as_ptr().cast(),
                    length(value.as_bytes()),
                )
            }
        })
    }

    /// Says that nothing more will be sent.
    pub fn poll_send_eof(&mut self) -> Nonblocking<()> {
        // SAFETY: see the module's head.
        self.call(|channel| unsafe { raw::libssh2_channel_send_eof(channel) })
    }

    /// Returns true if the remote host has ended its stream and all of it was read.
    #[must_use]
    pub fn at_eof(&self) -> bool {
        let _guard = self.session.raw();
        // SAFETY: see the module's head.
        unsafe { raw::libssh2_channel_eof(self.raw.as_ptr()) == 1 }
    }

    /// Returns true if the remote host has closed the channel; only once it is [`Libssh2Channel::at_eof`]. It then
    /// grants no window any more, and libssh2 fails no write for that.
    pub fn poll_closed(&self) -> Nonblocking<()> {
        // SAFETY: see the module's head.
        self.call(|channel| unsafe { raw::libssh2_channel_wait_closed(channel) })
    }

    /// The receive window now.
    #[must_use]
    pub fn receive_window(&self) -> ReceiveWindow {
        let _guard = self.session.raw();
        let mut queued = 0;
        // SAFETY: see the module's head; libssh2 counts the window down when data is read, not
        // when it arrives, so what is queued is still inside it.
        let window = unsafe {
            raw::libssh2_channel_window_read_ex(
                self.raw.as_ptr(),
                &raw mut queued,
                std::ptr::null_mut(),
            )
        };
        ReceiveWindow {
            queued: u32::try_from(queued).unwrap_or(u32::MAX),
            open: u32::try_from(window.saturating_sub(queued)).unwrap_or(u32::MAX),
        }
    }

    /// Lets the remote host send `bytes` more.
    pub fn poll_grant(&mut self, bytes: u32) -> Nonblocking<()> {
        self.call(|channel| {
            // SAFETY: see the module's head.
            unsafe {
                raw::libssh2_channel_receive_window_adjust2(
                    channel,
                    bytes.into(),
                    1,
                    std::ptr::null_mut(),
                )
            }
        })
    }

    /// Returns the number of bytes that the remote host accepts now. With 0, a write would wait for
    /// the remote host and not for the socket.
    #[must_use]
    pub fn send_window(&self) -> usize {
        let _guard = self.session.raw();
        // SAFETY: see the module's head.
        let window = unsafe {
            raw::libssh2_channel_window_write_ex(self.raw.as_ptr(), std::ptr::null_mut())
        };
        usize::try_from(window).unwrap_or(usize::MAX)
    }

    /// Closes the channel on both sides and keeps the struct.
    pub fn poll_close(&mut self) -> Nonblocking<()> {
        // SAFETY: see the module's head.
        self.call(|channel| unsafe { raw::libssh2_channel_close(channel) })
    }

    /// Closes and frees the channel, or gives it back if the socket was not ready: then call this
    /// again. Dropping the struct instead leaves the freeing to the end of the session.
    ///
    /// # Errors
    /// Gives the channel back.
    pub fn close(self) -> Result<(), Self> {
        // SAFETY: see the module's head. `self` is consumed unless libssh2 still needs it, so
        // nobody can use the freed pointer.
        match self.call(|channel| unsafe { raw::libssh2_channel_free(channel) }) {
            Poll::Pending => Err(self),
            Poll::Ready(_) => Ok(()),
        }
    }

    fn call(&self, run: impl FnOnce(*mut raw::LIBSSH2_CHANNEL) -> libc::c_int) -> Nonblocking<()> {
        let rc = self.transfer(|channel| run(channel) as libc::ssize_t);
        self.size(rc).map_ok(|_| ())
    }

    fn transfer(
        &self,
        run: impl FnOnce(*mut raw::LIBSSH2_CHANNEL) -> libc::ssize_t,
    ) -> libc::ssize_t {
        let _guard = self.session.raw();
        run(self.raw.as_ptr())
    }

    fn size(&self, rc: libc::ssize_t) -> Nonblocking<usize> {
        match usize::try_from(rc) {
            Ok(size) => Poll::Ready(Ok(size)),
            Err(_) => failed(Error::from_session_error(
                &self.session,
                i32::try_from(rc).unwrap_or(raw::LIBSSH2_ERROR_PROTO),
            )),
        }
    }
}

fn failed<T>(error: Error) -> Nonblocking<T> {
    if error.code() == ErrorCode::Session(raw::LIBSSH2_ERROR_EAGAIN) {
        Poll::Pending
    } else {
        Poll::Ready(Err(error))
    }
}
