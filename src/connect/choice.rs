//! Which transport makes a connection, and why: a rule that is given what there is.

use super::need;
use crate::i18n::fl;
use crate::ssh::OpensshNeed;
use crate::ssh::resolve::SshTarget;

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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// libssh2 makes the connection.
    Libssh2(Reason),
    /// The user's own `ssh` process has one, which it shares.
    Share,
    /// A new `ssh` process makes it.
    Openssh(Reason),
}

/// Reason for a transport.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// The configuration file says so.
    Configured,
    /// Only `ssh` can do this.
    Needed(OpensshNeed),
    /// Nothing asks for the other one.
    Usual,
}

impl Choice {
    /// Returns a sentence for `doctor` and the log.
    pub fn text(&self) -> String {
        match self {
            Self::Libssh2(Reason::Configured) => fl!("transport-libssh2-configured"),
            Self::Libssh2(_) => fl!("transport-libssh2"),
            Self::Share => fl!("transport-share"),
            Self::Openssh(Reason::Needed(need)) => {
                fl!("transport-openssh", why = need.to_string())
            }
            Self::Openssh(_) => fl!("transport-openssh-configured"),
        }
    }
}

/// Chooses for a target. `is_live` says that a process of the user's own shares a connection to it, and `learned` what
/// earlier attempts have told.
#[must_use]
pub fn choose(
    wish: TransportWish,
    target: &SshTarget,
    is_live: bool,
    learned: Option<OpensshNeed>,
) -> Choice {
    match wish {
        TransportWish::Libssh2 => Choice::Libssh2(Reason::Configured),
        _ if is_live => Choice::Share,
        TransportWish::Openssh => Choice::Openssh(Reason::Configured),
        TransportWish::Auto => match need::known_before(target).or(learned) {
            Some(need) => Choice::Openssh(Reason::Needed(need)),
            None => Choice::Libssh2(Reason::Usual),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::resolve::read_options;

    const USUAL: Choice = Choice::Libssh2(Reason::Usual);
    const NOT_OPENSSH: Choice = Choice::Libssh2(Reason::Configured);
    const OPENSSH: Choice = Choice::Openssh(Reason::Configured);

    #[test]
    fn a_connection_that_is_open_already_is_taken_unless_libssh2_is_wanted() {
        use TransportWish::{Auto, Libssh2, Openssh};
        let plain = "host k\nuser me\nhostname gpu01\nport 22\n";
        let card = format!("{plain}pkcs11provider /lib/p11.so\n");
        let needed = |need| Choice::Openssh(Reason::Needed(need));
        let (method, option) = (
            || OpensshNeed::Method("hostbased"),
            || OpensshNeed::Option("PKCS11Provider"),
        );
        for (wish, options, is_live, learned, want) in [
            (Auto, plain, false, None, USUAL),
            (Auto, plain, false, Some(method()), needed(method())),
            (Auto, &card, false, None, needed(option())),
            (Auto, &card, false, Some(method()), needed(option())),
            (Auto, &card, true, Some(method()), Choice::Share),
            (Libssh2, &card, true, Some(method()), NOT_OPENSSH),
            (Openssh, plain, true, None, Choice::Share),
            (Openssh, &card, false, None, OPENSSH),
        ] {
            let target = read_options(options, "k").unwrap();
            let case = format!("{wish:?} {options} {is_live} {learned:?}");
            assert_eq!(choose(wish, &target, is_live, learned), want, "{case}");
        }
    }
}
