//! What the scenarios share: far sides of a certain kind, and what must hold afterwards.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;

use crate::support::{Client, Home, Options, Sshd, eventually, jupyter_venv};

/// Enough for anything that needs no Jupyter to start.
pub const SOON: Duration = Duration::from_secs(15);
/// A holder of websockets that no client came to waits ten seconds for one, and may have been slow to start.
const EMPTY: Duration = Duration::from_secs(40);

/// Below the far side's home.
const STATE: &str = ".local/state/remote-jupyter";

/// The exit of `doctor` where all went well up to Jupyter, which [`bare`] lacks: a click would fail for that alone.
pub const NO_JUPYTER: Option<i32> = Some(6);

/// A server whose account has no Jupyter.
pub fn bare() -> Sshd {
    Sshd::with(&Options {
        jupyter: false,
        ..Options::default()
    })
}

/// A server whose only Jupyter is notebook 6.
pub fn with_notebook_6() -> Sshd {
    let sshd = bare();
    let bin = crate::support::notebook6_venv().join("bin");
    for file in [".bash_profile", ".zprofile"] {
        let line = format!("PATH='{}':\"$PATH\"\n", bin.display());
        sshd.home().append(file, &line);
    }
    let config = "c.NotebookApp.allow_root = True\n";
    sshd.home()
        .write(".jupyter/jupyter_notebook_config.py", config);
    sshd
}

/// A server whose `jupyter-lab` is this shell script.
pub fn with_jupyter_lab(script: &str) -> Sshd {
    let sshd = bare();
    put_program(sshd.home(), "jupyter-lab", script);
    sshd
}

/// A shell script on the PATH of login shells, before everything else.
pub fn put_program(home: &Home, name: &str, script: &str) {
    let file = format!("bin/{name}");
    home.write(&file, &format!("#!/bin/sh\n{script}\n"));
    let path = home.path().join(file);
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    for file in [".profile", ".bash_profile", ".zprofile"] {
        home.append(file, "PATH=\"$HOME/bin:$PATH\"\n");
    }
    home.append(".login", "setenv PATH \"$HOME/bin:$PATH\"\n");
    let fish = "set -gx PATH \"$HOME/bin\" $PATH\n";
    home.append(".config/fish/config.fish", fish);
}

/// A real program of the virtual environment.
pub fn real(program: &str) -> String {
    jupyter_venv()
        .join("bin")
        .join(program)
        .to_string_lossy()
        .into_owned()
}

/// The one host of the configuration, which logs in as `test` does.
pub fn configure(client: &Client, lines: &str) {
    client.configure(&format!("[[host]]\nname = \"test\"\n{lines}\n"));
}

/// `open test --json` must end with this exit code and this word. Gives the `failed` event, which says what to do.
pub fn fails(client: &Client, more: &[&str], exit: i32, code: &str) -> Value {
    let out = client.open_with("test", more).wait_exit();
    let event = out.last_event();
    assert_eq!(
        (out.code, event["phase"].as_str(), event["code"].as_str()),
        (Some(exit), Some("failed"), Some(code)),
        "{out}"
    );
    for part in ["title", "remedy"] {
        assert!(!event[part].as_str().unwrap().is_empty(), "{part}: {event}");
    }
    event
}

/// The text of one field of an event.
pub fn text<'a>(event: &'a Value, field: &str) -> &'a str {
    event[field]
        .as_str()
        .unwrap_or_else(|| panic!("no {field} in {event}"))
}

/// Each word once, as long as the same ones follow each other.
pub fn in_order(mut words: Vec<String>) -> Vec<String> {
    words.dedup();
    words
}

/// The real Jupyter servers that run there: process id and command, one a line.
pub fn servers(sshd: &Sshd) -> Vec<String> {
    // By the program, since kernels name our folders in their arguments too.
    let is_server = |line: &String| line.contains("python") && line.contains("/bin/jupyter-");
    sshd.leftovers().into_iter().filter(is_server).collect()
}

/// A file of ours on the far side.
pub fn state(sshd: &Sshd, file: &str) -> PathBuf {
    sshd.home().path().join(STATE).join(file)
}

/// The folders of the launches.
pub fn launches(sshd: &Sshd) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(state(sshd, "servers")) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// Nobody holds the right to launch any more, nor keeps others from it.
pub fn assert_unlocked(sshd: &Sshd) {
    let locks = || {
        let entries = fs::read_dir(state(sshd, "")).into_iter().flatten();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names
            .filter(|name| name.starts_with("lock") || name.starts_with("stale"))
            .collect::<Vec<_>>()
    };
    assert!(
        eventually(SOON, || locks().is_empty()),
        "a lock was left: {:?}",
        locks()
    );
}

/// Nothing runs, no runtime file and no lock is there, and on our side no socket.
pub fn assert_nothing_left(sshd: &Sshd, client: &Client) {
    assert!(
        sshd.empties_within(EMPTY),
        "still running: {:?}",
        sshd.leftovers()
    );
    assert_unlocked(sshd);
    for file in all_below(&state(sshd, "")) {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!name.contains("server-"), "left: {}", file.display());
    }
    for file in all_below(&client.path("run")) {
        assert!(
            file.extension().is_none_or(|end| end != "sock"),
            "left: {}",
            file.display()
        );
    }
}

/// Every file and folder below a folder, itself not among them.
pub fn all_below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.file_type().unwrap().is_dir() {
                folders.push(entry.path());
            }
            found.push(entry.path());
        }
    }
    found
}
