//! Passphrases in the system's keychain: the Keychain on a Mac, the Secret Service (GNOME Keyring,
//! `KWallet`, `KeePassXC`) elsewhere.
//!
//! Never call these on the main thread: each may wait for the user to unlock the keychain.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use keyring_core::api::CredentialStoreApi;
use keyring_core::{Entry, Error as StoreError};
use zeroize::{Zeroize, Zeroizing};

use crate::i18n::fl;

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(not(target_os = "macos"))]
use zbus_secret_service_keyring_store::Store;

/// Name that other programs show as the owner.
const SERVICE: &str = "Remote Jupyter";

/// Why the keychain did not do it. Never holds a secret.
#[derive(Debug)]
pub enum KeychainError {
    /// There is none.
    Absent(String),
    /// The keychain is locked, or the user refused access.
    Refused(String),
    /// Anything else.
    Failed(String),
}

impl fmt::Display for KeychainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&match self {
            Self::Absent(why) => fl!("keychain-absent", why = why.as_str()),
            Self::Refused(why) => fl!("keychain-refused", why = why.as_str()),
            Self::Failed(why) => fl!("keychain-failed", why = why.as_str()),
        })
    }
}

impl std::error::Error for KeychainError {}

/// Stores the passphrase of a key file, in place of an older one.
///
/// # Errors
/// The keychain's.
pub fn remember(key: &Path, passphrase: &str) -> Result<(), KeychainError> {
    entry(key)?.set_password(passphrase).map_err(explained)
}

/// The passphrase of a key file, if it is stored.
///
/// # Errors
/// The keychain's.
pub fn recall(key: &Path) -> Result<Option<Zeroizing<String>>, KeychainError> {
    match entry(key)?.get_password() {
        Ok(passphrase) => Ok(Some(Zeroizing::new(passphrase))),
        Err(StoreError::NoEntry) => Ok(None),
        Err(error) => Err(explained(error)),
    }
}

/// Removes the passphrase of a key file; one that is not there is no error.
///
/// # Errors
/// The keychain's.
pub fn forget(key: &Path) -> Result<(), KeychainError> {
    let forgotten = match entry(key)?.delete_credential() {
        // Another program may have stored one beside ours.
        Err(StoreError::Ambiguous(entries)) => {
            entries.iter().try_for_each(Entry::delete_credential)
        }
        other => other,
    };
    match forgotten {
        Ok(()) | Err(StoreError::NoEntry) => Ok(()),
        Err(error) => Err(explained(error)),
    }
}

/// Removes every passphrase that was ever stored, and tells how many there were.
///
/// # Errors
/// The keychain's.
pub fn forget_all() -> Result<usize, KeychainError> {
    let ours = HashMap::from([("service", SERVICE)]);
    let entries = store()?.search(&ours).map_err(explained)?;
    let forgotten = entries.iter().try_for_each(Entry::delete_credential);
    forgotten.map_err(explained).map(|()| entries.len())
}

/// Opens the store, each time: the service that keeps it may have been started or restarted since.
fn store() -> Result<Arc<Store>, KeychainError> {
    Store::new().map_err(|error| match explained(error) {
        KeychainError::Absent(why) | KeychainError::Refused(why) | KeychainError::Failed(why) => {
            KeychainError::Absent(why)
        }
    })
}

/// The place of a key file's passphrase.
fn entry(key: &Path) -> Result<Entry, KeychainError> {
    let account = key.to_string_lossy();
    #[cfg(not(target_os = "macos"))]
    let label = fl!("keychain-label", key = account.as_ref());
    #[cfg(not(target_os = "macos"))]
    let more = Some(HashMap::from([("label", label.as_str())]));
    // On a Mac the service's name is the label.
    #[cfg(target_os = "macos")]
    let more: Option<HashMap<&str, &str>> = None;
    store()?
        .build(SERVICE, &account, more.as_ref())
        .map_err(explained)
}

fn explained(error: StoreError) -> KeychainError {
    let why = error.to_string();
    match error {
        StoreError::NoStorageAccess(_) => KeychainError::Refused(why),
        // What is no text is a secret all the same.
        StoreError::BadEncoding(mut bytes) | StoreError::BadDataFormat(mut bytes, _) => {
            bytes.zeroize();
            KeychainError::Failed(why)
        }
        _ => KeychainError::Failed(why),
    }
}
