//! Pure functions from the model to what the desktop shows: menu, notifications, dialogs, icon.

mod brief;
pub mod details;
pub mod dialog;
mod host_list;
mod host_menu;
mod host_title;
pub mod icon;
pub mod menu;
pub mod menu_item;
pub mod notification;
mod pending;
mod running;
pub mod text;
