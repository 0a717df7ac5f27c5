//! Real parts around the binary: a throw-away OpenSSH server with a home of its own, a real Jupyter, a client side whose
//! files are nobody's but the test's, a terminal, and an HTTP request.
//!
//! Nothing here touches the person's own files, accounts or services, and dropping a fixture ends everything that was
//! started through it.
//!
//! ```ignore
//! mod support;
//! let sshd = support::Sshd::start();
//! let client = support::Client::of(&sshd);
//! let mut opened = client.open("test");
//! let ready = opened.wait_phase("ready");
//! ```

// Each test file compiles all of this and uses some of it; and a fixture that cannot be made is a failed test.
#![allow(
    dead_code,
    unused_imports,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::must_use_candidate,
    clippy::missing_panics_doc
)]

pub mod agent;
pub mod browser;
pub mod chromium;
pub mod client;
#[cfg(target_os = "linux")]
pub mod cluster;
pub mod counting;
pub mod fake_scheduler;
pub mod home;
pub mod http;
pub mod kernels;
pub mod keys;
pub mod live;
pub mod network;
pub mod opened;
pub mod penalties;
pub mod process;
#[cfg(target_os = "linux")]
pub mod root_sshd;
pub mod services;
pub mod settings;
pub mod sshd;
#[cfg(target_os = "linux")]
pub mod stage;
pub mod terminal;
pub mod tunnel;
pub mod websocket;

pub use agent::Agent;
pub use chromium::Chromium;
pub use client::{Client, Key, Known};
#[cfg(target_os = "linux")]
pub use cluster::{Cluster, Scheduler};
pub use fake_scheduler::FakeScheduler;
pub use home::Home;
pub use live::Live;
pub use opened::Opened;

pub use process::{Finished, eventually};
#[cfg(target_os = "linux")]
pub use root_sshd::RootSshd;
pub use sshd::{Options, Server, Sshd};
pub use terminal::Terminal;
pub use tunnel::Tunnel;

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

/// A folder of its own, short enough for the sockets made in it (macOS: 104 bytes, and its TMPDIR takes half of them).
pub fn folder(prefix: &str) -> tempfile::TempDir {
    tempfile::Builder::new()
        .prefix(prefix)
        .tempdir_in("/tmp")
        .expect("a temporary folder")
}

/// The scripts that tests, demo and CI share.
pub fn script_file(script: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "scripts", script]
        .iter()
        .collect()
}

/// The virtual environment with the real Jupyter; the first test to ask builds it.
pub fn jupyter_venv() -> &'static PathBuf {
    static VENV: OnceLock<PathBuf> = OnceLock::new();
    VENV.get_or_init(|| build_venv("jupyter-venv", "requirements.txt"))
}

/// The one with notebook 6, which knows neither lab nor `jupyter_server`.
pub fn notebook6_venv() -> &'static PathBuf {
    static VENV: OnceLock<PathBuf> = OnceLock::new();
    VENV.get_or_init(|| build_venv("notebook6-venv", "requirements-notebook6.txt"))
}

fn build_venv(name: &str, requirements: &str) -> PathBuf {
    // Cargo's scratch folder for integration tests stands in the target folder, wherever that is.
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let venv = target.parent().expect("a target folder").join(name);
    let mut script = Command::new(script_file("jupyter"));
    let out = process::finish(script.arg(venv).arg(requirements), process::LONG);
    assert!(out.code == Some(0), "scripts/jupyter failed: {out}");
    PathBuf::from(
        out.stdout
            .lines()
            .last()
            .expect("the path of the environment"),
    )
}
