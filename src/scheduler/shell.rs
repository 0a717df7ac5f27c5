//! Parts of command lines that several adapters use.

use super::output::CommandOutput;
use crate::shell_quote::quote;

/// Counts waiting jobs up to ours, in the order of a list: `{ waits }`, `{ is_ours }` and
/// `{ is_others }` are awk's conditions. It prints `place N`, and nothing where no other account's
/// job is seen: the site may hide them, and ours would always be the first.
pub(super) fn count_place(id: &str, waits: &str, is_ours: &str, is_others: &str) -> String {
    format!(
        "awk -v id={} -v me=\"$(id -un)\" '{waits} {{ n++; if ({is_ours}) place = n }} \
         {is_others} {{ seen = 1 }} END {{ if (place && seen) print \"place \" place }}'",
        quote(id)
    )
}

/// The place in an answer.
pub(super) fn place(answer: &CommandOutput) -> Option<u32> {
    let mut lines = answer.out.lines();
    lines.find_map(|line| line.strip_prefix("place ")?.trim().parse().ok())
}

/// Awk's part that reads the ledger: `own[NUMBER]` and `named[NAME]` are what a list is filtered by.
pub(super) const LEDGER: &str = concat!(
    r#"BEGIN { n = split(ENVIRON["rj_numbers"], a, " "); for (i = 1; i <= n; i++) own[a[i]] = 1; "#,
    r#"n = split(ENVIRON["rj_names"], a, "\n"); for (i = 1; i <= n; i++) named[a[i]] = 1 } "#,
);

/// Awk's part that takes a terminal's colours away, which a site's own command may print.
const COLOURS: &str = r#"index($0, "\033[") { gsub(/\033\[[0-9;]*[A-Za-z]/, "") } "#;

/// Runs commands whose output goes through a filter, and keeps their status: awk ends with it. A list that was cut off
/// may end in the middle of a line, and the status is no part of that line; without a status the list has failed.
pub(super) fn filtered(commands: &str, program: &str) -> String {
    format!(
        "{{ {commands}; printf '\\nrj_status %s\\n' \"$?\"; }} | LC_ALL=C awk '{LEDGER}BEGIN {{ status = 98 }} {COLOURS}\
         $1 == \"rj_status\" {{ status = $2; next }} {program}'"
    )
}

/// Runs a submission's line that only checks a job, with a generated job's folder and script that are gone afterwards.
pub(super) fn rehearsal(line: &str) -> String {
    format!(
        "rj_dir=$(mktemp -d) || exit 124; printf '#!/bin/sh\\nexec true\\n' >\"$rj_dir/submit\"; \
         (LC_ALL=C; export LC_ALL; {line}) 2>&1; rj_s=$?; rm -rf \"$rj_dir\"; (exit $rj_s)"
    )
}

/// Unsets every variable that begins so: formats and filters of the user's own.
pub(super) fn unset(beginnings: &[&str]) -> String {
    let names = beginnings
        .iter()
        .map(|name| format!(" -e 's/^\\({name}[A-Z0-9_]*\\)=.*/\\1/p'"));
    let names: String = names.collect();
    format!("for rj_n in $(env | sed -n{names}); do unset \"$rj_n\"; done; ")
}

/// Returns what a line of an adapter prints where its command printed that; for the adapters' own tests.
#[cfg(test)]
pub(super) fn counted(command: &str, printed: &str, line: &str) -> Option<u32> {
    place(&CommandOutput::printed(&ran(command, printed, line)))
}

/// The same, as it is.
#[cfg(test)]
pub(super) fn ran(command: &str, printed: &str, line: &str) -> String {
    let script =
        format!("{command}() {{ cat <<'END'\n{printed}END\n}}\nid() {{ echo me; }}\n{line}");
    let mut shell = std::process::Command::new("/bin/sh");
    let output = shell.args(["-c", &script]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}
