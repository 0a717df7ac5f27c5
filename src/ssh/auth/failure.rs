//! The error that tells of a login that failed.

use super::refusal::AuthRefusal;
use super::{AuthAttempt, Obstacle, PROMPTING, has};
use crate::i18n::fl;
use crate::ssh::error::{RefusedLogin, SshError};
use crate::ssh::prompt::one_line;

impl AuthAttempt<'_> {
    /// The end of a login that the server cut short.
    pub(super) fn hung_up(&mut self, offered: &str) -> SshError {
        let words = self.last_words.get().map(|words| one_line(&words));
        let too_many = words
            .as_ref()
            .is_some_and(|words| words.contains("Too many auth"));
        self.refusal = if too_many {
            AuthRefusal::TooManyTries
        } else {
            AuthRefusal::HungUp
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

    /// Returns the error after the last method, by the obstacle.
    pub(super) fn refused(&mut self, offered: String) -> SshError {
        let is_final = matches!(
            self.refusal,
            AuthRefusal::HungUp | AuthRefusal::PasswordExpired
        );
        if let Some(error) = self.yields_at_the_end().filter(|_| !is_final) {
            return error;
        }
        match self.obstacle.take() {
            Some(Obstacle::Unanswered { prompt, reason }) => {
                return SshError::NoAnswer {
                    prompt,
                    reason,
                    tried: self.tried_in_words(),
                };
            }
            Some(Obstacle::Locked(key)) => return SshError::Passphrase { key },
            None => {}
        }
        if self.target.batch && PROMPTING.iter().any(|method| has(&offered, method)) {
            self.tried.push(fl!("login-batch"));
        }
        let refusal = std::mem::take(&mut self.refusal);
        let refusal = match refusal {
            // A user who was prompted had another way in.
            AuthRefusal::NoAgent(_) if self.asked => AuthRefusal::Plain,
            other => other,
        };
        let refusal = refusal.or_else(self.target, &self.passed, &offered);
        let refusal = self.for_want_of_a_ticket(refusal);
        SshError::AuthRefused(Box::new(RefusedLogin {
            user: self.target.user.clone(),
            tried: std::mem::take(&mut self.tried),
            offered,
            refusal,
            said: self.silence.said(),
        }))
    }
}
