//! The settings page: a form for the configuration, which a browser shows while the user looks at it.
//!
//! [`server`] answers on loopback, [`access`] decides who gets an answer, and [`service`] which one. The page itself is
//! `page.html`, `settings.css` and the parts of its script in `script/`.

mod access;
mod answers;
mod changes;
mod checks;
mod choices;
mod events;
mod form;
mod server;
mod service;
mod texts;

pub(crate) use changes::read as read_change;
pub use checks::AskUser;
pub use server::{SettingsPage, Stopper};
pub use service::SettingsRequest;
