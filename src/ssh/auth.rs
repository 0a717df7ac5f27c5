//! Logging in: agent, key files, keyboard-interactive, password, in the order that the ssh
//! configuration asks for. A refused answer is never tried again by itself.

use std::path::{Path, PathBuf};

use ssh2::ErrorCode;
use zeroize::Zeroizing;

use super::Error;
use super::connection::{Connection, step};
use super::known_hosts::fingerprint;
use super::question::{Ask, Question};
use super::resolve::{AgentChoice, Target};
use super::wait::Waiter;
use crate::words::say;

/// sshd's default `MaxAuthTries` is 6 and closes the connection after that many refusals: a full
/// agent may use five, so that a key file or a password still gets its chance.
const AGENT_TRIES: usize = 5;

/// OpenSSH's order (`PreferredAuthentications` in `ssh_config(5)`), without what libssh2 lacks.
const ORDER: [&str; 3] = ["publickey", "keyboard-interactive", "password"];

/// Everything that one login needs.
struct Login<'a> {
    connection: &'a Connection,
    target: &'a Target,
    asker: &'a dyn Ask,
    waiter: &'a Waiter,
    tried: Vec<String>,
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
) -> Result<String, Error> {
    let mut login = Login {
        connection,
        target,
        asker,
        waiter,
        tried: Vec::new(),
    };
    let offered = login.offered()?;
    if connection.session().authenticated() {
        return Ok(say!("login-none"));
    }
    let preferred = target.preferred_auth.iter().map(String::as_str);
    let order: Vec<&str> = if target.preferred_auth.is_empty() {
        ORDER.into()
    } else {
        preferred.collect()
    };
    for method in order {
        if !offered.split(',').any(|name| name == method) {
            continue;
        }
        let done = match method {
            "publickey" if target.pubkey => login.public_key()?,
            "keyboard-interactive" if target.kbd_interactive => login.keyboard_interactive()?,
            "password" if target.password => login.password()?,
            _ => None,
        };
        if let Some(how) = done {
            return Ok(how);
        }
    }
    Err(Error::AuthRefused {
        user: target.user.clone(),
        tried: login.tried,
        offered,
    })
}

impl Login<'_> {
    fn drive<T>(
        &self,
        mut operation: impl FnMut(&ssh2::Session) -> Result<T, ssh2::Error>,
    ) -> Result<T, Error> {
        self.connection
            .drive(self.waiter, |session| step(operation(session)))
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

    /// True when logged in, false when the server said no; other errors end the login.
    fn accepted(&mut self, what: &str, result: Result<(), Error>) -> Result<bool, Error> {
        match result {
            Ok(()) => Ok(true),
            Err(Error::Session(error)) if is_refusal(&error) => {
                self.tried.push(say!("login-refused", what = what));
                Ok(false)
            }
            Err(other) => Err(other),
        }
    }

    fn public_key(&mut self) -> Result<Option<String>, Error> {
        let files = self.key_files();
        if let Some(how) = self.agent(&files)? {
            return Ok(Some(how));
        }
        for file in files {
            if let Some(how) = self.key_file(&file)? {
                return Ok(Some(how));
            }
        }
        Ok(None)
    }

    fn key_files(&self) -> Vec<PathBuf> {
        self.target
            .identity_files
            .iter()
            .filter(|file| file.is_file())
            .cloned()
            .collect()
    }

    /// The agent's keys: those of configured files first, and only those with `IdentitiesOnly`.
    /// libssh2's own agent login tries just the first key.
    fn agent(&mut self, files: &[PathBuf]) -> Result<Option<String>, Error> {
        let Some(mut agent) = self.open_agent() else {
            return Ok(None);
        };
        let Ok(identities) = agent.list_identities().and_then(|()| agent.identities()) else {
            return Ok(None);
        };
        let configured: Vec<Vec<u8>> = files.iter().filter_map(|file| public_blob(file)).collect();
        let named = |key: &ssh2::PublicKey| configured.iter().any(|blob| blob == key.blob());
        let (first, rest): (Vec<_>, Vec<_>) = identities.iter().partition(|key| named(key));
        let rest = if self.target.identities_only {
            Vec::new()
        } else {
            rest
        };
        let keys: Vec<_> = first.into_iter().chain(rest).collect();
        for key in keys.iter().take(AGENT_TRIES) {
            let (comment, print) = (key.comment(), fingerprint(key.blob()));
            let what = say!("login-agent-key", comment = comment, fingerprint = print);
            let user = &self.target.user;
            let result = self.drive(|_| agent.userauth(user, key));
            if self.accepted(&what, result)? {
                return Ok(Some(what));
            }
        }
        if keys.len() > AGENT_TRIES {
            let count = keys.len() - AGENT_TRIES;
            self.tried.push(say!("login-agent-full", count = count));
        }
        Ok(None)
    }

    fn open_agent(&mut self) -> Option<ssh2::Agent> {
        let mut agent = self.connection.session().agent().ok()?;
        match &self.target.identity_agent {
            AgentChoice::Disabled => return None,
            AgentChoice::Path(path) => agent.set_identity_path(path).ok()?,
            AgentChoice::Default => {
                std::env::var_os("SSH_AUTH_SOCK")?;
            }
        }
        if let Err(error) = agent.connect() {
            self.tried
                .push(say!("login-agent", why = error.to_string()));
            return None;
        }
        Some(agent)
    }

    fn key_file(&mut self, file: &Path) -> Result<Option<String>, Error> {
        let what = say!("login-key", file = file.display().to_string());
        let text = match std::fs::read(file) {
            Ok(text) => Zeroizing::new(text),
            Err(error) => {
                self.tried.push(format!("{what}: {error}"));
                return Ok(None);
            }
        };
        let encrypted = is_encrypted(&text);
        drop(text);
        let mut again = false;
        for _ in 0..self.target.password_prompts.max(1) {
            let passphrase = if encrypted {
                let key = file.into();
                Some(self.ask(Question::Passphrase { key, again })?)
            } else {
                None
            };
            match self.offer_key(file, passphrase.as_deref().map(String::as_str)) {
                // The file could not be opened with that passphrase; the server saw nothing.
                Err(Error::Session(error)) if is_key_error(&error) && encrypted => again = true,
                Err(Error::Session(error)) if is_key_error(&error) => {
                    self.tried.push(format!("{what}: {}", error.message()));
                    return Ok(None);
                }
                result => return Ok(self.accepted(&what, result)?.then_some(what)),
            }
        }
        Err(Error::Passphrase { key: file.into() })
    }

    fn offer_key(&self, file: &Path, passphrase: Option<&str>) -> Result<(), Error> {
        let user = &self.target.user;
        self.drive(|session| session.userauth_pubkey_file(user, None, file, passphrase))
    }

    fn ask(&self, question: Question) -> Result<Zeroizing<String>, Error> {
        let text = question.text();
        self.asker.ask(question).map_err(|reason| Error::NoAnswer {
            question: text,
            reason,
        })
    }

    fn password(&mut self) -> Result<Option<String>, Error> {
        for attempt in 0..self.target.password_prompts.max(1) {
            let password = self.ask(Question::Password {
                user: self.target.user.clone(),
                host: self.target.host.clone(),
                again: attempt > 0,
            })?;
            let user = &self.target.user;
            let result = self.drive(|session| session.userauth_password(user, &password));
            let what = say!("login-password");
            if self.accepted(&what, result)? {
                return Ok(Some(what));
            }
        }
        Ok(None)
    }

    fn keyboard_interactive(&mut self) -> Result<Option<String>, Error> {
        let user = &self.target.user;
        let mut prompter = Prompter {
            login: self,
            refused: None,
            asked: false,
        };
        let result =
            self.drive(|session| session.userauth_keyboard_interactive(user, &mut prompter));
        let Prompter { refused, asked, .. } = prompter;
        if let Some((question, reason)) = refused {
            return Err(Error::NoAnswer { question, reason });
        }
        let what = say!("login-keyboard-interactive");
        let done = self.accepted(&what, result)?;
        if !asked && !done {
            self.tried.pop();
        }
        Ok(done.then_some(what))
    }
}

