//! Keys and certificates, from the agent and from files.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::agent::{Agent, AgentError};
use super::identities::{Signer, UserKey, fits, in_order, in_words, missing, out_of_date};
use super::key_error::KeyError;
use super::keys::{KeyText, PrivateKey};
use super::raw::{Offer, Progress};
use super::{AuthAttempt, AuthOutcome, AuthRefusal};
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::known_hosts::plain_key;
use crate::ssh::prompt::Prompt;
use crate::ssh::resolve::AgentChoice;
use crate::ssh::wire::{key_type, take_string};

/// Outcome of offering one key.
enum Tried {
    Accepted,
    Partial,
    Refused,
    /// The server saw nothing of it.
    Useless,
}

impl AuthAttempt<'_> {
    pub(super) fn public_key(&mut self) -> Result<AuthOutcome, SshError> {
        let mut agent = self.agent()?;
        let held = match &mut agent {
            Some(agent) => agent.keys(&self.silence),
            None => Ok(Vec::new()),
        };
        let held = self.or_note(held)?.unwrap_or_default();
        let mut identities = in_order(self.target, &held);
        // The others stay in their order.
        identities
            .sort_by_key(|identity| self.first.is_none() || identity.blob.as_deref() != self.first);
        for identity in identities {
            match self.offer(&identity, agent.as_mut())? {
                Tried::Accepted => return Ok(AuthOutcome::Done(identity.what)),
                Tried::Partial => return Ok(AuthOutcome::Partial(identity.what)),
                Tried::Refused | Tried::Useless => {}
            }
        }
        for file in missing(self.target) {
            let file = file.display().to_string();
            let why = match unset_variable(&file) {
                Some(variable) => fl!("login-no-variable", file = &file, variable = variable),
                None => fl!("login-no-file", file = &file),
            };
            self.tried.push(why);
        }
        Ok(AuthOutcome::Refused)
    }

    fn agent(&mut self) -> Result<Option<Agent>, SshError> {
        let socket = match &self.target.identity_agent {
            AgentChoice::Disabled | AgentChoice::Unset(_) => None,
            AgentChoice::Path(path) => Some(path.clone()),
            AgentChoice::Default => std::env::var_os("SSH_AUTH_SOCK").map(PathBuf::from),
        };
        let socket = socket.filter(|path| !path.as_os_str().is_empty());
        let variable = match &self.target.identity_agent {
            AgentChoice::Default => Some("SSH_AUTH_SOCK"),
            AgentChoice::Unset(variable) => Some(variable.as_str()),
            AgentChoice::Disabled | AgentChoice::Path(_) => None,
        };
        if let (None, Some(variable), AuthRefusal::Plain) = (&socket, variable, &self.refusal) {
            self.refusal = AuthRefusal::NoAgent(variable.to_owned());
        }
        match socket {
            Some(socket) => self.or_note(Agent::connect(&socket)),
            None => Ok(None),
        }
    }

    /// An agent that fails is noted, and the login goes on without it.
    fn or_note<T>(&mut self, result: Result<T, AgentError>) -> Result<Option<T>, SshError> {
        match result {
            Ok(found) => Ok(Some(found)),
            Err(AgentError::Agent(why)) => {
                let why = fl!("login-agent", why = why);
                self.refusal = AuthRefusal::Agent(why.clone());
                self.tried.push(why);
                Ok(None)
            }
            Err(AgentError::Login(error)) => Err(error),
        }
    }

    fn offer(&mut self, identity: &UserKey, agent: Option<&mut Agent>) -> Result<Tried, SshError> {
        let what = identity.what.as_str();
        let mut open = None;
        if let (None, Signer::File(file)) = (&identity.blob, &identity.signer) {
            open = self.open(file, what)?;
        }
        let shown = open.as_ref().and_then(|key: &PrivateKey| key.public().ok());
        let shown = shown.filter(|blob| fits(self.target, blob));
        let Some(blob) = identity.blob.clone().or(shown) else {
            return Ok(Tried::Useless);
        };
        if let Some(why) = out_of_date(&blob, SystemTime::now()) {
            self.refusal = AuthRefusal::Certificate;
            self.tried.push(format!("{what}: {why}"));
            return Ok(Tried::Useless);
        }
        if !self.shown.insert(blob.clone()) {
            return Ok(Tried::Useless);
        }
        let user = self.user.clone();
        let mut offer = Offer::new(&user, &blob);
        let mut result = self.drive_step(|session| offer.go_on(session));
        if let Ok(Progress::Sign(data)) = &result {
            let signature = self.sign(identity, &blob, open, agent, data)?;
            self.answered = true;
            let useless = signature.is_none();
            offer.sign(signature);
            result = self.drive_step(|session| offer.go_on(session));
            if useless {
                return Ok(Tried::Useless);
            }
        }
        let signed = offer.is_signed();
        let accepted = self.accepted(what, result.map(|_| ()))?;
        if !accepted && signed {
            self.tried.pop();
        }
        if accepted || signed {
            self.key = Some(blob);
        }
        Ok(match (accepted, signed) {
            (true, _) => Tried::Accepted,
            (false, true) => Tried::Partial,
            (false, false) => Tried::Refused,
        })
    }

    /// A signature for a key that the server takes, without its algorithm's name.
    fn sign(
        &mut self,
        identity: &UserKey,
        blob: &[u8],
        open: Option<PrivateKey>,
        agent: Option<&mut Agent>,
        data: &[u8],
    ) -> Result<Option<Vec<u8>>, SshError> {
        let algorithm = algorithm_of(data).unwrap_or_default();
        let old = algorithm == "ssh-rsa" || algorithm.starts_with("ssh-rsa-cert");
        if old && !self.target.pubkey_algorithms.contains(&algorithm) {
            self.tried
                .push(fl!("login-key-sha1", what = identity.what.as_str()));
            return Ok(None);
        }
        match &identity.signer {
            Signer::Agent(key) => {
                let Some(agent) = agent else { return Ok(None) };
                let flags = match algorithm.split("-cert-").next() {
                    Some("rsa-sha2-256") => 2,
                    Some("rsa-sha2-512") => 4,
                    _ => 0,
                };
                let signed = agent.sign(key, data, flags, self.poller, &self.silence);
                Ok(self.or_note(signed)?.and_then(|made| without_name(&made)))
            }
            Signer::File(file) => {
                let key = match open {
                    Some(key) => Some(key),
                    None => self.open(file, &identity.what)?,
                };
                let Some(key) = key else { return Ok(None) };
                if key.public().ok() != plain_key(blob) {
                    let other = KeyError::Other(fl!("login-key-other-half"));
                    self.note(file, &identity.what, &other);
                    return Ok(None);
                }
                match key.sign(&algorithm, data) {
                    Ok(signature) => Ok(Some(signature)),
                    Err(error) => {
                        self.note(file, &identity.what, &error);
                        Ok(None)
                    }
                }
            }
        }
    }

    fn note(&mut self, file: &Path, what: &str, error: &KeyError) {
        match error {
            KeyError::TooOpen(_) => self.refusal = AuthRefusal::KeyTooOpen(file.into()),
            KeyError::SecurityKey => self.refusal = AuthRefusal::SecurityKey(file.into()),
            _ => {}
        }
        self.tried
            .push(format!("{what}: {}", in_words(file, error)));
    }

    /// The private key, with its passphrase asked for where it needs one. None, as with ssh, where
    /// the file is of no use, every passphrase was wrong, one was left empty, or nobody could be
    /// asked: the next key may do.
    fn open(&mut self, file: &Path, what: &str) -> Result<Option<PrivateKey>, SshError> {
        let opened = KeyText::read(file).and_then(|text| match text.open(None) {
            Err(KeyError::Passphrase) => Ok(Err(text)),
            other => other.map(Ok),
        });
        match opened {
            Ok(Ok(key)) => Ok(Some(key)),
            Ok(Err(text)) => self.unlock(file, what, &text),
            Err(error) => {
                self.note(file, what, &error);
                Ok(None)
            }
        }
    }

    fn unlock(
        &mut self,
        file: &Path,
        what: &str,
        text: &KeyText,
    ) -> Result<Option<PrivateKey>, SshError> {
        // Its passphrase would be of no use.
        if text
            .public()
            .is_some_and(|key| key_type(&key).is_some_and(|kind| kind.starts_with("sk-")))
        {
            self.note(file, what, &KeyError::SecurityKey);
            return Ok(None);
        }
        let attempts = if self.asks() {
            self.target.password_prompts
        } else {
            0
        };
        for attempt in 0..attempts {
            let prompt = Prompt::Passphrase {
                key: file.into(),
                again: attempt > 0,
            };
            let Some(passphrase) = self.ask(prompt)? else {
                self.tried
                    .push(format!("{what}: {}", fl!("login-key-passphrase")));
                return Ok(None);
            };
            if passphrase.is_empty() {
                break;
            }
            match text.open(Some(&passphrase)) {
                Ok(key) => return Ok(Some(key)),
                Err(KeyError::Passphrase) => {}
                Err(error) => {
                    self.note(file, what, &error);
                    return Ok(None);
                }
            }
        }
        self.note(file, what, &KeyError::Passphrase);
        if attempts > 0 {
            self.note_locked(file);
        }
        Ok(None)
    }
}

