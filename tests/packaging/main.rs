//! What is shipped: the packages' templates, checks and scripts, and the icons.

#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may stop")]

#[path = "../../examples/icons/draw.rs"]
mod draw;

mod bundle;
#[cfg(target_os = "linux")]
mod executables;
mod icons;
#[cfg(feature = "app")]
mod installed_documents;
mod on_a_mac;
