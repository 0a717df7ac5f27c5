//! The packaging: its templates, its checks and its scripts, tried where the other tests are. What it makes is tried by
//! `make app` and `make deb`, which take longer.
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What a command prints, and what else it says (cargo, that it downloads); it has to succeed.
fn run(command: &mut Command) -> (String, String) {
    let out = command.current_dir(root()).output().unwrap();
    let [printed, said] =
        [out.stdout, out.stderr].map(|text| String::from_utf8_lossy(&text).into_owned());
    assert!(out.status.success(), "{command:?}: {printed}{said}");
    (printed, said)
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
    let (_, text) = run(Command::new("python3").args([
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
    let (said, _) = run(Command::new("bundle/check-on-mac").arg("--by-hand"));
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
    let (notes, _) = run(Command::new("bundle/release-notes").arg("Unreleased"));
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

/// `NAME VERSION` of each crate whose code cargo says is in the program.
fn crates_of(features: &str, target: &str) -> BTreeSet<String> {
    let tree = "tree --locked --prefix none --edges no-dev,no-build,no-proc-macro";
    let told = Command::new(env!("CARGO"))
        .args(tree.split(' '))
        .args(["--features", features, "--target", target])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(told.status.success(), "{told:?}");
    let lines = String::from_utf8(told.stdout).unwrap();
    let name = |line: &str| {
        let mut words = line.split(' ');
        let (name, version) = (words.next().unwrap(), words.next().unwrap());
        format!("{name} {}", version.trim_start_matches('v'))
    };
    lines.lines().skip(1).map(name).collect()
}

/// Each crate that is built in, the libraries that some carry, and nothing else; each with the words of a licence.
#[test]
fn the_notices_are_those_of_what_is_built_in() {
    for (features, target, libraries) in [
        ("app", "x86_64-unknown-linux-gnu", &["libssh2/COPYING"][..]),
        (
            "app,vendored-openssl",
            "aarch64-apple-darwin",
            &["libssh2/COPYING", "openssl/LICENSE.txt"][..],
        ),
    ] {
        let make = || run(Command::new("bundle/third-party").args([features, target])).0;
        let notices = make();
        assert_eq!(notices, make());
        let rule = format!("\n{}\n", "=".repeat(80));
        let mut parts = notices.split(rule.trim_start());
        let list = parts.next().unwrap();
        let users: Vec<String> = parts
            .step_by(2)
            .map(|users| users.split_whitespace().collect::<Vec<_>>().join(" "))
            .collect();
        let users: BTreeSet<&str> = users.iter().flat_map(|users| users.split(", ")).collect();

        let mut listed: BTreeSet<String> = list
            .lines()
            .filter_map(|line| Some(line.strip_prefix("- ")?.split_once(": ")?.0.to_owned()))
            .collect();
        for entry in &listed {
            assert!(users.contains(entry.as_str()), "{entry} has no licence");
        }
        for library in libraries {
            let brought = |user: &&str| user.ends_with(&format!(" ({library})"));
            assert!(users.iter().any(brought), "{library} is missing");
        }
        assert!(listed.remove("Rust's standard library"));
        let crates = crates_of(features, target);
        // To cargo it only helps to build.
        listed.retain(|entry| !entry.starts_with("openssl-src "));
        assert!(crates.len() > 200, "{crates:?}");
        assert_eq!(listed, crates, "for {target}");
    }
}

/// What Debian's `copyright` quotes is our licence.
#[test]
fn the_package_quotes_our_licence() {
    let read = |file: &str| std::fs::read_to_string(root().join(file)).unwrap();
    let copyright = read("bundle/linux-files/copyright");
    let licence = read("LICENSE-MIT");
    let (holder, words) = licence.split_once("\n\n").unwrap();
    let holder = holder.trim_start_matches("Copyright (c) ");
    assert!(
        copyright.contains(&format!("\nCopyright: {holder}\n")),
        "{holder}"
    );
    let quoted: Vec<String> = words
        .lines()
        .map(|line| format!(" {}", if line.is_empty() { "." } else { line }))
        .collect();
    assert!(copyright.contains(&format!("\nLicense: MIT\n{}\n\n", quoted.join("\n"))));
}
