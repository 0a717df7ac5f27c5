//! The catalogues of texts agree with each other and with the code: no language lacks a text, and no text is left over.
#![allow(clippy::panic, clippy::expect_used, reason = "a test may stop")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement, Resource};
use remote_jupyter::i18n::{LANGUAGES, language, set_language};
use remote_jupyter::phase::Phase;

/// Texts that are the same in every language: the product's name, what Macs call OK everywhere, an address.
const ALIKE: &[&str] = &["dialog-about", "launcher-name", "menu-forward"];

/// A message: its words, without what is put in, and the names of its arguments.
#[derive(Debug, Default)]
struct Message {
    words: Vec<String>,
    arguments: BTreeSet<String>,
}

#[test]
fn every_language_has_the_same_texts_with_the_same_arguments() {
    let english = catalogue("en");
    assert!(english.len() > 300, "{}", english.len());
    for language in LANGUAGES {
        let other = catalogue(language);
        let names =
            |texts: &BTreeMap<String, Message>| -> Vec<String> { texts.keys().cloned().collect() };
        assert_eq!(names(&other), names(&english), "{language}");
        for (name, message) in other {
            assert_eq!(
                message.arguments, english[&name].arguments,
                "{language}: {name}"
            );
        }
    }
}

#[test]
fn no_text_is_empty() {
    for language in LANGUAGES {
        for (name, message) in catalogue(language) {
            let said = message.words.iter().all(|words| !words.trim().is_empty());
            assert!(said && !message.words.is_empty(), "{language}: {name}");
        }
    }
}

#[test]
fn what_is_japanese_is_in_japanese() {
    let japanese = |c: char| matches!(c, '\u{3041}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}');
    for (name, message) in catalogue("ja") {
        for words in message.words {
            // Signs and arguments alone are nobody's language.
            if without_arguments(&words).contains(char::is_alphabetic) {
                let alike = ALIKE.contains(&name.as_str());
                assert_eq!(words.contains(japanese), !alike, "{name}: {words}");
            }
            // A Japanese sentence ends with its own sign.
            assert!(!words.ends_with('.'), "{name}: {words}");
        }
    }
}

fn without_arguments(words: &str) -> String {
    let parts = words.split('{');
    parts
        .map(|part| part.rsplit('}').next().unwrap_or_default())
        .collect()
}

#[test]
fn every_text_is_used() {
    let sources = sources();
    for name in catalogue("en").into_keys() {
        let used = sources.contains(&format!("\"{name}\""));
        assert!(used, "nothing in src says {name}");
    }
}

#[test]
fn commands_and_keys_are_the_same_in_every_language() {
    let english = catalogue("en");
    for (name, message) in catalogue("ja") {
        let quoted = |message: &Message| -> BTreeSet<String> {
            let all = message.words.iter().flat_map(|words| code(words));
            all.collect()
        };
        assert_eq!(quoted(&message), quoted(&english[&name]), "{name}");
    }
}

/// A page to read aloud, in both languages: what menu, dialogs, notifications and prompts say.
/// `make reference` writes it.
#[test]
fn the_page_of_texts_is_up_to_date() {
    let (english, japanese) = (catalogue("en"), catalogue("ja"));
    let mut page = include_str!("texts-head.md").to_owned();
    for (title, names) in sections("en") {
        if !SHOWN.contains(&title.as_str()) {
            continue;
        }
        let _ = write!(
            page,
            "\n## {title}\n\n| Name | English | 日本語 |\n|---|---|---|\n"
        );
        for name in names {
            let [english, japanese] = [&english, &japanese].map(|all| cell(&all[&name].words));
            let _ = writeln!(page, "| `{name}` | {english} | {japanese} |");
        }
    }
    let file = root().join("docs/reference/texts.md");
    if std::env::var_os("WRITE_REFERENCE").is_some() {
        std::fs::write(&file, &page).expect("a file of ours");
    }
    let is_current = std::fs::read_to_string(&file).is_ok_and(|old| old == page);
    assert!(
        is_current,
        "docs/reference/texts.md is out of date: make reference"
    );
}

/// Sections of the catalogue that a user meets one text at a time.
const SHOWN: &[&str] = &[
    "The menu",
    "A failure in a few words, on the host's own line",
    "Why a job waits",
    "The dialog of details",
    "Notifications",
    "Dialogs",
    "Buttons of dialogs",
    "Questions",
    "How far a session has come",
    "A new version",
    "Pages at a host's local port",
];

/// The variants of a text in one cell of a table.
fn cell(words: &[String]) -> String {
    let text = words.join(" / ");
    text.replace('\n', "<br>").replace('|', "\\|")
}

