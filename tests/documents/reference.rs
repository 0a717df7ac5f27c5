//! The reference is held against the program: examples load, quoted messages exist, and what the source can say is
//! written from it. `WRITE_REFERENCE=1 cargo test --test documents` writes those parts; tests fail where they are out of date.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use remote_jupyter::config::{Config, LauncherKind};

use super::config_keys::levels;
use super::{read, root, sources};

/// The fenced blocks of a language.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("\n```{language}\n");
    let after = text.split(&fence).skip(1);
    after
        .map(|block| block.split("\n```").next().unwrap_or_default())
        .collect()
}

fn page(name: &str) -> String {
    read(&root().join("docs/reference").join(name))
}

/// Holds the part of a page between its marker and `<!-- end -->` against `written`, which gets the part as it is. Writes
/// it on demand.
fn check_part(name: &str, part: &str, written: impl FnOnce(&str) -> String) {
    let text = page(name);
    let marker = format!("<!-- {part}: ");
    let (before, rest) = text.split_once(&marker).expect("a marker");
    let (about, rest) = rest.split_once("-->\n").expect("the marker's end");
    let (old, after) = rest.split_once("<!-- end -->").expect("the part's end");
    let new = written(old);
    if std::env::var_os("WRITE_REFERENCE").is_some() {
        let whole = format!("{before}{marker}{about}-->\n{new}<!-- end -->{after}");
        let file = root().join("docs/reference").join(name);
        std::fs::write(file, whole).expect("a file of ours");
    } else {
        assert!(new == old, "{name} is out of date: make reference\n{new}");
    }
    for row in new.lines().filter(|line| line.starts_with("| ")) {
        let empty = row.contains(UNSAID);
        assert!(
            !empty,
            "{name}: say what it means, in place of {UNSAID}: {row}"
        );
    }
}

/// Text of a new row until its meaning is written.
const UNSAID: &str = "TELL";

/// A table whose rows come from the source, but for the cell of the meaning, which stays as `old` has it.
fn table(head: &[&str], meaning: usize, rows: Vec<Vec<String>>, old: &str) -> String {
    let line = |cells: &[String]| {
        let row = format!("| {} |\n", cells.join(" | "));
        row.replace("|  |", "| |")
    };
    let known: BTreeMap<&str, &str> = old
        .lines()
        .filter(|row| row.starts_with("| "))
        .filter_map(|row| {
            let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            Some((*cells.first()?, *cells.get(meaning)?))
        })
        .collect();
    let mut text = line(&head.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>());
    text += &("|---".repeat(head.len()) + "|\n");
    for mut row in rows {
        let said = known.get(row[0].as_str()).copied().unwrap_or(UNSAID);
        row.insert(meaning, said.to_owned());
        text += &line(&row);
    }
    text
}

// --- the configuration ---------------------------------------------------------------------------------------------

#[test]
fn the_configuration_in_the_reference_loads() {
    let usable = [LauncherKind::Direct, LauncherKind::Attach];
    let text = page("configuration.md");
    let blocks = blocks(&text, "toml");
    let load = |text: &&str| Config::parse(Path::new("configuration.md"), text);
    let configs = blocks.iter().map(load);
    let configs = configs.map(|config| config.unwrap_or_else(|e| panic!("{e}")));
    let [_, whole] = &configs.collect::<Vec<_>>()[..] else {
        panic!("two examples")
    };
    let mut launchers = whole.hosts.iter().map(|host| host.launcher);
    let in_force = launchers.all(|launcher| usable.contains(&launcher));
    assert!(in_force, "only what needs no scheduler");
}

#[test]
fn the_reference_has_every_key() {
    let levels = levels();
    let count: usize = levels.iter().map(|level| level.rows.len()).sum();
    assert!(count > 20, "the table of keys has another form now");
    check_part("configuration.md", "keys", |old| {
        let mut text = String::new();
        for level in levels {
            let heading = match level.title.as_str() {
                "" => "### At the top of the file".to_owned(),
                title => format!("### `{title}`"),
            };
            let old = old.split_once(&format!("{heading}\n"));
            let old = old.and_then(|(_, rest)| rest.split("###").next());
            let head = ["Key", "Value", "Meaning", "Example"];
            let table = table(&head, 2, level.rows, old.unwrap_or_default());
            let _ = write!(text, "\n{heading}\n\n{table}");
        }
        text + "\n"
    });
}

