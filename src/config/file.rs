//! The text of the configuration file.

use std::path::Path;

use super::error::{ConfigErrors, ConfigFault};
use crate::file_access::mending_command;
use crate::i18n::fl;

/// Reads the file's text; nothing when there is no file. Whoever can change it says what this program runs, so one
/// that other accounts can change is refused.
pub(super) fn read(path: &Path) -> Result<String, ConfigErrors> {
    if let Some(command) = mending_command(path) {
        return Err(ConfigErrors::open_to_others(path, &command));
    }
    match std::fs::read(path) {
        Ok(bytes) => String::from_utf8(bytes)
            .map_err(|why| not_utf8(path, why.as_bytes(), why.utf8_error().valid_up_to())),
        Err(why) if why.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(why) => Err(ConfigErrors::unreadable(path, &why)),
    }
}

/// The error for a file that is no UTF-8 from byte `at` on.
fn not_utf8(path: &Path, bytes: &[u8], at: usize) -> ConfigErrors {
    let text = String::from_utf8_lossy(bytes);
    // The text before the bad byte is unchanged in `text`, so `at` means the same place.
    let fault = ConfigFault {
        span: at..at + char::REPLACEMENT_CHARACTER.len_utf8(),
        message: fl!("config-not-utf8"),
        remedy: fl!("config-not-utf8-remedy"),
    };
    ConfigErrors::new(path, &text, vec![fault])
}