/// Answers the server's own prompts one by one.
struct Prompter<'a> {
    login: &'a Login<'a>,
    refused: Option<(String, String)>,
    asked: bool,
}

impl ssh2::KeyboardInteractivePrompt for Prompter<'_> {
    fn prompt(
        &mut self,
        _user: &str,
        instructions: &str,
        prompts: &[ssh2::Prompt<'_>],
    ) -> Vec<String> {
        let mut answers = Vec::new();
        for prompt in prompts {
            self.asked = true;
            let question = Question::Prompt {
                host: self.login.target.host.clone(),
                instruction: instructions.trim().to_owned(),
                text: prompt.text.to_string(),
                echo: prompt.echo,
            };
            let text = question.text();
            match self.login.asker.ask(question) {
                // ssh2 wants plain strings; it hands them to libssh2, which frees them.
                Ok(answer) if self.refused.is_none() => answers.push(answer.to_string()),
                Ok(_) => {}
                Err(reason) => self.refused = Some((text, reason)),
            }
        }
        answers
    }
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

fn is_key_error(error: &ssh2::Error) -> bool {
    matches!(
        error.code(),
        ErrorCode::Session(
            libssh2_sys::LIBSSH2_ERROR_FILE
                | libssh2_sys::LIBSSH2_ERROR_KEYFILE_AUTH_FAILED
                | libssh2_sys::LIBSSH2_ERROR_METHOD_NOT_SUPPORTED
        )
    )
}

/// OpenSSH's own format says it inside; PEM says it in its head.
fn is_encrypted(key: &[u8]) -> bool {
    match ssh_key::PrivateKey::from_openssh(key) {
        Ok(key) => key.is_encrypted(),
        Err(_) => key.windows(9).any(|window| window == b"ENCRYPTED"),
    }
}

/// The public half that lies beside a key file, as the agent shows it.
fn public_blob(file: &Path) -> Option<Vec<u8>> {
    let mut name = file.as_os_str().to_owned();
    name.push(".pub");
    let text = std::fs::read_to_string(name).ok()?;
    ssh_key::PublicKey::from_openssh(&text)
        .ok()?
        .to_bytes()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::is_encrypted;

    #[test]
    fn a_pem_head_tells_an_encrypted_key() {
        let head = b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n";
        assert!(is_encrypted(head));
        assert!(is_encrypted(b"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"));
        assert!(!is_encrypted(b"-----BEGIN RSA PRIVATE KEY-----\nMIIE\n"));
    }
}
