//! The desktop that the menu-bar app runs on: a contract that `linux` and `macos` keep. The app knows no other difference between the two.

mod contract;
// Used on a Mac only, but tested wherever tests run.
mod dialog_queue;
pub mod keychain;
#[cfg(not(target_os = "macos"))]
mod linux;
pub mod login_item;
#[cfg(target_os = "macos")]
mod macos;
mod notification_actions;
pub(crate) mod sanitize;
pub mod shortcut;

/// The desktop that the app runs on.
#[cfg(not(target_os = "macos"))]
pub use linux::NativeDesktop;
#[cfg(target_os = "macos")]
pub use macos::{NativeDesktop, startup};

pub use contract::{
    Desktop, Dialog, DialogId, DialogKind, DialogResponse, DialogStyle, Notification,
    NotificationButton, NotificationClick, SystemEvent,
};
