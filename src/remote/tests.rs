//! The whole script, in each shell that is here.

#![allow(clippy::unwrap_used, clippy::panic)]
use super::protocol::Piece;
use super::*;
use std::io::Write;
use std::process::{Command, Stdio};

/// A process with a Hub's environment, and the runtime file that names it.
#[cfg(target_os = "linux")]
#[test]
fn the_token_of_a_hub_never_travels() {
    let home = tempfile::tempdir().unwrap();
    let mut single_user = Command::new("sleep")
        .arg("30")
        .env("JUPYTERHUB_SERVICE_PREFIX", "/user/me/")
        .spawn()
        .unwrap();
    let pid = single_user.id();
    let folder = home.path().join(".local/share/jupyter/runtime");
    std::fs::create_dir_all(&folder).unwrap();
    let json =
        format!(r#"{{"base_url": "/user/me/", "pid": {pid}, "port": 80, "token": "the-hubs"}}"#);
    std::fs::write(folder.join(format!("jpserver-{pid}.json")), json).unwrap();
    let answers = answers("sh", home.path(), "find");
    single_user.kill().unwrap();
    single_user.wait().unwrap();
    let server = ScriptMessage::parse(&answers[1], "n0").unwrap();
    assert!(
        matches!(&server, ScriptMessage::Server(runtime_file) if runtime_file.is_hubs && runtime_file.pid == pid),
        "{server:?}"
    );
    let token = "7468652d68756273"; // "the-hubs"
    assert!(answers.iter().all(|line| !line.contains(token)));
}

/// A runtime file of another node says by its base URL alone whose server it is.
#[test]
fn nor_does_that_of_a_hubs_server_on_another_node() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".local/share/jupyter/runtime");
    std::fs::create_dir_all(&folder).unwrap();
    // Larger than the process ids that Linux assigns: no process of the local computer has it.
    for (pid, base, token) in [
        (4_194_401, "/user/me/", "hub-1"),
        (4_194_402, "/hub/site/user/me%40b/lab/", "hub-2"),
        (4_194_403, "/", "mine-1"),
        (4_194_404, "/users-of-gpu/", "mine-2"),
    ] {
        let json = format!(
            "{{\n \"base_url\": \"{base}\",\n \"hostname\": \"n7\", \"pid\": {pid}, \"token\": \"{token}\"\n}}"
        );
        std::fs::write(folder.join(format!("jpserver-{pid}.json")), json).unwrap();
    }
    let mut host = Host::named("x");
    host.launcher = crate::config::LauncherKind::Slurm;
    let frames = answers_of(&host, "sh", home.path(), "job far");
    let frames = frames
        .iter()
        .filter_map(|line| ScriptMessage::parse(line, "n0"));
    let told: Vec<u8> = frames
        .filter_map(|frame| match frame {
            ScriptMessage::Far(Piece(bytes)) => Some(bytes),
            _ => None,
        })
        .flatten()
        .collect();
    let told = String::from_utf8(told).unwrap();
    let has = |token: &str| told.contains(token);
    assert!(has("mine-1") && has("mine-2"), "{told}");
    assert!(!has("hub-1") && !has("hub-2"), "{told}");
}

/// Returns what a shell of this kind prints for one command, in that home.
fn answers(shell: &str, home: &std::path::Path, command: &str) -> Vec<String> {
    let mut host = Host::named("x");
    host.workdir = Some("~/no'where".into());
    answers_of(&host, shell, home, command)
}