/// The variable in a path that has no value in this program's environment: its place stays as it is.
fn unset_variable(path: &str) -> Option<&str> {
    let (_, after) = path.split_once("${")?;
    after.split_once('}').map(|(name, _)| name)
}

/// The algorithm in what is to be signed (RFC 4252 section 7).
fn algorithm_of(mut data: &[u8]) -> Option<String> {
    take_string(&mut data)?; // session identifier
    data = data.get(1..)?; // SSH_MSG_USERAUTH_REQUEST
    for _ in ["user name", "service", "method"] {
        take_string(&mut data)?;
    }
    data = data.get(1..)?; // TRUE
    Some(key_type(data).unwrap_or_default().to_owned())
}

/// libssh2 writes the algorithm's name itself, and the length of the rest, but for security keys:
/// there more follows the signature, and it is left as it is.
fn without_name(signature: &[u8]) -> Option<Vec<u8>> {
    let mut rest = signature;
    let name = take_string(&mut rest)?;
    if name.starts_with(b"sk-") {
        return Some(rest.to_vec());
    }
    take_string(&mut rest).map(<[u8]>::to_vec)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::wire::put_string;

    #[test]
    fn the_algorithm_is_found_in_what_is_signed() {
        let mut data = Vec::new();
        put_string(&mut data, b"session");
        data.push(50);
        for part in ["me", "ssh-connection", "publickey"] {
            put_string(&mut data, part.as_bytes());
        }
        data.push(1);
        assert_eq!(algorithm_of(&data).unwrap(), "");
        put_string(&mut data, b"rsa-sha2-512");
        assert_eq!(algorithm_of(&data).unwrap(), "rsa-sha2-512");
        assert_eq!(algorithm_of(&data[..9]), None);
    }

    #[test]
    fn a_security_keys_signature_keeps_what_follows_it() {
        let mut plain = Vec::new();
        put_string(&mut plain, b"ssh-ed25519");
        put_string(&mut plain, b"signature");
        assert_eq!(without_name(&plain).unwrap(), b"signature");
        let mut of_device = Vec::new();
        put_string(&mut of_device, b"sk-ssh-ed25519@openssh.com");
        put_string(&mut of_device, b"sig");
        of_device.extend([1, 0, 0, 0, 7]);
        assert_eq!(
            without_name(&of_device).unwrap(),
            [0, 0, 0, 3, b's', b'i', b'g', 1, 0, 0, 0, 7]
        );
    }
}
