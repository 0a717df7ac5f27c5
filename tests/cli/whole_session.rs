//! A whole session with every kind of secret, a failure and a crash in it; then each place is searched for them.
#![cfg(target_os = "linux")]

use std::collections::BTreeSet;
use std::fs;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use rustix::process::{Pid, Signal, kill_process};

use crate::scene::all_below;
use crate::support::keys::PASSPHRASE;
use crate::support::root_sshd::{CODES, PASSWORD};
use crate::support::{Client, RootSshd, Terminal};

const STACK: &str = "auth required pam_unix.so\nauth required pam_google_authenticator.so user=root secret={codes}\n\
                     account required pam_permit.so\nsession required pam_permit.so\n";

/// What the user types; none of it is needed once the login is over.
const TYPED: [&str; 3] = [PASSPHRASE, PASSWORD, CODES[0]];

/// Arguments and environments of the processes of both sides, as long as it watches.
struct Watcher {
    done: Arc<AtomicBool>,
    thread: JoinHandle<BTreeSet<(String, String)>>,
}

impl Watcher {
    /// Of those processes whose environment names one of the folders.
    fn start(folders: [PathBuf; 2]) -> Self {
        let done = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&done);
        let thread = std::thread::spawn(move || {
            let folders = folders.map(|folder| folder.display().to_string());
            let mut seen = BTreeSet::new();
            while !until.load(Ordering::SeqCst) {
                for process in fs::read_dir("/proc").unwrap().flatten() {
                    let read = |file| fs::read(process.path().join(file)).unwrap_or_default();
                    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
                    let environment = text(read("environ"));
                    if folders.iter().any(|folder| environment.contains(folder)) {
                        seen.insert((text(read("cmdline")), environment));
                    }
                }
            }
            seen
        });
        Self { done, thread }
    }

    fn stop(self) -> BTreeSet<(String, String)> {
        self.done.store(true, Ordering::SeqCst);
        self.thread.join().unwrap()
    }
}

/// `open`, in a shell that lets a crash write all of its memory.
fn open(client: &Client) -> Terminal {
    let program = client.command(&["-vv", "open", "test-enc", "--no-browser"]);
    let mut shell = client.bare("/bin/sh");
    shell.args(["-c", "ulimit -c unlimited 2>/dev/null; exec \"$@\"", "sh"]);
    shell.arg(program.get_program()).args(program.get_args());
    let mut terminal = Terminal::spawn(shell);
    for (prompt, answer) in [
        ("assphrase", PASSPHRASE),
        ("assword:", PASSWORD),
        ("erification code:", CODES[0]),
    ] {
        terminal.expect(prompt);
        terminal.answer(answer);
    }
    terminal.expect("http://localhost:");
    terminal
}

/// The token, which only the server's own runtime file has.
fn token(sshd: &RootSshd) -> String {
    let files = all_below(&sshd.home().path().join(".local/state/remote-jupyter"));
    let is_runtime_file = |file: &&PathBuf| {
        let name = file.file_name().unwrap().to_string_lossy();
        name.starts_with("jpserver-") && name.ends_with(".json")
    };
    let file = files.iter().find(is_runtime_file).expect("a runtime file");
    let text = fs::read_to_string(file).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    json["token"].as_str().unwrap().to_owned()
}

/// The program's process: the shell has become it.
fn process(client: &Client) -> PathBuf {
    let folder = client.path("home").display().to_string();
    let is_it = |process: &PathBuf| {
        let read = |file| fs::read(process.join(file)).unwrap_or_default();
        let arguments = String::from_utf8_lossy(&read("cmdline")).into_owned();
        let environment = String::from_utf8_lossy(&read("environ")).into_owned();
        arguments.contains("test-enc") && environment.contains(&folder)
    };
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let mut processes = processes.map(|entry| entry.path());
    processes.find(is_it).expect("the program runs")
}

/// The texts that are somewhere in what a process may write.
fn in_memory(process: &Path, texts: &[&str]) -> Vec<String> {
    let maps = fs::read_to_string(process.join("maps")).unwrap();
    let mut memory = fs::File::open(process.join("mem")).unwrap();
    let mut found = BTreeSet::new();
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (start, end) = line.split(' ').next().unwrap().split_once('-').unwrap();
        let [start, end] = [start, end].map(|hex| u64::from_str_radix(hex, 16).unwrap());
        let mut bytes = vec![0; usize::try_from(end - start).unwrap()];
        if memory.seek(SeekFrom::Start(start)).is_ok() && memory.read_exact(&mut bytes).is_ok() {
            // The standard library's search is compiled for speed, whatever this test is.
            let there = String::from_utf8_lossy(&bytes);
            let holds = |text: &&&str| there.contains(**text);
            found.extend(
                texts
                    .iter()
                    .filter(holds)
                    .map(|text| format!("{text} in {line}")),
            );
        }
    }
    found.into_iter().collect()
}

