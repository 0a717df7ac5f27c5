//! Logging in: keys, the server's own questions, password, in the order that the ssh configuration
//! asks for, and one after the other where the server wants several. A refused answer is never
//! tried again by itself, and no key is offered twice.
//!
//! libssh2 hides whether a refusal was a "partial success", that is one factor of several. So: a
//! key that was signed with and still "refused" was taken (the server had said before that it
//! takes it); after an answer of the person's, the list of methods tells, which changes.

mod agent;
mod blob;
mod identities;
mod interactive;
mod keys;
mod openssh;
mod password;
mod public_key;
mod raw;
mod refusal;
mod silence;

use std::collections::HashSet;
use std::ffi::CString;
use std::path::{Path, PathBuf};
use std::task::Poll;

use ssh2::ErrorCode;
use zeroize::Zeroizing;

use super::channel::Step;
use super::connection::{Connection, step};
use super::poll::{WaitError, Waiter};
use super::prompt::{Answer, Ask, Question, Unanswered, one_line};
use super::resolve::Target;
use super::{Error, RefusedLogin};
use crate::i18n::say;
pub use refusal::Refusal;
use silence::Silence;

/// OpenSSH's order (`PreferredAuthentications` in `ssh_config(5)`), without what libssh2 lacks.
const ORDER: [&str; 3] = ["publickey", "keyboard-interactive", "password"];

/// The methods that ask the user.
const PROMPTING: [&str; 2] = ["keyboard-interactive", "password"];

/// What a method came to.
enum Outcome {
    /// Logged in, with this.
    Done(String),
    /// This was right, and the server wants something else as well.
    Partial(String),
    /// The server said no, or there was nothing to try.
    Refused,
}

/// Everything that one login needs.
struct Login<'a> {
    connection: &'a Connection,
    target: &'a Target,
    asker: &'a dyn Ask,
    /// Nobody is to be asked anything: only keys that can be used as they are.
    unasked: bool,
    /// The key to begin with.
    first: Option<&'a [u8]>,
    waiter: &'a Waiter,
    silence: Silence<'a>,
    user: CString,
    last_words: raw::LastWords<'a>,
    /// What was refused, in words.
    tried: Vec<String>,
    /// The factors that were right.
    passed: Vec<String>,
    /// The methods that the server offers after the factor that was right last, where it said so: to
    /// ask once more uses up one of its tries.
    offered_next: Option<String>,
    /// The last key that was right.
    key: Option<Vec<u8>>,
    /// The keys that the server has seen.
    shown: HashSet<Vec<u8>>,
    /// Why it fails, if more is known than that.
    refusal: Refusal,
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
    Unanswered { question: String, reason: String },
    /// A key that no passphrase opened.
    Locked(PathBuf),
}

/// How a login came about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedIn {
    /// The account.
    pub user: String,
    /// What did it; several factors are joined by a plus sign.
    pub how: String,
    /// The methods that the server offered at first.
    pub offered: String,
    /// What was refused before, in words.
    pub refused: Vec<String>,
    /// The key that did it, or was one factor of it.
    pub key: Option<Vec<u8>>,
    /// True if the user had a part in it: a prompt was answered, or a wait was long.
    pub needed_user: bool,
}

impl LoggedIn {
    /// The login step by step, in words, for `doctor`.
    #[must_use]
    pub fn steps(&self) -> Vec<String> {
        let offered = (!self.offered.is_empty())
            .then(|| say!("login-offered", offered = self.offered.as_str()));
        let (user, how) = (self.user.as_str(), self.how.as_str());
        let done = say!("login-done", user = user, how = how);
        let refused = self.refused.iter().cloned();
        offered.into_iter().chain(refused).chain([done]).collect()
    }
}

/// Logs in and says how.
///
/// # Errors
/// [`Error::AuthRefused`] with all that was tried, [`Error::NoAnswer`], [`Error::Passphrase`].
pub fn log_in(
    connection: &Connection,
    target: &Target,
    asker: &dyn Ask,
    waiter: &Waiter,
) -> Result<LoggedIn, Error> {
    begin(connection, target, asker, waiter)?.finish()
}

/// Logs in with keys of the agent and of files that need no passphrase, `first` before the others: to
/// a host of which the person may never have heard, so nothing is asked.
///
/// # Errors
/// As [`log_in`], but for those of questions.
pub fn log_in_unasked(
    connection: &Connection,
    target: &Target,
    first: Option<&[u8]>,
    waiter: &Waiter,
) -> Result<LoggedIn, Error> {
    let login = begin(connection, target, &Nobody, waiter)?;
    let login = Login {
        unasked: true,
        first,
        ..login
    };
    login.finish()
}

