//! The menu-bar app on a desktop of the test's own, against real parts.

#![cfg(all(feature = "app", target_os = "linux"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod at_rest;
mod bus;
mod clicks;
mod desk;
mod desktop;
mod ended_pages;
mod ending;
mod idle;
mod kernels;
mod launchers;
mod living;
mod odd;
mod profiles;
mod questions;
mod restoring;
mod settings;
mod start;
mod tab;
mod together;
mod uninstalling;
mod updates;
mod usage;
