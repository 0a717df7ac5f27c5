//! The packaging: its templates, its checks and its scripts, tried where the other tests are. What it makes is tried by
//! `make app` and `make deb`, which take longer.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test may stop")]

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command says; it has to succeed.
fn run(command: &mut Command) -> String {
    let out = command.current_dir(root()).output().unwrap();
    let text = [out.stdout, out.stderr].concat();
    let text = String::from_utf8_lossy(&text).into_owned();
    assert!(out.status.success(), "{command:?}: {text}");
    text
}

/// The scripts of `bundle/` that a program of this name reads.
fn scripts(interpreter: &str) -> Vec<PathBuf> {
    let files = root().join("bundle").read_dir().unwrap();
    let files = files.map(|file| file.unwrap().path());
    let is_script = |file: &PathBuf| {
        let head = format!("#!/usr/bin/env {interpreter}\n");
        file.is_file() && std::fs::read(file).unwrap().starts_with(head.as_bytes())
    };
    files.filter(is_script).collect()
}

#[test]
fn its_own_tests_pass() {
    let text = run(Command::new("python3").args([
        "-B", "-m", "unittest", "discover", "-s", "bundle/tests", "-t", "bundle",
    ]));
    assert!(!text.contains("Ran 0 tests"), "{text}");
}

#[test]
fn the_shell_takes_its_scripts() {
    let scripts = scripts("bash");
    assert!(scripts.len() > 5, "{scripts:?}");
    for script in scripts {
        run(Command::new("bash").arg("-n").arg(script));
    }
}
