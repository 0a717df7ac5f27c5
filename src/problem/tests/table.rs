//! docs/errors.md: every failure with its code word, exit code, title and remedy, as the functions of this module put
//! them together for a host `gpu01`. `make errors` writes it; this test fails when it is out of date.

use std::fmt::Write;
use std::path::PathBuf;

use super::examples::{asked_for, everything};
use crate::problem::{Code, Problem};

const HEAD: &str = "# What can go wrong

<!-- Written by `make errors` from src/problem/ and src/problem/code.rs; a test compares. -->

Every failure carries a stable code word (`code` of a `failed` event, and of `doctor --json`), a title, and what to do. The
command line ends with the exit code. The host of these examples is
`gpu01`, its ssh destination `me@gpu01.example.org`. What was seen (the server's words, a log's last lines, both
fingerprints) comes with each and is left out here.

| Code | Exit | What it stands for |
|---|---|---|
";

const CASES: &str = "
| Code | What a person reads | What to do |
|---|---|---|
";

#[test]
fn the_table_in_the_documents_is_what_the_source_says() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("docs/errors.md");
    let text = table();
    if std::env::var_os("WRITE_ERRORS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == text,
        "docs/errors.md is out of date: make errors"
    );
}

#[test]
fn every_code_has_a_failure_that_carries_it() {
    let problems = failures();
    // Which text it has depends on the build: with the app or without.
    let of_builds = Code::Unsupported;
    for code in Code::ALL.iter().filter(|code| **code != of_builds) {
        assert!(
            problems.iter().any(|(with, _)| with == code),
            "{} is missing in `everything` or `asked_for`",
            code.word()
        );
    }
}

fn failures() -> Vec<(Code, Problem)> {
    [everything(), asked_for()].concat()
}

fn table() -> String {
    let mut text = HEAD.to_owned();
    for code in Code::ALL {
        let (word, exit, meaning) = (code.word(), code.exit(), cell(code.meaning()));
        writeln!(text, "| `{word}` | {exit} | {meaning} |").unwrap();
    }
    text.push_str(CASES);
    let problems = failures();
    for code in Code::ALL {
        let mut rows: Vec<String> = Vec::new();
        for (_, problem) in problems.iter().filter(|(with, _)| with == code) {
            let row = row(problem);
            if !rows.contains(&row) {
                rows.push(row);
            }
        }
        text.extend(rows);
    }
    text
}

fn row(problem: &Problem) -> String {
    let (word, title) = (problem.code.word(), cell(&problem.title));
    format!("| `{word}` | {title} | {} |\n", cell(&problem.remedy))
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|").replace('\n', " ")
}
