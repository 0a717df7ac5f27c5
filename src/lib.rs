//! Remote Jupyter: one click, or one command, opens a notebook tab from a remote host.
//!
//! Dependencies point one way: `cli` → `app` → `ipc` → `session` → `connect` → `tunnel`, `remote`,
//! `launch`, `jupyter`, `ssh` → `config`. docs/architecture.md has the map, tests/architecture keeps it true.

#[cfg(feature = "app")]
pub mod app;
pub mod checkup;
pub mod cli;
pub mod config;
pub mod connect;
#[cfg(feature = "app")]
pub mod desktop;
pub mod file_access;
#[doc(hidden)]
pub mod fuzz;
pub mod host_name;
pub mod host_os;
pub mod i18n;
pub mod ipc;
pub mod jupyter;
pub mod launch;
pub mod local_page;
pub mod phase;
pub mod problem;
pub mod readable;
pub mod remote;
pub mod scheduler;
pub mod secret;
pub mod session;
pub mod settings;
pub mod shell_quote;
pub mod ssh;
pub mod tunnel;
pub mod unix_time;