/// Whom there is to ask when nobody is to be asked.
struct Nobody;

impl Ask for Nobody {
    fn ask(&self, _: Question) -> Answer {
        Err(Unanswered::nobody())
    }

    fn is_attended(&self) -> bool {
        false
    }
}

fn begin<'a>(
    connection: &'a Connection,
    target: &'a Target,
    asker: &'a dyn Ask,
    waiter: &'a Waiter,
) -> Result<Login<'a>, Error> {
    let session = connection.session();
    Ok(Login {
        connection,
        target,
        asker,
        unasked: false,
        first: None,
        waiter,
        silence: Silence::new(asker, waiter, session, &target.alias),
        user: raw::c_text(&target.user)?,
        last_words: raw::LastWords::of(session),
        tried: Vec::new(),
        passed: Vec::new(),
        offered_next: None,
        key: None,
        shown: HashSet::new(),
        refusal: Refusal::Plain,
        obstacle: None,
        asked: false,
        answered: false,
    })
}

impl Login<'_> {
    fn finish(self) -> Result<LoggedIn, Error> {
        let session = self.connection.session();
        // Whoever approves a push takes longer than libssh2's minute; the waiter has the deadline.
        raw::set_read_timeout(session, raw::A_DAY);
        let result = self.conclude();
        raw::set_read_timeout(session, raw::A_MINUTE);
        result
    }

    fn conclude(mut self) -> Result<LoggedIn, Error> {
        let offered = self.first_offered()?;
        let result = if self.connection.session().authenticated() {
            Ok(say!("login-none"))
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
            Err(Error::Wait(WaitError::TimedOut)) if self.answered => Err(self.was_silent()),
            Err(error) => Err(error),
        }
    }

    /// The methods that the server offers at first. It may ask a human elsewhere before it names any:
    /// with a banner that has an address to visit, or as it did at the login before.
    fn first_offered(&self) -> Result<String, Error> {
        match self.offered() {
            Err(Error::Wait(WaitError::TimedOut))
                if !self.asker.lets_converse() || !self.silence.said().is_empty() =>
            {
                Err(self.was_silent())
            }
            other => other,
        }
    }

    fn was_silent(&self) -> Error {
        Error::LoginSilent {
            silent: self.silence.lasts(),
            said: self.silence.said(),
        }
    }

    /// One factor after the other.
    fn run(&mut self, first: &str) -> Result<String, Error> {
        let mut offered = Some(first.to_owned());
        loop {
            match self.stage(&mut offered)? {
                Outcome::Done(how) => {
                    self.passed.push(how);
                    return Ok(self.passed.join(" + "));
                }
                Outcome::Partial(how) => {
                    self.passed.push(how);
                    offered = self.offered_next.take();
                }
                Outcome::Refused => return Err(self.refused(offered.unwrap_or_default())),
            }
        }
    }

    /// One factor: the methods in order. After a partial success the server's list is not known;
    /// to ask for it counts as a failure there, and to begin its own questions does not, where it
    /// has some.
    fn stage(&mut self, offered: &mut Option<String>) -> Result<Outcome, Error> {
        let mut conversed = false;
        if offered.is_none() {
            if self.wants("keyboard-interactive") {
                conversed = true;
                match self.keyboard_interactive(None)? {
                    Outcome::Refused => {}
                    other => return Ok(other),
                }
            }
            *offered = Some(self.offered()?);
        }
        let list = offered.clone().unwrap_or_default();
        for method in self.order() {
            if !self.wants(&method) || !has(&list, &method) {
                continue;
            }
            let outcome = match method.as_str() {
                "publickey" => self.public_key()?,
                "keyboard-interactive" if conversed => Outcome::Refused,
                "keyboard-interactive" => self.keyboard_interactive(Some(&list))?,
                _ => self.password(&list)?,
            };
            if !matches!(outcome, Outcome::Refused) {
                return Ok(outcome);
            }
        }
        Ok(Outcome::Refused)
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
    ) -> Result<T, Error> {
        self.drive_step(|session| step(operation(session)))
    }

    /// Returns true if the user may be asked anything; in `BatchMode` never, as with ssh.
    fn asks(&self) -> bool {
        !self.unasked && !self.target.batch
    }

    /// As [`Connection::drive`], and tells the user of a long wait.
    fn drive_step<T>(
        &self,
        mut operation: impl FnMut(&ssh2::Session) -> Step<T>,
    ) -> Result<T, Error> {
        self.silence.begin();
        let (connection, interest) = (self.connection, || self.connection.interest());
        loop {
            if let Poll::Ready(result) = operation(connection.session()) {
                return Ok(result?);
            }
            connection.wire().flush();
            self.silence.wait(connection.socket(), interest(), None)?;
        }
    }

    /// The methods that the server offers; a `none` login that succeeds offers nothing.
    fn offered(&self) -> Result<String, Error> {
        let user = &self.target.user;
        match self.drive(|session| session.auth_methods(user).map(str::to_owned)) {
            Err(Error::Session(_)) if self.connection.session().authenticated() => {
                Ok(String::new())
            }
            other => other,
        }
    }

    /// Whether an answer that was refused was right nevertheless: the list of methods is another
    /// one then. A server that hangs up over the question did not take it.
    fn was_partial(&mut self, before: Option<&str>, method: &str) -> Result<bool, Error> {
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
    fn accepted(&mut self, what: &str, result: Result<(), Error>) -> Result<bool, Error> {
        match result {
            Ok(()) => Ok(true),
            Err(Error::Session(error)) if is_refusal(&error) && !self.has_hung_up() => {
                self.obstacle = None;
                self.tried.push(say!("login-refused", what = what));
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    fn has_hung_up(&self) -> bool {
        self.last_words.get().is_some() || self.connection.wire().has_ended()
    }

    /// Whether the server ended the connection in the middle of the login, for a reason of its own.
    fn is_cut(&self, error: &Error) -> bool {
        let told = self.last_words.get().is_some();
        let ended = self.connection.wire().has_ended() && self.answered;
        matches!(error, Error::Session(_)) && (told || ended)
    }

    /// The answer; none where nobody could be asked, which leaves what needs no answer.
    ///
    /// # Errors
    /// [`Error::NoAnswer`] when the user cancels.
    fn ask(&mut self, question: Question) -> Result<Option<Zeroizing<String>>, Error> {
        let text = question.text();
        let answer = self.asker.ask(question);
        self.silence.begin();
        match answer {
            Ok(answer) => {
                self.asked = true;
                Ok(Some(answer))
            }
            Err(Unanswered::Nobody(reason)) => {
                self.note_unanswered(text, reason);
                Ok(None)
            }
            Err(Unanswered::Cancelled(reason)) => Err(Error::NoAnswer {
                question: text,
                reason,
                tried: self.tried_in_words(),
            }),
        }
    }

    /// What was of no use so far: a question would not have come without that.
    fn tried_in_words(&self) -> Vec<String> {
        let mut tried = self.tried.clone();
        if let Refusal::NoAgent(variable) = &self.refusal {
            tried.push(say!("login-no-agent", variable = variable));
        }
        tried
    }

    fn note_unanswered(&mut self, question: String, reason: String) {
        self.obstacle = Some(Obstacle::Unanswered { question, reason });
    }

    fn note_locked(&mut self, key: &Path) {
        self.obstacle = Some(Obstacle::Locked(key.into()));
    }

    /// The end of a login that the server cut short.
    fn hung_up(&mut self, offered: &str) -> Error {
        let words = self.last_words.get().map(|words| one_line(&words));
        let too_many = words
            .as_ref()
            .is_some_and(|words| words.contains("Too many auth"));
        self.refusal = if too_many {
            Refusal::TooManyTries
        } else {
            Refusal::HungUp
        };
        if let Some(words) = words {
            self.silence.hear(words);
        }
        // What sshd says of an account that is closed comes as a banner, and then it hangs up:
        // libssh2 takes the banner up only when it is asked for methods.
        let _ = self.connection.session().auth_methods(&self.target.user);
        self.obstacle = None;
        self.refused(offered.to_owned())
    }

    fn refused(&mut self, offered: String) -> Error {
        match self.obstacle.take() {
            Some(Obstacle::Unanswered { question, reason }) => {
                return Error::NoAnswer {
                    question,
                    reason,
                    tried: self.tried_in_words(),
                };
            }
            Some(Obstacle::Locked(key)) => return Error::Passphrase { key },
            None => {}
        }
        if self.target.batch && PROMPTING.iter().any(|method| has(&offered, method)) {
            self.tried.push(say!("login-batch"));
        }
        let refusal = std::mem::take(&mut self.refusal);
        let refusal = match refusal {
            // Whoever was asked had another way in.
            Refusal::NoAgent(_) if self.asked => Refusal::Plain,
            other => other,
        };
        let refusal = refusal.or_else(self.target, &self.passed, &offered);
        Error::AuthRefused(Box::new(RefusedLogin {
            user: self.target.user.clone(),
            tried: std::mem::take(&mut self.tried),
            offered,
            refusal,
            said: self.silence.said(),
        }))
    }
}

/// Whether a list of names, parted by commas, has one.
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
