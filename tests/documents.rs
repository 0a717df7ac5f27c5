//! What the documents promise is held against the code: examples load, links lead somewhere, quoted messages exist.
#![allow(clippy::panic, clippy::expect_used, reason = "a test may stop")]

use std::path::{Path, PathBuf};
use std::process::Command;

use remote_jupyter::config::{Config, LauncherKind};

/// The README in each language, with the catalogue of what the program says in it.
const READMES: [Readme; 2] = [
    Readme {
        name: "README.md",
        text: include_str!("../README.md"),
        said: include_str!("../assets/locales/en/remote_jupyter.ftl"),
        troubleshooting: "## Troubleshooting",
    },
    Readme {
        name: "README.ja.md",
        text: include_str!("../README.ja.md"),
        said: include_str!("../assets/locales/ja/remote_jupyter.ftl"),
        troubleshooting: "## 困ったときは",
    },
];

struct Readme {
    name: &'static str,
    text: &'static str,
    said: &'static str,
    troubleshooting: &'static str,
}

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
    let usable = [LauncherKind::Direct, LauncherKind::Attach];
    let hosts = READMES.map(|readme| {
        let blocks = blocks(readme.text, "toml");
        let load = |text| Config::parse(Path::new(readme.name), text);
        let configs = blocks
            .iter()
            .map(|text| load(text).unwrap_or_else(|e| panic!("{e}")));
        let [_, whole] = &configs.collect::<Vec<_>>()[..] else {
            panic!("two examples")
        };
        let mut launchers = whole.hosts.iter().map(|host| host.launcher);
        let in_force = launchers.all(|launcher| usable.contains(&launcher));
        assert!(in_force, "{}: only what is in force", readme.name);
        whole.hosts.clone()
    });
    assert_eq!(hosts[0], hosts[1], "the same example in every language");
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
        for readme in READMES {
            let told = forms.iter().any(|text| readme.text.contains(text.as_str()));
            assert!(told, "{} does not tell the key {name}", readme.name);
        }
    }
}

#[test]
fn the_readme_names_every_command() {
    let help = Command::new(env!("CARGO_BIN_EXE_remote-jupyter"))
        .env_clear()
        .env("LANG", "C")
        .arg("--help")
        .output()
        .expect("the program runs");
    let help = String::from_utf8(help.stdout).expect("help is text");
    let table = help
        .split("Commands:\n")
        .nth(1)
        .expect("a list of commands");
    let lines = table.lines().take_while(|line| !line.is_empty());
    let names: Vec<&str> = lines
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|name| !["", "help"].contains(name))
        .collect();
    assert!(names.len() >= 10, "{help}");
    for name in names {
        for readme in READMES {
            let row = format!("\n| `{name}");
            assert!(readme.text.contains(&row), "{}: {name}", readme.name);
        }
    }
}

#[test]
fn the_readmes_lead_to_each_other() {
    assert!(READMES[0].text.contains("English | [日本語](README.ja.md)"));
    assert!(READMES[1].text.contains("[English](README.md) | 日本語"));
    let sections = READMES.map(|readme| readme.text.matches("\n## ").count());
    assert_eq!(sections[0], sections[1], "a section is missing");
}

#[test]
fn the_messages_in_the_troubleshooting_table_exist() {
    let sources: String = sources().iter().map(|file| read(file)).collect();
    for readme in READMES {
        let said = simple(&format!("{sources}\n{}", readme.said));
        let mut checked = 0;
        for part in readme.quoted_messages() {
            let there = said.contains(&simple(part));
            assert!(there, "no message has {part:?}, as {} says", readme.name);
            checked += 1;
        }
        assert!(checked > 20, "{}: {checked}", readme.name);
    }
}

impl Readme {
    /// What the troubleshooting table quotes, cut where names and numbers are put in.
    fn quoted_messages(&self) -> impl Iterator<Item = &str> {
        let table = self.text.split(self.troubleshooting).nth(1);
        let table = table.expect("a section on it").split("\n## ").next();
        let rows = table.into_iter().flat_map(str::lines);
        let messages = rows.filter_map(|row| row.strip_prefix("| `")?.split("` |").next());
        messages
            .flat_map(|message| message.split('…'))
            .flat_map(|part| part.split("ProxyJump"))
            .map(|part| part.trim_matches([' ', '3']))
            .filter(|part| part.len() > 3)
    }
}

/// The code breaks long texts over lines, and quotes inside them.
fn simple(text: &str) -> String {
    let kept = text.replace("\\\n", " ").replace(['`', '\\', '"'], "");
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn every_code_word_is_in_the_readme() {
    let codes = include_str!("../src/problem/code.rs")
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
        for readme in READMES {
            let rest = readme.text.split(&row).nth(1).unwrap_or_default();
            let row = rest.lines().next().unwrap_or_default();
            assert!(
                row.contains(&format!("`{word}`")),
                "{}: {word} is missing among the exit codes {exit}",
                readme.name
            );
        }
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

/// As long as the project has no address, and no longer.
#[test]
fn that_nobody_can_be_asked_for_updates_is_said_while_it_is_so() {
    let sentences = [
        ("README.md", include_str!("../README.md"), "as today's is"),
        (
            "README.ja.md",
            include_str!("../README.ja.md"),
            "(今のビルド)",
        ),
        (
            "docs/security.md",
            include_str!("../docs/security.md"),
            "today there is none, and so there is no request",
        ),
        (
            "docs/releasing.md",
            include_str!("../docs/releasing.md"),
            "Today there is none",
        ),
    ];
    let has_none = env!("CARGO_PKG_REPOSITORY").is_empty();
    for (name, text, sentence) in sentences {
        let words: Vec<&str> = text.split_whitespace().collect();
        let is_said = words.join(" ").contains(sentence);
        assert_eq!(is_said, has_none, "{name}: \"{sentence}\"");
    }
}
