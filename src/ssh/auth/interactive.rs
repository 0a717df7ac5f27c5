//! The server's own questions (RFC 4256): a password, a code, a new password, in any number.

use std::net::Shutdown;

use zeroize::Zeroizing;

use super::raw::{RawPrompt, converse};
use super::{AuthAttempt, AuthOutcome};
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::prompt::{Prompt, in_lines, one_line};

/// The most messages of one conversation. A server that wants a password, a code and a new password sends four; one
/// that is answered automatically (`SSH_ASKPASS`, or no prompt at all) could go on for ever.
const MESSAGES: usize = 30;

impl AuthAttempt<'_> {
    /// Answers the server's prompts, and starts over after a refusal as ssh does. `offered` is the
    /// server's list, where it is known.
    pub(super) fn keyboard_interactive(
        &mut self,
        offered: Option<&str>,
    ) -> Result<AuthOutcome, SshError> {
        let what = fl!("login-keyboard-interactive");
        if !self.prompter.lets_converse() {
            self.note_unanswered(what, fl!("session-nobody"));
            return Ok(AuthOutcome::Refused);
        }
        let attempts = self.target.password_prompts;
        for attempt in 0..attempts {
            let (asked, result) = self.conversation(attempt > 0)?;
            if self.accepted(&what, result)? {
                return Ok(AuthOutcome::Done(what));
            }
            if !asked {
                self.tried.pop();
            }
            // No question at all: the method is not, or no longer, to be had.
            let is_over = !asked || attempt + 1 == attempts;
            let may_be_partial = asked || attempt > 0;
            if is_over && may_be_partial && self.was_partial(offered, "keyboard-interactive")? {
                self.tried.pop();
                return Ok(AuthOutcome::Partial(what));
            }
            if is_over {
                break;
            }
        }
        Ok(AuthOutcome::Refused)
    }

    /// One conversation, `again` after a refused one; whether anything was asked, and what it came to.
    fn conversation(&mut self, again: bool) -> Result<(bool, Result<(), SshError>), SshError> {
        let (mut asked, mut unanswered, mut messages) = (false, None, 0);
        // The server may reach for the user at once, as with a push.
        self.answered = true;
        let result = {
            let mut answers = |name: &str, instruction: &str, prompts: &[RawPrompt]| {
                messages += 1;
                if messages > MESSAGES {
                    let _ = self.connection.socket().shutdown(Shutdown::Both);
                    return Vec::new();
                }
                let heading = in_lines(&format!("{name}\n{instruction}"));
                if prompts.is_empty() && !heading.is_empty() {
                    self.silence.hear(one_line(&heading));
                }
                // Only the first one: what follows it is asked because that was right.
                let again = again && !asked;
                asked |= !prompts.is_empty();
                let answers = self.answers(&heading, prompts, again);
                self.silence.begin();
                match answers {
                    Ok(answers) => answers,
                    Err(error) => {
                        // libssh2 would send empty answers, which the server counts as wrong.
                        let _ = self.connection.socket().shutdown(Shutdown::Both);
                        unanswered = Some(error);
                        Vec::new()
                    }
                }
            };
            self.drive_step(|session| converse(session, &self.user, &mut answers))
        };
        self.asked |= asked;
        if messages > MESSAGES {
            self.tried.push(fl!("login-endless", count = MESSAGES));
            return Err(self.refused(String::new()));
        }
        match unanswered {
            Some(error) => Err(error),
            None => Ok((asked, result)),
        }
    }

    fn answers(
        &self,
        heading: &str,
        prompts: &[RawPrompt],
        again: bool,
    ) -> Result<Vec<Zeroizing<String>>, SshError> {
        let mut answers = Vec::with_capacity(prompts.len());
        for (at, prompt) in prompts.iter().enumerate() {
            let prompt = Prompt::Interactive {
                user: self.target.user.clone(),
                host: self.target.alias.clone(),
                instruction: heading.to_owned(),
                text: prompt.text.clone(),
                echo: prompt.echo,
                again: again && at == 0,
            };
            let text = prompt.text();
            let answer = self.prompter.ask(prompt);
            answers.push(answer.map_err(|reason| SshError::NoAnswer {
                prompt: text,
                reason: reason.to_string(),
                tried: self.tried_in_words(),
            })?);
        }
        Ok(answers)
    }
}
