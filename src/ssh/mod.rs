//! The SSH side: from a destination's name to a logged-in session with channels.
//!
//! One thread owns a [`Connection`] and everything made from it. Nothing here knows Jupyter.

mod algorithms;
#[cfg(feature = "app")]
pub mod aliases;
mod alive;
mod auth;
pub mod channel;
pub mod command;
mod connection;
mod dial;
mod errand;
mod error;
mod exec;
mod greeting;
mod host_key;
pub mod known_hosts;
mod offer;
pub mod question;
pub mod resolve;
mod transport;
pub mod wait;
mod wire;

pub use alive::Alive;
pub use auth::{LoggedIn, Refusal, log_in, log_in_unasked};
pub use connection::Connection;
pub use dial::dial;
pub use errand::{Errand, Task};
pub use error::{AtHop, Error, RefusedLogin, Shortage, is_forbidden, shortage};
pub use exec::Exec;
pub use greeting::Greeting;
pub use offer::{Lacking, Matter};
pub use transport::{Stream, Transport};
