//! The SSH side: from a destination's name to a logged-in session with channels.
//!
//! One thread owns a [`Connection`] and everything made from it. Nothing here knows Jupyter.

mod algorithms;
pub mod aliases;
mod auth;
mod background_exec;
pub mod channel;
pub mod command;
mod connection;
mod dial;
mod error;
mod exec;
mod forward_target;
mod greeting;
mod host_key;
mod keepalive;
pub mod known_hosts;
mod libssh2;
mod offer;
pub mod openssh;
mod openssh_need;
pub(crate) mod peer;
pub mod poll;
pub mod prompt;
pub mod resolve;
mod ticket;
mod transport;
mod wire;

pub use auth::{AuthRefusal, LoggedIn, log_in, log_in_unasked};
pub(crate) use auth::{KeyText, out_of_date, parse_keys, public_line};
pub use background_exec::{BackgroundExec, ExecRequest};
pub use connection::Connection;
pub use dial::dial;
pub use error::{
    AtHop, RefusedLogin, Shortage, SshError, is_forbidden, may_be_forbidden, shortage,
};
pub use exec::Exec;
pub(crate) use exec::LineBuffer;
pub use greeting::Greeting;
pub(crate) use greeting::is_endless;
pub use keepalive::{ConnectionUse, KeepaliveConfig};
pub(crate) use offer::lacking;
pub use offer::{Lacking, Matter};
pub use openssh_need::OpensshNeed;
pub use transport::{Stream, Transport};
