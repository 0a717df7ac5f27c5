//! `Ciphers`, `KexAlgorithms`, `HostKeyAlgorithms` and `MACs` of the ssh configuration, as far as
//! libssh2 has them.

use ssh2::{ErrorCode, MethodType, Session};

use super::SshError;
use super::greeting::Greeting;
use super::offer::Lacking;
use super::resolve::Algorithms;

/// Names in the list of key exchanges that are none: with them each side says that it knows
/// extensions and the remedy against Terrapin. Without them the server would not say which
/// signatures it accepts.
const SIGNALS: [&str; 2] = ["ext-info-c", "kex-strict-c-v00@openssh.com"];

/// OpenSSH's own lists of ciphers, up to 9.9 and since 10.0: with one of them, and no other, the user
/// has chosen none.
const DEFAULT_CIPHERS: [&str; 2] = [
    "chacha20-poly1305@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr,aes128-gcm@openssh.com,aes256-gcm@openssh.com",
    "chacha20-poly1305@openssh.com,aes128-gcm@openssh.com,aes256-gcm@openssh.com,aes128-ctr,aes192-ctr,aes256-ctr",
];

/// Ciphers that come first where the user has chosen none and the processor has instructions for
/// AES. libssh2's own code for chacha20 takes several times as long (docs/performance.md).
const FAST_CIPHERS: [&str; 2] = ["aes128-gcm@openssh.com", "aes256-gcm@openssh.com"];

/// Returns the ciphers in the order of preference.
fn ciphers(wanted: &[String], has_fast_aes: bool) -> Vec<String> {
    let is_default = DEFAULT_CIPHERS.contains(&wanted.join(",").as_str());
    let mut ordered = wanted.to_vec();
    if is_default && has_fast_aes {
        ordered.sort_by_key(|name| !FAST_CIPHERS.contains(&name.as_str()));
    }
    ordered
}

#[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
fn has_fast_aes() -> bool {
    std::arch::is_x86_feature_detected!("aes")
}

#[cfg(target_arch = "aarch64")]
fn has_fast_aes() -> bool {
    std::arch::is_aarch64_feature_detected!("aes")
}

#[cfg(not(any(target_arch = "x86", target_arch = "x86_64", target_arch = "aarch64")))]
fn has_fast_aes() -> bool {
    false
}

/// Tells libssh2, before the handshake.
///
/// # Errors
/// [`SshError::Algorithms`] when libssh2 has nothing of what the user wants.
pub fn prefer(session: &Session, wanted: &Algorithms) -> Result<(), SshError> {
    let ciphers = ciphers(&wanted.ciphers, has_fast_aes());
    let lists = [
        ("KexAlgorithms", &wanted.kex, &[MethodType::Kex][..]),
        (
            "Ciphers",
            &ciphers,
            &[MethodType::CryptCs, MethodType::CryptSc],
        ),
        (
            "MACs",
            &wanted.macs,
            &[MethodType::MacCs, MethodType::MacSc],
        ),
    ];
    for (keyword, wanted, directions) in lists {
        if wanted.is_empty() {
            continue;
        }
        for direction in directions {
            let possible = session.supported_algs(*direction)?;
            let mut chosen = choose(keyword, wanted, &possible)?;
            chosen.extend(possible.iter().filter(|name| SIGNALS.contains(name)));
            session.method_pref(*direction, &chosen.join(","))?;
        }
    }
    Ok(())
}

/// Returns the wanted algorithms that are possible, in the order of the wanted ones; all possible
/// ones if none is wanted.
///
/// # Errors
/// [`SshError::Algorithms`] when that is nothing.
pub fn choose<'a>(
    keyword: &'static str,
    wanted: &[String],
    possible: &[&'a str],
) -> Result<Vec<&'a str>, SshError> {
    if wanted.is_empty() {
        return Ok(possible.to_vec());
    }
    let find = |name: &String| possible.iter().copied().find(|known| known == name);
    let chosen: Vec<&str> = wanted.iter().filter_map(find).collect();
    if chosen.is_empty() {
        let possible = possible.iter().filter(|name| !SIGNALS.contains(name));
        return Err(SshError::Algorithms {
            keyword,
            asked: wanted.join(","),
            possible: possible.copied().collect::<Vec<_>>().join(","),
        });
    }
    Ok(chosen)
}

/// Returns the algorithms that this side would accept of the wanted ones; `None` when libssh2 does
/// not say.
pub fn possible(session: &Session, wanted: &Algorithms) -> Option<Algorithms> {
    let list = |keyword, wanted: &[String], method| {
        let possible = session.supported_algs(method).ok()?;
        let chosen = choose(keyword, wanted, &possible).ok()?.into_iter();
        let chosen = chosen.filter(|name| !SIGNALS.contains(name));
        Some(chosen.map(str::to_owned).collect())
    };
    Some(Algorithms {
        kex: list("KexAlgorithms", &wanted.kex, MethodType::Kex)?,
        host_keys: list("HostKeyAlgorithms", &wanted.host_keys, MethodType::HostKey)?,
        ciphers: list("Ciphers", &wanted.ciphers, MethodType::CryptCs)?,
        macs: list("MACs", &wanted.macs, MethodType::MacCs)?,
    })
}

