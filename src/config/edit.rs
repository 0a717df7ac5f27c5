//! Edits the file, and leaves everything else in it as the user wrote it.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;
use toml_edit::{ArrayOfTables, DocumentMut, Item, Table, value};

use super::error::ConfigErrors;
use super::file;
use super::schema::Config;
#[cfg(feature = "app")]
use super::schema::Host;
use super::values::quoted;
use crate::i18n::fl;

/// Why the file was not changed. It is then exactly as it was.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// There is a host of that name.
    #[error("{}", fl!("edit-exists", file = path.display().to_string(), name = quoted(name)))]
    Exists {
        /// The file.
        path: PathBuf,
        /// The host's name.
        name: String,
    },
    /// The name can't be a host's.
    #[error("{message}\n  {}", fl!("config-remedy", remedy = remedy))]
    Name {
        /// Description of the fault.
        message: String,
        /// Remedy for the user.
        remedy: String,
    },
    /// The file is in error as it is; a change could make that worse.
    #[error("{}\n{errors}", fl!("edit-broken"), errors = .0)]
    Broken(#[from] ConfigErrors),
    /// The file can't be written.
    #[error("{}", fl!("edit-unwritable", file = path.display().to_string(), why = source.to_string()))]
    Write {
        /// The file.
        path: PathBuf,
        /// Error of the operating system.
        source: io::Error,
    },
}

/// Returns the text of a new file.
fn template() -> String {
    let about = fl!("config-template-about");
    let name = fl!("config-template-name");
    format!(
        "# {about}\n# default_host = \"gpu01\"\n\n# [[host]]\n# name = \"gpu01\"        # {name}\n"
    )
}

/// Makes the file, with an example in comments, if there is none yet.
///
/// # Errors
/// The system's.
pub fn begin(path: &Path) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    replace(path, &template())
}

/// A host to add.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct NewHost<'a> {
    name: &'a str,
    /// Where ssh is to go, if that is not the name.
    destination: Option<&'a str>,
}

impl<'a> NewHost<'a> {
    /// From an alias, `user@host` or `ssh://user@host:port`: its name is the host's.
    fn at(destination: &'a str) -> Self {
        let rest = destination.strip_prefix("ssh://");
        let (_, host) = rest.unwrap_or(destination).rsplit_once('@').unzip();
        let host = host.or(rest).unwrap_or(destination);
        let name = match rest.and_then(|_| host.rsplit_once(':')) {
            // An IPv6 address has colons in its brackets.
            Some((name, port)) if !port.ends_with(']') => name,
            _ => host,
        };
        Self {
            name,
            destination: (name != destination).then_some(destination),
        }
    }
}

/// Returns the name that a host gets by its destination, and the destination if it is not the name itself.
#[must_use]
pub fn named_destination(destination: &str) -> (&str, Option<&str>) {
    let NewHost { name, destination } = NewHost::at(destination);
    (name, destination)
}

/// Adds a host of which only the name is said, after all others.
///
/// The rest of the file stays as it is, byte by byte, unless its hosts are written as one
/// inline list. A new file is readable by its owner alone, and so is a new folder for it.
///
/// # Errors
/// The name is taken or can't be a host's, the file is in error, or it can't be written.
pub fn add_host(path: &Path, name: &str) -> Result<(), EditError> {
    let destination = None;
    add(path, NewHost { name, destination })
}

/// Adds a host by its destination for ssh, an alias, `user@host` or `ssh://user@host:port`, as
/// [`add_host`] does. Returns its name.
///
/// # Errors
/// As those of [`add_host`].
#[cfg(feature = "app")]
pub fn add_destination(path: &Path, destination: &str) -> Result<String, EditError> {
    let host = NewHost::at(destination);
    add(path, host).map(|()| host.name.to_owned())
}

/// Returns the host that [`add_destination`] would add.
///
/// # Errors
/// The name can't be a host's.
#[cfg(feature = "app")]
pub fn at_destination(destination: &str) -> Result<Host, EditError> {
    let new = NewHost::at(destination);
    check_host(new)?;
    Ok(Host {
        ssh: new.destination.map(str::to_owned),
        ..Host::named(new.name)
    })
}

fn add(path: &Path, host: NewHost<'_>) -> Result<(), EditError> {
    let failed = |source| EditError::Write {
        path: path.to_path_buf(),
        source,
    };
    let new = edited(path, &file::read(path)?, host)?;
    replace(path, &new).map_err(failed)
}

