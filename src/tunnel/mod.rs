//! The tunnel: local listeners, and the pump that carries their connections over one SSH session.

mod channel_opener;
mod connection;
mod forwarder;
mod keepalive;
mod listener;
mod relay;
mod window;

pub use channel_opener::Tell;
pub use forwarder::{Carrier, Held, Pump, Refused};
pub use listener::{Door, Listening, listen};
pub use relay::Relaying;
pub use relay::mux::PROGRAM as RELAY;
