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

/// The shell scripts of `bundle/`.
fn shell_scripts() -> Vec<PathBuf> {
    let folders = ["bundle", "bundle/homebrew"].map(|folder| root().join(folder));
    let files = folders
        .iter()
        .flat_map(|folder| folder.read_dir().unwrap())
        .map(|file| file.unwrap().path());
    let is_script = |file: &PathBuf| {
        file.is_file()
            && std::fs::read(file)
                .unwrap()
                .starts_with(b"#!/usr/bin/env bash\n")
    };
    files.filter(is_script).collect()
}

#[test]
fn its_own_tests_pass() {
    let text = run(Command::new("python3").args([
        "-B",
        "-m",
        "unittest",
        "discover",
        "-s",
        "bundle/tests",
        "-t",
        "bundle",
    ]));
    assert!(!text.contains("Ran 0 tests"), "{text}");
}

#[test]
fn the_shell_takes_its_scripts() {
    let scripts = shell_scripts();
    assert!(scripts.len() > 5, "{scripts:?}");
    for script in scripts {
        run(Command::new("bash").arg("-n").arg(script));
    }
}

#[test]
fn what_is_to_be_looked_at_on_a_mac_is_what_the_document_lists() {
    let document = std::fs::read_to_string(root().join("docs/macos.md")).unwrap();
    let lines: Vec<&str> = document.lines().collect();
    let is_table = |at: &usize| lines[*at].starts_with("| Where |");
    let rows = (0..lines.len()).filter(is_table).flat_map(|at| {
        let below = lines[at + 2..].iter();
        below.take_while(|line| line.starts_with('|'))
    });
    let checks: Vec<String> = rows
        .map(|row| {
            row.trim_end_matches(" |")
                .rsplit(" | ")
                .next()
                .unwrap()
                .to_owned()
        })
        .collect();
    let said = run(Command::new("bundle/check-on-mac").arg("--by-hand"));
    let said: Vec<&str> = said.lines().collect();
    assert!(checks.len() > 20, "{checks:?}");
    assert_eq!(said.len(), checks.len());
    for (entry, check) in said.iter().zip(&checks) {
        assert!(
            entry.starts_with("- [ ] `") && entry.ends_with(check),
            "{entry} is not {check}"
        );
    }
}

/// A release needs its section; the notes are that section and nothing else.
#[test]
fn the_notes_of_a_release_are_its_section_of_the_changelog() {
    let notes = run(Command::new("bundle/release-notes").arg("Unreleased"));
    assert!(notes.starts_with("### Added\n"), "{notes}");
    assert!(!notes.contains("\n## "), "{notes}");
    let refused = Command::new("bundle/release-notes")
        .arg("v999.0.0")
        .current_dir(root())
        .output()
        .unwrap();
    assert!(!refused.status.success());
    let reason = String::from_utf8_lossy(&refused.stderr);
    assert!(reason.contains("no section [999.0.0]"), "{reason}");
}
