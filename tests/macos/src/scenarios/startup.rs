//! The start of the program: `src/desktop/macos/startup.rs`.

use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use macos_layer::desktop::macos::startup;

const PATIENCE: Duration = Duration::from_secs(20);

fn home() -> PathBuf {
    PathBuf::from(std::env::var_os("HOME").unwrap())
}

fn script(name: &str, text: &str) -> PathBuf {
    let path = home().join(name);
    fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
    path
}

fn set(name: &str, value: Option<&str>) {
    match value {
        Some(value) => unsafe { std::env::set_var(name, value) },
        None => unsafe { std::env::remove_var(name) },
    }
}

/// As launchd starts an application: without a terminal, and with this PATH.
fn from_finder(shell: &Path) {
    set("TERM", None);
    set("PATH", Some("/usr/bin:/bin:/usr/sbin:/sbin"));
    set("SSH_AUTH_SOCK", Some("/private/tmp/launchd/Listeners"));
    set("SHELL", Some(shell.to_str().unwrap()));
    startup::enter(true);
}

fn path() -> String {
    std::env::var("PATH").unwrap()
}

super::scenarios! {
    ends "executed in its place" fn a_program_behind_a_link_runs_where_its_bundle_is() {
        set("RJ_BEFORE", Some(&std::process::id().to_string()));
        script(
            "program",
            "case $0 in */program) [ $$ != \"$RJ_BEFORE\" ] || echo executed in its place;; esac; exit 7",
        );
        fs::create_dir(home().join("bin")).unwrap();
        let link = home().join("bin/remote-jupyter");
        symlink("../program", &link).unwrap();
        panic!("{:?}", startup::follow(&link));
    }

    fn a_program_by_its_own_path_goes_on() {
        assert!(startup::follow(&script("program", "exit 7")).is_none());
        assert!(startup::follow(Path::new("/nonexistent")).is_none());
    }

    fn a_link_to_what_cannot_be_executed_is_an_error() {
        let link = home().join("link");
        symlink("/etc/passwd", &link).unwrap();
        assert!(startup::follow(&link).is_some());
    }

    fn from_finder_the_app_has_the_path_and_the_agent_of_a_login_shell() {
        fs::write(home().join(".profile"), "export PATH=/opt/tools:$PATH SSH_AUTH_SOCK=/home/me/agent\necho welcome\n").unwrap();
        from_finder(Path::new("/bin/sh"));
        assert!(path().starts_with("/opt/tools:"), "{}", path());
        assert_eq!(std::env::var("SSH_AUTH_SOCK").unwrap(), "/home/me/agent");
    }

    fn a_shell_without_an_agent_leaves_the_systems() {
        fs::write(home().join(".profile"), "unset SSH_AUTH_SOCK\n").unwrap();
        from_finder(Path::new("/bin/sh"));
        assert_eq!(std::env::var("SSH_AUTH_SOCK").unwrap(), "/private/tmp/launchd/Listeners");
    }

    fn other_shells_answer_too() {
        for (shell, file) in [("/bin/bash", ".bash_profile"), ("/usr/bin/zsh", ".zshrc")] {
            if !Path::new(shell).exists() {
                continue;
            }
            fs::write(home().join(file), "export PATH=/opt/tools:$PATH\n").unwrap();
            let set = startup::shell_environment(Path::new(shell), PATIENCE);
            let path = set.iter().find(|(name, _)| *name == "PATH").map(|(_, value)| value.clone());
            assert!(path.unwrap_or_default().to_string_lossy().starts_with("/opt/tools:"), "{shell}: {set:?}");
        }
    }

    fn csh_answers_too() {
        if Path::new("/bin/tcsh").exists() {
            fs::write(home().join(".tcshrc"), "setenv PATH /opt/tools:$PATH\necho welcome\n").unwrap();
            let set = startup::shell_environment(Path::new("/bin/tcsh"), PATIENCE);
            assert!(set[0].1.to_string_lossy().starts_with("/opt/tools:"), "{set:?}");
        }
    }

    fn a_shell_that_hangs_does_not_keep_the_app_from_starting() {
        let shell = script("zsh", "exec sleep 60");
        let began = Instant::now();
        assert_eq!(startup::shell_environment(&shell, Duration::from_millis(200)), []);
        assert!(began.elapsed() < Duration::from_secs(10));
    }

    fn what_a_startup_file_leaves_in_the_background_is_not_waited_for() {
        fs::write(home().join(".profile"), "sleep 60 &\n").unwrap();
        let began = Instant::now();
        let set = startup::shell_environment(Path::new("/bin/sh"), Duration::from_secs(30));
        assert!(set.iter().any(|(name, _)| *name == "PATH"));
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    fn without_a_shell_homebrews_folders_are_added_once() {
        from_finder(Path::new("/nonexistent"));
        assert_eq!(path(), "/usr/bin:/bin:/usr/sbin:/sbin:/opt/homebrew/bin:/usr/local/bin");
        startup::adopt(&[("SSH_AUTH_SOCK", OsString::from("/agent"))]);
        assert_eq!(path(), "/usr/bin:/bin:/usr/sbin:/sbin:/opt/homebrew/bin:/usr/local/bin");
        assert_eq!(std::env::var("SSH_AUTH_SOCK").unwrap(), "/agent");
    }

    fn in_a_terminal_the_environment_stays() {
        set("TERM", Some("xterm"));
        set("PATH", Some("/usr/bin:/bin"));
        startup::enter(true);
        set("TERM", None);
        startup::enter(false);
        assert_eq!(path(), "/usr/bin:/bin");
    }
}
