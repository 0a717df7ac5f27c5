//! The style of what runs on the remote host, as it is assembled: docs/remote-script.md has the rules.

#![allow(clippy::unwrap_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::process::{Command, Stdio};

use super::{SCRIPT, script};
use crate::config::{Host, LauncherKind};

/// Warnings that do not apply: functions are called by way of others (`rj_in_c`, `trap`), and nothing but `ls -t`
/// sorts by time in POSIX.
const EXCLUDED: &str = "SC2317,SC2329,SC2012";

/// A host whose script begins with all variables.
fn host(launcher: LauncherKind) -> Host {
    let workdir = Some("/work".into());
    Host {
        launcher,
        workdir,
        ..Host::named("h")
    }
}

/// Returns what a function of the script for a job prints.
fn printed(function: &str) -> String {
    let text = script("n0", &host(LauncherKind::Slurm), "find");
    let functions = text.split("\nrj_main 'find'").next().unwrap();
    let lines = format!("rj_node=n rj_dir=/d rj_cwd=/c rj_umask=22; rj_print_{function}");
    let mut shell = Command::new("sh");
    let output = shell.args(["-c", &format!("{functions}\n{lines}")]);
    String::from_utf8(output.output().unwrap().stdout).unwrap()
}

/// Assigns the variables that reach a keeper through its environment.
fn exported() -> String {
    let text = script("n0", &host(LauncherKind::Direct), "find");
    let names = text.lines().filter_map(|line| line.split_once("export "));
    let names = names.flat_map(|(_, names)| names.split_whitespace());
    let names: BTreeSet<&str> = names.filter(|name| name.starts_with("rj_")).collect();
    let lines = names.into_iter().flat_map(|name| ["export ", name, "=\n"]);
    lines.collect()
}

/// The whole script, with nothing in its variables: what stands there is text for `eval` and for other shells.
fn whole(launcher: LauncherKind, command: &str) -> String {
    let text = script("n0", &host(launcher), command);
    let at = text.find(SCRIPT).unwrap();
    let names = text[..at].lines().filter_map(|line| line.split_once('='));
    let names = names.filter(|(name, _)| words(name).eq([*name]));
    let head: String = names
        .flat_map(|(name, _)| ["export ", name, "=\n"])
        .collect();
    format!("{head}rj_export_env() {{ :; }}\n{}", &text[at..])
}

/// Everything that a shell reads there: a name, and the whole text.
fn programs() -> Vec<(&'static str, String)> {
    let (login, environment) = (printed("login_shell"), exported());
    let keeper = |name| format!("{environment}{login}{}", printed(name));
    vec![
        ("the script", whole(LauncherKind::Direct, "find")),
        (
            "the script for choices",
            whole(LauncherKind::Direct, "choices sge"),
        ),
        (
            "the script for paths",
            whole(LauncherKind::Direct, "paths a"),
        ),
        (
            "the script for usage",
            whole(LauncherKind::Direct, "usage 1"),
        ),
        ("the script for jobs", whole(LauncherKind::Slurm, "find")),
        ("the keeper", keeper("direct_keeper")),
        ("the rehearsal", keeper("rehearsal")),
        (
            "the keeper of a job",
            format!("{}{login}{}", printed("job_head"), printed("job_keeper")),
        ),
        ("the server", format!("{environment}{}", printed("server"))),
        (
            "the search",
            format!("{environment}{}", printed("find_program")),
        ),
    ]
}

#[test]
fn shellcheck_finds_nothing_in_what_runs_on_the_remote_host() {
    for (name, text) in programs() {
        let mut shellcheck = Command::new("shellcheck")
            .args([
                "--shell=sh",
                "--norc",
                "--format=gcc",
                "--exclude",
                EXCLUDED,
                "-",
            ])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("shellcheck, which scripts/install installs: {error}"));
        let mut stdin = shellcheck.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let output = shellcheck.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(
            output.status.success() && said.is_empty(),
            "{name}:\n{said}"
        );
    }
}

/// A function of a program.
struct Function<'a> {
    has_comment: bool,
    body: Vec<&'a str>,
}

/// The functions of a text; those of a program that is printed belong to that program.
fn functions(text: &str) -> BTreeMap<&str, Function<'_>> {
    let mut all = BTreeMap::new();
    let mut lines = text.lines();
    let mut before = "";
    while let Some(line) = lines.next() {
        let name = line.split_once("() {").map_or("", |(name, _)| name);
        if name.starts_with("rj_print_") && lines.clone().next() == Some("  cat <<'RJ_END'") {
            lines.find(|line| *line == "RJ_END");
        } else if name.starts_with("rj_") && name != "rj_export_env" {
            let mut body = vec![line];
            if !line.ends_with('}') {
                body.extend(lines.by_ref().take_while(|line| *line != "}"));
            }
            let has_comment = before.starts_with('#');
            all.insert(name, Function { has_comment, body });
        }
        before = line;
    }
    all
}

/// The words of a line that may be names.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
}

impl Function<'_> {
    fn own_variables(&self) -> BTreeSet<&str> {
        let words = self.body.iter().flat_map(|line| words(line));
        words.filter(|word| word.starts_with("_rj_")).collect()
    }
}

#[test]
fn every_function_has_a_comment_that_says_what_it_does() {
    let mut bare = Vec::new();
    for (program, text) in programs() {
        let functions = functions(&text);
        let without = functions
            .iter()
            .filter(|(_, function)| !function.has_comment);
        bare.extend(without.map(|(name, _)| format!("{program}: {name}")));
    }
    // Made by the program: src/launch/programs.rs.
    bare.retain(|name| !name.ends_with("rj_print_jupyter_config"));
    assert!(bare.is_empty(), "{bare:#?}");
}

/// ksh93 has no `local`, so a name tells what is a function's own.
#[test]
fn a_functions_own_variables_are_safe_from_the_functions_that_it_calls() {
    let mut clashes = Vec::new();
    for (program, text) in programs() {
        let functions = functions(&text);
        for (name, function) in &functions {
            let own = function.own_variables();
            let mut reached: BTreeSet<&str> = [*name].into();
            let mut next = vec![*name];
            while let Some(caller) = next.pop() {
                for called in functions[caller].body.iter().flat_map(|line| words(line)) {
                    if functions.contains_key(called) && reached.insert(called) {
                        next.push(called);
                    }
                }
            }
            for callee in reached.iter().filter(|callee| *callee != name) {
                for variable in functions[callee].own_variables().intersection(&own) {
                    clashes.push(format!(
                        "{program}: {variable} of {name} is {callee}'s, too"
                    ));
                }
            }
        }
        let inside: Vec<&str> = functions
            .values()
            .flat_map(|one| one.body.clone())
            .collect();
        let outside = text.lines().filter(|line| !inside.contains(line));
        let outside: Vec<&str> = outside.filter(|line| line.contains("_rj_")).collect();
        let is_printed = text.contains("cat <<'RJ_END'");
        assert!(is_printed || outside.is_empty(), "{program}: {outside:?}");
    }
    assert!(clashes.is_empty(), "{clashes:#?}");
}