// --- the command line ----------------------------------------------------------------------------------------------

/// The settings page shows what the reference says, without its links.
#[test]
fn the_help_of_a_field_is_its_meaning_in_the_reference() {
    use remote_jupyter::config::{Section, fields};
    let page = page("configuration.md");
    let (_, tables) = page.split_once("<!-- keys").expect("the tables of keys");
    let (tables, _) = tables.split_once("<!-- end").expect("their end");
    let tables: Vec<&str> = tables.split("\n### ").skip(1).collect();
    let sections = [Section::Top, Section::Host, Section::Forward];
    // And that of profiles, which are edited in the file.
    assert_eq!(tables.len(), sections.len() + 1);
    for (section, table) in sections.into_iter().zip(tables) {
        for field in fields(section) {
            let start = format!("| `{}` | ", field.name);
            let row = table.lines().find(|line| line.starts_with(&start));
            let meaning = row.and_then(|row| row.split(" | ").nth(2));
            assert_eq!(
                without_links(meaning.unwrap_or_default()),
                field.help,
                "{}",
                field.name
            );
        }
    }
}

/// A text as it reads without links: one in brackets of its own is left out.
fn without_links(text: &str) -> String {
    let mut parts = text.split('[');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (words, rest) = part.split_once("](").expect("a link");
        let (_, rest) = rest.split_once(')').expect("the link's end");
        match (plain.strip_suffix(" ("), rest.strip_prefix(')')) {
            (Some(before), Some(rest)) => plain = format!("{before}{rest}"),
            _ => plain.extend([words, rest]),
        }
    }
    plain
}

fn help(command: &[&str]) -> String {
    let help = Command::new(env!("CARGO_BIN_EXE_remote-jupyter"))
        .env_clear()
        .env("LANG", "C")
        .args(command)
        .arg("--help")
        .output()
        .expect("the program runs");
    String::from_utf8(help.stdout).expect("help is text")
}

fn commands() -> Vec<String> {
    let help = help(&[]);
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
    names.iter().map(ToString::to_string).collect()
}

#[test]
fn the_reference_has_every_command_and_option() {
    let names = commands();
    let text = page("commands.md");
    for name in &names {
        assert!(text.contains(&format!("\n| `{name}")), "no row for {name}");
    }
    check_part("commands.md", "options", |_| {
        let own = names.iter().map(|name| without_global(&help(&[name])));
        let own = own.map(|text| text.trim().to_owned());
        let own: Vec<String> = own.collect();
        format!("\n```text\n{}\n```\n\n", own.join("\n\n"))
    });
}

/// The help of a command without the options that every command takes.
fn without_global(help: &str) -> String {
    let everywhere = ["  -c,", "  -F ", "  -v,", "  -h,"];
    let mut lines = Vec::new();
    let mut is_left_out = false;
    for line in help.lines() {
        let continues = line.starts_with("          ");
        if !continues {
            is_left_out = everywhere.iter().any(|option| line.starts_with(option));
        }
        if !is_left_out {
            lines.push(line);
        }
    }
    let text = lines.join("\n");
    let text = text.trim_end();
    text.strip_suffix("Options:").unwrap_or(text).to_owned()
}

// --- what scripts read ---------------------------------------------------------------------------------------------

#[test]
fn the_reference_has_every_code_word() {
    let codes = include_str!("../../src/problem/code.rs")
        .split("\ncodes! {")
        .nth(1)
        .expect("the table of codes");
    let mut by_exit = BTreeMap::from([(0, Vec::new())]);
    let lines = codes
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    for line in lines {
        let word = line
            .split_once("= \"")
            .and_then(|(_, rest)| rest.split_once("\", "));
        let Some((word, exit)) = word else {
            continue;
        };
        let exit: u8 = exit.trim_end_matches(';').parse().expect("an exit code");
        by_exit.entry(exit).or_default().push(format!("`{word}`"));
    }
    let count: usize = by_exit.values().map(Vec::len).sum();
    assert!(count > 20, "{count}");
    check_part("exit-codes.md", "codes", |old| {
        let rows = by_exit
            .iter()
            .map(|(exit, words)| vec![exit.to_string(), words.join(" ")]);
        let head = ["Code", "Meaning", "`code` in `failed` events"];
        table(&head, 1, rows.collect(), old)
    });
}

