//! Dependencies point one way: docs/architecture.md has the map, and this test keeps it true.
//!
//! It reads `src/**/*.rs` as text: every `crate::NAME` (or a `super::` chain that reaches the crate's root) is an edge
//! from the module that the file belongs to. Comments are left out, so documentation may point anywhere.
#![allow(clippy::panic, clippy::expect_used, reason = "a test may stop")]

mod circles;
mod names;
mod scripts;
mod source;

use std::collections::BTreeSet;
use std::path::Path;

use source::{files, read};

/// Which module may use which. Whoever adds an edge here changes the architecture: do it in docs/architecture.md too.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "cli",
        &[
            "app", "checkup", "config", "desktop", "host_os", "ipc", "jupyter", "problem",
            "readable", "secret", "session", "settings", "ssh",
        ],
    ),
    (
        "settings",
        &[
            "checkup",
            "config",
            "host_os",
            "local_page",
            "problem",
            "secret",
            "session",
            "ssh",
        ],
    ),
    (
        "app",
        &[
            "checkup", "config", "desktop", "host_os", "ipc", "jupyter", "problem", "secret",
            "session", "settings", "ssh",
        ],
    ),
    (
        "checkup",
        &["config", "host_os", "problem", "secret", "session"],
    ),
    (
        "ipc",
        &[
            "config", "host_os", "jupyter", "problem", "secret", "session",
        ],
    ),
    ("desktop", &["host_os", "readable", "secret"]),
    ("host_os", &["local_page", "secret", "session", "ssh"]),
    (
        "session",
        &[
            "config",
            "connect",
            "host_name",
            "jupyter",
            "local_page",
            "phase",
            "problem",
            "remote",
            "scheduler",
            "secret",
            "ssh",
            "tunnel",
            "unix_time",
        ],
    ),
    (
        "problem",
        &[
            "config",
            "file_access",
            "jupyter",
            "phase",
            "readable",
            "remote",
            "scheduler",
            "secret",
            "shell_quote",
            "ssh",
        ],
    ),
    (
        "remote",
        &[
            "config",
            "host_name",
            "jupyter",
            "launch",
            "scheduler",
            "secret",
            "shell_quote",
            "ssh",
            "unix_time",
        ],
    ),
    ("launch", &["config", "scheduler", "shell_quote"]),
    ("connect", &["ssh", "tunnel"]),
    ("tunnel", &["local_page", "ssh"]),
    (
        "scheduler",
        &["config", "host_name", "shell_quote", "unix_time"],
    ),
    ("jupyter", &["config", "host_name", "secret", "unix_time"]),
    ("ssh", &["file_access", "readable", "secret"]),
    ("shell_quote", &[]),
    ("secret", &[]),
    ("host_name", &[]),
    ("local_page", &[]),
    ("phase", &[]),
    ("readable", &[]),
    ("i18n", &[]),
    ("unix_time", &[]),
    (
        "fuzz",
        &[
            "app",
            "config",
            "desktop",
            "host_os",
            "ipc",
            "jupyter",
            "problem",
            "remote",
            "scheduler",
            "secret",
            "settings",
            "shell_quote",
            "ssh",
            "tunnel",
        ],
    ),
    ("file_access", &["shell_quote"]),
    ("config", &["file_access"]),
];

/// Every module may take its texts from the catalogue.
const EVERYWHERE: &str = "i18n";

