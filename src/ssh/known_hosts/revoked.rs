//! `RevokedHostKeys`: a file of keys that no host may show, as a list or as OpenSSH's own binary form.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use base64ct::{Base64, Encoding};

use super::certificate::{Certificate, plain_key};
use super::error::KnownHostsError;
use super::line::{decode, field, label_fits};
use crate::i18n::fl;
use crate::ssh::SshError;
use crate::ssh::command::{self, Unfinished};
use crate::ssh::poll::Poller;
use crate::ssh::wire::key_type;

/// Beginning of a key revocation list (KRL).
const KRL_MAGIC: &[u8] = b"SSHKRL\n\0";
/// The program that reads such lists. Where `ssh -G` was asked, it is there too.
const SSH_KEYGEN: &str = "ssh-keygen";

/// The keys of one such file.
#[derive(Debug)]
pub struct RevokedKeys {
    file: PathBuf,
    form: Form,
}

#[derive(Debug)]
enum Form {
    /// Plain keys, each with the number of its line.
    List(Vec<(usize, Vec<u8>)>),
    Krl,
}

impl RevokedKeys {
    /// Reads the file.
    ///
    /// # Errors
    /// If it cannot be read, or a line of it is no key: as in `ssh`, no host is believed then.
    pub fn read(file: &Path) -> Result<Self, KnownHostsError> {
        let text = std::fs::read(file).map_err(|source| unreadable(file, source))?;
        Self::of_text(file, &text)
    }

    /// Reads the text of a file.
    pub(crate) fn of_text(file: &Path, text: &[u8]) -> Result<Self, KnownHostsError> {
        let form = if text.starts_with(KRL_MAGIC) {
            Form::Krl
        } else {
            Form::List(list(file, text)?)
        };
        Ok(Self {
            file: file.to_owned(),
            form,
        })
    }

    /// Returns the place in the file of this key, or of the key or the authority of this
    /// certificate, if it is in there.
    ///
    /// # Errors
    /// If `ssh-keygen` does not say, or not in time.
    pub fn find(
        &self,
        blob: &[u8],
        poller: &Poller,
    ) -> Result<Option<(PathBuf, Option<usize>)>, SshError> {
        let found = match &self.form {
            Form::List(keys) => {
                let authority = Certificate::parse(blob).map(|c| c.authority.to_vec());
                let shown = [plain_key(blob), authority];
                keys.iter()
                    .find(|(_, key)| shown.iter().flatten().any(|shown| shown == key))
                    .map(|(line, _)| Some(*line))
            }
            Form::Krl => self.krl_has(blob, poller)?.then_some(None),
        };
        Ok(found.map(|line| (self.file.clone(), line)))
    }

    /// Its words are of no use, being translated nowhere and changed now and then: its exit code says
    /// 0 for a good key and 1 for a revoked one; whatever else happened, it is above.
    fn krl_has(&self, blob: &[u8], poller: &Poller) -> Result<bool, SshError> {
        let failed = |source| SshError::from(unreadable(&self.file, source));
        let key = key_file(blob).map_err(failed)?;
        let mut keygen = Command::new(SSH_KEYGEN);
        keygen.args(["-Q", "-f"]);
        keygen.args([self.file.as_path(), key.path()]);
        let output = command::output(keygen, poller).map_err(|error| match error {
            Unfinished::NotStarted(error) => failed(error),
            Unfinished::Wait(error) => error.into(),
        })?;
        match output.status.code() {
            Some(0) => Ok(false),
            Some(1) => Ok(true),
            _ => {
                let why = String::from_utf8_lossy(&output.stderr);
                Err(failed(io::Error::other(why.trim().to_owned())))
            }
        }
    }
}

/// Writes a key as `ssh-keygen` reads it.
fn key_file(blob: &[u8]) -> io::Result<tempfile::NamedTempFile> {
    let mut key = tempfile::NamedTempFile::new()?;
    let kind = key_type(blob).ok_or(io::ErrorKind::InvalidData)?;
    writeln!(key, "{kind} {}", Base64::encode_string(blob))?;
    key.flush()?;
    Ok(key)
}

fn unreadable(file: &Path, source: io::Error) -> KnownHostsError {
    KnownHostsError::Read {
        file: file.to_owned(),
        source,
    }
}

fn list(file: &Path, text: &[u8]) -> Result<Vec<(usize, Vec<u8>)>, KnownHostsError> {
    let mut keys = Vec::new();
    for (line, number) in text.split(|&b| b == b'\n').zip(1..) {
        let line = line.split(|&b| b == 0).next().unwrap_or_default();
        let Some((label, rest)) = field(line) else {
            continue;
        };
        if label.starts_with(b"#") {
            continue;
        }
        let key = key_of(label, rest).ok_or_else(|| {
            let why = fl!("revoked-keys-line", line = number);
            unreadable(file, io::Error::new(io::ErrorKind::InvalidData, why))
        })?;
        keys.push((number, key));
    }
    Ok(keys)
}

fn key_of(label: &[u8], rest: &[u8]) -> Option<Vec<u8>> {
    let (encoded, _comment) = field(rest)?;
    let blob = decode(encoded)?;
    let fits = label_fits(label, key_type(&blob)?);
    fits.then(|| plain_key(&blob))?
}
