//! The tunnel: local listeners, and the forwarder that carries their connections over one SSH
//! session.

mod channel_opener;
mod connection;
mod forwarder;
mod framing;
mod keepalive;
mod listener;
mod relay;
mod resume;
mod spares;
mod window;

pub use channel_opener::OnOpened;
pub use forwarder::{Carrier, Forwarder, Refused, SuspendedListeners};
pub use listener::{BoundListener, ForwardListener, listen};
pub use relay::RelayState;
pub use relay::mux::PROGRAM as RELAY;
pub use resume::{HOLDER, HolderAddress};