/// No file of the client's holds a secret, and the program's own are its account's alone.
fn assert_files_clean(client: &Client, secrets: &[&str]) {
    for folder in ["state", "run", "config", "home"] {
        for file in all_below(&client.path(folder))
            .iter()
            .filter(|file| file.is_file())
        {
            let bytes = fs::read(file).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            for secret in secrets {
                assert!(!text.contains(secret), "{secret} in {}", file.display());
            }
        }
    }
    crate::secrets::assert_private(&client.path("state/remote-jupyter"));
    crate::secrets::assert_private(&client.path("run/remote-jupyter"));
}

#[test]
fn a_whole_session_with_a_failure_and_a_crash_leaves_its_secrets_nowhere() {
    let sshd = RootSshd::with_pam(
        &["AuthenticationMethods publickey,keyboard-interactive"],
        STACK,
        "",
    );
    let client = Client::of(&sshd);
    client.configure("[[host]]\nname = \"test-enc\"\n");
    let watcher = Watcher::start([client.path("home"), sshd.home().path().to_owned()]);

    // A failure first: a wrong passphrase, and the prompt is given up.
    let mut failed = client.terminal(&["-vv", "open", "test-enc", "--no-browser"]);
    failed.expect("assphrase");
    failed.answer("a wrong passphrase");
    failed.expect("assphrase");
    failed.send("\u{3}");
    let failed = failed.wait_exit().stdout;

    let mut opened = open(&client);
    let token = token(&sshd);
    assert_eq!(token.len(), 48, "{token}");
    let process = process(&client);
    assert!(
        !in_memory(&process, &[token.as_str()]).is_empty(),
        "the search finds what is there"
    );
    assert_eq!(
        in_memory(&process, &TYPED),
        Vec::<String>::new(),
        "wiped once the login is over"
    );
    let limits = fs::read_to_string(process.join("limits")).unwrap();
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .unwrap();
    assert_eq!(
        core.split_whitespace().nth(4),
        Some("0"),
        "no core is written: {core}"
    );
    let told = ["status", "list", "logs"].map(|command| match command {
        "list" => client.run(&["-vv", "list", "--json"]).to_string(),
        command => client.run(&["-vv", command, "test-enc"]).to_string(),
    });

    let pid = process.file_name().unwrap().to_string_lossy().into_owned();
    let pid = Pid::from_raw(pid.parse().unwrap()).unwrap();
    kill_process(pid, Signal::ABORT).unwrap();
    let screen = opened.wait_exit().stdout;
    let after = ["status", "doctor"].map(|command| {
        let out = client.run(&["-vv", command, "test-enc"]);
        out.to_string()
    });
    let seen = watcher.stop();

    let all = [&TYPED[..], &["a wrong passphrase", token.as_str()]].concat();
    let said = [&failed, &screen].into_iter().chain(&told).chain(&after);
    for text in said {
        for secret in &all {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
    assert_files_clean(&client, &all);
    assert_processes_clean(&seen, &client, &token);
    crate::secrets::assert_private(&sshd.home().path().join(".local/state/remote-jupyter"));
}

/// What is typed is in no process' arguments or environment; the token only in the environment of Jupyter's.
fn assert_processes_clean(seen: &BTreeSet<(String, String)>, client: &Client, token: &str) {
    let near = client.path("home").display().to_string();
    assert!(
        seen.iter()
            .any(|(arguments, _)| arguments.contains("jupyter-lab"))
    );
    for (arguments, environment) in seen {
        for typed in TYPED {
            assert!(!arguments.contains(typed), "{typed} in {arguments}");
            assert!(!environment.contains(typed), "{typed} with {arguments}");
        }
        assert!(!arguments.contains(token), "the token in {arguments}");
        let is_near = environment.contains(&near);
        assert!(
            !is_near || !environment.contains(token),
            "the token with {arguments}"
        );
    }
}