fn answers_of(host: &Host, shell: &str, home: &std::path::Path, command: &str) -> Vec<String> {
    let mut child = Command::new(shell)
        .arg("-s")
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("HOME", home)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut text = script("n0", host, command);
    text.truncate(text.len() - "exit\n".len());
    text.push('\n');
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(text.as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let stdout = String::from_utf8(output.stdout).unwrap();
    let lines = stdout.lines().filter(|line| line.starts_with("n0 "));
    lines.map(str::to_owned).collect()
}

/// Runs lines of sh that use the script's functions, with `input`, and with nothing on the PATH but these programs.
fn run_there(programs: &std::path::Path, script: &str, lines: &str, input: &str) -> String {
    let mut shell = Command::new("/bin/sh")
        .args(["-c", &format!("{script}{lines}")])
        .env("PATH", programs)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = shell.stdin.take().unwrap();
    stdin.write_all(input.as_bytes()).unwrap();
    drop(stdin);
    String::from_utf8(shell.wait_with_output().unwrap().stdout).unwrap()
}

/// A folder for each awk that is here, with it and these other programs.
fn folders_of_awks(programs: &[&str]) -> Vec<(String, tempfile::TempDir)> {
    let mut folders = Vec::new();
    for awk in ["awk", "mawk", "gawk", "original-awk", "busybox"] {
        let folder = tempfile::tempdir().unwrap();
        let names = programs.iter().map(|name| (*name, *name));
        let has_all = names.chain([(awk, "awk")]).all(|(program, name)| {
            let paths = ["/usr/bin", "/bin"].map(|at| std::path::Path::new(at).join(program));
            let path = paths.iter().find(|path| path.exists());
            path.is_some_and(|path| {
                std::os::unix::fs::symlink(path, folder.path().join(name)).is_ok()
            })
        });
        // A missing shell is not a failure; `make test` installs them on Debian.
        if has_all {
            folders.push((awk.to_owned(), folder));
        }
    }
    assert!(!folders.is_empty());
    folders
}

/// In every awk, on the remote host.
#[test]
fn json_is_read_there_as_its_writer_meant_it() {
    let rocket = r#""sock": "/tmp/\ud83d\ude80 \"a\"\\n\/b", "#;
    let inside = r#""more": {"sock": "no", "port": 1, "list": ["token", {"token": "no"}]}, "#;
    let rest = r#""base_url" : "/\u00fc/", "port":8888, "token": "a:,{}[]\u0062""#;
    let text = |json: &str| json.replace(", ", ",\n  ");
    let told = "8888\n/tmp/🚀 \"a\"\\n/b\n/ü/\na:,{}[]b\n";
    let dos = "\u{feff}{\r\n\t\"port\": 8888,\r\n\t\"token\":\t\"t\"\r\n}";
    let lines =
        "rj_in_c rj_print_fields | while IFS= read -r rj_l; do printf '%b\\n' \"$rj_l\"; done";
    for (awk, folder) in folders_of_awks(&[]) {
        for (json, told) in [
            (format!("{{{rocket}{inside}{rest}}}"), told),
            (
                text(&format!("{{{inside}{rest}, {rocket}\"z\": null}}")),
                told,
            ),
            (dos.to_owned(), "8888\n\n\nt\n"),
            ("{\"port\": 8888, \"tok".to_owned(), "8888\n\n\n\n"),
            (String::new(), "\n\n\n\n"),
        ] {
            let read = run_there(folder.path(), SCRIPT, lines, &json);
            assert_eq!(read, told, "{awk}: {json}");
        }
    }
}

/// FreeBSD: `sockstat` is faked, with the output that its manual shows (sockstat(1), 14.1) and strict in its options.
#[test]
fn listeners_are_seen_where_sockstat_shows_them() {
    use std::os::unix::fs::PermissionsExt;
    let script = SCRIPT.replace("/proc/net/tcp", "/nowhere");
    for (awk, folder) in folders_of_awks(&["id", "cat"]) {
        for (name, text) in [
            ("uname", "echo FreeBSD"),
            (
                "sockstat",
                "case $* in '-46l -P tcp -p 8888' | '-46l -P tcp') ;; *) exit 64 ;; esac\ncat <<END\n\
                 USER     COMMAND    PID   FD  PROTO  LOCAL ADDRESS         FOREIGN ADDRESS\n\
                 $(id -un) python3.11 4711  7   tcp4   127.0.0.1:8888        *:*\n\
                 $(id -un) python3.11 4712  8   tcp6   ::1:8889              *:*\n\
                 nobody1  nginx      99    8   tcp46  *:8888                *:*\nEND",
            ),
        ] {
            let path = folder.path().join(name);
            std::fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).unwrap();
        }
        let lines =
            "rj_print_listeners 8888; rj_print_port_of 4712; rj_shows_listeners && echo yes";
        let uid = rustix::process::getuid().as_raw();
        let told = format!("127.0.0.1:8888,{uid}\n::1:8889,{uid}\n*:8888,4294967294\n8889\nyes\n");
        assert_eq!(run_there(folder.path(), &script, lines, ""), told, "{awk}");
    }
}

#[test]
fn the_script_answers_in_every_shell_that_is_here() {
    let home = tempfile::tempdir().unwrap();
    for shell in ["sh", "dash", "bash", "ksh93", "mksh", "zsh"] {
        // A missing shell is not a failure; `make test` installs them on Debian.
        if Command::new(shell).args(["-c", "true"]).status().is_err() {
            continue;
        }
        let kinds = answers(shell, home.path(), "log");
        let kinds: Vec<&str> = kinds.iter().map(|line| &line[3..]).collect();
        assert!(kinds[0].starts_with("hello "), "{shell}: {kinds:?}");
        assert!(kinds[1].starts_with("log"), "{shell}: {kinds:?}");
        assert!(kinds[2].starts_with("bye"), "{shell}: {kinds:?}");
    }
}

