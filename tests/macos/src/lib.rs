//! The Mac's layer, and what it needs of the rest: the same files, on Linux.

#![allow(dead_code, missing_docs)]

pub mod desktop;
pub mod fake;
pub mod host_os;
pub mod i18n;
#[path = "../../../src/readable.rs"]
pub mod readable;
#[path = "../../../src/secret.rs"]
pub mod secret;
