//! Private keys in files: OpenSSH's own form, and PEM (PKCS#1, PKCS#8, SEC 1), encrypted or not.
//!
//! They are read and signed with here, not by libssh2: so a passphrase is asked for only once the
//! server has said that it takes the key, as with ssh.

use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use openssl::ec::PointConversionForm;
use openssl::ecdsa::EcdsaSig;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::sign::Signer;
use zeroize::Zeroizing;

use super::key_error::KeyError;
use super::openssh::Container;
use crate::i18n::fl;
use crate::ssh::wire::{put_number, put_string};

/// The text of a key file.
pub struct KeyText(Zeroizing<Vec<u8>>);

impl KeyText {
    /// Takes the text of a key file.
    pub(crate) fn of(text: Vec<u8>) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Reads a file, which nobody but its owner may be able to read: ssh's rule.
    pub fn read(file: &Path) -> Result<Self, KeyError> {
        let other = |error: io::Error| KeyError::Other(error.to_string());
        let about = std::fs::metadata(file).map_err(other)?;
        let mode = about.mode() & 0o777;
        if about.uid() == rustix::process::getuid().as_raw() && mode & 0o077 != 0 {
            return Err(KeyError::TooOpen(mode));
        }
        Ok(Self(Zeroizing::new(std::fs::read(file).map_err(other)?)))
    }

    /// Reads a file for its public half, even if other accounts can read it: as with ssh, a file
    /// that is open to others is refused only when something is to be signed with it.
    pub fn peek(file: &Path) -> Option<Self> {
        std::fs::read(file)
            .ok()
            .map(|text| Self(Zeroizing::new(text)))
    }

    /// The public half, where the form of the file shows it: OpenSSH's own does.
    pub fn public(&self) -> Option<Vec<u8>> {
        Container::parse(&self.0).map(|container| container.public)
    }

    /// The private half.
    pub fn open(&self, passphrase: Option<&str>) -> Result<PrivateKey, KeyError> {
        match Container::parse(&self.0) {
            Some(container) => Ok(PrivateKey(container.open(passphrase)?)),
            None => self.open_pem(passphrase),
        }
    }

    fn open_pem(&self, passphrase: Option<&str>) -> Result<PrivateKey, KeyError> {
        let encrypted = self.0.windows(9).any(|window| window == b"ENCRYPTED");
        if encrypted && passphrase.is_none() {
            return Err(KeyError::Passphrase);
        }
        // Never without one: OpenSSL would ask for it on the terminal itself.
        let passphrase = passphrase.unwrap_or_default().as_bytes();
        match PKey::private_key_from_pem_passphrase(&self.0, passphrase) {
            Ok(key) => Ok(PrivateKey(key)),
            Err(_) if encrypted => Err(KeyError::Passphrase),
            Err(_) => Err(KeyError::Other(fl!("login-key-no-key"))),
        }
    }
}

/// A private key, ready to sign. OpenSSL wipes it when it is dropped.
pub struct PrivateKey(PKey<Private>);

impl PrivateKey {
    /// The public half, as servers and agents know it.
    pub fn public(&self) -> Result<Vec<u8>, KeyError> {
        let mut blob = Vec::new();
        match self.0.id() {
            Id::ED25519 => {
                put_string(&mut blob, b"ssh-ed25519");
                put_string(&mut blob, &self.0.raw_public_key()?);
            }
            Id::RSA => {
                let key = self.0.rsa()?;
                put_string(&mut blob, b"ssh-rsa");
                put_number(&mut blob, &key.e().to_vec());
                put_number(&mut blob, &key.n().to_vec());
            }
            Id::EC => {
                let key = self.0.ec_key()?;
                let (curve, _) = curve(key.group().curve_name())?;
                let mut context = openssl::bn::BigNumContext::new()?;
                let form = PointConversionForm::UNCOMPRESSED;
                let point = key.public_key().to_bytes(key.group(), form, &mut context)?;
                put_string(&mut blob, format!("ecdsa-sha2-{curve}").as_bytes());
                put_string(&mut blob, curve.as_bytes());
                put_string(&mut blob, &point);
            }
            _ => return Err(KeyError::Other(fl!("login-key-type"))),
        }
        Ok(blob)
    }

    /// A signature without its algorithm's name; `algorithm` tells RSA's hash.
    pub fn sign(&self, algorithm: &str, data: &[u8]) -> Result<Vec<u8>, KeyError> {
        match self.0.id() {
            Id::ED25519 => Ok(Signer::new_without_digest(&self.0)?.sign_oneshot_to_vec(data)?),
            Id::RSA => {
                let hash = match algorithm.split("-cert-").next() {
                    Some("rsa-sha2-512") => MessageDigest::sha512(),
                    Some("rsa-sha2-256") => MessageDigest::sha256(),
                    _ => MessageDigest::sha1(),
                };
                Ok(Signer::new(hash, &self.0)?.sign_oneshot_to_vec(data)?)
            }
            Id::EC => {
                let (_, hash) = curve(self.0.ec_key()?.group().curve_name())?;
                let der = Signer::new(hash, &self.0)?.sign_oneshot_to_vec(data)?;
                let pair = EcdsaSig::from_der(&der)?;
                let mut signature = Vec::new();
                put_number(&mut signature, &pair.r().to_vec());
                put_number(&mut signature, &pair.s().to_vec());
                Ok(signature)
            }
            _ => Err(KeyError::Other(fl!("login-key-type"))),
        }
    }
}

/// RFC 5656: each curve has its name and its hash.
fn curve(name: Option<Nid>) -> Result<(&'static str, MessageDigest), KeyError> {
    match name {
        Some(Nid::X9_62_PRIME256V1) => Ok(("nistp256", MessageDigest::sha256())),
        Some(Nid::SECP384R1) => Ok(("nistp384", MessageDigest::sha384())),
        Some(Nid::SECP521R1) => Ok(("nistp521", MessageDigest::sha512())),
        _ => Err(KeyError::Other(fl!("login-key-type"))),
    }
}
