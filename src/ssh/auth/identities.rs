//! Which keys are offered, and in which order: OpenSSH's, so that a login which works there does
//! not use up the server's patience here.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ssh_key::{Certificate, PublicKey};

use super::agent::AgentKey;
use super::keys::{KeyError, KeyText};
use crate::ssh::known_hosts::fingerprint;
use crate::ssh::resolve::Target;
use crate::words::say;

/// A key, or a certificate, to be offered.
pub struct Identity {
    /// In words.
    pub what: String,
    /// What the server gets to see. A PEM file that is encrypted and has no `.pub` beside it shows
    /// nothing before it is open.
    pub blob: Option<Vec<u8>>,
    /// Who signs.
    pub signer: Signer,
}

/// Who signs for an identity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Signer {
    /// The agent, with the key that it knows by this blob.
    Agent(Vec<u8>),
    /// The key in this file.
    File(PathBuf),
}

/// A file of the configuration: a key, or a certificate that lies beside one.
struct Configured {
    file: PathBuf,
    certificate: Option<PathBuf>,
    blob: Option<Vec<u8>>,
}

/// Certificates that are named; the agent's keys that are configured; its other keys, unless only
/// configured ones are wanted; the rest of the configured files. (`pubkey_prepare` in OpenSSH's
/// sshconnect2.c.)
pub fn in_order(target: &Target, agent: &[AgentKey]) -> Vec<Identity> {
    let mut files = configured(target);
    let mut identities = named_certificates(target, agent, &files);
    let is_configured = |key: &AgentKey, files: &[Configured]| {
        files
            .iter()
            .position(|file| file.blob.as_ref() == Some(&key.blob))
    };
    let mut others = Vec::new();
    for key in agent {
        if let Some(place) = is_configured(key, &files) {
            files.remove(place);
            identities.push(of_agent(key));
        } else if !target.identities_only {
            others.push(of_agent(key));
        }
    }
    identities.extend(others);
    identities.extend(files.into_iter().map(|configured| Identity {
        what: match &configured.certificate {
            Some(certificate) => certificate_in_words(certificate),
            None => key_in_words(&configured.file),
        },
        blob: configured.blob,
        signer: Signer::File(configured.file),
    }));
    identities
}

fn configured(target: &Target) -> Vec<Configured> {
    let mut found = Vec::new();
    for file in &target.identity_files {
        if file.is_file() || beside(file, ".pub").is_file() {
            found.push(Configured {
                file: file.clone(),
                certificate: None,
                blob: public_half(file),
            });
        }
        let certificate = beside(file, "-cert.pub");
        // As in ssh: certificates that are named take the place of those that lie there.
        if target.certificate_files.is_empty() && certificate.is_file() {
            found.push(Configured {
                file: file.clone(),
                blob: read_certificate(&certificate).and_then(|found| found.to_bytes().ok()),
                certificate: Some(certificate),
            });
        }
    }
    found
}

fn named_certificates(target: &Target, agent: &[AgentKey], files: &[Configured]) -> Vec<Identity> {
    let mut identities = Vec::new();
    for file in &target.certificate_files {
        let Some(certificate) = read_certificate(file) else {
            continue;
        };
        let plain = PublicKey::from(certificate.public_key().clone())
            .to_bytes()
            .ok();
        let held = agent.iter().find(|key| Some(&key.blob) == plain.as_ref());
        let on_file = files.iter().find(|file| file.blob == plain);
        let signer = match (held, on_file) {
            (Some(key), _) => Signer::Agent(key.blob.clone()),
            (None, Some(key)) => Signer::File(key.file.clone()),
            (None, None) => continue,
        };
        identities.push(Identity {
            what: certificate_in_words(file),
            blob: certificate.to_bytes().ok(),
            signer,
        });
    }
    identities
}

fn of_agent(key: &AgentKey) -> Identity {
    Identity {
        what: say!(
            "login-agent-key",
            comment = key.comment.as_str(),
            fingerprint = fingerprint(&key.blob)
        ),
        blob: Some(key.blob.clone()),
        signer: Signer::Agent(key.blob.clone()),
    }
}

fn key_in_words(file: &Path) -> String {
    say!("login-key", file = file.display().to_string())
}

fn certificate_in_words(file: &Path) -> String {
    say!("login-certificate", file = file.display().to_string())
}

/// Why a certificate will not do, if its dates alone say so.
pub fn out_of_date(blob: &[u8], now: SystemTime) -> Option<String> {
    let certificate = Certificate::from_bytes(blob).ok()?;
    let now = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let days = |seconds: u64| i64::try_from(seconds / 86_400).unwrap_or(i64::MAX);
    if now >= certificate.valid_before() {
        return Some(say!(
            "login-certificate-expired",
            days = days(now - certificate.valid_before())
        ));
    }
    (now < certificate.valid_after()).then(|| say!("login-certificate-not-yet"))
}

/// The public half of a key file: what it shows itself, else what lies beside it. (What lies there
/// may be another key's.)
fn public_half(file: &Path) -> Option<Vec<u8>> {
    if let Some(public) = KeyText::read(file).ok().and_then(|text| text.public()) {
        return Some(public);
    }
    let text = std::fs::read_to_string(beside(file, ".pub")).ok()?;
    PublicKey::from_openssh(text.trim()).ok()?.to_bytes().ok()
}

fn read_certificate(file: &Path) -> Option<Certificate> {
    Certificate::from_openssh(std::fs::read_to_string(file).ok()?.trim()).ok()
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name: OsString = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Why a file is of no use, in words.
pub fn in_words(file: &Path, error: &KeyError) -> String {
    match error {
        KeyError::Passphrase => say!("login-key-passphrase"),
        KeyError::TooOpen(mode) => say!(
            "login-key-open",
            mode = format!("{mode:04o}"),
            file = file.display().to_string()
        ),
        KeyError::SecurityKey => say!("login-key-security"),
        KeyError::Other(why) => why.clone(),
    }
}
