//! The form of CHANGELOG.md: groups of imperative entries of one line.

const CHANGELOG: &str = include_str!("../../CHANGELOG.md");
const KINDS: [&str; 6] = [
    "Added",
    "Changed",
    "Deprecated",
    "Fixed",
    "Removed",
    "Security",
];
const GROUPS: [&str; 6] = [
    "App",
    "Command line",
    "Jupyter",
    "Schedulers",
    "SSH",
    "Packages",
];
/// Columns of a line, as in the other files.
const WIDTH: usize = 125;

/// Returns the sentence after an introduction such as "On a Mac, ".
fn sentence(entry: &str) -> &str {
    let introduction = entry
        .strip_prefix("On ")
        .and_then(|rest| rest.split_once(", "));
    introduction.map_or(entry, |(_, sentence)| sentence)
}

/// Checks that a sentence begins with a verb's plain form, as far as its ending and its letters tell.
fn is_imperative(sentence: &str) -> bool {
    let first = sentence.split([' ', ',']).next().unwrap_or_default();
    let is_word = first.chars().all(char::is_alphabetic);
    let is_other = ["A", "An", "The", "With", "Where", "When", "It"].contains(&first);
    let has_ending = first.ends_with("ing") && first != "Bring" || first.ends_with("ed");
    let is_plural = first.ends_with('s') && !first.ends_with("ss");
    is_word && !is_other && !has_ending && !is_plural
}

#[test]
fn entries_are_imperative_lines_in_known_groups() {
    let (_, sections) = CHANGELOG.split_once("\n## ").expect("a version");
    let (mut group, mut entries) = (None, 0);
    for line in sections.lines().skip(1).filter(|line| !line.is_empty()) {
        if let Some(kind) = line.strip_prefix("### ") {
            assert!(KINDS.contains(&kind), "{line}");
            group = None;
        } else if let Some(name) = line.strip_prefix("#### ") {
            assert!(GROUPS.contains(&name), "{line}");
            group = Some(name);
        } else if let Some(entry) = line.strip_prefix("- ") {
            assert!(group.is_some(), "in no group: {line}");
            assert!(is_imperative(sentence(entry)), "not imperative: {line}");
            assert!(line.chars().count() <= WIDTH, "too long: {line}");
            entries += 1;
        } else {
            assert!(line.starts_with("## ["), "not an entry of one line: {line}");
        }
    }
    assert!(entries > 100, "{entries}");
}
