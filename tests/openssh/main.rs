//! Hosts that the system's `ssh` connects to, or has connected to already: what the user does there, and what goes wrong.

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