/// Modules that never touch the system: no files, sockets, processes or clocks of their own.
const PURE: &[&str] = &[
    "app/model.rs",
    "app/menu_action.rs",
    "app/effect.rs",
    "app/model/host.rs",
    "app/model/notable_change.rs",
    "app/view/dialog.rs",
    "app/view/menu.rs",
    "app/view/host_menu.rs",
    "app/view/menu_item.rs",
    "app/view/text.rs",
    "app/view/notification.rs",
    "app/deep_link.rs",
    "session/types.rs",
    "session/fsm/mod.rs",
    "session/fsm/machine.rs",
    "session/fsm/types.rs",
    "session/fsm/backoff.rs",
    "session/fsm/check.rs",
    "session/fsm/stop.rs",
    "session/fsm/reconnect.rs",
    "session/fsm/job.rs",
    "session/fsm/job/poll.rs",
    "session/fsm/job/wait.rs",
    "session/fsm/route.rs",
    "session/fsm/inspect.rs",
    "session/fsm/state.rs",
    "session/fsm/command.rs",
    "session/fsm/transitions.rs",
    "session/fsm/effect.rs",
    "session/fsm/event.rs",
    "session/fsm/walltime.rs",
    "session/walltime.rs",
    "jupyter/select.rs",
    "jupyter/page.rs",
    "problem/code.rs",
    "problem/mod.rs",
    "problem/connection.rs",
    "problem/remote.rs",
    "problem/jump_host.rs",
    "problem/job.rs",
    "problem/login.rs",
    "problem/connection_lost.rs",
    "problem/node_route.rs",
    "scheduler/route.rs",
];
const IMPURE: &[&str] = &[
    "std::fs",
    "TcpStream",
    "TcpListener",
    "UnixStream",
    "std::process",
    "std::thread",
    "std::os",
    "Instant::now",
    "rustix",
];

/// The only files with `unsafe` code.
const UNSAFE: [&str; 11] = [
    "ssh/auth/raw.rs",
    "ssh/libssh2/channel.rs",
    "ssh/libssh2/buffered_socket.rs",
    "desktop/macos/system_events.rs",
    "desktop/macos/activities.rs",
    "desktop/macos/menu_tracking.rs",
    "desktop/macos/startup.rs",
    "desktop/macos/status_item.rs",
    "desktop/macos/dialog_accessory.rs",
    "desktop/macos/dialogs.rs",
    "desktop/macos/notifications.rs",
];

#[test]
fn modules_use_only_what_is_below_them() {
    let mut wrong = Vec::new();
    for (from, to, place) in edges() {
        let allowed = ALLOWED
            .iter()
            .any(|(name, uses)| *name == from && uses.contains(&to.as_str()));
        if from != to && to != EVERYWHERE && !allowed {
            wrong.push(format!("{place}: `{from}` must not use `{to}`"));
        }
    }
    assert!(
        wrong.is_empty(),
        "against the rule of docs/architecture.md:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn the_table_has_every_module_and_no_loop() {
    let names: BTreeSet<String> = ALLOWED.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names, modules(), "ALLOWED and src/ differ");

    // Modules whose uses have all been placed are placed; if none is left over, there is no loop.
    let mut placed: BTreeSet<&str> = BTreeSet::new();
    while placed.len() < ALLOWED.len() {
        let before = placed.len();
        for (name, uses) in ALLOWED {
            if uses.iter().all(|used| placed.contains(used)) {
                placed.insert(name);
            }
        }
        assert!(
            placed.len() > before,
            "a loop among the modules that are not in {placed:?}"
        );
    }
}

#[test]
fn the_table_allows_nothing_that_is_not_used() {
    let used: BTreeSet<(String, String)> = edges()
        .into_iter()
        .map(|(from, to, _)| (from, to))
        .collect();
    let is_used = |from: &str, to: &str| used.contains(&(from.to_owned(), to.to_owned()));
    for (from, uses) in ALLOWED {
        for to in *uses {
            assert!(
                is_used(from, to),
                "`{from}` does not use `{to}` any more: take it out of ALLOWED"
            );
        }
    }
}

#[test]
fn what_decides_does_no_io() {
    for file in PURE {
        let text = read(&source::folder().join(file));
        for word in IMPURE {
            let found = code(&text).find(|(_, line)| line.contains(word));
            assert_eq!(found, None, "src/{file} must not touch the system: {word}");
        }
    }
}

#[test]
fn unsafe_code_is_where_libssh2_and_the_mac_are_called() {
    for file in files() {
        let text = read(&file);
        let found = code(&text)
            .find(|(_, line)| line.contains("unsafe {") || line.contains("allow(unsafe_code)"));
        if !UNSAFE.iter().any(|known| file.ends_with(known)) {
            assert_eq!(found, None, "unsafe code in {}", file.display());
        }
    }
}

