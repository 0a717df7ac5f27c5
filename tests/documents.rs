//! What the documents promise is held against the code: examples load, links lead somewhere, quoted messages exist.
#![allow(clippy::panic, clippy::expect_used, reason = "a test may stop")]

use std::path::{Path, PathBuf};

use remote_jupyter::config::{Config, LauncherKind};

const README: &str = include_str!("../README.md");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    let after = text.split(&fence).skip(1);
    after
        .map(|block| block.split("\n```").next().unwrap_or_default())
        .collect()
}

#[test]
fn the_configuration_in_the_readme_loads() {
    let blocks = blocks(README, "toml");
    assert_eq!(blocks.len(), 2);
    for text in &blocks {
        if let Err(errors) = Config::parse(Path::new("README.md"), text) {
            panic!("{errors}");
        }
    }
    let config = Config::parse(Path::new("README.md"), blocks[1]).expect("it loads");
    let usable = [LauncherKind::Direct, LauncherKind::Attach];
    assert!(
        config
            .hosts
            .iter()
            .all(|host| usable.contains(&host.launcher)),
        "only what is in force"
    );
}

#[test]
fn the_readme_names_every_key() {
    let keys = include_str!("../src/config/keys.rs");
    let after = keys.split("key(").skip(1);
    let names: Vec<&str> = after
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split('"').next())
        .collect();
    assert!(
        names.len() > 20,
        "the table of keys has another form now: {names:?}"
    );
    for name in names {
        let forms = [
            format!("{name} = "),
            format!("`{name}`"),
            format!("[[{name}]]"),
            format!("[[host.{name}]]"),
        ];
        assert!(
            forms.iter().any(|text| README.contains(text.as_str())),
            "the README does not tell the key {name}"
        );
    }
}

#[test]
fn the_messages_in_the_troubleshooting_table_exist() {
    let table = README
        .split("## Troubleshooting")
        .nth(1)
        .expect("a section on it");
    let table = table.split("\n## ").next().unwrap_or_default();
    let sources: String = sources().iter().map(|file| read(file)).collect();
    let sources = simple(&sources);
    let mut checked = 0;
    for row in table.lines().filter_map(|line| line.strip_prefix("| `")) {
        let message = row.split("` |").next().unwrap_or_default();
        // Names and numbers stand where the code has a place for them.
        let parts = message.split('…').flat_map(|part| part.split("ProxyJump"));
        for part in parts
            .map(|part| part.trim_matches([' ', '3']))
            .filter(|part| part.len() > 3)
        {
            assert!(
                sources.contains(&simple(part)),
                "no message has {part:?}, as the README says"
            );
            checked += 1;
        }
    }
    assert!(checked > 20, "{checked}");
}

/// The code breaks long texts over lines, and quotes inside them.
fn simple(text: &str) -> String {
    let kept = text.replace("\\\n", " ").replace(['`', '\\', '"'], "");
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_code_word_is_in_the_readme() {
    let codes = include_str!("../src/problem.rs")
        .split("\ncodes! {")
        .nth(1)
        .expect("the table of codes");
    let mut checked = 0;
    for line in codes
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        let Some((word, exit)) = line
            .split_once("= \"")
            .and_then(|(_, rest)| rest.split_once("\", "))
        else {
            continue;
        };
        let row = format!("\n| {} |", exit.trim_end_matches(';'));
        let row = README
            .split(&row)
            .nth(1)
            .unwrap_or_default()
            .lines()
            .next()
            .unwrap_or_default();
        assert!(
            row.contains(&format!("`{word}`")),
            "{word} is missing among the exit codes {exit}"
        );
        checked += 1;
    }
    assert!(checked > 20, "{checked}");
}

#[test]
fn links_lead_somewhere() {
    let mut checked = 0;
    for file in documents() {
        let text = read(&file);
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || path.contains("://") {
                continue;
            }
            let folder = file.parent().expect("a file has a folder");
            assert!(
                folder.join(path).exists(),
                "{} links to {target}",
                file.display()
            );
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
}

fn documents() -> Vec<PathBuf> {
    let mut all = Vec::new();
    for folder in ["", "docs", "docs/decisions", "bundle"] {
        all.extend(
            entries(&root().join(folder))
                .into_iter()
                .filter(|path| has_extension(path, "md")),
        );
    }
    all
}

fn sources() -> Vec<PathBuf> {
    let mut folders = vec![root().join("src")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in entries(&folder) {
            if path.is_dir() {
                folders.push(path);
            } else if has_extension(&path, "rs") {
                files.push(path);
            }
        }
    }
    files
}

fn has_extension(path: &Path, wanted: &str) -> bool {
    path.extension()
        .is_some_and(|extension| extension == wanted)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of ours");
    entries
        .map(|entry| entry.expect("a file of ours").path())
        .collect()
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}
