//! Which transport makes a connection, and why: a rule that is given what there is.

use crate::i18n::fl;
use crate::ssh::resolve::{Source, SshTarget};

/// The user's wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TransportWish {
    /// Whatever works: see [`choose`].
    #[default]
    Auto,
    /// libssh2.
    Libssh2,
    /// The system's `ssh`.
    Openssh,
}

/// The transport, with the reason for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// libssh2 makes the connection.
    Libssh2(Reason),
    /// The user's own `ssh` process has one, which it shares.
    Share(Reason),
    /// A new `ssh` process makes it.
    Openssh(Reason),
}

/// Reason for a transport.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The configuration file says so.
    Configured,
    /// A connection is open already.
    LiveMaster,
    /// Nothing asks for the other one.
    Usual,
}

impl Reason {
    /// Returns the reason as text, as it follows "because".
    #[must_use]
    pub fn text(self) -> String {
        match self {
            Self::Configured => fl!("transport-configured"),
            Self::LiveMaster => fl!("transport-live"),
            Self::Usual => fl!("transport-usual"),
        }
    }
}

/// Chooses for a target. `is_live` says that a process of the user's own shares a connection to it.
#[must_use]
pub fn choose(wish: TransportWish, target: &SshTarget, is_live: bool) -> Choice {
    let has_ssh = target.source == Source::OpenSsh;
    match wish {
        TransportWish::Libssh2 => Choice::Libssh2(Reason::Configured),
        _ if is_live => Choice::Share(Reason::LiveMaster),
        TransportWish::Openssh => Choice::Openssh(Reason::Configured),
        TransportWish::Auto if has_ssh => match need(target) {
            Some(reason) => Choice::Openssh(reason),
            None => Choice::Libssh2(Reason::Usual),
        },
        TransportWish::Auto => Choice::Libssh2(Reason::Usual),
    }
}

/// Returns what the target needs and libssh2 lacks.
fn need(_target: &SshTarget) -> Option<Reason> {
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::resolve;

    #[test]
    fn a_connection_that_is_open_already_is_taken_unless_libssh2_is_wanted() {
        let target = resolve("nowhere.invalid", Some("/dev/null".as_ref())).unwrap();
        for (wish, is_live, want) in [
            (TransportWish::Auto, false, Choice::Libssh2(Reason::Usual)),
            (TransportWish::Auto, true, Choice::Share(Reason::LiveMaster)),
            (
                TransportWish::Libssh2,
                true,
                Choice::Libssh2(Reason::Configured),
            ),
            (
                TransportWish::Openssh,
                true,
                Choice::Share(Reason::LiveMaster),
            ),
            (
                TransportWish::Openssh,
                false,
                Choice::Openssh(Reason::Configured),
            ),
        ] {
            assert_eq!(choose(wish, &target, is_live), want, "{wish:?} {is_live}");
        }
    }
}
