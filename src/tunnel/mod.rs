//! The tunnel: local listeners, and the pump that carries their connections over one SSH session.

mod frame;
mod line;
mod link;
mod listen;
mod mux;
mod openings;
mod pulse;
mod pump;
mod relay;
mod window;

pub use listen::{Door, Listening, listen};
pub use mux::PROGRAM as RELAY;
pub use openings::Tell;
pub use pump::{Carrier, Held, Pump, Refused};
pub use relay::Relaying;
