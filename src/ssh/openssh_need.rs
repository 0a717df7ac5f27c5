//! Reasons to leave a connection to the system's `ssh`: what a target's configuration asks for, or a server wants, that
//! libssh2 has no part for.

use std::fmt;
use std::path::PathBuf;

use super::error::SshError;
use super::resolve::{Source, SshTarget};
use crate::i18n::fl;

/// The provider of security keys that needs no setting: `ssh`'s own.
const OWN_PROVIDER: &str = "internal";

/// Something that only the system's `ssh` can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpensshNeed {
    /// An option of the configuration; its keyword.
    Option(&'static str),
    /// Algorithms that the configuration allows and that the server wants; the keyword.
    Algorithms(&'static str),
    /// A method of logging in that the configuration enables and the server offers.
    Method(&'static str),
    /// A key in a device; the file that names it.
    SecurityKey(PathBuf),
}

impl fmt::Display for OpensshNeed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&match self {
            Self::Option(name) => fl!("transport-need-option", option = *name),
            Self::Algorithms(name) => fl!("transport-need-algorithms", option = *name),
            Self::Method(method) => fl!("transport-need-method", method = *method),
            Self::SecurityKey(file) => {
                fl!("transport-need-key", file = file.display().to_string())
            }
        })
    }
}

/// Returns what the configuration alone asks for. `GSSAPIAuthentication` is no such thing: some systems enable it for
/// everybody.
#[must_use]
pub fn known_before(target: &SshTarget) -> Option<OpensshNeed> {
    if target.source == Source::Fallback {
        return None;
    }
    let has_provider = |provider: &String| !provider.is_empty() && provider != OWN_PROVIDER;
    let needs = [
        ("PKCS11Provider", target.pkcs11_provider.is_some()),
        (
            "SecurityKeyProvider",
            target
                .security_key_provider
                .as_ref()
                .is_some_and(has_provider),
        ),
        ("KnownHostsCommand", target.known_hosts_command.is_some()),
        (
            "ProxyUseFdpass",
            target.proxy_fdpass && target.proxy_command.is_some(),
        ),
        ("HostbasedAuthentication", target.hostbased),
    ];
    let mut needed = needs.into_iter().filter(|(_, is_needed)| *is_needed);
    needed.next().map(|(name, _)| OpensshNeed::Option(name))
}

/// Returns what an attempt by libssh2 has told, where nobody was asked anything.
#[must_use]
pub fn learned(target: &SshTarget, error: &SshError) -> Option<OpensshNeed> {
    match error {
        SshError::NeedsOpenssh(need) => Some(need.clone()),
        SshError::Algorithms { keyword, .. } => Some(OpensshNeed::Algorithms(keyword)),
        SshError::NoCommonAlgorithm {
            lacking: Some(lacking),
            ..
        } => {
            let allowed = &target.algorithms;
            let allowed = match lacking.keyword {
                "KexAlgorithms" => &allowed.kex,
                "HostKeyAlgorithms" => &allowed.host_keys,
                "Ciphers" => &allowed.ciphers,
                _ => &allowed.macs,
            };
            // `ssh -G` lists nothing that `ssh` does not have.
            let is_common = |name: &String| allowed.contains(name);
            let is_common = lacking.theirs.iter().any(is_common);
            is_common.then_some(OpensshNeed::Algorithms(lacking.keyword))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::ssh::offer::Lacking;
    use crate::ssh::resolve::read_options;

    const PLAIN: &str = "host k\nuser me\nhostname gpu01\nport 22\ngssapiauthentication yes\n\
                         securitykeyprovider internal\nkexalgorithms sntrup761x25519-sha512,curve25519-sha256\n\
                         hostkeyalgorithms ssh-ed25519,ssh-rsa\nciphers aes128-ctr,3des-cbc\nmacs hmac-sha1\n";

    #[test]
    fn an_option_that_libssh2_has_no_part_for_is_known_before() {
        for (line, need) in [
            ("", None),
            ("pkcs11provider /lib/p11.so", Some("PKCS11Provider")),
            ("pkcs11provider none", None),
            ("knownhostscommand /bin/keys %H", Some("KnownHostsCommand")),
            (
                "hostbasedauthentication yes",
                Some("HostbasedAuthentication"),
            ),
            ("proxyusefdpass yes", None),
            (
                "proxyusefdpass yes\nproxycommand nc %h %p",
                Some("ProxyUseFdpass"),
            ),
        ] {
            let target = read_options(&format!("{PLAIN}{line}\n"), "k").unwrap();
            let need = need.map(OpensshNeed::Option);
            assert_eq!(known_before(&target), need, "{line}");
        }
        let other = PLAIN.replace("internal", "/lib/sk.so");
        let target = read_options(&other, "k").unwrap();
        let need = OpensshNeed::Option("SecurityKeyProvider");
        assert_eq!(known_before(&target), Some(need));
        // Without an `ssh` there is nobody to leave it to.
        let target = SshTarget {
            source: Source::Fallback,
            ..target
        };
        assert_eq!(known_before(&target), None);
    }

    #[test]
    fn a_list_of_the_servers_is_left_to_ssh_if_that_has_and_may_use_a_part_of_it() {
        let target = read_options(PLAIN, "k").unwrap();
        for (keyword, theirs, is_needed) in [
            ("KexAlgorithms", "sntrup761x25519-sha512", true),
            ("KexAlgorithms", "mlkem768x25519-sha256", false),
            ("HostKeyAlgorithms", "ssh-dss,ssh-rsa", true),
            ("HostKeyAlgorithms", "ssh-dss", false),
            ("Ciphers", "3des-cbc", true),
            ("MACs", "hmac-sha1", true),
            ("MACs", "hmac-md5", false),
        ] {
            let error = SshError::NoCommonAlgorithm {
                server: "s".into(),
                text: "t".into(),
                lacking: Some(Lacking {
                    keyword,
                    theirs: theirs.split(',').map(str::to_owned).collect(),
                    ours: Vec::new(),
                }),
            };
            let need = is_needed.then_some(OpensshNeed::Algorithms(keyword));
            assert_eq!(learned(&target, &error), need, "{theirs}");
        }
        let nothing = SshError::Algorithms {
            keyword: "Ciphers",
            asked: "3des-cbc".into(),
            possible: "aes128-ctr".into(),
        };
        let need = OpensshNeed::Algorithms("Ciphers");
        assert_eq!(learned(&target, &nothing), Some(need));
        assert_eq!(learned(&target, &SshError::Closed), None);
    }
}
