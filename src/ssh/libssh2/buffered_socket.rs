//! The bytes between libssh2 and its socket.
//!
//! libssh2 sends and receives through functions of ours. Ours takes all that is to be sent and
//! keeps what the socket does not, because a packet that libssh2 has to send in two parts is a
//! trap: the rest goes out only from a second call with the same packet *at the same address*, and
//! some packets (end of file, the answer to a keep-alive on a channel) stand on the stack of that
//! call. From another stack depth they never match, and nothing can be sent on the connection ever
//! after.
//!
//! The receiving side gives out an allowance: libssh2 reads until the socket is empty. During a fast
//! download that is a long time for everybody else, and a server that never stops sending would keep
//! it from ever coming back, past every deadline and past Ctrl-C.
#![allow(unsafe_code)]

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsRawFd, RawFd};
use std::rc::{Rc, Weak};
use std::time::Instant;

use libc::{c_int, c_void, size_t, ssize_t};
use libssh2_sys as raw;
use ssh2::Session;

use crate::ssh::greeting::is_endless;
use crate::ssh::offer::LONGEST;
use crate::ssh::transport::{Stream, Transport};

/// With more than this on its way out, nothing new is read from local sockets.
const CONGESTED: usize = 256 << 10;

/// With more than this on its way out the connection ends. Only a server that has its requests answered
/// and does not read the answers comes so far: what is forwarded stops at [`CONGESTED`].
const OVERFLOWING: usize = 4 << 20;

/// Number of bytes that libssh2 may take in before whoever called it looks at the time again.
const TURN: usize = 1 << 20;

thread_local! {
    /// By the descriptor that libssh2 knows. (Its own pointer for such things is taken: `ssh2`
    /// uses it while it asks keyboard-interactive questions.)
    static WIRES: RefCell<HashMap<RawFd, Weak<BufferedSocket>>> = RefCell::default();
}

/// One session's socket, and what could not be sent yet.
pub struct BufferedSocket {
    transport: Transport,
    key: RawFd,
    outbox: RefCell<VecDeque<u8>>,
    /// Number of bytes that libssh2 may still take in.
    allowance: Cell<usize>,
    /// Time at which bytes last arrived; libssh2 does not report it.
    last_received: Cell<Instant>,
    unanswered: Cell<Option<Instant>>,
    ended: Cell<bool>,
    /// The server's first bytes, up to the end of the handshake.
    greeting: RefCell<Option<Vec<u8>>>,
}

impl BufferedSocket {
    /// Puts itself between a session, before its handshake, and a stream that does not block.
    ///
    /// # Errors
    /// When the process has no file descriptors left.
    pub fn attach(session: &mut Session, transport: Transport) -> std::io::Result<Rc<Self>> {
        let theirs = transport.stream.try_clone()?;
        let socket_buffer = Rc::new(Self {
            transport,
            key: theirs.as_raw_fd(),
            outbox: RefCell::default(),
            allowance: Cell::new(TURN),
            last_received: Cell::new(Instant::now()),
            unanswered: Cell::new(None),
            ended: Cell::new(false),
            greeting: RefCell::new(Some(Vec::new())),
        });
        session.set_tcp_stream(theirs);
        WIRES.with_borrow_mut(|wires| {
            wires.insert(socket_buffer.key, Rc::downgrade(&socket_buffer))
        });
        let mut guard = session.raw();
        let session: *mut raw::LIBSSH2_SESSION = &raw mut *guard;
        // SAFETY: the session is alive, and the functions have the types that libssh2 calls them
        // with (`LIBSSH2_SEND_FUNC` and `LIBSSH2_RECV_FUNC`); it takes any function's address.
        unsafe {
            let send = std::mem::transmute::<SendFunction, AnyFunction>(send);
            let receive = std::mem::transmute::<ReceiveFunction, AnyFunction>(receive);
            libssh2_session_callback_set2(session, CALLBACK_SEND, Some(send));
            libssh2_session_callback_set2(session, CALLBACK_RECEIVE, Some(receive));
        }
        drop(guard);
        Ok(socket_buffer)
    }

    /// The socket, for waiting.
    pub fn socket(&self) -> &Stream {
        &self.transport.stream
    }

    /// Sends what was left over. A broken socket is not reported here: reading from it tells.
    pub fn flush(&self) {
        let mut outbox = self.outbox.borrow_mut();
        while !outbox.is_empty() {
            match self.socket().write(outbox.as_slices().0) {
                Ok(size) => drop(outbox.drain(..size)),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => outbox.clear(),
            }
        }
    }

    /// Returns true if something is left to send.
    pub fn wants_to_send(&self) -> bool {
        !self.outbox.borrow().is_empty()
    }

    /// Returns true if new data should wait.
    pub fn is_congested(&self) -> bool {
        self.outbox.borrow().len() >= CONGESTED
    }

    /// Limits the number of bytes that libssh2 sees until the next call of this. When the socket is
    /// empty before, nobody looks into it again until then: each read of each channel would.
    pub fn allow(&self, bytes: usize) {
        self.allowance.set(bytes);
    }

    /// Begins another turn of what is waited for: after each wait.
    pub fn begin_turn(&self) {
        self.allow(TURN);
    }

    /// Returns the time at which the remote host was last heard.
    pub fn heard(&self) -> Instant {
        self.last_received.get()
    }

    /// Returns the time of the first bytes that were sent after the remote host was last heard.
    pub fn unanswered_since(&self) -> Option<Instant> {
        self.unanswered.get()
    }

    /// Returns true if the socket has ended or failed: libssh2's own report of that varies with
    /// what it was about to do.
    pub fn has_ended(&self) -> bool {
        self.ended.get()
    }