#[test]
fn the_parser_sees_what_it_must() {
    let modules = ["ssh".to_owned(), "secret".to_owned()].into();
    let table = [
        ("use crate::ssh::Error;", 1, Some("ssh")),
        ("    crate::secret::random_hex(12)", 2, Some("secret")),
        ("use super::super::ssh::Error;", 2, Some("ssh")),
        ("use super::ssh::Error;", 2, None),
        ("use super::ssh::Error;", 1, Some("ssh")),
        ("use super::*;", 1, None),
        ("let crate_name = 1;", 1, None),
        ("use mycrate::ssh;", 1, None),
    ];
    for (line, depth, want) in table {
        let found = targets(line, depth, &modules);
        assert_eq!(found.first().map(String::as_str), want, "{line}");
    }
    let all: Vec<_> =
        code("a\n// crate::b\n/// crate::c\n  //! crate::d\ne // crate::f\n").collect();
    assert_eq!(all, [(1, "a"), (5, "e ")]);
}

/// Every use of one top-level module by another: from, to, and where.
fn edges() -> Vec<(String, String, String)> {
    let modules = modules();
    let mut edges = Vec::new();
    for file in files() {
        let Some((from, depth)) = place(&file) else {
            continue; // lib.rs and the executables stand above all modules
        };
        let text = read(&file);
        for (number, line) in code(&text) {
            for to in targets(line, depth, &modules) {
                edges.push((from.clone(), to, format!("{}:{number}", file.display())));
            }
        }
    }
    edges
}

/// The top-level modules that a line of code names, seen from a module that is `depth` below the crate's root.
fn targets(line: &str, depth: usize, modules: &BTreeSet<String>) -> Vec<String> {
    let after_crate = line
        .match_indices("crate::")
        .filter(|(at, _)| !ends_in_word(&line[..*at]));
    let up = "super::".repeat(depth);
    let after_super = line
        .match_indices(&up)
        .filter(|(at, _)| !line[..*at].ends_with("super::"));
    after_crate
        .map(|(at, found)| (at + found.len(), true))
        .chain(after_super.map(|(at, found)| (at + found.len(), false)))
        .filter_map(|(at, surely)| {
            let name: String = line[at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            // A group hides its names from us. A `super::` may also be inside a nested module, where it names another.
            assert!(
                !(surely && line[at..].starts_with('{')),
                "one module per `use crate::…`, please: {line}"
            );
            modules.contains(&name).then_some(name)
        })
        .collect()
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == '$')
}

/// The lines of code, with their numbers, without comments. A `//` inside a string ends the line too early, which
/// hides nothing that matters here: a path does not follow a string.
fn code(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .map(|(at, line)| (at + 1, line.split("//").next().unwrap_or_default()))
        .filter(|(_, line)| !line.trim().is_empty())
}

/// The top-level module of a file, and how deep below the crate's root its own module is.
fn place(file: &Path) -> Option<(String, usize)> {
    let path = file
        .strip_prefix(source::folder())
        .expect("a file of src")
        .with_extension("");
    let mut names: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    if names.last() == Some(&"mod") {
        names.pop();
    }
    match names.as_slice() {
        [] | ["lib" | "main"] | ["bin", _] => None,
        [top, ..] => Some(((*top).to_owned(), names.len())),
    }
}

fn modules() -> BTreeSet<String> {
    let places = files().into_iter().filter_map(|file| place(&file));
    places.map(|(top, _)| top).collect()
}

#[test]
fn the_document_has_the_same_table() {
    let text = read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/architecture.md"));
    for (name, uses) in ALLOWED {
        let row = if uses.is_empty() {
            None
        } else {
            Some(format!("| `{name}` | {} |", uses.join(", ")))
        };
        let found = match &row {
            Some(row) => text.lines().any(|line| line == row),
            None => text
                .lines()
                .any(|line| line.ends_with("| none |") && line.contains(&format!("`{name}`"))),
        };
        assert!(
            found,
            "docs/architecture.md has no row {}",
            row.unwrap_or_else(|| format!("of `{name}` with none"))
        );
    }
}
