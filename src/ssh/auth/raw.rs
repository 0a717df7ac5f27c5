//! Calls of libssh2 for a login that `ssh2` lacks: a signature that is made elsewhere, a
//! conversation whose messages without a prompt are received too, and the server's last words.
#![allow(unsafe_code)]

use std::cell::RefCell;
use std::collections::HashMap;
use std::ffi::{CStr, CString};
use std::task::Poll;

use libc::{c_char, c_int, c_long, c_uchar, c_void, size_t};
use libssh2_sys as raw;
use ssh2::Session;
use zeroize::Zeroizing;

use crate::ssh::forward_target::Nonblocking;

/// One public key, or certificate, on its way through a login.
///
/// libssh2 asks for the signature in the middle of the call. It gets "again" until there is one, so
/// that an agent or the user is asked outside of libssh2, and only for a key that the server
/// accepts.
pub struct Offer<'a> {
    user: &'a CStr,
    blob: &'a [u8],
    wanted: Option<Vec<u8>>,
    signature: Signature,
}

/// Answer for libssh2 when it asks for the signature.
enum Signature {
    Awaited,
    Unmade,
    Made(Vec<u8>),
}

/// Progress of an offer.
pub enum Progress {
    /// The server takes the key if this gets signed with it.
    Sign(Vec<u8>),
    /// Logged in.
    Done,
}

impl<'a> Offer<'a> {
    /// Nothing is sent yet.
    pub fn new(user: &'a CStr, blob: &'a [u8]) -> Self {
        Self {
            user,
            blob,
            wanted: None,
            signature: Signature::Awaited,
        }
    }

    /// Returns true if the server has accepted the key, and it was signed with: what the server
    /// then refuses is not the key.
    pub fn is_signed(&self) -> bool {
        matches!(self.signature, Signature::Made(_))
    }

    /// The signature without its algorithm's name, or that there is none.
    pub fn sign(&mut self, signature: Option<Vec<u8>>) {
        self.signature = signature.map_or(Signature::Unmade, Signature::Made);
    }

    /// Goes on; to be called until it is done.
    pub fn go_on(&mut self, session: &Session) -> Nonblocking<Progress> {
        let mut own: *mut c_void = (&raw mut *self).cast();
        let mut guard = session.raw();
        let session: *mut raw::LIBSSH2_SESSION = &raw mut *guard;
        // SAFETY: session, texts and `own` outlive the call; the callback gets `own` back and
        // nobody else looks at `self` meanwhile.
        let code = unsafe {
            libssh2_userauth_publickey(
                session,
                self.user.as_ptr(),
                self.blob.as_ptr(),
                self.blob.len(),
                sign,
                &raw mut own,
            )
        };
        if let Some(data) = self.wanted.take() {
            return Poll::Ready(Ok(Progress::Sign(data)));
        }
        outcome(session, code).map(|result| result.map(|()| Progress::Done))
    }
}

/// Goes on with a login by password; to be called until it is done. `ssh2`'s own function makes a copy of the password,
/// and frees it without wiping it.
pub fn send_password(session: &Session, user: &CStr, password: &str) -> Nonblocking<()> {
    let length = |bytes: &[u8]| libc::c_uint::try_from(bytes.len()).unwrap_or(0);
    let mut guard = session.raw();
    let session: *mut raw::LIBSSH2_SESSION = &raw mut *guard;
    // SAFETY: the session is alive, and both texts are as long as said and outlive the call.
    let code = unsafe {
        raw::libssh2_userauth_password_ex(
            session,
            user.as_ptr(),
            length(user.to_bytes()),
            password.as_ptr().cast(),
            length(password.as_bytes()),
            None,
        )
    };
    outcome(session, code)
}

/// A question of the server's, and whether its answer may be seen.
pub struct RawPrompt {
    pub text: String,
    pub echo: bool,
}

/// Function that answers prompts: it gets the title and the instruction, both often empty, and the
/// prompts, of which there may be none.
pub type Answers<'a> = dyn FnMut(&str, &str, &[RawPrompt]) -> Vec<Zeroizing<String>> + 'a;

/// A thin pointer to the function that answers.
struct PromptListener<'a>(&'a mut Answers<'a>);

