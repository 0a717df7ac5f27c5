//! Writing a key down on first use, as `ssh` would.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use base64ct::{Base64, Encoding};

use super::error::KnownHostsError;
use super::host_name::HostName;
use super::line::{HASH_MAGIC, SALT_LEN, hash_name};
use crate::ssh::wire::key_type;

/// Appends the line that `ssh` writes on first use, for a host under one or more names, with these
/// hashed if `hash` is set, each on a line of its own.
///
/// The file (0600) and its folder (0700) are made if they are missing; a file that is there keeps
/// its mode. Everything goes out in one append, so a reader never sees half a line.
///
/// # Errors
/// If a name could mean more than one host, the key is malformed, or the file can't be written.
pub fn remember(
    file: &Path,
    names: &[&HostName],
    key_blob: &[u8],
    hash: bool,
) -> Result<(), KnownHostsError> {
    let Some(first) = names.first() else {
        return Ok(());
    };
    // As `ssh` does, even for an alias, which it then looks up without changing its case.
    let plain: Vec<String> = names
        .iter()
        .map(|name| name.as_str().to_ascii_lowercase())
        .collect();
    if let Some(host) = plain.iter().find(|name| !is_plain(name)) {
        return Err(KnownHostsError::UnwritableName { host: host.clone() });
    }
    let Some(key_type) = key_type(key_blob) else {
        return Err(KnownHostsError::MalformedKey {
            host: first.to_string(),
            file: file.to_owned(),
        });
    };
    let write_error = |source| KnownHostsError::Write {
        host: first.to_string(),
        file: file.to_owned(),
        source,
    };
    let filed_under = if hash {
        let hashed: io::Result<Vec<String>> = plain.iter().map(|name| hashed(name)).collect();
        hashed.map_err(write_error)?
    } else {
        vec![plain.join(",")]
    };
    let key = Base64::encode_string(key_blob);
    let lines: Vec<String> = filed_under
        .iter()
        .map(|names| format!("{names} {key_type} {key}\n"))
        .collect();
    append(file, &lines.concat()).map_err(write_error)
}

/// Returns true if a name means itself alone in a known-hosts line. A blank would start another
/// field, a comma another name, and `*`, `?`, `!`, `|`, `#`, `@` have a meaning of their own.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(['!', '|', '#', '@'])
        && !name.contains(|c: char| c.is_whitespace() || c.is_control() || ",*?".contains(c))
}

fn hashed(name: &str) -> io::Result<String> {
    let mut salt = [0; SALT_LEN];
    getrandom::fill(&mut salt).map_err(|e| io::Error::other(e.to_string()))?;
    let hash = hash_name(&salt, name).ok_or_else(|| io::Error::other("hashing failed"))?;
    Ok(format!(
        "{HASH_MAGIC}{}|{}",
        Base64::encode_string(&salt),
        Base64::encode_string(&hash)
    ))
}

fn append(path: &Path, line: &str) -> io::Result<()> {
    make_folder(path)?;
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path)?;
    // Another of us may be in the middle of a line: the system lets a file grow page by page (seen
    // under load). It is unlocked when it is closed; a file system without locks has to do without.
    let _ = file.lock();
    // A file edited by hand may lack its last newline: our line must not join that one.
    let text = if ends_mid_line(&mut file)? {
        format!("\n{line}")
    } else {
        line.to_owned()
    };
    if file.write(text.as_bytes())? == text.len() {
        Ok(())
    } else {
        Err(io::Error::new(
            io::ErrorKind::WriteZero,
            "only a part of the line could be written",
        ))
    }
}

/// Makes the file's folder, as `ssh` makes `~/.ssh`; folders above it must be there.
fn make_folder(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) else {
        return Ok(());
    };
    // Looked at first, since on some systems making a folder that is there fails in other ways.
    if folder.is_dir() {
        return Ok(());
    }
    match DirBuilder::new().mode(0o700).create(folder) {
        Err(e) if e.kind() != io::ErrorKind::AlreadyExists => Err(e),
        _ => Ok(()),
    }
}

fn ends_mid_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != [b'\n'])
}
