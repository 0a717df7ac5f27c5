//! Pure functions from the model to what the desktop shows: menu, notifications, icon.

pub mod host_menu;
pub mod icon;
pub mod menu;
pub mod menu_item;
pub mod notification;
pub mod text;
