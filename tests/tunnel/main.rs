//! The tunnel over a real sshd: each connection a channel, or all of them through one relay.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod ciphers;
mod forwarder;
mod holder;
mod openings;
mod relay;
