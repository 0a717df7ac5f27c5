//! Logs in with keys, the server's own prompts and the password, in the order that the ssh
//! configuration asks for, and with one after the other where the server wants several. Never
//! retries a refused answer automatically, and offers no key twice.
//!
//! libssh2 does not report that a refusal was a "partial success", that is, one factor of several.
//! So: a key that was signed with and still "refused" was accepted (the server had said before that
//! it accepts it); after an answer by the user, the list of methods tells, which changes.

mod agent;
mod failure;
mod identities;
mod interactive;
mod key_error;
mod keys;
mod logged_in;
mod openssh;
mod password;
mod public_key;
mod raw;
mod refusal;
mod silence;
mod yielding;

use std::collections::HashSet;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::task::Poll;

use ssh2::ErrorCode;
use zeroize::Zeroizing;

use super::SshError;
use super::connection::{Connection, ConnectionKind};
use super::forward_target::Nonblocking;
use super::libssh2::connection::{Libssh2Connection, step};
use super::poll::{Poller, WaitError};
use super::prompt::{NoAnswer, Prompt, PromptAnswer, Prompter};
use super::resolve::SshTarget;
use super::ticket::Ticket;
use crate::i18n::fl;
pub(crate) use agent::parse_keys;
pub(crate) use identities::{out_of_date, public_line};
pub(crate) use keys::KeyText;
pub use logged_in::LoggedIn;
pub use refusal::AuthRefusal;
use silence::Silence;

/// OpenSSH's order (`PreferredAuthentications` in `ssh_config(5)`), without what libssh2 lacks.
const ORDER: [&str; 3] = ["publickey", "keyboard-interactive", "password"];

/// The methods that ask the user.
const PROMPTING: [&str; 2] = ["keyboard-interactive", "password"];

/// Outcome of a method.
enum AuthOutcome {
    /// Logged in, with this.
    Done(String),
    /// This was right, and the server wants something else as well.
    Partial(String),
    /// The server said no, or there was nothing to try.
    Refused,
}

/// Everything that one login needs.
struct AuthAttempt<'a> {
    connection: &'a Libssh2Connection,
    target: &'a SshTarget,
    prompter: &'a dyn Prompter,
    /// True if the user is not to be prompted: only keys that can be used as they are.
    unasked: bool,
    /// The key to begin with.
    first: Option<&'a [u8]>,
    poller: &'a Poller,
    silence: Silence<'a>,
    user: CString,
    last_words: raw::DisconnectMessage<'a>,
    /// Refused attempts, as text.
    tried: Vec<String>,
    /// The factors that were right.
    passed: Vec<String>,
    /// The methods that the server offers after the factor that was right last, where it said so: to
    /// ask once more uses up one of its tries.
    offered_next: Option<String>,
    /// The methods that the server was last known to offer.
    offers: String,
    /// The user's Kerberos ticket, once it was asked for.
    ticket: Option<Ticket>,
    /// The last key that was right.
    key: Option<Vec<u8>>,
    /// The keys that the server has seen.
    shown: HashSet<Vec<u8>>,
    /// Why it fails, if more is known than that.
    refusal: AuthRefusal,
    /// The obstacle to the method tried last, if it was on this side.
    obstacle: Option<Obstacle>,
    /// True once the user was asked anything.
    asked: bool,
    /// True once anything was sent that is worth a hang-up, or a human's attention.
    answered: bool,
}

/// The reason why a key or a method could not be used, though the server might have taken it.
enum Obstacle {
    /// A prompt that nobody answered.
    Unanswered { prompt: String, reason: String },
    /// A key that no passphrase opened.
    Locked(PathBuf),
}

/// Logs in and says how. The login of a connection that an `ssh` process shares is done.
///
/// # Errors
/// [`SshError::AuthRefused`] with all that was tried, [`SshError::NoAnswer`],
/// [`SshError::Passphrase`]; [`SshError::NeedsOpenssh`] where the target yields, before anything is asked.
pub fn log_in(
    connection: &Connection,
    target: &SshTarget,
    prompter: &dyn Prompter,
    poller: &Poller,
) -> Result<LoggedIn, SshError> {
    match connection.kind() {
        ConnectionKind::Libssh2(connection) => {
            begin(connection, target, prompter, poller)?.finish()
        }
        ConnectionKind::Openssh(connection) => Ok(connection.login().clone()),
    }
}

/// Logs in with keys of the agent and of files that need no passphrase, `first` before the others.
/// Prompts for nothing: the user may never have heard of the host.
///
/// # Errors
/// As [`log_in`], but for those of questions.
pub fn log_in_unasked(
    connection: &Connection,
    target: &SshTarget,
    first: Option<&[u8]>,
    poller: &Poller,
) -> Result<LoggedIn, SshError> {
    let connection = match connection.kind() {
        ConnectionKind::Libssh2(connection) => connection,
        ConnectionKind::Openssh(connection) => return Ok(connection.login().clone()),
    };
    let login = begin(connection, target, &Nobody, poller)?;
    let login = AuthAttempt {
        unasked: true,
        first,
        ..login
    };
    login.finish()
}

