//! The files of `src`.

use std::path::{Path, PathBuf};

/// The folder `src`.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

/// Every Rust file of it, sorted.
pub fn files() -> Vec<PathBuf> {
    let mut folders = vec![folder()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("src can be read") {
            let path = entry.expect("src can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// The text of a file.
pub fn read(file: &Path) -> String {
    std::fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()))
}

/// A file's path below `src`, such as `tunnel/relay/mod.rs`.
pub fn name(file: &Path) -> String {
    let below = file.strip_prefix(folder()).expect("a file of src");
    below.to_str().expect("names of files are text").to_owned()
}

/// The path of a file's module below the crate; empty for `lib.rs` and the roots of executables.
pub fn module(file: &Path) -> Vec<String> {
    let path = Path::new(&name(file)).with_extension("");
    let mut parts: Vec<String> = path
        .iter()
        .filter_map(|part| part.to_str().map(str::to_owned))
        .collect();
    if parts.last().is_some_and(|last| last == "mod") {
        parts.pop();
    }
    if parts == ["lib"] || parts == ["main"] || parts.first().is_some_and(|first| first == "bin") {
        parts.clear();
    }
    parts
}
