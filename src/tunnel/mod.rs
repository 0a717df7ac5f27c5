//! The tunnel: local listeners, and the forwarder that carries their connections over one SSH
//! session.

mod channel_opener;
mod connection;
mod first_request;
mod forwarder;
mod framing;
mod held;
mod keepalive;
mod listener;
mod pace;
mod relay;
mod resume;
mod spares;
mod window;

pub use channel_opener::OnOpened;
pub(crate) use first_request::kind as request_kind;
pub use forwarder::{Carrier, Forwarder, Refused, SuspendedListeners};
pub(crate) use framing::{Frame, FrameReader};
pub use held::{HeldListeners, PageResponse};
pub use listener::{BoundListener, ForwardListener, listen};
pub use relay::RelayState;
pub(crate) use relay::frame::MuxFrame;
pub use relay::mux::PROGRAM as RELAY;
pub(crate) use relay::mux::{Mux, Who as RelayWho};
pub(crate) use resume::ResumableStreams;
pub(crate) use resume::frame::ResumeFrame;
pub use resume::{HOLDER, HolderAddress};
