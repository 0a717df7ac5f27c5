//! The command and the app: two executables, so that no command waits for a toolkit.

use std::process::Command;

/// Names of the shared libraries that the system's loader maps for a program.
fn libraries(program: &str) -> Vec<String> {
    let output = Command::new("ldd").arg(program).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("libc.so"), "{text}");
    let names = text
        .lines()
        .filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).collect()
}

/// Of a desktop: GTK, and what draws and speaks for it.
fn is_of_a_desktop(name: &str) -> bool {
    [
        "libgtk",
        "libgdk",
        "libglib",
        "libcairo",
        "libpango",
        "libX11",
        "libwayland",
    ]
    .iter()
    .any(|prefix| name.starts_with(prefix))
}

#[test]
fn the_command_loads_no_library_of_a_desktop() {
    let command = libraries(env!("CARGO_BIN_EXE_remote-jupyter"));
    let of_a_desktop: Vec<_> = command
        .iter()
        .filter(|name| is_of_a_desktop(name))
        .collect();
    assert!(of_a_desktop.is_empty(), "{of_a_desktop:?}");
    let app = libraries(env!("CARGO_BIN_EXE_remote-jupyter-app"));
    assert!(app.iter().any(|name| is_of_a_desktop(name)), "{app:?}");
}

/// As after `cargo install --no-default-features`.
#[test]
fn a_command_without_the_app_beside_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("remote-jupyter");
    std::fs::copy(env!("CARGO_BIN_EXE_remote-jupyter"), &program).unwrap();
    let mut command = Command::new(&program);
    let output = command
        .env("LC_ALL", "C")
        .env("HOME", folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success(), "{text}");
    assert!(
        text.contains("menu-bar app is not installed beside"),
        "{text}"
    );
    let missing = folder
        .path()
        .canonicalize()
        .unwrap()
        .join("remote-jupyter-app");
    assert!(text.contains(&missing.display().to_string()), "{text}");
    assert!(text.contains("remote-jupyter open HOST"), "{text}");
}