#[test]
fn the_reference_has_every_phase() {
    let file = syn::parse_file(include_str!("../../src/phase.rs")).expect("src compiles");
    let phases = file.items.iter().find_map(|item| match item {
        syn::Item::Enum(item) if item.ident == "Phase" => Some(&item.variants),
        _ => None,
    });
    let phases = phases.expect("the phases").iter();
    let rows = phases.map(|phase| vec![format!("`{}`", phase.ident.to_string().to_lowercase())]);
    let rows: Vec<Vec<String>> = rows.collect();
    assert!(rows.len() >= 10, "{rows:?}");
    check_part("json.md", "phases", |old| {
        table(&["`phase`", "Meaning"], 1, rows, old)
    });
}

#[test]
fn the_reference_has_every_field_of_the_events() {
    let text = page("json.md");
    let mut checked = 0;
    for (source, structs) in [
        (
            include_str!("../../src/session/types.rs"),
            &["JobInfo", "ServerInfo", "Forwarded", "Ready"][..],
        ),
        (include_str!("../../src/problem/code.rs"), &["Problem"]),
        (include_str!("../../src/jupyter/api.rs"), &["Kernels"]),
        (include_str!("../../src/ipc/protocol.rs"), &["Message"]),
    ] {
        let file = syn::parse_file(source).expect("src compiles");
        for item in file.items {
            let fields = match item {
                syn::Item::Struct(item) if structs.iter().any(|name| item.ident == name) => {
                    item.fields.into_iter().collect()
                }
                syn::Item::Enum(item) if item.ident == "MessageBody" => item
                    .variants
                    .into_iter()
                    .flat_map(|variant| variant.fields)
                    .collect(),
                _ => Vec::new(),
            };
            let shown = fields.into_iter().filter(|field| !is_skipped(field));
            let names = shown.filter_map(|field| field.ident);
            // `body` is flattened; `log` is for the program that asked.
            for name in names.filter(|name| name != "body" && name != "log") {
                assert!(
                    text.contains(&format!("`{name}`")),
                    "json.md does not tell {name}"
                );
                checked += 1;
            }
        }
    }
    assert!(checked > 25, "{checked}");
}

/// True for `#[serde(skip)]`.
fn is_skipped(field: &syn::Field) -> bool {
    let mut attributes = field
        .attrs
        .iter()
        .filter(|one| one.path().is_ident("serde"));
    attributes.any(|one| {
        one.parse_args::<syn::Ident>()
            .is_ok_and(|word| word == "skip")
    })
}

// --- messages ------------------------------------------------------------------------------------------------------

#[test]
fn the_messages_in_the_troubleshooting_tables_exist() {
    let sources: String = sources().iter().map(|file| read(file)).collect();
    let catalogues = [
        (
            "troubleshooting.md",
            include_str!("../../assets/locales/en/remote_jupyter.ftl"),
        ),
        (
            "troubleshooting.ja.md",
            include_str!("../../assets/locales/ja/remote_jupyter.ftl"),
        ),
    ];
    for (name, catalogue) in catalogues {
        let said = simple(&format!("{sources}\n{catalogue}"));
        let text = page(name);
        let mut checked = 0;
        for part in quoted_messages(&text) {
            let is_there = said.contains(&simple(part));
            assert!(is_there, "no message has {part:?}, as {name} says");
            checked += 1;
        }
        assert!(checked > 20, "{name}: {checked}");
    }
}

/// The messages that the table quotes, cut where names and numbers are put in.
fn quoted_messages(table: &str) -> impl Iterator<Item = &str> {
    let rows = table.lines();
    let messages = rows.filter_map(|row| row.strip_prefix("| `")?.split("` |").next());
    messages
        .flat_map(|message| message.split('…'))
        .flat_map(|part| part.split("ProxyJump"))
        .map(|part| part.trim_matches([' ', '3']))
        .filter(|part| part.len() > 3)
}

/// The code breaks long texts over lines, and quotes inside them.
fn simple(text: &str) -> String {
    let kept = text.replace("\\\n", " ").replace(['`', '\\', '"'], "");
    kept.split_whitespace().collect::<Vec<_>>().join(" ")
}