/// Whom there is to ask when nobody is to be asked.
struct Nobody;

impl Prompter for Nobody {
    fn ask(&self, _: Prompt) -> PromptAnswer {
        Err(NoAnswer::nobody())
    }

    fn is_attended(&self) -> bool {
        false
    }
}

fn begin<'a>(
    connection: &'a Libssh2Connection,
    target: &'a SshTarget,
    prompter: &'a dyn Prompter,
    poller: &'a Poller,
) -> Result<AuthAttempt<'a>, SshError> {
    let session = connection.session();
    Ok(AuthAttempt {
        connection,
        target,
        prompter,
        unasked: false,
        first: None,
        poller,
        silence: Silence::new(prompter, poller, session, &target.alias),
        user: raw::c_text(&target.user)?,
        last_words: raw::DisconnectMessage::of(session),
        tried: Vec::new(),
        passed: Vec::new(),
        offered_next: None,
        offers: String::new(),
        ticket: None,
        key: None,
        shown: HashSet::new(),
        refusal: AuthRefusal::Plain,
        obstacle: None,
        asked: false,
        answered: false,
    })
}

impl AuthAttempt<'_> {
    fn finish(self) -> Result<LoggedIn, SshError> {
        let session = self.connection.session();
        // Approving a push takes longer than libssh2's minute; the poller has the deadline.
        raw::set_read_timeout(session, raw::A_DAY);
        let result = self.conclude();
        raw::set_read_timeout(session, raw::A_MINUTE);
        result
    }

    fn conclude(mut self) -> Result<LoggedIn, SshError> {
        let offered = self.first_offered()?;
        let result = if self.connection.session().authenticated() {
            Ok(fl!("login-none"))
        } else {
            self.run(&offered)
        };
        match result {
            Ok(how) => Ok(LoggedIn {
                user: self.target.user.clone(),
                how,
                offered,
                refused: self.tried,
                key: self.key,
                needed_user: self.asked || self.silence.was_long(),
            }),
            Err(error) if self.is_cut(&error) => Err(self.hung_up(&offered)),
            // The server has what it asked for, and thinks, or has asked a human elsewhere.
            Err(SshError::Wait(WaitError::TimedOut)) if self.answered => Err(self.was_silent()),
            Err(error) => Err(error),
        }
    }

    /// The methods that the server offers at first. It may ask a human elsewhere before it names any:
    /// with a banner that has an address to visit, or as it did at the login before.
    fn first_offered(&self) -> Result<String, SshError> {
        match self.offered() {
            Err(SshError::Wait(WaitError::TimedOut))
                if !self.prompter.lets_converse() || !self.silence.said().is_empty() =>
            {
                Err(self.was_silent())
            }
            other => other,
        }
    }

    fn was_silent(&self) -> SshError {
        SshError::LoginSilent {
            silent: self.silence.lasts(),
            said: self.silence.said(),
        }
    }

    /// One factor after the other.
    fn run(&mut self, first: &str) -> Result<String, SshError> {
        let mut offered = Some(first.to_owned());
        loop {
            match self.stage(&mut offered)? {
                AuthOutcome::Done(how) => {
                    self.passed.push(how);
                    return Ok(self.passed.join(" + "));
                }
                AuthOutcome::Partial(how) => {
                    self.passed.push(how);
                    offered = self.offered_next.take();
                }
                AuthOutcome::Refused => return Err(self.refused(offered.unwrap_or_default())),
            }
        }
    }

    /// One factor: the methods in order. After a partial success the server's list is not known;
    /// to ask for it counts as a failure there, and to begin its own questions does not, where it
    /// has some.
    fn stage(&mut self, offered: &mut Option<String>) -> Result<AuthOutcome, SshError> {
        let mut conversed = false;
        if offered.is_none() {
            if self.wants("keyboard-interactive") {
                conversed = true;
                match self.keyboard_interactive(None)? {
                    AuthOutcome::Refused => {}
                    other => return Ok(other),
                }
            }
            *offered = Some(self.offered()?);
        }
        let list = offered.clone().unwrap_or_default();
        self.offers.clone_from(&list);
        for method in self.order() {
            if !self.wants(&method) || !has(&list, &method) {
                continue;
            }
            let outcome = match method.as_str() {
                "publickey" => self.public_key()?,
                "keyboard-interactive" if conversed => AuthOutcome::Refused,
                "keyboard-interactive" => {
                    self.yield_to_openssh()?;
                    self.keyboard_interactive(Some(&list))?
                }
                _ => self.password(&list)?,
            };
            if !matches!(outcome, AuthOutcome::Refused) {
                return Ok(outcome);
            }
        }
        Ok(AuthOutcome::Refused)
    }

    fn order(&self) -> Vec<String> {
        if self.target.preferred_auth.is_empty() {
            return ORDER.map(str::to_owned).to_vec();
        }
        self.target.preferred_auth.clone()
    }

    /// Returns true if the user's configuration allows a method.
    fn wants(&self, method: &str) -> bool {
        let allowed = match method {
            "publickey" => self.target.pubkey,
            "keyboard-interactive" => self.target.kbd_interactive && self.asks(),
            "password" => self.target.password && self.asks(),
            _ => false,
        };
        allowed && self.order().iter().any(|name| name == method)
    }

    fn drive<T>(
        &self,
        mut operation: impl FnMut(&ssh2::Session) -> Result<T, ssh2::Error>,
    ) -> Result<T, SshError> {
        self.drive_step(|session| step(operation(session)))
    }

    /// Returns true if the user may be asked anything; in `BatchMode` never, as with ssh.
    fn asks(&self) -> bool {
        !self.unasked && !self.target.batch
    }

    /// As [`Connection::drive`], and tells the user of a long wait.
    fn drive_step<T>(
        &self,
        mut operation: impl FnMut(&ssh2::Session) -> Nonblocking<T>,
    ) -> Result<T, SshError> {
        self.silence.begin();
        let (connection, interest) = (self.connection, || self.connection.interest(true));
        loop {
            if let Poll::Ready(result) = operation(connection.session()) {
                return Ok(result?);
            }
            connection.socket_buffer().flush();
            self.silence.wait(connection.socket(), interest(), None)?;
            connection.socket_buffer().begin_turn();
        }
    }

    /// The methods that the server offers; a `none` login that succeeds offers nothing.
    fn offered(&self) -> Result<String, SshError> {
        let user = &self.target.user;
        match self.drive(|session| session.auth_methods(user).map(str::to_owned)) {
            Err(SshError::Session(_)) if self.connection.session().authenticated() => {
                Ok(String::new())
            }
            other => other,
        }
    }

    /// Returns true if a refused answer was right nevertheless: the list of methods has changed. A
    /// server that hangs up when it is asked for the list did not accept the answer.
    fn was_partial(&mut self, before: Option<&str>, method: &str) -> Result<bool, SshError> {
        let now = match self.offered() {
            Ok(now) => now,
            Err(error) if self.is_cut(&error) => return Ok(false),
            Err(error) => return Err(error),
        };
        let is_partial = before.map_or_else(|| !has(&now, method), |before| now != before);
        self.offered_next = is_partial.then_some(now);
        Ok(is_partial)
    }

    /// True when logged in, false when the server said no; other errors end the login. libssh2
    /// calls a lost connection a refusal, too.
    fn accepted(&mut self, what: &str, result: Result<(), SshError>) -> Result<bool, SshError> {
        match result {
            Ok(()) => Ok(true),
            Err(SshError::Session(error)) if is_refusal(&error) && !self.has_hung_up() => {
                self.obstacle = None;
                self.tried.push(fl!("login-refused", what = what));
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    fn has_hung_up(&self) -> bool {
        self.last_words.get().is_some() || self.connection.socket_buffer().has_ended()
    }

    /// Returns true if the server ended the connection in the middle of the login, for a reason of
    /// its own.
    fn is_cut(&self, error: &SshError) -> bool {
        let told = self.last_words.get().is_some();
        let ended = self.connection.socket_buffer().has_ended() && self.answered;
        matches!(error, SshError::Session(_)) && (told || ended)
    }

    /// The answer; none where nobody could be asked, which leaves what needs no answer.
    ///
    /// # Errors
    /// [`SshError::NoAnswer`] when the user cancels; [`SshError::NeedsOpenssh`] before the first prompt.
    fn ask(&mut self, prompt: Prompt) -> Result<Option<Zeroizing<String>>, SshError> {
        self.yield_to_openssh()?;
        let text = prompt.text();
        let answer = self.prompter.ask(prompt);
        self.silence.begin();
        match answer {
            Ok(answer) => {
                self.asked = true;
                Ok(Some(answer))
            }
            Err(NoAnswer::Nobody(reason)) => {
                self.note_unanswered(text, reason);
                Ok(None)
            }
            Err(NoAnswer::Cancelled(reason)) => Err(SshError::NoAnswer {
                prompt: text,
                reason,
                tried: self.tried_in_words(),
            }),
        }
    }

    /// Lists what was of no use so far: without that there would have been no prompt.
    fn tried_in_words(&self) -> Vec<String> {
        let mut tried = self.tried.clone();
        if let AuthRefusal::NoAgent(variable) = &self.refusal {
            tried.push(fl!("login-no-agent", variable = variable));
        }
        tried
    }

    fn note_unanswered(&mut self, prompt: String, reason: String) {
        self.obstacle = Some(Obstacle::Unanswered { prompt, reason });
    }

    fn note_locked(&mut self, key: &Path) {
        self.obstacle = Some(Obstacle::Locked(key.into()));
    }
}

/// Returns true if a comma-separated list of names contains this one.
fn has(list: &str, name: &str) -> bool {
    list.split(',').any(|item| item == name)
}

fn is_refusal(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Session(
            libssh2_sys::LIBSSH2_ERROR_AUTHENTICATION_FAILED
                | libssh2_sys::LIBSSH2_ERROR_PUBLICKEY_UNVERIFIED
        )
    )
}
