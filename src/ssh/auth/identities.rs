//! Selects the keys to offer, and their order: OpenSSH's, so that a login which works there works
//! here, and uses up no more of the server's permitted attempts.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::agent::AgentKey;
use super::key_error::KeyError;
use super::keys::KeyText;
use crate::i18n::fl;
use crate::ssh::known_hosts::{fingerprint, plain_key, rsa_bits, user_certificate};
use crate::ssh::resolve::SshTarget;
use crate::ssh::wire::key_type;

/// Key files that OpenSSH looks for by default (`IdentityFile` in `ssh_config(5)`).
const USUAL: [&str; 7] = [
    "id_rsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    "id_xmss",
    "id_dsa",
];

/// A key, or a certificate, to be offered.
#[derive(Debug, Clone)]
pub struct UserKey {
    /// Description for the user.
    pub what: String,
    /// The part that the server sees. A PEM file with no `.pub` beside it shows nothing before it
    /// is open.
    pub blob: Option<Vec<u8>>,
    /// Its signer.
    pub signer: Signer,
}

/// Signer for an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// The agent, with the key that it knows by this blob.
    Agent(Vec<u8>),
    /// The key in this file.
    File(PathBuf),
}

/// Certificates that are named; the agent's keys that are configured; its other keys, unless only
/// configured ones are wanted; the rest of the configured files. (`pubkey_prepare` in OpenSSH's
/// sshconnect2.c.)
pub fn in_order(target: &SshTarget, agent: &[AgentKey]) -> Vec<UserKey> {
    let mut files = configured(target);
    let mut identities = named_certificates(target);
    let mut others = Vec::new();
    for key in agent {
        let is_this = |file: &UserKey| file.blob.as_ref() == Some(&key.blob);
        if let Some(place) = files.iter().position(is_this) {
            files.remove(place);
            identities.push(of_agent(key));
        } else if !target.identities_only {
            others.push(of_agent(key));
        }
    }
    identities.extend(others);
    identities.extend(files);
    identities.retain(|identity| {
        identity
            .blob
            .as_deref()
            .is_none_or(|blob| fits(target, blob))
    });
    sign_for_certificates(&mut identities);
    identities
}

/// Returns true if the configuration lets a key be offered: `PubkeyAcceptedAlgorithms`,
/// `RequiredRSASize`.
pub fn fits(target: &SshTarget, blob: &[u8]) -> bool {
    let bits = plain_key(blob).and_then(|key| rsa_bits(&key));
    if bits.is_some_and(|bits| bits < target.min_rsa_bits as usize) {
        return false;
    }
    let accepted = &target.pubkey_algorithms;
    accepted.is_empty()
        || accepted
            .iter()
            .any(|name| signs(name, key_type(blob).unwrap_or_default()))
}

/// Returns true if a signature algorithm is one of a key's type; RSA has three.
fn signs(algorithm: &str, kind: &str) -> bool {
    let of = match algorithm {
        "rsa-sha2-256" | "rsa-sha2-512" => "ssh-rsa",
        "rsa-sha2-256-cert-v01@openssh.com" | "rsa-sha2-512-cert-v01@openssh.com" => {
            "ssh-rsa-cert-v01@openssh.com"
        }
        other => other,
    };
    of == kind
}

/// Returns the key files that are named explicitly and do not exist. (`ssh -G` names the default
/// ones too.)
pub fn missing(target: &SshTarget) -> impl Iterator<Item = &Path> {
    let is_usual = |file: &Path| {
        let name = file.file_name().and_then(|name| name.to_str());
        file.parent().is_some_and(|folder| folder.ends_with(".ssh"))
            && name.is_some_and(|name| USUAL.contains(&name))
    };
    let files = target.identity_files.iter().map(PathBuf::as_path);
    files.filter(move |file| !is_usual(file) && !file.is_file() && !beside(file, ".pub").is_file())
}

/// The files of the configuration, and the certificates that lie beside them unless some are named.
fn configured(target: &SshTarget) -> Vec<UserKey> {
    let mut found = Vec::new();
    for file in &target.identity_files {
        if file.is_file() || beside(file, ".pub").is_file() {
            found.push(UserKey {
                what: fl!("login-key", file = file.display().to_string()),
                blob: public_half(file),
                signer: Signer::File(file.clone()),
            });
        }
        let certificate = beside(file, "-cert.pub");
        if target.certificate_files.is_empty()
            && let Some(blob) = certificate_in(&certificate)
        {
            found.push(UserKey {
                what: certificate_in_words(&certificate),
                blob: Some(blob),
                signer: Signer::File(file.clone()),
            });
        }
    }
    found
}

