//! What a person does with the program, and what goes wrong, on real parts: one binary, since each would link anew.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/mod.rs"]
mod support;

mod browsers;
mod commands;
mod completing;
mod environment;
mod events;
mod factors;
mod finding_servers;
mod first_words;
mod forwarding;
mod holding;
mod host_keys;
mod hubs;
mod idling;
mod jump_hosts;
mod key_files;
mod languages;
mod ledger;
mod local_pages;
mod logging_in;
#[cfg(target_os = "linux")]
mod login_shells;
mod match_exec;
mod opening;
mod profiles;
mod proxy_commands;
mod reconnecting;
mod scene;
mod secrets;
mod sessions;
mod settings;
mod shells;
mod silent_logins;
mod two_configurations;
mod uninstalling;
mod usage;
mod versions;
mod what_goes_wrong;
mod whole_session;
mod words;