/// The sections of a catalogue, without the files that they are for, and the names of their texts.
fn sections(language: &str) -> Vec<(String, Vec<String>)> {
    let text = text_of(language);
    let resource = resource(&text);
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for entry in resource.body {
        match entry {
            Entry::GroupComment(comment) => {
                let title = comment.content.concat();
                let title = title.split(" (").next().unwrap_or_default();
                let title = title.split(". ").next().unwrap_or_default();
                sections.push((title.to_owned(), Vec::new()));
            }
            Entry::Message(message) => {
                if let Some((_, names)) = sections.last_mut() {
                    names.push(message.id.name.to_owned());
                }
            }
            _ => {}
        }
    }
    sections
}

/// The files that a section's heading names are where it says.
#[test]
fn sections_name_files_that_exist() {
    for line in text_of("en").lines().filter(|line| line.starts_with("## ")) {
        let files = line
            .split_once("(src/")
            .map(|(_, files)| format!("src/{files}"));
        let files = files.unwrap_or_default();
        let mut folder = PathBuf::new();
        for file in files.split(')').next().unwrap_or_default().split(", ") {
            let is_whole = file.starts_with("src/");
            let path = if is_whole {
                PathBuf::from(file)
            } else {
                folder.join(file)
            };
            assert!(root().join(&path).exists(), "{line}: {}", path.display());
            let parent = if file.ends_with('/') {
                Some(path.as_path())
            } else {
                path.parent()
            };
            folder = parent.unwrap_or(Path::new("")).to_owned();
        }
    }
}

/// The only test here that speaks: the language is the whole process'.
#[test]
fn the_language_can_change_again() {
    for (wanted, word) in [("ja", "準備完了"), ("en", "ready"), ("ja-JP", "準備完了")] {
        set_language(Some(wanted));
        assert_eq!(Phase::Ready.words(), word, "{wanted}");
        assert!(wanted.starts_with(language()), "{}", language());
    }
}

/// What stands between backquotes, to be typed as it is.
fn code(words: &str) -> Vec<String> {
    words
        .split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text_of(language: &str) -> String {
    let file = root().join(format!("assets/locales/{language}/remote_jupyter.ftl"));
    std::fs::read_to_string(file).expect("a catalogue")
}

fn resource(text: &str) -> Resource<&str> {
    fluent_syntax::parser::parse(text).unwrap_or_else(|(_, errors)| panic!("{errors:?}"))
}

fn catalogue(language: &str) -> BTreeMap<String, Message> {
    let text = text_of(language);
    let mut messages = BTreeMap::new();
    for entry in resource(&text).body {
        match entry {
            Entry::Message(message) => {
                let pattern = message.value.expect("a message has a text");
                let name = message.id.name.to_owned();
                let twice = messages.insert(name, read(&pattern));
                assert!(
                    twice.is_none(),
                    "{language}: {} stands there twice",
                    message.id.name
                );
            }
            Entry::Junk { content } => panic!("{language}: {content}"),
            _ => {}
        }
    }
    messages
}

/// The words of every variant, each with the argument's name where something is put in.
fn read(pattern: &Pattern<&str>) -> Message {
    let mut message = Message::default();
    let mut texts = vec![String::new()];
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => append(&mut texts, &[(*value).to_owned()]),
            PatternElement::Placeable { expression } => match expression {
                Expression::Inline(inline) => {
                    let argument = argument(inline);
                    append(
                        &mut texts,
                        &[format!("{{{}}}", argument.as_deref().unwrap_or_default())],
                    );
                    message.arguments.extend(argument);
                }
                Expression::Select { selector, variants } => {
                    message.arguments.extend(argument(selector));
                    let inner: Vec<Message> = variants.iter().map(|one| read(&one.value)).collect();
                    let words: Vec<String> =
                        inner.iter().flat_map(|one| one.words.clone()).collect();
                    message
                        .arguments
                        .extend(inner.into_iter().flat_map(|one| one.arguments));
                    append(&mut texts, &words);
                }
            },
        }
    }
    message.words = texts;
    message
}

/// Every text so far, with each of these endings.
fn append(texts: &mut Vec<String>, endings: &[String]) {
    let longer = texts
        .iter()
        .flat_map(|text| endings.iter().map(move |end| format!("{text}{end}")));
    *texts = longer.collect();
}

fn argument(expression: &InlineExpression<&str>) -> Option<String> {
    match expression {
        InlineExpression::VariableReference { id } => Some(id.name.to_owned()),
        _ => None,
    }
}

/// All of src, in one text.
fn sources() -> String {
    let mut folders = vec![root().join("src")];
    let mut text = String::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src can be read") {
            let path: PathBuf = entry.expect("src can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                text += &std::fs::read_to_string(&path).expect("src can be read");
            }
        }
    }
    text
}
