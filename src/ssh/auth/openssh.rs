//! OpenSSH's own form of private keys (PROTOCOL.key in its sources).
//!
//! `ssh-key` has the cipher and the key derivation. Its reader of the rest (0.6.7) refuses half of
//! all P-521 keys: those whose number is a byte shorter than the curve.

use openssl::bn::{BigNum, BigNumContext};
use openssl::ec::{EcGroup, EcKey, EcPoint};
use openssl::error::ErrorStack;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::RsaPrivateKeyBuilder;
use ssh_key::{Cipher, Kdf};
use zeroize::Zeroizing;

use super::key_error::KeyError;
use crate::i18n::fl;
use crate::ssh::wire::take_string;

const BEGIN: &str = "-----BEGIN OPENSSH PRIVATE KEY-----";
const END: &str = "-----END OPENSSH PRIVATE KEY-----";
const MAGIC: &[u8] = b"openssh-key-v1\0";

/// A key file's parts.
pub struct Container {
    cipher: String,
    kdf: String,
    options: Vec<u8>,
    /// The public half, which is not encrypted.
    pub public: Vec<u8>,
    private: Zeroizing<Vec<u8>>,
    tag: Vec<u8>,
}

impl Container {
    /// `None` for any other form.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let text = std::str::from_utf8(text).ok()?;
        let body = text.split_once(BEGIN)?.1.split_once(END)?.0;
        let body: Zeroizing<String> = Zeroizing::new(body.split_whitespace().collect());
        let bytes = Zeroizing::new(base64(&body)?);
        let mut rest = bytes.strip_prefix(MAGIC)?;
        let cipher = String::from_utf8(take_string(&mut rest)?.to_vec()).ok()?;
        let kdf = String::from_utf8(take_string(&mut rest)?.to_vec()).ok()?;
        let options = take_string(&mut rest)?.to_vec();
        let mut rest = rest.strip_prefix(&[0, 0, 0, 1])?;
        Some(Self {
            cipher,
            kdf,
            options,
            public: take_string(&mut rest)?.to_vec(),
            private: Zeroizing::new(take_string(&mut rest)?.to_vec()),
            tag: rest.to_vec(),
        })
    }

    /// The private key.
    pub fn open(&self, passphrase: Option<&str>) -> Result<PKey<Private>, KeyError> {
        let mut plain = self.private.clone();
        if self.cipher != "none" {
            let passphrase = passphrase.ok_or(KeyError::Passphrase)?;
            self.decrypt(&mut plain, passphrase)
                .ok_or(KeyError::Passphrase)?;
        }
        // Twice the same number: the sign of a right passphrase.
        let checked = plain
            .split_at_checked(8)
            .filter(|(check, _)| check[..4] == check[4..]);
        let (_, rest) = checked.ok_or(KeyError::Passphrase)?;
        private_key(rest)
    }

    fn decrypt(&self, buffer: &mut [u8], passphrase: &str) -> Option<()> {
        let mut options = self.options.as_slice();
        let salt = take_string(&mut options)?.to_vec();
        let rounds = u32::from_be_bytes(*options.first_chunk()?);
        if self.kdf != "bcrypt" {
            return None;
        }
        let cipher = Cipher::new(&self.cipher).ok()?;
        let kdf = Kdf::Bcrypt { salt, rounds };
        let (key, iv) = kdf.derive_key_and_iv(cipher, passphrase).ok()?;
        let tag = match self.tag.as_slice() {
            [] => None,
            tag => Some(tag.try_into().ok()?),
        };
        cipher.decrypt(&key, &iv, buffer, tag).ok()
    }
}

/// Lines of any length, as one.
fn base64(body: &str) -> Option<Vec<u8>> {
    use base64ct::Encoding;
    base64ct::Base64::decode_vec(body).ok()
}

/// The numbers of a key, by its type.
fn private_key(mut from: &[u8]) -> Result<PKey<Private>, KeyError> {
    let no_key = || KeyError::Other(fl!("login-key-no-key"));
    let kind = take_string(&mut from).ok_or_else(no_key)?;
    if kind.starts_with(b"sk-") {
        return Err(KeyError::SecurityKey);
    }
    let curve = match kind {
        b"ecdsa-sha2-nistp256" => Some(Nid::X9_62_PRIME256V1),
        b"ecdsa-sha2-nistp384" => Some(Nid::SECP384R1),
        b"ecdsa-sha2-nistp521" => Some(Nid::SECP521R1),
        _ => None,
    };
    let count = match kind {
        b"ssh-ed25519" => 2,
        b"ssh-rsa" => 6,
        _ if curve.is_some() => 3,
        _ => return Err(KeyError::Other(fl!("login-key-type"))),
    };
    let mut parts = Vec::new();
    for _ in 0..count {
        parts.push(take_string(&mut from).ok_or_else(no_key)?);
    }
    match (parts.as_slice(), curve) {
        // The private part is the seed, and the public key once more.
        ([_, private], _) => {
            let seed = private.get(..32).ok_or_else(no_key)?;
            Ok(PKey::private_key_from_raw_bytes(seed, Id::ED25519)?)
        }
        ([_, point, number], Some(curve)) => Ok(ecdsa(curve, point, number)?),
        (parts, _) => Ok(rsa(parts)?.ok_or_else(no_key)?),
    }
}

fn ecdsa(curve: Nid, point: &[u8], number: &[u8]) -> Result<PKey<Private>, ErrorStack> {
    let group = EcGroup::from_curve_name(curve)?;
    let mut context = BigNumContext::new()?;
    let point = EcPoint::from_bytes(&group, point, &mut context)?;
    let number = secret_number(number)?;
    PKey::from_ec_key(EcKey::from_private_components(&group, &number, &point)?)
}

/// Modulus, public exponent, private exponent, inverse of the second prime, both primes.
fn rsa(parts: &[&[u8]]) -> Result<Option<PKey<Private>>, ErrorStack> {
    let &[modulus, public, private, inverse, first, second] = parts else {
        return Ok(None);
    };
    let (open, secret) = (BigNum::from_slice, secret_number);
    let mut context = BigNumContext::new_secure()?;
    let mut exponent = |prime: &[u8]| -> Result<BigNum, ErrorStack> {
        let mut less = secret(prime)?;
        less.sub_word(1)?;
        let mut rest = BigNum::new_secure()?;
        let private = secret(private)?;
        rest.nnmod(&private, &less, &mut context)?;
        Ok(rest)
    };
    let (of_first, of_second) = (exponent(first)?, exponent(second)?);
    let key = RsaPrivateKeyBuilder::new(open(modulus)?, open(public)?, secret(private)?)?
        .set_factors(secret(first)?, secret(second)?)?
        .set_crt_params(of_first, of_second, secret(inverse)?)?
        .build();
    PKey::from_rsa(key).map(Some)
}

/// Returns a number that OpenSSL wipes when it is freed; others it wipes only together with a key.
fn secret_number(bytes: &[u8]) -> Result<BigNum, ErrorStack> {
    let mut number = BigNum::new_secure()?;
    number.copy_from_slice(bytes)?;
    Ok(number)
}
