//! What the documents promise is held against the code: examples load, links lead somewhere, quoted messages exist.
#![allow(clippy::panic, clippy::expect_used, reason = "a test may stop")]

use std::path::{Path, PathBuf};

#[path = "documents/changelog.rs"]
mod changelog;
#[path = "documents/config_keys.rs"]
mod config_keys;
#[path = "documents/reference.rs"]
mod reference;

/// The README in each language.
const READMES: [&str; 2] = [
    include_str!("../README.md"),
    include_str!("../README.ja.md"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn the_readmes_lead_to_each_other() {
    assert!(READMES[0].contains("English | [日本語](README.ja.md)"));
    assert!(READMES[1].contains("[English](README.md) | 日本語"));
    let counts = ["\n## ", "\n```console\n", "](docs/pictures/"].map(|part| {
        let [english, japanese] = READMES.map(|text| text.matches(part).count());
        assert_eq!(english, japanese, "one has more of {part:?}");
        english
    });
    assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
}

/// A picture and a sentence, a way to install it, a first click, and where to read on.
#[test]
fn the_readmes_are_two_screens_and_some_tables_at_most() {
    for text in READMES {
        let lines = text.lines().filter(|line| !line.starts_with('|')).count();
        assert!(lines <= 100, "{lines} lines: the rest is the reference's");
    }
}

#[test]
fn links_lead_somewhere() {
    let mut checked = 0;
    for file in documents() {
        let text = read(&file);
        for target in links(&text) {
            if target.contains("://") {
                continue;
            }
            let (path, heading) = target.split_once('#').unwrap_or((target, ""));
            let folder = file.parent().expect("a file has a folder");
            let aim = match path {
                "" => file.clone(),
                path => folder.join(path),
            };
            assert!(aim.exists(), "{} links to {target}", file.display());
            if !heading.is_empty() && has_extension(&aim, "md") {
                let found = headings(&read(&aim)).any(|anchor| anchor == heading);
                assert!(found, "{}: no heading for {target}", file.display());
            }
            checked += 1;
        }
    }
    assert!(checked > 10, "{checked}");
}

/// The targets of links and pictures.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let linked = text.split("](").skip(1);
    let linked = linked.filter_map(|rest| rest.split(')').next());
    let shown = text.split(" src=\"").skip(1);
    linked.chain(shown.filter_map(|rest| rest.split('"').next()))
}

/// The anchors of a document's headings, as GitHub and Forgejo make them.
fn headings(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split("\n```").step_by(2);
    let lines = parts.flat_map(str::lines);
    let titles = lines.filter_map(|line| line.strip_prefix('#'));
    titles.map(|title| {
        let title = title.trim_start_matches('#').trim().to_lowercase();
        let kept = title
            .chars()
            .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
        kept.map(|c| if c == ' ' { '-' } else { c }).collect()
    })
}

fn documents() -> Vec<PathBuf> {
    let mut all = Vec::new();
    let folders = [
        "",
        "docs",
        "docs/reference",
        "docs/decisions",
        "docs/upstream",
        "bundle",
    ];
    for folder in folders {
        all.extend(
            entries(&root().join(folder))
                .into_iter()
                .filter(|path| has_extension(path, "md")),
        );
    }
    all
}

fn sources() -> Vec<PathBuf> {
    rust_files("src")
}

fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut folders = vec![root().join(folder)];
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
        (
            "docs/reference/app.md",
            include_str!("../docs/reference/app.md"),
            "Today's builds never check for updates",
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

/// Rows of the table under a heading of a document: the cells, without the heading's and the ruler's.
fn rows<'a>(text: &'a str, first: &str) -> Vec<Vec<&'a str>> {
    let table = text.split_once(first).expect("the table is there").1;
    let lines = table
        .lines()
        .skip(2)
        .take_while(|line| line.starts_with('|'));
    lines
        .map(|line| line.trim_matches('|').split('|').map(str::trim).collect())
        .collect()
}

/// The paths in backticks that begin with a folder of ours.
fn paths(text: &str) -> impl Iterator<Item = &str> {
    const FOLDERS: [&str; 6] = ["src/", "tests/", "scripts/", "assets/", "bundle/", "docs/"];
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|path| {
        let is_name = |c: char| c.is_alphanumeric() || "/._-".contains(c);
        FOLDERS.iter().any(|folder| path.starts_with(folder)) && path.chars().all(is_name)
    })
}

#[test]
fn paths_in_the_documents_lead_somewhere() {
    for file in documents() {
        let text = read(&file);
        for path in paths(&text) {
            assert!(root().join(path).exists(), "{}: {path}", file.display());
        }
    }
}

/// A contributor's first five questions lead to files that answer them.
#[test]
fn the_places_to_change_are_where_the_document_says() {
    let text = read(&root().join("docs/architecture.md"));
    let rows = rows(&text, "| To change | Go to |");
    let in_file = [
        ("the text of a menu item", "menu-open-tab"),
        ("the keepalive interval", "ServerAliveInterval"),
        ("Slurm's pending reasons", "const NEVER"),
        ("the host-key dialog on a Mac", "HostKey"),
        ("a new configuration key", "key("),
    ];
    assert_eq!(rows.len(), in_file.len());
    for (subject, word) in in_file {
        let row = rows.iter().find(|row| row[0] == subject);
        let row = row.unwrap_or_else(|| panic!("no row for {subject}"));
        let mut files = paths(row[1]).map(|path| read(&root().join(path)));
        assert!(files.any(|text| text.contains(word)), "{subject}: {word}");
    }
}

