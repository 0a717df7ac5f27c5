//! Scripts of the repository: shellcheck finds nothing in them. What runs on the remote host is checked as it is
//! assembled, in `src/remote/shell_style_tests.rs`.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Folders whose files are programs, or parts of programs.
const FOLDERS: [&str; 6] = [
    ".ci",
    "bundle",
    "bundle/homebrew",
    "scripts",
    "scripts/cluster-parts",
    "tests/macos",
];

/// A shell's script that runs, or one that others read with `.`, whose variables are theirs.
#[derive(PartialEq)]
enum Script {
    Program,
    Part,
}

fn kind(text: &str) -> Option<Script> {
    let first = text.lines().next().unwrap_or_default();
    let is_shell = first.starts_with("#!") && first.ends_with("sh");
    match first {
        _ if is_shell => Some(Script::Program),
        "# shellcheck shell=bash" => Some(Script::Part),
        _ => None,
    }
}

fn scripts() -> Vec<(PathBuf, Script)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut all = Vec::new();
    for folder in FOLDERS {
        for entry in std::fs::read_dir(root.join(folder)).expect("a folder of ours") {
            let path = entry.expect("a file of ours").path();
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            if let Some(kind) = kind(&text) {
                all.push((path, kind));
            }
        }
    }
    all
}

#[test]
fn shellcheck_finds_nothing_in_the_scripts() {
    let scripts = scripts();
    assert!(scripts.len() > 20, "{}", scripts.len());
    for part in [Script::Program, Script::Part] {
        let files = scripts.iter().filter(|(_, kind)| *kind == part);
        let mut shellcheck = Command::new("shellcheck");
        shellcheck.args(["--norc", "--external-sources", "--source-path=SCRIPTDIR"]);
        if part == Script::Part {
            // Assigned or used elsewhere.
            shellcheck.arg("--exclude=SC2154,SC2034");
        }
        let output = shellcheck.args(files.map(|(path, _)| path)).output();
        let output = output
            .unwrap_or_else(|error| panic!("shellcheck, which scripts/install installs: {error}"));
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{said}");
    }
}
