//! Scripts for a Mac, run elsewhere among stand-ins of its commands.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// A folder of commands that stand in front of the real ones.
struct Mac(TempDir);

impl Mac {
    fn new() -> Self {
        let mac = Self(tempfile::tempdir().unwrap());
        for (name, text) in [
            (
                "uname",
                "case $1 in -s) echo Darwin;; -m) echo arm64;; -n) echo lab-mac.local;; esac",
            ),
            ("id", "echo jdoe"),
            ("sw_vers", "echo 15.1"),
            ("arch", "shift; exec \"$@\""),
            ("scutil", "echo '<dictionary> {'"),
            ("route", "exit 0"),
            ("mdfind", "exit 1"),
            ("spctl", "exit 1"),
            ("sleep", "exit 0"),
        ] {
            mac.command(name, text);
        }
        mac
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn command(&self, name: &str, text: &str) {
        script(&self.path().join("bin").join(name), text);
    }

    /// A script of `bundle/`, in a project of its own.
    fn run(&self, name: &str, arguments: &[&Path]) -> Output {
        let mut command = Command::new(self.path().join("bundle").join(name));
        let path = std::env::var("PATH").unwrap();
        command
            .args(arguments)
            .env("HOME", "/Users/jdoe")
            .env(
                "PATH",
                format!("{}:{path}", self.path().join("bin").display()),
            )
            .env_remove("SIGN_IDENTITY")
            .output()
            .unwrap()
    }

    /// Copies what the scripts need.
    fn with_project(self) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for file in [
            "Cargo.toml",
            "bundle/image",
            "bundle/render",
            "bundle/check-on-mac",
        ] {
            self.copy(&root.join(file), file);
        }
        self.copy(&root.join("docs/macos.md"), "docs/macos.md");
        script(&self.path().join("bundle/check-app"), "echo 'all well'");
        let program = "Remote Jupyter.app/Contents/MacOS/remote-jupyter";
        script(
            &self.path().join("target").join(program),
            "echo 'ホスト of jdoe on lab-mac.local, /Users/jdoe/x'; [ ! -e \"$(dirname \"$0\")/broken\" ]",
        );
        self
    }

    fn copy(&self, from: &Path, to: &str) {
        let to = self.path().join(to);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::copy(from, to).unwrap();
    }

    fn app(&self) -> PathBuf {
        self.path().join("target/Remote Jupyter.app")
    }
}

fn script(path: &Path, text: &str) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, format!("#!/bin/bash\n{text}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

#[test]
fn a_report_of_a_mac_names_nobody_whatever_the_shells_version() {
    let mac = Mac::new().with_project();
    let report = text(&mac.run("check-on-mac", &[&mac.app()]));
    assert!(report.contains("of ACCOUNT on COMPUTER, ~/x"), "{report}");
    assert!(
        !report.contains("jdoe") && !report.contains("lab-mac"),
        "{report}"
    );
}

#[test]
fn a_finding_on_a_mac_ends_its_check_and_with_it_the_release() {
    let mac = Mac::new().with_project();
    let good = mac.run("check-on-mac", &[&mac.app()]);
    assert!(good.status.success(), "{}", text(&good));
    assert!(
        text(&good).contains("\n0 not as expected."),
        "{}",
        text(&good)
    );
    fs::write(mac.app().join("Contents/MacOS/broken"), "").unwrap();
    let broken = mac.run("check-on-mac", &[&mac.app()]);
    assert_eq!(broken.status.code(), Some(1), "{}", text(&broken));
    let release = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join(".github/workflows/release.yml"),
    );
    // Else the status of `tee` would be that of the step.
    assert!(
        release
            .unwrap()
            .contains("defaults:\n  run:\n    shell: bash\n")
    );
}

#[test]
fn a_disk_image_is_made_although_hdiutil_is_busy_at_first() {
    let mac = Mac::new().with_project();
    let count = mac.path().join("count");
    let busy = format!(
        "echo >>{count}; [ $(wc -l <{count}) -gt 2 ] || {{ echo 'Resource busy' >&2; exit 1; }}; touch \"${{!#}}\"",
        count = count.display()
    );
    mac.command("hdiutil", &busy);
    let made = mac.run("image", &[]);
    assert!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr)
    );
    assert!(Path::new(text(&made).trim()).exists());
    mac.command("hdiutil", "exit 1");
    assert!(!mac.run("image", &[]).status.success(), "not for ever");
}
