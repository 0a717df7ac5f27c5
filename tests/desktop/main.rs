//! The desktop that the app runs on, with its real parts: GTK on a screen, a bus, a keychain, a network.

#![cfg(all(feature = "app", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod changes;
mod dialogs;
mod keychain;
mod login_item;
mod notifications;
mod player;
mod stand_in;
