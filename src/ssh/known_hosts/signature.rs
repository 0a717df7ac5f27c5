//! Checks an authority's signature. The mathematics is OpenSSL's, which libssh2 brings along
//! anyway.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::ecdsa::EcdsaSig;
use openssl::error::ErrorStack;
use openssl::hash::{MessageDigest, hash};
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey};
use openssl::rsa::Rsa;
use openssl::sign::Verifier;

use crate::ssh::wire::take_string;

/// Shorter ones are refused by OpenSSH too.
const MIN_RSA_BITS: u32 = 1024;

/// The outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checked {
    Good,
    Bad,
    /// A kind of signature that is not checked here: SHA-1, security keys, DSA.
    Unsupported,
}

/// The name of a signature's algorithm.
pub(super) fn algorithm(mut signature: &[u8]) -> Option<String> {
    let name = take_string(&mut signature)?;
    Some(String::from_utf8_lossy(name).into_owned())
}

/// Returns the length of an RSA key, in bits; `None` for any other key.
#[must_use]
pub fn rsa_bits(mut key: &[u8]) -> Option<usize> {
    if take_string(&mut key)? != b"ssh-rsa" {
        return None;
    }
    let _exponent = take_string(&mut key)?;
    let modulus = take_string(&mut key)?;
    let first = modulus.iter().position(|&byte| byte != 0)?;
    let leading = modulus.get(first)?.leading_zeros() as usize;
    Some((modulus.len() - first) * 8 - leading)
}

/// Checks a signature over `data` with a public key, all in SSH's own encodings.
pub(super) fn check(mut key: &[u8], signature: &[u8], data: &[u8]) -> Checked {
    let Some((name, value)) = taken_apart(signature) else {
        return Checked::Bad;
    };
    let Some(kind) = take_string(&mut key) else {
        return Checked::Bad;
    };
    let fields = key;
    let good = match (kind, name) {
        (b"ssh-ed25519", b"ssh-ed25519") => ed25519(fields, value, data),
        (b"ssh-rsa", b"rsa-sha2-256") => rsa(fields, value, data, MessageDigest::sha256()),
        (b"ssh-rsa", b"rsa-sha2-512") => rsa(fields, value, data, MessageDigest::sha512()),
        (kind, name) if kind == name => match curve(kind) {
            Some((nid, digest)) => ecdsa(fields, value, data, nid, digest),
            // RSA with SHA-1 too, whose signatures have the name of the key.
            None => return Checked::Unsupported,
        },
        _ => return Checked::Bad,
    };
    if good == Some(true) {
        Checked::Good
    } else {
        Checked::Bad
    }
}

/// The name and the value of a signature that has no more to it. A security key's has: it stays whole.
fn taken_apart(mut signature: &[u8]) -> Option<(&[u8], &[u8])> {
    let name = take_string(&mut signature)?;
    let value = take_string(&mut signature)?;
    (signature.is_empty() || name.starts_with(b"sk-")).then_some((name, value))
}

fn curve(kind: &[u8]) -> Option<(Nid, MessageDigest)> {
    match kind {
        b"ecdsa-sha2-nistp256" => Some((Nid::X9_62_PRIME256V1, MessageDigest::sha256())),
        b"ecdsa-sha2-nistp384" => Some((Nid::SECP384R1, MessageDigest::sha384())),
        b"ecdsa-sha2-nistp521" => Some((Nid::SECP521R1, MessageDigest::sha512())),
        _ => None,
    }
}

fn ed25519(mut fields: &[u8], value: &[u8], data: &[u8]) -> Option<bool> {
    let point = take_string(&mut fields)?;
    let verify = || -> Result<bool, ErrorStack> {
        let key = PKey::public_key_from_raw_bytes(point, Id::ED25519)?;
        Verifier::new_without_digest(&key)?.verify_oneshot(value, data)
    };
    verify().ok()
}

fn rsa(mut fields: &[u8], value: &[u8], data: &[u8], digest: MessageDigest) -> Option<bool> {
    let exponent = take_string(&mut fields)?;
    let modulus = take_string(&mut fields)?;
    let verify = || -> Result<bool, ErrorStack> {
        let (n, e) = (BigNum::from_slice(modulus)?, BigNum::from_slice(exponent)?);
        let key = PKey::from_rsa(Rsa::from_public_components(n, e)?)?;
        // A value that begins with zeros may be sent without them (RFC 8332, 3).
        let padded = [
            vec![0; key.size().saturating_sub(value.len())],
            value.to_vec(),
        ]
        .concat();
        Ok(key.bits() >= MIN_RSA_BITS
            && Verifier::new(digest, &key)?.verify_oneshot(&padded, data)?)
    };
    verify().ok()
}

fn ecdsa(
    mut fields: &[u8],
    mut value: &[u8],
    data: &[u8],
    nid: Nid,
    digest: MessageDigest,
) -> Option<bool> {
    let _curve = take_string(&mut fields)?;
    let point = take_string(&mut fields)?;
    let r = take_string(&mut value)?;
    let s = take_string(&mut value)?;
    let verify = || -> Result<bool, ErrorStack> {
        let group = EcGroup::from_curve_name(nid)?;
        let point = EcPoint::from_bytes(&group, point, &mut *BigNumContext::new()?)?;
        let key = EcKey::from_public_key(&group, &point)?;
        key.check_key()?;
        let (r, s) = (BigNum::from_slice(r)?, BigNum::from_slice(s)?);
        EcdsaSig::from_private_components(r, s)?.verify(&hash(digest, data)?, &key)
    };
    verify().ok()
}
