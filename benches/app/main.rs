//! Costs of the app: from its start to its icon, and at rest with ten hosts connected, next to `ssh -N -L` in the same run.
//! On Linux, where its desktop can be played.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[cfg(target_os = "linux")]
#[path = "../../tests/app/bus.rs"]
#[allow(dead_code)]
mod bus;
#[cfg(target_os = "linux")]
#[path = "../../tests/app/desk.rs"]
#[allow(dead_code)]
mod desk;
#[cfg(target_os = "linux")]
#[path = "../../tests/app/desktop.rs"]
#[allow(dead_code)]
mod desktop;
#[cfg(target_os = "linux")]
mod measure;
#[cfg(target_os = "linux")]
#[path = "../../tests/support/mod.rs"]
mod support;

fn main() {
    #[cfg(target_os = "linux")]
    measure::all();
}
