//! Whatever lies in the folders that the script reads, it comes to its end, says nothing but frames, and ends no process.

#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use proptest::prelude::{Strategy, any};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

use super::{ScriptMessage, script};
use crate::config::{Host, LauncherKind};

const ROUNDS: usize = 6;

/// More than a busy computer needs.
const PATIENCE: Duration = Duration::from_secs(60);

/// All the names that the script looks for.
const FILES: [&str; 16] = [
    "pid",
    "began",
    "exit",
    "log",
    "about",
    "node",
    "told",
    "ready",
    "started",
    "submitted",
    "answered",
    "output",
    "idle",
    "batch.log",
    "runtime/jpserver-1.json",
    "runtime/nbserver-2.json",
];

/// Makes folders of launches and jobs, a lock, and runtime files, each with something in it that does not belong there.
fn litter(home: &Path, victim: u32, mut content: impl FnMut() -> Vec<u8>) {
    let base = home.join(".local/state/remote-jupyter");
    let runtime = home.join(".local/share/jupyter/runtime");
    let put = |path: &Path, bytes: Vec<u8>| {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        match bytes.first().map(|byte| byte % 16) {
            // A folder in the place of a file, and a link that leads to itself.
            Some(0) => std::fs::create_dir_all(path).unwrap(),
            Some(1) => drop(std::os::unix::fs::symlink(path, path)),
            _ => std::fs::write(path, bytes).unwrap(),
        }
    };
    let folders = [
        "servers/20261124-080000-7",
        "servers/a b",
        "servers/$(touch x)",
        "servers/-rf",
        "jobs/20261124-080000-7",
        "jobs/*",
        "jobs/'",
        "lock",
        "streams/rj-00000000-x",
    ];
    for folder in folders {
        for file in FILES {
            put(&base.join(folder).join(file), content());
        }
    }
    for file in ["lock/owner", "lock/process"] {
        put(&base.join(file), content());
    }
    for name in [
        "jpserver-1.json",
        "nbserver-3.json",
        "jpserver-x.json",
        "jpserver-;id.json",
    ] {
        put(&runtime.join(name), content());
    }
    // Where a number is all that counts, it is that of a process of ours.
    for file in [
        "servers/20261124-080000-7/pid",
        "jobs/20261124-080000-7/pid",
    ] {
        let path = base.join(file);
        let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
        std::fs::write(path, format!("{victim}\n")).unwrap();
    }
    put(&runtime.join(format!("jpserver-{victim}.json")), content());
}

fn content(runner: &mut TestRunner) -> Vec<u8> {
    let json = r#"\{"pid": [0-9]{1,12}, "port": [0-9"-]{1,9}, "token": "[^"]{0,9}", "base_url": [\[\{"/]{1,4}"#;
    let strategies = [
        proptest::collection::vec(any::<u8>(), 0..300).boxed(),
        "[0-9]{1,20}\n?".prop_map(String::into_bytes).boxed(),
        r#"[$`'"\\;&|<>*? a-z\n-]{0,40}"#.prop_map(String::into_bytes).boxed(),
        json.prop_map(String::into_bytes).boxed(),
        any::<u8>().prop_map(|byte| vec![byte; 100_000]).boxed(),
        "[a-z]{1,8}=[^=]{0,20}\n"
            .prop_map(String::into_bytes)
            .boxed(),
    ];
    let kind = (0..strategies.len()).new_tree(runner).unwrap().current();
    strategies[kind].new_tree(runner).unwrap().current()
}

#[test]
fn garbage_in_its_folders_neither_stops_the_script_nor_makes_it_say_anything_else() {
    let mut runner = TestRunner::deterministic();
    let mut victim = Command::new("sleep").arg("600").spawn().unwrap();
    for round in 0..ROUNDS {
        let home = tempfile::tempdir().unwrap();
        litter(home.path(), victim.id(), || content(&mut runner));
        let mut host = Host::named("gpu01");
        host.launcher = [LauncherKind::Direct, LauncherKind::Slurm][round % 2];
        let shell = ["sh", "bash"][round / 2 % 2];
        let mut child = Command::new(shell)
            .arg("-s")
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("HOME", home.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .current_dir(home.path())
            .spawn()
            .unwrap();
        let mut text = script("n0", &host, "find");
        text.truncate(text.len() - "exit\n".len());
        text.push_str("\nlog\ndone\n");
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(text.as_bytes()).unwrap();
        drop(stdin);
        let began = Instant::now();
        let output = child.wait_with_output().unwrap();
        assert!(began.elapsed() < PATIENCE, "{:?}", began.elapsed());
        let told = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = told.lines().filter(|line| !line.is_empty()).collect();
        let frames: Vec<ScriptMessage> = lines
            .iter()
            .filter_map(|line| ScriptMessage::parse(line, "n0"))
            .collect();
        assert_eq!(frames.len(), lines.len(), "{lines:?}");
        assert_eq!(frames.last(), Some(&ScriptMessage::Bye));
        assert!(
            frames
                .iter()
                .any(|frame| matches!(frame, ScriptMessage::Found(_))),
            "{frames:?}"
        );
        assert!(!home.path().join("x").exists(), "a name was run");
        assert!(told.len() < 4 << 20, "{} bytes", told.len());
        assert_eq!(victim.try_wait().unwrap(), None, "a process was ended");
    }
    victim.kill().unwrap();
    victim.wait().unwrap();
}