/// Retired words, and whether they are retired in prose alone, where identifiers have them in another sense.
fn retired() -> Vec<(String, bool)> {
    let text = read(&root().join("docs/glossary.md"));
    let cells = rows(&text, "| Term | Meaning | Not |");
    let words = cells.iter().flat_map(|row| row[2].split(','));
    let words = words.map(str::trim).filter(|word| !word.is_empty());
    words
        .map(|word| match word.strip_prefix('(') {
            Some(word) => (word.trim_end_matches(')').to_owned(), true),
            None => (word.to_owned(), false),
        })
        .collect()
}

#[test]
fn retired_words_stay_out_of_identifiers_and_messages() {
    let mut found = Vec::new();
    let messages = read(&root().join("assets/locales/en/remote_jupyter.ftl"));
    let messages = messages.lines().filter(|line| !line.starts_with('#'));
    let messages: String = messages
        .filter_map(|line| Some(line.split_once('=')?.1))
        .collect();
    let messages = messages.to_lowercase();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let spoken: std::collections::BTreeSet<&str> = messages.split(|c| !is_word(c)).collect();
    let names = identifiers();
    for (word, in_prose_alone) in retired() {
        let joined = word.replace(' ', "_");
        let is_spoken = if word.contains(' ') {
            messages.contains(&word)
        } else {
            spoken.contains(word.as_str())
        };
        if is_spoken {
            found.push(format!("a message: {word}"));
        }
        if !in_prose_alone && let Some(file) = names.get(&joined) {
            found.push(format!("{file}: {word}"));
        }
    }
    assert!(
        found.is_empty(),
        "docs/glossary.md retires:\n{}",
        found.join("\n")
    );
}

/// The words that the names in `src` consist of, in lower case, and a file that has each. Two neighbours count as one too.
fn identifiers() -> std::collections::BTreeMap<String, String> {
    let mut words = std::collections::BTreeMap::new();
    for file in sources() {
        let syntax = syn::parse_file(&read(&file)).expect("src compiles");
        let mut names = Names::default();
        syn::visit::Visit::visit_file(&mut names, &syntax);
        for name in names.0 {
            let parts = parts(&name);
            let pairs = parts.windows(2).map(|pair| pair.join("_"));
            for word in pairs.chain(parts.iter().cloned()) {
                words.insert(word, format!("{} ({name})", file.display()));
            }
        }
    }
    words
}

#[derive(Default)]
struct Names(Vec<String>);

impl<'ast> syn::visit::Visit<'ast> for Names {
    fn visit_ident(&mut self, name: &'ast proc_macro2::Ident) {
        self.0.push(name.to_string());
    }
}

/// `OneShotScript` and `one_shot_script` as their words.
fn parts(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        if c == '_' || (c.is_uppercase() && was_lower) {
            parts.push(String::new());
        }
        if c != '_'
            && let Some(last) = parts.last_mut()
        {
            last.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A case is held by a test, as long as that test is there.
#[test]
fn tests_that_hold_the_field_cases_exist() {
    let count = named_tests("docs/field-cases.md");
    assert!(count > 100, "the tables have another form now: {count}");
}

/// And so is a promise about security.
#[test]
fn tests_that_hold_the_threats_exist() {
    let count = named_tests("docs/security.md");
    assert!(count > 80, "the tables have another form now: {count}");
    let text = read(&root().join("docs/security.md"));
    let rows = text.lines().filter(|line| line.starts_with("| "));
    for row in rows.filter(|row| !row.ends_with("| Test |")) {
        let last = row.trim_end_matches('|').rsplit('|').next();
        assert!(
            last.is_some_and(|cell| cell.contains('`')),
            "no test: {row}"
        );
    }
}

/// And what the README claims beside other tools.
#[test]
fn tests_that_hold_the_comparison_exist() {
    for readme in ["README.md", "README.ja.md"] {
        let count = named_tests(readme);
        assert!(count >= 10, "the table has another form now: {count}");
    }
}

/// Checks that the tests in the last column of a document's tables exist, and counts them.
fn named_tests(document: &str) -> usize {
    let text = read(&root().join(document));
    let rows = text.lines().filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    let named = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let code: String = [sources(), rust_files("tests")]
        .concat()
        .iter()
        .map(|file| read(file))
        .collect();
    let mut count = 0;
    let is_test = |name: &&str| name.contains("::") || name.matches('_').count() > 2;
    for name in named.filter(is_test) {
        let last = name.rsplit("::").next().unwrap_or_default();
        let beginning = last.trim_end_matches(['…', '*']);
        // A name in full ends there; a module may stand for all of its tests.
        let end = if beginning == last { "(" } else { "" };
        let is_there = code.contains(&format!("fn {beginning}{end}"))
            || code.contains(&format!("mod {beginning};"));
        assert!(is_there, "no test {name} for {document}");
        count += 1;
    }
    count
}