/// A failed key exchange with the server of that version line; `cut` when the connection broke off.
pub fn handshake_failed(
    server: Option<&str>,
    error: &ssh2::Error,
    cut: bool,
    greeting: Greeting,
    lacking: Option<Lacking>,
) -> SshError {
    let text = error.message().to_owned();
    let is_about_algorithms = matches!(
        error.code(),
        ErrorCode::Session(
            libssh2_sys::LIBSSH2_ERROR_KEX_FAILURE
                | libssh2_sys::LIBSSH2_ERROR_METHOD_NONE
                | libssh2_sys::LIBSSH2_ERROR_KEY_EXCHANGE_FAILURE
        )
    );
    match server {
        // libssh2 has the same words for an offer that cannot be read, and for a signature that is wrong.
        Some(server) if is_about_algorithms && !cut && lacking.is_some() => {
            SshError::NoCommonAlgorithm {
                server: server.to_owned(),
                text,
                lacking,
            }
        }
        _ => SshError::Handshake {
            text,
            cut,
            greeting: Some(greeting),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_users_order_counts_and_an_empty_choice_says_what_there_is() {
        let wanted = |names: &[&str]| names.iter().map(|&name| name.into()).collect::<Vec<_>>();
        let possible = ["a", "b", "c"];
        let choice = |names: &[&str]| choose("Ciphers", &wanted(names), &possible);
        assert_eq!(choice(&["c", "x", "a"]).unwrap(), ["c", "a"]);
        assert_eq!(choice(&[]).unwrap(), possible);
        let error = choice(&["x", "y"]).unwrap_err().to_string();
        assert!(
            error.contains("Ciphers x,y") && error.contains("a,b,c"),
            "{error}"
        );
    }

    #[test]
    fn aes_comes_first_unless_the_user_has_chosen() {
        let list = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
        for default in DEFAULT_CIPHERS {
            assert_eq!(ciphers(&list(default), true)[..2], FAST_CIPHERS);
            assert_eq!(ciphers(&list(default), true).len(), list(default).len());
            assert_eq!(ciphers(&list(default), false), list(default));
        }
        let chosen = list("chacha20-poly1305@openssh.com,aes128-gcm@openssh.com");
        assert_eq!(ciphers(&chosen, true), chosen);
    }

    #[test]
    fn libssh2_takes_openssh_lists_and_keeps_its_signals() {
        let session = Session::new().unwrap();
        let kex = session.supported_algs(MethodType::Kex).unwrap();
        assert!(kex.contains(&"curve25519-sha256"), "{kex:?}");
        let wanted = Algorithms {
            kex: vec!["nothing".into(), "curve25519-sha256".into()],
            ciphers: vec!["aes256-ctr".into()],
            macs: vec!["hmac-sha2-256".into()],
            host_keys: vec![],
        };
        prefer(&session, &wanted).unwrap();
        let possible = possible(&session, &wanted).unwrap();
        assert_eq!(possible.kex, ["curve25519-sha256"]);
        assert_eq!(possible.ciphers, ["aes256-ctr"]);
        assert!(possible.host_keys.contains(&"ssh-ed25519".to_owned()));
        let none = Algorithms {
            kex: vec!["nothing".into()],
            ..wanted
        };
        assert!(prefer(&session, &none).is_err());
        assert_eq!(super::possible(&session, &none), None);
        let default = super::possible(&session, &Algorithms::default()).unwrap();
        assert!(default.kex.len() > 1);
        assert!(
            !default
                .kex
                .iter()
                .any(|name| SIGNALS.contains(&name.as_str()))
        );
    }

    #[test]
    fn a_key_exchange_fails_for_want_of_an_algorithm_only_where_a_list_has_none_in_common() {
        let about_algorithms = libssh2_sys::LIBSSH2_ERROR_KEX_FAILURE;
        let lacking = || Lacking {
            keyword: "Ciphers",
            theirs: vec!["3des-cbc".into()],
            ours: vec!["aes128-ctr".into()],
        };
        let ssh = Some("SSH-2.0-Old");
        for (server, code, cut, lacking, is_named) in [
            (ssh, about_algorithms, false, Some(lacking()), true),
            (ssh, about_algorithms, true, Some(lacking()), false),
            (ssh, about_algorithms, false, None, false),
            (
                ssh,
                libssh2_sys::LIBSSH2_ERROR_PROTO,
                false,
                Some(lacking()),
                false,
            ),
            (None, about_algorithms, false, Some(lacking()), false),
        ] {
            let error = ssh2::Error::new(ErrorCode::Session(code), "it failed");
            let case = format!("{server:?} {code} {cut} {lacking:?}");
            match handshake_failed(server, &error, cut, Greeting::Nothing, lacking) {
                SshError::NoCommonAlgorithm { server, .. } => {
                    assert!(is_named && server == "SSH-2.0-Old", "{case}");
                }
                SshError::Handshake {
                    text, cut: told, ..
                } => {
                    assert!(!is_named && text == "it failed" && told == cut, "{case}");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}