/// Goes on with a keyboard-interactive login; to be called until it is done.
pub fn converse<'a>(
    session: &Session,
    user: &CStr,
    answers: &'a mut Answers<'a>,
) -> Nonblocking<()> {
    let mut listener = PromptListener(answers);
    let mut guard = session.raw();
    let session: *mut raw::LIBSSH2_SESSION = &raw mut *guard;
    let length = libc::c_uint::try_from(user.count_bytes()).unwrap_or(0);
    // SAFETY: libssh2 hands its own pointer to the callback. It points to `listener` during the call
    // and is put back after it.
    let code = unsafe {
        let place = libssh2_session_abstract(session);
        let before = place.replace((&raw mut listener).cast());
        let code = raw::libssh2_userauth_keyboard_interactive_ex(
            session,
            user.as_ptr(),
            length,
            Some(respond),
        );
        *place = before;
        code
    };
    outcome(session, code)
}

thread_local! {
    /// By the address of the session.
    static LAST_WORDS: RefCell<HashMap<usize, String>> = RefCell::default();
}

/// Listens to why the server hangs up.
pub struct DisconnectMessage<'a> {
    session: &'a Session,
    key: usize,
}

impl<'a> DisconnectMessage<'a> {
    /// Begins to listen.
    pub fn of(session: &'a Session) -> Self {
        Self::listen(session, Some(hung_up));
        let key = (&raw const *session.raw()).addr();
        LAST_WORDS.with_borrow_mut(|words| words.remove(&key));
        Self { session, key }
    }

    /// Returns the server's message, if it has hung up with one.
    pub fn get(&self) -> Option<String> {
        LAST_WORDS.with_borrow(|words| words.get(&self.key).cloned())
    }

    fn listen(session: &Session, callback: Option<Disconnected>) {
        let mut guard = session.raw();
        let session: *mut raw::LIBSSH2_SESSION = &raw mut *guard;
        // SAFETY: the function has the type that libssh2 calls it with
        // (`LIBSSH2_DISCONNECT_FUNC`); it takes any function's address.
        unsafe {
            let callback =
                callback.map(|callback| std::mem::transmute::<Disconnected, AnyFunction>(callback));
            libssh2_session_callback_set2(session, CALLBACK_DISCONNECT, callback);
        }
    }
}

impl Drop for DisconnectMessage<'_> {
    fn drop(&mut self) {
        Self::listen(self.session, None);
        LAST_WORDS.with_borrow_mut(|words| words.remove(&self.key));
    }
}

/// Time that libssh2 waits for an answer by default, in seconds.
pub const A_MINUTE: c_long = 60;
/// More than any deadline.
pub const A_DAY: c_long = 86_400;

/// Sets how long libssh2 waits for an answer, in seconds, before it takes that for a refusal.
pub fn set_read_timeout(session: &Session, seconds: c_long) {
    let mut guard = session.raw();
    // SAFETY: the session is alive and locked; the call sets a number in it.
    unsafe { libssh2_session_set_read_timeout(&raw mut *guard, seconds) }
}

fn outcome(session: *mut raw::LIBSSH2_SESSION, code: c_int) -> Nonblocking<()> {
    match code {
        0 => Poll::Ready(Ok(())),
        raw::LIBSSH2_ERROR_EAGAIN => Poll::Pending,
        code => Poll::Ready(Err(ssh2::Error::from_session_error_raw(session, code))),
    }
}

// What `libssh2_sys` does not declare; from libssh2.h, since 1.11.1.
type AnyFunction = unsafe extern "C" fn();
type Sign = unsafe extern "C" fn(
    *mut raw::LIBSSH2_SESSION,
    *mut *mut c_uchar,
    *mut size_t,
    *const c_uchar,
    size_t,
    *mut *mut c_void,
) -> c_int;
type Disconnected = unsafe extern "C" fn(
    *mut raw::LIBSSH2_SESSION,
    c_int,
    *const c_char,
    c_int,
    *const c_char,
    c_int,
    *mut *mut c_void,
);
const CALLBACK_DISCONNECT: c_int = 2;

unsafe extern "C" {
    fn libssh2_session_abstract(session: *mut raw::LIBSSH2_SESSION) -> *mut *mut c_void;
    fn libssh2_session_callback_set2(
        session: *mut raw::LIBSSH2_SESSION,
        kind: c_int,
        callback: Option<AnyFunction>,
    ) -> Option<AnyFunction>;
    fn libssh2_session_set_read_timeout(session: *mut raw::LIBSSH2_SESSION, seconds: c_long);
    fn libssh2_userauth_publickey(
        session: *mut raw::LIBSSH2_SESSION,
        user: *const c_char,
        key: *const c_uchar,
        key_length: size_t,
        sign: Sign,
        own: *mut *mut c_void,
    ) -> c_int;
}

