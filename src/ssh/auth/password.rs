//! The account's password (RFC 4252 section 8).

use ssh2::ErrorCode;

use super::{AuthAttempt, AuthOutcome, AuthRefusal, raw};
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::prompt::Prompt;

impl AuthAttempt<'_> {
    pub(super) fn password(&mut self, offered: &str) -> Result<AuthOutcome, SshError> {
        let what = fl!("login-password");
        for attempt in 0..self.target.password_prompts {
            let prompt = Prompt::Password {
                user: self.target.user.clone(),
                host: self.target.alias.clone(),
                again: attempt > 0,
            };
            let Some(password) = self.ask(prompt)? else {
                return Ok(AuthOutcome::Refused);
            };
            self.answered = true;
            let user = &self.user;
            let result = self.drive_step(|session| raw::send_password(session, user, &password));
            if is_expired(&result) {
                self.refusal = AuthRefusal::PasswordExpired;
                return Err(self.refused(offered.to_owned()));
            }
            if self.accepted(&what, result)? {
                return Ok(AuthOutcome::Done(what));
            }
            if self.was_partial(Some(offered), "password")? {
                self.tried.pop();
                return Ok(AuthOutcome::Partial(what));
            }
        }
        Ok(AuthOutcome::Refused)
    }
}

/// `SSH_MSG_USERAUTH_PASSWD_CHANGEREQ`: the server wants a new password first.
fn is_expired(result: &Result<(), SshError>) -> bool {
    matches!(result, Err(SshError::Session(error))
        if error.code() == ErrorCode::Session(libssh2_sys::LIBSSH2_ERROR_PASSWORD_EXPIRED))
}
