//! Remote Jupyter: one click, or one command, opens a notebook tab from a remote machine.
//!
//! Dependencies point one way: `cli` → `app` → `control` → `session` → `hops` → `tunnel`,
//! `remote`, `launcher`, `jupyter`, `ssh` → `config`. docs/architecture.md has the map, tests/architecture.rs keeps it true.

#[cfg(feature = "app")]
pub mod app;
pub mod cli;
pub mod config;
pub mod control;
pub mod explain;
pub mod hops;
pub mod jupyter;
pub mod launcher;
pub mod phase;
pub mod platform;
pub mod problem;
pub mod remote;
pub mod session;
pub mod ssh;
pub mod token;
pub mod tunnel;
pub mod words;
