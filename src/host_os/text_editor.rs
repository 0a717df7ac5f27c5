//! Opens a text file in the system's editor.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Opens a file that an application for its kind may be missing for: the configuration, whose ending
/// no application of a new Mac claims.
///
/// # Errors
/// The system's, with its own words.
pub fn edit(path: &Path) -> io::Result<()> {
    if cfg!(target_os = "macos") {
        edit_as_text(Path::new("/usr/bin/open"), path)
    } else {
        open::that_detached(path)
    }
}

/// `open -t`: in the application for plain text, whatever the file's ending (manual page `open(1)`).
fn edit_as_text(open: &Path, path: &Path) -> io::Result<()> {
    let mut command = Command::new(open);
    let output = command.arg("-t").arg(path).stdin(Stdio::null()).output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(said.trim().to_owned()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    /// Knows no application for `.toml`, as on a new Mac.
    const OPEN: &str = "#!/bin/sh\n[ \"$1\" = -t ] && [ -f \"$2\" ] && exit 0\necho 'kLSApplicationNotFoundErr' >&2\nexit 1\n";

    #[test]
    fn a_mac_without_an_editor_for_the_configuration_opens_it_as_text() {
        let folder = tempfile::tempdir().unwrap();
        let (open, file) = (
            folder.path().join("open"),
            folder.path().join("-config.toml"),
        );
        std::fs::write(&open, OPEN).unwrap();
        std::fs::set_permissions(&open, PermissionsExt::from_mode(0o755)).unwrap();
        std::fs::write(&file, "").unwrap();
        edit_as_text(&open, &file).unwrap();
        let error = edit_as_text(&open, &folder.path().join("absent")).unwrap_err();
        assert_eq!(error.to_string(), "kLSApplicationNotFoundErr");
    }
}
