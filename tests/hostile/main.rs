//! Servers that mean harm, on real sockets: each must end in time, in bounded memory, with a message that names the host, and leave
//! nothing. A further case is a line or two in the table of its step. The forwarder alone meets a server that does as it likes, by
//! rules of a model.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../support/at_once.rs"]
mod at_once;

mod far;
#[cfg(target_os = "linux")]
mod forwarder;
#[cfg(target_os = "linux")]
mod host;
mod jupyter;
#[cfg(target_os = "linux")]
mod peer;
mod run;
#[cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "../cli/scene.rs"]
mod scene;
mod server;
mod ssh;
mod tunnel;
mod wire;
