//! Reasons to leave a connection to the system's `ssh`.

use std::fmt;
use std::path::PathBuf;

use crate::i18n::fl;

/// Something that only the system's `ssh` can do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpensshNeed {
    /// An option of the configuration; its keyword.
    Option(&'static str),
    /// Algorithms that the configuration allows and that the server wants; the keyword.
    Algorithms(&'static str),
    /// A method of logging in that the configuration enables and the server offers.
    Method(&'static str),
    /// A key in a device; the file that names it.
    SecurityKey(PathBuf),
}

impl fmt::Display for OpensshNeed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&match self {
            Self::Option(name) => fl!("transport-need-option", option = *name),
            Self::Algorithms(name) => fl!("transport-need-algorithms", option = *name),
            Self::Method(method) => fl!("transport-need-method", method = *method),
            Self::SecurityKey(file) => {
                fl!("transport-need-key", file = file.display().to_string())
            }
        })
    }
}
