//! `desktop`, as on a Mac.

#[path = "../../../src/desktop/contract.rs"]
pub mod contract;
#[path = "../../../src/desktop/dialog_queue.rs"]
mod dialog_queue;
#[path = "../../../src/desktop/macos/mod.rs"]
pub mod macos;
#[path = "../../../src/desktop/notification_actions.rs"]
mod notification_actions;

#[path = "../../../src/desktop/sanitize.rs"]
mod sanitize;

pub mod login_item;
pub mod shortcut;
