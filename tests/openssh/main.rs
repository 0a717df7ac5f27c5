//! Logins that libssh2 has not and the system's `ssh` has, each with the real parts that it needs: the whole of a session
//! with each, and what goes wrong.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod algorithms;
mod broken_ssh;
mod host_based;
mod host_keys;
mod jump_hosts;
mod kerberos;
mod realm;
mod security_keys;
mod session;
mod shared_connections;
mod smart_cards;
mod token;
