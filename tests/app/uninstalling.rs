//! `uninstall`, with all that an app leaves behind.

use std::fs;

use serde_json::Value;

use crate::desk::Desk;
use crate::desktop::SOON;
use crate::support::{Options, Sshd};

fn desk() -> Desk {
    let sshd = Sshd::with(&Options {
        jupyter: false,
        ..Default::default()
    });
    Desk::around(sshd, &["gpu01"], "")
}

#[test]
fn what_the_app_has_left_goes_and_the_configuration_stays() {
    let mut desk = desk();
    for args in [&["launcher", "gpu01"], &["login-item", "on"]] {
        assert_eq!(desk.client.run(args).code, Some(0));
    }
    let launcher = desk
        .client
        .path("home/.local/share/applications/remote-jupyter-host-gpu01.desktop");
    let out = desk.client.run(&["uninstall"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(
        out.stderr.contains("is running") && out.stderr.contains("Choose Quit Remote Jupyter"),
        "{out}"
    );
    assert!(launcher.exists() && !desk.log().is_empty(), "{out}");

    desk.desktop.click("Quit Remote Jupyter");
    assert_eq!(desk.app.wait_exit_within(SOON).code, Some(0));
    let out = desk.client.run(&["uninstall"]);
    assert_eq!(out.code, Some(0), "{out}");
    for gone in [
        launcher,
        desk.client.path("config/autostart/remote-jupyter.desktop"),
        desk.client.path("state/remote-jupyter"),
        desk.client.path("run/remote-jupyter"),
    ] {
        assert!(!gone.exists(), "{}: {out}", gone.display());
    }
    for part in [
        "login item",
        "host-gpu01.desktop",
        "state/remote-jupyter/logs",
    ] {
        let told = out
            .stdout
            .lines()
            .any(|line| line.starts_with("Removed: ") && line.contains(part));
        assert!(told, "{part}: {out}");
    }
    let config = desk.client.path("config/remote-jupyter/config.toml");
    assert!(config.exists() && out.stdout.contains("--purge"), "{out}");

    let out = desk.client.run(&["uninstall", "--purge", "--json"]);
    assert_eq!(out.code, Some(0), "{out}");
    assert!(
        !config.exists() && !config.parent().unwrap().exists(),
        "{out}"
    );
    let lines = out.json_lines();
    let is_config = |line: &&Value| line["part"] == "configuration" && line["removed"] == true;
    assert_eq!(lines.iter().filter(is_config).count(), 2, "{out}");
}

#[test]
fn what_cannot_go_is_told_and_the_rest_goes() {
    let mut desk = desk();
    assert_eq!(desk.client.run(&["launcher", "gpu01"]).code, Some(0));
    desk.desktop.click("Quit Remote Jupyter");
    assert_eq!(desk.app.wait_exit_within(SOON).code, Some(0));
    // A folder in the place of the entry cannot be removed as a file.
    let entry = desk.client.path("config/autostart/remote-jupyter.desktop");
    fs::create_dir_all(entry.join("x")).unwrap();
    let out = desk.client.run(&["uninstall"]);
    assert_eq!(out.code, Some(2), "{out}");
    assert!(out.stderr.contains("remote-jupyter.desktop"), "{out}");
    assert!(!desk.client.path("state/remote-jupyter").exists(), "{out}");
}
