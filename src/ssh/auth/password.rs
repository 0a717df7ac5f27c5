//! The account's password (RFC 4252 section 8).

use ssh2::ErrorCode;

use super::{Login, Outcome, Refusal};
use crate::i18n::say;
use crate::ssh::Error;
use crate::ssh::prompt::Question;

impl Login<'_> {
    pub(super) fn password(&mut self, offered: &str) -> Result<Outcome, Error> {
        let what = say!("login-password");
        for attempt in 0..self.target.password_prompts {
            let question = Question::Password {
                user: self.target.user.clone(),
                host: self.target.host.clone(),
                again: attempt > 0,
            };
            let Some(password) = self.ask(question)? else {
                return Ok(Outcome::Refused);
            };
            self.answered = true;
            let user = &self.target.user;
            let result = self.drive(|session| session.userauth_password(user, &password));
            if is_expired(&result) {
                self.refusal = Refusal::PasswordExpired;
                return Err(self.refused(offered.to_owned()));
            }
            if self.accepted(&what, result)? {
                return Ok(Outcome::Done(what));
            }
            if self.was_partial(Some(offered), "password")? {
                self.tried.pop();
                return Ok(Outcome::Partial(what));
            }
        }
        Ok(Outcome::Refused)
    }
}

/// `SSH_MSG_USERAUTH_PASSWD_CHANGEREQ`: the server wants a new password first.
fn is_expired(result: &Result<(), Error>) -> bool {
    matches!(result, Err(Error::Session(error))
        if error.code() == ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_PASSWORD_EXPIRED))
}
