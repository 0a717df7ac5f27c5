//! The autostart entry, started as a desktop starts it.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::player::SOON;
use crate::support::process::must;
use crate::support::{Client, eventually};

/// The program in a folder whose name means something to every one who splits lines into words.
fn program(client: &Client) -> PathBuf {
    let folder = client.path("it's a \"$HOME\" `id` \\n & more");
    fs::create_dir(&folder).unwrap();
    let program = folder.join("remote-jupyter");
    fs::copy(env!("CARGO_BIN_EXE_remote-jupyter"), &program).unwrap();
    program
}

fn says(client: &Client, program: &Path, action: &str) -> String {
    let mut command = client.bare(&program.to_string_lossy());
    must(command.args(["login-item", action]))
}

const ON: &str = "Remote Jupyter opens at login.\n";
const OFF: &str = "Remote Jupyter does not open at login.\n";

#[test]
fn it_is_off_until_it_is_wanted_and_a_desktop_may_switch_it_off() {
    let client = Client::new();
    let entry = client.path("config/autostart/remote-jupyter.desktop");
    let program = program(&client);
    assert_eq!(says(&client, &program, "status"), OFF);
    assert_eq!(says(&client, &program, "off"), OFF, "no error");
    assert_eq!(says(&client, &program, "on"), ON);
    assert_eq!(says(&client, &program, "on"), ON, "once more");
    let text = fs::read_to_string(&entry).unwrap();
    fs::write(&entry, text.clone() + "Hidden=true\n").unwrap();
    assert_eq!(says(&client, &program, "status"), OFF);
    fs::write(&entry, text + "X-GNOME-Autostart-enabled=false\n").unwrap();
    assert_eq!(says(&client, &program, "status"), OFF);
    assert_eq!(says(&client, &program, "on"), ON, "it is written anew");
    assert_eq!(says(&client, &program, "off"), OFF);
    assert!(!entry.exists());
}

#[test]
fn the_entry_starts_this_very_program() {
    let client = Client::new();
    let program = program(&client);
    assert_eq!(says(&client, &program, "on"), ON);
    // From here on the program is one that says how it was started.
    let script = "#!/bin/sh\nprintf '%s\\n' \"$0\" \"$#\" >\"$HOME/started\"\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let entry = client.path("config/autostart/remote-jupyter.desktop");
    let mut gio: Command = client.bare("gio");
    must(gio.arg("launch").arg(&entry));
    let want = format!("{}\n0\n", program.display());
    let started = || client.read("home/started");
    assert!(eventually(SOON, || started() == want), "{:?}", started());
}

#[test]
fn an_entry_that_cannot_be_written_is_told_with_its_path() {
    let client = Client::new();
    fs::write(client.path("config/autostart"), "not a folder").unwrap();
    let out = client.run(&["login-item", "on"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(
        out.stderr.contains("autostart/remote-jupyter.desktop"),
        "{out}"
    );
}
