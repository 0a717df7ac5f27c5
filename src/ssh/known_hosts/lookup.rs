//! The lookup of a host's keys in the known-hosts files.

use std::io;
use std::path::{Path, PathBuf};

use base64ct::{Base64Unpadded, Encoding};
use ssh_key::sha2::{Digest, Sha256};

use super::certificate::{Certificate, CertificateError, plain_key};
use super::error::KnownHostsError;
use super::host_name::HostName;
use super::line::{self, KnownHostsEntry, Marker};
use crate::ssh::wire::key_type;

/// Every line of several known-hosts files, the user's own files first.
#[derive(Debug, Clone, Default)]
pub struct KnownHosts {
    files: Vec<(PathBuf, Vec<KnownHostsEntry>)>,
    /// Keys of the one host that is looked up, which stand in no file.
    pub(super) told: Vec<Vec<u8>>,
}

/// The known-hosts files' verdict on a key that a host has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Exactly this key is on file for this host.
    Trusted,
    /// No key is on file for this host.
    Unknown {
        /// Keys on file for the same host name without its port, none of which is this key. `ssh`
        /// ignores them here; a prompt to the user may mention them.
        without_port: Vec<KnownKey>,
    },
    /// Other keys are on file for this host, but not this one.
    ///
    /// As in `ssh`, a key of another type counts too: a caller that offers
    /// [`KnownHosts::algorithms`] is shown a known type whenever the server still has one.
    Changed {
        /// The keys on file.
        known: Vec<KnownKey>,
        /// True if one of them has the type of the shown key. If none has, the server may only
        /// have dropped its old key, which deserves the same refusal but calmer words.
        same_type: bool,
    },
    /// This key must never be accepted.
    Revoked {
        /// The file that says so.
        file: PathBuf,
        /// The number of the line in it, from 1.
        line: usize,
    },
}

/// The known-hosts files' verdict on a certificate that a host has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateVerdict {
    /// An authority on file made it, for this host and this time.
    Trusted,
    /// It does not count; its key may still be on file.
    PlainKey {
        /// The key that the host proved to have.
        key: Vec<u8>,
        /// Fault of the certificate, if an authority on file made it.
        why: Option<String>,
    },
    /// Its key or its authority must never be accepted.
    Revoked {
        /// The file that says so.
        file: PathBuf,
        /// The number of the line in it, from 1.
        line: usize,
    },
    /// It is damaged, or its signature is wrong.
    Malformed,
}

/// One key on file, with what the user needs to find and remove it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownKey {
    /// The file that contains it.
    pub file: PathBuf,
    /// The number of the line in it, from 1.
    pub line: usize,
    /// The key's type, such as `ssh-ed25519`.
    pub key_type: String,
    /// The key's fingerprint, `SHA256:…`.
    pub fingerprint: String,
}

impl KnownHosts {
    /// Reads the user's files, then the system's. A missing file counts as an empty one.
    ///
    /// # Errors
    /// If a file exists but cannot be read: without it a revoked key could pass for a new one.
    pub fn read(user: &[PathBuf], global: &[PathBuf]) -> Result<Self, KnownHostsError> {
        let mut files = Vec::new();
        for path in user.iter().chain(global) {
            match std::fs::read(path) {
                Ok(text) => files.push((path.clone(), line::parse_file(&text))),
                Err(e) if e.kind() == io::ErrorKind::NotFound => {}
                Err(source) => {
                    return Err(KnownHostsError::Read {
                        file: path.clone(),
                        source,
                    });
                }
            }
        }
        let told = Vec::new();
        Ok(Self { files, told })
    }

    /// Reads the text of one file.
    pub(crate) fn of_text(text: &[u8]) -> Self {
        let file = PathBuf::from("known_hosts");
        let files = vec![(file, line::parse_file(text))];
        let told = Vec::new();
        Self { files, told }
    }

    /// Adds keys of the host that is to be looked up, as told by a trusted host. They count as if
    /// they were in a file: a key that is neither there nor here is another host's.
    #[must_use]
    pub fn with_told(mut self, keys: &[Vec<u8>]) -> Self {
        self.told = keys.to_vec();
        self
    }

    /// Looks up this key of this host.
    #[must_use]
    pub fn verdict(&self, name: &HostName, key_blob: &[u8]) -> Verdict {
        if let Some((file, line)) = self.revocation(name, key_blob) {
            return Verdict::Revoked {
                file: file.to_owned(),
                line,
            };
        }
        if self.holds(&name.name, key_blob) {
            return Verdict::Trusted;
        }
        let known = self.known(&name.name);
        if !known.is_empty() || !self.told.is_empty() {
            let shown = key_type(key_blob);
            let same_type = known.iter().any(|k| Some(k.key_type.as_str()) == shown);
            return Verdict::Changed { known, same_type };
        }
        self.verdict_without_port(name, key_blob)
    }

