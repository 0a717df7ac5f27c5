//! Needs of a target that only the system's `ssh` meets: what its configuration asks for, or what a server wants, and
//! libssh2 has no part for. Pure.

use crate::ssh::resolve::{Source, SshTarget};
use crate::ssh::{OpensshNeed, SshError};

/// The provider of security keys that needs no setting: `ssh`'s own.
const OWN_PROVIDER: &str = "internal";

/// Returns what the configuration alone asks for. `GSSAPIAuthentication` is no such thing: some systems enable it for
/// everybody.
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
    use crate::ssh::Lacking;
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
