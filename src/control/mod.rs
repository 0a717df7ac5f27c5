//! How the programs of one account speak to each other: whoever holds a host's tunnel listens on a
//! socket of its own (0600, in a 0700 folder), and the others ask it instead of logging in again.
//!
//! One request line of JSON, then answer lines of JSON: the same objects as `--json` prints.

mod claim;
mod client;
mod hub;
mod message;
mod server;

pub use claim::{APP, Claim, Held, Lease, Listening, claim, held, held_since, holder};
pub use client::Client;
pub use hub::Hub;
pub use message::{AppRequest, Message, Request};
pub use server::{Usual, serve};