/// As sshd starts it; each shell reads the start-up files that it has, or a sh those of a login.
#[cfg(target_os = "linux")]
#[test]
fn the_login_line_means_the_same_in_every_shell_that_is_here() {
    let home = tempfile::tempdir().unwrap();
    for (file, line) in [
        (".profile", "RJ_SEEN=yes; export RJ_SEEN; cat"),
        (".yash_profile", "export RJ_SEEN=yes; cat"),
        (".zprofile", "export RJ_SEEN=yes; cat"),
        (".rcrc", "RJ_SEEN=yes"),
        (".login", "setenv RJ_SEEN yes"),
        (".config/fish/config.fish", "set -gx RJ_SEEN yes"),
        (".config/nushell/env.nu", "$env.RJ_SEEN = 'yes'"),
    ] {
        let path = home.path().join(file);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, format!("{line}\n")).unwrap();
    }
    let ash = home.path().join("ash");
    // What is not here is left out, as above.
    let _ = std::os::unix::fs::symlink("/bin/busybox", &ash);
    let shells = "sh dash bash ksh93 mksh oksh posh zsh yash tcsh fish rc elvish nu xonsh";
    for shell in shells.split(' ').chain([ash.to_str().unwrap()]) {
        let place = Command::new("sh")
            .args(["-c", &format!("command -v {shell}")])
            .output();
        let place = String::from_utf8(place.unwrap().stdout).unwrap();
        if place.is_empty() {
            continue;
        }
        let mut child = Command::new(place.trim())
            .args(["-c", LOGIN])
            .env("SHELL", place.trim())
            .env("HOME", home.path())
            .env_remove("ENV")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let text = "rj_nonce=n0\necho \"$rj_nonce $RJ_SEEN\"; exit\n";
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stdout);
        assert!(told.ends_with("n0 yes\n"), "{shell}: {told}");
    }
}

/// Values that the configuration may hold, most of them of characters that shells read as more than themselves.
fn any_values() -> Vec<Vec<String>> {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let value = prop_oneof![
        r#"[-a ~'"\\$`!*?\[\]{}()<>|&;#=%^,:@+\n\t]{0,12}"#,
        r"\PC{0,24}",
        Just("$(touch /x)".to_owned()),
        Just("'; exit; '".to_owned()),
    ];
    let values = proptest::collection::vec(value, 6);
    let mut runner = TestRunner::deterministic();
    let mut next = || values.new_tree(&mut runner).unwrap().current();
    (0..150).map(|_| next()).collect()
}

/// Lines that print the values of a host as they have arrived, each with a NUL behind it.
fn echo_of(values: &[String], launcher: crate::config::LauncherKind) -> String {
    let mut host = Host::named("x");
    host.launcher = launcher;
    let [workdir, command, env, first, second, setup] = values else {
        panic!("six values");
    };
    host.workdir = Some(workdir.clone());
    host.command = Some(command.clone());
    host.env = [("RJ_ENV".to_owned(), env.clone())].into();
    host.args = vec![first.clone(), second.clone()];
    host.setup = vec![setup.clone()];
    let whole = script("n0", &host, "log");
    let variables = whole.split(SCRIPT).next().unwrap();
    let exported = match launcher {
        crate::config::LauncherKind::Direct => "rj_export_env",
        _ => "eval \"$rj_env\"",
    };
    format!(
        "{variables}\n{exported}\nprintf '%s\\0' \"$rj_workdir\" \"$rj_own_command\" \"$RJ_ENV\" \"$rj_arg_1\" \
         \"$rj_arg_2\" \"$rj_setup_1\"\n"
    )
}

/// Each login shell reads the line that starts the script, and a sh reads the values.
#[test]
fn every_configured_value_arrives_as_it_was_written_through_every_shell() {
    use crate::config::LauncherKind::{Direct, Slurm};
    let home = tempfile::tempdir().unwrap();
    let all = any_values();
    let text: String = all
        .iter()
        .zip([Direct, Slurm].into_iter().cycle())
        .map(|(values, launcher)| echo_of(values, launcher))
        .collect();
    let wanted: Vec<&[u8]> = all.iter().flatten().map(String::as_bytes).collect();
    let mut tried = 0;
    for shell in ["sh", "dash", "bash", "ksh", "mksh", "zsh", "tcsh", "fish"] {
        // A missing shell is not a failure; `make test` installs them on Debian.
        if Command::new(shell).args(["-c", "true"]).status().is_err() {
            continue;
        }
        tried += 1;
        // As the one that reads the line, and, where it is a sh, as the one that reads the script.
        for (arguments, ends) in [(&["-c", LOGIN][..], "exit\n"), (&["-s"][..], "")] {
            if arguments == ["-s"] && ["tcsh", "fish"].contains(&shell) {
                continue;
            }
            let mut child = Command::new(shell)
                .args(arguments)
                .env("SHELL", shell)
                .env("HOME", home.path())
                .stdin(Stdio::piped())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
            let mut stdin = child.stdin.take().unwrap();
            let input = format!("rj_nonce=n0\n{text}{ends}");
            let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
            let output = child.wait_with_output().unwrap();
            writer.join().unwrap().unwrap();
            let mut told: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
            told.pop();
            assert_eq!(told.len(), wanted.len(), "{shell} {arguments:?}");
            for (told, wanted) in told.iter().zip(&wanted) {
                let shown = String::from_utf8_lossy(told);
                assert_eq!(told, wanted, "{shell} {arguments:?}: {shown:?}");
            }
        }
    }
    assert!(tried >= 2, "{tried} shells");
}

#[test]
fn a_shell_that_repeats_our_line_is_quoted_without_it() {
    let said = format!("fatal: unrecognized command '{LOGIN}'");
    assert_eq!(last_words(&[&said]), "fatal: unrecognized command 'exec …'");
}