    /// Notes that the socket has ended, where nobody reads from it.
    pub fn note_end(&self) {
        self.ended.set(true);
    }

    /// The server's first bytes, which are not kept any longer.
    pub fn take_greeting(&self) -> Vec<u8> {
        self.greeting.take().unwrap_or_default()
    }

    fn keep(&self, bytes: &[u8]) {
        if let Some(kept) = &mut *self.greeting.borrow_mut() {
            let room = LONGEST.saturating_sub(kept.len());
            kept.extend(&bytes[..bytes.len().min(room)]);
        }
    }

    fn send(&self, data: &[u8]) -> std::io::Result<usize> {
        if self.unanswered.get().is_none() {
            self.unanswered.set(Some(Instant::now()));
        }
        let mut outbox = self.outbox.borrow_mut();
        let mut sent = 0;
        if outbox.is_empty() {
            sent = match self.socket().write(data) {
                Ok(size) => size,
                Err(error) if is_again(&error) => 0,
                Err(error) => {
                    self.ended.set(true);
                    return Err(error);
                }
            };
        }
        if outbox.len() > OVERFLOWING {
            self.ended.set(true);
            return Err(ErrorKind::StorageFull.into());
        }
        outbox.extend(&data[sent..]);
        Ok(data.len())
    }

    fn receive(&self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let allowance = self.allowance.get();
        let size = allowance.min(buffer.len());
        if size == 0 {
            return Err(ErrorKind::WouldBlock.into());
        }
        if self.greeting.borrow().as_deref().is_some_and(is_endless) {
            self.ended.set(true);
            return Err(ErrorKind::InvalidData.into());
        }
        let result = self.socket().read(&mut buffer[..size]);
        let left = match &result {
            Ok(got) if *got == size => allowance - size,
            _ => 0,
        };
        self.allowance.set(left);
        match &result {
            Ok(size) if *size > 0 => {
                self.last_received.set(Instant::now());
                self.unanswered.set(None);
                self.keep(&buffer[..*size]);
            }
            Err(error) if is_again(error) => {}
            _ => self.ended.set(true),
        }
        result
    }
}

impl Drop for BufferedSocket {
    fn drop(&mut self) {
        let own: *const Self = self;
        // The descriptor may be another session's by now.
        let _ = WIRES.try_with(|wires| {
            let mut wires = wires.borrow_mut();
            if wires
                .get(&self.key)
                .is_some_and(|socket_buffer| socket_buffer.as_ptr() == own)
            {
                wires.remove(&self.key);
            }
        });
    }
}

fn is_again(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}

/// The wire of a descriptor. libssh2 speaks to an agent through the same functions; an agent's
/// socket, and a session that outlives its connection, have no wire.
fn wire_of(key: RawFd) -> Option<Rc<BufferedSocket>> {
    let socket_buffer = WIRES.try_with(|wires| wires.borrow().get(&key).and_then(Weak::upgrade));
    socket_buffer.ok().flatten()
}

/// An outcome as libssh2 wants it: the size, or the negative error number.
fn outcome(result: std::io::Result<usize>) -> ssize_t {
    match result {
        Ok(size) => ssize_t::try_from(size).unwrap_or(ssize_t::MAX),
        Err(error) if is_again(&error) => -(libc::EAGAIN as ssize_t),
        Err(error) => -(error.raw_os_error().unwrap_or(libc::EIO) as ssize_t),
    }
}

/// Returns the system's result in the same form.
fn system(size: ssize_t) -> ssize_t {
    if size < 0 {
        return outcome(Err(std::io::Error::last_os_error()));
    }
    size
}

// What `libssh2_sys` does not declare; from libssh2.h, since 1.11.1.
type AnyFunction = unsafe extern "C" fn();
type SendFunction =
    unsafe extern "C" fn(c_int, *const c_void, size_t, c_int, *mut *mut c_void) -> ssize_t;
type ReceiveFunction =
    unsafe extern "C" fn(c_int, *mut c_void, size_t, c_int, *mut *mut c_void) -> ssize_t;
const CALLBACK_SEND: c_int = 5;
const CALLBACK_RECEIVE: c_int = 6;

unsafe extern "C" {
    fn libssh2_session_callback_set2(
        session: *mut raw::LIBSSH2_SESSION,
        kind: c_int,
        callback: Option<AnyFunction>,
    ) -> Option<AnyFunction>;
}

unsafe extern "C" fn send(
    socket: c_int,
    data: *const c_void,
    length: size_t,
    flags: c_int,
    _abstract: *mut *mut c_void,
) -> ssize_t {
    let Some(socket_buffer) = wire_of(socket) else {
        // SAFETY: just what libssh2 itself would do.
        return system(unsafe { libc::send(socket, data, length, flags) });
    };
    // SAFETY: libssh2 passes its packet and the packet's length.
    outcome(socket_buffer.send(unsafe { std::slice::from_raw_parts(data.cast(), length) }))
}

unsafe extern "C" fn receive(
    socket: c_int,
    buffer: *mut c_void,
    length: size_t,
    flags: c_int,
    _abstract: *mut *mut c_void,
) -> ssize_t {
    let Some(socket_buffer) = wire_of(socket) else {
        // SAFETY: just what libssh2 itself would do.
        return system(unsafe { libc::recv(socket, buffer, length, flags) });
    };
    // SAFETY: libssh2 passes a buffer inside its session, which was zeroed when allocated, and the
    // room that is left in it.
    outcome(socket_buffer.receive(unsafe { std::slice::from_raw_parts_mut(buffer.cast(), length) }))
}
