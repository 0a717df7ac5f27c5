//! The tunnel: local listeners, and the pump that carries their connections over one SSH session.

mod link;
mod listen;
mod openings;
mod pulse;
mod pump;
mod window;

pub use listen::{Door, Listening, listen};
pub use openings::Tell;
pub use pump::{Carrier, Held, Pump, Refused};