    /// Looks up a certificate of this host, at a time in seconds since 1970.
    ///
    /// `algorithms` are the ones that an authority may sign with (`CASignatureAlgorithms`).
    #[must_use]
    pub fn certificate_verdict(
        &self,
        name: &HostName,
        blob: &[u8],
        now: u64,
        algorithms: &[String],
    ) -> CertificateVerdict {
        let Some(certificate) = Certificate::parse(blob) else {
            return CertificateVerdict::Malformed;
        };
        for key in [&certificate.key[..], certificate.authority] {
            if let Some((file, line)) = self.revocation(name, key) {
                let file = file.to_owned();
                return CertificateVerdict::Revoked { file, line };
            }
        }
        let names = std::iter::once(name.as_str()).chain(name.without_port.as_deref());
        let is_ours = names.clone().any(|name| self.trusts(name, &certificate));
        let why = match certificate.fault(name.principal(), now, algorithms) {
            Some(CertificateError::Forged) => return CertificateVerdict::Malformed,
            None if is_ours => return CertificateVerdict::Trusted,
            Some(CertificateError::NotForUs(why)) if is_ours => Some(why),
            // Another authority's certificate is as good as none.
            _ => None,
        };
        CertificateVerdict::PlainKey {
            key: certificate.key,
            why,
        }
    }

    fn trusts(&self, filed_under: &str, certificate: &Certificate) -> bool {
        self.lines().any(|(_, line)| {
            line.marker == Marker::CertAuthority
                && line.blob == certificate.authority
                && line.names(filed_under)
        })
    }

    /// Only when nothing at all is filed under `[host]:port` does `ssh` look at the bare name, and
    /// then only to trust the very same key: other keys there belong to another server.
    fn verdict_without_port(&self, name: &HostName, key_blob: &[u8]) -> Verdict {
        match &name.without_port {
            Some(bare) if self.holds(bare, key_blob) => Verdict::Trusted,
            Some(bare) => Verdict::Unknown {
                without_port: self.known(bare),
            },
            None => Verdict::Unknown {
                without_port: Vec::new(),
            },
        }
    }

    /// The first `@revoked` line for this key, in any file.
    ///
    /// Stricter than `ssh`, which forgets a revocation under the bare name when the port isn't 22.
    pub(super) fn revocation(&self, name: &HostName, key_blob: &[u8]) -> Option<(&Path, usize)> {
        self.lines()
            .find(|(_, line)| {
                line.marker == Marker::Revoked
                    && plain_key(&line.blob).as_deref().unwrap_or(&line.blob) == key_blob
                    && (line.names(&name.name)
                        || name
                            .without_port
                            .as_deref()
                            .is_some_and(|bare| line.names(bare)))
            })
            .map(|(file, line)| (file, line.number))
    }

    fn holds(&self, filed_under: &str, key_blob: &[u8]) -> bool {
        let told = self.told.iter().any(|key| key == key_blob);
        let mut lines = self.plain_lines(filed_under);
        told || lines.any(|(_, line)| line.blob == key_blob)
    }

    fn known(&self, filed_under: &str) -> Vec<KnownKey> {
        self.plain_lines(filed_under)
            .map(|(file, line)| KnownKey {
                file: file.to_owned(),
                line: line.number,
                key_type: line.key_type.clone(),
                fingerprint: fingerprint(&line.blob),
            })
            .collect()
    }

    pub(super) fn plain_lines(
        &self,
        filed_under: &str,
    ) -> impl Iterator<Item = (&Path, &KnownHostsEntry)> {
        self.lines()
            .filter(move |(_, line)| line.marker == Marker::None && line.names(filed_under))
    }

    pub(super) fn lines(&self) -> impl Iterator<Item = (&Path, &KnownHostsEntry)> {
        self.files
            .iter()
            .flat_map(|(file, lines)| lines.iter().map(move |line| (file.as_path(), line)))
    }
}

/// The fingerprint of a key as `ssh-keygen -l` prints it: `SHA256:` and base64 without padding. A
/// certificate's is that of the key inside.
#[must_use]
pub fn fingerprint(key_blob: &[u8]) -> String {
    let plain = plain_key(key_blob);
    let key_blob = plain.as_deref().unwrap_or(key_blob);
    format!(
        "SHA256:{}",
        Base64Unpadded::encode_string(&Sha256::digest(key_blob))
    )
}