/// Returns the file's new text.
fn edited(path: &Path, old: &str, host: NewHost<'_>) -> Result<String, EditError> {
    if Config::parse(path, old)?.host(host.name).is_some() {
        return Err(EditError::Exists {
            path: path.to_path_buf(),
            name: host.name.to_owned(),
        });
    }
    check_host(host)?;
    let new = with_host(old, host);
    // Nothing that the app itself could not load again may be written.
    Config::parse(path, &new)?;
    Ok(new)
}

/// Returns a configuration's text with one more host, as [`add_host`] would write it.
pub(crate) fn text_with_host(old: &str, name: &str) -> Result<String, EditError> {
    let destination = None;
    edited(Path::new(""), old, NewHost { name, destination })
}

/// A file with this host alone must be in order.
fn check_host(host: NewHost<'_>) -> Result<(), EditError> {
    let errors = Config::parse(Path::new(""), &block(host)).err();
    match errors.and_then(|errors| errors.0.into_iter().next()) {
        None => Ok(()),
        Some(error) => Err(EditError::Name {
            message: error.message,
            remedy: error.remedy,
        }),
    }
}

/// The host's own lines.
fn block(host: NewHost<'_>) -> String {
    let mut hosts = ArrayOfTables::new();
    hosts.push(table(host));
    let mut document = DocumentMut::new();
    document.insert("host", Item::ArrayOfTables(hosts));
    document.to_string()
}

fn table(host: NewHost<'_>) -> Table {
    let ssh = host.destination.map(|destination| ("ssh", destination));
    let keys = [("name", host.name)].into_iter().chain(ssh);
    keys.map(|(key, text)| (key, value(text))).collect()
}

/// The text with one more host, in the way in which it writes its hosts.
fn with_host(old: &str, host: NewHost<'_>) -> String {
    if let Some(new) = in_list(old, host) {
        return as_written(old, &new);
    }
    below(old, &block(host))
}

/// The text with further tables below it.
fn below(old: &str, tables: &str) -> String {
    let newline = if old.contains("\r\n") { "\r\n" } else { "\n" };
    // A header ends whatever precedes it, so the lines can go below all others, and a comment at
    // the end stays where it is.
    let gap = match old {
        "" | "\u{feff}" => "",
        _ if old.ends_with('\n') => newline,
        _ => &newline.repeat(2),
    };
    let tables = tables.replace("\r\n", "\n").replace('\n', newline);
    format!("{old}{gap}{tables}")
}

/// The editor writes plain line ends and no byte-order mark: back to how they were.
fn as_written(old: &str, new: &str) -> String {
    let newline = if old.contains("\r\n") { "\r\n" } else { "\n" };
    let is_marked = old.starts_with('\u{feff}');
    let mark = if is_marked { "\u{feff}" } else { "" };
    let new = new.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    format!("{mark}{}", new.replace('\n', newline))
}

/// The new text where hosts are written as one list: `host = [{ name = "gpu01" }]`.
fn in_list(old: &str, host: NewHost<'_>) -> Option<String> {
    let mut document: DocumentMut = old.parse().ok()?;
    let list = document.get_mut("host")?.as_array_mut()?;
    list.push(table(host).into_inline_table());
    Some(document.to_string())
}

/// Puts the text in the file's place in one step: a reader sees the old one or the new one.
fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = real_file(path)?;
    let folder = match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    };
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)?;
    // Readable by its owner alone, as tempfile makes them.
    let mut new = NamedTempFile::new_in(folder)?;
    new.write_all(text.as_bytes())?;
    match fs::metadata(&path) {
        Ok(old) => new.as_file().set_permissions(old.permissions())?,
        Err(why) if why.kind() == ErrorKind::NotFound => {}
        Err(why) => return Err(why),
    }
    new.as_file().sync_all()?;
    new.persist(&path)?;
    Ok(())
}

/// The file behind symbolic links, which many keep their settings as: the link must stay one.
fn real_file(path: &Path) -> io::Result<PathBuf> {
    match fs::canonicalize(path) {
        // A link to nothing yet is no new file: to replace it would break what it is for.
        Err(why) if why.kind() == ErrorKind::NotFound && !path.is_symlink() => {
            Ok(path.to_path_buf())
        }
        found => found,
    }
}

pub mod change;

#[cfg(test)]
mod property;
#[cfg(test)]
mod tests;
