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
