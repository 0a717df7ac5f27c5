//! Hosts that the system's `ssh` connects to, or has connected to already: what the user does there, and what goes wrong;
//! and the logins that only it has, with the real parts that each needs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

#[path = "../cli/scene.rs"]
#[allow(dead_code)]
mod scene;

mod hostile;
mod losses;
mod own;
mod prompts;
mod shared;
mod user;
mod ways;

#[cfg(target_os = "linux")]
mod algorithms;
#[cfg(target_os = "linux")]
mod broken_ssh;
#[cfg(target_os = "linux")]
mod host_based;
#[cfg(target_os = "linux")]
mod host_keys;
#[cfg(target_os = "linux")]
mod jump_hosts;
#[cfg(target_os = "linux")]
mod kerberos;
#[cfg(target_os = "linux")]
mod realm;
#[cfg(target_os = "linux")]
mod security_keys;
#[cfg(target_os = "linux")]
mod session;
#[cfg(target_os = "linux")]
mod shared_connections;
#[cfg(target_os = "linux")]
mod smart_cards;
#[cfg(target_os = "linux")]
mod token;
