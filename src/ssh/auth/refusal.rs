//! Reasons why a login failed, as far as the user's next step depends on them.

use std::path::PathBuf;

use crate::ssh::resolve::SshTarget;

/// Methods of servers that libssh2 has not.
const FOREIGN: [&str; 3] = ["gssapi-with-mic", "gssapi-keyex", "hostbased"];

/// Reason why the server refused the login.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum AuthRefusal {
    /// Nothing that we have was right.
    #[default]
    Plain,
    /// It hung up, since more was tried than its `MaxAuthTries` allows.
    TooManyTries,
    /// It hung up after an answer, without saying so in the protocol: a closed or expired account,
    /// or its patience ended.
    HungUp,
    /// The password is right, and has to be changed in a way that libssh2 has no part for.
    PasswordExpired,
    /// A first factor was right, and no second one.
    SecondFactor,
    /// A key file can be read by others.
    KeyTooOpen(PathBuf),
    /// A certificate is out of date.
    Certificate,
    /// A security key's file, and no agent that has it.
    SecurityKey(PathBuf),
    /// `PKCS11Provider`: the keys are in a device that only an agent speaks to.
    Pkcs11(String),
    /// It offers only methods that are not supported.
    Method(String),
    /// It takes a Kerberos ticket, and there is none, or it has expired.
    Ticket,
    /// The agent did not answer.
    Agent(String),
    /// Nothing fits, and there is no agent: the variable that names its socket is not set in this
    /// program's environment.
    NoAgent(String),
}

impl AuthRefusal {
    /// Itself, or what the end of the login tells, where that is the better reason.
    pub(super) fn or_else(self, target: &SshTarget, passed: &[String], offered: &str) -> Self {
        if matches!(
            self,
            Self::TooManyTries | Self::HungUp | Self::PasswordExpired
        ) {
            return self;
        }
        if !passed.is_empty() {
            return Self::SecondFactor;
        }
        if !matches!(self, Self::Plain | Self::NoAgent(_)) {
            return self;
        }
        let mut names = offered.split(',').filter(|name| !name.is_empty());
        if !offered.is_empty() && names.all(|name| FOREIGN.contains(&name)) {
            return Self::Method(offered.to_owned());
        }
        match &target.pkcs11_provider {
            Some(provider) => Self::Pkcs11(provider.clone()),
            None => self,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::read_options;

    #[test]
    fn the_users_next_step_depends_on_how_far_the_login_came() {
        use AuthRefusal::{HungUp, Method, NoAgent, PasswordExpired, Pkcs11, Plain, SecondFactor};
        let options = "host k\nuser me\nhostname gpu01\nport 22\n";
        let no_agent = || NoAgent("SSH_AUTH_SOCK".into());
        let both = "publickey,gssapi-with-mic";
        let foreign = "gssapi-with-mic,hostbased";
        for (refusal, passed, offered, device, told) in [
            (Plain, false, "publickey", None, Plain),
            (no_agent(), false, both, None, no_agent()),
            (Plain, true, "password", None, SecondFactor),
            (
                AuthRefusal::Certificate,
                true,
                "password",
                None,
                SecondFactor,
            ),
            (HungUp, true, "", None, HungUp),
            (
                AuthRefusal::TooManyTries,
                true,
                "",
                None,
                AuthRefusal::TooManyTries,
            ),
            (PasswordExpired, true, "", None, PasswordExpired),
            (Plain, false, foreign, None, Method(foreign.into())),
            (no_agent(), false, foreign, None, Method(foreign.into())),
            (
                AuthRefusal::Certificate,
                false,
                foreign,
                None,
                AuthRefusal::Certificate,
            ),
            (Plain, false, both, None, Plain),
            (Plain, false, "", None, Plain),
            (
                Plain,
                false,
                both,
                Some("/lib/p11.so"),
                Pkcs11("/lib/p11.so".into()),
            ),
        ] {
            let mut target = read_options(options, "k").unwrap();
            target.pkcs11_provider = device.map(str::to_owned);
            let passed: Vec<String> = passed.then(|| "key".to_owned()).into_iter().collect();
            let case = format!("{refusal:?} {passed:?} {offered} {device:?}");
            assert_eq!(refusal.or_else(&target, &passed, offered), told, "{case}");
        }
    }
}
