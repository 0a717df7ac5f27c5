//! A certificate: its plain key, and an authority's word for whom that key speaks: a host, as told
//! here, or a user, as told to a server.
//!
//! Read here because `ssh_key::Certificate` (0.6.7) refuses a time beyond `i64::MAX`, and "for
//! ever", which `ssh-keygen -s` writes by default, is `u64::MAX`. The format is that of OpenSSH's
//! PROTOCOL.certkeys; a certificate has to meet what `ssh` 9.2 requires of it.

use super::signature::{self, Checked};
use crate::i18n::fl;
use crate::ssh::wire::{put_string, take_chunk, take_string};

/// Suffix of the type of every certificate.
const SUFFIX: &str = "-cert-v01@openssh.com";
/// "This certificate is for users", and "… for hosts".
const FOR_USERS: u32 = 1;
const FOR_HOSTS: u32 = 2;

/// A certificate, taken apart. Whether it counts is for [`Certificate::fault`] to say.
#[derive(Debug)]
pub(super) struct Certificate<'a> {
    /// The key that the host proved to have, as a plain key.
    pub(super) key: Vec<u8>,
    /// The key of the authority that signed.
    pub(super) authority: &'a [u8],
    kind: u32,
    /// Empty means every name.
    principals: Vec<&'a [u8]>,
    valid_after: u64,
    valid_before: u64,
    critical_options: &'a [u8],
    signed: &'a [u8],
    signature: &'a [u8],
}

/// Why a certificate does not count.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum CertificateError {
    /// It is no certificate of this authority: `ssh` ends the connection.
    Forged,
    /// The authority did not mean this, for that reason: `ssh` looks at the plain key instead.
    NotForUs(String),
}

/// Returns true if a key's type is that of a certificate.
#[must_use]
pub fn is_certificate(key_type: &str) -> bool {
    key_type.ends_with(SUFFIX)
}

/// Returns the type of key that a certificate's type contains; any other type is its own.
pub(super) fn plain_type(key_type: &str) -> &str {
    key_type.strip_suffix(SUFFIX).unwrap_or(key_type)
}

/// Returns the number of strings that a key of a type has after its name. `None` for a type that
/// OpenSSH does not have.
pub(super) fn parts(plain_type: &str) -> Option<usize> {
    Some(match plain_type {
        "ssh-ed25519" => 1,
        "ssh-rsa"
        | "ecdsa-sha2-nistp256"
        | "ecdsa-sha2-nistp384"
        | "ecdsa-sha2-nistp521"
        | "sk-ssh-ed25519@openssh.com" => 2,
        "sk-ecdsa-sha2-nistp256@openssh.com" => 3,
        "ssh-dss" => 4,
        _ => return None,
    })
}

impl<'a> Certificate<'a> {
    /// `None` if the blob is anything else, or damaged.
    pub(super) fn parse(blob: &'a [u8]) -> Option<Self> {
        let mut rest = blob;
        let name = std::str::from_utf8(take_string(&mut rest)?).ok()?;
        // Security keys have types of their own: `sk-ssh-ed25519-cert-v01@openssh.com`.
        let plain = match name.strip_suffix(SUFFIX)? {
            key if key.starts_with("sk-") => format!("{key}@openssh.com"),
            key => key.to_owned(),
        };
        let _nonce = take_string(&mut rest)?;
        let key_data = rest;
        skip_strings(&mut rest, parts(&plain)?)?;
        let mut key = Vec::new();
        put_string(&mut key, plain.as_bytes());
        key.extend(key_data.strip_suffix(rest)?);

        let _serial: [u8; 8] = take_chunk(&mut rest)?;
        let kind = u32::from_be_bytes(take_chunk(&mut rest)?);
        let _key_id = take_string(&mut rest)?;
        let principals = strings(take_string(&mut rest)?)?;
        let valid_after = u64::from_be_bytes(take_chunk(&mut rest)?);
        let valid_before = u64::from_be_bytes(take_chunk(&mut rest)?);
        let critical_options = take_string(&mut rest)?;
        skip_strings(&mut rest, 2)?; // Extensions, which hosts have none of, and a reserve.
        let authority = take_string(&mut rest)?;
        let signed = blob.strip_suffix(rest)?;
        let signature = take_string(&mut rest)?;
        rest.is_empty().then_some(Self {
            key,
            authority,
            kind,
            principals,
            valid_after,
            valid_before,
            critical_options,
            signed,
            signature,
        })
    }

    /// Returns the reason why this certificate does not make its key the one of `host`, or `None`
    /// if it does. Does not check that the authority is one of the user's.
    pub(super) fn fault(
        &self,
        host: &str,
        now: u64,
        algorithms: &[String],
    ) -> Option<CertificateError> {
        let name = signature::algorithm(self.signature).unwrap_or_default();
        match signature::check(self.authority, self.signature, self.signed) {
            Checked::Good => {}
            Checked::Bad => return Some(CertificateError::Forged),
            Checked::Unsupported => {
                return Some(CertificateError::NotForUs(fl!(
                    "certificate-algorithm",
                    name = name
                )));
            }
        }
        let why = if self.kind != FOR_HOSTS {
            fl!("certificate-not-for-hosts")
        } else if now < self.valid_after {
            fl!("certificate-not-yet")
        } else if now >= self.valid_before {
            fl!("certificate-expired")
        } else if !self.speaks_for(host) {
            fl!("certificate-other-name", host = host)
        } else if !self.critical_options.is_empty() {
            fl!("certificate-options")
        } else if !algorithms.is_empty() && !algorithms.contains(&name) {
            fl!("certificate-algorithm", name = name)
        } else {
            return None;
        };
        Some(CertificateError::NotForUs(why))
    }

    fn speaks_for(&self, host: &str) -> bool {
        self.principals.is_empty() || self.principals.contains(&host.as_bytes())
    }
}

/// Parts of a user's certificate that a login checks; the server judges the rest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserCertificate {
    /// The key that it certifies, as a plain key.
    pub key: Vec<u8>,
    /// From when it counts, in seconds since 1970.
    pub valid_after: u64,
    /// Until when; `u64::MAX` for ever.
    pub valid_before: u64,
}

/// Reads a user's certificate; `None` for a plain key, a host's certificate, or damage.
#[must_use]
pub fn user_certificate(blob: &[u8]) -> Option<UserCertificate> {
    let certificate = Certificate::parse(blob)?;
    (certificate.kind == FOR_USERS).then_some(UserCertificate {
        key: certificate.key,
        valid_after: certificate.valid_after,
        valid_before: certificate.valid_before,
    })
}

/// The plain key in a key or certificate, or `None` for what OpenSSH would not take for either.
#[must_use]
pub fn plain_key(blob: &[u8]) -> Option<Vec<u8>> {
    let mut rest = blob;
    let name = std::str::from_utf8(take_string(&mut rest)?).ok()?;
    if is_certificate(name) {
        return Certificate::parse(blob).map(|certificate| certificate.key);
    }
    skip_strings(&mut rest, parts(name)?)?;
    rest.is_empty().then(|| blob.to_owned())
}

fn skip_strings(from: &mut &[u8], count: usize) -> Option<()> {
    for _ in 0..count {
        take_string(from)?;
    }
    Some(())
}

fn strings(mut data: &[u8]) -> Option<Vec<&[u8]>> {
    let mut found = Vec::new();
    while !data.is_empty() {
        found.push(take_string(&mut data)?);
    }
    Some(found)
}

#[cfg(test)]
mod tests;