/// `CertificateFile`. Whose private key goes with each is found out later.
fn named_certificates(target: &SshTarget) -> Vec<UserKey> {
    let files = target.certificate_files.iter();
    let named = files.filter_map(|file| {
        Some(UserKey {
            what: certificate_in_words(file),
            blob: Some(certificate_in(file)?),
            signer: Signer::File(file.clone()),
        })
    });
    named.collect()
}

/// A certificate is signed for by whichever identity has its plain key.
fn sign_for_certificates(identities: &mut [UserKey]) {
    let plain: Vec<(Vec<u8>, Signer)> = identities
        .iter()
        .filter(|identity| {
            identity
                .blob
                .as_deref()
                .and_then(user_certificate)
                .is_none()
        })
        .filter_map(|identity| Some((identity.blob.clone()?, identity.signer.clone())))
        .collect();
    for identity in identities {
        let certificate = identity.blob.as_deref().and_then(user_certificate);
        let owner = certificate.and_then(|certificate| {
            let of_it = plain.iter().find(|(key, _)| *key == certificate.key);
            of_it.map(|(_, signer)| signer.clone())
        });
        identity.signer = owner.unwrap_or_else(|| identity.signer.clone());
    }
}

fn of_agent(key: &AgentKey) -> UserKey {
    UserKey {
        what: fl!(
            "login-agent-key",
            comment = key.comment.as_str(),
            fingerprint = fingerprint(&key.blob)
        ),
        blob: Some(key.blob.clone()),
        signer: Signer::Agent(key.blob.clone()),
    }
}

fn certificate_in_words(file: &Path) -> String {
    fl!("login-certificate", file = file.display().to_string())
}

/// Why a certificate will not do, if its dates alone say so.
pub fn out_of_date(blob: &[u8], now: SystemTime) -> Option<String> {
    let certificate = user_certificate(blob)?;
    let now = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let days = |seconds: u64| i64::try_from(seconds / 86_400).unwrap_or(i64::MAX);
    if now >= certificate.valid_before {
        return Some(fl!(
            "login-certificate-expired",
            days = days(now - certificate.valid_before)
        ));
    }
    (now < certificate.valid_after).then(|| fl!("login-certificate-not-yet"))
}

/// The public half of a key file, as OpenSSH looks for it: the file may be a public key itself, which
/// chooses one of the agent's; else it lies beside; else the private key's own form shows it.
fn public_half(file: &Path) -> Option<Vec<u8>> {
    public_in(file)
        .or_else(|| public_in(&beside(file, ".pub")))
        .or_else(|| KeyText::peek(file)?.public())
}

/// The first public key, or certificate, in a file.
fn public_in(file: &Path) -> Option<Vec<u8>> {
    let text = std::fs::read(file).ok()?;
    let text = String::from_utf8_lossy(&text);
    text.lines().find_map(public_line)
}

/// `TYPE BASE64 COMMENT`, without anything in front.
pub(crate) fn public_line(line: &str) -> Option<Vec<u8>> {
    use base64ct::Encoding;
    let mut words = line.split_ascii_whitespace();
    let (kind, encoded) = (words.next()?, words.next()?);
    let blob = base64ct::Base64::decode_vec(encoded).ok()?;
    (key_type(&blob) == Some(kind) && plain_key(&blob).is_some()).then_some(blob)
}

fn certificate_in(file: &Path) -> Option<Vec<u8>> {
    public_in(file).filter(|blob| user_certificate(blob).is_some())
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Returns the reason why a file cannot be used, as text.
pub fn in_words(file: &Path, error: &KeyError) -> String {
    match error {
        KeyError::Passphrase => fl!("login-key-passphrase"),
        KeyError::TooOpen(mode) => fl!(
            "login-key-open",
            mode = format!("{mode:04o}"),
            file = file.display().to_string()
        ),
        KeyError::SecurityKey => fl!("login-key-security"),
        KeyError::Other(why) => why.clone(),
    }
}

#[cfg(test)]
mod tests;