/// A copy that libssh2 may free. It wipes those of answers.
fn malloced(bytes: &[u8]) -> *mut c_uchar {
    // SAFETY: the copy goes into memory of that size.
    unsafe {
        let copy: *mut c_uchar = libc::malloc(bytes.len().max(1)).cast();
        if !copy.is_null() {
            copy.copy_from_nonoverlapping(bytes.as_ptr(), bytes.len());
        }
        copy
    }
}

/// Returns the bytes that libssh2 passes as address and length; the address may be null, and the
/// length 0.
fn bytes<'a>(start: *const c_uchar, length: usize) -> &'a [u8] {
    if start.is_null() || length == 0 {
        return &[];
    }
    // SAFETY: it is libssh2's own, alive while its callback runs, and used no longer than that.
    unsafe { std::slice::from_raw_parts(start, length) }
}

fn text(start: *const c_char, length: c_int) -> String {
    let length = usize::try_from(length).unwrap_or(0);
    String::from_utf8_lossy(bytes(start.cast(), length)).into_owned()
}

unsafe extern "C" fn sign(
    _session: *mut raw::LIBSSH2_SESSION,
    signature: *mut *mut c_uchar,
    signature_length: *mut size_t,
    data: *const c_uchar,
    length: size_t,
    own: *mut *mut c_void,
) -> c_int {
    // SAFETY: `own` is what `go_on` passed.
    let offer: &mut Offer<'_> = unsafe { &mut *(*own).cast() };
    match &offer.signature {
        Signature::Awaited => {
            offer.wanted = Some(bytes(data, length).to_vec());
            raw::LIBSSH2_ERROR_EAGAIN
        }
        Signature::Unmade => raw::LIBSSH2_ERROR_AUTHENTICATION_FAILED,
        Signature::Made(made) => {
            // SAFETY: libssh2 passes the places for both.
            unsafe {
                *signature = malloced(made);
                *signature_length = made.len();
            }
            0
        }
    }
}

extern "C" fn respond(
    name: *const c_char,
    name_length: c_int,
    instruction: *const c_char,
    instruction_length: c_int,
    count: c_int,
    prompts: *const raw::LIBSSH2_USERAUTH_KBDINT_PROMPT,
    responses: *mut raw::LIBSSH2_USERAUTH_KBDINT_RESPONSE,
    own: *mut *mut c_void,
) {
    let count = usize::try_from(count).unwrap_or(0);
    let mut asked = Vec::new();
    for number in 0..count {
        // SAFETY: libssh2 passes as many prompts as it says.
        let prompt = unsafe { &*prompts.add(number) };
        let words = bytes(prompt.text.cast_const(), prompt.length);
        asked.push(RawPrompt {
            text: String::from_utf8_lossy(words).into_owned(),
            echo: prompt.echo != 0,
        });
    }
    // SAFETY: `own` is libssh2's pointer, which `converse` has set to its listener.
    let listener: &mut PromptListener<'_> = unsafe { &mut *(*own).cast() };
    let (name, instruction) = (
        text(name, name_length),
        text(instruction, instruction_length),
    );
    let given = (listener.0)(&name, &instruction, &asked);
    for (number, answer) in given.iter().take(count).enumerate() {
        // SAFETY: there is a zeroed response for each prompt.
        let response = unsafe { &mut *responses.add(number) };
        response.text = malloced(answer.as_bytes()).cast();
        if !response.text.is_null() {
            response.length = libc::c_uint::try_from(answer.len()).unwrap_or(0);
        }
    }
}

unsafe extern "C" fn hung_up(
    session: *mut raw::LIBSSH2_SESSION,
    _reason: c_int,
    message: *const c_char,
    length: c_int,
    _language: *const c_char,
    _language_length: c_int,
    _own: *mut *mut c_void,
) {
    LAST_WORDS.with_borrow_mut(|words| words.insert(session.addr(), text(message, length)));
}

/// The account's name as libssh2 wants it; none has a NUL in it.
pub fn c_text(text: &str) -> Result<CString, ssh2::Error> {
    Ok(CString::new(text)?)
}
